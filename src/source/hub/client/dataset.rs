//! Files of data sets, by address: `hf://datasets/OWNER/NAME@REVISION/PATH`, or any web address; and the commits of a
//! data set (docs/hub.md, 10).

use serde::Deserialize;
use url::Url;

use super::fetch::Error;
use super::http::{Answer, Hub, Pause};
use super::seen::Seen;
use crate::source::date;

/// Pages of a history after which it has no end.
const MOST_PAGES: u32 = 2000;
/// The revision that is read where none is named.
const MAIN: &str = "main";
/// Hosts that are the Hub, whatever mirror is asked instead of it.
const HUBS: &[&str] = &["huggingface.co", "www.huggingface.co", "hf.co"];

/// An `Address` says where a file lies that is no file of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// It is a file of a data set on the Hub.
    Dataset(DatasetFile),
    /// It is a file anywhere else on the web.
    Web(Url),
}

/// A `DatasetFile` is a file of a data set on the Hub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatasetFile {
    /// This is the data set, as `OWNER/NAME`.
    pub repository: String,
    /// This is a branch, a tag or a commit; it is `main` where none is named.
    pub revision: Option<String>,
    /// This is the file's path in the data set.
    pub path: String,
}

impl Address {
    /// Reads the address that `text` is; a path of this machine is none. `endpoint` is the Hub that is asked.
    ///
    /// # Errors
    /// The error says what is wrong with an address, and how one is written.
    pub fn parse(text: &str, endpoint: &str) -> Option<Result<Address, String>> {
        let (scheme, rest) = text.split_once("://")?;
        if scheme.eq_ignore_ascii_case("hf") {
            return Some(DatasetFile::parse(rest).map(Address::Dataset));
        }
        if !["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
            let is_scheme = scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
            let other = "an address of no kind that is read; use https://... or hf://datasets/OWNER/NAME/PATH";
            return (is_scheme && !scheme.is_empty()).then(|| Err(other.to_owned()));
        }
        Some(Address::web(text, endpoint))
    }

    fn web(text: &str, endpoint: &str) -> Result<Address, String> {
        let url = Url::parse(text).map_err(|error| format!("no web address: {error}"))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err("an address with a password in it; none is sent, so leave it out".to_owned());
        }
        let host = url.host_str().unwrap_or_default();
        let is_hub = HUBS.contains(&host) || Url::parse(endpoint).is_ok_and(|hub| hub.origin() == url.origin());
        let file = is_hub.then(|| DatasetFile::of_page(&url)).flatten();
        Ok(file.map_or_else(|| Address::Web(url), Address::Dataset))
    }

    /// Gives its name, at a commit where one is known.
    pub fn label(&self, commit: Option<&str>) -> String {
        match self {
            Address::Dataset(file) => file.at(commit.or(file.revision.as_deref())),
            // What follows the path may be a secret.
            Address::Web(url) => url.as_str().split(['?', '#']).next().unwrap_or_default().to_owned(),
        }
    }

    /// Gives the last part of its path.
    pub fn name(&self) -> &str {
        let path = match self {
            Address::Dataset(file) => &file.path,
            Address::Web(url) => url.path(),
        };
        path.rsplit('/').next().unwrap_or_default()
    }

    /// The web address to ask for the file, at a commit where one is known.
    pub(super) fn url(&self, endpoint: &str, commit: Option<&str>) -> Result<Url, String> {
        match self {
            Address::Web(url) => Ok(url.clone()),
            Address::Dataset(file) => {
                let mut url = Url::parse(endpoint).map_err(|error| format!("{endpoint}: {error}"))?;
                let revision = commit.unwrap_or(file.revision());
                let parts = ["datasets"].into_iter().chain(file.repository.split('/')).chain(["resolve", revision]);
                url.path_segments_mut()
                    .map_err(|()| format!("{endpoint}: no address of a Hub"))?
                    .pop_if_empty()
                    .extend(parts.chain(file.path.split('/')));
                Ok(url)
            }
        }
    }
}

impl DatasetFile {
    /// Gives the revision that is asked for.
    pub fn revision(&self) -> &str {
        self.revision.as_deref().unwrap_or(MAIN)
    }

