use std::collections::HashMap;

use super::{Error, rows};

/// A `Words` tells what words mean: the language of a tag, or the modality of a task.
#[derive(Debug, Clone, Default)]
pub struct Words(HashMap<String, String>);

impl Words {
    /// Reads the table of the languages by their two-letter codes (ISO 639-1), `data/reference/languages.csv`.
    ///
    /// # Errors
    /// It never fails, as a test shows.
    pub fn languages() -> Result<Words, Error> {
        let text = include_bytes!("../../data/reference/languages.csv");
        Words::read("built-in languages", text, ["code", "language"])
    }

    /// Reads the table of the modalities by the Hub's tasks, `data/reference/tasks.csv`.
    ///
    /// # Errors
    /// It never fails, as a test shows.
    pub fn tasks() -> Result<Words, Error> {
        Words::read("built-in tasks", include_bytes!("../../data/reference/tasks.csv"), ["task", "modality"])
    }

    /// Reads a CSV text that has a column of words and one of meanings, called `columns` in this order; `table` is its
    /// name in errors.
    ///
    /// # Errors
    /// It fails if a column is missing, a row is no CSV, a cell is empty, or a word stands in two rows.
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

    /// Says what a word means, if the table knows.
    pub fn meaning(&self, word: &str) -> Option<&str> {
        self.0.get(word).map(String::as_str)
    }
}
