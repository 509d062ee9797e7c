//! What was gathered, laid out in columns: each is made on all processors, while the one before it goes into the digest.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow_array::builder::FixedSizeBinaryBuilder;
use arrow_array::types::{Int64Type, TimestampMillisecondType, UInt8Type, UInt32Type, UInt64Type};
use arrow_array::{
    ArrayRef, BooleanArray, DictionaryArray, LargeBinaryArray, LargeStringArray, ListArray, PrimitiveArray,
    RecordBatch, StringArray, StructArray, UInt8Array, UInt32Array,
};
use arrow_buffer::{ArrowNativeType, BooleanBuffer, NullBuffer, OffsetBuffer};
use arrow_schema::DataType;
use rayon::prelude::*;

use super::batch::{Batch, Named};
use super::columns::Digest;
use super::gathered::Gathered;
use super::held::Place;
use super::maybe::{Maybe, Number};
use super::schema::{coded, item, oddity_fields, parent_fields, schema};
use crate::model::{
    Authority, Commit, Count, Flag, Learned, Oddity, OddityKind, Relation, RepositoryKey, Word, WordList,
};

type Codes = DictionaryArray<UInt8Type>;

/// So many rows are laid out at once by one processor.
const MANY: usize = 1 << 14;

/// A `Filling` is all that the sources gave, once nothing more comes.
pub(super) struct Filling {
    gathered: Gathered,
    /// The names that have a row, in order.
    order: Vec<u32>,
    /// The row of each name.
    row_of: Vec<u32>,
    /// Where the model of each row is, if it is one.
    models: Vec<Option<Place>>,
    /// The rows of old names, and those of the models that bear them.
    target: BTreeMap<u32, u32>,
}

impl Filling {
    /// What has a row, in order, and which names are old ones.
    pub fn new(gathered: Gathered, order: Vec<u32>, aliases: BTreeMap<u32, u32>) -> Filling {
        let mut row_of = vec![0u32; gathered.count()];
        (0..).zip(&order).for_each(|(row, name)| row_of[*name as usize] = row);
        let models = order.iter().map(|name| gathered.model(*name)).collect();
        let row = |name: &u32| row_of[*name as usize];
        let target = aliases.iter().map(|(old, new)| (row(old), row(new))).collect();
        Filling { gathered, order, row_of, models, target }
    }

    /// Lays it out in columns, which come with their digest.
    pub fn lay_out(mut self, counts: &mut super::Counts) -> (RecordBatch, String) {
        let mut laid = Laid::default();
        laid.add(|| Arc::new(self.ids()));
        let listed = BooleanBuffer::collect_bool(self.rows(), |row| self.models[row].is_some());
        counts.models = listed.count_set_bits() as u64;
        counts.aliases = self.target.len() as u64;
        let links = self.links();
        self.count(&links, counts);
        laid.add(|| Arc::new(BooleanArray::new(listed, None)));
        laid.add(|| {
            let old = |row: u32| Maybe::from(self.target.get(&row).copied());
            Arc::new(numbers::<UInt32Type>((0..self.rows() as u32).into_par_iter().map(old).collect()))
        });
        laid.add(|| self.keys());
        laid.add(|| Arc::new(links.column()));
        laid.add(|| Arc::new(self.authorities()));
        laid.add(|| {
            let created = self.column(|batch| &batch.created, Maybe::NONE);
            let created: PrimitiveArray<TimestampMillisecondType> = numbers::<Int64Type>(created).reinterpret_cast();
            Arc::new(created.with_timezone("UTC"))
        });
        laid.add(|| Arc::new(self.shas()));
        for count in Count::ALL {
            laid.add(|| Arc::new(numbers::<UInt64Type>(self.column(|batch| &batch.counts[count], Maybe::NONE))));
        }
        for word in Word::ALL {
            laid.add(|| Arc::new(self.words(word)));
        }
        for flag in Flag::ALL {
            laid.add(|| Arc::new(flags(&self.column(|batch| &batch.flags[flag], None))));
        }
        for list in WordList::ALL {
            laid.add(|| Arc::new(self.list(list)));
        }
        let oddities = std::mem::take(&mut self.gathered.oddities).into_lists();
        laid.add(|| Arc::new(self.oddities(&oddities)));
        laid.finish()
    }

    fn rows(&self) -> usize {
        self.order.len()
    }

    /// The value of each row in a column of the batches; another one where it is no model.
    fn column<T: Copy + Send + Sync>(&self, column: impl Fn(&Batch) -> &Vec<T>, none: T) -> Vec<T> {
        let columns: Vec<&[T]> = self.gathered.held.iter().map(|held| column(&held.batch).as_slice()).collect();
        let value = |at: &Option<Place>| at.map_or(none, |at| columns[at.batch as usize][at.row as usize]);
        self.models.par_iter().map(value).collect()
    }

