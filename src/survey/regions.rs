use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::{Survey, UNKNOWN};
use crate::census::{Coverage, Error, Sum};
use crate::ink::{Chart, Section, Table, Topic, Unit, grouped, plural, share};
use crate::model::WordList;
use crate::reference::Publisher;
use crate::snapshot::Row;

use Unit::{Count, Share, Text};

/// What a country has.
#[derive(Default)]
struct Country {
    models: u64,
    downloads: Sum,
    received: u64,
    received_from_abroad: u64,
    derived: u64,
    on_foreign: u64,
    on_own: u64,
    on_both: u64,
}

const COUNTRY: &str = "Country: the publisher's, by the table of publishers.";
const RECEIVED: &str = "Received: distinct listed models with a parent from the country, by whomever.";

pub(super) const TITLE: &str = "Countries and languages";

pub(super) fn section(survey: &Survey<'_>) -> Result<Section, Error> {
    let mut section = Section::new("regions", TITLE);
    let (lineage, downloads) = (survey.lineage, survey.downloads()?);
    let names: Vec<&str> = {
        let mut names: Vec<&str> =
            survey.behind().publishers.iter().flatten().map(|publisher| publisher.country.as_str()).collect();
        names.push(UNKNOWN);
        names.sort_unstable();
        names.dedup();
        names
    };
    let number = |of: &Option<&Publisher>| {
        let country = of.map_or(UNKNOWN, |publisher| publisher.country.as_str());
        names.binary_search(&country).unwrap_or_default()
    };
    let of_owner: Vec<usize> = survey.behind().publishers.iter().map(number).collect();
    let number = |row: Row| of_owner[survey.owners[row as usize] as usize];
    let roots = Roots::find(survey, names.len(), number);
    let unknown = names.binary_search(&UNKNOWN).unwrap_or_default();
    let mut countries: Vec<Option<Country>> = names.iter().map(|_| None).collect();
    let mut parents: Vec<usize> = Vec::new();
    for row in survey.models() {
        let here = number(row);
        let of = countries[here].get_or_insert_default();
        of.models += 1;
        of.downloads.add(downloads.at(row));
        if !lineage.is_root(row) {
            of.derived += 1;
            let (mut own, mut foreign) = (false, false);
            for of_root in roots.of_row(row).filter(|root| *root != unknown) {
                own |= of_root == here;
                foreign |= of_root != here;
            }
            of.on_own += u64::from(own && !foreign);
            of.on_foreign += u64::from(foreign && !own);
            of.on_both += u64::from(own && foreign);
        }
        // Each of the countries of its parents receives it once.
        parents.clear();
        parents.extend(lineage.parents(row).map(|(parent, _)| number(parent)));
        parents.sort_unstable();
        parents.dedup();
        for parent in &parents {
            let of = countries[*parent].get_or_insert_default();
            of.received += 1;
            of.received_from_abroad += u64::from(*parent != here);
        }
    }
    let countries = names.iter().copied().zip(countries);
    let mut countries: Vec<(&str, Country)> = countries.filter_map(|(name, of)| Some((name, of?))).collect();
    countries.sort_by_key(|(name, of)| (Reverse(of.received), *name));
    let main = [
        ("country", Text),
        ("models", Count),
        ("downloads_30d", Count),
        ("received", Count),
        ("derived", Count),
        ("share_on_foreign_roots", Share),
    ];
    let more = [("received_from_abroad", Count), ("on_foreign", Count), ("on_own", Count), ("on_both", Count)];
    let mut table = Table::new("countries", "Models, downloads and derivatives of countries", 1, &main, &more);
    for (name, of) in &countries {
        // Who is not in the table has no country from which a root could be foreign.
        let foreign = share(of.on_foreign + of.on_both, of.on_foreign + of.on_both + of.on_own);
        table.row([
            (*name).into(),
            of.models.into(),
            of.downloads.known().into(),
            of.received.into(),
            of.derived.into(),
            foreign.filter(|_| *name != UNKNOWN).into(),
            of.received_from_abroad.into(),
            of.on_foreign.into(),
            of.on_own.into(),
            of.on_both.into(),
        ]);
    }
    let languages = languages(survey)?;
    let derived = survey.models().filter(|row| !lineage.is_root(*row));
    let has_known_parent = |row: Row| lineage.parents(row).any(|(parent, _)| survey.publisher(parent).is_some());
    let parents = Coverage::count(derived, has_known_parent);
    section.conclude(parents, || {
        let (name, of) = countries.iter().find(|(name, _)| *name != UNKNOWN)?;
        Some(format!(
            "Publishers in {name}, those who upload models again included, received most derivatives: {}.",
            grouped(of.received)
        ))
    });
    section.headline(Topic::Countries, parents, ["countries", "received"], || {
        let (name, of) = countries.iter().find(|(name, _)| *name != UNKNOWN)?;
        Some(format!(
            "Most is built on models of publishers in {name}, copies of others' models included: {}.",
            plural(of.received, "derived model")
        ))
    });
    let bars = countries.iter().map(|(name, of)| (*name, Some(of.received)));
    let chart = Chart::counts("Derivatives received, by country of the parent", bars).explained(RECEIVED);
    let whose = "derived models with a parent whose publisher is in the table";
    section.charts.push(chart.defined(&[COUNTRY]).known_of(whose, parents));
    section.define(&[
        COUNTRY,
        RECEIVED,
        "From abroad: those whose own publisher is of another country or unknown.",
        "Derived: the country's models with a parent. On foreign roots: of those with a root of known country, the share with at least one from elsewhere; on own: all known roots are the country's.",
        "Languages: tags that are two-letter codes of ISO 639-1; a model counts in each of its languages.",
    ]);
    survey.cover(&mut section, "models whose publisher is in the table", |row| survey.publisher(row).is_some());
    section.cover(whose, parents);
    section.cover("models with a language", languages.1);
    section.tables = vec![table, languages.0];
    Ok(section)
}

