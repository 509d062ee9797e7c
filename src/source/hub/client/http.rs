mod extent;
mod hosts;
mod located;
mod marks;
mod refused;
mod transfer;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use reqwest::header::{AUTHORIZATION, DATE, LINK};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, Response, Url};

use super::limit::{self, Class, Pace, Quota};
use super::link::next_query;
use super::patience::{Failure, Fault, LONGEST_WAIT, Patience, Trial, later};
use super::refusal::Said;
use super::token::Token;
use crate::model::clip;
use crate::source::date;
use crate::source::hub::{MAX_BODY, listing};
use hosts::{Kind, host, is_loopback};
pub(super) use located::Located;
pub(super) use marks::Marks;
pub(super) use refused::Refusal;
pub(super) use transfer::Keep;

/// What is read of a card, in bytes; a front matter may not reach further.
const MAX_CARD: usize = (1 << 20) + 1;
/// What is read of a refusal, in bytes: nobody's words are longer.
const MAX_SAID: usize = 64 << 10;
/// Longest query of a next page, in bytes: the Hub's own are a tenth of it, and all of a listing are kept.
const MAX_NEXT: usize = 16 << 10;
/// A wait longer than this is told.
const TOLD_WAIT: Duration = Duration::from_secs(5);
/// Answers of a server in trouble after which a card is left: the others do not wait for it.
const CARD_TRIES: u32 = 5;

/// An `Error` says why a request cannot be answered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The endpoint is no address of a Hub.
    #[error("{0:?}: no address of a Hub; write it as https://huggingface.co, with nothing before or after it")]
    Endpoint(String),
    /// The client could not be made.
    #[error("no HTTPS client: {0}; a system without certificates needs its ca-certificates package")]
    Client(String),
    /// Every try failed, for as long as was allowed.
    #[error("{what}: given up after {tries} tries in {seconds} s; the last one: {reason}")]
    GivenUp {
        /// This is the address.
        what: String,
        /// It was tried so often.
        tries: u32,
        /// It was tried for so many seconds.
        seconds: u64,
        /// This came of the last try.
        reason: String,
        /// This was at fault the last time.
        fault: Fault,
    },
    /// The Hub wants to be left alone for long.
    #[error("{what}: the Hub asks to wait {minutes} minutes ({reason}); run the same command again then")]
    Later {
        /// This is the address.
        what: String,
        /// It is to be left alone for so many minutes.
        minutes: u64,
        /// This is its reason, in its words.
        reason: String,
    },
    /// The Hub's answer leads around in a circle, nowhere, or to a host that is not to be asked.
    #[error("{what}: {reason}")]
    Redirect {
        /// This is the address.
        what: String,
        /// It says what is wrong with the answer.
        reason: String,
    },
}

/// An `Answer` is an answer of the Hub that is no failure of the line; a refusal is one too.
#[derive(Debug)]
pub struct Answer {
    /// This is the HTTP status.
    pub status: u16,
    /// This is the body.
    pub body: Vec<u8>,
    /// This is the query of the next page, out of the `Link` header; it is empty if the link has none.
    pub next: Option<String>,
    /// This is the server's clock, in milliseconds since 1970, UTC.
    pub date: Option<i64>,
    /// This is the header `X-Error-Code`.
    pub code: Option<String>,
    /// This is what the Hub says of a refusal, in its words: one line for people.
    pub message: String,
    /// This is everything that it says, text by text and whole.
    pub said: Vec<String>,
    /// It leads to this path of the same Hub, if it is a redirect that was not followed.
    pub to: Option<String>,
    /// This is the path that answered at last, after redirects within the Hub.
    pub path: String,
    /// This is the host that answered at last, with its port where that is not the usual one.
    pub host: String,
}

/// A `Pause` says why a request waits, and for how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pause {
    /// This path and query was asked for.
    pub what: String,
    /// It says why the request waits.
    pub reason: String,
    /// The request waits so long.
    pub wait: Duration,
}

/// A `Hub` is the one client: it keeps the Hub's pace, tries again, and sends its token to its own Hub alone.
#[derive(Debug)]
pub struct Hub {
    client: Client,
    /// For files, which are taken as they are: what a server packs on the way would not be what its digest is of.
    files: Client,
    endpoint: Url,
    /// Hosts where its files may lie, beside those that are known.
    file_hosts: Vec<String>,
    token: Option<Token>,
    patience: Patience,
    pace: Mutex<BTreeMap<Class, Pace>>,
}

/// What is asked of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ask {
    /// Its body, wherever it leads.
    Get,
    /// What it leads to.
    Head,
}

