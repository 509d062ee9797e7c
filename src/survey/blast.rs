use std::cmp::Reverse;
use std::collections::HashMap;
use std::hash::Hash;

use super::{BEFORE, UNKNOWN};
use crate::census::{self, Coverage, Error, Sum};
use crate::ink::{Section, Table, Unit, Value, counted, day, grouped, plural};
use crate::model::{DATES_KEPT_SINCE, DAY, Relation, side_by_side};
use crate::provenance::{About, Hit};
use crate::snapshot::Row;

use Unit::{Count, Number, Text};

/// These sentences stand beside every list of what is hit: what it does not say.
pub const HIT: [&str; 3] = [
    "Only through: every way from any root to the model leads through a base, or through a cycle that one is in. That does not say that the others are free of the bases: a merge keeps all its parents, and descends from each.",
    "A model may have been made before what is wrong with its base began, and a base may be named that was not used: this is what cards say.",
    "Distance: the fewest links from any base. A model is classed by the strongest of its links to bases and to what descends from them (merge, adapter, quantized, finetune, unstated).",
];

/// A `Struck` is a base with what descends from it.
#[derive(Debug, Clone, PartialEq)]
pub struct Struck {
    /// This is its id.
    pub id: String,
    /// It says what is wrong with it, or what changed; it is empty if nobody says so.
    pub reason: String,
    /// It has been so since this day, as it was written; it is empty if that is not known.
    pub since: String,
    /// It says who says so.
    pub source: String,
    /// So many counted models have it for a parent.
    pub direct: u64,
    /// So many counted models descend from it.
    pub descendants: u64,
    /// So many of them were made on that day or later; nothing if no day is known.
    pub made_since: Option<u64>,
    /// So many of them have no date; nothing if no day is known.
    pub undated: Option<u64>,
}

/// Counts what descends from some bases: `hits` are those that are counted. The bases stand in the order that they are given in.
///
/// # Errors
/// It fails with [`Error::Snapshot`].
pub fn blast(hits: &[Hit], about: &About<'_>, bases: &[Struck]) -> Result<Section, Error> {
    let mut section = Section::new("blast", "What descends from the bases");
    let numbers = census::owners(about.snapshot())?;
    // A piece is worth a thread.
    const MANY: usize = 32 * 1024;
    let pieces: Vec<&[Hit]> = hits.chunks(MANY).collect();
    let pieces = side_by_side(pieces.len(), |at| Tallies::of(pieces[at], about, &numbers));
    let Tallies { all, direct, indirect, dated, by_owner, by_licence, by_relation, by_distance, by_day } =
        pieces.into_iter().reduce(Tallies::with).unwrap_or_default();
    let (total, only, downloads) = (all.models, all.only_through, all.downloads);
    // Who stands behind an owner is looked up once.
    let (mut owners, mut publishers, mut countries) = (Groups::default(), Groups::default(), Groups::default());
    let mut published = 0;
    for (row, group) in by_owner.values() {
        let publisher = about.whose(*row).publisher;
        published += if publisher.is_some() { group.models } else { 0 };
        // A model without an account is its own owner, and none that is called so.
        let id = about.snapshot().id(*row);
        owners.add((about.snapshot().owner(*row).unwrap_or(id), about.snapshot().owner(*row).is_none()), group);
        publishers.add(publisher.map_or(UNKNOWN, |publisher| &publisher.name), group);
        countries.add(publisher.map_or(UNKNOWN, |publisher| &publisher.country), group);
    }
    let mut months = Groups::default();
    for (at, group) in &by_day.0 {
        months.add(
            match at.map(|at| at * DAY) {
                None => (true, UNKNOWN.to_owned()),
                Some(at) if at < DATES_KEPT_SINCE => (false, String::new()),
                Some(at) => (false, day(at)[..7].to_owned()),
            },
            group,
        );
    }
    let owned = by_owner.len() as u64;

    section.findings.push(format!(
        "{} from {}: {} direct, {} indirect; a model may be both, so that the two may be more than all.",
        descend(total),
        plural(bases.len() as u64, "base"),
        grouped(direct),
        grouped(indirect)
    ));
    section.findings.push(format!("{} only through them; {} from other roots too.", hang(only), hang(total - only)));
    section.findings.push(format!(
        "{} of {}, with {} in 30 days, known of {} of them.",
        if total == 1 { "It is" } else { "They are" },
        plural(owned, "owner"),
        downloads.known().map_or_else(|| "an unknown number of downloads".into(), |sum| plural(sum, "download")),
        grouped(downloads.of)
    ));

    let mut totals = Table::new("totals", "In all", 1, &[("figure", Text), ("value", Count)], &[]);
    for (figure, value) in [
        ("bases", Some(bases.len() as u64)),
        ("direct", Some(direct)),
        ("indirect", Some(indirect)),
        ("total", Some(total)),
        ("only_through", Some(only)),
        ("owners", Some(owned)),
        ("downloads_30d", downloads.known()),
        ("downloads_known_of", Some(downloads.of)),
    ] {
        totals.row([figure.into(), value.into()]);
    }
    section.tables.push(totals);
    section.tables.push(struck(bases));
    section.tables.extend([
        by_relation.table("relations", "By relation", ("relation", Text), false, |relation| relation.0.name().into()),
        owners.table("owners", "By owner", ("owner", Text), true, |(owner, _)| (*owner).into()),
        publishers.table("publishers", "By publisher", ("publisher", Text), true, |name| (*name).into()),
        countries.table("countries", "By country of the publisher", ("country", Text), true, |name| (*name).into()),
        by_licence.table("licences", "By the licence that they state", ("licence", Text), true, |name| (*name).into()),
        months.table("months", "By month", ("month", Text), false, |(_, month)| match month.is_empty() {
            true => BEFORE.into(),
            false => month.as_str().into(),
        }),
        by_distance.table("distances", "By distance from the nearest base", ("distance", Number), false, |distance| {
            Value::Count((*distance).into())
        }),
    ]);
    section.cover("counted models with downloads in 30 days", Coverage { known: downloads.of, of: total });
    section.cover("counted models with a date", Coverage { known: dated, of: total });
    section.cover("counted models whose publisher is in the table", Coverage { known: published, of: total });
    section.define(&[
        "Counted: distinct models other than the bases that can be reached from any of them. Direct: with a base for a parent. Indirect: with a parent that descends from a base and is none.",
        "Counts of single bases do not add up: a model may descend from several.",
    ]);
    section.define(&HIT);
    Ok(section)
}

