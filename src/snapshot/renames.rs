//! Which names are old ones of others: of single repositories and of accounts, and how far a listing bears them out.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::model::{Alias, Certainty, Scope};

/// Old names with those of today. What is said later of a name holds.
#[derive(Debug, Default)]
pub(crate) struct Renames {
    ids: BTreeMap<String, (String, Certainty)>,
    /// An account may have been split: its repositories went to several.
    accounts: HashMap<String, Vec<(String, Certainty)>>,
}

/// What a listing says of names.
pub(crate) trait Listing {
    fn is_listed(&self, id: &str) -> bool;
    /// Whether an account has any listed model.
    fn lists_any_of(&self, account: &str) -> bool;
    /// Whether one of two listed models names the other as its parent: then it is a copy, and no new name.
    fn are_kin(&self, one: &str, other: &str) -> bool;
    /// Whether the Hub's key of a parent that bears the name `old` says that it is another model than `new`.
    fn is_another(&self, old: &str, new: &str) -> bool;
}

impl Renames {
    /// Notes an old name of a repository. There is no circle: a new name that was an old one until now is so no longer.
    pub fn of_model(&mut self, old: &str, new: &str, certainty: Certainty) {
        let old = old.to_ascii_lowercase();
        let mut at = new.to_ascii_lowercase();
        while at != old {
            match self.ids.get(&at) {
                Some((next, _)) => at = next.to_ascii_lowercase(),
                None => break,
            }
        }
        if at == old {
            self.ids.remove(&new.to_ascii_lowercase());
        }
        if !new.eq_ignore_ascii_case(&old) {
            self.ids.insert(old, (new.to_owned(), certainty));
        }
    }

