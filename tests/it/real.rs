//! The real data beside the project: their known figures, and every model against the naive twin. Left out, and said
//! so, where they are absent.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::io::{self, BufRead, Read};

use modelkin::census::{Census, Counted, Counting, FamilyCount};
use modelkin::lineage::Lineage;
use modelkin::model::{ModelId, Record, Word, WordList};
use modelkin::provenance::{Blast, Upstream};
use modelkin::reference::{Aliases, Families};
use modelkin::snapshot::{Builder, Snapshot};
use modelkin::source::{self, edges, read_rows};

use crate::dirt::card;
use crate::naive::compare;
use crate::support::real_data;

fn import(paths: &[std::path::PathBuf]) -> Snapshot {
    let mut builder = Builder::new();
    for path in paths {
        for source in source::find(path, None).unwrap() {
            builder.source(&path.display().to_string(), source.kind().name());
            source.read(&mut |found| builder.add(found)).unwrap();
        }
    }
    builder.aliases(Aliases::built_in().unwrap().iter());
    builder.finish("test", None, None).unwrap()
}

#[test]
fn the_july_2025_sample_gives_its_known_figures_and_the_naive_counts() {
    let Some(data) = real_data() else { return };
    let snapshot = import(&[data.join("hub-2025-07.jsonl.gz")]);
    let provenance = snapshot.provenance();
    assert_eq!((provenance.sources[0].records, provenance.counts.rejects), (479_207, 0));
    assert_eq!(
        (provenance.counts.models, provenance.counts.links, provenance.counts.unlisted),
        (479_164, 139_112, 7_600)
    );
    let lineage = Lineage::from_snapshot(&snapshot).unwrap();
    assert_eq!(lineage.links(), 139_112);
    assert_eq!(snapshot.rows().filter(|row| lineage.is_unlisted(*row)).count(), 7_600);
    assert_eq!(Census::count(&lineage, &Counting::default()).unwrap().longest_chain().unwrap(), 30);
    // Two in a hundred have a date: nothing is said of bursts.
    let qwen = Families::built_in().unwrap().find("qwen").unwrap().unwrap();
    let count = FamilyCount::count(&qwen, &lineage, &Counting::default(), Counted::Others).unwrap();
    assert!(count.f2.dates().known * 20 < count.f2.models && count.without_bursts == (None, None), "{count:?}");
    compare(&snapshot, &Counting { recent: Some(1_735_689_600_000..1_745_689_600_000), ..Counting::default() });
    known_answers(&lineage);
}

/// What hangs from some models, and what one merge was made of: docs/known-answers.md.
fn known_answers(lineage: &Lineage) {
    let snapshot = lineage.snapshot();
    // An old id is asked for as that of today.
    let find = |id: &str| snapshot.find(id).map(|row| snapshot.alias_of(row).unwrap_or(row)).unwrap();
    for (model, figures) in [
        ("Qwen/Qwen2.5-7B", [541, 4_766, 4_639, 921]),
        ("meta-llama/Llama-3.1-8B-Instruct", [1_125, 2_730, 2_542, 864]),
        ("cognitivecomputations/dolphin-2.9-llama3-8b", [15, 33, 11, 22]),
        ("dphn/dolphin-2.9-llama3-8b", [15, 33, 11, 22]),
    ] {
        let blast = Blast::of(lineage, &[find(model)]);
        let direct = blast.hits.iter().filter(|hit| hit.is_direct).count();
        let only = blast.hits.iter().filter(|hit| hit.only_through).count();
        let owner = |row| snapshot.id(row).split('/').next().unwrap().to_ascii_lowercase();
        let owners: BTreeSet<String> = blast.hits.iter().map(|hit| owner(hit.row)).collect();
        assert_eq!([direct, blast.hits.len(), only, owners.len()], figures, "{model}");
    }
    let ancestors = Upstream::of(lineage, &[find("Novaciano/BAHAMUTH-PURGED-3.2-1B")]).ancestors;
    let unlisted = ancestors.iter().filter(|ancestor| lineage.is_unlisted(ancestor.row)).count();
    let roots = ancestors.iter().filter(|ancestor| ancestor.is_root).count();
    assert_eq!((ancestors.len(), unlisted, roots), (79, 26, 32));
    let base = find("meta-llama/Llama-3.2-1B-Instruct");
    let ways = ancestors.iter().find(|ancestor| ancestor.row == base).map(|ancestor| ancestor.ways.get());
    assert_eq!(ways, Some(Some(29)));
}

/// Every id that is listed, or named in a week's list, is an id as a parent too: no word that the Hub keeps for itself, no
/// placeholder and no host is somebody's account.
#[test]
fn no_real_id_is_taken_for_something_else_in_the_place_of_a_parent() {
    let Some(data) = real_data() else { return };
    let gz = |name: &str| flate2::read::GzDecoder::new(fs::File::open(data.join(name)).unwrap());
    let mut ids = BTreeSet::new();
    for line in io::BufReader::new(gz("hub-2025-07.jsonl.gz")).lines() {
        let row: serde_json::Value = serde_json::from_str(&line.unwrap()).unwrap();
        ids.insert(row["id"].as_str().unwrap().to_owned());
    }
    for line in fs::read_to_string(data.join("lineage-small.jsonl")).unwrap().lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        ids.insert(row["id"].as_str().unwrap().to_owned());
    }
    for name in ["weekly/added_models.csv.gz", "weekly/deleted_models.csv.gz"] {
        for row in csv::Reader::from_reader(gz(name)).records() {
            ids.insert(row.unwrap()[1].to_owned());
        }
    }
    assert!(ids.len() > 500_000, "{}", ids.len());
    let rows: String =
        ids.iter().map(|id| format!("{{\"id\":\"some/model\",\"tags\":[\"base_model:{id}\"]}}\n")).collect();
    let mut named = BTreeSet::new();
    read_rows("test", rows.as_bytes(), &mut |found| {
        let record = found.unwrap();
        assert_eq!((record.parents.len(), &record.oddities[..]), (1, &[][..]), "{record:?}");
        named.insert(record.parents[0].id.to_string());
    })
    .unwrap();
    assert!(named == ids);
}

