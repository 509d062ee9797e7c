//! The verbs that tell where models come from and whom they reach, each beside a naive twin that follows docs/definitions.md, 9, word by
//! word, under filters too; and known answers of real data.

use std::collections::{BTreeMap, BTreeSet};

use modelkin::ask::{self, Atlas, Entry, Facts, Filter, Models, Question, Tables};
use modelkin::lineage::Lineage;
use modelkin::model::{Learned, Relation};
use modelkin::snapshot::{Row, Snapshot};
use proptest::prelude::*;

use crate::naive::Naive;
use crate::support::{any_lineage, snapshot};
use crate::ways::Condensed;

/// The twin's own graph: under a filter, only the links that it follows.
struct Twin {
    naive: Naive,
    condensed: Condensed,
    lineage: Lineage,
}

impl Twin {
    fn of(lineage: &Lineage) -> Twin {
        Twin { naive: Naive::of(lineage), condensed: Condensed::of(lineage), lineage: lineage.clone() }
    }

    fn parents(&self, row: Row) -> Vec<Row> {
        self.naive.parents.get(&row).into_iter().flatten().map(|(parent, _)| *parent).collect()
    }

    fn children(&self, row: Row) -> Vec<Row> {
        self.naive.children.get(&row).into_iter().flatten().copied().collect()
    }

    /// What can be reached from some models, these left out, each with the fewest links.
    fn distances(&self, from: &[Row], next: impl Fn(Row) -> Vec<Row>) -> BTreeMap<Row, u32> {
        let mut known: BTreeMap<Row, u32> = from.iter().map(|row| (*row, 0)).collect();
        for distance in 1.. {
            let edge: Vec<Row> = known.iter().filter(|(_, at)| **at == distance - 1).map(|(row, _)| *row).collect();
            if edge.is_empty() {
                break;
            }
            edge.into_iter().flat_map(&next).for_each(|row| _ = known.entry(row).or_insert(distance));
        }
        from.iter().for_each(|row| _ = known.remove(row));
        known
    }

    fn above(&self, from: &[Row]) -> BTreeMap<Row, u32> {
        self.distances(from, |row| self.parents(row))
    }

    fn below(&self, from: &[Row]) -> BTreeMap<Row, u32> {
        self.distances(from, |row| self.children(row))
    }

    fn node(&self, row: Row) -> Row {
        self.condensed.node[&row]
    }

    fn ways(&self, from: Row, to: Row) -> u64 {
        self.condensed.ways(self.node(from), self.node(to), &mut BTreeMap::new())
    }

    fn is_root(&self, row: Row) -> bool {
        self.condensed.parents[&self.node(row)].is_empty()
    }

    fn is_unavoidable(&self, row: Row, model: Row) -> bool {
        !self.condensed.leads_around(self.node(model), &BTreeSet::from([self.node(row)]))
    }

