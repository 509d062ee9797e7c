//! `compare`, `flows` and the rankings of whoever made the derived models, each beside a naive twin, under filters too.

use std::collections::{BTreeMap, BTreeSet};

use modelkin::ask::{Atlas, Compare, Facts, Filter, Flows, Question, Rank, Tables};
use modelkin::census::{Group, Measure};
use modelkin::ink::{Format, Section, Value, day};
use modelkin::lineage::Lineage;
use modelkin::model::{Count, DATES_KEPT_SINCE, Relation, WordList};
use modelkin::reference::{Aliases, Families, Publishers, SizeClasses};
use modelkin::snapshot::{Row, Snapshot};
use modelkin::survey::{Ends, Facet, Figure};
use proptest::prelude::*;

use crate::naive::{Naive, matches};
use crate::origin::any_filter;
use crate::support::{any_lineage, snapshot};

/// The accounts of generated lineages under names that the tables know, with licences, sizes and old dates.
fn dressed(text: &str) -> Snapshot {
    let text = text.replace("o1/", "Qwen/").replace("o2/", "meta-llama/").replace("o3/", "bartowski/");
    let text = text.replace("meta-llama/m", "meta-llama/Llama-").replace("created=2024-05-01", "created=2021-05-01");
    // Some years before, nobody made anything but of others.
    snapshot(&format!(
        "{text}x/base -> x/early : finetune created=2022-08-01\nQwen/m3 : licence=mit parameters=7000000000\nbartowski/m5 : licence=apache-2.0\no0/m0 : parameters=9000 licence=mit\n\
         o4/m8 : parameters=70000000000 created=2023-12-31\nQwen/m9 : created=2024-02-29 licence=llama3\n"
    ))
}

/// A pattern of ids, of several accounts.
const PATTERN: &str = "*/?*3*";

struct Twin<'s> {
    snapshot: &'s Snapshot,
    naive: Naive,
    filter: Filter,
}

