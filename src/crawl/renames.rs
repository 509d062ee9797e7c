//! Parents that are named and not listed are often renamed models: the Hub leads from an old id to the id of today, and
//! what it says is noted line by line, so that it is asked once.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::task::JoinSet;

use super::error::{Error, refusal, refuses_token};
use super::event::{Event, Tell};
use crate::model::{ModelId, hub_of};
use crate::snapshot::{self, Snapshot};
use crate::source::bounded::whole;
use crate::source::hub::{self, Answer, Fault, Hub, listing};

/// Ids that are asked for at once.
const AT_ONCE: usize = 8;
/// How often one model may have been renamed: what leads further leads on without end.
const MOST_TIMES: usize = 100;
/// What the first line begins with; the Hub's address follows.
const HEAD: &str = "# renamed models at ";

/// Longest list, in bytes: that of a Hub of which every model was renamed would be shorter.
const MOST: u64 = 256 << 20;

/// A `Fate` is what became of an id that is not listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// The repository bears this id now.
    Renamed(String),
    /// It is there under this id, and was not listed.
    There,
    /// It was deleted, is private or disabled.
    Gone,
}

/// A `Renames` is what the Hub said of ids, in a file that grows line by line.
#[derive(Debug)]
pub struct Renames {
    file: File,
    path: PathBuf,
    /// By ids in lower case.
    fates: BTreeMap<String, Fate>,
}

impl Renames {
    /// Opens the file of what the Hub at `endpoint` said, or begins one. A line that was cut off is taken back.
    ///
    /// # Errors
    /// It fails if the file is another one, of another Hub, at work elsewhere, or cannot be read or written.
    pub fn open(path: &Path, endpoint: &str) -> Result<Renames, Error> {
        let wrong = |error| crate::source::Error::Io { path: path.into(), error };
        let unfit = |reason: &str| {
            Error::from(crate::source::Error::Unfit { path: path.into(), reason: reason.into(), hint: None })
        };
        if std::fs::metadata(path).is_ok_and(|known| !known.is_file()) {
            return Err(unfit("is there already and is no ordinary file; move it away"));
        }
        let mut file = File::options().read(true).append(true).create(true).open(path).map_err(wrong)?;
        if file.try_lock().is_err() {
            return Err(unfit("another program is at work on it; wait for it"));
        }
        let bytes = whole(&mut file, MOST).map_err(wrong)?;
        let text = String::from_utf8(bytes).map_err(|_| unfit("is there already and is no text; move it away"))?;
        let head = format!("{HEAD}{endpoint}");
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        if !text.is_empty() && !text.starts_with(HEAD) {
            return Err(unfit("is there already and is no list of renamed models; move it away"));
        }
        if whole > 0 && text.lines().next() != Some(&head) {
            return Err(unfit("is a list of renamed models at another Hub; move it away"));
        }
        file.set_len(whole as u64).and_then(|()| file.seek(SeekFrom::End(0))).map_err(wrong)?;
        let fates = text[..whole].lines().filter_map(line).collect();
        let mut renames = Renames { file, path: path.into(), fates };
        if whole == 0 {
            renames.write(&head)?;
        }
        Ok(renames)
    }

    /// Tells what is known of an id.
    pub fn fate(&self, id: &str) -> Option<&Fate> {
        self.fates.get(&id.to_ascii_lowercase())
    }

    /// Counts the ids that are known to have been renamed, to be there unlisted, and to be gone.
    pub fn counts(&self) -> [usize; 3] {
        let count = |is: fn(&Fate) -> bool| self.fates.values().filter(|fate| is(fate)).count();
        [
            count(|fate| matches!(fate, Fate::Renamed(_))),
            count(|fate| *fate == Fate::There),
            count(|fate| *fate == Fate::Gone),
        ]
    }

    /// Gives each old id with the id of today, through all the ids between; those that lead around in a circle, or
    /// through more than a hundred, are left out.
    pub fn aliases(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fates.keys().filter_map(|old| {
            let mut now = old.as_str();
            let mut seen = BTreeSet::new();
            while let Some(Fate::Renamed(next)) = self.fate(now) {
                if seen.len() == MOST_TIMES || !seen.insert(now.to_ascii_lowercase()) {
                    return None;
                }
                now = next;
            }
            (!seen.is_empty()).then_some((old.as_str(), now))
        })
    }

