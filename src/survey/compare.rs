use std::cmp::Reverse;
use std::collections::HashMap;

use super::compared::{self, Drawn};
use super::facet::{LAST, Parts, Word};
use super::figure::Figure;
use super::{Facet, Survey};
use crate::census::{self, Coverage, Derived, Error, FamilyCount, Flow, Measure, Part, Ranking, Tally};
use crate::ink::{Chart, Section, Table, Unit, Value, grouped, plural, share};
use crate::model::{DAY, Relation};
use crate::reference::Family;
use crate::snapshot::Row;

use Unit::{Count, Share, Text};

/// A `Rival` is one of those that are compared.
#[derive(Debug, Clone)]
pub struct Rival {
    /// These are its members.
    pub family: Family,
    /// It is ranked among others of its kind.
    pub kind: Kind,
}

/// A `Kind` says among whom somebody is ranked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It is a family of the table.
    Family,
    /// It is every model of an owner.
    Owner,
    /// It is one model.
    Model(Row),
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::Family => "family",
            Kind::Owner => "owner",
            Kind::Model(_) => "model",
        }
    }
}

/// How many days before the snapshot are looked at for growth.
const GROWTH: [i64; 3] = [30, 90, 365];

impl Survey<'_> {
    /// Sets families, owners and models beside each other: what descends from each under every measure, and from pairs of them.
    ///
    /// # Errors
    /// [`Error::Snapshot`] if a column is not as it was written, and [`Error::TooLong`].
    pub fn compare(&self, rivals: &[Rival]) -> Result<Section, Error> {
        let mut section = Section::new("compare", "Derivatives beside each other");
        let counted = self.counted(rivals)?;
        let derived = census::count_derived(self.lineage, self.census.counting())?;
        let all: Vec<&Derived> = counted.iter().map(|(_, derived)| derived).collect();
        let places = self.places(rivals)?;
        let reached = reached(self.snapshot().len(), &all);
        let created = self.snapshot().created()?;

        let main = [
            ("name", Text),
            ("members", Count),
            ("f1", Count),
            ("f2", Count),
            ("authors", Count),
            ("downloads_30d", Count),
            ("share", Share),
            ("rank", Count),
            ("dated", Count),
            ("created_30d", Count),
            ("created_90d", Count),
            ("created_365d", Count),
        ];
        let mut more = vec![("kind", Text), ("rank_of", Count), ("f3", Count), ("only", Count)];
        more.extend([("downloads_known_of", Count), ("downloads_all_time", Count), ("likes", Count)]);
        more.extend([("f1_without_bursts", Count), ("f2_without_bursts", Count)]);
        more.extend(Relation::SHOWN.iter().map(|relation| (relation.name(), Count)));
        let mut totals = Table::new("totals", "What descends from each", 1, &main, &more);
        totals.most = usize::MAX;
        for ((rival, (count, derived_of)), place) in rivals.iter().zip(&counted).zip(&places) {
            let only = derived_of.all.iter().filter(|(row, _)| reached[*row as usize] == 1).count() as u64;
            let FamilyCount { f1, f2, f3, members, without_bursts, .. } = count;
            let mut row: Vec<Value> = vec![
                rival.family.name.as_str().into(),
                (*members).into(),
                f1.models.into(),
                f2.models.into(),
                f2.authors.into(),
                f2.downloads.known().into(),
                share(f2.models, derived).into(),
                place.map(|(place, _)| place).into(),
            ];
            let taken = self.snapshot().provenance().taken;
            // Where no date is known, nothing is known of growth.
            let has_dates = f2.models == 0 || derived_of.all.iter().any(|(row, _)| created.at(*row).is_some());
            row.push(f2.dated.into());
            row.extend(GROWTH.map(|days| {
                let window = taken.map(|taken| taken - days * DAY..taken + DAY);
                let is_in =
                    |row: Row| window.as_ref().zip(created.at(row)).is_some_and(|(window, at)| window.contains(&at));
                let models = || derived_of.all.iter().filter(|(row, _)| is_in(*row)).count() as u64;
                (window.is_some() && has_dates).then(models).into()
            }));
            row.extend([rival.kind.name().into(), place.map(|(_, of)| of).into(), (*f3).into(), only.into()]);
            row.extend([f2.downloads.of.into(), f2.downloads_all_time.known().into(), f2.likes.known().into()]);
            row.extend([Value::judged(without_bursts.0), Value::judged(without_bursts.1)]);
            row.extend(Relation::SHOWN.iter().map(|relation| Value::from(f2.by_relation[*relation as usize])));
            totals.row(row);
        }
        // What is of another kind may hold the other.
        let are_alike = rivals.iter().all(|rival| rival.kind.name() == rivals[0].kind.name());
        section.findings.extend(leader(&counted).filter(|_| are_alike));
        let mut bars: Vec<(&str, u64)> =
            counted.iter().map(|(count, _)| (count.name.as_str(), count.f2.models)).collect();
        bars.sort_by_key(|(_, models)| Reverse(*models));
        let chart = Chart::counts("Derivatives (F2)", bars.into_iter().map(|(name, models)| (name, Some(models))));
        let all = Part::All.about(census::Counted::Others);
        let leading = section.findings.first().map_or_else(String::new, |finding| format!("{finding} "));
        section.charts.push(chart.explained(format!("{leading}{all}")).defined(&members(rivals)));
        section.tables.push(totals);
        section.tables.push(relations(&counted));
        section.tables.extend((rivals.len() > 1).then(|| both(&counted)));
        section.define(&[
            &Part::Direct.about(census::Counted::Others),
            &Part::All.about(census::Counted::Others),
            "Authors, downloads and growth are of F2. Authors: its distinct owners. Share: of all models with a parent. Only: the models of F2 that descend from none of the others here.",
            "Rank: by F2 among the families of the table, among owners, or among models, as the name is one; ties by name.",
            "Dated: with a date since the Hub keeps dates. Created: in the 30, 90 and 365 days before the snapshot, of those with a date.",
            "By relation: of a model's own link towards the name; if several, the strongest (merge, adapter, quantized, finetune, unstated).",
            Coverage::JUDGED,
        ]);
        let rows = || (0..).zip(&reached).filter(|(_, times)| **times > 0).map(|(row, _): (Row, _)| row);
        let downloads = self.downloads()?;
        let known = Coverage::count(rows(), |row| downloads.at(row).is_some());
        section.cover("derived models with downloads in 30 days", known);
        let calendar = Coverage::count(rows(), |row| census::Bursts::can_judge(created.at(row)));
        section.cover("derived models with a date", calendar);
        Ok(section)
    }

    /// Sets what descends from families, owners and models beside each other, part by part of a facet. Parts without an order of
    /// their own stand by their sizes, and the first `most` of them are given, or all without a number.
    ///
    /// # Errors
    /// [`Error::Snapshot`] if a column is not as it was written.
    pub fn compare_by(
        &self,
        rivals: &[Rival],
        facet: Facet,
        figure: Figure,
        most: Option<usize>,
    ) -> Result<Section, Error> {
        let mut section = Section::new("compare", "Derivatives beside each other, part by part");
        let counting = self.census.counting();
        let sets = self.members(rivals.iter().map(|rival| &rival.family))?;
        let mut derived = Derived::of_sets(self.lineage, &sets, census::Counted::Others);
        // Of how many the date is known, whichever days are asked for.
        let created = self.snapshot().created()?;
        let is_dated = |(row, _): &(Row, Relation)| census::Bursts::can_judge(created.at(*row));
        let dates = derived.iter().map(|of| Coverage::count(&of.all, is_dated));
        let dates: Vec<Coverage> = if facet.is_time() { dates.collect() } else { Vec::new() };
        let wanted = counting.wanted(self.snapshot())?;
        for of in &mut derived {
            for models in [&mut of.direct, &mut of.all] {
                models.retain(|(row, _)| wanted.holds(*row));
            }
        }
        let mut parts = Parts::new(self, facet)?;
        let mut columns: Vec<Vec<Tally>> = Vec::new();
        for (members, derived) in sets.iter().zip(&derived) {
            let models = if figure == Figure::F1 { &derived.direct } else { &derived.all };
            let distances = self.distances(members, facet);
            let distance = |row: &Row| distances.get(row).copied().unwrap_or(0);
            let numbers = models.iter().map(|(row, relation)| parts.number(*row, *relation, distance(row)));
            columns.push(census::parts(self.lineage, models, &numbers.collect::<Vec<_>>(), counting)?);
        }
        let all = match facet {
            // Nothing is so many links away from everybody.
            Facet::Generation => None,
            _ => {
                let derived = census::derived(self.lineage, counting)?;
                let number = |(row, relation): &(Row, Relation)| match facet {
                    // Owners without a model of those that are compared are not asked for.
                    Facet::Owner => parts.known_number(*row, *relation).unwrap_or(Flow::ANY),
                    _ => parts.number(*row, *relation, 0),
                };
                let numbers: Vec<u32> = derived.iter().map(number).collect();
                Some(census::parts(self.lineage, &derived, &numbers, counting)?)
            }
        };
        // Days leave out what has no date: of how many it is known is said of each name then.
        let is_said = !facet.is_time() || counting.is_everything();
        if let Some((what, all)) = facet.known().zip(all.as_ref()).filter(|_| is_said) {
            let models = |of: &dyn Fn(u32) -> bool| {
                (0..).zip(all).filter(|(number, _)| of(*number)).map(|(_, tally)| tally.models).sum()
            };
            let known = models(&|number| parts.place(number) != LAST);
            section.cover(what, Coverage { known, of: models(&|_| true) });
        }
        if facet.is_time() {
            let told = rivals.iter().zip(&dates).map(|(rival, dates)| {
                format!("{} {} of {}", rival.family.name, grouped(dates.known), grouped(dates.of))
            });
            section.findings.push(format!("Derivatives (F2) with a date: {}.", told.collect::<Vec<_>>().join(", ")));
        }
        parts.fill();

        let mut order = order(&parts, facet, figure, &columns);
        let of = order.len();
        if !facet.is_ordered() {
            // What is not known may be most of all, and is never cut off.
            let known = order.iter().filter(|number| parts.place(**number) != LAST).count();
            order.drain(most.unwrap_or(usize::MAX).min(known)..known);
        }
        let order: Vec<(u32, Word)> = order.into_iter().map(|number| (number, parts.at(number))).collect();

        let unit = figure.unit();
        let heads = heads(facet.name(), rivals, unit, all.is_some());
        let mut table = Table::new("parts", format!("By {}", facet.name()), 1, &heads, &[]);
        table.most = usize::MAX;
        let mut drawn = Vec::new();
        let today = self.snapshot().provenance().taken.and_then(|taken| parts.of_instant(taken));
        for (number, word) in &order {
            let nothing = Tally::default();
            let of_all = all.as_ref().map(|all| all.get(*number as usize).unwrap_or(&nothing));
            let total = of_all.map_or(0, |tally| tally.models);
            let mut row: Vec<Value> = vec![word.text.as_str().into()];
            let of_each = || columns.iter().map(|column| column.get(*number as usize).unwrap_or(&nothing));
            // Of whom no date is known, nothing is known of a month.
            let is_known =
                |at: usize| word.place == LAST || dates.get(at).is_none_or(|dates| dates.known > 0 || dates.of == 0);
            let values = of_each()
                .enumerate()
                .map(|(at, tally)| if is_known(at) { figure.of(tally, total) } else { Value::Missing });
            row.extend(values);
            let picture = |(at, tally): (usize, &Tally)| figure.drawn(tally, total).filter(|_| is_known(at));
            drawn.push(Drawn {
                part: word.text.clone(),
                is_known: word.place != LAST,
                is_dated: facet.is_time()
                    && (1..LAST).contains(&word.place)
                    && today.as_ref().is_none_or(|today| word.place < today.place),
                values: of_each().enumerate().map(picture).collect(),
                all: of_all.map(|tally| tally.models),
            });
            row.extend(of_all.map(|tally| figure.of_all(tally)));
            table.row(row);
        }
        // A picture that goes its own way says whom it is about; more than a few names stand in its legend alone.
        let whose = match &names(rivals)[..] {
            [one] => format!(" of {one}"),
            [one, other] => format!(" of {one} and {other}"),
            [one, other, last] => format!(" of {one}, {other} and {last}"),
            _ => String::new(),
        };
        let title = format!("{}{whose} by {}", figure.title(), facet.name());
        let chart = compared::parts(&title, &names(rivals), &drawn, facet, unit).explained(figure.sentence());
        let chart = chart.defined(&[facet.about()]).defined(&members(rivals));
        let known = section.coverage.iter();
        section.charts.push(known.fold(chart, |chart, known| chart.known_of(known.what, known.coverage)));
        section.tables.push(table);
        if order.len() < of {
            section.shown = Some((order.len(), of, "parts"));
        }
        section.findings.extend(self.unfinished(&parts, &order));
        for chart in &mut section.charts {
            chart.remarks.splice(0..0, section.findings.iter().cloned());
        }
        section.define(&[
            &Part::Direct.about(census::Counted::Others),
            &Part::All.about(census::Counted::Others),
            figure.about(),
            facet.about(),
        ]);
        Ok(section)
    }

    fn counted(&self, rivals: &[Rival]) -> Result<Vec<(FamilyCount, Derived)>, Error> {
        let families: Vec<Family> = rivals.iter().map(|rival| rival.family.clone()).collect();
        census::counted(&families, self.lineage, self.census.counting())
    }

    /// How many links lie between each model and the nearest of some members, if that is asked for.
    fn distances(&self, members: &[Row], facet: Facet) -> HashMap<Row, u32> {
        match facet {
            Facet::Generation => self.lineage.below(members).distances().collect(),
            _ => HashMap::new(),
        }
    }

    /// The place of each by F2 among others of its kind, from 1, and how many there are.
    fn places(&self, rivals: &[Rival]) -> Result<Vec<Option<(u64, u64)>>, Error> {
        let counting = self.census.counting();
        let has = |kind: Kind| rivals.iter().any(|rival| rival.kind == kind);
        let families: Vec<(u64, &str)> = match has(Kind::Family) {
            true => {
                let names = self.references.families.iter().map(|family| family.name.as_str());
                let sets = self.members(self.references.families.iter())?;
                census::sizes(self.lineage, &sets, counting)?.into_iter().zip(names).collect()
            }
            false => Vec::new(),
        };
        let owners = match has(Kind::Owner) {
            true => Ranking::of_groups(self.lineage, None, &[Measure::Descendants], counting, 0)?.rows,
            false => Vec::new(),
        };
        let place = |rival: &Rival| match rival.kind {
            Kind::Family => {
                let key = |(size, name): &(u64, &str)| (Reverse(*size), name.to_ascii_lowercase());
                let own = families.iter().find(|(size, name)| *name == rival.family.name && *size > 0)?;
                let before = families.iter().filter(|other| key(other) < key(own)).count() as u64;
                Some((before + 1, families.iter().filter(|(size, _)| *size > 0).count() as u64))
            }
            Kind::Owner => {
                let name = rival.family.name.strip_suffix("/*")?;
                Some((owners.iter().position(|row| row.id == name)? as u64 + 1, owners.len() as u64))
            }
            Kind::Model(row) => {
                let of = self.census.all().filter(|(_, facts)| facts.descendants > 0).count();
                self.census.place(row).map(|place| (place as u64 + 1, of as u64))
            }
        };
        Ok(rivals.iter().map(place).collect())
    }

    /// Says that the last step of a series is not over.
    fn unfinished(&self, parts: &Parts<'_, '_>, order: &[(u32, Word)]) -> Option<String> {
        let taken = self.snapshot().provenance().taken?;
        let day = crate::ink::day(taken);
        let today = parts.of_instant(taken)?;
        let is_there = |is_it: &dyn Fn(&Word) -> bool| order.iter().any(|(_, word)| is_it(word));
        let over =
            is_there(&|word| *word == today).then(|| format!("{} is not over: the snapshot is of {day}.", today.text));
        let late = is_there(&|word| word.place > today.place && word.place < LAST).then(|| {
            format!("What is later than {} is dated after the snapshot: one of the two dates is wrong.", today.text)
        });
        let told: Vec<String> = over.into_iter().chain(late).collect();
        (!told.is_empty()).then(|| told.join(" "))
    }
}

