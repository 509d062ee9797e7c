//! What was gathered, laid out in columns.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow_array::builder::{
    BooleanBufferBuilder, BooleanBuilder, FixedSizeBinaryBuilder, Int64Builder, LargeBinaryBuilder, UInt8Builder,
    UInt32Builder, UInt64Builder,
};
use arrow_array::types::{TimestampMillisecondType, UInt8Type, UInt32Type};
use arrow_array::{
    ArrayRef, BooleanArray, DictionaryArray, LargeStringArray, ListArray, PrimitiveArray, RecordBatch, StringArray,
    StructArray, UInt8Array, UInt32Array,
};
use arrow_buffer::{NullBuffer, OffsetBufferBuilder};
use arrow_schema::DataType;
use hashbrown::HashMap;

use super::cmp_key;
use super::lists::{Lists, Model};
use super::maybe::Maybe;
use super::names::Names;
use super::schema::{coded, item, oddity_fields, parent_fields, schema};
use crate::model::{
    Authority, Commit, Counts, Flags, Learned, Oddity, OddityKind, Relation, RepositoryKey, WordLists, Words,
};

type Dictionary = DictionaryArray<UInt32Type>;
type Codes = DictionaryArray<UInt8Type>;

/// A `Filling` is all that the sources gave, once nothing more comes.
pub(super) struct Filling {
    pub names: Names,
    /// It tells which names have a row.
    pub alive: Vec<bool>,
    pub of_name: Vec<Maybe<u32>>,
    pub models: Vec<Model>,
    pub lists: Lists,
    pub oddities: BTreeMap<u32, Vec<Oddity>>,
    pub words: Names,
    pub aliases: HashMap<u32, u32>,
}

impl Filling {
    /// Sorts what was gathered by id and lays it out in columns.
    pub fn lay_out(self, counts: &mut super::Counts) -> RecordBatch {
        let Filling { mut names, alive, of_name, models, lists, oddities, words, aliases } = self;
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
        let mut hub_ids = FixedSizeBinaryBuilder::with_capacity(rows, RepositoryKey::BYTES as i32);
        let mut authorities = UInt8Builder::with_capacity(rows);
        let mut created = Int64Builder::with_capacity(rows);
        let mut counts_of = Counts::from_fn(|_| UInt64Builder::with_capacity(rows));
        let mut words_of = Words::from_fn(|_| Vec::with_capacity(rows));
        let mut flags_of = Flags::from_fn(|_| BooleanBuilder::with_capacity(rows));
        let mut lists_of = WordLists::from_fn(|_| Vec::with_capacity(rows));
        let mut shas_of = Vec::with_capacity(rows);
        let mut links: Vec<(u32, Relation, Learned)> = Vec::new();
        let mut odd: Vec<&Oddity> = Vec::new();
        let [mut link_ends, mut odd_ends] = std::array::from_fn(|_| Ends::with_capacity(rows));
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
                Some(RepositoryKey(bytes)) => _ = hub_ids.append_value(bytes),
                None => hub_ids.append_null(),
            }
            let authority = model.map_or(Authority::Listing, |model| model.authority);
            let code = Authority::NAMED.iter().position(|(named, _)| *named == authority);
            authorities.append_option(code.map(|code| code as u8));
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
        drop(links);
        let parents = link_ends.lists(DataType::Struct(parent_fields()), Arc::new(parents));
        let lists_of = lists_of.map(|places: Vec<(Maybe<u32>, u32)>| {
            let (mut ends, mut codes) = (Ends::with_capacity(rows), Vec::new());
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
                Arc::new(Codes::new(
                    UInt8Array::from_iter_values(odd.iter().map(|odd| odd.kind as u8)),
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
            Arc::new(Codes::new(authorities.finish(), names_of(Authority::NAMED.iter().map(|(_, name)| *name)))),
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

/// The relation names in order of their codes: the dictionary of the relation column.
fn names_of(words: impl Iterator<Item = &'static str>) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(words))
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
    fn with_capacity(lists: usize) -> Ends {
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
