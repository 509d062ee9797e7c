use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::counts::{BY_RELATION, COUNTS, Counts};
use super::{Survey, UNKNOWN};
use crate::census::{Error, Tally, tallies};
use crate::ink::{Table, Unit, Value};
use crate::reference::Family;
use crate::snapshot::Row;

use Unit::{Count, Text};

/// How many organisations are counted in every way; all others are in the table of organisations too.
const CLOSE: usize = 40;

/// An organisation with a child of any of its models, and its derivatives by others.
pub(super) struct Organisation<'a> {
    pub(super) name: &'a str,
    models: Vec<Row>,
    f1: Tally,
    f2: Tally,
}

impl<'a> Organisation<'a> {
    /// All of them, those with most direct derivatives first.
    pub(super) fn of_all(survey: &'a Survey<'_>) -> Result<Vec<Organisation<'a>>, Error> {
        let (lineage, snapshot) = (survey.lineage, survey.snapshot());
        let mut has_child = vec![false; survey.behind().names.len()];
        for row in snapshot.rows().filter(|row| !lineage.is_leaf(*row)) {
            has_child[survey.organisation(row) as usize] = true;
        }
        let mut sets: BTreeMap<u32, Vec<Row>> = BTreeMap::new();
        let is_model = |row: Row| snapshot.is_listed(row) || lineage.is_unlisted(row);
        for row in snapshot.rows().filter(|row| is_model(*row)) {
            let organisation = survey.organisation(row);
            if has_child[organisation as usize] {
                sets.entry(organisation).or_default().push(row);
            }
        }
        let (numbers, sets): (Vec<u32>, Vec<Vec<Row>>) = sets.into_iter().unzip();
        let tallies = tallies(lineage, &sets, survey.census.counting())?;
        let of = |((number, models), (f1, f2))| Organisation { name: survey.organisation_name(number), models, f1, f2 };
        let mut all: Vec<Organisation<'a>> = numbers.into_iter().zip(sets).zip(tallies).map(of).collect();
        all.sort_by_key(|of| (Reverse(of.f1.models), of.name));
        Ok(all)
    }

    /// All of its accounts as a family.
    pub(super) fn family(&self, survey: &Survey<'_>) -> Family {
        let (mut accounts, mut models) = (Vec::new(), Vec::new());
        for id in self.models.iter().map(|row| survey.snapshot().id(*row)) {
            match id.split_once('/') {
                Some((account, _)) => accounts.push(account),
                None => models.push(id),
            }
        }
        accounts.dedup_by(|one, other| one.eq_ignore_ascii_case(other));
        Family::of_organisation(self.name, &accounts, &models)
    }
}

/// Those of `organisations` with a derivative, which stand first.
fn derived_from<'o, 'a>(organisations: &'o [Organisation<'a>]) -> impl Iterator<Item = &'o Organisation<'a>> {
    organisations.iter().filter(|of| of.f1.models > 0)
}

pub(super) fn table(survey: &Survey<'_>, organisations: &[Organisation<'_>]) -> Table {
    let mut main = vec![("organisation", Text), ("country", Text), ("kind", Text), ("f1", Count), ("bases", Count)];
    main.extend(BY_RELATION);
    let more = [("f2", Count), ("models", Count)];
    let mut table = Table::new("organisations", "Derivatives of organisations", 1, &main, &more);
    for Organisation { name, models, f1, f2 } in derived_from(organisations) {
        let publisher = models.first().and_then(|row| survey.publisher(*row));
        let by_others =
            |row: &&Row| survey.lineage.children(**row).any(|(child, _)| models.binary_search(&child).is_err());
        let bases = models.iter().filter(by_others).count() as u64;
        let mut row: Vec<Value> = vec![(*name).into()];
        row.push(publisher.map_or(UNKNOWN, |publisher| &publisher.country).into());
        row.push(publisher.map_or(UNKNOWN, |publisher| &publisher.kind).into());
        row.extend([f1.models.into(), bases.into()]);
        row.extend(f1.by_relation.map(Value::Count));
        row.extend([f2.models.into(), (models.len() as u64).into()]);
        table.row(row);
    }
    table
}

/// The organisations of most direct derivatives, as families.
pub(super) fn closest(survey: &Survey<'_>, organisations: &[Organisation<'_>]) -> Vec<Family> {
    derived_from(organisations).take(CLOSE).map(|of| of.family(survey)).collect()
}

/// The same, counted as families are.
pub(super) fn close(closest: &[Family], counts: impl Iterator<Item = Counts>) -> Table {
    let mut main = vec![("organisation", Text), ("members", Count), ("f1", Count), ("f2", Count), ("f3", Count)];
    main.extend(BY_RELATION);
    let title = "The organisations with most derivatives, counted in every way";
    let mut table = Table::new("organisations_in_every_way", title, 1, &main, &COUNTS);
    for (family, counts) in closest.iter().zip(counts) {
        table.row(std::iter::once(Value::from(family.name.as_str())).chain(counts.values()));
    }
    table
}
