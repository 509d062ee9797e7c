//! A snapshot packed, to be kept or sent: the same bytes in a sixth of the room, in pieces that are packed and unpacked side by side.

use std::io;
use std::ops::Range;
use std::path::Path;

use arrow_buffer::{Buffer, MutableBuffer};
use rayon::prelude::*;
use twox_hash::XxHash3_64;

use super::file_set::FileSet;
use super::{Body, Error, Snapshot};

/// How a packed file begins: its kind and the version of its form.
const MAGIC: &[u8] = b"modelkin packed 1\n";
/// So many bytes are one piece at most.
const PIECE: usize = 4 << 20;
/// Of so many bytes it is tried how they are best arranged.
const SAMPLE: usize = 128 << 10;
/// So many times its size a packed file may become, and so much more: real ones become six times as large.
const MOST_TIMES: usize = 1000;
const MOST_MORE: usize = 1 << 20;
/// Of zstd: higher levels take several times as long for a few bytes in a hundred.
const LEVEL: i32 = 3;

/// How the bytes of a piece are arranged before they are packed: as they are; numbers of so many bytes split, all first bytes before
/// all second ones; or the steps from each number to the next, split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Plain,
    Split(usize),
    Steps(usize),
}

impl Way {
    /// Its place here is its code in a packed file.
    const ALL: [Way; 5] = [Way::Plain, Way::Split(4), Way::Split(8), Way::Steps(4), Way::Steps(8)];

    fn number(bytes: &[u8]) -> u64 {
        bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
    }

    fn arrange(self, bytes: &[u8]) -> Vec<u8> {
        let (width, steps) = match self {
            Way::Plain => return bytes.to_vec(),
            Way::Split(width) => (width, false),
            Way::Steps(width) => (width, true),
        };
        let count = bytes.len() / width;
        let mut arranged = vec![0; bytes.len()];
        let mut last = 0u64;
        for (at, bytes) in bytes.chunks_exact(width).enumerate() {
            let number = Way::number(bytes);
            let value = if steps { number.wrapping_sub(last) } else { number };
            last = number;
            value.to_le_bytes()[..width]
                .iter()
                .enumerate()
                .for_each(|(byte, value)| arranged[byte * count + at] = *value);
        }
        arranged[count * width..].copy_from_slice(&bytes[count * width..]);
        arranged
    }

    fn put_back(self, arranged: &[u8], into: &mut [u8]) {
        let (width, steps) = match self {
            Way::Plain => return into.copy_from_slice(arranged),
            Way::Split(width) => (width, false),
            Way::Steps(width) => (width, true),
        };
        let count = into.len() / width;
        let mut last = 0u64;
        for (at, into) in into.chunks_exact_mut(width).enumerate() {
            let value = (0..width).rev().fold(0, |value, byte| value << 8 | u64::from(arranged[byte * count + at]));
            last = if steps { last.wrapping_add(value) } else { value };
            into.copy_from_slice(&last.to_le_bytes()[..width]);
        }
        into[count * width..].copy_from_slice(&arranged[count * width..]);
    }

    /// The code of the way in which a sample of an array takes least room.
    fn best(array: &[u8]) -> io::Result<usize> {
        // From the middle: some begin with what is the same for long.
        let from = (array.len() / 2).saturating_sub(SAMPLE / 2) & !7;
        let sample = &array[from..array.len().min(from + SAMPLE)];
        let mut best = (usize::MAX, 0);
        for (code, way) in Way::ALL.into_iter().enumerate() {
            let size = zstd::bulk::compress(&way.arrange(sample), LEVEL)?.len();
            if size < best.0 {
                best = (size, code);
            }
        }
        Ok(best.1)
    }
}

/// A piece in the list of a packed file: its bytes, the code of its way, and its bytes packed.
type Listed = (usize, usize, usize);

impl Snapshot {
    /// Tells by its first bytes whether a file is a packed snapshot.
    pub fn is_packed(head: &[u8]) -> bool {
        head.starts_with(MAGIC)
    }

    /// Packs the snapshot's file to `path`, which becomes a file as [`Snapshot::write`] has it. It is unpacked where it is opened:
    /// the same bytes, so that digest and checksums are the same.
    ///
    /// # Errors
    /// [`Error::Io`] with the path, if it cannot be written; [`Error::Damaged`] if the snapshot is not as it was written, or
    /// in no file yet.
    pub fn pack(&self, path: &Path) -> Result<(), Error> {
        self.verify()?;
        let Body::File { file, places, .. } = &*self.body else {
            return Err(self.damaged("is in no file yet; write it first"));
        };
        let packed = packed(file, places.iter().map(|(range, _)| range.clone()));
        let mut set = FileSet::default();
        set.write(path, |out| {
            let (list, pieces): (Vec<Listed>, Vec<Vec<u8>>) = packed?.into_iter().unzip();
            let list = serde_json::to_vec(&list)?;
            out.write_all(MAGIC)?;
            out.write_all(&(list.len() as u64).to_le_bytes())?;
            out.write_all(&XxHash3_64::oneshot(&list).to_le_bytes())?;
            out.write_all(&list)?;
            pieces.iter().try_for_each(|piece| out.write_all(piece))
        })?;
        self.unchanged()?;
        set.appear()
    }
}

