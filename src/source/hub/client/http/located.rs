use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use reqwest::Url;
use reqwest::header::HeaderMap;

use super::extent::length;
use super::marks::{Marks, Standing, tag};
use super::refused::Refusal;

/// Where a file lies, and what its server says of it.
#[derive(Debug, Clone)]
pub(in crate::source::hub) struct Located {
    pub(super) url: Url,
    pub size: Option<u64>,
    /// The Hub's name of the bytes of a file that lies elsewhere.
    pub linked: Option<String>,
    /// SHA-256 in hex, where the server tells it.
    pub sha256: Option<String>,
    /// The commit that the file is of.
    pub commit: Option<String>,
    /// What is learned from answer to answer.
    known: Arc<Mutex<Known>>,
}

/// What the answers with a file's bytes tell of it.
#[derive(Debug, Clone, Default)]
pub(super) struct Known {
    /// The version that is fetched.
    pub marks: Marks,
    /// How many bytes it has, where nobody told it before.
    pub size: Option<u64>,
    pub is_unsure: bool,
}

impl Located {
    pub(super) fn new(url: Url, headers: &HeaderMap) -> Located {
        let size = headers.get("x-linked-size").and_then(|size| size.to_str().ok()?.trim().parse().ok());
        let linked = tag(headers, "x-linked-etag");
        let is_sha256 = |etag: &String| etag.len() == 64 && etag.bytes().all(|byte| byte.is_ascii_hexdigit());
        let known = Known { marks: Marks::from_headers(headers), ..Known::default() };
        Located {
            url,
            size: size.or_else(|| length(headers)),
            sha256: linked.clone().filter(is_sha256).map(|digest| digest.to_ascii_lowercase()),
            linked,
            commit: commit(headers),
            known: Arc::new(Mutex::new(known)),
        }
    }

    /// By what the server names the version that is fetched.
    pub fn marks(&self) -> Marks {
        self.known().marks.clone()
    }

    /// Whether nobody told where the file ends: the line was closed, and that was all.
    pub fn is_unsure(&self) -> bool {
        self.known().is_unsure
    }

    /// Whether one address gives the same bytes for ever.
    pub fn is_fixed(&self) -> bool {
        self.linked.is_some() || self.commit.is_some()
    }

    /// Whether the server tells another version of the file from this one. If not, what is there must not be gone on with.
    pub fn is_named(&self) -> bool {
        self.is_fixed() || self.known().marks.condition().is_some()
    }

    /// Where the file was found when that was asked again.
    ///
    /// # Errors
    /// If another one lies there.
    pub fn again(&self, found: Located) -> Result<Located, Refusal> {
        let is_other = matches!(self.known().marks.standing(&found.known().marks), Standing::Other(_));
        let is_commit = self.linked.is_some() || self.commit == found.commit;
        if is_other || !is_commit || self.linked != found.linked || self.size != found.size {
            return Err(Refusal::Changed("another file lies there by now".to_owned()));
        }
        Ok(Located { known: Arc::clone(&self.known), ..found })
    }

    pub(super) fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many bytes it has, if anybody told.
    pub(super) fn all(&self) -> Option<u64> {
        self.size.or_else(|| self.known().size)
    }

    /// Whether a part is of the version that is fetched.
    pub(super) fn is_of(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        if self.linked.is_some() {
            // The name of the bytes themselves is another one wherever they lie.
            return Ok(());
        }
        if let (Some(known), Some(now)) = (&self.commit, commit(headers))
            && *known != now
        {
            return Err(Refusal::Changed(format!("it is of commit {now} now, and was of {known}")));
        }
        let (mut known, now) = (self.known(), Marks::from_headers(headers));
        if known.marks == Marks::default() && self.is_fixed() {
            known.marks = now;
            return Ok(());
        }
        match known.marks.standing(&now) {
            Standing::Other(reason) => Err(Refusal::Changed(reason)),
            Standing::Unknown if !self.is_fixed() => Err(Refusal::Unnamed),
            _ => Ok(()),
        }
    }
}

fn commit(headers: &HeaderMap) -> Option<String> {
    let is_commit = |id: &&str| id.len() == 40 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    headers.get("x-repo-commit").and_then(|id| id.to_str().ok()).filter(is_commit).map(str::to_owned)
}
