use std::collections::HashMap;

use super::{Survey, UNKNOWN, compared};
use crate::census::{self, Coverage, Error, Flow};
use crate::ink::{Chart, Section, Table, Unit, day, grouped, percent, plural, share};
use crate::model::Relation;
use crate::snapshot::Row;

use Unit::{Count, Share, Text};

/// An `Ends` says between whom flows are counted: who builds on whom.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Ends {
    /// Accounts build on accounts.
    #[default]
    Owner,
    /// Publishers, with all of their accounts, build on publishers.
    Publisher,
    /// Publishers convert models of publishers: links that are quantizations alone.
    Converter,
    /// Publishers of countries build on publishers of countries.
    Country,
    /// Publishers of kinds (industry, university, ...) build on publishers of kinds.
    Kind,
    /// Members of families build on members of families.
    Family,
}

impl Ends {
    /// This lists every one.
    pub const ALL: [Ends; 6] = [Ends::Owner, Ends::Publisher, Ends::Converter, Ends::Country, Ends::Kind, Ends::Family];

    /// Gives its name in questions.
    pub fn name(self) -> &'static str {
        match self {
            Ends::Owner => "owner",
            Ends::Publisher => "publisher",
            Ends::Converter => "converter",
            Ends::Country => "country",
            Ends::Kind => "kind",
            Ends::Family => "family",
        }
    }

    /// Says in a sentence who they are.
    pub fn about(self) -> &'static str {
        match self {
            Ends::Owner => {
                "Source and builder: the accounts of the parent and of the model; a model whose id has no owner is its own."
            }
            Ends::Publisher => {
                "Source and builder: the publishers of the parent and of the model, with all of their accounts; an account that is in no table stands alone, as account/*."
            }
            Ends::Converter => {
                "Source and builder: the publishers of the parent and of the model, with all of their accounts; an account that is in no table stands alone, as account/*. Only links that are quantizations are counted."
            }
            Ends::Country => {
                "Source and builder: the countries of the publishers of the parent and of the model; ZZ is international, and who is in no table is unknown."
            }
            Ends::Kind => {
                "Source and builder: the kinds of the publishers of the parent and of the model; who is in no table is unknown."
            }
            Ends::Family => {
                "Source and builder: the families of which the parent and the model are members; families that are part of another are left out, and a model of none is of \"no family\". A member of several counts in each."
            }
        }
    }

    /// Tells whether what somebody builds on their own is counted unasked: accounts and publishers are looked at for what
    /// they build on others.
    pub fn counts_own(self) -> bool {
        matches!(self, Ends::Country | Ends::Kind | Ends::Family)
    }

    /// Tells which links are counted.
    fn follows(self, relation: Relation) -> bool {
        self != Ends::Converter || relation == Relation::Quantized
    }
}

const NO_FAMILY: &str = "no family";
const MODELS: &str = "Models: distinct models of the builder with a parent of the source; a merge of several sources counts once for each, so that rows may add up to more than all. Only parents count, not what lies above them.";
const FIRST: &str = "First: the day on which the first of the models was made, of those with a date, which is known of so many; a day before 2022-03-03 says only that the Hub kept no dates yet.";
const OWN: [&str; 2] =
    ["What somebody builds on their own is counted.", "What somebody builds on their own is left out."];

fn is_known(name: &str) -> bool {
    ![UNKNOWN, NO_FAMILY].contains(&name)
}

/// The pairs of two that are known.
struct KnownPairs {
    /// These are the largest of them: source, builder and models.
    first: Vec<(String, String, u64)>,
    of: usize,
    /// How many others there are, and the largest of these.
    others: usize,
    largest: Option<(String, String, u64)>,
}

impl KnownPairs {
    /// The picture, which says what it leaves out.
    fn left(&self, chart: Chart) -> Chart {
        match &self.largest {
            None => chart,
            Some((source, builder, models)) => chart.noting(format!(
                "Not drawn: {} with \"{}\" at an end. The largest is from {source} to {builder}: {}.",
                plural(self.others as u64, "pair"),
                if is_known(source) { builder } else { source },
                plural(*models, "model")
            )),
        }
    }
}

