//! Distinct owners below every node of a graph.
//!
//! The owners below a node are a set: those of its children, and those that are below its children. Such sets are what
//! `closure` adds up, here with an owner for a column, each of the weight 1.

use super::closure::{Closure, TooLong};
use super::numbers::{Column, Inner, Place, Set};
use super::segments::Peel;
use super::targets::{NONE, Targets};

/// A `Distinct` is the sets of owners below all nodes with children.
pub(super) struct Distinct<'a> {
    owners: &'a [u32],
    inner: Inner,
    /// Of each place the owners below the node; of a member of a cycle, all members' own among them.
    sets: Vec<Set>,
    /// Members of cycles of whom no other member has the owner: the member's place, what is below the cycle, and this
    /// with the member's own.
    single: Vec<(Place, Set, Set)>,
    closure: Closure<u32>,
}

impl<'a> Distinct<'a> {
    /// Gathers the sets. Links are as for [`super::segments::Segments::sum`]; `owners` has the number of each node's
    /// owner. Only nodes that `counts` wants have their owners counted.
    pub fn gather(nodes: usize, links: &[(u32, u32)], owners: &'a [u32], counts: impl Fn(u32) -> bool) -> Distinct<'a> {
        let Peel { inner, order, cycles, .. } = Peel::take_apart(nodes, links, |_| 0u32);
        let links = || links.iter().filter(|(parent, child)| parent != child);
        let from_place = |(parent, child): &(u32, u32)| (inner.place(*parent).0, *child);
        // By the place of the parent.
        let children = Targets::from_pairs(inner.len(), links().map(from_place), links().count());
        let nodes: Vec<u32> = inner.nodes().collect();
        // The number of the cycle at each place.
        let mut cycle_of = vec![NONE; inner.len()];
        for (cycle, number) in cycles.iter().zip(0..) {
            cycle.iter().for_each(|member| cycle_of[member.index()] = number);
        }
        let mut closure = Closure::default();
        (0..owners.iter().max().map_or(0, |last| last + 1)).for_each(|_| _ = closure.column(1));
        let own = |node: u32| counts(node).then(|| owner_alone(owners, node));
        let mut sets = vec![Set::EMPTY; inner.len()];
        let mut single = Vec::new();
        let mut parts: Vec<Set> = Vec::new();
        for at in order {
            let cycle = cycle_of[at.index()];
            let members = if cycle == NONE { std::slice::from_ref(&at) } else { &cycles[cycle as usize] };
            for child in members.iter().flat_map(|member| children.of_source(member.0)) {
                let place = inner.find(*child);
                if place.is_none_or(|place| cycle == NONE || cycle_of[place.index()] != cycle) {
                    parts.extend(own(*child));
                    parts.extend(place.map(|place| sets[place.index()]));
                }
            }
            let below = closure.join(&mut parts);
            parts.clear();
            if cycle == NONE {
                sets[at.index()] = below;
                continue;
            }
            let mut owned: Vec<(Set, Place)> =
                members.iter().filter_map(|member| Some((own(nodes[member.index()])?, *member))).collect();
            owned.sort_unstable();
            for same in owned.chunk_by(|one, other| one.0 == other.0) {
                if let [(own, member)] = same {
                    parts.extend([*own, below]);
                    single.push((*member, below, closure.join(&mut parts)));
                    parts.clear();
                }
            }
            parts.extend(owned.iter().map(|(own, _)| *own).chain([below]));
            let all = closure.join(&mut parts);
            parts.clear();
            members.iter().for_each(|member| sets[member.index()] = all);
        }
        Distinct { owners, inner, sets, single, closure }
    }

    /// Counts the distinct owners of what is below each node with children, in order, and of what is below each of some
    /// groups and not theirs: all nodes of an owner are one group. It does so if that takes no longer than so many seconds.
    pub fn below(mut self, groups: &[Vec<u32>], wait: Option<u64>) -> Result<(Vec<u64>, Vec<u64>), TooLong> {
        let join = |members: &Vec<u32>| {
            let places = members.iter().filter_map(|member| self.inner.find(*member));
            let sets = places.map(|place| self.sets[place.index()]);
            let own = members.first().map(|member| owner_alone(self.owners, *member));
            self.closure.join(&mut sets.chain(own).collect())
        };
        let groups: Vec<Set> = groups.iter().map(join).collect();
        let (sums, _) = self.closure.prepare(Vec::new()).within(wait)?.finish();
        let mut below: Vec<u64> = self.sets.iter().map(|set| sums.of_set(*set).into()).collect();
        for (member, without, with) in &self.single {
            below[member.index()] -= u64::from(sums.of_set(*with) - sums.of_set(*without));
        }
        let groups = groups.into_iter().map(|set| u64::from(sums.of_set(set).saturating_sub(1)));
        Ok((below, groups.collect()))
    }
}

/// The set of a node's owner alone: an owner's number is that of its column.
fn owner_alone(owners: &[u32], node: u32) -> Set {
    Column(owners[node as usize]).into()
}
