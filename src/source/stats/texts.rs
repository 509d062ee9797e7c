//! A column of texts, read where they lie in its pages: the crate unpacks the pages, and no text is copied out of them.
//! A dump has some eight tags a model, and an object for each costs more than all that is done with it.

use parquet::basic::Encoding;
use parquet::data_type::{ByteArray, ByteArrayType};
use parquet::errors::ParquetError;
use parquet::file::reader::RowGroupReader;

use super::leaf::Leaf;
use super::pages::{Pages, Span, general, text};
use crate::source::loose;

/// A column of texts of a row group, handed out row by row.
pub(super) enum Texts {
    /// In the encodings that nearly every writer chooses.
    Pages(Box<Pages>),
    /// In any other one.
    Leaf(Box<Leaf<ByteArrayType>>),
}

/// The texts of one row: one in a flat column, any number in a list.
#[derive(Clone, Copy)]
pub(super) enum Values<'a> {
    Spans(&'a [u8], &'a [Span]),
    Arrays(&'a [ByteArray]),
}

impl Texts {
    pub fn open(group: &dyn RowGroupReader, at: usize) -> Result<Texts, ParquetError> {
        use Encoding::{PLAIN, PLAIN_DICTIONARY, RLE, RLE_DICTIONARY};
        let chunk = group.metadata().column(at);
        let is_known = |encoding| matches!(encoding, PLAIN | PLAIN_DICTIONARY | RLE | RLE_DICTIONARY);
        if !chunk.encodings().all(is_known) {
            if chunk.column_type() != parquet::basic::Type::BYTE_ARRAY {
                return Err(general("a column without a type in a rare encoding"));
            }
            return Ok(Texts::Leaf(Box::new(Leaf::new(group.get_column_reader(at)?, group, at))));
        }
        Ok(Texts::Pages(Box::new(Pages::open(group, at)?)))
    }

    /// The next row: nothing where it is null.
    pub fn next(&mut self) -> Result<Option<Values<'_>>, ParquetError> {
        match self {
            Texts::Pages(pages) => Ok(pages.next()?.map(|(bytes, spans)| Values::Spans(bytes, spans))),
            Texts::Leaf(leaf) => Ok(leaf.next()?.map(Values::Arrays)),
        }
    }

    /// The next row of a flat column: nothing also where a word stands for it, as in any table.
    pub fn one(&mut self) -> Result<Option<&[u8]>, ParquetError> {
        Ok(self.next()?.and_then(Values::first).filter(|text| !is_null(text)))
    }
}

/// Whether a text says that there is nothing. Nearly none begins as such a word, so its first byte tells most.
fn is_null(text: &[u8]) -> bool {
    let may_be = |first: &u8| matches!(first, b'N' | b'n' | b'<' | b'\\') || *first <= b' ' || !first.is_ascii();
    text.first().is_none_or(may_be) && std::str::from_utf8(text).is_ok_and(|text| loose::is_null(text.trim()))
}

impl<'a> Values<'a> {
    pub fn len(self) -> usize {
        match self {
            Values::Spans(_, spans) => spans.len(),
            Values::Arrays(arrays) => arrays.len(),
        }
    }

