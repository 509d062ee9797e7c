use super::NOT_JUDGED;
use super::printable::markdown;
use super::wrapped::width;
use crate::model::{Hint, grouped};

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

    /// So many rows of more than can be told are there.
    pub(crate) fn cut_of_more(shown: usize, met: usize, what: &str) -> Block {
        Block::Hinted(
            format!("{} of {} or more {what}", grouped(shown as u64), grouped(met as u64)),
            Hint::AllRows,
            '.',
        )
    }

    pub(super) fn is_line(&self) -> bool {
        matches!(self, Block::Line(_) | Block::Hinted(..))
    }
}

/// A `Grid` is a table for people: columns of numbers stand to the right, all others to the left.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grid {
    /// The columns have these heads.
    pub heads: Vec<String>,
    /// Each row has as many cells as there are heads.
    pub rows: Vec<Vec<String>>,
    /// This is the table that it shows, such as `derivatives.families`, if that has a name: what heads mean depends on it.
    pub name: String,
    /// These heads are left out where there is no room for all, the first one first; the others stay.
    pub spare: Vec<String>,
}

impl Grid {
    /// Makes an empty table with these heads. They stand in the order of their weight: where there is no room for all, the
    /// last is left out first, and the first stays.
    pub fn new(heads: impl IntoIterator<Item = impl Into<String>>) -> Grid {
        let heads: Vec<String> = heads.into_iter().map(Into::into).collect();
        let spare = heads.iter().skip(1).rev().cloned().collect();
        Grid { heads, rows: Vec::new(), name: String::new(), spare }
    }

    /// Says which table it shows.
    pub(crate) fn named(self, name: impl Into<String>) -> Grid {
        Grid { name: name.into(), ..self }
    }

    /// Says which columns are left out where there is no room for all, the first one first; the others stay.
    pub fn sparing(self, heads: impl IntoIterator<Item = impl Into<String>>) -> Grid {
        Grid { spare: heads.into_iter().map(Into::into).collect(), ..self }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// Whether a column holds numbers; what could not be judged or is not known stands among them.
    pub(super) fn is_numeric(&self, column: usize) -> bool {
        let is_mark = |c: char| c.is_ascii_digit() || matches!(c, ',' | '.' | '%' | '-' | '–' | '+' | '>' | ' ');
        // A sum may tell of how many models it is.
        let number = |cell: &str| cell.split_once(" (").map_or(cell, |(number, _)| number).to_owned();
        let is_none = |cell: &str| cell.is_empty() || cell == NOT_JUDGED || cell == "not known";
        let cells = || self.rows.iter().filter_map(|row| row.get(column)).map(|cell| number(cell));
        cells().any(|cell| !is_none(&cell)) && cells().all(|cell| is_none(&cell) || cell.chars().all(is_mark))
    }

    pub(super) fn markdown(&self) -> String {
        let cells = |cells: &[String]| cells.iter().map(|cell| markdown(cell)).collect::<Vec<_>>();
        let rows: Vec<Vec<String>> = std::iter::once(&self.heads).chain(&self.rows).map(|row| cells(row)).collect();
        let widths: Vec<usize> = (0..self.heads.len())
            .map(|column| {
                rows.iter().filter_map(|row| row.get(column)).map(|cell| width(cell)).max().unwrap_or_default()
            })
            .collect();
        let line = |row: &Vec<String>| {
            let mut line = String::from("|");
            for (column, wide) in widths.iter().enumerate() {
                let cell = row.get(column).map_or("", String::as_str);
                let blanks = " ".repeat(wide - width(cell));
                line +=
                    &if self.is_numeric(column) { format!(" {blanks}{cell} |") } else { format!(" {cell}{blanks} |") };
            }
            line
        };
        let rule = format!("|{}|", widths.iter().map(|wide| "-".repeat(wide + 2)).collect::<Vec<_>>().join("|"));
        let mut lines: Vec<String> = rows.iter().map(line).collect();
        lines.insert(1, rule);
        lines.join("\n")
    }
}
