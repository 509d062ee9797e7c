use std::collections::HashMap;

use super::{Aliases, Error, rows};
use crate::model::ModelId;

/// A `Publisher` is the organisation or person that stands behind an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publisher {
    /// This is the name of the organisation or person, which all of its accounts share.
    pub name: String,
    /// This is its country, in two letters of ISO 3166; `ZZ` means that it is international.
    pub country: String,
    /// Its kind is industry, university, nonprofit, government, community or individual.
    pub kind: String,
}

/// A `Publishers` is a table of publishers by account. Who is not in the table is unknown: no country is guessed from a
/// name.
#[derive(Debug, Clone, Default)]
pub struct Publishers(HashMap<String, Publisher>);

/// A `Whose` tells whose a model is: its account, and who stands behind that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Whose<'t> {
    /// The account is the owner in the model's id, or, of an id without one, that of the id that it has today.
    pub account: Option<&'t str>,
    /// This is who stands behind the account, if the table of publishers knows.
    pub publisher: Option<&'t Publisher>,
}

impl<'t> Whose<'t> {
    /// This word stands for the country and the kind of who stands in no table.
    pub const UNKNOWN: &'static str = "unknown";

    /// Gives the publisher's country, or [`Whose::UNKNOWN`] if no table has it.
    pub fn country(&self) -> &'t str {
        self.publisher.map_or(Whose::UNKNOWN, |publisher| &publisher.country)
    }

    /// Gives the publisher's kind, or [`Whose::UNKNOWN`] if no table has it.
    pub fn kind(&self) -> &'t str {
        self.publisher.map_or(Whose::UNKNOWN, |publisher| &publisher.kind)
    }
}

const BUILT_IN: &[u8] = include_bytes!("../../data/reference/orgs.csv");
const KINDS: [&str; 6] = ["industry", "university", "nonprofit", "government", "community", "individual"];

impl Publishers {
    /// Reads the table inside the program, `data/reference/orgs.csv`.
    ///
    /// # Errors
    /// It never fails, as a test shows; a table of somebody's own goes through the same reader.
    pub fn built_in() -> Result<Publishers, Error> {
        Publishers::read("built-in publishers", BUILT_IN)
    }

    /// Reads a CSV text with the columns `namespace`, `name`, `country_iso2` and `kind`; `table` is its name in errors.
    ///
    /// # Errors
    /// It fails if a column is missing, a row is no CSV, an account stands in two rows, or a country or kind is none.
    pub fn read(table: &str, text: &[u8]) -> Result<Publishers, Error> {
        let mut publishers = HashMap::new();
        for row in rows(table, text, &["namespace", "name", "country_iso2", "kind"])? {
            let (place, values) = row?;
            let wrong = |reason| Error { table: table.into(), place: place.clone(), reason };
            let [account, name, country, kind] = &values[..] else { continue };
            if ModelId::parse(&format!("{account}/x")).is_err() {
                return Err(wrong(format!("{account:?} is no account, such as Qwen")));
            }
            if name.is_empty() || name.contains(['\n', '\r']) || name.eq_ignore_ascii_case("unknown") {
                return Err(wrong(format!(
                    "{name:?} is no publisher's name; leave out accounts whose publisher is not known"
                )));
            }
            if country.len() != 2 || !country.chars().all(|c| c.is_ascii_uppercase()) {
                return Err(wrong(format!("{country:?} is no country; write two letters, such as FR, or ZZ")));
            }
            if !KINDS.contains(&kind.as_str()) {
                return Err(wrong(format!("{kind:?} is no kind; use {}", KINDS.join(", "))));
            }
            let publisher = Publisher { name: name.clone(), country: country.clone(), kind: kind.clone() };
            if publishers.insert(account.to_ascii_lowercase(), publisher).is_some() {
                return Err(wrong(format!("{account} stands in two rows; leave one out")));
            }
        }
        Ok(Publishers(publishers))
    }

    /// Adds the rows of another table, which win over its own.
    pub fn with(mut self, others: Publishers) -> Publishers {
        self.0.extend(others.0);
        self
    }

    /// Tells whose the model of an id is. All that says who publishes asks here, so that no two outputs disagree.
    pub fn whose<'t>(&'t self, id: &'t str, aliases: &'t Aliases) -> Whose<'t> {
        let owner = |id: &'t str| id.split_once('/').map(|(owner, _)| owner);
        let account = owner(id).or_else(|| owner(aliases.new_id(id)?));
        Whose { account, publisher: account.and_then(|account| self.publisher(account)) }
    }

    /// Tells who stands behind an account, if the table knows.
    pub fn publisher(&self, owner: &str) -> Option<&Publisher> {
        match owner.bytes().any(|byte| byte.is_ascii_uppercase()) {
            true => self.0.get(&owner.to_ascii_lowercase()),
            false => self.0.get(owner),
        }
    }
}
