use super::by_relation;
use super::relation_heads;
use crate::census::{Group, Measure, Ranked, Ranking, Valued};
use crate::ink::{Block, Grid, Named, Report, Value, grouped};

/// Writes a ranking; `is_within` tells whether only a family and what descends from it was looked at. `filter` says in words what
/// was left out, if anything.
pub fn rank(ranking: &Ranking, group: Group, is_within: bool, filter: &str) -> Report<'static> {
    let shown = &ranking.rows;
    let measures = || std::iter::once(ranking.measure).chain(ranking.beside.iter().copied());
    let is_extra = |measure: Measure| {
        !matches!(measure, Measure::Direct | Measure::Descendants)
            && !relation_heads().any(|name| name == measure.name())
    };
    // Of each measure that has a column: its place, whether it says of how many it is known, and under which names.
    let columns: Vec<(usize, Measure, Option<[String; 2]>)> = measures()
        .enumerate()
        .filter(|(_, measure)| is_extra(*measure))
        .map(|(at, measure)| {
            let has_coverage = shown.iter().any(|row| known_of(row, at).is_some());
            let names = match measures().count() {
                1 => ["known for".into(), "known".into()],
                _ => [format!("{} known for", measure.name()), format!("{}-known", measure.name())],
            };
            (at, measure, has_coverage.then_some(names))
        })
        .collect();
    // Whoever made derived models is counted by these, and a part of nothing has no direct ones.
    let of_derived = group.is_of_derived();
    let has_direct = !of_derived || is_within;
    let (first, counted) = match group {
        Group::Models | Group::Owners | Group::Families => ("id", "descendants"),
        Group::Authors => ("author", "models"),
        Group::Countries => ("country", "models"),
        Group::Licences => ("licence", "models"),
    };
    let mut heads = vec!["rank".to_owned(), first.to_owned()];
    heads.extend(has_direct.then(|| "direct".to_owned()));
    heads.push(counted.to_owned());
    for (_, measure, known) in &columns {
        heads.push(measure.name().to_owned());
        heads.extend(known.as_ref().map(|[head, _]| head.clone()));
    }
    heads.extend(relation_heads());
    // What is asked for stays.
    let is_asked = |name: &String| measures().any(|measure| measure.name() == name);
    let counts = relation_heads().filter(|name| !is_asked(name)).collect::<Vec<_>>();
    let mut grid = Grid::new(heads).sparing(counts.into_iter().rev());
    let mut rows = Vec::new();
    for row in shown {
        let mut id = row.id.clone();
        if row.is_unlisted {
            id += " (unlisted)";
        }
        let mut cells = vec![row.rank.to_string(), id];
        cells.extend(has_direct.then(|| grouped(row.direct)));
        cells.push(grouped(row.descendants));
        let mut values: Named = vec![("rank".into(), (row.rank as u64).into()), (first.into(), row.id.as_str().into())];
        if group == Group::Models {
            values.push(("listed".into(), (!row.is_unlisted).into()));
        }
        values.extend(has_direct.then(|| ("direct".into(), row.direct.into())));
        values.push((counted.into(), row.descendants.into()));
        for (at, measure, known) in &columns {
            let value = valued(row, *at);
            cells.push(value.map_or_else(|| "–".into(), |(value, _)| number(*measure, value)));
            let whole = |value: f64| if is_whole(*measure) { Value::Count(value as u64) } else { Value::Number(value) };
            values.push((measure.name().into(), value.map(|(value, _)| whole(value)).into()));
            if let Some([_, name]) = known {
                let known = known_of(row, *at);
                cells.push(grouped(known.unwrap_or_default()));
                values.push((name.clone().into(), known.into()));
            }
        }
        cells.extend(by_relation(&row.by_relation).map(|(_, count)| grouped(count)));
        grid.row(cells);
        values.extend(by_relation(&row.by_relation).map(|(name, count)| (name.into(), count.into())));
        rows.push(values);
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
    Report::new(definition, rows, blocks)
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
fn valued(row: &Ranked, at: usize) -> Valued {
    match at {
        0 => Some((row.value, row.known)),
        at => row.beside.get(at - 1).copied().flatten(),
    }
}

fn known_of(row: &Ranked, at: usize) -> Option<u64> {
    valued(row, at).and_then(|(_, known)| known)
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
