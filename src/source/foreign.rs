//! What bytes are that hold no records, told by the first of them: each with what helps.

use super::packed;

/// So many first bytes tell it: a tar archive names itself at byte 257.
pub(super) const HEAD: usize = 512;

const UTF_16: &str = "is UTF-16; write it as UTF-8";
const UTF_32: &str = "is UTF-32; write it as UTF-8";

const MARKS: &[(usize, &[u8], &str)] = &[
    // The longer marks first.
    (0, b"\xff\xfe\0\0", UTF_32),
    (0, b"\0\0\xfe\xff", UTF_32),
    (0, b"\xff\xfe", UTF_16),
    (0, b"\xfe\xff", UTF_16),
    (
        0,
        b"version https://git-lfs.github.com/spec/",
        "is a Git LFS pointer and not the file itself; run `git lfs pull`",
    ),
    (0, b"\xfd7zXZ", "is packed with xz; unpack it first, with `xz -d`"),
    (0, b"BZh", "is packed with bzip2; unpack it first, with `bunzip2`"),
    (0, b"\x04\x22\x4d\x18", "is packed with lz4; unpack it first, with `lz4 -d`"),
    (0, b"\x02\x21\x4c\x18", "is packed with lz4; unpack it first, with `lz4 -d`"),
    (0, b"7z\xbc\xaf\x27\x1c", "is a 7z archive; unpack it first, with `7z x`"),
    (0, b"PK\x03\x04", "is a zip archive; unpack it first, with `unzip`"),
    (257, b"ustar", "is a tar archive; unpack it first, with `tar xf`"),
    (0, b"SQLite format 3\0", "is an SQLite database; write its table of models as CSV"),
    (0, b"PARE", "is an encrypted Parquet file; decrypt it first"),
];

/// What stands there, if it is known and holds no records, and what to do.
pub(super) fn by_head(head: &[u8]) -> Option<&'static str> {
    let is_there = |(at, mark, _): &&(usize, &[u8], &str)| head.get(*at..).is_some_and(|rest| rest.starts_with(mark));
    MARKS.iter().find(is_there).map(|(.., what)| *what).or_else(|| page(head)).or_else(|| wide(head))
}

/// The same of a card, which is never packed.
pub(super) fn of_card(head: &[u8]) -> Option<&'static str> {
    if packed::is_packed(head) {
        return Some("is packed; unpack it first");
    }
    by_head(head)
}

/// A page of the web: mostly the answer of a server that did not give the file.
fn page(head: &[u8]) -> Option<&'static str> {
    let text = head.strip_prefix("\u{feff}".as_bytes()).unwrap_or(head).trim_ascii_start();
    let begins = |mark: &[u8]| text.get(..mark.len()).is_some_and(|start| start.eq_ignore_ascii_case(mark));
    (begins(b"<!doctype html") || begins(b"<html"))
        .then_some("is a page of the web (HTML) and not the file itself; fetch it again, from its `resolve` address")
}

/// Text of two or four bytes a letter, without the mark that says so.
fn wide(head: &[u8]) -> Option<&'static str> {
    let ascii = |byte: u8| byte.is_ascii_graphic() || byte.is_ascii_whitespace();
    match head {
        [a, 0, 0, 0, b, 0, 0, 0, ..] | [0, 0, 0, a, 0, 0, 0, b, ..] if ascii(*a) && ascii(*b) => Some(UTF_32),
        [a, 0, b, 0, ..] | [0, a, 0, b, ..] if ascii(*a) && ascii(*b) => Some(UTF_16),
        _ => None,
    }
}
