use crate::ink::{Block, Grid, Report, Value, named};

/// A report on cases in rows, of which people are shown so many.
pub(super) fn listed<const N: usize>(
    grid: Grid,
    heads: [&'static str; N],
    rows: Vec<[Value; N]>,
    words: String,
    most: usize,
    definition: &[&str],
) -> Report<'static> {
    let mut blocks = vec![Block::Line(words)];
    let all = rows.len();
    if all > 0 {
        blocks.push(Block::Grid(grid));
    }
    if all > most {
        blocks.push(Block::cut(most, all, "shown"));
    }
    let definition = definition.iter().map(|sentence| (*sentence).to_owned()).collect();
    let rows: Vec<_> = rows.into_iter().take(most).map(|values| named(heads, values)).collect();
    Report::new(definition, rows, blocks).headed(heads)
}
