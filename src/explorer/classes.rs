use std::collections::HashMap;

use jiff::civil::{DateTime, Time, date};
use jiff::tz::Offset;

use super::place::{ROOT_WORD, relation_word};
use super::trees::{Node, ROOT, Trees};
use crate::model::{Count, DATES_KEPT_SINCE, WordList};
use crate::reference::{Aliases, Licences, Publishers, Whose};
use crate::snapshot::{Error, Row, Snapshot};

/// A `Colour` is what the colours of the map tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// The relation to the model that it stands below.
    Relation,
    /// The class of the first licence that it states.
    Licence,
    /// The country of who stands behind its account.
    Country,
    /// The month in which it was made.
    Month,
    /// How often it was downloaded in 30 days, in powers of ten.
    Downloads,
}

impl Colour {
    /// This lists every one.
    pub const ALL: [Colour; 5] = [Colour::Relation, Colour::Licence, Colour::Country, Colour::Month, Colour::Downloads];

    /// Gives its name in addresses.
    pub fn name(self) -> &'static str {
        match self {
            Colour::Relation => "relation",
            Colour::Licence => "licence",
            Colour::Country => "country",
            Colour::Month => "month",
            Colour::Downloads => "downloads",
        }
    }

    /// Finds the one of that name.
    pub fn from_name(name: &str) -> Option<Colour> {
        Colour::ALL.into_iter().find(|colour| colour.name() == name)
    }
}

/// A `Classes` is a class for each node, as its place among the words.
#[derive(Debug)]
pub(super) struct Classes {
    pub of: Vec<u8>,
    pub words: Vec<String>,
}

/// The most classes that are told apart, beside those that have a place of their own.
const MOST: usize = 250;
const OTHER: &str = "other";
const NO_LICENCE: &str = "none stated";
/// What is known of no model.
const UNKNOWN: &str = "not known";
/// Classes of downloads end before these.
const TENS: [u64; 7] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000];
/// What a class of downloads is called; the last is not known.
const DOWNLOADS: [&str; 9] = [
    "0",
    "1 to 9",
    "10 to 99",
    "100 to 999",
    "1,000 to 9,999",
    "10,000 to 99,999",
    "100,000 to 999,999",
    "1,000,000 and more",
    UNKNOWN,
];

impl Classes {
    pub fn relations() -> Vec<String> {
        (0..ROOT).map(|code| relation_word(code).to_owned()).chain([ROOT_WORD.to_owned()]).collect()
    }

    /// The class of each model's first licence; those with most models first, and those that state none last.
    pub fn licences(trees: &Trees, snapshot: &Snapshot, licences: &Licences) -> Result<Classes, Error> {
        let stated = snapshot.list(WordList::Licences)?;
        let class_of: Vec<&str> = stated.words().map(|licence| licences.class(licence)).collect();
        let class = |node| stated.at(trees.row(node)).first().map(|word| class_of[*word as usize]);
        Ok(Classes::ranked(trees, NO_LICENCE, class))
    }

    /// The country of who stands behind each model's account; those with most models first, and those not known last.
    pub fn countries(trees: &Trees, snapshot: &Snapshot, publishers: &Publishers, aliases: &Aliases) -> Classes {
        // An owner's rows lie together, its nodes do not.
        let mut countries: Vec<Option<&str>> = vec![None; trees.len()];
        let mut last: Option<(Row, Option<&str>)> = None;
        for row in trees.placed() {
            let known = last.filter(|(last, _)| snapshot.share_owner(*last, row)).map(|(_, country)| country);
            let find = || publishers.whose(snapshot.id(row), aliases).country();
            let country = known.unwrap_or_else(|| Some(find()).filter(|country| *country != Whose::UNKNOWN));
            last = Some((row, country));
            if let Some(node) = trees.node(row) {
                countries[node as usize] = country;
            }
        }
        Classes::ranked(trees, UNKNOWN, |node| countries[node as usize])
    }

