use std::cell::RefCell;

use hashbrown::{HashMap, HashSet};

use super::builder::Builder;
use super::lists::Model;
use super::renames::Listing;
use crate::model::{Authority, OddityKind, RepositoryKey};

/// A `Listed` is what was gathered, as a listing of names.
pub(super) struct Listed<'b> {
    builder: &'b Builder,
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
    pub fn from_builder(builder: &Builder) -> Listed<'_> {
        let news = builder.renames.new_accounts().map(str::to_ascii_lowercase);
        let known: HashSet<String> = builder.renames.accounts().map(str::to_owned).chain(news).collect();
        // Mostly the first letter and the length tell that an account is none of them.
        let first = |account: &str| account.as_bytes().first().map_or(0, u8::to_ascii_lowercase) as usize;
        let length = |account: &str| 1u64 << account.len().min(63);
        let mut lengths = [0u64; 256];
        known.iter().for_each(|account| lengths[first(account)] |= length(account));
        let (mut accounts, mut renamed) = (HashSet::new(), Vec::new());
        for name in 0..builder.names.len() as u32 {
            let id = builder.names.get(name);
            let lengths = lengths[first(id)];
            if lengths == 0 {
                continue;
            }
            let Some(slash) = id.bytes().position(|byte| byte == b'/') else { continue };
            let account = &id[..slash];
            if lengths & length(account) == 0 {
                continue;
            }
            let account = account.to_ascii_lowercase();
            if !known.contains(&account) {
                continue;
            }
            if builder.renames.is_account(&account) {
                renamed.push(name);
            }
            if builder.model_of(name).is_some() {
                accounts.insert(account);
            }
        }
        let mut keyed: HashMap<u32, (RepositoryKey, bool)> = HashMap::new();
        for (_, name, key) in &builder.keyed {
            let (known, has_others) = keyed.entry(*name).or_insert((*key, false));
            *has_others |= known != key;
        }
        Listed { builder, accounts, renamed, keyed, not_renamed: RefCell::default() }
    }

    fn model(&self, id: &str) -> Option<(u32, &Model)> {
        let name = self.builder.names.find(id)?;
        self.builder.model_of(name).map(|model| (name, &self.builder.models[model as usize]))
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
        let names = |model: &Model, name: u32| self.builder.lists.links(model).iter().any(|link| link.0 == name);
        names(one.1, other.0) || names(other.1, one.0)
    }

    fn is_another(&self, old: &str, new: &str) -> bool {
        let Some(old) = self.builder.names.find(old) else { return false };
        let key = self.model(new).and_then(|(_, model)| model.hub_id);
        let keyed = self.keyed.get(&old);
        let is_other = |key| keyed.is_some_and(|(known, has_others)| *has_others || *known != key);
        let is_another = self.builder.not_renamed.contains(&old) || key.is_some_and(is_other);
        if is_another {
            self.not_renamed.borrow_mut().insert(old);
        }
        is_another
    }
}

impl Builder {
    /// Gives a model that is listed under two names, and of whose parents the row of today knows nothing, those that the other
    /// row names: as with two rows under one name, a row that knows nothing takes none away.
    pub(super) fn hand_down(&mut self, aliases: &HashMap<u32, u32>) {
        let mut pairs: Vec<(u32, u32)> = aliases.iter().map(|(old, new)| (*old, *new)).collect();
        // By name, so that the order of records cannot show.
        pairs.sort_by_cached_key(|(old, _)| self.id(*old).to_ascii_lowercase());
        for (old, new) in pairs {
            let Some((from, to)) = self.model_of(old).zip(self.model_of(new)) else { continue };
            let (from, today) = (self.models[from as usize], self.models[to as usize]);
            if today.authority != Authority::Silent || today.links.1 > 0 {
                continue;
            }
            // A model that named itself under its old name has no parent by that.
            let mut links = self.lists.links(&from).to_vec();
            links.retain(|link| link.0 != old && link.0 != new);
            let start = self.lists.links.len() as u32;
            let model = &mut self.models[to as usize];
            (model.links, model.authority) = ((start, links.len() as u32), from.authority);
            self.lists.links.extend(links);
        }
    }

    /// The names that may be old ones of others.
    pub(super) fn old_names(&self) -> HashSet<u32> {
        let ids = self.renames.ids().filter_map(|old| self.names.find(old));
        ids.chain(Listed::from_builder(self).renamed).collect()
    }

    /// The aliases that matter here, old name to new name; both are alive then.
    pub(super) fn known_aliases(&mut self, alive: &mut Vec<bool>) -> HashMap<u32, u32> {
        let listing = Listed::from_builder(self);
        let ways = self.renames.ways(&listing);
        let is_alive = |id: &str| self.names.find(id).is_some_and(|name| alive[name as usize]);
        let mut known: Vec<(String, String)> = Vec::new();
        for old in self.renames.ids() {
            let new = ways.today(old);
            known.extend(new.filter(|new| is_alive(old) || is_alive(new)).map(|new| (old.to_owned(), new)));
        }
        for name in listing.renamed.iter().filter(|name| alive[**name as usize]) {
            let old = self.names.get(*name);
            known.extend(ways.today(old).map(|new| (old.to_owned(), new)));
        }
        let not_renamed = listing.not_renamed.into_inner();
        for (child, name, _) in std::mem::take(&mut self.keyed) {
            if let Some(child) = self.model_of(child).filter(|_| not_renamed.contains(&name)) {
                let old = self.id(name).to_owned();
                self.odd(child, OddityKind::NotRenamed, &old);
            }
        }
        let mut name = |id: &str| {
            let name = self.name(id);
            alive.resize(alive.len().max(name as usize + 1), false);
            alive[name as usize] = true;
            name
        };
        known.iter().map(|(legacy, canonical)| (name(legacy), name(canonical))).collect()
    }
}
