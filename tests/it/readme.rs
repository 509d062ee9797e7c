//! The README's commands are run, and what they print is compared. `TRYCMD=overwrite cargo test readme` writes it anew.

#[test]
fn the_readme_prints_what_it_says() {
    let page = std::fs::read_to_string("README.md").unwrap();
    assert!(!page.lines().any(|line| line.starts_with("? ")), "a command of the README fails");
    // The last command writes its snapshot there.
    std::fs::create_dir_all("target").unwrap();
    let home = tempfile::tempdir().unwrap();
    trycmd::TestCases::new()
        .register_bin("modelkin", std::path::Path::new(env!("CARGO_BIN_EXE_modelkin")))
        .env("HOME", home.path().display().to_string())
        .env("XDG_DATA_HOME", home.path().display().to_string())
        .env("MODELKIN_SNAPSHOT", "")
        .case("README.md");
}
