//! Parquet that is damaged, or made to do harm: it gives an error or all of its rows.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use modelkin::model::{Record, Reject};
use modelkin::source::{self, Kind};

use crate::program::Place;
use crate::sources::{alone, whole};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

/// Runs an import within 2 GB, and gives what it says.
fn refused(place: &Place, name: &str) -> String {
    let ran = place.run(&["import", "--as", "hub-stats", name, "-o", "out"]);
    assert_eq!(ran.code, 1, "{name}: {} {}", ran.out, ran.err);
    assert_eq!(ran.err.trim_end().lines().count(), 1, "{name}: {}", ran.err);
    ran.err.trim_end().to_owned()
}

#[test]
fn files_that_did_harm_say_what_is_wrong_and_where() {
    let place = Place::new();
    let damaged = |place: &str, what: &str| format!("{place}: {what}; fetch the file again");
    let page = |column: &str, what: &str| damaged("row group 1", &format!("no readable Parquet ({column}: {what})"));
    let size = |column: &str, what: &str| damaged(&format!("row group 1, column {column}"), what);
    let other_type = |column: u8| {
        damaged(&format!("its footer, row group 1, column {column}"), "has not the type that the schema says")
    };
    for (name, expected) in [
        ("crcbad", page("column id, page 1", "Page CRC checksum mismatch")),
        ("panic_b", page("column id, page 1", "numbers of more than 32 bits")),
        ("rg_250_421", damaged("its footer", "says 250 rows, and its row groups have 125 of them")),
        ("0c591959580d4c955e", other_type(2)),
        ("46bdcb2be82565e593", size("id", "says -1 bytes from 4 on, and the file has 735")),
        ("5b6aa72b67a371b6ad", damaged("its footer", "cannot be read: it is cut, or none")),
        ("7b3db24b89ced1d55e", other_type(3)),
        ("bf7218351cb6596c7e", other_type(3)),
        ("ec4cba95288cb21f5b", size("id", "says 96 bytes from -2 on, and the file has 606")),
    ] {
        let name = format!("{name}.parquet");
        place.file(&name, fs::read(fixture("hostile").join(&name)).unwrap());
        assert_eq!(refused(&place, &name), format!("error: {name}, {expected}"));
    }
}

/// Nothing of a panic in the crate is printed, nor ends the program.
#[test]
fn where_the_crate_gives_up_the_file_is_named() {
    let place = Place::new();
    let mut bytes = fs::read(fixture("bare.parquet")).unwrap();
    // The numbers of this column lie there as they are, and the head of its page says now that they lie in a dictionary.
    let head = [0x15, 0x22, 0x15, 0, 0x15, 6, 0x15, 6];
    let at = 1005 + bytes[1005..].windows(8).position(|part| part == head).unwrap();
    bytes[at + 3] = 2 * DICTIONARY as u8;
    place.file("x.parquet", bytes);
    let expected = "error: x.parquet, row 1, row group 1: no readable Parquet (column downloadsAllTime: its reader gave up: \
                    Decoder for dict should have been set); fetch the file again";
    assert_eq!(refused(&place, "x.parquet"), expected);
}

/// Everything that a file gives, in its order.
fn rows(path: &Path) -> Result<Vec<Result<Record<'static>, Reject>>, source::Error> {
    let mut found = Vec::new();
    for source in source::find(path, Some(Kind::HubStats))? {
        source.read(&mut |record| found.push(record.map(Record::into_owned)))?;
    }
    Ok(found)
}

/// Changes bytes, cuts, doubles, takes out or moves some, as a bad disk and a bad line do.
fn mutant(bytes: &[u8], rng: &mut fastrand::Rng) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..rng.usize(1..4) {
        // Half of all in the footer, where most is said.
        let from = if rng.bool() { bytes.len() * 2 / 3 } else { 0 };
        let at = rng.usize(from..bytes.len());
        let most = bytes.len() - at;
        let length = rng.usize(1..=most.min(40));
        match rng.u8(0..12) {
            0 => bytes.truncate(at.max(20)),
            1 => drop(bytes.drain(at..at + length.min(most - 1))),
            2 => {
                let twice = bytes[at..at + length].to_vec();
                bytes.splice(at..at, twice);
            }
            3 => bytes[at..at + length].fill(0),
            4 => {
                let to = rng.usize(0..bytes.len() - length);
                bytes.copy_within(at..at + length, to);
            }
            5 => bytes[at] = bytes[at].wrapping_add(1),
            6 => bytes[at] = bytes[at].wrapping_sub(1),
            7 | 8 => bytes[at] ^= 1 << rng.u8(0..8),
            9 => bytes[at] = 0xff,
            _ => bytes[at] = rng.u8(..),
        }
    }
    bytes
}

