//! Snapshots that were altered, their checksums made anew or not: each is refused, or answers as if nothing were; nothing panics.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};

use modelkin::import;
use modelkin::snapshot::{Error, Snapshot, forge};

use crate::asked::{FAMILIES, TEXT, ask};
use crate::program::Place;
use crate::support::with_aliases;

fn whole() -> Snapshot {
    let mut snapshot = with_aliases(TEXT, &[("old/name", "new/name")]);
    import::keep(&mut snapshot, &FAMILIES).unwrap();
    snapshot
}

/// What is answered from these bytes, or why not.
fn asked(bytes: &[u8], place: &Place) -> Result<String, String> {
    let path = place.path("s.mk");
    fs::write(&path, bytes).unwrap();
    let answer = || Snapshot::open(&path).map_err(Into::into).and_then(|snapshot| ask(&snapshot));
    let answer: Result<_, Box<dyn std::error::Error + Send + Sync>> =
        catch_unwind(AssertUnwindSafe(answer)).expect("no panic");
    answer.map_err(|error| error.to_string())
}

fn bytes_of(snapshot: &Snapshot) -> Vec<u8> {
    let place = Place::new();
    snapshot.write(&place.path("s.mk")).unwrap();
    fs::read(place.path("s.mk")).unwrap()
}

/// Where a kept array lies in a file.
fn kept(bytes: &[u8], name: &str) -> std::ops::Range<usize> {
    let start = format!("[\"{name}\",");
    let at = bytes.windows(start.len()).position(|window| window == start.as_bytes()).expect("kept") + start.len();
    let end = at + bytes[at..].iter().position(|byte| *byte == b']').unwrap();
    let list = std::str::from_utf8(&bytes[at..end]).unwrap();
    let numbers: Vec<usize> = list.split(',').filter_map(|word| word.parse().ok()).collect();
    numbers[1]..numbers[1] + numbers[2]
}

#[test]
fn what_was_altered_without_its_checksums_is_refused_or_not_asked() {
    let place = Place::new();
    let bytes = bytes_of(&whole());
    let right = asked(&bytes, &place).unwrap();
    let mut seed = fastrand::Rng::with_seed(15);
    let mut refused = 0;
    for _ in 0..1000 {
        let mut altered = bytes.clone();
        let at = seed.usize(..altered.len());
        altered[at] ^= 1 << seed.u8(..8);
        match asked(&altered, &place) {
            Ok(answer) => assert_eq!(answer, right, "byte {at}"),
            Err(reason) => {
                refused += 1;
                assert!(reason.contains("s.mk: "), "byte {at}: {reason}");
            }
        }
    }
    assert!(refused > 900, "{refused}");
}

#[test]
fn what_was_forged_is_refused_or_answers() {
    let place = Place::new();
    let bytes = bytes_of(&whole());
    let mut seed = fastrand::Rng::with_seed(16);
    let (mut refused, mut lied) = (0, 0);
    for _ in 0..1000 {
        let mut altered = bytes.clone();
        for _ in 0..seed.usize(1..4) {
            let at = seed.usize(..altered.len() / 8) * 8 + seed.usize(..8);
            match seed.u8(..4) {
                0 => altered[at] = seed.u8(..),
                1 => altered[at] = 255,
                2 => altered[at] = 0,
                _ => altered[at] ^= 1 << seed.u8(..8),
            }
        }
        if forge(&mut altered).is_err() {
            continue;
        }
        match asked(&altered, &place) {
            Ok(_) => lied += 1,
            Err(reason) => {
                refused += 1;
                assert!(reason.contains("s.mk: "), "{reason}");
            }
        }
    }
    assert!(refused > 100 && lied > 100, "{refused} {lied}");
}

