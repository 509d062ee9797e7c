use std::collections::BTreeMap;

use crate::lineage::Lineage;
use crate::snapshot::Row;

/// A `Common` is what some models have above them in common (docs/definitions.md, 9).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Common {
    /// These models were asked for.
    pub models: Vec<Row>,
    /// These are their nearest common ancestors, in order of the rows; there is none if they have none in common.
    pub nearest: Vec<Shared>,
    /// They have so many ancestors in common, a model counting as its own.
    pub all: usize,
}

/// A `Shared` is an ancestor of several models.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shared {
    /// This is the ancestor.
    pub row: Row,
    /// So many links lie between it and each of the models, in their order; none if it is that model itself.
    pub distances: Vec<u32>,
}

impl Common {
    /// Finds what these models have above them in common by the lineage's links.
    pub fn of(lineage: &Lineage, models: &[Row]) -> Common {
        let distances = |model: &Row| lineage.above(&[*model]).distances().chain([(*model, 0)]).collect();
        let above: Vec<BTreeMap<Row, u32>> = models.iter().map(distances).collect();
        let shared = |row: Row| {
            let distances: Option<Vec<u32>> = above.iter().map(|known| known.get(&row).copied()).collect();
            Some(Shared { row, distances: distances? })
        };
        let all = above.first().map_or(0, |first| first.keys().filter(|row| shared(**row).is_some()).count());
        let nearest = lineage.nearest_common(models).into_iter().filter_map(shared).collect();
        Common { models: models.to_vec(), nearest, all }
    }
}
