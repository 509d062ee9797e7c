//! Questions that a survey answers.

use super::{Atlas, Diff, Error, Explain, Facts, Filter, Owners, Report, names};
use crate::census::{self, Census, members};
use crate::ink::Section;
use crate::lineage::Lineage;
use crate::snapshot::{Snapshot, nearest};
use crate::survey::{self, Survey};

impl Atlas {
    pub(super) fn explain(&self, asked: &Explain) -> Result<Facts, Error> {
        let lineage = self.lineage()?;
        let family = names::family(&asked.name, self.tables().families(), &lineage)?;
        if members(&family, &lineage)?.is_empty() {
            return Err(Error::NoMember { name: family.name });
        }
        let words: Vec<&str> = asked.words.iter().map(String::as_str).collect();
        let section = self.survey(|survey| survey.explain(&family, &asked.name, &words))?;
        Ok(Facts::Section { section, is_rows: false })
    }

    pub(super) fn owners(&self, asked: &Owners) -> Result<Facts, Error> {
        let most = asked.most.unwrap_or(usize::MAX);
        let section = self.survey(|survey| survey.accounts(|publisher| !asked.unknown || publisher.is_none(), most))?;
        Ok(Facts::Section { section, is_rows: true })
    }

    pub(super) fn report(&self, asked: &Report) -> Result<Facts, Error> {
        let wanted = asked.wanted();
        let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|(section, _)| *section == name);
        if self.earlier().is_empty() && wanted.iter().any(|(section, _)| *section == survey::SERIES) {
            return Err(Error::NoSeries);
        }
        let references = self.tables().references()?;
        let (lineage, census) = (self.links(&asked.filter)?, self.census(&asked.filter)?);
        let survey = Survey::new(&lineage, &census, references)?;
        let mut sections = survey.sections(is_wanted)?;
        if !self.earlier().is_empty() && is_wanted(survey::SERIES) {
            let before = self.before(self.earlier(), &asked.filter)?;
            let surveys = before.iter().map(|(lineage, census)| Survey::new(lineage, census, references));
            let surveys = surveys.chain([Ok(survey)]).collect::<Result<Vec<_>, _>>()?;
            sections.push(survey::series(&surveys)?);
        }
        for section in &mut sections {
            let named: Vec<Option<&str>> =
                wanted.iter().filter(|(name, _)| *name == section.name).map(|(_, table)| *table).collect();
            let tables: Vec<&str> = named.iter().copied().flatten().collect();
            // A section that is named without a table is meant as a whole.
            leave(section, &tables, named.contains(&None))?;
        }
        if asked.filter != Filter::default() {
            sections.iter_mut().for_each(|section| section.confine(asked.filter.words()));
        }
        Ok(Facts::Sections { sections })
    }

    pub(super) fn diff(&self, asked: &Diff) -> Result<Facts, Error> {
        // Of several the last one alone is compared, and counted.
        let last = self.earlier().last().map(std::slice::from_ref).ok_or(Error::NothingBefore)?;
        let before = self.before(last, &Filter::default())?;
        let (lineage, census) = before.last().ok_or(Error::NothingBefore)?;
        let before = Survey::new(lineage, census, self.tables().references()?)?;
        let mut section = self.survey(|survey| survey.since(&before))?;
        if let Some(table) = &asked.table {
            leave(&mut section, &[table], false)?;
        }
        let digest = lineage.snapshot().provenance().short_digest();
        section.definition.push(format!("Compared with the snapshot {digest}."));
        Ok(Facts::Section { section, is_rows: asked.table.is_some() })
    }

    /// Asks a survey of all links.
    fn survey<T>(&self, ask: impl FnOnce(&Survey<'_>) -> Result<T, census::Error>) -> Result<T, Error> {
        let census = self.census(&Filter::default())?;
        let lineage = self.lineage()?;
        Ok(ask(&Survey::new(&lineage, &census, self.tables().references()?)?)?)
    }

    /// Snapshots before this one, under a filter.
    pub(super) fn before(&self, snapshots: &[Snapshot], filter: &Filter) -> Result<Vec<(Lineage, Census)>, Error> {
        let counted = |snapshot: &Snapshot| {
            let lineage = filter.links(&Lineage::from_snapshot(snapshot)?);
            let census = Census::count(&lineage, &self.counting(filter))?;
            Ok((lineage, census))
        };
        snapshots.iter().map(counted).collect()
    }
}

/// Leaves the named tables of a section alone, if any is named and not the whole section.
pub(super) fn leave(section: &mut Section, tables: &[&str], is_whole: bool) -> Result<(), Error> {
    let known = || section.tables.iter().map(|table| table.name);
    if let Some(unknown) = tables.iter().find(|table| !known().any(|known| known == **table)) {
        return Err(Error::NoTable {
            section: section.name,
            name: (*unknown).to_owned(),
            known: known().map(str::to_owned).collect(),
            near: nearest(unknown, known(), 1).first().map(|near| (*near).to_owned()),
        });
    }
    if !tables.is_empty() && !is_whole {
        section.tables.retain(|table| tables.contains(&table.name));
    }
    Ok(())
}
