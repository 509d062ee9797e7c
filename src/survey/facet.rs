use std::collections::HashMap;

use super::{BEFORE, Survey, UNKNOWN};
use crate::census::Error;
use crate::ink::day;
use crate::model::{Count, DATES_KEPT_SINCE, DAY, Relation, WordList};
use crate::snapshot::{ListColumn, NumberColumn, Row};

/// A `Facet` is what derived models are told apart by: each belongs to one part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Facet {
    /// The month in which it was made.
    Month,
    /// The quarter of the year.
    Quarter,
    /// The year.
    Year,
    /// The relation of its own link towards the family; if several, the strongest.
    Relation,
    /// The country of who stands behind its account.
    Country,
    /// The first licence that it states.
    Licence,
    /// The class of its size.
    Size,
    /// The fewest links from any member of the family.
    Generation,
    /// Its account.
    Owner,
}

impl Facet {
    /// This lists every one.
    pub const ALL: [Facet; 9] = [
        Facet::Month,
        Facet::Quarter,
        Facet::Year,
        Facet::Relation,
        Facet::Country,
        Facet::Licence,
        Facet::Size,
        Facet::Generation,
        Facet::Owner,
    ];

    /// Gives its name in questions, which is that of its column too.
    pub fn name(self) -> &'static str {
        match self {
            Facet::Month => "month",
            Facet::Quarter => "quarter",
            Facet::Year => "year",
            Facet::Relation => "relation",
            Facet::Country => "country",
            Facet::Licence => "licence",
            Facet::Size => "size",
            Facet::Generation => "generation",
            Facet::Owner => "owner",
        }
    }

    /// Says in a sentence which part a model belongs to.
    pub fn about(self) -> &'static str {
        match self {
            Facet::Month => "Month: that of the model's creation, in UTC; the Hub keeps dates since 2022-03-03.",
            Facet::Quarter => {
                "Quarter: that of the model's creation, in UTC; the Hub keeps dates since 2022-03-03, in the middle of 2022-Q1."
            }
            Facet::Year => "Year: that of the model's creation, in UTC; the Hub keeps dates since 2022-03-03.",
            Facet::Relation => {
                "Relation: that of the model's own link towards the family; if several, the strongest (merge, adapter, quantized, finetune, unstated)."
            }
            Facet::Country => {
                "Country: that of who stands behind the derived model's own account, by the table of publishers; ZZ is international, and who is not there is unknown."
            }
            Facet::Licence => "Licence: the first that the derived model itself states.",
            Facet::Size => {
                "Size: by the parameters that the derived model's safetensors headers declare; packed weights count as packed."
            }
            Facet::Generation => "Generation: the fewest links from any member.",
            Facet::Owner => "Owner: the account of the derived model; a model whose id has no owner is its own.",
        }
    }

    /// Says of which models the part is known, where it may not be.
    pub(super) fn known(self) -> Option<&'static str> {
        match self {
            Facet::Month | Facet::Quarter | Facet::Year => Some("derived models with a date"),
            Facet::Country => Some("derived models whose publisher is in the table"),
            Facet::Licence => Some("derived models that state a licence"),
            Facet::Size => Some("derived models that declare their parameters"),
            Facet::Relation | Facet::Generation | Facet::Owner => None,
        }
    }

    /// Tells whether its parts follow each other in time.
    pub fn is_time(self) -> bool {
        matches!(self, Facet::Month | Facet::Quarter | Facet::Year)
    }

    /// Tells whether its parts have an order of their own; others stand by their sizes.
    pub fn is_ordered(self) -> bool {
        self.is_time() || matches!(self, Facet::Relation | Facet::Size | Facet::Generation)
    }
}

/// A `Word` is a part: its place among the others, where they have an order, and its name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Word {
    pub place: u64,
    pub text: String,
}

/// The place of what is not known.
pub(super) const LAST: u64 = u64::MAX;
const LICENCELESS: &str = "none stated";
const UNDATED: &str = "without a date";

