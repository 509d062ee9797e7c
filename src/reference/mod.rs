//! What the Hub does not say: which models make up a family, which ids are old names of others, who
//! publishes, of what class licences and sizes are, what licences ask, who is compared with whom, and what others published.

mod aliases;
mod bases;
mod family;
mod licences;
mod matcher;
mod published;
mod publisher;
mod rivals;
mod sizes;
mod term;
mod terms;
mod words;

pub use aliases::Aliases;
pub use bases::Bases;
pub use family::{Families, Family};
pub use licences::Licences;
pub use matcher::Matcher;
pub use published::{Claim, Published};
pub use publisher::{Publisher, Publishers, Whose};
pub use rivals::{Comparison, Kind, Rivals};
pub use sizes::SizeClasses;
pub use term::{Term, TermSet};
pub use terms::{Clause, Group, Licence, Terms, Text};
pub(crate) use terms::{matches, normal};
pub use words::Words;

/// An `Error` says that a table cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{table}, {place}: {reason}")]
pub struct Error {
    /// This is the table, as it was named.
    pub table: String,
    /// This is the place in it.
    pub place: String,
    /// It says what is wrong.
    pub reason: String,
}

/// The rows of a CSV text: the line, and the values of the columns.
fn rows<'t>(
    table: &'t str,
    text: &'t [u8],
    columns: &'t [&str],
) -> Result<impl Iterator<Item = Result<(String, Vec<String>), Error>> + 't, Error> {
    rows_with(table, text, columns, &[])
}

/// The same with columns behind them that may be missing; their values are empty then.
pub(crate) fn rows_with<'t>(
    table: &'t str,
    text: &'t [u8],
    columns: &'t [&str],
    optional: &'t [&str],
) -> Result<impl Iterator<Item = Result<(String, Vec<String>), Error>> + 't, Error> {
    let wrong = |place: String, reason: String| Error { table: table.into(), place, reason };
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text);
    let header = reader.headers().map_err(|error| wrong("header".into(), error.to_string()))?.clone();
    let mut at = Vec::new();
    for column in columns {
        let place = header.iter().position(|name| name.trim() == *column);
        at.push(Some(place.ok_or_else(|| {
            wrong("header".into(), format!("the column {column:?} is missing; the table needs {}", columns.join(", ")))
        })?));
    }
    at.extend(optional.iter().map(|column| header.iter().position(|name| name.trim() == *column)));
    Ok(reader.into_records().map(move |record| {
        let record = record.map_err(|error| wrong("row".into(), error.to_string()))?;
        let line = format!("line {}", record.position().map_or(0, csv::Position::line));
        Ok((line, at.iter().map(|at| at.and_then(|at| record.get(at)).unwrap_or_default().trim().to_owned()).collect()))
    }))
}