    /// The month of each model's creation, in order of time.
    pub fn months(trees: &Trees, snapshot: &Snapshot) -> Result<Classes, Error> {
        let (created, months) = (snapshot.created()?, Months::new());
        let of: Vec<u8> = nodes(trees, |row| months.class(created.at(row)), Months::UNDATED);
        let last = of.iter().copied().max().unwrap_or_default();
        Ok(Classes { of, words: (0..=last).map(Months::word).collect() })
    }

    /// The downloads of each model, in powers of ten.
    pub fn downloads(trees: &Trees, snapshot: &Snapshot) -> Result<Classes, Error> {
        let downloads = snapshot.count(Count::Downloads)?;
        let number = |row: Row| match downloads.at(row) {
            None => TENS.len() as u8 + 1,
            Some(downloads) => TENS.partition_point(|ten| *ten <= downloads) as u8,
        };
        Ok(Classes { of: nodes(trees, number, TENS.len() as u8 + 1), words: DOWNLOADS.map(str::to_owned).to_vec() })
    }

    /// Words by how many models have them, and then by themselves; `none` is last.
    fn ranked<'t>(trees: &Trees, none: &str, word: impl Fn(Node) -> Option<&'t str>) -> Classes {
        let mut numbers: HashMap<&str, u32> = HashMap::new();
        let mut counts: Vec<(&str, u64)> = Vec::new();
        let mut found: Vec<Option<u32>> = Vec::with_capacity(trees.len());
        for node in 0..trees.len() as u32 {
            let word = if trees.is_model(node) { word(node) } else { None };
            found.push(word.map(|word| {
                let number = *numbers.entry(word).or_insert_with(|| {
                    counts.push((word, 0));
                    counts.len() as u32 - 1
                });
                counts[number as usize].1 += 1;
                number
            }));
        }
        let mut order: Vec<u32> = (0..counts.len() as u32).collect();
        order.sort_by_key(|number| (std::cmp::Reverse(counts[*number as usize].1), counts[*number as usize].0));
        let mut place = vec![0u8; order.len()];
        order.iter().enumerate().for_each(|(at, number)| place[*number as usize] = at.min(MOST) as u8);
        let mut words: Vec<String> =
            order.iter().take(MOST).map(|number| counts[*number as usize].0.to_owned()).collect();
        words.extend((order.len() > MOST).then(|| OTHER.to_owned()));
        let last = words.len() as u8;
        words.push(none.to_owned());
        Classes {
            of: found.into_iter().map(|number| number.map_or(last, |number| place[number as usize])).collect(),
            words,
        }
    }
}

/// The instants at which months begin, from that on in which the Hub began to keep dates. The last begins what is later.
#[derive(Debug)]
pub(super) struct Months(Vec<i64>);

impl Months {
    const BEFORE: u8 = 0;
    const UNDATED: u8 = 1;
    const LATER: u8 = MOST as u8 + 2;

    pub fn new() -> Months {
        let begin =
            |at: usize| date(2022 + (at + 2) as i16 / 12, ((at + 2) % 12 + 1) as i8, 1).to_datetime(Time::midnight());
        let instant = |begin: DateTime| Offset::UTC.to_timestamp(begin).map_or(i64::MAX, |at| at.as_millisecond());
        Months((0..=MOST).map(begin).map(instant).collect())
    }

    /// The class of an instant.
    pub fn class(&self, created: Option<i64>) -> u8 {
        match created {
            None => Months::UNDATED,
            Some(created) if created < DATES_KEPT_SINCE => Months::BEFORE,
            Some(created) => 1 + self.0.partition_point(|begin| *begin <= created) as u8,
        }
    }

    pub fn word(class: u8) -> String {
        match class {
            Months::BEFORE => "before 2022-03".into(),
            Months::UNDATED => "without a date".into(),
            Months::LATER => "later".into(),
            class => {
                let months = usize::from(class);
                format!("{}-{:02}", 2022 + months / 12, months % 12 + 1)
            }
        }
    }
}

/// A class for each node; groups, of which nobody asks, have `none`.
fn nodes(trees: &Trees, class: impl Fn(Row) -> u8, none: u8) -> Vec<u8> {
    let class = |node: u32| if trees.is_model(node) { class(trees.row(node)) } else { none };
    (0..trees.len() as u32).map(class).collect()
}
