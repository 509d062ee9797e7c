use std::sync::OnceLock;

use crate::model::once;
use crate::reference::{self, Families, Publishers};
use crate::survey::References;

/// What the Hub does not say, and questions need: the tables inside the program, or others.
#[derive(Debug)]
pub struct Tables {
    families: Families,
    publishers: Option<Publishers>,
    all_families: OnceLock<Vec<reference::Family>>,
    references: OnceLock<References>,
}

impl Tables {
    /// The tables inside the program.
    ///
    /// # Errors
    /// Never, as a test shows.
    pub fn built_in() -> Result<Tables, reference::Error> {
        Ok(Tables::new(Families::built_in()?, None))
    }

    fn new(families: Families, publishers: Option<Publishers>) -> Tables {
        Tables { families, publishers, all_families: OnceLock::new(), references: OnceLock::new() }
    }

    /// The same with other families.
    #[must_use]
    pub fn with_families(self, families: Families) -> Tables {
        Tables::new(families, self.publishers)
    }

    /// The same with other publishers.
    #[must_use]
    pub fn with_publishers(self, publishers: Publishers) -> Tables {
        Tables::new(self.families, Some(publishers))
    }

    /// The families.
    pub fn families(&self) -> &Families {
        &self.families
    }

    /// The publishers.
    ///
    /// # Errors
    /// Never, as a test shows.
    pub fn publishers(&self) -> Result<Publishers, reference::Error> {
        self.publishers.clone().map_or_else(Publishers::built_in, Ok)
    }

    /// All tables, read when they are first asked for.
    ///
    /// # Errors
    /// If the families' expressions cannot be used.
    pub fn references(&self) -> Result<&References, reference::Error> {
        once(&self.references, || {
            let (families, publishers) = (self.all_families()?.to_vec(), self.publishers()?);
            Ok(References { families, publishers, ..References::built_in()? })
        })
    }

    /// Every family, with its expressions.
    ///
    /// # Errors
    /// If they cannot be used.
    pub fn all_families(&self) -> Result<&[reference::Family], reference::Error> {
        Ok(once(&self.all_families, || self.families.all())?)
    }
}
