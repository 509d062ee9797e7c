//! The pages of a column of texts, taken apart where they lie.

use std::sync::Arc;

use memchr::memchr;
use parquet::basic::{Encoding, Repetition};
use parquet::column::page::{Page, PageReader};
use parquet::errors::ParquetError;
use parquet::file::reader::RowGroupReader;
use parquet::schema::types::SchemaDescriptor;

use super::fault::{general, in_column};
use super::spans::{Span, decoded, word};
use super::{delta, foreign};

/// A run says in a few bytes how often a level stands there: more of them in one page than any writer makes are no reason to
/// fill the memory.
const MOST_LEVELS: usize = 1 << 26;

/// In what the texts of a row lie, and where.
type RowTexts<'a> = (&'a str, &'a [Span]);

/// The pages of a column, the present one and the next: a row may go on there.
pub(super) struct Pages {
    reader: Box<dyn PageReader>,
    /// What the column is called, and how many of its pages were taken apart.
    name: String,
    count: usize,
    max_def: u8,
    max_rep: u8,
    /// The definition level from which on a row is no null: an empty list is there, a null one is not.
    there: u8,
    dictionary: (Arc<str>, Vec<Span>),
    page: Levels,
    ahead: Levels,
    /// The texts of a row that goes on in another page.
    spilled: (String, Vec<Span>),
}

/// A page taken apart.
#[derive(Default)]
struct Levels {
    defs: Vec<u8>,
    /// None in a flat column.
    reps: Vec<u8>,
    texts: Arc<str>,
    spans: Vec<Span>,
    /// The next level and the next text.
    level: usize,
    value: usize,
    /// Whether there is a text at each level.
    is_full: bool,
}

impl Pages {
    pub fn open(group: &dyn RowGroupReader, at: usize) -> Result<Pages, ParquetError> {
        let descr = group.metadata().column(at).column_descr();
        let levels = [descr.max_def_level() as u8, descr.max_rep_level() as u8];
        let there = there(group.metadata().schema_descr(), descr.path().parts()) as u8;
        Pages::new(group.get_column_page_reader(at)?, descr.path().string(), levels, there)
    }

    fn new(
        reader: Box<dyn PageReader>,
        name: String,
        [max_def, max_rep]: [u8; 2],
        there: u8,
    ) -> Result<Pages, ParquetError> {
        let mut pages = Pages {
            reader,
            name,
            count: 0,
            max_def,
            max_rep,
            there,
            dictionary: Default::default(),
            page: Levels::default(),
            ahead: Levels::default(),
            spilled: Default::default(),
        };
        pages.turn()?;
        Ok(pages)
    }

