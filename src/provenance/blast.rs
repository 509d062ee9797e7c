use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, OnceLock};

use crate::lineage::{Edge, Lineage, RowSet};
use crate::model::Relation;
use crate::snapshot::Row;

/// A `Blast` is what descends from any of some models, which are its bases and are left out (docs/definitions.md, 9).
#[derive(Debug, Clone)]
pub struct Blast {
    lineage: Lineage,
    /// These are the bases, each once, in order of the rows.
    pub bases: Vec<Row>,
    /// These are the models that descend from any of them, the nearest first, then in order of the rows.
    pub hits: Vec<Hit>,
    /// Bases, and what is in a cycle with one: no way leads around them.
    starts: BTreeSet<Row>,
    /// The members of cycles that are roots above any hit, each with all of its cycle.
    root_cycles: OnceLock<HashMap<Row, Arc<[Row]>>>,
}

/// A `Hit` is a model that descends from a base.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// This is the model.
    pub row: Row,
    /// So many links lie between it and the nearest base.
    pub distance: u32,
    /// On a shortest way this is the next model above it: of several the one with the strongest link, then the first by row.
    pub via: Row,
    /// This is the base at the other end of that way.
    pub base: Row,
    /// It is classed by this relation: of its links to bases and to what descends from them the strongest (docs/definitions.md, 2).
    pub relation: Relation,
    /// It has a base for a parent.
    pub is_direct: bool,
    /// It has a parent that descends from a base, and is none.
    pub is_indirect: bool,
    /// Every way from any root leads through a base, or through a cycle that one is in.
    pub only_through: bool,
}

impl Blast {
    /// Finds what descends from these models by the lineage's links.
    pub fn of(lineage: &Lineage, models: &[Row]) -> Blast {
        let bases: Vec<Row> = models.iter().copied().collect::<BTreeSet<Row>>().into_iter().collect();
        let below = lineage.below(&bases);
        let only = lineage.only_through(&bases, &below.rows);
        let set = |rows: &[Row]| RowSet::from_rows(lineage.snapshot().len(), rows);
        let (is_base, is_only) = (set(&bases), set(&only));
        let reached = set(&[&bases[..], &below.rows].concat());
        // How far each is, and from which base; by its place among those that are reached.
        let mut known: Vec<Option<(u32, Row)>> = vec![None; reached.len()];
        bases.iter().for_each(|base| known[reached.place(*base) as usize] = Some((0, *base)));
        let mut hits = Vec::with_capacity(below.rows.len());
        for (row, distance) in below.distances() {
            let (mut nearest, mut relation) = (None, Relation::Unstated);
            let (mut is_direct, mut is_indirect) = (false, false);
            for (parent, edge) in lineage.parents(row).filter(|(parent, _)| reached.holds(*parent)) {
                let place = known[reached.place(parent) as usize];
                is_direct |= is_base.holds(parent);
                is_indirect |= !is_base.holds(parent);
                relation = relation.max(edge.relation);
                let nearer = place.filter(|(at, _)| at + 1 == distance);
                nearest = nearest.max(nearer.map(|(_, base)| (edge.relation, Reverse(parent), base)));
            }
            let Some((_, Reverse(via), base)) = nearest else { continue };
            known[reached.place(row) as usize] = Some((distance, base));
            let only_through = is_only.holds(row);
            hits.push(Hit { row, distance, via, base, relation, is_direct, is_indirect, only_through });
        }
        hits.sort_unstable_by_key(|hit| (hit.distance, hit.row));
        let cycles = lineage.cycles_above(&bases);
        let together = cycles.iter().filter(|cycle| cycle.iter().any(|row| is_base.holds(*row)));
        let starts = together.flatten().chain(&bases).copied().collect();
        Blast { lineage: lineage.clone(), bases, hits, starts, root_cycles: OnceLock::new() }
    }

    /// Gives the links by which it was found.
    pub fn lineage(&self) -> &Lineage {
        &self.lineage
    }

    /// Finds the roots that a model hangs from besides: those from which a way leads to it that passes no base, nor a cycle that one is
    /// in; in order of the rows. Of a cycle that is a root, all members.
    pub fn other_roots(&self, model: Row) -> Vec<Row> {
        let (mut met, mut left, mut roots) = (BTreeSet::from([model]), vec![model], Vec::new());
        if self.starts.contains(&model) {
            return roots;
        }
        while let Some(at) = left.pop() {
            if let Some(cycle) = self.root_cycles().get(&at).filter(|cycle| cycle.binary_search(&model).is_err()) {
                roots.extend(cycle.iter());
            }
            if self.lineage.is_root(at) && at != model {
                roots.push(at);
            }
            let parents = self.lineage.parents(at).map(|(parent, _)| parent);
            left.extend(parents.filter(|parent| !self.starts.contains(parent)).filter(|parent| met.insert(*parent)));
        }
        roots.sort_unstable();
        roots.dedup();
        roots
    }

    /// Finds the bases that a model descends from, in order of the rows.
    pub fn bases_above(&self, model: Row) -> Vec<Row> {
        let (mut met, mut left, mut found) = (BTreeSet::from([model]), vec![model], Vec::new());
        while let Some(at) = left.pop() {
            for (parent, _) in self.lineage.parents(at).filter(|(parent, _)| met.insert(*parent)) {
                found.extend(self.bases.binary_search(&parent).is_ok().then_some(parent));
                left.push(parent);
            }
        }
        found.sort_unstable();
        found
    }

    /// A cycle is a root if all parents of its members are members.
    fn root_cycles(&self) -> &HashMap<Row, Arc<[Row]>> {
        self.root_cycles.get_or_init(|| {
            let hits: Vec<Row> = self.hits.iter().map(|hit| hit.row).collect();
            let is_root = |cycle: &Vec<Row>| {
                let is_inside = |(parent, _): (Row, Edge)| cycle.binary_search(&parent).is_ok();
                cycle.iter().all(|member| self.lineage.parents(*member).all(is_inside))
            };
            let roots = self.lineage.cycles_above(&hits).into_iter().filter(is_root).map(Arc::<[Row]>::from);
            roots.flat_map(|cycle| (0..cycle.len()).map(move |at| (cycle[at], Arc::clone(&cycle)))).collect()
        })
    }
}
