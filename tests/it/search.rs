//! Models by words of their ids: what is found is what a look at every id finds, with an index that is kept or made, in any case and
//! order.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use std::thread;

use fastrand::Rng;
use modelkin::ask::{Answer, Atlas, Contradiction, Error, Facts, Filter, Question, Search, Tables};
use modelkin::census::{self, Counted, Counting, Part};
use modelkin::import;
use modelkin::ink::Format;
use modelkin::lineage::Lineage;
use modelkin::model::WordList;
use modelkin::reference::Family;
use modelkin::search::{Found, Matches};
use modelkin::snapshot::{Row, Snapshot};
use proptest::prelude::*;

use crate::program::Place;
use crate::support::{any_lineage, snapshot, with_aliases};

fn atlas(snapshot: &Snapshot) -> Atlas {
    Atlas::new(snapshot, Tables::built_in().unwrap())
}

fn ask(atlas: &Atlas, text: &str, most: Option<usize>) -> Answer {
    atlas.ask(&Question::Search(Search { text: text.into(), most, nearest: false })).unwrap()
}

fn found(atlas: &Atlas, text: &str, most: Option<usize>) -> Found {
    match ask(atlas, text, most).facts() {
        Facts::Found { found, .. } => found.clone(),
        other => panic!("{other:?}"),
    }
}

fn ids(atlas: &Atlas, text: &str) -> Vec<String> {
    found(atlas, text, None).rows.into_iter().map(|row| atlas.snapshot().id(row).to_owned()).collect()
}

/// A look at every id.
struct Twin {
    lineage: Lineage,
    /// Each model with its id in lower case, best first.
    models: Vec<(Row, String)>,
}

impl Twin {
    fn new(snapshot: &Snapshot) -> Twin {
        let lineage = Lineage::from_snapshot(snapshot).unwrap();
        let models = snapshot.rows().filter(|row| snapshot.is_listed(*row) || snapshot.alias_of(*row).is_none());
        // By a walk from each, and not by the census.
        let below = |row: Row| if lineage.is_leaf(row) { 0 } else { lineage.below(&[row]).rows.len() };
        let mut models: Vec<(usize, Row, String)> =
            models.map(|row| (below(row), row, snapshot.id(row).to_ascii_lowercase())).collect();
        models.sort_by(|(below, _, id), (other, _, next)| other.cmp(below).then(id.cmp(next)));
        Twin { models: models.into_iter().map(|(_, row, id)| (row, id)).collect(), lineage }
    }

    fn search(&self, text: &str) -> Vec<Row> {
        let words: Vec<String> = text.split_whitespace().map(str::to_ascii_lowercase).collect();
        let has_all = |id: &str| words.iter().all(|word| id.contains(word));
        let mut rows: Vec<Row> = self.models.iter().filter(|(_, id)| has_all(id)).map(|(row, _)| *row).collect();
        if let Some(exact) = self.lineage.row(text.trim()) {
            rows.retain(|row| *row != exact);
            rows.insert(0, exact);
        }
        rows
    }
}

/// What somebody may type, mostly something that is there.
fn text(snapshot: &Snapshot, seed: &mut Rng) -> String {
    let id = |seed: &mut Rng| snapshot.id(seed.u32(..snapshot.len() as u32)).to_owned();
    let part = |seed: &mut Rng| {
        let id = id(seed);
        let length = seed.usize(1..=7).min(id.len());
        let from = seed.usize(..=id.len() - length);
        id[from..from + length].to_owned()
    };
    match seed.u8(..12) {
        0 => part(seed).to_ascii_uppercase(),
        1 => format!("{} {}", part(seed), part(seed)),
        2 => {
            let id = id(seed);
            let (one, other) = id.split_at(seed.usize(..=id.len()));
            format!(" {other}\t{one}\n")
        }
        3 => id(seed),
        4 => (0..seed.usize(1..6)).map(|_| seed.lowercase()).collect(),
        5 => (0..seed.usize(1..4)).map(|_| seed.char('!'..='~')).collect(),
        6 => seed.alphanumeric().to_string(),
        7 => format!("{}/{}", part(seed), part(seed)),
        8 => ["\u{212a}", "Ä", "a\u{1b}b", "\0", "模型", "..", "-a", "//", ":", "~"][seed.usize(..10)].into(),
        9 => format!("{} {0} {}", part(seed), seed.lowercase()),
        _ => part(seed),
    }
}

