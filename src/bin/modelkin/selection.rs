use anyhow::bail;
use modelkin::census::{Census, Counting, members};
use modelkin::ink::{grouped, plural};
use modelkin::lineage::{Collapse, Lineage, Named, Reach, Selection};
use modelkin::model::Count;
use modelkin::reference::Families;
use modelkin::snapshot::Row;

use crate::output::{self, Usage};
use crate::{args, family as names};

/// Where a selection begins, and which way it goes.
#[derive(Clone)]
pub struct Start {
    pub rows: Vec<Row>,
    pub reach: Option<Reach>,
    title: String,
}

/// A selection with its description.
pub struct Chosen {
    pub selection: Selection,
    pub title: String,
    pub words: Vec<String>,
}

impl Chosen {
    /// Lets one node stand for siblings, if the options say so.
    pub fn collapse(&mut self, which: Option<args::CollapseArg>) {
        let (which, siblings) = match which {
            Some(args::CollapseArg::Leaves) => (Collapse::Leaves, "siblings"),
            Some(args::CollapseArg::Quantized) => (Collapse::Quantized, "quantized siblings"),
            None => return,
        };
        self.selection = self.selection.clone().collapse(which);
        let groups = self.selection.groups();
        self.words.push(format!(
            "One node stands for {siblings} without children, {} for {}.",
            grouped(groups.len() as u64),
            plural(groups.iter().map(|group| group.models.len() as u64).sum(), "model")
        ));
    }
}

impl args::Selection {
    /// What the options name. Names are looked up before any filter, so that a filter never hides them.
    pub fn start(&self, families: &Families, lineage: &Lineage) -> anyhow::Result<Start> {
        let args::Begin { family, below, above, around, .. } = &self.begin;
        if let Some(name) = family {
            let family = names::resolve(name, families, lineage)?;
            let rows = members(&family, lineage)?;
            if rows.is_empty() {
                bail!("the family {:?} has no member in this snapshot", family.name);
            }
            let title = format!(
                "The {} family: {} and what descends from them",
                family.name,
                plural(rows.len() as u64, "member")
            );
            return Ok(Start { rows, reach: Some(Reach::Below), title });
        }
        let one = [(below, Reach::Below), (above, Reach::Above), (around, Reach::Around)];
        for (id, reach) in one {
            let Some(id) = id else { continue };
            let row = lineage.find(id)?;
            let id = lineage.snapshot().id(row);
            let title = match reach {
                Reach::Below => format!("{id} and its descendants"),
                Reach::Above => format!("{id} and its ancestors"),
                Reach::Around => format!("{id} and what lies within {}", plural(self.hops() as u64, "link")),
            };
            return Ok(Start { rows: vec![row], reach: Some(reach), title });
        }
        Ok(Start { rows: Vec::new(), reach: None, title: "Every model of the snapshot".into() })
    }

    fn hops(&self) -> usize {
        self.hops.unwrap_or(1)
    }

    /// What is reached from the start, before any filter of models.
    fn reached(&self, start: &Start, lineage: &Lineage) -> Selection {
        match start.reach {
            Some(Reach::Around) => lineage.select(&start.rows, Reach::Around, self.hops()),
            Some(reach) => lineage.select(&start.rows, reach, self.depth.unwrap_or(usize::MAX)),
            None => lineage.everything(),
        }
    }

    /// Chooses the models. What a filter leaves out is told.
    pub fn choose(&self, start: Start, census: &Census, counting: &Counting) -> anyhow::Result<Chosen> {
        if self.top == Some(0) {
            bail!(Usage("--top 0 leaves no model".into()));
        }
        if self.depth.is_some() && matches!(start.reach, None | Some(Reach::Around)) {
            bail!(Usage("--depth goes with --family, --below and --above; around a model it is --hops".into()));
        }
        if self.hops.is_some() && start.reach != Some(Reach::Around) {
            bail!(Usage("--hops goes with --around; how far below or above is --depth".into()));
        }
        let lineage = census.lineage()?;
        let snapshot = lineage.snapshot();
        let reach = start.reach.unwrap_or(Reach::Around);
        let mut selection = self.reached(&start, lineage);
        let mut words = vec![format!("{}.", start.title)];
        if let Some(depth) = self.depth {
            words.push(format!("At most {} from there.", plural(depth as u64, "link")));
        }
        let mut narrow = |said: String, selection: Selection, narrowed: Selection| {
            let models = plural((selection.models() - narrowed.models()) as u64, "model");
            let links = plural((selection.links().count() - narrowed.links().count()) as u64, "link");
            words.push(format!("{said}: {models} and {links} left out."));
            narrowed
        };
        use Named::{AsOthers, Counted};
        if counting.since.is_some() || counting.until.is_some() {
            let (wanted, created) = (counting.wanted(snapshot)?, snapshot.created()?);
            let undated = selection.rows().iter().filter(|row| created.of(**row).is_none()).count();
            let said = match undated {
                0 => "Outside the days".to_owned(),
                undated => format!("Outside the days, or without one ({})", plural(undated as u64, "model")),
            };
            selection = narrow(said, selection.clone(), selection.keep(reach, AsOthers, |row| wanted.holds(row)));
        }
        if let Some(least) = self.min_downloads {
            let downloads = snapshot.count(Count::Downloads)?;
            let wanted = |row: Row| downloads.of(row).is_some_and(|downloads| downloads >= least);
            let said = format!("Under {} downloads in 30 days, or not known", grouped(least));
            selection = narrow(said, selection.clone(), selection.keep(reach, Counted, wanted));
        }
        if let Some(least) = self.min_descendants {
            let said = format!("Under {}", plural(least, "descendant"));
            let wanted = |row: Row| census.of(row).descendants >= least;
            selection = narrow(said, selection.clone(), selection.keep(reach, Counted, wanted));
        }
        if let Some(most) = self.top {
            let said = format!(
                "Neither of the {} with most descendants nor an ancestor of these",
                plural(most as u64, "model")
            );
            selection = narrow(said, selection.clone(), selection.top(most, reach, |row| census.of(row).descendants));
        }
        if selection.between() > 0 {
            let between = plural(selection.between() as u64, "model");
            words.push(format!("Not counted: {between}; what only connects the others or was named is marked."));
        }
        if selection.nodes() == 0 {
            bail!("nothing is left of the selection: {}", words.join(" "));
        }
        let is_told = |sentence: &&String| {
            (sentence.ends_with("left out.") && !sentence.contains(": 0 ")) || sentence.starts_with("Not counted: ")
        };
        for sentence in words.iter().filter(is_told) {
            output::note(sentence);
        }
        Ok(Chosen { selection, title: start.title, words })
    }
}
