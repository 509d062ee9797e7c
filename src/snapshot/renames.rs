//! Which names are old ones of others: of single repositories and of accounts, and how far a listing bears them out.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;

use crate::model::{Alias, Certainty, Scope};

/// So many names in a row are looked through for one that leads around in a circle, or that the listing bears out though it does
/// not the last one: nothing is renamed so often.
const MOST_STEPS: usize = 100;

/// A `Renames` holds old names with those of today. What is said later of a name holds.
#[derive(Debug, Default)]
pub(crate) struct Renames {
    ids: BTreeMap<String, (String, Certainty)>,
    /// An account may have been split: its repositories went to several.
    accounts: HashMap<String, Vec<(String, Certainty)>>,
}

/// What a listing says of names.
/// What it does not say is not so.
pub(crate) trait Listing {
    fn is_listed(&self, id: &str) -> bool;
    /// Whether an account has any listed model.
    fn lists_any_of(&self, _account: &str) -> bool {
        false
    }
    /// Whether one of two listed models names the other as its parent: then it is a copy, and no new name.
    fn are_kin(&self, _one: &str, _other: &str) -> bool {
        false
    }
    /// Whether the Hub's key of a parent that bears the name `old` says that it is another model than `new`.
    fn is_another(&self, _old: &str, _new: &str) -> bool {
        false
    }
}

impl Renames {
    /// Notes an old name of a repository. There is no circle, or a long one: a new name that was an old one until now is so no
    /// longer.
    pub fn of_model(&mut self, old: &str, new: &str, certainty: Certainty) {
        let old = old.to_ascii_lowercase();
        let mut at = new.to_ascii_lowercase();
        for _ in 0..MOST_STEPS {
            match self.ids.get(&at).filter(|_| at != old) {
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

    /// Notes that an id is listed, and so no old name, whoever bore it before.
    pub fn is_current(&mut self, id: &str) {
        if !self.ids.is_empty() {
            self.ids.remove(&id.to_ascii_lowercase());
        }
    }

    /// Gives the old names of single repositories.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.ids.keys().map(String::as_str)
    }

    /// Gives the old names of accounts, in lower case.
    pub fn accounts(&self) -> impl Iterator<Item = &str> {
        self.accounts.keys().map(String::as_str)
    }

    /// Gives the names of accounts that had others.
    pub fn new_accounts(&self) -> impl Iterator<Item = &str> {
        self.accounts.values().flatten().map(|(new, _)| new.as_str())
    }

    /// Finds where old names lead by what a listing says.
    pub fn ways<'r, L: Listing>(&'r self, listing: &'r L) -> Ways<'r, L> {
        Ways { renames: self, listing, known: RefCell::default() }
    }

    /// The next name: what is said of the repository stands above what is said of its account. Of several accounts the one
    /// that lists the name; if none does, one is not to be told from the others.
    fn next(&self, id: &str, listing: &impl Listing) -> Option<Step> {
        if let Some((new, certainty)) = self.ids.get(&id.to_ascii_lowercase()) {
            return Some(Step { name: new.as_str().into(), certainty: *certainty, through_account: false });
        }
        let (account, name) = id.split_once('/')?;
        let known = self.accounts.get(&account.to_ascii_lowercase())?;
        let candidates = known.iter().map(|(new, certainty)| {
            let name = format!("{new}/{name}").into();
            Step { name, certainty: *certainty, through_account: true }
        });
        let candidates: Vec<Step> = candidates.collect();
        let listed = candidates.iter().find(|step| listing.is_listed(&step.name));
        listed.or(candidates.first().filter(|_| candidates.len() == 1)).cloned()
    }
}

/// A name that another one leads to.
#[derive(Debug, Clone)]
struct Step {
    name: Rc<str>,
    certainty: Certainty,
    /// A chain through accounts can be followed only to what is listed: that an account was renamed says nothing of a
    /// repository that nobody lists.
    through_account: bool,
}

impl Step {
    /// The same, come to by way of `first`.
    fn after(&self, first: &Step) -> Step {
        Step {
            name: Rc::clone(&self.name),
            certainty: self.certainty.min(first.certainty),
            through_account: self.through_account || first.through_account,
        }
    }
}

/// Where a name leads: the last name of all, and the last one that is listed. Nowhere if it is no old name.
#[derive(Debug, Clone, Default)]
struct Way {
    last: Option<Step>,
    listed: Option<Step>,
}

/// A `Ways` tells where old names lead by what a listing says. Of each name it is found out once, however many lead
/// through it.
pub(crate) struct Ways<'r, L> {
    renames: &'r Renames,
    listing: &'r L,
    /// By names in lower case.
    known: RefCell<HashMap<String, Way>>,
}

impl<L: Listing> Ways<'_, L> {
    /// Gives the name of today of what bears the name `old`, as far as the listing bears it out.
    pub fn today(&self, old: &str) -> Option<String> {
        self.follow(old).map(|(new, _)| new)
    }

