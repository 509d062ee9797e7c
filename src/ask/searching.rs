//! Models by words of their ids.

use super::names::{self, Unknown, What};
use super::{Atlas, Error, Facts, Filter, Search};
use crate::search::Words;
use crate::source;

impl Atlas {
    pub(super) fn search(&self, asked: &Search) -> Result<Facts, Error> {
        let (finder, lineage) = (self.finder()?, self.lineage()?);
        let text = match source::model_at(&asked.text) {
            Some(address) => address
                .map_err(|fault| Unknown { wanted: asked.text.clone(), what: What::Address(fault), near: Vec::new() })?
                .to_string(),
            None => asked.text.trim().to_owned(),
        };
        let found = finder.find(&Words::new(&text), lineage.row(&text), asked.most)?;
        let near = match asked.nearest && found.rows.is_empty() {
            true => names::unknown(&text, What::Any, self.tables().families(), &lineage).near,
            false => Vec::new(),
        };
        Ok(Facts::Found { found, census: self.census(&Filter::default())?, lineage, near })
    }
}
