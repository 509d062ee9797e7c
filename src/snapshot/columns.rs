use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use arrow_array::builder::{
    BooleanBufferBuilder, BooleanBuilder, FixedSizeBinaryBuilder, Int64Builder, LargeBinaryBuilder, UInt32Builder,
    UInt64Builder,
};
use arrow_array::types::{TimestampMillisecondType, UInt8Type, UInt32Type};
use arrow_array::{
    Array, ArrayRef, BooleanArray, DictionaryArray, LargeStringArray, ListArray, PrimitiveArray, RecordBatch,
    StringArray, StructArray, UInt8Array, UInt32Array,
};
use arrow_buffer::{ArrowNativeType, Buffer, NullBuffer, OffsetBufferBuilder};
use arrow_data::ArrayData;
use arrow_schema::DataType;
use hashbrown::HashMap;
use sha2::{Digest, Sha256};

use super::lists::{Lists, Model};
use super::maybe::Maybe;
use super::names::Names;
use super::part::{self, Bits, Numbers, Part, Raw, Texts};
use super::schema::{coded, item, oddity_fields, parent_fields, schema};
use super::{Link, Row, cmp_key};
use crate::model::{Commit, Counts, Flags, HubId, Learned, Oddity, OddityKind, Relation, WordLists, Words};

type Dictionary = DictionaryArray<UInt32Type>;
type Codes = DictionaryArray<UInt8Type>;

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

pub(super) struct Filling {
    pub names: Names,
    /// Which names have a row.
    pub alive: Vec<bool>,
    pub of_name: Vec<Maybe<u32>>,
    pub models: Vec<Model>,
    pub lists: Lists,
    pub oddities: BTreeMap<u32, Vec<Oddity>>,
    pub words: Names,
    pub aliases: HashMap<u32, u32>,
}

/// The relation names in order of their codes: the dictionary of the relation column.
fn names_of(words: impl Iterator<Item = &'static str>) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(words))
}

