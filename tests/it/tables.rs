//! Rows of other programs: the official client's, converted dumps, tables of models and of links.

use std::fs;
use std::path::{Path, PathBuf};

use modelkin::model::{Count, Hint, Record, Reject, RemarkKind, Word, WordList};
use modelkin::snapshot::{Builder, Snapshot};
use modelkin::source::{self, Kind, NamedColumns, read_rows};

use crate::files::folder;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

/// The records of a path and what is said of its sources, with columns that somebody named.
pub fn read(path: &Path, columns: &[&str]) -> (Vec<Result<Record<'static>, Reject>>, Vec<String>) {
    let mut named = NamedColumns::default();
    columns.iter().for_each(|column| named.add(column).unwrap());
    let (mut found, mut remarks) = (Vec::new(), Vec::new());
    for source in source::find_named(path, None, &named).unwrap() {
        let digested = source.read(&mut |record| found.push(record.map(Record::into_owned))).unwrap();
        remarks.extend(digested.remarks.into_iter().map(|remark| format!("{} {}", remark.kind.name(), remark.text)));
    }
    (found, remarks)
}

/// Every record as `id < parent relation learned, ... (oddities)`, with what else is asked of it.
pub fn said(found: &[Result<Record<'static>, Reject>]) -> String {
    let line = |found: &Result<Record<'static>, Reject>| match found {
        Err(reject) => format!("{}: {}", reject.place, reject.reason),
        Ok(record) => {
            let parents: Vec<String> = record
                .parents
                .iter()
                .map(|parent| format!("{} {} {}", parent.id, parent.relation, parent.learned.name()))
                .collect();
            let odd: Vec<&str> = record.oddities.iter().map(|oddity| oddity.kind.name()).collect();
            let mut text = record.id.to_string();
            if !parents.is_empty() {
                text += &format!(" < {}", parents.join(", "));
            }
            if !odd.is_empty() {
                text += &format!(" ({})", odd.join(", "));
            }
            text
        }
    };
    found.iter().map(line).collect::<Vec<_>>().join("; ")
}

fn csv(text: &str, columns: &[&str]) -> (String, Vec<String>) {
    let folder = folder(&[("table.csv", text.as_bytes())]);
    let (found, remarks) = read(&folder.path().join("table.csv"), columns);
    (said(&found), remarks)
}

