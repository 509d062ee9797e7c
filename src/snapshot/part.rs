use std::fmt::{Debug, Formatter};
use std::hash::Hasher as _;
use std::ops::{Deref, Range};
use std::sync::OnceLock;

use arrow_buffer::{ArrowNativeType, Buffer, ScalarBuffer};
use twox_hash::XxHash3_64;

use super::agree::Agreed;
use crate::model::side_by_side;

/// A stretch of a file, and its checksum.
pub(super) type Place = (Range<usize>, u64);

/// Whether the bytes of a place are those that were written.
pub(super) fn is_whole(file: &[u8], place: &Place) -> Agreed {
    looked(file, place, &|_| Ok(()))
}

/// The same, and what `look` says of its blocks, which it is given as ranges within the place.
fn looked(file: &[u8], (range, sum): &Place, look: &Look<'_>) -> Agreed {
    let (is, agreed) = sum_and_look(&file[range.clone()], look);
    match is == *sum {
        true => agreed,
        false => Err(format!("bytes {} to {} are not those that were written", range.start, range.end)),
    }
}

/// Where an array lies: in memory, or in a file with its checksum.
#[derive(Debug, Clone)]
pub(super) enum Raw {
    Memory(Buffer),
    Stored { file: Buffer, place: Place },
}

impl Default for Raw {
    fn default() -> Raw {
        Raw::Memory(Buffer::from(Vec::<u8>::new()))
    }
}

impl Raw {
    /// Gives the bytes themselves, unchecked, for writing them again.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Raw::Memory(buffer) => buffer,
            Raw::Stored { file, place } => &file[place.0.clone()],
        }
    }

    /// Reads the numbers, once their bytes are known to be those that were written and `look` has nothing against any
    /// of them. `look` is given them block by block while they are at hand, each block with the last number before it,
    /// from several threads: before their checksum is known.
    pub fn read<T: ArrowNativeType>(&self, look: &(dyn Fn(&[T]) -> Agreed + Sync)) -> Result<ScalarBuffer<T>, String> {
        let (bytes, from) = match self {
            Raw::Memory(buffer) => (buffer.clone(), 0),
            Raw::Stored { file, place } => (file.slice_with_length(place.0.start, place.0.len()), place.0.start),
        };
        let end = from + bytes.len();
        let is_aligned = bytes.as_ptr().align_offset(align_of::<T>()) == 0;
        let are_numbers = is_aligned && bytes.len().is_multiple_of(size_of::<T>());
        let numbers = match are_numbers && !bytes.is_empty() {
            true => ScalarBuffer::from(bytes),
            false => ScalarBuffer::default(),
        };
        match self {
            Raw::Memory(_) => look(&numbers)?,
            Raw::Stored { file, place } => looked(file, place, &|block| {
                let from = (block.start / size_of::<T>()).saturating_sub(1);
                numbers.get(from..block.end / size_of::<T>()).map_or(Ok(()), look)
            })?,
        }
        match are_numbers || from == end {
            true => Ok(numbers),
            false => Err(format!("bytes {from} to {end} are no numbers of {} bytes", size_of::<T>())),
        }
    }
}

/// A `Numbers` is numbers that were computed, or that are read out of a file which they hold open. A clone is the same
/// numbers.
#[derive(Debug, Clone)]
pub struct Numbers<T: ArrowNativeType>(ScalarBuffer<T>);

impl<T: ArrowNativeType> Default for Numbers<T> {
    fn default() -> Numbers<T> {
        Numbers(ScalarBuffer::default())
    }
}

impl<T: ArrowNativeType> From<Vec<T>> for Numbers<T> {
    fn from(numbers: Vec<T>) -> Numbers<T> {
        Numbers(numbers.into())
    }
}

impl<T: ArrowNativeType> Numbers<T> {
    /// Gives the same numbers as a buffer of Arrow, which holds open the file that they are read out of.
    pub fn buffer(&self) -> ScalarBuffer<T> {
        self.0.clone()
    }
}

impl<T: ArrowNativeType> Deref for Numbers<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

/// A `LazyNumbers` is an array that stands alone, read when it is first asked for.
#[derive(Debug, Clone)]
pub(crate) struct LazyNumbers<T: ArrowNativeType> {
    pub(super) raw: Raw,
    numbers: OnceLock<Result<Numbers<T>, String>>,
}

impl<T: ArrowNativeType> LazyNumbers<T> {
    pub(super) fn new(raw: Raw) -> LazyNumbers<T> {
        LazyNumbers { raw, numbers: OnceLock::new() }
    }

    /// Reads the numbers, or says what is wrong with them; see [`Raw::read`].
    pub fn get(&self, look: &(dyn Fn(&[T]) -> Agreed + Sync)) -> Result<&Numbers<T>, &str> {
        self.numbers.get_or_init(|| self.raw.read(look).map(Numbers)).as_ref().map_err(String::as_str)
    }
}

/// The arrays of one column, in their order.
pub(super) struct Parts<'p>(std::slice::Iter<'p, Raw>);