    /// The texts of the next row: nothing where it is null.
    pub fn next(&mut self) -> Result<Option<RowTexts<'_>>, ParquetError> {
        if self.page.level == self.page.defs.len() {
            self.turn()?;
            if self.page.defs.is_empty() {
                return Err(general(&format!("column {} ends before its row group does", self.name)));
            }
        }
        let is_there = self.page.defs[self.page.level] >= self.there;
        let from = self.page.value;
        self.page.pass_row(self.max_def);
        if self.is_cut() {
            self.spill(from)?;
            let (texts, spans) = &self.spilled;
            return Ok(is_there.then_some((texts.as_str(), spans.as_slice())));
        }
        let page = &self.page;
        Ok(is_there.then(|| (page.texts.as_ref(), &page.spans[from..page.value])))
    }

    /// Whether all was handed out.
    pub fn is_over(&self) -> bool {
        self.page.level == self.page.defs.len() && self.ahead.defs.is_empty()
    }

    /// The error of a column that is not.
    pub fn too_long(&self) -> ParquetError {
        general(&format!("column {} has more rows than its row group", self.name))
    }

    /// Whether the row that was passed last goes on in the next page.
    fn is_cut(&self) -> bool {
        self.page.level == self.page.defs.len() && self.ahead.reps.first().is_some_and(|rep| *rep > 0)
    }

    fn spill(&mut self, mut from: usize) -> Result<(), ParquetError> {
        let mut spilled = std::mem::take(&mut self.spilled);
        spilled.0.clear();
        spilled.1.clear();
        loop {
            for span in &self.page.spans[from..self.page.value] {
                spilled.1.push(span.moved(spilled.0.len())?);
                spilled.0.push_str(&self.page.texts[span.range()]);
            }
            if !self.is_cut() {
                break;
            }
            self.turn()?;
            from = 0;
            self.page.pass_row(self.max_def);
        }
        self.spilled = spilled;
        Ok(())
    }

    /// Turns to the next page, and takes the one after it apart.
    fn turn(&mut self) -> Result<(), ParquetError> {
        if self.ahead.defs.is_empty() {
            self.load()?;
        }
        std::mem::swap(&mut self.page, &mut self.ahead);
        self.load()
    }

    /// Takes the next page apart that has something in it; at the end there is none.
    fn load(&mut self) -> Result<(), ParquetError> {
        self.take_apart().map_err(|error| in_column(&self.name, Some(self.count), &error))
    }

    fn take_apart(&mut self) -> Result<(), ParquetError> {
        let Levels { defs, reps, texts, spans, level, value, is_full } = &mut self.ahead;
        (*level, *value) = (0, 0);
        defs.clear();
        reps.clear();
        spans.clear();
        while defs.is_empty() {
            self.count += 1;
            let Some(page) = foreign(|| self.reader.get_next_page())? else { return Ok(()) };
            let (count, encoding, [rep_bytes, def_bytes], values) = match &page {
                Page::DictionaryPage { buf, num_values, .. } => {
                    let mut known = Vec::new();
                    plain(buf, *num_values as usize, &mut known)?;
                    self.dictionary = (decoded(buf.clone(), &mut known)?, known);
                    continue;
                }
                Page::DataPage { buf, num_values, encoding, def_level_encoding, rep_level_encoding, .. } => {
                    let has_runs = |max, encoding: &Encoding| max == 0 || *encoding == Encoding::RLE;
                    if !has_runs(self.max_rep, rep_level_encoding) || !has_runs(self.max_def, def_level_encoding) {
                        return Err(general(
                            "levels in an encoding that no writer chooses today; write the file again",
                        ));
                    }
                    let mut at = 0;
                    let mut levels = |max: u8| -> Result<&[u8], ParquetError> {
                        if max == 0 {
                            return Ok(&[]);
                        }
                        let cut = || general("a page ends inside its levels");
                        let length = buf.get(at..at + 4).ok_or_else(cut)?;
                        let length = length.try_into().map_or(0, u32::from_le_bytes) as usize;
                        let levels = buf.get(at + 4..at + 4 + length).ok_or_else(cut)?;
                        at += 4 + length;
                        Ok(levels)
                    };
                    let levels = [levels(self.max_rep)?, levels(self.max_def)?];
                    (*num_values as usize, *encoding, levels, buf.slice(at..))
                }
                Page::DataPageV2 { buf, num_values, encoding, rep_levels_byte_len, def_levels_byte_len, .. } => {
                    let (reps, defs) = (*rep_levels_byte_len as usize, *def_levels_byte_len as usize);
                    if reps + defs > buf.len() {
                        return Err(general("a page ends inside its levels"));
                    }
                    let levels = [&buf[..reps], &buf[reps..reps + defs]];
                    (*num_values as usize, *encoding, levels, buf.slice(reps + defs..))
                }
            };
            if count > MOST_LEVELS {
                return Err(general("a page of more than 67,108,864 levels"));
            }
            let fill = |levels: &[u8], max: u8, into: &mut Vec<u8>| {
                let mut highest = 0;
                let mut run = |level: u32, times: usize| {
                    highest = highest.max(level);
                    into.resize(into.len() + times, level as u8);
                };
                hybrid(levels, u8::BITS - max.leading_zeros(), count, &mut run)?;
                if highest > u32::from(max) { Err(general("a level that its column has not")) } else { Ok(()) }
            };
            if self.max_rep > 0 {
                fill(rep_bytes, self.max_rep, reps)?;
            }
            match self.max_def {
                0 => defs.resize(count, 0),
                max => fill(def_bytes, max, defs)?,
            }
            let max_def = self.max_def;
            let there = defs.iter().filter(|def| **def == max_def).count();
            *is_full = there == defs.len();
            let values = match encoding {
                Encoding::PLAIN => {
                    plain(&values, there, spans)?;
                    values
                }
                Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY => {
                    let (known_texts, known) = &self.dictionary;
                    let (width, numbers) = values.split_first().unwrap_or((&0, &[]));
                    let mut is_known = true;
                    hybrid(numbers, u32::from(*width), there, &mut |number, times| match known.get(number as usize) {
                        Some(span) => spans.resize(spans.len() + times, *span),
                        None => is_known = false,
                    })?;
                    if !is_known {
                        return Err(general("a text is not in its column's dictionary"));
                    }
                    *texts = Arc::clone(known_texts);
                    continue;
                }
                Encoding::DELTA_LENGTH_BYTE_ARRAY => {
                    delta::lengths(&values, there, spans)?;
                    values
                }
                Encoding::DELTA_BYTE_ARRAY => delta::prefixed(&values, there, spans)?,
                other => return Err(general(&format!("texts in an encoding that is none of theirs ({other})"))),
            };
            *texts = decoded(values, spans)?;
        }
        Ok(())
    }
}

impl Levels {
    /// Goes to where the next row begins, or to the end of the page.
    fn pass_row(&mut self, max_def: u8) {
        let from = self.level;
        self.level += 1;
        if let Some(more) = self.reps.get(self.level..) {
            self.level += memchr(0, more).unwrap_or(more.len());
        }
        self.value += match self.is_full {
            true => self.level - from,
            false => self.defs[from..self.level].iter().filter(|def| **def == max_def).count(),
        };
    }
}

