//! Files: where they lie, and parts of their bytes. A file of the Hub lies elsewhere most of the time, at an address that
//! is signed for a while and that nobody's token is sent to.

use std::io;
use std::time::Instant;

use reqwest::header::{
    ACCEPT_ENCODING, AUTHORIZATION, CONTENT_LENGTH, CONTENT_RANGE, ETAG, HeaderMap, LOCATION, RANGE,
};
use reqwest::{Response, StatusCode, Url};

use super::super::limit::{self, Class};
use super::super::patience::{Failure, Fault, Trial};
use super::super::refusal::Said;
use super::{Error, Hub, MAX_HOPS, Pause, chain};

/// How often an answer is tried that is no failure of the line.
const TRIES: u32 = 5;
/// What is read of the answer to a request that failed.
const MAX_SAID: usize = 64 << 10;

/// Who is told of waits.
type Tell<'t> = &'t (dyn Fn(Pause) + Send + Sync);

/// Where a file lies, and what its server says of it.
#[derive(Debug, Clone)]
pub(in crate::source::hub) struct Located {
    url: Url,
    pub size: Option<u64>,
    /// The server's name of these very bytes; where the Hub tells one of a file that lies elsewhere, that one.
    pub etag: Option<String>,
    /// The name that comes with the bytes themselves, where that is the one.
    own_tag: Option<String>,
    /// SHA-256 in hex, where the server tells it.
    pub sha256: Option<String>,
    /// The commit that the file is of.
    pub commit: Option<String>,
}

/// What came of a request for a file.
#[derive(Debug)]
pub(in crate::source::hub) enum Refusal {
    /// The server says no: its status and its words.
    Status { status: u16, code: Option<String>, message: String },
    /// It gives the whole file alone.
    NoRanges,
    /// It is another file by now: why it is known.
    Changed(String),
    /// It cannot be asked, or not any more.
    Hub(Error),
    /// The bytes cannot be kept.
    Kept(io::Error),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Refusal {
        Refusal::Hub(error)
    }
}

/// What takes bytes of a file: from which one on, and the bytes.
pub(in crate::source::hub) type Keep<'k> = &'k mut dyn FnMut(u64, &[u8]) -> io::Result<()>;

/// What is asked of an address.
#[derive(Clone, Copy)]
enum Ask<'r> {
    /// Where the file lies: a redirect that leads away from the Hub is the answer.
    Place,
    /// Its bytes, all of them or a range, wherever redirects lead.
    Bytes(Option<&'r str>),
}

/// One try at some bytes.
enum Part {
    Done,
    Failed(Failure),
    /// The address holds no longer, or never did.
    Refused(Refusal),
}

impl Hub {
    /// Asks where the file at an address lies. The token goes along where the address is the Hub's own.
    pub(in crate::source::hub) async fn locate(&self, address: &Url, tell: Tell<'_>) -> Result<Located, Refusal> {
        let mut trial = Trial::default();
        loop {
            let began = Instant::now();
            let failure = match self.ask(address, Ask::Place, tell).await? {
                Err(failure) => failure,
                Ok((_, _, Some(response))) if !response.status().is_success() => self.refused(response).await?,
                Ok((url, headers, _)) => return Ok(located(url, &headers)),
            };
            self.pause(&mut trial, shown(address), failure, began.elapsed(), TRIES, tell).await?;
        }
    }

    /// Fetches a file's bytes from one on, up to another or to its end. `keep` may be given some of them before this
    /// fails.
    pub(in crate::source::hub) async fn part(
        &self,
        file: &Located,
        from: u64,
        to: Option<u64>,
        tell: Tell<'_>,
        keep: Keep<'_>,
    ) -> Result<(), Refusal> {
        let (mut from, mut trial) = (from, Trial::default());
        loop {
            let (began, start) = (Instant::now(), from);
            // An answer that drips is not waited for without end; what it gave is kept.
            let longest = self.patience.total.max(self.patience.silence);
            let once = self.part_once(file, &mut from, to, tell, keep);
            let failure = match tokio::time::timeout(longest, once).await {
                Err(_) => Failure::new(Fault::Line, format!("an answer that took more than {} s", longest.as_secs())),
                Ok(Part::Done) => return Ok(()),
                Ok(Part::Refused(refusal)) => return Err(refusal),
                Ok(Part::Failed(failure)) => failure,
            };
            if from > start {
                // It goes on, if slowly.
                trial = Trial::default();
            }
            self.pause(&mut trial, shown(&file.url), failure, began.elapsed(), TRIES, tell).await?;
        }
    }

