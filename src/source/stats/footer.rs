//! Whether a dump has encrypted columns under a footer that is none. The crate knows that only together with a cipher, and
//! takes their pages for damaged ones; so the one field that says it is looked for here.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

/// The number of the field `encryption_algorithm` in a footer.
const ENCRYPTION: i64 = 8;
/// Longest footer that is looked at, in bytes.
pub(in crate::source) const MOST: u64 = 256 << 20;
/// Deepest nesting of its structs.
const MAX_DEPTH: usize = 64;

/// Whether the footer names a cipher. What is no footer names none.
pub(super) fn names_a_cipher(file: &mut File) -> io::Result<bool> {
    let size = file.seek(SeekFrom::End(0))?;
    let mut end = [0; 8];
    file.seek(SeekFrom::Start(size.saturating_sub(8)))?;
    file.read_exact(&mut end)?;
    let [a, b, c, d, ..] = end;
    let length = u64::from(u32::from_le_bytes([a, b, c, d]));
    if length + 8 > size {
        return Ok(false);
    }
    if length > MOST {
        let reason = format!("its footer would have {length} bytes, more than any dump's: fetch the file again");
        return Err(io::Error::new(io::ErrorKind::InvalidData, reason));
    }
    let mut footer = vec![0; length as usize];
    file.seek(SeekFrom::Start(size - 8 - length))?;
    file.read_exact(&mut footer)?;
    let mut is_named = false;
    Thrift(&footer).fields(0, &mut |number| is_named |= number == ENCRYPTION);
    Ok(is_named)
}

/// Thrift's compact protocol, as far as it takes to pass over values.
struct Thrift<'a>(&'a [u8]);

impl Thrift<'_> {
    /// Goes over the fields of a struct and tells their numbers; nothing where it breaks off.
    fn fields(&mut self, depth: usize, take: &mut dyn FnMut(i64)) -> Option<()> {
        let mut number = 0;
        loop {
            let head = self.byte()?;
            if head == 0 {
                return Some(());
            }
            number = match head >> 4 {
                // Zigzag.
                0 => self.number().map(|code| (code >> 1) as i64 ^ -((code & 1) as i64))?,
                step => number.wrapping_add(i64::from(step)),
            };
            take(number);
            self.pass(head & 0xf, false, depth)?;
        }
    }

    /// Passes over a value.
    fn pass(&mut self, kind: u8, is_element: bool, depth: usize) -> Option<()> {
        match kind {
            // Of a field, yes and no stand in its head.
            1 | 2 if !is_element => Some(()),
            1..=3 => self.byte().map(drop),
            4..=6 => self.number().map(drop),
            7 => self.bytes(8),
            8 => {
                let length = self.number()?;
                self.bytes(length)
            }
            _ if depth == MAX_DEPTH => None,
            9 | 10 => {
                let head = self.byte()?;
                let count = if head >> 4 == 0xf { self.number()? } else { u64::from(head >> 4) };
                (0..count).try_for_each(|_| self.pass(head & 0xf, true, depth + 1))
            }
            11 => {
                let count = self.number()?;
                let kinds = if count > 0 { self.byte()? } else { 0 };
                (0..count).try_for_each(|_| {
                    self.pass(kinds >> 4, true, depth + 1)?;
                    self.pass(kinds & 0xf, true, depth + 1)
                })
            }
            12 => self.fields(depth + 1, &mut |_| ()),
            _ => None,
        }
    }

    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn bytes(&mut self, count: u64) -> Option<()> {
        self.0 = self.0.get(usize::try_from(count).ok()?..)?;
        Some(())
    }

    fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }
}
