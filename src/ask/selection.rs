use serde::{Deserialize, Serialize};

use super::{Contradiction, Error, Filter, Ids, names, wire};
use crate::census::{Census, members};
use crate::ink::{grouped, plural};
use crate::lineage::{self, Collapse, Lineage, Named, Reach};
use crate::model::Count;
use crate::reference::Families;
use crate::snapshot::Row;

/// A `Begin` says where a selection begins, and which way it goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Begin {
    /// It begins at the members of the family of that name, and takes what descends from them.
    Family(String),
    /// It takes these models and their descendants.
    Below(Ids),
    /// It takes these models and their ancestors.
    Above(Ids),
    /// It takes these models and what lies within some links of any, whichever way they run.
    Around(Ids),
    /// It takes every model, listed or not.
    All,
}

/// A `Selection` says which part of the lineage is meant: where it begins, and what is left out. It means the same in
/// every question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Select {
    /// The selection begins here.
    pub begin: Begin,
    /// Around a model, what lies within so many links is taken; 1 link if nothing is said.
    #[serde(default)]
    pub hops: Option<usize>,
    /// Below or above, what lies within so many links of the beginning is taken; everything if nothing is said.
    #[serde(default)]
    pub depth: Option<usize>,
    /// Only the models with most descendants are left, so many of them, and their ancestors.
    #[serde(default)]
    pub top: Option<usize>,
    /// Only models with so many downloads in 30 days are counted, and those that were named one by one; what connects these
    /// is marked.
    #[serde(default)]
    pub min_downloads: Option<u64>,
    /// Only models with so many descendants are counted, and those that were named one by one; what connects these is
    /// marked.
    #[serde(default)]
    pub min_descendants: Option<u64>,
    /// One node stands for these siblings without children; every model is a node of its own if nothing is said.
    #[serde(default, with = "wire::perhaps")]
    pub collapse: Option<Collapse>,
}

/// Where a selection begins in a lineage.
pub(super) struct Start {
    /// What was named, in that order; of a family its members.
    pub rows: Vec<Row>,
    pub reach: Option<Reach>,
    /// What a filter of models does with these.
    named: Named,
    title: String,
}

/// A `Chosen` is the models of a selection, with what is to be said of them.
#[derive(Debug, Clone)]
pub struct Chosen {
    /// These are the models, with the links between them.
    pub models: lineage::Selection,
    /// This says what was selected, as a title.
    pub title: String,
    /// These sentences say what was selected and what each filter left out.
    pub words: Vec<String>,
    /// The selection reaches this way from its beginning.
    pub reach: Reach,
}

impl Chosen {
    /// Gives the sentences on what was left out or not counted, which people are told beside an answer.
    pub fn left_out(&self) -> impl Iterator<Item = &str> {
        let is_told = |sentence: &&str| {
            (sentence.ends_with("left out.") && !sentence.contains(": 0 ")) || sentence.starts_with("Not counted: ")
        };
        self.words.iter().map(String::as_str).filter(is_told)
    }

    /// Lets one node stand for siblings.
    fn collapse(&mut self, which: Collapse) {
        let siblings = match which {
            Collapse::Leaves => "siblings",
            Collapse::Quantized => "quantized siblings",
        };
        self.models = self.models.clone().collapse(which);
        let groups = self.models.groups();
        self.words.push(format!(
            "One node stands for {siblings} without children, {} for {}.",
            grouped(groups.len() as u64),
            plural(groups.iter().map(|group| group.models.len() as u64).sum(), "model")
        ));
    }
}

impl Select {
    /// Makes a selection that leaves nothing out of what lies around a beginning.
    pub fn new(begin: Begin) -> Select {
        let (hops, depth, top) = (None, None, None);
        Select { begin, hops, depth, top, min_downloads: None, min_descendants: None, collapse: None }
    }

    /// Looks whether the parts of the selection go together.
    ///
    /// # Errors
    /// [`Contradiction::NoModels`], [`Contradiction::TopOfNone`], [`Contradiction::DepthElsewhere`] and
    /// [`Contradiction::HopsElsewhere`].
    pub fn check(&self) -> Result<(), Contradiction> {
        let is_around = matches!(self.begin, Begin::Around(_));
        if let Begin::Below(ids) | Begin::Above(ids) | Begin::Around(ids) = &self.begin
            && ids.iter().next().is_none()
        {
            return Err(Contradiction::NoModels);
        }
        if self.top == Some(0) {
            return Err(Contradiction::TopOfNone);
        }
        if self.depth.is_some() && (is_around || self.begin == Begin::All) {
            return Err(Contradiction::DepthElsewhere);
        }
        if self.hops.is_some() && !is_around {
            return Err(Contradiction::HopsElsewhere);
        }
        Ok(())
    }

