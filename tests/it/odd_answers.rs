//! A thousand damaged answers of a Hub, made from whole ones by a seeded hand: each is an error, is asked for again, or gives
//! what it holds. Nothing panics, hangs or is lost unsaid.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fastrand::Rng;
use modelkin::source::hub::listing::{self, Glance};
use modelkin::source::hub::{Answer, Error, Hub, Patience, Token};
use serde_json::value::RawValue;

use crate::crawl::TOKEN;
use crate::odd_hub::row;

const MUTANTS: usize = 1000;
const NEXT: &str = "sort=createdAt&cursor=eyJhIjoxfQ%3D%3D";

/// A whole answer, and what it is asked for.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Kind {
    Page,
    /// Packed by gzip.
    Packed,
    /// In chunks.
    Chunked,
    Card,
    Head,
}

const KINDS: [Kind; 7] = [Kind::Page, Kind::Page, Kind::Packed, Kind::Packed, Kind::Chunked, Kind::Card, Kind::Head];

fn body() -> Vec<u8> {
    format!("[{},\n {},{}]", row(1), row(2), row(3)).into_bytes()
}

fn card() -> Vec<u8> {
    b"---\nbase_model: a/b\nlicense: mit\n---\n# A card\n".to_vec()
}

/// The head of a whole answer, and its body as it is sent.
fn whole(kind: Kind) -> (String, Vec<u8>) {
    let (encoding, body) = match kind {
        Kind::Page => ("", body()),
        Kind::Packed => {
            let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            packer.write_all(&body()).unwrap();
            ("Content-Encoding: gzip\r\n", packer.finish().unwrap())
        }
        Kind::Chunked => {
            let body = body();
            let chunks =
                body.chunks(100).map(|chunk| [format!("{:x}\r\n", chunk.len()).as_bytes(), chunk, b"\r\n"].concat());
            ("Transfer-Encoding: chunked\r\n", [chunks.collect::<Vec<_>>().concat(), b"0\r\n\r\n".to_vec()].concat())
        }
        Kind::Card => ("", card()),
        Kind::Head => ("", Vec::new()),
    };
    let length = if kind == Kind::Chunked { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
    let head = format!(
        "HTTP/1.1 200 OK\r\nDate: Sat, 03 Oct 2026 10:00:00 GMT\r\nContent-Type: application/json; charset=utf-8\r\n{length}\
         {encoding}Link: <https://hub.example/api/models?{NEXT}>; rel=\"next\"\r\nRateLimit: \"api\";r=90000;t=1\r\n\
         RateLimit-Policy: \"fixed window\";\"api\";q=90000;w=1\r\nX-Error-Code: EntryNotFound\r\nConnection: close\r\n\r\n"
    );
    (head, body)
}

const STATUSES: &[&str] = &[
    "100", "101", "199", "204", "206", "301", "304", "307", "400", "401", "404", "418", "429", "500", "503", "999", "0",
];

const LINES: &[&str] = &[
    "Location: /api/models?cursor=1",
    "Location: http://elsewhere.example/api/models",
    "Location: /api/models?sort=createdAt",
    "Location: \u{1}",
    "Retry-After: 18446744073709551616",
    "Retry-After: Sat, 03 Oct 1026 10:00:00 GMT",
    "RateLimit: \"api\";r=18446744073709551615;t=4294967295",
    "Content-Length: 18446744073709551615",
    "Content-Length: 3",
    "Content-Encoding: br",
    "Content-Encoding: gzip, gzip",
    "Transfer-Encoding: chunked",
    "Link: <x>; rel=\"prev\"",
    "Link: <https://h/api/models?x=1>; rel=\"next\", <",
    "X-Error-Message: \u{e9}",
    "X-Linked-Size: 99999999999999999999",
    ": ",
    "\t",
];

/// Damages an answer: its head, or its body.
fn damaged(rng: &mut Rng, kind: Kind) -> (Vec<u8>, Vec<u8>) {
    let (head, mut body) = whole(kind);
    let mut head = head.into_bytes();
    if rng.bool() || body.is_empty() {
        for _ in 0..rng.usize(1..3) {
            // What is no text is damaged enough.
            let mut lines: Vec<String> =
                String::from_utf8_lossy(&head).trim_end_matches("\r\n").split("\r\n").map(str::to_owned).collect();
            let at = rng.usize(0..lines.len());
            match rng.u8(0..6) {
                0 => {
                    let wait = if rng.bool() { "\r\nRetry-After: 70" } else { "" };
                    lines[0] = format!("HTTP/1.1 {} Odd{wait}", STATUSES[rng.usize(0..STATUSES.len())]);
                }
                1 => lines.insert(rng.usize(1..=lines.len()), LINES[rng.usize(0..LINES.len())].to_owned()),
                2 => lines.insert(at, lines[at].clone()),
                3 => {
                    let number = ["0", "-1", "18446744073709551615", "4294967296", "1e3", ""][rng.usize(0..6)];
                    let digits = |c: char| c.is_ascii_digit();
                    if let Some(from) = lines[at].find(digits) {
                        let end = lines[at][from..].find(|c| !digits(c)).map_or(lines[at].len(), |end| from + end);
                        lines[at].replace_range(from..end, number);
                    }
                }
                _ => {
                    head = strike(rng, std::mem::take(&mut head));
                    continue;
                }
            }
            head = (lines.join("\r\n") + "\r\n\r\n").into_bytes();
        }
    } else {
        body = strike(rng, body);
        let length = format!("Content-Length: {}\r\n", body.len());
        let text = String::from_utf8(head).unwrap();
        // Whatever it is, it is all of it; else a line that breaks is meant.
        let is_all = text.contains("Content-Length") && rng.u8(0..4) > 0;
        head = match text.split_once("Content-Length: ") {
            Some((before, after)) if is_all => format!("{before}{length}{}", after.split_once("\r\n").unwrap().1),
            _ => text,
        }
        .into_bytes();
    }
    (head, body)
}

/// Changes some bytes, leaves some out, puts some in, or cuts the end off.
fn strike(rng: &mut Rng, mut bytes: Vec<u8>) -> Vec<u8> {
    for _ in 0..rng.usize(1..4) {
        let at = rng.usize(0..bytes.len().max(1)).min(bytes.len().saturating_sub(1));
        match rng.u8(0..5) {
            _ if bytes.is_empty() => bytes.push(rng.u8(..)),
            0 => bytes[at] ^= 1 << rng.u8(0..8),
            1 => bytes[at] = b"\"{}[],:\\0 \r\n\0\xff"[rng.usize(0..14)],
            2 => drop(bytes.drain(at..(at + rng.usize(1..20)).min(bytes.len()))),
            3 => {
                let part = bytes[at..(at + rng.usize(1..40)).min(bytes.len())].to_vec();
                let to = rng.usize(0..=bytes.len());
                bytes.splice(to..to, part);
            }
            _ => bytes.truncate(at),
        }
    }
    bytes
}

/// A damaged answer, if it was not given yet, the kind of the whole ones, and how often was asked.
type Ready = Arc<Mutex<(Option<Vec<u8>>, Kind, usize)>>;

/// A server that gives what lies ready once, and whole answers from then on. Gives its address, too.
fn server(ready: Ready) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let (mut request, mut some) = (Vec::new(), [0; 4096]);
            while !request.ends_with(b"\r\n\r\n") {
                match stream.read(&mut some) {
                    Ok(read) if read > 0 => request.extend_from_slice(&some[..read]),
                    _ => break,
                }
            }
            let mut ready = ready.lock().unwrap();
            ready.2 += 1;
            let answer = ready.0.take().unwrap_or_else(|| {
                let (head, body) = whole(ready.1);
                [head.into_bytes(), body].concat()
            });
            _ = stream.write_all(&answer);
        }
    });
    address
}