/// Compares searches of a snapshot with the twin's: as it is, and with an index that it keeps in a file.
fn compare(snapshot: &Snapshot, searches: usize, seed: u64) -> usize {
    let mut kept = snapshot.bare().unwrap();
    import::keep(&mut kept, &[]).unwrap();
    let place = Place::new();
    kept.write(&place.path("s.mk")).unwrap();
    let kept = Snapshot::open(&place.path("s.mk")).unwrap();
    assert_eq!(kept.kept_names().filter(|name| name.starts_with("search/")).count(), 4);
    let (made, kept, twin) = (atlas(&snapshot.bare().unwrap()), atlas(&kept), Twin::new(snapshot));
    let (mut seed, mut several) = (Rng::with_seed(seed), 0);
    for _ in 0..searches {
        let text = text(snapshot, &mut seed);
        if text.trim().is_empty() {
            continue;
        }
        let wanted = twin.search(&text);
        several += usize::from(wanted.len() > 1);
        let all = found(&made, &text, None);
        assert_eq!(all, Found { rows: wanted.clone(), matches: Matches::All(wanted.len() as u64) }, "{text:?}");
        assert_eq!(found(&kept, &text, None), all, "{text:?}");
        for most in [0, 1, 2, 20] {
            let some = found(&made, &text, Some(most));
            assert_eq!(some.rows, wanted[..wanted.len().min(most)], "{text:?}");
            match some.matches {
                Matches::All(matches) => assert_eq!(matches, wanted.len() as u64, "{text:?}"),
                Matches::AtLeast(matches) => {
                    assert!((some.rows.len() as u64..=wanted.len() as u64).contains(&matches), "{text:?} {matches}");
                }
            }
            assert_eq!(found(&kept, &text, Some(most)), some, "{text:?}");
        }
    }
    several
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_look_at_every_id_finds_the_same(text in any_lineage(), seed in any::<u64>()) {
        compare(&snapshot(&text), 40, seed);
    }
}

#[test]
fn a_look_at_every_id_of_the_sample_finds_the_same() {
    assert!(compare(&modelkin::sample().unwrap(), 150, 7) > 50);
}

/// Ids that are long, short, alike, without an owner, of another hub, in both cases, and cycles, merges and unlisted parents among them.
fn hostile(models: usize, seed: u64) -> Snapshot {
    let mut seed = Rng::with_seed(seed);
    let pieces = ["a", "A", "aa", "_", "__", "x.y", "q-4", "0", "ZZ", "a-a-a-a-a-a", "Qwen", "n", "9_9"];
    let mut names = HashSet::new();
    let mut text = String::new();
    let mut known: Vec<String> = Vec::new();
    while known.len() < models {
        let name: String = (0..seed.usize(1..9)).map(|_| pieces[seed.usize(..pieces.len())]).collect();
        let id = match seed.u8(..8) {
            0 => name,
            1 => format!("modelscope:{}/{name}", pieces[seed.usize(..3)]),
            2 => format!("{}/{}", "o".repeat(90), name),
            _ => format!("{}/{name}", ["a", "B", "aaa", "Q"][seed.usize(..4)]),
        };
        if names.insert(id.to_ascii_lowercase()) {
            known.push(id);
        }
    }
    for id in &known {
        let parent = &known[seed.usize(..known.len()).min(seed.usize(..known.len()))];
        match seed.u8(..6) {
            0 => text += &format!("{parent} -> {id} : finetune\n"),
            1 => text += &format!("?{parent}-gone -> {id} : merge\n{parent} -> {id} : merge\n"),
            _ => text += &format!("{id}\n"),
        }
    }
    snapshot(&text)
}

#[test]
fn a_look_at_every_hostile_id_finds_the_same() {
    for (models, seed) in [(1, 1), (31, 2), (33, 3), (700, 4), (5000, 5)] {
        compare(&hostile(models, seed), 120, seed);
    }
}

