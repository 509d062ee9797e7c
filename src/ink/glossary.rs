use std::borrow::Cow;
use std::fmt::Write;

use super::Head;
use super::printable::html as text;

/// A `Glossary` gathers what the columns of some tables mean: heads point to it, and it stands below the tables.
pub(super) struct Glossary {
    /// Its entries' ids begin so, since a page may have several.
    prefix: String,
    /// What is meant, and what is called so.
    entries: Vec<(&'static str, Vec<Cow<'static, str>>)>,
}

impl Glossary {
    /// One of a part of a page that is called so there.
    pub fn new(part: &str) -> Glossary {
        let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
        Glossary { prefix: part.chars().map(plain).collect(), entries: Vec::new() }
    }

    /// Writes the head of a column, of a class.
    pub fn head(&mut self, out: &mut String, head: Head, class: &str) {
        let words = text(&head.words);
        let Some(about) = head.about else {
            _ = write!(out, "<th scope=\"col\"{class}>{words}</th>");
            return;
        };
        let at = self.entries.iter().position(|(known, _)| *known == about).unwrap_or_else(|| {
            self.entries.push((about, Vec::new()));
            self.entries.len() - 1
        });
        let names = &mut self.entries[at].1;
        if !names.contains(&head.words) {
            names.push(head.words);
        }
        _ = write!(out, "<th scope=\"col\"{class} aria-describedby=\"{}-c{at}\">{words}</th>", self.prefix);
    }

    /// Writes what the heads mean, if any has more to say.
    pub fn write(&self, out: &mut String) {
        if self.entries.is_empty() {
            return;
        }
        out.push_str("<details class=\"columns\"><summary>What the columns mean</summary>\n<dl>\n");
        for (at, (about, names)) in self.entries.iter().enumerate() {
            names.iter().for_each(|name| _ = write!(out, "<dt>{}</dt>", text(name)));
            _ = writeln!(out, "<dd id=\"{}-c{at}\">{}</dd>", self.prefix, text(about));
        }
        out.push_str("</dl></details>\n");
    }
}
