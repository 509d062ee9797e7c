use std::sync::Arc;

use arrow_schema::{DataType, Field, Fields, Schema, TimeUnit};

use crate::model::{Count, Flag, RepositoryKey, Word, WordList};

pub(super) fn item(data_type: DataType) -> Arc<Field> {
    Arc::new(Field::new("item", data_type, false))
}

pub(super) fn coded(width: DataType) -> DataType {
    DataType::Dictionary(Box::new(width), Box::new(DataType::Utf8))
}

pub(super) fn parent_fields() -> Fields {
    Fields::from(vec![
        Field::new("row", DataType::UInt32, false),
        Field::new("relation", coded(DataType::UInt8), false),
        Field::new("learned", coded(DataType::UInt8), false),
    ])
}

pub(super) fn oddity_fields() -> Fields {
    Fields::from(vec![
        Field::new("kind", coded(DataType::UInt8), false),
        Field::new("text", DataType::LargeUtf8, false),
    ])
}

/// The schema of today's format. Columns are read by their place, so their order is a part of it.
pub(super) fn schema() -> Schema {
    let words = || coded(DataType::UInt32);
    let mut fields = vec![
        Field::new("id", DataType::LargeUtf8, false),
        Field::new("listed", DataType::Boolean, false),
        Field::new("alias_of", DataType::UInt32, true),
        Field::new("hub_id", DataType::FixedSizeBinary(RepositoryKey::BYTES as i32), true),
        Field::new("parents", DataType::List(item(DataType::Struct(parent_fields()))), false),
        Field::new("parents_by", coded(DataType::UInt8), true),
        Field::new("created", DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())), true),
        Field::new("sha", DataType::LargeBinary, true),
    ];
    fields.extend(Count::ALL.map(|count| Field::new(count.name(), DataType::UInt64, true)));
    fields.extend(Word::ALL.map(|word| Field::new(word.name(), words(), true)));
    fields.extend(Flag::ALL.map(|flag| Field::new(flag.name(), DataType::Boolean, true)));
    fields.extend(WordList::ALL.map(|list| Field::new(list.name(), DataType::List(item(words())), false)));
    fields.push(Field::new("oddities", DataType::List(item(DataType::Struct(oddity_fields()))), false));
    Schema::new(fields)
}
