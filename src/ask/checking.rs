//! What is odd in a snapshot.

use super::{Atlas, Cases, Check, Error, Facts, Filter};
use crate::census::Bursts;
use crate::import;
use crate::lineage::{Lineage, Mirror};
use crate::reference::Families;
use crate::report::{self, Scope};

impl Atlas {
    pub(super) fn check(&self, asked: &Check) -> Result<Facts, Error> {
        let Some(list @ (Cases::Aliases | Cases::Bursts | Cases::Mirrors)) = &asked.list else {
            return self.findings(asked);
        };
        self.snapshot().verify()?;
        let lineage = self.lineage()?;
        Ok(match list {
            Cases::Aliases => Facts::Aliases { moved: report::moved(&lineage)? },
            Cases::Bursts => Facts::Bursts { bursts: Bursts::list(&lineage)? },
            _ => {
                let census = self.census(&Filter::default())?;
                let below = |mirror: Mirror| (mirror, census.facts(mirror.model).descendants);
                Facts::Mirrors { mirrors: lineage.mirrors().map(below).collect() }
            }
        })
    }

    fn findings(&self, asked: &Check) -> Result<Facts, Error> {
        let (snapshot, lineage) = (self.snapshot(), self.lineage()?);
        let scope = self.scope(asked, &lineage)?;
        let families = Families::built_in()?.all()?;
        let verified = import::verify(snapshot, &families, self.wait(), &|_| ()).map_err(Error::Unverified)?;
        let mut findings = report::findings(snapshot, &lineage)?;
        let left_out = scope.narrow(&mut findings, snapshot);
        if !verified.lies.is_empty() {
            // Of no model, so no scope leaves them out.
            findings.insert(0, report::lies(&verified.lies));
        }
        let scope = (!scope.is_everything()).then(|| (scope.words(), left_out));
        Ok(Facts::Findings { findings, scope })
    }

    /// The models and the kinds that are asked for.
    fn scope(&self, asked: &Check, lineage: &Lineage) -> Result<Scope, Error> {
        let kinds = asked.kinds.iter().filter_map(|name| report::kind(name)).collect();
        let mut scope = Scope { owner: asked.owner.clone(), kinds, models: None };
        if let Some(id) = &asked.below {
            let row = lineage.find(id)?;
            let mut rows = lineage.below(&[row]).rows;
            rows.push(row);
            rows.sort_unstable();
            rows.dedup();
            scope.models = Some(rows);
        }
        if let Some(owner) = &asked.owner {
            // A name that nobody has would pass every check.
            self.owner(owner)?;
        }
        Ok(scope)
    }
}
