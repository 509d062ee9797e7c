//! A part of the lineage, to be written as a graph.

use super::{Answer, Atlas, Bom, Error, Export, Facts, names};
use crate::census::Kin;
use crate::export::{self, ColorBy, Extra, Graph, Lead, Paint, Tables};
use crate::provenance::{self, About, Judge, Policy};
use crate::reference::{Aliases, Licences, TermSet};

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

impl Atlas {
    pub(super) fn bom(&self, asked: &Bom) -> Result<Facts, Error> {
        let lineage = self.links(&asked.filter)?;
        let mut naming = self.naming();
        let rows = naming.find_all(&asked.models, &lineage)?;
        if rows.is_empty() {
            return Err(Error::NothingLeft { words: names::said(&naming).join(" ") });
        }
        let upstream = provenance::Upstream::of(&lineage, &rows);
        let (terms, bases, policy) = (self.tables().terms()?, self.tables().bases()?, Policy::default());
        let judge = Judge::of(&lineage, terms, bases, &policy, &rows)?;
        let mut extra = Extra::default();
        for row in upstream.rows() {
            let stated = judge.stated(row);
            let known = stated.known().map(|at| terms.licences()[at].terms).fold(TermSet::NONE, TermSet::or);
            let told = if stated.is_known() { known.to_string() } else { "not known".into() };
            let told = if told.is_empty() { "none".into() } else { told };
            extra.properties.insert(row, vec![("licence:terms".into(), told)]);
        }
        for row in &rows {
            let verdict = judge.model(*row).verdict.name().to_owned();
            let own = [("licence:verdict".into(), verdict), ("licence:rules".into(), judge.rules().to_owned())];
            extra.properties.entry(*row).or_default().extend(own);
        }
        let books = self.books()?;
        let bom = export::Bom::new(&lineage, &upstream, &About::new(self.snapshot(), &books)?, &extra)?;
        Ok(Facts::Bom { bom, upstream, books, naming, words: asked.filter.words() })
    }
}

impl Answer {
    /// Gives the bill of materials that a question asked for, to be written in any of its formats. Any other question has none.
    pub fn bom(&self) -> Option<&export::Bom> {
        match self.facts() {
            Facts::Bom { bom, .. } => Some(bom),
            _ => None,
        }
    }

    /// Makes the graph that an export asked for, to be written in any format. Any other question has none.
    ///
    /// # Errors
    /// There is an [`Error::Counting`] if a column that nodes show is not as it was written; [`Atlas::ask`] read all of
    /// the file before.
    pub fn graph(&self) -> Result<Option<Graph<'_>>, Error> {
        let Facts::Graph { census, chosen, tables, words } = self.facts() else { return Ok(None) };
        let program = concat!("modelkin ", env!("CARGO_PKG_VERSION")).to_owned();
        let about =
            export::About { title: chosen.title.clone(), selection: words.clone(), program, written: Vec::new() };
        Ok(Some(Graph::new(census, &chosen.models, tables, about)?))
    }

    /// Draws the models of a tree as SVG that stands inside a page, merges with all their parents, and says how many pixels it is wide.
    /// Any other question has no drawing. A `Lead` says where the id of a model leads.
    ///
    /// # Errors
    /// There is an [`Error::Counting`] if a column that nodes show is not as it was written.
    pub fn drawing(&self, lead: Lead<'_>) -> Result<Option<(String, u64)>, Error> {
        let Facts::Tree { census, chosen, .. } = self.facts() else { return Ok(None) };
        // What colours tell is the relation, of which no table says anything.
        let tables = Tables::default();
        let (title, selection) = (chosen.title.clone(), chosen.words.join(" "));
        let about = export::About { title, selection, program: String::new(), written: Vec::new() };
        let graph = Graph::new(census, &chosen.models, &tables, about)?;
        Ok(Some(graph.inside(&Paint::new(&graph, ColorBy::Relation), lead)))
    }
}
