use std::hash::BuildHasher;

use hashbrown::DefaultHashBuilder;

use super::names::Names;
use crate::model::{Authority, Record};

/// Who descends from whom, gathered from records without making a snapshot of them: for those who want counts alone.
///
/// Listed models are numbered in the order of their records, unlisted parents after them. Records of one model are joined
/// as [`super::Builder`] joins them; old ids and renamings are not followed.
#[derive(Debug)]
pub struct Links {
    /// The parents alone: they are few, and looking every id up in a table of all takes longer than all counting.
    names: Names,
    rows: Vec<Row>,
    /// The ids of the rows, one after the other.
    ids: String,
    /// The parents of the rows, one after the other.
    parents: Vec<u32>,
}

/// What a record said.
#[derive(Debug, Clone, Copy)]
struct Row {
    /// Where its id ends.
    id: usize,
    /// Where its parents end.
    parents: usize,
    authority: Authority,
}

/// The links of a [`Links`], by number.
#[derive(Debug)]
pub struct Numbered {
    /// The id of every model: those that are listed, then the others.
    ids: Vec<(usize, usize)>,
    text: String,
    /// How many are listed.
    pub listed: usize,
    /// Every link, parent and child; those to oneself are among them.
    pub pairs: Vec<(u32, u32)>,
}

impl Default for Links {
    fn default() -> Links {
        Links { names: Names::of_ids(), rows: Vec::new(), ids: String::new(), parents: Vec::new() }
    }
}

impl Links {
    /// Adds what a record says of its model's parents.
    pub fn add(&mut self, record: &Record<'_>) {
        self.ids.push_str(record.id.as_str());
        self.parents.extend(record.parents.iter().map(|parent| self.names.intern(parent.id.as_str())));
        self.rows.push(Row { id: self.ids.len(), parents: self.parents.len(), authority: record.authority });
    }

    fn id(&self, row: usize) -> &str {
        &self.ids[row.checked_sub(1).map_or(0, |before| self.rows[before].id)..self.rows[row].id]
    }

    fn parents(&self, row: usize) -> &[u32] {
        &self.parents[row.checked_sub(1).map_or(0, |before| self.rows[before].parents)..self.rows[row].parents]
    }

    /// Of each row, the first one of the same model, where that is another one.
    fn repeats(&self) -> Vec<(usize, usize)> {
        let hasher = DefaultHashBuilder::default();
        let hashed = |row: usize| (hasher.hash_one(self.id(row).to_ascii_lowercase()), row as u32);
        let mut order: Vec<(u64, u32)> = (0..self.rows.len()).map(hashed).collect();
        order.sort_unstable();
        let mut repeats = Vec::new();
        for same in order.chunk_by(|one, other| one.0 == other.0).filter(|same| same.len() > 1) {
            for (at, (_, row)) in same.iter().enumerate() {
                let is_same =
                    |other: &&(u64, u32)| self.id(other.1 as usize).eq_ignore_ascii_case(self.id(*row as usize));
                let first = same[..at].iter().find(is_same);
                repeats.extend(first.map(|first| (*row as usize, first.1 as usize)));
            }
        }
        repeats.sort_unstable();
        repeats
    }

    /// Numbers the models and puts their links together.
    pub fn finish(self) -> Numbered {
        // Where each row's parents are taken from, and the number of its model.
        let mut from: Vec<u32> = (0..self.rows.len() as u32).collect();
        let mut is_repeat = vec![false; self.rows.len()];
        for (row, first) in self.repeats() {
            is_repeat[row] = true;
            let known = from[first] as usize;
            let [names, later_names] = [known, row].map(|row| !self.parents(row).is_empty());
            if self.rows[known].authority.gives_way(names, self.rows[row].authority, later_names) {
                from[first] = row as u32;
            }
        }
        // A bit for the hash of each parent: nine ids in ten are none, and need not be looked for in the table.
        let mut number: Vec<Option<u32>> = vec![None; self.names.len()];
        let filter = self.names.filter();
        let mut ids = Vec::with_capacity(self.rows.len());
        let mut pairs = Vec::with_capacity(self.parents.len());
        for row in (0..self.rows.len()).filter(|row| !is_repeat[*row]) {
            let id = self.id(row);
            if let Some(name) = self.names.find_through(&filter, id) {
                number[name as usize] = Some(ids.len() as u32);
            }
            let child = ids.len() as u32;
            pairs.extend(self.parents(from[row] as usize).iter().map(|parent| (*parent, child)));
            ids.push((self.rows[row].id - id.len(), self.rows[row].id));
        }
        let listed = ids.len();
        let Links { names, ids: mut text, .. } = self;
        for (parent, _) in &mut pairs {
            *parent = *number[*parent as usize].get_or_insert_with(|| {
                let start = text.len();
                text.push_str(names.get(*parent));
                ids.push((start, text.len()));
                ids.len() as u32 - 1
            });
        }
        Numbered { ids, text, listed, pairs }
    }
}

impl Numbered {
    /// Models that are listed or named: their numbers are below this.
    pub fn nodes(&self) -> usize {
        self.ids.len()
    }

    /// The id of a model.
    pub fn id(&self, number: u32) -> &str {
        let (start, end) = self.ids[number as usize];
        &self.text[start..end]
    }

    /// The models of every owner, listed or named, and where each owner's end among them; a model without an owner is
    /// alone.
    pub fn by_owner(&self) -> (Vec<u32>, Vec<usize>) {
        let mut owners = Names::of_ids();
        let owner = |number: u32| {
            let id = self.id(number);
            // With its slash, so that no owner has the name of a model.
            owners.intern(id.find('/').map_or(id, |slash| &id[..=slash]))
        };
        let owner: Vec<u32> = (0..self.nodes() as u32).map(owner).collect();
        let mut ends = vec![0usize; owners.len() + 1];
        owner.iter().for_each(|owner| ends[*owner as usize + 1] += 1);
        (1..ends.len()).for_each(|at| ends[at] += ends[at - 1]);
        let mut models = vec![0; owner.len()];
        for (number, owner) in (0..).zip(&owner) {
            let end = &mut ends[*owner as usize];
            models[*end] = number;
            *end += 1;
        }
        ends.pop();
        (models, ends)
    }
}
