//! Models that are named on the command line, or in somebody's lists.

use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use modelkin::ask::{Atlas, Entry, Models, Tables};
use modelkin::import::Overlay;
use modelkin::ink::plural;
use modelkin::source::{Inventory, LocalModel};

use crate::program::{args, desk, files, output, snapshots};

/// What the arguments, lists and folders name.
pub struct Named {
    /// The models that are asked for.
    pub models: Models,
    /// Models in folders, which are among them.
    folders: Vec<LocalModel>,
    /// Where these lie.
    paths: Vec<PathBuf>,
}

/// Reads what the arguments, lists and folders name.
pub fn named(typed: &args::Models) -> anyhow::Result<Named> {
    let mut models = listed("--from", &typed.listed.models, &typed.listed.from)?;
    let folders = LocalModel::read_all(typed.folder.iter().map(PathBuf::as_path)).context("--folder")?;
    // Where a finding about such a model is shown: in the first of its files.
    let entry = |(local, path): (&LocalModel, &PathBuf)| {
        let file = local.files.first().map_or_else(|| path.clone(), |file| path.join(file));
        Entry { id: local.id().to_string(), file: file.display().to_string(), line: 1 }
    };
    models.listed.extend(folders.iter().zip(&typed.folder).map(entry));
    Ok(Named { models, folders, paths: typed.folder.clone() })
}

impl Named {
    /// The files that were read of folders.
    pub fn read(&self) -> Vec<PathBuf> {
        let files =
            |(local, path): (&LocalModel, &PathBuf)| local.files.iter().map(|file| path.join(file)).collect::<Vec<_>>();
        self.folders.iter().zip(&self.paths).flat_map(files).collect()
    }

    /// The snapshot that is meant, to be asked, with what folders hold laid over it.
    pub fn atlas(&self, asked: &args::Asked, tables: Tables) -> anyhow::Result<Atlas> {
        let snapshot = snapshots::open(asked, None)?;
        if self.folders.is_empty() {
            return Ok(desk::over(&snapshot, &asked.wait, tables));
        }
        // What no name means here may be the id of a folder's own model.
        let whole = desk::over(&snapshot, &asked.wait, Tables::built_in()?);
        let named = self.models.ids.iter().map(|name| whole.model(name).unwrap_or_else(|_| name.clone()));
        let ids: Vec<String> = named.chain(self.models.listed.iter().map(|entry| entry.id.clone())).collect();
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let laid = Overlay::new(&snapshot, &self.folders, &ids)?;
        let atlas = desk::over(&laid.snapshot, &asked.wait, tables).named_by(&snapshot);
        Ok(atlas.overlaid(laid.files, laid.remarks))
    }
}

/// The models that are named by their ids, and those of lists.
pub fn listed(option: &str, ids: &[String], lists: &[PathBuf]) -> anyhow::Result<Models> {
    let mut listed = Vec::new();
    for path in lists {
        let inventory = read(option, path)?;
        if inventory.models.is_empty() {
            bail!("{}: names no model; name another list", files::named(option, path));
        }
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

fn read(option: &str, path: &Path) -> anyhow::Result<Inventory> {
    if path == Path::new("-") {
        let mut text = Vec::new();
        std::io::stdin().take(files::MOST + 1).read_to_end(&mut text).context("the standard input")?;
        if text.len() as u64 > files::MOST {
            bail!("the standard input: is no list of at most {} MiB; name a file", files::MOST >> 20);
        }
        return Ok(Inventory::read(Path::new("the standard input"), &text)?);
    }
    Inventory::read(path, &files::list(option, path)?).with_context(|| files::named(option, path))
}
