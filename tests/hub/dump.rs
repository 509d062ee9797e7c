//! A made-up Hub as a Parquet dump: the columns that lineage is read from, and on request those that lie beside them in
//! `hub-stats`, most of which are not read.

use std::error::Error;
use std::io::Write;
use std::sync::Arc;

use modelkin::source::synthetic::{Synthetic, SyntheticRow};
use parquet::basic::Compression;
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;

/// Which columns a dump has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// Those that are read.
    Narrow,
    /// Those of the real dump.
    Real,
}

const NARROW: &str = "
    required binary _id (utf8);
    required binary id (utf8);
    required int64 createdAt (timestamp(millis,true));
    required int64 downloads;
    required int64 downloadsAllTime;
    required int64 likes;
    optional binary pipeline_tag (utf8);
    optional binary library_name (utf8);
    optional group tags (list) { repeated group list { optional binary element (utf8); } }
    optional group safetensors { optional int64 total; }
    optional binary cardData (utf8);";

const BESIDE: &str = "
    optional group baseModels { optional binary relation (utf8);
        optional group models (list) { repeated group list { optional group element {
            optional binary _id (utf8); optional binary id (utf8); } } } }
    optional binary author (utf8);
    optional binary config (utf8);
    optional binary gguf (utf8);
    optional group siblings (list) { repeated group list { optional group element { optional binary rfilename (utf8); } } }
    optional group spaces (list) { repeated group list { optional binary element (utf8); } }
    optional group transformersInfo { optional binary auto_model (utf8); }
    required boolean private;
    optional binary model_index (utf8);
    optional binary widgetData (utf8);
    optional int64 trendingScore;
    optional binary sha (utf8);
    optional binary gated (utf8);
    optional boolean disabled;
    optional int64 lastModified (timestamp(millis,true));";

/// Writes a dump, so many rows in a group.
pub fn write(hub: &Synthetic, width: Width, group: usize, out: impl Write + Send) -> Result<(), Box<dyn Error>> {
    let beside = if width == Width::Real { BESIDE } else { "" };
    let schema = Arc::new(parse_message_type(&format!("message models {{{NARROW}{beside}}}"))?);
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
    let mut file = SerializedFileWriter::new(out, schema, Arc::new(properties))?;
    let mut rows = hub.rows();
    loop {
        let rows: Vec<SyntheticRow> = rows.by_ref().take(group).collect();
        if rows.is_empty() {
            break;
        }
        let mut writer = file.next_row_group()?;
        narrow(&mut writer, &rows)?;
        if width == Width::Real {
            write_beside(&mut writer, &rows)?;
        }
        writer.close()?;
    }
    file.close()?;
    Ok(())
}

fn text(text: &str) -> Option<ByteArray> {
    Some(ByteArray::from(text.as_bytes().to_vec()))
}

fn narrow<W: Write + Send>(
    writer: &mut SerializedRowGroupWriter<'_, W>,
    rows: &[SyntheticRow],
) -> Result<(), Box<dyn Error>> {
    column::<ByteArrayType, _>(writer, rows.iter().map(|row| text(&row.hub_id)), 0)?;
    column::<ByteArrayType, _>(writer, rows.iter().map(|row| text(&row.id)), 0)?;
    column::<Int64Type, _>(writer, rows.iter().map(|row| Some(row.created)), 0)?;
    column::<Int64Type, _>(writer, rows.iter().map(|row| Some(row.downloads as i64)), 0)?;
    column::<Int64Type, _>(writer, rows.iter().map(|row| Some(row.downloads_all_time as i64)), 0)?;
    column::<Int64Type, _>(writer, rows.iter().map(|row| Some(row.likes as i64)), 0)?;
    column::<ByteArrayType, _>(writer, rows.iter().map(|row| row.task.and_then(text)), 1)?;
    column::<ByteArrayType, _>(writer, rows.iter().map(|row| text(row.library)), 1)?;
    list(writer, rows.iter().map(|row| row.tags.iter().map(String::as_str).collect()), 3)?;
    column::<Int64Type, _>(writer, rows.iter().map(|row| row.parameters.map(|count| count as i64)), 2)?;
    column::<ByteArrayType, _>(writer, rows.iter().map(|row| text(&row.card)), 1)
}

