use std::ops::Range;

use super::layout::{Kind, Layout, Unit};
use super::segments::Segments;
use super::shadow::{Shadow, shadows};
use super::{Counting, Deepest, Sum, Tally, Wanted, credit, deepest, kept_rows};
use crate::lineage::Lineage;
use crate::model::{Count, Relation};
use crate::snapshot::{Array, Error, NumberColumn, Numbers, Row, Snapshot, agree};

/// A `Facts` is the counts of one model. Descendants are distinct models other than itself.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Facts {
    /// It has so many distinct children that count.
    pub direct: u64,
    /// So many distinct models that count can be reached.
    pub descendants: u64,
    /// So many of the descendants are of each relation, that of their own link towards this model, in the order of
    /// [`Relation::ALL`].
    pub by_relation: [u64; 5],
    /// The descendants have so many downloads in 30 days.
    pub downloads: Sum,
    /// The descendants have so many downloads since the Hub publishes them.
    pub downloads_all_time: Sum,
    /// The descendants have so many likes.
    pub likes: Sum,
    /// So many descendants were created in the time of [`Counting::recent`], of those with a date, which `of` counts.
    pub recent: Sum,
    /// This is the highest generation among the descendants: the fewest links from any root.
    pub deepest: u32,
    /// This is the fractional credit, in models: each descendant gives 1/k of itself to each of its k parents,
    /// recursively (docs/definitions.md, 3.3).
    pub credit: f64,
}

/// A `Summed` is a value that models may lack, summed over the descendants.
#[derive(Clone, Copy)]
enum Summed {
    Downloads,
    DownloadsAllTime,
    Likes,
    /// 1 if the model is recent; it is lacked with the date.
    Recent,
}

impl Summed {
    /// The lane of its total; in the next one, models are counted that have the value.
    const fn lane(self) -> usize {
        Relation::ALL.len() + 2 * self as usize
    }

    fn sum(self, lane: impl Fn(usize) -> u64) -> Sum {
        Sum { total: lane(self.lane()), of: lane(self.lane() + 1) }
    }
}

/// A sum over the descendants has so many lanes: one for each relation, in which models are counted, and two for each
/// [`Summed`].
const LANES: usize = Summed::Recent.lane() + 2;
pub(super) type Lanes = [i64; LANES];

/// The columns of [`FactsTable`], by whose numbers they are kept: the direct children, the lanes, and two that are no sums.
const DIRECT: usize = 0;
const FIRST_LANE: usize = DIRECT + 1;
const DEEPEST: usize = FIRST_LANE + LANES;
const CREDIT: usize = DEEPEST + 1;
const COLUMNS: usize = CREDIT + 1;

/// A `FactsTable` is the facts of every model with children, column by column: counted now, or kept in the snapshot.
#[derive(Debug)]
pub(super) struct FactsTable {
    rows: Numbers<Row>,
    columns: [Numbers<u64>; COLUMNS],
}

/// Under which name the facts are kept: this version of what they mean.
const NAME: &str = "census/1";

impl FactsTable {
    /// Counts the facts.
    pub fn count(lineage: &Lineage, layout: &Layout, counting: &Counting) -> Result<FactsTable, super::Error> {
        let weigh = Weigh::read(lineage, counting)?;
        let sums = Segments::sum_within(weigh.nodes(), &weigh.links(), |node| weigh.node(node), counting.wait)?;
        let mut generations = lineage.generations();
        // What is not counted is nobody's deepest descendant.
        lineage.snapshot().rows().filter(|row| !weigh.counts(*row)).for_each(|row| generations[row as usize] = 0);
        let deepest = deepest(layout, &generations);
        let in_cycles = Deepest::in_cycles(layout, &generations);
        let credit = credit(layout, lineage, |row| weigh.counts(row));
        let rows: Vec<Row> = lineage.snapshot().rows().filter(|row| !lineage.is_leaf(*row)).collect();
        let mut columns: [Vec<u64>; COLUMNS] = std::array::from_fn(|_| Vec::with_capacity(rows.len()));
        for row in &rows {
            // Only rows with links are inner, so each has a unit.
            let unit = layout.unit(*row).unwrap_or_default();
            let mut deepest = deepest[unit.index()];
            // The sum is over the model too, which is not its own descendant.
            let own = match layout.kind(unit) {
                Kind::Model => weigh.row(*row, weigh.weakest(*row)),
                // A member of a cycle descends from itself through the others.
                Kind::Cycle(number) => {
                    deepest = deepest.max(in_cycles[number as usize].beside(*row));
                    weigh.row(*row, weigh.within_cycle(layout, unit, *row))
                }
            };
            let sum = sums.reached_from(*row).unwrap_or_default();
            let direct = lineage.children(*row).filter(|(child, _)| weigh.counts(*child)).count();
            columns[DIRECT].push(direct as u64);
            for (lane, column) in columns[FIRST_LANE..][..LANES].iter_mut().enumerate() {
                column.push(unsigned(sum[lane] - own[lane]));
            }
            columns[DEEPEST].push(deepest.into());
            columns[CREDIT].push(credit[unit.index()].to_bits());
        }
        Ok(FactsTable { rows: rows.into(), columns: columns.map(Numbers::from) })
    }

