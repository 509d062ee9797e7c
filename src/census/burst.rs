use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::lineage::Lineage;
use crate::model::{DATES_KEPT_SINCE, DAY};
use crate::snapshot::{Array, Error, NumberColumn, Numbers, Row, agree};

/// How many children make a burst, and within how many milliseconds (docs/definitions.md, 5.1).
const LEAST: usize = 50;
const WITHIN: i64 = DAY;

/// A `Bursts` tells which links are part of a burst: at least 50 children of one parent, by one author or sharing one
/// name template, created within 24 hours (docs/definitions.md, 5.1). Models without a date, or from before the Hub
/// kept dates, cannot be judged.
#[derive(Debug)]
pub struct Bursts {
    lineage: Lineage,
    /// A byte for each link in the order of the children, 1 in a burst.
    flags: Numbers<u8>,
}

/// A `Burst` is a group of children that makes a burst, as long as any 50 that follow each other lie within 24 hours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Burst {
    /// They are children of this model.
    pub parent: Row,
    /// They share this.
    pub by: Shared,
    /// These are the children, the oldest first.
    pub children: Vec<Row>,
}

/// A `Shared` is what the children of a burst share.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shared {
    /// They share their author, whose name is in lower case.
    Author(String),
    /// They share the template of their names, with `#` for a run of digits.
    Template(String),
}

/// Under which name the flags are kept: this version of the rule.
const NAME: &str = "census/2/bursts";

impl Bursts {
    /// Finds the bursts among the children of every model; those of a whole lineage are taken from its snapshot, if it
    /// keeps them.
    ///
    /// # Errors
    /// [`Error::Damaged`] if the dates, or the flags that the snapshot keeps, are not as they were written.
    pub fn find(lineage: &Lineage) -> Result<Bursts, Error> {
        let snapshot = lineage.snapshot();
        if let Some(flags) = snapshot.kept_if(NAME, agree::any::<u8>)?.filter(|_| lineage.is_whole()) {
            if flags.len() != lineage.links() {
                return Err(snapshot.damaged(format!("kept array {NAME}: it is not as long as there are links")));
            }
            return Ok(Bursts { lineage: lineage.clone(), flags });
        }
        let mut flags = vec![0; lineage.links()];
        for Burst { parent, children, .. } in Bursts::list(lineage)? {
            for child in children {
                let place = lineage.parents(child).position(|(other, _)| other == parent);
                place.into_iter().for_each(|place| flags[lineage.links_up(child).start + place] = 1);
            }
        }
        Ok(Bursts { lineage: lineage.clone(), flags: flags.into() })
    }

    /// Lists every burst, in order of the parents; a child may be in two, by its author and by its name.
    ///
    /// # Errors
    /// [`Error::Damaged`] if the dates are not as they were written.
    pub fn list(lineage: &Lineage) -> Result<Vec<Burst>, Error> {
        let created = lineage.snapshot().created()?;
        let bursts = lineage.snapshot().rows().into_par_iter().map(|parent| below(lineage, created, parent));
        Ok(bursts.flatten_iter().collect())
    }

    /// Tells whether a model's date, in milliseconds since 1970, is one by which bursts are judged: one since the Hub
    /// keeps dates.
    pub fn can_judge(created: Option<i64>) -> bool {
        created >= Some(DATES_KEPT_SINCE)
    }

    pub(super) fn to_keep(&self) -> (String, Array) {
        (NAME.into(), Array::Bytes(self.flags.to_vec()))
    }

    /// Gives the lineage in which the bursts were found.
    pub fn lineage(&self) -> &Lineage {
        &self.lineage
    }

    /// Tells whether a model is in a burst below one of the parents that are wanted.
    pub fn holds(&self, model: Row, wanted: impl Fn(Row) -> bool) -> bool {
        let flags = &self.flags[self.lineage.links_up(model)];
        self.lineage.parents(model).zip(flags).any(|((parent, _), flag)| *flag == 1 && wanted(parent))
    }
}

/// The bursts among the children of one model.
fn below(lineage: &Lineage, created: &NumberColumn<i64>, parent: Row) -> Vec<Burst> {
    let snapshot = lineage.snapshot();
    let mut found = Vec::new();
    if lineage.children(parent).len() < LEAST {
        return found;
    }
    let mut groups: BTreeMap<Shared, Vec<(i64, Row)>> = BTreeMap::new();
    for (child, _) in lineage.children(parent) {
        let Some(created) = created.at(child).filter(|created| Bursts::can_judge(Some(*created))) else { continue };
        let id = snapshot.id(child).to_ascii_lowercase();
        // A model without an owner is its own author.
        let (owner, name) = id.split_once('/').map_or((None, id.as_str()), |(owner, name)| (Some(owner), name));
        if let Some(owner) = owner {
            groups.entry(Shared::Author(owner.to_owned())).or_default().push((created, child));
        }
        groups.entry(Shared::Template(template(name))).or_default().push((created, child));
    }
    for (by, mut group) in groups.into_iter().filter(|(_, group)| group.len() >= LEAST) {
        group.sort_unstable();
        let mut marked = 0;
        let mut last: Option<Burst> = None;
        for (at, window) in group.windows(LEAST).enumerate() {
            if window[LEAST - 1].0 - window[0].0 <= WITHIN {
                // One that shares no child with the last is another.
                if at >= marked {
                    found.extend(last.take());
                }
                let burst = last.get_or_insert_with(|| Burst { parent, by: by.clone(), children: Vec::new() });
                burst.children.extend(group[marked.max(at)..at + LEAST].iter().map(|(_, child)| *child));
                marked = at + LEAST;
            }
        }
        found.extend(last);
    }
    found
}

/// What two names of one script have in common: runs of digits become `#`, and a last part of three or more words
/// (`grazing_bellowing_locust`) becomes `*`.
fn template(name: &str) -> String {
    let (start, last) = name.rsplit_once('-').map_or(("", name), |(start, last)| (start, last));
    let last = if !start.is_empty() && last.matches('_').count() >= 2 { "*" } else { last };
    let mut template = String::with_capacity(name.len());
    for c in start.chars().chain("-".chars()).chain(last.chars()) {
        match c {
            '0'..='9' if template.ends_with('#') => (),
            '0'..='9' => template.push('#'),
            c => template.push(c),
        }
    }
    template
}

#[cfg(test)]
mod tests {
    use super::template;

    #[test]
    fn names_of_one_script_share_a_template() {
        assert_eq!(template("qwen-qwen1.5-0.5b-1720000000"), template("qwen-qwen1.5-0.5b-1719999"));
        assert_eq!(
            template("qwen2.5-0.5b-instruct-gensyn-swarm-grazing_bellowing_locust"),
            template("qwen2.5-0.5b-instruct-gensyn-swarm-webbed_eager_cassowary")
        );
        assert_ne!(template("qwen2.5-7b-gguf"), template("qwen2.5-7b-awq"));
    }
}
