use super::Survey;
use super::derivatives::strongest;
use crate::census::{Clusters, Coverage, Error};
use crate::ink::{Chart, Section, Table, Topic, Unit, counted, grouped, plural, share};
use crate::model::Relation;
use crate::snapshot::Row;

use Unit::{Count, Number, Share, Text};

/// How many parts and bases are listed.
const LISTED: usize = 50;

const UNLISTED: &str = "Unlisted parents are models here.";
const GENERATION: &str =
    "Generation: fewest links from any root, roots being 0; only models with a parent or a child are counted.";

pub(super) const TITLE: &str = "The shape of the lineage";

pub(super) fn section(survey: &Survey<'_>) -> Result<Section, Error> {
    let mut section = Section::new("shape", TITLE);
    let (lineage, snapshot) = (survey.lineage, survey.snapshot());
    let is_model = |row: &Row| snapshot.is_listed(*row) || lineage.is_unlisted(*row);
    let nodes: Vec<Row> = snapshot.rows().filter(is_model).collect();
    let with_merges = Clusters::find(lineage, |_| true);
    let without_merges = Clusters::find(lineage, |edge| edge.relation != Relation::Merge);
    let count = |wanted: &dyn Fn(Row) -> bool| nodes.iter().filter(|row| wanted(**row)).count() as u64;
    let is_merge = |row: Row| lineage.parents(row).len() > 1;
    let longest_chain = survey.census.longest_chain()? as u64;
    let tail = Tail::fit(nodes.iter().map(|row| lineage.children(*row).len() as u64));

    let mut figures = Table::new("figures", "The lineage in figures", 1, &[("figure", Text), ("value", Number)], &[]);
    figures.most = 40;
    let largest = |clusters: &Clusters| clusters.sizes().first().map_or(0, |(_, size)| *size);
    let alone = |clusters: &Clusters| clusters.sizes().iter().filter(|(_, size)| *size == 1).count() as u64;
    for (figure, value) in [
        ("models, listed and unlisted", nodes.len() as u64),
        ("links", lineage.links() as u64),
        ("models with a parent", count(&|row| !lineage.is_root(row))),
        ("models with several parents", count(&is_merge)),
        ("most parents of one model", nodes.iter().map(|row| lineage.parents(*row).len() as u64).max().unwrap_or(0)),
        ("models with children", count(&|row| !lineage.is_leaf(row))),
        ("roots with children", count(&|row| survey.is_root(row) && !lineage.is_leaf(row))),
        ("unlisted parents", count(&|row| lineage.is_unlisted(row))),
        ("cycles", lineage.cycles().len() as u64),
        ("components", with_merges.sizes().len() as u64),
        ("components of one model", alone(&with_merges)),
        ("largest component", largest(&with_merges)),
        ("components without merges", without_merges.sizes().len() as u64),
        ("largest component without merges", largest(&without_merges)),
        ("longest chain, in links", longest_chain),
        (
            "deepest generation",
            u64::from(nodes.iter().map(|row| survey.generations()[*row as usize]).max().unwrap_or(0)),
        ),
    ] {
        figures.row([figure.into(), value.into()]);
    }
    for (figure, value) in [
        ("fan-out: exponent of the power law", tail.map(|tail| tail.exponent)),
        ("fan-out: its standard error", tail.map(|tail| tail.error)),
        ("fan-out: least number of children of the tail", tail.map(|tail| tail.least as f64)),
        ("fan-out: models in the tail", tail.map(|tail| tail.models as f64)),
        ("fan-out: distance from the fit (Kolmogorov and Smirnov)", tail.map(|tail| tail.distance)),
    ] {
        figures.row([figure.into(), value.into()]);
    }

    let mut generations =
        Table::new("generations", "Models by generation", 1, &[("generation", Text), ("models", Count)], &[]);
    let mut by_generation: Vec<u64> = Vec::new();
    for row in nodes.iter().filter(|row| !lineage.is_root(**row) || !lineage.is_leaf(**row)) {
        let generation = survey.generations()[*row as usize] as usize;
        // Kept links of a forged file may leave models that no root leads to.
        if generation >= snapshot.len() {
            continue;
        }
        by_generation.resize(by_generation.len().max(generation + 1), 0);
        by_generation[generation] += 1;
    }
    by_generation
        .iter()
        .enumerate()
        .for_each(|(at, models)| generations.row([at.to_string().into(), (*models).into()]));

    let heads = [
        ("relation", Text),
        ("links", Count),
        ("models", Count),
        ("with_children", Count),
        ("share_with_children", Share),
    ];
    let mut relations =
        Table::new("relations", "Links by relation, and how many of the models have children", 1, &heads, &[]);
    for relation in Relation::ALL {
        let links = lineage.all_links().filter(|(_, _, edge)| edge.relation == relation).count() as u64;
        let models: Vec<Row> = nodes.iter().copied().filter(|row| strongest(survey, *row) == Some(relation)).collect();
        let inner = models.iter().filter(|row| !lineage.is_leaf(**row)).count() as u64;
        let of = models.len() as u64;
        relations.row([relation.name().into(), links.into(), of.into(), inner.into(), share(inner, of).into()]);
    }

    let mut bases = Table::new(
        "bases",
        "Models with most children",
        1,
        &[("model", Text), ("direct", Count), ("descendants", Count)],
        &[],
    );
    let mut order: Vec<(Row, u64)> =
        survey.census.models().iter().map(|row| (*row, survey.lineage.children(*row).len() as u64)).collect();
    order.sort_unstable_by_key(|(row, direct)| (std::cmp::Reverse(*direct), *row));
    for (row, direct) in order.iter().take(LISTED) {
        bases.row([snapshot.id(*row).into(), (*direct).into(), survey.census.facts(*row).descendants.into()]);
    }

    let parts = parts(survey, &without_merges);
    let bars = by_generation.iter().enumerate().map(|(at, models)| (at.to_string(), Some(*models)));
    let chart = Chart::counts("Models by generation (0: roots with children)", bars).explained(GENERATION);
    let derived = survey.known(|row| !lineage.is_root(row));
    section.charts.push(chart.defined(&[UNLISTED]).known_of("listed models with a declared parent", derived));
    section.findings.push(format!(
        "{} in {}, {} of them of one model alone; the longest chain has {}.",
        plural(nodes.len() as u64, "model"),
        plural(with_merges.sizes().len() as u64, "component"),
        grouped(alone(&with_merges)),
        plural(longest_chain, "link")
    ));
    let links = Coverage::whole(lineage.links() as u64);
    section.headline(Topic::Bases, links, ["bases", "direct"], || {
        let (row, direct) = order.first()?;
        let descendants = plural(survey.census.facts(*row).descendants, "model");
        Some(format!(
            "{} has most children: {}; {descendants} descend from it in all.",
            snapshot.id(*row),
            grouped(*direct)
        ))
    });
    section.headline(Topic::Shape, links, ["generations", "models"], || {
        let (first, last) = (by_generation.get(1)?, by_generation.last()?);
        let farthest = plural(by_generation.len() as u64 - 1, "link");
        let [first, last] = [first, last].map(|models| counted(*models, "model", "is", "are"));
        Some(format!("{first} one link from a root, a model without a parent, and {last} {farthest}, the farthest."))
    });
    section.define(&[
        "Components: models connected by links, whichever way they run; without merges: by all links but those of relation merge.",
        UNLISTED,
        GENERATION,
        "Longest chain: the most links in a row, a cycle being one model.",
        "By relation: links by their own relation, models by the strongest of their links (merge, adapter, quantized, finetune, unstated).",
        "Fan-out: the number of children of models that have some. Its tail is fitted by maximum likelihood from the least value on at which the fit is nearest (Clauset, Shalizi and Newman, \"Power-law distributions in empirical data\", 2009, equation 3.7); the error is (exponent - 1) / square root of the models in the tail.",
    ]);
    section.cover("listed models with a declared parent", derived);
    section.tables = vec![figures, generations, relations, bases, parts];
    Ok(section)
}

