//! Lines that fit: texts are broken at blanks, and words that are wider than a line where ids have their joints.

use super::printable_lines;
use textwrap::WordSeparator;
use textwrap::core::{Word, break_words, display_width};
use textwrap::wrap_algorithms::wrap_first_fit;

/// How many columns of a terminal a text takes.
pub(super) fn width(text: &str) -> usize {
    display_width(text)
}

/// Writes lines of text without anything that could move a terminal's cursor, broken so that none takes more than `width` columns.
pub fn folded(text: &str, width: usize) -> String {
    let text = printable_lines(text);
    let lines = text.split('\n').flat_map(|line| {
        let blanks = line.len() - line.trim_start_matches(' ').len();
        wrapped(line, width, &" ".repeat(blanks + 2))
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Breaks a line so that no part takes more than `width` columns. The parts behind the first begin with `indent`.
pub(super) fn wrapped(line: &str, width: usize, indent: &str) -> Vec<String> {
    // However narrow: some characters take two columns.
    let width = width.max(2);
    let inside = width.saturating_sub(display_width(indent)).max(2);
    if display_width(line) <= width {
        return vec![line.to_owned()];
    }
    let (own, line) = line.split_at(line.len() - line.trim_start_matches(' ').len());
    let first = width.saturating_sub(own.len()).max(2);
    let mut words = Vec::new();
    for word in counted(line) {
        match display_width(&word) <= inside.min(first) {
            true => words.push(word),
            false => words.extend(pieces(word, inside.min(first))),
        }
    }
    let lines = wrap_first_fit(&words, &[first as f64, inside as f64]);
    let text = |words: &[Word<'_>]| words.iter().map(|word| [word.word, word.whitespace].concat()).collect::<String>();
    let indents = std::iter::once(own).chain(std::iter::repeat(indent));
    lines.iter().zip(indents).map(|(words, indent)| format!("{indent}{}", text(words).trim_end())).collect()
}

/// The words of a line; a number is one word with what it counts.
fn counted(line: &str) -> Vec<Word<'_>> {
    let is_number = |word: &str| {
        word.contains(|c: char| c.is_ascii_digit()) && word.chars().all(|c| c.is_ascii_digit() || ",.:".contains(c))
    };
    let (mut words, mut from, mut end) = (Vec::new(), 0, 0);
    for word in WordSeparator::AsciiSpace.find_words(line) {
        end += word.word.len() + word.whitespace.len();
        if !(is_number(word.word) && word.whitespace == " ") {
            words.push(Word::from(&line[from..end]));
            from = end;
        }
    }
    words.extend((from < end).then(|| Word::from(&line[from..end])));
    words
}

/// The parts of a word between which a line may end. One that is wider than a whole line is cut.
fn pieces(word: Word<'_>, most: usize) -> Vec<Word<'_>> {
    let blanks = word.whitespace;
    let parts = word.word.split_inclusive(' ').flat_map(joints);
    let mut words: Vec<Word<'_>> = parts.map(Word::from).collect();
    if let Some(last) = words.last_mut() {
        last.whitespace = blanks;
    }
    break_words(words, most)
}

/// A word in pieces that end with a joint of ids: a slash, a dash, a low line, or a point that stands in no number.
fn joints(word: &str) -> Vec<&str> {
    let bytes = word.as_bytes();
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let is_joint = |at: &usize| match bytes[*at] {
        b'/' | b'-' | b'_' => true,
        b'.' => !(is_digit(at + 1) && at.checked_sub(1).is_some_and(is_digit)),
        _ => false,
    };
    let mut pieces = Vec::new();
    let mut from = 0;
    for end in (0..bytes.len()).filter(is_joint).map(|at| at + 1) {
        pieces.push(&word[from..end]);
        from = end;
    }
    pieces.extend((from < word.len()).then(|| &word[from..]));
    pieces
}

/// The width of the widest part of a text that is not broken as long as there is room for it.
pub(super) fn least(text: &str) -> usize {
    text.split(' ').flat_map(joints).map(display_width).max().unwrap_or_default()
}

/// The width of the widest word.
pub(super) fn widest_word(text: &str) -> usize {
    text.split(' ').map(display_width).max().unwrap_or_default()
}
