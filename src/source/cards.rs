//! Model cards on disk: a README, a folder of them in the usual layouts, or a Hub cache (`hub-facts` 7).

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::input::{Hashed, hex};
use super::{Digested, Error, Kind, Sink, Source, card, file_of, is_hidden};
use crate::model::{ModelId, Reject};

const HINT: &str = "no model's id in this path; use owner/name/README.md, owner/name.md, owner--name.md, owner__name.md, \
    owner--name/README.md or models--owner--name/snapshots/REVISION/README.md";

/// Whether a folder holds the card of a model anywhere (the first one found settles it): a README without a model's
/// name above it may speak of anything.
pub(super) fn are_in(folder: &Path) -> bool {
    walk(folder).any(|found| found.is_ok_and(|file| id(folder, &file).is_some()))
}

/// A card, or the cards below a folder.
pub(super) struct Cards {
    /// As it was named.
    pub path: PathBuf,
}

impl Source for Cards {
    fn label(&self) -> Result<String, Error> {
        Ok(self.path.display().to_string())
    }

    fn kind(&self) -> Kind {
        Kind::Cards
    }

    fn read(self: Box<Self>, sink: Sink<'_>) -> Result<Digested, Error> {
        let path = self.path.as_path();
        let mut any = false;
        let (mut hash, mut bytes) = (Sha256::new(), 0);
        for file in walk(path) {
            let file = file?;
            any = true;
            // One that cannot be read is a reject, and is known by its name.
            let (sha256, readme) = match opened(&file) {
                Ok((readme, digest)) => {
                    bytes += digest.bytes;
                    (digest.sha256, Ok(readme))
                }
                Err(error) => ("unreadable".to_owned(), Err(error.to_string())),
            };
            hash.update(format!("{sha256}  {}\n", file.strip_prefix(path).unwrap_or(&file).display()));
            let id = id(path, &file);
            let id = id.as_deref().ok_or_else(|| HINT.to_owned());
            let record = id.and_then(|id| card::record(id, readme.as_ref().map_err(String::clone)?));
            sink(record.map_err(|reason| Reject { file: file.display().to_string(), place: String::new(), reason }));
        }
        match any {
            true => Ok(Digested { sha256: hex(&hash.finalize()), bytes }),
            false => {
                Err(Error::unfit(path, "holds no model card; use owner/name/README.md, owner--name.md or a Hub cache"))
            }
        }
    }
}

/// The start of a card, somewhat further than a front matter may reach, and the digest of all of it.
fn opened(file: &Path) -> io::Result<(Vec<u8>, Digested)> {
    let mut readme = Vec::new();
    let mut file = Hashed::new(File::open(file)?);
    (&mut file).take(card::MAX_FRONT as u64 + 1).read_to_end(&mut readme)?;
    Ok((readme, file.finish()?))
}

/// Every card below `path`, in order of the paths. In a Hub cache, one snapshot a model.
fn walk(path: &Path) -> impl Iterator<Item = Result<PathBuf, Error>> {
    let root = path.to_owned();
    let mut entries = walkdir::WalkDir::new(path).follow_links(true).sort_by_file_name().into_iter();
    std::iter::from_fn(move || {
        loop {
            let entry = entries.next()?;
            if let Ok(entry) = &entry {
                let is_folder = entry.file_type().is_dir();
                let is_cached = || entry.path().join("snapshots").is_dir() && cached_id(entry.path()).is_some();
                if is_folder && (is_hidden(entry) || is_cached()) {
                    let readme = if is_hidden(entry) { None } else { in_cache(entry.path()) };
                    entries.skip_current_dir();
                    match readme {
                        Some(readme) => return Some(Ok(readme)),
                        None => continue,
                    }
                }
                if is_hidden(entry) {
                    continue;
                }
            }
            match file_of(&root, entry) {
                Ok(Some(path)) if is_card(&path) => return Some(Ok(path)),
                Ok(_) => (),
                Err(error) => return Some(Err(error)),
            }
        }
    })
}

fn is_card(path: &Path) -> bool {
    let suffix = path.extension().unwrap_or_default();
    suffix.eq_ignore_ascii_case("md") || suffix.eq_ignore_ascii_case("markdown")
}

/// The README of a cached repository: of the revision that `refs/main` names, else of the newest snapshot.
fn in_cache(repository: &Path) -> Option<PathBuf> {
    let snapshots = repository.join("snapshots");
    let readme = |revision: &Path| Some(snapshots.join(revision).join("README.md")).filter(|path| path.is_file());
    if let Ok(revision) = fs::read_to_string(repository.join("refs").join("main")) {
        return readme(Path::new(revision.trim()));
    }
    let mut revisions: Vec<_> = fs::read_dir(&snapshots)
        .ok()?
        .filter_map(|entry| {
            let entry = entry.ok()?;
            Some((entry.metadata().ok()?.modified().ok()?, entry.file_name()))
        })
        .collect();
    revisions.sort();
    revisions.iter().rev().find_map(|(_, name)| readme(Path::new(name)))
}

/// `models--owner--name`, a folder of the Hub's cache, as an id.
fn cached_id(folder: &Path) -> Option<String> {
    let name = folder.file_name()?.to_str()?.strip_prefix("models--")?;
    Some(name.replacen("--", "/", 1))
}

/// The model's id out of the path of its card, as far up as the folder that was named (or the whole path of a file).
fn id(root: &Path, file: &Path) -> Option<String> {
    if let Some(id) = file.ancestors().find_map(cached_id) {
        return Some(id);
    }
    let inside = if root == file { file } else { file.strip_prefix(root).unwrap_or(file) };
    let mut parts: Vec<&str> =
        inside.iter().filter_map(|part| part.to_str()).filter(|part| *part != "." && *part != "/").collect();
    let last = parts.pop()?;
    let stem = Path::new(last).file_stem()?.to_str()?;
    let id = if stem.eq_ignore_ascii_case("readme") {
        let name = parts.pop()?;
        joined(name).or_else(|| Some(format!("{}/{name}", parts.pop()?))).unwrap_or_else(|| name.to_owned())
    } else {
        joined(stem).or_else(|| Some(format!("{}/{stem}", parts.pop()?))).unwrap_or_else(|| stem.to_owned())
    };
    ModelId::parse(&id).ok().map(|id| id.to_string())
}

/// `owner--name` or `owner__name` as an id.
fn joined(name: &str) -> Option<String> {
    let (owner, name) = name.split_once("--").or_else(|| name.split_once("__"))?;
    (!owner.is_empty() && !name.is_empty()).then(|| format!("{owner}/{name}"))
}