/// Sets what descends from families, owners and models beside each other in several snapshots of other dates, the earliest first.
///
/// # Errors
/// [`Error::Snapshot`] if a column is not as it was written.
pub fn along(surveys: &[Survey<'_>], rivals: &[Rival], figure: Figure) -> Result<Section, Error> {
    let mut section = Section::new("compare", "Derivatives beside each other, snapshot by snapshot");
    let heads = heads("date", rivals, figure.unit(), true);
    let mut table = Table::new("snapshots", "By snapshot", 1, &heads, &[]);
    table.most = usize::MAX;
    let mut drawn = Vec::new();
    let mut named = Vec::new();
    for survey in surveys {
        let counting = survey.census.counting();
        let derived = census::derived(survey.lineage, counting)?;
        let all = census::parts(survey.lineage, &derived, &vec![0; derived.len()], counting)?.pop().unwrap_or_default();
        let date = survey.snapshot().provenance().taken.map(crate::ink::day);
        let counted = survey.counted(rivals)?;
        let of_each = || counted.iter().map(|(count, _)| if figure == Figure::F1 { &count.f1 } else { &count.f2 });
        let digest = survey.snapshot().provenance().short_digest();
        named.push(format!("{} (sha256 {digest})", date.as_deref().unwrap_or("without a date")));
        drawn.push(Drawn {
            part: date.clone().unwrap_or_default(),
            is_known: true,
            is_dated: true,
            values: of_each().map(|tally| figure.drawn(tally, all.models)).collect(),
            all: Some(all.models),
        });
        let mut row: Vec<Value> = vec![date.into()];
        row.extend(of_each().map(|tally| figure.of(tally, all.models)));
        row.push(figure.of_all(&all));
        table.row(row);
    }
    let title = format!("{}, snapshot by snapshot", figure.title());
    const ALONE: &str =
        "Each snapshot is counted by itself. What was deleted between two snapshots is missing in the later one.";
    let chart = compared::along(&title, &names(rivals), &drawn, figure.unit()).explained(figure.sentence());
    let chart = chart.noting(format!("Snapshots: {}.", named.join(", ")));
    section.charts.push(chart.defined(&[ALONE]).defined(&members(rivals)));
    section.tables.push(table);
    section.define(&[
        &Part::Direct.about(census::Counted::Others),
        &Part::All.about(census::Counted::Others),
        figure.about(),
        ALONE,
    ]);
    Ok(section)
}

/// The parts that say something, in their order, or the largest by what is shown first: those that one of the columns has. A series
/// has all steps of time between the first and the last of them.
fn order(parts: &Parts<'_, '_>, facet: Facet, figure: Figure, columns: &[Vec<Tally>]) -> Vec<u32> {
    let sum = |number: u32, of: &dyn Fn(&Tally) -> u64| -> u64 {
        columns.iter().filter_map(|column| column.get(number as usize)).map(of).sum()
    };
    let models = |number: u32| sum(number, &|tally| tally.models);
    let shown = |number: u32| Reverse((sum(number, &|tally| figure.size(tally)), models(number)));
    let all = || 0..parts.len() as u32;
    let met = all().filter(|number| facet.is_time() && models(*number) > 0).map(|number| parts.place(number));
    let places: Vec<u64> = met.filter(|place| (1..LAST).contains(place)).collect();
    let (from, to) = (places.iter().min().copied().unwrap_or(1), places.iter().max().copied().unwrap_or(0));
    let is_step = |number: u32| facet.is_time() && (from..=to).contains(&parts.place(number));
    let mut order: Vec<u32> = all().filter(|number| is_step(*number) || models(*number) > 0).collect();
    match facet {
        _ if facet.is_ordered() => order.sort_by_cached_key(|number| parts.at(*number)),
        Facet::Owner => order.sort_by_key(|number| (shown(*number), parts.first(*number))),
        _ => order.sort_by_cached_key(|number| (parts.place(*number), shown(*number), parts.at(*number))),
    }
    order
}

/// The column of every derived model.
const ALL: &str = "all";

/// A column for the parts, one for each name, and perhaps that of all. A name may be that of a column that some comparison has: who reads
/// it must not take the one for the other.
fn heads(first: &str, rivals: &[Rival], unit: Unit, has_all: bool) -> Vec<(String, Unit)> {
    let is_column = |name: &str| [first, ALL].contains(&name) || Facet::ALL.iter().any(|facet| facet.name() == name);
    let head = |name: String| if is_column(&name) { format!("family {name}") } else { name };
    let names = names(rivals).into_iter().map(|name| (head(name), unit));
    std::iter::once((first.to_owned(), Text)).chain(names).chain(has_all.then(|| (ALL.to_owned(), Count))).collect()
}

fn names(rivals: &[Rival]) -> Vec<String> {
    rivals.iter().map(|rival| rival.family.name.clone()).collect()
}

/// Who the members are, for a picture: rules are long, and stand in the answer.
fn members(rivals: &[Rival]) -> Vec<&'static str> {
    let has_rule = rivals.iter().any(|rival| rival.kind == Kind::Family);
    has_rule.then_some("Members of a family are by its rule (`modelkin family NAME` tells it).").into_iter().collect()
}