/// A mutant gives an error, or as many rows as there were: those that there were where its pages have checksums. Both readers
/// agree.
#[test]
fn no_row_of_a_mutant_is_lost_in_silence() {
    let place = Place::new();
    let mut rng = fastrand::Rng::with_seed(15);
    let (mut read, mut tried) = (0, 0);
    for (name, has_sums, times) in [("checked", true, 500), ("delta", false, 250), ("bare", false, 250)] {
        let file = fs::read(fixture(&format!("{name}.parquet"))).unwrap();
        let path = place.file("whole.parquet", &file);
        let rows_of = rows(&path).unwrap();
        for number in 0..times {
            let bytes = mutant(&file, &mut rng);
            if bytes == file {
                continue;
            }
            tried += 1;
            let path = place.file("mutant.parquet", &bytes);
            let found = rows(&path);
            let links = alone(&path, Some(Kind::HubStats));
            match found {
                Ok(found) => {
                    read += 1;
                    let is_same = if has_sums { found == rows_of } else { found.len() == rows_of.len() };
                    assert!(is_same, "{name} {number}: {found:#?}");
                    let whole = whole(&path, Some(Kind::HubStats)).unwrap();
                    assert_eq!(links.map_err(|error| error.to_string()), Ok(whole), "{name} {number}");
                }
                Err(error) => {
                    let said = error.to_string();
                    assert!(said.starts_with(&path.display().to_string()), "{name} {number}: {said}");
                    // Whoever reads fewer columns may see less of the damage, in a file that has more of them.
                    assert!(links.is_err() || name == "bare", "{name} {number}: {said}");
                }
            }
        }
    }
    assert!(tried > 990 && (50..500).contains(&read), "{read} of {tried} were read");
}

/// Thrift's compact protocol, as it is written.
#[derive(Default)]
struct Thrift(Vec<u8>);

impl Thrift {
    fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    /// Begins a field that is so many numbers behind the one before.
    fn int(mut self, step: u8, kind: u8, number: i64) -> Thrift {
        self.0.push(step << 4 | kind);
        self.number((number << 1 ^ number >> 63) as u64);
        self
    }

    fn text(mut self, step: u8, text: &str) -> Thrift {
        self.0.push(step << 4 | 8);
        self.number(text.len() as u64);
        self.0.extend(text.bytes());
        self
    }

    fn list(mut self, step: u8, kind: u8, elements: &[Vec<u8>]) -> Thrift {
        self.0.extend([step << 4 | 9, 0xf0 | kind]);
        self.number(elements.len() as u64);
        self.0.extend(elements.concat());
        self
    }

    fn inner(mut self, step: u8, fields: Thrift) -> Thrift {
        self.0.push(step << 4 | 12);
        self.0.extend(fields.end());
        self
    }

    fn end(mut self) -> Vec<u8> {
        self.0.push(0);
        self.0
    }
}

const I32: u8 = 5;
const I64: u8 = 6;
/// Encodings and packings by their numbers.
const DELTA_LENGTHS: i64 = 6;
const DELTA_TEXTS: i64 = 7;
const DICTIONARY: i64 = 8;
const NONE: i64 = 0;
const GZIP: i64 = 2;
const ZSTD: i64 = 6;

/// A file with one column of ids and three rows, each number of which may be a lie.
struct Made {
    schema: Vec<Vec<u8>>,
    rows: i64,
    values: i64,
    packing: i64,
    first: i64,
    length: Option<i64>,
    pages: Vec<u8>,
}

impl Made {
    fn new() -> Made {
        let page = b"\x03\0\0\0a/b\x03\0\0\0a/c\x03\0\0\0a/d";
        Made {
            schema: vec![group("schema", 1), Thrift::default().int(1, I32, 6).int(2, I32, 0).text(1, "id").end()],
            rows: 3,
            values: 3,
            packing: NONE,
            first: 4,
            length: None,
            pages: [data(page.len() as i64, page.len() as i64, 3, 0), page.to_vec()].concat(),
        }
    }