impl Ask {
    fn method(self) -> Method {
        match self {
            Ask::Get => Method::GET,
            Ask::Head => Method::HEAD,
        }
    }
}

/// What one try gave.
enum Try {
    Answer(Answer),
    Failed(Failure),
    Over(Error),
}

impl Try {
    fn failed(fault: Fault, reason: String) -> Try {
        Try::Failed(Failure::new(fault, reason))
    }
}

impl Hub {
    /// Makes a client of the Hub at `endpoint`. `program` is its User-Agent, the program's name and version.
    ///
    /// # Errors
    /// It fails if the endpoint is no web address, or the system has no certificates.
    pub fn new(endpoint: &str, token: Option<Token>, program: &str, patience: Patience) -> Result<Hub, Error> {
        let wrong = || Error::Endpoint(without_secret(endpoint));
        let url = Url::parse(endpoint.trim().trim_end_matches('/')).map_err(|_| wrong())?;
        let is_plain = url.username().is_empty() && url.password().is_none() && url.query().is_none();
        let is_plain = is_plain && url.fragment().is_none();
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() || !is_plain {
            return Err(wrong());
        }
        // It fails if somebody has chosen another provider already, which is as good.
        _ = rustls::crypto::ring::default_provider().install_default();
        let client = |unpacks| {
            let mut client = Client::builder()
                .user_agent(program)
                .gzip(unpacks)
                .redirect(Policy::none())
                .connect_timeout(patience.silence.min(Duration::from_secs(30)))
                .read_timeout(patience.silence);
            if is_loopback(&url) {
                client = client.no_proxy();
            }
            client.build().map_err(|error| Error::Client(chain(&error)))
        };
        let (client, files) = (client(true)?, client(false)?);
        Ok(Hub { client, files, endpoint: url, file_hosts: Vec::new(), token, patience, pace: Mutex::default() })
    }

    /// Makes a client whose files may lie at these hosts too, each with its port or at any.
    #[must_use]
    pub fn with_file_hosts(self, file_hosts: Vec<String>) -> Hub {
        Hub { file_hosts, ..self }
    }

    /// Gives the endpoint, without a slash at its end.
    pub fn endpoint(&self) -> &str {
        self.endpoint.as_str().trim_end_matches('/')
    }

    /// Tells what is left of the quota of list requests, as the Hub said last.
    pub fn quota(&self) -> Option<Quota> {
        self.paces().get(&Class::Api).map(|pace| pace.quota)
    }

    /// Asks for a path with its query. `read` reads what arrived whole, or says what is wrong with it: then the try has
    /// failed. `tell` is told of every wait.
    ///
    /// # Errors
    /// It fails if every try failed for as long as patience allows, or the Hub wants to be left alone.
    pub async fn get<T>(
        &self,
        path: &str,
        read: &(dyn Fn(&Answer) -> Result<T, String> + Send + Sync),
        tell: &(dyn Fn(Pause) + Send + Sync),
    ) -> Result<(Answer, T), Error> {
        self.tried(Ask::Get, path, read, tell).await
    }

    /// Asks what a path leads to, without its body; a redirect is not followed, see [`Answer::to`].
    ///
    /// # Errors
    /// It fails as [`Hub::get`] does.
    pub async fn head(&self, path: &str, tell: &(dyn Fn(Pause) + Send + Sync)) -> Result<Answer, Error> {
        Ok(self.tried(Ask::Head, path, &|_| Ok(()), tell).await?.0)
    }

    async fn tried<T>(
        &self,
        ask: Ask,
        path: &str,
        read: &(dyn Fn(&Answer) -> Result<T, String> + Send + Sync),
        tell: &(dyn Fn(Pause) + Send + Sync),
    ) -> Result<(Answer, T), Error> {
        let class = Class::by_path(path);
        let most = if class == Class::Resolvers { CARD_TRIES } else { u32::MAX };
        let mut trial = Trial::default();
        loop {
            self.wait_for_slot(path, class, tell).await?;
            let began = Instant::now();
            // An answer that drips is not waited for without end.
            let longest = self.patience.total.max(self.patience.silence);
            let failure = match tokio::time::timeout(longest, self.once(ask, path, class)).await {
                Err(_) => Failure::new(Fault::Line, format!("an answer that took more than {} s", longest.as_secs())),
                Ok(Try::Over(error)) => return Err(error),
                Ok(Try::Failed(failure)) => failure,
                Ok(Try::Answer(answer)) => match read(&answer) {
                    Ok(read) => return Ok((answer, read)),
                    Err(reason) => Failure::new(Fault::Answer, reason),
                },
            };
            self.pause(&mut trial, self.name(path), failure, began.elapsed(), most, tell).await?;
        }
    }

