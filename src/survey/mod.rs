//! The whole of a snapshot in sections: the figures that reports on the Hub publish, each with its definition, its
//! coverage and what was published.

mod behind;
mod blast;
mod compare;
mod compared;
mod concentration;
mod counts;
mod derivatives;
mod diff;
mod downloads;
mod drift;
mod explain;
mod facet;
mod figure;
mod flows;
mod growth;
mod intermediaries;
mod licences;
mod months;
mod organisations;
mod owners;
mod regions;
mod releases;
mod rivals;
mod series;
mod shape;
mod sizes;

use std::sync::OnceLock;

use crate::census::{self, Bursts, Census, Coverage, Error};
use crate::ink::Section;
use crate::lineage::Lineage;
use crate::model::{Count, DATES_KEPT_SINCE, DAY, once, side_by_side};
use crate::reference::{
    Aliases, Families, Family, Licences, Published, Publisher, Publishers, Rivals, SizeClasses, Whose, Words,
};
use crate::snapshot::{NumberColumn, Numbers, Row, Snapshot};
use behind::Behind;

pub use blast::{HIT, Struck, blast};
pub use compare::{Kind, Rival, along};
pub use facet::Facet;
pub(crate) use facet::Parts;
pub use figure::Figure;
pub use flows::Ends;
pub use series::{SERIES, series};

/// The `References` say what the Hub does not, and the survey needs.
#[derive(Debug)]
pub struct References {
    /// These are the families, in the table's order.
    pub families: Vec<Family>,
    /// This says who stands behind accounts.
    pub publishers: Publishers,
    /// These are ids of today by old ids: a model whose id has no owner is of the account that it has today.
    pub aliases: Aliases,
    /// This says of which class licences are.
    pub licences: Licences,
    /// These are the classes of sizes, by how many parameters a model has.
    pub sizes: SizeClasses,
    /// This says which tags are languages.
    pub languages: Words,
    /// This says of which modality tasks are.
    pub tasks: Words,
    /// This says who is compared with whom.
    pub rivals: Rivals,
    /// These are figures that others published, each with its source, day, and the cell that it is compared with.
    pub published: Published,
}

impl References {
    /// Reads the tables inside the program.
    ///
    /// # Errors
    /// There is none with the program's own tables, as a test shows.
    pub fn built_in() -> Result<References, crate::reference::Error> {
        Ok(References {
            families: Families::built_in()?.all()?,
            publishers: Publishers::built_in()?,
            aliases: Aliases::built_in()?,
            licences: Licences::built_in()?,
            sizes: SizeClasses::built_in()?,
            languages: Words::languages()?,
            tasks: Words::tasks()?,
            rivals: Rivals::built_in()?,
            published: Published::built_in()?,
        })
    }
}

/// A `Survey` is what all sections look at: the links, the counts, the tables, and what is computed of them once.
#[derive(Debug)]
pub struct Survey<'l> {
    lineage: &'l Lineage,
    census: &'l Census,
    references: &'l References,
    owners: Numbers<u32>,
    /// What only some sections look at is computed when one does.
    bursts: OnceLock<Bursts>,
    generations: OnceLock<Vec<u32>>,
    behind: OnceLock<Behind<'l>>,
    months: OnceLock<Vec<(i64, String)>>,
}