/// Those of countries, kinds and families, if there are any: what is not known is most of all, and would tell nothing else.
fn known_pairs(pairs: &[Flow], ends: Ends, groups: &Groups<'_, '_>, most: usize) -> Option<KnownPairs> {
    if !matches!(ends, Ends::Country | Ends::Kind | Ends::Family) {
        return None;
    }
    let named = pairs.iter().map(|flow| (groups.name(flow.source), groups.name(flow.builder), flow.models));
    let (mut known, others): (Vec<_>, Vec<_>) =
        named.partition(|(source, builder, _)| is_known(source) && is_known(builder));
    known.sort_by(|a, b| (b.2, &a.0, &a.1).cmp(&(a.2, &b.0, &b.1)));
    let (of, left) = (known.len(), others.len());
    let largest = others.into_iter().max_by(|a, b| (a.2, &b.0, &b.1).cmp(&(b.2, &a.0, &a.1)));
    known.truncate(most);
    (of > 0).then_some(KnownPairs { first: known, of, others: left, largest })
}

impl Survey<'_> {
    /// Counts who builds on whom: models by the groups of their parents and their own. What a group builds on its own is counted if
    /// `own` says so, and only models among `within`, which are in order, if it names any. The first `most` pairs are given, those
    /// with most models first, or all without a number.
    ///
    /// # Errors
    /// [`Error::Snapshot`] if a column is not as it was written.
    pub fn flows(&self, ends: Ends, own: bool, within: Option<&[Row]>, most: Option<usize>) -> Result<Section, Error> {
        let mut section = Section::new("flows", "Who builds on whom");
        let groups = Groups::of(self, ends)?;
        let is_inside = |row: Row| within.is_none_or(|within| within.binary_search(&row).is_ok());
        let counting = self.census.counting();
        let lineage = match ends {
            Ends::Converter => &self.lineage.only(|_, _, edge| ends.follows(edge.relation)),
            _ => self.lineage,
        };
        let all = census::flows(
            lineage,
            counting,
            |row, take| groups.each(row, take),
            |row, source, builder| (own || source != builder) && is_inside(row),
        )?;
        let mut flows: Vec<&Flow> = all.pairs.iter().collect();
        // Ties stand in the order of the names.
        flows.sort_by_key(|flow| std::cmp::Reverse(flow.models));
        let of = flows.len();
        let most = most.unwrap_or(usize::MAX).min(of);
        let tied = flows.get(most.saturating_sub(1)).map_or(0, |last| last.models);
        flows.truncate(flows.partition_point(|flow| flow.models >= tied));
        let mut named: Vec<(&Flow, String, String)> =
            flows.into_iter().map(|flow| (flow, groups.name(flow.source), groups.name(flow.builder))).collect();
        named.sort_by(|a, b| (b.0.models, &a.1, &a.2).cmp(&(a.0.models, &b.1, &b.2)));
        named.truncate(most);

        let total = all.models;
        let main = [
            ("source", Text),
            ("builder", Text),
            ("models", Count),
            ("dates_known_of", Count),
            ("first", Text),
            ("share", Share),
            ("share_of_source", Share),
            ("share_of_builder", Share),
            ("downloads_30d", Count),
        ];
        let more = [("downloads_known_of", Count), ("models_of_source", Count), ("models_of_builder", Count)];
        let mut table = Table::new("flows", "Models by source and builder", 2, &main, &more);
        table.most = usize::MAX;
        for (flow, source, builder) in &named {
            let (of_source, of_builder) = (all.of_source[flow.source as usize], all.of_builder[flow.builder as usize]);
            table.row([
                source.as_str().into(),
                builder.as_str().into(),
                flow.models.into(),
                flow.dated.into(),
                flow.first.map(day).into(),
                share(flow.models, total).into(),
                share(flow.models, of_source).into(),
                share(flow.models, of_builder).into(),
                flow.downloads.known().into(),
                flow.downloads.of.into(),
                of_source.into(),
                of_builder.into(),
            ]);
        }
        let whose = match (ends, own) {
            (Ends::Converter, false) => "models are quantized of somebody else's",
            (Ends::Converter, true) => "quantized models",
            (_, false) => "models are built on somebody else's",
            (_, true) => "derived models",
        };
        section.findings.push(format!(
            "{} {whose}, in {} of source and builder.",
            grouped(total),
            plural(of as u64, "pair")
        ));
        if let Some((first, source, builder)) =
            named.first().filter(|(_, source, builder)| is_known(source) && is_known(builder))
        {
            let part = share(first.models, total).map(percent).unwrap_or_default();
            let models = grouped(first.models);
            section.findings.push(format!("The largest: {builder} on {source}, with {models} of them ({part})."));
        }
        let title = match ends {
            Ends::Converter => "Who converts whose models".to_owned(),
            ends => format!("Who builds on whom, by {}", ends.name()),
        };
        let bands = named.iter().map(|(flow, source, builder)| (source.as_str(), builder.as_str(), flow.models));
        let known = known_pairs(&all.pairs, ends, &groups, most);
        let chart = match &known {
            Some(known) => {
                let bands = known.first.iter().map(|(source, builder, models)| (&**source, &**builder, *models));
                known.left(compared::flows(&title, bands, known.of))
            }
            None => compared::flows(&title, bands, of),
        };
        let chart = chart.explained(format!(
            "Left: whose models are built on. Right: who builds on them. {} is as wide as there are models.",
            if ends == Ends::Converter { "A band, of quantized models," } else { "A band" }
        ));
        let own = if own { OWN[0] } else { OWN[1] };
        section.charts.push(chart.defined(&[MODELS, ends.about(), own]));
        section.tables.push(table);
        if named.len() < of {
            section.shown = Some((named.len(), of, "pairs"));
        }
        section.define(&[
            MODELS,
            "Share: of all models counted here. Share of source: of those that are built on the source; share of builder: of those that the builder has made.",
            FIRST,
            ends.about(),
            own,
        ]);
        section.cover("counted models with a date", Coverage { known: all.dated, of: total });
        let known = all.downloads.of;
        section.cover("counted models with downloads in 30 days", Coverage { known, of: total });
        if matches!(ends, Ends::Country | Ends::Kind) {
            let derived = census::derived(lineage, counting)?;
            let rows = || derived.iter().map(|(row, _)| *row).filter(|row| is_inside(*row));
            let known = Coverage::count(rows(), |row| self.publisher(row).is_some());
            section.cover("derived models whose publisher is in the table", known);
            let parents = rows().flat_map(|row| lineage.parents(row).map(|(parent, _)| parent));
            let known = Coverage::count(parents, |row| self.publisher(row).is_some());
            section.cover("their parents, as often as they are named, whose publisher is in the table", known);
        }
        Ok(section)
    }
}

