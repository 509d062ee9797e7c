//! Which columns of a dump are read: found by name. One that speaks of lineage and cannot be what its name says is refused,
//! another one is passed over and told.

use parquet::basic::{ConvertedType, LogicalType, Type};
use parquet::schema::types::SchemaDescriptor;

use crate::model::{Count, Counts, Flags, Remark, RemarkKind, Word, Words};
use crate::source::Projection;
use crate::source::table::{Column, NamedColumns, looks_like_lineage};

/// Where the columns of interest lie: numbers of leaves. Of one that is there in several spellings all, the one that stands
/// above the others first: each row may have another one.
#[derive(Clone)]
pub(super) struct Columns {
    pub ids: Vec<usize>,
    /// What they are called.
    pub id_names: Vec<String>,
    pub hub_id: Vec<usize>,
    pub created: Vec<usize>,
    pub counts: Counts<Vec<usize>>,
    pub words: Words<Vec<usize>>,
    pub flags: Flags<Vec<usize>>,
    pub sha: Vec<usize>,
    pub tags: Option<usize>,
    pub base_models: Vec<Base>,
    pub card: Vec<usize>,
    /// Those that tables of other people have.
    pub cells: Vec<Cell>,
    pub projection: Projection,
}

/// The parts of a column of the Hub's parents: JSON text, or a list of ids with what is said of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Base {
    pub text: Option<usize>,
    pub models: Option<usize>,
    /// The Hub's keys of the same.
    pub keys: Option<usize>,
    pub relation: Option<usize>,
}

/// A column that is read as a table's: texts, or lists of texts.
#[derive(Debug, Clone)]
pub(super) struct Cell {
    pub at: usize,
    pub name: String,
    pub column: Column,
    pub is_list: bool,
}

impl Columns {
    /// Those of them that say who a row is and what it descends from.
    pub fn of_links(&self) -> Columns {
        let words = |word| if word == Word::Hub { self.words[word].clone() } else { Vec::new() };
        Columns {
            hub_id: Vec::new(),
            created: Vec::new(),
            counts: Counts::default(),
            words: Words::from_fn(words),
            flags: Flags::default(),
            sha: Vec::new(),
            base_models: self.base_models.iter().map(|base| Base { keys: None, ..*base }).collect(),
            projection: Projection::Links,
            ..self.clone()
        }
    }

    /// All of them.
    pub fn leaves(&self) -> Vec<usize> {
        let Columns { ids, hub_id, created, counts, words, flags, sha, tags, base_models, card, cells, .. } = self;
        let counts = counts.iter().flat_map(|(_, at)| at);
        let words = words.iter().flat_map(|(_, at)| at);
        let flags = flags.iter().flat_map(|(_, at)| at);
        let base = base_models.iter().flat_map(|base| [&base.text, &base.models, &base.keys, &base.relation]).flatten();
        let all = [ids, hub_id, created, sha, card].into_iter().flatten().chain(tags);
        let all = all.chain(counts).chain(words).chain(flags).chain(base).copied();
        all.chain(cells.iter().map(|cell| cell.at)).collect()
    }

    /// Whether a row is a link and no model, as in any table: rows of one child add up.
    pub fn are_of_links(&self) -> bool {
        let Columns { hub_id, created, counts, words, flags, sha, tags, card, .. } = self;
        let single = [
            (hub_id.is_empty(), Column::RepositoryKey),
            (created.is_empty(), Column::Created),
            (sha.is_empty(), Column::Sha),
            (tags.is_none(), Column::Tags),
            (card.is_empty(), Column::CardData),
        ];
        let known = single.into_iter().chain(counts.iter().map(|(count, at)| (at.is_empty(), Column::Count(count))));
        let known = known.chain(words.iter().map(|(word, at)| (at.is_empty(), Column::Word(word))));
        let known = known.chain(flags.iter().map(|(flag, at)| (at.is_empty(), Column::Flag(flag))));
        // Their names say nothing of links.
        let known = known.filter(|(is_absent, _)| !is_absent).map(|(_, column)| ("", column));
        let id = self.id_names.iter().map(|name| (name.as_str(), Column::Id));
        let cells = || self.cells.iter().map(|cell| (cell.name.as_str(), cell.column));
        cells().any(|(_, column)| column == Column::Relation || column.names_parents())
            && Column::are_of_links(&id.chain(known).chain(cells()).collect::<Vec<_>>())
    }

    /// Whether a column that is read as a table's speaks of parents.
    pub fn name_parents(&self) -> bool {
        self.cells.iter().any(|cell| cell.column.names_parents())
    }

