use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use super::tables::Tables;
use super::{Cases, Chosen, Error, Meant, Naming, Near, Question, names};
use crate::census::{Burst, Census, Counted, Drawn, FamilyCount, Group, Listing, Measure, Part, Ranking};
#[cfg(feature = "export")]
use crate::export;
use crate::ink::{self, Place, Report, Section, Slide, plural};
use crate::lineage::{Lineage, Mirror};
use crate::provenance::{About, Blast, Books, Common, Hit, Siblings, Upstream, Verdicts, Why};
use crate::report::{self, Finding, Moved};
use crate::search;
use crate::snapshot::{Row, Snapshot};

/// An `Answer` holds facts together with the question that they answer, the snapshot that was asked and the tables that
/// stood beside it.
#[derive(Debug, Clone)]
pub struct Answer {
    question: Question,
    meant: Vec<Meant>,
    facts: Arc<Facts>,
    snapshot: Snapshot,
    tables: Arc<Tables>,
}

/// The `Facts` are what was found out. Numbers stay numbers; [`Answer::report`] says how they look.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Facts {
    /// A family was counted.
    Family {
        /// These are F1, F2 and F3 of the family, with their relations, owners and bursts.
        count: FamilyCount,
        /// This says whether the members' own derived models are counted with those of others.
        counted: Counted,
        /// This states the filter in sentences; it is empty if everything is followed and counted.
        words: String,
    },
    /// The models behind one count of a family were listed.
    Models {
        /// This is the family's name, or `owner/*`, or a model's id.
        family: String,
        /// This says which count the models stand behind: that of members, F1, F2 or F3.
        part: Part,
        /// These are the models, each with its relation towards the family.
        listing: Listing,
        /// The models were found by these links, after the filter.
        lineage: Lineage,
        /// This says whether the members' own derived models are listed with those of others.
        counted: Counted,
        /// This states the filter in sentences; it is empty if everything is followed and counted.
        words: String,
    },
    /// Models, owners or families were ranked.
    Ranking {
        /// These are the first rows, with how many there are in all.
        ranking: Ranking,
        /// This says what was ranked.
        group: Group,
        /// If only a family and what descends from it was looked at, this is its name.
        within: Option<String>,
        /// This states the filter in sentences, and for growth which days are recent; it is empty if there is nothing
        /// to state.
        words: String,
    },
    /// Models were searched for by words of their ids.
    Found {
        /// These are the models, and how many match.
        found: search::Found,
        /// Their counts are taken from this census of the whole snapshot.
        census: Arc<Census>,
        /// These are the links of the whole snapshot.
        lineage: Lineage,
        /// If nothing was found, these may be meant, where they were asked for.
        near: Vec<Near>,
    },
    /// A part of the lineage was drawn as a tree.
    Tree {
        /// The counts below each model are taken from this census of the whole snapshot, under the filter.
        census: Arc<Census>,
        /// These models were selected, also those that no line shows.
        chosen: Chosen,
        /// These are the lines of the tree, from the top down.
        drawn: Drawn,
        /// If the question named models by old ids, these are those ids, each with the one of today.
        renamed: Vec<(String, String)>,
        /// These sentences state the selection, what was left out of it, and the filter.
        words: String,
    },
    /// One section of the survey was made: an explanation, accounts, or what changed.
    Section {
        /// The section has its tables, pictures and definitions.
        section: Section,
        /// If this is set, programs are given the rows of the section's first table, and otherwise the whole section as
        /// one row.
        is_rows: bool,
    },
    /// Sections of the survey were made, as many as were asked for.
    Sections {
        /// The sections stand in the survey's order; the one about several snapshots comes last.
        sections: Vec<Section>,
    },
    /// What is odd in the snapshot was looked for.
    Findings {
        /// There is one finding for each kind. If the snapshot says what its records do not, that comes first
        /// ([`report::LIE`]).
        findings: Vec<Finding>,
        /// If only some models or kinds were asked for, a sentence says which, and a number says how many other cases
        /// there are.
        scope: Option<(String, u64)>,
    },
    /// Old names were listed.
    Aliases {
        /// Each old name stands with that of today; those whose renaming moved most links come first.
        moved: Vec<Moved>,
    },
    /// Bursts were listed: groups of many children of one parent within a day.
    Bursts {
        /// Each burst names its parent and what its children have in common.
        bursts: Vec<Burst>,
    },
    /// Mirrors were listed: models that somebody else uploaded again under the same name.
    Mirrors {
        /// Each mirror stands with the number of its descendants.
        mirrors: Vec<(Mirror, u64)>,
    },
    /// Everything was found that some models descend from.
    Upstream {
        /// These are the ancestors that the filter lists.
        upstream: Upstream,
        /// These are the links by which they were found, after the filter.
        lineage: Lineage,
        /// The models and ancestors are told of by these tables.
        books: Arc<Books>,
        /// This says which names are old, and which models of a list the snapshot does not know.
        naming: Naming,
        /// This states the filter in sentences; it is empty if everything is followed and listed.
        words: String,
    },
    /// It was found out how a model descends from another one.
    Why {
        /// These are the ways, or nothing if there is none.
        why: Option<Why>,
        /// This is the model, and then the ancestor.
        ends: [Row; 2],
        /// The models on the ways are told of by these tables.
        books: Arc<Books>,
        /// This says which names are old.
        naming: Naming,
        /// This states the filter in sentences; it is empty if everything is followed.
        words: String,
    },
    /// The nearest common ancestors of some models were found.
    Common {
        /// These are the ancestors, with their distances.
        common: Common,
        /// They are told of by these tables.
        books: Arc<Books>,
        /// This says which names are old, and which models of a list the snapshot does not know.
        naming: Naming,
        /// This states the filter in sentences; it is empty if everything is followed.
        words: String,
    },
    /// The other children of some models' parents were listed.
    Siblings {
        /// These are the siblings that the filter lists.
        siblings: Siblings,
        /// They are told of by these tables.
        books: Arc<Books>,
        /// This says which names are old, and which models of a list the snapshot does not know.
        naming: Naming,
        /// This states the filter in sentences; it is empty if everything is followed and listed.
        words: String,
    },
    /// It was found what descends from some bases.
    Blast {
        /// These are the bases, and all that descends from them.
        blast: Blast,
        /// These are the models that are counted, each with whether it was made after its bases went bad, if that is known.
        hits: Vec<(Hit, Option<bool>)>,
        /// These bases are ours themselves, where somebody says what is ours.
        own: Vec<Row>,
        /// If the models are counted and not listed, the counts stand in this section.
        section: Option<Section>,
        /// They are told of by these tables.
        books: Arc<Books>,
        /// This says which names are old, and which models of a list the snapshot does not know.
        naming: Naming,
        /// These sentences define the list, and state the filter.
        words: Vec<String>,
    },
    /// Verdicts on licences were found.
    Licences {
        /// These are the verdicts, with what the policy says.
        verdicts: Verdicts,
        /// Models of a list stand in these files and lines.
        places: HashMap<String, (String, u64)>,
        /// This says which names are old, and which models of a list the snapshot does not know.
        naming: Naming,
        /// This states the filter in sentences; it is empty if everything is followed.
        words: String,
    },
    /// A bill of materials was made, to be written ([`Answer::bom`]).
    #[cfg(feature = "export")]
    Bom {
        /// This is the bill.
        bom: export::Bom,
        /// These models were found that it is of.
        upstream: Upstream,
        /// They are told of by these tables.
        books: Arc<Books>,
        /// This says which names are old, and which models of a list the snapshot does not know: these are not in the bill.
        naming: Naming,
        /// This states the filter in sentences; it is empty if everything is followed.
        words: String,
    },
    /// A part of the lineage was selected, to be written as a graph ([`Answer::graph`]).
    #[cfg(feature = "export")]
    Graph {
        /// The counts below each model are taken from this census of the whole snapshot, under the filter.
        census: Arc<Census>,
        /// These models were selected.
        chosen: Chosen,
        /// These tables say of the models what the snapshot does not: families, publishers, old ids, classes of
        /// licences.
        tables: export::Tables,
        /// These sentences state the selection, what was left out of it, and the filter.
        words: String,
    },
}

