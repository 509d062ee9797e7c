//! What stands in tables and rows where nobody expects it.

use std::fs;
use std::sync::Arc;

use modelkin::import;
use modelkin::model::{Count, Record, Word};
use modelkin::source::{self, read_rows};
use parquet::data_type::{ByteArray, ByteArrayType};
use parquet::file::writer::SerializedFileWriter;
use proptest::prelude::*;

use crate::files::folder;
use crate::tables::{read, said};

fn csv(text: &str, columns: &[&str]) -> (String, Vec<String>) {
    let folder = folder(&[("table.csv", text.as_bytes())]);
    let (found, remarks) = read(&folder.path().join("table.csv"), columns);
    (said(&found), remarks)
}

#[test]
fn brackets_of_another_kind_are_letters_of_a_word() {
    assert_eq!(csv("id,license,base_model\no/x,[mit (modified)],a/b\n", &[]).0, "o/x < a/b finetune inferred");
    assert_eq!(csv("id,likes,base_model\no/x,1,\"[a/b, c(d]\"\n", &[]).0, "o/x < a/b finetune inferred (malformed)");
    for (row, expected) in [
        (r#"{"id":"o/x","tags":"[a)b]"}"#, "o/x"),
        (r#"{"id":"o/x","cardData":"[x) y]"}"#, "o/x (bad-value)"),
        (r#"{"id":"o/x","baseModels":"(a/b]"}"#, "o/x (bad-value)"),
    ] {
        let mut found = Vec::new();
        read_rows("test", row.as_bytes(), &mut |record| found.push(record.map(Record::into_owned))).unwrap();
        assert_eq!(said(&found), expected, "{row}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    /// What reads lists and objects loosely ends, with no more values than there are letters.
    #[test]
    fn whatever_stands_in_a_list_it_ends(text in "[\\[\\](){},:'\"a b\\\\]{0,12}", start in "|array\\(|\\[|\\(|\\{'id': \\[") {
        let value = format!("{start}{text}");
        let json = serde_json::to_string(&value).unwrap();
        let fields = ["tags", "cardData", "baseModels"].map(|field| format!("\"{field}\":{json}")).join(",");
        let cell = value.replace('"', "\"\"");
        let mut found = Vec::new();
        read_rows("test", format!("{{\"id\":\"o/x\",{fields}}}").as_bytes(), &mut |record| {
            found.push(record.map(Record::into_owned));
        })
        .unwrap();
        let header = "id,license,base_model,base_models,base_model_relation,cardData,safetensors,other";
        let folder = folder(&[("t.csv", format!("{header}\no/x{}\n", format!(",\"{cell}\"").repeat(7)).as_bytes())]);
        found.extend(read(&folder.path().join("t.csv"), &[]).0);
        prop_assert_eq!(found.len(), 2);
        for record in found.into_iter().flatten() {
            let words: usize = record.lists.iter().map(|(_, words)| words.as_ref().map_or(0, Vec::len)).sum();
            prop_assert!(words + record.parents.len() + record.oddities.len() <= 10 * (value.len() + 1), "{record:?}");
        }
    }
}

/// Other programs count their rows in a column that they call `id`.
#[test]
fn a_number_gives_way_to_a_later_column_of_ids() {
    let told = |rows: &str| vec![format!("ids-are-numbers {rows}")];
    for (text, expected, remarks) in [
        (
            "id,model_id,parent_model,likes\n1,o/x,a/b,1\n2,gpt2,a/b,1\no/z,o/other,,1\n,o/w,,1\n",
            "o/x < a/b unstated inferred; gpt2 < a/b unstated inferred; o/z; o/w",
            told("2 rows"),
        ),
        (
            "id,parent,child,relation\n0,a/b,o/x,finetune\n1,c/d,o/x,merge\n",
            "o/x < a/b finetune hub, c/d merge hub",
            told("2 rows"),
        ),
        // Rows are links where a column of ids is called so, whichever stands above.
        (
            "id,child,derived_from,likes\n0,o/x,a/b,1\n1,o/x,c/d,1\n",
            "o/x < a/b unstated inferred, c/d unstated inferred",
            told("2 rows"),
        ),
        ("id,child,parent\n0,12,7\n", "12 (malformed)", told("1 row")),
        // What is no id is told, and no model of that number.
        (
            "id,model_id,base_model\n7,no id,a/b\n",
            "line 2: \"no id\" is no model id: the character ' ' cannot stand in an id",
            told("1 row"),
        ),
        ("id,model_id,base_model\n7,nan,a/b\n", "7 < a/b finetune inferred", vec![]),
    ] {
        assert_eq!(csv(text, &[]), (expected.to_owned(), remarks), "{text}");
    }
}

/// A Parquet file of texts.
pub fn parquet(columns: &[&str], rows: &[&[&str]]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let fields: String = columns.iter().map(|name| format!("optional binary {name} (utf8); ")).collect();
    let schema = parquet::schema::parser::parse_message_type(&format!("message t {{ {fields} }}")).unwrap();
    let file = fs::File::create(folder.path().join("t.parquet")).unwrap();
    let mut file = SerializedFileWriter::new(file, Arc::new(schema), Default::default()).unwrap();
    let mut group = file.next_row_group().unwrap();
    for at in 0..columns.len() {
        let mut column = group.next_column().unwrap().unwrap();
        let texts: Vec<ByteArray> = rows.iter().map(|row| ByteArray::from(row[at])).collect();
        column.typed::<ByteArrayType>().write_batch(&texts, Some(&vec![1; rows.len()]), None).unwrap();
        column.close().unwrap();
    }
    group.close().unwrap();
    file.close().unwrap();
    folder
}

#[test]
fn a_number_gives_way_in_parquet_too() {
    for (columns, rows, expected, remark) in [
        (
            &["id", "model_id", "parent_model"][..],
            &[&["1", "o/x", "a/b"][..], &["2", "o/y", "a/b"], &["3", "None", "a/b"]][..],
            "o/x < a/b unstated inferred; o/y < a/b unstated inferred; 3 < a/b unstated inferred",
            "ids-are-numbers 2 rows",
        ),
        (
            &["id", "child", "derived_from", "tags_of"],
            &[&["0", "o/x", "a/b", ""], &["1", "o/x", "c/d", ""]],
            "o/x < a/b unstated inferred, c/d unstated inferred",
            "ids-are-numbers 2 rows",
        ),
    ] {
        let folder = parquet(columns, rows);
        let (found, remarks) = read(&folder.path().join("t.parquet"), &[]);
        assert_eq!((said(&found), remarks), (expected.to_owned(), vec![remark.to_owned()]));
    }
    let folder = parquet(&["id", "model_id", "cardData"], &[&["1", "o/x", "{\"base_model\":\"a/b\"}"]]);
    let (links, _) = import::links(source::find(&folder.path().join("t.parquet"), None).unwrap()).unwrap();
    assert_eq!((links.listed, links.id(0)), (1, "o/x"), "where links alone are wanted");
}

#[test]
fn a_column_that_somebody_named_stands_above_known_ones() {
    let header = [
        "id",
        "downloads",
        "dl30",
        "likes",
        "stars",
        "library_name",
        "fw",
        "pipeline_tag",
        "kind",
        "safetensors",
        "size",
    ];
    let row = ["o/x", "1", "500", "2", "600", "peft", "mine", "chat", "talk", "{'total': 9}", "7"];
    let columns = ["downloads=dl30", "likes=stars", "library=fw", "task=kind", "parameters=size"];
    let text = format!("{}\n{}\n", header.join(","), row.join(","));
    let table = folder(&[("t.csv", text.as_bytes())]);
    let dump = parquet(&header, &[&row]);
    for path in [table.path().join("t.csv"), dump.path().join("t.parquet")] {
        let (found, remarks) = read(&path, &columns);
        let record = found[0].as_ref().unwrap();
        let counts = [Count::Downloads, Count::Likes, Count::Parameters].map(|count| record.counts[count]);
        let words = [Word::Library, Word::Task].map(|word| record.words[word].as_deref());
        assert_eq!((counts, words), ([Some(500), Some(600), Some(7)], [Some("mine"), Some("talk")]), "{path:?}");
        assert!(remarks.is_empty(), "{remarks:?}");
    }
}

/// Rows of one child mean what one row with all their parents means.
#[test]
fn a_relation_is_inferred_from_all_rows_of_a_child() {
    for (text, expected) in [
        ("id,base_model\no/x,a/b\no/x,c/d\n", "o/x < a/b merge inferred, c/d merge inferred"),
        ("id,base_model\no/x,\"a/b, c/d\"\n", "o/x < a/b merge inferred, c/d merge inferred"),
        ("id,base_model\no/x,a/b\no/x,\"a/b, c/d\"\n", "o/x < a/b merge inferred, c/d merge inferred"),
        ("id,base_model\no/x,a/b\no/x,A/B\no/y,a/b\n", "o/x < a/b finetune inferred; o/y < a/b finetune inferred"),
        (
            "child,base_model,tags\no/x,a/b,\no/x,c/d,['gguf']\no/y,a/b,['lora']\no/y,a/b,['gguf']\n",
            "o/x < a/b quantized inferred, c/d quantized inferred; o/y < a/b adapter inferred",
        ),
        // What is stated stands above, whichever row states it, and is no conflict.
        (
            "id,base_model,relation\no/x,a/b,\no/x,a/b,quantized\no/x,c/d,\no/x,e/f,\n",
            "o/x < a/b quantized hub, c/d merge inferred, e/f merge inferred",
        ),
        (
            "id,base_model,relation\no/x,a/b,finetune\no/x,a/b,\no/x,c/d,\n",
            "o/x < a/b finetune hub, c/d finetune inferred",
        ),
        ("id,base_model,relation\no/x,\"a/b, c/d\",\no/x,a/b,finetune\n", "o/x < a/b finetune hub, c/d merge inferred"),
        ("id,base_model,base_model_relation\no/x,a/b,\no/x,a/b,adapter\n", "o/x < a/b adapter declared"),
        ("id,parent,base_model\no/x,a/b,\no/x,,c/d\n", "o/x < a/b unstated inferred, c/d finetune inferred"),
        // Two that are stated are one.
        ("id,parent,relation\no/x,a/b,finetune\no/x,a/b,merge\n", "o/x < a/b merge hub (relation-conflict)"),
    ] {
        assert_eq!(csv(text, &[]), (expected.to_owned(), vec![]), "{text}");
    }
}