impl<'p> Parts<'p> {
    pub fn new(parts: &'p [Raw]) -> Parts<'p> {
        Parts(parts.iter())
    }

    pub fn next<T: ArrowNativeType>(
        &mut self,
        look: impl Fn(&[T]) -> Agreed + Sync,
    ) -> Result<ScalarBuffer<T>, String> {
        self.0.next().ok_or("an array is missing")?.read(&look)
    }
}

/// Makes a column of its arrays. It sees that they agree with each other: whoever holds the column may rely on it.
type Reader<C> = Box<dyn Fn(&mut Parts<'_>) -> Result<C, String> + Send + Sync>;

/// A `Lazy` is a column that is read when it is first asked for.
pub(super) struct Lazy<C> {
    name: &'static str,
    parts: Vec<Raw>,
    read: Reader<C>,
    column: OnceLock<Result<C, String>>,
}

impl<C> Lazy<C> {
    pub fn new(
        name: &'static str,
        parts: impl Into<Vec<Raw>>,
        read: impl Fn(&mut Parts<'_>) -> Result<C, String> + Send + Sync + 'static,
    ) -> Lazy<C> {
        Lazy { name, parts: parts.into(), read: Box::new(read), column: OnceLock::new() }
    }

    /// Tells how many bytes the array at a place has, which is known without reading it.
    pub fn bytes(&self, part: usize) -> usize {
        self.parts.get(part).map_or(0, |part| part.bytes().len())
    }

    /// Reads the column, or says what is wrong with it.
    pub fn get(&self) -> Result<&C, &str> {
        let read = || (self.read)(&mut Parts::new(&self.parts));
        let column = self.column.get_or_init(|| read().map_err(|reason| format!("column {}: {reason}", self.name)));
        column.as_ref().map_err(String::as_str)
    }
}

impl<C: Debug> Debug for Lazy<C> {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lazy").field("name", &self.name).field("column", &self.column).finish_non_exhaustive()
    }
}

pub(super) fn bit(bits: &[u8], at: u32) -> bool {
    bits.get(at as usize / 8).is_some_and(|byte| byte >> (at % 8) & 1 == 1)
}

/// What is looked at of an array, block by block.
type Look<'l> = dyn Fn(Range<usize>) -> Agreed + Sync + 'l;

/// Of a large array the pieces have a checksum each, and these have one together.
const PIECE: usize = 4 << 20;
/// So much stays at hand in a processor, to be looked at once more at no cost.
const BLOCK: usize = 256 << 10;

/// The checksum of an array.
pub(super) fn checksum(bytes: &[u8]) -> u64 {
    sum_and_look(bytes, &|_| Ok(())).0
}

/// The checksum of an array, and what is said first of its blocks; pieces are read on all processors.
fn sum_and_look(bytes: &[u8], look: &Look<'_>) -> (u64, Agreed) {
    let of_piece = |from: usize| {
        let (mut hash, mut agreed) = (XxHash3_64::new(), Ok(()));
        let end = bytes.len().min(from + PIECE);
        for from in (from..end).step_by(BLOCK) {
            let block = from..end.min(from + BLOCK);
            hash.write(&bytes[block.clone()]);
            agreed = agreed.and_then(|()| look(block));
        }
        (hash.finish(), agreed)
    };
    if bytes.len() <= PIECE {
        return of_piece(0);
    }
    let pieces = side_by_side(bytes.len().div_ceil(PIECE), |at| of_piece(at * PIECE));
    let mut hash = XxHash3_64::new();
    let mut agreed = Ok(());
    for (sum, said) in pieces {
        hash.write(&sum.to_le_bytes());
        agreed = agreed.and(said);
    }
    (hash.finish(), agreed)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::*;
    use crate::snapshot::agree::rising;

    /// The checksum as docs/snapshot.md tells it.
    fn as_told(bytes: &[u8]) -> u64 {
        let sum = XxHash3_64::oneshot;
        match bytes.len() <= PIECE {
            true => sum(bytes),
            false => sum(&bytes.chunks(PIECE).flat_map(|piece| sum(piece).to_le_bytes()).collect::<Vec<u8>>()),
        }
    }

    #[test]
    fn the_checksum_is_the_same_however_it_is_read() {
        let bytes: Vec<u8> = (0..2 * PIECE + BLOCK + 3).map(|at| (at * at % 251) as u8).collect();
        for length in [0, 1, 240, BLOCK - 1, BLOCK, BLOCK + 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, bytes.len()] {
            assert_eq!(checksum(&bytes[..length]), as_told(&bytes[..length]), "{length}");
        }
    }

    /// Numbers are looked at in blocks; what is wrong between two of them is found too.
    #[test]
    fn what_is_wrong_is_found_wherever_it_stands() {
        let numbers: Vec<u32> = (1..(PIECE + 2 * BLOCK) as u32 / 4).collect();
        let read = |numbers: Vec<u32>, sum: u64| {
            let file = Buffer::from(numbers);
            let place = (0..file.len(), sum);
            Raw::Stored { file, place }.read(&rising::<u32>).map(|numbers| numbers.len())
        };
        let sum = |numbers: &[u32]| as_told(Buffer::from(numbers.to_vec()).as_slice());
        assert_eq!(read(numbers.clone(), sum(&numbers)), Ok(numbers.len()));
        for at in [1, BLOCK / 4 - 1, BLOCK / 4, PIECE / 4 - 1, PIECE / 4, PIECE / 4 + 1, numbers.len() - 1] {
            let mut wrong = numbers.clone();
            wrong[at] = wrong[at - 1] - 1;
            let reason = read(wrong.clone(), sum(&wrong)).unwrap_err();
            assert_eq!(reason, "the ends of its lists do not rise", "{at}");
            // The checksum comes first.
            let reason = read(wrong, sum(&numbers)).unwrap_err();
            assert!(reason.ends_with("are not those that were written"), "{reason}");
        }
    }
}
