use std::cell::RefCell;

use hashbrown::{HashMap, HashSet};

use super::gathered::Gathered;
use super::renames::Listing;
use crate::model::{OddityKind, RepositoryKey};

/// A `Listed` is what was gathered, as a listing of names.
pub(super) struct Listed<'b> {
    gathered: &'b Gathered,
    /// The names of accounts that have, or had, another name and that list any model, in lower case.
    accounts: HashSet<String>,
    /// These are the names, listed or not, of those accounts that had another name.
    pub renamed: Vec<u32>,
    /// The key of a parent that bears a name, and whether there are others of other keys.
    keyed: HashMap<u32, (RepositoryKey, bool)>,
    /// The old names of which a key told that they are names of other models.
    not_renamed: RefCell<HashSet<u32>>,
}

impl Listed<'_> {
    pub fn new(gathered: &Gathered) -> Listed<'_> {
        let news = gathered.renames.new_accounts().map(str::to_ascii_lowercase);
        let known: HashSet<String> = gathered.renames.accounts().map(str::to_owned).chain(news).collect();
        let has_any = |account: &String| gathered.owned_by(account).any(|name| gathered.is_model(name));
        let accounts = known.into_iter().filter(has_any).collect();
        let mut renamed: Vec<u32> =
            gathered.renames.accounts().flat_map(|account| gathered.owned_by(account)).collect();
        renamed.sort_unstable();
        let mut keyed: HashMap<u32, (RepositoryKey, bool)> = HashMap::new();
        for (_, name, key) in &gathered.keyed {
            let (known, has_others) = keyed.entry(*name).or_insert((*key, false));
            *has_others |= known != key;
        }
        Listed { gathered, accounts, renamed, keyed, not_renamed: RefCell::default() }
    }

    fn model(&self, id: &str) -> Option<u32> {
        self.gathered.find(id).filter(|name| self.gathered.is_model(*name))
    }
}

impl Listing for Listed<'_> {
    fn is_listed(&self, id: &str) -> bool {
        self.model(id).is_some()
    }

    fn lists_any_of(&self, account: &str) -> bool {
        self.accounts.contains(&account.to_ascii_lowercase())
    }

    fn are_kin(&self, one: &str, other: &str) -> bool {
        let Some((one, other)) = self.model(one).zip(self.model(other)) else { return false };
        let names = |model: u32, name: u32| self.gathered.links_of(model).iter().any(|link| link.0 == name);
        names(one, other) || names(other, one)
    }

    fn is_another(&self, old: &str, new: &str) -> bool {
        let Some(old) = self.gathered.find(old) else { return false };
        let key = self.model(new).and_then(|model| self.gathered.key_of(model));
        let keyed = self.keyed.get(&old);
        let is_other = |key| keyed.is_some_and(|(known, has_others)| *has_others || *known != key);
        let is_another = self.gathered.not_renamed.contains(&old) || key.is_some_and(is_other);
        if is_another {
            self.not_renamed.borrow_mut().insert(old);
        }
        is_another
    }
}

impl Gathered {
    /// The names that may be old ones of others.
    pub(super) fn old_names(&self) -> HashSet<u32> {
        let ids = self.renames.ids().filter_map(|old| self.find(old));
        ids.chain(Listed::new(self).renamed).collect()
    }

    /// The aliases that matter here, old name to new name; both are alive then.
    pub(super) fn known_aliases(&mut self, alive: &[bool]) -> Vec<(String, String)> {
        let listing = Listed::new(self);
        let ways = self.renames.ways(&listing);
        let is_alive = |id: &str| self.find(id).is_some_and(|name| alive[name as usize]);
        let mut known: Vec<(String, String)> = Vec::new();
        for old in self.renames.ids() {
            let new = ways.today(old);
            known.extend(new.filter(|new| is_alive(old) || is_alive(new)).map(|new| (old.to_owned(), new)));
        }
        for name in listing.renamed.iter().filter(|name| alive[**name as usize]) {
            let old = self.id(*name);
            known.extend(ways.today(old).map(|new| (old.to_owned(), new)));
        }
        let not_renamed = listing.not_renamed.into_inner();
        for (child, name, _) in std::mem::take(&mut self.keyed) {
            if not_renamed.contains(&name) {
                let old = self.id(name).to_owned();
                self.odd(child, OddityKind::NotRenamed, &old);
            }
        }
        known
    }
}
