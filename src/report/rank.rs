use std::borrow::Cow;

use crate::census::{Group, Measure, Ranked, Ranking, Valued};
use crate::ink::{Block, Grid, Named, Report, Value, grouped};
use crate::model::Relation;

/// A column of a ranking.
struct Column {
    name: &'static str,
    measure: Measure,
    /// The measure's place among those that were asked for, if it is one.
    at: Option<usize>,
    /// Its own column says of how many the value is known: its heads for people and for programs.
    known: Option<[String; 2]>,
}

/// Writes a ranking; `columns` are the measures that are shown, in their order, if any are named; `is_within` tells whether only a
/// family and what descends from it was looked at. `filter` says in words what was left out, if anything.
pub fn rank(ranking: &Ranking, group: Group, columns: &[Measure], is_within: bool, filter: &str) -> Report<'static> {
    let shown = &ranking.rows;
    let measures: Vec<Measure> = std::iter::once(ranking.measure).chain(ranking.beside.iter().copied()).collect();
    // Whoever made derived models is counted by these, and a part of nothing has no direct ones.
    let of_derived = group.is_of_derived();
    let (first, counted) = match group {
        Group::Models | Group::Owners | Group::Families => ("id", "descendants"),
        Group::Authors => ("author", "models"),
        Group::Countries => ("country", "models"),
        Group::Licences => ("licence", "models"),
    };
    let is_plain = |measure: &Measure| matches!(measure, Measure::Direct | Measure::Descendants) || relation(*measure);
    let extra = measures.iter().copied().filter(|measure| !is_plain(measure));
    let all: Vec<Measure> = match columns {
        [] => {
            let direct = (!of_derived || is_within).then_some(Measure::Direct);
            let plain = direct.into_iter().chain([Measure::Descendants]);
            plain.chain(extra).chain(Measure::ALL.iter().copied().filter(|measure| relation(*measure))).collect()
        }
        named => named.to_vec(),
    };
    let column = |measure: Measure| {
        let at = measures.iter().position(|known| *known == measure);
        let has_coverage = at.is_some_and(|at| shown.iter().any(|row| known_of(row, at).is_some()));
        let names = match measures.len() {
            1 => ["known for".into(), "known".into()],
            _ => [format!("{} known for", measure.name()), format!("{}-known", measure.name())],
        };
        let name = if measure == Measure::Descendants { counted } else { measure.name() };
        Column { name, measure, at, known: has_coverage.then_some(names) }
    };
    let columns: Vec<Column> = all.into_iter().map(column).collect();
    let mut heads = vec!["rank".to_owned(), first.to_owned()];
    let mut names: Vec<Cow<'static, str>> = vec!["rank".into(), first.into()];
    names.extend((group == Group::Models).then_some(Cow::Borrowed("listed")));
    for column in &columns {
        heads.push(column.name.to_owned());
        names.push(column.name.into());
        if let Some([head, name]) = &column.known {
            heads.push(head.clone());
            names.push(name.clone().into());
        }
    }
    // What is asked for stays.
    let spare = columns.iter().filter(|column| column.at.is_none() && relation(column.measure));
    let mut grid = Grid::new(heads).sparing(spare.rev().map(|column| column.name.to_owned()));
    let mut rows = Vec::new();
    for row in shown {
        let mut id = row.id.clone();
        if row.is_unlisted {
            id += " (unlisted)";
        }
        let mut cells = vec![row.rank.to_string(), id];
        let mut values: Vec<Value> = vec![(row.rank as u64).into(), row.id.as_str().into()];
        values.extend((group == Group::Models).then(|| (!row.is_unlisted).into()));
        for Column { measure, at, known, .. } in &columns {
            let value = valued(row, *measure, *at);
            cells.push(value.map_or_else(|| "–".into(), |value| number(*measure, value)));
            let whole = |value: f64| if is_whole(*measure) { Value::Count(value as u64) } else { Value::Number(value) };
            values.push(value.map(whole).into());
            if let (Some(_), Some(at)) = (known, at) {
                let known = known_of(row, *at);
                cells.push(grouped(known.unwrap_or_default()));
                values.push(known.into());
            }
        }
        grid.row(cells);
        rows.push(names.iter().cloned().zip(values).collect::<Named>());
    }
    let mut blocks = vec![Block::Grid(grid)];
    if shown.len() < ranking.of {
        blocks.push(Block::cut(shown.len(), ranking.of, "shown"));
    }
    if ranking.missing > 0 {
        blocks.push(Block::Line(format!(
            "{} left out: nothing is known of this measure below them.",
            grouped(ranking.missing as u64)
        )));
    }
    let mut definition = vec![ranked(ranking, group)];
    if !ranking.beside.is_empty() {
        let beside: Vec<String> = ranking.beside.iter().map(|measure| about(*measure, group)).collect();
        definition.push(format!("Beside it {}.", beside.join("; ")));
    }
    definition.extend((!filter.is_empty()).then(|| filter.to_owned()));
    let beside = [("of", ranking.of), ("missing", ranking.missing)];
    let beside = beside.map(|(name, number)| (name.into(), (number as u64).into()));
    Report { beside: beside.into(), heads: names, ..Report::new(definition, rows, blocks) }
}

/// Whether a measure is the descendants of a relation.
fn relation(measure: Measure) -> bool {
    Relation::from_name(measure.name()).is_some()
}

/// The value of a measure, at its place among those that were asked for, or as every row has it.
fn valued(row: &Ranked, measure: Measure, at: Option<usize>) -> Option<f64> {
    match (at, measure) {
        (Some(at), _) => asked(row, at).map(|(value, _)| value),
        (None, Measure::Direct) => Some(row.direct as f64),
        (None, Measure::Descendants) => Some(row.descendants as f64),
        (None, measure) => {
            Relation::from_name(measure.name()).map(|relation| row.by_relation[relation as usize] as f64)
        }
    }
}

/// Says in a sentence what is ranked, and by what.
pub(super) fn ranked(ranking: &Ranking, group: Group) -> String {
    let what = match group {
        Group::Models => "models",
        Group::Owners => "owners (groups of all their models)",
        Group::Families => "families (groups by rule, which may nest: rows do not add up)",
        Group::Authors => "authors (accounts, each by the derived models that it has made)",
        Group::Countries => "countries (each by the derived models whose publishers are of it)",
        Group::Licences => "licences (each by the derived models that state it)",
    };
    format!("Ranked: {what}, by {}.", about(ranking.measure, group))
}

/// Defines a measure.
fn about(measure: Measure, group: Group) -> String {
    match measure {
        Measure::Descendants if group.is_of_derived() => "models: the distinct derived models".to_owned(),
        Measure::Direct if group.is_of_derived() => "direct: those of them with a member for a parent".to_owned(),
        measure => format!("{}: {}", measure.name(), measure.about()),
    }
}

/// The value of the measure at a place: the first is what is ranked by.
fn asked(row: &Ranked, at: usize) -> Valued {
    match at {
        0 => Some((row.value, row.known)),
        at => row.beside.get(at - 1).copied().flatten(),
    }
}

fn known_of(row: &Ranked, at: usize) -> Option<u64> {
    asked(row, at).and_then(|(_, known)| known)
}

fn is_whole(measure: Measure) -> bool {
    !matches!(measure, Measure::Credit | Measure::FirstDegree)
}

/// A measure's value as people read it.
pub(super) fn number(measure: Measure, value: f64) -> String {
    match measure {
        Measure::FirstDegree => format!("{:.1}%", value * 100.0),
        Measure::Credit => format!("{value:.1}"),
        _ => grouped(value as u64),
    }
}
