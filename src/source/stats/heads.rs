//! The heads of a column's pages, gone over before the crate reads the pages: it takes as much memory as they say, and
//! ends with the last page that is there, be that all rows or not.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use flate2::read::MultiGzDecoder;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::metadata::ColumnChunkMetaData;

use super::fault::general;
use super::thrift::{INT32, STRUCT, Thrift};

/// Bytes of a head that are read at first, and at most: old writers put the least and the greatest text into it.
const FIRST: u64 = 1 << 10;
const LONGEST: u64 = 16 << 20;
/// What a value takes in memory besides its bytes, whatever becomes of it.
const BYTES_PER_VALUE: u64 = 32;
/// What all pages of a dump may take in memory: so much, and so much for each of its bytes. They are not all there at
/// once, but they all take time, and nobody packs tighter.
const MOST: u64 = 512 << 20;
const MOST_PER_BYTE: u64 = 64;
/// What the crate may unpack of a page before it sees that there is more than the head says.
const MOST_UNSEEN: u64 = 256 << 20;

/// What a dump's pages may still take.
pub(super) struct Room(Cell<u64>);

impl Room {
    /// That of a file of so many bytes.
    pub fn for_size(size: u64) -> Room {
        Room(Cell::new(size.saturating_mul(MOST_PER_BYTE).saturating_add(MOST)))
    }

    fn claim(&self, bytes: u64) -> Option<()> {
        self.0.set(self.0.get().checked_sub(bytes)?);
        Some(())
    }
}

/// What a head says.
#[derive(Default)]
struct Head {
    length: u64,
    kind: i32,
    unpacked: u64,
    packed: u64,
    /// Of the three kinds of pages, each of which may have said it.
    values: [Option<u64>; 3],
    /// Bytes before those that are packed.
    levels: u64,
}

const DATA: i32 = 0;
const INDEX: i32 = 1;
const DICTIONARY: i32 = 2;
const DATA_2: i32 = 3;

impl Head {
    fn read(bytes: &[u8]) -> Option<Head> {
        let mut head = Head { kind: -1, ..Head::default() };
        let (mut unpacked, mut packed) = (None, None);
        let mut thrift = Thrift::new(bytes);
        let size = |thrift: &mut Thrift<'_>| u64::try_from(thrift.int32()?).ok();
        thrift.fields(&mut |thrift, number, kind| {
            match (number, kind) {
                (1, INT32) => head.kind = thrift.int32()?,
                (2, INT32) => unpacked = Some(size(thrift)?),
                (3, INT32) => packed = Some(size(thrift)?),
                (5 | 7 | 8, STRUCT) => thrift.fields(&mut |thrift, field, kind| {
                    match (field, kind) {
                        (1, INT32) => head.values[number as usize / 2 - 2] = Some(size(thrift)?),
                        (5 | 6, INT32) if number == 8 => head.levels += size(thrift)?,
                        (1, _) => return None,
                        (_, kind) => thrift.pass(kind)?,
                    }
                    Some(())
                })?,
                (1..=3 | 5 | 7 | 8, _) => return None,
                (_, kind) => thrift.pass(kind)?,
            }
            Some(())
        })?;
        (head.unpacked, head.packed) = (unpacked?, packed?);
        head.length = (bytes.len() - thrift.rest().len()) as u64;
        Some(head)
    }

    /// Reads the head that begins at a place, no further than to an end.
    fn at(mut file: &File, start: u64, end: u64) -> io::Result<Option<Head>> {
        let mut bytes = Vec::new();
        let mut wanted = FIRST;
        file.seek(SeekFrom::Start(start))?;
        loop {
            let most = wanted.min(end - start);
            file.take(most - bytes.len() as u64).read_to_end(&mut bytes)?;
            let head = Head::read(&bytes);
            if head.is_some() || (bytes.len() as u64) < wanted || wanted >= LONGEST {
                return Ok(head);
            }
            wanted *= 4;
        }
    }
}

/// Goes over the pages of a column in a row group.
pub(super) fn check(file: &File, chunk: &ColumnChunkMetaData, room: &Room) -> Result<(), ParquetError> {
    let (mut at, length) = chunk.byte_range();
    let end = at.saturating_add(length);
    let mut values = 0;
    let mut page = 0;
    while at < end {
        page += 1;
        let fault =
            |reason: &str| Err(general(&format!("column {}, page {page}: {reason}", chunk.column_path().string())));
        let Some(head) = Head::at(file, at, end)? else { return fault("no readable head") };
        at += head.length;
        if head.packed > end - at {
            return fault(&format!("{} bytes of it, where its column has {} left", head.packed, end - at));
        }
        let said = match head.kind {
            DATA => head.values[0],
            DICTIONARY => head.values[1],
            DATA_2 => head.values[2],
            INDEX => Some(0),
            _ => None,
        };
        let Some(said) = said else { return fault("its head does not say what it is") };
        if head.kind == DICTIONARY && said > head.unpacked {
            return fault(&format!("{said} texts or numbers in {} bytes", head.unpacked));
        }
        if head.kind != DICTIONARY {
            values += said;
        }
        if room.claim(head.unpacked + BYTES_PER_VALUE * said).is_none() {
            return fault(&format!("{said} values in {} bytes, more than such a file can hold", head.unpacked));
        }
        if !is_as_large(file, at, &head, chunk.compression())? {
            return fault(&format!("unpacked it is larger than {} bytes, which its head says", head.unpacked));
        }
        at += head.packed;
    }
    if i64::try_from(values) != Ok(chunk.num_values()) {
        let reason = format!("its pages have {values} values, and the footer says {}", chunk.num_values());
        return Err(general(&format!("column {}: {reason}", chunk.column_path().string())));
    }
    Ok(())
}

/// Whether a page, unpacked, is no larger than its head says. Of most packings the crate sees that before it takes the
/// memory; of the others this looks where the page is so large that it matters.
fn is_as_large(mut file: &File, at: u64, head: &Head, packing: Compression) -> io::Result<bool> {
    match packing {
        Compression::GZIP(_) if head.packed > MOST_UNSEEN / 1032 => {
            file.seek(SeekFrom::Start(at + head.levels))?;
            let packed = io::BufReader::with_capacity(1 << 16, file.take(head.packed.saturating_sub(head.levels)));
            let most = head.unpacked.saturating_sub(head.levels);
            // What cannot be unpacked the crate will find so.
            let unpacked = io::copy(&mut MultiGzDecoder::new(packed).take(most + 1), &mut io::sink());
            Ok(unpacked.is_ok_and(|unpacked| unpacked <= most))
        }
        // As Hadoop packs it is checked, as a frame, which begins with its mark, it is not.
        Compression::LZ4 if head.packed > MOST_UNSEEN / 255 => {
            let mut mark = [0; 4];
            file.seek(SeekFrom::Start(at + head.levels))?;
            file.read_exact(&mut mark)?;
            Ok(mark != [4, 0x22, 0x4d, 0x18])
        }
        _ => Ok(true),
    }
}
