//! Counting: how many models descend from each, of which kinds, by whom. The only room where rayon is spoken.

mod authors;
mod burst;
mod closure;
mod descendants;
mod family;
mod kin;
mod layout;
mod ranking;
mod segments;
mod sums;
mod tree;

use crate::lineage::Lineage;
use crate::model::Relation;
use crate::snapshot::Row;
use layout::{Kind, Layout};

pub use burst::bursts;
pub use descendants::Descendants;
pub use family::{Counted, FamilyCount, Tally, members};
pub use kin::Kin;
pub use ranking::{Group, Measure, Ranked, Ranking};
pub use tree::{Branch, Shown, tree};

/// Every model's counts under `definitions`, "Counting below one model".
#[derive(Debug)]
pub struct Census<'l, 's> {
    lineage: &'l Lineage<'s>,
    layout: Layout,
    /// The models with children, in order.
    inner: Vec<Row>,
    facts: Vec<Facts>,
    counting: Counting,
}

/// The counts of one model. Descendants are distinct models other than itself.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Facts {
    /// Distinct children (D1).
    pub direct: u64,
    /// Distinct models that can be reached (D2).
    pub descendants: u64,
    /// The descendants by the relation of their own link towards this model, in the order of [`Relation::ALL`].
    pub by_relation: [u64; 5],
    /// Downloads of the descendants in 30 days.
    pub downloads: Sum,
    /// Downloads of the descendants since the Hub publishes them.
    pub downloads_all_time: Sum,
    /// Likes of the descendants.
    pub likes: Sum,
    /// Descendants created since [`Counting::recent_since`]; `of` counts those with a date.
    pub recent: Sum,
    /// The highest generation among the descendants (fewest links from any root).
    pub deepest: u32,
    /// Fractional credit: each descendant gives 1/k of itself to each of its k parents, recursively.
    pub credit: f64,
}

/// A sum, and of how many models the value was known: a missing value is missing, not 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sum {
    /// The sum of the known values.
    pub total: u64,
    /// How many were known.
    pub of: u64,
}

impl Sum {
    /// Adds a value, if it is known.
    pub fn add(&mut self, value: Option<u64>) {
        if let Some(value) = value {
            self.total += value;
            self.of += 1;
        }
    }
}

/// Which models are counted. All are walked through, counted or not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counting {
    /// Only models created at this instant or later (milliseconds since 1970, UTC).
    pub since: Option<i64>,
    /// Only models created before this instant.
    pub until: Option<i64>,
    /// What counts as recent: created at this instant or later.
    pub recent_since: Option<i64>,
}

impl Counting {
    /// Whether a model created then is counted. Under a date filter, models without a date are not.
    pub fn counts(&self, created: Option<i64>) -> bool {
        let after = self.since.is_none_or(|since| created.is_some_and(|created| created >= since));
        let before = self.until.is_none_or(|until| created.is_some_and(|created| created < until));
        after && before
    }
}

/// The lanes of the sums below: the relations first.
const LANES: usize = 13;
const DOWNLOADS: usize = 5;
const ALL_TIME: usize = 7;
const LIKES: usize = 9;
const RECENT: usize = 11;

