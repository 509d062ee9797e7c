//! Sums over the distinct descendants of every unit.
//!
//! Path counting is wrong where a merge can be reached by several ways. Instead: let T(v) be the units that v
//! dominates, v among them, and S(v) the heads (units with several parents) that v reaches without dominating them and
//! that no other such head dominates. A way from v that leaves T(v) does so into such a head, and the T(h) of the
//! heads in S(v) are disjoint from each other and from T(v). Therefore
//!
//! > sum over the descendants of v = weight(T(v)) - weight(v) + the sum over h in S(v) of weight(T(h))
//!
//! Weights of T add up along the tree of dominators in one pass. S(v) is the union, over the children c of v, of S(c)
//! and of c itself if v does not dominate it, less the heads that v dominates: a head is dropped at its immediate
//! dominator, and above it nobody sees it. So sets stay small: merges inside a family vanish at the family's root, and
//! a ladder of a million diamonds has sets of one. The sets are computed for 512 heads at a time, a cache line a unit,
//! only over the units that see any of them, the blocks in parallel. Sums are of integers, so that their order, and
//! the number of threads, cannot show.

use rayon::prelude::*;

use super::layout::Layout;

/// Heads in a block: the bits of a cache line.
const BLOCK: usize = 512;
type Bits = [u64; BLOCK / 64];

/// For every unit, the sum of `weights` (of the units) over its distinct descendant units, lane by lane.
pub(super) fn below<const LANES: usize>(layout: &Layout, weights: &[[i64; LANES]]) -> Vec<[i64; LANES]> {
    let root = layout.root() as usize;
    let mut trees = weights.to_vec();
    trees.resize(root + 1, [0; LANES]);
    for unit in (0..root).rev() {
        let tree = trees[unit];
        add(&mut trees[layout.dominator(unit as u32) as usize], &tree);
    }
    trees.truncate(root);
    let heads: Vec<u32> = layout.heads().collect();
    let core = Core::above(layout, &heads);
    let blocks: Vec<&[u32]> = heads.chunks(BLOCK).collect();
    let stripes = rayon::current_num_threads().min(blocks.len());
    let found: Vec<Vec<[i64; LANES]>> = (0..stripes)
        .into_par_iter()
        .map(|stripe| {
            let mut sums = vec![[0; LANES]; core.units.len()];
            let mut desk = Desk::new(core.units.len());
            for heads in blocks.iter().skip(stripe).step_by(stripes) {
                core.block(layout, heads, &trees, &mut desk, &mut sums);
            }
            sums
        })
        .collect();
    let mut sums: Vec<[i64; LANES]> = trees;
    for (sum, weight) in sums.iter_mut().zip(weights) {
        sum.iter_mut().zip(weight).for_each(|(sum, weight)| *sum -= weight);
    }
    for stripe in found {
        for (unit, sum) in core.units.iter().zip(&stripe) {
            add(&mut sums[*unit as usize], sum);
        }
    }
    sums
}

fn add<const LANES: usize>(to: &mut [i64; LANES], what: &[i64; LANES]) {
    to.iter_mut().zip(what).for_each(|(to, what)| *to += what);
}

/// The units that may see a head, in their order; everything else has an empty S.
struct Core {
    units: Vec<u32>,
    /// A unit's place in `units`, where it has one.
    place: Vec<u32>,
    /// Whether the unit at this place is the immediate dominator of some head.
    dominates: Vec<bool>,
}

/// What one thread writes on: the sets of a block, and which places are to be looked at.
struct Desk {
    sets: Vec<Bits>,
    touched: Vec<u64>,
}

impl Desk {
    fn new(places: usize) -> Desk {
        Desk { sets: vec![[0; BLOCK / 64]; places], touched: vec![0; places.div_ceil(64)] }
    }

    fn touch(&mut self, place: u32, bits: &Bits) {
        self.touched[place as usize / 64] |= 1 << (place % 64);
        self.sets[place as usize].iter_mut().zip(bits).for_each(|(set, bits)| *set |= bits);
    }
}

impl Core {
    fn above(layout: &Layout, heads: &[u32]) -> Core {
        let root = layout.root();
        let mut sees = vec![false; root as usize];
        let mut dominates = vec![false; root as usize + 1];
        for head in heads {
            dominates[layout.dominator(*head) as usize] = true;
        }
        for unit in (0..root).rev() {
            let is_head = layout.parents(unit).len() > 1;
            if is_head || sees[unit as usize] {
                for parent in layout.parents(unit) {
                    sees[*parent as usize] |= sees[unit as usize] || layout.dominator(unit) != *parent;
                }
            }
        }
        let units: Vec<u32> = (0..root).filter(|unit| sees[*unit as usize]).collect();
        let mut place = vec![0; root as usize];
        for (at, unit) in units.iter().enumerate() {
            place[*unit as usize] = at as u32;
        }
        let dominates = units.iter().map(|unit| dominates[*unit as usize]).collect();
        Core { units, place, dominates }
    }

    /// Adds to `sums` what the units see of one block of heads.
    fn block<const LANES: usize>(
        &self,
        layout: &Layout,
        heads: &[u32],
        trees: &[[i64; LANES]],
        desk: &mut Desk,
        sums: &mut [[i64; LANES]],
    ) {
        for (at, head) in heads.iter().enumerate() {
            let mut bits = [0; BLOCK / 64];
            bits[at / 64] = 1 << (at % 64);
            for parent in layout.parents(*head).iter().filter(|parent| **parent != layout.dominator(*head)) {
                desk.touch(self.place[*parent as usize], &bits);
            }
        }
        // Children first. What is touched on the way lies further up, in this word of the map or an earlier one.
        for word in (0..desk.touched.len()).rev() {
            while desk.touched[word] != 0 {
                let place = word * 64 + 63 - desk.touched[word].leading_zeros() as usize;
                desk.touched[word] &= !(1 << (place % 64));
                let mut set = std::mem::take(&mut desk.sets[place]);
                let unit = self.units[place];
                let mut seen = [0; LANES];
                let mut any = false;
                for (at, bits) in set.iter_mut().enumerate() {
                    let mut left = *bits;
                    while left != 0 {
                        let bit = left.trailing_zeros();
                        left &= left - 1;
                        let head = heads[at * 64 + bit as usize];
                        if self.dominates[place] && layout.dominator(head) == unit {
                            *bits &= !(1 << bit);
                        } else {
                            any = true;
                            add(&mut seen, &trees[head as usize]);
                        }
                    }
                }
                if any {
                    add(&mut sums[place], &seen);
                    layout.parents(unit).iter().for_each(|parent| desk.touch(self.place[*parent as usize], &set));
                }
            }
        }
    }
}
