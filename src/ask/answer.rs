use std::sync::Arc;

use super::tables::Tables;
use super::{Cases, Chosen, Error, Question};
use crate::census::{Burst, Census, Counted, Drawn, FamilyCount, Group, Listing, Part, Ranking};
#[cfg(feature = "export")]
use crate::export;
use crate::ink::{self, Report, Section, plural};
use crate::lineage::{Lineage, Mirror};
use crate::report::{self, Finding, Moved};
use crate::snapshot::Snapshot;

/// An answer: facts, their definition, the snapshot that they are of, and how they are asked again.
#[derive(Debug, Clone)]
pub struct Answer {
    question: Question,
    facts: Facts,
    snapshot: Snapshot,
    tables: Arc<Tables>,
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
    /// Sections of the survey.
    Sections {
        /// The sections.
        sections: Vec<Section>,
    },
    /// What is odd in the snapshot.
    Findings {
        /// Each kind with its cases; the first is of what the snapshot says and its records do not ([`report::LIE`]), if there is any.
        findings: Vec<Finding>,
        /// If not everything was asked for: what was, in a sentence, and how many other cases there are.
        scope: Option<(String, u64)>,
    },
    /// Old names, those that moved most links first.
    Aliases {
        /// Each with that of today.
        moved: Vec<Moved>,
    },
    /// Groups of many children of one parent within a day.
    Bursts {
        /// The groups.
        bursts: Vec<Burst>,
    },
    /// Models that are another model under its own name, by somebody else.
    Mirrors {
        /// Each with its descendants.
        mirrors: Vec<(Mirror, u64)>,
    },
    /// A part of the lineage, to be written as a graph ([`Answer::graph`]).
    #[cfg(feature = "export")]
    Graph {
        /// The counts below each model.
        census: Arc<Census>,
        /// Which models were chosen.
        chosen: Chosen,
        /// What is known of them beside the snapshot.
        tables: export::Tables,
        /// The selection and the filter in words.
        words: String,
    },
}

impl Answer {
    pub(super) fn new(question: Question, facts: Facts, snapshot: Snapshot, tables: Arc<Tables>) -> Answer {
        Answer { question, facts, snapshot, tables }
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
                report::models(family, *part, listing, lineage, *counted, words, self.most())?
            }
            Facts::Ranking { ranking, group, words } => report::rank(ranking, *group, words),
            Facts::Tree { census, chosen, drawn, words, .. } => report::show(census, drawn, chosen.reach, words),
            Facts::Section { section, is_rows: true } => section.rows(),
            Facts::Section { section, .. } => section.report(),
            Facts::Sections { sections } => {
                ink::report(sections, &self.tables.references()?.published, &self.snapshot)?
            }
            Facts::Findings { findings, scope } => self.findings(findings, scope.as_ref()),
            Facts::Aliases { moved } => report::aliases(moved, self.most()),
            Facts::Bursts { bursts } => report::bursts(bursts, &self.snapshot, self.most())?,
            Facts::Mirrors { mirrors } => report::mirrors(mirrors, &self.snapshot, self.most()),
            #[cfg(feature = "export")]
            Facts::Graph { chosen, words, .. } => report::selection(&chosen.models, words),
        })
    }

    /// The sections of a report as one page that asks for nothing else; none of any other question. `files` is the folder of the
    /// tables beside it, as the page should name it.
    ///
    /// # Errors
    /// None after [`Atlas::ask`](super::Atlas::ask), which asked for it.
    pub fn page(&self, files: &str) -> Result<Option<String>, Error> {
        let Facts::Sections { sections } = &self.facts else { return Ok(None) };
        Ok(Some(ink::page(sections, &self.tables.references()?.published, &self.snapshot, files)?))
    }

    /// What was published beside what a section found, if anything was.
    ///
    /// # Errors
    /// None after [`Atlas::ask`](super::Atlas::ask), which asked for it.
    pub fn compared(&self, section: &Section) -> Result<Option<ink::Table>, Error> {
        Ok(ink::compared(section, &self.tables.references()?.published))
    }

    /// How many rows people are shown.
    fn most(&self) -> usize {
        let most = match &self.question {
            Question::Family(asked) => asked.most,
            Question::Check(asked) => asked.most,
            _ => None,
        };
        most.unwrap_or(usize::MAX)
    }

    fn findings(&self, findings: &[Finding], scope: Option<&(String, u64)>) -> Report<'_> {
        let list = match &self.question {
            Question::Check(asked) => asked.list.as_ref(),
            _ => None,
        };
        let wanted = match list {
            Some(Cases::Kind(name)) => report::kind(name),
            _ => None,
        };
        let mut report = match list {
            None => report::check(findings, self.snapshot.provenance().crawl.as_ref()),
            Some(_) => {
                report::list(findings.iter().filter(|finding| wanted.is_none_or(|wanted| finding.kind == wanted)))
            }
        };
        if let Some((words, left_out)) = scope {
            report.definition.push(format!("{words} Left out: {}.", plural(*left_out, "other case")));
            report.beside.push(("left_out".into(), (*left_out).into()));
        }
        report
    }
}
