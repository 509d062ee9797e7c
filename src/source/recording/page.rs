use serde::{Deserialize, Serialize};

/// What is known of a page without unpacking it: the first line of its file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// What it is.
    pub kind: PageKind,
    /// What was asked for: path and query.
    pub path: String,
    /// The query of the next page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// The server's clock: milliseconds since 1970, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<i64>,
    /// Rows in it; of cards, those that were asked for.
    pub rows: u64,
    /// Rows that count, where the crawl's limit cuts the page; 0 where all are children of another model than was meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub take: Option<u64>,
    /// The latest change among its rows: milliseconds since 1970, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newest: Option<i64>,
    /// When the newest of its rows was made that had not yet to come: milliseconds since 1970, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made: Option<i64>,
    /// The id that was asked for, where another one answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<String>,
    /// Below a model: older ids of models that were met, whose children are asked for after those of this page. They stand
    /// here so that a crawl goes on with them whatever is known of older ids then.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub old: Vec<OldId>,
}

impl Head {
    /// The head of a page without rows.
    pub fn new(kind: PageKind, path: String, date: Option<i64>) -> Head {
        Head { kind, path, next: None, date, rows: 0, take: None, newest: None, made: None, was: None, old: Vec::new() }
    }
}

/// An older id of a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OldId {
    /// The id, as tags spell it.
    pub id: String,
    /// Whether it holds, whatever bears it today.
    #[serde(default)]
    pub sure: bool,
}

/// What a page holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PageKind {
    /// An array of rows.
    List,
    /// An array of rows that tell the names of licences, and nothing else that counts.
    Licences,
    /// One model's row.
    Model,
    /// Cards, one after the other.
    Cards,
}
