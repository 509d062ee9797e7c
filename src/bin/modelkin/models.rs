//! Models that are named on the command line, or in somebody's lists.

use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::Context;
use modelkin::ask::{Entry, Models};
use modelkin::ink::plural;
use modelkin::source::Inventory;

use crate::{args, files, output};

/// The models that an option's lists and the arguments name.
pub fn named(typed: &args::Models) -> anyhow::Result<Models> {
    listed(&typed.models, &typed.from)
}

/// The models that are named by their ids, and those of lists.
pub fn listed(ids: &[String], lists: &[PathBuf]) -> anyhow::Result<Models> {
    let mut listed = Vec::new();
    for path in lists {
        let inventory = read(path)?;
        if inventory.others > 0 {
            let things = plural(inventory.others as u64, "component");
            output::note(&format!("note: {}: {things} no model, left aside", path.display()));
        }
        let entry = |model: modelkin::source::Listed| Entry { id: model.id, place: place(path, model.line) };
        listed.extend(inventory.models.into_iter().map(entry));
    }
    Ok(Models { ids: ids.to_vec(), listed })
}

/// Where a line of a list is.
fn place(path: &Path, line: u64) -> String {
    format!("{}:{line}", path.display())
}

fn read(path: &Path) -> anyhow::Result<Inventory> {
    if path == Path::new("-") {
        const MOST: u64 = 64 << 20;
        let mut text = Vec::new();
        std::io::stdin().take(MOST).read_to_end(&mut text).context("the standard input")?;
        return Ok(Inventory::read(Path::new("the standard input"), &text)?);
    }
    Ok(Inventory::read(path, &files::list("--from", path)?)?)
}