    fn ids(&self) -> LargeStringArray {
        let id = |row: usize| self.gathered.id(self.order[row]);
        let (offsets, bytes) =
            lists(self.rows(), |row| id(row).len(), |row, into| into.copy_from_slice(id(row).as_bytes()));
        LargeStringArray::new(offsets, bytes.into(), None)
    }

    fn keys(&self) -> ArrayRef {
        let keys = self.column(|batch| &batch.hub_ids, None);
        let mut column = FixedSizeBinaryBuilder::with_capacity(self.rows(), RepositoryKey::BYTES as i32);
        for key in keys {
            match key {
                // Of the width that the builder was made for.
                Some(RepositoryKey(bytes)) => _ = column.append_value(bytes),
                None => column.append_null(),
            }
        }
        Arc::new(column.finish())
    }

    fn shas(&self) -> LargeBinaryArray {
        let shas = self.column(|batch| &batch.shas, None);
        let bytes = |row: usize| shas[row].as_ref().map_or(&[][..], |Commit(bytes)| bytes);
        let (offsets, values) =
            lists(self.rows(), |row| bytes(row).len(), |row, into| into.copy_from_slice(bytes(row)));
        let valid = valid(self.rows(), |row| shas[row].is_some());
        LargeBinaryArray::new(offsets, values.into(), valid)
    }

    fn authorities(&self) -> Codes {
        let known =
            |(name, at): (&u32, &Option<Place>)| at.map_or(Authority::Listing, |at| self.gathered.authority(*name, at));
        let code = |authority| Authority::NAMED.iter().position(|(named, _)| *named == authority);
        let codes: Vec<Option<usize>> = self.order.par_iter().zip(&self.models).map(known).map(code).collect();
        let valid = valid(self.rows(), |row| codes[row].is_some());
        let codes: Vec<u8> = codes.iter().map(|code| code.unwrap_or_default() as u8).collect();
        Codes::new(UInt8Array::new(codes.into(), valid), names_of(Authority::NAMED.iter().map(|(_, name)| *name)))
    }

    /// The links of all rows, of each in order of the parents.
    fn links(&self) -> Links {
        let chunks = self.order.par_chunks(MANY).zip(self.models.par_chunks(MANY)).map(|(names, models)| {
            let (mut all, mut lengths) = (Vec::new(), Vec::with_capacity(names.len()));
            for (name, at) in names.iter().zip(models) {
                let from = all.len();
                if at.is_some() {
                    let own = self.gathered.links_of(*name).iter();
                    all.extend(own.map(|(name, relation, learned)| (self.row_of[*name as usize], *relation, *learned)));
                    all[from..].sort_unstable();
                    // Two links of one record may have been found to be one.
                    while let Some(at) = all[from..].windows(2).position(|pair| pair[0].0 == pair[1].0) {
                        all.remove(from + at);
                    }
                }
                lengths.push(all.len() - from);
            }
            (all, lengths)
        });
        let chunks: Vec<(Vec<Named>, Vec<usize>)> = chunks.collect();
        let lengths = chunks.iter().flat_map(|(_, lengths)| lengths).copied();
        let offsets = OffsetBuffer::from_lengths(lengths);
        Links { offsets, all: chunks.iter().flat_map(|(all, _)| all).copied().collect() }
    }

    /// Counts what the links make of the rows.
    fn count(&self, links: &Links, counts: &mut super::Counts) {
        let mut named = vec![false; self.rows()];
        for (row, ends) in (0..).zip(links.offsets.windows(2)) {
            let own = &links.all[ends[0] as usize..ends[1] as usize];
            own.iter().for_each(|link| named[link.0 as usize] = true);
            let parent = |link: &Named| self.target.get(&link.0).copied().unwrap_or(link.0);
            counts.moved += own.iter().filter(|link| parent(link) != link.0).count() as u64;
            counts.links += match own {
                [] => 0,
                [link] => u64::from(parent(link) != row),
                _ => own.iter().map(parent).filter(|parent| *parent != row).collect::<BTreeSet<_>>().len() as u64,
            };
        }
        // An alias's old id is no parent itself: its target is.
        for (old, new) in &self.target {
            if std::mem::take(&mut named[*old as usize]) {
                named[*new as usize] = true;
            }
        }
        counts.unlisted = named.iter().zip(&self.models).filter(|(named, at)| **named && at.is_none()).count() as u64;
    }