    /// Waits after a try that failed, for as long as patience allows.
    async fn pause(
        &self,
        trial: &mut Trial,
        what: String,
        failure: Failure,
        took: Duration,
        most: u32,
        tell: &(dyn Fn(Pause) + Send + Sync),
    ) -> Result<(), Error> {
        let reason = failure.reason.clone();
        let wait = trial.wait(&self.patience, what.clone(), failure, took, most)?;
        tell(Pause { what, reason, wait });
        tokio::time::sleep(wait).await;
        Ok(())
    }

    /// Waits for the pace that the quota allows.
    async fn wait_for_slot(&self, path: &str, class: Class, tell: &(dyn Fn(Pause) + Send + Sync)) -> Result<(), Error> {
        let slot = self.paces().get_mut(&class).map(|pace| (pace.reserve(), pace.quota.interval().is_none()));
        let Some((slot, is_spent)) = slot else { return Ok(()) };
        let wait = slot.saturating_duration_since(Instant::now());
        let reason = "the quota is used up until then".to_owned();
        if wait > LONGEST_WAIT {
            return Err(later(self.name(path), wait, reason));
        }
        if is_spent && wait > TOLD_WAIT {
            tell(Pause { what: self.name(path), reason, wait });
        }
        tokio::time::sleep_until(slot.into()).await;
        Ok(())
    }

    /// Gives an address for people: the list of fields is left out of it.
    pub fn name(&self, path: &str) -> String {
        format!("{}{}", self.endpoint(), clip(&listing::only_fields(path, &[]), 120))
    }

    /// What a server says, without the token, which it may have repeated.
    fn discreet(&self, text: String) -> String {
        match &self.token {
            Some(token) => token.hidden_in(&text),
            None => text,
        }
    }

    fn paces(&self) -> std::sync::MutexGuard<'_, BTreeMap<Class, Pace>> {
        self.pace.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Learns the quota that a response tells. A first answer that tells none has none; behind a redirect it may be left
    /// out.
    fn learn(&self, class: Class, response: &Response, is_first: bool) {
        let mut paces = self.paces();
        match limit::quota(response.headers()) {
            Some((named, quota)) => {
                let class = named.unwrap_or(class);
                let now = Instant::now();
                let last = paces.get(&class).map_or(now, |pace| pace.last);
                paces.insert(class, Pace { quota, told: now, last });
            }
            None if is_first && response.status().is_success() => _ = paces.remove(&class),
            // A server in trouble says nothing of quotas.
            None => (),
        }
    }

