//! Files that are read while they arrive: rows come before the rest is sent, and whatever happens on the way, what is read is the
//! file.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

use modelkin::source::hub::fetch::{self, Event, Fetched, Wanted};
use modelkin::source::hub::{Address, Hub, Patience};
use modelkin::source::{Digested, NamedColumns, digest_bytes};

use crate::crawl::{Place, ended};
use crate::hub::dataset::{Files, REPOSITORY, Version, Ways};

/// A server that answers each request on a thread of its own: it is given the request, its number and where to write.
pub fn server(answer: impl Fn(&str, usize, &mut TcpStream) -> io::Result<()> + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let answer = Arc::new(answer);
    thread::spawn(move || {
        for (number, stream) in listener.incoming().enumerate() {
            let answer = Arc::clone(&answer);
            thread::spawn(move || {
                let mut stream = stream.unwrap();
                let (mut request, mut byte) = (Vec::new(), [0; 1]);
                while !request.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read > 0) {
                    request.push(byte[0]);
                }
                // Whoever asked may have gone.
                _ = answer(&String::from_utf8_lossy(&request).to_ascii_lowercase(), number, &mut stream);
            });
        }
    });
    address
}

/// The first byte that a request asks for, if it asks for a part.
pub fn from(request: &str) -> Option<usize> {
    request.split_once("range: bytes=")?.1.split('-').next()?.parse().ok()
}

/// The head of an answer with a file from a byte on.
fn head(file: &[u8], from: Option<usize>) -> String {
    let (status, start) = from.map_or(("200 OK", 0), |from| ("206 Part", from));
    let (last, size) = (file.len() - 1, file.len());
    format!(
        "HTTP/1.1 {status}\r\nETag: \"1\"\r\nContent-Length: {}\r\nContent-Range: bytes {start}-{last}/{size}\r\nConnection: close\r\n\r\n",
        size - start
    )
}

/// An answer that tells no length, whole or cut off.
fn chunked(stream: &mut TcpStream, body: &[u8], is_whole: bool) -> io::Result<()> {
    stream.write_all(b"HTTP/1.1 200 OK\r\nETag: \"1\"\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n")?;
    stream.write_all(format!("{:x}\r\n", body.len()).as_bytes())?;
    stream.write_all(body)?;
    stream.write_all(if is_whole { b"\r\n0\r\n\r\n" } else { b"\r\n" })
}

pub fn begin(
    address: &str,
    folder: &Path,
    tell: impl Fn(Event) + Send + Sync + 'static,
) -> Result<Fetched, fetch::Error> {
    begin_of("http://127.0.0.1:9", address, folder, tell)
}

pub fn begin_of(
    endpoint: &str,
    address: &str,
    folder: &Path,
    tell: impl Fn(Event) + Send + Sync + 'static,
) -> Result<Fetched, fetch::Error> {
    let hub = Hub::new(endpoint, None, "test", Patience::default()).unwrap();
    let address = Address::parse(address, endpoint).unwrap().unwrap();
    let wanted = Wanted { address, kind: None, named: NamedColumns::default(), until: None };
    fetch::fetch(hub, &wanted, folder, 1_700_000_000_000, tell)
}

/// Reads all of it, and gives each record's number to `each`.
pub fn read(fetched: &Fetched, mut each: impl FnMut(usize)) -> Result<(usize, Digested), modelkin::source::Error> {
    let source = fetched.sources()?.pop().unwrap();
    let mut rows = 0;
    let digest = source.read(&mut |found| {
        found.unwrap();
        rows += 1;
        each(rows);
    })?;
    Ok((rows, digest))
}

pub const ROWS: usize = 40_000;

pub fn jsonl() -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(3);
    let row = |at| {
        let key = random.u64(..);
        format!("{{\"id\":\"a/m{at}\",\"sha\":\"{key:040x}\",\"tags\":[\"base_model:a/b\"]}}\n").into_bytes()
    };
    (0..ROWS).flat_map(row).collect()
}

fn csv() -> Vec<u8> {
    let rows = (0..ROWS).map(|at| format!("a/m{at},a/base,{}\n", at * 7919));
    std::iter::once("id,base_model,downloads\n".to_owned()).chain(rows).collect::<String>().into_bytes()
}

