use std::io::{self, Write};
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use parquet::basic::{Compression, ZstdLevel};
use parquet::column::writer::{ColumnCloseResult, ColumnWriterImpl};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, Int64Type};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedPageWriter, TrackedWrite};
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::{ColumnDescPtr, ColumnPath, SchemaDescriptor, Type};

use super::graph::{LINK_FIELDS, joined};
use super::{Attribute, Graph, Kind, NODE_FIELDS, Node};
use crate::lineage::NodeLink;
use crate::model::{Count, Flag, Word, WordList, side_by_side};
use crate::reference::Whose;
use crate::snapshot::Error;

/// Rows of a row group.
const GROUP: usize = 1 << 16;
/// So many row groups are encoded before they are written: what is held in memory.
const ROUND: usize = 16;

/// What only Parquet has of a node, for those who count on their own; tags stand with `;` between them.
const MORE_FIELDS: [(&str, Kind); 10] = [
    ("publisher", Kind::Text),
    ("kind", Kind::Text),
    ("library", Kind::Text),
    ("parameters", Kind::Number),
    ("downloads_all_time", Kind::Number),
    ("tags", Kind::Text),
    ("licence_link", Kind::Text),
    ("disabled", Kind::Text),
    ("sha", Kind::Text),
    ("hub", Kind::Text),
];

/// Writes the nodes as Parquet: `id`, then [`NODE_FIELDS`] and [`MORE_FIELDS`].
pub(super) fn write_nodes(graph: &Graph<'_>, out: &mut (dyn Write + Send)) -> io::Result<()> {
    let fields: Vec<(&str, Kind)> = NODE_FIELDS.into_iter().chain(MORE_FIELDS).collect();
    let more = more(graph).map_err(io::Error::other)?;
    let table = Table::new(graph, &[("id", Kind::Text)], &fields)?;
    table.write(graph.selection().nodes(), out, |number, row| {
        let node = graph.node(number);
        row.push(&Attribute::Text(node.id.as_ref().into()));
        node.values().iter().for_each(|value| row.push(value));
        more(&node).iter().for_each(|value| row.push(value));
    })
}

/// What gives the values of [`MORE_FIELDS`] of the node at a place.
fn more<'g>(graph: &Graph<'g>) -> Result<impl Fn(&Node<'g>) -> [Attribute<'g>; 10], Error> {
    let snapshot = graph.snapshot();
    let (library, link, hub) =
        (snapshot.word(Word::Library)?, snapshot.word(Word::LicenceLink)?, snapshot.word(Word::Hub)?);
    let (parameters, all_time) = (snapshot.count(Count::Parameters)?, snapshot.count(Count::DownloadsAllTime)?);
    let (tags, disabled, commits) =
        (snapshot.list(WordList::Tags)?, snapshot.flag(Flag::Disabled)?, snapshot.commits()?);
    // A word that stands at many models is looked at once.
    let words: Vec<&str> = tags.words().collect();
    let text = |text: Option<&'g str>| text.map_or(Attribute::Missing, |text| Attribute::Text(text.into()));
    let number = |number: Option<u64>| number.map_or(Attribute::Missing, Attribute::Number);
    Ok(move |node: &Node<'g>| {
        let Some(row) = graph.row(node.number) else { return std::array::from_fn(|_| Attribute::Missing) };
        let tags = joined(tags.at(row).iter().map(|tag| words[*tag as usize]));
        [
            text(node.publisher.map(|publisher| publisher.name.as_str())),
            text(Some(node.publisher.map_or(Whose::UNKNOWN, |publisher| &publisher.kind))),
            text(library.at(row)),
            number(parameters.at(row)),
            number(all_time.at(row)),
            if tags.is_empty() { Attribute::Missing } else { Attribute::Text(tags.into()) },
            text(link.at(row)),
            text(disabled.at(row).map(|is_so| if is_so { "true" } else { "false" })),
            commits.at(row).map_or(Attribute::Missing, |sha| Attribute::Text(sha.to_string().into())),
            text(hub.at(row)),
        ]
    })
}

/// Writes the links as Parquet: `src` (the parent), `dst` (the child), `relationship`, `learned`, `models`: the names
/// that GraphFrames wants.
pub(super) fn write_links(graph: &Graph<'_>, out: &mut (dyn Write + Send)) -> io::Result<()> {
    let mut fields = LINK_FIELDS;
    fields[0].0 = "relationship";
    let links: Vec<NodeLink> = graph.links().collect();
    let table = Table::new(graph, &[("src", Kind::Text), ("dst", Kind::Text)], &fields)?;
    table.write(links.len(), out, |number, row| {
        let link = &links[number];
        [link.parent, link.child].into_iter().for_each(|end| row.push(&Attribute::Text(graph.id(end))));
        link.values().iter().for_each(|value| row.push(value));
    })
}

/// A `Table` is how a table is written.
struct Table {
    kinds: Vec<Kind>,
    schema: Arc<Type>,
    properties: Arc<WriterProperties>,
}

/// A column of a row group as it stands in the file, and what the footer says of it.
type Encoded = (Bytes, ColumnCloseResult);