    /// Gives the same name, with how well it is known.
    pub fn follow(&self, old: &str) -> Option<(String, Certainty)> {
        let Way { last, listed } = self.way(old);
        let (listing, last) = (self.listing, last?);
        let is_listed = listing.is_listed(old);
        let holds = |Step { name: new, certainty, .. }: &Step| match (listing.is_listed(new), is_listed) {
            (true, false) => !listing.is_another(old, new),
            (true, true) => {
                *certainty == Certainty::Sure && !listing.are_kin(old, new) && !listing.is_another(old, new)
            }
            // The listing is older than the renaming.
            (false, _) => false,
        };
        // Neither is listed: nothing speaks against it, unless the account still lists models under its old name.
        let account = |id: &str| id.split_once('/').map(|(account, _)| account.to_owned()).unwrap_or_default();
        let has_moved = || !listing.lists_any_of(&account(old)) && listing.lists_any_of(&account(&last.name));
        let is_open = listed.is_none() && !is_listed;
        let holds_unlisted =
            |last: &Step| is_open && last.certainty == Certainty::Sure && (!last.through_account || has_moved());
        let found = match listed {
            None => Some(&last).filter(|last| holds_unlisted(last)).cloned(),
            Some(listed) if holds(&listed) => Some(listed),
            // One before it may be borne out.
            Some(_) => self.steps(old).into_iter().rev().find(holds),
        };
        found.map(|step| (step.name.as_ref().to_owned(), step.certainty))
    }

    /// The names that a name leads to, one after the other, the first hundred.
    fn steps(&self, old: &str) -> Vec<Step> {
        let mut steps: Vec<Step> = Vec::new();
        let mut met = HashSet::from([old.to_ascii_lowercase()]);
        while let Some(next) = self.renames.next(steps.last().map_or(old, |step| &step.name), self.listing) {
            if steps.len() == MOST_STEPS || !met.insert(next.name.to_ascii_lowercase()) {
                break;
            }
            let next = steps.last().map_or_else(|| next.clone(), |before| next.after(before));
            steps.push(next);
        }
        steps
    }

    fn way(&self, old: &str) -> Way {
        let mut known = self.known.borrow_mut();
        // The names on the way, each with the next one.
        let mut path: Vec<(String, Step)> = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        let mut at: Rc<str> = old.into();
        let mut way = loop {
            let key = at.to_ascii_lowercase();
            if let Some(way) = known.get(&key) {
                break way.clone();
            }
            if let Some(start) = places.get(&key) {
                let circle = path.split_off(*start);
                let ways = (0..circle.len()).map(|start| self.around(&circle, start)).collect::<Vec<Way>>();
                let first = ways[0].clone();
                known.extend(circle.into_iter().zip(ways).map(|((name, _), way)| (name, way)));
                break first;
            }
            let Some(next) = self.renames.next(&at, self.listing) else { break Way::default() };
            at = Rc::clone(&next.name);
            places.insert(key.clone(), path.len());
            path.push((key, next));
        };
        for (name, next) in path.into_iter().rev() {
            way = self.through(&next, &way);
            known.insert(name, way.clone());
        }
        way
    }

