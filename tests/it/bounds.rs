//! Inputs that are meant to fill the memory or to hold the program up: each ends soon, with a message that names it.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::Path;

use modelkin::source::recording::{CardState, FetchedCard, Head, PageKind, Plan, Recording, split_cards, write_cards};

use crate::program::{Place, Ran};

/// A frame of zstd that begins with some bytes and goes on with so many times 128 KiB of one byte, in four bytes each.
fn bomb(begin: &[u8], byte: u8, blocks: usize) -> Vec<u8> {
    const BLOCK: u32 = 128 << 10;
    let mut frame = b"\x28\xb5\x2f\xfd\0\x40".to_vec();
    let mut header = |size: u32, kind: u32, is_last: bool| {
        let header = (size << 3) | (kind << 1) | u32::from(is_last);
        frame.extend(&header.to_le_bytes()[..3]);
        if kind == 0 { frame.extend(begin) } else { frame.push(byte) }
    };
    header(begin.len() as u32, 0, false);
    (1..=blocks).for_each(|block| header(BLOCK, 1, block == blocks));
    frame
}

/// Blocks of six gibibytes: a frame of 196 KB.
const SIX_GIB: usize = 49_152;

#[test]
fn a_bomb_is_what_it_is_taken_for() {
    let mut bytes = Vec::new();
    zstd::stream::read::Decoder::new(&bomb(b"abc", b'x', 3)[..]).unwrap().read_to_end(&mut bytes).unwrap();
    assert_eq!(bytes, [b"abc".to_vec(), vec![b'x'; 3 * (128 << 10)]].concat());
    assert!(bomb(b"", 0, SIX_GIB).len() < 197_000);
}

fn refused(ran: &Ran, says: &[&str]) {
    assert_eq!(ran.code, 1, "{} {}", ran.out, ran.err);
    for says in says {
        assert!(ran.err.contains(says), "{says}: {}", ran.err);
    }
    assert!(!ran.err.contains("panicked") && ran.err.len() < 1500, "{}", ran.err);
}

#[test]
fn packed_bombs_are_told_whatever_they_hold() {
    let place = Place::new();
    for (name, begin, byte, says) in [
        (
            "line.jsonl",
            &b"{\"id\":\"o/m\"}\n{\"id\":\""[..],
            b'x',
            "line 2: the packed data become more than 500 times",
        ),
        ("blank.jsonl", b"{\"id\":\"o/m\"}\n", b'\n', "the packed data become more than 500 times as large"),
        ("space.json", b"[", b' ', "row 1: the packed data become more than 500 times as large"),
        ("row.json", b"[{\"id\":\"", b'x', "row 1: a row of more than 16 MiB"),
        ("field.csv", b"id,base_model\no/m,\na/b,\"", b'x', "line 3: a row is longer than 16 MiB"),
        ("blank.csv", b"id,base_model\no/m,\n", b'\n', "line 3: a row is longer than 16 MiB"),
        ("names.csv", b"id,base_model,", b'x', "line 1: is longer than 1 MiB"),
        ("line.edges", b"o/m -> o/n\na/b -> ", b'x', "line 2: the packed data become more than 500 times as large"),
    ] {
        let name = format!("{name}.zst");
        place.file(&name, bomb(begin, byte, SIX_GIB));
        refused(&place.run(&["import", &name, "-o", "out"]), &[&name, says]);
    }
}

