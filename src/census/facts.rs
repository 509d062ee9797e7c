use std::collections::HashMap;
use std::ops::Range;

use super::segments::Segments;
use super::shadow::{Shadow, shadows};
use super::table::Table;
use super::{Counting, Sum, Tally, Wanted};
use crate::lineage::Lineage;
use crate::model::{Count, Relation};
use crate::snapshot::{Array, Error, NumberColumn, Numbers, Row, Snapshot};

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

/// The lanes of the relations, in each of which models are counted.
pub(super) type Kinds = [i64; Relation::ALL.len()];
/// The lanes of the values: two for each [`Summed`].
pub(super) type Values = [i64; 2 * (Summed::Recent as usize + 1)];

/// So many lanes, from the first on, say the same on every day that they are asked.
pub(super) const TIMELESS: usize = Summed::Recent.lane();

/// The columns of a table of facts, by whose numbers they are kept: the direct children, the relations, the values.
const DIRECT: usize = 0;
const KINDS: usize = DIRECT + 1;
const COLUMNS: usize = KINDS + Summed::Recent.lane() + 2;

/// A `FactsTable` is the facts of every model with children, column by column: counted now, or kept in the snapshot.
#[derive(Debug)]
pub(super) struct FactsTable(Table);

/// Under which name the facts are kept: this version of what they mean.
const NAME: &str = "census/1";

impl FactsTable {
    /// Counts the facts.
    pub fn count(lineage: &Lineage, counting: &Counting) -> Result<FactsTable, super::Error> {
        let (kinds, values) = (KindsOf::read(lineage, counting)?, ValuesOf::read(lineage.snapshot(), counting)?);
        let (all, wait) = (lineage.snapshot().len(), counting.wait);
        let links = kinds.links();
        let own = &links[..lineage.links()];
        let (by_kind, by_value) = rayon::join(
            || Segments::sum_within(kinds.nodes(), &links, |node| kinds.node(node), wait),
            || Segments::sum_within(all, own, |row| values.row(row), wait),
        );
        let (by_kind, by_value) = (by_kind?, by_value?);
        let mut direct = vec![0u32; all];
        own.iter().for_each(|(parent, child)| direct[*parent as usize] += u32::from(kinds.wanted.holds(*child)));
        let cycles = by_kind.cycles();
        let in_cycle: HashMap<Row, &[Row]> =
            cycles.iter().flat_map(|members| members.iter().map(|row| (*row, &members[..]))).collect();
        let mut rows: Vec<Row> = Vec::new();
        let mut columns: Vec<Vec<u64>> = vec![Vec::new(); COLUMNS];
        // Shadows have no children, so the nodes of both are the rows with children.
        for ((row, by_kind), (_, by_value)) in by_kind.all().zip(by_value.all()) {
            // The sum is over the model too, which is not its own descendant; a member of a cycle is one through the others.
            let own = match in_cycle.get(&row) {
                None => kinds.row(row, kinds.weakest(row)),
                Some(members) => kinds.row(row, kinds.within(members, row)),
            };
            rows.push(row);
            columns[DIRECT].push(direct[row as usize].into());
            let lanes = by_kind.iter().zip(own).chain(by_value.iter().zip(values.row(row)));
            columns[KINDS..].iter_mut().zip(lanes).for_each(|(column, (sum, own))| column.push(unsigned(sum - own)));
        }
        Ok(FactsTable(Table { rows: rows.into(), columns: columns.into_iter().map(Numbers::from).collect() }))
    }

    /// Counts what is recent, beside all else that is counted already.
    pub fn with_recent(mut self, lineage: &Lineage, counting: &Counting) -> Result<FactsTable, super::Error> {
        let Some(recent) = Recent::read(lineage.snapshot(), counting)? else { return Ok(self) };
        let weight = |row| recent.lanes(row);
        let sums = Segments::sum_within(lineage.snapshot().len(), &lineage.pairs(), weight, counting.wait)?;
        let below = |row: &Row| {
            let (sum, own) = (sums.reached_from(*row).unwrap_or_default(), recent.lanes(*row));
            [0, 1].map(|lane| unsigned(sum[lane] - own[lane]))
        };
        let below: Vec<[u64; 2]> = self.0.rows.iter().map(below).collect();
        for lane in [0, 1] {
            let column: Vec<u64> = below.iter().map(|below| below[lane]).collect();
            self.0.columns[KINDS + Summed::Recent.lane() + lane] = column.into();
        }
        Ok(self)
    }

