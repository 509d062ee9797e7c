use std::collections::HashMap;

use rayon::prelude::*;

use super::{Counting, Error, kept_rows};
use crate::lineage::Lineage;
use crate::model::{Word, WordList};
use crate::reference::{Family, Matcher};
use crate::search::{Finder, Words};
use crate::snapshot::{self, Array, Row, Snapshot};

/// Under which names a family's members and mentions are kept: this version of what they are, and the family's rule. What it is
/// called is no part of it, nor how its rule is told to people: another table may tell another rule alike.
fn names(family: &Family) -> [String; 2] {
    ["members", "mentions"].map(|what| format!("census/2/{what}/{}", family.key()))
}

/// Finds the members and the mentions of many families, as a snapshot keeps them.
///
/// # Errors
/// It fails if the families' expressions are too large together, or the snapshot is not as it was written.
pub(super) fn to_keep(families: &[Family], lineage: &Lineage) -> Result<Vec<(String, Array)>, Error> {
    let sets = members_and_mentions(families, lineage)?;
    let kept = families.iter().zip(sets).flat_map(|(family, sets)| names(family).into_iter().zip(sets));
    Ok(kept.map(|(name, rows)| (name, Array::Numbers(rows))).collect())
}

/// Finds the members and the mentions of each of many families, members among the mentions, by one reading of the ids;
/// or takes those that the snapshot keeps.
///
/// # Errors
/// It fails if the families' expressions are too large together, or the snapshot is not as it was written.
pub(super) fn members_and_mentions(families: &[Family], lineage: &Lineage) -> Result<Vec<[Vec<Row>; 2]>, Error> {
    let kept = |family: &Family| {
        let [members, mentions] = names(family).map(|name| kept_rows(lineage.snapshot(), &name));
        Ok(members?.zip(mentions?).map(|(members, mentions)| [members.to_vec(), mentions.to_vec()]))
    };
    let kept: Vec<Option<[Vec<Row>; 2]>> = families.iter().map(kept).collect::<Result<_, snapshot::Error>>()?;
    let left = families.iter().zip(&kept).filter(|(_, kept)| kept.is_none());
    let left: Vec<Family> = left.map(|(family, _)| family.clone()).collect();
    let mut found = if left.is_empty() { Vec::new() } else { find(&left, lineage)? }.into_iter();
    Ok(kept.into_iter().map(|kept| kept.or_else(|| found.next()).unwrap_or_default()).collect())
}

/// Does what [`members_and_mentions`] does for families that are not kept.
fn find(families: &[Family], lineage: &Lineage) -> Result<Vec<[Vec<Row>; 2]>, Error> {
    let snapshot = lineage.snapshot();
    let (tags, libraries) = (snapshot.list(WordList::Tags)?, snapshot.word(Word::Library)?);
    const MANY: u32 = 16 * 1024;
    let matcher = Matcher::new(families)?;
    let words: Vec<&str> = tags.words().collect();
    let of_tag: Vec<Vec<usize>> = words
        .par_iter()
        .map(|tag| (0..families.len()).filter(|number| families[*number].is_tag(tag)).collect())
        .collect();
    let starts: Vec<Row> = snapshot.rows().step_by(MANY as usize).collect();
    // Family, and the member or mention; each once.
    type Pairs = Vec<(usize, Row)>;
    let found: Vec<[Pairs; 2]> = starts
        .into_par_iter()
        .map(|start| {
            let (mut members, mut mentions) = (Vec::new(), Vec::new());
            let rows = start..snapshot.rows().end.min(start + MANY);
            let ids: Vec<&str> = rows.clone().map(|row| snapshot.id(row)).collect();
            matcher.members(&ids, &mut |at, number| members.push((number, start + at as Row)));
            matcher.named(&ids, &mut |at, number| mentions.push((number, start + at as Row)));
            let mut of_library: HashMap<&str, Vec<usize>> = HashMap::new();
            for row in rows {
                let tagged = tags.at(row).iter().flat_map(|tag| &of_tag[*tag as usize]);
                mentions.extend(tagged.map(|number| (*number, row)));
                if let Some(library) = libraries.at(row) {
                    let known = of_library.entry(library).or_insert_with(|| {
                        (0..families.len()).filter(|number| families[*number].is_library(library)).collect()
                    });
                    mentions.extend(known.iter().map(|number| (*number, row)));
                }
            }
            [members, mentions].map(|mut pairs| {
                pairs.sort_unstable();
                pairs.dedup();
                pairs
            })
        })
        .collect();
    let is_model = |row: &Row| snapshot.is_listed(*row) || lineage.is_unlisted(*row);
    let rows = |number: usize, what: usize| {
        let pairs = found.iter().flat_map(move |found| {
            let from = found[what].partition_point(|pair| pair.0 < number);
            found[what][from..].iter().take_while(move |pair| pair.0 == number)
        });
        pairs.map(|pair| pair.1).filter(is_model).collect()
    };
    Ok((0..families.len()).map(|number| [rows(number, 0), rows(number, 1)]).collect())
}

