use std::ops::Range;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};
use std::thread::{self, available_parallelism};

use arrow_buffer::{ArrowNativeType, Buffer, ScalarBuffer};
use twox_hash::XxHash3_64;

/// A file whose parts are checked one by one, each when it is first read.
#[derive(Debug)]
pub(super) struct Mapped {
    pub bytes: Buffer,
    /// The first part that is not as it was written.
    damage: OnceLock<String>,
}

impl Mapped {
    pub fn new(bytes: Buffer) -> Arc<Mapped> {
        Arc::new(Mapped { bytes, damage: OnceLock::new() })
    }

    /// Whether the bytes of a place are those that were written; what is not is remembered.
    pub fn check(&self, (range, sum): &Place) -> bool {
        let is_whole = checksum(&self.bytes[range.clone()]) == *sum;
        if !is_whole {
            self.damaged(range);
        }
        is_whole
    }

    fn damaged(&self, range: &Range<usize>) {
        _ = self.damage.set(format!("bytes {} to {} are not those that were written", range.start, range.end));
    }

    /// What is wrong, as far as was read.
    pub fn damage(&self) -> Option<&str> {
        self.damage.get().map(String::as_str)
    }
}

/// A stretch of a file, and its checksum.
pub(super) type Place = (Range<usize>, u64);

/// Where an array lies: in memory, or in a file with its checksum.
#[derive(Debug, Clone)]
pub(super) enum Raw {
    Memory(Buffer),
    Stored { file: Arc<Mapped>, place: Place },
}

/// An array of numbers of a snapshot. What is damaged reads as zeros of the same length, and the file says so; nothing
/// that was counted with it may be shown then.
#[derive(Debug)]
pub(super) struct Part<T: ArrowNativeType> {
    raw: Raw,
    /// No number is higher, or it points outside of what it points at.
    most: Option<usize>,
    values: OnceLock<ScalarBuffer<T>>,
}

impl<T: ArrowNativeType> Part<T> {
    pub fn new(raw: Raw) -> Part<T> {
        Part { raw, most: None, values: OnceLock::new() }
    }

    /// The same; a number above `most` is damage.
    pub fn at_most(raw: Raw, most: usize) -> Part<T> {
        Part { most: Some(most), ..Part::new(raw) }
    }

    /// How many numbers there are; the array is not read.
    pub fn len(&self) -> usize {
        self.raw().len() / size_of::<T>()
    }

    pub fn get(&self) -> &[T] {
        self.values.get_or_init(|| match &self.raw {
            Raw::Memory(buffer) if buffer.is_empty() => ScalarBuffer::default(),
            Raw::Memory(buffer) => ScalarBuffer::from(buffer.clone()),
            Raw::Stored { file, place } => {
                let range = &place.0;
                let bytes = file.bytes.slice_with_length(range.start, range.len());
                let is_aligned = bytes.as_ptr().align_offset(align_of::<T>()) == 0;
                let whole = is_aligned && range.len().is_multiple_of(size_of::<T>()) && file.check(place);
                let values = whole.then(|| ScalarBuffer::from(bytes)).filter(|values| self.is_inside(values));
                values.unwrap_or_else(|| {
                    file.damaged(range);
                    ScalarBuffer::from(vec![T::default(); range.len() / size_of::<T>()])
                })
            }
        })
    }

    fn is_inside(&self, values: &[T]) -> bool {
        self.most
            .is_none_or(|most| values.iter().map(|value| value.as_usize()).max().is_none_or(|highest| highest <= most))
    }

    /// The bytes themselves, unchecked, for writing them again.
    pub fn raw(&self) -> &[u8] {
        match &self.raw {
            Raw::Memory(buffer) => buffer,
            Raw::Stored { file, place } => &file.bytes[place.0.clone()],
        }
    }
}

/// A column of numbers that may be missing.
#[derive(Debug)]
pub(super) struct Numbers<T: ArrowNativeType> {
    /// A bit for each row; empty if none is missing.
    pub valid: Part<u8>,
    pub values: Part<T>,
}

impl<T: ArrowNativeType> Numbers<T> {
    pub fn of(&self, row: u32) -> Option<T> {
        let valid = self.valid.get();
        let is_there = valid.is_empty() || bit(valid, row);
        self.values.get().get(row as usize).copied().filter(|_| is_there)
    }
}

/// A column of yes and no that may be missing.
#[derive(Debug)]
pub(super) struct Bits {
    /// A bit for each row; empty if none is missing.
    pub valid: Part<u8>,
    pub values: Part<u8>,
}

impl Bits {
    pub fn of(&self, row: u32) -> Option<bool> {
        let valid = self.valid.get();
        (valid.is_empty() || bit(valid, row)).then(|| bit(self.values.get(), row))
    }
}

/// A column of texts, or the words of a dictionary.
#[derive(Debug)]
pub(super) struct Texts<O: ArrowNativeType> {
    pub offsets: Part<O>,
    pub bytes: Part<u8>,
}

impl<O: ArrowNativeType> Texts<O> {
    pub fn len(&self) -> usize {
        self.offsets.get().len().saturating_sub(1)
    }

    pub fn of(&self, at: usize) -> &str {
        // What was written is UTF-8; what was damaged since reads as nothing.
        std::str::from_utf8(self.bytes_of(at)).unwrap_or_default()
    }

    /// The same, without a look at whether it is text.
    pub fn bytes_of(&self, at: usize) -> &[u8] {
        let range = self.offsets.get().get(at..at + 2).map(|ends| ends[0].as_usize()..ends[1].as_usize());
        range.and_then(|range| self.bytes.get().get(range)).unwrap_or_default()
    }
}

pub(super) fn bit(bits: &[u8], at: u32) -> bool {
    bits.get(at as usize / 8).is_some_and(|byte| byte >> (at % 8) & 1 == 1)
}

/// The checksum of an array: of a large one, that of the checksums of its pieces, which are read on all processors.
pub(super) fn checksum(bytes: &[u8]) -> u64 {
    const PIECE: usize = 4 << 20;
    let sum = XxHash3_64::oneshot;
    if bytes.len() <= PIECE {
        return sum(bytes);
    }
    let pieces: Vec<&[u8]> = bytes.chunks(PIECE).collect();
    let sums: Vec<AtomicU64> = pieces.iter().map(|_| AtomicU64::new(0)).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        loop {
            let at = next.fetch_add(1, Relaxed);
            let Some(piece) = pieces.get(at) else { break };
            sums[at].store(sum(piece), Relaxed);
        }
    };
    let helpers = available_parallelism().map_or(1, |processors| processors.get()).min(pieces.len()) - 1;
    thread::scope(|scope| {
        (0..helpers).for_each(|_| _ = scope.spawn(work));
        work();
    });
    sum(&sums.iter().flat_map(|sum| sum.load(Relaxed).to_le_bytes()).collect::<Vec<u8>>())
}
