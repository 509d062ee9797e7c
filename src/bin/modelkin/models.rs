//! Models that are named on the command line, or in somebody's lists.

use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::Context;
use modelkin::ask::{Atlas, Entry, Models, Tables};
use modelkin::import::Overlay;
use modelkin::ink::plural;
use modelkin::source::{Inventory, LocalModel};

use crate::{args, desk, files, output, snapshots};

/// What the arguments, lists and folders name.
pub struct Named {
    /// The models that are asked for.
    pub models: Models,
    /// Models in folders, which are among them.
    folders: Vec<LocalModel>,
}

/// Reads what the arguments, lists and folders name.
pub fn named(typed: &args::Models) -> anyhow::Result<Named> {
    let mut models = listed(&typed.models, &typed.from)?;
    let read = |path: &PathBuf| LocalModel::read(path).with_context(|| files::named("--folder", path));
    let folders: Vec<LocalModel> = typed.folder.iter().map(read).collect::<Result<_, _>>()?;
    models.ids.extend(folders.iter().map(|local| local.id().to_string()));
    Ok(Named { models, folders })
}

impl Named {
    /// The snapshot that is meant, to be asked, with what folders hold laid over it.
    pub fn atlas(&self, asked: &args::Asked, tables: Tables) -> anyhow::Result<Atlas> {
        let snapshot = snapshots::open(asked, None)?;
        if self.folders.is_empty() {
            return Ok(desk::over(&snapshot, &asked.wait, tables));
        }
        let ids = self.models.ids.iter().chain(self.models.listed.iter().map(|entry| &entry.id));
        let ids: Vec<&str> = ids.map(String::as_str).collect();
        let Overlay { snapshot, files, remarks } = Overlay::new(&snapshot, &self.folders, &ids)?;
        Ok(desk::over(&snapshot, &asked.wait, tables).overlaid(files, remarks))
    }
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
        let entry = |model: modelkin::source::Listed| Entry {
            id: model.id,
            file: path.display().to_string(),
            line: model.line,
        };
        listed.extend(inventory.models.into_iter().map(entry));
    }
    Ok(Models { ids: ids.to_vec(), listed })
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
