use anstyle::{AnsiColor, Style};

use super::fitted::Fitted;
use super::printable::{printable, printable_lines};
use super::wrapped::wrapped;
use super::{Grid, NOT_JUDGED};
use crate::model::{ModelId, Relation};
use crate::snapshot::{Row, Snapshot};

/// A `Look` says on what a text for people is shown. By default that is a file: lines are as long as they are, and
/// nothing in them is an escape.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Look {
    /// Lines are broken so that none takes more columns of a terminal than this; without a number none is broken.
    pub width: Option<usize>,
    /// This says whether the text has colours, and links at the ids of models.
    pub colours: Colours,
}

/// `Colours` says whether a text has colours and links. They never tell what the words do not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Colours {
    /// There are none.
    #[default]
    Plain,
    /// They are escapes, as terminals know them: colours of the user's own palette, and OSC 8 for links.
    Ansi,
}

/// Prose is no wider than this, however wide the terminal is: longer lines are hard to read.
const PROSE: usize = 100;

/// A line of a tree has this much room beside its rails, or half of the terminal.
const LINE: usize = 40;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
/// What is odd, and what somebody must look at.
const ODD: Style = AnsiColor::Yellow.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();

/// Words that are set off wherever they stand alone in a table or in a tree.
const SET_OFF: [(&str, Style); 9] = [
    ("unlisted", ODD),
    (NOT_JUDGED, ODD),
    ("not known", ODD),
    ("not counted", ODD),
    ("unknown", ODD),
    ("relabelled", ODD),
    ("warns", ODD),
    ("conflict", BAD),
    ("fails", BAD),
];

/// A `Painter` writes parts of a text for people as they look, about a snapshot: what is a listed model there is a link.
#[derive(Clone, Copy)]
pub(super) struct Painter<'s> {
    pub look: Look,
    pub snapshot: &'s Snapshot,
}