/// Models and downloads by language, and how many models have one.
fn languages(survey: &Survey<'_>) -> Result<(Table, Coverage), Error> {
    let heads = [("language", Text), ("name", Text), ("models", Count), ("share", Share), ("downloads_30d", Count)];
    let mut table = Table::new("languages", "Models by language", 1, &heads, &[]);
    let (tags, downloads) = (survey.snapshot().list(WordList::Tags)?, survey.downloads()?);
    let words: Vec<(&str, Option<&str>)> =
        tags.words().map(|tag| (tag, survey.references.languages.meaning(tag))).collect();
    let mut sums: BTreeMap<u32, (u64, Sum)> = BTreeMap::new();
    let mut coverage = Coverage::default();
    for row in survey.models() {
        let mut has_one = false;
        for tag in tags.at(row).iter().filter(|tag| words[**tag as usize].1.is_some()) {
            let (models, sum) = sums.entry(*tag).or_default();
            *models += 1;
            sum.add(downloads.at(row));
            has_one = true;
        }
        coverage.of += 1;
        coverage.known += u64::from(has_one);
    }
    let mut sums: Vec<_> = sums.into_iter().map(|(tag, (models, sum))| (words[tag as usize], models, sum)).collect();
    sums.sort_by_key(|((code, _), models, _)| (Reverse(*models), *code));
    for ((code, name), of, sum) in sums {
        let (share, downloads) = (share(of, coverage.known).into(), sum.known().into());
        table.row([code.into(), name.unwrap_or_default().into(), of.into(), share, downloads]);
    }
    Ok((table, coverage))
}

/// From which countries the roots of each model are.
struct Roots {
    words: usize,
    bits: Vec<u64>,
}

impl Roots {
    /// Handed down from generation to generation; in a cycle more than once.
    fn find(survey: &Survey<'_>, countries: usize, number: impl Fn(Row) -> usize) -> Roots {
        let words = countries.div_ceil(64).max(1);
        let mut roots = Roots { words, bits: vec![0; words * survey.snapshot().len()] };
        let mut open: Vec<Row> =
            survey.snapshot().rows().filter(|row| survey.is_root(*row) && !survey.lineage.is_leaf(*row)).collect();
        for row in &open {
            let country = number(*row);
            roots.bits[*row as usize * words + country / 64] |= 1 << (country % 64);
        }
        while let Some(row) = open.pop() {
            for (child, _) in survey.lineage.children(row) {
                let mut grew = false;
                for word in 0..words {
                    let above = roots.bits[row as usize * words + word];
                    let own = &mut roots.bits[child as usize * words + word];
                    grew |= above & !*own != 0;
                    *own |= above;
                }
                if grew && !survey.lineage.is_leaf(child) {
                    open.push(child);
                }
            }
        }
        roots
    }

    fn of_row(&self, row: Row) -> impl Iterator<Item = usize> {
        let own = &self.bits[row as usize * self.words..(row as usize + 1) * self.words];
        own.iter()
            .enumerate()
            .flat_map(|(at, word)| (0..64).filter(move |bit| word >> bit & 1 == 1).map(move |bit| at * 64 + bit))
    }
}
