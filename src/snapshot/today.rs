//! Parents that bear another name today. The Hub's key of a parent leads to the model that bears it; without one, a tag of the
//! old name beside a resolved parent that no tag names tells that the two are one.

use std::collections::{BTreeMap, BTreeSet};

use super::gathered::{Gathered, Witness};
use super::listed::Listed;
use super::renames::Ways;
use crate::model::{Certainty, OddityKind, RepositoryKey, Witness as By};

/// So often what one record shows of names helps with the next one. Each round goes over all names and all records that are left, and
/// no real one is explained by so many others, each by the one before.
const MOST_ROUNDS: usize = 32;

/// A `Torn` is a record whose tags and `baseModels` name different parents: its child, and its links of either kind.
struct Torn {
    child: u32,
    tagged: Vec<u32>,
    resolved: Vec<u32>,
}

impl Torn {
    /// Finds them among what is known of all records' links.
    fn among(witnesses: &[Witness]) -> Vec<Torn> {
        let of_row = witnesses.chunk_by(|one, other| one.child == other.child);
        let torn = of_row.map(|row| {
            let by = |by: By| {
                let of_kind = row.iter().filter(|witness| witness.said.witness == by);
                of_kind.map(|witness| witness.said.link).collect()
            };
            Torn { child: row[0].child, tagged: by(By::TagAlone), resolved: by(By::ResolvedAlone) }
        });
        torn.filter(Torn::is_open).collect()
    }

    fn is_open(&self) -> bool {
        !self.tagged.is_empty() && !self.resolved.is_empty()
    }
}

impl Gathered {
    /// Leads the links of all records to the names of today. Old names become aliases, and each child a note.
    pub(super) fn follow(&mut self, witnesses: Vec<Witness>) {
        let mut torn = Torn::among(&witnesses);
        self.follow_keys(witnesses);
        for _ in 0..MOST_ROUNDS {
            if torn.is_empty() || !self.join(&mut torn) {
                break;
            }
        }
    }

    fn follow_keys(&mut self, witnesses: Vec<Witness>) {
        let mut led: Vec<(u32, u32, u32)> = Vec::new();
        let mut names: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
        let old_names = self.old_names();
        for Witness { child, links, said, .. } in witnesses {
            let Some(key) = said.key else { continue };
            let named = self.parent(said.link);
            let today = self.listed_as(key);
            if old_names.contains(&named) && today.is_none_or(|today| today == named) {
                self.keyed.push((child, named, key));
            }
            let Some(today) = today.filter(|today| *today != named) else { continue };
            // The key of the child itself, beside the name of another listed model, is a mistake: the name holds.
            if today == child && self.is_model(named) {
                continue;
            }
            // A tag may have the name of today already: one link, and what `baseModels` says of it.
            let same: Vec<u32> = links.filter(|other| *other != said.link && self.parent(*other) == today).collect();
            for other in same {
                self.join_links(other, said.link);
                self.lead(other, today);
            }
            self.lead(said.link, today);
            names.entry(named).or_default().insert(today);
            led.push((child, named, today));
        }
        for (child, named, today) in led {
            // Where keys contradict each other, each is believed of its own row alone.
            let is_alone = names[&named].len() == 1 && !self.is_model(named);
            self.renamed(child, named, today, is_alone);
        }
    }

    /// Joins what is one in each record, as far as is known by now, and tells whether anything was: what one record shows helps
    /// with the next.
    fn join(&mut self, all: &mut Vec<Torn>) -> bool {
        let mut joined: Vec<(u32, u32, u32)> = Vec::new();
        let mut names: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
        {
            let listing = Listed::new(self);
            let ways = self.renames.ways(&listing);
            for torn in all.iter_mut() {
                let mut open = Vec::new();
                for link in std::mem::take(&mut torn.tagged) {
                    let today = self.today(self.parent(link), &ways);
                    match torn.resolved.iter().position(|resolved| Some(self.parent(*resolved)) == today) {
                        Some(at) => joined.push((torn.child, link, torn.resolved.remove(at))),
                        None if today.is_some_and(|today| self.is_model(today)) => (),
                        None if self.is_model(self.parent(link)) => (),
                        None => open.push(link),
                    }
                }
                if let ([link], [resolved]) = (&open[..], &torn.resolved[..]) {
                    names.entry(self.parent(*link)).or_default().insert(self.parent(*resolved));
                    joined.push((torn.child, *link, *resolved));
                    torn.resolved.clear();
                } else {
                    torn.tagged = open;
                }
            }
        }
        all.retain(Torn::is_open);
        for (child, link, resolved) in &joined {
            let (old, new) = (self.parent(*link), self.parent(*resolved));
            self.join_links(*link, *resolved);
            // Where records contradict each other, each is believed of its own parents alone.
            let is_alone = names.get(&old).is_some_and(|known| known.len() == 1);
            self.renamed(*child, old, new, is_alone);
        }
        !joined.is_empty()
    }

    /// The name under which a repository is listed.
    fn listed_as(&self, key: RepositoryKey) -> Option<u32> {
        self.of_key.get(&key).copied().filter(|name| self.is_model(*name))
    }

    /// The name of today of an old one, if it is an old one.
    fn today(&self, name: u32, ways: &Ways<'_, Listed<'_>>) -> Option<u32> {
        self.find(&ways.today(self.id(name))?)
    }

    /// Notes that a child's parent was known as `old`, which is another name of `new`: of this child alone, or for all.
    fn renamed(&mut self, child: u32, old: u32, new: u32, is_for_all: bool) {
        let (old, new) = (self.id(old).to_owned(), self.id(new).to_owned());
        self.odd(child, OddityKind::RenamedParent, &format!("{old} is {new}"));
        if is_for_all {
            self.renames.of_model(&old, &new, Certainty::Sure);
        }
    }
}
