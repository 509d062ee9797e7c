use super::Survey;
use crate::census::{Counted, Derived, Error, Sum, tallies};
use crate::ink::{Section, Table, Unit, Value, percent, share};
use crate::snapshot::{NumberColumn, Row};

use Unit::{Count, Number, Share, Text};

/// Models with less downloads are the Hub's long tail (SP2 and SU count below 200).
const FEW: u64 = 200;

pub(super) const TITLE: &str = "How much goes to how few";

pub(super) fn section(survey: &Survey<'_>) -> Result<Section, Error> {
    let mut section = Section::new("concentration", TITLE);
    let main = [
        ("of", Text),
        ("measure", Text),
        ("known", Count),
        ("total", Count),
        ("top_1", Share),
        ("top_10", Share),
        ("top_200", Share),
        ("top_1_percent", Share),
        ("gini", Number),
        ("hhi", Number),
    ];
    let more =
        [("top_50", Share), ("top_1000", Share), ("top_0.01_percent", Share), ("zero", Share), ("below_200", Share)];
    let mut table = Table::new("concentration", "Concentration of downloads and of derivatives", 2, &main, &more);
    let (downloads, downloads_all_time) = (survey.downloads()?, survey.downloads_all_time()?);
    let families = survey.members(survey.families())?;
    let (thirty, ever) = ("downloads_30d", "downloads_all_time");
    let of_models = |column: &NumberColumn<u64>| Falling::from_values(survey.models().filter_map(|row| column.at(row)));
    let of_owners = |column: &NumberColumn<u64>| {
        let mut sums: Vec<Sum> = vec![Sum::default(); survey.behind().publishers.len()];
        survey.models().for_each(|row| sums[survey.owners[row as usize] as usize].add(column.at(row)));
        Falling::from_values(sums.into_iter().filter_map(Sum::known))
    };
    let of_families = |column: &NumberColumn<u64>| {
        let sum = |members: &Vec<Row>| {
            let mut sum = Sum::default();
            members.iter().for_each(|row| sum.add(column.at(*row)));
            sum
        };
        Falling::from_values(families.iter().map(sum).filter_map(Sum::known))
    };
    let coverage = [downloads, downloads_all_time].map(|column| survey.known(|row| column.at(row).is_some()));
    for (measure, what, column, known) in
        [(thirty, "30 days", downloads, coverage[0]), (ever, "all time", downloads_all_time, coverage[1])]
    {
        let models = of_models(column);
        section.conclude(known, || {
            let (top, below) = models.top(200).zip(models.below(FEW))?;
            Some(format!(
                "Of the downloads in {what}, the 200 models with most have {}; {} of the models have less than 200.",
                percent(top),
                percent(below)
            ))
        });
        for (of, values) in [("models", models), ("owners", of_owners(column)), ("families", of_families(column))] {
            table.row(values.row(of, measure));
        }
    }
    let children = |row: Row| survey.lineage.children(row).len() as u64;
    table.row(Falling::from_values(survey.models().map(children)).row("models", "direct"));
    let mut sets: Vec<Vec<Row>> = vec![Vec::new(); survey.behind().publishers.len()];
    survey.snapshot().rows().for_each(|row| sets[survey.owners[row as usize] as usize].push(row));
    sets.retain(|set| set.iter().any(|row| !survey.lineage.is_leaf(*row)));
    let direct = tallies(survey.lineage, &sets, survey.census.counting())?;
    let owners = direct.iter().map(|(f1, _)| f1.models).filter(|models| *models > 0);
    table.row(Falling::from_values(owners).row("owners", "f1"));
    let families = Derived::of_sets(survey.lineage, &families, Counted::Others);
    let families = families.iter().map(|of| of.direct.len() as u64).filter(|models| *models > 0);
    table.row(Falling::from_values(families).row("families", "f1"));
    section.define(&[
        "Over all models (owners, families) whose value is known, zeros included; of \"direct\" over all models, of \"f1\" over owners and families with at least one. Families: those that are part of no other, with the downloads of their members.",
        "Top k: the share of the k largest; top 1 percent and top 0.01 percent: of the largest hundredth and ten-thousandth, rounded up. Zero and below 200: the share of the models (owners, families) themselves.",
        "Gini: 0 if all have the same, 1 if one has all. HHI: the sum of the squared shares, 1 if one has all.",
    ]);
    section.cover("models with downloads in 30 days", coverage[0]);
    section.cover("models with all-time downloads", coverage[1]);
    section.tables.push(table);
    Ok(section)
}

/// Values, the largest first.
struct Falling(Vec<u64>);

impl Falling {
    fn from_values(values: impl Iterator<Item = u64>) -> Falling {
        let mut values: Vec<u64> = values.collect();
        values.sort_unstable_by(|a, b| b.cmp(a));
        Falling(values)
    }

    /// The share of the `most` largest.
    fn top(&self, most: usize) -> Option<f64> {
        share(self.0.iter().take(most).sum(), self.0.iter().sum())
    }

    /// The share of the values themselves that are below `bound`.
    fn below(&self, bound: u64) -> Option<f64> {
        let count = self.0.len();
        share((count - self.0.partition_point(|value| *value >= bound)) as u64, count as u64)
    }

    /// Their sum, if it is not nothing.
    fn total(&self) -> Option<f64> {
        Some(self.0.iter().map(|value| *value as f64).sum()).filter(|total| *total != 0.0)
    }

    fn gini(&self) -> Option<f64> {
        let (count, total) = (self.0.len() as f64, self.total()?);
        let ranked: f64 = self.0.iter().rev().zip(1u64..).map(|(value, rank)| rank as f64 * *value as f64).sum();
        // Rounding may lead a hair below 0.
        Some((2.0 * ranked / (count * total) - (count + 1.0) / count).max(0.0) + 0.0)
    }

    fn hhi(&self) -> Option<f64> {
        let total = self.total()?;
        Some(self.0.iter().map(|value| (*value as f64 / total).powi(2)).sum())
    }

    /// All of it, as the table has it.
    fn row(&self, of: &str, measure: &str) -> [Value; 15] {
        let count = self.0.len();
        [
            of.into(),
            measure.into(),
            (count as u64).into(),
            (count > 0).then(|| self.0.iter().sum::<u64>()).into(),
            self.top(1).into(),
            self.top(10).into(),
            self.top(200).into(),
            self.top(count.div_ceil(100)).into(),
            self.gini().into(),
            self.hhi().into(),
            self.top(50).into(),
            self.top(1000).into(),
            self.top(count.div_ceil(10_000)).into(),
            self.below(1).into(),
            self.below(FEW).into(),
        ]
    }
}