    /// Reads the facts that a snapshot keeps, if it keeps any: those of all its links and models, in which nothing is
    /// recent.
    ///
    /// # Errors
    /// [`Error::Damaged`] if they are not as they were written.
    pub fn kept(snapshot: &Snapshot) -> Result<Option<FactsTable>, Error> {
        Ok(Table::kept(snapshot, NAME, COLUMNS)?.map(FactsTable))
    }

    /// Tells whether a snapshot keeps the facts.
    pub fn is_kept(snapshot: &Snapshot) -> bool {
        snapshot.kept_names().any(|name| name.strip_prefix(NAME) == Some("/rows"))
    }

    pub fn to_keep(&self) -> Vec<(String, Array)> {
        self.0.to_keep(NAME)
    }

    /// Gives the models with children, in order.
    pub fn rows(&self) -> &[Row] {
        &self.0.rows
    }

    /// Gives the facts at a place among [`FactsTable::rows`].
    pub fn at(&self, at: usize) -> Facts {
        let value = |column: usize| self.0.columns[column][at];
        let sums = tally_of(|lane| value(KINDS + lane));
        Facts {
            direct: value(DIRECT),
            descendants: sums.models,
            by_relation: sums.by_relation,
            downloads: sums.downloads,
            downloads_all_time: sums.downloads_all_time,
            likes: sums.likes,
            recent: sums.recent,
        }
    }
}

/// A sum is below 0 only where a forged file's parents are not those of its children: then it is a lie, and no higher than any.
fn unsigned(lane: i64) -> u64 {
    u64::try_from(lane).unwrap_or_default()
}

/// Makes a tally of the sums; its authors and dates are not known by them.
pub(super) fn tally(kinds: &Kinds, values: &Values) -> Tally {
    tally_of(|lane| unsigned(kinds.get(lane).copied().unwrap_or_else(|| values[lane - kinds.len()])))
}

/// Makes a tally of the lanes of the relations, and then those of the values.
pub(super) fn tally_of(lane: impl Fn(usize) -> u64) -> Tally {
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

/// Gives a lane of those that [`tally_of`] asks for.
pub(super) fn lane_of(tally: &Tally, lane: usize) -> u64 {
    let sums = [tally.downloads, tally.downloads_all_time, tally.likes, tally.recent];
    let [sums, of] = [sums.map(|sum| sum.total), sums.map(|sum| sum.of)];
    match lane.checked_sub(tally.by_relation.len()) {
        None => tally.by_relation[lane],
        Some(lane) => [sums, of][lane % 2][lane / 2],
    }
}

/// Makes a sum of the lanes of [`Recent`].
pub(super) fn recent(&[total, of]: &[i64; 2]) -> Sum {
    Sum { total: unsigned(total), of: unsigned(of) }
}

/// Reads the downloads in 30 days, those of all time and the likes of every model.
pub(super) fn sums(snapshot: &Snapshot) -> Result<[&NumberColumn<u64>; 3], Error> {
    let counts = [Count::Downloads, Count::DownloadsAllTime, Count::Likes];
    let [downloads, all_time, likes] = counts.map(|count| snapshot.count(count));
    Ok([downloads?, all_time?, likes?])
}

/// A `KindsOf` knows what each model adds to the sums by relation.
pub(super) struct KindsOf<'a> {
    lineage: &'a Lineage,
    wanted: Wanted<'a>,
    shadows: Vec<Shadow>,
}

