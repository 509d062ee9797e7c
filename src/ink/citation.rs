use serde_json::json;

use super::{day, grouped};
use crate::snapshot::{Snapshot, Taken};

/// A `Citation` says where a figure is from: what was counted under which definition, in which snapshot, by which version of the
/// program, and the command that gives it again.
#[derive(Debug, Clone, Copy)]
pub struct Citation<'a> {
    /// The program is asked the same by this command line.
    pub command: &'a str,
    /// These sentences say what was counted.
    pub definition: &'a [String],
    /// It was counted in this snapshot.
    pub snapshot: &'a Snapshot,
}

/// A `CitationFormat` is a form of citations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CitationFormat {
    /// Sentences, for a footnote or a caption.
    Text,
    /// An entry of a BibTeX file, `@misc`.
    Bibtex,
    /// A list of one item of CSL-JSON 1.0, which Zotero, pandoc and citeproc read.
    Csl,
}

impl CitationFormat {
    /// This lists every one.
    pub const ALL: [CitationFormat; 3] = [CitationFormat::Text, CitationFormat::Bibtex, CitationFormat::Csl];

    /// Gives its name in questions.
    pub fn name(self) -> &'static str {
        match self {
            CitationFormat::Text => "text",
            CitationFormat::Bibtex => "bibtex",
            CitationFormat::Csl => "csl",
        }
    }
}

const VERSION: &str = env!("CARGO_PKG_VERSION");

impl Citation<'_> {
    /// Writes the citation.
    pub fn write(&self, format: CitationFormat) -> String {
        match format {
            CitationFormat::Text => {
                format!("modelkin {VERSION}, `{}`: {}. {}\n", self.command, self.source(), self.definition.join(" "))
            }
            CitationFormat::Bibtex => self.bibtex(),
            CitationFormat::Csl => {
                let mut item = json!({
                    "id": self.key(),
                    "type": "dataset",
                    "title": self.title(),
                    "author": [{"literal": "modelkin"}],
                    "version": VERSION,
                    "abstract": self.definition.join(" "),
                    "note": self.source(),
                });
                if let Some(date) = self.date() {
                    item["issued"] = json!({"date-parts": [date]});
                }
                format!("{:#}\n", json!([item]))
            }
        }
    }

    fn title(&self) -> String {
        format!("Declared lineage of open AI models: {}", self.command)
    }

    /// The snapshot, in a sentence without its full stop.
    fn source(&self) -> String {
        let provenance = self.snapshot.provenance();
        let what = if provenance.sample { "the built-in sample, which is no census," } else { "a snapshot" };
        let date = match (provenance.taken, provenance.taken_from) {
            (Some(taken), Taken::Given | Taken::Crawl) => format!("of {}", day(taken)),
            (Some(taken), _) => format!("of {} or later", day(taken)),
            (None, _) => "without a date".into(),
        };
        let counts = &provenance.counts;
        format!(
            "declared lineage in {what} {date} with {} models and {} links (sha256 {})",
            grouped(counts.models),
            grouped(counts.links),
            provenance.digest
        )
    }

    /// Year, month and day of the snapshot.
    fn date(&self) -> Option<Vec<i64>> {
        let day = day(self.snapshot.provenance().taken?);
        let parts: Option<Vec<i64>> = day.split('-').map(|part| part.parse().ok()).collect();
        parts.filter(|parts| parts.len() == 3)
    }

    /// A key that another question, or another snapshot, does not have: the command in letters and digits, and the digest.
    fn key(&self) -> String {
        const LONGEST: usize = 80;
        let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
        let mut key = String::new();
        for c in self.command.chars().map(plain) {
            if c != '-' || !key.ends_with('-') {
                key.push(c);
            }
        }
        key.truncate(LONGEST);
        format!("{}-{}", key.trim_end_matches('-'), self.snapshot.provenance().short_digest())
    }

    fn bibtex(&self) -> String {
        let mut month = None;
        let mut fields = vec![("author", "{modelkin}".to_owned()), ("title", format!("{{{}}}", latex(&self.title())))];
        if let Some(date) = self.date() {
            const MONTHS: [&str; 12] =
                ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
            fields.push(("year", date[0].to_string()));
            month = usize::try_from(date[1] - 1).ok().and_then(|month| MONTHS.get(month));
        }
        fields.push(("version", VERSION.into()));
        fields.push(("note", latex(&self.source())));
        fields.push(("abstract", latex(&self.definition.join(" "))));
        let lines = fields.into_iter().map(|(name, value)| format!("  {name} = {{{value}}},\n"));
        // The names of months are words of BibTeX, and no texts.
        let month = month.map_or_else(String::new, |month| format!("  month = {month},\n"));
        format!("@misc{{{},\n{}{month}}}\n", self.key(), lines.collect::<String>())
    }
}

/// A text in which nothing is a command of LaTeX, and no brace is left open.
fn latex(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\textbackslash{}"),
            '{' | '}' => out.push_str(if c == '{' { "\\textbraceleft{}" } else { "\\textbraceright{}" }),
            '~' => out.push_str("\\textasciitilde{}"),
            '^' => out.push_str("\\textasciicircum{}"),
            '&' | '%' | '$' | '#' | '_' => out.extend(['\\', c]),
            '\n' | '\r' => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