    /// The way of a name whose next one is known, with that one's way.
    fn through(&self, next: &Step, way: &Way) -> Way {
        let itself = || self.listing.is_listed(&next.name).then(|| next.clone());
        Way {
            last: Some(way.last.as_ref().map_or_else(|| next.clone(), |last| last.after(next))),
            listed: way.listed.as_ref().map(|listed| listed.after(next)).or_else(itself),
        }
    }

    /// The way from a name of a circle: through all others of it. A long circle leads nowhere.
    fn around(&self, circle: &[(String, Step)], start: usize) -> Way {
        if circle.len() > MOST_STEPS {
            return Way::default();
        }
        let steps = circle.iter().cycle().skip(start).take(circle.len() - 1).map(|(_, step)| step);
        steps.collect::<Vec<_>>().into_iter().rev().fold(Way::default(), |way, next| self.through(next, &way))
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
            assert_eq!(renames.ways(&Names(listed)).today(old).as_deref(), *new, "{old} among {listed:?}");
        }
    }

    /// Some of 24 names are listed, each by its bit.
    struct Few(u32);

    fn few() -> impl Iterator<Item = String> {
        "abcdefgh".chars().flat_map(|account| "xyz".chars().map(move |name| format!("{account}/{name}")))
    }

    impl Listing for Few {
        fn is_listed(&self, id: &str) -> bool {
            few().position(|known| known == id).is_some_and(|at| self.0 >> at & 1 == 1)
        }
    }

    #[test]
    fn ways_are_those_that_are_found_step_by_step() {
        let mut state = 1u64;
        let mut draw = |most: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % most
        };
        let ids: Vec<String> = few().collect();
        let mut circles = 0;
        for _ in 0..500 {
            let mut renames = Renames::default();
            let rows = (0..draw(16)).map(|_| {
                let certainty = if draw(4) == 0 { Certainty::Likely } else { Certainty::Sure };
                let (one, other) = (&ids[draw(ids.len())], &ids[draw(ids.len())]);
                let (old, new, scope) = match draw(2) {
                    0 => (one.clone(), other.clone(), Scope::Model),
                    _ => (one[..1].to_owned(), other[..1].to_owned(), Scope::Account),
                };
                Alias { old, new, scope, certainty }
            });
            renames.of_table(rows.collect::<Vec<Alias>>().iter());
            let listing = Few(draw(1 << 24) as u32);
            let ways = renames.ways(&listing);
            let seen = |step: &Step| (step.name.to_string(), step.certainty, step.through_account);
            for id in &ids {
                let (way, steps) = (ways.way(id), ways.steps(id));
                assert_eq!(way.last.as_ref().map(seen), steps.last().map(seen), "{id} {renames:?}");
                let listed = steps.iter().rev().find(|step| listing.is_listed(&step.name));
                assert_eq!(way.listed.as_ref().map(seen), listed.map(seen), "{id} {renames:?}");
                let next = steps.last().and_then(|last| renames.next(&last.name, &listing));
                circles += usize::from(next.is_some());
            }
        }
        assert!(circles > 500, "{circles}");
    }

    #[test]
    fn no_chain_is_too_long_and_a_long_circle_leads_nowhere() {
        let id = |at: usize| format!("a/{at:06}");
        for backward in [false, true] {
            let mut renames = Renames::default();
            let mut pairs: Vec<usize> = (0..50_000).collect();
            if backward {
                pairs.reverse();
            }
            pairs.iter().for_each(|at| renames.of_model(&id(*at), &id(at + 1), Certainty::Sure));
            let ways = renames.ways(&Names(&["a/050000"]));
            assert_eq!(ways.today(&id(0)), Some(id(50_000)));
            assert_eq!(renames.ids().filter(|old| ways.today(old) == Some(id(50_000))).count(), 50_000);
            renames.of_model(&id(50_000), &id(0), Certainty::Sure);
            let ways = renames.ways(&Names(&[]));
            assert_eq!(renames.ids().filter(|old| ways.today(old).is_some()).count(), 0, "{}", renames.ids().count());
        }
    }
}
