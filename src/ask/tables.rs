use std::sync::OnceLock;

use crate::model::once;
use crate::reference::{self, Bases, Families, Publishers, Terms};
use crate::survey::References;

/// The `Tables` say what questions need and the Hub does not tell: families, publishers and the other references. They
/// are those inside the program, but for what somebody brought.
#[derive(Debug)]
pub struct Tables {
    families: Families,
    publishers: Option<Publishers>,
    all_families: OnceLock<Vec<reference::Family>>,
    references: OnceLock<References>,
    terms: OnceLock<Terms>,
    bases: OnceLock<Bases>,
}

impl Tables {
    /// Makes the tables inside the program.
    ///
    /// # Errors
    /// There is none with the program's own tables, as a test shows.
    pub fn built_in() -> Result<Tables, reference::Error> {
        Ok(Tables::new(Families::built_in()?, None))
    }

    fn new(families: Families, publishers: Option<Publishers>) -> Tables {
        let (all_families, references, terms, bases) = Default::default();
        Tables { families, publishers, all_families, references, terms, bases }
    }

    /// Puts other families in the place of the program's own.
    #[must_use]
    pub fn with_families(self, families: Families) -> Tables {
        Tables { families, all_families: OnceLock::new(), references: OnceLock::new(), ..self }
    }

    /// Puts other publishers in the place of the program's own.
    #[must_use]
    pub fn with_publishers(self, publishers: Publishers) -> Tables {
        Tables { publishers: Some(publishers), references: OnceLock::new(), ..self }
    }

    /// Puts other terms of licences in the place of the program's own.
    #[must_use]
    pub fn with_terms(self, terms: Terms) -> Tables {
        Tables { terms: OnceLock::from(terms), ..self }
    }

    /// Gives the terms of licences. They are read when they are first asked for.
    ///
    /// # Errors
    /// There is none with the program's own table, as a test shows.
    pub fn terms(&self) -> Result<&Terms, reference::Error> {
        once(&self.terms, Terms::built_in)
    }

    /// Gives the licences of models that declare `other`. They are read when they are first asked for.
    ///
    /// # Errors
    /// There is none, as a test shows.
    pub fn bases(&self) -> Result<&Bases, reference::Error> {
        once(&self.bases, Bases::built_in)
    }

    /// Gives the families by their names; their rules are compiled when they are asked for.
    pub fn families(&self) -> &Families {
        &self.families
    }

    /// Gives who stands behind accounts.
    ///
    /// # Errors
    /// There is none with the program's own table, as a test shows.
    pub fn publishers(&self) -> Result<Publishers, reference::Error> {
        self.publishers.clone().map_or_else(Publishers::built_in, Ok)
    }

    /// Gives all tables that a survey needs. They are read when they are first asked for.
    ///
    /// # Errors
    /// It fails if the rule of a family does not compile.
    pub fn references(&self) -> Result<&References, reference::Error> {
        once(&self.references, || {
            let (families, publishers) = (self.all_families()?.to_vec(), self.publishers()?);
            Ok(References { families, publishers, ..References::built_in()? })
        })
    }

    /// Gives every family with its rule compiled, in the table's order.
    ///
    /// # Errors
    /// It fails if the rule of a family does not compile.
    pub fn all_families(&self) -> Result<&[reference::Family], reference::Error> {
        Ok(once(&self.all_families, || self.families.all())?)
    }
}
