//! The report as a page: its first screen, its heads, its permalinks, its script.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use modelkin::ask::{Atlas, Question, Report, Tables};
use modelkin::census::{Census, Counting};
use modelkin::ink::{self, Block, Head, Section, Topic, Value};
use modelkin::lineage::Lineage;
use modelkin::snapshot::{Builder, Snapshot};
use modelkin::survey::{References, Survey};

use crate::ask::questions;
use crate::support::snapshot;

static REFERENCES: LazyLock<References> = LazyLock::new(|| References::built_in().unwrap());

fn sections(snapshot: &Snapshot, is_wanted: impl Fn(&str) -> bool) -> Vec<Section> {
    let lineage = Lineage::from_snapshot(snapshot).unwrap();
    let census = Census::count(&lineage, &Counting::default()).unwrap();
    Survey::new(&lineage, &census, &REFERENCES).unwrap().sections(is_wanted).unwrap()
}

fn page(sections: &[Section], snapshot: &Snapshot) -> String {
    ink::page(sections, &REFERENCES.published, snapshot, "tables").unwrap()
}

/// A lineage of which everything is known that the first screen tells.
fn known() -> Snapshot {
    let mut text = String::from("Qwen/Qwen2-7B : created=2024-01-01 downloads=7000\n");
    for number in 0..60 {
        let relation = if number % 3 == 0 { "finetune" } else { "quantized" };
        let (owner, day) = (["unsloth", "someone"][number % 2], number % 27 + 1);
        text +=
            &format!("Qwen/Qwen2-7B -> {owner}/m{number} : {relation} created=2024-03-{day:02} downloads={number}\n");
        text += &format!("{owner}/m{number} -> deep/d{number} : quantized created=2024-04-{day:02} downloads=1\n");
    }
    let mut builder = Builder::new();
    builder.source("test", "edges");
    modelkin::source::edges::read_text("test", &text, &mut |found| builder.add(found));
    const JUNE: i64 = 1_717_200_000_000;
    builder.finish("test", Some(JUNE), None).unwrap()
}

/// What stands between two texts, each time.
fn between<'t>(text: &'t str, before: &str, after: &str) -> Vec<&'t str> {
    text.split(before).skip(1).filter_map(|rest| rest.split(after).next()).collect()
}

/// The numbers in a text, as they are written.
fn numbers(text: &str) -> BTreeSet<&str> {
    let is_part = |c: char| c.is_ascii_digit() || ",.%".contains(c);
    let words = text.split(|c| !is_part(c)).map(|word| word.trim_matches([',', '.']));
    words.filter(|word| word.contains(|c: char| c.is_ascii_digit())).collect()
}

#[test]
fn every_number_of_the_first_screen_stands_in_its_table() {
    let mut topics = BTreeSet::new();
    for snapshot in [known(), modelkin::sample().unwrap()] {
        let found = sections(&snapshot, |_| true);
        let shown = page(&found, &snapshot);
        let first = between(&shown, "<ol class=\"short\">", "</ol>")[0];
        let mut told = 0;
        for (section, headline) in
            found.iter().flat_map(|section| section.headlines.iter().map(move |of| (section, of)))
        {
            let table = section.table(headline.table).unwrap();
            let mut text = headline.text.replace("30 days", "");
            // Names have digits that count nothing.
            for value in table.rows.iter().flatten() {
                if let Value::Text(name) = value
                    && name.parse::<u64>().is_err()
                {
                    text = text.replace(name.as_str(), "");
                }
            }
            let cells: BTreeSet<String> = (table.rows.iter())
                .flat_map(|row| table.columns.iter().zip(row).map(|(column, value)| column.shown(value)))
                .collect();
            for number in numbers(&text) {
                assert!(cells.contains(number), "{number} of {:?} is not in {}", headline.text, table.name);
            }
            assert!(!numbers(&text).is_empty(), "{text}");
            topics.insert(headline.topic.title());
            let is_told = first.contains(headline.topic.title());
            told += usize::from(is_told);
            let link = format!("href=\"#{}-{}\"", section.name, headline.table);
            assert!(!is_told || first.contains(&ink::escaped(&headline.text)) && first.contains(&link), "{first}");
        }
        assert_eq!((told, first.matches("<li>").count(), first.matches("<svg").count()), (5, 5, 5), "{first}");
    }
    assert_eq!(topics.len(), 8, "{topics:?}");
}

#[test]
fn the_first_screen_tells_what_was_asked_for_and_is_known_and_no_more() {
    let sample = modelkin::sample().unwrap();
    let asked = sections(&sample, |name| matches!(name, "shape" | "intermediaries"));
    let first = page(&asked, &sample);
    let titles = between(&first, "<li><h3>", "</h3>");
    assert_eq!(titles, [Topic::Converters, Topic::Bases, Topic::Shape].map(Topic::title));
    // The topics have an order, and only five of them have room.
    let all = page(&sections(&sample, |_| true), &sample);
    let titles = between(&all, "<li><h3>", "</h3>");
    assert_eq!(
        titles,
        [Topic::Families, Topic::Downloads, Topic::Converters, Topic::Growth, Topic::Bases].map(Topic::title)
    );
    let little = snapshot("a/base -> b/one : finetune");
    let text = page(&sections(&little, |_| true), &little);
    assert!(!text.contains("In short") && !text.contains("<ol class=\"short\">"));
}

/// Names that say all by themselves.
const PLAIN: [&str; 11] =
    ["model", "id", "name", "and", "family", "base", "key", "top children", "example", "old name", "name of today"];