/// Gives the rows of a family's members that a snapshot keeps, if it keeps them.
///
/// # Errors
/// [`snapshot::Error::Damaged`] if they are not as they were written.
pub(super) fn kept(family: &Family, snapshot: &Snapshot) -> Result<Option<Vec<Row>>, snapshot::Error> {
    Ok(kept_rows(snapshot, &names(family)[0])?.map(|members| members.to_vec()))
}

/// Gives the rows of a family's members, in order. Old ids that are not listed are no members: the models that they
/// name are.
///
/// # Errors
/// [`snapshot::Error::Damaged`] if the members that the snapshot keeps are not as they were written.
pub fn members(family: &Family, lineage: &Lineage) -> Result<Vec<Row>, snapshot::Error> {
    let snapshot = lineage.snapshot();
    if let Some(members) = kept(family, snapshot)? {
        return Ok(members);
    }
    let is_model = |row: &Row| snapshot.is_listed(*row) || lineage.is_unlisted(*row);
    Ok(match family.lies_in() {
        Some(id) if id.contains('/') || snapshot.owned_by(id).is_empty() => lineage.find(id).into_iter().collect(),
        Some(owner) => snapshot.owned_by(owner).filter(is_model).collect(),
        None => search(lineage, |ids| family.members_among(ids)).filter(is_model).collect(),
    })
}

/// Finds F3, the mentions that are counted.
///
/// # Errors
/// [`snapshot::Error::Damaged`] if a column is not as it was written.
pub(super) fn mentions(
    family: &Family,
    lineage: &Lineage,
    members: &[Row],
    counting: &Counting,
) -> Result<Vec<Row>, snapshot::Error> {
    let snapshot = lineage.snapshot();
    let wanted = counting.wanted(snapshot)?;
    let counts = |row: &Row| snapshot.is_listed(*row) && wanted.holds(*row) && members.binary_search(row).is_err();
    if let Some(mentions) = kept_rows(snapshot, &names(family)[1])? {
        return Ok(mentions.iter().copied().filter(counts).collect());
    }
    let (named, tagged) = rayon::join(|| named(family, lineage), || tagged(family, snapshot));
    let (mut mentions, tagged) = (named?, tagged?);
    mentions.extend(tagged);
    if family.has_libraries() {
        let libraries = snapshot.word(Word::Library)?;
        let is_of = |row: &Row| libraries.at(*row).is_some_and(|library| family.is_library(library));
        mentions.par_extend(snapshot.rows().into_par_iter().filter(is_of));
    }
    mentions.sort_unstable();
    mentions.dedup();
    mentions.retain(counts);
    Ok(mentions)
}

/// The rows whose names mention a family. A word is looked up where the snapshot keeps an index.
fn named(family: &Family, lineage: &Lineage) -> Result<Vec<Row>, snapshot::Error> {
    let snapshot = lineage.snapshot();
    let Some((words, finder)) = family.words_in_names().zip(Finder::kept(snapshot)?) else {
        return Ok(search(lineage, |ids| family.named_among(ids)).collect());
    };
    let mut rows = Vec::new();
    for word in words {
        rows.extend(finder.rows(&Words::one(word))?);
    }
    // It may be the owner in whose name the word stands.
    let ids: Vec<&str> = rows.iter().map(|row| snapshot.id(*row)).collect();
    Ok(rows.iter().zip(family.named_among(&ids)).filter(|(_, is_named)| *is_named).map(|(row, _)| *row).collect())
}

/// The rows of models with a tag that mentions a family.
fn tagged(family: &Family, snapshot: &Snapshot) -> Result<Vec<Row>, snapshot::Error> {
    if !family.has_tags() {
        return Ok(Vec::new());
    }
    let tags = snapshot.list(WordList::Tags)?;
    let words: Vec<&str> = tags.words().collect();
    let is_tag: Vec<bool> = words.par_iter().map(|tag| family.is_tag(tag)).collect();
    match is_tag.contains(&true) {
        true => Ok(tags.rows_with(|tag| is_tag[tag as usize])),
        false => Ok(Vec::new()),
    }
}

/// The rows whose ids `find` marks, in order; it is given many ids at a time.
fn search(lineage: &Lineage, find: impl Fn(&[&str]) -> Vec<bool> + Sync) -> impl Iterator<Item = Row> {
    const MANY: u32 = 16 * 1024;
    let snapshot = lineage.snapshot();
    let starts: Vec<Row> = snapshot.rows().step_by(MANY as usize).collect();
    let found: Vec<Vec<bool>> = starts
        .into_par_iter()
        .map(|start| {
            let ids: Vec<&str> = (start..snapshot.rows().end.min(start + MANY)).map(|row| snapshot.id(row)).collect();
            find(&ids)
        })
        .collect();
    found.into_iter().flatten().zip(0..).filter(|(found, _)| *found).map(|(_, row)| row)
}

/// Finds the members of each of a table's families.
///
/// # Errors
/// [`snapshot::Error::Damaged`] if what the snapshot keeps of them is not as it was written.
pub(super) fn all_members(families: &[Family], lineage: &Lineage) -> Result<Vec<Vec<Row>>, snapshot::Error> {
    families.iter().map(|family| members(family, lineage)).collect()
}
