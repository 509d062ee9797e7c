//! Bounds on what is read: no file, pipe or packed data fill the memory or hold the program up, whatever they are.

use std::fs::{self, File, FileType};
use std::io::{self, BufRead, ErrorKind, Read};
use std::path::Path;

/// So much of a line that is too long is passed over to find the next one; what goes on for longer is not made of lines.
const MOST_PASSED: u64 = 256 << 20;

/// Reads all bytes of an ordinary file of at most `most` bytes.
///
/// # Errors
/// It fails if the file cannot be read, is longer, or is no ordinary file: a pipe would wait for its writer, and a
/// device may have no end.
pub fn read_whole(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    whole(ordinary(path)?, most)
}

/// Opens an ordinary file.
pub(super) fn ordinary(path: &Path) -> io::Result<File> {
    let kind = fs::metadata(path)?.file_type();
    if kind.is_dir() {
        return Err(io::Error::new(ErrorKind::IsADirectory, "is a folder"));
    }
    if !kind.is_file() {
        return Err(io::Error::new(ErrorKind::InvalidInput, format!("is {} and no ordinary file", name_of(kind))));
    }
    File::open(path)
}

#[cfg(unix)]
fn name_of(kind: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    match (kind.is_fifo(), kind.is_socket()) {
        (true, _) => "a pipe",
        (_, true) => "a socket",
        _ => "a device",
    }
}

#[cfg(not(unix))]
fn name_of(_: FileType) -> &'static str {
    "something else"
}

/// All bytes that come, of which there are at most `most`.
pub(crate) fn whole(input: impl Read, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    input.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(too_long(format!("is longer than {}, as no such file is", size(most))));
    }
    Ok(bytes)
}

/// A bound in words.
pub(super) fn size(bytes: u64) -> String {
    match bytes {
        0..0x400 => format!("{bytes} bytes"),
        0x400..0x10_0000 => format!("{} KiB", bytes >> 10),
        _ => format!("{} MiB", bytes >> 20),
    }
}

/// The error of what goes beyond a bound.
pub(super) fn too_long(reason: String) -> io::Error {
    io::Error::new(ErrorKind::FileTooLarge, reason)
}

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    /// All of it is there.
    Whole,
    /// Only its start is there, and the rest was passed over.
    TooLong,
    /// There is none any more.
    End,
}

/// Reads the next line into `buffer`, of one that is too long only the start.
pub(super) fn line(mut input: &mut (impl BufRead + ?Sized), most: usize, buffer: &mut Vec<u8>) -> io::Result<Line> {
    buffer.clear();
    let read = (&mut input).take(most as u64).read_until(b'\n', buffer)?;
    if read == 0 {
        return Ok(Line::End);
    }
    if read < most || buffer.ends_with(b"\n") {
        return Ok(Line::Whole);
    }
    pass_line(input)?;
    Ok(Line::TooLong)
}

/// Passes over the rest of a line.
pub(super) fn pass_line(input: &mut (impl BufRead + ?Sized)) -> io::Result<()> {
    let mut left = MOST_PASSED;
    loop {
        let part = match input.fill_buf() {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            part => part?,
        };
        let (length, is_end) = match memchr::memchr(b'\n', part) {
            Some(at) => (at + 1, true),
            None => (part.len(), part.is_empty()),
        };
        input.consume(length);
        if is_end {
            return Ok(());
        }
        left = left.checked_sub(length as u64).ok_or_else(|| {
            too_long(format!("a line that does not end within {}: this is no text of lines", size(MOST_PASSED)))
        })?;
    }
}
