use std::sync::Arc;

use super::grams;
use super::index::Index;
use super::making::stepped;
use super::words::Words;

/// What was wrong in a list of the index.
pub(super) type Broken = &'static str;

/// The `Candidates` are the blocks that can hold all words, in order. A clone goes on by itself.
#[derive(Clone)]
pub(super) enum Candidates<'i> {
    /// There is none: of some word not all parts stand anywhere.
    None,
    /// These have all parts that were looked up.
    Among { lists: Vec<List<'i>>, blocks: u32 },
}

impl<'i> Candidates<'i> {
    /// Looks up the words, and puts the one first that the fewest blocks have.
    pub fn of(words: &mut Words, index: &'i Index, blocks: u32) -> Result<Candidates<'i>, Broken> {
        /// A list of a few hundred blocks' bytes is read while one block is looked through.
        const WORTH: usize = 256;
        /// More lists than this leave hardly a block out that the others do not.
        const MOST: usize = 8;
        /// Of a short word so many bytes are read, in some tenths of a millisecond. One with longer lists is in most blocks.
        const SHORT: usize = 256 << 10;
        // Places are read some sixteen at a time.
        let effort = |list: &[u8]| if is_of_places(list, blocks) { list.len() / 16 } else { list.len() };
        let (mut sparse, mut dense, mut short) = (Vec::new(), Vec::new(), Vec::new());
        let (mut rarest, mut first) = (usize::MAX, 0);
        for (at, word) in words.each().enumerate() {
            let mut least = usize::MAX;
            if word.len() < 3 {
                let of_word: Vec<&[u8]> = index.lists(grams::that_begin(word)).collect();
                let effort = of_word.iter().map(|list| effort(list)).sum();
                if effort <= SHORT {
                    least = effort;
                    short.push(of_word);
                }
            } else {
                for gram in grams::of_word(word) {
                    let Some(list) = index.list(gram) else { return Ok(Candidates::None) };
                    least = least.min(list.len());
                    if is_of_places(list, blocks) { &mut dense } else { &mut sparse }.push(list);
                }
            }
            if least < rarest {
                (rarest, first) = (least, at);
            }
        }
        words.put_first(first);
        sparse.sort_by_key(|list| list.len());
        sparse.truncate(MOST);
        let enough = sparse.first().map_or(usize::MAX, |list| list.len().max(1) * WORTH);
        sparse.retain(|list| list.len() <= enough);
        let mut lists: Vec<List<'i>> = sparse.into_iter().map(|list| List::new(list, blocks)).collect();
        if blocks as usize * SIZE <= enough && (dense.len(), short.len()) != (0, 0) {
            let mut all = vec![u32::MAX; blocks as usize];
            let mut keep = |places: &[u32]| all.iter_mut().zip(places).for_each(|(all, one)| *all &= one);
            for list in dense {
                keep(&places(list).collect::<Vec<_>>());
            }
            for lists in short {
                keep(&any(lists, blocks)?);
            }
            lists.push(List::Places(all.into()));
        }
        Ok(Candidates::Among { lists, blocks })
    }

    /// The first block from `from` on, with a bit for each of its ids that can hold all words.
    pub fn next(&mut self, from: u32) -> Result<Option<(u32, u32)>, Broken> {
        let Candidates::Among { lists, blocks } = self else { return Ok(None) };
        let (mut block, mut agreed, mut at) = (from, 0, 0);
        while agreed < lists.len() {
            match lists[at].seek(block)? {
                None => return Ok(None),
                Some(same) if same == block => agreed += 1,
                Some(later) => (block, agreed) = (later, 1),
            }
            at = (at + 1) % lists.len();
        }
        let places = lists.iter().fold(u32::MAX, |places, list| places & list.places(block));
        Ok((block < *blocks).then_some((block, places)))
    }
}

/// So many bytes of a list of places are a block's.
const SIZE: usize = size_of::<u32>();

/// Whether a list has a bit for each id of each block.
fn is_of_places(list: &[u8], blocks: u32) -> bool {
    list.len() == blocks as usize * SIZE
}

/// The places in each block.
fn places(list: &[u8]) -> impl Iterator<Item = u32> {
    list.as_chunks().0.iter().map(|bytes| u32::from_le_bytes(*bytes))
}

/// Where any of some grams stands: of those that are not known by the id, every id of their blocks.
fn any(lists: Vec<&[u8]>, blocks: u32) -> Result<Vec<u32>, Broken> {
    let mut all = vec![0; blocks as usize];
    for list in lists {
        if is_of_places(list, blocks) {
            all.iter_mut().zip(places(list)).for_each(|(all, one)| *all |= one);
            continue;
        }
        let (mut list, mut from) = (List::new(list, blocks), 0);
        while let Some(block) = list.seek(from)? {
            // In a forged list there may be more bits than blocks.
            *all.get_mut(block as usize).ok_or("a block that is none")? = u32::MAX;
            from = block + 1;
        }
    }
    Ok(all)
}

/// A `List` is blocks in order.
#[derive(Clone)]
pub(super) enum List<'i> {
    Steps {
        steps: &'i [u8],
        last: Option<u32>,
        blocks: u32,
    },
    /// A bit for each block.
    Bits(&'i [u8]),
    /// Of each block a bit for each id.
    Places(Arc<[u32]>),
}

impl<'i> List<'i> {
    fn new(list: &'i [u8], blocks: u32) -> List<'i> {
        // Steps take fewer bytes.
        match list.len() == blocks.div_ceil(8) as usize {
            true => List::Bits(list),
            false => List::Steps { steps: list, last: None, blocks },
        }
    }

    /// The ids of a block that was found by it.
    fn places(&self, block: u32) -> u32 {
        match self {
            List::Places(places) => places.get(block as usize).copied().unwrap_or_default(),
            _ => u32::MAX,
        }
    }

    /// The first block from `from` on, which never falls from one call to the next.
    fn seek(&mut self, from: u32) -> Result<Option<u32>, Broken> {
        match self {
            List::Steps { steps, last, blocks } => {
                while last.is_none_or(|last| last < from) {
                    if steps.is_empty() {
                        return Ok(None);
                    }
                    let step = stepped(steps).ok_or("a step that does not end")?;
                    let next = last.map_or(Some(step), |last| last.checked_add(step).filter(|next| *next > last));
                    *last = Some(next.filter(|next| next < blocks).ok_or("a block that is none")?);
                }
                Ok(*last)
            }
            List::Bits(bits) => {
                let mut at = from as usize / 8;
                let mut byte = bits.get(at).map_or(0, |byte| byte & (0xff << (from % 8)));
                while byte == 0 {
                    at += 1;
                    match bits.get(at) {
                        Some(next) => byte = *next,
                        None => return Ok(None),
                    }
                }
                Ok(Some(at as u32 * 8 + byte.trailing_zeros()))
            }
            List::Places(places) => {
                let behind = places.get(from as usize..).unwrap_or_default();
                Ok(behind.iter().position(|places| *places > 0).map(|at| from + at as u32))
            }
        }
    }
}
