use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use super::Survey;
use crate::census::{Coverage, Error};
use crate::ink::{Section, Table, Unit, grouped, percent, share};
use crate::model::{Relation, Word, WordList};
use crate::snapshot::Row;

use Unit::{Count, Number, Share, Text};

/// A model without a licence.
const NONE: &str = "(none)";

/// What drifts: its name, and what two models have in common and in all of it; nothing if one of them says nothing.
type Drift<'d> = (&'static str, Box<dyn Fn(Row, Row) -> Option<(u64, u64)> + 'd>);

pub(super) const TITLE: &str = "What changes from parent to child";

pub(super) fn section(survey: &Survey<'_>) -> Result<Section, Error> {
    let mut section = Section::new("drift", TITLE);
    let (lineage, snapshot) = (survey.lineage, survey.snapshot());
    let (tags, licensed) = (snapshot.list(WordList::Tags)?, snapshot.list(WordList::Licences)?);
    let (tasks, libraries) = (snapshot.word(Word::Task)?, snapshot.word(Word::Library)?);
    let words: Vec<bool> = tags.words().map(|tag| survey.references.languages.meaning(tag).is_some()).collect();
    // A word's number is as good as the word.
    let languages = |row: Row| tags.at(row).iter().copied().filter(|tag| words[*tag as usize]);
    let licences_of = |row: Row| licensed.at(row).iter().copied();
    let same = |one: Option<&str>, other: Option<&str>| {
        one.zip(other).map(|(one, other)| if one == other { (1, 1) } else { (0, 2) })
    };
    let class_of: Vec<&str> = licensed.words().map(|licence| survey.references.licences.class(licence)).collect();
    let classes_of = |row: Row| licensed.at(row).iter().map(|licence| class_of[*licence as usize]);
    let drifts: [Drift<'_>; 5] = [
        ("licence", Box::new(|parent, child| shared(licences_of(parent), licences_of(child)))),
        ("licence class", Box::new(|parent, child| shared(classes_of(parent), classes_of(child)))),
        ("language", Box::new(|parent, child| shared(languages(parent), languages(child)))),
        ("task", Box::new(|parent, child| same(tasks.at(parent), tasks.at(child)))),
        ("library", Box::new(|parent, child| same(libraries.at(parent), libraries.at(child)))),
    ];
    // Links by relation; of those where both say something, how many there are and how much of it is not shared.
    let mut links = [0u64; Relation::ALL.len()];
    let mut sums = [[(0u64, 0f64); Relation::ALL.len()]; 5];
    let mut became: HashMap<[Option<u32>; 2], u64> = HashMap::new();
    for (parent, child, edge) in
        lineage.all_links().filter(|(parent, child, _)| snapshot.is_listed(*parent) && snapshot.is_listed(*child))
    {
        links[edge.relation as usize] += 1;
        for (sum, (_, drift)) in sums.iter_mut().zip(&drifts) {
            if let Some((both, all)) = drift(parent, child) {
                let sum = &mut sum[edge.relation as usize];
                sum.0 += 1;
                sum.1 += 1.0 - both as f64 / all as f64;
            }
        }
        *became.entry([parent, child].map(|row| licensed.at(row).first().copied())).or_default() += 1;
    }
    let named: Vec<&str> = licensed.words().collect();
    let mut classes: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    let mut licences: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for (pair, links) in became {
        for (words, sums) in [(&class_of, &mut classes), (&named, &mut licences)] {
            let [parent, child] = pair.map(|licence| licence.map_or(NONE, |licence| words[licence as usize]));
            *sums.entry((parent, child)).or_default() += links;
        }
    }
    let main = [
        ("what", Text),
        ("relation", Text),
        ("links", Count),
        ("both_known", Count),
        ("changed", Number),
        ("share", Share),
    ];
    let mut table = Table::new("drift", "How much changes along links", 2, &main, &[]);
    table.most = 40;
    for ((what, _), sum) in drifts.iter().zip(&sums) {
        let all = sum.iter().fold((0, 0.0), |all, of| (all.0 + of.0, all.1 + of.1));
        let relations = Relation::ALL
            .iter()
            .rev()
            .map(|relation| (relation.name(), links[*relation as usize], sum[*relation as usize]));
        for (relation, links, (known, changed)) in std::iter::once(("all", links.iter().sum(), all)).chain(relations) {
            let changed = (known > 0).then_some(changed);
            let part = changed.map(|changed| changed / known as f64);
            table.row([(*what).into(), relation.into(), links.into(), known.into(), changed.into(), part.into()]);
        }
    }
    for (what, sum) in
        drifts.iter().map(|(what, _)| what).zip(&sums).filter(|(what, _)| ["licence", "task"].contains(what))
    {
        let (known, changed) = sum[Relation::Finetune as usize];
        let of = links[Relation::Finetune as usize];
        section.conclude(Coverage { known, of }, || {
            Some(format!(
                "Along finetune links the {what} changes by {} on average where both models state it, which they do in {} of {}.",
                percent(changed / known as f64),
                grouped(known),
                grouped(of)
            ))
        });
    }
    let matrix_heads =
        [("parent_class", Text), ("child_class", Text), ("links", Count), ("share_of_parent", Share), ("change", Text)];
    let mut matrix = Table::new("licence_classes", "Which class of licence became which", 2, &matrix_heads, &[]);
    matrix.most = 40;
    let mut relaxed = (0, 0);
    for ((parent, child), links) in most_first(&classes) {
        // What is not stated is no class that a licence could become: shares are over links where both are known.
        let is_known = |class: &str| class != NONE;
        let with_child = |((other, child), _): &(&(&str, &str), &u64)| *other == parent && is_known(child);
        let of_parent: u64 = classes.iter().filter(with_child).map(|(_, links)| links).sum();
        let of_parent = share(links, of_parent).filter(|_| is_known(parent) && is_known(child));
        let change = change(parent, child);
        if let Some(change) = change {
            relaxed.0 += if change == "relaxed" { links } else { 0 };
            relaxed.1 += links;
        }
        matrix.row([parent.into(), child.into(), links.into(), of_parent.into(), change.unwrap_or("").into()]);
    }
    section.conclude(Coverage { known: relaxed.1, of: links.iter().sum() }, || {
        Some(format!(
            "{} of the links between models of a known class of licence relax the terms, by the first licence of each.",
            percent(relaxed.0 as f64 / relaxed.1 as f64)
        ))
    });
    let heads = [("parent_licence", Text), ("child_licence", Text), ("links", Count)];
    let mut pairs = Table::new("licences", "Which licence became which", 2, &heads, &[]);
    for ((parent, child), links) in most_first(&licences) {
        pairs.row([parent.into(), child.into(), links.into()]);
    }
    section.tables = vec![table, matrix, pairs];
    section.define(&[
        "Links between two listed models. Both known: links where parent and child state it. Changed: the sum of 1 - |common| / |all| (Jaccard) over these, so that a single value counts 0 if it is the same and 1 if not, and of several licences, classes or languages the part that is not shared.",
        "Which licence and which class became which: by the first licence of each model.",
        "Languages: tags that are two-letter codes of ISO 639-1. Task and library: the Hub's pipeline_tag and library_name. Classes of licences: data/reference/licences.csv; a model without a licence is (none), never permissive. Share of parent: of the links from that class whose child states a licence.",
        "Relaxed: from restricted or commercial to copyleft or permissive, or from copyleft to permissive; tightened: the other way.",
    ]);
    survey.cover(&mut section, "models with a licence", |row| licensed.first_at(row).is_some());
    survey.cover(&mut section, "models with a language", |row| languages(row).next().is_some());
    survey.cover(&mut section, "models with a task", |row| tasks.at(row).is_some());
    Ok(section)
}