    async fn part_once(&self, file: &Located, from: &mut u64, to: Option<u64>, tell: Tell<'_>, keep: Keep<'_>) -> Part {
        let range = match to {
            Some(to) if *from >= to => return Part::Done,
            Some(to) => Some(format!("bytes={from}-{}", to - 1)),
            None if *from == 0 => None,
            None => Some(format!("bytes={from}-")),
        };
        let (headers, mut response) = match self.ask(&file.url, Ask::Bytes(range.as_deref()), tell).await {
            Err(error) => return Part::Refused(error.into()),
            Ok(Err(failure)) => return Part::Failed(failure),
            // A file that moved on is asked for there.
            Ok(Ok((_, headers, Some(response)))) => (headers, response),
            Ok(Ok((_, _, None))) => {
                return Part::Failed(Failure::new(Fault::Answer, "a redirect that leads elsewhere"));
            }
        };
        let end = match (response.status(), &range) {
            (StatusCode::PARTIAL_CONTENT, Some(range)) => match ends(&headers, *from, to, file.size) {
                Ok(end) => end,
                Err(Wrong::Size(size)) => {
                    let known = file.size.unwrap_or_default();
                    return Part::Refused(Refusal::Changed(format!("it has {size} bytes now, and had {known}")));
                }
                Err(Wrong::Range(found)) => {
                    let reason = format!("the answer to {range} is of other bytes (Content-Range: {found})");
                    return Part::Failed(Failure::new(Fault::Answer, reason));
                }
            },
            (StatusCode::OK, Some(_)) => return Part::Refused(Refusal::NoRanges),
            (StatusCode::OK, None) => match (length(&headers), file.size) {
                (Some(size), Some(known)) if size != known => {
                    return Part::Refused(Refusal::Changed(format!("it has {size} bytes now, and had {known}")));
                }
                (size, known) => size.or(known),
            },
            (StatusCode::RANGE_NOT_SATISFIABLE, Some(_)) => {
                let known = file.size.unwrap_or_default();
                return Part::Refused(Refusal::Changed(format!("it has fewer bytes now than the {known} that it had")));
            }
            (status, _) if status.is_success() => {
                return Part::Failed(Failure::new(Fault::Answer, format!("an answer of another kind ({status})")));
            }
            _ => {
                return match self.refused(response).await {
                    Ok(failure) => Part::Failed(failure),
                    Err(refusal) => Part::Refused(refusal),
                };
            }
        };
        if let (Some(_), Some(known), Some(now)) = (&range, &file.own_tag, tag(&headers, ETAG.as_str()))
            && *known != now
        {
            return Part::Refused(Refusal::Changed(format!("its ETag is {now} now, and was {known}")));
        }
        loop {
            match response.chunk().await {
                Ok(Some(bytes)) => {
                    if end.is_some_and(|end| bytes.len() as u64 > end - *from) {
                        return Part::Failed(Failure::new(Fault::Answer, "an answer of more bytes than it says"));
                    }
                    if let Err(error) = keep(*from, &bytes) {
                        return Part::Refused(Refusal::Kept(error));
                    }
                    *from += bytes.len() as u64;
                }
                Ok(None) if end.is_some_and(|end| *from < end) => {
                    return Part::Failed(Failure::new(Fault::Line, "an answer that ends too early"));
                }
                Ok(None) => return Part::Done,
                Err(error) => return Part::Failed(Failure::new(Fault::Line, chain(&error.without_url()))),
            }
        }
    }

