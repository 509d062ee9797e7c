//! Columns that were read: whole, and in agreement with themselves. Whoever holds one asks it for rows, and nothing fails.

use std::fmt::Display;
use std::ops::{Range, RangeInclusive};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use arrow_buffer::{ArrowNativeType, ScalarBuffer};
use rayon::prelude::*;

use super::agree::{Agreed, any, as_many, below, ends, graphic, rising};
use super::part::{Parts, bit};
use super::{Link, Row};
use crate::model::{Authority, Commit, Learned, Oddity, OddityKind, Relation, RepositoryKey};

/// What becomes of the arrays of a column with so many rows, or what is wrong with them.
type Read<C> = Result<C, String>;

/// A bit for each row.
#[derive(Debug)]
pub(super) struct Bits(ScalarBuffer<u8>);

impl Bits {
    pub fn read(rows: usize, parts: &mut Parts<'_>) -> Read<Bits> {
        let bits = parts.next::<u8>(any)?;
        as_many("bytes of bits", bits.len(), rows.div_ceil(8)).map(|()| Bits(bits))
    }

    /// Those that say which values are there: no array at all if all are.
    fn valid(rows: usize, parts: &mut Parts<'_>) -> Read<Option<Bits>> {
        let bits = parts.next::<u8>(any)?;
        match bits.is_empty() {
            true => Ok(None),
            false => as_many("bytes of bits", bits.len(), rows.div_ceil(8)).map(|()| Some(Bits(bits))),
        }
    }

    pub fn at(&self, row: Row) -> bool {
        bit(&self.0, row)
    }
}

/// A `NumberColumn` is a number for each row, of which some may be missing.
#[derive(Debug)]
pub struct NumberColumn<T: ArrowNativeType> {
    valid: Option<Bits>,
    values: ScalarBuffer<T>,
}

impl<T: ArrowNativeType + Ord + Display> NumberColumn<T> {
    /// Gives the row's number, if it is known.
    pub fn at(&self, row: Row) -> Option<T> {
        let is_there = self.valid.as_ref().is_none_or(|valid| valid.at(row));
        self.values.get(row as usize).copied().filter(|_| is_there)
    }

    /// Those against which `look` has nothing. What is missing is zero in the file.
    pub(super) fn read(rows: usize, parts: &mut Parts<'_>, look: impl Fn(&[T]) -> Agreed + Sync) -> Read<Self> {
        let (valid, values) = (Bits::valid(rows, parts)?, parts.next(look)?);
        as_many("numbers", values.len(), rows)?;
        Ok(NumberColumn { valid, values })
    }

    /// Those of a range.
    pub(super) fn within(rows: usize, parts: &mut Parts<'_>, range: RangeInclusive<T>) -> Read<Self> {
        NumberColumn::read(rows, parts, |block| {
            let ends = |(low, high): (T, T), value: &T| (low.min(*value), high.max(*value));
            let (low, high) = block.iter().fold((T::default(), T::default()), ends);
            match range.contains(&low) && range.contains(&high) {
                true => Ok(()),
                false => Err(format!("numbers of {low} to {high}, where {} to {} can be", range.start(), range.end())),
            }
        })
    }
}

/// A `FlagColumn` is a yes or no for each row, of which some may be missing.
#[derive(Debug)]
pub struct FlagColumn {
    valid: Option<Bits>,
    values: Bits,
}

impl FlagColumn {
    /// Tells whether it is so of the row, if that is known.
    pub fn at(&self, row: Row) -> Option<bool> {
        self.valid.as_ref().is_none_or(|valid| valid.at(row)).then(|| self.values.at(row))
    }

    pub(super) fn read(rows: usize, parts: &mut Parts<'_>) -> Read<Self> {
        Ok(FlagColumn { valid: Bits::valid(rows, parts)?, values: Bits::read(rows, parts)? })
    }
}

/// Stretches of bytes, one after the other.
#[derive(Debug)]
struct Stretches<O: ArrowNativeType> {
    offsets: ScalarBuffer<O>,
    bytes: ScalarBuffer<u8>,
}

