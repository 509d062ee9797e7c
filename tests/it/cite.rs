//! Citations of answers, in three forms.

use assert_cmd::Command;
use serde_json::Value;

fn cited(words: &[&str], form: &str) -> String {
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_modelkin"));
    command.env("XDG_DATA_HOME", home.path()).args(words).args(["--snapshot", "sample", "--cite", form]);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

const QUESTIONS: [&[&str]; 7] = [
    &["family", "Qwen"],
    &["rank", "--by", "authors"],
    &["compare", "Qwen", "Mistral and Mixtral", "--by", "month"],
    &["flows", "--by", "country"],
    &["report", "--section", "shape"],
    &["upstream", "Qwen/Qwen2.5-14B-Instruct"],
    &["rank", "--columns", "downloads,authors", "--by", "likes"],
];

#[test]
fn a_citation_says_what_was_counted_where_and_by_which_command() {
    let digest = modelkin::sample().unwrap().provenance().digest.clone();
    for words in QUESTIONS {
        let text = cited(words, "text");
        assert!(text.starts_with(&format!("modelkin {}, `modelkin {}", env!("CARGO_PKG_VERSION"), words[0])), "{text}");
        assert!(text.contains(&digest) && text.contains("of 2026-10-12") && text.contains("no census"), "{text}");
        assert_eq!(text.lines().count(), 1, "{text}");
        // The definition of the answer stands in it.
        let home = tempfile::tempdir().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_modelkin"));
        command.env("XDG_DATA_HOME", home.path()).args(words).args(["--snapshot", "sample", "--format", "json"]);
        let frame: Value = serde_json::from_slice(&command.output().unwrap().stdout).unwrap();
        assert!(text.contains(frame["definition"].as_str().unwrap()), "{text}");
    }
}

#[test]
fn csl_is_a_list_of_one_item_with_a_date() {
    for words in QUESTIONS {
        let items: Value = serde_json::from_str(&cited(words, "csl")).unwrap();
        let item = &items[0];
        assert_eq!((items.as_array().unwrap().len(), item["type"].as_str()), (1, Some("dataset")));
        assert_eq!(item["issued"]["date-parts"][0], serde_json::json!([2026, 10, 12]));
        assert!(item["title"].as_str().unwrap().contains(words[0]));
    }
}

#[test]
fn bibtex_has_balanced_braces_and_a_key_of_its_own() {
    let mut keys = std::collections::BTreeSet::new();
    for words in QUESTIONS {
        let entry = cited(words, "bibtex");
        let (mut open, mut escaped) = (0i32, false);
        for c in entry.chars() {
            match c {
                '{' if !escaped => open += 1,
                '}' if !escaped => open -= 1,
                _ => (),
            }
            assert!(open >= 0, "{entry}");
            escaped = c == '\\' && !escaped;
        }
        assert_eq!(open, 0, "{entry}");
        let key = entry.strip_prefix("@misc{").unwrap().split(',').next().unwrap().to_owned();
        assert!(key.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'), "{key}");
        assert!(keys.insert(key), "{entry}");
        // What is special to LaTeX stands behind a backslash.
        let body = entry.split_once(',').unwrap().1;
        let specials = body.char_indices().filter(|(_, c)| "&%$#_".contains(*c));
        assert!(specials.into_iter().all(|(at, _)| body[..at].ends_with('\\')), "{entry}");
        assert!(entry.contains("  year = {2026},\n") && entry.contains("  month = oct,\n"), "{entry}");
    }
}

#[test]
fn a_citation_stands_in_the_place_of_the_answer() {
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_modelkin"));
    command.env("XDG_DATA_HOME", home.path());
    let output = command.args(["rank", "--snapshot", "sample", "--cite", "text", "--format", "csv"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
}

#[test]
fn what_is_written_to_files_is_cited_too() {
    for words in [&["export", "--below", "Qwen/Qwen2.5-14B"][..], &["bom", "Qwen/Qwen2.5-14B-Instruct"]] {
        let text = cited(words, "text");
        assert!(
            text.starts_with(&format!("modelkin {}, `modelkin {}", env!("CARGO_PKG_VERSION"), words.join(" "))),
            "{text}"
        );
        let entry = cited(words, "bibtex");
        assert!(entry.starts_with("@misc{"), "{entry}");
    }
    // There is no file then, and none is named.
    let mut command = Command::new(env!("CARGO_BIN_EXE_modelkin"));
    let output = command.args(["export", "--all", "--snapshot", "sample", "--cite", "-o", "x.svg"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
}

#[test]
fn text_is_the_form_that_is_taken_unasked() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_modelkin"));
    let output = command.args(["rank", "--snapshot", "sample", "--cite"]).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), cited(&["rank"], "text"));
}
