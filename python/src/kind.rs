use arrow_schema::{DataType, Field, Fields, TimeUnit};
use modelkin::ink::{Named, Unit, Value};

/// A `Kind` is what a column holds. It does not depend on which values an answer happens to have: where they do not tell, the column's
/// name does.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// Nothing is known yet.
    Unknown,
    Whole,
    Number,
    Text,
    Flag,
    Day,
    Instant,
    List(Box<Kind>),
    Group(Vec<(String, Kind)>),
}

/// Columns of texts that may be missing in every row of an answer.
const TEXTS: [&str; 40] = [
    "address",
    "ancestor",
    "ancestor_gated",
    "ancestor_licence",
    "author",
    "base",
    "child",
    "class",
    "country",
    "family",
    "gated",
    "hub",
    "id",
    "kind",
    "learned",
    "library",
    "licence",
    "licence_class",
    "licence_link",
    "licence_name",
    "meets",
    "meets_in",
    "meets_licence",
    "mirror_of",
    "model",
    "of",
    "owner",
    "parent",
    "policy",
    "publisher",
    "read",
    "reason",
    "relation",
    "rules",
    "sha",
    "task",
    "term",
    "terms",
    "text",
    "via",
];
/// Columns of yes and no.
const FLAGS: [&str; 12] = [
    "ancestor_listed",
    "binds_combination",
    "copy",
    "counted",
    "cut",
    "disabled",
    "listed",
    "made_since",
    "name_begins_so",
    "repeated",
    "same_owner",
    "several_licences",
];
/// Columns of lists of texts.
const LISTS: [&str; 8] = ["bases", "examples", "licences", "other_roots", "policy_rules", "relations", "shared", "way"];
/// Columns of numbers that are not whole.
const NUMBERS: [&str; 3] = ["credit", "first-degree", "share"];

impl Kind {
    /// The kind of a column of that name whose values are not to be looked at, or do not tell.
    fn named(name: &str) -> Kind {
        let list = |kind: Kind| Kind::List(kind.into());
        let groups = |names: &[&str]| {
            list(Kind::Group(names.iter().map(|name| ((*name).to_owned(), Kind::named(name))).collect()))
        };
        match name {
            "created" => Kind::Day,
            "generations" => list(Kind::Whole),
            "top_children" => groups(&["id", "direct", "descendants"]),
            "distances" => groups(&["model", "links"]),
            "clauses" => groups(&["term", "text", "address", "read"]),
            _ if LISTS.contains(&name) => list(Kind::Text),
            _ if TEXTS.contains(&name) => Kind::Text,
            _ if FLAGS.contains(&name) => Kind::Flag,
            _ if NUMBERS.contains(&name) => Kind::Number,
            _ => Kind::Whole,
        }
    }

    /// The kind of a section's column, which says of what unit it is.
    pub fn of_unit(unit: Unit) -> Kind {
        match unit {
            Unit::Text => Kind::Text,
            Unit::Count => Kind::Whole,
            Unit::Share | Unit::Number => Kind::Number,
        }
    }

    /// The kind that has room for this and for a value.
    fn with(self, value: &Value) -> Kind {
        let other = match value {
            Value::Missing => return self,
            Value::NotJudged | Value::Count(_) => Kind::Whole,
            Value::Number(_) => Kind::Number,
            Value::Text(_) => Kind::Text,
            Value::Flag(_) => Kind::Flag,
            Value::List(values) => {
                let of = if let Kind::List(of) = self { *of } else { Kind::Unknown };
                return Kind::List(values.iter().fold(of, Kind::with).into());
            }
            Value::Group(values) => {
                let mut known = if let Kind::Group(known) = self { known } else { Vec::new() };
                add(&mut known, values);
                return Kind::Group(known);
            }
        };
        match (self, other) {
            (Kind::Unknown, other) => other,
            (Kind::Whole, Kind::Number) | (Kind::Number, Kind::Whole) => Kind::Number,
            (kind, other) if kind == other => kind,
            _ => Kind::Text,
        }
    }

    /// The kind where a column of that name has it.
    fn settled(self, name: &str) -> Kind {
        match (self, name) {
            // Of more than can be counted there are words.
            (_, "ways") => Kind::Whole,
            (Kind::Unknown, _) => Kind::named(name),
            (Kind::Text, "created") => Kind::Day,
            (Kind::List(of), _) if *of == Kind::Unknown => match Kind::named(name) {
                list @ Kind::List(_) => list,
                _ => Kind::List(Kind::Text.into()),
            },
            (Kind::List(of), _) => Kind::List(of.settled("").into()),
            (Kind::Group(fields), _) => Kind::Group(settled(fields)),
            (kind, _) => kind,
        }
    }

    /// The type in Arrow.
    pub fn data_type(&self) -> DataType {
        match self {
            Kind::Unknown | Kind::Text => DataType::Utf8,
            Kind::Whole => DataType::Int64,
            Kind::Number => DataType::Float64,
            Kind::Flag => DataType::Boolean,
            Kind::Day => DataType::Date32,
            Kind::Instant => DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())),
            Kind::List(of) => DataType::List(Field::new("item", of.data_type(), true).into()),
            Kind::Group(of) => DataType::Struct(fields(of)),
        }
    }
}

/// Columns in Arrow.
pub fn fields(kinds: &[(String, Kind)]) -> Fields {
    kinds.iter().map(|(name, kind)| Field::new(name, kind.data_type(), true)).collect()
}

/// Makes room for the values of a row.
pub fn add(kinds: &mut Vec<(String, Kind)>, row: &Named) {
    for (at, (name, value)) in row.iter().enumerate() {
        // Rows nearly always have the same names at the same places.
        let place = match kinds.get(at).is_some_and(|(known, _)| known == name) {
            true => Some(at),
            false => kinds.iter().position(|(known, _)| known == name),
        };
        match place {
            Some(place) => {
                let kind = std::mem::replace(&mut kinds[place].1, Kind::Unknown);
                kinds[place].1 = kind.with(value);
            }
            None => kinds.push((name.to_string(), Kind::Unknown.with(value))),
        }
    }
}

/// The kinds of columns when all rows were looked at.
pub fn settled(kinds: Vec<(String, Kind)>) -> Vec<(String, Kind)> {
    kinds
        .into_iter()
        .map(|(name, kind)| {
            let kind = kind.settled(&name);
            (name, kind)
        })
        .collect()
}
