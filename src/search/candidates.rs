use std::borrow::Cow;

use super::grams;
use super::index::Index;
use super::making::stepped;
use super::words::Words;

/// What was wrong in a list of the index.
pub(super) type Broken = &'static str;

/// The `Candidates` are the blocks that can hold all words, in order.
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
        let mut lists: Vec<(usize, Listed<'i>)> = Vec::new();
        let (mut rarest, mut first) = (usize::MAX, 0);
        for (at, word) in words.each().enumerate() {
            let mut least = usize::MAX;
            if word.len() < 3 {
                let of_word: Vec<&[u8]> = index.lists(grams::that_begin(word)).collect();
                let bytes = of_word.iter().map(|list| list.len()).sum();
                if bytes <= SHORT {
                    least = bytes;
                    lists.push((bytes, Listed::Several(of_word)));
                }
            } else {
                for gram in grams::of_word(word) {
                    let Some(list) = index.list(gram) else { return Ok(Candidates::None) };
                    least = least.min(list.len());
                    lists.push((list.len(), Listed::One(list)));
                }
            }
            if least < rarest {
                (rarest, first) = (least, at);
            }
        }
        words.put_first(first);
        lists.sort_by_key(|(bytes, _)| *bytes);
        let smallest = lists.first().map_or(0, |(bytes, _)| *bytes);
        lists.truncate(MOST);
        lists.retain(|(bytes, _)| *bytes <= smallest.max(1) * WORTH);
        let lists = lists.into_iter().map(|(_, listed)| List::new(listed, blocks)).collect::<Result<_, _>>()?;
        Ok(Candidates::Among { lists, blocks })
    }

    /// The first block from `from` on, with a bit for each of its pieces that can hold all words.
    pub fn next(&mut self, from: u32) -> Result<Option<(u32, u8)>, Broken> {
        let Candidates::Among { lists, blocks } = self else { return Ok(None) };
        let (mut block, mut agreed, mut at) = (from, 0, 0);
        let mut pieces = u8::MAX;
        while agreed < lists.len() {
            match lists[at].seek(block)? {
                None => return Ok(None),
                Some(same) if same == block => agreed += 1,
                Some(later) => (block, agreed, pieces) = (later, 1, u8::MAX),
            }
            pieces &= lists[at].pieces(block);
            if pieces == 0 {
                (block, agreed, pieces) = (block + 1, 0, u8::MAX);
            }
            at = (at + 1) % lists.len();
        }
        Ok((block < *blocks).then_some((block, pieces)))
    }
}

/// Whence the blocks of a list are read.
enum Listed<'i> {
    One(&'i [u8]),
    /// Of a short word: the blocks of every list.
    Several(Vec<&'i [u8]>),
}

/// A `List` is blocks in order.
pub(super) enum List<'i> {
    Steps {
        steps: &'i [u8],
        last: Option<u32>,
        blocks: u32,
    },
    /// A bit for each block.
    Bits(Cow<'i, [u8]>),
    /// A byte for each block, with a bit for each piece.
    Pieces(&'i [u8]),
}

impl<'i> List<'i> {
    fn new(listed: Listed<'i>, blocks: u32) -> Result<List<'i>, Broken> {
        Ok(match listed {
            // Steps take fewer bytes than these.
            Listed::One(bits) if bits.len() == blocks.div_ceil(8) as usize => List::Bits(bits.into()),
            Listed::One(bytes) if bytes.len() == blocks as usize => List::Pieces(bytes),
            Listed::One(steps) => List::Steps { steps, last: None, blocks },
            Listed::Several(lists) => {
                let mut bits = vec![0u8; blocks.div_ceil(8) as usize];
                for list in lists {
                    let (mut list, mut from) = (List::new(Listed::One(list), blocks)?, 0);
                    while let Some(block) = list.seek(from)? {
                        // In a forged list there may be more bits than blocks.
                        let byte = bits.get_mut(block as usize / 8).ok_or("a block that is none")?;
                        *byte |= 1 << (block % 8);
                        from = block + 1;
                    }
                }
                List::Bits(bits.into())
            }
        })
    }

    /// The pieces of a block that was found by it.
    fn pieces(&self, block: u32) -> u8 {
        match self {
            List::Pieces(bytes) => bytes.get(block as usize).copied().unwrap_or_default(),
            _ => u8::MAX,
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
            List::Pieces(bytes) => {
                let behind = bytes.get(from as usize..).unwrap_or_default();
                Ok(behind.iter().position(|pieces| *pieces > 0).map(|at| from + at as u32))
            }
        }
    }
}
