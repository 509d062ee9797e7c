//! Packed data: gzip and zstd, told by their first bytes, and what may stand behind them.

use std::io::{self, BufRead, BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::bufread::GzDecoder;

use super::bounded::too_long;

const BUFFER: usize = 256 * 1024;
/// So many bytes tell the packing.
const MAGIC: usize = 4;

/// So many times its size what is packed may become: real dumps become 5 to 30 times as large, and what is made to fill
/// memories and disks a thousand times and more.
const MOST_TIMES: u64 = 500;
/// Bytes up to which nobody minds.
const FEW: u64 = 32 << 20;

/// What is said of packed data in packed data.
const TWICE: &str = "packed twice, as by a server that packs a packed file once more on the way (Content-Encoding); unpack it \
                     once, with `gunzip` or `unzstd`, and name that file";

/// How many bytes stand behind packed data that are neither packed nor the zeros with which tapes and discs fill up.
#[derive(Debug, Clone, Default)]
pub(super) struct Tail(Arc<AtomicU64>);

impl Tail {
    /// The bytes of junk that were met so far.
    pub fn junk(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Unpacks what is packed; all else passes as it is.
pub(super) fn unpack<R: Read + Send + 'static>(read: R) -> io::Result<(Box<dyn BufRead + Send>, Tail)> {
    let tail = Tail::default();
    let read = BufReader::with_capacity(BUFFER, Counted { read, bytes: 0 });
    let mut input = Ahead { read, bytes: [0; MAGIC], at: 0, end: 0 };
    let contents: Box<dyn BufRead + Send> = match input.packing()? {
        None => Box::new(BufReader::with_capacity(BUFFER, input)),
        Some(packing) => {
            let members = Members { member: Some(packing.open(input)?), unpacked: 0, tail: tail.clone() };
            Box::new(BufReader::with_capacity(BUFFER, members))
        }
    };
    Ok((contents, tail))
}

#[derive(Clone, Copy)]
enum Packing {
    Gzip,
    Zstd,
}

impl Packing {
    fn from_magic(magic: &[u8]) -> Option<Packing> {
        match magic {
            [0x1f, 0x8b, ..] => Some(Packing::Gzip),
            // A frame, or one to be skipped, as some packers write first.
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Packing::Zstd),
            _ => None,
        }
    }

    fn open<R: Read>(self, input: Ahead<R>) -> io::Result<Member<R>> {
        Ok(match self {
            Packing::Gzip => Member::Gzip(Box::new(GzDecoder::new(input))),
            Packing::Zstd => Member::Zstd(zstd::stream::read::Decoder::with_buffer(input)?.single_frame()),
        })
    }
}

/// Whether these are the first bytes of packed data.
pub(super) fn is_packed(magic: &[u8]) -> bool {
    Packing::from_magic(magic).is_some()
}

/// Members one after the other, as `cat a.gz b.gz` leaves them.
struct Members<R: Read> {
    /// The present one; none at the end.
    member: Option<Member<R>>,
    /// Bytes that were unpacked.
    unpacked: u64,
    tail: Tail,
}

enum Member<R: Read> {
    Gzip(Box<GzDecoder<Ahead<R>>>),
    Zstd(zstd::stream::read::Decoder<'static, Ahead<R>>),
}

impl<R: Read> Read for Members<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let (count, packed) = match &mut self.member {
                Some(Member::Gzip(member)) => (member.read(into)?, member.get_ref().taken()),
                Some(Member::Zstd(member)) => (member.read(into)?, member.get_ref().taken()),
                None => return Ok(0),
            };
            if self.unpacked == 0 && count >= MAGIC && is_packed(into) {
                return Err(io::Error::new(io::ErrorKind::Unsupported, TWICE));
            }
            self.unpacked += count as u64;
            if self.unpacked > FEW.max(packed.saturating_mul(MOST_TIMES)) {
                return Err(too_long(format!(
                    "the packed data become more than {MOST_TIMES} times as large, as no dump does; if they are meant so, \
                     unpack them first"
                )));
            }
            if count > 0 || into.is_empty() {
                return Ok(count);
            }
            let mut input = match self.member.take() {
                Some(Member::Gzip(member)) => member.into_inner(),
                Some(Member::Zstd(member)) => member.finish(),
                None => return Ok(0),
            };
            match input.packing()? {
                Some(packing) => self.member = Some(packing.open(input)?),
                None => self.tail.0.store(junk(&mut input)?, Ordering::Relaxed),
            }
        }
    }
}

/// How many bytes are left, if not all of them are zero.
fn junk(input: &mut impl BufRead) -> io::Result<u64> {
    let (mut bytes, mut is_junk) = (0, false);
    loop {
        let part = input.fill_buf()?;
        let length = part.len();
        if length == 0 {
            return Ok(if is_junk { bytes } else { 0 });
        }
        is_junk |= part.iter().any(|byte| *byte != 0);
        bytes += length as u64;
        input.consume(length);
    }
}

/// Bytes that are counted as they pass.
struct Counted<R> {
    read: R,
    bytes: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.read.read(into)?;
        self.bytes += count as u64;
        Ok(count)
    }
}

/// Bytes of which the next few are known already.
struct Ahead<R> {
    read: BufReader<Counted<R>>,
    bytes: [u8; MAGIC],
    at: usize,
    end: usize,
}

impl<R: Read> Ahead<R> {
    /// Bytes that were taken, those that wait in the buffer among them.
    fn taken(&self) -> u64 {
        self.read.get_ref().bytes
    }

    /// What is packed from here on.
    fn packing(&mut self) -> io::Result<Option<Packing>> {
        self.bytes.copy_within(self.at..self.end, 0);
        (self.at, self.end) = (0, self.end - self.at);
        while self.end < MAGIC {
            match self.read.read(&mut self.bytes[self.end..]) {
                Ok(0) => break,
                Ok(count) => self.end += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => (),
                Err(error) => return Err(error),
            }
        }
        Ok(Packing::from_magic(&self.bytes[..self.end]))
    }
}

impl<R: Read> Read for Ahead<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.at == self.end {
            return self.read.read(into);
        }
        let count = into.len().min(self.end - self.at);
        into[..count].copy_from_slice(&self.bytes[self.at..][..count]);
        self.at += count;
        // Who looks at the first bytes wants more than these; an error comes again.
        Ok(count + self.read.read(&mut into[count..]).unwrap_or(0))
    }
}

impl<R: Read> BufRead for Ahead<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        match self.at == self.end {
            true => self.read.fill_buf(),
            false => Ok(&self.bytes[self.at..self.end]),
        }
    }

    fn consume(&mut self, count: usize) {
        match self.at == self.end {
            true => self.read.consume(count),
            false => self.at += count,
        }
    }
}
