use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde::de::IgnoredAny;

use super::value::CardValue;
use super::{Error, card, parent};
use crate::model::{ModelId, Record, Relation};

/// The hub whose models lie in folders and are on no hub yet.
const LOCAL: &str = "local";
/// A file beside the card is read up to so many bytes.
const MOST: u64 = 16 << 20;

/// A `LocalModel` is a folder with a model that is on no hub yet: what its card says, and what the files beside it say of its parents.
#[derive(Debug, Clone)]
pub struct LocalModel {
    /// This is what the card says, under the id `local:NAME` after the folder; nothing but the id if there is no card.
    pub record: Record<'static>,
    /// These parents the files name, in the order of the files.
    pub named: Vec<NamedParent>,
    /// These files were found.
    pub files: Vec<&'static str>,
}

/// A `NamedParent` is a parent that a file names beside the card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedParent {
    /// This is the file.
    pub file: &'static str,
    /// The file says so.
    pub text: String,
    /// It means this model; nothing if it is a path on somebody's disk or no id.
    pub id: Option<ModelId>,
    /// The model was made from it by this relation, as far as the file says.
    pub relation: Relation,
}

impl LocalModel {
    /// Reads a folder: `README.md`, `adapter_config.json`, `config.json` and `mergekit_config.yml`, as far as they are there.
    ///
    /// # Errors
    /// It fails if none of them is there, or one cannot be read.
    pub fn read(folder: &Path) -> Result<LocalModel, Error> {
        let whole = folder.canonicalize().map_err(|error| Error::Io { path: folder.into(), error })?;
        let name = whole.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let id = [format!("{LOCAL}:{}", as_name(&name)), format!("{LOCAL}:model")];
        let id = id.iter().find_map(|id| ModelId::read(id).ok());
        let id = id.ok_or_else(|| Error::unfit(folder, "has no name that a model could have"))?;

        let mut local = LocalModel { record: Record::new(id.clone()), named: Vec::new(), files: Vec::new() };
        const CARD: &str = "README.md";
        if let Some(readme) = bytes(&folder.join(CARD))? {
            local.files.push(CARD);
            let mut found =
                card::record("local/model", &readme).map_err(|why| Error::unfit(&folder.join(CARD), why))?;
            // Its parents are of Hugging Face, whatever the hub of their child.
            found.id = id;
            local.record = found.into_owned();
        }
        for (file, read) in FILES {
            let path = folder.join(file);
            let Some(bytes) = bytes(&path)? else { continue };
            local.files.push(file);
            let text = String::from_utf8(bytes).map_err(|_| Error::unfit(&path, "is no UTF-8 text"))?;
            let value = if file.ends_with(".json") { json(&text) } else { card::yaml(&text) };
            let value = value.map_err(|why| Error::unfit(&path, format!("cannot be read: {why}")))?;
            for (text, relation) in read(&value) {
                let id = match parent::read(&text) {
                    parent::Reading::Id { id, .. } => Some(id),
                    parent::Reading::Nothing => continue,
                    parent::Reading::Odd(_) => None,
                };
                let new = NamedParent { file, text, id, relation };
                if !local.named.contains(&new) {
                    local.named.push(new);
                }
            }
        }
        match local.files.is_empty() {
            true => {
                Err(Error::unfit(folder, "holds no README.md, adapter_config.json, config.json or mergekit_config.yml"))
            }
            false => Ok(local),
        }
    }

    /// Reads several folders. Of those that are called alike the later ones have a number behind their names.
    ///
    /// # Errors
    /// It fails as [`LocalModel::read`] does.
    pub fn read_all<'f>(folders: impl IntoIterator<Item = &'f Path>) -> Result<Vec<LocalModel>, Error> {
        let mut read: Vec<LocalModel> = Vec::new();
        for folder in folders {
            let mut local = LocalModel::read(folder)?;
            let id = local.id().to_string();
            let mut ids = std::iter::once(id.clone()).chain((2..).map(|number| format!("{id}-{number}")));
            let is_free = |id: &String| read.iter().all(|other| !other.id().as_str().eq_ignore_ascii_case(id));
            let own = ids.find(is_free).and_then(|id| ModelId::read(&id).ok());
            local.record.id = own.ok_or_else(|| Error::unfit(folder, "has no name that a model could have"))?;
            read.push(local);
        }
        Ok(read)
    }

    /// Gives the id that stands for the folder.
    pub fn id(&self) -> &ModelId {
        &self.record.id
    }
}

