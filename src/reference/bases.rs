use std::collections::HashMap;

use sha2::{Digest, Sha256};

use super::{Error, rows};

/// A `Bases` knows the licences of base models whose cards say `other` and do not name it so that a table can tell
/// (docs/licences.md, 4).
#[derive(Debug, Clone, Default)]
pub struct Bases {
    /// By id in lower case: the id, its licence (none if it was looked for and not found), and where it was found.
    bases: HashMap<String, (String, Option<String>, String)>,
    version: String,
}

const BUILT_IN: &[u8] = include_bytes!("../../data/reference/base-licences.csv");

impl Bases {
    /// Reads the table inside the program, `data/reference/base-licences.csv`.
    ///
    /// # Errors
    /// It never fails, as a test shows; a table of somebody's own goes through the same reader.
    pub fn built_in() -> Result<Bases, Error> {
        Bases::read("built-in licences of bases", BUILT_IN)
    }

    /// Reads a CSV text with the columns `model`, `licence` (an id or a name of the table of terms; empty if it was looked for and not
    /// found) and `source`; `table` is its name in errors.
    ///
    /// # Errors
    /// It fails if a column is missing, a row is no CSV, a model or a source is missing, or a model stands in two rows.
    pub fn read(table: &str, text: &[u8]) -> Result<Bases, Error> {
        let mut bases = HashMap::new();
        for row in rows(table, text, &["model", "licence", "source"])? {
            let (place, values) = row?;
            let wrong = |reason| Error { table: table.into(), place: place.clone(), reason };
            let [model, licence, source] = &values[..] else { continue };
            if model.is_empty() || source.is_empty() {
                return Err(wrong("a model and a source are needed".into()));
            }
            let licence = (!licence.is_empty()).then(|| licence.clone());
            if bases.insert(model.to_lowercase(), (model.clone(), licence, source.clone())).is_some() {
                return Err(wrong(format!("{model} stands in two rows; leave one out")));
            }
        }
        let mut all = Bases { bases, version: String::new() };
        let mut digest = Sha256::new();
        all.iter().for_each(|(model, licence)| digest.update(format!("{model}\t{}\n", licence.unwrap_or(""))));
        let version = digest.finalize().iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        all.version = version;
        Ok(all)
    }

    /// Gives the version of the table: the beginning of a digest of its rows.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Gives the licence of a model and where it was found, if it is known.
    pub fn licence(&self, model: &str) -> Option<(&str, &str)> {
        let (_, licence, source) = self.bases.get(&model.to_lowercase())?;
        Some((licence.as_deref()?, source))
    }

    /// Gives every model of the table with its licence, in order of the ids.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        let mut all: Vec<(&str, Option<&str>)> =
            self.bases.values().map(|(model, licence, _)| (model.as_str(), licence.as_deref())).collect();
        all.sort_unstable();
        all.into_iter()
    }
}
