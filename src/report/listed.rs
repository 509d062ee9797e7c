use crate::ink::{Block, Grid, Named, Report};

/// A report on cases in rows, of which people are shown so many.
pub(super) fn listed(grid: Grid, rows: Vec<Named>, words: String, most: usize, definition: &[&str]) -> Report<'static> {
    let mut blocks = vec![Block::Line(words)];
    let (all, mut rows) = (rows.len(), rows);
    rows.truncate(most);
    if all > 0 {
        blocks.push(Block::Grid(grid));
    }
    if all > most {
        blocks.push(Block::cut(most, all, "shown"));
    }
    let definition = definition.iter().map(|sentence| (*sentence).to_owned()).collect();
    Report::new(definition, rows, blocks)
}
