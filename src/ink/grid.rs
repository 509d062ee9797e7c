use comfy_table::{CellAlignment, ContentArrangement, Table, TableStyle, presets};

use super::printable::{markdown, printable};
use crate::model::Hint;

/// A `Block` is a part of what people read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A title begins a part of the report.
    Title(String),
    /// A text stands by itself, with its own line breaks.
    Line(String),
    /// It is a line of text, such as `20 of 806 shown`, with the words of a hint behind it, if there are any, and its last mark.
    Hinted(String, Hint, char),
    /// A table has its columns aligned.
    Grid(Grid),
    /// Lines whose blanks matter, such as a tree, are shown as they are.
    Fixed(String),
}

impl Block {
    /// So many rows of all are there.
    pub(crate) fn cut(shown: usize, all: usize, what: &str) -> Block {
        Block::Hinted(format!("{} of {} {what}", grouped(shown as u64), grouped(all as u64)), Hint::AllRows, '.')
    }

    pub(super) fn is_line(&self) -> bool {
        matches!(self, Block::Line(_) | Block::Hinted(..))
    }
}

/// A `Grid` is a table for people: the first column may be texts, columns of numbers stand to the right.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grid {
    /// The columns have these heads.
    pub heads: Vec<String>,
    /// Each row has as many cells as there are heads.
    pub rows: Vec<Vec<String>>,
}

impl Grid {
    /// Makes an empty table with these heads.
    pub fn new(heads: impl IntoIterator<Item = impl Into<String>>) -> Grid {
        Grid { heads: heads.into_iter().map(Into::into).collect(), rows: Vec::new() }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    fn is_numeric(&self, column: usize) -> bool {
        let cells = || self.rows.iter().filter_map(|row| row.get(column));
        cells().any(|cell| !cell.is_empty())
            && cells().all(|cell| {
                cell.chars().all(|c| c.is_ascii_digit() || matches!(c, ',' | '.' | '%' | '-' | '–' | '+' | ' '))
            })
    }

    pub(super) fn text(&self) -> String {
        self.draw(presets::NOTHING)
    }

    pub(super) fn markdown(&self) -> String {
        self.draw(presets::ASCII_MARKDOWN)
    }

    fn draw(&self, style: TableStyle) -> String {
        let is_markdown = style == presets::ASCII_MARKDOWN;
        let cell = |text: &String| {
            if is_markdown { markdown(text) } else { printable(text) }
        };
        let mut table = Table::new();
        table.load_style(style).set_content_arrangement(ContentArrangement::Disabled);
        table.set_header(self.heads.iter().map(cell));
        table.add_rows(self.rows.iter().map(|row| row.iter().map(cell)));
        for column in 0..self.heads.len() {
            if let Some(drawn) = table.column_mut(column) {
                let right = self.is_numeric(column);
                drawn.set_cell_alignment(if right { CellAlignment::Right } else { CellAlignment::Left });
                if !is_markdown {
                    drawn.set_padding((0, 2));
                }
            }
        }
        let lines: Vec<String> = table.lines().map(|line| line.trim_end().to_owned()).collect();
        lines.join("\n")
    }
}

/// Writes a count with commas between thousands.
pub fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Writes a count with its noun, as `1 model`, `2 models` and `2 oddities`.
pub fn plural(count: u64, noun: &str) -> String {
    let noun = match noun.strip_suffix('y').filter(|stem| !stem.ends_with(['a', 'e', 'o', 'u'])) {
        _ if count == 1 => noun.to_owned(),
        Some(stem) => format!("{stem}ies"),
        None => format!("{noun}s"),
    };
    format!("{} {noun}", grouped(count))
}