impl Table {
    fn new(graph: &Graph<'_>, keys: &[(&str, Kind)], fields: &[(&str, Kind)]) -> io::Result<Table> {
        let column = |(name, kind): &(&str, Kind)| match kind {
            Kind::Text => format!("binary {name} (UTF8);"),
            Kind::Number => format!("int64 {name};"),
            Kind::Instant => format!("int64 {name} (TIMESTAMP(MILLIS,true));"),
        };
        let required: String = keys.iter().map(|key| format!("required {}", column(key))).collect();
        let optional: String = fields.iter().map(|field| format!("optional {}", column(field))).collect();
        let schema = parse_message_type(&format!("message lineage {{ {required} {optional} }}"))?;
        let notes = graph.notes().into_iter().chain(graph.marks());
        let notes = notes.map(|(name, value)| KeyValue::new(format!("modelkin.{name}"), value));
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_key_value_metadata(Some(notes.collect()))
            .set_created_by(graph.about.program.clone());
        // Of what stands once in a table no dictionary is tried.
        let once = ["id", "sha", "dst"].into_iter().map(ColumnPath::from);
        let properties = once.fold(properties, |all, column| all.set_column_dictionary_enabled(column, false));
        let kinds = keys.iter().chain(fields).map(|(_, kind)| *kind).collect();
        Ok(Table { kinds, schema: Arc::new(schema), properties: Arc::new(properties.build()) })
    }

    /// Writes so many rows, each of which `fill` fills: row groups are encoded side by side, and written in their order, so
    /// that the file is the same on any number of processors.
    fn write(
        &self,
        rows: usize,
        out: &mut (dyn Write + Send),
        fill: impl Fn(usize, &mut Line<'_>) + Sync,
    ) -> io::Result<()> {
        let mut file = SerializedFileWriter::new(out, Arc::clone(&self.schema), Arc::clone(&self.properties))?;
        let groups = rows.div_ceil(GROUP);
        for round in (0..groups).step_by(ROUND) {
            let encode = |at: usize| {
                let from = (round + at) * GROUP;
                self.encode(from..rows.min(from + GROUP), &fill)
            };
            for columns in side_by_side(ROUND.min(groups - round), encode) {
                let mut group = file.next_row_group()?;
                columns?.into_iter().try_for_each(|(bytes, closed)| group.append_column(&bytes, closed))?;
                group.close()?;
            }
        }
        file.close()?;
        Ok(())
    }

    /// Encodes a row group, column by column.
    fn encode(&self, rows: Range<usize>, fill: impl Fn(usize, &mut Line<'_>)) -> io::Result<Vec<Encoded>> {
        let mut columns: Vec<Column> = self.kinds.iter().map(|_| Column::default()).collect();
        rows.for_each(|row| fill(row, &mut Line(columns.iter_mut())));
        let schema = SchemaDescriptor::new(Arc::clone(&self.schema));
        let encoded = columns.into_iter().zip(&self.kinds).enumerate().map(|(at, (mut column, kind))| {
            let properties = Arc::clone(&self.properties);
            match kind {
                Kind::Text => encoded::<ByteArrayType>(&column.texts(), &column.levels, schema.column(at), properties),
                _ => encoded::<Int64Type>(&column.numbers, &column.levels, schema.column(at), properties),
            }
        });
        encoded.collect()
    }
}

/// A `Line` is a row that is filled from its first column on.
struct Line<'c>(std::slice::IterMut<'c, Column>);

impl Line<'_> {
    /// Fills the next column.
    fn push(&mut self, value: &Attribute<'_>) {
        if let Some(column) = self.0.next() {
            column.push(value);
        }
    }
}

/// A `Column` is the values of a column, either texts one after the other or numbers, and of each row whether it has one.
#[derive(Default)]
struct Column {
    levels: Vec<i16>,
    text: Vec<u8>,
    ends: Vec<usize>,
    numbers: Vec<i64>,
}

impl Column {
    fn push(&mut self, value: &Attribute<'_>) {
        let number = match value {
            Attribute::Text(text) => {
                self.text.extend_from_slice(text.as_bytes());
                self.ends.push(self.text.len());
                return self.levels.push(1);
            }
            Attribute::Number(number) => i64::try_from(*number).ok(),
            Attribute::Instant(at) => Some(*at),
            Attribute::Missing => None,
        };
        self.numbers.extend(number);
        self.levels.push(number.is_some().into());
    }

    /// The texts, which share their bytes.
    fn texts(&mut self) -> Vec<ByteArray> {
        let text = Bytes::from(std::mem::take(&mut self.text));
        let mut start = 0;
        let mut next = |end: &usize| ByteArray::from(text.slice(std::mem::replace(&mut start, *end)..*end));
        self.ends.iter().map(&mut next).collect()
    }
}

/// Encodes a column. Of one that is required the levels are passed over.
fn encoded<T: DataType>(
    values: &[T::T],
    levels: &[i16],
    column: ColumnDescPtr,
    properties: Arc<WriterProperties>,
) -> io::Result<Encoded> {
    let mut bytes = TrackedWrite::new(Vec::new());
    let pages = Box::new(SerializedPageWriter::new(&mut bytes));
    let mut writer = ColumnWriterImpl::<T>::new(column, properties, pages);
    writer.write_batch(values, Some(levels), None)?;
    let closed = writer.close()?;
    Ok((bytes.into_inner()?.into(), closed))
}
