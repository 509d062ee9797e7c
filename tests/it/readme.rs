//! The commands in the README and in docs/ are run, and what they print is compared. `TRYCMD=overwrite cargo test readme`
//! writes it anew.

use std::fs;
use std::path::Path;

#[test]
fn the_readme_and_the_docs_print_what_they_say() {
    let mut pages = vec!["README.md".to_owned()];
    pages.extend(fs::read_dir("docs").unwrap().map(|entry| entry.unwrap().path().display().to_string()));
    pages.retain(|page| page.ends_with(".md") && fs::read_to_string(page).unwrap().contains("\n```console\n"));
    pages.sort();
    assert_eq!(
        pages,
        [
            "README.md",
            "docs/charts.md",
            "docs/explorer.md",
            "docs/provenance.md",
            "docs/questions.md",
            "docs/report.md",
            "docs/tour.md"
        ]
    );
    // Some commands write their files there.
    fs::create_dir_all("target").unwrap();
    for page in pages {
        let text = fs::read_to_string(&page).unwrap();
        assert!(!text.lines().any(|line| line.starts_with("? ")), "a command of {page} fails");
        // Of its own: a snapshot that one page makes is not asked on another.
        let home = tempfile::tempdir().unwrap();
        trycmd::TestCases::new()
            .register_bin("modelkin", Path::new(env!("CARGO_BIN_EXE_modelkin")))
            .env("HOME", home.path().display().to_string())
            .env("XDG_DATA_HOME", home.path().display().to_string())
            .env("MODELKIN_SNAPSHOT", "")
            .case(&page);
    }
}