impl<'s> Twin<'s> {
    fn of(snapshot: &'s Snapshot, filter: &Filter) -> Twin<'s> {
        let naive = Naive::of(&filter.links(&Lineage::from_snapshot(snapshot).unwrap()));
        Twin { snapshot, naive, filter: filter.clone() }
    }

    fn is_counted(&self, row: &Row) -> bool {
        self.filter.counting().wanted(self.snapshot).unwrap().holds(*row)
    }

    fn members(&self, of: &str) -> Vec<Row> {
        let lineage = Lineage::from_snapshot(self.snapshot).unwrap();
        let is_model = |row: &Row| self.snapshot.is_listed(*row) || lineage.is_unlisted(*row);
        let rows = self.snapshot.rows().filter(is_model);
        if of == PATTERN {
            return rows.filter(|row| matches(of.as_bytes(), self.snapshot.id(*row).as_bytes())).collect();
        }
        match of.strip_suffix("/*") {
            Some(owner) => rows.filter(|row| self.snapshot.owner(*row) == Some(owner)).collect(),
            None => rows.filter(|row| self.snapshot.id(*row) == of).collect(),
        }
    }

    /// F2, each with its relation towards the members, and whether it is in F1.
    fn derived(&self, members: &[Row]) -> BTreeMap<Row, (Relation, bool)> {
        let reached = self.naive.reached(members);
        let inside = |row: Row| members.contains(&row) || reached.contains(&row);
        let others = reached.iter().filter(|row| !members.contains(row)).filter(|row| self.is_counted(row));
        let is_direct = |row: Row| self.naive.parents[&row].keys().any(|parent| members.contains(parent));
        others.map(|row| (*row, (self.naive.towards(*row, inside), is_direct(*row)))).collect()
    }

    fn all(&self) -> BTreeMap<Row, (Relation, bool)> {
        let rows = self.naive.parents.keys().filter(|row| self.is_counted(row));
        rows.map(|row| (*row, (self.naive.towards(*row, |_| true), false))).collect()
    }

    fn owner(&self, row: Row) -> String {
        self.snapshot.owner(row).unwrap_or(self.snapshot.id(row)).to_owned()
    }

    fn country(&self, row: Row) -> String {
        let (publishers, aliases) = (Publishers::built_in().unwrap(), Aliases::built_in().unwrap());
        publishers.whose(self.snapshot.id(row), &aliases).country().to_owned()
    }

    fn part(&self, facet: Facet, row: Row, relation: Relation, members: &[Row]) -> String {
        let time = |cut: &dyn Fn(&str) -> String| match self.snapshot.created().unwrap().at(row) {
            None => "without a date".to_owned(),
            Some(at) if at < DATES_KEPT_SINCE => "before 2022-03".to_owned(),
            Some(at) => cut(&day(at)),
        };
        match facet {
            Facet::Month => time(&|day| day[..7].to_owned()),
            Facet::Quarter => time(&|day| format!("{}-Q{}", &day[..4], day[5..7].parse::<u32>().unwrap().div_ceil(3))),
            Facet::Year => time(&|day| day[..4].to_owned()),
            Facet::Relation => relation.name().to_owned(),
            Facet::Country => self.country(row),
            Facet::Licence => {
                let licences = self.snapshot.list(WordList::Licences).unwrap();
                licences.first_at(row).unwrap_or("none stated").to_owned()
            }
            Facet::Size => {
                let classes = SizeClasses::built_in().unwrap();
                let parameters = self.snapshot.count(Count::Parameters).unwrap().at(row);
                parameters.map_or("unknown".to_owned(), |count| classes.name(classes.class(count)).to_owned())
            }
            Facet::Generation => {
                let mut edge: BTreeSet<Row> = members.iter().copied().collect();
                let mut links = 0;
                while !edge.contains(&row) || links == 0 {
                    let next = edge.iter().flat_map(|row| self.naive.children.get(row).into_iter().flatten());
                    edge = next.copied().collect();
                    links += 1;
                }
                links.to_string()
            }
            Facet::Owner => self.owner(row),
        }
    }

    fn figure(&self, figure: Figure, rows: &[Row], all: usize) -> Value {
        let downloads = self.snapshot.count(Count::Downloads).unwrap();
        match figure {
            Figure::F2 | Figure::F1 => (rows.len() as u64).into(),
            Figure::Authors => (rows.iter().map(|row| self.owner(*row)).collect::<BTreeSet<_>>().len() as u64).into(),
            Figure::Downloads => {
                let known: Vec<u64> = rows.iter().filter_map(|row| downloads.at(*row)).collect();
                (!known.is_empty()).then(|| known.iter().sum::<u64>()).into()
            }
            Figure::Share => (all > 0).then(|| rows.len() as f64 / all as f64).into(),
        }
    }
}

fn section(atlas: &Atlas, question: Question) -> Section {
    // What is asked is what its JSON says.
    let read: Question = serde_json::from_str(&serde_json::to_string(&question).unwrap()).unwrap();
    assert_eq!(read, question);
    let answer = atlas.ask(&question).unwrap();
    let Facts::Section { section, .. } = answer.facts() else { panic!("a section") };
    section.clone()
}

fn parts_are_the_twins(snapshot: &Snapshot, filter: &Filter, facet: Facet, figure: Figure) {
    let atlas = Atlas::new(snapshot, Tables::built_in().unwrap());
    let twin = Twin::of(snapshot, filter);
    let names: Vec<&str> =
        ["Qwen/*", "meta-llama/*", "o0/*", PATTERN].into_iter().filter(|name| !twin.members(name).is_empty()).collect();
    let asked = names.iter().map(|name| (*name).to_owned()).collect();
    let figure = if facet == Facet::Generation && figure == Figure::Share { Figure::F2 } else { figure };
    let question = Compare { names: asked, by: Some(facet), figure, filter: filter.clone(), ..Compare::default() };
    let section = section(&atlas, Question::Compare(question));
    let table = section.table("parts").unwrap();
    let mut expected: BTreeMap<String, Vec<Vec<Row>>> = BTreeMap::new();
    for (at, name) in names.iter().enumerate() {
        let members = twin.members(name);
        for (row, (relation, is_direct)) in twin.derived(&members) {
            if figure != Figure::F1 || is_direct {
                // Of F1 the links from members alone are looked at.
                let relation = match figure {
                    Figure::F1 => twin.naive.towards(row, |parent| members.contains(&parent)),
                    _ => relation,
                };
                let part = twin.part(facet, row, relation, &members);
                expected.entry(part).or_insert_with(|| vec![Vec::new(); names.len()])[at].push(row);
            }
        }
    }
    let mut all: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    if facet != Facet::Generation {
        twin.all()
            .iter()
            .for_each(|(row, (relation, _))| all.entry(twin.part(facet, *row, *relation, &[])).or_default().push(*row));
    }
    let nothing = vec![Vec::new(); names.len()];
    let mut met = BTreeSet::new();
    for row in &table.rows {
        let Value::Text(part) = &row[0] else { panic!("a part") };
        assert!(met.insert(part.clone()), "{part} twice");
        let total = all.get(part).map_or(0, Vec::len);
        let rows = expected.get(part).unwrap_or(&nothing);
        // Of whom no date is known, whatever days are asked for, nothing is known of a step of time.
        let is_known = |name: &&str| {
            let members = twin.members(name);
            let reached = twin.naive.reached(&members);
            let others: Vec<&Row> = reached.iter().filter(|row| !members.contains(row)).collect();
            let created = |row: &&Row| snapshot.created().unwrap().at(**row).is_some_and(|at| at >= DATES_KEPT_SINCE);
            !facet.is_time() || part == "without a date" || others.is_empty() || others.iter().any(created)
        };
        let cell = |(rows, name): (&Vec<Row>, &&str)| {
            if is_known(name) { twin.figure(figure, rows, total) } else { Value::Missing }
        };
        let cells: Vec<Value> = rows.iter().zip(&names).map(cell).collect();
        assert_eq!(row[1..=names.len()], cells, "{part} by {facet:?}");
        if facet != Facet::Generation {
            let rows = all.get(part).cloned().unwrap_or_default();
            let of_all =
                if figure == Figure::Share { (rows.len() as u64).into() } else { twin.figure(figure, &rows, total) };
            assert_eq!(row[names.len() + 1], of_all, "all of {part} by {facet:?}");
        }
    }
    // A part that somebody has is there, and of others only steps of time between two that are.
    assert!(expected.keys().all(|part| met.contains(part)), "{:?} of {met:?}", expected.keys());
    let dated: Vec<&String> = met.iter().filter(|part| part.starts_with('2')).collect();
    if facet.is_time() {
        let own: Vec<&String> = expected.keys().filter(|part| part.starts_with('2')).collect();
        assert_eq!((dated.first(), dated.last()), (own.first(), own.last()));
        let texts: Vec<String> =
            table.rows.iter().map(|row| row[0].cell()).filter(|part| part.starts_with('2')).collect();
        assert!(texts.is_sorted());
    } else {
        assert_eq!(met.len(), expected.len());
    }
}

fn totals_are_the_twins(snapshot: &Snapshot, filter: &Filter) {
    let atlas = Atlas::new(snapshot, Tables::built_in().unwrap());
    let twin = Twin::of(snapshot, filter);
    let first = snapshot.id(0).to_owned();
    let names: Vec<String> = ["Qwen/*", "meta-llama/*", "o0/*", &first, PATTERN]
        .into_iter()
        .filter(|name| !twin.members(name).is_empty())
        .map(str::to_owned)
        .collect();
    let question = Compare { names: names.clone(), filter: filter.clone(), ..Compare::default() };
    let section = section(&atlas, Question::Compare(question));
    let sets: Vec<BTreeSet<Row>> =
        names.iter().map(|name| twin.derived(&twin.members(name)).into_keys().collect()).collect();
    let derived = twin.all().len();
    let cell = |name: &str, column: &str| section.table("totals").unwrap().cell(name, column).unwrap().clone();
    let created = snapshot.created().unwrap();
    let taken = snapshot.provenance().taken;
    for (at, name) in names.iter().enumerate() {
        let members = twin.members(name);
        let of = twin.derived(&members);
        let rows: Vec<Row> = of.keys().copied().collect();
        assert_eq!(cell(name, "members"), (members.len() as u64).into());
        assert_eq!(cell(name, "f1"), (of.values().filter(|(_, is_direct)| *is_direct).count() as u64).into());
        for (column, figure) in [
            ("f2", Figure::F2),
            ("authors", Figure::Authors),
            ("downloads_30d", Figure::Downloads),
            ("share", Figure::Share),
        ] {
            assert_eq!(cell(name, column), twin.figure(figure, &rows, derived), "{column} of {name}");
        }
        for relation in Relation::ALL {
            let models = of.values().filter(|(own, _)| *own == relation).count() as u64;
            assert_eq!(cell(name, relation.name()), models.into());
        }
        let only =
            sets[at].iter().filter(|row| sets.iter().filter(|set| set.contains(row)).count() == 1).count() as u64;
        assert_eq!(cell(name, "only"), only.into());
        for (column, days) in [("created_30d", 30), ("created_90d", 90), ("created_365d", 365)] {
            let is_in = |row: &&Row| created.at(**row).is_some_and(|at| at >= taken.unwrap() - days * 86_400_000);
            let has_dates = rows.is_empty() || rows.iter().any(|row| created.at(*row).is_some());
            let models = taken.filter(|_| has_dates).map(|_| rows.iter().filter(is_in).count() as u64);
            assert_eq!(cell(name, column), models.into(), "{column} of {name}");
        }
        for (other, set) in names.iter().zip(&sets).skip(at + 1) {
            let both = section.table("both").unwrap().cell(&format!("{name}|{other}"), "both").unwrap();
            assert_eq!(*both, (sets[at].intersection(set).count() as u64).into());
        }
        let group = if name.ends_with("/*") { Group::Owners } else { Group::Models };
        let rank = Rank { of: group, filter: filter.clone(), ..Rank::default() };
        let answer = atlas.ask(&Question::Rank(rank)).unwrap();
        let Facts::Ranking { ranking, .. } = answer.facts() else { panic!("a ranking") };
        let place = ranking.rows.iter().find(|row| row.id == name.trim_end_matches("/*")).map(|row| row.rank as u64);
        assert_eq!(cell(name, "rank"), place.into(), "{name}");
    }
}

fn flows_are_the_twins(snapshot: &Snapshot, filter: &Filter, by: Ends, own: bool, within: Option<&str>) {
    // Of conversions nothing is left where no quantization is followed, and that is refused.
    let filter = &if by == Ends::Converter {
        Filter { relations: vec![], exclude: vec![], ..filter.clone() }
    } else {
        filter.clone()
    };
    let atlas = Atlas::new(snapshot, Tables::built_in().unwrap());
    let twin = Twin::of(snapshot, filter);
    let within = within.filter(|name| !twin.members(name).is_empty());
    let question = Flows { by, own: Some(own), within: within.map(str::to_owned), filter: filter.clone(), most: None };
    let section = section(&atlas, Question::Flows(question));
    let table = section.table("flows").unwrap();
    let (publishers, aliases) = (Publishers::built_in().unwrap(), Aliases::built_in().unwrap());
    let families: Vec<_> =
        Families::built_in().unwrap().all().unwrap().into_iter().filter(|family| family.part_of.is_none()).collect();
    let lineage = Lineage::from_snapshot(snapshot).unwrap();
    let members: Vec<Vec<Row>> =
        families.iter().map(|family| modelkin::census::members(family, &lineage).unwrap()).collect();
    let groups = |row: Row| -> Vec<String> {
        let publisher = publishers.whose(snapshot.id(row), &aliases).publisher;
        match by {
            Ends::Owner => vec![twin.owner(row)],
            Ends::Publisher | Ends::Converter => {
                vec![publisher.map_or_else(|| format!("{}/*", twin.owner(row)), |publisher| publisher.name.clone())]
            }
            Ends::Country => vec![publisher.map_or("unknown".into(), |publisher| publisher.country.clone())],
            Ends::Kind => vec![publisher.map_or("unknown".into(), |publisher| publisher.kind.clone())],
            Ends::Family => {
                let of = families.iter().zip(&members).filter(|(_, members)| members.contains(&row));
                let names: Vec<String> = of.map(|(family, _)| family.name.clone()).collect();
                if names.is_empty() { vec!["no family".into()] } else { names }
            }
        }
    };
    let inside: Option<BTreeSet<Row>> = within.map(|name| {
        let members = twin.members(name);
        twin.naive.reached(&members).into_iter().chain(members).collect()
    });
    let mut flows: BTreeMap<(String, String), BTreeSet<Row>> = BTreeMap::new();
    for (child, parents) in &twin.naive.parents {
        if !twin.is_counted(child) || inside.as_ref().is_some_and(|inside| !inside.contains(child)) {
            continue;
        }
        for (parent, relation) in parents {
            if by == Ends::Converter && *relation != Relation::Quantized {
                continue;
            }
            for source in groups(*parent) {
                for builder in groups(*child).into_iter().filter(|builder| own || *builder != source) {
                    flows.entry((source.clone(), builder)).or_default().insert(*child);
                }
            }
        }
    }
    let distinct = |is_it: &dyn Fn(&(String, String)) -> bool| {
        let rows: BTreeSet<Row> =
            flows.iter().filter(|(pair, _)| is_it(pair)).flat_map(|(_, rows)| rows).copied().collect();
        rows.len() as u64
    };
    assert_eq!(table.rows.len(), flows.len());
    let total = distinct(&|_| true);
    let created = snapshot.created().unwrap();
    for ((source, builder), rows) in &flows {
        let cell = |column: &str| table.cell(&format!("{source}|{builder}"), column).unwrap().clone();
        let rows: Vec<Row> = rows.iter().copied().collect();
        assert_eq!(cell("models"), (rows.len() as u64).into(), "{builder} on {source}");
        assert_eq!(cell("downloads_30d"), twin.figure(Figure::Downloads, &rows, 0));
        let dates: Vec<String> = rows.iter().filter_map(|row| created.at(*row)).map(day).collect();
        assert_eq!(cell("dates_known_of"), (dates.len() as u64).into());
        assert_eq!(cell("first"), dates.into_iter().min().into(), "{builder} on {source}");
        assert_eq!(cell("share"), (rows.len() as f64 / total as f64).into());
        assert_eq!(cell("models_of_source"), distinct(&|pair| pair.0 == *source).into());
        assert_eq!(cell("models_of_builder"), distinct(&|pair| pair.1 == *builder).into());
    }
    let order: Vec<_> = table
        .rows
        .iter()
        .map(|row| (std::cmp::Reverse(row[2].number().unwrap() as u64), row[0].cell(), row[1].cell()))
        .collect();
    assert!(order.is_sorted());
    // The first of them are the first of all.
    let question =
        Flows { by, own: Some(own), within: within.map(str::to_owned), filter: filter.clone(), most: Some(3) };
    let Facts::Section { section: first, .. } = atlas.ask(&Question::Flows(question)).unwrap().facts().clone() else {
        panic!("a section")
    };
    assert_eq!(first.table("flows").unwrap().rows, table.rows[..table.rows.len().min(3)]);
}

fn makers_are_the_twins(snapshot: &Snapshot, filter: &Filter, of: Group, within: Option<&str>) {
    let atlas = Atlas::new(snapshot, Tables::built_in().unwrap());
    let twin = Twin::of(snapshot, filter);
    let within = within.filter(|name| !twin.members(name).is_empty());
    let beside = vec![Measure::Downloads, Measure::Authors, Measure::Quantized];
    let rank = Rank { of, beside, within: within.map(str::to_owned), filter: filter.clone(), ..Rank::default() };
    let answer = atlas.ask(&Question::Rank(rank)).unwrap();
    let Facts::Ranking { ranking, .. } = answer.facts() else { panic!("a ranking") };
    let members = within.map(|name| twin.members(name)).unwrap_or_default();
    let derived = if within.is_some() { twin.derived(&members) } else { twin.all() };
    let facet = match of {
        Group::Authors => Facet::Owner,
        Group::Countries => Facet::Country,
        _ => Facet::Licence,
    };
    let mut parts: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    derived.iter().for_each(|(row, (relation, _))| {
        parts.entry(twin.part(facet, *row, *relation, &members)).or_default().push(*row)
    });
    assert_eq!(ranking.rows.iter().map(|row| &row.id).collect::<BTreeSet<_>>(), parts.keys().collect());
    for row in &ranking.rows {
        let rows = &parts[&row.id];
        assert_eq!(row.descendants, rows.len() as u64);
        assert_eq!(row.value, rows.len() as f64);
        assert_eq!(row.direct, rows.iter().filter(|row| derived[row].1).count() as u64);
        for relation in Relation::ALL {
            let models = rows.iter().filter(|row| derived[row].0 == relation).count() as u64;
            assert_eq!(row.by_relation[relation as usize], models);
        }
        let number = |value: Value| value.number();
        assert_eq!(row.beside[0].map(|(value, _)| value), number(twin.figure(Figure::Downloads, rows, 0)));
        assert_eq!(row.beside[1].map(|(value, _)| value), number(twin.figure(Figure::Authors, rows, 0)));
        assert_eq!(row.beside[2], Some((row.by_relation[Relation::Quantized as usize] as f64, None)));
    }
    let order: Vec<_> =
        ranking.rows.iter().map(|row| (std::cmp::Reverse(row.descendants), row.id.to_ascii_lowercase())).collect();
    assert!(order.is_sorted());
}

/// Models within a family are ranked as they are among all.
fn within_is_a_part_of_all(snapshot: &Snapshot, filter: &Filter) {
    let atlas = Atlas::new(snapshot, Tables::built_in().unwrap());
    let twin = Twin::of(snapshot, filter);
    let members = twin.members("Qwen/*");
    if members.is_empty() {
        return;
    }
    let ranked = |within: Option<String>| {
        let rank = Rank { within, beside: vec![Measure::Authors], filter: filter.clone(), ..Rank::default() };
        let answer = atlas.ask(&Question::Rank(rank)).unwrap();
        let Facts::Ranking { ranking, .. } = answer.facts() else { panic!("a ranking") };
        ranking.rows.iter().map(|row| (row.id.clone(), row.descendants, row.beside.clone())).collect::<Vec<_>>()
    };
    let inside: BTreeSet<Row> = twin.naive.reached(&members).into_iter().chain(members).collect();
    let is_inside = |id: &str| inside.contains(&snapshot.find(id).unwrap());
    let all: Vec<_> = ranked(None).into_iter().filter(|(id, ..)| is_inside(id)).collect();
    assert_eq!(ranked(Some("Qwen/*".into())), all);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, ..ProptestConfig::default() })]

    #[test]
    fn a_comparison_says_what_its_twin_does(text in any_lineage(), filter in any_filter(), at in 0..45usize) {
        let snapshot = dressed(&text);
        parts_are_the_twins(&snapshot, &filter, Facet::ALL[at % 9], Figure::ALL[at / 9]);
        totals_are_the_twins(&snapshot, &filter);
    }

    #[test]
    fn flows_say_what_their_twin_does(text in any_lineage(), filter in any_filter(), own in any::<bool>(), at in 0..18usize) {
        let snapshot = dressed(&text);
        let within = [None, Some("Qwen/*"), Some(PATTERN)][at / 6];
        flows_are_the_twins(&snapshot, &filter, Ends::ALL[at % 6], own, within);
    }

    #[test]
    fn whoever_made_derived_models_is_ranked_as_by_the_twin(text in any_lineage(), filter in any_filter(), at in 0..9usize) {
        let snapshot = dressed(&text);
        let of = [Group::Authors, Group::Countries, Group::Licences][at % 3];
        makers_are_the_twins(&snapshot, &filter, of, [None, Some("Qwen/*"), Some(PATTERN)][at / 3]);
        within_is_a_part_of_all(&snapshot, &filter);
    }
}

