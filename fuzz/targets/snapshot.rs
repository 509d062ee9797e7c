//! A snapshot with bytes changed, its checksums made anew or not: an error that names the file, or answers; and answers that
//! nothing contradicts are those of its records.
//!
//! Each line is a patch: the name of a kept array (nothing: the whole file), where in it, and bytes in hex. A first line
//! `sealed` leaves the checksums as they were.
#![no_main]

#[path = "../../tests/it/asked.rs"]
mod asked;

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use asked::{FAMILIES, TEXT, ask};
use libfuzzer_sys::fuzz_target;
use modelkin::import::{keep, verify};
use modelkin::snapshot::{Builder, Snapshot, forge};
use modelkin::source::edges;
use modelkin_fuzz::{file, path};

struct Base {
    bytes: Vec<u8>,
    kept: HashMap<String, Range<usize>>,
    digest: String,
    answers: String,
}

static BASE: LazyLock<Base> = LazyLock::new(|| {
    let mut builder = Builder::new();
    builder.source("test", "edges");
    edges::read_text("test", TEXT, &mut |found| builder.add(found));
    builder.alias("old/name", "new/name");
    let mut snapshot = builder.finish("test", None, None).expect("models");
    keep(&mut snapshot, &FAMILIES).expect("counts");
    let path = path("base");
    snapshot.write(&path).expect("room");
    let bytes = std::fs::read(&path).expect("a file");
    let kept = snapshot.kept_names().map(|name| (name.to_owned(), place(&bytes, name))).collect();
    let digest = snapshot.provenance().digest.clone();
    Base { bytes, kept, digest, answers: ask(&snapshot).expect("answers") }
});

/// Where a kept array lies.
fn place(bytes: &[u8], name: &str) -> Range<usize> {
    // As JSON has it.
    let start = format!("[{},", serde_json::to_string(name).expect("a text"));
    let at = bytes.windows(start.len()).position(|part| part == start.as_bytes()).expect("its name") + start.len();
    let list = bytes[at..].split(|byte| *byte == b']').next().and_then(|list| std::str::from_utf8(list).ok());
    let numbers: Vec<usize> = list.expect("numbers").split(',').filter_map(|word| word.parse().ok()).collect();
    numbers[1]..numbers[1] + numbers[2]
}

fn patch(bytes: &mut [u8], line: &str) -> Option<()> {
    let mut words = line.rsplitn(3, ' ');
    let (hex, at, name) = (words.next()?, words.next()?, words.next().unwrap_or_default());
    let range = BASE.kept.get(name).cloned().unwrap_or(0..bytes.len());
    let array = bytes.get_mut(range).filter(|array| !array.is_empty())?;
    let at = at.parse::<i64>().ok()?.rem_euclid(array.len() as i64) as usize;
    let new = (0..hex.len() / 2).map_while(|byte| u8::from_str_radix(hex.get(2 * byte..2 * byte + 2)?, 16).ok());
    array[at..].iter_mut().zip(new).for_each(|(old, new)| *old = new);
    Some(())
}

fuzz_target!(|text: &str| {
    let base = &*BASE;
    let mut bytes = base.bytes.clone();
    let patches = text.strip_prefix("sealed\n");
    text.lines().take(16).for_each(|line| _ = patch(&mut bytes, line));
    if patches.is_none() && forge(&mut bytes).is_err() {
        return;
    }
    let path = file("s.mk", &bytes);
    let names = |error: &dyn std::fmt::Display| assert!(error.to_string().contains("s.mk: "), "{error}");
    let snapshot = match Snapshot::open(&path) {
        Ok(snapshot) => snapshot,
        Err(error) => return names(&error),
    };
    let answers = ask(&snapshot);
    match &answers {
        Ok(answers) => assert!(patches.is_none() || *answers == base.answers, "{answers}"),
        Err(error) => names(error),
    }
    // Whoever trusts nothing is answered by the records alone, and these are what the digest is of.
    match snapshot.digest() {
        // It takes long, and says nothing new where all is right.
        Ok(digest) if digest == base.digest && !matches!(&answers, Ok(answers) if *answers == base.answers) => {
            // Bytes that stand for nothing are none of it, and may be refused.
            match ask(&snapshot.bare().expect("what was opened")) {
                Ok(answers) => assert_eq!(answers, base.answers),
                Err(error) => names(&error),
            }
        }
        Ok(_) => (),
        Err(error) => names(&error),
    }
    match verify(&snapshot, &FAMILIES, None, &|_| ()) {
        Ok(verified) if verified.lies.is_empty() && snapshot.provenance().digest == base.digest => {
            assert_eq!(answers.expect("what is verified is valid"), base.answers);
        }
        Ok(_) => (),
        Err(error) => names(&error),
    }
});
