//! The numbers of the sums over distinct models, each kind a type of its own: one that is taken for another would give a
//! wrong count and no error. A node is a plain number, since whoever gives the links has numbered it.

use super::targets::NONE;
use crate::lineage::RowSet;

/// A `Place` is where a node with children stands among all of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(transparent)]
pub(super) struct Place(pub u32);

impl Place {
    /// This is no node's.
    pub const NONE: Place = Place(NONE);

    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// An `Inner` is the nodes with children, which alone have places.
pub(super) struct Inner(RowSet);

impl Inner {
    /// Makes a set of the nodes whose bits are set.
    pub fn from_bits(bits: Vec<u64>) -> Inner {
        Inner(RowSet::from_bits(bits))
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn holds(&self, node: u32) -> bool {
        self.0.holds(node)
    }

    /// Gives the place of a node that is known to have children.
    pub fn place(&self, node: u32) -> Place {
        Place(self.0.place(node))
    }

    /// Gives the place of a node, if it has children.
    pub fn find(&self, node: u32) -> Option<Place> {
        self.holds(node).then(|| self.place(node))
    }

    /// Gives the nodes, in the order of their places.
    pub fn nodes(&self) -> impl Iterator<Item = u32> {
        self.0.rows()
    }

    pub fn places(&self) -> impl DoubleEndedIterator<Item = Place> + use<> {
        (0..self.len() as u32).map(Place)
    }
}

/// A `Column` is the number of a head among those of a closure, or of an owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(transparent)]
pub(super) struct Column(pub u32);

impl Column {
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A `Set` names a set of columns in four bytes; [`Set::made`] says how it is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(transparent)]
pub(super) struct Set(u32);

/// A `Made` says what a set is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Made {
    Empty,
    /// It holds one column alone, and needs no union.
    Column(Column),
    /// It is the union of this number.
    Union(u32),
}

impl Set {
    /// This is greater than any other.
    pub const EMPTY: Set = Set(NONE);

    /// Unions have even numbers, and sets of one column odd ones.
    pub fn union(number: u32) -> Set {
        Set(2 * number)
    }

    pub fn made(self) -> Made {
        match self {
            Set::EMPTY => Made::Empty,
            Set(odd) if odd % 2 == 1 => Made::Column(Column(odd / 2)),
            Set(even) => Made::Union(even / 2),
        }
    }

    /// Gives the bare number, for a field that holds something else at other times.
    pub fn bits(self) -> u32 {
        self.0
    }

    pub fn from_bits(bits: u32) -> Set {
        Set(bits)
    }
}

impl Default for Set {
    fn default() -> Set {
        Set::EMPTY
    }
}

impl From<Column> for Set {
    fn from(column: Column) -> Set {
        Set(2 * column.0 + 1)
    }
}
