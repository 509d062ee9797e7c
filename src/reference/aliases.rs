use std::collections::HashMap;

use super::{Error, rows_with};
use crate::model::{Alias, Certainty, ModelId, Scope};

/// An `Aliases` is a table of the old names of renamed repositories and accounts, each with that of today.
#[derive(Debug, Clone, Default)]
pub struct Aliases(Vec<Alias>);

const BUILT_IN: [(&str, &[u8]); 2] = [
    ("built-in aliases", include_bytes!("../../data/reference/aliases.csv")),
    ("built-in aliases of accounts", include_bytes!("../../data/reference/account-aliases.csv")),
];

impl Aliases {
    /// Reads the tables inside the program, `data/reference/aliases.csv` and `account-aliases.csv`.
    ///
    /// # Errors
    /// It never fails, as a test shows; a table of somebody's own goes through the same reader.
    pub fn built_in() -> Result<Aliases, Error> {
        let mut all = Vec::new();
        for (table, text) in BUILT_IN {
            all.append(&mut Aliases::read(table, text)?.0);
        }
        Ok(Aliases(all))
    }

    /// Reads a CSV text with the columns `old` and `new`; `kind` is `model` or `account`, `confidence` is `sure` or
    /// `likely`, and where they are missing a row is of a model and sure. `legacy_id` and `canonical_id` are `old` and `new`
    /// of models. `table` is its name in errors.
    ///
    /// # Errors
    /// It fails if a column is missing, a row is no CSV, a name is none, an old id has two new ones, or ids are old ids
    /// of each other.
    pub fn read(table: &str, text: &[u8]) -> Result<Aliases, Error> {
        let header = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let is_legacy = String::from_utf8_lossy(header).split(',').any(|name| name.trim() == "legacy_id");
        let columns = if is_legacy { ["legacy_id", "canonical_id"] } else { ["old", "new"] };
        let mut aliases = Vec::new();
        let mut known: HashMap<String, String> = HashMap::new();
        let rows = rows_with(table, text, &columns, &["kind", "confidence"]).map_err(|error| match is_legacy {
            // Neither pair is there.
            false if error.reason.ends_with("old, new") => {
                Error { reason: format!("{} (of models also legacy_id, canonical_id)", error.reason), ..error }
            }
            _ => error,
        })?;
        for row in rows {
            let (place, values) = row?;
            let wrong = |reason| Error { table: table.into(), place: place.clone(), reason };
            let [old, new, kind, confidence] = &values[..] else { continue };
            let scope = match kind.as_str() {
                "" | "model" => Scope::Model,
                "account" => Scope::Account,
                other => return Err(wrong(format!("kind {other:?} is none; use model or account"))),
            };
            let certainty = match confidence.as_str() {
                "" | "sure" => Certainty::Sure,
                "likely" => Certainty::Likely,
                other => return Err(wrong(format!("confidence {other:?} is none; use sure or likely"))),
            };
            for name in [old, new] {
                let id = ModelId::parse(name).map_err(|fault| wrong(format!("{name:?} is no model id: {fault}")))?;
                if scope == Scope::Account && id.owner().is_some() {
                    return Err(wrong(format!("{name:?} is no account: it has a slash; its kind may be model")));
                }
            }
            if scope == Scope::Model {
                without_circle(&mut known, old, new).map_err(wrong)?;
            }
            aliases.push(Alias { old: old.clone(), new: new.clone(), scope, certainty });
        }
        Ok(Aliases(aliases))
    }

    /// Finds the id to which the table leads from a model's old id, without regard to case. It is one step: the new id may be
    /// an old one itself.
    pub fn new_id(&self, id: &str) -> Option<&str> {
        let of_models = self.0.iter().filter(|alias| alias.scope == Scope::Model);
        of_models.rev().find(|alias| alias.old.eq_ignore_ascii_case(id)).map(|alias| alias.new.as_str())
    }

    /// Gives every row, in the table's order.
    pub fn iter(&self) -> impl Iterator<Item = &Alias> + Clone {
        self.0.iter()
    }
}

/// So often a model may have been renamed in a row.
const MOST_STEPS: usize = 100;

/// Notes an old id; it has one new id, and no circle is closed by it.
fn without_circle(known: &mut HashMap<String, String>, legacy: &str, canonical: &str) -> Result<(), String> {
    let (old, new) = (legacy.to_ascii_lowercase(), canonical.to_ascii_lowercase());
    if let Some(other) = known.get(&old).filter(|other| **other != new) {
        return Err(format!("{legacy} is an old id of {other} already; leave one of the two out"));
    }
    let (mut at, mut steps) = (&new, 0);
    while let Some(next) = known.get(at).filter(|_| *at != old) {
        steps += 1;
        if steps > MOST_STEPS {
            return Err(format!("{legacy} leads on through more than {MOST_STEPS} ids; leave out those between"));
        }
        at = next;
    }
    if *at == old {
        return Err(format!("{legacy} and {canonical} are old ids of each other; keep the row that holds"));
    }
    known.insert(old, new);
    Ok(())
}
