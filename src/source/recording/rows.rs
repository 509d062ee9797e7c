use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use super::super::hub::{listing, wire};
use super::super::{Digested, Error, Sink, card as front_matter, digest_bytes};
use super::{AGAIN, CardState, PageKind, Recording, page_file, split_cards};
use crate::model::{ModelId, Record, Reject, Word, Words};

impl Recording {
    /// Every record of the pages that are there, in their order: the crawl may still be under way. The digest is over the
    /// list "digest  name" of the pages.
    pub(crate) fn listed(&self, sink: Sink<'_>) -> Result<Digested, Error> {
        // The models of the listing, where another one adds to them.
        let mut known: Option<HashSet<u64>> = self.note.plan.licence_names.then(HashSet::new);
        let mut digests = String::new();
        let mut bytes = 0;
        for page in 0..self.pages {
            let (head, body, digest) = self.page_digested(page)?;
            // The place in the folder, wherever that lies.
            let name = page_file(Path::new(""), page);
            digests += &format!("{}  {}\n", digest.sha256, name.display());
            bytes += digest.bytes;
            match head.kind {
                PageKind::List => {
                    let most = head.take.unwrap_or(u64::MAX);
                    let mut row = 0;
                    let mut give = |json: &[u8]| {
                        row += 1;
                        if row <= most {
                            let found = wire::record(json);
                            known.iter_mut().zip(&found).for_each(|(known, record)| _ = known.insert(hash(record)));
                            sink(found.map_err(|reason| reject(&name, format!("row {row}"), reason)));
                        }
                    };
                    listing::rows(&body, &mut give).map_err(|reason| self.damaged(page, &reason))?;
                }
                PageKind::Licences => {
                    // Models that came since the first listing are none of this crawl's.
                    let mut give = |json: &[u8]| {
                        let is_known =
                            |record: &Record<'_>| known.as_ref().is_some_and(|known| known.contains(&hash(record)));
                        licence_names(json).filter(is_known).into_iter().for_each(|record| sink(Ok(record)));
                    };
                    listing::rows(&body, &mut give).map_err(|reason| self.damaged(page, &reason))?;
                }
                PageKind::Model if head.rows == 0 => (),
                PageKind::Model => {
                    let record = renamed(wire::record(&body), head.was.as_deref());
                    sink(record.map_err(|reason| reject(&name, String::new(), reason)));
                }
                PageKind::Cards => read_cards(&name, &body, sink)?,
            }
        }
        Ok(Digested { bytes, ..digest_bytes(digests.as_bytes()) })
    }
}

/// What a row of the second listing says of a licence, and nothing else: what its card says of parents is less than what
/// the first listing says. None if it says nothing.
fn licence_names(json: &[u8]) -> Option<Record<'_>> {
    let mut found = wire::record(json).ok()?;
    let names = Words::from_fn(|word| match word {
        Word::LicenceName | Word::LicenceLink => found.words[word].take(),
        _ => None,
    });
    let is_empty = names.iter().all(|(_, name)| name.is_none());
    (!is_empty).then(|| Record { hub_id: found.hub_id, words: names, ..Record::new(found.id) })
}

/// A short stand-in for an id: of three million models two have the same one with a chance of one in four million, and
/// then a licence's name would be of a model that the first listing did not give.
fn hash(record: &Record<'_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    record.id.key().hash(&mut hasher);
    hasher.finish()
}

fn read_cards(page: &Path, body: &[u8], sink: Sink<'_>) -> Result<(), Error> {
    let cards = split_cards(body).map_err(|reason| Error::broken(page, "", format!("{reason}; {AGAIN}")))?;
    for (card, text) in cards {
        if card.state == CardState::Read {
            let record = renamed(front_matter::record(&card.id, text), card.was.as_deref());
            sink(record.map_err(|reason| reject(page, format!("card of {}", card.id), reason)));
        }
    }
    Ok(())
}

fn reject(page: &Path, place: String, reason: String) -> Reject {
    Reject { file: page.display().to_string(), place, reason }
}

fn renamed<'a>(record: Result<Record<'a>, String>, was: Option<&str>) -> Result<Record<'a>, String> {
    let was = was.and_then(|was| ModelId::parse(was).ok());
    record.map(|record| Record { was, ..record })
}