/// A sentence on who has most derivatives.
fn leader(counted: &[(FamilyCount, Derived)]) -> Option<String> {
    let mut order: Vec<&FamilyCount> = counted.iter().map(|(count, _)| count).collect();
    order.sort_by_key(|count| Reverse(count.f2.models));
    let (first, second) = (order.first()?, order.get(1)?);
    (first.f2.models > second.f2.models).then(|| {
        let times = match second.f2.models {
            0 => String::new(),
            models => format!(", {:.1} times as many as {}", first.f2.models as f64 / models as f64, second.name),
        };
        format!("{} has {} (F2){times}.", first.name, plural(first.f2.models, "derivative"))
    })
}

/// In how many of some sets each row is.
fn reached(rows: usize, sets: &[&Derived]) -> Vec<u16> {
    let mut reached = vec![0u16; rows];
    let rows = sets.iter().flat_map(|of| &of.all).map(|(row, _)| *row as usize);
    rows.for_each(|row| reached[row] = reached[row].saturating_add(1));
    reached
}

fn relations(counted: &[(FamilyCount, Derived)]) -> Table {
    let mut main = vec![("name", Text)];
    main.extend(Relation::SHOWN.iter().map(|relation| (relation.name(), Count)));
    let mut table = Table::new("relations", "F2 by relation", 1, &main, &[]);
    table.most = usize::MAX;
    for (count, _) in counted {
        let relations = Relation::SHOWN.iter().map(|relation| Value::from(count.f2.by_relation[*relation as usize]));
        table.row(std::iter::once(count.name.as_str().into()).chain(relations));
    }
    table
}

/// How many models descend from both of two.
fn both(counted: &[(FamilyCount, Derived)]) -> Table {
    let heads = [("name", Text), ("and", Text), ("both", Count)];
    let mut table = Table::new("both", "Models that descend from both", 2, &heads, &[]);
    for (at, (one, derived)) in counted.iter().enumerate() {
        for (other, others) in &counted[at + 1..] {
            let is_others = |row: &Row| others.all.binary_search_by_key(row, |of| of.0).is_ok();
            let both = derived.all.iter().filter(|(row, _)| is_others(row)).count() as u64;
            table.row([one.name.as_str().into(), other.name.as_str().into(), both.into()]);
        }
    }
    table
}