impl<O: ArrowNativeType + Ord> Stretches<O> {
    fn read(parts: &mut Parts<'_>, look: impl Fn(&[u8]) -> Agreed + Sync) -> Read<Self> {
        let (offsets, bytes) = (parts.next::<O>(rising)?, parts.next(look)?);
        ends(&offsets, offsets.len().saturating_sub(1), bytes.len())?;
        Ok(Stretches { offsets, bytes })
    }

    fn len(&self) -> usize {
        self.offsets.len().saturating_sub(1)
    }

    fn at(&self, at: usize) -> &[u8] {
        &self.bytes[self.offsets[at].as_usize()..self.offsets[at + 1].as_usize()]
    }
}

/// Texts, one after the other.
#[derive(Debug)]
pub(super) struct Texts<O: ArrowNativeType>(Stretches<O>);

impl<O: ArrowNativeType + Ord> Texts<O> {
    pub fn read(parts: &mut Parts<'_>) -> Read<Texts<O>> {
        let is_ascii = AtomicBool::new(true);
        let look = |block: &[u8]| {
            is_ascii.fetch_and(block.is_ascii(), Relaxed);
            Ok(())
        };
        let texts = Stretches::<O>::read(parts, look)?;
        let ends_between = |all: &str| texts.offsets.iter().all(|at| all.is_char_boundary(at.as_usize()));
        match is_ascii.into_inner() || std::str::from_utf8(&texts.bytes).is_ok_and(ends_between) {
            true => Ok(Texts(texts)),
            false => Err("its texts are no UTF-8".into()),
        }
    }

    /// Texts that are ids as far as their characters tell.
    fn ids(parts: &mut Parts<'_>) -> Read<Texts<O>> {
        Ok(Texts(Stretches::read(parts, graphic)?))
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn at(&self, at: usize) -> &str {
        // That it is UTF-8 was seen when it was read.
        std::str::from_utf8(self.0.at(at)).unwrap_or_default()
    }

    /// The same, without a look at whether it is text.
    pub fn bytes_at(&self, at: usize) -> &[u8] {
        self.0.at(at)
    }

    /// The bytes of several, one after the other.
    pub fn bytes_of(&self, range: Range<usize>) -> &[u8] {
        &self.0.bytes[self.0.offsets[range.start].as_usize()..self.0.offsets[range.end].as_usize()]
    }
}

/// A `WordColumn` is a word for each row, of which some may be missing.
#[derive(Debug)]
pub struct WordColumn {
    keys: NumberColumn<u32>,
    words: Texts<i32>,
}

impl WordColumn {
    /// Gives the row's word, if it is known.
    pub fn at(&self, row: Row) -> Option<&str> {
        self.keys.at(row).map(|word| self.words.at(word as usize))
    }

    pub(super) fn read(rows: usize, parts: &mut Parts<'_>) -> Read<Self> {
        let (words, valid) = (Texts::read(parts)?, Bits::valid(rows, parts)?);
        // Where none is there, the numbers are zeros all the same.
        let is_empty = valid.as_ref().is_some_and(|valid| valid.0.iter().all(|byte| *byte == 0));
        let all = if is_empty { words.len().max(1) } else { words.len() };
        let values = parts.next(|block| below("a word", block, all))?;
        as_many("numbers", values.len(), rows)?;
        let keys = NumberColumn { valid, values };
        Ok(WordColumn { keys, words })
    }
}

/// A `ListColumn` is a list of words for each row, which may be empty.
#[derive(Debug)]
pub struct ListColumn {
    ends: ScalarBuffer<i32>,
    codes: ScalarBuffer<u32>,
    words: Texts<i32>,
}

impl ListColumn {
    /// Gives the row's words as their numbers in [`ListColumn::words`], in the list's order.
    pub fn at(&self, row: Row) -> &[u32] {
        &self.codes[list(&self.ends, row)]
    }

