use super::Survey;
use super::counts::{Counts, MENTIONS, WAYS};
use super::organisations::Organisation;
use crate::census::Coverage;
use crate::ink::{Section, Table, Unit, Value, grouped};
use crate::reference::{Comparison, Family, Kind};

use Unit::{Count, Text};

/// A comparison, counted; of whom the snapshot has nothing there is nothing.
pub(super) struct Contest<'a> {
    of: &'a Comparison,
    one: Option<Counts>,
    others: Vec<Option<Counts>>,
    together: Option<Counts>,
}

/// Whom a comparison counts: the others, these together, and the one. Where one of the others is missing nobody is counted:
/// together they would be fewer than is said.
fn asked(of: &Comparison, survey: &Survey<'_>, organisations: &[Organisation<'_>]) -> Option<Vec<Family>> {
    let find = |name: &String| match of.kind {
        Kind::Publisher => organisations.iter().find(|known| known.name == name).map(|known| known.family(survey)),
        Kind::Family => survey.references.families.iter().find(|family| family.name == *name).cloned(),
    };
    let others = of.others.iter().map(find).collect::<Option<Vec<Family>>>()?;
    let together = Family::together("together", &others.iter().collect::<Vec<_>>());
    Some(others.into_iter().chain([together]).chain(find(&of.one)).collect())
}

/// Whom all comparisons count, one after the other.
pub(super) fn families(survey: &Survey<'_>, organisations: &[Organisation<'_>]) -> Vec<Family> {
    let comparisons = survey.references.rivals.comparisons().iter();
    comparisons.filter_map(|of| asked(of, survey, organisations)).flatten().collect()
}

impl<'a> Contest<'a> {
    /// Every comparison of the table of rivals, of the counts of those of [`families`].
    pub(super) fn of_all(
        survey: &Survey<'a>,
        organisations: &[Organisation<'_>],
        counts: &mut impl Iterator<Item = Counts>,
    ) -> Vec<Contest<'a>> {
        let comparisons = survey.references.rivals.comparisons().iter();
        let contest = |of: &'a Comparison| {
            let asked = asked(of, survey, organisations).map_or(0, |asked| asked.len());
            let mut counts = counts.by_ref().take(asked);
            let others = of.others.iter().map(|_| counts.next()).collect();
            let (together, one) = (counts.next(), counts.next());
            Contest { of, one, others, together }
        };
        comparisons.map(contest).collect()
    }

    /// Tells in a section how the comparison ends by F1.
    pub(super) fn conclude(&self, section: &mut Section) {
        let (Some(one), Some(together)) = (&self.one, &self.together) else { return };
        let [one, together] = [one, together].map(|counts| counts.others.f1.models);
        section.conclude(Coverage::whole(one.saturating_add(together)), || {
            let (name, names) = (&self.of.one, self.of.together());
            let (one, together) = (grouped(one), grouped(together));
            Some(format!("Direct derivatives by others: {name} {one}, {names} together {together}."))
        });
    }
}

/// Who are counted as one, in all comparisons.
pub(super) fn together(contests: &[Contest<'_>]) -> String {
    let mut names = contests.iter().map(|contest| contest.of.together());
    let first = names.next().unwrap_or_default();
    names.fold(first, |all, names| format!("{all} (and {names})"))
}

/// One beside the others, under every definition; the first comparison names the columns.
pub(super) fn table(contests: &[Contest<'_>]) -> Option<Table> {
    let first = contests.first()?.of;
    let together = first.together();
    let column = |name: &str| name.to_lowercase().replace(|c: char| !c.is_alphanumeric(), "_");
    let names = [&first.one].into_iter().chain(&first.others).chain([&together]);
    let mut main = vec![("counted_as".to_owned(), Text)];
    main.extend(names.map(|name| (column(name), Count)));
    main.push((format!("{}_has_more", column(&first.one)), Text));
    let title = format!("\"More than {together} combined\", under each definition");
    let mut table = Table::new("rivals", title, 1, &main, &[]);
    table.most = (WAYS.len() + 1) * contests.len();
    for Contest { of, one, others, together } in contests {
        for way in WAYS.iter().chain([&MENTIONS]) {
            let value = |counts: &Option<Counts>| counts.as_ref().map_or(Value::Missing, |counts| way.value(counts));
            let pair = [one, together].map(Option::as_ref);
            let more = match pair.map(|counts| counts.and_then(way.count)) {
                [Some(one), Some(together)] => if one > together { "yes" } else { "no" }.into(),
                _ if pair.into_iter().flatten().any(|counts| (way.count)(counts).is_none()) => way.none.clone(),
                _ => Value::Missing,
            };
            let mut row = vec![format!("{}, {}", way.name, of.counted_as).into(), value(one)];
            row.extend(others.iter().chain([together]).map(value));
            row.push(more);
            table.row(row);
        }
    }
    Some(table)
}