    /// Reads the facts that a snapshot keeps, if it keeps any: those of all its links and models, in which nothing is
    /// recent.
    ///
    /// # Errors
    /// [`Error::Damaged`] if they are not as they were written.
    pub fn kept(snapshot: &Snapshot) -> Result<Option<FactsTable>, Error> {
        let Some(rows) = kept_rows(snapshot, &format!("{NAME}/rows"))? else { return Ok(None) };
        let mut columns: [Numbers<u64>; COLUMNS] = Default::default();
        for (number, column) in columns.iter_mut().enumerate() {
            let name = format!("{NAME}/{number}");
            // A sum is less than this, so that those of all models add up; credit is no whole number.
            let look = |block: &[u64]| match number == CREDIT || block.iter().fold(0, |all, sum| all | sum) >> 62 == 0 {
                true => Ok(()),
                false => Err("a sum that is higher than any can be".to_owned()),
            };
            let Some(kept) = snapshot.kept_if(&name, look)? else { return Ok(None) };
            agree::as_many("counts", kept.len(), rows.len())
                .map_err(|wrong| snapshot.damaged(format!("kept array {name}: {wrong}")))?;
            *column = kept;
        }
        Ok(Some(FactsTable { rows, columns }))
    }

    /// Tells whether a snapshot keeps the facts.
    pub fn is_kept(snapshot: &Snapshot) -> bool {
        snapshot.kept_names().any(|name| name.strip_prefix(NAME) == Some("/rows"))
    }

    pub fn to_keep(&self) -> Vec<(String, Array)> {
        let columns = self.columns.iter().enumerate();
        let columns = columns.map(|(number, column)| (format!("{NAME}/{number}"), Array::Sums(column.to_vec())));
        columns.chain([(format!("{NAME}/rows"), Array::Numbers(self.rows.to_vec()))]).collect()
    }

    /// Gives the models with children, in order.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Gives the facts at a place among [`FactsTable::rows`].
    pub fn at(&self, at: usize) -> Facts {
        let value = |column: usize| self.columns[column][at];
        let sums = tally_of(|lane| value(FIRST_LANE + lane));
        Facts {
            direct: value(DIRECT),
            descendants: sums.models,
            by_relation: sums.by_relation,
            downloads: sums.downloads,
            downloads_all_time: sums.downloads_all_time,
            likes: sums.likes,
            recent: sums.recent,
            deepest: value(DEEPEST) as u32,
            credit: f64::from_bits(value(CREDIT)),
        }
    }
}

/// A sum is below 0 only where a forged file's parents are not those of its children: then it is a lie, and no higher than any.
fn unsigned(lane: i64) -> u64 {
    u64::try_from(lane).unwrap_or_default()
}

/// Makes a tally of the sums; its authors and dates are not known by them.
pub(super) fn tally(lanes: &Lanes) -> Tally {
    tally_of(|lane| unsigned(lanes[lane]))
}

fn tally_of(lane: impl Fn(usize) -> u64) -> Tally {
    let by_relation: [u64; 5] = std::array::from_fn(&lane);
    Tally {
        models: by_relation.iter().sum(),
        by_relation,
        downloads: Summed::Downloads.sum(&lane),
        downloads_all_time: Summed::DownloadsAllTime.sum(&lane),
        likes: Summed::Likes.sum(&lane),
        recent: Summed::Recent.sum(&lane),
        ..Tally::default()
    }
}

/// Reads the downloads in 30 days, those of all time and the likes of every model.
pub(super) fn sums(snapshot: &Snapshot) -> Result<[&NumberColumn<u64>; 3], Error> {
    let counts = [Count::Downloads, Count::DownloadsAllTime, Count::Likes];
    let [downloads, all_time, likes] = counts.map(|count| snapshot.count(count));
    Ok([downloads?, all_time?, likes?])
}

