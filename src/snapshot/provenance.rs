use serde::{Deserialize, Serialize};

/// Where a snapshot comes from: enough to name it beside a figure, and to make it again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// The program that wrote it, with its version.
    pub program: String,
    /// The instant that the records describe: milliseconds since 1970, UTC.
    pub taken: Option<i64>,
    /// How `taken` is known.
    pub taken_from: Taken,
    /// When the file was made: milliseconds since 1970, UTC. No part of the digest.
    pub written: Option<i64>,
    /// What it was made of, in the order in which it was read.
    pub sources: Vec<SourceNote>,
    /// What it holds.
    pub counts: Counts,
    /// SHA-256 over the columns, in hex: equal contents have equal digests, whoever wrote them and when.
    pub digest: String,
    /// Whether this is the sample inside the program, which is no census.
    pub sample: bool,
    /// The crawl that keeps it current, if a crawl made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crawl: Option<CrawlNote>,
}

/// What a crawl listed: what an update asks for again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrawlNote {
    /// The Hub's address.
    pub endpoint: String,
    /// Only this namespace's models.
    pub owner: Option<String>,
    /// Only models with all of these tags.
    pub filters: Vec<String>,
    /// Only this model and its descendants.
    pub below: Option<String>,
    /// Rows after which it ended.
    pub limit: Option<u64>,
    /// Whether cards were fetched.
    pub cards: bool,
    /// Whether the names of licences that are `other` were asked for.
    #[serde(default)]
    pub licence_names: bool,
    /// Fields that were not asked for, since the Hub refused them: what they tell is missing of all its models or of some.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub without: Vec<String>,
    /// The hosts that gave what it holds: the Hub's own, and those where its files lie.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<String>,
}

/// How the date of a snapshot is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Taken {
    /// Somebody who knows said so.
    Given,
    /// The Hub's clock when the crawl began.
    Crawl,
    /// The newest date among the records: the true date is not earlier.
    NewestRecord,
    /// No record has a date.
    Unknown,
}

/// One source of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceNote {
    /// Its path, as it was named; of a file of a data set its address, at the commit that was read.
    pub path: String,
    /// Its kind: `jsonl`, `hub-stats`, `csv`, `cards`, `edges`, `recording` or `snapshot`; `renames` of what the Hub said of
    /// old ids.
    pub kind: String,
    /// Its SHA-256 in hex.
    pub sha256: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// Records read from it.
    pub records: u64,
    /// Records that could not be read.
    pub rejects: u64,
    /// Records of models that were known already, from it or an earlier source.
    pub repeats: u64,
    /// Rows that tell the name of a licence and nothing else, of models that are records already: a crawl's second listing.
    #[serde(default, skip_serializing_if = "is_none")]
    pub licence_rows: u64,
    /// What is to be said of it as a whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<RemarkNote>,
}

fn is_none(count: &u64) -> bool {
    *count == 0
}

/// A remark about a source as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemarkNote {
    /// The name of its kind.
    pub kind: String,
    /// The words concerned.
    pub text: String,
}

/// What a snapshot holds, counted when it was made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Listed models.
    pub models: u64,
    /// Parents that are named but not listed.
    pub unlisted: u64,
    /// Old ids of renamed models that stand in the table of aliases.
    pub aliases: u64,
    /// Links to old ids, moved to the models that they name today.
    #[serde(default)]
    pub moved: u64,
    /// Distinct links from a parent to a child, aliases followed, self-links left out: those of the lineage.
    pub links: u64,
    /// Records that could not be read, all of them.
    pub rejects: u64,
    /// Records that could not be read and are kept with place and reason: the first 100,000.
    pub rejects_kept: u64,
}

impl CrawlNote {
    /// Whether all of the Hub was listed, and not the models of an owner, with a tag, below a model, or the first ones alone.
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
    /// The digest's first twelve digits, for people.
    pub fn short_digest(&self) -> &str {
        self.digest.get(..12).unwrap_or(&self.digest)
    }
}