/// The pieces of a file in which arrays lie at these places.
fn packed(file: &[u8], places: impl Iterator<Item = Range<usize>>) -> io::Result<Vec<(Listed, Vec<u8>)>> {
    let mut places: Vec<Range<usize>> = places.filter(|place| !place.is_empty()).collect();
    places.sort_unstable_by_key(|place| place.start);
    // What stands between arrays, and each array.
    let mut stretches: Vec<(Range<usize>, bool)> = Vec::new();
    let mut from = 0;
    places.push(Range { start: file.len(), end: file.len() });
    for place in places {
        stretches.extend((from < place.start).then_some((from..place.start, false)));
        // None of an honest file's overlap.
        let own = place.start.max(from)..place.end;
        from = from.max(place.end);
        stretches.extend((!own.is_empty()).then_some((own, true)));
    }
    let pieces = stretches.into_par_iter().map(|(range, is_array)| {
        let bytes = &file[range];
        let way = if is_array { Way::best(bytes)? } else { 0 };
        let pieces = bytes.par_chunks(PIECE).map(|piece| {
            let packed = zstd::bulk::compress(&Way::ALL[way].arrange(piece), LEVEL)?;
            Ok(((piece.len(), way, packed.len()), packed))
        });
        pieces.collect::<io::Result<Vec<_>>>()
    });
    Ok(pieces.collect::<io::Result<Vec<_>>>()?.into_iter().flatten().collect())
}

/// The bytes of the snapshot in a packed file.
///
/// # Errors
/// What is wrong with it.
pub(super) fn unpacked(bytes: &[u8]) -> Result<Buffer, String> {
    let cut = || "it is cut off".to_owned();
    let number = |from: usize| {
        let bytes = bytes.get(from..from + 8)?.try_into().ok()?;
        Some(u64::from_le_bytes(bytes))
    };
    let (length, sum) = number(MAGIC.len()).zip(number(MAGIC.len() + 8)).ok_or_else(cut)?;
    let rest = &bytes[MAGIC.len() + 16..];
    let (list, rest) = usize::try_from(length).ok().and_then(|length| rest.split_at_checked(length)).ok_or_else(cut)?;
    let list: Vec<Listed> = match XxHash3_64::oneshot(list) == sum {
        true => serde_json::from_slice(list).map_err(|error| format!("its list of pieces cannot be read ({error})"))?,
        false => return Err("its list of pieces is not as it was written".into()),
    };
    let sum = |of: fn(&Listed) -> usize| list.iter().try_fold(0usize, |sum, piece| sum.checked_add(of(piece)));
    let whole = sum(|piece| piece.0).filter(|whole| *whole <= bytes.len().saturating_mul(MOST_TIMES) + MOST_MORE);
    let whole = whole.ok_or("its pieces become larger than any of a snapshot do")?;
    if sum(|piece| piece.2) != Some(rest.len()) {
        return Err(cut());
    }
    let mut file = MutableBuffer::from_len_zeroed(whole);
    let (mut into, mut from) = (file.as_slice_mut(), rest);
    let mut pieces = Vec::with_capacity(list.len());
    for (length, way, packed) in list {
        let way = *Way::ALL.get(way).ok_or("a piece is arranged in a way that this program does not know")?;
        let (own, behind) = std::mem::take(&mut into).split_at_mut(length);
        let (piece, later) = from.split_at(packed);
        (into, from) = (behind, later);
        pieces.push((own, way, piece));
    }
    pieces.into_par_iter().try_for_each(|(into, way, piece)| {
        let arranged =
            zstd::bulk::decompress(piece, into.len()).map_err(|error| format!("a piece is damaged ({error})"))?;
        if arranged.len() != into.len() {
            return Err("a piece is shorter than the list says".to_owned());
        }
        way.put_back(&arranged, into);
        Ok(())
    })?;
    Ok(file.into())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_arranged_is_put_back() {
        let mut rng = fastrand::Rng::with_seed(3);
        for length in (0..40).chain([1000, 1001, PIECE - 3]) {
            let mut bytes: Vec<u8> = (0..length).map(|_| rng.u8(..)).collect();
            if rng.bool() {
                bytes.chunks_exact_mut(8).enumerate().for_each(|(at, number)| {
                    number.copy_from_slice(&(at as u64 * 1000).to_le_bytes());
                });
            }
            for way in Way::ALL {
                let mut back = vec![7; length];
                way.put_back(&way.arrange(&bytes), &mut back);
                assert_eq!(back, bytes, "{way:?} of {length}");
            }
        }
    }

    #[test]
    fn every_byte_is_in_a_piece_wherever_arrays_lie() {
        let mut rng = fastrand::Rng::with_seed(4);
        for _ in 0..200 {
            let file: Vec<u8> = (0..rng.usize(0..3000)).map(|at| (at / 7) as u8).collect();
            let places = (0..rng.usize(0..9)).map(|_| {
                let start = rng.usize(0..=file.len());
                start..rng.usize(start..=file.len())
            });
            let pieces = packed(&file, places.collect::<Vec<_>>().into_iter()).unwrap();
            assert_eq!(pieces.iter().map(|(listed, _)| listed.0).sum::<usize>(), file.len());
        }
    }
}