    pub fn first(self) -> Option<&'a [u8]> {
        match self {
            Values::Spans(bytes, spans) => spans.first().map(|span| text(bytes, *span)),
            Values::Arrays(arrays) => arrays.first().map(ByteArray::data),
        }
    }

    pub fn each(self, mut take: impl FnMut(&'a [u8])) {
        match self {
            Values::Spans(bytes, spans) => spans.iter().for_each(|span| take(text(bytes, *span))),
            Values::Arrays(arrays) => arrays.iter().for_each(|array| take(array.data())),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test")]
mod tests {
    use std::sync::Arc;

    use bytes::Bytes;
    use parquet::data_type::ByteArrayType;
    use parquet::file::properties::{WriterProperties, WriterVersion};
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;

    use super::*;

    const SCHEMA: &str = "message models {
        required binary id (utf8);
        optional binary card (utf8);
        optional group tags (list) { repeated group list { optional binary element (utf8); } }
    }";

    /// A file of rows of all kinds: long lists, empty ones, nulls in lists and instead of them.
    fn file(properties: WriterProperties, rng: &mut fastrand::Rng) -> Bytes {
        let schema = Arc::new(parse_message_type(SCHEMA).unwrap());
        let mut file = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties)).unwrap();
        for rows in [1, 700, 2500] {
            let mut group = file.next_row_group().unwrap();
            let mut write = |values: &[ByteArray], defs: Option<&[i16]>, reps: Option<&[i16]>| {
                let mut column = group.next_column().unwrap().unwrap();
                let typed = column.typed::<ByteArrayType>();
                // Many small pages, so that rows go on in the next one.
                typed.write_batch(values, defs, reps).unwrap();
                column.close().unwrap();
            };
            let mut text =
                |most| ByteArray::from(format!("{}{}", "tag".repeat(rng.usize(0..5)), rng.u32(0..most)).as_str());
            let ids: Vec<_> = (0..rows).map(|_| text(1 << 30)).collect();
            write(&ids, None, None);
            let mut chance = fastrand::Rng::with_seed(rows);
            let defs: Vec<i16> = (0..rows).map(|_| i16::from(chance.u8(..) < 200)).collect();
            let cards: Vec<_> = defs.iter().filter(|def| **def == 1).map(|_| text(50)).collect();
            write(&cards, Some(&defs), None);
            let (mut defs, mut reps, mut tags) = (Vec::new(), Vec::new(), Vec::new());
            for _ in 0..rows {
                match chance.u8(0..10) {
                    0 => {
                        defs.push(0);
                        reps.push(0);
                    }
                    1 => {
                        defs.push(1);
                        reps.push(0);
                    }
                    kind => {
                        for at in 0..chance.usize(1..if kind == 2 { 300 } else { 9 }) {
                            reps.push(i16::from(at > 0));
                            defs.push(if chance.u8(..) < 20 { 2 } else { 3 });
                            tags.extend((defs.last() == Some(&3)).then(|| text(90)));
                        }
                    }
                }
            }
            write(&tags, Some(&defs), Some(&reps));
            group.close().unwrap();
        }
        file.into_inner().unwrap().into()
    }

    #[test]
    fn pages_hold_what_the_crates_reader_finds_in_them() {
        let mut rng = fastrand::Rng::with_seed(1);
        let mut paged = 0;
        for (version, dictionary, page) in [
            (WriterVersion::PARQUET_1_0, true, 200),
            (WriterVersion::PARQUET_1_0, false, 200),
            (WriterVersion::PARQUET_1_0, true, 1 << 20),
            (WriterVersion::PARQUET_2_0, true, 200),
            (WriterVersion::PARQUET_2_0, false, 200),
        ] {
            let properties = WriterProperties::builder()
                .set_writer_version(version)
                .set_dictionary_enabled(dictionary)
                .set_dictionary_page_size_limit(2000)
                .set_data_page_size_limit(page)
                .set_write_batch_size(16);
            let bytes = file(properties.build(), &mut rng);
            let reader = SerializedFileReader::new(bytes).unwrap();
            for group in 0..reader.num_row_groups() {
                let group = reader.get_row_group(group).unwrap();
                for column in 0..3 {
                    let mut texts = Texts::open(group.as_ref(), column).unwrap();
                    let mut leaf =
                        Leaf::<ByteArrayType>::new(group.get_column_reader(column).unwrap(), group.as_ref(), column);
                    paged += usize::from(matches!(texts, Texts::Pages(_)));
                    for row in 0..group.metadata().num_rows() {
                        let found = texts.next().unwrap().map(|values| {
                            let mut all = Vec::new();
                            values.each(|text| all.push(text.to_vec()));
                            assert_eq!((values.len(), values.first()), (all.len(), all.first().map(Vec::as_slice)));
                            all
                        });
                        let wanted = leaf.next().unwrap();
                        let wanted = wanted.map(|all| all.iter().map(|text| text.data().to_vec()).collect::<Vec<_>>());
                        assert_eq!(found, wanted, "column {column}, row {row}");
                    }
                    assert!(texts.next().is_err());
                }
            }
        }
        assert!((27..45).contains(&paged), "both readers: {paged} columns of 45 by pages");
    }
}