#[test]
fn every_head_has_a_definition_or_a_plain_name() {
    let mut plain = BTreeSet::new();
    let mut look = |table: &str, column: &str| {
        let head = Head::of(table, column);
        assert!(!head.words.contains('_') && !head.words.is_empty(), "{head:?}");
        match head.about {
            Some(about) => assert!(about.len() > 5 && !about.ends_with('.'), "{head:?}"),
            None => _ = plain.insert(format!("{table}: {}", column.replace('_', " "))),
        }
    };
    let sample = modelkin::sample().unwrap();
    let atlas = Atlas::new(&sample, Tables::built_in().unwrap()).after(vec![sample.clone()]);
    let series = Question::Report(Report { sections: vec!["series".into()], ..Report::default() });
    for question in questions().into_iter().chain([series, Question::Report(Report::default())]) {
        let answer = atlas.ask(&question).unwrap();
        for block in &answer.report().unwrap().blocks {
            let Block::Grid(grid) = block else { continue };
            grid.heads.iter().for_each(|head| look(&grid.name, head));
        }
        if let modelkin::ask::Facts::Sections { sections } = answer.facts() {
            for section in sections {
                for table in section.tables.iter().chain(&answer.compared(section).unwrap()) {
                    let scope = format!("{}.{}", section.name, table.name);
                    table.columns.iter().for_each(|column| look(&scope, &column.name));
                }
            }
        }
    }
    let other = |head: &String| !PLAIN.contains(&head.rsplit(": ").next().unwrap());
    let wanting: Vec<String> = plain.into_iter().filter(other).collect();
    assert!(wanting.is_empty(), "{wanting:#?}");
}

#[test]
fn each_figure_and_table_has_an_address_and_each_address_is_of_one() {
    let sample = modelkin::sample().unwrap();
    let found = sections(&sample, |_| true);
    let text = page(&found, &sample);
    let ids = between(&text, " id=\"", "\"");
    let known: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), known.len(), "an id stands twice");
    for to in between(&text, "href=\"#", "\"") {
        assert!(known.contains(to), "{to}");
    }
    for named in ["aria-labelledby=\"", "aria-describedby=\""] {
        assert!(text.matches(named).count() > 50, "{named}");
        between(&text, named, "\"")
            .iter()
            .flat_map(|ids| ids.split(' '))
            .for_each(|id| assert!(known.contains(id), "{id}"));
    }
    let signs: BTreeSet<&str> = between(&text, "<a class=\"link\" href=\"#", "\"").into_iter().collect();
    for section in &found {
        assert!(signs.contains(section.name));
        for table in section.tables.iter().chain(&ink::compared(section, &REFERENCES.published)) {
            assert!(signs.contains(&*format!("{}-{}", section.name, table.name)), "{}", table.name);
        }
        for (at, chart) in section.charts.iter().enumerate() {
            assert_eq!(signs.contains(&*format!("{}-figure-{}", section.name, at + 1)), !chart.is_empty());
        }
    }
    // An address stays what it is whichever sections are beside it.
    let alone = page(&sections(&sample, |name| name == "shape"), &sample);
    let of_shape = |text: &str| {
        between(text, "<a class=\"link\" href=\"#", "\"").iter().filter(|id| id.starts_with("shape")).count()
    };
    assert_eq!((of_shape(&text), of_shape(&alone)), (8, 8));
}

#[test]
fn a_page_runs_its_own_small_script_and_no_other() {
    let sample = modelkin::sample().unwrap();
    let text = page(&sections(&sample, |_| true), &sample);
    let [script] = between(&text, "<script type=\"module\">", "</script>")[..] else { panic!("not one script") };
    assert_eq!(text.matches("<script").count(), 1);
    assert!(script.len() < 8 << 10, "{}", script.len());
    let policy = between(&text, "Content-Security-Policy\" content=\"", "\"")[0];
    assert!(policy.starts_with("default-src 'none'; script-src 'sha256-") && !policy.contains("unsafe"), "{policy}");
    for (asked, what) in [("script-src '", script), ("style-src '", between(&text, "<style>", "</style>")[0])] {
        use base64::Engine;
        use sha2::Digest;
        let digest = base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(what));
        assert_eq!(between(policy, asked, "'")[0], format!("sha256-{digest}"));
    }
    assert!(!text.contains(" style=") && !text.contains(" onclick"));
}

#[test]
fn a_table_that_is_cut_says_how_much_of_it_is_there() {
    let sample = modelkin::sample().unwrap();
    let found = sections(&sample, |name| name == "derivatives");
    let table = found[0].table("families").unwrap();
    let said = format!(
        "The first {} of {} rows and {} of {} columns; derivatives.families.csv has all.",
        table.most,
        table.rows.len(),
        table.main,
        table.columns.len()
    );
    assert!(table.rows.len() > table.most && page(&found, &sample).contains(&said), "{said}");
}

#[test]
fn ids_of_listed_models_lead_to_the_hub() {
    let snapshot =
        snapshot("a/base : created=2024-01-01\na/base -> b/one, b/two : finetune\n?gone/base -> b/three : finetune");
    let text = page(&sections(&snapshot, |name| name == "shape"), &snapshot);
    assert!(text.contains("<td class=\"s\"><a href=\"https://huggingface.co/a/base\">a/base</a></td>"), "{text}");
    assert!(text.contains("<td class=\"s\">gone/base</td>"));
}
