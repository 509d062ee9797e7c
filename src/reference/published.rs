use super::{Error, rows};

/// A `Published` holds figures that others published, each with the place in the survey where its like is found.
#[derive(Debug, Clone, Default)]
pub struct Published(Vec<Claim>);

/// A `Claim` is one published figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// Its like stands in this section of the survey.
    pub section: String,
    /// It stands in this table of the section.
    pub table: String,
    /// It stands in this row, which is told by its keys with `|` between them.
    pub row: String,
    /// It stands in this column.
    pub column: String,
    /// It says in words what was published.
    pub what: String,
    /// This is the figure; a share is a part of 1.
    pub value: f64,
    /// It speaks of this day, month or time.
    pub as_of: String,
    /// It was published there.
    pub source: String,
}

impl Published {
    /// Reads the table inside the program, `data/reference/published.csv`.
    ///
    /// # Errors
    /// It never fails, as a test shows.
    pub fn built_in() -> Result<Published, Error> {
        Published::read("built-in published figures", include_bytes!("../../data/reference/published.csv"))
    }

    /// Reads a CSV text with the columns `section`, `table`, `row`, `column`, `what`, `value`, `as_of` and `source`.
    ///
    /// # Errors
    /// It fails if a column is missing, a row is no CSV, or a value is no number.
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

    /// Gives the figures of a section, in the table's order.
    pub fn claims<'p>(&'p self, section: &'p str) -> impl Iterator<Item = &'p Claim> {
        self.0.iter().filter(move |claim| claim.section == section)
    }
}
