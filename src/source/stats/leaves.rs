use std::borrow::Cow;
use std::slice;

use parquet::errors::ParquetError;
use parquet::file::reader::RowGroupReader;

use super::columns::{self, Base, Columns};
use super::leaf::{self, Times};
use super::spans::Text;
use super::texts::{TextColumn, read};
use crate::model::{Counts, Flags, Oddity, OddityKind, RepositoryKey, Word, Words};
use crate::source::Projection;
use crate::source::hub::{fields, wire};
use crate::source::normalize::Found;
use crate::source::parents::{BaseModels, PARENT};
use crate::source::table::{Cells, numbers};

/// The open columns of a row group, all at the same row. Of each all spellings, which are read on whichever a row has.
pub(super) struct Leaves {
    ids: Vec<TextColumn>,
    hub_id: Vec<TextColumn>,
    created: Vec<Times>,
    /// Each with its name in the file.
    counts: Counts<Vec<(String, leaf::Counts)>>,
    words: Words<Vec<TextColumn>>,
    flags: Flags<Vec<leaf::Flags>>,
    gated: Vec<leaf::Flags>,
    sha: Vec<TextColumn>,
    tags: Option<TextColumn>,
    base_models: Vec<BaseLeaves>,
    card: Vec<TextColumn>,
    cells: Vec<(columns::Cell, TextColumn)>,
    projection: Projection,
    /// So many rows had a number where a later column has an id.
    pub numbers: u64,
}

/// The open parts of a column of the Hub's parents.
struct BaseLeaves {
    text: Option<TextColumn>,
    models: Option<TextColumn>,
    keys: Option<TextColumn>,
    relation: Option<TextColumn>,
}

impl Leaves {
    pub fn open(columns: &Columns, group: &dyn RowGroupReader) -> Result<Leaves, ParquetError> {
        let text = |at: Option<usize>| at.map(|at| TextColumn::open(group, at)).transpose();
        let texts = |all: &[usize]| all.iter().map(|at| TextColumn::open(group, *at)).collect::<Result<Vec<_>, _>>();
        let open_flags = |all: &[usize]| all.iter().map(|at| leaf::Flags::open(group, *at)).collect::<Result<_, _>>();
        let mut counts = Counts::default();
        for (count, all) in columns.counts.iter() {
            let open = |at: &usize| {
                let name = group.metadata().column(*at).column_path().string();
                leaf::Counts::open(group, *at, &name).map(|leaf| (name, leaf))
            };
            counts[count] = all.iter().map(open).collect::<Result<_, ParquetError>>()?;
        }
        let mut words = Words::default();
        for (word, all) in columns.words.iter().filter(|(word, _)| *word != Word::Gated) {
            words[word] = texts(all)?;
        }
        let mut flags = Flags::default();
        for (flag, all) in columns.flags.iter() {
            flags[flag] = open_flags(all)?;
        }
        let open_base = |base: &Base| {
            Ok(BaseLeaves {
                text: text(base.text)?,
                models: text(base.models)?,
                keys: text(base.keys)?,
                relation: text(base.relation)?,
            })
        };
        Ok(Leaves {
            ids: texts(&columns.ids)?,
            hub_id: texts(&columns.hub_id)?,
            created: columns.created.iter().map(|at| Times::open(group, *at)).collect::<Result<_, _>>()?,
            counts,
            words,
            flags,
            gated: open_flags(&columns.words[Word::Gated])?,
            sha: texts(&columns.sha)?,
            tags: text(columns.tags)?,
            base_models: columns.base_models.iter().map(open_base).collect::<Result<_, ParquetError>>()?,
            card: texts(&columns.card)?,
            cells: columns
                .cells
                .iter()
                .map(|cell| Ok((cell.clone(), TextColumn::open(group, cell.at)?)))
                .collect::<Result<_, ParquetError>>()?,
            projection: columns.projection,
            numbers: 0,
        })
    }

    /// Whether no list goes on behind the last row; other columns have as many values as rows, by their pages.
    pub fn end(&mut self) -> Result<(), ParquetError> {
        let base = self.base_models.iter().flat_map(|base| [&base.models, &base.keys]).flatten();
        let mut lists = self.tags.iter().chain(base).chain(self.cells.iter().map(|(_, leaf)| leaf));
        lists.find(|leaf| !leaf.is_over()).map_or(Ok(()), |leaf| Err(leaf.too_long()))
    }