    fn upstream(&self, atlas: &Atlas, filter: &Filter, models: &[Row]) {
        let question = ask::Upstream { models: named(atlas, models), filter: filter.clone() };
        let answer = atlas.ask(&Question::Upstream(question)).unwrap();
        let Facts::Upstream { upstream, .. } = answer.facts() else { panic!("an upstream") };
        let above: Vec<BTreeMap<Row, u32>> = models.iter().map(|model| self.above(&[*model])).collect();
        let wanted = filter.counting().wanted(atlas.snapshot()).unwrap();
        let all: BTreeSet<Row> =
            above.iter().flat_map(BTreeMap::keys).copied().filter(|row| wanted.holds(*row)).collect();
        let found: BTreeSet<Row> = upstream.ancestors.iter().map(|ancestor| ancestor.row).collect();
        assert_eq!((found, upstream.ancestors.len()), (all.clone(), all.len()));
        for ancestor in &upstream.ancestors {
            let row = ancestor.row;
            let distance = above.iter().filter_map(|known| known.get(&row)).min();
            assert_eq!(Some(&ancestor.distance), distance);
            let of: Vec<Row> =
                models.iter().zip(&above).filter(|(_, known)| known.contains_key(&row)).map(|(m, _)| *m).collect();
            assert_eq!(ancestor.below as usize, of.len());
            assert_eq!(ancestor.ways.get(), Some(of.iter().map(|model| self.ways(row, *model)).sum()));
            let on_all = of.len() == models.len() && of.iter().all(|model| self.is_unavoidable(row, *model));
            assert_eq!((ancestor.is_unavoidable, ancestor.is_root), (on_all, self.is_root(row)));
            // On a shortest way, and of the links there the strongest.
            let is_next = |child: &Row| {
                let of_one = |(model, known): (&Row, &BTreeMap<Row, u32>)| {
                    let at = if child == model { 0 } else { *known.get(child)? };
                    (known.get(&row) == Some(&ancestor.distance)).then_some(at + 1 == ancestor.distance)
                };
                models.iter().zip(&above).filter_map(of_one).any(|is| is)
            };
            let next = self.children(row).into_iter().filter(is_next);
            let links: Vec<(Relation, Row)> = next.map(|child| (self.naive.parents[&child][&row], child)).collect();
            let strongest = links.iter().map(|(relation, _)| *relation).max().unwrap();
            assert_eq!(ancestor.edge.relation, strongest);
            assert!(links.contains(&(strongest, ancestor.via)));
        }
        let order: Vec<_> = upstream.ancestors.iter().map(|ancestor| (ancestor.distance, ancestor.row)).collect();
        assert!(order.is_sorted());
    }

    fn why(&self, atlas: &Atlas, filter: &Filter, model: Row, ancestor: Row) {
        let filter = &undated(filter);
        let id = |row: Row| atlas.snapshot().id(row).to_owned();
        let most = 7;
        let why = ask::Why { model: id(model), ancestor: id(ancestor), most: Some(most), filter: filter.clone() };
        let answer = atlas.ask(&Question::Why(why)).unwrap();
        let Facts::Why { why, naming, .. } = answer.facts() else { panic!("a why") };
        let Some(distance) = self.above(&[model]).get(&ancestor).copied() else {
            assert!(why.is_none());
            let is_other_way = model != ancestor && self.above(&[ancestor]).contains_key(&model);
            assert_eq!(naming.remarks.len(), usize::from(is_other_way), "{:?}", naming.remarks);
            return;
        };
        let why = why.as_ref().unwrap();
        let ways = self.ways(ancestor, model);
        assert_eq!((why.ways.get(), why.shown.len() as u64), (Some(ways), ways.min(most as u64)));
        assert_eq!(why.shown[0].len() as u32, distance + 1);
        let nodes = |way: &[modelkin::provenance::Step]| {
            let mut nodes: Vec<Row> = way.iter().map(|step| self.node(step.row)).collect();
            nodes.dedup();
            nodes
        };
        let (mut met, mut lengths) = (BTreeSet::new(), Vec::new());
        for way in &why.shown {
            assert_eq!((way[0].row, way[0].edge, way[way.len() - 1].row), (ancestor, None, model));
            for step in way.windows(2) {
                let edge = step[1].edge.unwrap();
                assert_eq!(self.naive.parents[&step[1].row].get(&step[0].row), Some(&edge.relation));
            }
            let rows: BTreeSet<Row> = way.iter().map(|step| step.row).collect();
            assert_eq!(rows.len(), way.len(), "no model twice");
            assert!(met.insert(nodes(way)), "each way once");
            lengths.push(nodes(way).len());
        }
        assert!(lengths[1..].is_sorted(), "the shortest first");
        let below = self.below(&[ancestor]);
        let above = self.above(&[model]);
        let between: BTreeSet<Row> =
            below.keys().filter(|row| above.contains_key(row) && ![model, ancestor].contains(row)).copied().collect();
        assert_eq!(why.between, between.len());
        // A model is on all of them if no way is left without its node, the ends' own nodes being on all.
        let leads_around = |row: Row| {
            let passed = self.node(row);
            let ends = [self.node(model), self.node(ancestor)];
            !ends.contains(&passed) && {
                let (mut left, mut met) = (vec![ends[0]], BTreeSet::from([ends[0], passed]));
                let mut is_reached = false;
                while let Some(at) = left.pop() {
                    is_reached |= at == ends[1];
                    left.extend(self.condensed.parents[&at].iter().filter(|parent| met.insert(**parent)));
                }
                is_reached
            }
        };
        let on_all: BTreeSet<Row> = between.iter().filter(|row| !leads_around(**row)).copied().collect();
        assert_eq!(why.on_all.iter().copied().collect::<BTreeSet<Row>>(), on_all);
        let ends: BTreeSet<Row> = between.iter().copied().chain([model, ancestor]).collect();
        let is_on = |row: &Row| ends.contains(row);
        let inferred: Vec<(Row, Row)> = self
            .lineage
            .all_links()
            .filter(|(parent, child, edge)| is_on(parent) && is_on(child) && edge.learned == Learned::Inferred)
            .map(|(parent, child, _)| (parent, child))
            .collect();
        assert_eq!(why.inferred, inferred);
    }