/// More blocks than are looked through where there is enough.
#[test]
fn frequent_words_are_not_counted_to_the_end() {
    let text: String = (0..140_000).map(|at| format!("o{}/m{at}\n", at % 7)).collect();
    let atlas = atlas(&snapshot(&text));
    let many = found(&atlas, "m", Some(20));
    assert_eq!(many.rows, (0..20).collect::<Vec<Row>>());
    assert!(matches!(many.matches, Matches::AtLeast(met) if (20..140_000).contains(&met)), "{many:?}");
    assert_eq!(found(&atlas, "m", None).matches, Matches::All(140_000));
    assert_eq!(found(&atlas, "o3 99999", Some(20)).matches, Matches::All(0));
    assert_eq!(ids(&atlas, "4/ 99999"), ["o4/m99999"]);
    assert_eq!(found(&atlas, "o6 m1 2", Some(5)).rows.len(), 5);
    let mut json = Vec::new();
    ask(&atlas, "m", Some(2)).report().unwrap().write(atlas.snapshot(), Format::Table, &mut json).unwrap();
    let told = String::from_utf8(json).unwrap();
    assert!(told.contains("2 of ") && told.contains(" or more found"), "{told}");
}

#[test]
fn words_stand_anywhere_in_any_order_and_case() {
    let atlas = atlas(&with_aliases(
        "a/Base-7B -> b/base-7b-GGUF : quantized\na/Base-7B -> c/x : finetune\n?gone/base -> c/x : merge\nd/base\ngpt2\nnew/name",
        &[("old/name", "new/name")],
    ));
    assert_eq!(ids(&atlas, "BASE"), ["a/Base-7B", "gone/base", "b/base-7b-GGUF", "d/base"]);
    assert_eq!(ids(&atlas, "gguf b/"), ["b/base-7b-GGUF"]);
    assert_eq!(ids(&atlas, "7b base base"), ["a/Base-7B", "b/base-7b-GGUF"]);
    assert_eq!(ids(&atlas, "e-7b-g"), ["b/base-7b-GGUF"]);
    // A whole id, an address and an old name put their model first.
    assert_eq!(ids(&atlas, " D/BASE "), ["d/base"]);
    assert_eq!(ids(&atlas, "https://huggingface.co/d/base/tree/main"), ["d/base"]);
    assert_eq!(ids(&atlas, "old/name"), ["new/name"]);
    assert_eq!(ids(&atlas, "gpt2"), ["gpt2"]);
    // An old name is none of a model, and no two ids are one text.
    assert_eq!(ids(&atlas, "name"), ["new/name"]);
    assert_eq!(ids(&atlas, "basegpt2"), Vec::<String>::new());
    let mut csv = Vec::new();
    ask(&atlas, "base c", None).report().unwrap();
    ask(&atlas, "gone", None).report().unwrap().write(atlas.snapshot(), Format::Csv, &mut csv).unwrap();
    let csv = String::from_utf8(csv).unwrap();
    assert_eq!(csv, "id,listed,descendants,direct,downloads_30d,relation,created\ngone/base,false,1,1,,,\n");
}