impl<'l, 's> Census<'l, 's> {
    /// Counts below every model.
    pub fn take(lineage: &'l Lineage<'s>, counting: &Counting) -> Census<'l, 's> {
        let layout = Layout::of(lineage);
        let weigh = Weigh { lineage, counting };
        let weights: Vec<[i64; LANES]> = (0..layout.root()).map(|unit| weigh.unit(&layout, unit)).collect();
        let sums = sums::below(&layout, &weights);
        let mut generations = lineage.generations();
        // What is not counted is nobody's deepest descendant.
        lineage.snapshot().rows().filter(|row| !weigh.counts(*row)).for_each(|row| generations[row as usize] = 0);
        let deepest = deepest(&layout, &generations);
        let in_cycles = Deepest::in_cycles(&layout, &generations);
        let credit = credit(&layout, &weigh);
        let inner: Vec<Row> = lineage.snapshot().rows().filter(|row| !lineage.is_leaf(*row)).collect();
        let facts = inner
            .iter()
            .map(|row| {
                // Only rows with links are inner, so each has a unit.
                let unit = layout.unit(*row).unwrap_or_default();
                let mut lanes = sums[unit as usize];
                let mut deepest = deepest[unit as usize];
                if let Kind::Cycle(number) = layout.kind(unit) {
                    deepest = deepest.max(in_cycles[number as usize].beside(*row));
                    // A member descends from itself through the others; it is not its own descendant.
                    let whole = weights[unit as usize];
                    let own = weigh.within_cycle(&layout, unit, *row);
                    (0..LANES).for_each(|lane| lanes[lane] += whole[lane] - own[lane]);
                }
                let sum = |lane: usize| Sum { total: lanes[lane] as u64, of: lanes[lane + 1] as u64 };
                let by_relation: [u64; 5] = std::array::from_fn(|relation| lanes[relation] as u64);
                let direct = lineage.children(*row).filter(|(child, _)| weigh.counts(*child)).count();
                Facts {
                    direct: direct as u64,
                    descendants: by_relation.iter().sum(),
                    by_relation,
                    downloads: sum(DOWNLOADS),
                    downloads_all_time: sum(ALL_TIME),
                    likes: sum(LIKES),
                    recent: sum(RECENT),
                    deepest,
                    credit: credit[unit as usize],
                }
            })
            .collect();
        Census { lineage, layout, inner, facts, counting: counting.clone() }
    }

    /// The lineage that was counted.
    pub fn lineage(&self) -> &'l Lineage<'s> {
        self.lineage
    }

    /// The counts of a model; all zero where nothing descends from it.
    pub fn of(&self, model: Row) -> Facts {
        self.inner.binary_search(&model).map(|at| self.facts[at]).unwrap_or_default()
    }

    /// Every model with children, in order of the ids, and its counts.
    pub fn all(&self) -> impl ExactSizeIterator<Item = (Row, &Facts)> {
        self.inner.iter().copied().zip(&self.facts)
    }

    /// The distinct owners of the counted descendants of every model of [`Census::all`], in that order. A model without an
    /// owner is its own.
    pub fn authors(&self) -> Vec<u64> {
        authors::below(self.lineage, &self.layout, &self.inner, &self.counting)
    }

    /// The links of the longest chain; the links inside a cycle count nothing.
    pub fn longest_chain(&self) -> usize {
        let mut longest = vec![0; self.layout.len()];
        for unit in 0..self.layout.root() {
            if !matches!(self.layout.kind(unit), Kind::Shadow(..)) {
                longest[unit as usize] =
                    self.layout.parents(unit).iter().map(|parent| longest[*parent as usize] + 1).max().unwrap_or(0);
            }
        }
        longest.into_iter().max().unwrap_or(0)
    }
}

/// What each model adds to the lanes.
struct Weigh<'a> {
    lineage: &'a Lineage<'a>,
    counting: &'a Counting,
}

