use super::by_relation;
use super::relation_heads;
use crate::census::{Group, Measure, Ranking};
use crate::ink::{Block, Grid, Named, Report, Value, grouped};

/// Writes a ranking. `filter` says in words what was left out, if anything.
pub fn rank(ranking: &Ranking, group: Group, filter: &str) -> Report<'static> {
    let shown = &ranking.rows;
    let measure = ranking.measure;
    let is_extra = !matches!(measure, Measure::Direct | Measure::Descendants)
        && !relation_heads().any(|name| name == measure.name());
    let has_coverage = shown.iter().any(|row| row.known.is_some());
    let what = match group {
        Group::Models => "models",
        Group::Owners => "owners (groups of all their models)",
        Group::Families => "families (groups by rule, which may nest: rows do not add up)",
    };
    let mut heads = vec!["rank".to_owned(), "id".to_owned(), "direct".to_owned(), "descendants".to_owned()];
    if is_extra {
        heads.push(measure.name().to_owned());
    }
    if has_coverage {
        heads.push("known for".to_owned());
    }
    heads.extend(relation_heads());
    let mut grid = Grid::new(heads);
    let mut rows = Vec::new();
    for row in shown {
        let mut id = row.id.clone();
        if row.is_unlisted {
            id += " (unlisted)";
        }
        let mut cells = vec![row.rank.to_string(), id, grouped(row.direct), grouped(row.descendants)];
        if is_extra {
            cells.push(number(measure, row.value));
        }
        if has_coverage {
            cells.push(grouped(row.known.unwrap_or_default()));
        }
        cells.extend(by_relation(&row.by_relation).map(|(_, count)| grouped(count)));
        grid.row(cells);

        let mut values: Named = vec![
            ("rank".into(), (row.rank as u64).into()),
            ("id".into(), row.id.as_str().into()),
            ("direct".into(), row.direct.into()),
            ("descendants".into(), row.descendants.into()),
        ];
        if group == Group::Models {
            values.insert(2, ("listed".into(), (!row.is_unlisted).into()));
        }
        if is_extra {
            let value = if is_whole(measure) { Value::Count(row.value as u64) } else { Value::Number(row.value) };
            values.push((measure.name().into(), value));
        }
        if has_coverage {
            values.push(("known".into(), row.known.into()));
        }
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
    let mut definition = vec![format!("Ranked: {what}, by {}: {}.", measure.name(), measure.about())];
    definition.extend((!filter.is_empty()).then(|| filter.to_owned()));
    Report::new(definition, rows, blocks)
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
