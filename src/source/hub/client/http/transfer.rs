//! Files: where they lie, and parts of their bytes. A file of the Hub lies elsewhere most of the time, at an address that
//! is signed for a while and that nobody's token is sent to.

use std::io;
use std::time::Instant;

use reqwest::header::{ACCEPT_ENCODING, AUTHORIZATION, HeaderMap, IF_RANGE, RANGE};
use reqwest::{Response, StatusCode, Url};

use super::super::limit::{self, Class};
use super::super::patience::{Failure, Fault, Trial};
use super::super::refusal::Said;
use super::extent::{Wrong, ends, is_framed, length, none_of};
use super::hosts::Kind;
use super::located::Located;
use super::marks::{Marks, encoding};
use super::{Error, Hub, MAX_SAID, Pause, Refusal, chain, shown};

/// How often an answer is tried that is no failure of the line.
const TRIES: u32 = 5;

/// Who is told of waits.
type Tell<'t> = &'t (dyn Fn(Pause) + Send + Sync);

/// What takes bytes of a file: from which one on, and the bytes.
pub(in crate::source::hub) type Keep<'k> = &'k mut dyn FnMut(u64, &[u8]) -> io::Result<()>;

/// What is asked of an address.
#[derive(Clone, Copy)]
enum Ask<'r> {
    /// Where the file lies: a redirect that leads away from the Hub is the answer.
    Place,
    /// Its bytes, all of them or a range, wherever redirects lead; a range perhaps of one version alone.
    Bytes(Option<(&'r str, Option<&'r str>)>),
}

