use std::sync::Arc;

use arrow_array::{Array, RecordBatch};
use arrow_buffer::Buffer;
use arrow_data::ArrayData;
use arrow_schema::{DataType, Field};
use sha2::{Digest as _, Sha256};

use super::part::{Lazy, Parts, Raw};
use super::schema::schema;
use super::stored::{
    AuthorityColumn, CommitColumn, FlagColumn, KeyColumn, LinkColumn, ListColumn, Names, NumberColumn, OddityColumn,
    Texts, WordColumn,
};
use crate::model::{
    Authority, Counts, Flags, INSTANTS, Learned, OddityKind, Relation, WordList, WordLists, Words, hex,
};

/// A `Columns` is the columns of a snapshot, each read where it lies when it is first asked for. Who there is, every
/// question asks.
#[derive(Debug)]
pub(super) struct Columns {
    pub rows: usize,
    pub names: Names,
    pub keys: Lazy<KeyColumn>,
    pub links: Lazy<LinkColumn>,
    pub authorities: Lazy<AuthorityColumn>,
    pub created: Lazy<NumberColumn<i64>>,
    pub commits: Lazy<CommitColumn>,
    pub counts: Counts<Lazy<NumberColumn<u64>>>,
    pub words: Words<Lazy<WordColumn>>,
    pub flags: Flags<Lazy<FlagColumn>>,
    pub lists: WordLists<Lazy<ListColumn>>,
    pub oddities: Lazy<OddityColumn>,
}

/// An `Unfit` says why arrays make no columns.
#[derive(Debug)]
pub(super) enum Unfit {
    /// Another version of the program wrote them.
    Strange(String),
    /// They were altered since they were written.
    Damaged(String),
}

/// The arrays that are still to be taken: of the tables of words, and of the columns.
struct Arrays(std::vec::IntoIter<Raw>, std::vec::IntoIter<Raw>);

impl Arrays {
    /// The next arrays of the columns. One that is missing is as one without contents.
    fn next<const N: usize>(&mut self) -> [Raw; N] {
        std::array::from_fn(|_| self.1.next().unwrap_or_default())
    }

    /// The offsets and the bytes of the next table of words, in which none can be missing.
    fn words(&mut self) -> [Raw; 2] {
        let [_, offsets, bytes] = std::array::from_fn(|_| self.0.next().unwrap_or_default());
        [offsets, bytes]
    }

    /// Passes a table that must begin as the program's own does.
    fn same_words(&mut self, what: &str, own: impl Iterator<Item = &'static str>) -> Result<(), Unfit> {
        let table = Texts::<i32>::read(&mut Parts::new(&self.words()))
            .map_err(|reason| Unfit::Damaged(format!("the words of {what}: {reason}")))?;
        let stored: Vec<_> = (0..table.len()).map(|at| table.at(at)).collect();
        match stored.iter().copied().eq(own.take(stored.len())) {
            true => Ok(()),
            false => {
                let reason = format!("the words of `{what}` are not those of this program: {}", stored.join(", "));
                Err(Unfit::Strange(reason))
            }
        }
    }
}

