//! A thousand damaged texts of each kind, the same in every run: none makes a reader panic or wait, and no row is lost unsaid.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use fastrand::Rng;
use modelkin::model::{Record, Reject};
use modelkin::source::{self, Kind, edges, read_rows};

use crate::dirt;

const MUTANTS: usize = 1000;

type Found = Result<Record<'static>, Reject>;

/// What stands in texts of all kinds, and where it does not belong.
const WORDS: &[&[u8]] = &[
    b"\"",
    b"'",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b";",
    b":",
    b": ",
    b"- ",
    b"\n",
    b"\r\n",
    b"\r",
    b"\t",
    b" ",
    b"#",
    b"---\n",
    b"&a ",
    b"*a",
    b"<<: ",
    b"!!str ",
    b"|",
    b">",
    b"\\",
    b"\\u0000",
    b"\\ud800",
    b"\0",
    b"\xff",
    b"\xc3",
    b"\xef\xbb\xbf",
    b"null",
    b"NaN",
    b"-1",
    b"1e999",
    b"99999999999999999999",
    b"id",
    b"\"id\":",
    b"base_model",
    b"base_model:",
    b"tags",
    b"->",
    b"?",
    b"= ",
    b"=",
    b"a/b",
    b"a/b/c",
    b"https://huggingface.co/a/b",
    b"merge",
    b"array(",
    b"\x1b[2J",
    b"\xe2\x80\xae",
];

/// Damages a text in one to four places.
fn damaged(rng: &mut Rng, text: &[u8]) -> Vec<u8> {
    let mut text = text.to_vec();
    for _ in 0..rng.usize(1..5) {
        let at = rng.usize(0..=text.len());
        let end = (at + rng.usize(0..40)).min(text.len());
        match rng.u8(0..7) {
            0 if at < text.len() => text[at] = rng.u8(..),
            1 if at < text.len() => text[at] ^= 1 << rng.u8(0..8),
            2 => drop(text.drain(at..end)),
            3 => {
                let part = text[at..end].to_vec();
                let to = rng.usize(0..=text.len());
                drop(text.splice(to..to, part));
            }
            4 if rng.u8(0..4) == 0 => text.truncate(at),
            5 => {
                let word = WORDS[rng.usize(0..WORDS.len())].repeat(rng.usize(1..40));
                drop(text.splice(at..at, word));
            }
            _ => drop(text.splice(at..at, WORDS[rng.usize(0..WORDS.len())].iter().copied())),
        }
    }
    text
}

fn rows_of(text: &[u8]) -> (Result<(), source::Error>, Vec<Found>) {
    let mut found = Vec::new();
    let done = read_rows("mutant", text, &mut |record| found.push(record.map(Record::into_owned)));
    (done, found)
}

fn file_of(path: &Path, kind: Kind, text: &[u8]) -> (Result<(), source::Error>, Vec<Found>) {
    fs::write(path, text).unwrap();
    let mut found = Vec::new();
    let source = source::find(path, Some(kind)).unwrap().remove(0);
    let done = source.read(&mut |record| found.push(record.map(Record::into_owned)));
    (done.map(drop), found)
}

fn shown(text: &[u8]) -> String {
    text.escape_ascii().to_string()
}

/// Rows of which each names itself, as long as nothing touches it.
fn rows() -> Vec<String> {
    let dirt = dirt::rows().into_iter().enumerate();
    dirt.map(|(at, row)| row.replacen(&format!("some/row{at}"), &format!("o/m{at}"), 1))
        .filter(|row| row.contains("\"o/m") && !row.contains('\n'))
        .collect()
}