/// The groups of models, as numbers.
enum Groups<'s, 'l> {
    /// The accounts' own.
    Owners(&'s Survey<'l>),
    Publishers(&'s Survey<'l>),
    /// Of each owner's number the number of a word.
    Words(&'s Survey<'l>, Vec<u32>, Vec<&'s str>),
    /// Of members the numbers of families, one after the other in order of the rows.
    Families(Vec<(Row, u32)>, Vec<&'s str>),
}

impl<'s, 'l> Groups<'s, 'l> {
    fn of(survey: &'s Survey<'l>, ends: Ends) -> Result<Groups<'s, 'l>, Error> {
        Ok(match ends {
            Ends::Owner => Groups::Owners(survey),
            Ends::Publisher | Ends::Converter => Groups::Publishers(survey),
            Ends::Country | Ends::Kind => {
                let mut words: Vec<&str> = Vec::new();
                let mut numbers: HashMap<&str, u32> = HashMap::new();
                let mut number = |word| {
                    *numbers.entry(word).or_insert_with(|| {
                        words.push(word);
                        words.len() as u32 - 1
                    })
                };
                let publishers = survey.behind().publishers.iter();
                let of_owner = publishers.map(|publisher| {
                    number(publisher.map_or(UNKNOWN, |publisher| match ends {
                        Ends::Kind => &publisher.kind,
                        _ => &publisher.country,
                    }))
                });
                let of_owner = of_owner.collect();
                Groups::Words(survey, of_owner, words)
            }
            Ends::Family => {
                let sets = survey.members(survey.families())?;
                let of = |(number, set): (u32, Vec<Row>)| set.into_iter().map(move |row| (row, number));
                let mut members: Vec<(Row, u32)> = (0..).zip(sets).flat_map(of).collect();
                members.sort_unstable();
                Groups::Families(members, survey.families().map(|family| family.name.as_str()).collect())
            }
        })
    }

    /// Hands on the numbers of a model's groups.
    fn each(&self, row: Row, take: &mut dyn FnMut(u32)) {
        match self {
            Groups::Owners(survey) => take(survey.owners[row as usize]),
            Groups::Publishers(survey) => take(survey.organisation(row)),
            Groups::Words(survey, of_owner, _) => take(of_owner[survey.owners[row as usize] as usize]),
            Groups::Families(members, families) => {
                let from = members.partition_point(|member| member.0 < row);
                let own = members[from..].iter().take_while(|member| member.0 == row);
                if own.clone().next().is_none() {
                    take(families.len() as u32);
                }
                own.for_each(|(_, number)| take(*number));
            }
        }
    }

    fn name(&self, number: u32) -> String {
        match self {
            Groups::Owners(survey) => survey.account(number).to_owned(),
            Groups::Publishers(survey) => survey.organisation_name(number).to_owned(),
            Groups::Words(_, _, words) => words[number as usize].to_owned(),
            Groups::Families(_, families) => families.get(number as usize).unwrap_or(&NO_FAMILY).to_string(),
        }
    }
}
