//! The library alone, without the program, the Hub and drawings: a lineage in our notation is read, a snapshot is made of it and
//! written, and a question is answered as the program answers it.
//!
//! ```toml
//! modelkin = { version = "0.1", default-features = false }
//! ```
//!
//! `cargo run --no-default-features --example library_alone`

#![allow(clippy::print_stdout, reason = "an example speaks")]

use std::error::Error;
use std::io::stdout;

use modelkin::ask::{Atlas, Question, Tables};
use modelkin::import::{self, Given, Recipe};
use modelkin::ink::Format;
use modelkin::reference::Families;
use modelkin::snapshot::{Builder, Snapshot};

const LINEAGE: &str = "\
Qwen/Qwen2.5-7B -> you/your-finetune : finetune
you/your-finetune, other/model -> you/blend : merge
you/blend -> you/blend-GGUF : quantized
";

fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let folder = tempfile::tempdir()?;
    let (text, file) = (folder.path().join("mine.edges"), folder.path().join("mine.modelkin"));
    std::fs::write(&text, LINEAGE)?;

    // What `modelkin import` does.
    let sources = modelkin::source::find(&text, None)?.into_iter().map(Given::Source).collect();
    let recipe = Recipe { families: Families::built_in()?.all()?, written: 1_795_651_200_000, ..Recipe::default() };
    let made = import::make(Builder::new(), sources, &recipe, &mut |_| ())?;
    made.snapshot.write(&file)?;

    // What `modelkin family Qwen --format json` does.
    let atlas = Atlas::new(&Snapshot::open(&file)?, Tables::built_in()?);
    let question: Question = serde_json::from_str(r#"{"family": {"name": "Qwen"}}"#)?;
    let answer = atlas.ask(&question)?;
    answer.report()?.write(answer.snapshot(), Format::Json, &mut stdout().lock())?;
    println!("{}", answer.command());
    Ok(())
}