    /// The next row.
    pub fn found(&mut self) -> Result<Found<'_>, ParquetError> {
        let mut found = Found::default();
        let mut oddities = Vec::new();
        found.id = Cow::Borrowed(one_id(&mut self.ids, &mut self.numbers)?);
        found.hub_id = one_text(&mut self.hub_id, "_id", &mut oddities)?.map(Cow::Borrowed);
        for (word, leaves) in self.words.iter_mut() {
            let field = if word.hub_name().is_empty() { word.name() } else { word.hub_name() };
            found.words[word] = one_text(leaves, field, &mut oddities)?.map(Cow::Borrowed);
        }
        for (count, leaves) in self.counts.iter_mut() {
            for (name, leaf) in leaves {
                let value = good(leaf.next()?, name, &mut oddities);
                found.counts[count] = found.counts[count].or(value);
            }
        }
        for (flag, leaves) in self.flags.iter_mut() {
            for leaf in leaves {
                let value = good(leaf.next(fields::flag)?, flag.hub_name(), &mut oddities);
                found.flags[flag] = found.flags[flag].or(value);
            }
        }
        let mut gate = None;
        for leaf in &mut self.gated {
            let value = good(leaf.next(fields::gate)?, Word::Gated.hub_name(), &mut oddities);
            gate = gate.or(value);
        }
        found.words[Word::Gated] = gate.map(Cow::Borrowed);
        for leaf in &mut self.created {
            let value = good(leaf.next()?, "createdAt", &mut oddities);
            found.created = found.created.or(value);
        }
        found.sha = one_text(&mut self.sha, "sha", &mut oddities)?.map(Cow::Borrowed);
        found.tags = match self.projection {
            Projection::All => texts(&mut self.tags, |_| true)?,
            // The first one tells that there is any.
            Projection::Links => texts(&mut self.tags, |tag| tag.starts_with(PARENT))?,
        };
        for base in &mut self.base_models {
            let models = base.next(&mut oddities)?;
            if found.base_models.is_none() {
                found.base_models = models;
            }
        }
        for leaf in &mut self.card {
            let json = one_text(slice::from_mut(leaf), "cardData", &mut oddities)?;
            let is_asked = self.projection == Projection::All || json.is_some_and(|json| found.asks(json));
            if found.card.is_none() && is_asked {
                found.card = json.and_then(|json| wire::card_json(json, &mut oddities));
            }
        }
        found.oddities = oddities;
        if self.cells.is_empty() {
            return Ok(found);
        }
        let mut cells = Cells::new(found);
        for (columns::Cell { column, name, is_list, .. }, leaf) in &mut self.cells {
            let Some(values) = leaf.next()? else { continue };
            if *is_list {
                let mut all = Vec::with_capacity(values.len());
                values.each(|text| all.push(Cow::Borrowed(text)));
                cells.take_list(*column, name, all);
            } else {
                cells.put(*column, name, Cow::Borrowed(values.first().map_or("", read)));
            }
        }
        Ok(cells.finish())
    }
}

impl BaseLeaves {
    /// The parents of the next row.
    fn next(&mut self, oddities: &mut Vec<Oddity>) -> Result<Option<BaseModels<'_>>, ParquetError> {
        let relation = one_text(self.relation.as_mut_slice(), "baseModels.relation", oddities)?;
        let json = one_text(self.text.as_mut_slice(), "baseModels", oddities)?;
        let ids = texts(&mut self.models, |_| true)?;
        let keys = self.keys.as_mut().map(TextColumn::next).transpose()?.flatten();
        if let Some(json) = json {
            return Ok(wire::base_models_json(json, oddities));
        }
        Ok(ids.map(|ids| {
            let mut of_ids = Vec::new();
            // Where a key is missing it cannot be told whose: then none is known.
            if let Some(keys) = keys.filter(|keys| keys.len() == ids.len()) {
                keys.each(|key| of_ids.push(RepositoryKey::parse(key)));
            }
            BaseModels { relation: relation.map(Cow::Borrowed), ids, keys: of_ids }
        }))
    }
}

/// The value of a row, or nothing and a note of what stood there.
fn good<T>(value: Result<Option<T>, String>, field: &str, oddities: &mut Vec<Oddity>) -> Option<T> {
    value.unwrap_or_else(|value| {
        oddities.push(Oddity::new(OddityKind::BadValue, &format!("{field}: {value}")));
        None
    })
}

/// The first spelling of a row's id that is not blank, and no number where a later one says anything; those are counted.
fn one_id<'a>(leaves: &'a mut [TextColumn], numbers: &mut u64) -> Result<&'a str, ParquetError> {
    let mut id = "";
    for leaf in leaves {
        let other = leaf.one()?.map_or("", read);
        if numbers::gives_way(id, other) {
            *numbers += u64::from(!id.trim_ascii().is_empty());
            id = other;
        }
    }
    Ok(id)
}

/// The first spelling of a row's text.
fn first(leaves: &mut [TextColumn]) -> Result<Option<Text<'_>>, ParquetError> {
    let mut first = None;
    for leaf in leaves {
        let text = leaf.one()?;
        first = first.or(text);
    }
    Ok(first)
}

/// The first text of a row, and those of the others that are wanted.
fn texts(
    leaf: &mut Option<TextColumn>,
    is_wanted: impl Fn(&str) -> bool,
) -> Result<Option<Vec<Cow<'_, str>>>, ParquetError> {
    let Some(texts) = leaf.as_mut().map(TextColumn::next).transpose()?.flatten() else { return Ok(None) };
    let mut all = Vec::with_capacity(texts.len());
    texts.each(|text| {
        if all.is_empty() || is_wanted(text) {
            all.push(Cow::Borrowed(text));
        }
    });
    Ok(Some(all))
}

fn one_text<'a>(
    leaves: &'a mut [TextColumn],
    field: &str,
    oddities: &mut Vec<Oddity>,
) -> Result<Option<&'a str>, ParquetError> {
    let Some(text) = first(leaves)? else { return Ok(None) };
    if text.is_err() {
        oddities.push(Oddity::new(OddityKind::BadValue, &format!("{field}: not UTF-8")));
    }
    Ok(text.ok())
}
