use super::{Authority, Record, Reject};

/// A `Parentage` tells who the rows of a part of a source are and whom they descend from, and nothing else of them. It
/// makes no record of each, so that millions cost little.
#[derive(Debug, Default)]
pub struct Parentage {
    /// These are the ids of the rows, in their order.
    pub ids: Ids,
    /// These are the ids of the rows' parents, as each row spells them, row after row; one row may name a parent
    /// several times.
    pub parents: Ids,
    rows: Vec<Claim>,
    /// These are the rows that could not be read.
    pub rejects: Vec<Reject>,
}

/// A `Claim` is what a row says of its parents.
#[derive(Debug, Clone, Copy)]
pub struct Claim {
    /// So many parents do this row and all before it name.
    pub parents_end: usize,
    /// It tells whose word the parents are.
    pub authority: Authority,
}

/// An `Ids` holds ids, one after the other in one piece of memory.
#[derive(Debug, Default)]
pub struct Ids {
    all: Vec<u8>,
    ends: Vec<usize>,
}

impl Ids {
    /// Gives all ids as one text, with nothing between them.
    pub fn all(&self) -> &str {
        // They are, since ids are ASCII; asked once for all, it takes no time.
        std::str::from_utf8(&self.all).unwrap_or_default()
    }

    /// Tells at which byte of [`Ids::all`] each id ends.
    pub fn ends(&self) -> &[usize] {
        &self.ends
    }

    /// Gives the ids, in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        let (all, mut from) = (self.all(), 0);
        self.ends.iter().map(move |end| &all[std::mem::replace(&mut from, *end)..*end])
    }

    fn push(&mut self, id: &[u8]) {
        self.all.extend_from_slice(id);
        self.ends.push(self.all.len());
    }

    fn truncate(&mut self, count: usize) {
        self.ends.truncate(count);
        self.all.truncate(self.ends.last().copied().unwrap_or(0));
    }

    fn with_room_for(other: &Ids) -> Ids {
        Ids { all: Vec::with_capacity(other.all.len()), ends: Vec::with_capacity(other.ends.len()) }
    }
}

impl Parentage {
    /// Gives what each row says, in order.
    pub fn rows(&self) -> &[Claim] {
        &self.rows
    }

    /// Adds a parent to the row that is added next.
    pub(crate) fn parent(&mut self, id: &[u8]) {
        self.parents.push(id);
    }

    /// Whether the row that is added next has parents so far.
    pub(crate) fn has_parents(&self) -> bool {
        self.parents.ends.len() > self.rows.last().map_or(0, |row| row.parents_end)
    }

    /// Forgets the parents of the row that was begun.
    pub(crate) fn drop_parents(&mut self) {
        self.parents.truncate(self.rows.last().map_or(0, |row| row.parents_end));
    }

    /// Adds a row with the parents that were added since the last one. Its id is known to be one.
    pub(crate) fn row(&mut self, id: &[u8], authority: Authority) {
        self.ids.push(id);
        self.rows.push(Claim { parents_end: self.parents.ends.len(), authority });
    }

    /// Adds what a record says of its parents, as the next row.
    pub fn record(&mut self, record: &Record<'_>) {
        record.parents.iter().for_each(|parent| self.parent(parent.id.here().as_bytes()));
        self.row(record.id.as_str().as_bytes(), record.authority);
    }

    /// An empty one with room for as much as this one holds.
    pub(crate) fn with_as_much_room(&self) -> Parentage {
        Parentage {
            ids: Ids::with_room_for(&self.ids),
            parents: Ids::with_room_for(&self.parents),
            rows: Vec::with_capacity(self.rows.len()),
            rejects: Vec::new(),
        }
    }
}