#[test]
fn what_goes_on_for_ten_gigabytes_is_told() {
    let place = Place::new();
    for (name, begin, says) in [
        ("line.jsonl", "{\"id\":\"o/m\"}\n{\"id\":\"", "line 2: a line that does not end within 256 MiB"),
        ("row.json", "[{\"id\":\"o/m\"},{\"id\":\"", "row 2: a row of more than 16 MiB"),
        ("field.csv", "id,base_model\no/m,\na/b,\"", "line 3: a row is longer than 16 MiB; is a quote not closed?"),
        ("names.csv", "id,base_model,", "line 1: is longer than 1 MiB"),
        ("line.edges", "o/m -> o/n\na/b -> ", "line 2: a line that does not end within 256 MiB"),
    ] {
        let path = place.file(name, begin);
        File::options().write(true).open(path).unwrap().set_len(10 << 30).unwrap();
        refused(&place.run(&["import", name, "-o", "out"]), &[name, says]);
    }
    // One that ends is a reject, and the next is read.
    let long = "x".repeat(40 << 20);
    for (name, lines) in [
        ("a.jsonl", format!("{{\"id\":\"o/m\"}}\n{{\"id\":\"{long}\"}}\n{{\"id\":\"o/n\"}}\n")),
        ("a.edges", format!("o/m -> o/k\na/b -> {long}, c/d\no/n\n")),
    ] {
        place.file(name, lines);
        let ran = place.run(&["import", name, "-o", "out"]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        let says = format!("{name}, line 2: a line of more than 16 MiB");
        assert!(ran.out.contains("1 reject") && ran.out.contains(&says), "{}", ran.out);
    }
}

/// Two bytes may stand for an entry that takes two hundred.
#[test]
fn rows_of_many_small_things_are_told() {
    let place = Place::new();
    let many = |entry: &str| entry.repeat((15 << 20) / entry.len());
    let json = |field: &str| format!("{{\"id\":\"o/m\"}}\n{{\"id\":\"a/b\",{field}}}\n");
    let models = |owner: &str| (0..4000).map(|at| format!("{owner}{at}")).collect::<Vec<_>>().join(",");
    let entries = "more than 1000000 entries in its lists and objects";
    for (name, text, says) in [
        ("tags.jsonl", json(&format!("\"tags\":[{}1]", many("1,"))), entries),
        ("empty.jsonl", json(&format!("\"tags\":[{}\"\"]", many("\"\","))), entries),
        ("card.jsonl", json(&format!("\"cardData\":{{\"base_model\":[{}1]}}", many("1,"))), entries),
        ("keys.jsonl", json(&format!("\"cardData\":{{\"base_model\":{{{}\"a\":1}}}}", many("\"\":1,"))), entries),
        ("models.jsonl", json(&format!("\"baseModels\":{{\"models\":[{}\"a\"]}}", many("\"a\","))), entries),
        ("text.jsonl", json(&format!("\"cardData\":\"{{'base_model':[{}1]}}\"", many("1,"))), entries),
        ("deep.jsonl", json(&format!("\"cardData\":{}{}", "[".repeat(7 << 20), "]".repeat(7 << 20))), entries),
        (
            "parents.edges",
            format!("o/m -> o/n\n{}a -> b\n", many("a,")),
            "more than 1000000 models and words: write several lines",
        ),
        (
            "links.edges",
            format!("o/m -> o/n\n{} -> {}\n", models("a"), models("b")),
            "says more than 16 MiB of its 4000 models: write a line for some of them each",
        ),
        (
            "words.edges",
            format!("o/m -> o/n\n{} : tags={}\n", models("a"), many("x")),
            "says more than 16 MiB of its 4000 models",
        ),
    ] {
        place.file(name, text);
        let ran = place.run(&["import", name, "-o", "out"]);
        assert_eq!(ran.code, 0, "{name}: {}", ran.err);
        let line = format!("{name}, line 2: ");
        assert!(ran.out.contains("1 reject") && ran.out.contains(&line) && ran.out.contains(says), "{}", ran.out);
    }
    // A cell of a table is no list then.
    for (name, cell) in [("list.csv", many("1,")), ("texts.csv", many("''")), ("commas.csv", many(" "))] {
        place.file(name, format!("id,base_model\no/m,\na/b,\"[{cell}1]\"\n"));
        let ran = place.run(&["import", name, "-o", "out"]);
        assert_eq!(ran.code, 0, "{name}: {}", ran.err);
    }
    // As many licences as may be cost their number, not its square.
    let licences: String = (0..900_000).map(|at| format!("\"license:{at:x}\",")).collect();
    place.file("licences.jsonl", json(&format!("\"tags\":[{licences}\"x\"]")));
    assert_eq!(place.run(&["import", "licences.jsonl", "-o", "out"]).code, 0);
}

/// A finished recording of one page with this body, packed as it may be.
fn recording(folder: &Path, kind: PageKind, body: &[u8]) {
    let plan = Plan { endpoint: "https://h".into(), ..Plan::default() };
    let mut recording = Recording::resume(folder, &plan, 1_700_000_000_000).unwrap();
    recording.add(&Head::new(kind, "/api/models".into(), Some(1_700_000_000_000)), b"[]").unwrap();
    recording.finish().unwrap();
    let page = folder.join("00000000.page");
    let head = fs::read(&page).unwrap();
    let end = head.iter().position(|byte| *byte == b'\n').unwrap();
    fs::write(page, [&head[..=end], body].concat()).unwrap();
}

#[test]
fn a_page_of_a_recording_has_the_bound_of_an_answer() {
    let place = Place::new();
    for (name, kind, body, says) in [
        ("list", PageKind::List, bomb(b"[", b' ', SIX_GIB), "is longer than 128 MiB"),
        ("cards", PageKind::Cards, bomb(b"", 0, SIX_GIB), "is longer than 128 MiB"),
        ("model", PageKind::Model, bomb(b"{", b' ', SIX_GIB), "is longer than 128 MiB"),
        (
            "most",
            PageKind::Cards,
            zstd::encode_all(&b"{\"id\":\"a/b\",\"state\":\"read\",\"bytes\":18446744073709551615}\n---\n"[..], 1)
                .unwrap(),
            "a card that is cut off",
        ),
    ] {
        recording(&place.path(name), kind, &body);
        refused(&place.run(&["import", name, "-o", "out"]), &["00000000.page", says, "run the same `modelkin crawl`"]);
    }
    recording(&place.path("note"), PageKind::List, &zstd::encode_all(&b"[]"[..], 1).unwrap());
    File::options().write(true).open(place.path("note/crawl.json")).unwrap().set_len(100 << 30).unwrap();
    refused(&place.run(&["import", "note", "-o", "out"]), &["note/crawl.json: is longer than 1 MiB"]);
}

/// Lengths in a damaged page are anything.
#[test]
fn a_damaged_page_of_cards_is_an_error_or_cards() {
    let card = |id: &str, text: &str| {
        let (id, bytes) = (id.to_owned(), text.len());
        (FetchedCard { id, was: None, state: CardState::Read, bytes }, text.as_bytes().to_vec())
    };
    let page = write_cards(&[card("a/b", "---\nlicense: mit\n---\n"), card("c/d", ""), card("e/f", "text\nmore")]);
    assert_eq!(split_cards(&page).unwrap().len(), 3);
    let text = String::from_utf8(page.clone()).unwrap();
    for bytes in [usize::MAX, usize::MAX - 1, usize::MAX - 60, usize::MAX / 2, 1 << 40, 1000] {
        let damaged = text.replacen("\"bytes\":21", &format!("\"bytes\":{bytes}"), 1);
        assert_ne!(damaged, text);
        assert_eq!(split_cards(damaged.as_bytes()).unwrap_err(), "a card that is cut off", "{bytes}");
    }
    let mut rng = fastrand::Rng::with_seed(15);
    for _ in 0..1000 {
        let mut damaged = page.clone();
        for _ in 0..rng.usize(1..4) {
            let at = rng.usize(0..damaged.len());
            damaged[at] = rng.choice(*b"0123456789\"{}\n ,:x\xff").unwrap();
        }
        if let Ok(cards) = split_cards(&damaged) {
            assert!(cards.iter().map(|(_, text)| text.len()).sum::<usize>() < page.len());
        }
    }
}

#[test]
fn tables_that_take_too_long_are_told() {
    let place = Place::new();
    place.file("l.edges", "a/b -> c/d");
    let header = "family,namespaces,id_patterns\n";
    let rows = |row: &dyn Fn(usize) -> String, count| (0..count).map(row).collect::<String>();
    for (name, table, says) in [
        ("deep.csv", format!("{header}x,,id:{}a{}\n", "(".repeat(1000), ")".repeat(1000)), "line 2: id:"),
        ("large.csv", format!("{header}x,,id:(a{{1000}}){{1000}}\n"), "size limit"),
        ("long.csv", format!("{header}x,,id:{}\n", "a|".repeat(1 << 20)), "with patterns of 256 KiB in all"),
        ("many.csv", format!("{header}{}", rows(&|at| format!("f{at},a,\n"), 20_000)), "at most 10000 families"),
    ] {
        place.file(name, table);
        let ran = place.run(&["rank", "--of", "families", "--rules", name, "--snapshot", "sample"]);
        refused(&ran, &[name, says]);
    }
    // Each new row leads on to all before it.
    let chain = rows(&|at| format!("o/m{},o/m{at}\n", at + 1), 50_000);
    place.file("chain.csv", format!("old,new\n{chain}"));
    let ran = place.run(&["import", "l.edges", "--aliases", "chain.csv", "-o", "out"]);
    refused(&ran, &["chain.csv, line 103: o/m102 leads on through more than 100 ids"]);
}

/// Who names a pipe wants it read, as bash makes one of `<(...)`.
#[cfg(unix)]
#[test]
fn a_pipe_that_is_named_is_read() {
    let place = Place::new();
    assert!(std::process::Command::new("mkfifo").arg(place.path("pipe")).status().unwrap().success());
    for (kind, text) in [
        ("jsonl", "{\"id\":\"o/m\",\"tags\":[\"base_model:a/b\"]}\n"),
        ("csv", "id,base_model\no/m,a/b\n"),
        ("edges", "?a/b -> o/m\n"),
    ] {
        let pipe = place.path("pipe");
        let writer =
            std::thread::spawn(move || File::options().write(true).open(pipe).unwrap().write_all(text.as_bytes()));
        let ran = place.run(&["import", "pipe", "--as", kind, "-o", "out"]);
        writer.join().unwrap().unwrap();
        assert!(ran.code == 0 && ran.out.contains("1 model, 1 link"), "{kind}: {} {}", ran.out, ran.err);
    }
    // One that lies about among files has no writer.
    place.file("folder/a.jsonl", "{\"id\":\"o/m\"}");
    fs::rename(place.path("pipe"), place.path("folder/b.jsonl")).unwrap();
    for args in [&["import", "folder", "-o", "out"][..], &["import", "folder", "--as", "jsonl", "-o", "out"]] {
        refused(&place.run(args), &["folder/b.jsonl: is a pipe and no ordinary file"]);
    }
}

/// As in a container that allows one process: this machine's own limit does not hold for root, so another user is taken then.
#[cfg(target_os = "linux")]
#[test]
fn where_no_thread_can_be_made_one_does_all_the_work() {
    use std::os::unix::fs::PermissionsExt;

    let place = Place::new();
    fs::set_permissions(place.path(""), fs::Permissions::from_mode(0o777)).unwrap();
    let user = std::process::Command::new("id").arg("-u").output().unwrap().stdout;
    let mut starter = match user.as_slice() {
        b"0\n" => vec!["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"],
        _ => Vec::new(),
    };
    starter.extend(["/usr/bin/prlimit", "--nproc=1:1"]);
    if place.run_under(&starter, &["--version"], &[]).code != 0 {
        // These programs are not here, or that user may not read this folder.
        return;
    }
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/today.parquet");
    place.file("t.parquet", fs::read(fixture).unwrap());
    let rows =
        (0..3000).map(|at| format!("{{\"id\":\"o/m{at}\",\"tags\":[\"base_model:o/m{}\"]}}\n", at * 7919 % 3000));
    place.file("r.jsonl", rows.collect::<String>());
    let date = [("SOURCE_DATE_EPOCH", "1700000000")];
    for (args, file) in [
        (&["import", "r.jsonl", "-o", "r.mk"][..], Some("r.mk")),
        (&["import", "t.parquet", "-o", "t.mk"], Some("t.mk")),
        (&["rank", "--by", "authors", "--snapshot", "r.mk"], None),
        (&["family", "o/m7", "--snapshot", "r.mk"], None),
        (&["report", "--snapshot", "r.mk"], None),
        (&["verify", "r.mk"], None),
    ] {
        let starved = place.run_under(&starter, args, &date);
        let bytes = file.map(|file| fs::read(place.path(file)).unwrap());
        file.iter().for_each(|file| fs::remove_file(place.path(file)).unwrap());
        let fed = place.run_with(args, &date);
        assert_eq!((starved.code, &starved.out), (0, &fed.out), "{args:?}: {}", starved.err);
        assert_eq!(bytes, file.map(|file| fs::read(place.path(file)).unwrap()), "{args:?}");
    }
    // Who waits for others needs one, and says so.
    for args in [&["crawl", "-o", "c.mk"][..], &["import", "http://127.0.0.1:9/x.jsonl", "-o", "x.mk"]] {
        let ran = place.run_under(&starter, args, &[("HF_ENDPOINT", "http://127.0.0.1:9")]);
        refused(&ran, &["no thread can be made", "raise the limit on processes (ulimit -u"]);
    }
}