    /// The codes of the words that rows have, in order of the words, so that equal contents give equal bytes: of each batch by the
    /// batch's own numbers, and the words.
    fn dictionary<'w, A: Iterator<Item = u32>, R: Iterator<Item = u32>>(
        &'w self,
        all: impl Fn(&'w Batch) -> A + Sync,
        of_row: impl Fn(&'w Batch, u32) -> R + Sync,
    ) -> (Vec<Vec<u32>>, ArrayRef) {
        let texts = &self.gathered.words;
        let held = &self.gathered.held;
        let used_in = held.par_iter().zip(&self.gathered.name_of).map(|(held, names)| {
            let mut used = vec![false; held.words.len()];
            match names.contains(&Maybe::NONE) {
                false => all(&held.batch).for_each(|word| used[word as usize] = true),
                // Other rows are the model.
                true => {
                    let own = (0..names.len() as u32).filter(|row| names[*row as usize] != Maybe::NONE);
                    own.flat_map(|row| of_row(&held.batch, row)).for_each(|word| used[word as usize] = true);
                }
            }
            used
        });
        let mut used = vec![false; texts.len()];
        for (held, used_in) in held.iter().zip(used_in.collect::<Vec<_>>()) {
            let own = held.words.iter().zip(used_in).filter(|(_, is_used)| *is_used);
            own.for_each(|(word, _)| used[*word as usize] = true);
        }
        let mut words: Vec<u32> = (0..texts.len() as u32).filter(|word| used[*word as usize]).collect();
        words.par_sort_unstable_by_key(|word| texts.get(*word));
        let mut code_of = vec![0u32; texts.len()];
        for (code, word) in words.iter().enumerate() {
            code_of[*word as usize] = code as u32;
        }
        let codes = held.par_iter().map(|held| held.words.iter().map(|word| code_of[*word as usize]).collect());
        let texts = StringArray::from_iter_values(words.iter().map(|word| texts.get(*word)));
        (codes.collect(), Arc::new(texts))
    }

    fn words(&self, word: Word) -> DictionaryArray<UInt32Type> {
        let (codes, words) = self.dictionary(
            |batch| batch.words_of[word].iter().filter_map(|word| word.get()),
            |batch, row| batch.words_of[word][row as usize].get().into_iter(),
        );
        let held = &self.gathered.held;
        let code = |at: &Option<Place>| {
            let Some(at) = at else { return Maybe::NONE };
            let (batch, codes) = (&held[at.batch as usize].batch, &codes[at.batch as usize]);
            batch.words_of[word][at.row as usize].map(|word| codes[word as usize])
        };
        DictionaryArray::new(numbers::<UInt32Type>(self.models.par_iter().map(code).collect()), words)
    }

    fn list(&self, list: WordList) -> ListArray {
        let (codes, words) = self.dictionary(
            |batch| batch.lists[list].codes.iter().copied(),
            |batch, row| batch.lists[list].at(row).iter().copied(),
        );
        let held = &self.gathered.held;
        let own = |row: usize| {
            let at = self.models[row];
            at.map_or((&[][..], &[][..]), |at| {
                (held[at.batch as usize].batch.lists[list].at(at.row), codes[at.batch as usize].as_slice())
            })
        };
        let (offsets, codes) = lists::<i32, u32>(
            self.rows(),
            |row| own(row).0.len(),
            |row, into| {
                let (words, codes) = own(row);
                into.iter_mut().zip(words).for_each(|(into, word)| *into = codes[*word as usize]);
            },
        );
        let words = DictionaryArray::new(UInt32Array::new(codes.into(), None), words);
        ListArray::new(item(coded(DataType::UInt32)), offsets, Arc::new(words), None)
    }

    fn oddities(&self, of_name: &BTreeMap<u32, Vec<Oddity>>) -> ListArray {
        let mut lengths = vec![0; self.rows()];
        // Models are numbered in the order of their rows.
        let odd: Vec<&Oddity> = of_name.values().flatten().collect();
        of_name.iter().for_each(|(name, own)| lengths[self.row_of[*name as usize] as usize] = own.len());
        // No kind behind the last one that occurs: a kind that is new to the program changes no digest.
        let kinds = odd.iter().map(|odd| odd.kind as usize + 1).max().unwrap_or(0);
        let texts = StructArray::new(
            oddity_fields(),
            vec![
                Arc::new(Codes::new(
                    UInt8Array::from_iter_values(odd.iter().map(|odd| odd.kind as u8)),
                    names_of(OddityKind::ALL[..kinds].iter().map(|k| k.name())),
                )),
                Arc::new(LargeStringArray::from_iter_values(odd.iter().map(|odd| &odd.text))),
            ],
            None,
        );
        let of = DataType::Struct(oddity_fields());
        ListArray::new(item(of), OffsetBuffer::from_lengths(lengths), Arc::new(texts), None)
    }
}

/// The links of all rows, one row after the other.
struct Links {
    offsets: OffsetBuffer<i32>,
    all: Vec<Named>,
}

impl Links {
    fn column(self) -> ListArray {
        let links = &self.all;
        let parents = StructArray::new(
            parent_fields(),
            vec![
                Arc::new(UInt32Array::from_iter_values(links.iter().map(|link| link.0))),
                Arc::new(Codes::new(
                    UInt8Array::from_iter_values(links.iter().map(|link| link.1 as u8)),
                    names_of(Relation::ALL.iter().map(|r| r.name())),
                )),
                Arc::new(Codes::new(
                    UInt8Array::from_iter_values(links.iter().map(|link| link.2 as u8)),
                    names_of(Learned::ALL.iter().map(|l| l.name())),
                )),
            ],
            None,
        );
        ListArray::new(item(DataType::Struct(parent_fields())), self.offsets, Arc::new(parents), None)
    }
}

/// The columns that are laid out so far, all but the last one with their digest.
#[derive(Default)]
struct Laid {
    columns: Vec<ArrayRef>,
    digest: Digest,
}

impl Laid {
    /// Makes the next column while the last one goes into the digest.
    fn add(&mut self, make: impl FnOnce() -> ArrayRef + Send) {
        let Laid { columns, digest } = self;
        let ((), next) = rayon::join(|| columns.last().into_iter().for_each(|last| digest.add(last)), make);
        columns.push(next);
    }

