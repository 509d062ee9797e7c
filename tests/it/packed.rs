//! Packed snapshots: the same bytes when they are unpacked, the same answers before, and no harm by any file.

use std::fs;

use crate::crawl::Place;

const ROWS: &str = r#"{"id":"Qwen/Qwen2.5-7B","downloads":100,"tags":["license:apache-2.0"]}
{"id":"a/tuned","downloads":5,"tags":["base_model:Qwen/Qwen2.5-7B","base_model:finetune:Qwen/Qwen2.5-7B"]}
{"id":"b/quant","tags":["base_model:quantized:a/tuned","gguf"]}
"#;

fn made() -> Place {
    let place = Place::at("http://127.0.0.1:9".into());
    let many: String = (0..5000)
        .map(|at| {
            format!(
                "{{\"id\":\"many/m{at}\",\"downloads\":{at},\"tags\":[\"base_model:a/tuned\",\"tag-{}\"]}}\n",
                at % 7
            )
        })
        .collect();
    fs::write(place.path("rows.jsonl"), format!("{ROWS}{many}")).unwrap();
    for args in [
        &["import", "rows.jsonl", "-o", "hub.modelkin", "--date", "2026-11-01"][..],
        &["pack", "hub.modelkin", "-o", "hub.packed"],
    ] {
        let ran = place.run(args);
        assert_eq!(ran.code, 0, "{}", ran.err);
    }
    place
}

#[test]
fn what_is_unpacked_is_what_was_packed() {
    let place = made();
    let read = |name: &str| fs::read(place.path(name)).unwrap();
    assert!(3 * read("hub.packed").len() < read("hub.modelkin").len());
    let ran = place.run(&["unpack", "hub.packed", "-o", "again.modelkin"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(read("again.modelkin"), read("hub.modelkin"));
    // Packing is the same each time.
    let ran = place.run(&["pack", "again.modelkin", "-o", "again.packed"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(read("again.packed"), read("hub.packed"));
}

#[test]
fn a_packed_snapshot_answers_as_it_did_before() {
    let place = made();
    for args in [
        &["rank", "--snapshot", "FILE"][..],
        &["family", "Qwen", "--snapshot", "FILE", "--format", "json"],
        &["family", "Qwen", "--snapshot", "FILE", "--trust-nothing"],
        &["report", "--snapshots", "FILE", "--format", "csv"],
        &["diff", "FILE", "hub.modelkin"],
        &["diff", "hub.modelkin", "FILE"],
        &["check", "--snapshot", "FILE"],
        &["verify", "FILE"],
        &["import", "FILE", "-o", "joined.modelkin", "--date", "2026-11-01"],
    ] {
        let with = |file: &str| {
            let args: Vec<&str> = args.iter().map(|arg| if *arg == "FILE" { file } else { arg }).collect();
            let ran = place.run(&args);
            (ran.code, ran.out.replace(file, "FILE"))
        };
        let (plain, packed) = (with("hub.modelkin"), with("hub.packed"));
        assert_eq!(packed.0, plain.0, "{args:?}");
        if args[0] != "import" && args[0] != "diff" {
            assert_eq!(packed.1, plain.1, "{args:?}");
        }
    }
}

#[test]
fn what_is_packed_or_not_is_told() {
    let place = made();
    for (args, reason) in [
        (&["pack", "hub.packed", "-o", "twice"][..], "is packed already"),
        (&["unpack", "hub.modelkin", "-o", "twice"], "is not packed"),
        (&["pack", "sample", "-o", "twice"], "the sample is inside the program"),
        (&["pack", "hub.modelkin", "-o", "rows.jsonl"], "is there already and is no snapshot"),
        (&["pack", "hub.modelkin", "-o", "hub.modelkin"], "is one of the files that are read for it"),
        (&["pack", "rows.jsonl", "-o", "twice"], "is no snapshot"),
    ] {
        let ran = place.run(args);
        assert!(ran.code != 0 && ran.err.contains(reason), "{args:?}: {}", ran.err);
        assert!(!place.path("twice").exists());
    }
    // A packed snapshot is one where another output would take its place.
    let ran = place.run(&[
        "export",
        "--below",
        "Qwen/Qwen2.5-7B",
        "--snapshot",
        "hub.modelkin",
        "-o",
        "hub.packed",
        "--to",
        "dot",
    ]);
    assert!(ran.code != 0 && ran.err.contains("whose place only another one may take"), "{}", ran.err);
}

/// Cut off anywhere and changed anywhere, it is refused or says what it said before.
#[test]
fn a_damaged_one_is_refused_or_the_same() {
    let place = made();
    let bytes = fs::read(place.path("hub.packed")).unwrap();
    let whole = place.snapshot("hub.packed").provenance().clone();
    let mut rng = fastrand::Rng::with_seed(9);
    let mut refused = 0;
    for at in 0..400 {
        let mut damaged = bytes.clone();
        match at % 4 {
            0 => damaged.truncate(rng.usize(0..bytes.len())),
            1 => damaged.push(7),
            2 => damaged[rng.usize(0..200)] ^= 1 << rng.u8(0..8),
            _ => damaged[rng.usize(0..bytes.len())] = rng.u8(..),
        }
        let path = place.path("damaged");
        fs::write(&path, &damaged).unwrap();
        match modelkin::snapshot::Snapshot::open(&path) {
            Err(error) => {
                assert!(error.to_string().contains("damaged"), "{error}");
                refused += 1;
            }
            // What of a kept array is damaged is seen where it is read, as in a file that is not packed.
            Ok(snapshot) => {
                if snapshot.verify().is_ok() {
                    assert_eq!(*snapshot.provenance(), whole);
                } else {
                    refused += 1;
                }
            }
        }
    }
    assert!(refused > 300, "{refused}");
}

/// A list that promises more than any snapshot holds takes no memory.
#[test]
fn a_list_that_lies_is_refused() {
    let place = made();
    for list in [
        "[[1000000000000000,0,10]]",
        "[[18446744073709551615,0,1],[18446744073709551615,0,1]]",
        "[[100,9,10]]",
        "[[100,0,11]]",
        "[[100,0,10]]",
        "[[-1,0,10]]",
        "{}",
        "[]",
    ] {
        let mut bytes = b"modelkin packed 1\n".to_vec();
        bytes.extend((list.len() as u64).to_le_bytes());
        bytes.extend(twox_hash::XxHash3_64::oneshot(list.as_bytes()).to_le_bytes());
        bytes.extend(list.as_bytes());
        bytes.extend([7; 10]);
        let path = place.path("lie");
        fs::write(&path, bytes).unwrap();
        let error = modelkin::snapshot::Snapshot::open(&path).unwrap_err().to_string();
        assert!(error.contains("lie"), "{list}: {error}");
    }
}
