use serde::{Deserialize, Serialize};

/// A `Head` is what is known of a page without unpacking it: the first line of its file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// It tells what the page holds.
    pub kind: PageKind,
    /// This path and query was asked for.
    pub path: String,
    /// This is the query of the next page, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// This is the server's clock, in milliseconds since 1970, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<i64>,
    /// There are so many rows in it; of cards, so many were asked for.
    pub rows: u64,
    /// So many of the rows count, where the crawl's limit cuts the page; none count where all are children of another
    /// model than was meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub take: Option<u64>,
    /// The latest change among its rows was at this time, in milliseconds since 1970, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newest: Option<i64>,
    /// The newest of its rows that had not yet to come was made at this time, in milliseconds since 1970, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made: Option<i64>,
    /// This is the id that was asked for, where another one answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<String>,
    /// Below a model these are older ids of models that were met, whose children are asked for after those of this
    /// page. They stand here so that a crawl goes on with them whatever is known of older ids then.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub old: Vec<OldId>,
}

impl Head {
    /// Makes the head of a page without rows.
    pub fn new(kind: PageKind, path: String, date: Option<i64>) -> Head {
        Head { kind, path, next: None, date, rows: 0, take: None, newest: None, made: None, was: None, old: Vec::new() }
    }
}

/// An `OldId` is an older id of a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OldId {
    /// This is the id, as tags spell it.
    pub id: String,
    /// It tells whether the id holds, whatever bears it today.
    #[serde(default)]
    pub sure: bool,
}

/// A `PageKind` says what a page holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PageKind {
    /// It holds an array of rows.
    List,
    /// It holds an array of rows that tell the names of licences, and nothing else that counts.
    Licences,
    /// It holds one model's row.
    Model,
    /// It holds cards, one after the other.
    Cards,
}
