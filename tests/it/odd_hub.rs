//! Answers that no Hub should give, and what a crawl makes of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;

use modelkin::model::Count;
use modelkin::snapshot::{Builder, Snapshot};
use modelkin::source::read_rows;

use crate::crawl::{Place, Ran, TOKEN, ended};

/// A server that answers each request, by its number from 0 on and its path, with the headers and body that it is told.
pub fn odd(answer: impl Fn(usize, &str) -> (String, String) + Send + 'static) -> Place {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for (number, stream) in listener.incoming().enumerate() {
            let mut stream = stream.unwrap();
            let mut request = Vec::new();
            let mut byte = [0; 1];
            while !request.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read > 0) {
                request.push(byte[0]);
            }
            let request = String::from_utf8_lossy(&request).into_owned();
            let path = request.split(' ').nth(1).unwrap_or_default();
            let (head, body) = answer(number, path);
            let head = if head.starts_with("HTTP/") { head } else { format!("HTTP/1.1 200 OK\r\n{head}") };
            let length = body.len();
            _ = stream
                .write_all(format!("{head}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}").as_bytes());
        }
    });
    Place::at(address)
}

pub fn once(place: &Place, args: &[&str]) -> Ran {
    let never_asks = args.iter().any(|arg| ["--below", "--limit", "--renames"].contains(arg));
    let without_names = if never_asks { &[][..] } else { &["--no-licence-names"] };
    place.run(&[&["crawl", "--patience", "0", "--timeout", "2"], without_names, args].concat())
}

pub fn row(number: u64) -> String {
    format!(
        r#"{{"_id":"{number:024x}","id":"o/m{number}","lastModified":"2025-01-{:02}T00:00:00Z","downloads":{number}}}"#,
        28 - number % 28
    )
}

pub fn next(cursor: usize) -> String {
    format!("Link: <http://elsewhere/api/models?cursor={cursor}>; rel=\"next\"\r\n")
}

pub fn ids(snapshot: &Snapshot) -> BTreeSet<String> {
    snapshot.rows().filter(|row| snapshot.is_listed(*row)).map(|row| snapshot.id(row).to_owned()).collect()
}

#[test]
fn odd_headers_end_a_crawl_with_a_word_or_do_no_harm() {
    for (header, code, word) in [
        ("RateLimit: \"api\";r=0;t=18446744073709551615\r\n", 0, ""),
        ("RateLimit: \"api\";r=9;t=9223372036854775807\r\n", 0, ""),
        ("RateLimit: \"api\";r=0;t=99999\r\n", 1, "asks to wait 1667 minutes"),
        ("RateLimit: \"api\";r=9;t=4000\r\n", 1, "asks to wait 67 minutes"),
        ("RateLimit: ;;=,r\r\nRetry-After: soon\r\n", 0, ""),
    ] {
        let place = odd(move |number, _| {
            let link = if number == 0 { next(1) } else { String::new() };
            (format!("{header}{link}"), format!("[{}]", row(number as u64)))
        });
        let ran = once(&place, &[]);
        assert!(ran.code == code && ran.err.contains(word), "{header} {}: {}", ran.code, ran.err);
    }
    for link in [
        "garbage",
        "http://h/api/models?cursor=1; rel=\"next\"",
        "<http://h/api/models?cursor=1; rel=\"next\"",
        "<http://h/api/models?cursor=1>; rel*=UTF-8''next",
    ] {
        let place = odd(move |number, _| (format!("Link: {link}\r\n"), format!("[{}]", row(number as u64))));
        let ran = once(&place, &[]);
        assert!(ran.code == 1 && ran.err.contains("Link header that cannot be read"), "{link}: {}", ran.err);
        assert!(ran.err.contains("/api/models?sort=createdAt") && !ran.err.contains("expand="), "{}", ran.err);
    }
    let place = odd(|_, _| ("HTTP/1.1 503 Busy\r\nRetry-After: 0\r\n".into(), String::new()));
    let ran = once(&place, &[]);
    assert!(ran.code == 1 && ran.err.contains("given up after 1 tries"), "{}", ran.err);
    let place = odd(|_, _| (String::new(), format!("Bearer {TOKEN}")));
    let ran = once(&place, &["--below", "a/b"]);
    assert!(ran.code == 1 && !ran.err.contains(TOKEN), "{}", ran.err);
    let place = odd(|_, _| ("HTTP/1.1 418 Teapot\r\n".into(), format!("{{\"error\":\"I know {TOKEN}\"}}")));
    let ran = once(&place, &[]);
    assert!(ran.code == 1 && ran.err.contains("418: I know …") && !ran.err.contains(TOKEN), "{}", ran.err);
}

