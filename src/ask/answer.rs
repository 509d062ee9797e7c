use std::sync::Arc;

use super::{Chosen, Error, Question};
use crate::census::{Census, Counted, Drawn, FamilyCount, Group, Listing, Part, Ranking};
use crate::ink::{Report, Section};
use crate::lineage::Lineage;
use crate::report;
use crate::snapshot::Snapshot;

/// An answer: facts, their definition, the snapshot that they are of, and how they are asked again.
#[derive(Debug, Clone)]
pub struct Answer {
    question: Question,
    facts: Facts,
    snapshot: Snapshot,
}

/// What was found out. Numbers are numbers; how they look is said by [`Answer::report`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Facts {
    /// The counts of a family.
    Family {
        /// The counts.
        count: FamilyCount,
        /// Whether members count.
        counted: Counted,
        /// The filter in words.
        words: String,
    },
    /// The models of a part of a family.
    Models {
        /// The family's name.
        family: String,
        /// Which part.
        part: Part,
        /// The models.
        listing: Listing,
        /// The links by which they are its models.
        lineage: Lineage,
        /// Whether members count.
        counted: Counted,
        /// The filter in words.
        words: String,
    },
    /// A ranking.
    Ranking {
        /// The ranking.
        ranking: Ranking,
        /// What is ranked.
        group: Group,
        /// The filter in words.
        words: String,
    },
    /// A part of the lineage as a tree.
    Tree {
        /// The counts below each model.
        census: Arc<Census>,
        /// Which models were chosen.
        chosen: Chosen,
        /// What is drawn of them.
        drawn: Drawn,
        /// The old id that was asked for, and that of today.
        renamed: Option<(String, String)>,
        /// The selection and the filter in words.
        words: String,
    },
    /// A section of the survey.
    Section {
        /// The section.
        section: Section,
        /// Whether its one table is the answer.
        is_rows: bool,
    },
}

impl Answer {
    pub(super) fn new(question: Question, facts: Facts, snapshot: Snapshot) -> Answer {
        Answer { question, facts, snapshot }
    }

    /// The question.
    pub fn question(&self) -> &Question {
        &self.question
    }

    /// What was found out.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// The snapshot that was asked.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// How the facts are defined, a sentence each.
    ///
    /// # Errors
    /// None after [`Atlas::ask`](super::Atlas::ask), which asked for it.
    pub fn definition(&self) -> Result<Vec<String>, Error> {
        Ok(self.report()?.definition)
    }

    /// The command of the program that asks the same again, of the same snapshot by its digest.
    pub fn command(&self) -> String {
        self.question.command()
    }

    /// Rows for programs and blocks for people.
    ///
    /// # Errors
    /// None after [`Atlas::ask`](super::Atlas::ask), which asked for it.
    pub fn report(&self) -> Result<Report<'_>, Error> {
        Ok(match &self.facts {
            Facts::Family { count, counted, words } => report::family(count, &self.snapshot, *counted, words),
            Facts::Models { family, part, listing, lineage, counted, words } => {
                let most = match &self.question {
                    Question::Family(asked) => asked.most,
                    _ => None,
                };
                report::models(family, *part, listing, lineage, *counted, words, most.unwrap_or(usize::MAX))?
            }
            Facts::Ranking { ranking, group, words } => report::rank(ranking, *group, words),
            Facts::Tree { census, chosen, drawn, words, .. } => report::show(census, drawn, chosen.reach, words),
            Facts::Section { section, is_rows: true } => section.rows(),
            Facts::Section { section, .. } => section.report(),
        })
    }
}