impl<'a> KindsOf<'a> {
    /// # Errors
    /// [`Error::Damaged`].
    pub fn read(lineage: &'a Lineage, counting: &Counting) -> Result<KindsOf<'a>, Error> {
        Ok(KindsOf { lineage, wanted: counting.wanted(lineage.snapshot())?, shadows: shadows(lineage) })
    }

    /// Counts the nodes: the rows, and after them the shadows.
    pub fn nodes(&self) -> usize {
        self.lineage.snapshot().len() + self.shadows.len()
    }

    /// Gives all links, and after them those to shadows.
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

    /// Gives what a node adds.
    pub fn node(&self, node: u32) -> Kinds {
        match self.shadow_of(node) {
            Some(shadow) => self.shadow(shadow),
            None => self.row(node, self.weakest(node)),
        }
    }

    fn shadow_of(&self, node: u32) -> Option<&Shadow> {
        self.shadows.get((node as usize).checked_sub(self.lineage.snapshot().len())?)
    }

    /// The weakest relation of a model; its shadows move it up where a stronger link leads to it.
    fn weakest(&self, row: Row) -> Option<Relation> {
        self.lineage.parents(row).map(|(_, edge)| edge.relation).min()
    }

    /// How the others of its cycle see a member: by its strongest link inside the cycle.
    fn within(&self, members: &[Row], row: Row) -> Option<Relation> {
        let inside = self.lineage.parents(row).filter(|(parent, _)| members.binary_search(parent).is_ok());
        inside.map(|(_, edge)| edge.relation).max()
    }

    fn shadow(&self, shadow: &Shadow) -> Kinds {
        let mut lanes = Kinds::default();
        if self.wanted.holds(shadow.of) {
            lanes[shadow.relation as usize] += 1;
            lanes[shadow.instead as usize] -= 1;
        }
        lanes
    }

    fn row(&self, row: Row, relation: Option<Relation>) -> Kinds {
        let mut lanes = Kinds::default();
        // A root is nobody's descendant: whatever it adds is taken off again where it is counted.
        lanes[relation.unwrap_or(Relation::Unstated) as usize] = self.wanted.holds(row).into();
        lanes
    }
}

/// A `ValuesOf` knows what each model adds to the sums of values.
pub(super) struct ValuesOf<'a> {
    wanted: Wanted<'a>,
    sums: [&'a NumberColumn<u64>; 3],
    recent: Option<Recent<'a>>,
}

impl<'a> ValuesOf<'a> {
    /// # Errors
    /// [`Error::Damaged`].
    pub fn read(snapshot: &'a Snapshot, counting: &Counting) -> Result<ValuesOf<'a>, Error> {
        let (wanted, recent) = (counting.wanted(snapshot)?, Recent::read(snapshot, counting)?);
        Ok(ValuesOf { wanted, sums: sums(snapshot)?, recent })
    }

    /// Gives what a model adds.
    pub fn row(&self, row: Row) -> Values {
        let mut lanes = Values::default();
        if !self.wanted.holds(row) {
            return lanes;
        }
        let known = self.sums.iter().map(|column| column.at(row).map_or([0, 0], |value| [value as i64, 1]));
        let recent = self.recent.as_ref().map_or([0, 0], |recent| recent.lanes(row));
        lanes.as_chunks_mut().0.iter_mut().zip(known.chain([recent])).for_each(|(lanes, value)| *lanes = value);
        lanes
    }
}

/// A `Recent` knows the dates, and which of them are recent.
pub(super) struct Recent<'a> {
    created: &'a NumberColumn<i64>,
    range: Range<i64>,
}

impl<'a> Recent<'a> {
    /// Reads the dates, if it is asked what is recent.
    ///
    /// # Errors
    /// [`Error::Damaged`].
    pub fn read(snapshot: &'a Snapshot, counting: &Counting) -> Result<Option<Recent<'a>>, Error> {
        let recent = |range: &Range<i64>| Ok(Recent { created: snapshot.created()?, range: range.clone() });
        counting.recent.as_ref().map(recent).transpose()
    }

    /// Gives what a model adds: whether it is recent, and whether that is known.
    pub fn lanes(&self, row: Row) -> [i64; 2] {
        self.created.at(row).map_or([0, 0], |created| [self.range.contains(&created).into(), 1])
    }
}
