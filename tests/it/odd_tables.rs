//! What stands in tables and rows where nobody expects it.

use modelkin::model::Record;
use modelkin::source::read_rows;
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
