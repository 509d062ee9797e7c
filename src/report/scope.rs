use super::{Case, Finding};
use crate::ink::plural;
use crate::snapshot::{Row, Snapshot};

/// A `Scope` says which findings are asked for: those of some models, of some kinds.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// Findings are asked for of all models of this owner, if one is named.
    pub owner: Option<String>,
    /// Findings are asked for of these models, in order, if some are named.
    pub models: Option<Vec<Row>>,
    /// Findings of these kinds are asked for, and then are faults whether they are marked so or not; if there are none,
    /// all are meant.
    pub kinds: Vec<&'static str>,
}

impl Scope {
    /// Tells whether everything is asked for.
    pub fn is_everything(&self) -> bool {
        self.owner.is_none() && self.models.is_none() && self.kinds.is_empty()
    }

    /// Leaves what is asked for, and gives the number of other cases.
    pub fn narrow(&self, findings: &mut Vec<Finding>, snapshot: &Snapshot) -> u64 {
        let all = |findings: &[Finding]| findings.iter().map(|finding| finding.count).sum::<u64>();
        let before = all(findings);
        if !self.kinds.is_empty() {
            findings.retain(|finding| self.kinds.contains(&finding.kind));
            findings.iter_mut().for_each(|finding| finding.is_fault = true);
        }
        if self.owner.is_some() || self.models.is_some() {
            for finding in findings.iter_mut() {
                finding.cases.retain(|case| self.holds(case, snapshot));
                finding.count = finding.cases.len() as u64;
            }
            findings.retain(|finding| finding.count > 0);
        }
        before - all(findings)
    }

    /// Whether a case is about one of the models, or about the card of one that could not be read.
    fn holds(&self, case: &Case, snapshot: &Snapshot) -> bool {
        let owns = |id: &str| {
            let owner = id.split_once('/').map(|(owner, _)| owner);
            self.owner.as_ref().is_none_or(|own| owner.is_some_and(|owner| owner.eq_ignore_ascii_case(own)))
        };
        let selects = |row: Row| self.models.as_ref().is_none_or(|models| models.binary_search(&row).is_ok());
        let is_meant = |row: &Row| selects(*row) && owns(snapshot.id(*row));
        case.models.iter().any(is_meant)
            || case.file.iter().flat_map(|file| ids_of_card(file)).any(|id| match snapshot.find(&id) {
                Some(row) => is_meant(&row),
                // A card that is the only one to speak of its model.
                None => self.models.is_none() && owns(&id),
            })
    }

    /// Says in a sentence what is asked for.
    pub fn words(&self) -> String {
        let mut words = Vec::new();
        words.extend(self.owner.as_ref().map(|owner| format!("of models of {owner}")));
        words.extend(self.models.as_ref().map(|models| format!("of {}", plural(models.len() as u64, "named model"))));
        words.extend(
            (!self.kinds.is_empty()).then(|| format!("of the kinds {}, all of them faults", self.kinds.join(", "))),
        );
        format!("Only cases {}; a parent that is not listed is a case of its children too.", words.join(", "))
    }
}

/// The ids that the path of a card may mean: `owner/name/README.md`, `owner/name.md`, `owner--name.md`, and a Hub cache's
/// `models--owner--name/...`.
fn ids_of_card(file: &str) -> Vec<String> {
    let parts: Vec<&str> = file.split(['/', '\\']).collect();
    let name = |part: &str| part.strip_suffix(".md").unwrap_or(part).to_owned();
    let joined = parts.iter().filter_map(|part| {
        let part = name(part.strip_prefix("models--").unwrap_or(part));
        part.contains("--").then(|| part.replacen("--", "/", 1))
    });
    let ends = [parts.len().checked_sub(2), parts.len().checked_sub(3)].into_iter().flatten();
    let ends = ends.map(|at| format!("{}/{}", parts[at], name(parts[at + 1])));
    joined.chain(ends).collect()
}
