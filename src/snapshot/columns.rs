use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use arrow_array::builder::{FixedSizeBinaryBuilder, Int64Builder, UInt32Builder, UInt64Builder};
use arrow_array::cast::AsArray;
use arrow_array::types::{TimestampMillisecondType, UInt8Type, UInt32Type};
use arrow_array::{
    Array, ArrayRef, BooleanArray, DictionaryArray, FixedSizeBinaryArray, LargeStringArray, ListArray, PrimitiveArray,
    RecordBatch, StringArray, StructArray, TimestampMillisecondArray, UInt8Array, UInt32Array, UInt64Array,
};
use arrow_buffer::OffsetBuffer;
use arrow_schema::{DataType, Field, Fields, Schema, TimeUnit};
use sha2::{Digest, Sha256};

use super::builder::Model;
use super::names::Names;
use super::{Counts, Link, Row, cmp_key};
use crate::model::{HubId, Learned, Oddity, OddityKind, Relation};

type Words = DictionaryArray<UInt32Type>;
type Codes = DictionaryArray<UInt8Type>;

/// The columns of a snapshot, as other programs see them too.
#[derive(Debug)]
pub(super) struct Columns {
    pub ids: LargeStringArray,
    pub listed: BooleanArray,
    alias_of: UInt32Array,
    hub_ids: FixedSizeBinaryArray,
    parents: ListArray,
    parent_rows: UInt32Array,
    relations: UInt8Array,
    learned: UInt8Array,
    created: TimestampMillisecondArray,
    pub downloads: UInt64Array,
    pub downloads_all_time: UInt64Array,
    pub likes: UInt64Array,
    pub parameters: UInt64Array,
    pub task: Words,
    pub library: Words,
    pub licence: Words,
    tags: ListArray,
    tag_codes: UInt32Array,
    tag_words: StringArray,
    oddities: ListArray,
    batch: RecordBatch,
}

pub(super) struct Filling {
    pub names: Names,
    /// Which names have a row.
    pub alive: Vec<bool>,
    pub of_name: Vec<Option<u32>>,
    pub models: Vec<Model>,
    pub words: HashMap<Box<str>, u32>,
    pub aliases: HashMap<u32, u32>,
}

pub(super) fn value(column: &UInt64Array, row: Row) -> Option<u64> {
    column.is_valid(row as usize).then(|| column.value(row as usize))
}

pub(super) fn word(column: &Words, row: Row) -> Option<&str> {
    let at = column.key(row as usize)?;
    Some(column.values().as_string::<i32>().value(at))
}

fn item(data_type: DataType) -> Arc<Field> {
    Arc::new(Field::new("item", data_type, false))
}

fn coded(width: DataType) -> DataType {
    DataType::Dictionary(Box::new(width), Box::new(DataType::Utf8))
}

fn parent_fields() -> Fields {
    Fields::from(vec![
        Field::new("row", DataType::UInt32, false),
        Field::new("relation", coded(DataType::UInt8), false),
        Field::new("learned", coded(DataType::UInt8), false),
    ])
}

fn oddity_fields() -> Fields {
    Fields::from(vec![
        Field::new("kind", coded(DataType::UInt8), false),
        Field::new("text", DataType::LargeUtf8, false),
    ])
}