#[test]
fn each_damaged_line_of_json_is_a_record_or_a_reject() {
    let (rows, mut rng) = (rows(), Rng::with_seed(1));
    let (mut records, mut rejects) = (0, 0);
    for _ in 0..MUTANTS {
        let lines: Vec<&str> = (0..8).map(|_| rows[rng.usize(0..rows.len())].as_str()).collect();
        // The first line tells that these are lines.
        let text = [b"{\"id\":\"o/first\"}\n".to_vec(), damaged(&mut rng, lines.join("\n").as_bytes())].concat();
        let (done, found) = rows_of(&text);
        assert!(done.is_ok(), "{done:?}: {}", shown(&text));
        let lines = || text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
        // A line may be an array of any number of rows.
        let arrays = lines().filter(|line| line.starts_with(b"[")).count();
        let least = lines().count() - arrays;
        assert!(
            found.len() == least || (arrays > 0 && found.len() >= least),
            "{} {least}: {}",
            found.len(),
            shown(&text)
        );
        records += found.iter().filter(|found| found.is_ok()).count();
        rejects += found.iter().filter(|found| found.is_err()).count();
    }
    assert!(records > 4 * MUTANTS && rejects > MUTANTS, "{records} {rejects}");
}

#[test]
fn a_damaged_array_of_json_is_an_error_or_gives_every_row() {
    let (rows, mut rng) = (rows(), Rng::with_seed(2));
    let (mut whole, mut broken) = (0, 0);
    for _ in 0..MUTANTS {
        let some: Vec<&str> = (0..8).map(|_| rows[rng.usize(0..rows.len())].as_str()).collect();
        let text = [b"[".to_vec(), damaged(&mut rng, format!("{}]", some.join(",\n")).as_bytes())].concat();
        let (done, found) = rows_of(&text);
        match serde_json::from_slice::<Vec<serde_json::Value>>(&text) {
            Ok(values) => {
                assert_eq!(found.len(), values.len(), "{}", shown(&text));
                // None at all is an error.
                assert!(done.is_ok() || values.is_empty(), "{done:?}: {}", shown(&text));
                whole += 1;
            }
            // What is no JSON is told, unless it is what other programs write: rows without commas, `NaN`, arrays in a row.
            Err(_) if done.is_ok() && found.iter().all(Result::is_ok) => {
                let touched =
                    some.iter().filter(|row| !text.windows(row.len()).any(|part| part == row.as_bytes())).count();
                assert!(found.len() >= some.len() - touched, "{} {touched}: {}", found.len(), shown(&text));
            }
            Err(_) => broken += 1,
        }
    }
    assert!(whole > 50 && broken > MUTANTS / 3, "{whole} {broken}");
}

#[test]
fn each_damaged_row_of_a_table_is_a_record_or_a_reject() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.csv");
    let mut rng = Rng::with_seed(3);
    let (mut counted, mut quoted, mut broken) = (0, 0, 0);
    for mutant in 0..MUTANTS {
        let cells = ["", "a/b", "[a/b, c/d]", "['a/b']", "gguf", "12", "merge", "none", "x y", "\u{e9}"];
        let cell = |rng: &mut Rng| cells[rng.usize(0..cells.len())].replace(',', ";");
        let row = |rng: &mut Rng, at| format!("o/m{at},{},{},{}\n", cell(rng), cell(rng), cell(rng));
        let rows: Vec<String> = (0..8).map(|at| row(&mut rng, at)).collect();
        let body = damaged(&mut rng, rows.concat().as_bytes());
        // In one of two no quote joins lines.
        let mut body: Vec<u8> = body.into_iter().filter(|byte| *byte != b'"').collect();
        for _ in 0..if mutant % 2 == 0 { 0 } else { rng.usize(1..4) } {
            body.insert(rng.usize(0..=body.len()), b'"');
        }
        let text = [b"id,base_model,tags,downloads\n".to_vec(), body.clone()].concat();
        let (done, found) = file_of(&path, Kind::Csv, &text);
        if done.is_err() {
            broken += 1;
        } else if body.contains(&b'"') {
            // A row that is lost to a quote is told of by a reject.
            let is_there = |row: &str| {
                let id = row.split(',').next().unwrap();
                found.iter().flatten().any(|record| record.id.as_str() == id)
            };
            let is_whole = |row: &str| format!("\n{}", String::from_utf8_lossy(&text)).contains(&format!("\n{row}"));
            let lost = rows.iter().filter(|row| is_whole(row) && !is_there(row)).count();
            assert!(lost == 0 || found.iter().any(Result::is_err), "{lost}: {}", shown(&text));
            quoted += 1;
        } else {
            let is_row = |line: &&[u8]| {
                let line = String::from_utf8_lossy(line);
                line.split(',').any(|cell| !cell.trim().is_empty())
            };
            let rows = body.split(|byte| matches!(byte, b'\n' | b'\r')).filter(is_row).count();
            assert_eq!(found.len(), rows, "{}", shown(&text));
            counted += 1;
        }
    }
    assert!(counted > MUTANTS / 3 && quoted > MUTANTS / 3 && broken < MUTANTS / 5, "{counted} {quoted} {broken}");
}