    fn bytes(self) -> Vec<u8> {
        let length = self.length.unwrap_or(self.pages.len() as i64);
        let mut bytes = [b"PAR1".to_vec(), self.pages].concat();
        let path = [2, b'i', b'd'].to_vec();
        let chunk = Thrift::default().int(1, I32, 6).list(1, I32, &[vec![0], vec![4]]).list(1, 8, &[path]);
        let chunk = chunk.int(1, I32, self.packing).int(1, I64, self.values).int(1, I64, 0).int(1, I64, length);
        let chunk = Thrift::default().int(2, I64, 0).inner(1, chunk.int(2, I64, self.first)).end();
        let group = Thrift::default().list(1, 12, &[chunk]).int(1, I64, 0).int(1, I64, self.rows).end();
        let footer = Thrift::default().int(1, I32, 1).list(1, 12, &self.schema).int(1, I64, self.rows);
        let footer = footer.list(1, 12, &[group]).end();
        bytes.extend(&footer);
        bytes.extend((footer.len() as u32).to_le_bytes());
        bytes.extend(b"PAR1");
        bytes
    }
}

/// Columns in which so many others are.
fn group(name: &str, children: i64) -> Vec<u8> {
    Thrift::default().int(3, I32, 0).text(1, name).int(1, I32, children).end()
}

/// The head of a page of texts.
fn data(unpacked: i64, packed: i64, values: i64, encoding: i64) -> Vec<u8> {
    let of_data = Thrift::default().int(1, I32, values).int(1, I32, encoding).int(1, I32, 3).int(1, I32, 3);
    Thrift::default().int(1, I32, 0).int(1, I32, unpacked).int(1, I32, packed).inner(2, of_data).end()
}

/// The head of a dictionary.
fn dictionary(size: i64, values: i64) -> Vec<u8> {
    let of_texts = Thrift::default().int(1, I32, values).int(1, I32, 0);
    Thrift::default().int(1, I32, 2).int(1, I32, size).int(1, I32, size).inner(4, of_texts).end()
}

/// A page of texts that is as its head says.
fn page(bytes: &[u8], values: i64, encoding: i64) -> Vec<u8> {
    let size = bytes.len() as i64;
    [data(size, size, values, encoding), bytes.to_vec()].concat()
}

fn gzip_of_zeros(size: usize) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(&vec![0; size]).unwrap();
    packed.finish().unwrap()
}

/// Numbers as their differences, of 16 bits each.
fn differences(count: u64, numbers: &[i64]) -> Vec<u8> {
    let signed = |number: i64| (number << 1 ^ number >> 63) as u64;
    let mut out = Thrift(vec![0x80, 1, 4]);
    out.number(count);
    out.number(signed(numbers[0]));
    let steps: Vec<i64> = numbers.windows(2).map(|pair| pair[1] - pair[0]).collect();
    for block in steps.chunks(128) {
        let least = *block.iter().min().unwrap();
        out.number(signed(least));
        out.0.extend([16; 4]);
        let places = block.len().next_multiple_of(32);
        let steps = block.iter().map(|step| step - least).chain(std::iter::repeat(0)).take(places);
        out.0.extend(steps.flat_map(|step| (step as u16).to_le_bytes()));
    }
    out.0
}