    fn finish(mut self) -> (RecordBatch, String) {
        self.columns.last().into_iter().for_each(|last| self.digest.add(last));
        #[allow(clippy::expect_used, reason = "the columns were made for the schema, of one length and of its types")]
        let batch = RecordBatch::try_new(Arc::new(schema()), self.columns).expect("columns of the schema");
        (batch, self.digest.finish())
    }
}

/// Which of so many values are there; nothing if all are.
fn valid(rows: usize, is_there: impl FnMut(usize) -> bool) -> Option<NullBuffer> {
    Some(NullBuffer::new(BooleanBuffer::collect_bool(rows, is_there))).filter(|valid| valid.null_count() > 0)
}

/// A column of numbers, zero where none is known.
fn numbers<T: arrow_array::ArrowPrimitiveType<Native: Number + Default>>(
    values: Vec<Maybe<T::Native>>,
) -> PrimitiveArray<T> {
    let valid = valid(values.len(), |row| values[row] != Maybe::NONE);
    let numbers: Vec<T::Native> = values.into_iter().map(|value| value.get().unwrap_or_default()).collect();
    PrimitiveArray::new(numbers.into(), valid)
}

/// A column of yes and no, no where nothing is known.
fn flags(values: &[Option<bool>]) -> BooleanArray {
    let yes = BooleanBuffer::collect_bool(values.len(), |row| values[row] == Some(true));
    BooleanArray::new(yes, valid(values.len(), |row| values[row].is_some()))
}

/// The values of all rows, one row after the other: `put` puts those of a row, which are so many, into their place.
fn lists<O: ArrowNativeType + arrow_array::OffsetSizeTrait, T: ArrowNativeType>(
    rows: usize,
    length: impl Fn(usize) -> usize + Sync + Send,
    put: impl Fn(usize, &mut [T]) + Sync,
) -> (OffsetBuffer<O>, Vec<T>) {
    let lengths: Vec<usize> = (0..rows).into_par_iter().map(&length).collect();
    let offsets = OffsetBuffer::from_lengths(lengths.iter().copied());
    let mut values = vec![T::default(); lengths.iter().sum()];
    let mut rest = values.as_mut_slice();
    let parts = lengths.chunks(MANY).enumerate().map(|(at, lengths)| {
        let (part, behind) = std::mem::take(&mut rest).split_at_mut(lengths.iter().sum());
        rest = behind;
        (at * MANY, lengths, part)
    });
    parts.collect::<Vec<_>>().into_par_iter().for_each(|(from, lengths, mut part)| {
        for (row, length) in (from..).zip(lengths) {
            let (own, behind) = part.split_at_mut(*length);
            put(row, own);
            part = behind;
        }
    });
    (offsets, values)
}

/// The words of a column of codes.
fn names_of(words: impl Iterator<Item = &'static str>) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(words))
}
