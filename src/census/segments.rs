//! Sums over the distinct models that each model reaches.
//!
//! Adding up over children is wrong as soon as a merge can be reached by several ways. Instead: every node with several
//! parents is the *head* of a segment, all that hangs below it by single links being the rest of it. Segments are
//! disjoint trees. Let T(v) be what hangs below v by single links, v included. Whatever else v reaches, it reaches
//! through heads, and with a head it reaches the head's whole segment, so
//!
//! > the sum over v and all that v reaches = weight(T(v)) + the weights of the distinct segments whose heads v reaches
//!
//! Trees are summed from the bottom up: a node is done when all its children are, and then its parent may be. What is
//! never done lies on a cycle or above one; each cycle is then taken for one node. Which heads are reached is a set,
//! which a node shares with its child where it adds nothing of its own; `closure` adds the sets up.
//!
//! Only nodes with children have a place in any array. The others, nineteen in twenty, are added to their parent when
//! their link is read.

use super::blocks::Weight;
use super::closure::{Closure, Prepared, TooLong};
use super::numbers::{Column, Inner, Place, Set};
use super::targets::{NONE, Targets};
use crate::lineage::{components, holds};

/// A `Segments` is the sums of all nodes with children.
pub(super) struct Segments<W> {
    inner: Inner,
    sums: Vec<W>,
    /// The places of the members of each cycle, in order.
    cycles: Vec<Vec<Place>>,
}

impl<W: Weight> Segments<W> {
    /// Sums `weight` over each node and all that it reaches. Links are parent and child, in any order; a link to itself
    /// and a repeated one count nothing.
    pub fn sum(nodes: usize, links: &[(u32, u32)], weight: impl Fn(u32) -> W) -> Segments<W> {
        let Peel { inner, nodes, cycles, closure, .. } = Peel::take_apart(nodes, links, weight);
        Segments::finish(inner, &nodes, cycles, closure.prepare(Vec::new()))
    }

    /// Does the same, if it takes no longer than so many seconds.
    pub fn sum_within(
        nodes: usize,
        links: &[(u32, u32)],
        weight: impl Fn(u32) -> W,
        wait: Option<u64>,
    ) -> Result<Segments<W>, TooLong> {
        let Peel { inner, nodes, cycles, closure, .. } = Peel::take_apart(nodes, links, weight);
        Ok(Segments::finish(inner, &nodes, cycles, closure.prepare(Vec::new()).within(wait)?))
    }

    fn finish(inner: Inner, nodes: &[Node<W>], mut cycles: Vec<Vec<Place>>, reached: Prepared<W>) -> Segments<W> {
        let (reached, _) = reached.finish();
        let sum = |node: &Node<W>| {
            let mut sum = node.sum;
            if node.set() != Set::EMPTY {
                sum.add(&reached.of_set(node.set()));
            }
            sum
        };
        let sums = nodes.iter().map(sum).collect();
        cycles.iter_mut().for_each(|members| members.sort_unstable());
        Segments { inner, sums, cycles }
    }

    /// Gives the members of each cycle, in order.
    pub fn cycles(&self) -> Vec<Vec<u32>> {
        let nodes: Vec<u32> = if self.cycles.is_empty() { Vec::new() } else { self.inner.nodes().collect() };
        let members = |places: &Vec<Place>| places.iter().map(|place| nodes[place.index()]).collect();
        self.cycles.iter().map(members).collect()
    }

    /// Gives the sum of a node and all that it reaches, if it has children.
    pub fn reached_from(&self, node: u32) -> Option<W> {
        self.inner.find(node).map(|place| self.sums[place.index()])
    }

    /// Gives the nodes with children, in order, and their sums.
    pub fn all(&self) -> impl Iterator<Item = (u32, &W)> {
        self.inner.nodes().zip(&self.sums)
    }
}

/// In place of a parent: the node is a head, and the rest is its number.
const HEAD: u32 = 1 << 31;
/// In place of the number of open children: the node is done.
const DONE: u32 = u32::MAX;

