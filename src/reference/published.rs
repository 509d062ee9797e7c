use super::{Error, rows};

/// Figures that others published, each with the place in the survey where its like is found.
#[derive(Debug, Clone, Default)]
pub struct Published(Vec<Claim>);

/// A published figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// The section of the survey.
    pub section: String,
    /// The table.
    pub table: String,
    /// The row: its keys, with `|` between them.
    pub row: String,
    /// The column.
    pub column: String,
    /// What was said.
    pub what: String,
    /// The figure: shares as parts of 1.
    pub value: f64,
    /// The day, month or time that it speaks of.
    pub as_of: String,
    /// Who published it.
    pub source: String,
}

impl Published {
    /// The table inside the program, `data/reference/published.csv`.
    ///
    /// # Errors
    /// Never, as a test shows.
    pub fn built_in() -> Result<Published, Error> {
        Published::read("built-in published figures", include_bytes!("../../data/reference/published.csv"))
    }

    /// Reads a CSV text with the columns `section`, `table`, `row`, `column`, `what`, `value`, `as_of` and `source`.
    ///
    /// # Errors
    /// If a column is missing, a row is no CSV, or a value is no number.
    pub fn read(table: &str, text: &[u8]) -> Result<Published, Error> {
        let mut claims = Vec::new();
        for row in rows(table, text, &["section", "table", "row", "column", "what", "value", "as_of", "source"])? {
            let (place, values) = row?;
            let wrong = |reason| Error { table: table.into(), place: place.clone(), reason };
            let Ok([section, of, row, column, what, value, as_of, source]) = <[String; 8]>::try_from(values) else {
                continue;
            };
            let number: f64 = value.parse().map_err(|_| wrong(format!("{value:?} is no number")))?;
            claims.push(Claim { section, table: of, row, column, what, value: number, as_of, source });
        }
        Ok(Published(claims))
    }

    /// The figures of a section, in the table's order.
    pub fn of<'p>(&'p self, section: &'p str) -> impl Iterator<Item = &'p Claim> {
        self.0.iter().filter(move |claim| claim.section == section)
    }
}