#[test]
fn a_table_is_read_by_its_header() {
    let cases: &[(&str, &[&str], &str)] = &[
        // Tables of links.
        (
            "model_id,relation,base_model_id\nc/blend,merge,a/base\nb/chat,,a/base\nc/blend,merge,b/chat\n",
            &[],
            "c/blend < a/base merge hub, b/chat merge hub; b/chat < a/base unstated inferred",
        ),
        (
            "week,model_id,relation,base_models\n1,c/blend,merge,\"a/base, b/chat\"\n1,a/base,,\n",
            &[],
            "c/blend < a/base merge hub, b/chat merge hub; a/base",
        ),
        (
            "child,parent\nb/chat,a/base\nb/chat,a/other\n",
            &[],
            "b/chat < a/base unstated inferred, a/other unstated inferred",
        ),
        (
            "model_id,relation,base_model_id\nb/chat,fine-tuned,a/base\nc/d,distilled,a/base\n",
            &[],
            "b/chat < a/base finetune hub; c/d < a/base unstated inferred (unknown-relation)",
        ),
        (
            "current_model,base_model,base_model_relation\na/slerp,\"b/one,c/two\",merge\n01-ai/Yi-9B,,source\n",
            &[],
            "a/slerp < b/one merge declared, c/two merge declared; 01-ai/Yi-9B",
        ),
        // Models with their parents in columns.
        ("id,likes,base_model\nb/chat,1,a/base\n", &[], "b/chat < a/base finetune inferred"),
        ("id,likes,base_model\nb/chat,1,\"[\"\"a/base\"\"]\"\n", &[], "b/chat < a/base finetune inferred"),
        (
            "id,likes,base_model\nb/chat,1,\"['a/base', 'a/other']\"\n",
            &[],
            "b/chat < a/base merge inferred, a/other merge inferred",
        ),
        (
            "id,likes,base_model,base_model_relation\nb/chat,1,\"['a/base']\",\"['quantized']\"\n",
            &[],
            "b/chat < a/base quantized declared",
        ),
        (
            "id,likes,base_model,base_model_relation\nb/chat,1,\"['a/base']\",unknown\n",
            &[],
            "b/chat < a/base finetune inferred",
        ),
        (
            "id,likes,base_model,base_model_relation\nb/chat,1,a/base,\"['merge', 'finetune']\"\n",
            &[],
            "b/chat < a/base finetune inferred (bad-value)",
        ),
        (
            "id,likes,base_models\nb/chat,1,\"{'relation': 'adapter', 'models': [{'_id': '1', 'id': 'a/base'}]}\"\n",
            &[],
            "b/chat < a/base adapter hub",
        ),
        ("id,likes,base_ids\nb/chat,1,\"['a/base']\"\n", &[], "b/chat < a/base unstated inferred"),
        (
            "model_id,tags,parent_model,finetune_parent,quantized_parent,adapter_parent,merge_parent\n\
          b/chat,\"['base_model:a/base', 'base_model:finetune:a/base']\",\"['a/base']\",\"['a/base']\",[],[],[]\n\
          c/gguf,,['b/chat'],,['b/chat'],,\nd/lora,,,,,['b/chat'],\na/base,,[],[],[],[],[]\n",
            &[],
            "b/chat < a/base finetune hub; c/gguf < b/chat quantized hub; d/lora < b/chat adapter hub; a/base",
        ),
        (
            "model,time,created,downloadsAllTime,merged_derived_from\nb/chat,2025-01-01,2024-05-01,5,a/base;a/other\n",
            &[],
            "b/chat < a/base unstated inferred, a/other unstated inferred",
        ),
        ("modelId,card\nb/chat,\"---\nbase_model: a/base\n---\n# Chat\"\n", &[], "b/chat < a/base finetune inferred"),
        (
            "modelId,tags,card\nb/chat,\"['base_model:a/base']\",\"---\nbase_model: a/other\n---\n\"\n",
            &[],
            "b/chat < a/base unstated inferred (card-disagrees)",
        ),
        // What the card says adds up with other columns, and is compared with what the Hub says.
        (
            "id,likes,parents,base_model\nb/chat,1,a/base,a/other\nc/d,1,a/base,a/base\nd/e,1,a/base,\n",
            &[],
            "b/chat < a/base unstated inferred, a/other finetune inferred; c/d < a/base finetune inferred; \
             d/e < a/base unstated inferred",
        ),
        (
            "id,base_model,quantized_parent\nb/chat,a/base,a/base\nc/d,\"a/x,a/y\",a/base\n",
            &[],
            "b/chat < a/base quantized hub; c/d < a/base quantized hub, a/x merge inferred, a/y merge inferred",
        ),
        (
            "id,tags,parents,base_model\nb/chat,\"['base_model:a/base','base_model:merge:a/base']\",a/x,a/y\n",
            &[],
            "b/chat < a/base merge hub, a/x unstated inferred (card-disagrees)",
        ),
        (
            "id,parents,cardData\nb/chat,a/base,\"{\"\"base_model\"\":\"\"a/other\"\",\"\"library_name\"\":\"\"peft\"\"}\"\n",
            &[],
            "b/chat < a/base unstated inferred, a/other adapter inferred",
        ),
        // A card's own tags, in a README and where somebody printed it as YAML.
        (
            "id,likes,cardData\nb/chat,1,\"tags: ['base_model:merge:a/base', 'base_model:a/base', 7]\"\n",
            &[],
            "b/chat < a/base merge hub (bad-value)",
        ),
        (
            "id,base_models,card\nb/chat,\"['a/base']\",\"---\ntags: ['base_model:adapter:a/other']\n---\n\"\n",
            &[],
            "b/chat < a/base unstated inferred",
        ),
        // Columns that nobody could know.
        (
            "name,trained_from,score\nb/chat,a/base,1\n",
            &["id=name", "parent=trained_from"],
            "b/chat < a/base unstated inferred",
        ),
        (
            "id,one,two\nc/blend,a/base,b/chat\n",
            &["merge_parent=one", "merge_parent=two"],
            "c/blend < a/base merge hub, b/chat merge hub",
        ),
        // Other marks, and what is odd in rows.
        ("\u{feff}id\tlikes\tbase_model\nb/chat\t1\ta/base\n", &[], "b/chat < a/base finetune inferred"),
        ("id;likes;base_model\nb/chat;1;a/base\n", &[], "b/chat < a/base finetune inferred"),
        (
            "id,likes,base_model\nb/chat,1\nno id,1,\nc/d,many,nan\n",
            &[],
            "line 2: 2 fields, and the first line names 3; line 3: \"no id\" is no model id: the character ' ' cannot stand in an id; c/d (bad-value)",
        ),
        ("id,likes,base_model\nb/chat,1,unknown\nc/d,1,/home/x/y\n", &[], "b/chat (placeholder); c/d (path)"),
        // Objects and truth values in lists are what they are in a card.
        (
            "id,likes,parent\na/one,1,{'repo': 'c/d'}\na/two,1,[{'model': 'c/d'}]\na/three,1,[true]\na/four,1,{}\n\
             a/five,1,\"{'id': None, 'name': 'c/d'}\"\na/six,1,\"[{'id': 7}, {'x': 1}, 'c/d', null]\"\n",
            &[],
            "a/one (malformed); a/two (malformed); a/three (malformed); a/four (malformed); \
             a/five < c/d unstated inferred; a/six < c/d unstated inferred (malformed, malformed)",
        ),
        (
            "id,likes,base_model,merge_parent\na/one,1,[{'model': 'c/d'}],[false]\n\
             a/two,1,\"[{'id': null, 'name': 'c/d'}, {}]\",\"{'id': None, 'name': 'e/f'}\"\n",
            &[],
            "a/one (malformed, malformed); \
             a/two < c/d finetune inferred, e/f merge hub (malformed)",
        ),
        ("id,tags,license\na/b,\"['x', True]\",\"['mit', {'a': 1}]\"\n", &[], "a/b (bad-value, bad-value)"),
    ];
    let mut wrong = String::new();
    for (text, columns, expected) in cases {
        let (found, _) = csv(text, columns);
        if found != *expected {
            wrong += &format!("\n{text}\n  is {found}\n  and not {expected}\n");
        }
    }
    assert_eq!(wrong, "");
}

#[test]
fn a_table_says_the_rest_of_a_model_too() {
    let text = "_id,model_id,createdAt,downloads,likes,pipeline_tag,library_name,tags,gated,sha\n\
        621ffdc136468d709f17ddb4,a/base,2024-05-01 12:30:00+00:00,12.0,nan,text-generation,transformers,\
        \"['en', 'license:mit']\",False,0123456789012345678901234567890123456789\n";
    let folder = folder(&[("table.csv", text.as_bytes())]);
    let (found, remarks) = read(&folder.path().join("table.csv"), &[]);
    let record = found[0].as_ref().unwrap();
    let row = r#"{"_id":"621ffdc136468d709f17ddb4","id":"a/base","createdAt":"2024-05-01T12:30:00.000Z","downloads":12,
        "pipeline_tag":"text-generation","library_name":"transformers","tags":["en","license:mit"],"gated":false,
        "sha":"0123456789012345678901234567890123456789"}"#;
    let mut rows = Vec::new();
    read_rows("row", row.as_bytes(), &mut |found| rows.push(found.unwrap().into_owned())).unwrap();
    assert_eq!((record, &remarks[..]), (&rows[0], &[][..]));
}

/// Licences and parameters of records, and how much is odd in each.
fn facts(path: &Path) -> Vec<String> {
    let (found, remarks) = read(path, &[]);
    assert!(remarks.is_empty(), "{remarks:?}");
    let fact = |found: Result<Record<'static>, Reject>| {
        let record = found.unwrap();
        let licences = record.lists[WordList::Licences].as_deref().unwrap_or_default().join("+");
        let name = record.words[Word::LicenceName].as_deref().unwrap_or("-");
        let odd: Vec<&str> = record.oddities.iter().map(|oddity| oddity.text.as_str()).collect();
        format!("{licences} {name} {:?} [{}]", record.counts[Count::Parameters], odd.join(", "))
    };
    found.into_iter().map(fact).collect()
}