/// A section's name, its title, and what makes it.
type Maker = (&'static str, &'static str, fn(&Survey<'_>) -> Result<Section, Error>);

const MAKERS: [Maker; 12] = [
    ("derivatives", derivatives::TITLE, derivatives::section),
    ("months", months::TITLE, months::section),
    ("downloads", downloads::TITLE, downloads::section),
    ("releases", releases::TITLE, releases::section),
    ("sizes", sizes::TITLE, sizes::section),
    ("concentration", concentration::TITLE, concentration::section),
    ("shape", shape::TITLE, shape::section),
    ("drift", drift::TITLE, drift::section),
    ("licences", licences::TITLE, licences::section),
    ("intermediaries", intermediaries::TITLE, intermediaries::section),
    ("regions", regions::TITLE, regions::section),
    ("growth", growth::TITLE, growth::section),
];

/// Gives the names of the sections of one snapshot, in their order; [`SERIES`] is about several.
pub fn names() -> impl Iterator<Item = &'static str> {
    titled().map(|(name, _)| name)
}

/// Gives the same, each with its title for people.
pub fn titled() -> impl Iterator<Item = (&'static str, &'static str)> {
    MAKERS.iter().map(|(name, title, _)| (*name, *title))
}

impl<'l> Survey<'l> {
    /// Surveys a lineage, whose census was taken over the same links.
    ///
    /// # Errors
    /// [`Error::Snapshot`] if a column is not as it was written.
    pub fn new(lineage: &'l Lineage, census: &'l Census, references: &'l References) -> Result<Survey<'l>, Error> {
        let owners = census::owners(lineage.snapshot())?;
        let (bursts, generations, behind, months) = Default::default();
        Ok(Survey { lineage, census, references, owners, bursts, generations, behind, months })
    }

    /// Makes the sections whose names are wanted, in their order, side by side: each walks over all models by itself.
    ///
    /// # Errors
    /// [`Error::Snapshot`] if a column is not as it was written.
    pub fn sections(&self, is_wanted: impl Fn(&str) -> bool) -> Result<Vec<Section>, Error> {
        let makers: Vec<&Maker> = MAKERS.iter().filter(|(name, ..)| is_wanted(name)).collect();
        let section = |at: usize| {
            let mut section = makers[at].2(self)?;
            section.define(&[Coverage::CONCLUDED]);
            Ok(section)
        };
        side_by_side(makers.len(), section).into_iter().collect()
    }

    fn snapshot(&self) -> &'l Snapshot {
        self.lineage.snapshot()
    }

    /// The downloads in the last 30 days.
    fn downloads(&self) -> Result<&'l NumberColumn<u64>, Error> {
        Ok(self.snapshot().count(Count::Downloads)?)
    }

    /// The downloads since the Hub publishes them.
    fn downloads_all_time(&self) -> Result<&'l NumberColumn<u64>, Error> {
        Ok(self.snapshot().count(Count::DownloadsAllTime)?)
    }

    /// When the models were made.
    fn calendar(&self) -> Result<Calendar<'_>, Error> {
        let created = self.snapshot().created()?;
        let months = self.months.get_or_init(|| months_of(self.snapshot().rows().filter_map(|row| created.at(row))));
        Ok(Calendar { created, taken: self.snapshot().provenance().taken, months })
    }

    /// The members of families, in their order.
    fn members<'f>(&self, families: impl Iterator<Item = &'f Family>) -> Result<Vec<Vec<Row>>, Error> {
        families.map(|family| Ok(census::members(family, self.lineage)?)).collect()
    }

    /// The listed models.
    fn models(&self) -> impl Iterator<Item = Row> {
        let snapshot = self.snapshot();
        snapshot.rows().filter(|row| snapshot.is_listed(*row))
    }

    /// Says in a section of how many of the listed models something is known.
    fn cover(&self, section: &mut Section, what: &'static str, is_known: impl Fn(Row) -> bool) {
        section.cover(what, self.known(is_known));
    }

    /// Of how many of the listed models something is known.
    fn known(&self, is_known: impl Fn(Row) -> bool) -> Coverage {
        Coverage::count(self.models(), is_known)
    }

    fn bursts(&self) -> Result<&Bursts, Error> {
        Ok(once(&self.bursts, || Bursts::find(self.lineage))?)
    }

    /// The fewest links from any root to each model.
    fn generations(&self) -> &[u32] {
        self.generations.get_or_init(|| self.lineage.generations())
    }

    /// Who stands behind the owners.
    fn behind(&self) -> &Behind<'l> {
        self.behind.get_or_init(|| Behind::find(self.snapshot(), &self.owners, self.references))
    }

    fn publisher(&self, row: Row) -> Option<&'l Publisher> {
        self.behind().publishers[self.owners[row as usize] as usize]
    }

    /// The publisher's country.
    fn country(&self, row: Row) -> Option<&'l str> {
        self.publisher(row).map(|publisher| publisher.country.as_str())
    }

    /// The organisation behind a model, as a number.
    fn organisation(&self, row: Row) -> u32 {
        self.behind().organisations[self.owners[row as usize] as usize]
    }

    /// The account of an owner's number, as its first model spells it; a model whose id has no owner is its own.
    fn account(&self, owner: u32) -> &'l str {
        // The numbers grow with the rows.
        let row = self.owners.partition_point(|other| *other < owner) as Row;
        self.snapshot().owner(row).unwrap_or(self.snapshot().id(row))
    }

    /// An organisation's name in the table of publishers; of an account that is not there, `account/*`.
    fn organisation_name(&self, organisation: u32) -> &str {
        &self.behind().names[organisation as usize]
    }

    /// The families that are part of no other.
    fn families(&self) -> impl Iterator<Item = &'l Family> {
        self.references.families.iter().filter(|family| family.part_of.is_none())
    }

    /// Whether a model has no parent, or is in a cycle without a parent outside.
    fn is_root(&self, row: Row) -> bool {
        self.generations()[row as usize] == 0
    }

    /// Whether a month or a year was over when the snapshot was taken.
    fn is_over(&self, month: &str) -> bool {
        let taken = self.snapshot().provenance().taken.map(crate::ink::day);
        month == BEFORE || taken.is_some_and(|day| month < &day[..month.len().min(day.len())])
    }

    /// Whether a month or a year had begun when the snapshot was taken.
    fn is_past(&self, month: &str) -> bool {
        let taken = self.snapshot().provenance().taken.map(crate::ink::day);
        month == BEFORE || taken.is_some_and(|day| month <= &day[..month.len().min(day.len())])
    }
}