impl Answer {
    pub(super) fn new(
        question: Question,
        meant: Vec<Meant>,
        facts: Arc<Facts>,
        snapshot: Snapshot,
        tables: Arc<Tables>,
    ) -> Answer {
        Answer { question, meant, facts, snapshot, tables }
    }

    /// Gives the question as it was asked.
    pub fn question(&self) -> &Question {
        &self.question
    }

    /// Gives the names in the question that are spelled otherwise than in the snapshot, each with the model that it means.
    pub fn meant(&self) -> &[Meant] {
        &self.meant
    }

    /// Gives what was found out, as data.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// Gives the snapshot that was asked.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// States how the facts are defined, one sentence after the other.
    ///
    /// # Errors
    /// There is none after [`Atlas::ask`](super::Atlas::ask), which made the report once.
    pub fn definition(&self) -> Result<Vec<String>, Error> {
        Ok(self.report()?.definition)
    }

    /// Writes the command line by which the program is asked the same. It names neither snapshot nor tables; a diff has
    /// EARLIER and LATER in the place of its snapshots.
    pub fn command(&self) -> String {
        self.question.command()
    }

    /// Writes the answer's citation: what was counted, under which definition, in which snapshot, and by which command.
    ///
    /// # Errors
    /// There is none after [`Atlas::ask`](super::Atlas::ask), which made the report once.
    pub fn cite(&self, format: ink::CitationFormat) -> Result<String, Error> {
        let (command, definition) = (self.command(), self.definition()?);
        Ok(ink::Citation { command: &command, definition: &definition, snapshot: &self.snapshot }.write(format))
    }