#[test]
fn a_tables_licences_and_parameters_are_read() {
    let text = "id,license,license_name,num_parameters,safetensors,tags,cardData\n\
        a/one,\"['mit', 'bsd', 'mit']\",,7000.0,,,\n\
        a/two,other,llama4,7.5,,['license:gemma'],\n\
        a/three,,,7B,,,\n\
        a/four, mit ,,1,{'total': 8},['x'],\"{\"\"license\"\":\"\"bsd\"\",\"\"license_name\"\":\"\"b\"\"}\"\n\
        a/five,,,-1,,,\"{\"\"license\"\":\"\"bsd\"\"}\"\n\
        a/six,\"mit, apache-2.0\",,,,,\na/seven,mit;gpl-3.0,,,,,\na/eight,\"See LICENSE, or ask\",,,,,\n\
        a/nine,\"['mit|bsd', 'x,Y']\",,,,,\n";
    let folder = folder(&[
        ("table.csv", text.as_bytes()),
        ("licence.csv", b"model_id,licence,parameters\na/one,mit,5\n"),
        ("licenses.csv", b"model_id,licenses,parent_model\na/one,\"['mit']\",[]\n"),
    ]);
    let expected = [
        "mit+bsd - Some(7000) []",
        "gemma llama4 None [num_parameters: 7.5]",
        " - None [num_parameters: 7B]",
        "mit b Some(8) []",
        "bsd - None [num_parameters: -1]",
        "mit+apache-2.0 - None []",
        "mit+gpl-3.0 - None []",
        "See LICENSE, or ask - None []",
        "mit+bsd+x,Y - None []",
    ];
    assert_eq!(facts(&folder.path().join("table.csv")), expected);
    assert_eq!(facts(&folder.path().join("licence.csv")), ["mit - Some(5) []"]);
    assert_eq!(facts(&folder.path().join("licenses.csv")), ["mit - None []"]);
}

#[test]
fn licences_and_parameters_in_parquet_are_those_of_a_table() {
    use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
    use parquet::file::writer::SerializedFileWriter;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.parquet");
    let write = |columns: &str, more: &dyn Fn(&mut SerializedFileWriter<fs::File>)| {
        let schema = format!("message t {{ required binary id (utf8); optional binary license (utf8); {columns} }}");
        let schema = std::sync::Arc::new(parquet::schema::parser::parse_message_type(&schema).unwrap());
        let mut file = SerializedFileWriter::new(fs::File::create(&path).unwrap(), schema, Default::default()).unwrap();
        more(&mut file);
        file.close().unwrap();
    };
    let texts = |texts: &[&str]| texts.iter().map(|text| ByteArray::from(*text)).collect::<Vec<_>>();
    let ids = texts(&["a/one", "a/two", "a/three"]);
    let licences = texts(&["['mit', 'bsd']", "gemma"]);
    write("optional int64 num_parameters;", &|file| {
        let mut group = file.next_row_group().unwrap();
        for at in 0..3 {
            let mut column = group.next_column().unwrap().unwrap();
            match at {
                0 => column.typed::<ByteArrayType>().write_batch(&ids, None, None),
                1 => column.typed::<ByteArrayType>().write_batch(&licences, Some(&[1, 1, 0]), None),
                _ => column.typed::<Int64Type>().write_batch(&[7000, -1], Some(&[1, 1, 0]), None),
            }
            .unwrap();
            column.close().unwrap();
        }
        group.close().unwrap();
    });
    assert_eq!(facts(&path), ["mit+bsd - Some(7000) []", "gemma - None [num_parameters: -1]", " - None []"]);
    // The Hub's own number stands above.
    write("optional double parameters; required group safetensors { optional int64 total; }", &|file| {
        let mut group = file.next_row_group().unwrap();
        for at in 0..4 {
            let mut column = group.next_column().unwrap().unwrap();
            match at {
                0 => column.typed::<ByteArrayType>().write_batch(&ids, None, None),
                1 => column.typed::<ByteArrayType>().write_batch(&licences, Some(&[1, 1, 0]), None),
                2 => column.typed::<DoubleType>().write_batch(&[1.0, 2.0, 3.0], Some(&[1, 1, 1]), None),
                _ => column.typed::<Int64Type>().write_batch(&[8, -8], Some(&[1, 1, 0]), None),
            }
            .unwrap();
            column.close().unwrap();
        }
        group.close().unwrap();
    });
    let expected = ["mit+bsd - Some(8) []", "gemma - Some(2) [safetensors.total: -8]", " - Some(3) []"];
    assert_eq!(facts(&path), expected);
}

/// What a cell of parents does to what an earlier source knew of them.
#[test]
fn a_blank_cell_of_parents_says_nothing_and_an_empty_list_says_none() {
    let links = |header: &str, row: &str| {
        let table = format!("{header}\n{row}\n");
        let folder = folder(&[("before.edges", b"x/y -> b/chat : finetune"), ("t.csv", table.as_bytes())]);
        let mut builder = Builder::new();
        for name in ["before.edges", "t.csv"] {
            read(&folder.path().join(name), &[]).0.into_iter().for_each(|found| builder.add(found));
        }
        let snapshot = builder.finish("test", None, None).unwrap();
        snapshot.links().unwrap().at(snapshot.find("b/chat").unwrap()).count()
    };
    for (header, row, expected) in [
        ("id,likes,parents", "b/chat,1,", 1),
        ("id,likes,base_model", "b/chat,1, ", 1),
        ("id,likes,base_model,merge_parent", "b/chat,1,nan,None", 1),
        ("id,likes,base_models", "b/chat,1,null", 1),
        ("id,likes,cardData,tags", "b/chat,1,,[]", 1),
        ("id,base_model,license,parameters", "b/chat,,mit,7", 1),
        ("id,likes,base_model,base_model_relation", "b/chat,1,,merge", 1),
        ("id,parent,relation", "b/chat,,", 1),
        ("id,likes,parents", "b/chat,1,[]", 0),
        ("id,likes,base_model", "b/chat,1,[]", 0),
        ("id,likes,base_models", "b/chat,1,\"{'models': []}\"", 0),
        ("id,likes,cardData", "b/chat,1,{}", 0),
        ("id,likes,parents", "b/chat,1,unknown", 0),
        ("id,likes,parents,tags", "b/chat,1,,['x']", 0),
        // What is of the wrong kind is noted, and is no word of parents.
        ("id,likes,parent", "b/chat,1,\"[{'model': 'c/d'}]\"", 1),
        ("id,likes,base_model", "b/chat,1,[True]", 1),
        ("id,likes,merge_parent", "b/chat,1,{}", 1),
    ] {
        assert_eq!(links(header, row), expected, "{header}: {row}");
    }
}