/// What a file says of parents.
type Reader = fn(&CardValue<'_>) -> Vec<(String, Relation)>;

const FILES: [(&str, Reader); 4] = [
    ("adapter_config.json", |value| texts(&[value], &["base_model_name_or_path"], Relation::Adapter)),
    ("config.json", |value| {
        // Where the weights were loaded from; a configuration of a quantization says that they were made smaller.
        let is_quantized = get(value, "quantization_config").is_some();
        texts(&[value], &["_name_or_path"], if is_quantized { Relation::Quantized } else { Relation::Unstated })
    }),
    ("mergekit_config.yml", merged),
    ("mergekit_config.yaml", merged),
];

/// The models of a mergekit configuration: the base, those of the list, those of slices, experts of a mixture.
fn merged(value: &CardValue<'_>) -> Vec<(String, Relation)> {
    let mut all = vec![value];
    all.extend(list(value, "models"));
    all.extend(list(value, "experts"));
    list(value, "slices").iter().for_each(|slice| all.extend(list(slice, "sources")));
    texts(&all, &["base_model", "model", "source_model"], Relation::Merge)
}

fn list<'v>(value: &'v CardValue<'_>, key: &str) -> &'v [CardValue<'v>] {
    match get(value, key) {
        Some(CardValue::List(values)) => values,
        _ => &[],
    }
}

/// The texts under some keys of mappings; a model may be a mapping of its own, with a `path`. What stands behind `+` is a LoRA that is
/// merged with what stands before it.
fn texts(values: &[&CardValue<'_>], keys: &[&str], relation: Relation) -> Vec<(String, Relation)> {
    let mut found = Vec::new();
    for (value, key) in values.iter().flat_map(|value| keys.iter().map(move |key| (value, key))) {
        let text = match get(value, key) {
            Some(CardValue::Text(text)) => text.to_string(),
            Some(inner @ CardValue::Mapping(_)) => {
                found.extend(texts(&[inner], &["path", "lora"], relation));
                found.extend(
                    get(inner, "model").map(|model| texts(&[model], &["path"], relation)).into_iter().flatten(),
                );
                continue;
            }
            _ => continue,
        };
        let parts = if relation == Relation::Merge { text.split('+').collect() } else { vec![text.as_str()] };
        found.extend(parts.into_iter().map(|part| (part.trim().to_owned(), relation)));
    }
    found
}

fn get<'v>(value: &'v CardValue<'_>, key: &str) -> Option<&'v CardValue<'v>> {
    let CardValue::Mapping(entries) = value else { return None };
    entries.iter().find(|(known, _)| known == key).map(|(_, value)| value)
}

fn json(text: &str) -> Result<CardValue<'_>, String> {
    serde_json::from_str::<IgnoredAny>(text).map_err(|error| error.to_string())?;
    Ok(CardValue::of_json(text.trim()))
}

/// The bytes of a file, if it is there.
fn bytes(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    let wrong = |error| Error::Io { path: path.into(), error };
    match std::fs::metadata(path) {
        Ok(meta) if meta.is_file() => (),
        Ok(_) => return Err(Error::unfit(path, "is no ordinary file")),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(wrong(error)),
    }
    let file = File::open(path).map_err(wrong)?;
    let mut bytes = Vec::new();
    file.take(MOST + 1).read_to_end(&mut bytes).map_err(wrong)?;
    if bytes.len() as u64 > MOST {
        return Err(Error::unfit(path, format!("is larger than {} MiB", MOST >> 20)));
    }
    Ok(Some(bytes))
}

/// What of a text can be a model's name: other characters become dashes.
pub(crate) fn as_name(text: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '-' };
    text.chars().map(plain).collect::<String>().trim_matches(['-', '.']).to_owned()
}