    async fn once(&self, ask: Ask, path: &str, class: Class) -> Try {
        let mut url = match self.url(path) {
            Ok(url) => url,
            Err(error) => return Try::Over(error),
        };
        let kind = if class == Class::Resolvers { Kind::File } else { Kind::Answer };
        let mut seen = vec![url.clone()];
        // The last address at the Hub itself: a file may lie elsewhere.
        let mut own = url.clone();
        loop {
            let mut request = self.client.request(ask.method(), url.clone());
            if let Some(token) = self.token.as_ref().filter(|_| url.origin() == self.endpoint.origin()) {
                request = request.header(AUTHORIZATION, token.bearer());
            }
            let response = match request.send().await {
                Ok(response) => response,
                Err(error) => return Try::failed(Fault::Line, chain(&error.without_url())),
            };
            if url.origin() == self.endpoint.origin() {
                self.learn(class, &response, seen.len() == 1);
            }
            if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
                return self.answer(&own, &host(&url), class, response).await;
            }
            let to = match self.led(&seen, response.headers(), kind) {
                Ok(to) => to,
                Err(error) => return Try::Over(error),
            };
            if ask == Ask::Head {
                let own_path = (to.origin() == self.endpoint.origin()).then(|| self.path_of(&to));
                return match self.answer(&own, &host(&url), class, response).await {
                    Try::Answer(answer) => Try::Answer(Answer { to: own_path, ..answer }),
                    failed => failed,
                };
            }
            if to.origin() == self.endpoint.origin() {
                own = to.clone();
            }
            seen.push(to.clone());
            url = to;
        }
    }

    async fn answer(&self, own: &Url, host: &str, class: Class, mut response: Response) -> Try {
        let status = response.status();
        let headers = std::mem::take(response.headers_mut());
        // Of a card its beginning is enough, and of a refusal; of all else everything is wanted.
        let enough = match (status.is_success(), class) {
            (false, _) => Some(MAX_SAID),
            (true, Class::Resolvers) => Some(MAX_CARD),
            (true, _) => None,
        };
        let mut body = Vec::new();
        loop {
            match (response.chunk().await, enough) {
                (Ok(Some(chunk)), Some(enough)) if body.len() + chunk.len() >= enough => {
                    body.extend_from_slice(&chunk[..enough - body.len()]);
                    break;
                }
                (Ok(Some(chunk)), None) if body.len() + chunk.len() > MAX_BODY => {
                    return Try::failed(Fault::Answer, format!("a body of more than {} MiB", MAX_BODY >> 20));
                }
                (Ok(Some(chunk)), _) => body.extend_from_slice(&chunk),
                (Ok(None), _) => break,
                (Err(error), _) => return Try::failed(Fault::Answer, chain(&error.without_url())),
            }
        }
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        // Its signs need not be ASCII.
        let header = headers.get("x-error-message").map(|value| String::from_utf8_lossy(value.as_bytes()));
        let said = match status.is_success() {
            true => Said::default(),
            false => Said::read(header.as_deref(), &body),
        };
        let message = self.discreet(said.message);
        if matches!(status.as_u16(), 408 | 429) || status.is_server_error() {
            let asked = limit::asked_wait(status.as_u16(), &headers);
            let gap = if message.is_empty() { "" } else { ": " };
            // 500 tells of this answer; the others tell of a Hub that has too much to do.
            let fault = if status.as_u16() == 500 { Fault::Answer } else { Fault::Line };
            return Try::Failed(Failure { reason: format!("{status}{gap}{message}"), asked, fault });
        }
        let mut next = None;
        for link in headers.get_all(LINK) {
            match next_query(&String::from_utf8_lossy(link.as_bytes())) {
                Ok(Some(found)) if found.len() > MAX_NEXT => {
                    let reason = format!("a next link of more than {} KiB", MAX_NEXT >> 10);
                    return Try::failed(Fault::Answer, reason);
                }
                Ok(found) => next = next.or(found),
                // To take it for the last page would lose what comes after it.
                Err(()) => return Try::failed(Fault::Answer, "a Link header that cannot be read".into()),
            }
        }
        Try::Answer(Answer {
            status: status.as_u16(),
            next,
            date: headers.get(DATE).and_then(|at| date::http(at.to_str().ok()?)),
            code: text("x-error-code"),
            path: self.path_of(own),
            host: host.to_owned(),
            message,
            said: said.texts.into_iter().map(|text| self.discreet(text)).collect(),
            to: None,
            body,
        })
    }

    /// The path of one of the Hub's own addresses.
    fn path_of(&self, url: &Url) -> String {
        url.path().strip_prefix(self.endpoint.path().trim_end_matches('/')).unwrap_or_default().to_owned()
    }

    fn url(&self, path: &str) -> Result<Url, Error> {
        let whole = format!("{}{path}", self.endpoint());
        Url::parse(&whole).map_err(|error| Error::Redirect { what: self.name(path), reason: error.to_string() })
    }
}

/// An address without what could be a password in it.
fn without_secret(address: &str) -> String {
    match (address.find("://"), address.rfind('@')) {
        (Some(scheme), Some(at)) if at > scheme => format!("{}://…@{}", &address[..scheme], &address[at + 1..]),
        (None, Some(at)) => format!("…@{}", &address[at + 1..]),
        _ => address.split_inclusive(['?', '#']).next().unwrap_or_default().to_owned(),
    }
}

/// An address for people: what is signed in it is left out.
fn shown(url: &Url) -> String {
    url.as_str().split(['?', '#']).next().unwrap_or_default().to_owned()
}

/// An error with its causes: reqwest's own words are too few.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        let words = next.to_string();
        if !text.contains(&words) {
            text = format!("{text}: {words}");
        }
        cause = next.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_a_web_address_and_no_secret_is_shown() {
        let hub = |endpoint: &str| Hub::new(endpoint, None, "test", Patience::default());
        assert_eq!(hub("http://127.0.0.1:8080/").unwrap().endpoint(), "http://127.0.0.1:8080");
        assert_eq!(hub("https://hub.example/mirror/").unwrap().endpoint(), "https://hub.example/mirror");
        for wrong in ["huggingface.co", "ftp://h", "", "http://", "https://h?x=1", "https://h/#", "https://h#x"] {
            assert!(matches!(hub(wrong), Err(Error::Endpoint(_))), "{wrong}");
        }
        for with_secret in ["https://me:secret@h", "me:secret@h:80", "https://h/?key=secret", "https://h/#secret"] {
            let error = hub(with_secret).unwrap_err().to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
