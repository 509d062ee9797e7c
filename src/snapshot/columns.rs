use std::ops::Range;

use arrow_array::{Array, RecordBatch};
use arrow_buffer::{ArrowNativeType, Buffer};
use arrow_data::ArrayData;
use arrow_schema::DataType;
use sha2::{Digest, Sha256};

use super::part::{self, Bits, Numbers, Part, Raw, Texts};
use super::{Link, Row};
use crate::model::{Authority, Commit, Counts, Flags, HubId, Learned, Oddity, OddityKind, Relation, WordLists, Words};

/// The columns of a snapshot, as arrays that are read where they lie.
#[derive(Debug)]
pub(super) struct Columns {
    pub ids: Texts<i64>,
    listed: Part<u8>,
    alias_of: Numbers<u32>,
    hub_ids: Numbers<u8>,
    parents: Part<i32>,
    parent_rows: Part<u32>,
    relations: Part<u8>,
    learned: Part<u8>,
    authorities: Numbers<u8>,
    created: Numbers<i64>,
    pub counts: Counts<Numbers<u64>>,
    pub words: Words<Coded>,
    pub flags: Flags<Bits>,
    pub lists: WordLists<CodedLists>,
    shas: Texts<i64>,
    oddities: Part<i32>,
    oddity_kinds: Part<u8>,
    oddity_texts: Texts<i64>,
    rows: usize,
}

/// A column of words: numbers, and the words that they stand for.
#[derive(Debug)]
pub(super) struct Coded {
    keys: Numbers<u32>,
    words: Texts<i32>,
}

impl Coded {
    pub fn of(&self, row: Row) -> Option<&str> {
        self.keys.of(row).map(|word| self.words.of(word as usize))
    }
}

/// A column of lists of words.
#[derive(Debug)]
pub(super) struct CodedLists {
    ends: Part<i32>,
    codes: Part<u32>,
    pub words: Texts<i32>,
}

impl CodedLists {
    pub fn of(&self, row: Row) -> &[u32] {
        self.codes.get().get(list(&self.ends, row)).unwrap_or_default()
    }
}

impl Columns {
    pub fn len(&self) -> usize {
        self.rows
    }

    pub fn is_listed(&self, row: Row) -> bool {
        part::bit(self.listed.get(), row)
    }

    pub fn alias_of(&self, row: Row) -> Option<Row> {
        self.alias_of.of(row)
    }

    pub fn hub_id(&self, row: Row) -> Option<HubId> {
        let valid = self.hub_ids.valid.get();
        let from = row as usize * HubId::BYTES;
        let bytes = self.hub_ids.values.get().get(from..from + HubId::BYTES)?;
        (valid.is_empty() || part::bit(valid, row)).then(|| bytes.try_into().ok().map(HubId))?
    }

    pub fn created(&self, row: Row) -> Option<i64> {
        self.created.of(row)
    }

    pub fn links(&self, child: Row) -> impl ExactSizeIterator<Item = Link> {
        let (rows, relations, learned) = (self.parent_rows.get(), self.relations.get(), self.learned.get());
        list(&self.parents, child).map(|at| Link {
            parent: rows[at],
            relation: Relation::ALL[relations[at] as usize],
            learned: Learned::ALL[learned[at] as usize],
        })
    }

    pub fn authority(&self, row: Row) -> Authority {
        self.authorities.of(row).map_or(Authority::Hub, |code| Authority::NAMED[usize::from(code)].0)
    }

    pub fn sha(&self, row: Row) -> Option<Commit> {
        // One that is missing has no bytes.
        self.shas.bytes_of(row as usize).try_into().ok().map(Commit)
    }

    pub fn oddities(&self, row: Row) -> impl Iterator<Item = Oddity> {
        list(&self.oddities, row).map(|at| Oddity {
            kind: OddityKind::ALL[self.oddity_kinds.get()[at] as usize],
            text: self.oddity_texts.of(at).to_owned(),
        })
    }

    pub fn oddity_counts(&self) -> Vec<(OddityKind, usize)> {
        let mut counts = vec![0; OddityKind::ALL.len()];
        for code in self.oddity_kinds.get() {
            counts[*code as usize] += 1;
        }
        OddityKind::ALL.iter().copied().zip(counts).filter(|(_, count)| *count > 0).collect()
    }