    fn common(&self, atlas: &Atlas, filter: &Filter, models: &[Row]) {
        let question = ask::Common { models: named(atlas, models), filter: undated(filter) };
        let answer = atlas.ask(&Question::Common(question)).unwrap();
        let Facts::Common { common, .. } = answer.facts() else { panic!("common ancestors") };
        let own = |model: &Row| {
            let mut above = self.above(&[*model]);
            above.insert(*model, 0);
            above
        };
        let above: Vec<BTreeMap<Row, u32>> = models.iter().map(own).collect();
        let all: Vec<Row> =
            above[0].keys().filter(|row| above.iter().all(|known| known.contains_key(row))).copied().collect();
        assert_eq!(common.all, all.len());
        let is_over =
            |row: Row, other: Row| self.node(row) != self.node(other) && self.below(&[row]).contains_key(&other);
        let nearest = all.iter().filter(|row| !all.iter().any(|other| is_over(**row, *other)));
        let nearest: Vec<(Row, Vec<u32>)> =
            nearest.map(|row| (*row, above.iter().map(|known| known[row]).collect())).collect();
        let found: Vec<(Row, Vec<u32>)> =
            common.nearest.iter().map(|shared| (shared.row, shared.distances.clone())).collect();
        assert_eq!(found, nearest);
    }

    fn siblings(&self, atlas: &Atlas, filter: &Filter, models: &[Row]) {
        let question = ask::Siblings { models: named(atlas, models), most: None, filter: filter.clone() };
        let answer = atlas.ask(&Question::Siblings(question)).unwrap();
        let Facts::Siblings { siblings, .. } = answer.facts() else { panic!("siblings") };
        let parents: BTreeSet<Row> = models.iter().flat_map(|model| self.parents(*model)).collect();
        let wanted = filter.counting().wanted(atlas.snapshot()).unwrap();
        let others: BTreeSet<Row> = parents.iter().flat_map(|parent| self.children(*parent)).collect();
        let others = others.into_iter().filter(|row| !models.contains(row) && wanted.holds(*row));
        let wanted: Vec<(Row, Vec<Row>, usize, Relation)> = others
            .map(|row| {
                let own = &self.naive.parents[&row];
                let shared: Vec<Row> = own.keys().filter(|parent| parents.contains(parent)).copied().collect();
                let relation = shared.iter().map(|parent| own[parent]).max().unwrap();
                (row, shared, own.len(), relation)
            })
            .collect();
        let found: Vec<_> = siblings
            .siblings
            .iter()
            .map(|sibling| (sibling.row, sibling.shared.clone(), sibling.parents, sibling.relation))
            .collect();
        assert_eq!((siblings.parents, found), (parents.len(), wanted));
    }

