use super::maybe::Maybe;
use crate::model::{Authority, Commit, Counts, Flags, Learned, Relation, RepositoryKey, WordLists, Words};

/// A `Model` is a record with its ids and words as numbers; its lists lie among those of all.
#[derive(Debug, Clone, Copy)]
pub(super) struct Model {
    /// This is the number of its name, as it was spelled last.
    pub name: u32,
    pub hub_id: Option<RepositoryKey>,
    pub created: Maybe<i64>,
    pub counts: Counts<Maybe<u64>>,
    pub words: Words<Maybe<u32>>,
    pub flags: Flags<Option<bool>>,
    /// This is its place among the commits of all models.
    pub sha: Maybe<u32>,
    pub lists: WordLists<(Maybe<u32>, u32)>,
    pub links: (u32, u32),
    pub authority: Authority,
    pub has_card: bool,
    /// This says whether its date comes from a snapshot that has a date itself.
    pub is_dated: bool,
    /// This says whether it comes from an older snapshot: a record replaces it, and is not joined with it.
    pub is_stale: bool,
}

/// A `Lists` holds the words, commits and links of all models, one after the other. What a later record replaced stays,
/// and nothing points at it.
#[derive(Debug, Default)]
pub(super) struct Lists {
    pub words: Vec<u32>,
    pub shas: Vec<Commit>,
    pub links: Vec<(u32, Relation, Learned)>,
}

impl Lists {
    pub fn add_sha(&mut self, sha: Option<Commit>) -> Maybe<u32> {
        let place = self.shas.len() as u32;
        self.shas.extend(sha);
        sha.map(|_| place).into()
    }

    pub fn add_words(&mut self, words: impl Iterator<Item = u32>) -> (Maybe<u32>, u32) {
        let start = self.words.len();
        self.words.extend(words);
        (Some(start as u32).into(), (self.words.len() - start) as u32)
    }

    /// Gives links that hold what another record of the same model knows of their relations: what a card declares stands
    /// above what the Hub says, also where that is said again without the card, and a relation that is known above none at all.
    pub fn learn_relations(&mut self, of: &Model, from: &Model) {
        let others = self.links(from).to_vec();
        let is_card = (of.authority, from.authority) == (Authority::Listing, Authority::Card);
        let is_listing = of.authority == Authority::Listing && !of.has_card;
        let declared = others.iter().find(|other| is_card && other.2 == Learned::Declared).map(|other| other.1);
        for (parent, relation, learned) in &mut self.links[of.links.0 as usize..][..of.links.1 as usize] {
            let known = others.iter().find(|other| other.0 == *parent);
            let is_declared = |known: &&(u32, Relation, Learned)| is_listing && known.2 == Learned::Declared;
            if let Some(known) = known.filter(|known| *relation == Relation::Unstated || is_declared(known)) {
                (*relation, *learned) = (known.1, known.2);
            }
            if let Some(declared) = declared {
                (*relation, *learned) = (declared, Learned::Declared);
            }
        }
    }

    pub fn links(&self, model: &Model) -> &[(u32, Relation, Learned)] {
        &self.links[model.links.0 as usize..][..model.links.1 as usize]
    }
}
