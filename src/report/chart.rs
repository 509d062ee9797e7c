use super::by_relation;
use super::family::BY_RELATION;
use super::rank::{number, ranked};
use crate::census::{Counted, FamilyCount, Group, Measure, Part, Ranked, Ranking};
use crate::ink::{Bar, Chart, Shape, Tone, Unit, grouped, percent};

/// Draws a ranking: a bar for each row, as long as the measure's value. `within` names the family to which it is confined, if to any.
pub fn rank_chart(ranking: &Ranking, group: Group, within: Option<&str>) -> Chart {
    let bar = |row: &Ranked| Bar {
        name: format!("{}{}", row.id, if row.is_unlisted { " (unlisted)" } else { "" }),
        value: row.value,
        label: number(ranking.measure, row.value),
        tone: Tone::Full,
    };
    let what = match group {
        Group::Models => "Models",
        Group::Owners => "Owners",
        Group::Families => "Families",
        Group::Authors => "Authors",
        Group::Countries => "Countries",
        Group::Licences => "Licences",
    };
    let shown = match ranking.rows.len() {
        rows if rows < ranking.of => {
            format!(", the first {} of {}", grouped(rows as u64), grouped(ranking.of as u64))
        }
        _ => String::new(),
    };
    let measure = match (ranking.measure, group.is_of_derived()) {
        (Measure::Descendants, true) => "derived models",
        (measure, _) => measure.name(),
    };
    let within = within.map_or_else(String::new, |name| format!(" within {name}"));
    let title = format!("{what} by {measure}{within}{shown}");
    let chart = Chart::new(title, Unit::Number, Shape::Bars { bars: ranking.rows.iter().map(bar).collect() });
    chart.explained(ranked(ranking, group))
}

/// Says of a ranking by a sum, over how many of the descendants it is.
pub fn rank_coverage(ranking: &Ranking) -> Option<String> {
    let of = |row: &Ranked| Some(row.known? as f64 / row.descendants.max(1) as f64);
    let shares: Vec<f64> = ranking.rows.iter().filter_map(of).map(|share| share.min(1.0)).collect();
    let (least, most) =
        shares.iter().fold((1.0_f64, 0.0_f64), |(least, most), share| (least.min(*share), most.max(*share)));
    (!shares.is_empty()).then(|| {
        format!(
            "{} of {} to {} of the descendants below those that are ranked here",
            ranking.measure.name(),
            percent(least),
            percent(most)
        )
    })
}

/// Draws F1 and F2 of a family by relation.
pub fn family_chart(count: &FamilyCount) -> Chart {
    let title = format!(
        "Derivatives of {} by relation: {} direct (F1), {} in all (F2)",
        count.name,
        grouped(count.f1.models),
        grouped(count.f2.models)
    );
    // The two of a relation stand beside each other.
    let pairs = by_relation(&count.f1.by_relation).zip(by_relation(&count.f2.by_relation));
    let bars = pairs.flat_map(|((name, direct), (_, all))| {
        let bar = |part: &str, models, tone| Bar {
            name: format!("{name} ({part})"),
            value: models as f64,
            label: grouped(models),
            tone,
        };
        [bar("F2", all, Tone::Full), bar("F1", direct, Tone::Pale)]
    });
    Chart::new(title, Unit::Count, Shape::Bars { bars: bars.collect() }).explained(BY_RELATION)
}

/// Defines what is drawn of a family. `filter` says in words what was left out, if anything.
pub fn family_chart_definition(counted: Counted, filter: &str) -> Vec<String> {
    let mut definition = vec![Part::Direct.about(counted), Part::All.about(counted)];
    definition.extend((!filter.is_empty()).then(|| filter.to_owned()));
    definition
}