impl Painter<'_> {
    /// Sentences, each on lines of its own.
    pub fn prose(self, text: &str) -> String {
        let text = printable_lines(text);
        let lines = text.split('\n').flat_map(|line| match self.look.width {
            Some(width) => {
                let indent = &line[..line.len() - line.trim_start().len()];
                wrapped(line, width.min(PROSE), indent)
            }
            None => vec![line.to_owned()],
        });
        lines.map(|line| self.words(&line, false)).collect::<Vec<_>>().join("\n")
    }

    /// The line at the foot, which is the same under every answer.
    pub fn foot(self, text: &str) -> String {
        let text = Painter { look: Look { colours: Colours::Plain, ..self.look }, ..self }.prose(text);
        text.split('\n').map(|line| self.styled(line, DIM)).collect::<Vec<_>>().join("\n")
    }

    /// A title, underlined.
    pub fn title(self, text: &str) -> String {
        let text = printable_lines(text);
        let lines = match self.look.width {
            Some(width) => wrapped(&text, width.min(PROSE), ""),
            None => vec![text],
        };
        let rule = lines.iter().map(|line| line.chars().count()).max().unwrap_or_default();
        let lines: Vec<String> = lines.iter().map(|line| self.styled(line, BOLD)).collect();
        format!("{}\n{}", lines.join("\n"), "=".repeat(rule))
    }

    /// Lines whose blanks matter. The rails of a tree run on beside what is broken.
    pub fn fixed(self, text: &str) -> String {
        let text = printable_lines(text);
        let lines = text.split('\n').flat_map(|line| match self.look.width {
            Some(width) => {
                let rails = line.find(|c| !" │├└─".contains(c)).unwrap_or(line.len());
                let (own, rest) = line.split_at(rails);
                let own = beside(own, width);
                let below: String = own.chars().map(|c| if "│├".contains(c) { '│' } else { ' ' }).collect();
                let mut lines = wrapped(rest, width.saturating_sub(own.chars().count()), "  ");
                let (first, others) = lines.split_at_mut(1);
                first.iter_mut().for_each(|line| line.insert_str(0, &own));
                others.iter_mut().for_each(|line| line.insert_str(0, &below));
                lines
            }
            None => vec![line.to_owned()],
        });
        lines.map(|line| self.words(&line, true)).collect::<Vec<_>>().join("\n")
    }

    /// A table, with the heads of the columns that it has no room for.
    pub fn grid(self, grid: &Grid) -> (String, Vec<String>) {
        let fitted = Fitted::new(grid, printable, self.look.width);
        let style = |row: Option<usize>, cell: &str, piece: &str| match row {
            None => self.styled(piece, relation(cell).map_or(BOLD, Style::bold)),
            Some(_) => self.cell(cell, piece),
        };
        (fitted.lines(style).join("\n"), fitted.left_out.iter().map(|head| printable(head)).collect())
    }

    /// A part of a cell of a table, by what the whole cell says.
    fn cell(self, cell: &str, piece: &str) -> String {
        if self.look.colours == Colours::Plain {
            return piece.to_owned();
        }
        let (id, mark) = cell.split_once(" (unlisted)").map_or((cell, false), |(id, _)| (id, true));
        let set_off = || SET_OFF.iter().find(|(word, _)| cell.starts_with(word)).map(|(_, style)| *style);
        match (self.listed(id), relation(cell).or_else(set_off)) {
            (Some(row), _) => link(id, row, piece),
            (None, Some(style)) => self.styled(piece, style),
            (None, None) if mark => self.styled(piece, ODD),
            (None, None) => piece.to_owned(),
        }
    }

    /// A line with links at ids; `is_facts` says that its words are facts and no sentence, so that they have their colours.
    fn words(self, line: &str, is_facts: bool) -> String {
        if self.look.colours == Colours::Plain {
            return line.to_owned();
        }
        let mut out = String::new();
        for part in line.split_inclusive(' ') {
            let word = part.trim_end_matches(' ');
            let bare = word.trim_start_matches('(').trim_end_matches([',', ';', ':', ')', '.']);
            let (before, after) = word.split_at(word.len() - word.trim_start_matches('(').len());
            let after = &after[bare.len()..];
            let set_off = || SET_OFF.iter().find(|(word, _)| *word == bare).map(|(_, style)| *style);
            out += before;
            out += &match (self.listed(bare), is_facts.then(|| relation(bare).or_else(set_off)).flatten()) {
                (Some(row), _) => link(bare, row, bare),
                (None, Some(style)) => self.styled(bare, style),
                (None, None) => bare.to_owned(),
            };
            out += after;
            out += &part[word.len()..];
        }
        out
    }

    fn styled(self, text: &str, style: Style) -> String {
        match self.look.colours {
            Colours::Ansi if !text.is_empty() => format!("{style}{text}{style:#}"),
            _ => text.to_owned(),
        }
    }

    /// The row of a listed model of Hugging Face, whose id is nothing but an id.
    fn listed(self, id: &str) -> Option<Row> {
        if !id.contains('/') || ModelId::parse(id).is_err() {
            return None;
        }
        self.snapshot.find(id).filter(|row| self.snapshot.is_listed(*row))
    }
}

/// The rails before a line of a tree. Where they would leave no room for it, those to the left go.
fn beside(rails: &str, width: usize) -> String {
    let most = width.saturating_sub(LINE.min(width / 2));
    let all: Vec<char> = rails.chars().collect();
    match all.len().checked_sub(most) {
        None | Some(0) => rails.to_owned(),
        Some(over) => "… ".chars().chain(all[(over + 2).min(all.len())..].iter().copied()).collect(),
    }
}

/// The colour of a relation.
fn relation(name: &str) -> Option<Style> {
    let color = match Relation::from_name(name)? {
        Relation::Finetune => AnsiColor::Cyan,
        Relation::Quantized => AnsiColor::BrightBlue,
        Relation::Adapter => AnsiColor::Green,
        Relation::Merge => AnsiColor::Magenta,
        Relation::Unstated => return Some(DIM),
    };
    Some(color.on_default())
}

/// A piece of an id as a link to the model's page. The pieces of one id are one link, since they name its row.
fn link(id: &str, row: Row, piece: &str) -> String {
    format!("\u{1b}]8;id=m{row};https://huggingface.co/{id}\u{1b}\\{piece}\u{1b}]8;;\u{1b}\\")
}