/// The schema of format 2. A reader needs these columns under these names; the order is free.
pub(super) fn schema() -> Schema {
    let words = || coded(DataType::UInt32);
    Schema::new(vec![
        Field::new("id", DataType::LargeUtf8, false),
        Field::new("listed", DataType::Boolean, false),
        Field::new("alias_of", DataType::UInt32, true),
        Field::new("hub_id", DataType::FixedSizeBinary(HubId::BYTES as i32), true),
        Field::new("parents", DataType::List(item(DataType::Struct(parent_fields()))), false),
        Field::new("created", DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())), true),
        Field::new("downloads", DataType::UInt64, true),
        Field::new("downloads_all_time", DataType::UInt64, true),
        Field::new("likes", DataType::UInt64, true),
        Field::new("parameters", DataType::UInt64, true),
        Field::new("task", words(), true),
        Field::new("library", words(), true),
        Field::new("licence", words(), true),
        Field::new("tags", DataType::List(item(words())), false),
        Field::new("oddities", DataType::List(item(DataType::Struct(oddity_fields()))), false),
    ])
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
        self.ids.len()
    }

    pub fn batch(&self) -> &RecordBatch {
        &self.batch
    }

    pub fn alias_of(&self, row: Row) -> Option<Row> {
        self.alias_of.is_valid(row as usize).then(|| self.alias_of.value(row as usize))
    }

    pub fn hub_id(&self, row: Row) -> Option<HubId> {
        self.hub_ids.is_valid(row as usize).then(|| self.hub_ids.value(row as usize).try_into().ok().map(HubId))?
    }

    pub fn created(&self, row: Row) -> Option<i64> {
        self.created.is_valid(row as usize).then(|| self.created.value(row as usize))
    }

    pub fn links(&self, child: Row) -> impl ExactSizeIterator<Item = Link> {
        let offsets = self.parents.value_offsets();
        let (from, to) = (offsets[child as usize] as usize, offsets[child as usize + 1] as usize);
        (from..to).map(|at| Link {
            parent: self.parent_rows.value(at),
            relation: Relation::ALL[self.relations.value(at) as usize],
            learned: Learned::ALL[self.learned.value(at) as usize],
        })
    }

    pub fn tags(&self, row: Row) -> &[u32] {
        let offsets = self.tags.value_offsets();
        &self.tag_codes.values()[offsets[row as usize] as usize..offsets[row as usize + 1] as usize]
    }

    pub fn tag_words(&self) -> &StringArray {
        &self.tag_words
    }

    pub fn oddities(&self, row: Row) -> impl Iterator<Item = Oddity> {
        let offsets = self.oddities.value_offsets();
        let (kinds, texts) = self.oddity_parts();
        (offsets[row as usize] as usize..offsets[row as usize + 1] as usize).map(move |at| Oddity {
            kind: OddityKind::ALL[kinds.keys().value(at) as usize],
            text: texts.value(at).to_owned(),
        })
    }

    pub fn oddity_counts(&self) -> Vec<(OddityKind, usize)> {
        let mut counts = vec![0; OddityKind::ALL.len()];
        for code in self.oddity_parts().0.keys().values() {
            counts[*code as usize] += 1;
        }
        OddityKind::ALL.iter().copied().zip(counts).filter(|(_, count)| *count > 0).collect()
    }

    fn oddity_parts(&self) -> (&Codes, &LargeStringArray) {
        let oddities = self.oddities.values().as_struct();
        (oddities.column(0).as_dictionary(), oddities.column(1).as_string())
    }

    /// SHA-256 over every column's name and contents.
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        for (field, column) in self.batch.schema().fields().iter().zip(self.batch.columns()) {
            hash.update(field.name());
            hash_array(&column.to_data(), &mut hash);
        }
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Takes a batch apart into typed columns.
    ///
    /// # Errors
    /// Which column is missing, of another type, or points outside its table.
    pub fn from_batch(batch: RecordBatch) -> Result<Columns, String> {
        let column = |name: &str| -> Result<&ArrayRef, String> {
            let wanted = schema();
            let wanted = wanted.field_with_name(name).map_err(|error| error.to_string())?.data_type().clone();
            let column = batch.column_by_name(name).ok_or_else(|| format!("the column `{name}` is missing"))?;
            match *column.data_type() == wanted {
                true => Ok(column),
                false => Err(format!("the column `{name}` is {} and not {wanted}", column.data_type())),
            }
        };
        let parents = column("parents")?.as_list::<i32>().clone();
        let links = parents.values().as_struct();
        let relations = links.column(1).as_dictionary::<UInt8Type>();
        let learned = links.column(2).as_dictionary::<UInt8Type>();
        same_words("relation", relations, Relation::ALL.iter().map(|relation| relation.name()))?;
        same_words("learned", learned, Learned::ALL.iter().map(|learned| learned.name()))?;
        let oddities = column("oddities")?.as_list::<i32>().clone();
        let kinds = oddities.values().as_struct().column(0).as_dictionary::<UInt8Type>();
        same_words("kind", kinds, OddityKind::ALL.iter().map(|kind| kind.name()))?;
        let tags = column("tags")?.as_list::<i32>().clone();
        let tag_words = tags.values().as_dictionary::<UInt32Type>();
        let columns = Columns {
            ids: column("id")?.as_string::<i64>().clone(),
            listed: column("listed")?.as_boolean().clone(),
            alias_of: column("alias_of")?.as_primitive::<UInt32Type>().clone(),
            hub_ids: column("hub_id")?.as_fixed_size_binary().clone(),
            parent_rows: links.column(0).as_primitive::<UInt32Type>().clone(),
            relations: relations.keys().clone(),
            learned: learned.keys().clone(),
            created: column("created")?.as_primitive::<TimestampMillisecondType>().clone(),
            downloads: column("downloads")?.as_primitive().clone(),
            downloads_all_time: column("downloads_all_time")?.as_primitive().clone(),
            likes: column("likes")?.as_primitive().clone(),
            parameters: column("parameters")?.as_primitive().clone(),
            task: column("task")?.as_dictionary().clone(),
            library: column("library")?.as_dictionary().clone(),
            licence: column("licence")?.as_dictionary().clone(),
            tag_codes: tag_words.keys().clone(),
            tag_words: tag_words.values().as_string::<i32>().clone(),
            tags,
            parents,
            oddities,
            batch,
        };
        let rows = columns.len() as u32;
        let outside = |array: &UInt32Array| (0..array.len()).any(|at| array.is_valid(at) && array.value(at) >= rows);
        if outside(&columns.parent_rows) || outside(&columns.alias_of) {
            return Err("a link points outside the table".into());
        }
        Ok(columns)
    }

    /// Sorts what was gathered by id and lays it out in columns.
    pub fn fill(filling: Filling, counts: &mut Counts) -> Columns {
        let Filling { names, alive, of_name, models, words, aliases } = filling;
        let mut order: Vec<u32> = (0..names.len() as u32).filter(|name| alive[*name as usize]).collect();
        order.sort_unstable_by(|a, b| cmp_key(names.get(*a), names.get(*b)));
        let mut row_of = vec![0u32; names.len()];
        for (row, name) in order.iter().enumerate() {
            row_of[*name as usize] = row as u32;
        }
        let model = |name: u32| of_name[name as usize].map(|at| &models[at as usize]);
        let rows = || order.iter().map(|name| model(*name));

        let listed: Vec<bool> = rows().map(|model| model.is_some()).collect();
        let mut alias_of = UInt32Builder::with_capacity(order.len());
        for name in &order {
            alias_of.append_option(aliases.get(name).map(|canonical| row_of[*canonical as usize]));
        }

        let mut hub_ids = FixedSizeBinaryBuilder::with_capacity(order.len(), HubId::BYTES as i32);
        for model in rows() {
            match model.and_then(|model| model.hub_id) {
                // Of the width that the builder was made for.
                Some(HubId(bytes)) => _ = hub_ids.append_value(bytes),
                None => hub_ids.append_null(),
            }
        }

        let mut links: Vec<(u32, Relation, Learned)> = Vec::new();
        let mut link_counts = Vec::with_capacity(order.len());
        let target: HashMap<u32, u32> =
            aliases.iter().map(|(legacy, canonical)| (row_of[*legacy as usize], row_of[*canonical as usize])).collect();
        let mut named = vec![false; order.len()];
        for model in rows() {
            let from = links.len();
            links.extend(
                model
                    .iter()
                    .flat_map(|model| &model.links)
                    .map(|(name, relation, learned)| (row_of[*name as usize], *relation, *learned)),
            );
            links[from..].sort_unstable();
            links[from..].iter().for_each(|link| named[link.0 as usize] = true);
            link_counts.push(links.len() - from);
            let child = link_counts.len() as u32 - 1;
            let parents = links[from..].iter().map(|link| target.get(&link.0).copied().unwrap_or(link.0));
            counts.links += parents.filter(|parent| *parent != child).collect::<BTreeSet<_>>().len() as u64;
        }
        counts.models = listed.iter().filter(|listed| **listed).count() as u64;
        counts.aliases = aliases.len() as u64;
        // An alias's old id is no parent itself: its target is.
        for (legacy, canonical) in &aliases {
            if std::mem::take(&mut named[row_of[*legacy as usize] as usize]) {
                named[row_of[*canonical as usize] as usize] = true;
            }
        }
        counts.unlisted = listed.iter().zip(&named).filter(|(listed, named)| !**listed && **named).count() as u64;

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
        let parents = ListArray::new(
            item(DataType::Struct(parent_fields())),
            OffsetBuffer::from_lengths(link_counts),
            Arc::new(parents),
            None,
        );

        let mut texts: Vec<&str> = vec![""; words.len()];
        for (word, number) in &words {
            texts[*number as usize] = word;
        }
        let column = |pick: fn(&Model) -> Option<u32>| dictionary(rows().map(|model| model.and_then(pick)), &texts);
        let tag_codes = dictionary(
            rows()
                .flat_map(|model| model.and_then(|model| model.tags.as_deref()).unwrap_or_default())
                .map(|tag| Some(*tag)),
            &texts,
        );
        let tag_counts = rows().map(|model| model.and_then(|model| model.tags.as_deref()).map_or(0, <[u32]>::len));
        let tags = ListArray::new(
            item(coded(DataType::UInt32)),
            OffsetBuffer::from_lengths(tag_counts),
            Arc::new(tag_codes),
            None,
        );

        let all_oddities = || rows().flatten().flat_map(|model| &model.oddities);
        // No kind behind the last one that occurs: a kind that is new to the program changes no digest.
        let kinds = all_oddities().map(|odd| odd.kind as usize + 1).max().unwrap_or(0);
        let oddities = StructArray::new(
            oddity_fields(),
            vec![
                Arc::new(codes(
                    all_oddities().map(|odd| odd.kind as u8).collect(),
                    names_of(OddityKind::ALL[..kinds].iter().map(|k| k.name())),
                )),
                Arc::new(LargeStringArray::from_iter_values(all_oddities().map(|odd| &odd.text))),
            ],
            None,
        );
        let oddity_counts = rows().map(|model| model.map_or(0, |model| model.oddities.len()));
        let oddities = ListArray::new(
            item(DataType::Struct(oddity_fields())),
            OffsetBuffer::from_lengths(oddity_counts),
            Arc::new(oddities),
            None,
        );

        let numbers = |pick: fn(&Model) -> Option<u64>| {
            let mut column = UInt64Builder::with_capacity(order.len());
            rows().for_each(|model| column.append_option(model.and_then(pick)));
            column.finish()
        };
        let mut created = Int64Builder::with_capacity(order.len());
        rows().for_each(|model| created.append_option(model.and_then(|model| model.created)));
        let created: PrimitiveArray<TimestampMillisecondType> = created.finish().reinterpret_cast();

        let columns: Vec<ArrayRef> = vec![
            Arc::new(LargeStringArray::from_iter_values(order.iter().map(|name| names.get(*name)))),
            Arc::new(BooleanArray::from(listed)),
            Arc::new(alias_of.finish()),
            Arc::new(hub_ids.finish()),
            Arc::new(parents),
            Arc::new(created.with_timezone("UTC")),
            Arc::new(numbers(|model| model.downloads)),
            Arc::new(numbers(|model| model.downloads_all_time)),
            Arc::new(numbers(|model| model.likes)),
            Arc::new(numbers(|model| model.parameters)),
            Arc::new(column(|model| model.task)),
            Arc::new(column(|model| model.library)),
            Arc::new(column(|model| model.licence)),
            Arc::new(tags),
            Arc::new(oddities),
        ];
        #[allow(
            clippy::expect_used,
            reason = "the columns are made just above, of one length and of the schema's types"
        )]
        let batch = RecordBatch::try_new(Arc::new(schema()), columns).expect("columns of the schema");
        #[allow(clippy::expect_used, reason = "the batch is made just above by the rules that are checked")]
        Columns::from_batch(batch).expect("columns of the schema")
    }
}

