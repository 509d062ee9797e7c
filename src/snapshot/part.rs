use std::fmt::{Debug, Formatter};
use std::ops::Range;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::thread::{self, available_parallelism};

use arrow_buffer::{ArrowNativeType, Buffer, ScalarBuffer};
use twox_hash::XxHash3_64;

/// A stretch of a file, and its checksum.
pub(super) type Place = (Range<usize>, u64);

/// Whether the bytes of a place are those that were written.
pub(super) fn is_whole(file: &[u8], (range, sum): &Place) -> Result<(), String> {
    match checksum(&file[range.clone()]) == *sum {
        true => Ok(()),
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
    /// The bytes themselves, unchecked, for writing them again.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Raw::Memory(buffer) => buffer,
            Raw::Stored { file, place } => &file[place.0.clone()],
        }
    }

    /// The numbers, once their bytes are known to be those that were written.
    pub fn read<T: ArrowNativeType>(&self) -> Result<ScalarBuffer<T>, String> {
        let (bytes, from) = match self {
            Raw::Memory(buffer) => (buffer.clone(), 0),
            Raw::Stored { file, place } => {
                is_whole(file, place)?;
                (file.slice_with_length(place.0.start, place.0.len()), place.0.start)
            }
        };
        if bytes.is_empty() {
            return Ok(ScalarBuffer::default());
        }
        let is_aligned = bytes.as_ptr().align_offset(align_of::<T>()) == 0;
        if !is_aligned || !bytes.len().is_multiple_of(size_of::<T>()) {
            return Err(format!("bytes {from} to {} are no numbers of {} bytes", from + bytes.len(), size_of::<T>()));
        }
        Ok(ScalarBuffer::from(bytes))
    }
}

/// An array that stands alone, read when it is first asked for.
#[derive(Debug)]
pub(super) struct Part<T: ArrowNativeType> {
    pub raw: Raw,
    values: OnceLock<Result<ScalarBuffer<T>, String>>,
}

impl<T: ArrowNativeType> Part<T> {
    pub fn new(raw: Raw) -> Part<T> {
        Part { raw, values: OnceLock::new() }
    }

    /// The numbers, or what is wrong with them.
    pub fn get(&self) -> Result<&[T], &str> {
        self.values.get_or_init(|| self.raw.read()).as_deref().map_err(String::as_str)
    }
}

/// The arrays of one column, in their order.
pub(super) struct Parts<'p>(std::slice::Iter<'p, Raw>);

impl<'p> Parts<'p> {
    pub fn of(parts: &'p [Raw]) -> Parts<'p> {
        Parts(parts.iter())
    }

    pub fn next<T: ArrowNativeType>(&mut self) -> Result<ScalarBuffer<T>, String> {
        self.0.next().ok_or("an array is missing")?.read()
    }
}

/// Makes a column of its arrays. It sees that they agree with each other: whoever holds the column may rely on it.
type Reader<C> = Box<dyn Fn(&mut Parts<'_>) -> Result<C, String> + Send + Sync>;

/// A column that is read when it is first asked for.
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

    /// The column, or what is wrong with it.
    pub fn get(&self) -> Result<&C, &str> {
        let read = || (self.read)(&mut Parts::of(&self.parts));
        let column = self.column.get_or_init(|| read().map_err(|reason| format!("column {}: {reason}", self.name)));
        column.as_ref().map_err(String::as_str)
    }
}

impl<C: Debug> Debug for Lazy<C> {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lazy").field("name", &self.name).field("column", &self.column).finish_non_exhaustive()
    }
}

/// Says whether numbers that tell where lists end begin at 0, never fall, and end at so many: as many lists as they tell of.
pub(super) fn ends<T>(offsets: &[T], end: usize) -> Result<usize, String>
where
    T: ArrowNativeType + Ord,
{
    let Some((first, last)) = offsets.first().zip(offsets.last()) else {
        return if end == 0 { Ok(0) } else { Err("its lists have no ends".into()) };
    };
    let is_rising = offsets.windows(2).fold(true, |is_rising, pair| is_rising & (pair[0] <= pair[1]));
    match *first == T::default() && is_rising && last.to_usize() == Some(end) {
        true => Ok(offsets.len() - 1),
        false => Err(format!("its lists do not end one after the other, the last at {end}")),
    }
}

/// Says whether there are as many as there must be.
pub(super) fn as_many(what: &str, are: usize, must: usize) -> Result<(), String> {
    match are == must {
        true => Ok(()),
        false => Err(format!("{are} {what}, where {must} must be")),
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
