use std::collections::HashMap;

use super::{Error, rows};

/// What words mean: languages by their tag, modalities by task.
#[derive(Debug, Clone, Default)]
pub struct Words(HashMap<String, String>);

impl Words {
    /// The languages by their two-letter codes (ISO 639-1), `data/reference/languages.csv`.
    ///
    /// # Errors
    /// Never, as a test shows.
    pub fn languages() -> Result<Words, Error> {
        let text = include_bytes!("../../data/reference/languages.csv");
        Words::read("built-in languages", text, ["code", "language"])
    }

    /// The modalities by the Hub's tasks, `data/reference/tasks.csv`.
    ///
    /// # Errors
    /// Never, as a test shows.
    pub fn tasks() -> Result<Words, Error> {
        Words::read("built-in tasks", include_bytes!("../../data/reference/tasks.csv"), ["task", "modality"])
    }

    /// Reads a CSV text with a column of words and one of meanings; `table` is its name in errors.
    ///
    /// # Errors
    /// If a column is missing, a row is no CSV, a cell is empty, or a word stands in two rows.
    pub fn read(table: &str, text: &[u8], columns: [&str; 2]) -> Result<Words, Error> {
        let mut words = HashMap::new();
        for row in rows(table, text, &columns)? {
            let (place, values) = row?;
            let wrong = |reason| Error { table: table.into(), place: place.clone(), reason };
            let [word, meaning] = &values[..] else { continue };
            if word.is_empty() || meaning.is_empty() {
                return Err(wrong(format!("{} and {} are needed", columns[0], columns[1])));
            }
            if words.insert(word.clone(), meaning.clone()).is_some() {
                return Err(wrong(format!("{word} stands in two rows; leave one out")));
            }
        }
        Ok(Words(words))
    }

    /// What a word means.
    pub fn of(&self, word: &str) -> Option<&str> {
        self.0.get(word).map(String::as_str)
    }
}