#[test]
fn a_search_without_words_or_for_no_model_is_told_so() {
    let atlas = atlas(&snapshot("a/base -> b/ft : finetune"));
    for text in ["", " \t\n", "\u{3000}"] {
        let search = Search { text: text.into(), ..Search::default() };
        let error = atlas.ask(&Question::Search(search)).unwrap_err();
        assert!(matches!(error, Error::Contradiction(Contradiction::NoWords)), "{error}");
    }
    let address = Search { text: "https://huggingface.co/datasets/a/b".into(), ..Search::default() };
    let error = atlas.ask(&Question::Search(address)).unwrap_err().to_string();
    assert!(error.contains("https://huggingface.co/datasets/a/b"), "{error}");
    let none = |nearest| Search { text: "a/bsae".into(), most: Some(20), nearest };
    let near = |nearest| match atlas.ask(&Question::Search(none(nearest))).unwrap().facts() {
        Facts::Found { near, found, .. } => (found.rows.len(), near.len()),
        other => panic!("{other:?}"),
    };
    assert_eq!((near(true), near(false)), ((0, 1), (0, 0)));
    let place = Place::new();
    place.file("l.edges", "a/base -> b/ft : finetune");
    assert_eq!(place.run(&["import", "l.edges", "-o", "s"]).code, 0);
    let ran = place.run(&["search", "a/bsae", "--snapshot", "s"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.starts_with("No id has all of these words.\n"), "{}", ran.out);
    assert!(ran.out.contains("a/base (1 descendant)"), "{}", ran.out);
    let ran = place.run(&["search", " ", "--snapshot", "s"]);
    assert!(ran.code == 2 && ran.err.contains("there is no word to search for"), "{} {}", ran.code, ran.err);
    assert_eq!(place.run(&["search", "--snapshot", "s"]).code, 2);
    // Words may begin with a dash.
    let answer = ask(&atlas, "-x it's", Some(7));
    assert_eq!(answer.command(), r"modelkin search --top 7 -- -x 'it'\''s'");
    assert_eq!(place.run(&["search", "--snapshot", "s", "--", "-x"]).code, 0);
}

/// Nothing that a search needs is held by another.
#[test]
fn many_search_at_once() {
    let sample = modelkin::sample().unwrap();
    let texts: Vec<String> = {
        let mut seed = Rng::with_seed(11);
        let texts = (0..60).map(|_| text(&sample, &mut seed));
        texts.filter(|text| !text.trim().is_empty()).collect()
    };
    let alone: Vec<Found> = texts.iter().map(|text| found(&atlas(&sample), text, Some(9))).collect();
    let (shared, texts) = (Arc::new(atlas(&sample)), Arc::new(texts));
    let threads: Vec<_> = (0..6)
        .map(|from| {
            let (atlas, texts) = (Arc::clone(&shared), Arc::clone(&texts));
            thread::spawn(move || {
                let order = (0..texts.len()).map(|at| (at + 7 * from) % texts.len());
                order.map(|at| (at, found(&atlas, &texts[at], Some(9)))).collect::<Vec<_>>()
            })
        })
        .collect();
    for (at, told) in threads.into_iter().flat_map(|thread| thread.join().unwrap()) {
        assert_eq!(told, alone[at], "{}", texts[at]);
    }
    assert_eq!(shared.census(&Filter::default()).unwrap().snapshot().len(), sample.len());
}

#[test]
fn mentions_are_the_same_with_an_index_and_by_a_look_at_every_name() {
    let odd =
        "x/About-M3_and-O1 : tags=m12,O2\ny/m1.json : tags=chat\no3/none : tags=M1\nm2/x -> z/o1 : merge tags=y,m3\n";
    proptest!(ProptestConfig::with_cases(40), |(text in any_lineage())| {
        let bare = snapshot(&(text + odd));
        let mut kept = bare.clone();
        import::keep(&mut kept, &[]).unwrap();
        let (bare, kept) = (Lineage::from_snapshot(&bare).unwrap(), Lineage::from_snapshot(&kept).unwrap());
        let snapshot = bare.snapshot();
        let tags = snapshot.list(WordList::Tags).unwrap();
        let name = |id: &str| id.split_once('/').map_or(id, |(_, name)| name).to_ascii_lowercase();
        let ids: Vec<&str> = snapshot.rows().map(|row| snapshot.id(row)).collect();
        let owners: BTreeSet<&str> = ids.iter().filter_map(|id| Some(id.split_once('/')?.0)).collect();
        let families = ids.iter().map(|id| (Family::of_model(id), name(id)))
            .chain(owners.iter().map(|owner| (Family::of_owner(owner), owner.to_ascii_lowercase())));
        let mut met = 0;
        for (family, word) in families {
            let members = census::members(&family, &bare).unwrap();
            let is_tag = |row: Row| tags.words_at(row).any(|tag| tag.eq_ignore_ascii_case(&word));
            let mentions: Vec<Row> = snapshot
                .rows()
                .filter(|row| snapshot.is_listed(*row) && !members.contains(row))
                .filter(|row| name(snapshot.id(*row)).contains(&word) || is_tag(*row))
                .collect();
            for lineage in [&bare, &kept] {
                let listing = Part::Mentions.list(&family, lineage, &Counting::default(), Counted::Others).unwrap();
                let listed: Vec<Row> = listing.rows.into_iter().map(|(row, _)| row).collect();
                prop_assert_eq!(&listed, &mentions, "{}", family.name);
            }
            met += mentions.len();
        }
        prop_assert!(met > 0);
    });
}
