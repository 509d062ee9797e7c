//! Answers of a Hub to a crawl, each of which begins with `HTTP/1.1 `: the crawl ends, and what it took for whole can be
//! imported. What stands before the first says what is crawled: `below`, `update`, `cards`, `names` or all.
#![no_main]

use std::collections::VecDeque;
use std::fs;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener};
use std::sync::{Arc, LazyLock, Mutex};
use std::thread;
use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use modelkin::crawl::{self, OldIds};
use modelkin::source::Kind;
use modelkin::source::hub::listing::Scope;
use modelkin::source::hub::{Hub, Patience, Token, runtime};
use modelkin::source::recording::{Plan, Recording};
use modelkin_fuzz::{path, read};
use tokio::runtime::Runtime;

const BEGIN: &[u8] = b"HTTP/1.1 ";
const TOKEN: &str = "hf_abcdefghijklmnopqrstuvwxyz";
/// No wait between tries, and no second one.
const PATIENCE: Patience =
    Patience { silence: Duration::from_secs(1), first_wait: Duration::ZERO, total: Duration::ZERO };

static ANSWERS: Mutex<VecDeque<Vec<u8>>> = Mutex::new(VecDeque::new());

/// A server that gives one answer to each request, and none when they are at their end.
static ADDRESS: LazyLock<String> = LazyLock::new(|| {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("its number"));
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let (mut request, mut some) = (Vec::new(), [0; 4096]);
            while !request.ends_with(b"\r\n\r\n") {
                match stream.read(&mut some) {
                    Ok(count) if count > 0 => request.extend_from_slice(&some[..count]),
                    _ => break,
                }
            }
            let answer = ANSWERS.lock().expect("no panic").pop_front();
            _ = stream.write_all(&answer.unwrap_or_default());
            _ = stream.shutdown(Shutdown::Both);
        }
    });
    address
});

fn hub() -> Arc<Hub> {
    Arc::new(Hub::new(&ADDRESS, Token::new(TOKEN), "fuzz", PATIENCE).expect("a client"))
}

thread_local! {
    static WAITS: Runtime = runtime().expect("a thread");
    /// To read the system's certificates takes longer than a crawl.
    static HUB: Arc<Hub> = hub();
}

fuzz_target!(|bytes: &[u8]| {
    let begins: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at..].starts_with(BEGIN)).collect();
    let ends = begins.iter().skip(1).copied().chain([bytes.len()]);
    let answers = begins.iter().zip(ends).map(|(from, to)| bytes[*from..to].to_vec());
    *ANSWERS.lock().expect("no panic") = answers.take(64).collect();
    let what = bytes[..begins.first().copied().unwrap_or(0)].trim_ascii();
    let plan = Plan {
        endpoint: ADDRESS.clone(),
        scope: Scope::default(),
        below: (what == b"below").then(|| "a/base".to_owned()),
        limit: None,
        since: (what == b"update").then_some(1_700_000_000_000),
        cards: what == b"cards",
        licence_names: what == b"names",
    };
    let folder = path("pages");
    _ = fs::remove_dir_all(&folder);
    let mut recording = Recording::resume(&folder, &plan, 1_790_000_000_000).expect("an empty folder");
    let head = bytes.to_ascii_lowercase();
    let may_wait =
        ["ratelimit", "retry-after"].iter().any(|word| head.windows(word.len()).any(|part| part == word.as_bytes()));
    let longest = Duration::from_millis(if may_wait { 100 } else { 1500 });
    let done = WAITS.with(|waits| {
        waits.block_on(async {
            // A quota that one was told is not the next one's.
            let hub = if may_wait { hub() } else { HUB.with(Arc::clone) };
            let run = crawl::run(&hub, &mut recording, OldIds::default(), 1000, &|_| ());
            tokio::time::timeout(longest, run).await
        })
    });
    match done {
        Err(_) => assert!(may_wait, "a hang"),
        Ok(Err(error)) => assert!(!error.to_string().contains(TOKEN), "{error}"),
        Ok(Ok(_)) => {
            drop(recording);
            read(&folder, Some(Kind::Recording)).expect("what was taken for whole");
        }
    }
});