/// Growth stands beside the counts, and sorts if it is asked to.
#[test]
fn several_measures_are_columns_of_one_ranking() {
    let snapshot = snapshot(
        "a/old -> b/x : finetune created=2023-01-01\na/old -> b/y : finetune created=2023-01-01\na/new -> b/z : finetune created=2024-06-01\n",
    );
    let atlas = Atlas::new(&snapshot, Tables::built_in().unwrap());
    let ask = |by, beside: Vec<Measure>| {
        let answer = atlas.ask(&Question::Rank(Rank { by, beside, ..Rank::default() })).unwrap();
        let Facts::Ranking { ranking, .. } = answer.facts() else { panic!("a ranking") };
        ranking
            .rows
            .iter()
            .map(|row| (row.id.clone(), row.value, row.beside[0].map(|(value, _)| value)))
            .collect::<Vec<_>>()
    };
    let by_growth = ask(Measure::Growth, vec![Measure::Descendants]);
    assert_eq!(by_growth, [("a/new".to_owned(), 1.0, Some(1.0))]);
    let by_descendants = ask(Measure::Descendants, vec![Measure::Growth]);
    assert_eq!(by_descendants, [("a/old".to_owned(), 2.0, Some(0.0)), ("a/new".to_owned(), 1.0, Some(1.0))]);
}

