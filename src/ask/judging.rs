//! What models state of their licences, beside the terms of what they descend from.

use std::collections::HashMap;
use std::io::{self, Write};

use super::{Answer, Atlas, Error, Facts, Licences, names};
use crate::ink;
use crate::provenance::{About, Judge, ModelVerdict, Outcome, Rule, Told, Unknown, Verdict, Verdicts};
use crate::report;
use crate::snapshot::Row;

impl Atlas {
    pub(super) fn licences(&self, asked: &Licences) -> Result<Facts, Error> {
        let lineage = self.links(&asked.filter)?;
        let mut naming = self.naming();
        let rows = naming.find_all(&asked.models, &lineage)?;
        let (terms, bases) = (self.tables().terms()?, self.tables().bases()?);
        let judge = Judge::of(&lineage, terms, bases, &asked.policy, &rows)?;
        let judged: Vec<_> = rows.iter().map(|row| judge.model(*row)).collect();
        let rulings = judge.rule(&judged, asked.today);
        let books = self.books()?;
        let about = About::new(self.snapshot(), &books)?;
        let mut verdicts = Verdicts::of(&judge, &judged, &rulings, &asked.policy.exceptions, &about);
        verdicts.warnings.extend(asked.policy.strange(terms));
        // Nothing can be told of what is not there.
        let outcome = match asked.policy.unknown {
            Unknown::Deny => Some(Outcome::Fails),
            Unknown::Warn => Some(Outcome::Warns),
            Unknown::Allow => None,
        };
        let told = |outcome| Told { finding: None, rule: Rule::Untold(Verdict::Unknown), outcome };
        verdicts.models.extend(naming.missing.iter().map(|missing| ModelVerdict {
            id: missing.entry.id.clone(),
            is_listed: false,
            licence: "not known to this snapshot".into(),
            own: Verdict::Unknown,
            verdict: Verdict::Unknown,
            findings: Vec::new(),
            faults: outcome.clone().map(told).into_iter().collect(),
        }));
        let mut places: HashMap<String, (String, u64)> = HashMap::new();
        for entry in &asked.models.listed {
            let id = lineage.row(&entry.id).map_or(entry.id.as_str(), |row: Row| self.snapshot().id(row));
            if entry.line > 0 {
                places.entry(id.to_owned()).or_insert((entry.file.clone(), entry.line));
            }
        }
        Ok(Facts::Licences { verdicts, places, naming, words: asked.filter.words() })
    }
}

impl Answer {
    /// Writes verdicts on licences as SARIF 2.1.0, what the policy does not accept a result each. Any other question has none, and nothing
    /// is written for it.
    ///
    /// # Errors
    /// It fails if the writer does.
    pub fn sarif(&self, out: &mut dyn Write) -> io::Result<()> {
        let Facts::Licences { verdicts, places, naming, .. } = self.facts() else { return Ok(()) };
        let (results, notes) = report::findings_of_licences(verdicts, places, &names::said(naming));
        ink::sarif(&results, &report::LICENCE_RULES, &notes, self.snapshot(), out)
    }
}