    /// Takes the arrays of a batch, or of a file with this schema, in their order: [`arrays`].
    ///
    /// # Errors
    /// If there are too few, or a table of words is not this program's.
    pub fn of(rows: usize, words: Vec<Raw>, arrays: Vec<Raw>) -> Result<Columns, String> {
        let too_few = || Raw::Memory(Buffer::from(Vec::<u8>::new()));
        let (mut words, mut arrays) = (words.into_iter(), arrays.into_iter());
        let mut next = || arrays.next().unwrap_or_else(too_few);
        let mut table = || {
            let [_, offsets, bytes] = std::array::from_fn(|_| words.next().unwrap_or_else(too_few));
            Texts { offsets: Part::new(offsets), bytes: Part::new(bytes) }
        };
        // The order of the schema; every array begins with its valid bits, of which most are empty.
        let [_, id_offsets, id_bytes, _, listed] = std::array::from_fn(|_| next());
        let alias_of = Numbers { valid: Part::new(next()), values: Part::at_most(next(), rows.saturating_sub(1)) };
        let hub_ids = numbers(&mut next);
        let [_, parents, _, _, parent_rows, _, relations, _, learned] = std::array::from_fn(|_| next());
        same_words("relation", &table(), Relation::ALL.iter().map(|relation| relation.name()))?;
        same_words("learned", &table(), Learned::ALL.iter().map(|learned| learned.name()))?;
        let authorities =
            Numbers { valid: Part::new(next()), values: Part::at_most(next(), Authority::NAMED.len() - 1) };
        same_words("parents_by", &table(), Authority::NAMED.iter().map(|(_, name)| *name))?;
        let created = numbers(&mut next);
        let [_, sha_ends, sha_bytes] = std::array::from_fn(|_| next());
        let counts = Counts::from_fn(|_| numbers(&mut next));
        let words = Words::from_fn(|_| Coded { keys: numbers(&mut next), words: table() });
        let flags = Flags::from_fn(|_| Bits { valid: Part::new(next()), values: Part::new(next()) });
        let lists = WordLists::from_fn(|_| {
            let [_, ends, _, codes] = std::array::from_fn(|_| next());
            let words = table();
            let codes = Part::at_most(codes, words.len().saturating_sub(1));
            CodedLists { ends: Part::at_most(ends, codes.len()), codes, words }
        });
        let [_, oddities, _, _, oddity_kinds, _, text_offsets, text_bytes] = std::array::from_fn(|_| next());
        let parent_rows = Part::at_most(parent_rows, rows.saturating_sub(1));
        let oddity_kinds = Part::at_most(oddity_kinds, OddityKind::ALL.len() - 1);
        same_words("kind", &table(), OddityKind::ALL.iter().map(|kind| kind.name()))?;
        Ok(Columns {
            ids: Texts { offsets: Part::new(id_offsets), bytes: Part::new(id_bytes) },
            listed: Part::new(listed),
            alias_of,
            hub_ids,
            parents: Part::at_most(parents, parent_rows.len()),
            parent_rows,
            relations: Part::at_most(relations, Relation::ALL.len() - 1),
            learned: Part::at_most(learned, Learned::ALL.len() - 1),
            authorities,
            created,
            counts,
            words,
            flags,
            lists,
            shas: Texts { offsets: Part::new(sha_ends), bytes: Part::new(sha_bytes) },
            oddities: Part::at_most(oddities, oddity_kinds.len()),
            oddity_kinds,
            oddity_texts: Texts { offsets: Part::new(text_offsets), bytes: Part::new(text_bytes) },
            rows,
        })
    }
}

fn numbers<T: ArrowNativeType>(next: &mut impl FnMut() -> Raw) -> Numbers<T> {
    Numbers { valid: Part::new(next()), values: Part::new(next()) }
}

/// The places of a row's list.
fn list(offsets: &Part<i32>, row: Row) -> Range<usize> {
    let ends = offsets.get().get(row as usize..row as usize + 2);
    ends.map_or(0..0, |ends| ends[0] as usize..ends[1] as usize)
}

/// The arrays of a batch as they stand in a file, one after the other: of the tables of words, and of the columns.
pub(super) fn arrays(batch: &RecordBatch) -> (Vec<Buffer>, Vec<Buffer>) {
    fn walk(data: &ArrayData, words: &mut Vec<Buffer>, arrays: &mut Vec<Buffer>) {
        let nulls = data.nulls().filter(|nulls| nulls.null_count() > 0);
        arrays.push(nulls.map_or_else(|| Buffer::from(Vec::<u8>::new()), |nulls| nulls.inner().sliced()));
        arrays.extend(data.buffers().iter().cloned());
        for child in data.child_data() {
            match data.data_type() {
                DataType::Dictionary(..) => walk(child, &mut Vec::new(), words),
                _ => walk(child, words, arrays),
            }
        }
    }
    let (mut words, mut found) = (Vec::new(), Vec::new());
    batch.columns().iter().for_each(|column| walk(&column.to_data(), &mut words, &mut found));
    (words, found)
}

/// SHA-256 over every column's name and contents. A column without any value is no part of it: one that is new to the
/// program changes no digest of what does not have it.
pub(super) fn digest(batch: &RecordBatch) -> String {
    let mut hash = Sha256::new();
    for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
        if column.null_count() == column.len() {
            continue;
        }
        hash.update(field.name());
        hash_array(&column.to_data(), &mut hash);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn same_words(what: &str, table: &Texts<i32>, expected: impl Iterator<Item = &'static str>) -> Result<(), String> {
    let stored: Vec<_> = (0..table.len()).map(|at| table.of(at)).collect();
    match stored.iter().copied().eq(expected.take(stored.len())) {
        true => Ok(()),
        false => Err(format!("the words of `{what}` are not those of this program: {}", stored.join(", "))),
    }
}

fn hash_array(data: &ArrayData, hash: &mut Sha256) {
    hash.update((data.len() as u64).to_le_bytes());
    if let Some(nulls) = data.nulls() {
        hash.update(nulls.validity());
    }
    data.buffers().iter().for_each(|buffer| hash.update(buffer.as_slice()));
    data.child_data().iter().for_each(|child| hash_array(child, hash));
}
