//! What shells complete, and the man pages.

use std::fs;

use assert_cmd::Command;

/// What a shell is offered at the end of a command line, asked as the scripts ask.
fn offered(words: &[&str]) -> Vec<String> {
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_modelkin"));
    command.env("COMPLETE", "fish").env("XDG_DATA_HOME", home.path()).env_remove("MODELKIN_SNAPSHOT");
    let output = command.arg("--").arg("modelkin").args(words).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| line.split('\t').next().unwrap().to_owned()).collect()
}

#[test]
fn names_are_completed_out_of_the_snapshot() {
    let names = offered(&["family", "qwe"]);
    assert!(["Qwen", "Qwen-Image", "QwerkyAI"].iter().all(|name| names.iter().any(|known| known == name)), "{names:?}");
    assert!(!names.iter().any(|name| name == "Qwen/*"), "a shell would expand it: {names:?}");
    let models = offered(&["show", "qwen/qwen2.5-14b-i"]);
    assert!(models.iter().any(|id| id == "Qwen/Qwen2.5-14B-Instruct"), "{models:?}");
    assert!(models.iter().all(|id| id.to_lowercase().starts_with("qwen/qwen2.5-14b-i")), "{models:?}");
    assert_eq!(
        offered(&["why", "Qwen/Qwen2.5-14B-Instruct", "Qwen/Qwen2.5-14B-Instruct-1"]),
        ["Qwen/Qwen2.5-14B-Instruct-1M"]
    );
    assert_eq!(offered(&["export", "--below", "Qwen/Qwen2.5-14B-Instruct-1"]), ["Qwen/Qwen2.5-14B-Instruct-1M"]);
    assert!(offered(&["show", "no such model"]).is_empty());
    // Many models begin with a letter: their owners help on.
    let owners = offered(&["show", "m"]);
    assert!(owners.iter().all(|owner| owner.ends_with('/')) && owners.len() == 200, "{owners:?}");
}

#[test]
fn commands_and_options_are_completed() {
    assert_eq!(offered(&["fam"]), ["family"]);
    assert!(offered(&["compare", "Qwen", "--sn"]).contains(&"--snapshots".to_owned()));
    assert!(offered(&["compare", "Qwen", "--by", "mo"]).contains(&"month".to_owned()));
    assert!(!offered(&[""]).contains(&"manual".to_owned()), "it is for the makers of packages");
}

#[test]
fn every_shell_has_a_script() {
    for shell in ["bash", "zsh", "fish", "powershell", "nushell"] {
        let output = Command::new(env!("CARGO_BIN_EXE_modelkin")).args(["completions", shell]).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        assert!(String::from_utf8(output.stdout).unwrap().contains("modelkin"), "{shell}");
    }
}

/// `modelkin manual docs/man` writes them anew.
#[test]
fn the_man_pages_are_those_of_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_modelkin")).arg("manual").arg(folder.path()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let pages = |folder: &std::path::Path| {
        let mut pages: Vec<(String, String)> = fs::read_dir(folder)
            .unwrap()
            .map(|page| page.unwrap().path())
            .map(|page| (page.file_name().unwrap().to_string_lossy().into_owned(), fs::read_to_string(page).unwrap()))
            .collect();
        pages.sort();
        pages
    };
    let (made, kept) = (pages(folder.path()), pages("docs/man".as_ref()));
    let names = |pages: &[(String, String)]| pages.iter().map(|page| page.0.clone()).collect::<Vec<_>>();
    assert_eq!(names(&made), names(&kept));
    for (made, kept) in made.iter().zip(&kept) {
        assert!(
            made == kept,
            "docs/man/{} is not what the program says; write it anew with `modelkin manual docs/man`",
            made.0
        );
    }
}