/// Codes for the words that occur, in order of the words, so that equal contents give equal bytes.
fn dictionary(values: impl Iterator<Item = Option<u32>>, texts: &[&str]) -> Words {
    let values: Vec<Option<u32>> = values.collect();
    let mut used = vec![false; texts.len()];
    values.iter().flatten().for_each(|word| used[*word as usize] = true);
    let mut words: Vec<u32> = (0..texts.len() as u32).filter(|word| used[*word as usize]).collect();
    words.sort_unstable_by_key(|word| texts[*word as usize]);
    let mut code_of = vec![0u32; texts.len()];
    for (code, word) in words.iter().enumerate() {
        code_of[*word as usize] = code as u32;
    }
    let mut keys = UInt32Builder::with_capacity(values.len());
    values.iter().for_each(|word| keys.append_option(word.map(|word| code_of[word as usize])));
    let texts = StringArray::from_iter_values(words.iter().map(|word| texts[*word as usize]));
    Words::new(keys.finish(), Arc::new(texts))
}

fn same_words(what: &str, column: &Codes, expected: impl Iterator<Item = &'static str>) -> Result<(), String> {
    let words = column.values().as_string::<i32>();
    let known: Vec<_> = expected.collect();
    let stored: Vec<_> = (0..words.len()).map(|at| words.value(at)).collect();
    let in_range = column.keys().values().iter().all(|code| (*code as usize) < stored.len());
    match stored.len() <= known.len() && stored == known[..stored.len()] && in_range {
        true => Ok(()),
        false => Err(format!("the words of `{what}` are not those of this program: {}", stored.join(", "))),
    }
}

fn hash_array(data: &arrow_data::ArrayData, hash: &mut Sha256) {
    hash.update((data.len() as u64).to_le_bytes());
    if let Some(nulls) = data.nulls() {
        hash.update(nulls.validity());
    }
    data.buffers().iter().for_each(|buffer| hash.update(buffer.as_slice()));
    data.child_data().iter().for_each(|child| hash_array(child, hash));
}