/// One try at some bytes.
enum Tried {
    Done,
    /// All that this answer gives; the file goes on.
    More,
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
                Ok((url, headers, _)) => return Ok(Located::new(url, &headers)),
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
                Ok(Tried::Done) => return Ok(()),
                Ok(Tried::More) => {
                    trial = Trial::default();
                    continue;
                }
                Ok(Tried::Refused(refusal)) => return Err(refusal),
                Ok(Tried::Failed(failure)) => failure,
            };
            if from > start {
                // It goes on, if slowly.
                trial = Trial::default();
            }
            self.pause(&mut trial, shown(&file.url), failure, began.elapsed(), TRIES, tell).await?;
        }
    }

    async fn part_once(
        &self,
        file: &Located,
        from: &mut u64,
        to: Option<u64>,
        tell: Tell<'_>,
        keep: Keep<'_>,
    ) -> Tried {
        let size = file.all();
        let range = match to.or(size) {
            Some(end) if *from >= end && (to.is_some() || *from > 0) => return Tried::Done,
            _ if *from > 0 && !file.is_named() => return Tried::Refused(Refusal::Unnamed),
            _ => match to {
                Some(to) => Some(format!("bytes={from}-{}", to - 1)),
                None if *from == 0 => None,
                None => Some(format!("bytes={from}-")),
            },
        };
        let (headers, mut response) = match self.bytes(file, range.as_deref(), tell).await {
            Ok(found) => found,
            Err(part) => return part,
        };
        let other_size = |now: u64| {
            let had = size.map_or_else(|| format!("{from} were there"), |size| format!("had {size}"));
            Tried::Refused(Refusal::Changed(format!("it has {now} bytes now, and {had}")))
        };
        let end = match (response.status(), &range) {
            // Where nobody tells a size, an answer of nothing is the end.
            (StatusCode::PARTIAL_CONTENT, Some(_)) if to.or(size).is_none() && length(&headers) == Some(0) => {
                return self.ends_here(file, *from, None, tell).await;
            }
            (StatusCode::PARTIAL_CONTENT, Some(range)) => match ends(&headers, *from, to, size) {
                Ok((end, whole)) => {
                    if let Err(refusal) = file.is_of(&headers) {
                        return Tried::Refused(refusal);
                    }
                    file.known().size = size.or(whole);
                    Some(end)
                }
                Err(Wrong::Size(now)) => return other_size(now),
                Err(Wrong::Range(found)) => {
                    let reason = format!("the answer to {range} is of other bytes (Content-Range: {found})");
                    return Tried::Failed(Failure::new(Fault::Answer, reason));
                }
            },
            (StatusCode::OK, Some(_)) => return Tried::Refused(Refusal::NoRanges),
            (StatusCode::OK, None) => match (length(&headers), size) {
                (Some(now), Some(known)) if now != known => return other_size(now),
                (now, known) => {
                    // Nothing else is read of it: its version is the one from now on.
                    file.known().marks = Marks::from_headers(&headers);
                    now.or(known)
                }
            },
            (StatusCode::RANGE_NOT_SATISFIABLE, Some(_)) => match (none_of(&headers), size) {
                (Some(now), _) if now == *from && to.is_none() => {
                    return self.ends_here(file, *from, Some(now), tell).await;
                }
                (None, None) => return self.ends_here(file, *from, None, tell).await,
                (Some(now), _) => return other_size(now),
                (None, Some(known)) => {
                    let reason = format!("it has fewer bytes now than the {known} that it had");
                    return Tried::Refused(Refusal::Changed(reason));
                }
            },
            (status, _) if status.is_success() => {
                return Tried::Failed(Failure::new(Fault::Answer, format!("an answer of another kind ({status})")));
            }
            _ => {
                return match self.refused(response).await {
                    Ok(failure) => Tried::Failed(failure),
                    Err(refusal) => Tried::Refused(refusal),
                };
            }
        };
        let is_framed = end.is_some() || is_framed(&response, &headers);
        loop {
            match response.chunk().await {
                Ok(Some(bytes)) => {
                    if end.is_some_and(|end| bytes.len() as u64 > end - *from) {
                        return Tried::Failed(Failure::new(Fault::Answer, "an answer of more bytes than it says"));
                    }
                    if let Err(error) = keep(*from, &bytes) {
                        return Tried::Refused(Refusal::Kept(error));
                    }
                    *from += bytes.len() as u64;
                }
                Ok(None) if end.is_some_and(|end| *from < end) => {
                    return Tried::Failed(Failure::new(Fault::Line, "an answer that ends too early"));
                }
                // A part may be less than was asked for, and end where nobody says that the file does.
                Ok(None) if range.is_some() && to.or_else(|| file.all()).is_none_or(|all| *from < all) => {
                    return Tried::More;
                }
                Ok(None) => {
                    file.known().is_unsure = !is_framed;
                    return Tried::Done;
                }
                Err(error) => return Tried::Failed(Failure::new(Fault::Line, chain(&error.without_url()))),
            }
        }
    }

    /// Asks for bytes of a file: for a part of the version alone that is fetched.
    async fn bytes(&self, file: &Located, range: Option<&str>, tell: Tell<'_>) -> Result<(HeaderMap, Response), Tried> {
        // What never changes is not asked for by its version: the names are those of another host.
        let condition = if file.linked.is_some() { None } else { file.marks().condition() };
        let what = Ask::Bytes(range.map(|range| (range, condition.as_deref())));
        match self.ask(&file.url, what, tell).await {
            Err(error) => Err(Tried::Refused(error.into())),
            Ok(Err(failure)) => Err(Tried::Failed(failure)),
            // A file that moved on is asked for there.
            Ok(Ok((_, headers, Some(response)))) => match encoding(&headers).filter(|_| response.status().is_success())
            {
                // Many servers say so of a file that lies there packed; who reads it unpacks it.
                Some(how) if !matches!(how.as_str(), "gzip" | "x-gzip" | "zstd") => {
                    Err(Tried::Refused(Refusal::Encoded(how)))
                }
                _ => Ok((headers, response)),
            },
            Ok(Ok((_, _, None))) => Err(Tried::Failed(Failure::new(Fault::Answer, "a redirect that leads elsewhere"))),
        }
    }

    /// Whether a file ends where the server says that nothing more of it is. Such an answer names no version often, and another
    /// one may be as long as what is there: its last byte is asked for.
    async fn ends_here(&self, file: &Located, from: u64, size: Option<u64>, tell: Tell<'_>) -> Tried {
        let last = from.saturating_sub(1);
        let (headers, response) = match self.bytes(file, Some(&format!("bytes={last}-{last}")), tell).await {
            Ok(found) => found,
            Err(part) => return part,
        };
        match (response.status(), ends(&headers, last, Some(from), size.or(Some(from)))) {
            (StatusCode::PARTIAL_CONTENT, Ok((_, whole))) => match file.is_of(&headers) {
                Ok(()) => {
                    let mut known = file.known();
                    known.is_unsure = whole.or(size).is_none();
                    known.size = Some(from);
                    Tried::Done
                }
                Err(refusal) => Tried::Refused(refusal),
            },
            (StatusCode::PARTIAL_CONTENT, Err(Wrong::Size(now))) => {
                Tried::Refused(Refusal::Changed(format!("it has {now} bytes now, and {from} were there")))
            }
            _ => Tried::Refused(Refusal::NoRanges),
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
        let mut known = HeaderMap::new();
        loop {
            let is_own = url.origin() == self.endpoint.origin();
            let class = Class::by_path(url.path());
            let mut request = self.files.get(url.clone()).header(ACCEPT_ENCODING, "identity");
            if let Ask::Bytes(Some((range, condition))) = what {
                request = request.header(RANGE, range);
                if let Some(condition) = condition {
                    request = request.header(IF_RANGE, condition);
                }
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
            let to = self.led(&seen, response.headers(), Kind::File)?;
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