#[test]
fn a_packed_table_and_one_without_a_suffix_are_found() {
    let text = b"model_id,base_model_id\nb/chat,a/base\n";
    let zstd = zstd::encode_all(&text[..], 3).unwrap();
    let folder =
        folder(&[("links", text), ("links.csv.zst", &zstd), ("other.txt", b"x,y\n1,2\n"), ("none.csv", b"x,y\n1,2\n")]);
    for name in ["links", "links.csv.zst"] {
        assert_eq!(source::find(&folder.path().join(name), None).unwrap()[0].kind(), Kind::Csv);
        assert_eq!(said(&read(&folder.path().join(name), &[]).0), "b/chat < a/base unstated inferred");
    }
    assert!(source::find(&folder.path().join("other.txt"), None).is_err());
    let source = source::find(&folder.path().join("none.csv"), None).unwrap().pop().unwrap();
    let error = source.read(&mut |_| ()).unwrap_err();
    assert!(error.to_string().contains("x, y"), "{error}");
    assert_eq!(error.hint(), Some(Hint::IdColumn));
}

#[test]
fn columns_of_other_peoples_dumps_are_read_as_parquet_too() {
    for (name, expected) in [
        ("ecosystem.parquet", "a/base; b/chat < a/base finetune hub; c/blend < a/base merge hub, b/chat merge hub"),
        ("links.parquet", "c/blend < a/base merge hub, b/chat merge hub; b/chat < a/base unstated inferred"),
        (
            "parents.parquet",
            "b/chat < a/base unstated inferred; c/blend < a/base unstated inferred, b/chat unstated inferred",
        ),
        ("snake.parquet", "a/base; b/chat < a/base finetune hub"),
        ("both.parquet", "b/chat < a/base merge hub"),
        ("loose.parquet", "a/base; b/chat < a/base finetune hub"),
    ] {
        let (found, remarks) = read(&fixture(name), &[]);
        assert_eq!((said(&found).as_str(), &remarks[..]), (expected, &[][..]), "{name}");
    }
    let records =
        |name: &str| -> Vec<Record<'static>> { read(&fixture(name), &[]).0.into_iter().map(Result::unwrap).collect() };
    let found = records("loose.parquet");
    assert_eq!(found.iter().map(|record| record.created).collect::<Vec<_>>(), [Some(1_714_566_600_000); 2]);
    assert_eq!(found[0].counts[Count::Parameters], Some(7));
    let found = records("snake.parquet");
    assert_eq!((found[0].created, found[0].counts[Count::DownloadsAllTime]), (Some(1_714_566_600_000), Some(5000)));
    assert_eq!(records("both.parquet")[0].counts[Count::DownloadsAllTime], Some(2));
}

/// A row says in which spelling it says a thing, and not the file.
#[test]
fn each_row_of_parquet_may_have_another_spelling() {
    let records = |name: &str, columns: &[&str]| -> Vec<Record<'static>> {
        let (found, remarks) = read(&fixture(name), columns);
        assert!(remarks.is_empty(), "{remarks:?}");
        found.into_iter().map(Result::unwrap).collect()
    };
    let found = records("spellings.parquet", &[]);
    assert_eq!(found, records("spellings.csv", &[]));
    let text = said(&found.iter().cloned().map(Ok).collect::<Vec<_>>());
    assert_eq!(text, "o/x < a/b merge hub; o/y < a/c finetune hub; o/z < a/d finetune inferred; o/w");
    let day = Some(1_714_566_600_000);
    assert_eq!(found.iter().map(|record| record.created).collect::<Vec<_>>(), [day, day, day, None]);
    let counts = |found: &[Record<'_>], count| found.iter().map(|record| record.counts[count]).collect::<Vec<_>>();
    assert_eq!(counts(&found, Count::DownloadsAllTime), [Some(1), Some(2), None, None]);
    assert_eq!(counts(&found, Count::Parameters), [Some(5), Some(7), Some(8), None]);
    let found = records("beside.parquet", &["tags=topics"]);
    assert_eq!(counts(&found, Count::Parameters), [Some(5), Some(7), Some(9)]);
    let tags: Vec<_> = found.iter().map(|record| record.lists[WordList::Tags].as_deref().unwrap().join(" ")).collect();
    assert_eq!(tags, ["new", "kept", "kept"]);
}

