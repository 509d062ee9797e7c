//! A part of the lineage, to be written as a graph.

use super::{Answer, Atlas, Error, Export, Facts};
use crate::census::Kin;
use crate::export::{About, Graph, Tables};
use crate::reference::{Aliases, Licences};

impl Atlas {
    pub(super) fn export(&self, asked: &Export) -> Result<Facts, Error> {
        // An export goes out as it is made.
        self.snapshot().verify()?;
        let (chosen, census) = self.choose(&asked.selection, &asked.filter)?;
        let selection = &chosen.models;
        let mut rows = selection.rows().to_vec();
        rows.extend(selection.groups().iter().flat_map(|group| group.models.iter().copied()));
        rows.sort_unstable();
        let tables = Tables {
            kin: Kin::find(self.tables().all_families()?, selection.lineage(), &rows)?,
            publishers: self.tables().publishers()?,
            aliases: Aliases::built_in()?,
            licences: Licences::built_in()?,
        };
        let words = [chosen.words.join(" "), asked.filter.words()].join(" ").trim_end().to_owned();
        Ok(Facts::Graph { census, chosen, tables, words })
    }
}

impl Answer {
    /// Makes the graph that an export asked for, to be written in any format. Any other question has none.
    ///
    /// # Errors
    /// There is an [`Error::Counting`] if a column that nodes show is not as it was written; [`Atlas::ask`] read all of
    /// the file before.
    pub fn graph(&self) -> Result<Option<Graph<'_>>, Error> {
        let Facts::Graph { census, chosen, tables, words } = self.facts() else { return Ok(None) };
        let program = concat!("modelkin ", env!("CARGO_PKG_VERSION")).to_owned();
        let about = About { title: chosen.title.clone(), selection: words.clone(), program, written: Vec::new() };
        Ok(Some(Graph::new(census, &chosen.models, tables, about)?))
    }
}
