//! A column of texts, read where they lie in its pages: the crate unpacks the pages, and no text is copied out of them.
//! A dump has some eight tags a model, and an object for each costs more than all that is done with it.

use parquet::errors::ParquetError;
use parquet::file::reader::RowGroupReader;

use super::pages::Pages;
use super::spans::{Span, Text};
use crate::source::loose;

/// A column of texts of a row group, handed out row by row.
pub(super) struct TextColumn(Box<Pages>);

/// The texts of one row: one in a flat column, any number in a list.
#[derive(Clone, Copy)]
pub(super) struct Values<'a>(&'a str, &'a [Span]);

impl TextColumn {
    pub fn open(group: &dyn RowGroupReader, at: usize) -> Result<TextColumn, ParquetError> {
        Ok(TextColumn(Box::new(Pages::open(group, at)?)))
    }

    /// The next row: nothing where it is null.
    pub fn next(&mut self) -> Result<Option<Values<'_>>, ParquetError> {
        Ok(self.0.next()?.map(|(texts, spans)| Values(texts, spans)))
    }

    /// Whether no row is left.
    pub fn is_over(&self) -> bool {
        self.0.is_over()
    }

    /// The error of a column that goes on behind the last row of its row group.
    pub fn too_long(&self) -> ParquetError {
        self.0.too_long()
    }

    /// The next row of a flat column: nothing also where a word stands for it, as in any table.
    pub fn one(&mut self) -> Result<Option<Text<'_>>, ParquetError> {
        Ok(self.next()?.and_then(Values::first).filter(|text| !text.is_ok_and(is_null)))
    }
}

/// Whether a text says that there is nothing. Nearly none begins as such a word, so its first byte tells most.
fn is_null(text: &str) -> bool {
    let may_be = |first: &u8| matches!(first, b'N' | b'n' | b'<' | b'\\') || *first <= b' ' || !first.is_ascii();
    text.as_bytes().first().is_none_or(may_be) && loose::is_null(text.trim())
}

/// A text, as far as it can be read.
pub(super) fn read(text: Text<'_>) -> &str {
    match text {
        Ok(text) | Err(text) => text,
    }
}

impl<'a> Values<'a> {
    pub fn len(self) -> usize {
        self.1.len()
    }

    pub fn first(self) -> Option<Text<'a>> {
        self.1.first().map(|span| span.of(self.0))
    }

    /// Each of them, of one that is no UTF-8 what can be read.
    pub fn each(self, take: impl FnMut(&'a str)) {
        self.1.iter().map(|span| span.of(self.0)).map(read).for_each(take);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test")]
mod tests {
    use std::sync::Arc;

    use bytes::Bytes;
    use parquet::basic::Encoding;
    use parquet::data_type::{ByteArray, ByteArrayType};
    use parquet::file::properties::{WriterProperties, WriterVersion};
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::file::writer::SerializedFileWriter;
    use parquet::record::Field;
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

    /// The texts of a row, as the crate's own reader of rows finds them: nothing where it is null.
    fn wanted(field: &Field) -> Option<Vec<Vec<u8>>> {
        match field {
            Field::Str(text) => Some(vec![text.clone().into_bytes()]),
            Field::ListInternal(list) => Some(list.elements().iter().filter_map(wanted).flatten().collect()),
            _ => None,
        }
    }

    #[test]
    fn pages_hold_what_the_crates_reader_finds_in_them() {
        let mut rng = fastrand::Rng::with_seed(1);
        for (version, encoding, page) in [
            (WriterVersion::PARQUET_1_0, None, 200),
            (WriterVersion::PARQUET_1_0, Some(Encoding::PLAIN), 200),
            (WriterVersion::PARQUET_1_0, None, 1 << 20),
            (WriterVersion::PARQUET_2_0, None, 200),
            (WriterVersion::PARQUET_2_0, Some(Encoding::PLAIN), 200),
            (WriterVersion::PARQUET_1_0, Some(Encoding::DELTA_LENGTH_BYTE_ARRAY), 200),
            (WriterVersion::PARQUET_2_0, Some(Encoding::DELTA_LENGTH_BYTE_ARRAY), 1 << 20),
            (WriterVersion::PARQUET_1_0, Some(Encoding::DELTA_BYTE_ARRAY), 1 << 20),
            (WriterVersion::PARQUET_2_0, Some(Encoding::DELTA_BYTE_ARRAY), 200),
        ] {
            let mut properties = WriterProperties::builder()
                .set_writer_version(version)
                .set_dictionary_enabled(encoding.is_none())
                .set_dictionary_page_size_limit(2000)
                .set_data_page_size_limit(page)
                .set_write_batch_size(16);
            if let Some(encoding) = encoding {
                properties = properties.set_encoding(encoding);
            }
            let bytes = file(properties.build(), &mut rng);
            let reader = SerializedFileReader::new(bytes).unwrap();
            for group in 0..reader.num_row_groups() {
                let group = reader.get_row_group(group).unwrap();
                let rows: Vec<_> = group.get_row_iter(None).unwrap().map(Result::unwrap).collect();
                assert_eq!(rows.len() as i64, group.metadata().num_rows());
                for column in 0..3 {
                    let mut texts = TextColumn::open(group.as_ref(), column).unwrap();
                    for (number, row) in rows.iter().enumerate() {
                        assert!(!texts.is_over());
                        let found = texts.next().unwrap().map(|values| {
                            let mut all = Vec::new();
                            values.each(|text| all.push(text.as_bytes().to_vec()));
                            let first = values.first().map(|text| text.unwrap().as_bytes());
                            assert_eq!((values.len(), first), (all.len(), all.first().map(Vec::as_slice)));
                            all
                        });
                        let (_, wanted_of) = row.get_column_iter().nth(column).unwrap();
                        assert_eq!(found, wanted(wanted_of), "column {column}, row {number}");
                    }
                    assert!(texts.is_over() && texts.next().is_err());
                }
            }
        }
    }
}