/// A `Node` is a node with children while it is summed up. What is needed together lies together.
#[derive(Clone, Copy)]
pub(super) struct Node<W> {
    /// This is the place of the one parent, or [`HEAD`] and the number of the head, or [`NONE`]; see [`Node::parent`].
    parent: u32,
    /// How many children that have children themselves are not done yet.
    open: u32,
    /// Here begins the list of sets that are reached, or it is [`NONE`]; once the node is done, this is their union.
    reached: u32,
    /// This is the weight of T so far.
    pub sum: W,
}

/// A `Parent` says from whom a node hangs.
pub(super) enum Parent {
    None,
    One(Place),
    /// From several: the node is the head of this number.
    Head(usize),
}

impl<W> Node<W> {
    pub fn parent(&self) -> Parent {
        match self.parent {
            NONE => Parent::None,
            head if head & HEAD != 0 => Parent::Head((head & !HEAD) as usize),
            place => Parent::One(Place(place)),
        }
    }

    /// Gives the set of heads that a node reaches, once it is done.
    pub fn set(&self) -> Set {
        debug_assert!(self.is_done());
        Set::from_bits(self.reached)
    }

    fn finish(&mut self, set: Set) {
        (self.open, self.reached) = (DONE, set.bits());
    }

    fn is_done(&self) -> bool {
        self.open == DONE
    }
}

/// A `Peel` is all segments, and who reaches which.
pub(super) struct Peel<W> {
    pub inner: Inner,
    /// These are the nodes with children, by place.
    pub nodes: Vec<Node<W>>,
    /// There is a bit for each node with a parent.
    pub derived: Vec<u64>,
    /// These are the places of the nodes as they were finished, children first; of a cycle it is the first member's.
    pub order: Vec<Place>,
    pub cycles: Vec<Vec<Place>>,
    /// These are the columns of heads with children, by their places (of a cycle, its first member's).
    pub columns: Vec<(Place, Column)>,
    /// These are the columns of heads without children, by the nodes, which are in order.
    pub leaf_columns: Vec<(u32, Column)>,
    /// The lists: a set, and where it goes on.
    lists: Vec<(Set, u32)>,
    /// Of each head, where its parents begin among `above`.
    heads: Vec<u32>,
    above: Vec<Place>,
    pub closure: Closure<W>,
    stack: Vec<Place>,
    desk: Vec<Set>,
}

impl<W: Weight> Peel<W> {
    /// Takes links apart into segments; see [`Segments::sum`].
    pub fn take_apart(nodes: usize, links: &[(u32, u32)], weight: impl Fn(u32) -> W) -> Peel<W> {
        let mut peel = Peel::begin(nodes, links, weight);
        // From the last: what is numbered in the order in which it was made is then done at once.
        for at in peel.inner.places().rev() {
            if peel.nodes[at.index()].open == 0 {
                peel.finish(at);
            }
        }
        let cycles = peel.cycles();
        cycles.iter().for_each(|cycle| peel.finish_cycle(cycle));
        peel.cycles = cycles;
        peel
    }