/// What is shown alone is what is shown among others.
#[test]
fn columns_are_the_measures_that_are_named_and_no_others() {
    let atlas = Atlas::new(&modelkin::sample().unwrap(), Tables::built_in().unwrap());
    for of in Group::ALL {
        let for_all = |measure: &Measure| of == Group::Models || measure.is_for_groups();
        let all: Vec<Measure> = Measure::ALL.iter().copied().filter(for_all).rev().collect();
        for by in [Measure::Descendants, Measure::Merge, Measure::Downloads] {
            let rows = |rank: Rank| {
                let answer = atlas.ask(&Question::Rank(Rank { of, by, most: Some(30), ..rank })).unwrap();
                let mut json = Vec::new();
                answer.report().unwrap().write(answer.snapshot(), Format::Json, &mut json).unwrap();
                let frame: serde_json::Value = serde_json::from_slice(&json).unwrap();
                frame["rows"].as_array().unwrap().clone()
            };
            let beside = all.iter().copied().filter(|measure| *measure != by).collect();
            let whole = rows(Rank { beside, ..Rank::default() });
            assert!(!whole.is_empty());
            for columns in all.chunks(3).chain([&all[..]]) {
                let shown = rows(Rank { columns: columns.to_vec(), ..Rank::default() });
                assert_eq!(shown.len(), whole.len());
                for (row, all) in shown.iter().zip(&whole) {
                    let values = row.as_object().unwrap();
                    // What people were shown unasked stands under no other name.
                    for (name, value) in values.iter().filter(|(name, _)| *name != "known") {
                        let is_direct_of_derived = name == "direct" && of.is_of_derived();
                        assert!(is_direct_of_derived || all[name] == *value, "{of:?} {by:?} {name}: {row} {all}");
                    }
                    let named = values.keys().filter(|name| {
                        !["rank", "id", "author", "country", "licence", "listed"].contains(&name.as_str())
                            && !name.ends_with("known")
                    });
                    assert_eq!(named.count(), columns.len(), "{row}");
                }
            }
        }
    }
    let check = |rank: Rank| Question::Rank(rank).check().unwrap_err().to_string();
    let twice = Rank { columns: vec![Measure::Merge, Measure::Merge], ..Rank::default() };
    assert_eq!(check(twice), "merge is named twice");
    let both = Rank { columns: vec![Measure::Merge], beside: vec![Measure::Likes], ..Rank::default() };
    assert!(check(both).contains("columns say which measures are shown"));
    let of_models = Rank { of: Group::Owners, columns: vec![Measure::Credit], ..Rank::default() };
    assert_eq!(check(of_models), "credit is defined for models alone");
}

