use super::blocks::Blocks;
use super::grams;
use crate::model::side_by_side;
use crate::snapshot::Snapshot;

/// What an index is made of: the grams in order, where the list of each ends, and the lists.
pub(super) struct Made {
    pub grams: Vec<u32>,
    pub ends: Vec<u64>,
    pub lists: Vec<u8>,
}

/// Makes the index of all blocks. They are gone through in parts, side by side; how many these are does not show.
pub(super) fn make(snapshot: &Snapshot, blocks: &Blocks) -> Made {
    const PARTS: u32 = 8;
    const FEW: u32 = 512;
    let size = blocks.len().div_ceil(PARTS).max(FEW);
    let parts = side_by_side(blocks.len().div_ceil(size) as usize, |at| {
        let from = at as u32 * size;
        Part::of(snapshot, blocks, from..blocks.len().min(from + size))
    });
    let mut all: Vec<(u32, &List)> = parts.iter().flat_map(|part| &part.lists).map(|list| (list.gram, list)).collect();
    // The parts of a gram stay in their order.
    all.sort_by_key(|(gram, _)| *gram);
    let mut made = Made { grams: Vec::new(), ends: Vec::new(), lists: Vec::new() };
    let of_gram = || all.chunk_by(|(one, _), (next, _)| one == next);
    let is_dense = |lists: &&[(u32, &List)]| {
        let many: u32 = lists.iter().map(|(_, list)| list.many).sum();
        u64::from(many) * 3 > u64::from(blocks.len()) * 2
    };
    let dense: Vec<u32> = of_gram().filter(is_dense).filter_map(|lists| Some(lists.first()?.0)).collect();
    let mut by_id = places(snapshot, blocks, &dense, size).into_iter();
    for lists in of_gram() {
        made.grams.extend(lists.first().map(|(gram, _)| gram));
        if is_dense(&lists) {
            made.lists.extend(by_id.next().unwrap_or_default().into_iter().flat_map(u32::to_le_bytes));
            made.ends.push(made.lists.len() as u64);
            continue;
        }
        let from = made.lists.len();
        let mut last = 0;
        for (_, list) in lists {
            step(&mut made.lists, list.first - last);
            made.lists.extend(&list.steps);
            last = list.last;
        }
        let bytes = blocks.len().div_ceil(8) as usize;
        if made.lists.len() - from >= bytes {
            // A bit for each block takes no more.
            let mut bits = vec![0u8; bytes];
            lists
                .iter()
                .flat_map(|(_, list)| list.blocks())
                .for_each(|block| bits[block as usize / 8] |= 1 << (block % 8));
            made.lists.truncate(from);
            made.lists.extend(bits);
        }
        made.ends.push(made.lists.len() as u64);
    }
    made
}

/// Of each of some grams a bit for each id of every block in which it stands: words that stand in nearly all blocks are told apart by this
/// alone.
fn places(snapshot: &Snapshot, blocks: &Blocks, grams: &[u32], size: u32) -> Vec<Vec<u32>> {
    if grams.is_empty() {
        return Vec::new();
    }
    let mut number = vec![0u32; grams::ALL];
    (1..).zip(grams).for_each(|(at, gram)| number[*gram as usize] = at);
    let parts = side_by_side(blocks.len().div_ceil(size) as usize, |at| {
        let range = at as u32 * size..blocks.len().min((at as u32 + 1) * size);
        let mut places = vec![vec![0u32; range.len()]; grams.len()];
        for (at, block) in range.enumerate() {
            for (place, row) in blocks.rows(block).enumerate() {
                grams::each(snapshot.id_bytes(row), |gram| {
                    if let Some(dense) = number[gram as usize].checked_sub(1) {
                        places[dense as usize][at] |= 1 << place;
                    }
                });
            }
        }
        places
    });
    let mut all = vec![Vec::with_capacity(blocks.len() as usize); grams.len()];
    parts.iter().for_each(|part| all.iter_mut().zip(part).for_each(|(all, places)| all.extend(places)));
    all
}

/// In which blocks of a part a gram stands.
struct List {
    gram: u32,
    first: u32,
    last: u32,
    /// So many they are.
    many: u32,
    /// The steps from block to block, from the first one on.
    steps: Vec<u8>,
}

impl List {
    fn blocks(&self) -> impl Iterator<Item = u32> {
        let mut steps = &self.steps[..];
        let next = move |last: &u32| Some(last + stepped(&mut steps)?);
        std::iter::successors(Some(self.first), next)
    }
}

/// The lists of some blocks, in the order in which their grams were met.
struct Part {
    lists: Vec<List>,
}

impl Part {
    fn of(snapshot: &Snapshot, blocks: &Blocks, range: std::ops::Range<u32>) -> Part {
        /// A list has not begun.
        const NONE: u32 = 0;
        let mut lists: Vec<List> = Vec::new();
        // Of each gram the block in which it was met last, and the number of its list, both from 1 on: most are met again in the
        // same block.
        let (mut last_in, mut number) = (vec![NONE; grams::ALL], vec![NONE; grams::ALL]);
        for block in range {
            let mut met = |gram: u32| {
                let at = gram as usize;
                if last_in[at] == block + 1 {
                    return;
                }
                last_in[at] = block + 1;
                if number[at] == NONE {
                    lists.push(List { gram, first: block, last: block, many: 1, steps: Vec::new() });
                    number[at] = lists.len() as u32;
                    return;
                }
                let list = &mut lists[number[at] as usize - 1];
                step(&mut list.steps, block - list.last);
                (list.last, list.many) = (block, list.many + 1);
            };
            blocks.rows(block).for_each(|row| grams::each(snapshot.id_bytes(row), &mut met));
        }
        Part { lists }
    }
}

/// Writes a step, seven bits in a byte, the lowest first; all bytes but the last have the highest bit set.
fn step(steps: &mut Vec<u8>, mut step: u32) {
    while step >= 0x80 {
        steps.push(step as u8 | 0x80);
        step >>= 7;
    }
    steps.push(step as u8);
}

/// Reads a step, if there is a whole one.
pub(super) fn stepped(steps: &mut &[u8]) -> Option<u32> {
    let mut step = 0;
    for at in 0..5 {
        let (byte, rest) = steps.split_first()?;
        *steps = rest;
        step |= u32::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return Some(step);
        }
    }
    None
}
