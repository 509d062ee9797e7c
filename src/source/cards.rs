//! Model cards on disk: a README, a folder of them in the usual layouts, or a Hub cache (`hub-facts` 7).

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::input::{Hashed, hex};
use super::{Digested, Error, Kind, Sink, Source, card, file_of, is_hidden, suffix};
use crate::model::{ModelId, Reject, Remark, RemarkKind};

const HINT: &str = "no model's id in this path; use owner/name/README.md, owner/name.md, owner--name.md, owner__name.md, \
    owner--name/README.md or models--owner--name/snapshots/REVISION/README.md";
const EITHER: &str = "owner__name, or a name below its owner's folder: which of them cannot be told of a card that is named alone; \
    name a folder above it";
const BELOW: &str = "below or beside a model's own README, so no model's card";
const OTHER: &str = "the card of a data set or a space, which is no model";

/// Whether a folder holds the card of a model anywhere (the first one found settles it): a README without a model's
/// name above it may speak of anything.
pub(super) fn are_in(folder: &Path) -> bool {
    walk(folder, &mut Vec::new()).any(|found| found.is_ok_and(|file| id(folder, &file).is_ok()))
}

/// Whether a folder is the Hub's cache of models.
pub(super) fn is_cache(folder: &Path) -> bool {
    let is_model = |entry: std::fs::DirEntry| entry.file_name().to_string_lossy().starts_with("models--");
    std::fs::read_dir(folder).is_ok_and(|entries| entries.flatten().any(is_model))
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
        let mut cardless = Vec::new();
        for file in walk(path, &mut cardless) {
            let file = file?;
            any = true;
            // One that cannot be read is a reject, and is known by its name.
            let (sha256, readme) = match opened(&file) {
                Ok((readme, digest)) => {
                    bytes += digest.bytes;
                    (digest.sha256, Ok(readme))
                }
                Err(_) if file.is_symlink() && !file.exists() => {
                    let reason =
                        "is a link to a file that is missing, as of a cache that was tidied up: fetch it again";
                    ("unreadable".to_owned(), Err(reason.to_owned()))
                }
                Err(error) => ("unreadable".to_owned(), Err(error.to_string())),
            };
            hash.update(format!("{sha256}  {}\n", file.strip_prefix(path).unwrap_or(&file).display()));
            let id = id(path, &file);
            let id = id.as_deref().map_err(|reason| (*reason).to_owned());
            let record = id.and_then(|id| card::record(id, readme.as_ref().map_err(String::clone)?));
            sink(record.map_err(|reason| Reject { file: file.display().to_string(), place: String::new(), reason }));
        }
        match any {
            true => Ok(Digested { sha256: hex(&hash.finalize()), bytes, remarks: remarks(&cardless) }),
            false if !cardless.is_empty() => {
                let names = remarks(&cardless).into_iter().map(|remark| remark.text).collect::<String>();
                let reason = "holds no model card, and in a Hub cache none with a README (of the revision in refs/main, where it names one)";
                Err(Error::unfit(path, format!("{reason}: {names}; fetch it, as by `hf download ID README.md`")))
            }
            false => {
                Err(Error::unfit(path, "holds no model card; use owner/name/README.md, owner--name.md or a Hub cache"))
            }
        }
    }
}

/// What is said of the models of a cache without a README.
fn remarks(cardless: &[String]) -> Vec<Remark> {
    const SHOWN: usize = 3;
    let Some(first) = cardless.get(..SHOWN.min(cardless.len())).filter(|first| !first.is_empty()) else {
        return Vec::new();
    };
    let more = if cardless.len() > SHOWN { ", ..." } else { "" };
    let models = if cardless.len() == 1 { "model" } else { "models" };
    vec![Remark::new(RemarkKind::NoCard, format!("{} {models} ({}{more})", cardless.len(), first.join(", ")))]
}