#[test]
fn arrays_that_do_not_agree_are_named() {
    let place = Place::new();
    let bytes = bytes_of(&whole());
    let last = |range: &std::ops::Range<usize>, width: usize| range.end - width;
    for (name, at_end, value, reason) in [
        // The cases of `oob.mk`, `off.mk`, `own.mk` and `rows.mk`.
        (
            "lineage/1/children/ends",
            false,
            u32::MAX,
            "children/ends: a link to the row of the number 4294967295, where there are 10",
        ),
        (
            "lineage/1/parents/ends",
            true,
            1 << 20,
            "parents/ends: a link to the row of the number 1048576, where there are 10",
        ),
        (
            "lineage/1/children/offsets",
            false,
            3,
            "kept array lineage/1/children/offsets: the ends of its lists do not rise",
        ),
        ("lineage/1/children/offsets", false, 1, "kept arrays lineage/1/children: its lists do not go from 0 to 9"),
        (
            "lineage/1/parents/offsets",
            true,
            1,
            "kept array lineage/1/parents/offsets: the ends of its lists do not rise",
        ),
        ("lineage/1/parents/offsets", true, 99, "kept arrays lineage/1/parents: its lists do not go from 0 to 9"),
        ("lineage/1/parents/codes", false, 0x7777_7777, "kept array lineage/1/parents/codes: a link of no known kind"),
        (
            "census/1/owners",
            true,
            4_000_000_000,
            "kept array census/1/owners: its numbers do not go on from row to row",
        ),
        ("census/1/owners", false, 7, "kept array census/1/owners: its numbers do not go on from row to row"),
        ("census/1/rows", true, 77, "kept array census/1/rows: a row of the number 77, where there are 10"),
        ("census/1/rows", false, 9, "kept array census/1/rows: its rows do not rise"),
        ("census/1/owned/rows", true, 77, "kept array census/1/owned/rows: a row of the number 77, where there are 10"),
        ("census/1/owned/0", true, 1 << 30, "kept array census/1/owned/0: a sum that is higher than any can be"),
        ("search/1/order", false, 10, "kept array search/1/order: a row of the number 10, where there are 10"),
        ("search/2/grams", true, 0, "kept array search/2/grams: its rows do not rise"),
        (
            "search/2/grams",
            true,
            1 << 18,
            "kept array search/2/grams: a row of the number 262144, where there are 262144",
        ),
        ("search/2/ends", false, 1 << 30, "kept array search/2/ends: the ends of its lists do not rise"),
    ] {
        let range = kept(&bytes, name);
        let mut altered = bytes.clone();
        let at = if at_end { last(&range, 4) } else { range.start };
        altered[at..at + 4].copy_from_slice(&value.to_le_bytes());
        // As it stands, its checksum tells.
        let wrong = asked(&altered, &place).unwrap_err();
        assert!(wrong.contains(&format!("kept array {name}: bytes {} to", range.start)), "{wrong}");
        forge(&mut altered).unwrap();
        let wrong = asked(&altered, &place).unwrap_err();
        assert!(wrong.contains(reason) && wrong.ends_with("; import its sources again"), "{name}: {wrong}");
        // Whoever asks for what was kept there is told.
        let calls: [&[&str]; 4] = [
            &["rank"],
            &["rank", "--of", "owners"],
            &["rank", "--of", "owners", "--exclude", "merge"],
            &["search", "a"],
        ];
        let ran = calls.map(|call| place.run(&[call, &["--snapshot", "s.mk"]].concat()));
        let told = ran.iter().filter(|ran| ran.code == 1 && ran.err.contains(reason)).count();
        assert!(told > 0 && ran.iter().filter(|ran| ran.code == 0).count() + told == 4, "{name}: {}", ran[0].err);
    }
    // The case of `lie.mk`: nothing contradicts itself, and it is not true.
    let range = kept(&bytes, "census/1/0");
    let mut altered = bytes.clone();
    altered[range.start..range.start + 8].copy_from_slice(&1_000_000u64.to_le_bytes());
    forge(&mut altered).unwrap();
    fs::write(place.path("lie.mk"), &altered).unwrap();
    let ran = place.run(&["verify", "lie.mk"]);
    assert!(
        ran.code == 3 && ran.out.contains("kept array census/1/0: not what its records give"),
        "{} {}",
        ran.code,
        ran.out
    );
    let ran = place.run(&["check", "--snapshot", "lie.mk"]);
    assert!(ran.code == 3 && ran.out.contains("kept array census/1/0"), "{} {} {}", ran.code, ran.out, ran.err);
    let told = |options: &[&str]| place.run(&[&["rank", "--snapshot", "lie.mk"], options].concat()).out;
    assert!(told(&[]).contains("1,000,000") && !told(&["--trust-nothing"]).contains("1,000,000"), "{}", told(&[]));
}