/// Pairs of what parents and children state, those of most links first, ties by the row's name as figures are cited.
fn most_first<'a>(links: &BTreeMap<(&'a str, &'a str), u64>) -> Vec<((&'a str, &'a str), u64)> {
    let mut pairs: Vec<_> = links.iter().map(|(pair, links)| (*pair, *links)).collect();
    pairs.sort_by_cached_key(|((parent, child), links)| (Reverse(*links), format!("{parent}|{child}")));
    pairs
}

/// How many of two models' values are shared, and how many there are in all; nothing if one of them states none.
fn shared<T: Ord>(mut one: impl Iterator<Item = T>, mut other: impl Iterator<Item = T>) -> Option<(u64, u64)> {
    // Mostly each states one.
    let firsts = (one.next()?, other.next()?);
    let (one, other) = match (one.next(), other.next()) {
        (None, None) => return Some(if firsts.0 == firsts.1 { (1, 1) } else { (0, 2) }),
        (more, more_of_other) => {
            let one = std::iter::once(firsts.0).chain(more).chain(one);
            (distinct(one), distinct(std::iter::once(firsts.1).chain(more_of_other).chain(other)))
        }
    };
    let both = one.iter().filter(|value| other.binary_search(value).is_ok()).count();
    let all = one.len() + other.len() - both;
    Some((both as u64, all as u64))
}

/// Each value once, in order.
fn distinct<T: Ord>(values: impl Iterator<Item = T>) -> Vec<T> {
    let mut values: Vec<T> = values.collect();
    values.sort_unstable();
    values.dedup();
    values
}

/// What became of the terms, if both classes are known.
fn change(parent: &str, child: &str) -> Option<&'static str> {
    let strictness = |class: &str| match class {
        "permissive" => Some(0),
        "copyleft" => Some(1),
        "restricted" | "commercial" => Some(2),
        _ => None,
    };
    Some(match strictness(parent)?.cmp(&strictness(child)?) {
        std::cmp::Ordering::Greater => "relaxed",
        std::cmp::Ordering::Less => "tightened",
        std::cmp::Ordering::Equal => "same",
    })
}