/// The start of a card, somewhat further than a front matter may reach, and the digest of all of it.
fn opened(file: &Path) -> io::Result<(Vec<u8>, Digested)> {
    let mut readme = Vec::new();
    let mut file = Hashed::new(File::open(file)?);
    (&mut file).take(card::MAX_FRONT as u64 + 1).read_to_end(&mut readme)?;
    Ok((readme, file.finish()?))
}

/// Every card below `path`, in order of the paths: of each repository its README alone, and in a Hub cache one snapshot's. The
/// models of a cache that have none are put into `cardless` on the way.
fn walk(path: &Path, cardless: &mut Vec<String>) -> impl Iterator<Item = Result<PathBuf, Error>> {
    let root = path.to_owned();
    let has_own_card = readme_in(&root).is_some();
    let mut entries = walkdir::WalkDir::new(path).follow_links(true).sort_by_file_name().into_iter();
    std::iter::from_fn(move || {
        loop {
            let entry = entries.next()?;
            if let Ok(entry) = &entry {
                if entry.file_type().is_dir() {
                    let card = match Folder::of(&root, entry) {
                        Folder::Open => continue,
                        Folder::Closed(card) => card,
                    };
                    entries.skip_current_dir();
                    match card {
                        Some(card) => return Some(Ok(card)),
                        None => {
                            let name = entry.file_name().to_string_lossy();
                            let model = cached(&name).filter(|(kind, _)| *kind == "models");
                            // Of an older revision there may be one.
                            let revision = main_of(entry.path()).map(|revision| format!("@{revision}"));
                            let id = |name: &str| name.replacen("--", "/", 1) + &revision.unwrap_or_default();
                            cardless.extend(model.map(|(_, name)| id(name)));
                            continue;
                        }
                    }
                }
                let is_readme = is_readme(entry.path());
                // Beside a README only names with an owner are of other models.
                let is_beside = has_own_card && entry.depth() == 1 && !is_readme;
                // A folder whose README is a model's was not entered.
                let is_of_account = entry.depth() == 2 && is_readme;
                if is_hidden(entry) || is_of_account || (is_beside && stem(entry.path()).and_then(joined).is_none()) {
                    continue;
                }
            }
            match file_of(&root, entry) {
                Ok(Some(path)) if is_card(&path) && (path == root || !is_leaflet(&path)) => return Some(Ok(path)),
                Ok(_) => (),
                Err(error) => return Some(Err(error)),
            }
        }
    })
}

/// What a folder is on the way to the cards.
enum Folder {
    /// There may be cards in it.
    Open,
    /// It is a repository, with the one card that it has, or holds none that counts.
    Closed(Option<PathBuf>),
}

impl Folder {
    fn of(root: &Path, entry: &walkdir::DirEntry) -> Folder {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy();
        if is_hidden(entry) {
            return Folder::Closed(None);
        }
        let in_cache = path.join("snapshots").is_dir();
        let readme = readme_in(path);
        match cached(&name) {
            Some(("models", _)) if in_cache => return Folder::Closed(in_cache_of(path)),
            Some(("models", _)) if readme.is_some() => return Folder::Closed(readme),
            // What was named may be called anything.
            Some(_) if entry.depth() > 0 || in_cache => return Folder::Closed(None),
            _ => (),
        }
        // Somebody's model may be called `datasets`, but none has it for an owner.
        if entry.depth() > 0 && OTHERS.contains(&name.as_ref()) && (entry.depth() == 1 || readme.is_none()) {
            return Folder::Closed(None);
        }
        match readme {
            Some(readme) if entry.depth() == 0 && is_repository(path) && !holds_models(path) => {
                Folder::Closed(Some(readme))
            }
            Some(readme) if entry.depth() == 1 && joined(&name).is_none() => match is_account(path) {
                true => Folder::Open,
                false => Folder::Closed(Some(readme)),
            },
            Some(readme) if entry.depth() > 0 && id(root, &readme).is_ok() => Folder::Closed(Some(readme)),
            _ => Folder::Open,
        }
    }
}

