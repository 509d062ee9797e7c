//! Model cards on disk: a README, a folder of them in the usual layouts, or a Hub cache (docs/hub.md, 8).

mod cache;
mod name;

use std::fs;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::bounded::{ordinary, size, too_long};
use super::input::Hashed;
use super::links::Links;
use super::steady::Steady;
use super::{Digested, Error, Kind, Sink, Source, card, is_hidden, suffix, walk_error};
use crate::model::{Reject, Remark, RemarkKind, hex, plural};
use cache::{OTHERS, card_of, main_of};
pub(super) use cache::{cached, is_cache};
use name::{NoModel, id, is_card, is_checkpoint, is_leaflet, is_readme, joined, stem};

/// Whether a folder holds the card of a model anywhere (the first one found settles it): a README without a model's
/// name above it may speak of anything.
pub(super) fn are_in(folder: &Path) -> bool {
    let is_model = |met| match met {
        Ok(Met::Card(file)) => !matches!(id(folder, &file), Err(NoModel::Other(_))),
        _ => false,
    };
    walk(folder, &mut Vec::new()).any(is_model)
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
        for met in walk(path, &mut cardless) {
            any = true;
            let (file, id, readme) = match met? {
                Met::Card(file) => {
                    let id = id(path, &file).map_err(|reason| reason.to_string());
                    let readme = opened(&file);
                    (file, id, readme)
                }
                Met::Refused(file, reason) => (file, Err(reason.clone()), Err(reason)),
            };
            // One that cannot be read is a reject, and is known by its name.
            let sha256 = readme.as_ref().map_or("unreadable", |(_, digest)| &digest.sha256);
            hash.update(format!("{sha256}  {}\n", file.strip_prefix(path).unwrap_or(&file).display()));
            bytes += readme.as_ref().map_or(0, |(_, digest)| digest.bytes);
            let record = match (&id, &readme) {
                (Ok(id), Ok((readme, _))) => card::record(id, readme),
                (Err(reason), _) | (_, Err(reason)) => Err(reason.clone()),
            };
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
    let models = plural(cardless.len() as u64, "model");
    vec![Remark::new(RemarkKind::NoCard, format!("{models} ({}{more})", first.join(", ")))]
}

/// The start of a card, somewhat further than a front matter may reach, and the digest of all of it.
///
/// # Errors
/// Why it cannot be read.
fn opened(path: &Path) -> Result<(Vec<u8>, Digested), String> {
    let most = card::MAX_CARD;
    let read = || -> io::Result<(Vec<u8>, Digested)> {
        let before = Steady::before(path);
        let file = ordinary(path)?;
        let is_within = file.metadata()?.len() <= most;
        let mut readme = Vec::new();
        // It may grow meanwhile.
        let mut file = Hashed::new(file.take(if is_within { most + 1 } else { 0 }));
        (&mut file).take(card::MAX_FRONT as u64 + 1).read_to_end(&mut readme)?;
        let digest = file.finish()?;
        before.is_same()?;
        match is_within && digest.bytes <= most {
            true => Ok((readme, digest)),
            false => Err(too_long(format!("no card: it is longer than {}", size(most)))),
        }
    };
    read().map_err(|error| nowhere(path).unwrap_or_else(|| error.to_string()))
}

/// Why a path that is a link leads nowhere, if it is one.
fn nowhere(path: &Path) -> Option<String> {
    let error = fs::metadata(path).err().filter(|_| path.is_symlink())?;
    Some(match error.kind() {
        ErrorKind::NotFound => {
            "is a link to a file that is missing, as of a cache that was tidied up: fetch it again".to_owned()
        }
        _ => format!("is a link that leads nowhere ({error}); remove it"),
    })
}

/// What is met on the way through folders.
enum Met {
    /// What by its name and place may be a card.
    Card(PathBuf),
    /// What cannot be followed or read, and why: there may be cards behind it.
    Refused(PathBuf, String),
}

/// Every card below `path`, in order of the paths: of each repository its README alone, and in a Hub cache one snapshot's. The
/// models of a cache that have none are put into `cardless` on the way.
fn walk(path: &Path, cardless: &mut Vec<String>) -> impl Iterator<Item = Result<Met, Error>> {
    let root = path.to_owned();
    let has_own_card = readme_in(&root).is_some();
    let mut links = Links::default();
    let mut entries = walkdir::WalkDir::new(path).follow_links(true).sort_by_file_name().into_iter();
    std::iter::from_fn(move || {
        loop {
            let entry = match entries.next()? {
                Ok(entry) => entry,
                Err(error) => match unfollowed(&root, error).transpose() {
                    Some(met) => return Some(met),
                    None => continue,
                },
            };
            if !is_hidden(&entry)
                && let Some(reason) = links.refuse(&entry)
            {
                entries.skip_current_dir();
                return Some(Ok(Met::Refused(entry.into_path(), reason)));
            }
            if entry.file_type().is_dir() {
                let card = match Folder::look_at(&root, &entry) {
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
                        let revision = main_of(entry.path()).ok().flatten().map(|revision| format!("@{revision}"));
                        let id = |name: &str| name.replacen("--", "/", 1) + &revision.unwrap_or_default();
                        cardless.extend(model.map(|(_, name)| id(name)));
                        continue;
                    }
                }
            }
            let path = entry.path();
            let is_readme = is_readme(path);
            let has_owner = |path: &Path| stem(path).is_some_and(|stem| joined(&stem).is_some());
            // Beside a README only names with an owner are of other models.
            let is_beside = has_own_card && entry.depth() == 1 && !is_readme && !has_owner(path);
            // A folder whose README is a model's was not entered.
            let is_of_account = entry.depth() == 2 && is_readme && !path.parent().is_some_and(has_owner);
            if is_hidden(&entry) || is_of_account || is_beside {
                continue;
            }
            let path = entry.into_path();
            if is_card(&path) && (path == root || !is_leaflet(&path)) {
                return Some(Ok(Met::Card(path)));
            }
        }
    })
}