    fn blast(&self, atlas: &Atlas, filter: &Filter, bases: &[Row]) {
        let list = |list| ask::Blast {
            models: named(atlas, bases),
            mine: vec!["O1/*".into(), "o2/m?".into(), "o3/*".into()],
            list,
            filter: filter.clone(),
            ..ask::Blast::default()
        };
        let answer = atlas.ask(&Question::Blast(list(true))).unwrap();
        let Facts::Blast { blast, hits, .. } = answer.facts() else { panic!("a blast") };
        let below = self.below(bases);
        let all: BTreeSet<Row> = blast.hits.iter().map(|hit| hit.row).collect();
        assert_eq!((all, blast.hits.len()), (below.keys().copied().collect(), below.len()));
        let starts: BTreeSet<Row> = bases.iter().map(|row| self.node(*row)).collect();
        let is_towards = |row: Row| bases.contains(&row) || below.contains_key(&row);
        for hit in &blast.hits {
            let (row, parents) = (hit.row, self.parents(hit.row));
            assert_eq!(hit.distance, below[&row]);
            assert_eq!(hit.relation, self.naive.towards(row, is_towards));
            assert_eq!(hit.is_direct, parents.iter().any(|parent| bases.contains(parent)));
            assert_eq!(hit.is_indirect, parents.iter().any(|parent| below.contains_key(parent)));
            assert_eq!(hit.only_through, !self.condensed.leads_around(self.node(row), &starts));
            assert!(parents.contains(&hit.via) && below.get(&hit.via).copied().unwrap_or(0) + 1 == hit.distance);
            assert_eq!(self.below(&[hit.base]).get(&row), Some(&hit.distance));
            // Roots from which a way leads that passes no base.
            let mut reached = BTreeSet::from([self.node(row)]);
            let mut left: Vec<Row> = reached.difference(&starts).copied().collect();
            while let Some(at) = left.pop() {
                left.extend(
                    self.condensed.parents[&at].iter().filter(|up| !starts.contains(up) && reached.insert(**up)),
                );
            }
            let roots: Vec<Row> = (atlas.snapshot().rows())
                .filter(|root| {
                    self.is_root(*root) && reached.contains(&self.node(*root)) && !starts.contains(&self.node(row))
                })
                .collect();
            assert_eq!(blast.other_roots(row), roots, "{}", atlas.snapshot().id(row));
            assert_eq!(hit.only_through, roots.is_empty());
        }
        let snapshot = atlas.snapshot();
        let wanted = filter.counting().wanted(snapshot).unwrap();
        let is_mine = |row: Row| {
            let id = snapshot.id(row);
            let is_short = id.split_once('/').is_some_and(|(owner, name)| owner == "o2" && name.len() == 2);
            wanted.holds(row) && (id.starts_with("o1/") || id.starts_with("o3/") || is_short)
        };
        let counted: BTreeSet<Row> = below.keys().copied().filter(|row| is_mine(*row)).collect();
        assert_eq!(hits.iter().map(|(hit, _)| hit.row).collect::<BTreeSet<Row>>(), counted);

        let answer = atlas.ask(&Question::Blast(list(false))).unwrap();
        let Facts::Blast { section: Some(section), .. } = answer.facts() else { panic!("counts") };
        let totals = section.table("totals").unwrap();
        let total = |figure: &str| totals.cell(figure, "value").unwrap().clone();
        let of = |is: &dyn Fn(&Row) -> bool| {
            modelkin::ink::Value::Count(counted.iter().filter(|row| is(row)).count() as u64)
        };
        let direct = |row: &Row| self.parents(*row).iter().any(|parent| bases.contains(parent));
        let indirect = |row: &Row| self.parents(*row).iter().any(|parent| below.contains_key(parent));
        let only = |row: &Row| !self.condensed.leads_around(self.node(*row), &starts);
        assert_eq!(total("total"), of(&|_| true));
        assert_eq!((total("direct"), total("indirect")), (of(&direct), of(&indirect)));
        assert_eq!(total("only_through"), of(&only));
        let owners: BTreeSet<&str> = counted.iter().filter_map(|row| snapshot.owner(*row)).collect();
        assert_eq!(total("owners"), modelkin::ink::Value::Count(owners.len() as u64));
        for table in &section.tables[2..] {
            let models: Vec<u64> = table.rows.iter().map(|row| count(&row[1])).collect();
            assert_eq!(models.iter().sum::<u64>(), counted.len() as u64, "{}", table.name);
        }
        for base in bases {
            let below: Vec<Row> = self.below(&[*base]).into_keys().filter(|row| is_mine(*row)).collect();
            let row =
                section.table("bases").unwrap().rows.iter().find(|row| row[0] == snapshot.id(*base).into()).unwrap();
            let direct = below.iter().filter(|row| self.parents(**row).contains(base)).count();
            assert_eq!((count(&row[3]), count(&row[4])), (direct as u64, below.len() as u64));
        }
    }
}