impl Columns {
    /// Takes the arrays of a batch, or of a file with this schema, in their order: [`arrays`]. Every array begins with its valid
    /// bits, which are nothing where no value can be missing.
    ///
    /// # Errors
    /// They are unfit if a table of words is not this program's, or the names are not as they were written.
    pub fn from_arrays(rows: usize, words: Vec<Raw>, arrays: Vec<Raw>) -> Result<Columns, Unfit> {
        let mut arrays = Arrays(words.into_iter(), arrays.into_iter());
        let [_, id_ends, ids, _, listed, alias_valid, alias_of] = arrays.next();
        let names = Names::read(rows, &mut Parts::new(&[id_ends, ids, listed, alias_valid, alias_of]))
            .map_err(|reason| Unfit::Damaged(format!("the names: {reason}")))?;
        let keys = Lazy::new("hub_id", arrays.next::<2>(), move |parts| KeyColumn::read(rows, parts));
        let [_, parent_ends, _, _, parents, _, relations, _, learned] = arrays.next();
        arrays.same_words("relation", Relation::ALL.iter().map(|relation| relation.name()))?;
        arrays.same_words("learned", Learned::ALL.iter().map(|learned| learned.name()))?;
        let links = [parent_ends, parents, relations, learned];
        let links = Lazy::new("parents", links, move |parts| LinkColumn::read(rows, parts));
        let authorities = Lazy::new("parents_by", arrays.next::<2>(), move |parts| AuthorityColumn::read(rows, parts));
        arrays.same_words("parents_by", Authority::NAMED.iter().map(|(_, name)| *name))?;
        let created = move |parts: &mut Parts<'_>| NumberColumn::within(rows, parts, INSTANTS);
        let created = Lazy::new("created", arrays.next::<2>(), created);
        let [_, commit_ends, commits] = arrays.next();
        let commits = Lazy::new("sha", [commit_ends, commits], move |parts| CommitColumn::read(rows, parts));
        let counts = Counts::from_fn(|count| {
            let read = move |parts: &mut Parts<'_>| NumberColumn::within(rows, parts, 0..=count.most());
            Lazy::new(count.name(), arrays.next::<2>(), read)
        });
        let words = Words::from_fn(|word| {
            let [valid, codes] = arrays.next();
            let [offsets, bytes] = arrays.words();
            Lazy::new(word.name(), [offsets, bytes, valid, codes], move |parts| WordColumn::read(rows, parts))
        });
        let flags = Flags::from_fn(|flag| {
            Lazy::new(flag.name(), arrays.next::<2>(), move |parts| FlagColumn::read(rows, parts))
        });
        let lists = WordLists::from_fn(|list| {
            let [_, ends, _, codes] = arrays.next();
            let [offsets, bytes] = arrays.words();
            Lazy::new(list.name(), [offsets, bytes, ends, codes], move |parts| ListColumn::read(rows, parts))
        });
        let [_, oddity_ends, _, _, kinds, _, text_ends, texts] = arrays.next();
        arrays.same_words("kind", OddityKind::ALL.iter().map(|kind| kind.name()))?;
        let oddities = [oddity_ends, kinds, text_ends, texts];
        let oddities = Lazy::new("oddities", oddities, move |parts| OddityColumn::read(rows, parts));
        Ok(Columns { rows, names, keys, links, authorities, created, commits, counts, words, flags, lists, oddities })
    }

    /// Counts the oddities: each has a byte that tells its kind.
    pub fn all_oddities(&self) -> usize {
        self.oddities.bytes(1)
    }

    /// Tells whether lists have any words at all: the table of words has an end for each, and one more.
    pub fn has_words(&self, list: WordList) -> bool {
        self.lists[list].bytes(0) > size_of::<i32>()
    }

    /// Reads every column, or says what is wrong with one.
    pub fn all(&self) -> Result<(), &str> {
        self.keys.get()?;
        self.links.get()?;
        self.authorities.get()?;
        self.created.get()?;
        self.commits.get()?;
        self.counts.iter().try_for_each(|(_, column)| column.get().map(|_| ()))?;
        self.words.iter().try_for_each(|(_, column)| column.get().map(|_| ()))?;
        self.flags.iter().try_for_each(|(_, column)| column.get().map(|_| ()))?;
        self.lists.iter().try_for_each(|(_, column)| column.get().map(|_| ()))?;
        self.oddities.get().map(|_| ())
    }
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

/// SHA-256 over every column's name and contents.
pub(super) fn digest(batch: &RecordBatch) -> String {
    let mut digest = Digest::default();
    batch.columns().iter().for_each(|column| digest.add(column));
    digest.finish()
}

/// A `Digest` is a SHA-256 over the names and contents of columns, in the order of the schema. A column without any value is no
/// part of it: one that is new to the program changes no digest of what does not have it.
pub(super) struct Digest {
    hash: Sha256,
    fields: std::vec::IntoIter<Arc<Field>>,
}

impl Default for Digest {
    fn default() -> Digest {
        let fields: Vec<Arc<Field>> = schema().fields().iter().cloned().collect();
        Digest { hash: Sha256::new(), fields: fields.into_iter() }
    }
}

impl Digest {
    /// Adds the next column.
    pub fn add(&mut self, column: &dyn Array) {
        let Some(field) = self.fields.next() else { return };
        if column.null_count() < column.len() {
            self.hash.update(field.name());
            hash_array(&column.to_data(), &mut self.hash);
        }
    }

    pub fn finish(self) -> String {
        hex(&self.hash.finalize())
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