    /// Finds them, and says what is to be said of the others.
    ///
    /// # Errors
    /// Which column cannot be what its name says: passing over it would change the lineage.
    pub fn find(schema: &SchemaDescriptor, named: &NamedColumns) -> Result<(Columns, Vec<Remark>), String> {
        let fields = Fields { schema, named };
        let mut taken = Vec::new();
        let mut leaves = |column: Column, depth: i16, is_part: &dyn Fn(&[&str]) -> bool, types: &[Type]| {
            let found = fields.spellings(column).filter_map(|name| fields.leaf(name, depth, is_part, types));
            let found: Vec<_> = found.filter(|at| column != Column::Created || fields.is_time(*at)).collect();
            taken.extend(found.iter().map(|at| fields.root(*at)));
            found
        };
        let texts = &[Type::BYTE_ARRAY];
        let ids = leaves(Column::Id, 0, &is_whole, texts);
        let flags = Flags::from_fn(|flag| leaves(Column::Flag(flag), 0, &is_whole, FLAGS));
        let words = Words::from_fn(|word| {
            leaves(Column::Word(word), 0, &is_whole, if word == Word::Gated { FLAGS } else { texts })
        });
        let counts = Counts::from_fn(|count| {
            let mut all = leaves(Column::Count(count), 0, &is_whole, NUMBERS);
            if count == Count::Parameters {
                let mut tensors = leaves(Column::Safetensors, 0, &|rest| rest == ["total"], NUMBERS);
                tensors.extend(leaves(Column::Safetensors, 0, &is_whole, texts));
                // A column that somebody named stands above them.
                all.splice(if named.has(Column::Count(count)) { all.len()..all.len() } else { 0..0 }, tensors);
            }
            all
        });
        // Beside another one, which may be a text, they are read as a table's.
        let are_lone = fields.spellings(Column::Tags).count() == 1;
        let mut columns = Columns {
            id_names: ids.iter().map(|at| fields.root(*at).to_owned()).collect(),
            ids,
            hub_id: leaves(Column::RepositoryKey, 0, &is_whole, texts),
            created: leaves(Column::Created, 0, &is_whole, TIMES),
            counts,
            words,
            flags,
            sha: leaves(Column::Sha, 0, &is_whole, texts),
            tags: if are_lone { leaves(Column::Tags, 1, &is_list, texts).pop() } else { None },
            base_models: Vec::new(),
            card: leaves(Column::CardData, 0, &is_whole, texts),
            cells: Vec::new(),
            projection: Projection::All,
        };
        for name in fields.spellings(Column::BaseModels) {
            if let Some(base) = fields.base(name) {
                columns.base_models.push(base);
                taken.push(name);
            }
        }
        let mut remarks = Vec::new();
        for name in fields.names() {
            let Some((column, _)) = named.column(name) else {
                if looks_like_lineage(name) {
                    remarks.push(Remark::new(RemarkKind::Unread, name));
                }
                continue;
            };
            let times = fields.names().filter(|other| *other == name).count();
            if times > 1 {
                return Err(format!("has {times} columns with the name `{name}`; leave all but one out"));
            }
            if taken.contains(&name) || fields.leaves(name).all(|at| fields.is_null(at)) {
                continue;
            }
            match fields.cell(name, column) {
                Some(cell) => columns.cells.push(cell),
                None if column == Column::Id && (!columns.ids.is_empty() || name == "model") => (),
                None if column.is_of_lineage() => {
                    return Err(format!(
                        "the column `{name}` cannot be read: it should be {}, and is {}; change its type or leave it out",
                        column.wanted(),
                        fields.shapes(name)
                    ));
                }
                None => remarks.push(Remark::new(RemarkKind::PassedOver, fields.shapes(name))),
            }
        }
        columns.cells.sort_by_key(|cell| named.column(&cell.name).map(|(_, rank)| rank));
        if let Some(name) = named.names().find(|name| !fields.names().any(|known| known == *name)) {
            return Err(format!("has no column `{name}`; it has: {}", fields.names().collect::<Vec<_>>().join(", ")));
        }
        Ok((columns, remarks))
    }
}

/// The columns that a file has.
#[derive(Clone, Copy)]
struct Fields<'s> {
    schema: &'s SchemaDescriptor,
    named: &'s NamedColumns,
}

