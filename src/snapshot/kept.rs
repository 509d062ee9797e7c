use std::collections::BTreeMap;

use arrow_buffer::{ArrowNativeType, Buffer};

use super::agree::{Agreed, any};
use super::part::{LazyNumbers, Numbers, Raw};

/// An `Array` is numbers that were computed from a snapshot's records, to be kept beside them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Array {
    /// Codes, flags or text take a byte each.
    Bytes(Vec<u8>),
    /// Rows and counts take four bytes each.
    Numbers(Vec<u32>),
    /// Sums take eight bytes each.
    Sums(Vec<u64>),
}

/// A `Kept` is what a snapshot keeps beside its records, by name.
#[derive(Debug, Clone, Default)]
pub(super) struct Kept(BTreeMap<String, Shelf>);

/// A `Shelf` is an array, by what its numbers take.
#[derive(Debug, Clone)]
pub enum Shelf {
    Bytes(LazyNumbers<u8>),
    Numbers(LazyNumbers<u32>),
    Sums(LazyNumbers<u64>),
}

/// A `Number` is a kind of number of which arrays are kept.
pub trait Number: ArrowNativeType {
    /// The array, if its numbers are such.
    fn on(shelf: &Shelf) -> Option<&LazyNumbers<Self>>;
}

macro_rules! numbers {
    ($($number:ty = $shelf:ident;)+) => {
        $(impl Number for $number {
            fn on(shelf: &Shelf) -> Option<&LazyNumbers<$number>> {
                match shelf {
                    Shelf::$shelf(part) => Some(part),
                    _ => None,
                }
            }
        })+
    };
}

numbers! {
    u8 = Bytes;
    u32 = Numbers;
    u64 = Sums;
}

impl Kept {
    pub fn add(&mut self, name: &str, array: Array) {
        let (width, buffer) = match array {
            Array::Bytes(values) => (1, Buffer::from(values)),
            Array::Numbers(values) => (4, Buffer::from(values)),
            Array::Sums(values) => (8, Buffer::from(values)),
        };
        self.place(name, width, Raw::Memory(buffer));
    }

    /// Adds an array whose numbers take so many bytes; another width is none that this program kept.
    pub fn place(&mut self, name: &str, width: usize, raw: Raw) {
        let shelf = match width {
            1 => Shelf::Bytes(LazyNumbers::new(raw)),
            4 => Shelf::Numbers(LazyNumbers::new(raw)),
            8 => Shelf::Sums(LazyNumbers::new(raw)),
            _ => return,
        };
        self.0.insert(name.into(), shelf);
    }

    /// Gives a copy of the array under a name, if one is there.
    pub fn array(&self, name: &str) -> Option<Result<Array, String>> {
        Some(match self.0.get(name)? {
            Shelf::Bytes(part) => part.raw.read(&any).map(|numbers| Array::Bytes(numbers.to_vec())),
            Shelf::Numbers(part) => part.raw.read(&any).map(|numbers| Array::Numbers(numbers.to_vec())),
            Shelf::Sums(part) => part.raw.read(&any).map(|numbers| Array::Sums(numbers.to_vec())),
        })
    }

    /// Reads the numbers under a name, if `look` has nothing against them; see [`Raw::read`].
    pub fn get<T: Number>(
        &self,
        name: &str,
        look: &(dyn Fn(&[T]) -> Agreed + Sync),
    ) -> Option<Result<&Numbers<T>, &str>> {
        Some(T::on(self.0.get(name)?)?.get(look))
    }

    /// Gives the names of what both have with other contents, and of what this one has alone.
    pub fn otherwise(&self, other: &Kept) -> (Vec<String>, Vec<String>) {
        let others: BTreeMap<_, _> = other.all().map(|(name, width, bytes)| (name, (width, bytes))).collect();
        let (mut differ, mut alone) = (Vec::new(), Vec::new());
        for (name, width, bytes) in self.all() {
            match others.get(name) {
                None => alone.push(name.to_owned()),
                Some(known) if *known != (width, bytes) => differ.push(name.to_owned()),
                Some(_) => (),
            }
        }
        (differ, alone)
    }

    /// Gives the name of each array, the bytes that one of its numbers takes, and its bytes.
    pub fn all(&self) -> impl Iterator<Item = (&str, usize, &[u8])> {
        self.0.iter().map(|(name, shelf)| match shelf {
            Shelf::Bytes(part) => (name.as_str(), 1, part.raw.bytes()),
            Shelf::Numbers(part) => (name.as_str(), 4, part.raw.bytes()),
            Shelf::Sums(part) => (name.as_str(), 8, part.raw.bytes()),
        })
    }
}