/// The kinds of repositories that are no models, as folders are named for them.
const OTHERS: &[&str] = &["datasets", "spaces", "kernels"];

/// The kind and the rest of a name like `models--owner--name`, as the Hub's cache has them.
pub(super) fn cached(name: &str) -> Option<(&str, &str)> {
    name.split_once("--").filter(|(kind, _)| *kind == "models" || OTHERS.contains(kind))
}

/// Whether files lie there that only a model's repository has.
fn is_repository(folder: &Path) -> bool {
    const SUFFIXES: &[&str] = &["safetensors", "gguf", "bin", "pt", "pth", "onnx", "h5", "msgpack", "ckpt"];
    let is_of_model = |path: &Path| {
        let name = path.file_name().unwrap_or_default();
        name == "config.json" || name == "adapter_config.json" || SUFFIXES.contains(&suffix(path).as_str())
    };
    fs::read_dir(folder).is_ok_and(|entries| entries.flatten().any(|entry| is_of_model(&entry.path())))
}

/// Whether cards of models with an owner lie in a folder: then it is none's own, whatever else lies there.
fn holds_models(folder: &Path) -> bool {
    let entries = |folder: &Path| fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let is_named = |path: &Path| stem(path).and_then(joined).is_some();
    let is_model = |path: PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        !is_checkpoint(&name) && !name.starts_with('.') && path.is_dir() && readme_in(&path).is_some()
    };
    entries(folder).any(|path| match path.is_dir() {
        true => (is_named(&path) && readme_in(&path).is_some()) || entries(&path).any(is_model),
        false => is_card(&path) && is_named(&path),
    })
}

/// Whether a folder with a README of its own is an account's and no model's: other folders in it have cards.
fn is_account(folder: &Path) -> bool {
    let is_model = |entry: fs::DirEntry| {
        let name = entry.file_name();
        !is_checkpoint(&name.to_string_lossy()) && entry.path().is_dir() && readme_in(&entry.path()).is_some()
    };
    !is_repository(folder) && fs::read_dir(folder).is_ok_and(|entries| entries.flatten().any(is_model))
}

