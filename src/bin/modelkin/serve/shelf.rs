//! A snapshot on the shelf, ready to be asked.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use modelkin::ask::{self, Answer, Atlas, Facts, Question, Tables};
use modelkin::census;
use modelkin::ink::plural;
use modelkin::snapshot::Snapshot;

use crate::program::{desk, snapshots};

/// A snapshot that is shown.
pub struct Shelf {
    pub atlas: Atlas,
    /// The digits by which it is named in addresses.
    pub digest: String,
    /// Where it lies, and how the file looked when it was opened; the sample lies nowhere.
    file: Option<(PathBuf, Stamp)>,
}

/// How a file looks from outside.
type Stamp = (u64, Option<SystemTime>);

impl Shelf {
    pub fn new(snapshot: &Snapshot, tables: &Arc<Tables>, wait: u64, path: Option<PathBuf>) -> Shelf {
        let path = path.filter(|path| path != Path::new(snapshots::SAMPLE));
        let file = path.and_then(|path| Some((path.clone(), stamp(&path)?)));
        let atlas = Atlas::new(snapshot, Arc::clone(tables)).waiting(Some(wait));
        Shelf { atlas, digest: snapshot.provenance().short_digest().to_owned(), file }
    }

    /// The file that took the place of this one's, if another did.
    pub fn replaced(&self) -> Option<&Path> {
        let (path, known) = self.file.as_ref()?;
        stamp(path).filter(|stamp| stamp != known).map(|_| path.as_path())
    }

    /// Whether it was read from the same file, which may have been another one then.
    pub fn is_of_file(&self, other: &Shelf) -> bool {
        self.file.as_ref().zip(other.file.as_ref()).is_some_and(|((one, _), (other, _))| one == other)
    }

    /// What tells it from others that are shown: its digest, and how its file looked.
    pub fn mark(&self) -> String {
        format!("{} {:?}", self.digest, self.file.as_ref().map(|(_, stamp)| stamp))
    }

    /// Whether its digest begins so; fewer than twelve digits name nothing.
    pub fn is(&self, digest: &str) -> bool {
        digest.len() >= 12 && self.atlas.snapshot().provenance().digest.starts_with(digest)
    }
}

pub fn ask(atlas: &Atlas, question: &Question) -> anyhow::Result<Answer> {
    let answer = atlas.ask(question).map_err(worded)?;
    answer.snapshot().unchanged()?;
    Ok(answer)
}

/// A `Group` is models that somebody may look for by a word that is no id: a family, or all of an account's.
pub struct Group {
    pub name: String,
    /// The path of its page.
    pub path: String,
    pub about: String,
}

/// The families in whose names a text stands, the account that it names, and the ids that begin as that of the first model that a search
/// for it found, if its name begins so.
pub fn groups(atlas: &Atlas, text: &str, search: &Answer) -> Vec<Group> {
    /// So many families are named, and what begins with fewer letters begins as everything does.
    const MOST: usize = 3;
    const LEAST: usize = 3;
    let text = text.trim().to_ascii_lowercase();
    let is_asked = |name: &&str| !text.is_empty() && name.to_ascii_lowercase().contains(&text);
    let family = |name: &str| Group { name: name.into(), path: format!("/family/{name}"), about: "a family".into() };
    let mut groups: Vec<Group> = atlas.tables().families().names().filter(is_asked).take(MOST).map(family).collect();
    let rows = atlas.snapshot().owned_by(&text);
    if let Some(owner) = atlas.snapshot().owner(rows.start).filter(|_| !rows.is_empty()) {
        let about = format!("an account with {}", plural(rows.len() as u64, "name"));
        groups.push(Group { name: owner.into(), path: format!("/owner/{owner}"), about });
    }
    if text.len() >= LEAST
        && let Facts::Found { found, .. } = search.facts()
        && let Some((owner, name)) = found.rows.first().and_then(|row| atlas.snapshot().id(*row).split_once('/'))
        && let Some(start) = name.get(..text.len()).filter(|start| start.eq_ignore_ascii_case(&text) && *start != name)
    {
        let name = format!("{owner}/{start}*");
        groups.push(Group { path: format!("/family/{name}"), about: "all ids that begin so".into(), name });
    }
    groups
}

/// An error whose kind decides what is sent, and whose words are the command line's.
pub fn worded(error: ask::Error) -> anyhow::Error {
    let status = status(&error);
    Refused { status, said: desk::worded(error) }.into()
}

/// An error of a question, with how it is answered.
#[derive(Debug, thiserror::Error)]
#[error("{said:#}")]
pub struct Refused {
    pub status: u16,
    said: anyhow::Error,
}

fn status(error: &ask::Error) -> u16 {
    match error {
        ask::Error::Unknown(_)
        | ask::Error::NoModel(_)
        | ask::Error::NoMember { .. }
        | ask::Error::NothingLeft { .. }
        | ask::Error::NoSection { .. } => 404,
        ask::Error::Counting(census::Error::TooLong(_)) => 503,
        ask::Error::Contradiction(_) | ask::Error::NoTable { .. } | ask::Error::NoKind { .. } => 400,
        _ => 500,
    }
}

fn stamp(path: &Path) -> Option<Stamp> {
    let known = std::fs::metadata(path).ok()?;
    Some((known.len(), known.modified().ok()))
}