fn descend(models: u64) -> String {
    counted(models, "model", "descends", "descend")
}

fn hang(models: u64) -> String {
    format!("{} {}", grouped(models), if models == 1 { "hangs" } else { "hang" })
}

fn struck(bases: &[Struck]) -> Table {
    let main = [
        ("base", Text),
        ("reason", Text),
        ("since", Text),
        ("direct", Count),
        ("descendants", Count),
        ("made_since", Count),
    ];
    let mut table = Table::new("bases", "The bases", 2, &main, &[("undated", Count), ("source", Text)]);
    for base in bases {
        let text = |text: &str| Value::from(Some(text).filter(|text| !text.is_empty()));
        table.row([
            base.id.as_str().into(),
            text(&base.reason),
            text(&base.since),
            base.direct.into(),
            base.descendants.into(),
            base.made_since.into(),
            base.undated.into(),
            text(&base.source),
        ]);
    }
    table
}

/// What is counted of models that have something in common.
#[derive(Default, Clone, Copy)]
struct Group {
    models: u64,
    only_through: u64,
    downloads: Sum,
}

impl Group {
    fn of(hit: &Hit, about: &About<'_>) -> Group {
        let mut downloads = Sum::default();
        downloads.add(about.downloads(hit.row));
        Group { models: 1, only_through: u64::from(hit.only_through), downloads }
    }

    fn add(&mut self, other: &Group) {
        self.models += other.models;
        self.only_through += other.only_through;
        self.downloads.total += other.downloads.total;
        self.downloads.of += other.downloads.of;
    }
}

/// What is counted of some models in one pass.
#[derive(Default)]
struct Tallies<'s> {
    all: Group,
    direct: u64,
    indirect: u64,
    dated: u64,
    /// By the owners' numbers, each with a model of its own.
    by_owner: HashMap<u32, (Row, Group)>,
    by_licence: Groups<&'s str>,
    by_relation: Groups<Reverse<Relation>>,
    by_distance: Groups<u32>,
    by_day: Groups<Option<i64>>,
}

impl<'s> Tallies<'s> {
    fn of(hits: &[Hit], about: &About<'s>, numbers: &[u32]) -> Tallies<'s> {
        let mut tallies = Tallies::default();
        for hit in hits {
            let (one, created) = (Group::of(hit, about), about.created(hit.row));
            tallies.all.add(&one);
            tallies.direct += u64::from(hit.is_direct);
            tallies.indirect += u64::from(hit.is_indirect);
            tallies.dated += u64::from(created.is_some());
            tallies.by_owner.entry(numbers[hit.row as usize]).or_insert((hit.row, Group::default())).1.add(&one);
            tallies.by_licence.add(about.licence(hit.row).unwrap_or("none stated"), &one);
            tallies.by_relation.add(Reverse(hit.relation), &one);
            tallies.by_distance.add(hit.distance, &one);
            tallies.by_day.add(created.map(|created| created.div_euclid(DAY)), &one);
        }
        tallies
    }

    fn with(mut self, other: Tallies<'s>) -> Tallies<'s> {
        self.all.add(&other.all);
        self.direct += other.direct;
        self.indirect += other.indirect;
        self.dated += other.dated;
        for (owner, (row, group)) in other.by_owner {
            self.by_owner.entry(owner).or_insert((row, Group::default())).1.add(&group);
        }
        self.by_licence.join(other.by_licence);
        self.by_relation.join(other.by_relation);
        self.by_distance.join(other.by_distance);
        self.by_day.join(other.by_day);
        self
    }
}

/// Groups by what their models have in common, in its order.
struct Groups<K>(HashMap<K, Group>);

impl<K> Default for Groups<K> {
    fn default() -> Groups<K> {
        Groups(HashMap::new())
    }
}

impl<K: Ord + Hash> Groups<K> {
    fn add(&mut self, key: K, group: &Group) {
        self.0.entry(key).or_default().add(group);
    }

    fn join(&mut self, other: Groups<K>) {
        other.0.into_iter().for_each(|(key, group)| self.add(key, &group));
    }

    /// The groups as a table: the largest first, or in their order.
    fn table(
        self,
        name: &'static str,
        title: &'static str,
        key: (&'static str, Unit),
        is_by_size: bool,
        word: impl Fn(&K) -> Value,
    ) -> Table {
        let main = [key, ("models", Count), ("only_through", Count), ("downloads_30d", Count), ("known_of", Count)];
        let mut table = Table::new(name, title, 1, &main, &[]);
        let mut groups: Vec<(K, Group)> = self.0.into_iter().collect();
        let size = |group: &Group| if is_by_size { Reverse(group.models) } else { Reverse(0) };
        groups.sort_unstable_by(|(a, one), (b, other)| (size(one), a).cmp(&(size(other), b)));
        for (key, group) in &groups {
            let Group { models, only_through, downloads } = *group;
            table.row([word(key), models.into(), only_through.into(), downloads.known().into(), downloads.of.into()]);
        }
        table
    }
}