    /// Asks for a file, redirects followed. Gives the address that answered, or to which the Hub sends everybody, with what
    /// was said of the file on the way.
    async fn ask(
        &self,
        address: &Url,
        what: Ask<'_>,
        tell: Tell<'_>,
    ) -> Result<Result<(Url, HeaderMap, Option<Response>), Failure>, Error> {
        let (mut url, mut seen) = (address.clone(), vec![address.clone()]);
        let wrong = |reason: &str| Error::Redirect { what: shown(address), reason: reason.to_owned() };
        let mut known = HeaderMap::new();
        loop {
            let is_own = url.origin() == self.endpoint.origin();
            let class = Class::of(url.path());
            let mut request = self.files.get(url.clone()).header(ACCEPT_ENCODING, "identity");
            if let Ask::Bytes(Some(range)) = what {
                request = request.header(RANGE, range);
            }
            if is_own {
                self.wait_for_slot(url.path(), class, tell).await?;
                if let Some(token) = &self.token {
                    request = request.header(AUTHORIZATION, token.bearer());
                }
            }
            let response = match request.send().await {
                Ok(response) => response,
                Err(error) => return Ok(Err(Failure::new(Fault::Line, chain(&error.without_url())))),
            };
            if is_own {
                self.learn(class, &response, seen.len() == 1);
            }
            for name in ["x-linked-size", "x-linked-etag", "x-repo-commit"] {
                if let Some(value) = response.headers().get(name).filter(|_| !known.contains_key(name)) {
                    known.insert(name, value.clone());
                }
            }
            if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
                let mut headers = response.headers().clone();
                headers.extend(known);
                return Ok(Ok((url, headers, Some(response))));
            }
            let to = response.headers().get(LOCATION).and_then(|to| to.to_str().ok());
            let to = to.and_then(|to| url.join(to).ok()).ok_or_else(|| wrong("a redirect that leads nowhere"))?;
            let is_unsafe = url.scheme() == "https" && to.scheme() == "http";
            if !matches!(to.scheme(), "http" | "https") || is_unsafe || !to.username().is_empty() {
                return Err(wrong("a redirect to an unsafe address"));
            }
            if seen.contains(&to) || seen.len() > MAX_HOPS {
                return Err(wrong("redirects lead around in a circle"));
            }
            let leads_away = is_own && to.origin() != self.endpoint.origin();
            if matches!(what, Ask::Place) && leads_away && known.contains_key("x-linked-size") {
                return Ok(Ok((to, known, None)));
            }
            seen.push(to.clone());
            url = to;
        }
    }

    /// What an answer is that gives nothing: a failure that may pass, or a refusal.
    async fn refused(&self, mut response: Response) -> Result<Failure, Refusal> {
        let status = response.status();
        let headers = std::mem::take(response.headers_mut());
        let mut body = Vec::new();
        while let Ok(Some(bytes)) = response.chunk().await {
            body.extend_from_slice(&bytes);
            if body.len() > MAX_SAID {
                break;
            }
        }
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let header = headers.get("x-error-message").map(|value| String::from_utf8_lossy(value.as_bytes()));
        let message = self.discreet(Said::read(header.as_deref(), &body).message);
        if matches!(status.as_u16(), 408 | 429) || status.is_server_error() {
            let gap = if message.is_empty() { "" } else { ": " };
            let asked = limit::asked_wait(status.as_u16(), &headers);
            return Ok(Failure { asked, ..Failure::new(Fault::Line, format!("{status}{gap}{message}")) });
        }
        Err(Refusal::Status { status: status.as_u16(), code: text("x-error-code"), message })
    }
}

