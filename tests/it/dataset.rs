//! Files of data sets, fetched from a stand-in: the same snapshot as of the file itself, whatever happens on the way.

use std::collections::BTreeSet;
use std::fs;
use std::sync::OnceLock;
use std::time::Duration;

use modelkin::snapshot::Taken;
use modelkin::source::digest_bytes;
use modelkin::source::synthetic::{Shape, Synthetic};
use parquet::file::reader::{FileReader, SerializedFileReader};

use crate::crawl::{Place, Ran, TOKEN, ended};
use crate::hub::dataset::{Asked, FILE, Files, REPOSITORY, Version, Ways};
use crate::hub::dump::{self, Width};

const ADDRESS: &str = "hf://datasets/someone/stats/data/models.parquet";

/// A dump with the columns of the real one, and the digest of the snapshot that is made of the file itself.
fn dump() -> (Vec<u8>, String) {
    static DUMP: OnceLock<(Vec<u8>, String)> = OnceLock::new();
    DUMP.get_or_init(|| {
        let mut bytes = Vec::new();
        dump::write(&Synthetic::new(9_000, Shape::Hub, 7), Width::Real, 4_000, &mut bytes).unwrap();
        let digest = of_file(&bytes, "models.parquet");
        (bytes, digest)
    })
    .clone()
}

