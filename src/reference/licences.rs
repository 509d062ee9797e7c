use std::collections::HashMap;

use super::{Error, rows};

/// A `Licences` knows the classes of licences: permissive, copyleft, restricted (in who may use it, or for what) and
/// commercial (a company's own terms). The classes and most of the table are those of "Anatomy of a Machine Learning
/// Ecosystem" (Laufer and others, 2025), LF in its column `source`.
#[derive(Debug, Clone, Default)]
pub struct Licences {
    whole: HashMap<String, String>,
    /// Beginnings, the longest first.
    begins: Vec<(String, String)>,
}

const BUILT_IN: &[u8] = include_bytes!("../../data/reference/licences.csv");

impl Licences {
    /// Reads the table inside the program, `data/reference/licences.csv`.
    ///
    /// # Errors
    /// It never fails, as a test shows; a table of somebody's own goes through the same reader.
    pub fn built_in() -> Result<Licences, Error> {
        Licences::read("built-in licences", BUILT_IN)
    }

    /// Reads a CSV text with the columns `licence` (as the Hub spells it; `gpl*` is all that begin so) and `class`;
    /// `table` is its name in errors.
    ///
    /// # Errors
    /// It fails if a column is missing, a row is no CSV, a cell is empty, or a licence stands in two rows.
    pub fn read(table: &str, text: &[u8]) -> Result<Licences, Error> {
        let mut whole = HashMap::new();
        for row in rows(table, text, &["licence", "class"])? {
            let (place, values) = row?;
            let wrong = |reason| Error { table: table.into(), place: place.clone(), reason };
            let [licence, class] = &values[..] else { continue };
            if licence.is_empty() || class.is_empty() {
                return Err(wrong("a licence and its class are needed".into()));
            }
            if whole.insert(licence.to_lowercase(), class.clone()).is_some() {
                return Err(wrong(format!("{licence} stands in two rows; leave one out")));
            }
        }
        let begin = |(licence, class): (&String, &String)| Some((licence.strip_suffix('*')?.to_owned(), class.clone()));
        let mut begins: Vec<(String, String)> = whole.iter().filter_map(begin).collect();
        begins.sort_by_key(|(begin, _)| (std::cmp::Reverse(begin.len()), begin.clone()));
        Ok(Licences { whole, begins })
    }

    /// Gives the class of a licence, which is `unclassed` if the table does not have it.
    pub fn class(&self, licence: &str) -> &str {
        let licence = licence.to_lowercase();
        let begins = || self.begins.iter().find(|(begin, _)| licence.starts_with(begin)).map(|(_, class)| class);
        self.whole.get(&licence).or_else(begins).map_or("unclassed", String::as_str)
    }
}