    /// Gives the ids that are still to be asked for: the unlisted parents of a snapshot, those with most children
    /// first, then the ids to which they led and which are not listed either.
    ///
    /// # Errors
    /// [`snapshot::Error::Damaged`] if the links are not as they were written.
    pub fn pending(&self, snapshot: &Snapshot) -> Result<Vec<String>, snapshot::Error> {
        let is_listed = |id: &str| snapshot.find(id).is_some_and(|row| snapshot.is_listed(row));
        let led_to = self.fates.values().filter_map(|fate| match fate {
            Fate::Renamed(now) if !is_listed(now) => Some(now.clone()),
            _ => None,
        });
        let mut pending: Vec<String> = unlisted(snapshot)?.into_iter().map(|(id, _)| id).chain(led_to).collect();
        let mut seen = BTreeSet::new();
        pending.retain(|id| self.fate(id).is_none() && seen.insert(id.to_ascii_lowercase()));
        Ok(pending)
    }

    fn note(&mut self, id: &str, fate: Fate) -> Result<(), Error> {
        let line = match &fate {
            Fate::Renamed(now) => format!("{id} is {now}"),
            Fate::There => format!("{id} there"),
            Fate::Gone => format!("{id} gone"),
        };
        self.write(&line)?;
        self.fates.insert(id.to_ascii_lowercase(), fate);
        Ok(())
    }

    fn write(&mut self, line: &str) -> Result<(), Error> {
        let wrong = |error| crate::source::Error::Io { path: self.path.clone(), error };
        Ok(self.file.write_all(format!("{line}\n").as_bytes()).map_err(wrong)?)
    }
}

fn line(line: &str) -> Option<(String, Fate)> {
    let (id, fate) = line.split_once(' ').filter(|_| !line.starts_with('#'))?;
    let fate = match fate {
        "there" => Fate::There,
        "gone" => Fate::Gone,
        renamed => Fate::Renamed(renamed.strip_prefix("is ")?.to_owned()),
    };
    Some((id.to_ascii_lowercase(), fate))
}

/// Gives the parents that a snapshot does not list and has no alias for, each with its number of children: most first.
///
/// # Errors
/// [`snapshot::Error::Damaged`] if the links are not as they were written.
pub fn unlisted(snapshot: &Snapshot) -> Result<Vec<(String, u64)>, snapshot::Error> {
    let links = snapshot.links()?;
    let mut children: HashMap<u32, u64> = HashMap::new();
    for link in snapshot.rows().filter(|row| snapshot.is_listed(*row)).flat_map(|row| links.at(row)) {
        // Another hub's are none that this one could tell of.
        let is_asked = !snapshot.is_listed(link.parent) && hub_of(snapshot.id(link.parent)).is_none();
        if is_asked && snapshot.alias_of(link.parent).is_none() {
            *children.entry(link.parent).or_default() += 1;
        }
    }
    let mut parents: Vec<(u32, u64)> = children.into_iter().collect();
    parents.sort_unstable_by_key(|(row, children)| (std::cmp::Reverse(*children), *row));
    Ok(parents.into_iter().map(|(row, children)| (snapshot.id(row).to_owned(), children)).collect())
}

/// Asks what became of a snapshot's unlisted parents, of `most` at most; what is learned is kept at once. Gives the number
/// of ids of which the Hub said nothing that can be used: they are asked for again next time.
///
/// # Errors
/// It fails if the Hub gives no answer, or the snapshot is damaged; what was learned until then is kept.
pub async fn ask(
    hub: &Arc<Hub>,
    renames: &mut Renames,
    snapshot: &Snapshot,
    most: Option<u64>,
    tell: Tell<'_>,
) -> Result<u64, Error> {
    let mut asked: BTreeSet<String> = BTreeSet::new();
    let (mut failed, mut times) = (0, 0);
    loop {
        // Renamed more than once: the next id of an answer.
        let left = most.map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX)) - asked.len();
        let pending = renames.pending(snapshot)?.into_iter().filter(|id| !asked.contains(id));
        let ids: Vec<String> = pending.take(left).collect();
        if ids.is_empty() {
            return Ok(failed);
        }
        if times == MOST_TIMES {
            tell(Event::Unanswered(format!(
                "{}: ids that lead from one to the next {MOST_TIMES} times are left",
                ids[0]
            )));
            return Ok(failed + ids.len() as u64);
        }
        times += 1;
        asked.extend(ids.iter().cloned());
        failed += round(hub, renames, ids, tell).await?;
    }
}