#[test]
fn each_damaged_line_of_edges_says_what_it_says_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.edges");
    let mut rng = Rng::with_seed(4);
    let lines = [
        "a/base -> b/chat : finetune",
        "b/chat -> c/chat-GGUF, c/chat-AWQ : quantized",
        "a/base, b/chat -> d/blend : merge",
        "?gone/old -> e/kept",
        "f/alone",
        "- -> f/base # a comment",
        "b/chat : downloads=1200 created=2024-05-01 tags=a,b licence_name=x\\u{20}y",
        "d/blend : sha=0123456789012345678901234567890123456789 gated=auto disabled=true likes=3",
    ];
    let mut rejected = 0;
    for _ in 0..MUTANTS {
        let some: Vec<&str> = (0..8).map(|_| lines[rng.usize(0..lines.len())]).collect();
        let text = damaged(&mut rng, some.join("\n").as_bytes());
        let (done, found) = file_of(&path, Kind::Edges, &text);
        assert!(done.is_ok(), "{done:?}: {}", shown(&text));
        let (mut ids, mut places) = (BTreeSet::new(), BTreeSet::new());
        for (at, line) in text.split(|byte| *byte == b'\n').enumerate() {
            match std::str::from_utf8(line) {
                Ok(line) => edges::read_text("alone", line, &mut |found| match found {
                    Ok(record) => _ = ids.insert(record.id.key()),
                    Err(_) => _ = places.insert(format!("line {}", at + 1)),
                }),
                Err(_) => _ = places.insert(format!("line {}", at + 1)),
            }
        }
        let whole: BTreeSet<String> = found.iter().flatten().map(|record| record.id.key()).collect();
        let told: BTreeSet<String> =
            found.iter().filter_map(|found| found.as_ref().err()).map(|told| told.place.clone()).collect();
        assert_eq!((&whole, &told), (&ids, &places), "{}", shown(&text));
        rejected += told.len();
    }
    assert!(rejected > MUTANTS, "{rejected}");
}

#[test]
fn each_damaged_card_is_a_record_or_a_reject() {
    let folder = tempfile::tempdir().unwrap();
    let mut rng = Rng::with_seed(5);
    let examples: Vec<String> = dirt::cards();
    for mutant in 0..MUTANTS {
        let example = &examples[rng.usize(0..examples.len())];
        let other = &examples[rng.usize(0..examples.len())];
        let text = format!("---\nlicense: mit\n{example}\nx: &a [1, {{y: *a}}]\n{other}\n---\n# A model\n");
        fs::write(folder.path().join(format!("o--m{mutant:04}.md")), damaged(&mut rng, text.as_bytes())).unwrap();
    }
    let mut found = Vec::new();
    let source = source::find(folder.path(), Some(Kind::Cards)).unwrap().remove(0);
    source.read(&mut |record| found.push(record.map(Record::into_owned))).unwrap();
    let names = found.iter().map(|found| match found {
        Ok(record) => record.id.to_string(),
        Err(reject) => format!("o/{}", reject.file.rsplit("o--").next().unwrap().trim_end_matches(".md")),
    });
    assert_eq!(names.collect::<Vec<_>>(), (0..MUTANTS).map(|at| format!("o/m{at:04}")).collect::<Vec<_>>());
    let records = || found.iter().flatten();
    assert!(records().count() > MUTANTS * 9 / 10 && records().any(|record| !record.parents.is_empty()));
}