/// What the crate would believe: it takes gigabytes, goes too deep or panics.
#[test]
fn a_file_that_says_more_than_it_can_hold_is_refused() {
    let place = Place::new();
    let path = place.file("x.parquet", Made::new().bytes());
    assert_eq!(rows(&path).unwrap().len(), 3);
    let made = Made::new;
    let many = 1 << 40;
    let most = i64::from(i32::MAX);
    let with = |pages: Vec<Vec<u8>>| Made { pages: pages.concat(), ..made() };
    let text = b"\x03\0\0\0a/b".to_vec();
    // A run says that the first text of the dictionary stands there so often.
    let run = |times: u64| {
        let mut run = Thrift(vec![1]);
        run.number(times << 1);
        [run.0, vec![0]].concat()
    };
    let (few, lots) = (run(3), run(1 << 30));
    let bomb = [gzip_of_zeros(1 << 20), vec![7; 300_000]].concat();
    let size = bomb.len() as i64;
    let lengths = |count| [differences(count, &[3, 3, 3]), b"a/ba/ca/d".to_vec()].concat();
    let (right, wrong) = (lengths(3), lengths(1 << 61));
    let begins = |count: u64, length: i64| {
        let others = || std::iter::repeat_n(0, count as usize - 1);
        let prefixes: Vec<i64> = [0].into_iter().chain(others().map(|_| length)).collect();
        let suffixes: Vec<i64> = [length].into_iter().chain(others()).collect();
        let text = [b"a/b".to_vec(), vec![b'c'; length as usize - 3]].concat();
        [differences(count, &prefixes), differences(count, &suffixes), text].concat()
    };
    let large = [(70u32 << 20).to_le_bytes().to_vec(), vec![b'x'; 70 << 20]].concat();
    let packed = zstd::encode_all(&large[..], 1).unwrap();
    let large = [data(large.len() as i64, packed.len() as i64, 1, 0), packed].concat();
    let (short, long) = (begins(3, 4), begins(4000, 10_000));
    for (expected, made) in [
        ("its footer: says 1099511627776 rows, more than the", Made { rows: many, values: many, ..made() }),
        ("its footer: says numbers of rows that cannot be", Made { rows: -3, ..made() }),
        ("row group 1, column id: says 4 values in 3 rows", Made { values: 4, ..made() }),
        ("row group 1, column id: says 38 bytes from 4611686018427387904 on", Made { first: 1 << 62, ..made() }),
        ("row group 1, column id: says 9223372036854775807 bytes from 4 on", Made { length: Some(i64::MAX), ..made() }),
        ("column id, page 1: no readable head", Made { length: Some(7), ..made() }),
        ("column id, page 2: no readable head", Made { length: Some(40), ..made() }),
        ("says that `schema` has 2147483647 columns in it", Made { schema: vec![group("schema", most); 2], ..made() }),
        ("its footer: nests columns deeper than 32", Made { schema: vec![group("x", 1); 60_000], ..made() }),
        ("column id, page 1: no readable head", with(vec![data(-1, 8, 3, 0), text.clone()])),
        ("column id, page 1: 2147483647 bytes of it", with(vec![data(8, most, 3, 0), text.clone()])),
        (
            "page 1: 3 values in 2147483647 bytes, more than such",
            Made { packing: ZSTD, ..with(vec![data(most, 8, 3, 0), vec![0; 8]]) },
        ),
        (
            "column id, page 1: a text of more than 16 MiB",
            Made { rows: 1, values: 1, packing: ZSTD, ..with(vec![large]) },
        ),
        (
            "page 1: unpacked it is larger than 30 bytes",
            Made { packing: GZIP, ..with(vec![data(30, size, 3, 0), bomb]) },
        ),
        (
            "page 1: 2147483647 texts or numbers in 7 bytes",
            with(vec![dictionary(7, most), text.clone(), page(&few, 3, DICTIONARY)]),
        ),
        ("its pages have 1 values, and the footer says 3", with(vec![data(7, 7, 1, 0), text.clone()])),
        (
            "page 2: 1073741824 values in 7 bytes, more than such",
            with(vec![dictionary(7, 1), text.clone(), page(&lots, 1 << 30, DICTIONARY)]),
        ),
        (
            "column id, page 1: a page's numbers end too early, or are others",
            with(vec![page(&wrong, 3, DELTA_LENGTHS)]),
        ),
        (
            "column id, page 1: the texts of a page are longer than it can hold",
            Made { rows: 4000, values: 4000, ..with(vec![page(&long, 4000, DELTA_TEXTS)]) },
        ),
    ] {
        place.file("y.parquet", made.bytes());
        let said = refused(&place, "y.parquet");
        assert!(said.contains(expected) && said.ends_with("; fetch the file again"), "{expected}: {said}");
    }
    for made in [
        with(vec![dictionary(7, 1), text, page(&few, 3, DICTIONARY)]),
        with(vec![page(&right, 3, DELTA_LENGTHS)]),
        with(vec![page(&short, 3, DELTA_TEXTS)]),
    ] {
        let path = place.file("z.parquet", made.bytes());
        assert_eq!(rows(&path).unwrap().len(), 3);
    }
}