type Given = Result<(Answer, Option<Vec<Glance>>), Error>;

/// Asks as a crawl does. None if the answer asks for a wait that the test does not sit out.
async fn ask(hub: &Hub, kind: Kind) -> Option<Given> {
    let (waits, mut waited) = tokio::sync::mpsc::unbounded_channel();
    let tell = move |pause: modelkin::source::hub::Pause| {
        if pause.wait > Duration::from_millis(100) {
            _ = waits.send(());
        }
    };
    let read = |answer: &Answer| match (kind, answer.status) {
        (Kind::Page | Kind::Packed | Kind::Chunked, 200) => listing::glance(&answer.body).map(Some),
        _ => Ok(None),
    };
    let given = async {
        match kind {
            Kind::Head => Ok((hub.head("/a/b/resolve/main/README.md", &tell).await?, None)),
            Kind::Card => hub.get("/a/b/resolve/main/README.md", &read, &tell).await,
            _ => hub.get("/api/models?sort=createdAt", &read, &tell).await,
        }
    };
    tokio::select! {
        given = tokio::time::timeout(Duration::from_secs(20), given) => Some(given.expect("a hang")),
        _ = waited.recv() => None,
    }
}

#[test]
fn a_damaged_answer_is_an_error_or_asked_for_again_or_gives_what_it_holds() {
    let ready: Ready = Arc::new(Mutex::new((None, Kind::Page, 0)));
    let address = server(Arc::clone(&ready));
    let patience = Patience {
        silence: Duration::from_secs(5),
        first_wait: Duration::from_millis(1),
        total: Duration::from_secs(5),
    };
    let new_hub = || Hub::new(&address, Token::new(TOKEN), "test", patience).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (mut hub, mut rng, mut counts) = (new_hub(), Rng::with_seed(15), [0; 4]);
    for number in 0..MUTANTS {
        let kind = KINDS[number % KINDS.len()];
        let (head, body) = damaged(&mut rng, kind);
        let sent = [&head[..], &body].concat();
        *ready.lock().unwrap() = (Some(sent.clone()), kind, 0);
        let given = runtime.block_on(ask(&hub, kind));
        let asked = ready.lock().unwrap().2;
        let shown = || format!("mutant {number}, {kind:?}: {:?}", String::from_utf8_lossy(&sent));
        // A quota that it told is not the next one's.
        if !String::from_utf8_lossy(&head).contains("RateLimit: \"api\";r=90000;t=1\r\n") || given.is_none() {
            hub = new_hub();
        }
        let (answer, rows) = match given {
            None => {
                counts[0] += 1;
                continue;
            }
            Some(Err(error)) => {
                let said = error.to_string();
                assert!(said.contains("/a/b/resolve") || said.contains("/api/models"), "{said} of {}", shown());
                assert!(!said.contains(TOKEN), "{said}");
                counts[1] += 1;
                continue;
            }
            Some(Ok(given)) => given,
        };
        if asked > 1 {
            counts[2] += 1;
        } else {
            counts[3] += 1;
        }
        let (good_head, good_body) = whole(kind);
        let is_page = !matches!(kind, Kind::Card | Kind::Head);
        if answer.status != 200 || !is_page {
            // A refusal, which is told; a card may be shorter than it was if its length says so.
            assert!(answer.status != 200 || asked > 1 || !is_page, "{}", shown());
            continue;
        }
        let rows = rows.unwrap();
        let elements: Vec<&RawValue> = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(rows.len(), elements.len(), "{}", shown());
        // What was asked for again is whole; else the very bytes that were sent were read: no prefix of them is a page.
        let body_sent = if asked > 1 { &good_body } else { &body };
        match kind {
            Kind::Page => assert_eq!(&answer.body, body_sent, "{}", shown()),
            Kind::Packed => assert_eq!(answer.body, crate::odd_answers::body(), "{}", shown()),
            _ => assert!(body != good_body || answer.body == crate::odd_answers::body(), "{}", shown()),
        }
        // A next page is lost only if nothing of the header speaks of one any more.
        let text = String::from_utf8_lossy(&head).to_ascii_lowercase();
        let link = |line: &str| line.starts_with("link:") && line.contains("next");
        if asked > 1 || head == good_head.as_bytes() {
            assert_eq!(answer.next.as_deref(), Some(NEXT), "{}", shown());
        } else if text.split("\r\n").any(link) {
            assert!(answer.next.is_some(), "{}", shown());
        }
    }
    // None of the four ways is left out.
    assert!(counts.iter().all(|count| *count > 0) && counts[3] > 100 && counts[2] > 300, "{counts:?}");
}
