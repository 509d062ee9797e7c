use super::Grid;
use super::wrapped::{least, widest_word, width, wrapped};

/// Blanks between two columns.
const BETWEEN: usize = 2;
/// A column of sentences may be made as narrow as this, and one of ids as this, before a column of less weight is left out for it.
const SENTENCES: usize = 30;
const IDS: usize = 36;
/// No column is narrower, whatever the terminal: what is broken further cannot be read.
const NARROWEST: usize = 4;

/// A `Fitted` is a table that is laid out: which columns there is room for, how wide each is, and where its cells break.
pub(super) struct Fitted {
    columns: Vec<Column>,
    rows: usize,
    /// There is no room for the columns with these heads.
    pub left_out: Vec<String>,
}

struct Column {
    /// The head and the cells, as they are shown.
    cells: Vec<String>,
    is_numeric: bool,
    width: usize,
}

impl Column {
    fn new(grid: &Grid, at: usize, shown: fn(&str) -> String) -> Column {
        let heads = std::iter::once(grid.heads[at].as_str());
        let cells = heads.chain(grid.rows.iter().map(|row| row.get(at).map_or("", String::as_str)));
        let cells: Vec<String> = cells.map(shown).collect();
        let width = cells.iter().map(|cell| width(cell)).max().unwrap_or_default();
        Column { cells, is_numeric: grid.is_numeric(at), width }
    }

    /// How narrow it may be made without anything being cut: numbers and words of heads are never broken.
    fn least(&self) -> usize {
        let cells = || self.cells[1..].iter();
        let inside = match self.is_numeric {
            true => cells().map(|cell| width(cell.split(" (").next().unwrap_or_default())).max(),
            false => cells().map(|cell| least(cell)).max(),
        };
        inside.unwrap_or_default().max(widest_word(&self.cells[0]))
    }

    /// How narrow it may be made so that it is still read with ease.
    fn easy(&self) -> usize {
        let has_sentences = self.cells[1..].iter().filter(|cell| cell.contains(' ')).count() * 2 > self.cells.len();
        let easy = match (self.is_numeric, has_sentences) {
            (true, _) => 0,
            (false, true) => SENTENCES,
            (false, false) => IDS,
        };
        self.least().max(easy).min(self.width)
    }
}

impl Fitted {
    pub fn new(grid: &Grid, shown: fn(&str) -> String, most: Option<usize>) -> Fitted {
        let mut columns: Vec<Option<Column>> =
            (0..grid.heads.len()).map(|at| Some(Column::new(grid, at, shown))).collect();
        let mut left_out = Vec::new();
        if let Some(most) = most {
            let sum = |columns: &[Option<Column>], of: fn(&Column) -> usize| {
                let widths = columns.iter().flatten().map(of);
                widths.map(|width| width + BETWEEN).sum::<usize>().saturating_sub(BETWEEN)
            };
            let mut spare = grid.spare.iter();
            if sum(&columns, |column| column.width) > most {
                while sum(&columns, Column::easy) > most
                    && let Some(head) = spare.next()
                {
                    grid.heads
                        .iter()
                        .zip(&mut columns)
                        .filter(|(known, _)| *known == head)
                        .for_each(|(_, column)| *column = None);
                }
                let heads = grid.heads.iter().zip(&columns).filter(|(_, column)| column.is_none());
                left_out = heads.map(|(head, _)| head.clone()).collect();
                let is_tight = sum(&columns, Column::easy) > most;
                let wanted: Vec<usize> = columns.iter().flatten().map(|column| column.width).collect();
                let mut kept: Vec<&mut Column> = columns.iter_mut().flatten().collect();
                kept.iter_mut().for_each(|column| column.width = if is_tight { column.least() } else { column.easy() });
                share(&mut kept, &wanted, most);
            }
        }
        Fitted { columns: columns.into_iter().flatten().collect(), rows: grid.rows.len(), left_out }
    }

    /// The lines, head first. `style` dresses a piece of a cell, given its row (none is the head) and the whole cell.
    pub fn lines(&self, style: impl Fn(Option<usize>, &str, &str) -> String) -> Vec<String> {
        let mut lines = Vec::new();
        for row in 0..=self.rows {
            let cells: Vec<Vec<String>> =
                self.columns.iter().map(|column| wrapped(&column.cells[row], column.width, "")).collect();
            for at in 0..cells.iter().map(Vec::len).max().unwrap_or_default() {
                let (mut line, mut blanks) = (String::new(), 0);
                for (column, pieces) in self.columns.iter().zip(&cells) {
                    let piece = pieces.get(at).map_or("", String::as_str);
                    let rest = column.width.saturating_sub(width(piece));
                    let (before, after) = if column.is_numeric { (rest, 0) } else { (0, rest) };
                    blanks += before;
                    if !piece.is_empty() {
                        line += &" ".repeat(blanks);
                        line += &style(row.checked_sub(1), &column.cells[row], piece);
                        blanks = 0;
                    }
                    blanks += after + BETWEEN;
                }
                lines.push(line);
            }
        }
        lines
    }
}

/// Gives the room that is left to the columns that want most, or takes what lacks from the widest.
fn share(columns: &mut [&mut Column], wanted: &[usize], most: usize) {
    let room = most.saturating_sub(BETWEEN * columns.len().saturating_sub(1));
    let sum = |columns: &[&mut Column]| columns.iter().map(|column| column.width).sum::<usize>();
    while sum(columns) < room {
        let lacks = |at: &usize| wanted[*at].saturating_sub(columns[*at].width);
        let Some(at) = (0..columns.len()).filter(|at| lacks(at) > 0).max_by_key(lacks) else { return };
        columns[at].width += 1;
    }
    while sum(columns) > room {
        let Some(widest) =
            columns.iter_mut().filter(|column| column.width > NARROWEST).max_by_key(|column| column.width)
        else {
            return;
        };
        widest.width -= 1;
    }
}