fn located(url: Url, headers: &HeaderMap) -> Located {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let linked = tag(headers, "x-linked-etag");
    let is_sha256 = |etag: &String| etag.len() == 64 && etag.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_commit = |id: &&str| id.len() == 40 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    Located {
        url,
        size: text("x-linked-size").and_then(|size| size.trim().parse().ok()).or_else(|| length(headers)),
        sha256: linked.clone().filter(is_sha256).map(|digest| digest.to_ascii_lowercase()),
        own_tag: tag(headers, ETAG.as_str()).filter(|_| linked.is_none()),
        etag: linked.or_else(|| tag(headers, ETAG.as_str())),
        commit: text("x-repo-commit").filter(is_commit).map(str::to_owned),
    }
}

fn length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.trim().parse().ok()
}

/// An entity's tag without its quotes; whether it is a weak one is all the same here.
fn tag(headers: &HeaderMap, name: &str) -> Option<String> {
    let text = headers.get(name)?.to_str().ok()?.trim();
    let text = text.strip_prefix("W/").unwrap_or(text).trim_matches('"');
    (!text.is_empty()).then(|| text.to_owned())
}

/// What is wrong with a `Content-Range`.
enum Wrong {
    /// The file has so many bytes.
    Size(u64),
    /// It is of other bytes, or none.
    Range(String),
}

/// Where the bytes of an answer end, out of its `Content-Range`.
fn ends(headers: &HeaderMap, from: u64, to: Option<u64>, size: Option<u64>) -> Result<Option<u64>, Wrong> {
    let text = headers.get(CONTENT_RANGE).and_then(|value| value.to_str().ok()).unwrap_or("none");
    let wrong = || Wrong::Range(text.to_owned());
    let (range, whole) = text.trim().strip_prefix("bytes ").and_then(|rest| rest.split_once('/')).ok_or_else(wrong)?;
    let (first, last) = range.split_once('-').ok_or_else(wrong)?;
    let number = |text: &str| text.trim().parse::<u64>().map_err(|_| wrong());
    let (first, last) = (number(first)?, number(last)?);
    if let (Some(known), false) = (size, whole.trim() == "*") {
        let whole = number(whole)?;
        if whole != known {
            return Err(Wrong::Size(whole));
        }
    }
    let end = last.checked_add(1).ok_or_else(wrong)?;
    if first != from || end <= from || to.or(size).is_some_and(|to| to != end) {
        return Err(wrong());
    }
    Ok(Some(end))
}

/// An address for people: what is signed in it is left out.
fn shown(url: &Url) -> String {
    url.as_str().split(['?', '#']).next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_range_of_an_answer_is_the_one_that_was_asked_for() {
        let of = |value: &'static str, from, to, size| {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_RANGE, value.parse().unwrap());
            match ends(&headers, from, to, size) {
                Ok(end) => format!("{end:?}"),
                Err(Wrong::Size(size)) => format!("size {size}"),
                Err(Wrong::Range(_)) => "range".to_owned(),
            }
        };
        for (value, from, to, size, expected) in [
            ("bytes 0-9/100", 0, Some(10), Some(100), "Some(10)"),
            ("bytes 5-99/100", 5, None, Some(100), "Some(100)"),
            ("bytes 5-9/*", 5, Some(10), Some(100), "Some(10)"),
            ("bytes 0-9/101", 0, Some(10), Some(100), "size 101"),
            ("bytes 1-9/100", 0, Some(10), Some(100), "range"),
            ("bytes 0-8/100", 0, Some(10), Some(100), "range"),
            ("bytes 0-10/100", 0, Some(10), Some(100), "range"),
            ("bytes 5-18446744073709551615/100", 5, None, None, "range"),
            ("bytes 9-3/100", 9, None, None, "range"),
            ("bytes */100", 0, Some(10), Some(100), "range"),
            ("items 0-9/100", 0, Some(10), Some(100), "range"),
            ("bytes 0-x/100", 0, Some(10), Some(100), "range"),
        ] {
            assert_eq!(of(value, from, to, size), expected, "{value}");
        }
        assert!(matches!(ends(&HeaderMap::new(), 0, Some(1), None), Err(Wrong::Range(_))));
    }
}
