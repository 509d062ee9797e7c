//! Lines that break, and files that are replaced meanwhile: whatever a server tells of them or does not, what is read is one
//! version, all of it.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use modelkin::source::digest_bytes;
use modelkin::source::hub::fetch;

use crate::streams::{ROWS, begin, begin_of, from, jsonl, read, server};

const MONDAY: &str = "Last-Modified: Mon, 01 Jan 2024 00:00:00 GMT\r\n";
const TUESDAY: &str = "Last-Modified: Tue, 02 Jan 2024 00:00:00 GMT\r\n";

/// How a server gives a file.
#[derive(Debug, Clone, Copy)]
struct Gives {
    /// The headers that name the version.
    names: &'static str,
    /// Whether an answer with a part has them too.
    names_parts: bool,
    /// Whether it gives what `If-Range` does not name.
    minds: bool,
    /// Most bytes of a part, and whether it tells how many the file has.
    most: usize,
    tells_size: bool,
    /// Whether the whole file is told in chunks, and the last of them is missing.
    is_open: bool,
}

const GIVES: Gives =
    Gives { names: MONDAY, names_parts: true, minds: false, most: usize::MAX, tells_size: true, is_open: false };

impl Gives {
    /// Answers with the bytes that are asked for, up to where the line breaks.
    fn answer(self, request: &str, file: &[u8], cut: usize, stream: &mut TcpStream) -> io::Result<()> {
        let is_other =
            request.split_once("if-range: ").is_some_and(|(_, name)| !self.names.to_lowercase().contains(&name[..20]));
        let start = from(request).filter(|_| !(self.minds && is_other));
        let size = if self.tells_size { file.len().to_string() } else { "*".into() };
        let names = if start.is_none() || self.names_parts { self.names } else { "" };
        let mut head = String::new();
        let body = match start {
            None => {
                write!(head, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n").unwrap();
                let body = &file[..cut.min(file.len())];
                let last = if cut >= file.len() && !self.is_open { "0\r\n\r\n" } else { "" };
                [format!("{:x}\r\n", body.len()).as_bytes(), body, b"\r\n", last.as_bytes()].concat()
            }
            Some(start) if start >= file.len() => {
                write!(head, "HTTP/1.1 416 No\r\nContent-Length: 0\r\nContent-Range: bytes */{size}\r\n").unwrap();
                Vec::new()
            }
            Some(start) => {
                let asked = request.split_once("range: bytes=").unwrap().1.split_once('-').unwrap().1;
                let asked = asked.split("\r\n").next().unwrap().parse().map_or(usize::MAX, |last: usize| last + 1);
                let end = file.len().min(asked).min(start.saturating_add(self.most));
                let (last, length) = (end - 1, end - start);
                write!(head, "HTTP/1.1 206 Part\r\nContent-Length: {length}\r\n").unwrap();
                write!(head, "Content-Range: bytes {start}-{last}/{size}\r\n").unwrap();
                file[start..end.min(cut.max(start))].to_vec()
            }
        };
        stream.write_all(format!("{head}{names}Connection: close\r\n\r\n").as_bytes())?;
        stream.write_all(&body)
    }
}

/// Another file of the same rows and the same size.
fn other() -> Vec<u8> {
    String::from_utf8(jsonl()).unwrap().replace("base_model:a/b", "base_model:a/c").into_bytes()
}

#[test]
fn a_part_that_ends_before_the_file_does_is_no_end() {
    let file = Arc::new(jsonl());
    let most = file.len() / 5;
    for gives in [
        GIVES,
        Gives { most, ..GIVES },
        Gives { most, tells_size: false, ..GIVES },
        Gives { most, names: "ETag: \"1\"\r\n", minds: true, ..GIVES },
        Gives { is_open: true, ..GIVES },
        Gives { is_open: true, tells_size: false, ..GIVES },
    ] {
        let address = {
            let file = Arc::clone(&file);
            server(move |request, number, stream| {
                let cut = if number == 1 && !gives.is_open { file.len() / 2 } else { file.len() };
                gives.answer(request, &file, cut, stream)
            })
        };
        let folder = tempfile::tempdir().unwrap();
        let fetched = begin(&format!("{address}/x.jsonl"), &folder.path().join("f"), |_| ()).unwrap();
        let (rows, digest) = read(&fetched, |_| ()).unwrap();
        assert_eq!((rows, digest.sha256), (ROWS, digest_bytes(&file).sha256), "{gives:?}");
    }
}

/// How a server names two versions of a file.
const PAIRS: [(Gives, &str); 6] = [
    (GIVES, TUESDAY),
    (Gives { minds: true, ..GIVES }, TUESDAY),
    (Gives { names_parts: false, ..GIVES }, TUESDAY),
    (Gives { names: "", ..GIVES }, ""),
    (Gives { names: "ETag: W/\"1\"\r\n", ..GIVES }, "ETag: W/\"1\"\r\n"),
    (Gives { names: "ETag: \"1\"\r\n", ..GIVES }, "ETag: \"2\"\r\n"),
];

#[test]
fn a_file_that_is_replaced_while_the_line_is_broken_is_not_mixed() {
    let (first, second) = (Arc::new(jsonl()), Arc::new(other()));
    assert_eq!(first.len(), second.len());
    for (gives, names) in PAIRS {
        // One that is longer, one that is as long as what is there, and the file itself, which is read to its end.
        for (is_replaced, short) in [(true, false), (true, true), (false, false)] {
            let asked = Arc::new(Mutex::new(0));
            let address = {
                let (first, second, asked) = (Arc::clone(&first), Arc::clone(&second), Arc::clone(&asked));
                server(move |request, number, stream| {
                    *asked.lock().unwrap() = number;
                    match (number, is_replaced) {
                        (0 | 1, _) => gives.answer(request, &first, first.len() / 2, stream),
                        (_, false) => gives.answer(request, &first, first.len(), stream),
                        (_, true) => {
                            let second = if short { &second[..first.len() / 2] } else { &second[..] };
                            Gives { names, ..gives }.answer(request, second, second.len(), stream)
                        }
                    }
                })
            };
            let folder = tempfile::tempdir().unwrap();
            let mut fetched = begin(&format!("{address}/x.jsonl"), &folder.path().join("f"), |_| ()).unwrap();
            let done = read(&fetched, |_| ());
            if is_replaced {
                assert!(done.is_err(), "{gives:?} {short}");
                let error = fetched.failure().unwrap();
                assert!(matches!(error, fetch::Error::Changed { .. }), "{gives:?} {short}: {error}");
                assert!(!folder.path().join("f").exists());
            } else {
                let (rows, digest) = done.unwrap();
                assert_eq!((rows, digest.sha256), (ROWS, digest_bytes(&first).sha256), "{gives:?}");
            }
        }
    }
}

#[test]
fn a_file_that_is_replaced_between_two_runs_is_not_mixed() {
    let (first, second) = (Arc::new(jsonl()), Arc::new(other()));
    for (gives, names) in PAIRS {
        let is_second = Arc::new(AtomicBool::new(false));
        let address = {
            let (first, second, is_second) = (Arc::clone(&first), Arc::clone(&second), Arc::clone(&is_second));
            server(move |request, number, stream| match (is_second.load(Ordering::Relaxed), number) {
                (true, _) => Gives { names, ..gives }.answer(request, &second, second.len(), stream),
                (false, 0 | 1) => gives.answer(request, &first, first.len() / 2, stream),
                (false, _) => stream.write_all(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
            })
        };
        let (folder, address) = (tempfile::tempdir().unwrap(), format!("{address}/x.jsonl"));
        let folder = folder.path().join("f");
        let mut fetched = begin(&address, &folder, |_| ()).unwrap();
        assert!(read(&fetched, |_| ()).is_err());
        let failure = fetched.failure().unwrap().to_string();
        assert!(failure.contains("404") || failure.contains("again and again"), "{failure}");
        drop(fetched);
        assert!(folder.join("fetch.json").exists());
        is_second.store(true, Ordering::Relaxed);
        let fetched = begin(&address, &folder, |_| ()).unwrap();
        let (rows, digest) = read(&fetched, |_| ()).unwrap();
        assert_eq!((rows, digest.sha256), (ROWS, digest_bytes(&second).sha256), "{gives:?}");
    }
}

/// What differs behind the path is another file, and so is what another mirror has.
#[test]
fn what_is_there_of_one_address_is_not_taken_for_another_one() {
    let (first, second) = (jsonl(), other());
    let serve = |is_second: fn(&str) -> bool| {
        let (first, second) = (first.clone(), second.clone());
        server(move |request, _, stream| {
            let file = if is_second(request) { &second } else { &first };
            GIVES.answer(request, file, file.len(), stream)
        })
    };
    let (one, another) = (serve(|request| request.contains("?secret=2")), serve(|_| true));
    let web = |query: &str| format!("{one}/x.jsonl{query}");
    let set = "hf://datasets/o/n/x.jsonl".to_owned();
    for (before, after) in
        [((&one, web("?secret=1")), (&one, web("?secret=2"))), ((&one, set.clone()), (&another, set))]
    {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("f");
        let mut fetch = |(endpoint, address): &(&String, String)| {
            let fetched = begin_of(endpoint, address, &folder, |_| ()).unwrap();
            let digest = read(&fetched, |_| ()).unwrap().1.sha256;
            drop(fetched);
            assert!(!fs::read_to_string(folder.join("fetch.json")).unwrap().contains("secret"));
            digest
        };
        assert_eq!(
            [&before, &before, &after].map(&mut fetch),
            [&first, &first, &second].map(|file| digest_bytes(file).sha256)
        );
    }
}

#[test]
fn a_file_of_which_nobody_tells_the_end_is_remarked_upon() {
    let rows = b"{\"id\":\"a/b\"}\n".as_slice();
    for (head, is_unsure) in [
        ("HTTP/1.0 200 OK\r\n", true),
        ("HTTP/1.1 200 OK\r\nConnection: close\r\n", true),
        ("HTTP/1.1 200 OK\r\nContent-Length: 13\r\n", false),
    ] {
        for name in ["x.jsonl", "b--ft.md"] {
            let address = server(move |_, _, stream| {
                stream.write_all(format!("{head}\r\n").as_bytes())?;
                stream.write_all(rows)
            });
            let folder = tempfile::tempdir().unwrap();
            let (address, folder) = (format!("{address}/{name}"), folder.path().join("f"));
            // The second run finds all of it there.
            for _ in 0..2 {
                let fetched = begin(&address, &folder, |_| ()).unwrap();
                let (_, digest) = read(&fetched, |_| ()).unwrap();
                let remarks: Vec<String> = digest.remarks.iter().map(ToString::to_string).collect();
                assert_eq!(remarks.len(), usize::from(is_unsure), "{head} {name} {remarks:?}");
                assert!(remarks.iter().all(|remark| remark.contains("told no size")), "{remarks:?}");
            }
        }
    }
}

#[test]
fn what_a_server_packs_on_the_way_is_read_or_named() {
    let rows = b"{\"id\":\"a/b\"}\n".as_slice();
    let once = zstd::encode_all(rows, 1).unwrap();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&once).unwrap();
    let twice = gzip.finish().unwrap();
    for (how, body, expected) in [
        ("gzip", once.clone(), None),
        ("gzip", twice, Some("packed twice")),
        ("br", rows.to_vec(), Some("(Content-Encoding: br)")),
        ("gzip, gzip", once, Some("(Content-Encoding: gzip, gzip)")),
    ] {
        let length = body.len();
        let address = server(move |_, _, stream| {
            let head = format!("HTTP/1.1 200 OK\r\nContent-Encoding: {how}\r\nContent-Length: {length}\r\n\r\n");
            stream.write_all(head.as_bytes())?;
            stream.write_all(&body)
        });
        let folder = tempfile::tempdir().unwrap();
        let fetched = begin(&format!("{address}/x.jsonl.zst"), &folder.path().join("f"), |_| ()).unwrap();
        match (read(&fetched, |_| ()), expected) {
            (Ok((rows, _)), None) => assert_eq!(rows, 1),
            (Err(error), Some(words)) => {
                let text = error.to_string();
                assert!(
                    text.contains(words) && text.contains("name the file") | text.contains("name that file"),
                    "{text}"
                );
                assert!(text.contains(&address), "{text}");
            }
            (found, _) => panic!("{how}: {:?}", found.map(|(rows, _)| rows)),
        }
    }
}

#[test]
fn a_file_that_cannot_be_read_is_compared_with_the_digest_that_its_server_tells() {
    let file = Arc::new(zstd::encode_all(jsonl().as_slice(), 1).unwrap());
    // The rest is of another file; the digest is of a file that is damaged itself.
    for is_other in [true, false] {
        let half = file.len() / 2;
        let wrong: Arc<Vec<u8>> = Arc::new(file[..half].iter().chain(file[half..].iter().rev()).copied().collect());
        let digest = digest_bytes(if is_other { &file } else { &wrong }).sha256;
        let address = server(move |request, _, stream| {
            let (start, size) = (from(request), wrong.len());
            let status = start.map_or("200 OK", |_| "206 Part");
            let (start, last) = (start.unwrap_or(0), size - 1);
            let head = format!(
                "HTTP/1.1 {status}\r\nX-Linked-Etag: \"{digest}\"\r\nX-Linked-Size: {size}\r\nContent-Length: {}\r\n\
                 Content-Range: bytes {start}-{last}/{size}\r\nConnection: close\r\n\r\n",
                size - start
            );
            stream.write_all(head.as_bytes())?;
            stream.write_all(&wrong[start..if start == 0 { half } else { size }])
        });
        let folder = tempfile::tempdir().unwrap();
        let fetched = begin(&format!("{address}/x.jsonl.zst"), &folder.path().join("f"), |_| ()).unwrap();
        let error = read(&fetched, |_| ()).unwrap_err().to_string();
        assert_eq!(error.contains("not what its server's digest says"), is_other, "{error}");
        assert!(error.contains(&address) && error.contains(", line ") && error.contains("again"), "{error}");
    }
}

#[test]
fn a_snapshot_that_lies_elsewhere_is_to_be_fetched_first() {
    let address = server(|_, _, stream| {
        let body = b"ARROW1\0\0and more";
        stream.write_all(format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len()).as_bytes())?;
        stream.write_all(body)
    });
    let folder = tempfile::tempdir().unwrap();
    let fetched = begin(&format!("{address}/x.modelkin?key=secret"), &folder.path().join("f"), |_| ()).unwrap();
    let error = read(&fetched, |_| ()).unwrap_err().to_string();
    assert!(error.starts_with(&format!("{address}/x.modelkin: is an Arrow file")), "{error}");
    assert!(error.contains("fetch it to a file first") && !error.contains("--snapshot"), "{error}");
}

#[test]
fn what_is_there_is_of_the_version_that_gave_it_not_of_the_one_that_was_found() {
    // Two servers behind one address, each with another version.
    let (first, second) = (Arc::new(jsonl()), Arc::new(other()));
    let address = {
        let (first, second) = (Arc::clone(&first), Arc::clone(&second));
        server(move |request, number, stream| match number {
            1 => Gives { names: TUESDAY, ..GIVES }.answer(request, &second, second.len() / 2, stream),
            _ => GIVES.answer(request, &first, first.len(), stream),
        })
    };
    let folder = tempfile::tempdir().unwrap();
    let mut fetched = begin(&format!("{address}/x.jsonl"), &folder.path().join("f"), |_| ()).unwrap();
    assert!(read(&fetched, |_| ()).is_err());
    let error = fetched.failure().unwrap();
    assert!(matches!(error, fetch::Error::Changed { .. }), "{error}");
}
