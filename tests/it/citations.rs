//! What the house cites of docs/ by the number of a section is there: "docs/hub.md, 3.2", "docs/hub.md, 1.2 and 1.3".

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use regex::Regex;
use walkdir::WalkDir;

/// The texts that cite, code, tests and documents, each with its path from the root. This file's own examples are none.
fn texts() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let places =
        ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "docs", "src", "tests/it", "tests/hub", "examples"];
    let mut texts = Vec::new();
    for entry in places.iter().flat_map(|place| WalkDir::new(root.join(place))) {
        let entry = entry.unwrap();
        let is_text = entry.path().extension().is_some_and(|suffix| suffix == "rs" || suffix == "md");
        if is_text && !entry.path().ends_with("tests/it/citations.rs") {
            let name = entry.path().strip_prefix(root).unwrap().display().to_string();
            texts.push((name, fs::read_to_string(entry.path()).unwrap()));
        }
    }
    texts
}

/// The numbers of a page's sections: of `## 3. Fields` and `### 3.2 Words`.
fn sections(page: &str) -> BTreeSet<String> {
    let heading = Regex::new(r"(?m)^##+ (\d+(?:\.\d+)*)\.? ").unwrap();
    heading.captures_iter(page).map(|found| found[1].to_owned()).collect()
}

/// Every citation in a text: a page, and a section of it. A line may end anywhere in it.
fn citations(text: &str) -> Vec<(String, String)> {
    let text = Regex::new(r"\n\s*(?://[/!]?)?\s*").unwrap().replace_all(text, " ");
    // In docs/ a page cites another one by a link: "([hub.md](hub.md), 7.1)".
    let citation = Regex::new(r"\b([a-z-]+\.md)\)?, (\d+(?:\.\d+)*(?: and \d+(?:\.\d+)*)*)").unwrap();
    let mut found = Vec::new();
    for one in citation.captures_iter(&text) {
        found.extend(one[2].split(" and ").map(|number| (one[1].to_owned(), number.to_owned())));
    }
    found
}

#[test]
fn every_section_that_is_cited_is_there() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let mut cited = BTreeSet::new();
    for (path, text) in texts() {
        for (page, number) in citations(&text) {
            let found = fs::read_to_string(docs.join(&page)).map(|page| sections(&page)).unwrap_or_default();
            assert!(found.contains(&number), "{path} cites docs/{page}, {number}, which is not there");
            cited.insert(page);
        }
    }
    assert!(["definitions.md", "hub.md"].iter().all(|page| cited.contains(*page)), "{cited:?}");
}

/// Notes that are not in the repository are no source for whoever reads the code.
#[test]
fn nothing_is_cited_that_is_not_here() {
    for (path, text) in texts() {
        for gone in ["hub-facts", "`definitions`"] {
            assert!(!text.contains(gone), "{path} cites {gone}: docs/hub.md and docs/definitions.md are here");
        }
    }
}

#[test]
fn citations_are_found_in_comments_and_in_links() {
    let found = |text: &str| -> Vec<String> {
        citations(text).into_iter().map(|(page, number)| format!("{page} {number}")).collect()
    };
    assert_eq!(found("/// By the rule (docs/hub.md, 6.4)."), ["hub.md 6.4"]);
    assert_eq!(found("//! A row (docs/hub.md, 1.2\n//! and 1.3), and more."), ["hub.md 1.2", "hub.md 1.3"]);
    assert_eq!(found("ids ([hub.md](hub.md), 7.1), in docs/dirt.md, 12 of them"), ["hub.md 7.1", "dirt.md 12"]);
    assert!(found("see docs/dirt.md, whose rows are tests").is_empty());
    let numbers: Vec<String> = sections("# A\n## 1. B\n### 1.2 C\n#### 1.2.3 D\n## E 4\n").into_iter().collect();
    assert_eq!(numbers, ["1", "1.2", "1.2.3"]);
}