/// `checkpoint-500`: what a training leaves below the model's root.
fn is_checkpoint(name: &str) -> bool {
    let number = name.strip_prefix("checkpoint-");
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The README that lies there, or a link of that name that leads nowhere: it cannot be read, which is told.
fn readme_in(folder: &Path) -> Option<PathBuf> {
    let usual = folder.join("README.md");
    if fs::symlink_metadata(&usual).is_ok_and(|meta| !meta.is_dir()) {
        return Some(usual);
    }
    let entries = fs::read_dir(folder).ok()?;
    let mut found: Vec<_> = entries.flatten().map(|entry| entry.path()).filter(|path| is_readme(path)).collect();
    found.sort();
    found.into_iter().next()
}

fn is_card(path: &Path) -> bool {
    matches!(suffix(path).as_str(), "md" | "markdown")
}

fn is_readme(path: &Path) -> bool {
    is_card(path) && stem(path).is_some_and(|stem| stem.eq_ignore_ascii_case("readme"))
}

fn stem(path: &Path) -> Option<&str> {
    path.file_stem()?.to_str()
}

/// What lies beside a card in a repository and is none: `LICENSE.md`, `README_zh.md`.
fn is_leaflet(path: &Path) -> bool {
    const STEMS: &[&str] = &[
        "license",
        "licence",
        "notice",
        "changelog",
        "contributing",
        "code_of_conduct",
        "security",
        "use_policy",
        "acknowledgements",
        "citation",
    ];
    let Some(stem) = stem(path).map(str::to_ascii_lowercase) else { return false };
    let translation = stem.strip_prefix("readme").and_then(|rest| rest.chars().next());
    STEMS.contains(&stem.as_str()) || translation.is_some_and(|next| !next.is_alphanumeric())
}

/// The revision that `refs/main` of a cached repository names, if it is there.
fn main_of(repository: &Path) -> Option<String> {
    let revision = fs::read_to_string(repository.join("refs").join("main")).ok()?.trim().to_owned();
    let is_there = !revision.is_empty() && repository.join("snapshots").join(&revision).is_dir();
    is_there.then_some(revision)
}

/// The README of a cached repository: of the revision that `refs/main` names, or of the newest snapshot where it names
/// none that is there.
fn in_cache_of(repository: &Path) -> Option<PathBuf> {
    let snapshots = repository.join("snapshots");
    if let Some(revision) = main_of(repository) {
        return readme_in(&snapshots.join(revision));
    }
    let mut revisions: Vec<_> = fs::read_dir(&snapshots)
        .ok()?
        .filter_map(|entry| {
            let entry = entry.ok()?;
            Some((entry.metadata().ok()?.modified().ok()?, entry.file_name()))
        })
        .collect();
    revisions.sort();
    revisions.iter().rev().find_map(|(_, name)| readme_in(&snapshots.join(name)))
}

/// The model's id out of the path of its card, as far up as the folder that was named (or the whole path of a file).
///
/// # Errors
/// Why the file is no model's card.
fn id(root: &Path, file: &Path) -> Result<String, &'static str> {
    for folder in file.ancestors().skip(1) {
        let Some((kind, name)) = folder.file_name().and_then(|name| name.to_str()).and_then(cached) else { continue };
        let other = if kind == "models" { BELOW } else { OTHER };
        let within = file.strip_prefix(folder).unwrap_or(file);
        let depth = within.components().count();
        if is_readme(file) && (depth == 1 || (depth == 3 && within.starts_with("snapshots"))) {
            return if kind == "models" { checked(&name.replacen("--", "/", 1)) } else { Err(other) };
        }
        // Above what was named a folder may be called anything, and cards may be a data set's data.
        let is_of_repository = root.strip_prefix(folder).map_or(true, |to_root| {
            let is_outside = kind == "models" || root == file || to_root.components().count() < 2;
            to_root.starts_with("snapshots") && is_outside
        });
        if is_of_repository {
            return Err(other);
        }
    }
    let inside = if root == file { file } else { file.strip_prefix(root).unwrap_or(file) };
    let mut parts: Vec<&str> =
        inside.iter().filter_map(|part| part.to_str()).filter(|part| *part != "." && *part != "/").collect();
    parts.pop();
    let name = match is_readme(file) {
        true => parts.pop().ok_or(HINT)?,
        false => stem(file).ok_or(HINT)?,
    };
    if is_checkpoint(name) || is_leaflet(file) {
        return Err(BELOW);
    }
    let id = match cached(name) {
        Some(("models", name)) => name.replacen("--", "/", 1),
        Some(_) => return Err(OTHER),
        None => match (split(name, "--"), split(name, "__"), parts.pop()) {
            (Some(id), ..) | (None, Some(id), None) => id,
            (None, Some(_), Some(_)) if root == file => return Err(EITHER),
            (None, _, Some(owner)) => format!("{owner}/{name}"),
            (None, None, None) => name.to_owned(),
        },
    };
    if parts.last().is_some_and(|part| OTHERS.contains(part))
        || OTHERS.iter().any(|other| id.starts_with(&format!("{other}/")))
    {
        return Err(OTHER);
    }
    checked(&id)
}

fn checked(id: &str) -> Result<String, &'static str> {
    ModelId::parse(id).map(|id| id.to_string()).map_err(|_| HINT)
}

/// `owner--name` or `owner__name` as an id, where no folder above can be the owner's.
fn joined(name: &str) -> Option<String> {
    split(name, "--").or_else(|| split(name, "__"))
}

fn split(name: &str, mark: &str) -> Option<String> {
    let (owner, name) = name.strip_prefix("models--").unwrap_or(name).split_once(mark)?;
    (!owner.is_empty() && !name.is_empty()).then(|| format!("{owner}/{name}"))
}
