//! Distinct owners below every node of a graph.
//!
//! The owners below a node are a set: those of its children, and those that are below its children. Such sets are what
//! `closure` adds up, here with an owner for a column, each of the weight 1.

use super::closure::{Closure, TooLong};
use super::segments::Peel;
use super::targets::{NONE, Targets};
use crate::lineage::RowSet;

/// A `Distinct` is the sets of owners below all nodes with children.
pub(super) struct Distinct<'a> {
    owners: &'a [u32],
    inner: RowSet,
    /// Of each place the owners below the node; of a member of a cycle, all members' own among them.
    sets: Vec<u32>,
    /// Members of cycles of whom no other member has the owner: the member, what is below the cycle, and this with the
    /// member's own.
    single: Vec<(u32, u32, u32)>,
    closure: Closure<u32>,
}

impl<'a> Distinct<'a> {
    /// Gathers the sets. Links are as for [`super::segments::Segments::sum`]; `owners` has the number of each node's
    /// owner. Only nodes that `counts` wants have their owners counted.
    pub fn gather(nodes: usize, links: &[(u32, u32)], owners: &'a [u32], counts: impl Fn(u32) -> bool) -> Distinct<'a> {
        let Peel { inner, order, cycles, .. } = Peel::take_apart(nodes, links, |_| 0u32);
        let links = || links.iter().filter(|(parent, child)| parent != child);
        let children = Targets::from_pairs(
            inner.len(),
            links().map(|(parent, child)| (inner.place(*parent), *child)),
            links().count(),
        );
        let rows: Vec<u32> = inner.rows().collect();
        let mut cycle_of = vec![NONE; inner.len()];
        for (cycle, number) in cycles.iter().zip(0..) {
            cycle.iter().for_each(|member| cycle_of[*member as usize] = number);
        }
        let mut closure = Closure::default();
        (0..owners.iter().max().map_or(0, |last| last + 1)).for_each(|_| _ = closure.column(1));
        let own = |node: u32| counts(node).then(|| 2 * owners[node as usize] + 1);
        let mut sets = vec![NONE; inner.len()];
        let mut single = Vec::new();
        let mut parts: Vec<u32> = Vec::new();
        for at in order {
            let cycle = cycle_of[at as usize];
            let members = if cycle == NONE { std::slice::from_ref(&at) } else { &cycles[cycle as usize] };
            for child in members.iter().flat_map(|member| children.of_source(*member)) {
                let place = inner.holds(*child).then(|| inner.place(*child) as usize);
                if place.is_none_or(|place| cycle == NONE || cycle_of[place] != cycle) {
                    parts.extend(own(*child));
                    parts.extend(place.map(|place| sets[place]).filter(|set| *set != NONE));
                }
            }
            let below = closure.join(&mut parts);
            parts.clear();
            if cycle == NONE {
                sets[at as usize] = below;
                continue;
            }
            let mut owned: Vec<(u32, u32)> = members
                .iter()
                .filter_map(|member| Some((own(rows[*member as usize])?, rows[*member as usize])))
                .collect();
            owned.sort_unstable();
            for same in owned.chunk_by(|one, other| one.0 == other.0) {
                parts.extend([same[0].0].into_iter().chain((below != NONE).then_some(below)));
                if let [(_, member)] = same {
                    single.push((*member, below, closure.join(&mut parts)));
                }
                parts.clear();
            }
            parts.extend(owned.iter().map(|(own, _)| *own).chain((below != NONE).then_some(below)));
            let all = closure.join(&mut parts);
            parts.clear();
            members.iter().for_each(|member| sets[*member as usize] = all);
        }
        Distinct { owners, inner, sets, single, closure }
    }

    /// Counts the distinct owners of what is below each node with children, in order, if that takes no longer than so
    /// many seconds.
    pub fn below(self, wait: Option<u64>) -> Result<Vec<u64>, TooLong> {
        let (sums, _) = self.closure.prepare(Vec::new()).within(wait)?.finish();
        let mut below: Vec<u64> = self.sets.iter().map(|set| sums.of_set(*set).into()).collect();
        for (member, without, with) in &self.single {
            below[self.inner.place(*member) as usize] -= u64::from(sums.of_set(*with) - sums.of_set(*without));
        }
        Ok(below)
    }

    /// Counts the distinct owners of what is below each of some groups and not theirs: all nodes of an owner are one
    /// group.
    pub fn below_groups(mut self, groups: &[Vec<u32>], wait: Option<u64>) -> Result<Vec<u64>, TooLong> {
        let join = |members: &Vec<u32>| {
            let inner = members.iter().filter(|member| self.inner.holds(**member));
            let sets = inner.map(|member| self.sets[self.inner.place(*member) as usize]).filter(|set| *set != NONE);
            let own = members.first().map(|member| 2 * self.owners[*member as usize] + 1);
            self.closure.join(&mut sets.chain(own).collect())
        };
        let sets: Vec<u32> = groups.iter().map(join).collect();
        let (sums, _) = self.closure.prepare(Vec::new()).within(wait)?.finish();
        Ok(sets.into_iter().map(|set| u64::from(sums.of_set(set).saturating_sub(1))).collect())
    }
}