/// The crate that decodes columns for their digest panics at some lengths; the fuzzer found it. Nothing of it is printed, nor ends the program.
#[test]
fn where_the_crate_gives_up_the_file_is_named() {
    let place = Place::new();
    let bytes = bytes_of(&whole());
    let reason = "s.mk: damaged: its columns cannot be read: ";
    let gives_up = |at: &usize| {
        let mut altered = bytes.clone();
        altered[*at..*at + 2].fill(0);
        if forge(&mut altered).is_err() {
            return false;
        }
        fs::write(place.path("s.mk"), &altered).unwrap();
        let digest = Snapshot::open(&place.path("s.mk")).and_then(|snapshot| snapshot.digest());
        digest.is_err_and(|error| error.to_string().contains(reason))
    };
    // Where the footer says how long the blocks are.
    (0..bytes.len() - 1).rev().find(gives_up).unwrap();
    let ran = place.run(&["verify", "s.mk"]);
    assert!(ran.code == 1 && ran.err.contains(reason), "{} {}", ran.code, ran.err);
    assert!(!ran.err.contains("panicked"), "{}", ran.err);
}

/// Those of another format are told so.
#[test]
fn files_of_an_older_format_are_told_so() {
    let Some(data) = crate::support::real_data() else { return };
    for name in ["m.mk", "lie.mk", "oob.mk", "off.mk", "own.mk", "rec.mk", "rows.mk"] {
        let wrong = Snapshot::open(&data.join("hostile").join(name)).unwrap_err();
        assert!(matches!(wrong, Error::Foreign { .. }), "{wrong}");
        assert!(wrong.to_string().contains("this program reads format"), "{wrong}");
    }
}

#[test]
fn ids_that_do_not_rise_are_refused_where_all_of_a_file_is_read() {
    let place = Place::new();
    let mut bytes = bytes_of(&whole());
    let at = |name: &[u8]| bytes.windows(name.len()).position(|window| window == name).unwrap();
    let ids = at(b"a/ba/cb/d");
    bytes[ids..ids + 6].copy_from_slice(b"a/ca/b");
    forge(&mut bytes).unwrap();
    fs::write(place.path("s.mk"), &bytes).unwrap();
    for call in [&["verify", "s.mk"][..], &["check", "s.mk"], &["rank", "--trust-nothing", "--snapshot", "s.mk"]] {
        let ran = place.run(call);
        assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{call:?}: {}", ran.err);
        let said =
            "s.mk: damaged: the names: \"a/c\" stands before \"a/b\", and ids rise, without regard to case; import";
        assert!(ran.err.contains(said), "{}", ran.err);
    }
}

#[test]
fn what_was_written_over_while_it_was_read_gives_no_answer() {
    let place = Place::new();
    let path = place.path("s.mk");
    whole().write(&path).unwrap();
    let bytes = fs::read(&path).unwrap();
    let snapshot = Snapshot::open(&path).unwrap();
    snapshot.unchanged().unwrap();
    // Another file takes its place, and this one stays what it was.
    whole().write(&path).unwrap();
    snapshot.unchanged().unwrap();
    let snapshot = Snapshot::open(&path).unwrap();
    fs::write(&path, &bytes).unwrap();
    let written = fs::File::options().write(true).open(&path).unwrap();
    written.set_modified(std::time::SystemTime::now() + std::time::Duration::from_secs(9)).unwrap();
    for refused in [snapshot.unchanged(), snapshot.verify(), snapshot.write(&place.path("other.mk"))] {
        let refused = refused.unwrap_err().to_string();
        assert!(
            refused.ends_with("s.mk: was written over while it was read, and not replaced as a whole; ask again"),
            "{refused}"
        );
    }
    assert!(!place.path("other.mk").exists());
}