fn codes(values: Vec<u8>, words: ArrayRef) -> Codes {
    Codes::new(UInt8Array::from(values), words)
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

    /// Sorts what was gathered by id and lays it out in columns.
    pub fn fill(filling: Filling, counts: &mut super::Counts) -> RecordBatch {
        let Filling { mut names, alive, of_name, models, lists, oddities, words, aliases } = filling;
        names.close();
        let order = in_order(&names, alive);
        let mut row_of = vec![0u32; names.len()];
        for (row, name) in order.iter().enumerate() {
            row_of[*name as usize] = row as u32;
        }
        let target: HashMap<u32, u32> =
            aliases.iter().map(|(legacy, canonical)| (row_of[*legacy as usize], row_of[*canonical as usize])).collect();

        let rows = order.len();
        let mut listed = BooleanBufferBuilder::new(rows);
        let mut alias_of = UInt32Builder::with_capacity(if target.is_empty() { 0 } else { rows });
        let mut hub_ids = FixedSizeBinaryBuilder::with_capacity(rows, HubId::BYTES as i32);
        let mut created = Int64Builder::with_capacity(rows);
        let mut counts_of = Counts::from_fn(|_| UInt64Builder::with_capacity(rows));
        let mut words_of = Words::from_fn(|_| Vec::with_capacity(rows));
        let mut flags_of = Flags::from_fn(|_| BooleanBuilder::with_capacity(rows));
        let mut lists_of = WordLists::from_fn(|_| Vec::with_capacity(rows));
        let mut shas_of = Vec::with_capacity(rows);
        let mut links: Vec<(u32, Relation, Learned)> = Vec::new();
        let mut odd: Vec<&Oddity> = Vec::new();
        let [mut link_ends, mut odd_ends] = std::array::from_fn(|_| Ends::of(rows));
        let mut named = vec![false; rows];
        // Each model is far from the next one: many are fetched, then each is laid out. The processor waits once for all.
        let number = |name: &u32| of_name[*name as usize].get();
        let fetched = order.chunks(256).flat_map(|names| {
            let numbers: Vec<Option<u32>> = names.iter().map(number).collect();
            let fetched = numbers.into_iter().map(|number| (number, number.map(|at| models[at as usize])));
            fetched.collect::<Vec<_>>()
        });
        for (row, (number, model)) in fetched.enumerate() {
            let model = model.as_ref();
            listed.append(model.is_some());
            alias_of.append_option(target.get(&(row as u32)).copied());
            match model.and_then(|model| model.hub_id) {
                // Of the width that the builder was made for.
                Some(HubId(bytes)) => _ = hub_ids.append_value(bytes),
                None => hub_ids.append_null(),
            }
            created.append_option(model.and_then(|model| model.created.get()));
            for (count, column) in counts_of.iter_mut() {
                column.append_option(model.and_then(|model| model.counts[count].get()));
            }
            for (word, column) in words_of.iter_mut() {
                column.push(model.map_or(Maybe::NONE, |model| model.words[word]));
            }
            for (flag, column) in flags_of.iter_mut() {
                column.append_option(model.and_then(|model| model.flags[flag]));
            }
            for (list, places) in lists_of.iter_mut() {
                places.push(model.map_or((Maybe::NONE, 0), |model| model.lists[list]));
            }
            shas_of.push(model.map_or(Maybe::NONE, |model| model.sha));

            let from = links.len();
            let own = model.map_or(&[][..], |model| lists.links(model));
            links.extend(own.iter().map(|(name, relation, learned)| (row_of[*name as usize], *relation, *learned)));
            links[from..].sort_unstable();
            // Two links of one record may have been found to be one.
            while let Some(at) = links[from..].windows(2).position(|pair| pair[0].0 == pair[1].0) {
                links.remove(from + at);
            }
            link_ends.push(links.len() - from);
            links[from..].iter().for_each(|link| named[link.0 as usize] = true);
            if !own.is_empty() {
                counts.moved += links[from..].iter().filter(|link| target.contains_key(&link.0)).count() as u64;
                let parents = links[from..].iter().map(|link| target.get(&link.0).copied().unwrap_or(link.0));
                counts.links += parents.filter(|parent| *parent != row as u32).collect::<BTreeSet<_>>().len() as u64;
            }
            let own = number.and_then(|number| oddities.get(&number)).map_or(&[][..], Vec::as_slice);
            odd.extend(own);
            odd_ends.push(own.len());
        }
        drop(models);
        // What is large is laid out only now, when the models' room is free again.
        let Lists { shas, words: list_words, .. } = lists;
        let mut sha_column = LargeBinaryBuilder::with_capacity(rows, shas.len() * size_of::<Commit>());
        shas_of.iter().for_each(|at| sha_column.append_option(at.get().map(|at| shas[at as usize].0)));
        drop((shas, shas_of));
        let listed = BooleanArray::new(listed.finish(), None);
        counts.models = listed.true_count() as u64;
        counts.aliases = aliases.len() as u64;
        // An alias's old id is no parent itself: its target is.
        for (legacy, canonical) in &aliases {
            if std::mem::take(&mut named[row_of[*legacy as usize] as usize]) {
                named[row_of[*canonical as usize] as usize] = true;
            }
        }
        counts.unlisted = named.iter().enumerate().filter(|(row, named)| **named && !listed.value(*row)).count() as u64;

        let parents = StructArray::new(
            parent_fields(),
            vec![
                Arc::new(UInt32Array::from_iter_values(links.iter().map(|link| link.0))),
                Arc::new(codes(
                    links.iter().map(|link| link.1 as u8).collect(),
                    names_of(Relation::ALL.iter().map(|r| r.name())),
                )),
                Arc::new(codes(
                    links.iter().map(|link| link.2 as u8).collect(),
                    names_of(Learned::ALL.iter().map(|l| l.name())),
                )),
            ],
            None,
        );
        drop(links);
        let parents = link_ends.lists(DataType::Struct(parent_fields()), Arc::new(parents));
        let lists_of = lists_of.map(|places: Vec<(Maybe<u32>, u32)>| {
            let (mut ends, mut codes) = (Ends::of(rows), Vec::new());
            for (start, count) in places {
                let own = start.get().map_or(&[][..], |start| &list_words[start as usize..][..count as usize]);
                codes.extend_from_slice(own);
                ends.push(own.len());
            }
            Arc::new(ends.lists(coded(DataType::UInt32), Arc::new(dictionary(codes, None, &words)))) as ArrayRef
        });
        let words_of = words_of.map(|column: Vec<Maybe<u32>>| {
            let valid = NullBuffer::from_iter(column.iter().map(|word| word.get().is_some()));
            let column = column.into_iter().map(|word| word.get().unwrap_or_default()).collect();
            Arc::new(dictionary(column, Some(valid).filter(|valid| valid.null_count() > 0), &words)) as ArrayRef
        });

        // No kind behind the last one that occurs: a kind that is new to the program changes no digest.
        let kinds = odd.iter().map(|odd| odd.kind as usize + 1).max().unwrap_or(0);
        let texts = StructArray::new(
            oddity_fields(),
            vec![
                Arc::new(codes(
                    odd.iter().map(|odd| odd.kind as u8).collect(),
                    names_of(OddityKind::ALL[..kinds].iter().map(|k| k.name())),
                )),
                Arc::new(LargeStringArray::from_iter_values(odd.iter().map(|odd| &odd.text))),
            ],
            None,
        );
        let oddities = odd_ends.lists(DataType::Struct(oddity_fields()), Arc::new(texts));
        let created: PrimitiveArray<TimestampMillisecondType> = created.finish().reinterpret_cast();
        let flags_of = flags_of.map(|mut column| Arc::new(column.finish()) as ArrayRef);
        let counts_of = counts_of.map(|mut column| Arc::new(column.finish()) as ArrayRef);

        let mut columns: Vec<ArrayRef> = vec![
            Arc::new(LargeStringArray::from_iter_values(order.iter().map(|name| names.get(*name)))),
            Arc::new(listed),
            Arc::new(alias_of.finish()),
            Arc::new(hub_ids.finish()),
            Arc::new(parents),
            Arc::new(created.with_timezone("UTC")),
            Arc::new(sha_column.finish()),
        ];
        columns.extend(counts_of.iter().map(|(_, column)| column.clone()));
        columns.extend(words_of.iter().map(|(_, column)| column.clone()));
        columns.extend(flags_of.iter().map(|(_, column)| column.clone()));
        columns.extend(lists_of.iter().map(|(_, column)| column.clone()));
        columns.push(Arc::new(oddities));
        #[allow(
            clippy::expect_used,
            reason = "the columns are made just above, of one length and of the schema's types"
        )]
        let batch = RecordBatch::try_new(Arc::new(schema()), columns).expect("columns of the schema");
        batch
    }
}