    /// Notes the rows of a table, which stand above those of earlier tables.
    pub fn of_table<'a>(&mut self, rows: impl Iterator<Item = &'a Alias>) {
        let mut accounts: HashMap<String, Vec<(String, Certainty)>> = HashMap::new();
        for Alias { old, new, scope, certainty } in rows {
            match scope {
                Scope::Model => self.of_model(old, new, *certainty),
                Scope::Account => {
                    accounts.entry(old.to_ascii_lowercase()).or_default().push((new.clone(), *certainty));
                }
            }
        }
        self.accounts.extend(accounts);
    }

    /// What is listed is no old name, whoever bore it before.
    pub fn is_current(&mut self, id: &str) {
        if !self.ids.is_empty() {
            self.ids.remove(&id.to_ascii_lowercase());
        }
    }

    /// The old names of single repositories.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.ids.keys().map(String::as_str)
    }

    /// The old names of accounts, in lower case.
    pub fn accounts(&self) -> impl Iterator<Item = &str> {
        self.accounts.keys().map(String::as_str)
    }

    /// Whether an account, in lower case, has another name today.
    pub fn is_account(&self, account: &str) -> bool {
        self.accounts.contains_key(account)
    }

    /// The names of accounts that had others.
    pub fn new_accounts(&self) -> impl Iterator<Item = &str> {
        self.accounts.values().flatten().map(|(new, _)| new.as_str())
    }

    /// The name of today of what bears the name `old`, as far as the listing bears it out.
    pub fn of(&self, old: &str, listing: &impl Listing) -> Option<String> {
        self.follow(old, listing).map(|(new, _)| new)
    }

    /// The same, with how well it is known.
    pub fn follow(&self, old: &str, listing: &impl Listing) -> Option<(String, Certainty)> {
        let mut reached: Vec<(String, Certainty)> = Vec::new();
        let mut met = HashSet::from([old.to_ascii_lowercase()]);
        let (mut at, mut certainty, mut through_account) = (old.to_owned(), Certainty::Sure, false);
        while let Some((next, known, scope)) = self.next(&at, listing) {
            if !met.insert(next.to_ascii_lowercase()) {
                break;
            }
            certainty = certainty.min(known);
            // A chain through accounts can be followed only to what is listed: that an account was renamed says nothing of a
            // repository that nobody lists.
            through_account |= scope == Scope::Account;
            reached.push((next.clone(), certainty));
            at = next;
        }
        let is_listed = listing.is_listed(old);
        let holds = |(new, certainty): &(String, Certainty)| match (listing.is_listed(new), is_listed) {
            (true, false) => !listing.is_another(old, new),
            (true, true) => {
                *certainty == Certainty::Sure && !listing.are_kin(old, new) && !listing.is_another(old, new)
            }
            // The listing is older than the renaming.
            (false, _) => false,
        };
        let listed = reached.iter().rev().find(|step| holds(step)).cloned();
        // Neither is listed: nothing speaks against it, unless the account still lists models under its old name.
        listed.or_else(|| {
            let (new, certainty) = reached.last()?;
            let account = |id: &str| id.split_once('/').map(|(account, _)| account.to_owned()).unwrap_or_default();
            let has_moved = || !listing.lists_any_of(&account(old)) && listing.lists_any_of(&account(new));
            let is_open = !is_listed && reached.iter().all(|(new, _)| !listing.is_listed(new));
            (is_open && *certainty == Certainty::Sure && (!through_account || has_moved()))
                .then(|| (new.clone(), *certainty))
        })
    }

    /// The next name: what is said of the repository stands above what is said of its account. Of several accounts the one
    /// that lists the name; if none does, one is not to be told from the others.
    fn next(&self, id: &str, listing: &impl Listing) -> Option<(String, Certainty, Scope)> {
        if let Some((new, certainty)) = self.ids.get(&id.to_ascii_lowercase()) {
            return Some((new.clone(), *certainty, Scope::Model));
        }
        let (account, name) = id.split_once('/')?;
        let known = self.accounts.get(&account.to_ascii_lowercase())?;
        let candidates = known.iter().map(|(new, certainty)| (format!("{new}/{name}"), *certainty, Scope::Account));
        let candidates: Vec<_> = candidates.collect();
        let listed = candidates.iter().find(|(id, ..)| listing.is_listed(id));
        listed.or(candidates.first().filter(|_| candidates.len() == 1)).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names that are listed; a pair with `>` between them is a copy and its original, one with `!` two models by their keys.
    struct Names(&'static [&'static str]);

    impl Listing for Names {
        fn is_listed(&self, id: &str) -> bool {
            self.0.contains(&id)
        }
        fn lists_any_of(&self, account: &str) -> bool {
            self.0.iter().any(|id| id.strip_prefix(account).is_some_and(|rest| rest.starts_with('/')))
        }
        fn are_kin(&self, one: &str, other: &str) -> bool {
            self.0.contains(&format!("{one}>{other}").as_str())
        }
        fn is_another(&self, old: &str, new: &str) -> bool {
            self.0.contains(&format!("{old}!{new}").as_str())
        }
    }

    #[test]
    fn an_old_name_leads_as_far_as_the_listing_bears_it_out() {
        let mut renames = Renames::default();
        let row = |old: &str, new: &str, scope, certainty| Alias { old: old.into(), new: new.into(), scope, certainty };
        use Certainty::{Likely, Sure};
        use Scope::{Account, Model};
        renames.of_table(
            [
                row("THUDM", "zai-org", Account, Sure),
                row("core42", "inceptionai", Account, Likely),
                row("inceptionai", "inception42", Account, Sure),
                row("cog", "dphn", Account, Sure),
                row("cog", "Quixi", Account, Likely),
                row("cog/tiny", "Quixi/tiny", Model, Sure),
                row("Tareks/a", "Graveyard/a", Model, Likely),
                row("bert", "google-bert/bert", Model, Sure),
            ]
            .iter(),
        );
        let cases: &[(&str, &'static [&'static str], Option<&str>)] = &[
            // The new one alone is listed.
            ("THUDM/x", &["zai-org/x"], Some("zai-org/x")),
            ("thudm/x", &["zai-org/x"], Some("zai-org/x")),
            ("Tareks/a", &["Graveyard/a"], Some("Graveyard/a")),
            // Both are: links go to the new one if it is sure, and no copy.
            ("THUDM/x", &["zai-org/x", "THUDM/x"], Some("zai-org/x")),
            ("THUDM/x", &["zai-org/x", "THUDM/x", "THUDM/x>zai-org/x"], None),
            ("Tareks/a", &["Graveyard/a", "Tareks/a"], None),
            // The Hub's key says otherwise.
            ("THUDM/x", &["zai-org/x", "THUDM/x!zai-org/x"], None),
            ("THUDM/x", &["zai-org/x", "THUDM/x", "THUDM/x!zai-org/x"], None),
            // The old one alone: the listing is older than the renaming.
            ("THUDM/x", &["THUDM/x", "zai-org/y"], None),
            ("bert", &["bert"], None),
            // Neither: nothing speaks against a sure one, unless the account lists others under its old name.
            ("bert", &[], Some("google-bert/bert")),
            ("THUDM/x", &["zai-org/y"], Some("zai-org/x")),
            ("THUDM/x", &["zai-org/y", "THUDM/z"], None),
            ("THUDM/x", &["a/b"], None),
            ("Tareks/a", &["Graveyard/b"], None),
            // Chains go as far as the listing.
            ("core42/j", &["inceptionai/j"], Some("inceptionai/j")),
            ("core42/j", &["inception42/j"], Some("inception42/j")),
            ("core42/j", &["inception42/j", "inceptionai/j"], Some("inception42/j")),
            ("core42/j", &["inception42/j", "core42/j"], None),
            ("inceptionai/j", &["inception42/j", "inceptionai/j"], Some("inception42/j")),
            // An account that was split.
            ("cog/tiny", &["dphn/tiny", "Quixi/tiny"], Some("Quixi/tiny")),
            ("cog/big", &["Quixi/big"], Some("Quixi/big")),
            ("cog/big", &["dphn/big"], Some("dphn/big")),
            ("cog/big", &["dphn/other"], None),
            // No account of the table.
            ("else/x", &["zai-org/x"], None),
        ];
        for (old, listed, new) in cases {
            assert_eq!(renames.of(old, &Names(listed)).as_deref(), *new, "{old} among {listed:?}");
        }
    }
}