    fn parse(rest: &str) -> Result<DatasetFile, String> {
        const FORM: &str = "write it as hf://datasets/OWNER/NAME/PATH or hf://datasets/OWNER/NAME@REVISION/PATH";
        let Some(("datasets", rest)) = rest.split_once('/') else {
            return Err(format!("no file of a data set; {FORM}"));
        };
        let mut parts = rest.splitn(3, '/');
        let (Some(owner), Some(name), Some(path)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(format!("a data set needs its owner, its name and the path of a file; {FORM}"));
        };
        let (name, revision, path) = match name.split_once('@') {
            // Revisions of the Hub's own have slashes.
            Some((name, "refs")) => {
                let mut parts = path.splitn(3, '/');
                let (Some(kind), Some(of), Some(path)) = (parts.next(), parts.next(), parts.next()) else {
                    return Err(format!("a revision of refs/ needs two more parts, as refs/convert/parquet; {FORM}"));
                };
                (name, Some(format!("refs/{kind}/{of}")), path)
            }
            Some((name, revision)) => (name, Some(unslashed(revision)), path),
            None => (name, None, path),
        };
        DatasetFile { repository: format!("{owner}/{name}"), revision, path: path.to_owned() }
            .sound()
            .ok_or_else(|| format!("a part of the address is empty, or no name; {FORM}"))
    }

    /// The file that a page of the Hub speaks of: `/datasets/OWNER/NAME/resolve/REVISION/PATH`, and `blob` or `raw`.
    fn of_page(url: &Url) -> Option<DatasetFile> {
        let mut parts = url.path().strip_prefix("/datasets/")?.splitn(5, '/');
        let (owner, name, verb) = (parts.next()?, parts.next()?, parts.next()?);
        let (revision, path) = (unslashed(parts.next()?), parts.next()?);
        let is_plain = !path.contains('%') && !revision.contains('%');
        let file = DatasetFile {
            repository: format!("{owner}/{name}"),
            revision: Some(revision).filter(|revision| revision != MAIN),
            path: path.to_owned(),
        };
        file.sound().filter(|_| is_plain && matches!(verb, "resolve" | "blob" | "raw"))
    }

    /// Itself, if none of its parts leads elsewhere.
    fn sound(self) -> Option<DatasetFile> {
        let parts = self.repository.split('/').chain(self.revision().split('/')).chain(self.path.split('/'));
        let is_odd = |part: &str| {
            part.is_empty() || part == "." || part == ".." || part.chars().any(|c| c.is_control() || "\\?#".contains(c))
        };
        (!parts.into_iter().any(is_odd)).then_some(self)
    }

    fn at(&self, revision: Option<&str>) -> String {
        let gap = if revision.is_some() { "@" } else { "" };
        format!("hf://datasets/{}{gap}{}/{}", self.repository, revision.unwrap_or_default(), self.path)
    }

    /// Path and query of the first page of the data set's commits, the latest first.
    pub(super) fn commits(&self) -> String {
        let encoded = self.revision().replace('/', "%2F");
        format!("/api/datasets/{}/commits/{encoded}", self.repository)
    }
}

/// A revision's slashes stand as `%2F` in an address.
fn unslashed(revision: &str) -> String {
    revision.replace("%2F", "/").replace("%2f", "/")
}

/// A `Commit` is a commit of a data set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// These are its 40 hex digits.
    pub id: String,
    /// It was made at this time, in milliseconds since 1970, UTC.
    pub date: i64,
}

/// The last commit of a data set at an instant: milliseconds since 1970, UTC.
pub(super) async fn commit_until(
    hub: &Hub,
    file: &DatasetFile,
    until: i64,
    tell: &(dyn Fn(Pause) + Send + Sync),
) -> Result<Commit, Error> {
    let refused = |reason| Error::Refused { what: format!("hf://datasets/{}", file.repository), reason };
    let read = |answer: &Answer| if answer.status == 200 { commits(&answer.body).map(Some) } else { Ok(None) };
    let first = file.commits();
    let mut path = first.clone();
    let (mut oldest, mut been_at) = (None, Seen::default());
    for _ in 0..MOST_PAGES {
        been_at.insert(&path);
        let (answer, found) = hub.get(&path, &read, tell).await?;
        let Some(found) = found else {
            let (status, message) = (answer.status, answer.message);
            return Err(refused(format!("its history cannot be had ({status}: {message}); is the name right?")));
        };
        oldest = found.iter().map(|commit| commit.date).min().or(oldest);
        if let Some(commit) = found.into_iter().find(|commit| commit.date <= until) {
            return Ok(commit);
        }
        let Some(next) = answer.next.map(|query| format!("{first}?{query}")) else {
            return Err(refused(match oldest.and_then(date::day) {
                Some(day) => format!("has no commit of that day or before: its history goes back to {day}"),
                None => "its history is empty".to_owned(),
            }));
        };
        if been_at.contains(&next) {
            return Err(refused(
                "its history leads back to a page that was read; name a commit (NAME@COMMIT)".to_owned(),
            ));
        }
        path = next;
    }
    let back = oldest.and_then(date::day).map(|day| format!(", and goes back to {day} there")).unwrap_or_default();
    Err(refused(format!(
        "its history has more than {MOST_PAGES} pages{back}; name a commit instead of a day (NAME@COMMIT)"
    )))
}