    /// Gives the row's words, in the list's order.
    pub fn words_at(&self, row: Row) -> impl ExactSizeIterator<Item = &str> {
        self.at(row).iter().map(|word| self.words.at(*word as usize))
    }

    /// Gives the first of the row's words, if there is one.
    pub fn first_at(&self, row: Row) -> Option<&str> {
        self.words_at(row).next()
    }

    /// Gives the rows that have one of some words, in order.
    pub(crate) fn rows_with(&self, is_wanted: impl Fn(u32) -> bool + Sync) -> Vec<Row> {
        const MANY: usize = 64 * 1024;
        // Most lists have none: the words are gone through where they lie, and a row is looked up where there is one.
        let of_part = |(part, codes): (usize, &[u32])| {
            let wanted = codes.iter().enumerate().filter(|(_, word)| is_wanted(**word));
            let row = |at: usize| self.ends.partition_point(|end| *end as usize <= at) as Row - 1;
            let mut rows: Vec<Row> = wanted.map(|(at, _)| row(part * MANY + at)).collect();
            rows.dedup();
            rows
        };
        let mut rows: Vec<Row> = self.codes.par_chunks(MANY).enumerate().flat_map_iter(of_part).collect();
        rows.dedup();
        rows
    }

    /// Gives every distinct word of the lists, in order; a word's place here is its number.
    pub fn words(&self) -> impl ExactSizeIterator<Item = &str> {
        (0..self.words.len()).map(|at| self.words.at(at))
    }

    pub(super) fn read(rows: usize, parts: &mut Parts<'_>) -> Read<Self> {
        let words = Texts::read(parts)?;
        let (offsets, codes) = (parts.next(rising)?, parts.next(|block| below("a word", block, words.len()))?);
        ends(&offsets, rows, codes.len())?;
        Ok(ListColumn { ends: offsets, codes, words })
    }
}

/// The places of a row's list.
fn list(ends: &[i32], row: Row) -> Range<usize> {
    ends[row as usize] as usize..ends[row as usize + 1] as usize
}

/// A `LinkColumn` is the links as the models name them.
#[derive(Debug)]
pub struct LinkColumn {
    ends: ScalarBuffer<i32>,
    rows: ScalarBuffer<u32>,
    relations: ScalarBuffer<u8>,
    learned: ScalarBuffer<u8>,
}

impl LinkColumn {
    /// How many links there are.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Gives the links of a child to its parents, in order of the parents' rows.
    pub fn at(&self, child: Row) -> impl ExactSizeIterator<Item = Link> {
        list(&self.ends, child).map(|at| Link {
            parent: self.rows[at],
            relation: Relation::ALL[self.relations[at] as usize],
            learned: Learned::ALL[self.learned[at] as usize],
        })
    }

    pub(super) fn read(rows: usize, parts: &mut Parts<'_>) -> Read<Self> {
        let offsets = parts.next(rising)?;
        let parents = parts.next(|block| below("a parent in the row", block, rows))?;
        let relations = parts.next(|block| below("a relation", block, Relation::ALL.len()))?;
        let learned = parts.next(|block| below("a way to learn it", block, Learned::ALL.len()))?;
        ends(&offsets, rows, parents.len())?;
        as_many("relations", relations.len(), parents.len())?;
        as_many("ways to learn them", learned.len(), parents.len())?;
        Ok(LinkColumn { ends: offsets, rows: parents, relations, learned })
    }
}

/// Whose word a model's parents are.
#[derive(Debug)]
pub(super) struct AuthorityColumn(NumberColumn<u8>);

impl AuthorityColumn {
    pub fn at(&self, row: Row) -> Authority {
        self.0.at(row).map_or(Authority::Listing, |code| Authority::NAMED[usize::from(code)].0)
    }