    /// Where it begins. Names are looked up before any filter, so that a filter never hides them.
    pub(super) fn start(&self, families: &Families, lineage: &Lineage) -> Result<Start, Error> {
        let (ids, reach) = match &self.begin {
            Begin::Family(name) => {
                let family = names::family(name, families, lineage)?;
                let rows = members(&family, lineage)?;
                if rows.is_empty() {
                    return Err(Error::NoMember { name: family.name });
                }
                let title = format!(
                    "The {} family: {} and what descends from them",
                    family.name,
                    plural(rows.len() as u64, "member")
                );
                return Ok(Start { rows, reach: Some(Reach::Below), named: Named::IfWanted, title });
            }
            Begin::Below(ids) => (ids, Reach::Below),
            Begin::Above(ids) => (ids, Reach::Above),
            Begin::Around(ids) => (ids, Reach::Around),
            Begin::All => {
                let title = "Every model of the snapshot".into();
                return Ok(Start { rows: Vec::new(), reach: None, named: Named::Counted, title });
            }
        };
        let rows = ids.iter().map(|id| lineage.find(id)).collect::<Result<Vec<Row>, _>>()?;
        let mut named: Vec<&str> = Vec::new();
        for id in rows.iter().map(|row| lineage.snapshot().id(*row)) {
            named.extend((!named.contains(&id)).then_some(id));
        }
        let (ids, whose) = match named[..] {
            [one] => (one.to_owned(), "its"),
            [first, ref rest @ .., last] if rest.len() < 2 => {
                ([&[first][..], rest].concat().join(", ") + " and " + last, "their")
            }
            _ => (format!("{} and {} other models", named[0], grouped(named.len() as u64 - 1)), "their"),
        };
        let title = match reach {
            Reach::Below => format!("{ids} and {whose} descendants"),
            Reach::Above => format!("{ids} and {whose} ancestors"),
            Reach::Around => format!("{ids} and what lies within {}", plural(self.hops() as u64, "link")),
        };
        Ok(Start { rows, reach: Some(reach), named: Named::Counted, title })
    }

    fn hops(&self) -> usize {
        self.hops.unwrap_or(1)
    }

    /// What is reached from the start, before any filter of models.
    fn reached(&self, start: &Start, lineage: &Lineage) -> lineage::Selection {
        match start.reach {
            Some(Reach::Around) => lineage.select(&start.rows, Reach::Around, self.hops()),
            Some(reach) => lineage.select(&start.rows, reach, self.depth.unwrap_or(usize::MAX)),
            None => lineage.everything(),
        }
    }

    /// Chooses the models; what is left out is said.
    pub(super) fn choose(
        &self,
        start: Start,
        lineage: &Lineage,
        census: &Census,
        filter: &Filter,
    ) -> Result<Chosen, Error> {
        let snapshot = lineage.snapshot();
        let reach = start.reach.unwrap_or(Reach::Around);
        let mut selection = self.reached(&start, lineage);
        let mut words = vec![format!("{}.", start.title)];
        if let Some(depth) = self.depth {
            words.push(format!("At most {} from there.", plural(depth as u64, "link")));
        }
        let mut narrow = |said: String, selection: lineage::Selection, narrowed: lineage::Selection| {
            let models = plural((selection.models() - narrowed.models()) as u64, "model");
            let links = plural((selection.links().count() - narrowed.links().count()) as u64, "link");
            words.push(format!("{said}: {models} and {links} left out."));
            narrowed
        };
        if filter.since.is_some() || filter.until.is_some() {
            let (wanted, created) = (filter.counting().wanted(snapshot)?, snapshot.created()?);
            let undated = selection.rows().iter().filter(|row| created.at(**row).is_none()).count();
            let said = match undated {
                0 => "Outside the days".to_owned(),
                undated => format!("Outside the days, or without one ({})", plural(undated as u64, "model")),
            };
            selection =
                narrow(said, selection.clone(), selection.keep(reach, Named::AsOthers, |row| wanted.holds(row)));
        }
        if let Some(least) = self.min_downloads {
            let downloads = snapshot.count(Count::Downloads)?;
            let wanted = |row: Row| downloads.at(row).is_some_and(|downloads| downloads >= least);
            let said = format!("Under {} downloads in 30 days, or not known", grouped(least));
            selection = narrow(said, selection.clone(), selection.keep(reach, start.named, wanted));
        }
        if let Some(least) = self.min_descendants {
            let said = format!("Under {}", plural(least, "descendant"));
            let wanted = |row: Row| census.facts(row).descendants >= least;
            selection = narrow(said, selection.clone(), selection.keep(reach, start.named, wanted));
        }
        if let Some(most) = self.top {
            let said = format!(
                "Neither of the {} with most descendants nor an ancestor of these",
                plural(most as u64, "model")
            );
            selection =
                narrow(said, selection.clone(), selection.top(most, reach, |row| census.facts(row).descendants));
        }
        if selection.between() > 0 {
            let between = plural(selection.between() as u64, "model");
            words.push(format!("Not counted: {between}; what only connects the others or was named is marked."));
        }
        if selection.nodes() == 0 {
            return Err(Error::NothingLeft { words: words.join(" ") });
        }
        let mut chosen = Chosen { models: selection, title: start.title, words, reach };
        if let Some(which) = self.collapse {
            chosen.collapse(which);
        }
        Ok(chosen)
    }
}