/// A `Weigh` knows what each model adds to the sums.
pub(super) struct Weigh<'a> {
    lineage: &'a Lineage,
    wanted: Wanted<'a>,
    sums: [&'a NumberColumn<u64>; 3],
    /// The dates, and which of them are recent.
    recent: Option<(&'a NumberColumn<i64>, Range<i64>)>,
    shadows: Vec<Shadow>,
}

impl<'a> Weigh<'a> {
    /// # Errors
    /// [`Error::Damaged`].
    pub fn read(lineage: &'a Lineage, counting: &Counting) -> Result<Weigh<'a>, Error> {
        let snapshot = lineage.snapshot();
        let recent = counting.recent.clone().map(|recent| snapshot.created().map(|created| (created, recent)));
        Ok(Weigh {
            lineage,
            wanted: counting.wanted(snapshot)?,
            sums: sums(snapshot)?,
            recent: recent.transpose()?,
            shadows: shadows(lineage),
        })
    }

    /// Counts the nodes: the rows, and after them the shadows.
    pub fn nodes(&self) -> usize {
        self.lineage.snapshot().len() + self.shadows.len()
    }

    /// Gives all links, those to shadows too.
    pub fn links(&self) -> Vec<(u32, u32)> {
        let mut links = self.lineage.pairs();
        for (shadow, number) in self.shadows.iter().zip(self.lineage.snapshot().len() as u32..) {
            links.extend(shadow.parents.iter().map(|parent| (*parent, number)));
        }
        links
    }

    /// Gives the nodes that stand for a model: its row and its shadows, which are in order of their rows.
    pub fn nodes_of(&self, row: Row) -> impl Iterator<Item = u32> + Clone {
        let rows = self.lineage.snapshot().len() as u32;
        let from = self.shadows.partition_point(|shadow| shadow.of < row);
        let own = self.shadows[from..].iter().take_while(move |shadow| shadow.of == row).count();
        std::iter::once(row).chain((from..from + own).map(move |at| rows + at as u32))
    }

    /// Gives a parent of a node, one of them if there are several.
    pub fn parent(&self, node: u32) -> Option<Row> {
        match self.shadow_of(node) {
            Some(shadow) => shadow.parents.first().copied(),
            None => self.lineage.parents(node).next().map(|(parent, _)| parent),
        }
    }

    /// Gives what a node adds.
    pub fn node(&self, node: u32) -> Lanes {
        match self.shadow_of(node) {
            Some(shadow) => self.shadow(shadow),
            None => self.row(node, self.weakest(node)),
        }
    }

    fn shadow_of(&self, node: u32) -> Option<&Shadow> {
        self.shadows.get((node as usize).checked_sub(self.lineage.snapshot().len())?)
    }

    fn counts(&self, row: Row) -> bool {
        self.wanted.holds(row)
    }

    /// The weakest relation of a model; its shadows move it up where a stronger link leads to it.
    fn weakest(&self, row: Row) -> Option<Relation> {
        self.lineage.parents(row).map(|(_, edge)| edge.relation).min()
    }

    /// How the others of its cycle see a member: by its strongest link inside the cycle.
    fn within_cycle(&self, layout: &Layout, unit: Unit, row: Row) -> Option<Relation> {
        let inside = |parent: Row| layout.unit(parent) == Some(unit);
        self.lineage.parents(row).filter(|(parent, _)| inside(*parent)).map(|(_, edge)| edge.relation).max()
    }

    fn shadow(&self, shadow: &Shadow) -> Lanes {
        let mut lanes = Lanes::default();
        if self.counts(shadow.of) {
            lanes[shadow.relation as usize] += 1;
            lanes[shadow.instead as usize] -= 1;
        }
        lanes
    }

    fn row(&self, row: Row, relation: Option<Relation>) -> Lanes {
        let mut lanes = Lanes::default();
        if !self.counts(row) {
            return lanes;
        }
        // A root is nobody's descendant: whatever it adds is taken off again where it is counted.
        lanes[relation.unwrap_or(Relation::Unstated) as usize] = 1;
        let recent =
            self.recent.as_ref().and_then(|(created, recent)| Some(u64::from(recent.contains(&created.at(row)?))));
        let [downloads, all_time, likes] = self.sums.map(|column| column.at(row));
        let values = [
            (Summed::Downloads, downloads),
            (Summed::DownloadsAllTime, all_time),
            (Summed::Likes, likes),
            (Summed::Recent, recent),
        ];
        for (summed, value) in values {
            if let Some(value) = value {
                lanes[summed.lane()] = value as i64;
                lanes[summed.lane() + 1] = 1;
            }
        }
        lanes
    }
}