/// A `Parts` finds the parts of models, and numbers them as they come.
pub(crate) struct Parts<'s, 'l> {
    survey: &'s Survey<'l>,
    facet: Facet,
    created: &'s NumberColumn<i64>,
    parameters: &'s NumberColumn<u64>,
    licences: &'s ListColumn,
    /// The numbers of small keys, more by one, and of the others.
    dense: Vec<u32>,
    sparse: HashMap<u64, u32>,
    numbers: HashMap<Word, u32>,
    words: Vec<Word>,
    /// Of owners, who may be a million, a model: their names are looked up when they are shown.
    firsts: Vec<Row>,
}

/// Keys below this have their numbers in a table: owners, licences, days. A date far from all others takes no room there.
const DENSE: u64 = 1 << 22;

impl<'s, 'l> Parts<'s, 'l> {
    pub(crate) fn new(survey: &'s Survey<'l>, facet: Facet) -> Result<Parts<'s, 'l>, Error> {
        let snapshot = survey.snapshot();
        let (dense, sparse, numbers, words, firsts) = Default::default();
        Ok(Parts {
            survey,
            facet,
            created: snapshot.created()?,
            parameters: snapshot.count(Count::Parameters)?,
            licences: snapshot.list(WordList::Licences)?,
            dense,
            sparse,
            numbers,
            words,
            firsts,
        })
    }

    /// Counts the parts: their numbers are below.
    pub(crate) fn len(&self) -> usize {
        self.words.len().max(self.firsts.len())
    }

    /// Gives the part of a number.
    pub(crate) fn at(&self, number: u32) -> Word {
        match self.firsts.get(number as usize) {
            Some(row) => self.word(0, *row),
            None => self.words[number as usize].clone(),
        }
    }

    /// Gives the place of the part of a number among the others; without an order all have the same, but for what is not known.
    pub(super) fn place(&self, number: u32) -> u64 {
        self.words.get(number as usize).map_or(0, |word| word.place)
    }

    /// Finds the number of a model's part. Its relation, and its generation, are towards the family.
    pub(crate) fn number(&mut self, row: Row, relation: Relation, generation: u32) -> u32 {
        let key = self.key(row, relation, generation);
        if let Some(number) = self.known(key) {
            return number;
        }
        let new = self.len() as u32;
        let number = match self.facet {
            Facet::Owner => {
                self.firsts.push(row);
                new
            }
            _ => {
                let word = self.word(key, row);
                let number = *self.numbers.entry(word.clone()).or_insert(new);
                self.words.extend((number == new).then_some(word));
                number
            }
        };
        match key < DENSE {
            true => {
                self.dense.resize(self.dense.len().max(key as usize + 1), 0);
                self.dense[key as usize] = number + 1;
            }
            false => _ = self.sparse.insert(key, number),
        }
        number
    }

    /// Gives a model of the owner of a number: owners stand in the order of their models.
    pub(super) fn first(&self, number: u32) -> Option<Row> {
        self.firsts.get(number as usize).copied()
    }

    /// Finds the number of a model's part if it has come already.
    pub(super) fn known_number(&self, row: Row, relation: Relation) -> Option<u32> {
        self.known(self.key(row, relation, 0))
    }

    fn known(&self, key: u64) -> Option<u32> {
        match key < DENSE {
            true => self.dense.get(key as usize)?.checked_sub(1),
            false => self.sparse.get(&key).copied(),
        }
    }

    /// What a model's part depends on.
    fn key(&self, row: Row, relation: Relation, generation: u32) -> u64 {
        match self.facet {
            Facet::Month | Facet::Quarter | Facet::Year => match self.created.at(row) {
                None => 0,
                Some(at) if at < DATES_KEPT_SINCE => 1,
                Some(at) => 2 + (at / DAY) as u64,
            },
            Facet::Relation => relation as u64,
            Facet::Country | Facet::Owner => self.survey.owners[row as usize].into(),
            Facet::Licence => self.licences.at(row).first().map_or(0, |word| u64::from(*word) + 1),
            Facet::Size => {
                let class = |parameters| self.survey.references.sizes.class(parameters) as u64;
                self.parameters.at(row).map_or(LAST, class)
            }
            Facet::Generation => generation.into(),
        }
    }