    /// Reads the links twice: who has children and several parents, then who hangs from whom.
    fn begin(nodes: usize, links: &[(u32, u32)], weight: impl Fn(u32) -> W) -> Peel<W> {
        let words = nodes.div_ceil(64);
        let (mut with_child, mut with_parent, mut with_several) =
            (vec![0u64; words], vec![0u64; words], vec![0u64; words]);
        for (parent, child) in links.iter().filter(|(parent, child)| parent != child) {
            with_child[*parent as usize / 64] |= 1 << (parent % 64);
            let (word, bit) = (*child as usize / 64, 1 << (child % 64));
            with_several[word] |= with_parent[word] & bit;
            with_parent[word] |= bit;
        }
        let inner = Inner::from_bits(with_child);
        let mut peel = Peel {
            nodes: vec![Node { parent: NONE, open: 0, reached: NONE, sum: W::default() }; inner.len()],
            order: Vec::with_capacity(inner.len()),
            inner,
            derived: with_parent,
            cycles: Vec::new(),
            columns: Vec::new(),
            leaf_columns: Vec::new(),
            lists: Vec::new(),
            heads: vec![0],
            above: Vec::new(),
            closure: Closure::default(),
            stack: Vec::new(),
            desk: Vec::new(),
        };
        // Most links lead to leaves, which only add to a sum: those lie close together.
        let mut sums: Vec<W> = peel.inner.nodes().map(&weight).collect();
        // Children with several links, with their parents' places.
        let mut several: Vec<(u32, Place)> = Vec::new();
        // Many places first, then what is done at them: the processor waits for memory once and not for each.
        const MANY: usize = 64;
        let mut places = [Place::NONE; MANY];
        for links in links.chunks(MANY) {
            for ((parent, child), place) in links.iter().zip(&mut places) {
                *place = if parent == child { Place::NONE } else { peel.inner.place(*parent) };
            }
            for ((_, child), place) in links.iter().zip(places).filter(|(_, place)| *place != Place::NONE) {
                if holds(&with_several, *child) {
                    several.push((*child, place));
                } else if peel.inner.holds(*child) {
                    peel.hang(*child, place);
                } else {
                    sums[place.index()].add(&weight(*child));
                }
            }
        }
        // Stable, since that is quick with what is in order but for a few.
        several.sort_by_key(|link| link.0);
        let mut parents: Vec<Place> = Vec::new();
        for links in several.chunk_by(|one, other| one.0 == other.0) {
            parents.clear();
            parents.extend(links.iter().map(|link| link.1));
            parents.sort_unstable();
            parents.dedup();
            let child = links[0].0;
            match (&parents[..], peel.inner.holds(child)) {
                ([parent], true) => peel.hang(child, *parent),
                ([parent], false) => sums[parent.index()].add(&weight(child)),
                (_, true) => {
                    let place = peel.inner.place(child);
                    peel.nodes[place.index()].parent = HEAD | (peel.heads.len() as u32 - 1);
                    parents.iter().for_each(|parent| peel.nodes[parent.index()].open += 1);
                    peel.above.extend(&parents);
                    peel.heads.push(peel.above.len() as u32);
                }
                (_, false) => {
                    let column = peel.closure.column(weight(child));
                    peel.leaf_columns.push((child, column));
                    parents.iter().for_each(|parent| peel.reach(*parent, column.into()));
                }
            }
        }
        peel.nodes.iter_mut().zip(sums).for_each(|(node, sum)| node.sum = sum);
        peel
    }

    fn hang(&mut self, child: u32, parent: Place) {
        let place = self.inner.place(child);
        self.nodes[place.index()].parent = parent.0;
        self.nodes[parent.index()].open += 1;
    }

    /// Notes that a node reaches a set.
    fn reach(&mut self, at: Place, set: Set) {
        if set != Set::EMPTY {
            let node = &mut self.nodes[at.index()];
            self.lists.push((set, node.reached));
            node.reached = self.lists.len() as u32 - 1;
        }
    }

    /// The union of what a node reaches.
    fn reached_by(&mut self, at: Place) -> Set {
        match self.nodes[at.index()].reached {
            NONE => Set::EMPTY,
            list if self.lists[list as usize].1 == NONE => self.lists[list as usize].0,
            _ => self.reached(&[at]),
        }
    }

    /// The union of what these nodes reach.
    fn reached(&mut self, nodes: &[Place]) -> Set {
        self.desk.clear();
        for at in nodes {
            let mut next = self.nodes[at.index()].reached;
            while next != NONE {
                let (set, after) = self.lists[next as usize];
                self.desk.push(set);
                next = after;
            }
        }
        self.closure.join(&mut self.desk)
    }

