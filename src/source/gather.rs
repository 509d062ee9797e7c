//! Links alone, without a record for each row. The rules of `normalize` and `parent` hold here too.

use memchr::memchr;

use super::normalize::{PARENT, no_id, split_relation};
use super::parent::{self, Reading};
use crate::model::{Authority, ModelId, Parentage, Record, Reject, Relation};

/// What one reader gathers, part after part.
#[derive(Default)]
pub(super) struct Gather {
    part: Parentage,
}

impl Gather {
    /// Adds the parent that `text` names to the row that is begun.
    pub fn parent(&mut self, text: &[u8]) {
        if parent::is_plain(text) {
            self.part.parent(text);
        } else if let Reading::Id { id, .. } = parent::read(&String::from_utf8_lossy(text)) {
            self.part.parent(id.as_str().as_bytes());
        }
    }

    pub fn has_parents(&self) -> bool {
        self.part.has_parents()
    }

    /// Ends a row.
    ///
    /// # Errors
    /// If its id is none; the row is forgotten.
    pub fn row(&mut self, id: &[u8], authority: Authority) -> Result<(), String> {
        if ModelId::slashes(id).is_some() {
            self.part.row(id, authority);
            return Ok(());
        }
        let id = String::from_utf8_lossy(id);
        match ModelId::parse(id.trim()) {
            Ok(id) => self.part.row(id.as_str().as_bytes(), authority),
            Err(fault) => {
                self.forget();
                return Err(no_id(id.trim(), fault));
            }
        }
        Ok(())
    }

    /// Forgets the row that was begun.
    pub fn forget(&mut self) {
        self.part.drop_parents();
    }

    /// Adds what a full reader says of a row.
    pub fn add(&mut self, found: Result<Record<'_>, Reject>) {
        match found {
            Ok(record) => self.part.record(&record),
            Err(reject) => self.part.rejects.push(reject),
        }
    }

    /// What was gathered since the last part.
    pub fn take_part(&mut self) -> Parentage {
        let next = self.part.with_as_much_room();
        std::mem::replace(&mut self.part, next)
    }

    /// How many rows were gathered since the last part.
    pub fn len(&self) -> usize {
        self.part.rows().len()
    }
}

/// The tags of a row that name parents.
#[derive(Default)]
pub(super) struct ParentTags<'t> {
    /// The parent's text in the last tag without a relation.
    last: &'t [u8],
}

impl<'t> ParentTags<'t> {
    /// Adds the parent that a tag names, if it names one.
    pub fn add(&mut self, tag: &'t [u8], gather: &mut Gather) {
        let Some(tag) = tag.strip_prefix(PARENT.as_bytes()) else { return };
        match typed(tag) {
            // The Hub names each parent twice, without and with its relation.
            Some(id) if id == self.last => (),
            Some(id) => gather.parent(id),
            None if memchr(b':', tag).is_some() => {
                let tag = String::from_utf8_lossy(tag);
                gather.parent(split_relation(&tag).1.as_bytes());
            }
            None => {
                gather.parent(tag);
                self.last = tag;
            }
        }
    }
}

/// The parent's text behind a relation, as the Hub writes it.
fn typed(tag: &[u8]) -> Option<&[u8]> {
    let relation = match tag.first()? {
        b'f' => Relation::Finetune,
        b'a' => Relation::Adapter,
        b'q' => Relation::Quantized,
        b'm' => Relation::Merge,
        _ => return None,
    };
    tag.strip_prefix(relation.name().as_bytes())?.strip_prefix(b":")
}
