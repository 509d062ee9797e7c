use serde::{Deserialize, Serialize};

/// A `Provenance` tells where a snapshot comes from: enough to name it beside a figure, and to make it again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// This is the program that wrote the snapshot, with its version.
    pub program: String,
    /// The records describe this instant, in milliseconds since 1970, UTC.
    pub taken: Option<i64>,
    /// This says how `taken` is known.
    pub taken_from: Taken,
    /// The file was made at this time, in milliseconds since 1970, UTC. It is no part of the digest.
    pub written: Option<i64>,
    /// The snapshot was made of these sources, in the order in which they were read.
    pub sources: Vec<SourceNote>,
    /// These numbers say how much the snapshot holds.
    pub counts: Counts,
    /// This is a SHA-256 over the columns, in hex: equal contents have equal digests, whoever wrote them and when.
    pub digest: String,
    /// This says whether it is the sample inside the program, which is no census.
    pub sample: bool,
    /// This is the crawl that keeps the snapshot current, if a crawl made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crawl: Option<CrawlNote>,
}

/// A `CrawlNote` tells what a crawl listed, which an update asks for again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrawlNote {
    /// This is the Hub's address.
    pub endpoint: String,
    /// Only the models of this account were listed, if one is named.
    pub owner: Option<String>,
    /// Only models with all of these tags were listed.
    pub filters: Vec<String>,
    /// Only this model and its descendants were listed, if one is named.
    pub below: Option<String>,
    /// The crawl ended after so many rows, if it was told to.
    pub limit: Option<u64>,
    /// This says whether cards were fetched.
    pub cards: bool,
    /// This says whether the names of licences that are `other` were asked for, in a second listing.
    #[serde(default)]
    pub licence_names: bool,
    /// These fields were not asked for, since the Hub refused them: what they tell is missing of all its models or of
    /// some.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub without: Vec<String>,
    /// These hosts gave what the snapshot holds: the Hub's own, and those where its files lie.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<String>,
}

/// A `Taken` says how the date of a snapshot is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Taken {
    /// Somebody who knows said so.
    Given,
    /// The Hub's clock said so when the crawl began.
    Crawl,
    /// The newest date among the records was taken; the true date is not earlier.
    NewestRecord,
    /// No record has a date.
    Unknown,
}

/// A `SourceNote` is what a snapshot tells of one of its sources.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceNote {
    /// This is the source's path, as it was named; of a file of a data set it is the address, at the commit that was
    /// read.
    pub path: String,
    /// This is the source's kind: `jsonl`, `hub-stats`, `csv`, `cards`, `edges`, `recording` or `snapshot`; `renames`
    /// is what the Hub said of old ids.
    pub kind: String,
    /// This is its SHA-256, in hex.
    pub sha256: String,
    /// This is its size in bytes.
    pub bytes: u64,
    /// This is the number of records that were read from it.
    pub records: u64,
    /// This is the number of records in it that could not be read.
    pub rejects: u64,
    /// This is the number of records of models that were known already, from it or an earlier source.
    pub repeats: u64,
    /// This is the number of rows that tell the name of a licence and nothing else, of models that are records already:
    /// they are a crawl's second listing.
    #[serde(default, skip_serializing_if = "is_none")]
    pub licence_rows: u64,
    /// These things are to be said of it as a whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<RemarkNote>,
}

fn is_none(count: &u64) -> bool {
    *count == 0
}

/// A `RemarkNote` says something of a source as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemarkNote {
    /// This is the name of the remark's kind.
    pub kind: String,
    /// These words say what is concerned, such as the name of a column.
    pub text: String,
}

/// A `Counts` tells what a snapshot holds, counted when it was made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// This is the number of listed models.
    pub models: u64,
    /// This is the number of parents that are named but not listed.
    pub unlisted: u64,
    /// This is the number of old ids of renamed models that have a row: those of which the records speak.
    pub aliases: u64,
    /// This is the number of links that led to old ids and were moved to the models that these name today.
    #[serde(default)]
    pub moved: u64,
    /// This is the number of distinct links from a parent to a child, aliases followed and self-links left out: those
    /// of the lineage.
    pub links: u64,
    /// This is the number of records that could not be read, of all sources.
    pub rejects: u64,
    /// This is the number of rejects that are kept with place and reason: the first 100,000.
    pub rejects_kept: u64,
}

impl CrawlNote {
    /// Tells whether all of the Hub was listed, and not the models of an owner, with a tag, below a model, or the first
    /// ones alone.
    pub fn is_whole(&self) -> bool {
        self.owner.is_none() && self.filters.is_empty() && self.below.is_none() && self.limit.is_none()
    }

    /// What the crawl brings, in words.
    pub fn words(&self) -> String {
        let mut words = match (&self.below, &self.owner) {
            (Some(id), _) => format!("{id} and what descends from it"),
            (_, Some(owner)) => format!("the models of {owner}"),
            _ if self.filters.is_empty() => "the whole Hub".to_owned(),
            _ => "models".to_owned(),
        };
        if !self.filters.is_empty() {
            words += &format!(" with the tags {}", self.filters.join(", "));
        }
        if let Some(limit) = self.limit {
            words += &format!(", the first {limit} rows");
        }
        format!("{words} at {}", self.endpoint)
    }
}

impl Provenance {
    /// Gives the digest's first twelve digits, for people.
    pub fn short_digest(&self) -> &str {
        self.digest.get(..12).unwrap_or(&self.digest)
    }
}
