use std::borrow::Cow;
use std::sync::Arc;

use super::facts::Facts;
use super::tables::Tables;
use super::{Cases, Error, Meant, Naming, Question, names};
use crate::census::Measure;
use crate::ink::{self, Place, Report, Section, Slide, plural};
use crate::provenance::About;
use crate::report::{self, Finding};
use crate::snapshot::Snapshot;

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
