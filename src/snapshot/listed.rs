use std::collections::HashSet;

use super::builder::Builder;
use super::lists::Model;
use super::renames::Listing;

/// What was gathered, as a listing of names.
pub(super) struct Listed<'b> {
    builder: &'b Builder,
    /// The names of accounts that have, or had, another name and that list any model, in lower case.
    accounts: HashSet<String>,
    /// The names, listed or not, of those accounts that had another name.
    pub renamed: Vec<u32>,
}

impl Listed<'_> {
    pub fn of(builder: &Builder) -> Listed<'_> {
        let news = builder.renames.new_accounts().map(str::to_ascii_lowercase);
        let known: HashSet<String> = builder.renames.accounts().map(str::to_owned).chain(news).collect();
        // Mostly the length and the first letter tell that an account is none of them.
        let glance = |account: &str| Some((account.as_bytes().first()?.to_ascii_lowercase(), account.len()));
        let glances: HashSet<_> = known.iter().filter_map(|account| glance(account)).collect();
        let (mut accounts, mut renamed) = (HashSet::new(), Vec::new());
        for name in 0..builder.names.len() as u32 {
            let Some((account, _)) = builder.names.get(name).split_once('/') else { continue };
            if !glance(account).is_some_and(|glance| glances.contains(&glance)) {
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
        Listed { builder, accounts, renamed }
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
}