fn count(value: &modelkin::ink::Value) -> u64 {
    let modelkin::ink::Value::Count(count) = value else { panic!("a count: {value:?}") };
    *count
}

/// The same links, without days: of all that lies above models these say nothing, and are refused.
fn undated(filter: &Filter) -> Filter {
    Filter { since: None, until: None, ..filter.clone() }
}

/// Some models by their ids: the first as it is asked for, the others of a list.
fn named(atlas: &Atlas, models: &[Row]) -> Models {
    let ids: Vec<String> = models.iter().map(|row| atlas.snapshot().id(*row).to_owned()).collect();
    let listed = ids[1..].iter().map(|id| Entry { id: id.clone(), file: "list".into(), line: 1 }).collect();
    Models { ids: ids[..1].to_vec(), listed }
}

fn compare(snapshot: &Snapshot, filter: &Filter, seed: u64) {
    let atlas = Atlas::new(snapshot, Tables::built_in().unwrap());
    let twin = Twin::of(&filter.links(&Lineage::from_snapshot(snapshot).unwrap()));
    let rows = snapshot.len() as u64;
    let pick = |at: u64| ((seed.rotate_left(at as u32 * 7) ^ at) % rows) as Row;
    let set = |from: u64, many: u64| {
        let mut set: Vec<Row> = (from..from + many).map(pick).collect();
        let mut met = BTreeSet::new();
        set.retain(|row| met.insert(*row));
        set
    };
    for at in 0..3 {
        twin.upstream(&atlas, filter, &set(at, 1));
        twin.upstream(&atlas, filter, &set(at, 3));
        twin.why(&atlas, filter, pick(at), pick(at + 5));
        let up = twin.above(&[pick(at)]);
        if let Some(ancestor) = up.keys().nth(seed as usize % up.len().max(1)) {
            twin.why(&atlas, filter, pick(at), *ancestor);
        }
        twin.siblings(&atlas, filter, &set(at, 1 + at % 2));
        twin.blast(&atlas, filter, &set(at, 1 + at));
        let models = set(at, 2 + at % 2);
        if models.len() > 1 {
            twin.common(&atlas, filter, &models);
        }
    }
}

pub fn any_filter() -> impl Strategy<Value = Filter> {
    prop::sample::select(vec![
        "{}",
        "{}",
        r#"{"relations": ["finetune", "merge", "unstated"]}"#,
        r#"{"exclude": ["quantized"]}"#,
        r#"{"no_unlisted": true}"#,
        r#"{"since": "2024-03-01"}"#,
        r#"{"until": "2024-06-01", "exclude": ["adapter"]}"#,
        r#"{"fold_mirrors": true}"#,
    ])
    .prop_map(|json| serde_json::from_str(json).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn every_verb_says_what_its_twin_does(text in any_lineage(), filter in any_filter(), seed in any::<u64>()) {
        compare(&snapshot(&text), &filter, seed);
    }
}
