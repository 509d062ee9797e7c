use super::claims::{Claim, Claims};
use super::names::Names;

/// A `Links` gathers who descends from whom out of records, without making a snapshot of them, for those who want
/// counts alone.
///
/// Listed models are numbered in the order of their records, unlisted parents after them. Records of one model are joined
/// as [`super::Builder`] joins them; old ids and renamings are not followed.
#[derive(Debug)]
pub struct Links {
    /// The parents alone: they are few, and looking every id up in a table of all takes longer than all counting.
    names: Names,
    rows: Vec<Claim>,
    /// The ids of the rows, one after the other.
    ids: String,
    /// The parents of the rows, one after the other.
    parents: Vec<u32>,
    /// What the parents of the part that is added are among those of all.
    named: Vec<u32>,
}

/// A `Numbered` is the links of a [`Links`], with a number for each model, from 0 on.
#[derive(Debug)]
pub struct Numbered {
    /// The id of every model: those that are listed, then the others.
    ids: Vec<(usize, usize)>,
    text: String,
    /// This is the number of listed models, which have the first numbers.
    pub listed: usize,
    /// Every link is a parent and a child by their numbers; a model that names itself is among them.
    pub pairs: Vec<(u32, u32)>,
}

impl Default for Links {
    fn default() -> Links {
        Links { names: Names::of_ids(), rows: Vec::new(), ids: String::new(), parents: Vec::new(), named: Vec::new() }
    }
}

impl Links {
    /// Adds what the rows of a part say of their parents. Its rejects are not looked at.
    pub fn add(&mut self, part: &Claims) {
        let Links { names, rows, ids, parents, named } = self;
        named.clear();
        names.intern_all(part.names.iter(), |name| named.push(name));
        let (ids_before, parents_before) = (ids.len(), parents.len());
        ids.push_str(&part.ids);
        parents.extend(part.parents.iter().map(|name| named[*name as usize]));
        let moved =
            |claim: &Claim| Claim { id: ids_before + claim.id, parents: parents_before + claim.parents, ..*claim };
        rows.extend(part.rows.iter().map(moved));
    }

    fn id(&self, row: usize) -> &str {
        &self.ids[row.checked_sub(1).map_or(0, |before| self.rows[before].id)..self.rows[row].id]
    }

    fn parents(&self, row: usize) -> &[u32] {
        &self.parents[row.checked_sub(1).map_or(0, |before| self.rows[before].parents)..self.rows[row].parents]
    }

    /// Of each row, the first one of the same model, where that is another one. `hashes` are those of the rows' ids.
    fn repeats(&self, hashes: &[u32]) -> Vec<(usize, usize)> {
        // Hashes that stand twice are few, and found by bits; those whose bit stands twice are looked at.
        let mut seen = Bits::zeros(16 * hashes.len());
        let mut twice: Vec<u32> = hashes.iter().copied().filter(|hash| seen.set(*hash)).collect();
        twice.sort_unstable();
        seen.clear();
        twice.iter().for_each(|hash| _ = seen.set(*hash));
        let is_twice = |hash: u32| seen.has(hash) && twice.binary_search(&hash).is_ok();
        let mut order: Vec<(u32, u32)> = hashes.iter().copied().zip(0..).filter(|(hash, _)| is_twice(*hash)).collect();
        order.sort_unstable();
        let mut repeats = Vec::new();
        for same in order.chunk_by(|one, other| one.0 == other.0) {
            for (at, (_, row)) in same.iter().enumerate() {
                let is_same =
                    |other: &&(u32, u32)| self.id(other.1 as usize).eq_ignore_ascii_case(self.id(*row as usize));
                let first = same[..at].iter().find(is_same);
                repeats.extend(first.map(|first| (*row as usize, first.1 as usize)));
            }
        }
        repeats.sort_unstable();
        repeats
    }

    /// Numbers the models, and puts their links together.
    pub fn finish(self) -> Numbered {
        let hashes: Vec<u32> = (0..self.rows.len()).map(|row| self.names.hash(self.id(row))).collect();
        // Where each row's parents are taken from, and the number of its model.
        let mut from: Vec<u32> = (0..self.rows.len() as u32).collect();
        let mut is_repeat = vec![false; self.rows.len()];
        for (row, first) in self.repeats(&hashes) {
            is_repeat[row] = true;
            let known = from[first] as usize;
            let [names, later_names] = [known, row].map(|row| !self.parents(row).is_empty());
            if self.rows[known].authority.gives_way(names, self.rows[row].authority, later_names) {
                from[first] = row as u32;
            }
        }
        let mut number: Vec<Option<u32>> = vec![None; self.names.len()];
        let mut ids = Vec::with_capacity(self.rows.len());
        let mut pairs = Vec::with_capacity(self.parents.len());
        for row in (0..self.rows.len()).filter(|row| !is_repeat[*row]) {
            let id = self.id(row);
            if let Some(name) = self.names.find_hashed(id, hashes[row]) {
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
    /// Counts the models that are listed or named. All numbers are below this.
    pub fn nodes(&self) -> usize {
        self.ids.len()
    }

    /// Gives the id of the model of this number.
    pub fn id(&self, number: u32) -> &str {
        let (start, end) = self.ids[number as usize];
        &self.text[start..end]
    }

    /// Gives the models of every owner, listed or named, one owner after the other, and where each owner's end among
    /// them. A model without an owner is alone.
    pub fn by_owner(&self) -> (Vec<u32>, Vec<usize>) {
        let mut owners = Names::of_ids();
        let mut owner = Vec::with_capacity(self.nodes());
        // With its slash, so that no owner has the name of a model.
        let part = |id: &str| id.bytes().position(|byte| byte == b'/').map_or(id.len(), |slash| slash + 1);
        let texts = (0..self.nodes() as u32).map(|number| self.id(number)).map(|id| &id[..part(id)]);
        owners.intern_all(texts, |number| owner.push(number));
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

/// A bit for each hash.
struct Bits(Vec<u64>);

impl Bits {
    /// Makes room for that many bits, rounded up to a power of two.
    fn zeros(bits: usize) -> Bits {
        Bits(vec![0; bits.div_ceil(64).next_power_of_two()])
    }

    fn word(&self, hash: u32) -> usize {
        (hash as usize / 64) & (self.0.len() - 1)
    }

    fn has(&self, hash: u32) -> bool {
        self.0[self.word(hash)] >> (hash % 64) & 1 == 1
    }

    /// Sets a bit, and says whether it was set before.
    fn set(&mut self, hash: u32) -> bool {
        let was = self.has(hash);
        let word = self.word(hash);
        self.0[word] |= 1 << (hash % 64);
        was
    }

    fn clear(&mut self) {
        self.0.fill(0);
    }
}