    /// Finishes a node whose children are done, and all above it that then have none open.
    fn finish(&mut self, at: Place) {
        self.stack.push(at);
        while let Some(at) = self.stack.pop() {
            let set = self.reached_by(at);
            let node = &mut self.nodes[at.index()];
            node.finish(set);
            self.order.push(at);
            let sum = node.sum;
            match node.parent() {
                Parent::None => (),
                Parent::Head(head) => {
                    let set = self.segment(at, sum, set);
                    for number in self.heads[head]..self.heads[head + 1] {
                        let parent = self.above[number as usize];
                        self.reach(parent, set);
                        self.close(parent);
                    }
                }
                Parent::One(parent) => {
                    self.nodes[parent.index()].sum.add(&sum);
                    self.reach(parent, set);
                    self.close(parent);
                }
            }
        }
    }

    /// The set that a head is seen as: its segment, and what it reaches itself.
    fn segment(&mut self, at: Place, weight: W, reached: Set) -> Set {
        let column = self.closure.column(weight);
        self.columns.push((at, column));
        self.desk.clear();
        self.desk.extend([column.into(), reached]);
        self.closure.join(&mut self.desk)
    }

    /// Notes that one more child of a node is done.
    fn close(&mut self, parent: Place) {
        let open = &mut self.nodes[parent.index()].open;
        *open -= 1;
        if *open == 0 {
            self.stack.push(parent);
        }
    }

    fn parents(&self, at: Place) -> impl Iterator<Item = Place> + Clone {
        let (one, several) = match self.nodes[at.index()].parent() {
            Parent::None => (None, &[][..]),
            Parent::One(parent) => (Some(parent), &[][..]),
            Parent::Head(head) => (None, &self.above[self.heads[head] as usize..self.heads[head + 1] as usize]),
        };
        one.into_iter().chain(several.iter().copied())
    }

    /// The cycles among what is not done, those below others first.
    fn cycles(&self) -> Vec<Vec<Place>> {
        let left: Vec<Place> = self.inner.places().filter(|at| !self.nodes[at.index()].is_done()).collect();
        if left.is_empty() {
            return Vec::new();
        }
        // Those that are left are numbered anew.
        let mut number = vec![NONE; self.inner.len()];
        left.iter().zip(0..).for_each(|(at, local)| number[at.index()] = local);
        let links = left.iter().zip(0..).flat_map(|(at, child)| {
            let number = &number;
            self.parents(*at).map(move |parent| (number[parent.index()], child))
        });
        let count = links.clone().count();
        let children = Targets::from_pairs(left.len(), links, count);
        let places = |cycle: Vec<u32>| cycle.into_iter().map(|local| left[local as usize]).collect();
        let nodes = 0..left.len() as u32;
        components(children.offsets(), children.targets(), nodes).into_iter().map(places).collect()
    }

    /// Finishes a cycle whose members' other children are done: each member reaches all of them and what they reach.
    fn finish_cycle(&mut self, members: &[Place]) {
        let mut sum = W::default();
        members.iter().for_each(|member| sum.add(&self.nodes[member.index()].sum));
        let set = self.reached(members);
        let mut outside: Vec<Place> = members.iter().flat_map(|member| self.parents(*member)).collect();
        for member in members {
            self.nodes[member.index()].sum = sum;
            self.nodes[member.index()].finish(set);
        }
        outside.retain(|parent| !self.nodes[parent.index()].is_done());
        let mut above = outside.clone();
        above.sort_unstable();
        above.dedup();
        self.order.push(members[0]);
        // Its other members stand for themselves no more.
        self.nodes[members[0].index()].parent = match above[..] {
            [parent] => parent.0,
            _ => NONE,
        };
        let set = match above[..] {
            [] => Set::EMPTY,
            [parent] => {
                self.nodes[parent.index()].sum.add(&sum);
                set
            }
            _ => self.segment(members[0], sum, set),
        };
        above.iter().for_each(|parent| self.reach(*parent, set));
        outside.iter().for_each(|parent| self.close(*parent));
        if let Some(next) = self.stack.pop() {
            self.finish(next);
        }
    }
}