/// The commits of a page of a data set's history.
///
/// # Errors
/// What is wrong with a body that is no such page.
pub(super) fn commits(body: &[u8]) -> Result<Vec<Commit>, String> {
    // What is wrong with an answer is said by this name.
    #[derive(Deserialize)]
    #[serde(rename = "Row")]
    struct CommitRow {
        id: String,
        date: String,
    }
    let rows: Vec<CommitRow> =
        serde_json::from_slice(body).map_err(|error| format!("an answer that is no page of commits ({error})"))?;
    let is_commit = |id: &str| id.len() == 40 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    rows.into_iter()
        .map(|CommitRow { id, date }| match date::millis(&date) {
            Some(date) if is_commit(&id) => Ok(Commit { id, date }),
            _ => Err(format!("a commit that is none ({id:?} of {date:?})")),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HUB: &str = "https://hub.example/mirror";

    fn shown(text: &str) -> Option<String> {
        Address::parse(text, HUB).map(|address| match address {
            Ok(address) => {
                let kind = if matches!(address, Address::Dataset(_)) { "file " } else { "web " };
                format!("{kind}{} {}", address.label(None), address.url(HUB, None).unwrap())
            }
            Err(reason) => format!("error {reason}"),
        })
    }

    #[test]
    fn a_file_of_a_data_set_is_found_by_its_address_or_its_page() {
        let at = |rest: &str| format!("https://hub.example/mirror/datasets/o/n/resolve/{rest}");
        for (text, label, url) in [
            ("hf://datasets/o/n/a.parquet", "hf://datasets/o/n/a.parquet", at("main/a.parquet")),
            ("HF://datasets/o/n@v1/x/a b.csv", "hf://datasets/o/n@v1/x/a b.csv", at("v1/x/a%20b.csv")),
            (
                "hf://datasets/o/n@refs/convert/parquet/d/0.parquet",
                "hf://datasets/o/n@refs/convert/parquet/d/0.parquet",
                at("refs%2Fconvert%2Fparquet/d/0.parquet"),
            ),
            (
                "hf://datasets/o/n@refs%2Fpr%2F1/d%2e.jsonl",
                "hf://datasets/o/n@refs/pr/1/d%2e.jsonl",
                at("refs%2Fpr%2F1/d%252e.jsonl"),
            ),
            (
                "https://huggingface.co/datasets/o/n/blob/main/a.parquet",
                "hf://datasets/o/n/a.parquet",
                at("main/a.parquet"),
            ),
            (
                "https://huggingface.co/datasets/o/n/resolve/refs%2Fconvert%2Fparquet/a.parquet?download=true",
                "hf://datasets/o/n@refs/convert/parquet/a.parquet",
                at("refs%2Fconvert%2Fparquet/a.parquet"),
            ),
        ] {
            assert_eq!(shown(text).unwrap(), format!("file {label} {url}"), "{text}");
        }
        assert_eq!(
            shown("https://elsewhere.example/x.jsonl?key=secret").unwrap(),
            "web https://elsewhere.example/x.jsonl https://elsewhere.example/x.jsonl?key=secret"
        );
        for path in ["models.parquet", "hub", "./a://b", "C:\\x", "-", "://x"] {
            assert_eq!(shown(path), None, "{path}");
        }
        for wrong in [
            "hf://datasets/o/n",
            "hf://datasets/o//a.parquet",
            "hf://o/n/a.parquet",
            "hf://datasets/o/n/../../../api/whoami-v2",
            "hf://datasets/o/n@/a",
            "hf://datasets/o/n@refs/convert/a",
            "hf://datasets/../n/a",
            "hf://datasets/o/n/a?x=1",
            "hf://datasets/o/n/a\nb",
            "https://me:secret@h/x",
            "https://",
            "s3://bucket/x.parquet",
            "file:///etc/passwd",
        ] {
            let error = shown(wrong).unwrap();
            assert!(error.starts_with("error ") && !error.contains("secret"), "{wrong}: {error}");
        }
    }

    #[test]
    fn commits_are_read_as_the_hub_lists_them() {
        let id = "0123456789012345678901234567890123456789";
        let page = format!(r#"[{{"id":"{id}","title":"x","authors":[],"date":"2026-03-15T06:00:00.000Z"}}]"#);
        assert_eq!(commits(page.as_bytes()).unwrap(), [Commit { id: id.into(), date: 1_773_554_400_000 }]);
        for wrong in ["{}", r#"[{"id":"main","date":"2026-03-15"}]"#, &page.replace("2026-03-15T", "soon")] {
            assert!(commits(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }
}