/// Two readers of Arrow may go by different parts of a file: what they see is the same, or the file is refused.
#[test]
fn what_another_reader_sees_otherwise_is_refused() {
    let place = Place::new();
    let path = place.path("s.mk");
    let bytes = bytes_of(&whole());
    let right = asked(&bytes, &place).unwrap();
    let end = bytes.len() - 10;
    let length = u32::from_le_bytes(bytes[end..end + 4].try_into().unwrap()) as usize;
    let footer = arrow_ipc::root_as_footer(&bytes[end - length..end]).unwrap();
    let at = |part: &[u8]| part.as_ptr().addr() - bytes.as_ptr().addr();
    let refused = |mut altered: Vec<u8>, what: &str| {
        forge(&mut altered).unwrap();
        if asked(&altered, &place).as_deref() == Ok(&right) {
            return false;
        }
        let opened = Snapshot::open(&path);
        let proven = opened.and_then(|snapshot| snapshot.proven().map(|_| ()));
        let reason = proven.expect_err(what).to_string();
        assert!(reason.contains("s.mk: "), "{what}: {reason}");
        for call in [&["verify", "s.mk"][..], &["check", "s.mk"], &["rank", "--trust-nothing", "--snapshot", "s.mk"]] {
            let ran = place.run(call);
            assert!(ran.code == 1 && ran.err.contains("s.mk: "), "{what}: {call:?} {}", ran.err);
        }
        true
    };
    // The tables of words change places.
    let blocks = footer.dictionaries().unwrap();
    let (from, size) = (at(blocks.bytes()), blocks.bytes().len() / blocks.len());
    let mut seen = 0;
    for one in 1..blocks.len() {
        let mut altered = bytes.clone();
        let (before, this) = altered[from..].split_at_mut(one * size);
        before[(one - 1) * size..].swap_with_slice(&mut this[..size]);
        seen += usize::from(refused(altered, &format!("table {one}")));
    }
    assert!(seen > 3, "{seen} of {}", blocks.len());
    // A column without nulls has marks of them.
    let block = footer.recordBatches().unwrap().get(0);
    let start = block.offset() as usize;
    let message = arrow_ipc::root_as_message(&bytes[start + 8..start + block.metaDataLength() as usize]).unwrap();
    let buffers = message.header_as_record_batch().unwrap().buffers().unwrap();
    let from = at(buffers.bytes());
    let mut seen = 0;
    for number in (0..buffers.len()).filter(|number| buffers.get(*number).length() == 0) {
        let mut altered = bytes.clone();
        altered[from + 16 * number + 8] = 2;
        seen += usize::from(refused(altered, &format!("array {number}")));
    }
    assert!(seen > 2, "{seen}");
}

#[test]
fn names_that_are_no_ids_are_refused() {
    let place = Place::new();
    let bytes = bytes_of(&whole());
    let ids = bytes.windows(9).position(|window| window == b"a/ba/cb/d").unwrap();
    for (name, said) in [
        (b"a/\n", "s.mk: damaged: the names: a character that no id has"),
        (b"a/\x1b", "s.mk: damaged: the names: a character that no id has"),
        (b"a//", "s.mk: damaged: the names: \"a//\" is no id"),
        (b"a/~", "s.mk: damaged: the names: \"a/~\" is no id"),
    ] {
        let mut altered = bytes.clone();
        altered[ids..ids + 3].copy_from_slice(name);
        forge(&mut altered).unwrap();
        fs::write(place.path("s.mk"), &altered).unwrap();
        for call in [&["verify", "s.mk"][..], &["check", "s.mk"], &["import", "s.mk", "-o", "t.mk"]] {
            let ran = place.run(call);
            assert!(ran.code == 1 && ran.out.is_empty() && ran.err.contains(said), "{call:?}: {} {}", ran.out, ran.err);
        }
    }
}

#[test]
fn links_that_disagree_with_their_other_way_are_refused_or_answer() {
    let place = Place::new();
    let bytes = bytes_of(&whole());
    let mut lied = 0;
    for name in ["lineage/1/parents/ends", "lineage/1/children/ends"] {
        let range = kept(&bytes, name);
        for at in range.step_by(4) {
            for row in 0..10u32 {
                let mut altered = bytes.clone();
                altered[at..at + 4].copy_from_slice(&row.to_le_bytes());
                forge(&mut altered).unwrap();
                match asked(&altered, &place) {
                    Ok(_) => lied += 1,
                    Err(reason) => assert!(reason.contains("s.mk: "), "{name} {at} {row}: {reason}"),
                }
            }
        }
    }
    assert!(lied > 50, "{lied}");
}