/// Asks for each of these ids once, a few at a time.
async fn round(hub: &Arc<Hub>, renames: &mut Renames, ids: Vec<String>, tell: Tell<'_>) -> Result<u64, Error> {
    let (pauses, mut told) = tokio::sync::mpsc::unbounded_channel();
    let mut under_way = JoinSet::new();
    let of = ids.len() as u64;
    let (mut done, mut failed, mut found) = (0, 0, 0);
    let mut waiting = ids.into_iter();
    loop {
        while under_way.len() < AT_ONCE {
            let Some(id) = waiting.next() else { break };
            let (hub, pauses) = (Arc::clone(hub), pauses.clone());
            under_way.spawn(async move {
                // Nobody listens any more only if the crawl has ended.
                let tell = move |pause| _ = pauses.send(pause);
                let path = listing::card(&id);
                match hub.head(&path, &tell).await {
                    Ok(answer) if refuses_token(&answer) => Err(refusal(&hub, &path, &answer)),
                    Ok(answer) => Ok((Ok(fate(&id, &answer)), id)),
                    // One id that cannot be had does not keep the others away; a broken line does.
                    Err(error @ (hub::Error::GivenUp { fault: Fault::Answer, .. } | hub::Error::Redirect { .. })) => {
                        Ok((Err(error), id))
                    }
                    Err(error) => Err(error.into()),
                }
            });
        }
        tokio::select! {
            Some(pause) = told.recv() => tell(Event::Waits(pause)),
            next = under_way.join_next() => match next {
                None => return Ok(failed),
                Some(Ok(answer)) => {
                    let (fate, id) = answer?;
                    let fate = fate.unwrap_or_else(|error| {
                        tell(Event::Unanswered(error.to_string()));
                        None
                    });
                    done += 1;
                    found += u64::from(matches!(fate, Some(Fate::Renamed(_))));
                    match fate {
                        Some(fate) => renames.note(&id, fate)?,
                        None => failed += 1,
                    }
                    tell(Event::Renames { done, of, found });
                }
                // A task ends otherwise only if it panicked; that is passed on.
                Some(Err(error)) => std::panic::resume_unwind(error.into_panic()),
            },
        }
    }
}

/// What an answer says of an id; none if nothing that can be used.
fn fate(id: &str, answer: &Answer) -> Option<Fate> {
    match (answer.status, answer.code.as_deref()) {
        (200 | 206, _) | (_, Some("EntryNotFound" | "RevisionNotFound" | "GatedRepo")) => Some(Fate::There),
        (301 | 302 | 303 | 307 | 308, _) => match answer.to.as_deref().map(listing::model_of) {
            // A file that lies elsewhere is there.
            None => Some(Fate::There),
            // A page of something else, such as a login.
            Some(None) => None,
            Some(Some(now)) if now.eq_ignore_ascii_case(id) => Some(Fate::There),
            Some(Some(now)) => ModelId::parse(now).ok().map(|now| Fate::Renamed(now.to_string())),
        },
        (401 | 403 | 404 | 410 | 451, _) => Some(Fate::Gone),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HUB: &str = "http://127.0.0.1:1";

    #[test]
    fn renames_are_followed_to_the_last_and_circles_are_left_out() {
        let path = std::env::temp_dir().join(format!("modelkin-{}.renames", std::process::id()));
        let mut renames = Renames::open(&path, HUB).unwrap();
        for (id, fate) in [
            ("a/one", Fate::Renamed("b/two".into())),
            ("B/Two", Fate::Renamed("c/three".into())),
            ("x/1", Fate::Renamed("x/2".into())),
            ("x/2", Fate::Renamed("x/1".into())),
            ("y/0", Fate::Renamed("x/1".into())),
            ("g/gone", Fate::Gone),
            ("t/there", Fate::There),
        ] {
            renames.note(id, fate).unwrap();
        }
        let aliases =
            |renames: &Renames| -> Vec<String> { renames.aliases().map(|(old, now)| format!("{old} {now}")).collect() };
        assert_eq!(aliases(&renames), ["a/one c/three", "b/two c/three"]);
        drop(renames);
        // What was cut off is asked for again.
        let mut file = File::options().append(true).open(&path).unwrap();
        file.write_all(b"a/cut is b/c").unwrap();
        drop(file);
        let renames = Renames::open(&path, HUB).unwrap();
        assert_eq!((aliases(&renames).len(), renames.counts(), renames.fate("a/cut")), (2, [5, 1, 1], None));
        assert!(Renames::open(&path, HUB).unwrap_err().to_string().contains("at work on it"));
        drop(renames);
        assert!(Renames::open(&path, "http://h").unwrap_err().to_string().contains("at another Hub"));
        std::fs::write(&path, "something else\n").unwrap();
        assert!(Renames::open(&path, HUB).unwrap_err().to_string().contains("is no list of renamed models"));
        assert_eq!(std::fs::read(&path).unwrap(), b"something else\n");
        std::fs::remove_file(&path).unwrap();
    }
}
