//! Which columns of a dump are read: found by name, and refused by name where they cannot be what it says.

use parquet::basic::{ConvertedType, LogicalType, Type};
use parquet::schema::types::SchemaDescriptor;

use crate::model::{Count, Counts, Flag, Flags, Word, Words};

/// Where the columns of interest lie: numbers of leaves.
#[derive(Clone)]
pub(super) struct Columns {
    pub id: Option<usize>,
    pub hub_id: Option<usize>,
    pub model_id: Option<usize>,
    pub created: Option<usize>,
    pub counts: Counts<Option<usize>>,
    pub words: Words<Option<usize>>,
    pub flags: Flags<Option<usize>>,
    pub sha: Option<usize>,
    pub tags: Option<usize>,
    pub relation: Option<usize>,
    pub models: Option<usize>,
    /// The Hub's keys of the same.
    pub model_keys: Option<usize>,
    pub base_models: Option<usize>,
    pub card: Option<usize>,
}

impl Columns {
    /// Those of them that say who a row is and what it descends from.
    pub fn of_links(&self) -> Columns {
        Columns { hub_id: None, created: None, counts: Counts::default(), words: Words::default(), ..self.clone() }
    }

    /// Leaves are found by the first and last parts of their paths: what lies between differs between writers.
    ///
    /// # Errors
    /// Which column cannot be what its name says: passing over it would drop its values unsaid.
    pub fn find(schema: &SchemaDescriptor) -> Result<Columns, String> {
        let shape = |at: usize| {
            let column = schema.column(at);
            format!(
                "{}{}{}",
                column.path().string(),
                if column.max_rep_level() > 0 { ": a list of " } else { ": " },
                match (column.converted_type(), column.physical_type()) {
                    (ConvertedType::NONE, physical) => physical.to_string(),
                    (converted, _) => converted.to_string(),
                }
            )
        };
        // A column without a type has no value: it is as if it were not there.
        let is_null = |at: usize| matches!(schema.column(at).logical_type_ref(), Some(LogicalType::Unknown));
        let mut taken = Vec::new();
        let mut leaf = |name: &'static str, depth: i16, is_part: &dyn Fn(&[&str]) -> bool, types: &[Type]| {
            let found = (0..schema.num_columns()).find(|at| {
                let column = schema.column(*at);
                let path: Vec<&str> = column.path().parts().iter().map(String::as_str).collect();
                path[0] == name
                    && is_part(&path[1..])
                    && types.contains(&column.physical_type())
                    && column.max_rep_level() == depth
                    && column.converted_type() != ConvertedType::DECIMAL
                    && !is_null(*at)
            });
            taken.extend(found.map(|_| name));
            found
        };
        let is_whole = |rest: &[&str]| rest.is_empty();
        // What writers call the levels of a list.
        let is_list = |rest: &[&str]| {
            !rest.is_empty()
                && rest
                    .iter()
                    .all(|part| matches!(*part, "list" | "element" | "item" | "bag" | "array" | "array_element"))
        };
        let is_models = |rest: &[&str]| {
            let rest = rest.strip_prefix(&["models"]).unwrap_or(rest);
            is_list(rest.strip_suffix(&["id"]).unwrap_or(rest))
        };
        let is_keys = |rest: &[&str]| rest.strip_suffix(&["_id"]).is_some_and(is_models);
        let created = leaf("createdAt", 0, &is_whole, &[Type::BYTE_ARRAY, Type::INT32, Type::INT64, Type::INT96]);
        let flags = Flags::from_fn(|flag| leaf(flag.hub_name(), 0, &is_whole, FLAGS));
        let words = Words::from_fn(|word| {
            let types = if word == Word::Gated { FLAGS } else { &[Type::BYTE_ARRAY] };
            leaf(word.hub_name(), 0, &is_whole, types)
        });
        let mut text = |name| leaf(name, 0, &is_whole, &[Type::BYTE_ARRAY]);
        let (id, hub_id, model_id, sha) = (text("id"), text("_id"), text("modelId"), text("sha"));
        let (base_models, card) = (text("baseModels"), text("cardData"));
        let counts = Counts::from_fn(|count| {
            let (name, part) = parts(count.hub_name());
            leaf(name, 0, &|rest| rest.iter().copied().eq(part), NUMBERS)
        });
        let columns = Columns {
            id,
            hub_id,
            model_id,
            created,
            counts,
            words,
            flags,
            sha,
            tags: leaf("tags", 1, &is_list, &[Type::BYTE_ARRAY]),
            models: leaf("baseModels", 1, &is_models, &[Type::BYTE_ARRAY]),
            model_keys: leaf("baseModels", 1, &is_keys, &[Type::BYTE_ARRAY]),
            // After the ids, so that a relation alone is not taken for the whole column.
            relation: leaf("baseModels", 0, &|rest| rest == ["relation"], &[Type::BYTE_ARRAY]),
            base_models,
            card,
        };
        let is_time = |at: usize| {
            let column = schema.column(at);
            let stamp = matches!(column.logical_type_ref(), Some(LogicalType::Timestamp(_)))
                || matches!(column.converted_type(), ConvertedType::TIMESTAMP_MILLIS | ConvertedType::TIMESTAMP_MICROS);
            match column.physical_type() {
                Type::INT64 => stamp,
                Type::INT32 => column.converted_type() == ConvertedType::DATE,
                _ => true,
            }
        };
        let is_read = |name: &str| match name {
            "createdAt" => columns.created.is_some_and(is_time),
            "baseModels" => {
                let is_relation = |at: &usize| {
                    let path = schema.column(*at);
                    let parts = path.path().parts();
                    parts[0] == name && parts.iter().any(|part| part == "relation")
                };
                let mut relations = (0..schema.num_columns()).filter(is_relation).filter(|at| !is_null(*at));
                (columns.base_models.is_some() || columns.models.is_some())
                    && relations.all(|at| Some(at) == columns.relation)
            }
            _ => taken.contains(&name),
        };
        let counts = Count::ALL.map(|count| match parts(count.hub_name()) {
            (name, None) => (name, "a number".to_owned()),
            (name, Some(part)) => (name, format!("a struct with a number `{part}`")),
        });
        let words = Word::ALL.map(|word| (word.hub_name(), "a text".to_owned()));
        let flags = Flag::ALL.map(|flag| (flag.hub_name(), "yes or no".to_owned()));
        let others = WANTED.iter().map(|(name, wanted)| (*name, (*wanted).to_owned()));
        for (name, wanted) in others.chain(counts).chain(words).chain(flags).filter(|(name, _)| !name.is_empty()) {
            let named = schema.root_schema().get_fields().iter().filter(|field| field.name() == name).count();
            if named > 1 {
                return Err(format!("has {named} columns with the name `{name}`; leave all but one out"));
            }
            let parts = || (0..schema.num_columns()).filter(|at| schema.column(*at).path().parts()[0] == name);
            if parts().any(|at| !is_null(at)) && !is_read(name) {
                let found: Vec<String> = parts().map(shape).collect();
                return Err(format!(
                    "the column `{name}` cannot be read: it should be {wanted}, and is {}; change its type or leave it out",
                    found.join(", ")
                ));
            }
        }
        Ok(columns)
    }
}

/// The columns that are read beside counts and words, and what each should be.
const WANTED: &[(&str, &str)] = &[
    ("id", "a text"),
    ("_id", "a text"),
    ("modelId", "a text"),
    ("createdAt", "a timestamp, a date or a text"),
    ("sha", "a text"),
    ("tags", "a list of texts"),
    ("baseModels", "a struct of `relation` and `models`, a list of ids, or JSON text"),
    ("cardData", "JSON text"),
];

/// The types that a count may have; texts are read as numbers.
const NUMBERS: &[Type] = &[Type::INT32, Type::INT64, Type::FLOAT, Type::DOUBLE, Type::BYTE_ARRAY];

/// The types of yes and no.
const FLAGS: &[Type] = &[Type::BOOLEAN, Type::BYTE_ARRAY];

/// The name of a column, and of the field in it that is meant.
fn parts(name: &'static str) -> (&'static str, Option<&'static str>) {
    name.split_once('.').map_or((name, None), |(name, part)| (name, Some(part)))
}
