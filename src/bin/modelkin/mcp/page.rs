//! How much of an answer is given, and from where on.

use modelkin::snapshot::Snapshot;
use schemars::JsonSchema;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::refused::Refused;

/// The most rows of a page.
pub const ROWS: usize = 1_000;
/// Bytes of an answer: unasked, and at most.
const BYTES: usize = 6_000;
const MOST_BYTES: usize = 60_000;

/// What every tool that gives rows understands.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Page {
    /// `next_cursor` of the answer before, to the same question: gives the rows that follow.
    cursor: Option<String>,
    /// Rows at most; as many as fit if nothing is said.
    #[schemars(range(min = 1, max = 1000))]
    limit: Option<usize>,
    /// The answer has at most so many bytes; 6000 if nothing is said.
    #[schemars(range(min = 2000, max = 60000))]
    max_bytes: Option<usize>,
}

/// Where the rows of an answer begin, and how many there may be.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    pub rows: usize,
    pub bytes: usize,
}

impl Page {
    pub fn bounds(&self) -> Result<Bounds, Refused> {
        let rows = self.limit.unwrap_or(ROWS);
        if !(1..=ROWS).contains(&rows) {
            return Err(Refused::new(format!("`limit` is from 1 to {ROWS}")));
        }
        let bytes = self.max_bytes.unwrap_or(BYTES);
        if !(2_000..=MOST_BYTES).contains(&bytes) {
            return Err(Refused::new(format!("`max_bytes` is from 2000 to {MOST_BYTES}")));
        }
        Ok(Bounds { rows, bytes })
    }

    /// The place of the first row.
    pub fn start(&self, mark: &Mark) -> Result<usize, Refused> {
        let Some(text) = &self.cursor else { return Ok(0) };
        let is_hex = |part: &str| part.len() == Mark::DIGITS && part.bytes().all(|byte| byte.is_ascii_hexdigit());
        let parts: Vec<&str> = text.split('.').collect();
        let (digest, question, place) = match parts[..] {
            [digest, question, place] if is_hex(digest) && is_hex(question) => (digest, question, place),
            _ => return Err(no_cursor()),
        };
        let place = place.parse::<usize>().ok().filter(|number| number.to_string() == place).ok_or_else(no_cursor)?;
        if digest != mark.digest {
            return Err(Refused::new(format!(
                "`cursor` is of the snapshot {digest}, and the one that is asked is {}; ask again without it",
                mark.digest
            )));
        }
        if question != mark.question {
            return Err(Refused::new(
                "`cursor` is of another question; ask with the arguments of the answer that gave it, or without it",
            ));
        }
        Ok(place)
    }
}

fn no_cursor() -> Refused {
    Refused::new("`cursor` is none; give `next_cursor` of the answer before as it is, or leave it out")
}

/// What a cursor is bound to: the snapshot, and the question with the tool that asks it.
pub struct Mark {
    digest: String,
    question: String,
}

impl Mark {
    const DIGITS: usize = 12;

    pub fn new(snapshot: &Snapshot, tool: &str, question: &impl std::fmt::Debug) -> Mark {
        let sum = Sha256::digest(format!("{tool} {question:?}"));
        let question = sum.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        Mark { digest: snapshot.provenance().short_digest().to_owned(), question: question[..Mark::DIGITS].to_owned() }
    }

    pub fn cursor(&self, place: usize) -> String {
        format!("{}.{}.{place}", self.digest, self.question)
    }
}