/// What is met where a link leads around in a circle or nowhere; nothing if it cannot have been a card or a folder of cards.
fn unfollowed(root: &Path, error: walkdir::Error) -> Result<Option<Met>, Error> {
    let Some(path) = error.path().map(Path::to_owned) else { return Err(walk_error(root, error)) };
    let is_hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
    if let Some(above) = error.loop_ancestor() {
        let reason = format!("is a link back to {}, in which it lies; remove it", above.display());
        return Ok((!is_hidden).then_some(Met::Refused(path, reason)));
    }
    let Some(reason) = nowhere(&path) else { return Err(walk_error(root, error)) };
    Ok(match is_card(&path) {
        true => (!is_leaflet(&path)).then_some(Met::Card(path)),
        // It may have been a folder.
        false => (!is_hidden && suffix(&path).is_empty()).then_some(Met::Refused(path, reason)),
    })
}

/// What a folder is on the way to the cards.
enum Folder {
    /// There may be cards in it.
    Open,
    /// It is a repository, with the one card that it has, or holds none that counts.
    Closed(Option<Met>),
}

impl Folder {
    fn look_at(root: &Path, entry: &walkdir::DirEntry) -> Folder {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy();
        if is_hidden(entry) {
            return Folder::Closed(None);
        }
        let in_cache = path.join("snapshots").is_dir();
        let readme = readme_in(path);
        match cached(&name) {
            Some(("models", _)) if in_cache => return Folder::Closed(card_of(path)),
            Some(("models", _)) if readme.is_some() => return Folder::Closed(readme.map(Met::Card)),
            // What was named may be called anything.
            Some(_) if entry.depth() > 0 || in_cache => return Folder::Closed(None),
            _ => (),
        }
        // Somebody's model may be called `datasets`, but none has it for an owner.
        if entry.depth() > 0 && OTHERS.contains(&name.as_ref()) && (entry.depth() == 1 || readme.is_none()) {
            return Folder::Closed(None);
        }
        let Some(readme) = readme else { return Folder::Open };
        let is_closed = match entry.depth() {
            0 => is_repository(path) && !holds_models(path),
            1 if joined(&name).is_none() => !is_account(path),
            _ => !matches!(id(root, &readme), Err(NoModel::Other(_))),
        };
        if is_closed { Folder::Closed(Some(Met::Card(readme))) } else { Folder::Open }
    }
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
    let is_named = |path: &Path| stem(path).is_some_and(|stem| joined(&stem).is_some());
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
