//! The map of a snapshot, or of a part of it.

use std::sync::Arc;

use super::{Atlas, Begin, Error, Filter, Select};
use crate::explorer::{Books, Forest, Part, Place};
use crate::model::once;
use crate::reference::{Aliases, Licences};

impl Atlas {
    /// Gives the map of all models that have a link. It is made once.
    ///
    /// # Errors
    /// [`Error::Counting`] if a column is not as it was written.
    pub fn forest(&self) -> Result<&Arc<Forest>, Error> {
        once(self.known_forest(), || {
            let census = self.census(&Filter::default())?;
            Ok(Arc::new(Forest::plant(&census, self.shelf()?, None)?))
        })
    }

    /// Makes the map of a part of the lineage: of a family, or of models and what descends from them.
    ///
    /// # Errors
    /// Those of [`Atlas::choose`].
    pub fn forest_of(&self, begin: &Begin) -> Result<Arc<Forest>, Error> {
        if *begin == Begin::All {
            return self.forest().cloned();
        }
        let (chosen, census) = self.choose(&Select::new(begin.clone()), &Filter::default())?;
        let snapshot = chosen.models.lineage().snapshot();
        let start = match (begin, chosen.models.start()) {
            (Begin::Family(name), _) => self
                .tables()
                .families()
                .names()
                .find(|known| known.eq_ignore_ascii_case(name))
                .map(|name| Place::Family(name.into())),
            (_, [row]) => Some(Place::Model(snapshot.id(*row).into())),
            _ => None,
        };
        let part = Part { title: chosen.title.clone(), start: start.unwrap_or(Place::Hub) };
        Ok(Arc::new(Forest::plant(&census, self.shelf()?, Some((part, chosen.models)))?))
    }

    fn shelf(&self) -> Result<Books, Error> {
        let tables = self.tables();
        Ok(Books {
            families: tables.all_families()?.to_vec(),
            publishers: tables.publishers()?,
            aliases: Aliases::built_in()?,
            licences: Licences::built_in()?,
        })
    }
}