/// Finds so many texts, each behind its length.
fn plain(bytes: &[u8], count: usize, spans: &mut Vec<Span>) -> Result<(), ParquetError> {
    // More than there can be would be no more than a promise.
    spans.reserve(count.min(bytes.len() / 4));
    let mut at = 0;
    for _ in 0..count {
        let length = bytes.get(at..at + 4).and_then(|length| length.try_into().ok()).map(u32::from_le_bytes);
        let length = length.filter(|length| *length as usize <= bytes.len() - at - 4);
        let length = length.ok_or_else(|| general("a page ends inside a text"))?;
        spans.push(Span::new(at + 4, length as usize)?);
        at += 4 + length as usize;
    }
    Ok(())
}

/// Reads so many numbers of `width` bits in Parquet's mix of runs and packed groups of eight, each with how often it
/// stands there.
fn hybrid(bytes: &[u8], width: u32, count: usize, take: &mut impl FnMut(u32, usize)) -> Result<(), ParquetError> {
    let cut = || general("a page ends inside its numbers");
    if width > 32 {
        return Err(general("numbers of more than 32 bits"));
    }
    let mask = (1u64 << width) - 1;
    let width = width as usize;
    let (mut at, mut left) = (0, count);
    while left > 0 {
        let (mut header, mut shift) = (0u64, 0);
        loop {
            let byte = *bytes.get(at).filter(|_| shift < 35).ok_or_else(cut)?;
            at += 1;
            header |= u64::from(byte & 0x7f) << shift;
            shift += 7;
            if byte < 0x80 {
                break;
            }
        }
        if header & 1 == 0 {
            let value = bytes.get(at..at + width.div_ceil(8)).ok_or_else(cut)?;
            at += value.len();
            let times = left.min((header >> 1) as usize);
            if times == 0 {
                return Err(general("a run of nothing"));
            }
            take((word(value) & mask) as u32, times);
            left -= times;
            continue;
        }
        for _ in 0..header >> 1 {
            if left == 0 {
                break;
            }
            // The last group may be cut where its numbers end.
            let group = &bytes[at.min(bytes.len())..bytes.len().min(at + width)];
            let wanted = left.min(8);
            if group.len() < (wanted * width).div_ceil(8) {
                return Err(cut());
            }
            at += width;
            left -= wanted;
            if width <= 8 {
                let packed = word(group);
                (0..wanted).for_each(|number| take((packed >> (number * width) & mask) as u32, 1));
            } else {
                let number = |number: usize| word(&group[number * width / 8..]) >> (number * width % 8) & mask;
                (0..wanted).for_each(|at| take(number(at) as u32, 1));
            }
        }
    }
    Ok(())
}

/// How many optional nodes a path has down to its list, or in all.
fn there(schema: &SchemaDescriptor, path: &[String]) -> i16 {
    let mut node = schema.root_schema();
    let mut optional = 0;
    for part in path {
        let Some(next) = node.get_fields().iter().find(|field| field.name() == part) else { break };
        match next.get_basic_info().repetition() {
            Repetition::OPTIONAL => optional += 1,
            Repetition::REPEATED => break,
            Repetition::REQUIRED => (),
        }
        node = next;
    }
    optional
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::*;

    /// Rows that go on in the next page: no writer here makes such, but older ones did.
    #[test]
    fn a_row_goes_on_in_the_next_pages() {
        struct Some(std::vec::IntoIter<Page>);
        impl Iterator for Some {
            type Item = Result<Page, ParquetError>;
            fn next(&mut self) -> Option<Self::Item> {
                self.0.next().map(Ok)
            }
        }
        impl PageReader for Some {
            fn get_next_page(&mut self) -> Result<Option<Page>, ParquetError> {
                Ok(self.0.next())
            }
            fn peek_next_page(&mut self) -> Result<Option<parquet::column::page::PageMetadata>, ParquetError> {
                Ok(None)
            }
            fn skip_next_page(&mut self) -> Result<(), ParquetError> {
                Ok(())
            }
        }
        let page = |reps: &[u8], texts: &[&str]| {
            let mut buf = Vec::new();
            for levels in [reps.to_vec(), vec![1; texts.len()]] {
                // A run of one for each level.
                let runs: Vec<u8> = levels.iter().flat_map(|level| [2, *level]).collect();
                buf.extend((runs.len() as u32).to_le_bytes());
                buf.extend(runs);
            }
            for text in texts {
                buf.extend((text.len() as u32).to_le_bytes());
                buf.extend(text.bytes());
            }
            Page::DataPage {
                buf: buf.into(),
                num_values: texts.len() as u32,
                encoding: Encoding::PLAIN,
                def_level_encoding: Encoding::RLE,
                rep_level_encoding: Encoding::RLE,
                statistics: None,
            }
        };
        let pages = vec![
            page(&[0, 1, 0], &["a", "b", "c"]),
            page(&[], &[]),
            page(&[1, 1], &["d", "e"]),
            page(&[1, 0], &["f", "g"]),
            page(&[0], &["h"]),
        ];
        let mut pages = Pages::new(Box::new(Some(pages.into_iter())), "x".into(), [1, 1], 1).unwrap();
        let mut rows = Vec::new();
        while let Ok(row) = pages.next() {
            let (texts, spans) = row.unwrap();
            rows.push(spans.iter().map(|span| span.of(texts).unwrap()).collect::<String>());
        }
        assert_eq!(rows, ["ab", "cdef", "g", "h"]);
    }
}