/// The small sample has a form of its own; it becomes edge text.
fn lineage_small() -> Option<Snapshot> {
    let text = fs::read_to_string(real_data()?.join("lineage-small.jsonl")).unwrap();
    let mut edges_text = String::new();
    let mut models = 0;
    for line in text.lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        let child = row["id"].as_str().unwrap();
        writeln!(edges_text, "{child}").unwrap();
        models += 1;
        for parent in row["base_models"].as_array().unwrap() {
            let relation = parent["relation"].as_str().unwrap_or("unstated");
            writeln!(edges_text, "?{} -> {child} : {relation}", parent["id"].as_str().unwrap()).unwrap();
        }
    }
    assert_eq!(models, 2_553);
    let mut builder = Builder::new();
    edges::read_text("lineage-small", &edges_text, &mut |found| builder.add(found));
    assert!(builder.rejects().is_empty());
    builder.aliases(Aliases::built_in().unwrap().iter());
    Some(builder.finish("test", None, None).unwrap())
}

#[test]
fn the_small_sample_gives_its_longest_chain_largest_cycle_and_widest_merge() {
    let Some(snapshot) = lineage_small() else { return };
    let lineage = Lineage::from_snapshot(&snapshot).unwrap();
    assert_eq!(Census::count(&lineage, &Counting::default()).unwrap().longest_chain().unwrap(), 30);
    assert_eq!(
        lineage.find("masmatix/MN-Hekate-Tetrakephalos-12B-Q4_K_M-GGUF").map(|row| lineage.is_leaf(row)),
        Ok(true)
    );
    let mut sizes: Vec<_> = lineage.cycles().iter().map(Vec::len).collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [2, 2, 2, 22]);
    let largest = lineage.cycles().iter().max_by_key(|members| members.len()).unwrap();
    assert!(largest.iter().any(|row| snapshot.owner(*row) == Some("MrRobotoAI")));
    let widest = snapshot.rows().map(|row| lineage.parents(row).count()).max();
    let bahamuth = lineage.find("Novaciano/BAHAMUTH-PURGED-3.2-1B").unwrap();
    assert_eq!((widest, lineage.parents(bahamuth).count()), (Some(65), 65));
    let self_links = lineage.anomalies().unwrap().filter(|anomaly| anomaly.name() == "self-link").count();
    assert!(self_links > 40, "{self_links}");
    compare(&snapshot, &Counting::default());
}

fn front_matters(text: &str) -> impl Iterator<Item = String> {
    text.lines().map(|line| {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        row["front_matter"].as_str().unwrap().to_owned()
    })
}

#[test]
fn every_real_front_matter_is_read() {
    let Some(data) = real_data() else { return };
    let odd = fs::read_to_string(data.join("cards/odd_front_matter.jsonl")).unwrap();
    let mut modern = String::new();
    let file = fs::File::open(data.join("cards/front_matter_modern.jsonl.gz")).unwrap();
    flate2::read::GzDecoder::new(file).read_to_string(&mut modern).unwrap();
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    let mut read = |text: &str| -> Vec<Record<'static>> {
        let records: Vec<Record<'static>> = front_matters(text).map(|front| card(&front).unwrap()).collect();
        records
            .iter()
            .flat_map(|record| &record.oddities)
            .for_each(|oddity| *kinds.entry(oddity.kind.name()).or_default() += 1);
        records
    };
    assert_eq!(read(&odd).len(), 79);
    let modern = read(&modern);
    assert_eq!(modern.len(), 1_176);
    let with_parent = modern.iter().filter(|record| !record.parents.is_empty()).count();
    println!("{with_parent} modern cards with a parent; oddities: {kinds:?}");
    assert!((200..=236).contains(&with_parent), "{with_parent}");
    assert!(modern.iter().flat_map(|record| &record.parents).all(|parent| ModelId::parse(parent.id.as_str()).is_ok()));
}

#[test]
fn rows_as_the_api_returned_them_are_read() {
    let Some(data) = real_data() else { return };
    let files =
        ["api_models_full_2025-11-24.jsonl.gz", "2025-11-09_top_models.json.gz", "2025-11-10_top_models.json.gz"];
    let paths: Vec<_> = files.iter().map(|file| data.join("api").join(file)).collect();
    let snapshot = import(&paths);
    let records: Vec<u64> =
        snapshot.provenance().sources.iter().map(|source| source.records + source.rejects).collect();
    assert_eq!(records, [100, 107, 152]);
    let phi = snapshot.find("microsoft/phi-2").unwrap();
    let (licences, tasks) = (snapshot.list(WordList::Licences).unwrap(), snapshot.word(Word::Task).unwrap());
    assert_eq!((licences.first_at(phi), tasks.at(phi)), (Some("mit"), Some("text-generation")));
}
