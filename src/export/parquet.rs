use std::io::{self, Write};
use std::sync::Arc;

use parquet::basic::{Compression, ZstdLevel};
use parquet::column::writer::ColumnWriterImpl;
use parquet::data_type::{ByteArray, ByteArrayType, DataType, Int64Type};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;

use super::graph::LINK_FIELDS;
use super::{Attribute, Graph, Kind, NODE_FIELDS};
use crate::model::{Count, Flag, Word, WordList};
use crate::snapshot::Error;

/// Rows of a row group: what is held in memory.
const GROUP: usize = 1 << 16;

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
    let mut file = begin(graph, &[("id", Kind::Text)], &fields, out)?;
    let mut nodes = graph.nodes().peekable();
    while nodes.peek().is_some() {
        let group: Vec<_> = nodes.by_ref().take(GROUP).collect();
        let mut rows = file.next_row_group()?;
        texts(&mut rows, group.iter().map(|node| Attribute::Text(node.id.as_ref().into())))?;
        let values: Vec<_> = group.iter().map(|node| node.values()).collect();
        columns(&mut rows, &NODE_FIELDS, &values)?;
        let values: Vec<_> = group.iter().map(|node| more(node.number)).collect();
        columns(&mut rows, &MORE_FIELDS, &values)?;
        rows.close()?;
    }
    file.close()?;
    Ok(())
}

/// What gives the values of [`MORE_FIELDS`] of the node at a place.
fn more<'g>(graph: &Graph<'g>) -> Result<impl Fn(usize) -> [Attribute<'g>; 10], Error> {
    let snapshot = graph.snapshot();
    let (library, link, hub) =
        (snapshot.word(Word::Library)?, snapshot.word(Word::LicenceLink)?, snapshot.word(Word::Hub)?);
    let (parameters, all_time) = (snapshot.count(Count::Parameters)?, snapshot.count(Count::DownloadsAllTime)?);
    let (tags, disabled, commits) =
        (snapshot.list(WordList::Tags)?, snapshot.flag(Flag::Disabled)?, snapshot.commits()?);
    let text = |text: Option<&'g str>| text.map_or(Attribute::Missing, |text| Attribute::Text(text.into()));
    let number = |number: Option<u64>| number.map_or(Attribute::Missing, Attribute::Number);
    Ok(move |place| {
        let Some(row) = graph.row(place) else { return std::array::from_fn(|_| Attribute::Missing) };
        let whose = graph.whose(row);
        let tags: Vec<&str> = tags.words_at(row).collect();
        [
            text(whose.publisher.map(|publisher| publisher.name.as_str())),
            text(Some(whose.kind())),
            text(library.at(row)),
            number(parameters.at(row)),
            number(all_time.at(row)),
            if tags.is_empty() { Attribute::Missing } else { Attribute::Text(tags.join(";").into()) },
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
    let mut file = begin(graph, &[("src", Kind::Text), ("dst", Kind::Text)], &fields, out)?;
    let mut links = graph.links().peekable();
    while links.peek().is_some() {
        let group: Vec<_> = links.by_ref().take(GROUP).collect();
        let mut rows = file.next_row_group()?;
        texts(&mut rows, group.iter().map(|link| Attribute::Text(graph.id(link.parent))))?;
        texts(&mut rows, group.iter().map(|link| Attribute::Text(graph.id(link.child))))?;
        let values: Vec<_> = group.iter().map(|link| link.values()).collect();
        columns(&mut rows, &fields, &values)?;
        rows.close()?;
    }
    file.close()?;
    Ok(())
}

type File<'w> = SerializedFileWriter<&'w mut (dyn Write + Send)>;

fn begin<'w>(
    graph: &Graph<'_>,
    keys: &[(&str, Kind)],
    fields: &[(&str, Kind)],
    out: &'w mut (dyn Write + Send),
) -> io::Result<File<'w>> {
    let column = |(name, kind): &(&str, Kind)| match kind {
        Kind::Text => format!("binary {name} (UTF8);"),
        Kind::Number => format!("int64 {name};"),
        Kind::Instant => format!("int64 {name} (TIMESTAMP(MILLIS,true));"),
    };
    let keys: String = keys.iter().map(|key| format!("required {}", column(key))).collect();
    let fields: String = fields.iter().map(|field| format!("optional {}", column(field))).collect();
    let schema = parse_message_type(&format!("message lineage {{ {keys} {fields} }}"))?;
    let notes = graph
        .notes()
        .into_iter()
        .chain(graph.marks())
        .map(|(name, value)| KeyValue::new(format!("modelkin.{name}"), value));
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_key_value_metadata(Some(notes.collect()))
        .set_created_by(graph.about.program.clone())
        .build();
    Ok(SerializedFileWriter::new(out, Arc::new(schema), Arc::new(properties))?)
}

type Rows<'r, 'w> = SerializedRowGroupWriter<'r, &'w mut (dyn Write + Send)>;

fn columns<const N: usize>(
    rows: &mut Rows<'_, '_>,
    fields: &[(&str, Kind); N],
    values: &[[Attribute<'_>; N]],
) -> io::Result<()> {
    for (at, (_, kind)) in fields.iter().enumerate() {
        let column = values.iter().map(|row| row[at].clone());
        if *kind == Kind::Text {
            texts(rows, column)?;
            continue;
        }
        let number = |value| match value {
            Attribute::Number(number) => i64::try_from(number).ok(),
            Attribute::Instant(at) => Some(at),
            _ => None,
        };
        put::<Int64Type>(rows, column.map(number))?;
    }
    Ok(())
}

fn texts<'v>(rows: &mut Rows<'_, '_>, values: impl Iterator<Item = Attribute<'v>>) -> io::Result<()> {
    let text = |value| match value {
        Attribute::Text(text) => Some(ByteArray::from(&*text)),
        _ => None,
    };
    put::<ByteArrayType>(rows, values.map(text))
}

/// Writes the next column.
fn put<T: DataType>(rows: &mut Rows<'_, '_>, values: impl Iterator<Item = Option<T::T>>) -> io::Result<()> {
    let mut known = Vec::new();
    let levels: Vec<i16> = values.map(|value| value.map(|value| known.push(value)).is_some().into()).collect();
    let mut column = rows.next_column()?.ok_or_else(|| io::Error::other("a column that the schema has not"))?;
    let writer: &mut ColumnWriterImpl<'_, T> = column.typed::<T>();
    // Of a column that is required the levels are passed over.
    writer.write_batch(&known, Some(&levels), None)?;
    column.close()?;
    Ok(())
}
