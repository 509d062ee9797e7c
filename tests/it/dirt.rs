//! Every row of the tables in docs/dirt.md is run.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use modelkin::model::{Record, Reject, Word, WordList};
use modelkin::source::{self, Kind, read_rows};

/// What one model's metadata became, in the words of the tables.
fn outcome(found: &Result<Record<'_>, Reject>) -> String {
    let Ok(record) = found else { return "reject".into() };
    let links: Vec<String> = record
        .parents
        .iter()
        .map(|parent| format!("{} {} {}", parent.id, parent.relation, parent.learned.name()))
        .collect();
    let oddities: Vec<&str> = record.oddities.iter().map(|oddity| oddity.kind.name()).collect();
    let mut text = links.join("; ");
    if !oddities.is_empty() {
        text += &format!(" ({})", oddities.join(", "));
    }
    if text.is_empty() { "nothing".into() } else { text.trim().into() }
}

/// The record of a card with this front matter, read from a file.
pub fn card(front: &str) -> Result<Record<'static>, Reject> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("some--model.md");
    fs::write(&path, format!("---\n{front}\n---\n# A model\n")).unwrap();
    let mut found = Vec::new();
    let source = source::find(&path, Some(Kind::Cards)).unwrap().remove(0);
    source.read(&mut |record| found.push(record.map(Record::into_owned))).unwrap();
    assert_eq!(found.len(), 1);
    found.pop().unwrap()
}

fn row(json: &str) -> Result<Record<'static>, Reject> {
    let json = if json.contains("\"id\":\"owner") {
        json.to_owned()
    } else {
        json.replacen('{', "{\"id\":\"some/model\",", 1)
    };
    let mut found = Vec::new();
    read_rows("test", json.as_bytes(), &mut |record| found.push(record.map(Record::into_owned))).unwrap();
    assert_eq!(found.len(), 1, "{json}");
    found.pop().unwrap()
}

/// The rows of the table under a heading: the example and the outcome.
fn table(heading: &str) -> Vec<(String, String)> {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/dirt.md")).unwrap();
    let section = page.split(heading).nth(1).unwrap().split("\n## ").next().unwrap().to_owned();
    section
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| {
            let (example, rest) = line[3..].split_once("` | ").unwrap();
            (example.replace('⏎', "\n"), rest.split(" | ").next().unwrap().to_owned())
        })
        .collect()
}

/// The rows whose example does not become what the page says.
fn disagreements(rows: Vec<(String, String)>, read: impl Fn(&str) -> Result<Record<'static>, Reject>) -> String {
    let wrong = |(example, expected): (String, String)| {
        let found = outcome(&read(&example));
        (found != expected).then(|| format!("\n{example}\n  is {found}\n  and not {expected}\n"))
    };
    rows.into_iter().filter_map(wrong).collect()
}

/// The examples of rows, each of a model of its own.
pub fn rows() -> Vec<String> {
    let rows = table("## Rows of the Hub's listing").into_iter().enumerate();
    rows.map(|(at, (example, _))| example.replacen('{', &format!("{{\"id\":\"some/row{at}\","), 1))
        .filter(|row| !row.contains("\"id\":\"owner"))
        .collect()
}

/// The examples of cards.
pub fn cards() -> Vec<String> {
    table("## Cards").into_iter().map(|(example, _)| example).collect()
}

#[test]
fn every_rule_about_cards_holds_for_its_example() {
    let rows = table("## Cards");
    assert!(rows.len() > 40);
    assert_eq!(disagreements(rows, card), "");
}

#[test]
fn every_rule_about_rows_holds_for_its_example() {
    let rows = table("## Rows of the Hub's listing");
    assert!(rows.len() > 10);
    assert_eq!(disagreements(rows, row), "");
}

/// What became of a record's licences: their ids; then name and link.
fn licences(found: &Record<'_>) -> String {
    let ids = found.lists[WordList::Licences].as_deref().unwrap_or_default();
    let word = |word: Word| found.words[word].as_deref().unwrap_or("-").to_owned();
    let more = [Word::LicenceName, Word::LicenceLink].map(word).join(" ");
    format!("{}{}", ids.join(" "), if more == "- -" { String::new() } else { format!("; {more}") })
}

#[test]
fn every_rule_about_licences_holds_for_its_example() {
    let rows = table("## Licences");
    assert!(rows.len() > 10);
    let wrong: String = rows
        .into_iter()
        .filter_map(|(example, expected)| {
            let found = if example.starts_with('{') { row(&example) } else { card(&example) }.unwrap();
            let oddities: Vec<&str> = found.oddities.iter().map(|oddity| oddity.kind.name()).collect();
            let noted = if oddities.is_empty() { String::new() } else { format!(" ({})", oddities.join(", ")) };
            let became = format!("{}{noted}", licences(&found)).trim().to_owned();
            let became = if became.is_empty() { "nothing".to_owned() } else { became };
            (became != expected).then(|| format!("\n{example}\n  is {became}\n  and not {expected}\n"))
        })
        .collect();
    assert_eq!(wrong, "");
}