impl Weigh<'_> {
    fn counts(&self, row: Row) -> bool {
        self.counting.counts(self.lineage.snapshot().created(row))
    }

    fn unit(&self, layout: &Layout, unit: u32) -> [i64; LANES] {
        let mut lanes = [0; LANES];
        match layout.kind(unit) {
            Kind::Shadow(relation, below) => {
                if self.counts(layout.shadowed(unit)) {
                    lanes[relation as usize] += 1;
                    lanes[below as usize] -= 1;
                }
            }
            _ => {
                for row in layout.members(unit) {
                    // The weakest relation; the shadows move a model up where a stronger link leads to it.
                    let weakest = self.lineage.parents(*row).map(|(_, edge)| edge.relation).min();
                    let own = self.row(*row, weakest);
                    (0..LANES).for_each(|lane| lanes[lane] += own[lane]);
                }
            }
        }
        lanes
    }

    /// What a member of a cycle adds as the others see it: classed by its strongest link inside the cycle.
    fn within_cycle(&self, layout: &Layout, unit: u32, row: Row) -> [i64; LANES] {
        let inside = |parent: Row| layout.unit(parent) == Some(unit);
        let strongest =
            self.lineage.parents(row).filter(|(parent, _)| inside(*parent)).map(|(_, edge)| edge.relation).max();
        self.row(row, strongest)
    }

    fn row(&self, row: Row, relation: Option<Relation>) -> [i64; LANES] {
        let mut lanes = [0; LANES];
        if !self.counts(row) {
            return lanes;
        }
        // A root is nobody's descendant: whatever it adds is taken off again where it is counted.
        lanes[relation.unwrap_or(Relation::Unstated) as usize] = 1;
        let snapshot = self.lineage.snapshot();
        let recent = self
            .counting
            .recent_since
            .and_then(|since| snapshot.created(row).map(|created| u64::from(created >= since)));
        for (lane, value) in [
            (DOWNLOADS, snapshot.downloads(row)),
            (ALL_TIME, snapshot.downloads_all_time(row)),
            (LIKES, snapshot.likes(row)),
            (RECENT, recent),
        ] {
            if let Some(value) = value {
                lanes[lane] = value as i64;
                lanes[lane + 1] = 1;
            }
        }
        lanes
    }
}

/// The highest generation below every unit, its own members left out.
fn deepest(layout: &Layout, generations: &[u32]) -> Vec<u32> {
    let mut deepest = vec![0; layout.len()];
    for unit in (0..layout.root()).rev() {
        let own = layout.members(unit).iter().map(|row| generations[*row as usize]).max().unwrap_or(0);
        let below = own.max(deepest[unit as usize]);
        for parent in layout.parents(unit) {
            deepest[*parent as usize] = below.max(deepest[*parent as usize]);
        }
    }
    deepest
}

/// The two highest generations among the members of a cycle: a member is not its own descendant.
#[derive(Debug, Default, Clone, Copy)]
struct Deepest {
    highest: u32,
    of: Row,
    second: u32,
}

impl Deepest {
    /// Of every cycle.
    fn in_cycles(layout: &Layout, generations: &[u32]) -> Vec<Deepest> {
        let of = |members: &Vec<Row>| {
            let mut deepest = Deepest::default();
            for row in members {
                let own = generations[*row as usize];
                if own > deepest.highest {
                    deepest = Deepest { highest: own, of: *row, second: deepest.highest };
                } else {
                    deepest.second = deepest.second.max(own);
                }
            }
            deepest
        };
        layout.cycles().iter().map(of).collect()
    }

    /// The highest among the members other than this one.
    fn beside(self, member: Row) -> u32 {
        if member == self.of { self.second } else { self.highest }
    }
}

/// The fractional credit of every unit; under a filter only counted models give any. A cycle is credited as one: its members are derived models, and what they and
/// their descendants are worth goes to the links that come from outside, in equal parts; each member shows the whole.
fn credit(layout: &Layout, weigh: &Weigh<'_>) -> Vec<f64> {
    let mut credit = vec![0.0; layout.len()];
    for unit in (0..layout.root()).rev() {
        let members = layout.members(unit);
        let outside: Vec<u32> = members
            .iter()
            .flat_map(|row| weigh.lineage.parents(*row))
            .filter_map(|(parent, _)| layout.unit(parent).filter(|parent| *parent != unit))
            .collect();
        let counted = members.iter().filter(|row| weigh.counts(**row)).count() as f64;
        let worth = credit[unit as usize] + counted;
        if members.len() > 1 {
            credit[unit as usize] = worth;
        }
        for parent in &outside {
            credit[*parent as usize] += worth / outside.len() as f64;
        }
    }
    credit
}