#[test]
fn odd_rows_cost_themselves_alone() {
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    let place = odd(move |_, _| {
        let odd = format!(r#"{{"id":"o/deep","x":{deep}}},{{}},7,[1],{{"id":"../x"}},{{"id":"o/wide","tags":{deep}}}"#);
        (String::new(), format!("[{},{odd},{}]", row(1), row(2)))
    });
    let ran = once(&place, &[]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let snapshot = place.snapshot("hub.modelkin");
    assert_eq!(ids(&snapshot), BTreeSet::from(["o/deep", "o/wide", "o/m1", "o/m2"].map(str::to_owned)));
    assert_eq!(snapshot.provenance().counts.rejects, 4);

    // Nothing but rejects: the next run asks again.
    let place = odd(|number, _| (String::new(), if number == 0 { "[{}]".into() } else { format!("[{}]", row(1)) }));
    let ran = once(&place, &[]);
    assert!(ran.code == 1 && ran.err.contains("no model could be read"), "{}", ran.err);
    assert_eq!(once(&place, &[]).code, 0);

    let place = odd(|_, _| (String::new(), format!("[0{}]", ",0".repeat(200_000))));
    let ran = once(&place, &[]);
    assert!(ran.code == 1 && ran.err.contains("more than 100000 rows"), "{}", ran.err);
}

#[test]
fn an_update_that_is_not_in_the_order_of_changes_is_refused() {
    let place = odd(|_, path| {
        let rows: Vec<String> = match path.contains("sort=lastModified") {
            true => (0..20).rev().map(row).collect(),
            false => (0..20).map(row).collect(),
        };
        (String::new(), format!("[{}]", rows.join(",")))
    });
    assert_eq!(once(&place, &[]).code, 0);
    let ran = once(&place, &["--update"]);
    assert!(ran.code == 1 && ran.err.contains("not in the order of changes"), "{}", ran.err);
}

#[test]
fn a_card_that_cannot_be_had_keeps_no_other_away() {
    let child = |id: &str, key: u64| {
        format!(
            r#"{{"_id":"{key:024x}","id":"{id}","baseModels":{{"relation":"finetune","models":[{{"id":"p/q"}}]}}}}"#
        )
    };
    let place = odd(move |_, path| {
        if path.starts_with("/api/models") {
            let rows = [child("o/fine", 1), child("o/broken", 2), child("o/loop", 3), child("o/login", 4)];
            return (String::new(), format!("[{},{},{}]", rows.join(","), child("o/moved", 5), row(9)));
        }
        match path.split('/').nth(2) {
            Some("broken") => ("HTTP/1.1 500 No\r\n".into(), String::new()),
            Some("loop") => (format!("HTTP/1.1 307 Go\r\nLocation: {path}\r\n"), String::new()),
            Some("login") => ("HTTP/1.1 302 Go\r\nLocation: /signin\r\n".into(), String::new()),
            Some("moved") => ("HTTP/1.1 307 Go\r\nLocation: /o/m9/resolve/main/README.md\r\n".into(), String::new()),
            _ => (String::new(), "---\nlicense: mit\n---\n".into()),
        }
    });
    let ran = place.run(&["crawl", "--cards"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(
        ran.out.contains("cards: 2 read, 0 models without one, 0 gated, 0 gone, 3 that the Hub failed to give"),
        "{}",
        ran.out
    );
    // A page that leads to another model makes no model of two.
    let snapshot = place.snapshot("hub.modelkin");
    assert_eq!(ids(&snapshot).len(), 6);
    assert!(snapshot.find("o/moved").is_some_and(|row| snapshot.alias_of(row).is_none()));
    let ran = place.run(&["check", "--list", "led-elsewhere", "--snapshot", "hub.modelkin"]);
    assert!(ran.out.contains("o/moved") && ran.out.contains("o/m9"), "{}", ran.out);

    let place = odd(move |_, path| match path.starts_with("/api/models") {
        true => (String::new(), format!("[{}]", child("o/x", 1))),
        false => {
            let message = "X-Error-Message: Invalid credentials in Authorization header\r\n";
            (format!("HTTP/1.1 401 No\r\n{message}"), String::new())
        }
    });
    let ran = once(&place, &["--cards"]);
    assert!(ran.code == 1 && ran.err.contains("see whether HF_TOKEN is right"), "{}", ran.err);
}

#[test]
fn a_field_that_is_refused_under_way_is_asked_for_no_more() {
    let place = odd(|_, path| match (path.contains("cursor="), path.contains("expand=safetensors")) {
        (false, _) => {
            let link = "Link: <http://h/api/models?expand=safetensors&expand=tags&cursor=1>; rel=\"next\"\r\n";
            (link.into(), format!("[{}]", row(1)))
        }
        (true, true) => {
            let refusal = r#"{"error":"\"expand\" must be one of [tags, downloads]"}"#;
            ("HTTP/1.1 400 Bad\r\n".into(), refusal.into())
        }
        (true, false) => (String::new(), format!("[{}]", row(2))),
    });
    let ran = once(&place, &[]);
    assert!(ran.code == 0 && ran.err.contains("does not give"), "{}", ran.err);
    assert_eq!(place.snapshot("hub.modelkin").provenance().counts.models, 2);
}

#[test]
fn a_recording_with_a_page_too_few_is_not_read() {
    let pages = |number: usize, _: &str| {
        let link = if number < 5 { next(number) } else { String::new() };
        (link, format!("[{}]", row(number as u64)))
    };
    for (page, word) in [(5, "holds 5 pages in a row of 6"), (2, "holds 2 pages in a row of 6")] {
        let place = odd(pages);
        assert_eq!(once(&place, &["--record", "rec"]).code, 0);
        fs::remove_file(place.path(&format!("rec/{page:08}.page"))).unwrap();
        let ran = place.run(&["import", "rec", "-o", "again"]);
        assert!(ran.code == 1 && ran.err.contains(word), "{}", ran.err);
    }
    // One that would wait for its writer, and one that nothing leads to.
    let place = odd(pages);
    assert_eq!(once(&place, &["--record", "rec"]).code, 0);
    let again = "remove it and the pages after it, and run the same `modelkin crawl` again";
    fs::write(place.path("rec/00000009.page"), "").unwrap();
    let ran = place.run(&["import", "rec", "-o", "again"]);
    let said = format!("rec/00000009.page: lies behind a gap, as 00000006.page is missing; {again}");
    assert!(ran.code == 1 && ran.err.contains(&said), "{}", ran.err);
    fs::remove_file(place.path("rec/00000009.page")).unwrap();
    fs::remove_file(place.path("rec/00000003.page")).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(place.path("rec/00000003.page")).status().unwrap().success());
    let ran = place.run(&["import", "rec", "-o", "again"]);
    let said = format!("rec/00000003.page: is a pipe and no ordinary file; {again}");
    assert!(ran.code == 1 && ran.err.contains(&said), "{}", ran.err);
    // A page that is missing under way, the later ones put in its place.
    let place = odd(|number, _| match number {
        0..5 => (next(number), format!("[{}]", row(number as u64))),
        5 => ("HTTP/1.1 418 Teapot\r\n".into(), String::new()),
        _ => (String::new(), format!("[{}]", row(7))),
    });
    assert_eq!(once(&place, &[]).code, 1);
    let page = |page: usize| place.path(&format!("hub.modelkin.crawl/{page:08}.page"));
    fs::rename(page(4), page(2)).unwrap();
    let ran = once(&place, &[]);
    assert!(ran.code == 1 && ran.err.contains("does not follow from the pages before it"), "{}", ran.err);
    fs::remove_file(page(2)).unwrap();
    fs::remove_file(page(3)).unwrap();
    // What is not ours stays.
    fs::write(place.path("hub.modelkin.crawl/notes.txt"), "x").unwrap();
    assert_eq!(once(&place, &[]).code, 0);
    let left: Vec<_> = fs::read_dir(place.path("hub.modelkin.crawl")).unwrap().map(|entry| entry.unwrap()).collect();
    assert_eq!(left.len(), 1);
    assert_eq!(place.snapshot("hub.modelkin").provenance().counts.models, 3);
}

#[test]
fn an_update_that_was_killed_at_its_very_end_is_no_dead_end() {
    let place = odd(|_, _| (String::new(), format!("[{}]", row(1))));
    assert_eq!(once(&place, &[]).code, 0);
    // The folder of an update that nobody removed: its snapshot is another one by now.
    assert_eq!(once(&place, &["--update", "--record", "rec"]).code, 0);
    fs::rename(place.path("rec"), place.path("hub.modelkin.crawl")).unwrap();
    for args in [&["--update"][..], &["--update", "--full"]] {
        let ran = once(&place, args);
        assert_eq!(ran.code, 0, "{}", ran.err);
    }
    assert_eq!(place.files(), ["hub.modelkin"]);
    // One that was asked for is kept.
    assert_eq!(once(&place, &["--update", "--record", "rec"]).code, 0);
    let ran = once(&place, &["--update", "--record", "rec"]);
    assert!(ran.code == 1 && ran.err.contains("holds a finished crawl"), "{}", ran.err);
    assert!(place.path("rec/00000000.page").exists());
}

#[test]
fn what_is_named_wrongly_is_told_before_anything_is_asked() {
    let place = odd(|_, _| panic!("nothing is to be asked for"));
    fs::create_dir(place.path("folder")).unwrap();
    let long = "x".repeat(300);
    for args in [
        &["--owner", ""][..],
        &["--owner", "a/b"],
        &["--owner", ".."],
        &["--filter", " "],
        &["--timeout", "18446744073709551615"],
        &["--patience", "307445734561825861"],
        &["--below", "a/b", "--filter", "x"],
    ] {
        assert_eq!(once(&place, args).code, 2, "{args:?}");
    }
    for (args, word) in [
        (&["-o", "new/"][..], "is no file"),
        (&["-o", "folder"], "is no file"),
        (&["-o", &long], "too long"),
        (&["-o", "x", "--record", "x"], "need a name each"),
    ] {
        let ran = place.run(&[&["crawl"], args].concat());
        assert!(ran.code > 0 && ran.err.contains(word), "{args:?}: {}", ran.err);
    }
    for (name, value, word) in [
        ("HF_TOKEN", "hf_a b", "HF_TOKEN: is no token"),
        ("HF_TOKEN", "hf_a\nb", "HF_TOKEN: is no token"),
        ("HF_TOKEN_PATH", "folder", "folder holds no token"),
        ("HF_TOKEN_PATH", "/dev/zero", "/dev/zero holds no token"),
        ("HF_ENDPOINT", "http://127.0.0.1:1/#x", "no address of a Hub"),
    ] {
        let mut command = place.command(&["crawl"]);
        if name == "HF_TOKEN_PATH" {
            command.env_remove("HF_TOKEN");
        }
        let ran = ended(command.env(name, value).spawn().unwrap());
        assert!(ran.code == 1 && ran.err.contains(word) && !ran.err.contains("hf_a"), "{name}={value}: {}", ran.err);
    }
}

/// A Hub as keys with their names and a number that tells one state from another.
type State = BTreeMap<u64, (u64, u64)>;

fn rows_of(state: &State, keys: &[u64]) -> String {
    let row = |key: &u64| {
        let (name, downloads) = state[key];
        format!("{{\"_id\":\"{key:024x}\",\"id\":\"o/m{name}\",\"downloads\":{downloads}}}\n")
    };
    keys.iter().map(row).collect()
}

#[test]
fn names_that_change_hands_lose_no_model() {
    let mut random = fastrand::Rng::with_seed(7);
    for _ in 0..300 {
        let models = random.u64(2..8);
        let before: State = (0..models).map(|key| (key, (key, key))).collect();
        // Names are dealt anew among old and new keys: swaps, chains, names that new models take, deletions.
        let mut names: Vec<u64> = (0..models + 2).collect();
        random.shuffle(&mut names);
        let gone = random.u64(0..models);
        let after: State = (0..models + 2)
            .filter(|key| *key != gone)
            .map(|key| (key, (if random.bool() { names[key as usize] } else { names[key as usize] + 100 }, 1000 + key)))
            .collect();
        let mut keys: Vec<u64> = after.keys().copied().collect();
        random.shuffle(&mut keys);
        let build = |mut builder: Builder, rows: &str| {
            read_rows("rows", rows.as_bytes(), &mut |found| builder.add(found)).unwrap();
            builder.finish("test", None, None).unwrap()
        };
        let old = build(Builder::new(), &rows_of(&before, &(0..models).collect::<Vec<_>>()));
        let fresh = build(Builder::new(), &rows_of(&after, &keys));
        let mut remembering = Builder::new();
        remembering.remember(&old).unwrap();
        let full = build(remembering, &rows_of(&after, &keys));
        let update = build(Builder::on(&old).unwrap(), &rows_of(&after, &keys));
        let facts = |snapshot: &Snapshot, skip: Option<u64>| -> BTreeMap<String, Option<u64>> {
            let listed = snapshot.rows().filter(|row| snapshot.is_listed(*row));
            let downloads = snapshot.count(Count::Downloads).unwrap();
            let facts = listed.map(|row| (snapshot.id(row).to_owned(), downloads.at(row)));
            facts.filter(|(_, downloads)| *downloads != skip).collect()
        };
        assert_eq!(facts(&full, None), facts(&fresh, None));
        // What was deleted is not seen by an update, unless its name has another bearer.
        assert_eq!(facts(&update, Some(gone)), facts(&fresh, None), "{before:?} {after:?} {keys:?}");
        for snapshot in [&full, &update, &fresh] {
            assert!(snapshot.rows().all(|row| snapshot.alias_of(row).is_none() || !snapshot.is_listed(row)));
        }
    }
}
