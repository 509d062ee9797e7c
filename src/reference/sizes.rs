use super::{Error, rows};

/// A `SizeClasses` is a list of classes of sizes, the smallest first.
#[derive(Debug, Clone, Default)]
pub struct SizeClasses(Vec<(String, u64)>);

impl SizeClasses {
    /// Reads the table inside the program, `data/reference/sizes.csv`.
    ///
    /// # Errors
    /// It never fails, as a test shows.
    pub fn built_in() -> Result<SizeClasses, Error> {
        SizeClasses::read("built-in sizes", include_bytes!("../../data/reference/sizes.csv"))
    }

    /// Reads a CSV text with the columns `class` and `below` (parameters; empty in the last row).
    ///
    /// # Errors
    /// It fails if a column is missing, a row is no CSV, a bound is no number, or the bounds do not grow up to an open
    /// end.
    pub fn read(table: &str, text: &[u8]) -> Result<SizeClasses, Error> {
        let mut classes: Vec<(String, u64)> = Vec::new();
        for row in rows(table, text, &["class", "below"])? {
            let (place, values) = row?;
            let wrong = |reason| Error { table: table.into(), place: place.clone(), reason };
            let [class, below] = &values[..] else { continue };
            let bound = match below.as_str() {
                "" => u64::MAX,
                below => below.parse().map_err(|_| wrong(format!("{below:?} is no number of parameters")))?,
            };
            if classes.last().is_some_and(|last| last.1 >= bound) {
                return Err(wrong("the bounds must grow from row to row".into()));
            }
            classes.push((class.clone(), bound));
        }
        match classes.last() {
            Some((_, u64::MAX)) => Ok(SizeClasses(classes)),
            _ => Err(Error {
                table: table.into(),
                place: "last row".into(),
                reason: "the largest class has no bound: leave `below` empty".into(),
            }),
        }
    }

    /// Counts the classes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Tells whether there is no class.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Gives the name of the class of this number, from 0 on; it is empty if there is no such class.
    pub fn name(&self, class: usize) -> &str {
        self.0.get(class).map_or("", |(name, _)| name)
    }

    /// Gives the number of the class to which a model with so many parameters belongs.
    pub fn class(&self, parameters: u64) -> usize {
        self.0.iter().position(|(_, below)| parameters < *below).unwrap_or(self.0.len().saturating_sub(1))
    }
}