/// The digest of the snapshot of a file of this machine.
fn of_file(bytes: &[u8], name: &str) -> String {
    let place = Place::at("http://127.0.0.1:9".into());
    fs::write(place.path(name), bytes).unwrap();
    let ran = place.run(&["import", name, "-o", "local.modelkin"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    place.snapshot("local.modelkin").provenance().digest.clone()
}

/// Bytes of the columns that are read, and of the footer.
fn needed(bytes: &[u8]) -> u64 {
    const BESIDE: &[&str] = &[
        "author",
        "config",
        "gguf",
        "siblings",
        "spaces",
        "transformersInfo",
        "private",
        "model_index",
        "widgetData",
        "trendingScore",
        "lastModified",
    ];
    let footer = u32::from_le_bytes(bytes[bytes.len() - 8..bytes.len() - 4].try_into().unwrap());
    let reader = SerializedFileReader::new(bytes::Bytes::from(bytes.to_vec())).unwrap();
    let groups = reader.metadata().row_groups().iter();
    let chunks = groups.flat_map(|group| group.columns());
    let chunks = chunks.filter(|chunk| !BESIDE.contains(&chunk.column_path().parts()[0].as_str()));
    u64::from(footer) + 8 + chunks.map(|chunk| chunk.compressed_size() as u64).sum::<u64>()
}

fn one(bytes: &[u8], ways: Ways) -> Files {
    Files::start(vec![Version::new(1, "2026-03-15T06:00:00.000Z", bytes.to_vec())], ways)
}

/// The token went to the Hub alone, and nothing that is secret was said.
fn is_discreet(log: &[Asked], ran: &Ran) {
    assert!(log.iter().all(|asked| !asked.is_cdn || asked.token.is_none()), "{log:?}");
    let bearer = format!("Bearer {TOKEN}");
    assert!(log.iter().all(|asked| asked.is_cdn || asked.token.as_ref() == Some(&bearer)), "{log:?}");
    for said in [&ran.out, &ran.err] {
        assert!(!said.contains("secret") && !said.contains(TOKEN), "{said}");
    }
}

#[test]
fn a_file_of_a_data_set_gives_the_snapshot_of_the_file_itself() {
    let (bytes, digest) = dump();
    let ways = Ways::default;
    let versions = |ways: &Ways| {
        let first = Version::new(1, "2026-03-15T06:00:00.000Z", bytes.clone());
        // If main is asked for again, something else stands there.
        let moved = Version::new(2, "2026-03-16T06:00:00.000Z", b"not this".to_vec());
        if ways.moves { vec![first, moved] } else { vec![first] }
    };
    for (name, ways, by_columns) in [
        ("plain", ways(), true),
        ("expiring", Ways { holds: 2, ..ways() }, true),
        ("expiring, and main moves", Ways { holds: 1, moves: true, ..ways() }, true),
        ("cut", Ways { cuts: 2, ..ways() }, true),
        ("other bytes", Ways { shifts: 3, ..ways() }, true),
        ("busy", Ways { busy: 3, ..ways() }, true),
        ("without ranges", Ways { ignores_ranges: true, ..ways() }, false),
        ("without ranges, and cut", Ways { ignores_ranges: true, cuts_at: 2, ..ways() }, false),
        ("without a digest", Ways { is_bare: true, cuts: 2, ..ways() }, false),
        ("small", Ways { is_small: true, ..ways() }, false),
    ] {
        let files = Files::start(versions(&ways), ways);
        let place = Place::at(files.address());
        let ran = place.run(&["import", ADDRESS, "-o", "out.modelkin"]);
        let log = files.log();
        assert_eq!(ran.code, 0, "{name}: {}\n{log:?}", ran.err);
        let snapshot = place.snapshot("out.modelkin");
        let provenance = snapshot.provenance();
        assert_eq!(provenance.digest, digest, "{name}");
        let [source] = &provenance.sources[..] else { panic!("{name}: {:?}", provenance.sources) };
        assert_eq!(source.path, format!("hf://datasets/{REPOSITORY}@{:040x}/{FILE}", 1), "{name}");
        assert_eq!((source.kind.as_str(), source.bytes), ("hub-stats", bytes.len() as u64), "{name}");
        assert_eq!(source.sha256, digest_bytes(&bytes).sha256, "{name}");
        assert_eq!(place.files(), ["out.modelkin"], "{name}");
        is_discreet(&log, &ran);
        let fetched: u64 =
            log.iter().filter(|asked| asked.is_cdn && asked.status == 206).map(|asked| asked.bytes).sum();
        let needed = needed(&bytes);
        assert!(needed * 2 < bytes.len() as u64);
        if by_columns {
            assert!(fetched >= needed && fetched * 100 <= needed * 115, "{name}: {fetched} bytes for {needed}");
            assert!(ran.err.contains("the columns that are needed"), "{name}: {}", ran.err);
        } else if !log.iter().any(|asked| asked.path.contains("resolve-cache")) {
            assert!(ran.err.contains("the whole file is fetched, since its server"), "{name}: {}", ran.err);
        }
    }
}

#[test]
fn a_fetch_goes_on_wherever_it_is_killed() {
    let (bytes, digest) = dump();
    for ways in [Ways::default(), Ways { is_bare: true, ..Ways::default() }] {
        let slow = Ways { slow: Duration::from_millis(15), ..ways.clone() };
        let files = one(&bytes, slow);
        let place = Place::at(files.address());
        let mut states = BTreeSet::new();
        for moment in 0..20 {
            let mut child = place.command(&["import", ADDRESS, "-o", "out.modelkin"]).spawn().unwrap();
            std::thread::sleep(Duration::from_millis(40 + 25 * moment));
            child.kill().unwrap();
            let ran = ended(child);
            states.insert(ran.err.contains("goes on after"));
            if place.path("out.modelkin").exists() {
                assert_eq!(place.snapshot("out.modelkin").provenance().digest, digest);
            }
        }
        files.set(ways);
        let ran = place.run(&["import", ADDRESS, "-o", "out.modelkin"]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        assert_eq!(place.snapshot("out.modelkin").provenance().digest, digest);
        assert_eq!(place.files(), ["out.modelkin"]);
        assert!(states.contains(&true) || ran.err.contains("goes on after"), "{states:?} {}", ran.err);
    }
}

#[test]
fn the_state_of_a_day_is_the_last_commit_of_that_day_or_before() {
    let version = |number, date: &str| {
        let row = format!("{{\"id\":\"a/m{number}\",\"createdAt\":\"2024-01-0{number}\"}}\n");
        Version::new(number, date, row.into_bytes())
    };
    let versions = vec![
        version(5, "2026-03-16T00:00:00.000Z"),
        version(4, "2026-03-15T23:59:59.000Z"),
        version(3, "2026-03-15T06:00:00.000Z"),
        version(2, "2026-03-12T06:00:00.000Z"),
        version(1, "2026-03-11T06:00:00.000Z"),
    ];
    let ways = Ways { named: Some((REPOSITORY, "rows.jsonl")), ..Ways::default() };
    let files = Files::start(versions, ways);
    let place = Place::at(files.address());
    let address = "hf://datasets/someone/stats/rows.jsonl";
    for (day, model, taken) in [
        ("2026-03-15", "a/m4", 1_773_619_199_000),
        ("2026-03-14", "a/m2", 1_773_295_200_000),
        ("2027-01-01", "a/m5", 1_773_619_200_000),
    ] {
        let ran = place.run(&["import", address, "--at", day, "-o", "out.modelkin"]);
        assert_eq!(ran.code, 0, "{day}: {}", ran.err);
        let snapshot = place.snapshot("out.modelkin");
        assert_eq!(snapshot.rows().map(|row| snapshot.id(row).to_owned()).collect::<Vec<_>>(), [model], "{day}");
        assert_eq!(
            (snapshot.provenance().taken, snapshot.provenance().taken_from),
            (Some(taken), Taken::Given),
            "{day}"
        );
    }
    let ran = place.run(&["import", address, "--at", "2026-03-10", "-o", "none.modelkin"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("its history goes back to 2026-03-11"), "{}", ran.err);
    fs::write(place.path("x.jsonl"), "{\"id\":\"a/b\"}").unwrap();
    let ran = place.run(&["import", "x.jsonl", "--at", "2026-03-10", "-o", "none.modelkin"]);
    assert_eq!(ran.code, 2, "{}", ran.err);
    assert_eq!(place.files(), ["out.modelkin", "x.jsonl"]);
}

#[test]
fn any_kind_of_source_is_fetched_from_any_web_address() {
    let rows =
        "{\"id\":\"a/base\"}\n{\"id\":\"b/ft\",\"tags\":[\"base_model:finetune:a/base\"]}\nnonsense\n".repeat(2000);
    let packed = zstd::encode_all(rows.as_bytes(), 1).unwrap();
    let edges = b"a/base -> b/ft : finetune\n".to_vec();
    let card = b"---\nbase_model: a/base\n---\n".to_vec();
    for (name, bytes) in
        [("rows.jsonl.zst", packed), ("links.edges", edges), ("b--ft.md", card), ("plain.parquet", dump().0)]
    {
        let expected = of_file(&bytes, name);
        let files = one(&bytes, Ways { named: Some((REPOSITORY, name)), cuts: 2, ..Ways::default() });
        // Not the endpoint: no token goes there.
        let place = Place::at("http://127.0.0.1:9".into());
        let address = format!("{}/datasets/{REPOSITORY}/resolve/main/{name}?download=true", files.address());
        let ran = place.run(&["import", &address, "-o", "out.modelkin"]);
        let log = files.log();
        assert_eq!(ran.code, 0, "{name}: {}\n{log:?}", ran.err);
        assert!(log.iter().all(|asked| asked.token.is_none()));
        let snapshot = place.snapshot("out.modelkin");
        assert_eq!(snapshot.provenance().digest, expected, "{name}");
        if !name.ends_with(".md") {
            assert_eq!(snapshot.provenance().sources[0].sha256, digest_bytes(&bytes).sha256, "{name}");
        }
        let label = address.strip_suffix("?download=true").unwrap();
        assert_eq!(snapshot.provenance().sources[0].path, label);
        if name.starts_with("rows") {
            assert!(ran.out.contains(&format!("{label}, line 3: ")), "{}", ran.out);
        }
    }
}

#[test]
fn what_cannot_be_fetched_is_said_and_leaves_nothing() {
    let (bytes, _) = dump();
    let ways = Ways::default;
    let zeros = "0".repeat(64);
    for (ways, address, expected) in [
        (
            Ways { refuses: Some((401, "RepoNotFound", "Invalid username or password.")), ..ways() },
            ADDRESS,
            "hf://datasets/someone/stats/data/models.parquet: no such data set, or a private one",
        ),
        (
            Ways { refuses: Some((403, "GatedRepo", "Access to dataset is restricted")), ..ways() },
            ADDRESS,
            "is gated: ask for access on its page",
        ),
        (ways(), "hf://datasets/someone/stats/other.parquet", "there is no such file in it"),
        (ways(), "hf://datasets/someone/stats@v9/data/models.parquet", "there is no such revision of it"),
        (ways(), "hf://datasets/nobody/stats/data/models.parquet", "no such data set, or a private one"),
        (ways(), "hf://datasets/someone/stats", "write it as hf://datasets/OWNER/NAME/PATH"),
        (ways(), "s3://bucket/models.parquet", "s3://bucket/models.parquet: an address of no kind that is read"),
        (Ways { shifts: 1, ..ways() }, ADDRESS, "is of other bytes (Content-Range: bytes 1-10/"),
        (Ways { grows: 2, ..ways() }, ADDRESS, "changed while it was fetched: it has"),
        (Ways { leads_to: Some("ftp://127.0.0.1/x".into()), ..ways() }, ADDRESS, "a redirect to an unsafe address"),
        (Ways { leads_to: Some("file:///etc/passwd".into()), ..ways() }, ADDRESS, "a redirect to an unsafe address"),
        (
            Ways { ignores_ranges: true, lies: Some(zeros), ..ways() },
            ADDRESS,
            "what arrived is not what its server's digest says",
        ),
    ] {
        let files = one(&bytes, ways.clone());
        let place = Place::at(files.address());
        let ran = place.run(&["import", address, "-o", "out.modelkin"]);
        assert_eq!(ran.code, 1, "{ways:?}: {}", ran.err);
        assert!(ran.err.contains(expected), "{expected}: {}", ran.err);
        assert!(!ran.err.contains("secret"), "{}", ran.err);
        if ways.lies.is_none() && ways.shifts == 0 {
            assert!(place.files().is_empty(), "{ways:?}: {:?}", place.files());
        }
    }
    // After a digest that was wrong, the next run begins anew.
    let files = one(&bytes, Ways { ignores_ranges: true, lies: Some("0".repeat(64)), ..ways() });
    let place = Place::at(files.address());
    assert_eq!(place.run(&["import", ADDRESS, "-o", "out.modelkin"]).code, 1);
    files.set(ways());
    let ran = place.run(&["import", ADDRESS, "-o", "out.modelkin"]);
    assert!(ran.code == 0 && !ran.err.contains("goes on"), "{}", ran.err);
    assert_eq!(place.files(), ["out.modelkin"]);
    let files = one(&bytes, ways());
    let place = Place::at(files.address());
    let mut command = place.command(&["import", ADDRESS, "-o", "out.modelkin"]);
    let ran = ended(command.env("HF_HUB_OFFLINE", "1").spawn().unwrap());
    assert_eq!((ran.code, files.log().len()), (2, 0), "{}", ran.err);
    assert!(ran.err.contains("HF_HUB_OFFLINE is set"), "{}", ran.err);
    // A folder that is somebody else's is left alone.
    fs::create_dir(place.path("out.modelkin.fetch")).unwrap();
    fs::write(place.path("out.modelkin.fetch/mine"), "precious").unwrap();
    let ran = place.run(&["import", ADDRESS, "-o", "out.modelkin"]);
    assert!(ran.code == 1 && ran.err.contains("holds mine and is no folder of a fetch"), "{}", ran.err);
    assert_eq!(fs::read(place.path("out.modelkin.fetch/mine")).unwrap(), b"precious");
}

#[test]
fn another_import_at_work_is_said_and_nothing_of_it_is_called_ours() {
    let (bytes, digest) = dump();
    let files = one(&bytes, Ways { slow: Duration::from_millis(60), ..Ways::default() });
    let place = Place::at(files.address());
    let args = ["import", ADDRESS, "-o", "out.modelkin"];
    let first = place.command(&args).spawn().unwrap();
    while !place.path("out.modelkin.fetch/fetch.json").exists() {
        std::thread::sleep(Duration::from_millis(5));
    }
    let ran = place.run(&args);
    assert!(ran.code == 1 && ran.err.contains("out.modelkin.fetch: another import is at work here"), "{}", ran.err);
    assert!(!ran.err.contains("goes on") && !ran.err.contains("is kept"), "{}", ran.err);
    files.set(Ways::default());
    let first = ended(first);
    assert_eq!(first.code, 0, "{}", first.err);
    assert_eq!(place.snapshot("out.modelkin").provenance().digest, digest);
}

#[test]
fn the_whole_hub_is_one_word_and_a_stale_dump_is_told() {
    let (bytes, digest) = dump();
    let ways = Ways { named: Some(("cfahlgren1/hub-stats", "models.parquet")), ..Ways::default() };
    let version = |date: &str| Version::new(1, date, bytes.clone());
    let files = Files::start(vec![version("2026-10-02T06:00:00.000Z")], ways);
    let place = Place::at(files.address());
    let ran = place.run(&["import", "hub", "-o", "out.modelkin"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(place.snapshot("out.modelkin").provenance().digest, digest);
    assert!(
        ran.out.contains("\nnewest model of 2026-09-30\n") || ran.out.contains("\nnewest model of 2026-10-01\n"),
        "{}",
        ran.out
    );
    // The made-up Hub ends with 2026-10-01, and its clock stands.
    let at = |seconds: &str| {
        let mut command = place.command(&["import", "hub", "-o", "out.modelkin"]);
        ended(command.env("SOURCE_DATE_EPOCH", seconds).spawn().unwrap()).err
    };
    assert!(!at("1790985600").contains("stale"), "2026-10-03");
    assert!(at("1791417600").contains("the data set is stale; `modelkin crawl` asks the Hub itself"), "2026-10-08");
    let ran = place.run(&["import", "hub", "--at", "2026-10-02", "-o", "out.modelkin"]);
    assert!(ran.code == 0 && !ran.err.contains("stale"), "{}", ran.err);
    // A file of that name is meant, where there is one.
    fs::write(place.path("hub"), "{\"id\":\"a/b\"}\n").unwrap();
    let ran = place.run(&["import", "hub", "-o", "out.modelkin"]);
    assert!(ran.code == 0 && ran.out.starts_with("hub (jsonl): 1 record,"), "{} {}", ran.out, ran.err);
}

#[test]
fn a_file_is_fetched_from_its_hub_or_where_its_files_may_lie() {
    let (bytes, digest) = dump();
    let files = one(&bytes, Ways::default());
    let place = Place::at(files.address());
    let import = |hosts: &str| {
        let mut command = place.command(&["import", ADDRESS, "-o", "out.modelkin"]);
        ended(command.env("MODELKIN_FILE_HOSTS", hosts).spawn().unwrap())
    };
    let ran = import("");
    let (own, said) = (files.address().replace("http://", ""), " leads to 127.0.0.1:");
    assert!(ran.code == 1 && ran.err.contains(&format!("{own}{said}")), "{}", ran.err);
    let store = ran.err.split("MODELKIN_FILE_HOSTS=").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    assert!(files.log().iter().all(|asked| !asked.is_cdn));
    is_discreet(&files.log(), &ran);
    let ran = import(&store);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(place.snapshot("out.modelkin").provenance().digest, digest);
    is_discreet(&files.log(), &ran);
}
