//! A stand-in for the files of a data set on loopback: the Hub's resolve endpoint and its history on one port, and on
//! another one the CDN to which its signed addresses lead.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// The file that the data set holds.
pub const FILE: &str = "data/models.parquet";
pub const REPOSITORY: &str = "someone/stats";

/// A state of the file.
#[derive(Debug, Clone)]
pub struct Version {
    /// 40 hex digits.
    pub commit: String,
    /// As `2026-03-15T06:00:00.000Z`.
    pub date: String,
    pub bytes: Arc<Vec<u8>>,
    sha256: String,
}

impl Version {
    pub fn new(number: u32, date: &str, bytes: Vec<u8>) -> Version {
        let sha256 = modelkin::source::digest_bytes(&bytes).sha256;
        Version { commit: format!("{number:040x}"), date: date.into(), bytes: Arc::new(bytes), sha256 }
    }
}

/// How the two behave.
#[derive(Debug, Clone, Default)]
pub struct Ways {
    /// Requests for which a signed address holds; 0: for ever.
    pub holds: u64,
    /// The CDN gives the whole file whatever is asked.
    pub ignores_ranges: bool,
    /// Every so many answers of the CDN is cut in its middle.
    pub cuts: u64,
    /// This answer of the CDN is cut too.
    pub cuts_at: u64,
    /// Every so many answers of the CDN is of other bytes than asked for, and says so.
    pub shifts: u64,
    /// From so many answers of the CDN on the file has a byte more.
    pub grows: u64,
    /// Every so many answers of the CDN is a 503.
    pub busy: u64,
    /// Each question for `main` is answered with the next version.
    pub moves: bool,
    /// The file is no LFS file: the Hub gives it itself, after a redirect.
    pub is_small: bool,
    /// No digest is told.
    pub is_bare: bool,
    /// The answer to every request at the Hub: status, code, words.
    pub refuses: Option<(u16, &'static str, &'static str)>,
    /// Where the Hub sends everybody instead of to its CDN.
    pub leads_to: Option<String>,
    /// The digest that is told, whatever the file's is.
    pub lies: Option<String>,
    /// Another data set than someone's, and the path of its file.
    pub named: Option<(&'static str, &'static str)>,
    /// A break after each 16 KiB.
    pub slow: Duration,
}

/// A request as it arrived.
#[derive(Debug, Clone)]
pub struct Asked {
    pub is_cdn: bool,
    pub path: String,
    pub range: Option<String>,
    pub token: Option<String>,
    pub status: u16,
    /// Bytes of the body.
    pub bytes: u64,
}

#[derive(Debug)]
struct Shared {
    versions: Vec<Version>,
    ways: Mutex<Ways>,
    log: Mutex<Vec<Asked>>,
    cdn: SocketAddr,
    /// Answers of the CDN so far, and requests by signed address.
    answers: Mutex<(u64, HashMap<String, u64>)>,
    resolved: Mutex<u64>,
    over: AtomicBool,
}

/// Both, until it is dropped.
#[derive(Debug)]
pub struct Files {
    shared: Arc<Shared>,
    hub: SocketAddr,
}

impl Files {
    /// The latest version stands first, as in the history.
    pub fn start(versions: Vec<Version>, ways: Ways) -> Files {
        let bind = || TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let (hub, cdn) = (bind(), bind());
        let shared = Arc::new(Shared {
            versions,
            ways: Mutex::new(ways),
            log: Mutex::default(),
            cdn: cdn.local_addr().unwrap(),
            answers: Mutex::default(),
            resolved: Mutex::default(),
            over: AtomicBool::new(false),
        });
        let address = hub.local_addr().unwrap();
        for (listener, is_cdn) in [(hub, false), (cdn, true)] {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                for stream in listener.incoming() {
                    if shared.over.load(Ordering::Relaxed) {
                        break;
                    }
                    let shared = Arc::clone(&shared);
                    // Whoever asks may have gone.
                    thread::spawn(move || _ = stream.and_then(|stream| shared.serve(stream, is_cdn)));
                }
            });
        }
        Files { shared, hub: address }
    }

    pub fn address(&self) -> String {
        format!("http://{}", self.hub)
    }

    pub fn set(&self, ways: Ways) {
        *self.shared.ways.lock().unwrap() = ways;
    }

    /// What was asked so far; the list begins anew.
    pub fn log(&self) -> Vec<Asked> {
        std::mem::take(&mut *self.shared.log.lock().unwrap())
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::Relaxed);
        // Each listener sees it when somebody comes.
        for address in [self.hub, self.shared.cdn] {
            _ = TcpStream::connect(address);
        }
    }
}

struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
    is_cut: bool,
}

impl Reply {
    fn new(status: u16, body: impl Into<Vec<u8>>) -> Reply {
        Reply { status, headers: Vec::new(), body: body.into(), is_cut: false }
    }

    fn error(status: u16, code: &str, message: &str) -> Reply {
        let reply = Reply::new(status, format!("{{\"error\":\"{message}\"}}")).with("x-error-message", message);
        if code.is_empty() { reply } else { reply.with("x-error-code", code) }
    }

    fn with(mut self, name: &'static str, value: impl Into<String>) -> Reply {
        self.headers.push((name, value.into()));
        self
    }
}

impl Shared {
    /// Answers one request after the other.
    fn serve(&self, stream: TcpStream, is_cdn: bool) -> std::io::Result<()> {
        let mut lines = BufReader::new(stream.try_clone()?).lines();
        let mut out = stream;
        loop {
            let Some(first) = lines.next() else { return Ok(()) };
            let first = first?;
            let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
            let mut headers = HashMap::new();
            for line in lines.by_ref() {
                let line = line?;
                let Some((name, value)) = line.split_once(':') else { break };
                headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
            }
            let range = headers.get("range").cloned();
            let token = headers.get("authorization").cloned();
            let ways = self.ways.lock().unwrap().clone();
            let reply = match is_cdn {
                true => self.cdn(&path, range.as_deref(), &ways),
                false => self.hub(&path, range.as_deref(), &ways),
            };
            let length = reply.body.len();
            let body = match first.starts_with("HEAD ") {
                true => &[],
                false => &reply.body[..if reply.is_cut { length / 2 } else { length }],
            };
            let number = {
                let mut log = self.log.lock().unwrap();
                log.push(Asked { is_cdn, path, range, token, status: reply.status, bytes: 0 });
                log.len() - 1
            };
            let mut head = format!("HTTP/1.1 {} X\r\ncontent-length: {length}\r\n", reply.status);
            reply.headers.iter().for_each(|(name, value)| head += &format!("{name}: {value}\r\n"));
            out.write_all(format!("{head}\r\n").as_bytes())?;
            let pieces = if ways.slow.is_zero() { 1 << 20 } else { 16 << 10 };
            for piece in body.chunks(pieces) {
                out.write_all(piece)?;
                // The list may have been taken meanwhile.
                if let Some(asked) = self.log.lock().unwrap().get_mut(number) {
                    asked.bytes += piece.len() as u64;
                }
                thread::sleep(ways.slow);
            }
            if reply.is_cut {
                return out.shutdown(std::net::Shutdown::Both);
            }
        }
    }

    fn hub(&self, path: &str, range: Option<&str>, ways: &Ways) -> Reply {
        if let Some((status, code, message)) = ways.refuses {
            return Reply::error(status, code, message);
        }
        let (bare, query) = path.split_once('?').unwrap_or((path, ""));
        let (repository, name) = ways.named.unwrap_or((REPOSITORY, FILE));
        if let Some(revision) = bare.strip_prefix(&format!("/api/datasets/{repository}/commits/")) {
            return self.history(revision, query);
        }
        let cached = format!("/api/resolve-cache/datasets/{repository}/");
        if let Some(commit) = bare.strip_prefix(&cached).and_then(|rest| rest.split('/').next()) {
            let version = self.versions.iter().find(|version| version.commit == commit).unwrap();
            return bytes(&version.bytes, range, ways).with("etag", "\"9a3b\"").with("x-repo-commit", commit);
        }
        let Some(rest) = bare.strip_prefix(&format!("/datasets/{repository}/resolve/")) else {
            return Reply::error(401, "RepoNotFound", "Invalid username or password.");
        };
        let Some((revision, file)) = rest.split_once('/') else { return Reply::error(404, "", "Not found") };
        let turn = {
            let mut resolved = self.resolved.lock().unwrap();
            *resolved += u64::from(revision == "main");
            *resolved as usize - usize::from(*resolved > 0)
        };
        let version = match revision {
            "main" if ways.moves => self.versions.get(turn % self.versions.len()),
            "main" => self.versions.first(),
            _ => self.versions.iter().find(|version| version.commit == revision),
        };
        let Some(version) = version else { return Reply::error(404, "RevisionNotFound", "Invalid rev id") };
        if file != name {
            return Reply::error(404, "EntryNotFound", "Entry not found");
        }
        let reply = Reply::new(302, "").with("x-repo-commit", version.commit.clone());
        if ways.is_small {
            return reply.with("location", format!("{cached}{}/{name}", version.commit));
        }
        let digest = ways.lies.as_ref().unwrap_or(&version.sha256);
        let reply = if ways.is_bare { reply } else { reply.with("x-linked-etag", format!("\"{digest}\"")) };
        let number = {
            let mut answers = self.answers.lock().unwrap();
            let number = answers.1.len();
            answers.1.insert(number.to_string(), 0);
            number
        };
        let to = format!("http://{}/{}?Signature=secret{number}&n={number}", self.cdn, version.commit);
        let reply = reply.with("x-linked-size", version.bytes.len().to_string());
        reply.with("location", ways.leads_to.clone().unwrap_or(to))
    }

