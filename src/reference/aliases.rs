use std::collections::HashMap;

use super::{Error, rows};

/// Old ids of renamed repositories, each with the id of today.
#[derive(Debug, Clone, Default)]
pub struct Aliases(Vec<(String, String)>);

const BUILT_IN: &[u8] = include_bytes!("../../data/reference/aliases.csv");

impl Aliases {
    /// The table inside the program, `data/reference/aliases.csv`.
    ///
    /// # Errors
    /// Never, as a test shows; a table of somebody's own goes through the same reader.
    pub fn built_in() -> Result<Aliases, Error> {
        Aliases::read("built-in aliases", BUILT_IN)
    }

    /// Reads a CSV text with the columns `legacy_id` and `canonical_id`; `table` is its name in errors.
    ///
    /// # Errors
    /// If a column is missing, a row is no CSV, an id is no id, an old id has two new ones, or ids are old ids of each
    /// other.
    pub fn read(table: &str, text: &[u8]) -> Result<Aliases, Error> {
        let mut aliases = Vec::new();
        let mut known: HashMap<String, String> = HashMap::new();
        for row in rows(table, text, &["legacy_id", "canonical_id"])? {
            let (place, values) = row?;
            let wrong = |reason| Error { table: table.into(), place: place.clone(), reason };
            for id in &values {
                crate::model::ModelId::parse(id).map_err(|fault| wrong(format!("{id:?} is no model id: {fault}")))?;
            }
            let [legacy, canonical] = &values[..] else { continue };
            let (old, new) = (legacy.to_ascii_lowercase(), canonical.to_ascii_lowercase());
            if let Some(other) = known.get(&old).filter(|other| **other != new) {
                return Err(wrong(format!("{legacy} is an old id of {other} already; leave one of the two out")));
            }
            let mut at = &new;
            while let Some(next) = known.get(at).filter(|_| *at != old) {
                at = next;
            }
            if *at == old {
                return Err(wrong(format!(
                    "{legacy} and {canonical} are old ids of each other; keep the row that holds"
                )));
            }
            known.insert(old, new);
            aliases.push((legacy.clone(), canonical.clone()));
        }
        Ok(Aliases(aliases))
    }

    /// The id of today of an old id.
    pub fn of(&self, id: &str) -> Option<&str> {
        self.iter().find(|(legacy, _)| legacy.eq_ignore_ascii_case(id)).map(|(_, canonical)| canonical)
    }

    /// Each old id with the id of today.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(legacy, canonical)| (legacy.as_str(), canonical.as_str()))
    }
}
