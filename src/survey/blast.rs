use std::cmp::Reverse;
use std::collections::HashMap;

use super::{BEFORE, UNKNOWN};
use crate::census::{Coverage, Sum};
use crate::ink::{Section, Table, Unit, Value, day, grouped, plural};
use crate::model::{DATES_KEPT_SINCE, DAY, Relation};
use crate::provenance::{About, Hit};

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
pub fn blast(hits: &[Hit], about: &About<'_>, bases: &[Struck]) -> Section {
    let mut section = Section::new("blast", "What descends from the bases");
    let count = |is_counted: fn(&Hit) -> bool| hits.iter().filter(|hit| is_counted(hit)).count() as u64;
    let (total, only) = (hits.len() as u64, count(|hit| hit.only_through));
    let (direct, indirect) = (count(|hit| hit.is_direct), count(|hit| hit.is_indirect));
    let mut downloads = Sum::default();
    let mut groups: [Groups; 7] = Default::default();
    let (mut dated, mut published) = (0, 0);
    let mut months: HashMap<i64, String> = HashMap::new();
    for hit in hits {
        let model = about.model(hit.row);
        downloads.add(model.downloads);
        dated += u64::from(model.created.is_some());
        published += u64::from(model.publisher.is_some());
        let month = match model.created {
            None => UNKNOWN,
            Some(created) if created < DATES_KEPT_SINCE => BEFORE,
            Some(created) => months.entry(created.div_euclid(DAY)).or_insert_with(|| day(created)[..7].to_owned()),
        };
        // A model without an account is its own owner, and none that is called so.
        let own = about.snapshot().owner(hit.row).is_none().then(|| format!("/{}", model.id));
        let owner = about.snapshot().owner(hit.row).or(own.as_deref()).unwrap_or_default();
        let publisher = model.publisher.map_or(UNKNOWN, |publisher| &publisher.name);
        let country = model.publisher.map_or(UNKNOWN, |publisher| &publisher.country);
        let licence = model.licences.first().map_or("none stated", |licence| licence);
        let distance = format!("{:>9}", hit.distance);
        let keys = [hit.relation.name(), owner, publisher, country, licence, month, &distance];
        groups.iter_mut().zip(keys).for_each(|(group, key)| group.add(key, hit, model.downloads));
    }
    let owners = groups[1].groups.len() as u64;

    section.findings.push(format!(
        "{} from {}: {} direct, {} indirect; a model may be both, so that the two may be more than all.",
        descend(total),
        plural(bases.len() as u64, "base"),
        grouped(direct),
        grouped(indirect)
    ));
    section.findings.push(format!(
        "{} only through them; {} hang from other roots too.",
        hang(only),
        grouped(total - only)
    ));
    section.findings.push(format!(
        "They are of {}, and have {} downloads in 30 days, known of {} of them.",
        plural(owners, "owner"),
        downloads.known().map_or_else(|| "an unknown number of".into(), grouped),
        grouped(downloads.of)
    ));

    let mut totals = Table::new("totals", "In all", 1, &[("figure", Text), ("value", Count)], &[]);
    for (figure, value) in [
        ("bases", Some(bases.len() as u64)),
        ("direct", Some(direct)),
        ("indirect", Some(indirect)),
        ("total", Some(total)),
        ("only_through", Some(only)),
        ("owners", Some(owners)),
        ("downloads_30d", downloads.known()),
        ("downloads_known_of", Some(downloads.of)),
    ] {
        totals.row([figure.into(), value.into()]);
    }
    section.tables.push(totals);
    section.tables.push(struck(bases));
    let [relations, owners, publishers, countries, licences, months, distances] = groups;
    let order = |relation: &str| Reverse(Relation::from_name(relation));
    section.tables.push(relations.table("relations", "By relation", "relation", |key, _| order(key)));
    section.tables.push(owners.table("owners", "By owner", "owner", |_, group| Reverse(group.models)));
    section.tables.push(publishers.table("publishers", "By publisher", "publisher", |_, group| Reverse(group.models)));
    section
        .tables
        .push(countries.table("countries", "By country of the publisher", "country", |_, group| Reverse(group.models)));
    section.tables.push(
        licences.table("licences", "By the licence that they state", "licence", |_, group| Reverse(group.models)),
    );
    section.tables.push(months.table("months", "By month", "month", |key, _| key == UNKNOWN));
    section.tables.push(distances.table("distances", "By distance from the nearest base", "distance", |_, _| ()));
    section.cover("counted models with downloads in 30 days", Coverage { known: downloads.of, of: total });
    section.cover("counted models with a date", Coverage { known: dated, of: total });
    section.cover("counted models whose publisher is in the table", Coverage { known: published, of: total });
    section.define(&[
        "Counted: distinct models other than the bases that can be reached from any of them. Direct: with a base for a parent. Indirect: with a parent that descends from a base and is none.",
        "Counts of single bases do not add up: a model may descend from several.",
    ]);
    section.define(&HIT);
    section
}

fn descend(models: u64) -> String {
    format!("{} {}", plural(models, "model"), if models == 1 { "descends" } else { "descend" })
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

/// What is counted of models that have a word in common.
#[derive(Default)]
struct Group {
    models: u64,
    only_through: u64,
    downloads: Sum,
}

/// Groups by their words, without regard to case; each is called as it was spelled first.
#[derive(Default)]
struct Groups {
    places: HashMap<String, usize>,
    groups: Vec<(String, Group)>,
    /// The last word in lower case.
    key: String,
}

impl Groups {
    fn add(&mut self, word: &str, hit: &Hit, downloads: Option<u64>) {
        self.key.clear();
        self.key.extend(word.chars().map(|c| c.to_ascii_lowercase()));
        let place = match self.places.get(&self.key) {
            Some(place) => *place,
            None => {
                self.places.insert(self.key.clone(), self.groups.len());
                self.groups.push((word.trim_start_matches('/').to_owned(), Group::default()));
                self.groups.len() - 1
            }
        };
        let (_, group) = &mut self.groups[place];
        group.models += 1;
        group.only_through += u64::from(hit.only_through);
        group.downloads.add(downloads);
    }

    /// The groups as a table, in an order, then by their words.
    fn table<O: Ord>(
        self,
        name: &'static str,
        title: &'static str,
        key: &'static str,
        order: impl Fn(&str, &Group) -> O,
    ) -> Table {
        let key = if key == "distance" { (key, Number) } else { (key, Text) };
        let main = [key, ("models", Count), ("only_through", Count), ("downloads_30d", Count), ("known_of", Count)];
        let mut table = Table::new(name, title, 1, &main, &[]);
        let mut groups = self.groups;
        groups.sort_by_cached_key(|(key, group)| (order(key, group), key.clone()));
        for (word, group) in groups {
            let word = match key.1 {
                Number => Value::from(word.trim().parse::<u64>().ok()),
                _ => Value::from(word),
            };
            let downloads = group.downloads;
            table.row([
                word,
                group.models.into(),
                group.only_through.into(),
                downloads.known().into(),
                downloads.of.into(),
            ]);
        }
        table
    }
}