/// The largest components, each by its model with most descendants.
fn parts(survey: &Survey<'_>, clusters: &Clusters) -> Table {
    let heads = [("largest_base", Text), ("models", Count)];
    let mut table = Table::new(
        "components",
        "The largest components without merges, by their model with most children",
        1,
        &heads,
        &[],
    );
    let mut first: std::collections::HashMap<Row, (u64, Row)> = std::collections::HashMap::new();
    for row in survey.census.models() {
        let direct = survey.lineage.children(*row).len() as u64;
        let first = first.entry(clusters.part(*row)).or_insert((direct, *row));
        if direct > first.0 {
            *first = (direct, *row);
        }
    }
    for (part, size) in clusters.sizes().iter().take(LISTED) {
        let base = first.get(part).map_or(*part, |(_, row)| *row);
        table.row([survey.snapshot().id(base).into(), (*size).into()]);
    }
    table
}

/// A power law that the largest values follow.
#[derive(Debug, Clone, Copy)]
struct Tail {
    exponent: f64,
    error: f64,
    least: u64,
    models: u64,
    distance: f64,
}

impl Tail {
    /// The fit that is nearest, of the values above 0.
    fn fit(values: impl Iterator<Item = u64>) -> Option<Tail> {
        /// A tail of fewer values tells nothing.
        const FEWEST: usize = 50;
        let mut values: Vec<u64> = values.filter(|value| *value > 0).collect();
        values.sort_unstable();
        let mut starts: Vec<u64> = values.clone();
        starts.dedup();
        let fit = |least: u64| {
            let tail = &values[values.partition_point(|value| *value < least)..];
            if tail.len() < FEWEST {
                return None;
            }
            let count = tail.len() as f64;
            let from = least as f64 - 0.5;
            let logs: f64 = tail.iter().map(|value| (*value as f64 / from).ln()).sum();
            let exponent = 1.0 + count / logs;
            let mut distance = 0f64;
            let mut at = 0;
            while at < tail.len() {
                let value = tail[at];
                // Of the values, those below this one; of the law, the same.
                let law = 1.0 - ((value as f64 - 0.5) / from).powf(1.0 - exponent);
                distance = distance.max((at as f64 / count - law).abs());
                at += tail[at..].partition_point(|other| *other == value);
            }
            let error = (exponent - 1.0) / count.sqrt();
            Some(Tail { exponent, error, least, models: tail.len() as u64, distance })
        };
        // Beyond the hundredth distinct value tails are short.
        starts.iter().take(100).filter_map(|least| fit(*least)).min_by(|a, b| a.distance.total_cmp(&b.distance))
    }
}
