use memchr::memchr_iter;

use crate::model::ModelId;

/// What every row of a table looks like, which tells rows that a quote took into a cell.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    /// What stands between two fields.
    pub mark: u8,
    pub fields: usize,
    /// The field that is a model's id.
    pub id: usize,
}

impl Shape {
    /// Whether a cell of the column `at` ends in rows of the table, or holds little else: those that a quote which nobody closed
    /// took in. The next quote ends it, so that its last line is cut off there, and no row in it has a quote; a text about a
    /// model may have a table in it, but does not end within one.
    pub fn has_rows(self, cell: &str, at: usize) -> bool {
        let mut lines = cell.trim_end().split('\n');
        let (Some(first), Some(last)) = (lines.next(), lines.next_back()) else { return false };
        let whole = lines.filter(|line| !line.trim().is_empty());
        let is_row = |line: &&str| self.is_row(line, self.fields);
        let ends = usize::from(self.is_row(last, at + 1) || self.is_row(last, self.fields));
        let tail = whole.clone().rev().take_while(is_row).count();
        // Where the id stands behind the cell, it is not in the last line.
        if ends == 0 && self.id <= at {
            return false;
        }
        if tail + ends > 1 {
            return true;
        }
        let (rows, others) = whole.fold((0, 0), |(rows, others), line| match is_row(&line) {
            true => (rows + 1, others),
            false => (rows, others + 1),
        });
        // One row, or two halves of rows, are told where all of them fit.
        let is_one = || self.fields > 2 && others == 0 && self.has(first, self.fields - at);
        (rows > 1 && rows > 9 * others) || (ends > 0 && is_one())
    }

    fn is_row(self, line: &str, fields: usize) -> bool {
        let is_id = |text: &str| {
            let text = text.trim().trim_matches('"');
            ModelId::parse(text).is_ok_and(|id| id.owner().is_some())
        };
        self.has(line, fields) && line.split(char::from(self.mark)).nth(self.id).is_some_and(is_id)
    }

    fn has(self, line: &str, fields: usize) -> bool {
        memchr_iter(self.mark, line.as_bytes()).count() + 1 == fields
    }
}