/// The same card in a README and as the Hub's `cardData`: JSON is YAML too, and so is written in blocks what is in it.
#[test]
fn the_same_value_means_the_same_in_a_readme_and_in_card_data() {
    let values = [
        "null",
        r#""a/b""#,
        r#"" a/b ""#,
        r#""""#,
        r#""none""#,
        r#""https://huggingface.co/a/b""#,
        "7",
        "-1",
        "0.5",
        "1.5E-3",
        "true",
        "[]",
        "{}",
        r#"["a/b"]"#,
        r#"["a/b","c/d"]"#,
        r#"["merge"]"#,
        r#"["merge","merge"]"#,
        r#"["merge","adapter"]"#,
        r#""merge""#,
        r#""distilled""#,
        r#"[null,"a/b",7]"#,
        r#"[["a/b"],[["c/d"]]]"#,
        r#"{"id":"a/b"}"#,
        r#"{"name":"c/d","id":"a/b"}"#,
        r#"{"id":null,"name":"c/d"}"#,
        r#"{"id":"a/b","id":"c/d"}"#,
        r#"{"name":"a/b","x":1}"#,
        r#"{"x":"a/b"}"#,
        r#"{"id":7}"#,
        r#"{"id":["a/b",{"name":"c/d"}]}"#,
        r#"[{"id":"a/b"},"c/d",{"x":1}]"#,
        r#""mit""#,
        r#"["mit","",7]"#,
        r#""caf\u00e9""#,
        r#"["base_model:c/d","license:mit"]"#,
        r#"["base_model:adapter:c/d",["base_model:merge:c/d"],7]"#,
        r#"["base_\u006dodel:c/d","gguf"," license: mit"]"#,
    ];
    let rests = [
        "",
        r#","base_model":"x/y""#,
        r#","license":"bsd""#,
        r#","quantized_by":["me"]"#,
        r#","base_model":"x/y","library_name":"peft""#,
        r#","base_model":"x/y","tags":["gguf"]"#,
    ];
    let said = |record: &Record<'static>| {
        let oddities: Vec<String> =
            record.oddities.iter().map(|oddity| format!("{} {}", oddity.kind.name(), oddity.text)).collect();
        (record.parents.clone(), licences(record), oddities)
    };
    let mut seen = BTreeSet::new();
    for key in [
        "base_model",
        "base_model_relation",
        "license",
        "license_name",
        "license_link",
        "quantized_by",
        "tags",
        "library_name",
        "pipeline_tag",
    ] {
        for value in values {
            for rest in rests {
                let json = format!("{{\"{key}\":{value}{rest}}}");
                let of_row = row(&format!("{{\"cardData\":{json}}}")).unwrap();
                let in_blocks = json[1..json.len() - 1].replace(",\"", "\n\"");
                let in_blocks = if value.contains(",\"") { json.clone() } else { in_blocks.replace("\":", "\": ") };
                for front in [json.clone(), json.replace("\":", "\": "), in_blocks] {
                    let of_card = card(&front).unwrap();
                    assert_eq!(said(&of_card), said(&of_row), "{front}");
                }
                seen.insert(outcome(&Ok(of_row)));
            }
        }
    }
    assert!(seen.len() > 20, "{seen:?}");
}

#[test]
fn a_front_matter_is_found_as_the_hub_finds_it() {
    let of = |readme: &[u8]| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("some--model.md");
        fs::write(&path, readme).unwrap();
        let mut found = Vec::new();
        let source = source::find(&path, Some(Kind::Cards)).unwrap().remove(0);
        source.read(&mut |record| found.push(record.map(Record::into_owned))).unwrap();
        outcome(&found.pop().unwrap())
    };
    let link = "a/b finetune inferred";
    for (readme, expected) in [
        ("---\nbase_model: a/b\n---\ntext", link),
        ("---\r\nbase_model: a/b\r\n---\r\ntext", link),
        ("\n\n  ---\nbase_model: a/b\n---\n", link),
        ("---\nbase_model: a/b\n---", link),
        ("---\nbase_model: a/b\n---  \t\n", link),
        ("\u{feff}---\nbase_model: a/b\n---\n", link),
        ("---\rbase_model: a/b\r---\r", "nothing"),
        ("--- \nbase_model: a/b\n---\n", "nothing"),
        ("----\nbase_model: a/b\n---\n", "nothing"),
        ("---\nbase_model: a/b\n...\n", "(open-header)"),
        ("---\nbase_model: a/b\n", "(open-header)"),
        ("<!-- x -->\n---\nbase_model: a/b\n---\n", "nothing"),
        ("# Title\n---\nbase_model: a/b\n---\n", "nothing"),
        ("---\n---\nbase_model: a/b\n", "nothing"),
        ("---\n\n---\n", "nothing"),
        ("Base_model: C:\\Project\\x\nlibrary_name: peft\n---\n", "nothing"),
        ("---\nx: |\n  ---\n  y\nbase_model: a/b\n---\n", link),
        ("---\nlicense: mit\n---\n```yaml\nbase_model: /kaggle/working/gpt2\n```", "nothing"),
        ("", "nothing"),
    ] {
        assert_eq!(of(readme.as_bytes()), expected, "{readme:?}");
    }
    assert_eq!(of(b"---\nbase_model: a/b\nx: \"\xff\"\n---\n"), "a/b finetune inferred (bad-value)");
}

#[test]
fn yaml_that_is_meant_to_hurt_does_not() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for level in 1..10 {
        bomb += &format!("a{level}: &a{level} [{}]\n", vec![format!("*a{}", level - 1); 9].join(", "));
    }
    assert_eq!(outcome(&card(&format!("{bomb}base_model: a/b"))), "a/b finetune inferred");
    let deep = format!("x: {}\nbase_model: a/b", "[".repeat(100_000));
    assert_eq!(outcome(&card(&deep)), "a/b finetune inferred (broken-yaml, rescued)");
    let mut blocks = String::new();
    for level in 0..700 {
        blocks += &format!("{}k:\n", " ".repeat(level));
    }
    assert_eq!(outcome(&card(&format!("{blocks}base_model: a/b"))), "a/b finetune inferred (broken-yaml, rescued)");
    let long = format!("base_model:\n{}", "- a/b\n".repeat(20_000));
    let record = card(&long).unwrap();
    assert_eq!((record.parents.len(), record.oddities.len()), (1, 19_999));
}