impl<'s> Fields<'s> {
    fn names(self) -> impl Iterator<Item = &'s str> {
        self.schema.root_schema().get_fields().iter().map(|field| field.name())
    }

    /// The names in the file of a column, the one that stands above the others first.
    fn spellings(self, column: Column) -> impl Iterator<Item = &'s str> {
        let known =
            |name: &'s str| self.named.column(name).filter(|known| known.0 == column).map(|(_, rank)| (rank, name));
        let mut names: Vec<_> = self.names().filter_map(known).collect();
        // Of several that somebody named the first one in the file.
        names.sort_by_key(|(rank, _)| *rank);
        names.into_iter().map(|(_, name)| name)
    }

    fn leaves(self, name: &str) -> impl Iterator<Item = usize> {
        (0..self.schema.num_columns()).filter(move |at| self.root(*at) == name)
    }

    fn parts(self, at: usize) -> &'s [String] {
        self.schema.columns()[at].path().parts()
    }

    fn root(self, at: usize) -> &'s str {
        &self.parts(at)[0]
    }

    /// What follows the column's name in a leaf's path: it differs between writers.
    fn rest(self, at: usize) -> Vec<&'s str> {
        self.parts(at)[1..].iter().map(String::as_str).collect()
    }

    fn leaf(self, name: &str, depth: i16, is_part: &dyn Fn(&[&str]) -> bool, types: &[Type]) -> Option<usize> {
        self.leaves(name).find(|at| {
            let column = self.schema.column(*at);
            is_part(&self.rest(*at))
                && types.contains(&column.physical_type())
                && column.max_rep_level() == depth
                && column.converted_type() != ConvertedType::DECIMAL
                && !self.is_null(*at)
        })
    }

    /// A column without a type has no value: it is as if it were not there.
    fn is_null(self, at: usize) -> bool {
        matches!(self.schema.column(at).logical_type_ref(), Some(LogicalType::Unknown))
    }

    /// Lists of nothing.
    fn is_nothing(self, at: usize) -> bool {
        self.is_null(at) && self.schema.column(at).max_rep_level() == 1
    }

    /// The parts of a column of the Hub's parents, if all that it says of them can be read.
    fn base(self, name: &str) -> Option<Base> {
        let within = |depth, is_part: &dyn Fn(&[&str]) -> bool| self.leaf(name, depth, is_part, &[Type::BYTE_ARRAY]);
        let text = within(0, &is_whole);
        // Lists that are all empty have no type: they say that there is no parent.
        let no_models = || self.leaves(name).find(|at| self.is_nothing(*at) && is_models(&self.rest(*at)));
        let models = within(1, &is_models).or_else(no_models);
        let relation = within(0, &|rest| rest == ["relation"]);
        let mut relations = self.leaves(name).filter(|at| !self.is_null(*at) && self.rest(*at).contains(&"relation"));
        let is_read = (text.is_some() || models.is_some()) && relations.all(|at| Some(at) == relation);
        is_read.then(|| Base { text, models, keys: within(1, &is_keys), relation })
    }

    /// Whether a leaf is a time: a stamp, a date, a text, or a number of seconds or the like; not what is a time of any day.
    fn is_time(self, at: usize) -> bool {
        !matches!(self.schema.column(at).logical_type_ref(), Some(LogicalType::Time(_)))
            && !matches!(
                self.schema.column(at).converted_type(),
                ConvertedType::TIME_MILLIS | ConvertedType::TIME_MICROS
            )
    }

    /// The column as a table's, if its values are texts or lists of texts.
    fn cell(self, name: &str, column: Column) -> Option<Cell> {
        let is_cell = !matches!(column, Column::Id | Column::BaseModels | Column::CardData);
        let one = self.leaf(name, 0, &is_whole, &[Type::BYTE_ARRAY]);
        let many = || self.leaf(name, 1, &is_models, &[Type::BYTE_ARRAY]);
        let (at, is_list) = match one {
            Some(at) => (at, false),
            None => (many().filter(|_| column.may_be_list())?, true),
        };
        is_cell.then(|| Cell { at, name: name.to_owned(), column, is_list })
    }

    /// What a column is, in words.
    fn shapes(self, name: &str) -> String {
        let shape = |at: usize| {
            let column = self.schema.column(at);
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
        self.leaves(name).map(shape).collect::<Vec<_>>().join(", ")
    }
}

fn is_whole(rest: &[&str]) -> bool {
    rest.is_empty()
}

/// What writers call the levels of a list.
fn is_list(rest: &[&str]) -> bool {
    let is_level = |part: &&str| matches!(*part, "list" | "element" | "item" | "bag" | "array" | "array_element");
    !rest.is_empty() && rest.iter().all(is_level)
}

/// A list of ids, or of objects with an id, in a field of its own or not.
fn is_models(rest: &[&str]) -> bool {
    let rest = rest.strip_prefix(&["models"]).unwrap_or(rest);
    is_list(rest.strip_suffix(&["id"]).unwrap_or(rest))
}

/// The Hub's keys in a list of objects.
fn is_keys(rest: &[&str]) -> bool {
    rest.strip_suffix(&["_id"]).is_some_and(is_models)
}

/// The types that a time may have.
const TIMES: &[Type] = &[Type::BYTE_ARRAY, Type::INT32, Type::INT64, Type::INT96, Type::DOUBLE];

/// The types that a count may have; texts are read as numbers.
const NUMBERS: &[Type] = &[Type::INT32, Type::INT64, Type::FLOAT, Type::DOUBLE, Type::BYTE_ARRAY];

/// The types of yes and no.
const FLAGS: &[Type] = &[Type::BOOLEAN, Type::BYTE_ARRAY];