    /// The part of a model of this key.
    fn word(&self, key: u64, row: Row) -> Word {
        let word = |place, text: &str| Word { place, text: text.to_owned() };
        match self.facet {
            Facet::Month | Facet::Quarter | Facet::Year => match key {
                0 => word(LAST, UNDATED),
                1 => word(0, BEFORE),
                key => {
                    let day = day((key - 2) as i64 * DAY);
                    let part = |range: std::ops::Range<usize>| day.get(range)?.parse::<u64>().ok();
                    match part(0..4).zip(part(5..7)) {
                        Some((year, month)) => self.step(year * 12 + month),
                        None => word(LAST, UNDATED),
                    }
                }
            },
            // As the columns of other tables.
            Facet::Relation => {
                let place = Relation::SHOWN.into_iter().position(|relation| relation as u64 == key).unwrap_or(0);
                word(place as u64, Relation::SHOWN[place].name())
            }
            Facet::Country => match self
                .survey
                .references
                .publishers
                .whose(self.survey.snapshot().id(row), &self.survey.references.aliases)
                .publisher
            {
                Some(publisher) => word(0, &publisher.country),
                None => word(LAST, UNKNOWN),
            },
            Facet::Owner => word(0, self.survey.account(self.survey.owners[row as usize])),
            Facet::Licence => self.licences.first_at(row).map_or(word(LAST, LICENCELESS), |licence| word(0, licence)),
            Facet::Size if key == LAST => word(LAST, UNKNOWN),
            Facet::Size => word(key, self.survey.references.sizes.name(key as usize)),
            Facet::Generation => word(key, &key.to_string()),
        }
    }

    /// The part of a month: twelve times its year and its number in it, from 1 on.
    fn step(&self, month: u64) -> Word {
        let (year, month) = ((month - 1) / 12, (month - 1) % 12 + 1);
        let (place, text) = match self.facet {
            Facet::Quarter => (year * 4 + (month - 1) / 3, format!("{year:04}-Q{}", (month - 1) / 3 + 1)),
            Facet::Year => (year, format!("{year:04}")),
            _ => (year * 12 + month - 1, format!("{year:04}-{month:02}")),
        };
        Word { place: place + 1, text }
    }

    /// The step of time in which an instant lies since the Hub keeps dates; nothing if the parts are no steps of time.
    pub(crate) fn of_instant(&self, at: i64) -> Option<Word> {
        (self.facet.is_time() && at >= DATES_KEPT_SINCE).then(|| self.word(2 + (at / DAY) as u64, 0))
    }

    /// Adds the steps of time between the first and the last, up to the day of the snapshot, so that a series has no hole where
    /// nothing was made.
    pub(crate) fn fill(&mut self) {
        let dated = |word: &&Word| (1..LAST).contains(&word.place);
        let places = || self.words.iter().filter(dated).map(|word| word.place);
        let (true, Some(first), Some(last)) = (self.facet.is_time(), places().min(), places().max()) else { return };
        let taken = self.survey.snapshot().provenance().taken;
        let today = taken.and_then(|taken| self.of_instant(taken)).map_or(first, |word| word.place);
        let months = match self.facet {
            Facet::Quarter => 3,
            Facet::Year => 12,
            _ => 1,
        };
        for place in first..=last.min(today) {
            let word = self.step(1 + (place - 1) * months);
            let new = self.words.len() as u32;
            if *self.numbers.entry(word.clone()).or_insert(new) == new {
                self.words.push(word);
            }
        }
    }
}