    /// Says of an answer about models which names are old, which models of a list the snapshot does not know, and what was laid over it.
    pub fn said(&self) -> Vec<String> {
        match &*self.facts {
            Facts::Upstream { naming, .. }
            | Facts::Why { naming, .. }
            | Facts::Common { naming, .. }
            | Facts::Siblings { naming, .. }
            | Facts::Blast { naming, .. }
            | Facts::Licences { naming, .. } => names::said(naming),
            #[cfg(feature = "export")]
            Facts::Bom { naming, .. } => names::said(naming),
            _ => Vec::new(),
        }
    }

    /// Makes rows for programs and blocks for people out of the facts.
    ///
    /// # Errors
    /// There is none after [`Atlas::ask`](super::Atlas::ask), which made the report once.
    pub fn report(&self) -> Result<Report<'_>, Error> {
        let mut report = self.found()?;
        if let Facts::Tree { renamed: names, .. } = &*self.facts
            && !names.is_empty()
        {
            report.beside.push(renamed(names));
        }
        if !self.meant.is_empty() {
            let names = self.meant.iter().map(|meant| {
                ink::Value::group([("asked", meant.asked.as_str().into()), ("id", ink::Value::from(meant.id.as_str()))])
            });
            report.beside.push(("named".into(), ink::Value::List(names.collect())));
        }
        Ok(report)
    }

    fn found(&self) -> Result<Report<'_>, Error> {
        Ok(match &*self.facts {
            Facts::Family { count, counted, words } => report::family(count, &self.snapshot, *counted, words),
            Facts::Models { family, part, listing, lineage, counted, words } => {
                report::models(family, *part, listing, lineage, *counted, words, self.most())?
            }
            Facts::Ranking { ranking, group, within, words } => {
                report::rank(ranking, *group, self.columns(), within.is_some(), words)
            }
            Facts::Found { found, census, lineage, near } => {
                report::found(found, census, lineage, &near.iter().map(ToString::to_string).collect::<Vec<_>>())?
            }
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
            Facts::Upstream { upstream, books, naming, words, .. } => {
                told(report::upstream(upstream, About::new(&self.snapshot, books)?, words), naming)
            }
            Facts::Why { why, ends, books, naming, words } => {
                told(report::why(why.as_ref(), *ends, About::new(&self.snapshot, books)?, words), naming)
            }
            Facts::Common { common, books, naming, words } => {
                told(report::common(common, About::new(&self.snapshot, books)?, words), naming)
            }
            Facts::Siblings { siblings, books, naming, words } => {
                told(report::siblings(siblings, About::new(&self.snapshot, books)?, words, self.most()), naming)
            }
            Facts::Blast { blast, hits, section, own, books, naming, words } => told(
                report::with_own(
                    match section {
                        Some(section) if section.tables.len() == 1 => section.rows(),
                        Some(section) => section.report(),
                        None => report::hits(blast, hits, About::new(&self.snapshot, books)?, words, self.most()),
                    },
                    own,
                    &self.snapshot,
                ),
                naming,
            ),
            Facts::Licences { verdicts, naming, words, .. } => told(report::licences(verdicts, words), naming),
            #[cfg(feature = "export")]
            Facts::Bom { upstream, books, naming, words, .. } => {
                told(report::upstream(upstream, About::new(&self.snapshot, books)?, words), naming)
            }
            #[cfg(feature = "export")]
            Facts::Graph { chosen, words, .. } => report::selection(&chosen.models, words),
        })
    }

    /// Makes one HTML page of the sections of a report, which loads nothing from elsewhere; any other question has no
    /// page. `files` is the folder of the tables beside the page, as its links should name it.
    ///
    /// # Errors
    /// There is none after [`Atlas::ask`](super::Atlas::ask), which read the same tables.
    pub fn page(&self, files: &str) -> Result<Option<String>, Error> {
        let Facts::Sections { sections } = &*self.facts else { return Ok(None) };
        Ok(Some(ink::page(sections, &self.tables.references()?.published, &self.snapshot, files)?))
    }

    /// Writes the sections of a report as HTML, to stand within a page, each as [`ink::figures`] does; any other question has none.
    /// Charts are told apart within the page by numbers, from `number` on.
    ///
    /// # Errors
    /// There is none after [`Atlas::ask`](super::Atlas::ask), which read the same tables.
    pub fn figures(&self, place: &Place<'_>, number: usize) -> Result<Option<String>, Error> {
        let Facts::Sections { sections } = &*self.facts else { return Ok(None) };
        let published = &self.tables.references()?.published;
        let charts = sections.iter().scan(number, |next, section| {
            let from = *next;
            *next += section.charts.len();
            Some(from)
        });
        Ok(Some(
            sections.iter().zip(charts).map(|(section, from)| ink::figures(section, published, place, from)).collect(),
        ))
    }

    /// Draws the answer: the counts of a family, a ranking, each chart of a report. Any other answer has none, nor has one in
    /// which there is nothing to see.
    ///
    /// # Errors
    /// There is none after [`Atlas::ask`](super::Atlas::ask), which made the report once.
    pub fn slides(&self) -> Result<Vec<Slide>, Error> {
        let (name, chart, definition, known) = match &*self.facts {
            Facts::Family { count, counted, words } => {
                ("family", report::family_chart(count), report::family_chart_definition(*counted, words), None)
            }
            Facts::Ranking { ranking, group, within, words } => {
                let known = report::rank_coverage(ranking);
                let definition = (!words.is_empty()).then(|| words.clone()).into_iter().collect();
                ("rank", report::rank_chart(ranking, *group, within.as_deref()), definition, known)
            }
            Facts::Sections { sections } => {
                return Ok(sections.iter().flat_map(|section| section.slides(&self.snapshot)).collect());
            }
            Facts::Section { section, .. } => return Ok(section.slides(&self.snapshot)),
            _ => return Ok(Vec::new()),
        };
        let known: Vec<String> = known.into_iter().collect();
        let slide = || Slide::new(name, chart.clone(), &definition, &known, &self.snapshot);
        Ok((!chart.is_empty()).then(slide).into_iter().collect())
    }

    /// Sets what was published beside what a section found, or gives nothing if nothing was published of it.
    ///
    /// # Errors
    /// There is none after [`Atlas::ask`](super::Atlas::ask), which read the same tables.
    pub fn compared(&self, section: &Section) -> Result<Option<ink::Table>, Error> {
        Ok(ink::compared(section, &self.tables.references()?.published))
    }

    /// The measures that a ranking shows, if any are named.
    fn columns(&self) -> &[Measure] {
        match &self.question {
            Question::Rank(asked) => &asked.columns,
            _ => &[],
        }
    }

    /// How many rows people are shown.
    fn most(&self) -> usize {
        let most = match &self.question {
            Question::Family(asked) => asked.most,
            Question::Check(asked) => asked.most,
            Question::Siblings(asked) => asked.most,
            Question::Blast(asked) => asked.most,
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

/// Adds which names are old, which models of a list the snapshot does not know, and what was laid over it.
fn told<'r>(mut report: Report<'r>, naming: &Naming) -> Report<'r> {
    let said = names::said(naming);
    report.blocks.extend((!said.is_empty()).then(|| ink::Block::Line(said.join("\n"))));
    let texts = |texts: &mut dyn Iterator<Item = &str>| ink::Value::List(texts.map(Into::into).collect());
    if !naming.renamed.is_empty() {
        report.beside.push(renamed(&naming.renamed));
    }
    if !naming.missing.is_empty() {
        let ids = texts(&mut naming.missing.iter().map(|missing| missing.entry.id.as_str()));
        report.beside.push(("unknown".into(), ids));
    }
    if !naming.remarks.is_empty() {
        report.beside.push(("remarks".into(), texts(&mut naming.remarks.iter().map(String::as_str))));
    }
    report
}

/// Old ids with those of today, for programs.
fn renamed(names: &[(String, String)]) -> (Cow<'static, str>, ink::Value) {
    let names = names.iter().map(|(old, today)| {
        ink::Value::group([("old", old.as_str().into()), ("today", ink::Value::from(today.as_str()))])
    });
    ("renamed".into(), ink::Value::List(names.collect()))
}
