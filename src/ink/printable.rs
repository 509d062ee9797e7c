use std::borrow::Cow;

use quick_xml::escape::escape;

/// Gives a text that no spreadsheet takes for a formula: one that begins like one has a `'` before it.
pub fn no_formula(text: &str) -> Cow<'_, str> {
    match text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => format!("'{text}").into(),
        false => text.into(),
    }
}

/// Does what [`printable`] does, line by line.
pub fn printable_lines(text: &str) -> String {
    text.split('\n').map(printable).collect::<Vec<_>>().join("\n")
}

/// Writes a text without anything that could move a terminal's cursor or turn its direction: such characters are shown
/// by their numbers.
pub fn printable(text: &str) -> String {
    let is_unsafe = |c: char| {
        c.is_control()
            || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'
                | '\u{e0000}'..='\u{e007f}')
    };
    if !text.contains(is_unsafe) {
        return text.to_owned();
    }
    text.chars().map(|c| if is_unsafe(c) { c.escape_unicode().to_string() } else { c.to_string() }).collect()
}

/// Writes a line of text for Markdown: nothing in it is HTML, a link, or markup of another kind. Of addresses of mail
/// alone some readers make links whatever is done.
pub fn markdown(text: &str) -> String {
    let text = printable(text);
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        let (before, rest) = (&text[..at], &text[at..]);
        let is_mark = match c {
            // Older readers know no backslash before these.
            '<' | '>' | '&' => {
                out += match c {
                    '<' => "&lt;",
                    '>' => "&gt;",
                    _ => "&amp;",
                };
                continue;
            }
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$' => true,
            // What begins like an address is made a link unasked.
            ':' => rest.starts_with("://"),
            '.' if before.len() >= 3 && before.is_char_boundary(at - 3) => before[at - 3..].eq_ignore_ascii_case("www"),
            // The beginning of a heading, a list or a rule.
            '#' | '+' | '-' | '=' => before.trim_start().is_empty(),
            _ => false,
        };
        let ends_number = matches!(c, '.' | ')') && before.trim_start().bytes().all(|byte| byte.is_ascii_digit());
        if is_mark || (ends_number && !before.trim_start().is_empty() && !rest[1..].starts_with(|c: char| c != ' ')) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// [`markdown`], line by line.
pub(super) fn markdown_lines(text: &str) -> String {
    text.split('\n').map(markdown).collect::<Vec<_>>().join("\n")
}

/// Lines whose blanks matter, for Markdown: nothing in them ends the block in which they stand.
pub(super) fn fenced(text: &str) -> String {
    let text = printable_lines(text);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat((longest + 1).max(3));
    format!("{fence}text\n{text}\n{fence}")
}

/// Writes a text that is nothing but text in HTML and in SVG, also between quotes.
pub fn html(text: &str) -> String {
    escape(printable(text)).into_owned()
}
