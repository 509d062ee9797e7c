use std::io::{self, Read};
use std::path::Path;

use super::{Error, Kind, NamedColumns, edges, foreign, inner_suffix, packed, pages, suffix, table};
use crate::model::Hint;

/// Bytes of the text that tell what it is.
const TEXT: u64 = 64 << 10;

/// What is said of a file that may be a snapshot.
pub(super) const ARROW: &str = "is an Arrow file; if it is a snapshot, open it as one";

/// Opens the file from its first byte on.
pub(super) type Open<'o> = &'o dyn Fn() -> io::Result<Box<dyn Read + Send>>;

/// What the file is: by its first bytes and, between two texts, by its name or its first line.
pub(super) fn guess(path: &Path, named: &NamedColumns, open: Open<'_>) -> Result<Kind, Error> {
    let wrong = |error| Error::Io { path: path.into(), error };
    let mut head = Vec::new();
    open().map_err(wrong)?.take(foreign::HEAD as u64).read_to_end(&mut head).map_err(wrong)?;
    if head.is_empty() {
        return Err(Error::unfit(path, "is empty"));
    }
    if head.starts_with(b"PAR1") {
        return Ok(Kind::HubStats);
    }
    if head.starts_with(b"ARROW1") || head.starts_with(b"modelkin packed ") {
        return Err(Error::hinted(path, ARROW, Hint::OpenSnapshot));
    }
    // What is no card is a reject there, as it is in a folder.
    if matches!(suffix(path).as_str(), "md" | "markdown") {
        return Ok(Kind::Cards);
    }
    if let Some(what) = foreign::by_head(&head) {
        return Err(Error::unfit(path, what));
    }
    let (contents, _) = packed::unpack(open().map_err(wrong)?).map_err(wrong)?;
    let mut text = Vec::new();
    contents.take(TEXT).read_to_end(&mut text).map_err(|error| pages::cut(path, "the first bytes", &error))?;
    if text.starts_with(b"PAR1") {
        return Err(Error::unfit(path, "is a packed Parquet file; unpack it first: its columns are packed already"));
    }
    if let Some(what) = foreign::by_head(&text) {
        return Err(Error::unfit(path, what));
    }
    let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&text);
    match (text.iter().find(|byte| !byte.is_ascii_whitespace()), inner_suffix(path).as_str()) {
        (Some(b'{' | b'['), _) | (_, "json" | "jsonl" | "ndjson") => Ok(Kind::Jsonl),
        (_, "edges") => Ok(Kind::Edges),
        (_, "csv" | "tsv") => Ok(Kind::Csv),
        _ if edges::begins(text) => Ok(Kind::Edges),
        _ if table::begins(text, named) => Ok(Kind::Csv),
        _ => Err(Error::hinted(
            path,
            "is neither JSON, Parquet, CSV, a model card nor edge text; if it is one of these, say which",
            Hint::SourceKind,
        )),
    }
}