    pub fn read(rows: usize, parts: &mut Parts<'_>) -> Read<Self> {
        NumberColumn::read(rows, parts, |block| below("an authority", block, Authority::NAMED.len()))
            .map(AuthorityColumn)
    }
}

/// A `KeyColumn` is the Hub's keys of the repositories.
#[derive(Debug)]
pub struct KeyColumn {
    valid: Option<Bits>,
    bytes: ScalarBuffer<u8>,
}

impl KeyColumn {
    /// Gives the Hub's key of the row's repository, if its sources had it.
    pub fn at(&self, row: Row) -> Option<RepositoryKey> {
        let from = row as usize * RepositoryKey::BYTES;
        let bytes = self.bytes.get(from..from + RepositoryKey::BYTES)?;
        self.valid.as_ref().is_none_or(|valid| valid.at(row)).then(|| bytes.try_into().ok().map(RepositoryKey))?
    }

    pub(super) fn read(rows: usize, parts: &mut Parts<'_>) -> Read<Self> {
        let (valid, bytes) = (Bits::valid(rows, parts)?, parts.next(any)?);
        as_many("bytes of keys", bytes.len(), rows.saturating_mul(RepositoryKey::BYTES))?;
        Ok(KeyColumn { valid, bytes })
    }
}

/// A `CommitColumn` is the commits that the repositories are at.
#[derive(Debug)]
pub struct CommitColumn(Stretches<i64>);

impl CommitColumn {
    /// Gives the commit that the row's repository is at, if it is known.
    pub fn at(&self, row: Row) -> Option<Commit> {
        // One that is missing has no bytes.
        self.0.at(row as usize).try_into().ok().map(Commit)
    }

    pub(super) fn read(rows: usize, parts: &mut Parts<'_>) -> Read<Self> {
        let commits = Stretches::read(parts, any)?;
        as_many("commits", commits.len(), rows).map(|()| CommitColumn(commits))
    }
}

/// An `OddityColumn` is what was odd in the models' metadata.
#[derive(Debug)]
pub struct OddityColumn {
    ends: ScalarBuffer<i32>,
    kinds: ScalarBuffer<u8>,
    texts: Texts<i64>,
}

impl OddityColumn {
    /// Gives what was odd in the row's metadata, if anything was.
    pub fn at(&self, row: Row) -> impl Iterator<Item = Oddity> {
        list(&self.ends, row)
            .map(|at| Oddity { kind: OddityKind::ALL[self.kinds[at] as usize], text: self.texts.at(at).to_owned() })
    }

    /// Counts how often each kind of oddity occurs; kinds that do not occur are left out.
    pub fn counts(&self) -> Vec<(OddityKind, usize)> {
        let mut counts = vec![0; OddityKind::ALL.len()];
        self.kinds.iter().for_each(|code| counts[*code as usize] += 1);
        OddityKind::ALL.iter().copied().zip(counts).filter(|(_, count)| *count > 0).collect()
    }

    pub(super) fn read(rows: usize, parts: &mut Parts<'_>) -> Read<Self> {
        let offsets = parts.next(rising)?;
        let kinds = parts.next(|block| below("an oddity", block, OddityKind::ALL.len()))?;
        let texts = Texts::read(parts)?;
        ends(&offsets, rows, kinds.len())?;
        as_many("texts", texts.len(), kinds.len())?;
        Ok(OddityColumn { ends: offsets, kinds, texts })
    }
}

/// Who there is: the ids, which of them are listed, and which are old names.
#[derive(Debug)]
pub(super) struct Names {
    pub ids: Texts<i64>,
    listed: Bits,
    alias_of: NumberColumn<u32>,
}

impl Names {
    pub fn is_listed(&self, row: Row) -> bool {
        self.listed.at(row)
    }

    pub fn alias_of(&self, row: Row) -> Option<Row> {
        self.alias_of.at(row)
    }

    pub fn read(rows: usize, parts: &mut Parts<'_>) -> Read<Self> {
        let ids = Texts::ids(parts)?;
        as_many("ids", ids.len(), rows)?;
        let listed = Bits::read(rows, parts)?;
        let last = u32::try_from(rows.saturating_sub(1)).map_err(|_| format!("{rows} rows are more than can be"))?;
        Ok(Names { ids, listed, alias_of: NumberColumn::within(rows, parts, 0..=last)? })
    }
}