/// The first sixteen bytes of an id in lower case, as a number of the same order.
fn first_bytes(id: &str) -> u128 {
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(id.bytes()).for_each(|(to, byte)| *to = byte.to_ascii_lowercase());
    u128::from_be_bytes(bytes)
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

/// Codes for the words that occur, in order of the words, so that equal contents give equal bytes. What is not valid
/// is no word.
fn dictionary(mut values: Vec<u32>, valid: Option<NullBuffer>, texts: &Names) -> Dictionary {
    let is_word = |at: usize| valid.as_ref().is_none_or(|valid| valid.is_valid(at));
    let mut used = vec![false; texts.len()];
    values.iter().enumerate().filter(|(at, _)| is_word(*at)).for_each(|(_, word)| used[*word as usize] = true);
    let mut words: Vec<u32> = (0..texts.len() as u32).filter(|word| used[*word as usize]).collect();
    words.sort_unstable_by_key(|word| texts.get(*word));
    let mut code_of = vec![0u32; texts.len().max(1)];
    for (code, word) in words.iter().enumerate() {
        code_of[*word as usize] = code as u32;
    }
    for (at, value) in values.iter_mut().enumerate() {
        *value = if is_word(at) { code_of[*value as usize] } else { 0 };
    }
    let texts = StringArray::from_iter_values(words.iter().map(|word| texts.get(*word)));
    Dictionary::new(UInt32Array::new(values.into(), valid), Arc::new(texts))
}

/// Where lists end among their values.
struct Ends(OffsetBufferBuilder<i32>);

impl Ends {
    fn of(lists: usize) -> Ends {
        Ends(OffsetBufferBuilder::new(lists))
    }

    /// Ends the next list, of so many values.
    fn push(&mut self, values: usize) {
        self.0.push_length(values);
    }

    fn lists(self, of: DataType, values: ArrayRef) -> ListArray {
        ListArray::new(item(of), self.0.finish(), values, None)
    }
}

/// The names that have a row, in the order of the rows.
fn in_order(names: &Names, alive: Vec<bool>) -> Vec<u32> {
    // Mostly the first bytes decide, and they lie beside the number and not in a far corner of memory.
    let alive = (0..names.len() as u32).filter(|name| alive[*name as usize]);
    let mut keyed: Vec<(u128, u32)> = alive.map(|name| (first_bytes(names.get(name)), name)).collect();
    keyed.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| cmp_key(names.get(a.1), names.get(b.1))));
    keyed.iter().map(|(_, name)| *name).collect()
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