    fn history(&self, revision: &str, query: &str) -> Reply {
        const PAGE: usize = 2;
        if revision != "main" {
            return Reply::error(404, "RevisionNotFound", "Invalid rev id");
        }
        let from: usize = query.strip_prefix("p=").and_then(|page| page.parse().ok()).unwrap_or(0);
        let rows: Vec<String> = self.versions[from..]
            .iter()
            .take(PAGE)
            .map(|version| {
                format!(
                    r#"{{"id":"{}","title":"Upload","message":"","authors":[{{"user":"someone"}}],"date":"{}"}}"#,
                    version.commit, version.date
                )
            })
            .collect();
        let reply = Reply::new(200, format!("[{}]", rows.join(",")));
        let next = from + PAGE;
        if next >= self.versions.len() {
            return reply;
        }
        reply.with("link", format!("<https://hub.invalid/api/datasets/x/commits/main?p={next}>; rel=\"next\""))
    }

    fn cdn(&self, path: &str, range: Option<&str>, ways: &Ways) -> Reply {
        let (commit, query) = path.trim_start_matches('/').split_once('?').unwrap_or_default();
        let Some(version) = self.versions.iter().find(|version| version.commit == commit) else {
            return Reply::new(404, "<?xml version=\"1.0\"?><Error><Code>NoSuchKey</Code></Error>");
        };
        let answer = {
            let mut answers = self.answers.lock().unwrap();
            let key = query.rsplit_once("n=").map_or("", |(_, key)| key).to_owned();
            let uses = answers.1.entry(key).or_default();
            *uses += 1;
            if ways.holds > 0 && *uses > ways.holds {
                return Reply::new(
                    403,
                    "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>",
                );
            }
            answers.0 += 1;
            answers.0
        };
        let every = |times: u64| times > 0 && answer % times == 0;
        if every(ways.busy) {
            return Reply::new(503, "slow down").with("retry-after", "0");
        }
        let mut file = Arc::clone(&version.bytes);
        if ways.grows > 0 && answer >= ways.grows {
            file = Arc::new(file.iter().copied().chain([0]).collect());
        }
        let reply = match range.filter(|_| every(ways.shifts)) {
            Some(_) => bytes(&file, Some("bytes=1-10"), ways),
            None => bytes(&file, range, ways),
        };
        Reply { is_cut: every(ways.cuts) || answer == ways.cuts_at, ..reply.with("etag", "\"multipart-7\"") }
    }
}

/// The bytes of a range, or all.
fn bytes(file: &[u8], range: Option<&str>, ways: &Ways) -> Reply {
    let range = range.filter(|_| !ways.ignores_ranges).and_then(|range| range.strip_prefix("bytes="));
    let Some((first, last)) = range.and_then(|range| range.split_once('-')) else { return Reply::new(200, file) };
    let (first, last) = (first.parse::<usize>().unwrap(), last.parse().unwrap_or(file.len() - 1).min(file.len() - 1));
    if first > last {
        return Reply::new(416, "").with("content-range", format!("bytes */{}", file.len()));
    }
    Reply::new(206, &file[first..=last]).with("content-range", format!("bytes {first}-{last}/{}", file.len()))
}