#[test]
fn rows_are_read_before_the_rest_is_sent() {
    let packed = zstd::encode_all(jsonl().as_slice(), 1).unwrap();
    let files = [("x.jsonl", jsonl()), ("x", jsonl()), ("x.jsonl.zst", packed), ("x.csv", csv())];
    for (name, file) in files {
        for tells_length in [true, false] {
            let digest = digest_bytes(&file);
            let has_read = Arc::new((Mutex::new(false), Condvar::new()));
            let address = {
                let (file, has_read) = (file.clone(), Arc::clone(&has_read));
                server(move |_, _, stream| {
                    let head = match tells_length {
                        true => head(&file, None),
                        false => "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".to_owned(),
                    };
                    let (first, rest) = file.split_at(file.len() / 2);
                    stream.write_all(head.as_bytes())?;
                    stream.write_all(first)?;
                    // The rest waits for the reader, however slow this machine is: it would wait for ever if nothing were read.
                    let wait = Duration::from_secs(120);
                    let (lock, told) = &*has_read;
                    let guard = lock.lock().unwrap();
                    let (guard, waited) = told.wait_timeout_while(guard, wait, |has_read| !*has_read).unwrap();
                    drop(guard);
                    assert!(!waited.timed_out(), "nothing is read before all is there");
                    stream.write_all(rest)
                })
            };
            let folder = tempfile::tempdir().unwrap();
            let fetched = begin(&format!("{address}/{name}?key=secret"), &folder.path().join("f"), |_| ()).unwrap();
            let (rows, found) = read(&fetched, |row| {
                if row == 1000 {
                    *has_read.0.lock().unwrap() = true;
                    has_read.1.notify_all();
                }
            })
            .unwrap();
            assert_eq!(rows / ROWS, 1, "{name}: {rows}");
            assert_eq!((found.sha256, found.bytes), (digest.sha256, digest.bytes), "{name}");
            assert_eq!(fetched.label(), format!("{address}/{name}"));
            fetched.remove().unwrap();
            assert!(!folder.path().join("f").exists());
        }
    }
}

#[test]
fn a_line_that_breaks_mixes_no_two_files() {
    let file = Arc::new(jsonl());
    // How the server goes on after the break: where it broke; from the start with the same bytes; with others; with fewer.
    for (way, expected) in
        [("part", Ok(())), ("whole", Ok(())), ("other", Err("other bytes now")), ("less", Err("shorter"))]
    {
        let address = {
            let file = Arc::clone(&file);
            server(move |request, number, stream| {
                if number < 2 {
                    // The first one asks where the file lies, the second one for its bytes.
                    return chunked(stream, &file[..file.len() / 2], false);
                }
                let body: Vec<u8> = match way {
                    "part" => {
                        let start = from(request).unwrap();
                        stream.write_all(head(&file, Some(start)).as_bytes())?;
                        return stream.write_all(&file[start..]);
                    }
                    "other" => file.iter().map(|byte| if *byte == b'7' { b'8' } else { *byte }).collect(),
                    "less" => file[..file.len() / 4].to_vec(),
                    _ => file.to_vec(),
                };
                chunked(stream, &body, true)
            })
        };
        let folder = tempfile::tempdir().unwrap();
        let begins_again = Arc::new(AtomicBool::new(false));
        let tell = {
            let begins_again = Arc::clone(&begins_again);
            move |event| {
                if matches!(event, Event::Whole { .. }) {
                    begins_again.store(true, Ordering::Relaxed);
                }
            }
        };
        let mut fetched = begin(&format!("{address}/x.jsonl"), &folder.path().join("f"), tell).unwrap();
        let done = read(&fetched, |_| ());
        assert_eq!(begins_again.load(Ordering::Relaxed), way != "part", "{way}");
        match expected {
            Ok(()) => {
                let (rows, digest) = done.unwrap();
                assert_eq!((rows, digest.sha256), (ROWS, digest_bytes(&file).sha256), "{way}");
                assert!(fetched.failure().is_none());
            }
            Err(word) => {
                assert!(done.is_err(), "{way}");
                let error = fetched.failure().unwrap();
                let text = error.to_string();
                assert!(matches!(error, fetch::Error::Changed { .. }), "{text}");
                assert!(text.contains(word) && text.contains("run the same command again"), "{text}");
                assert!(!folder.path().join("f").exists(), "what is of another file is thrown away");
            }
        }
    }
}