/// When the models of a snapshot were made.
#[derive(Debug, Clone, Copy)]
struct Calendar<'s> {
    created: &'s NumberColumn<i64>,
    /// When the snapshot was taken.
    taken: Option<i64>,
    /// When each month begins, and its name.
    months: &'s [(i64, String)],
}

impl<'s> Calendar<'s> {
    /// Whether a model has a date at all.
    fn has(&self, row: Row) -> bool {
        self.created.at(row).is_some()
    }

    /// Whether a model has a date by which bursts are judged: one since the Hub keeps dates.
    fn is_dated(&self, row: Row) -> bool {
        Bursts::can_judge(self.created.at(row))
    }

    /// Whether a model was made within a year before the snapshot.
    fn is_young(&self, row: Row) -> bool {
        self.taken
            .zip(self.created.at(row))
            .is_some_and(|(taken, created)| (taken - 365 * DAY..taken + DAY).contains(&created))
    }

    /// The year in which a model was made, as [`Calendar::month`].
    fn year(&self, row: Row) -> Option<&'s str> {
        let month = self.month(row)?;
        Some(if month == BEFORE { month } else { &month[..4] })
    }

    /// The year and month in which a model was made, as `2025-01`; [`BEFORE`] if that was before the Hub kept dates.
    fn month(&self, row: Row) -> Option<&'s str> {
        let created = self.created.at(row)?;
        let begun = self.months.partition_point(|(begins, _)| *begins <= created);
        Some(begun.checked_sub(1).map_or(BEFORE, |month| &self.months[month].1))
    }
}

/// The months of some instants, none of a month left out in which one lies: when each begins, and its name. The first begins when the
/// Hub began to keep dates.
fn months_of(instants: impl Iterator<Item = i64>) -> Vec<(i64, String)> {
    let mut days: Vec<i64> = instants.filter(|at| *at >= DATES_KEPT_SINCE).map(|at| at.div_euclid(DAY) * DAY).collect();
    days.sort_unstable();
    days.dedup();
    let mut months: Vec<(i64, String)> = Vec::new();
    for day in days {
        let name = &crate::ink::day(day)[..7];
        if months.last().is_none_or(|(_, last)| last != name) {
            months.push((day, name.to_owned()));
        }
    }
    months
}

/// The bin of models from before the Hub kept dates.
const BEFORE: &str = "before 2022-03";
/// What is stated and stands in no table.
const OTHER: &str = "other";
/// Who is not in the table of publishers.
const UNKNOWN: &str = Whose::UNKNOWN;