fn write_beside<W: Write + Send>(
    writer: &mut SerializedRowGroupWriter<'_, W>,
    rows: &[SyntheticRow],
) -> Result<(), Box<dyn Error>> {
    // `base_model:RELATION:ID` and `base_model:ID` stand for the same parent.
    let parents = |row: &SyntheticRow| -> Vec<(String, String)> {
        let typed = row.tags.iter().filter_map(|tag| tag.strip_prefix("base_model:")?.split_once(':'));
        typed.map(|(relation, id)| (relation.to_owned(), id.to_owned())).collect()
    };
    let of: Vec<Vec<(String, String)>> = rows.iter().map(parents).collect();
    column::<ByteArrayType, _>(writer, of.iter().map(|of| of.first().and_then(|(relation, _)| text(relation))), 2)?;
    let hub_id =
        |id: &str| format!("{:024x}", id.bytes().fold(7u128, |hash, byte| hash * 31 % (1 << 90) + u128::from(byte)));
    let keys: Vec<Vec<String>> = of.iter().map(|of| of.iter().map(|(_, id)| hub_id(id)).collect()).collect();
    list(writer, keys.iter().map(|keys| keys.iter().map(String::as_str).collect()), 5)?;
    list(writer, of.iter().map(|of| of.iter().map(|(_, id)| id.as_str()).collect()), 5)?;
    let owner = |row: &SyntheticRow| row.id.split_once('/').and_then(|(owner, _)| text(owner));
    column::<ByteArrayType, _>(writer, rows.iter().map(owner), 1)?;
    let config = |row: &SyntheticRow| {
        text(&format!(
            "{{\"architectures\":[\"LlamaForCausalLM\"],\"model_type\":\"llama\",\"tokenizer_config\":{{\"bos_token\":\"<s>\",\
             \"chat_template\":\"{{% for message in messages %}}{}{{% endfor %}}\"}}}}",
            row.hub_id
        ))
    };
    column::<ByteArrayType, _>(writer, rows.iter().map(config), 1)?;
    let gguf = |row: &SyntheticRow| {
        let total = row.parameters.filter(|_| row.library == "gguf")?;
        text(&format!(
            "{{\"total\":{total},\"architecture\":\"llama\",\"context_length\":32768,\"id\":\"{}\"}}",
            row.id
        ))
    };
    column::<ByteArrayType, _>(writer, rows.iter().map(gguf), 1)?;
    let files: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            let shards = 1 + row.downloads as usize % 9;
            let shards =
                (1..=shards).map(|at| format!("model-{at:05}-of-{shards:05}-{}.safetensors", &row.hub_id[18..]));
            ["README.md", "config.json", "tokenizer.json"].map(String::from).into_iter().chain(shards).collect()
        })
        .collect();
    list(writer, files.iter().map(|files| files.iter().map(String::as_str).collect()), 4)?;
    let spaces: Vec<Vec<String>> = rows
        .iter()
        .map(|row| (0..row.likes.min(9)).map(|at| format!("user{at}/demo-{}", row.hub_id)).collect())
        .collect();
    list(writer, spaces.iter().map(|spaces| spaces.iter().map(String::as_str).collect()), 3)?;
    column::<ByteArrayType, _>(writer, rows.iter().map(|_| text("AutoModelForCausalLM")), 2)?;
    column::<BoolType, _>(writer, rows.iter().map(|_| Some(false)), 0)?;
    column::<ByteArrayType, _>(writer, rows.iter().map(|row| text(&format!("[{{\"name\":\"{}\"}}]", row.id))), 1)?;
    let widget =
        |row: &SyntheticRow| text(&format!("[{{\"text\":\"My name is {} and I live in {}\"}}]", row.id, row.hub_id));
    column::<ByteArrayType, _>(writer, rows.iter().map(widget), 1)?;
    column::<Int64Type, _>(writer, rows.iter().map(|row| Some(row.likes as i64 / 7)), 1)?;
    let sha = |row: &SyntheticRow| text(&format!("{}{}", &row.hub_id[8..], row.hub_id));
    column::<ByteArrayType, _>(writer, rows.iter().map(sha), 1)?;
    let gated = |row: &SyntheticRow| text(["False", "manual"][usize::from(row.likes > 1000)]);
    column::<ByteArrayType, _>(writer, rows.iter().map(gated), 1)?;
    column::<BoolType, _>(writer, rows.iter().map(|_| Some(false)), 1)?;
    column::<Int64Type, _>(writer, rows.iter().map(|row| Some(row.created + 86_400_000)), 1)
}

/// Writes the next column; `depth` is how many levels of it are optional.
fn column<T: DataType, W: Write + Send>(
    writer: &mut SerializedRowGroupWriter<'_, W>,
    values: impl Iterator<Item = Option<T::T>>,
    depth: i16,
) -> Result<(), Box<dyn Error>> {
    let mut column = writer.next_column()?.ok_or("the schema ends too early")?;
    let mut levels = Vec::new();
    let mut there = Vec::new();
    for value in values {
        levels.push(if value.is_some() { depth } else { 0 });
        there.extend(value);
    }
    column.typed::<T>().write_batch(&there, (depth > 0).then_some(levels.as_slice()), None)?;
    Ok(column.close()?)
}

/// Writes a column of lists of texts; `depth` is the level of a text that is there. A list without one is null.
fn list<'t, W: Write + Send>(
    writer: &mut SerializedRowGroupWriter<'_, W>,
    lists: impl Iterator<Item = Vec<&'t str>>,
    depth: i16,
) -> Result<(), Box<dyn Error>> {
    let mut column = writer.next_column()?.ok_or("the schema ends too early")?;
    let (mut levels, mut repeats, mut texts) = (Vec::new(), Vec::new(), Vec::new());
    for list in lists {
        if list.is_empty() {
            levels.push(0);
            repeats.push(0);
        }
        for (at, item) in list.into_iter().enumerate() {
            levels.push(depth);
            repeats.push(i16::from(at > 0));
            texts.push(ByteArray::from(item.as_bytes().to_vec()));
        }
    }
    column.typed::<ByteArrayType>().write_batch(&texts, Some(&levels), Some(&repeats))?;
    Ok(column.close()?)
}
