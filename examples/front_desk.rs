//! Asks one atlas from eight threads, and prints each answer as the program does with `--format json`.
//!
//! `cargo run --release --example front_desk [SNAPSHOT]`; without one the sample inside the program is asked.

#![allow(clippy::print_stdout, reason = "an example speaks")]

use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::thread;

use modelkin::ask::{Atlas, Question, Tables};
use modelkin::ink::Format;
use modelkin::snapshot::Snapshot;

type Failed = Box<dyn Error + Send + Sync>;

const QUESTIONS: [&str; 8] = [
    r#"{"family": {"name": "Qwen"}}"#,
    r#"{"family": {"name": "Llama", "filter": {"exclude": ["quantized"]}}}"#,
    r#"{"rank": {"most": 20}}"#,
    r#"{"rank": {"of": "owners", "by": "authors", "most": 20}}"#,
    r#"{"rank": {"filter": {"relations": ["finetune"]}, "most": 20}}"#,
    r#"{"show": {"selection": {"begin": {"below": "google/gemma-2-2b"}}, "depth": 3, "siblings": 8}}"#,
    r#"{"explain": {"name": "Gemma"}}"#,
    r#"{"owners": {"most": 20}}"#,
];

fn main() -> Result<(), Failed> {
    let snapshot = match std::env::args().nth(1) {
        Some(path) => Snapshot::open(Path::new(&path))?,
        None => modelkin::sample()?,
    };
    let atlas = Arc::new(Atlas::new(&snapshot, Tables::built_in()?));
    let ask = |question: &'static str| {
        let atlas = Arc::clone(&atlas);
        thread::spawn(move || -> Result<String, Failed> {
            let answer = atlas.ask(&serde_json::from_str::<Question>(question)?)?;
            let mut json = Vec::new();
            answer.report()?.write(answer.snapshot(), Format::Json, &mut json)?;
            Ok(format!("$ {} --format json\n{}", answer.command(), String::from_utf8_lossy(&json)))
        })
    };
    for thread in QUESTIONS.map(ask) {
        print!("{}", thread.join().map_err(|_| "a thread panicked")??);
    }
    Ok(())
}
