use crate::lineage::{Edge, Lineage};
use crate::snapshot::Row;

/// A `Clusters` is the connected parts of a lineage, whichever way links run: every model is in one, and most of them
/// are alone.
#[derive(Debug)]
pub struct Clusters {
    /// Each row's part, by its smallest row.
    of: Vec<Row>,
    sizes: Vec<(Row, u64)>,
}

impl Clusters {
    /// Finds the parts that the wanted links connect.
    pub fn find(lineage: &Lineage, wanted: impl Fn(Edge) -> bool) -> Clusters {
        let snapshot = lineage.snapshot();
        let mut of: Vec<Row> = snapshot.rows().collect();
        // petgraph's `UnionFind` takes half as much time again: its parts are not known by their smallest rows.
        fn first(of: &mut [Row], mut row: Row) -> Row {
            while of[row as usize] != row {
                of[row as usize] = of[of[row as usize] as usize];
                row = of[row as usize];
            }
            row
        }
        for (parent, child, _) in lineage.all_links().filter(|(_, _, edge)| wanted(*edge)) {
            let (one, other) = (first(&mut of, parent), first(&mut of, child));
            of[one.max(other) as usize] = one.min(other);
        }
        // Rows point to smaller ones, so that those are settled already.
        (0..of.len()).for_each(|row| of[row] = of[of[row] as usize]);
        let mut sizes = vec![0u64; of.len()];
        let is_model = |row: &Row| snapshot.is_listed(*row) || lineage.is_unlisted(*row);
        snapshot.rows().filter(is_model).for_each(|row| sizes[of[row as usize] as usize] += 1);
        let mut sizes: Vec<(Row, u64)> = (0..).zip(sizes).filter(|(_, size)| *size > 0).collect();
        sizes.sort_unstable_by_key(|(row, size)| (std::cmp::Reverse(*size), *row));
        Clusters { of, sizes }
    }

    /// Gives the parts, each by its smallest row with its number of models, the largest first.
    pub fn sizes(&self) -> &[(Row, u64)] {
        &self.sizes
    }

    /// Gives the part of a model, by the part's smallest row.
    pub fn part(&self, row: Row) -> Row {
        self.of[row as usize]
    }
}
