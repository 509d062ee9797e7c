//! The checksum of all that is no array of a snapshot's file, which covers the checksums of the arrays.

use std::fs::File;
use std::hash::Hasher as _;
use std::io::{self, Seek, SeekFrom, Write};
use std::ops::Range;

use arrow_ipc::root_as_footer;
use twox_hash::XxHash3_64;

use super::frame::{Frame, KEPT_KEY, SEAL_KEY, SUMS_KEY, UNSEALED, footer_of, metadata};
use super::opened::Opened;
use super::part::checksum;

/// Where the value of a key begins in the file.
fn place_of(bytes: &[u8], footer: &arrow_ipc::Footer<'_>, key: &str) -> Result<usize, String> {
    let value = metadata(footer, key).filter(|value| value.len() >= UNSEALED.len());
    let value = value.ok_or("it has no seal, so it is another program's Arrow file")?;
    Ok(value.as_ptr().addr() - bytes.as_ptr().addr())
}

/// The checksum of all that is no array, but for that of the seal itself, which stands at `seal`.
fn frame_sum(bytes: &[u8], seal: usize, frame: &Frame) -> u64 {
    let mut left_out: Vec<Range<usize>> = frame.places().map(|(range, _)| range.clone()).collect();
    left_out.push(seal..seal + UNSEALED.len());
    left_out.sort_unstable_by_key(|range| (range.start, range.end));
    let mut hash = XxHash3_64::new();
    let mut from = 0;
    for range in left_out {
        hash.write(&bytes[from..range.start.max(from)]);
        from = from.max(range.end);
    }
    hash.write(&bytes[from..]);
    hash.finish()
}

/// Writes the checksum of all that is no array into the finished file's footer. No array is read for it.
pub(super) fn seal(file: &mut File) -> io::Result<()> {
    let bytes = Opened::new(file.try_clone()?)?.map()?;
    let find = || -> Result<(usize, u64), String> {
        let footer = root_as_footer(footer_of(&bytes)?).map_err(|error| error.to_string())?;
        let at = place_of(&bytes, &footer, SEAL_KEY)?;
        Ok((at, frame_sum(&bytes, at, &Frame::read(&bytes, &footer)?)))
    };
    let (at, sum) = find().map_err(io::Error::other)?;
    drop(bytes);
    file.seek(SeekFrom::Start(at as u64))?;
    file.write_all(format!("{sum:016x}").as_bytes())
}

/// Checks it. `scattered` is the same bytes, mapped for a look between the arrays.
pub(super) fn check_seal(
    bytes: &[u8],
    scattered: &[u8],
    footer: &arrow_ipc::Footer<'_>,
    frame: &Frame,
) -> Result<(), String> {
    let at = place_of(bytes, footer, SEAL_KEY)?;
    match metadata(footer, SEAL_KEY) == Some(&format!("{:016x}", frame_sum(scattered, at, frame))) {
        true => Ok(()),
        false => Err("its contents are not those that were written".into()),
    }
}

/// Makes all checksums of a snapshot's bytes anew, so that they are those of what stands there, be it a lie: what remains
/// of a damaged file when no checksum tells it. For tests alone; an honest file is written, and never altered.
///
/// # Errors
/// If its frame cannot be found.
#[doc(hidden)]
pub fn forge(bytes: &mut [u8]) -> Result<(), String> {
    let mut digits: Vec<(usize, u64)> = Vec::new();
    let footer = root_as_footer(footer_of(bytes)?).map_err(|error| error.to_string())?;
    let frame = Frame::read(bytes, &footer)?;
    let place = |key| place_of(bytes, &footer, key);
    let sums = frame.words.iter().chain(&frame.arrays).map(|(range, _)| checksum(&bytes[range.clone()]));
    let first = place(SUMS_KEY)?;
    digits.extend(sums.enumerate().map(|(number, sum)| (first + 16 * number, sum)));
    // A list of nothing has no checksums, and is shorter than one.
    let mut at = if frame.kept.is_empty() { 0 } else { place(KEPT_KEY)? };
    for (_, _, (range, sum)) in &frame.kept {
        // The list is in order, and each sum stands in quotes.
        let old = format!("\"{sum:016x}\"");
        let found = bytes[at..].windows(old.len()).position(|window| window == old.as_bytes());
        at += found.ok_or("a checksum is missing")? + 1;
        digits.push((at, checksum(&bytes[range.clone()])));
    }
    let seal = place(SEAL_KEY)?;
    digits.iter().for_each(|(at, sum)| bytes[*at..at + 16].copy_from_slice(format!("{sum:016x}").as_bytes()));
    let footer = root_as_footer(footer_of(bytes)?).map_err(|error| error.to_string())?;
    let sum = frame_sum(bytes, seal, &Frame::read(bytes, &footer)?);
    bytes[seal..seal + 16].copy_from_slice(format!("{sum:016x}").as_bytes());
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test")]
mod tests {
    use std::fs;

    use super::*;
    use crate::model::{ModelId, Record};
    use crate::snapshot::Builder;
    use crate::snapshot::Snapshot;
    use std::path::Path;

    fn made(id: &str, folder: &Path) -> (Snapshot, std::path::PathBuf) {
        let mut builder = Builder::new();
        builder.add(Ok(Record::new(ModelId::parse(id).unwrap())));
        let snapshot = builder.finish("test", None, None).unwrap();
        let path = folder.join(id.replace('/', "-"));
        snapshot.write(&path).unwrap();
        (snapshot, path)
    }

    /// A file that cites the digest of other records, its own checksums made anew.
    #[test]
    fn other_records_under_a_digest_are_found() {
        let folder = tempfile::tempdir().unwrap();
        let (one, path) = made("a/b", folder.path());
        let (other, _) = made("c/d", folder.path());
        let bytes = fs::read(&path).unwrap();
        assert_eq!(Snapshot::open(&path).unwrap().digest().unwrap(), one.provenance.digest);
        let (from, to) = (one.provenance.digest.as_bytes(), other.provenance.digest.as_bytes());
        let mut altered = bytes.clone();
        let places: Vec<usize> = (0..bytes.len() - from.len()).filter(|at| bytes[*at..].starts_with(from)).collect();
        assert_eq!(places.len(), 2, "before the batch and in the footer");
        places.iter().for_each(|at| altered[*at..*at + to.len()].copy_from_slice(to));
        fs::write(&path, &altered).unwrap();
        assert!(Snapshot::open(&path).unwrap_err().to_string().contains("not those that were written"));
        forge(&mut altered).unwrap();
        fs::write(&path, &altered).unwrap();
        let altered = Snapshot::open(&path).unwrap();
        assert_eq!(altered.provenance.digest, other.provenance.digest);
        assert_eq!(altered.digest().unwrap(), one.provenance.digest);
    }
}
