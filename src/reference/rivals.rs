use super::{Error, rows};

/// A `Rivals` table says who is compared with whom.
#[derive(Debug, Clone)]
pub struct Rivals(Vec<Comparison>);

/// A `Comparison` sets one beside some others, who are counted each and together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// These words say what is compared.
    pub counted_as: String,
    /// The names are of this kind.
    pub kind: Kind,
    /// This is the name of the one.
    pub one: String,
    /// These are the names of the others: at least two, and as many in every comparison of a table.
    pub others: Vec<String>,
}

/// A `Kind` says whose the names of a comparison are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// They are those of organisations in the table of publishers.
    Publisher,
    /// They are those of families.
    Family,
}

impl Comparison {
    /// Joins the names of the others to one.
    pub fn together(&self) -> String {
        self.others.join(" and ")
    }
}

impl Rivals {
    /// Reads the table inside the program, `data/reference/rivals.csv`.
    ///
    /// # Errors
    /// It never fails, as a test shows.
    pub fn built_in() -> Result<Rivals, Error> {
        Rivals::read("built-in rivals", include_bytes!("../../data/reference/rivals.csv"))
    }

    /// Reads a CSV text with the columns `counted_as`, `kind` (`publisher` or `family`), `one` and `others` (names with `;`
    /// between them); `table` is its name in errors.
    ///
    /// # Errors
    /// It fails if a column is missing, a row is no CSV or names nobody, a kind is none, somebody is named twice, a row has
    /// not as many others as the first, or there is no row.
    pub fn read(table: &str, text: &[u8]) -> Result<Rivals, Error> {
        let mut comparisons: Vec<Comparison> = Vec::new();
        for row in rows(table, text, &["counted_as", "kind", "one", "others"])? {
            let (place, values) = row?;
            let wrong = |reason| Error { table: table.into(), place: place.clone(), reason };
            let Ok([counted_as, kind, one, others]) = <[String; 4]>::try_from(values) else { continue };
            let kind = match kind.as_str() {
                "publisher" => Kind::Publisher,
                "family" => Kind::Family,
                other => return Err(wrong(format!("kind {other:?} is none; use publisher or family"))),
            };
            let others: Vec<String> = others.split(';').map(|name| name.trim().to_owned()).collect();
            if [&counted_as, &one].into_iter().chain(&others).any(String::is_empty) || others.len() < 2 {
                return Err(wrong("counted_as, one and two or more others are needed, with `;` between these".into()));
            }
            let mut names: Vec<String> = others.iter().chain([&one]).map(|name| name.to_lowercase()).collect();
            names.sort_unstable();
            if names.windows(2).any(|pair| pair[0] == pair[1]) {
                return Err(wrong("nobody is compared with himself; name each once".into()));
            }
            if let Some(first) = comparisons.first().filter(|first| first.others.len() != others.len()) {
                return Err(wrong(format!("the first row has {} others; name as many", first.others.len())));
            }
            comparisons.push(Comparison { counted_as, kind, one, others });
        }
        match comparisons.is_empty() {
            true => Err(Error { table: table.into(), place: "rows".into(), reason: "no comparison in it".into() }),
            false => Ok(Rivals(comparisons)),
        }
    }

    /// Returns the comparisons, at least one, in the table's order; the first names the columns of the report's table.
    pub fn comparisons(&self) -> &[Comparison] {
        &self.0
    }
}