/// Each snapshot has a row, with the counts that it has alone.
#[test]
fn a_comparison_goes_along_snapshots() {
    let at = |text: &str| snapshot(text);
    let early = at("Qwen/a -> b/x : finetune created=2024-01-01 downloads=1\n");
    let late = at(
        "Qwen/a -> b/x : finetune created=2024-01-01\nQwen/a -> b/y : finetune created=2024-05-05\nmeta-llama/Llama-1 -> b/z : adapter\n",
    );
    let atlas = Atlas::new(&late, Tables::built_in().unwrap()).after(vec![early.clone()]);
    let names = vec!["Qwen".to_owned(), "meta-llama/*".to_owned()];
    let rows = |figure: Figure| {
        let question = Compare { names: names.clone(), along: true, figure, ..Compare::default() };
        let section = section(&atlas, Question::Compare(question));
        section.tables[0].rows.clone()
    };
    assert_eq!(
        rows(Figure::F2),
        [
            vec![Value::Text("2024-01-01".into()), Value::Count(1), Value::Count(0), Value::Count(1)],
            vec![Value::Text("2024-05-05".into()), Value::Count(2), Value::Count(1), Value::Count(3)],
        ]
    );
    assert_eq!(rows(Figure::Downloads)[0][1..], [Value::Count(1), Value::Missing, Value::Count(1)]);
    let alone = Atlas::new(&early, Tables::built_in().unwrap());
    let question = Question::Compare(Compare { names, along: true, ..Compare::default() });
    assert!(alone.ask(&question).is_err(), "there is nothing before");
}

#[test]
fn what_does_not_go_together_is_said() {
    let snapshot = snapshot("Qwen/a -> b/x : finetune\n");
    let atlas = Atlas::new(&snapshot, Tables::built_in().unwrap());
    let compare = |json: &str| atlas.ask(&serde_json::from_str(json).unwrap()).unwrap_err().to_string();
    assert_eq!(compare(r#"{"compare": {"names": ["Qwen", "qwen"]}}"#), "Qwen is named twice");
    assert!(compare(r#"{"compare": {"names": []}}"#).starts_with("nobody is named"));
    assert!(compare(r#"{"compare": {"names": ["Qwen"], "figure": "f1"}}"#).contains("every figure"));
    assert!(
        compare(r#"{"compare": {"names": ["Qwen"], "by": "month", "along": true}}"#)
            .contains("by parts or by snapshots")
    );
    assert!(compare(r#"{"rank": {"of": "owners", "within": "Qwen"}}"#).contains("within"));
    assert_eq!(compare(r#"{"rank": {"beside": ["descendants"]}}"#), "descendants is named twice");
    assert!(compare(r#"{"rank": {"beside": ["credit"], "of": "owners"}}"#).contains("models alone"));
}
