//! Names as people type them: an address, an id without its owner. They are settled before a question is answered, so that they mean
//! the same in every question; what is spelled as the snapshot has it is left as it is, and so is whatever stands in somebody's list.

use super::names::{self, How, Meant, Near, Unknown, What};
use super::{Atlas, Begin, Error, Filter, Flows, Question, Rank, Select};
use crate::source;

/// From more models than this no walk is begun: they are counted together.
const FEW: usize = 64;

/// What a name may be of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    /// A family of the rules, an owner, a model or a pattern of ids.
    Any,
    /// A model alone.
    Model,
}

impl Atlas {
    /// The question with its names as the snapshot has them, and what was found for those that were typed otherwise.
    pub(super) fn settled(&self, question: &Question) -> Result<(Question, Vec<Meant>), Error> {
        let mut question = question.clone();
        let mut meant = Vec::new();
        for (of, name) in names_in(&mut question) {
            self.settle(of, name, &mut meant)?;
        }
        Ok((question, meant))
    }

    /// The same of a selection.
    pub(super) fn settled_selection(&self, selection: &Select) -> Result<Select, Error> {
        let mut selection = selection.clone();
        for (of, name) in of_selection(&mut selection) {
            self.settle(of, name, &mut Vec::new())?;
        }
        Ok(selection)
    }

    /// Finds the model that a name means, by its id, its address, or its name without an owner.
    ///
    /// # Errors
    /// [`Error::Unknown`] if there is none, or no single one, and [`Error::Counting`].
    pub fn model(&self, name: &str) -> Result<String, Error> {
        let mut name = name.to_owned();
        self.settle(Of::Model, &mut name, &mut Vec::new())?;
        Ok(name)
    }

    fn settle(&self, of: Of, name: &mut String, meant: &mut Vec<Meant>) -> Result<(), Error> {
        if self.is_plain(of, name) {
            return Ok(());
        }
        let asked = name.trim().to_owned();
        let mut wanted = asked.clone();
        let mut how = None;
        if let Some(address) = source::model_at(&asked) {
            let id = address.map_err(|fault| Unknown {
                wanted: asked.clone(),
                what: What::Address(fault),
                near: Vec::new(),
            })?;
            (wanted, how) = (id.to_string(), Some(How::Address));
        }
        // An address may have a `?` in it.
        let is_pattern = how.is_none() && of == Of::Any && names::is_pattern(&wanted);
        if !is_pattern && !self.is_plain(of, &wanted) {
            let (id, found) = self.called(of, &wanted)?;
            (wanted, how) = (id, Some(found));
        }
        if let Some(how) = how {
            meant.push(Meant { asked, id: wanted.clone(), how });
        }
        *name = wanted;
        Ok(())
    }

    /// Whether a name is one as it stands.
    fn is_plain(&self, of: Of, name: &str) -> bool {
        let is_model = self.snapshot().find(name).is_some();
        is_model
            || of == Of::Any
                && (name.ends_with("/*")
                    || self.tables().families().names().any(|known| known.eq_ignore_ascii_case(name))
                    || !self.snapshot().owned_by(name).is_empty())
    }

    /// The family with that word in its name, or the model of that name, whoever's it is: the one with most descendants. Families that
    /// are called so are not passed over for it.
    fn called(&self, of: Of, name: &str) -> Result<(String, How), Error> {
        let (families, lineage) = (self.tables().families(), self.names()?);
        let snapshot = lineage.snapshot();
        let what = if of == Of::Any { What::Any } else { What::Model };
        let unknown = |what| Error::from(names::unknown(name, what, families, &lineage));
        let lower = name.to_ascii_lowercase();
        let is_family = |family: &&str| match of {
            Of::Any => family.to_ascii_lowercase().split(' ').any(|word| word == lower),
            Of::Model => family.eq_ignore_ascii_case(name),
        };
        let called: Vec<&str> = families.names().filter(is_family).collect();
        match called[..] {
            [family] if of == Of::Any => return Ok((family.to_owned(), How::Family)),
            [] if !name.contains('/') => (),
            _ => return Err(unknown(what)),
        }
        let rows = snapshot.called(name);
        let parents = rows.iter().filter(|row| !lineage.is_leaf(**row)).count();
        let weighed = match parents <= FEW {
            true => lineage.weighed(rows.into_iter()),
            false => {
                let census = self.census(&Filter::default())?;
                let mut weighed: Vec<_> = rows.into_iter().map(|row| (row, census.facts(row).descendants)).collect();
                weighed.sort_by_key(|(row, descendants)| (std::cmp::Reverse(*descendants), *row));
                weighed
            }
        };
        let others = weighed.len() as u64;
        match weighed[..] {
            [] => Err(unknown(what)),
            [(_, first), (_, second), ..] if first == second => {
                let near = |(row, descendants): &(_, u64)| Near::Model(snapshot.id(*row).to_owned(), *descendants);
                let near = weighed.iter().take(5).map(near).collect();
                Err(Unknown { wanted: name.to_owned(), what: What::Several(others), near }.into())
            }
            [(row, descendants), ..] => {
                Ok((snapshot.id(row).to_owned(), How::Name { descendants, others: others - 1 }))
            }
        }
    }
}

/// The names in a question, but those in lists, which are meant as they stand there.
fn names_in(question: &mut Question) -> Vec<(Of, &mut String)> {
    match question {
        Question::Family(asked) => vec![(Of::Any, &mut asked.name)],
        Question::Explain(asked) => vec![(Of::Any, &mut asked.name)],
        Question::Show(asked) => of_selection(&mut asked.selection),
        #[cfg(feature = "export")]
        Question::Export(asked) => of_selection(&mut asked.selection),
        Question::Check(asked) => asked.below.iter_mut().map(|id| (Of::Model, id)).collect(),
        Question::Upstream(asked) => of_models(&mut asked.models.ids),
        Question::Common(asked) => of_models(&mut asked.models.ids),
        Question::Siblings(asked) => of_models(&mut asked.models.ids),
        Question::Licences(asked) => of_models(&mut asked.models.ids),
        #[cfg(feature = "export")]
        Question::Bom(asked) => of_models(&mut asked.models.ids),
        Question::Why(asked) => vec![(Of::Model, &mut asked.model), (Of::Model, &mut asked.ancestor)],
        Question::Blast(asked) => {
            let family = asked.family.iter_mut().map(|name| (Of::Any, name));
            of_models(&mut asked.models.ids).into_iter().chain(family).collect()
        }
        Question::Compare(asked) => asked.names.iter_mut().map(|name| (Of::Any, name)).collect(),
        Question::Rank(Rank { within, .. }) | Question::Flows(Flows { within, .. }) => {
            within.iter_mut().map(|name| (Of::Any, name)).collect()
        }
        // What is searched for need not be a name.
        Question::Search(_) | Question::Owners(_) | Question::Report(_) | Question::Diff(_) => Vec::new(),
    }
}

fn of_models(ids: &mut [String]) -> Vec<(Of, &mut String)> {
    ids.iter_mut().map(|id| (Of::Model, id)).collect()
}

fn of_selection(selection: &mut Select) -> Vec<(Of, &mut String)> {
    match &mut selection.begin {
        Begin::Family(name) => vec![(Of::Any, name)],
        Begin::Below(ids) | Begin::Above(ids) | Begin::Around(ids) => {
            ids.names_mut().map(|id| (Of::Model, id)).collect()
        }
        Begin::All => Vec::new(),
    }
}