#[test]
fn what_a_failed_fetch_left_is_gone_on_with() {
    let file = Arc::new(jsonl());
    let (is_up, asked) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let address = {
        let (file, is_up, asked) = (Arc::clone(&file), Arc::clone(&is_up), Arc::clone(&asked));
        server(move |request, number, stream| {
            let start = from(request);
            if !is_up.load(Ordering::Relaxed) && number > 1 {
                return stream.write_all(b"HTTP/1.1 404 Gone\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            }
            stream.write_all(head(&file, start).as_bytes())?;
            let end = if is_up.load(Ordering::Relaxed) || number == 0 { file.len() } else { file.len() / 2 };
            if is_up.load(Ordering::Relaxed) && start.is_some() {
                asked.store(start.unwrap_or(0), Ordering::Relaxed);
            }
            stream.write_all(&file[start.unwrap_or(0)..end])
        })
    };
    let folder = tempfile::tempdir().unwrap();
    let (address, folder) = (format!("{address}/x.jsonl"), folder.path().join("f"));
    let mut fetched = begin(&address, &folder, |_| ()).unwrap();
    let mut before = 0;
    let error = read(&fetched, |row| before = row).unwrap_err();
    assert!(error.to_string().contains("nothing is there"), "{error}");
    assert!(before > ROWS / 3, "what had arrived was read: {before}");
    let failure = fetched.failure().unwrap().to_string();
    assert!(failure.contains("nothing is there") && fetched.failure().is_none(), "{failure}");
    drop(fetched);
    assert!(folder.join("fetch.json").exists());
    is_up.store(true, Ordering::Relaxed);
    let fetched = begin(&address, &folder, |_| ()).unwrap();
    let (rows, digest) = read(&fetched, |_| ()).unwrap();
    assert_eq!((rows, digest.sha256), (ROWS, digest_bytes(&file).sha256));
    assert!(asked.load(Ordering::Relaxed) > file.len() / 3, "the first half is not fetched again");
}

#[test]
fn an_import_goes_on_wherever_it_is_killed_and_leaves_nothing_that_cannot_be_read() {
    let file = jsonl();
    let named = |ways: Ways, name| Ways { named: Some((REPOSITORY, name)), ..ways };
    let slow = Ways { slow: Duration::from_millis(5), ..Ways::default() };
    let files =
        Files::start(vec![Version::new(1, "2026-03-15T06:00:00.000Z", file.clone())], named(slow.clone(), "x.jsonl"));
    let place = Place::at(files.address());
    let args = ["import", "hf://datasets/someone/stats/x.jsonl", "-o", "out.modelkin"];
    let mut goes_on = false;
    for moment in 0..8 {
        let mut child = place.command(&args).spawn().unwrap();
        thread::sleep(Duration::from_millis(100 + 70 * moment));
        child.kill().unwrap();
        goes_on |= ended(child).err.contains("goes on after");
    }
    files.set(named(Ways::default(), "x.jsonl"));
    let ran = place.run(&args);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(goes_on || ran.err.contains("goes on after"));
    let snapshot = place.snapshot("out.modelkin");
    let source = &snapshot.provenance().sources[0];
    assert_eq!((source.sha256.as_str(), source.records), (digest_bytes(&file).sha256.as_str(), ROWS as u64));
    assert_eq!(place.files(), ["out.modelkin"]);

    // What is no source ends the fetch where it is.
    let broken = [b"[{\"id\":\"a/b\"},{\"id\":\"a/c\"} oops ".as_slice(), &vec![b' '; 4 << 20]].concat();
    let files = Files::start(vec![Version::new(1, "2026-03-15T06:00:00.000Z", broken.clone())], named(slow, "x.json"));
    let place = Place::at(files.address());
    let ran = place.run(&["import", "hf://datasets/someone/stats/x.json", "-o", "out.modelkin"]);
    assert!(ran.code == 1 && ran.err.contains("row"), "{}", ran.err);
    assert!(place.files().is_empty(), "{:?}", place.files());
}
