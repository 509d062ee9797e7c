//! Parents that bear another name today. The Hub's key of a parent leads to the model that bears it; without one, a tag of the
//! old name beside a resolved parent that no tag names tells that the two are one.

use std::collections::{BTreeMap, BTreeSet};

use super::builder::Builder;
use super::listed::Listed;
use super::renames::Ways;
use super::witnesses::Witnesses;
use crate::model::{Certainty, OddityKind, RepositoryKey};

/// So often what one record shows of names helps with the next one. Each round goes over all names and all records that are left, and
/// no real one is explained by so many others, each by the one before.
const MOST_ROUNDS: usize = 32;

impl Witnesses {
    /// Leads the links of all records to the names of today. Old names become aliases, and each child a note.
    pub fn settle(mut self, builder: &mut Builder) {
        self.follow_keys(builder);
        self.torn.retain(|torn| builder.links_of(torn.child) == Some(torn.links));
        for _ in 0..MOST_ROUNDS {
            if self.torn.is_empty() || !self.join(builder) {
                break;
            }
        }
    }

    fn follow_keys(&mut self, builder: &mut Builder) {
        let mut led: Vec<(u32, u32, u32)> = Vec::new();
        let mut names: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
        let old_names = builder.old_names();
        for (child, link, key) in std::mem::take(&mut self.keys) {
            let range = builder.links_of(child).map(|(start, count)| start..start + count);
            // A later record may have replaced this one.
            let Some(range) = range.filter(|range| range.contains(&link)) else { continue };
            let named = builder.parent(link);
            let today = builder.listed_as(key);
            if old_names.contains(&named) && today.is_none_or(|today| today == named) {
                builder.keyed.push((child, named, key));
            }
            let Some(today) = today.filter(|today| *today != named) else { continue };
            // The key of the child itself, beside the name of another listed model, is a mistake: the name holds.
            if today == child && builder.is_listed(named) {
                continue;
            }
            // A tag may have the name of today already: one link, and what `baseModels` says of it.
            let same = range.filter(|other| *other != link && builder.parent(*other) == today);
            for other in same.collect::<Vec<u32>>() {
                builder.join_links(other, link);
                builder.lead(other, today);
            }
            builder.lead(link, today);
            names.entry(named).or_default().insert(today);
            led.push((child, named, today));
        }
        for (child, named, today) in led {
            // Where keys contradict each other, each is believed of its own row alone.
            let is_alone = names[&named].len() == 1 && !builder.is_listed(named);
            builder.renamed(child, named, today, is_alone);
        }
    }

    /// Joins what is one in each record, as far as is known by now, and tells whether anything was: what one record shows helps
    /// with the next.
    fn join(&mut self, builder: &mut Builder) -> bool {
        let mut joined: Vec<(u32, u32, u32)> = Vec::new();
        let mut names: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
        {
            let listing = Listed::from_builder(builder);
            let ways = builder.renames.ways(&listing);
            for torn in &mut self.torn {
                let mut open = Vec::new();
                for link in std::mem::take(&mut torn.tagged) {
                    let today = builder.today(builder.parent(link), &ways);
                    match torn.resolved.iter().position(|resolved| Some(builder.parent(*resolved)) == today) {
                        Some(at) => joined.push((torn.child, link, torn.resolved.remove(at))),
                        None if today.is_some_and(|today| builder.is_listed(today)) => (),
                        None if builder.is_listed(builder.parent(link)) => (),
                        None => open.push(link),
                    }
                }
                if let ([link], [resolved]) = (&open[..], &torn.resolved[..]) {
                    names.entry(builder.parent(*link)).or_default().insert(builder.parent(*resolved));
                    joined.push((torn.child, *link, *resolved));
                    torn.resolved.clear();
                } else {
                    torn.tagged = open;
                }
            }
        }
        self.torn.retain(|torn| !torn.tagged.is_empty() && !torn.resolved.is_empty());
        for (child, link, resolved) in &joined {
            let (old, new) = (builder.parent(*link), builder.parent(*resolved));
            builder.join_links(*link, *resolved);
            // Where records contradict each other, each is believed of its own parents alone.
            let is_alone = names.get(&old).is_some_and(|known| known.len() == 1);
            builder.renamed(*child, old, new, is_alone);
        }
        !joined.is_empty()
    }
}

impl Builder {
    fn is_listed(&self, name: u32) -> bool {
        self.model_of(name).is_some()
    }

    /// The id of a name.
    pub(super) fn id(&self, name: u32) -> &str {
        self.names.get(name)
    }

    /// Where a model's links lie: the first one's place, and how many there are.
    fn links_of(&self, name: u32) -> Option<(u32, u32)> {
        self.model_of(name).map(|model| self.models[model as usize].links)
    }

    /// The parent that a link leads from.
    fn parent(&self, link: u32) -> u32 {
        self.lists.links[link as usize].0
    }

    fn lead(&mut self, link: u32, parent: u32) {
        self.lists.links[link as usize].0 = parent;
    }

    /// Makes a link the same as another one: one of the two is left when the links are laid out.
    fn join_links(&mut self, link: u32, other: u32) {
        self.lists.links[link as usize] = self.lists.links[other as usize];
    }

    /// The name under which a repository is listed.
    fn listed_as(&self, key: RepositoryKey) -> Option<u32> {
        self.keys.name_of(key, &self.models).filter(|name| self.is_listed(*name))
    }

    /// The name of today of an old one, if it is an old one.
    fn today(&self, name: u32, ways: &Ways<'_, Listed<'_>>) -> Option<u32> {
        self.names.find(&ways.today(self.id(name))?)
    }

    /// Notes that a child's parent was known as `old`, which is another name of `new`: of this child alone, or for all.
    fn renamed(&mut self, child: u32, old: u32, new: u32, is_for_all: bool) {
        let (old, new) = (self.id(old).to_owned(), self.id(new).to_owned());
        if let Some(model) = self.model_of(child) {
            self.odd(model, OddityKind::RenamedParent, &format!("{old} is {new}"));
        }
        if is_for_all {
            self.renames.of_model(&old, &new, Certainty::Sure);
        }
    }
}