#[test]
fn words_that_stand_for_nothing_are_missing_in_parquet_as_in_other_tables() {
    let (expected, remarks) = read(&fixture("words.csv"), &[]);
    assert_eq!(said(&expected), "o/x < a/c finetune inferred; o/y; o/z < a/b merge hub");
    for name in ["words.parquet", "words-delta.parquet"] {
        let found = read(&fixture(name), &[]);
        assert_eq!((said(&found.0), &found.1), (said(&expected), &remarks), "{name}");
        let records =
            |found: &[Result<Record<'static>, Reject>]| found.iter().cloned().map(Result::unwrap).collect::<Vec<_>>();
        assert_eq!(records(&found.0), records(&expected), "{name}");
    }
}

#[test]
fn empty_lists_without_a_type_say_that_there_is_no_parent() {
    for name in ["empty.parquet", "empty-lists.parquet"] {
        let folder = folder(&[("before.edges", b"x/y -> a/base, b/chat : finetune")]);
        let mut builder = Builder::new();
        for path in [folder.path().join("before.edges"), fixture(name)] {
            read(&path, &[]).0.into_iter().for_each(|found| builder.add(found));
        }
        let snapshot = builder.finish("test", None, None).unwrap();
        let parents = |id: &str| snapshot.links().unwrap().at(snapshot.find(id).unwrap()).count();
        assert_eq!((parents("a/base"), parents("b/chat")), (1, 0), "{name}");
    }
}

#[test]
fn a_file_that_cannot_be_read_says_why() {
    for (name, expected) in [
        ("brotli.parquet", "Brotli"),
        ("encrypted.parquet", "encrypted Parquet"),
        ("encrypted-columns.parquet", "encrypted columns"),
    ] {
        let error = match source::find(&fixture(name), None) {
            Err(error) => error,
            Ok(mut found) => found.pop().unwrap().read(&mut |_| ()).unwrap_err(),
        };
        let said = error.to_string().replace(fixture(name).to_str().unwrap(), "");
        assert!(said.contains(expected), "{name}: {said}");
    }
}

#[test]
fn columns_that_are_not_read_are_told() {
    let (found, mut remarks) = read(&fixture("passed.parquet"), &[]);
    assert_eq!(said(&found), "a/base");
    remarks.sort();
    let expected = [
        "column-not-read base_model_name",
        "column-not-read is_derived",
        "column-passed-over created: TIME_MILLIS",
        "column-passed-over createdAt: BOOLEAN",
        "column-passed-over created_at: FLOAT",
        "column-passed-over downloads.list.element: a list of INT64",
        "column-passed-over likes: DECIMAL",
        "column-passed-over pipeline_tag: INT64",
        "column-passed-over safetensors.sum: INT64",
    ];
    assert_eq!(remarks, expected);
    assert_eq!(csv("id,likes,base_model_clean\nb/chat,1,a/base\n", &[]).1, ["column-not-read base_model_clean"]);
    // Named, it is read.
    assert_eq!(csv("id,likes,base_model_clean\nb/chat,1,a/base\n", &["parent=base_model_clean"]).1, [""; 0]);
    let rows = folder(&[("rows.jsonl", br#"{"id":"a/b","parent_model":"c/d","baseModels":null,"x":{"base":1}}"#)]);
    assert_eq!(read(&rows.path().join("rows.jsonl"), &[]).1, ["column-not-read parent_model"]);
    // Wherever in a file the first row is that has one; objects within a row are no rows.
    let mut sparse = vec![r#"{"id":"a/b","author":"a","database":1,"x":{"parent":1}}"#; 3000];
    sparse
        .extend([r#"{"id":"a/c","Base_Of":[{"derived":1}],"parent\u005fid":"a/b"}"#, r#"{"parent_row":"is no row"}"#]);
    let list = format!("[{}]", sparse.join(","));
    let rows = folder(&[("rows.jsonl", sparse.join("\n").as_bytes()), ("list.json", list.as_bytes())]);
    for name in ["rows.jsonl", "list.json"] {
        let (found, remarks) = read(&rows.path().join(name), &[]);
        assert_eq!(found.iter().filter(|found| found.is_ok()).count(), 3001);
        let names = ["Base_Of", "parent_id", "parent_row"].map(|name| format!("column-not-read {name}"));
        assert_eq!(remarks, names, "{name}");
    }
}

#[test]
fn a_column_that_somebody_named_must_be_there() {
    let folder = folder(&[("t.csv", b"id,likes\na/b,1\n")]);
    let mut named = NamedColumns::default();
    named.add("parent=from").unwrap();
    for path in [folder.path().join("t.csv"), fixture("today.parquet")] {
        let source = source::find_named(&path, None, &named).unwrap().pop().unwrap();
        let error = source.read(&mut |_| ()).unwrap_err().to_string();
        assert!(error.contains("no column `from`"), "{error}");
    }
    for wrong in ["from", "grandparent=x", "parent=", "=x"] {
        assert!(named.add(wrong).is_err(), "{wrong}");
    }
}

/// Rows that say the same: as the Hub writes it, and as others do.
#[test]
fn rows_of_the_official_client_and_of_converters_are_the_hubs_rows() {
    let hub = r#"{"_id":"621ffdc136468d709f17ddb4","id":"b/chat","createdAt":"2024-05-01T12:30:00.000Z","downloads":1000,
        "downloadsAllTime":5,"tags":["en","base_model:a/base","base_model:finetune:a/base"],
        "baseModels":{"relation":"finetune","models":[{"_id":"1","id":"a/base"}]},
        "cardData":{"license":"mit","base_model":["a/base"]},"safetensors":{"parameters":{},"total":7}}"#;
    let record = |json: &str| {
        let mut found = Vec::new();
        read_rows("row", json.replace('\n', " ").as_bytes(), &mut |row| found.push(row.map(Record::into_owned)))
            .unwrap();
        found.pop().unwrap().unwrap()
    };
    let expected = record(hub);
    assert_eq!(expected.parents.len(), 1);
    for (what, from, to) in [
        (
            "snake_case",
            &[
                ("createdAt", "created_at"),
                ("downloadsAllTime", "downloads_all_time"),
                ("baseModels", "base_models"),
                ("cardData", "card_data"),
            ][..],
            "",
        ),
        (
            "camelCase above it",
            &[("\"id\"", "\"created_at\":\"2020-01-01\",\"base_models\":[\"x/y\"],\"downloads_all_time\":1,\"id\"")],
            "",
        ),
        (
            "the same behind",
            &[("\"total\":7}}", "\"total\":7},\"created_at\":\"2020-01-01\",\"base_models\":[\"x/y\"]}")],
            "",
        ),
        ("a null of the Hub's spelling", &[("\"createdAt\":", "\"createdAt\":null,\"created_at\":")], ""),
        ("milliseconds", &[("\"2024-05-01T12:30:00.000Z\"", "1714566600000")], ""),
        ("seconds", &[("\"2024-05-01T12:30:00.000Z\"", "1714566600")], ""),
        ("seconds as a float", &[("\"2024-05-01T12:30:00.000Z\"", "1714566600.0")], ""),
        ("nanoseconds", &[("\"2024-05-01T12:30:00.000Z\"", "1714566600000000000")], ""),
        ("with UTC", &[("2024-05-01T12:30:00.000Z", "2024-05-01 12:30:00 UTC")], ""),
        ("parts of seconds and UTC", &[("2024-05-01T12:30:00.000Z", "2024-05-01 12:30:00.000000 UTC")], ""),
        ("hours alone as the zone", &[("2024-05-01T12:30:00.000Z", "2024-05-01 12:30:00+00")], ""),
        ("no zone", &[("2024-05-01T12:30:00.000Z", "2024-05-01 12:30:00")], ""),
        ("floats", &[("1000", "1000.0")], ""),
        (
            "cardData as text",
            &[(
                r#"{"license":"mit","base_model":["a/base"]}"#,
                r#""{\"license\":\"mit\",\"base_model\":[\"a/base\"]}""#,
            )],
            "",
        ),
        (
            "baseModels as text",
            &[(
                r#"{"relation":"finetune","models":[{"_id":"1","id":"a/base"}]}"#,
                r#""{\"relation\":\"finetune\",\"models\":[{\"_id\":\"1\",\"id\":\"a/base\"}]}""#,
            )],
            "",
        ),
        ("safetensors as text", &[(r#"{"parameters":{},"total":7}"#, r#""{\"parameters\":{},\"total\":7}""#)], ""),
        (
            "bare NaN",
            &[("\"downloads\":", "\"trendingScore\":NaN,\"x\":[-Infinity,Infinity],\"likes\":NaN,\"downloads\":")],
            "",
        ),
        ("bare NaN in the card", &[("\"license\":", "\"x\":NaN,\"license\":")], ""),
    ] {
        let json = from.iter().fold(hub.to_owned(), |json, (from, to)| {
            assert!(json.contains(from), "{what}");
            json.replacen(from, to, 1)
        });
        assert_eq!(record(&json), expected, "{what}{to}");
    }
    let bad = record(r#"{"id":"a/b","createdAt":12}"#);
    assert_eq!((bad.created, bad.oddities.len()), (None, 1));
}

fn imported(text: &str) -> Snapshot {
    let folder = folder(&[("rows.jsonl", text.as_bytes())]);
    let mut builder = Builder::new();
    builder.source("rows.jsonl", "jsonl");
    read(&folder.path().join("rows.jsonl"), &[]).0.into_iter().for_each(|found| builder.add(found));
    builder.finish("test", None, None).unwrap()
}

#[test]
fn many_records_without_one_link_are_told() {
    let rows = |count: usize| (0..count).map(|at| format!("{{\"id\":\"a/m{at}\"}}\n")).collect::<String>();
    let remarks = |snapshot: &Snapshot| snapshot.provenance().sources[0].remarks.len();
    assert_eq!(remarks(&imported(&rows(1000))), 0);
    let snapshot = imported(&rows(1001));
    assert_eq!(snapshot.provenance().sources[0].remarks[0].kind, RemarkKind::NoLinks.name());
    let with_one = rows(1001) + "{\"id\":\"b/ft\",\"tags\":[\"base_model:a/m1\"]}\n";
    assert_eq!(remarks(&imported(&with_one)), 0);
}

#[test]
fn what_stands_behind_packed_data_is_told_but_for_zeros() {
    let rows = b"{\"id\":\"a/b\"}\n{\"id\":\"c/d\"}\n";
    let gzip = {
        use std::io::Write;
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packer.write_all(rows).unwrap();
        packer.finish().unwrap()
    };
    let zstd = zstd::encode_all(&rows[..], 3).unwrap();
    for (packed, name) in [(gzip, "rows.jsonl.gz"), (zstd, "rows.jsonl.zst")] {
        for (tail, rows, remarks) in [
            (vec![], 2, None),
            (vec![0; 1000], 2, None),
            (packed.clone(), 4, None),
            ([&packed[..], &[0; 10]].concat(), 4, None),
            (b"junk".to_vec(), 2, Some("trailing-junk 4 bytes")),
            ([&[0; 600_000][..], b"junk"].concat(), 2, Some("trailing-junk 600004 bytes")),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join(name);
            fs::write(&path, [&packed[..], &tail].concat()).unwrap();
            let (found, told) = read(&path, &[]);
            assert_eq!((found.len(), told.first().map(String::as_str)), (rows, remarks), "{name}");
        }
    }
}

#[test]
fn a_quote_that_is_not_closed_loses_no_row_in_silence() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.csv");
    let rows: String = (0..1500).map(|at| format!("m/x{at},g/h,\n")).collect();
    // In a column that is read, and in one that is not.
    for (header, quoted) in [("id,base_model,tags", "a/b,c/d,\"x\n"), ("id,base_model,about", "a/b,c/d,\"x\n")] {
        fs::write(&path, format!("{header}\n{quoted}{rows}")).unwrap();
        let (found, _) = read(&path, &[]);
        let told = said(&found);
        assert!(
            told.starts_with("line 2: a quote opens in the column ") && told.contains("1500 further lines"),
            "{told:.200}"
        );
    }
    // A README has lines, and a text about a model may have some.
    fs::write(&path, "id,card,about\na/b,\"---\nbase_model: c/d\n---\n\",\"one\ntwo\"\n").unwrap();
    assert!(said(&read(&path, &[]).0).contains("c/d"));
    // A list or an object in quotes is whole where its last mark ends it: numpy and pretty printers break lines.
    for (cell, is_whole) in [
        ("['base_model:c/d' 'x'\n 'license:mit']", true),
        ("array(['base_model:c/d', 'x',\n 'y'], dtype=object)", true),
        ("[\n  \"\"base_model:c/d\"\"\n]", true),
        ("['base_model:c/d']\ne/f,['x']", false),
        ("['base_model:c/d'\ne/f,['x']", false),
        ("base_model:c/d\nx", false),
    ] {
        fs::write(&path, format!("id,tags\na/b,\"{cell}\"\n")).unwrap();
        let told = said(&read(&path, &[]).0);
        assert_eq!((told.contains("c/d"), told.contains("a quote opens")), (is_whole, !is_whole), "{cell}: {told}");
    }
}

/// However few or many they are, and where a README may have any number of lines.
#[test]
fn rows_that_a_quote_took_in_are_told_and_tables_in_texts_are_none() {
    let rows = |count: usize, row: &str| (0..count).map(|at| row.replace('#', &at.to_string())).collect::<String>();
    let lost = |text: &str| {
        let (told, _) = csv(text, &[]);
        let lines = told.split("takes in ").nth(1).and_then(|rest| rest.split(' ').next()?.parse::<usize>().ok());
        (lines, told.matches(" < c/d").count())
    };
    for count in [0, 1, 2, 900] {
        let (row, last) = (rows(count, "o/m#,n,c/d\n"), rows(20, "p/m#,n,c/d\n"));
        let text = format!("id,notes,parent\na/b,\"open,c/d\n{row}z/z,\"x\",c/d\n{last}");
        assert_eq!(lost(&text), (Some(count + 1), 20), "{count}");
    }
    // Behind a README, before the id, up to the end of the file, and with what is no row among them.
    let readme = "---\nlicense: mit\n---\n# One\n\na, b\n";
    let row = rows(50, "o/m#,\n");
    assert_eq!(lost(&format!("id,card\na/b,\"{readme}{row}z/z,\"x\"\n")).0, Some(56));
    assert_eq!(lost(&format!("id,card\na/b,\"{readme}{row}")).0, Some(55));
    let row = rows(50, "n,o/m#,c/d\r\n");
    assert_eq!(lost(&format!("notes,id,parent\r\n\"open,a/b,c/d\r\n{row}\"x\",z/z,c/d\r\n")).0, Some(51));
    let row = rows(50, "n;o/m#;c/d\n") + "n;no id;\n" + "n;o/m;c/d;more\n";
    assert_eq!(lost(&format!("notes;id;parent\n\"open;a/b;c/d\n{row}\"x\";z/z;c/d\n")).0, Some(53));
    // Texts about models.
    let table = "# Scores\n\n| model | score | of |\n|---|---|---|\n| a/b | 1 | 2 |\n| c/d | 2 | 3 |\n";
    let code = "```csv\nmodel,score,of\na/b,1,2\nc/d,2,3\ne/f,2,3\n```\n";
    let prose = "Made of a/b, c/d.\na/b, then\n\nand/or, not, so\nSee a/b";
    for text in [table, code, prose, "one,\ntwo", "a/b\nc/d\ne/f", "x\na/b,c"] {
        for header in ["id,notes,parent", "id,card,parent"] {
            assert_eq!(lost(&format!("{header}\na/b,\"{text}\",c/d\n")), (None, 1), "{header}: {text}");
        }
    }
}

#[test]
fn what_else_is_said_makes_no_table_of_models_out_of_one_of_links() {
    let row = |link: &str, more: &str| format!("{link}{more}\n");
    for (header, more) in [
        ("child,parent,license", ",mit"),
        ("child,parent,license_name", ",mit"),
        ("child,parent,license_link", ",mit"),
        ("child,parent,downloads", ",5"),
        ("child_id,base_models,tags", ",['x']"),
        ("Child,derived_from,likes,created", ",5,2024-05-01"),
        ("id,parent,likes", ",5"),
        ("model_id,base_model_id,sha", ","),
        ("id,parent_id,card", ",# A card"),
    ] {
        let (found, remarks) = csv(&format!("{header}\n{}{}", row("b/x,a/y", more), row("b/x,a/z", more)), &[]);
        assert_eq!(found, "b/x < a/y unstated inferred, a/z unstated inferred", "{header}");
        assert!(remarks.is_empty(), "{remarks:?}");
    }
}

#[test]
fn rows_of_models_that_replace_others_parents_are_counted() {
    for (header, rows, expected) in [
        ("id,base_model,likes", "b/x,a/y,1\nb/x,a/z,1\nB/X,[],1\nc/d,a/y,1\nc/d,A/Y,2\n", Some("2 rows")),
        ("id,parents,likes", "b/x,a/y,1\nb/x,,1\nb/x,\"a/y,a/z\",1\n", Some("1 row")),
        ("id,tags", "b/x,['base_model:a/y']\nb/x,['base_model:a/z']\n", Some("1 row")),
        ("id,parents,likes", "b/x,,1\nb/x,[],1\nb/x,a/y,1\nb/x,,1\n", None),
    ] {
        let (_, remarks) = csv(&format!("{header}\n{rows}"), &[]);
        let expected: Vec<String> = expected.iter().map(|rows| format!("parents-replaced {rows}")).collect();
        assert_eq!(remarks, expected, "{header}: {rows}");
    }
}

/// The same rule for Parquet.
#[test]
fn links_in_parquet_add_up_whatever_else_is_said() {
    use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
    use parquet::file::writer::SerializedFileWriter;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.parquet");
    for (id, parent, expected) in [
        ("child", "derived_from", ("b/x < a/y unstated inferred, a/z unstated inferred", None)),
        ("id", "parent", ("b/x < a/y unstated inferred, a/z unstated inferred", None)),
        ("id", "parents", ("b/x < a/y unstated inferred; b/x < a/z unstated inferred", Some("parents-replaced 1 row"))),
    ] {
        let schema = format!(
            "message t {{ required binary {id} (utf8); required binary {parent} (utf8); required int64 downloads; }}"
        );
        let schema = std::sync::Arc::new(parquet::schema::parser::parse_message_type(&schema).unwrap());
        let mut file = SerializedFileWriter::new(fs::File::create(&path).unwrap(), schema, Default::default()).unwrap();
        let mut group = file.next_row_group().unwrap();
        for texts in [["b/x", "b/x"], ["a/y", "a/z"]] {
            let mut column = group.next_column().unwrap().unwrap();
            column.typed::<ByteArrayType>().write_batch(&texts.map(ByteArray::from), None, None).unwrap();
            column.close().unwrap();
        }
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<Int64Type>().write_batch(&[5, 6], None, None).unwrap();
        column.close().unwrap();
        group.close().unwrap();
        file.close().unwrap();
        let (found, remarks) = read(&path, &[]);
        assert_eq!((said(&found).as_str(), remarks.first().map(String::as_str)), expected, "{id}, {parent}");
        let counted = found.last().unwrap().as_ref().unwrap().counts[Count::Downloads];
        assert_eq!(counted, Some(6));
    }
}

#[test]
fn a_child_of_many_parents_costs_their_number() {
    let links = |rows: usize| {
        (0..rows)
            .map(|at| format!("a/b,o/m{at}\na/b,O/M{}\n", at / 2))
            .fold("child,parent\n".to_owned(), |all, row| all + &row)
    };
    let lines = |rows: usize| (0..rows).map(|at| format!("o/m{at}, O/m{at} -> a/b : merge\n")).collect::<String>();
    let many = 60_000;
    let folder = folder(&[
        ("few.csv", links(20).as_bytes()),
        ("many.csv", links(many).as_bytes()),
        ("few.edges", lines(20).as_bytes()),
        ("many.edges", lines(many).as_bytes()),
        ("line.edges", format!("{}o/x -> a/b : merge", "o/x, O/X, ".repeat(many)).as_bytes()),
    ]);
    let began = std::time::Instant::now();
    for (name, parents) in
        [("few.csv", 20), ("many.csv", many), ("few.edges", 20), ("many.edges", many), ("line.edges", 1)]
    {
        let (found, _) = read(&folder.path().join(name), &[]);
        let child = found.iter().flatten().find(|record| record.id.as_str() == "a/b").unwrap();
        assert_eq!((child.parents.len(), child.oddities.len()), (parents, 0), "{name}");
    }
    // One by one it would be minutes.
    assert!(began.elapsed() < std::time::Duration::from_secs(60), "{:?}", began.elapsed());
}

#[test]
fn what_no_table_should_hold_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.csv");
    let told = |text: &[u8]| {
        fs::write(&path, text).unwrap();
        let source = source::find(&path, None).unwrap().pop().unwrap();
        let mut found = Vec::new();
        match source.read(&mut |record| found.push(record.map(Record::into_owned))) {
            Ok(_) => said(&found),
            Err(error) => error.to_string(),
        }
    };
    // Capitals do not matter, and what is spelled as known stands above.
    assert_eq!(told(b"Model_ID,Base_Model\na/b,c/d\n"), "a/b < c/d finetune inferred");
    assert_eq!(told(b"ID,id,base_model\ne/f,a/b,c/d\n"), "a/b < c/d finetune inferred");
    // Lines are counted however they end; a row of nothing, as a spreadsheet leaves it, says nothing.
    for end in ["\n", "\r\n"] {
        let lines = ["id,base_model", "a/b,c/d", ",", "e/f,\"['c/d'\n 'g/h']\"", "no id,c/d", "x y,c/d", ""].join(end);
        let said = told(lines.as_bytes());
        assert!(said.contains("line 6: ") && said.contains("line 7: ") && said.contains("g/h"), "{said}");
        assert!(!said.contains("line 3"), "{said}");
    }
    // The official client's card prints itself as YAML.
    assert_eq!(
        told(b"id,card_data,gated\na/b,\"base_model: c/d\nlicense: mit\n\",\"\"\"auto\"\"\"\n"),
        "a/b < c/d finetune inferred"
    );
    // Joined files.
    let joined = told(b"id,base_model\na/b,c/d\n\xef\xbb\xbfid,base_model\ne/f,c/d\n");
    assert!(joined.contains("line 3: the line of names again") && joined.contains("e/f"), "{joined}");
    let joined = told(b"id,parent\na/b,c/d\nID,Parent\n");
    assert!(joined.contains("line 3: the line of names again"), "{joined}");
    // A name with a line break.
    for header in ["id,\"base\nmodel\",base_model", "id;base_model;\"base\r\nmodel\""] {
        let broken = told(format!("{header}\na/b,x,c/d\n").as_bytes());
        assert!(broken.contains("line 1: the line of names") && broken.contains("line break"), "{broken}");
    }
    assert_eq!(told(b"id,5\" disks,base_model\na/b,,c/d\n"), "a/b < c/d finetune inferred");
    // A row without an end, and a line of names without one.
    let endless = [b"id,base_model\na/b,\"", &[b'x'; 20 << 20][..]].concat();
    assert!(told(&endless).ends_with("line 2: a row is longer than 16 MiB; is a quote not closed?"));
    let wide = format!("id,base_model,{}", "x,".repeat(600_000));
    assert!(told(wide.as_bytes()).contains("line 1: is longer than 1 MiB"));
    assert!(told(b"id,base_model\ra/b,c/d\r").contains("CR alone"));
    // Many columns cost their number, not its square.
    let names: String = (0..100_000).map(|at| format!(",c{at}")).collect();
    let rows = format!("id,base_model{names}\na/b,c/d{}\n", ",".repeat(100_000));
    assert!(told(rows.as_bytes()).contains("c/d"));
}

#[test]
fn a_table_tells_the_hubs_of_its_rows_apart() {
    let links = "child,parent,likes,hub\na/b,q/b,2,\na/b,q/z,1,MS\n";
    let models = "id,base_model,likes,hub\na/b,x/y,1,ms\nms:k/l,x/y,1,ms\na/b,x/z,2,\nms:k/m,x/y,1,\n";
    for (text, expected, likes) in [
        (links, "a/b < q/b unstated inferred; ms:a/b < ms:q/z unstated inferred", vec![Some(2), Some(1)]),
        (
            models,
            "ms:a/b < ms:x/y finetune inferred; ms:k/l < ms:x/y finetune inferred; a/b < x/z finetune inferred; \
             line 5: \"ms:k/m\" is no model id: the character ':' cannot stand in an id",
            vec![Some(1), Some(1), Some(2)],
        ),
    ] {
        let folder = folder(&[("t.csv", text.as_bytes())]);
        let (found, remarks) = read(&folder.path().join("t.csv"), &["hub=hub"]);
        assert_eq!((said(&found).trim(), &remarks[..]), (expected, &[][..]));
        let liked: Vec<_> = found.iter().flatten().map(|record| record.counts[Count::Likes]).collect();
        assert_eq!(liked, likes);
    }
}
