//! Where models come from, and whom they reach.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use glob::{MatchOptions, Pattern};

use super::{Atlas, Blast, Common, Entry, Error, Facts, Flag, Models, Naming, Siblings, Upstream, Why, names};
use crate::census::members;
use crate::ink::plural;
use crate::lineage::Lineage;
use crate::provenance::{self, About, Books, Hit};
use crate::snapshot::{Changes, Row, Snapshot};
use crate::survey::{self, Struck};

impl Atlas {
    pub(super) fn books(&self) -> Result<Arc<Books>, Error> {
        let books = Books::with(self.tables().publishers()?)?;
        Ok(Arc::new(Books { files: self.laid().0.to_vec(), ..books }))
    }

    /// Names of a question, before any is looked up.
    pub(super) fn naming(&self) -> Naming {
        Naming { remarks: self.laid().1.to_vec(), ..Naming::default() }
    }

    pub(super) fn upstream(&self, asked: &Upstream) -> Result<Facts, Error> {
        let lineage = self.links(&asked.filter)?;
        let mut naming = self.naming();
        let rows = naming.find_all(&asked.models, &lineage)?;
        let mut upstream = provenance::Upstream::of(&lineage, &rows);
        let wanted = asked.filter.counting().wanted(self.snapshot())?;
        upstream.ancestors.retain(|ancestor| wanted.holds(ancestor.row));
        Ok(Facts::Upstream { upstream, lineage, books: self.books()?, naming, words: asked.filter.words() })
    }

    pub(super) fn why(&self, asked: &Why) -> Result<Facts, Error> {
        let lineage = self.links(&asked.filter)?;
        let mut naming = self.naming();
        let ends = [naming.find(&asked.model, &lineage)?, naming.find(&asked.ancestor, &lineage)?];
        let why = provenance::Why::of(&lineage, ends[0], ends[1], asked.most.unwrap_or(1));
        let [model, ancestor] = ends.map(|row| self.snapshot().id(row));
        if why.is_none() && ends[0] != ends[1] && lineage.above(&[ends[1]]).rows.contains(&ends[0]) {
            naming.remarks.push(format!("It is the other way round: {ancestor} descends from {model}."));
        }
        Ok(Facts::Why { why, ends, books: self.books()?, naming, words: asked.filter.words() })
    }

    pub(super) fn common(&self, asked: &Common) -> Result<Facts, Error> {
        let lineage = self.links(&asked.filter)?;
        let mut naming = self.naming();
        let rows = naming.find_all(&asked.models, &lineage)?;
        if rows.len() < 2 {
            let said = names::said(&naming).join(" ");
            return Err(Error::NothingLeft {
                words: format!("fewer than two models of this snapshot are named. {said}"),
            });
        }
        let common = provenance::Common::of(&lineage, &rows);
        Ok(Facts::Common { common, books: self.books()?, naming, words: asked.filter.words() })
    }

    pub(super) fn siblings(&self, asked: &Siblings) -> Result<Facts, Error> {
        let lineage = self.links(&asked.filter)?;
        let mut naming = self.naming();
        let rows = naming.find_all(&asked.models, &lineage)?;
        let mut siblings = provenance::Siblings::of(&lineage, &rows);
        let wanted = asked.filter.counting().wanted(self.snapshot())?;
        siblings.siblings.retain(|sibling| wanted.holds(sibling.row));
        Ok(Facts::Siblings { siblings, books: self.books()?, naming, words: asked.filter.words() })
    }

    pub(super) fn blast(&self, asked: &Blast) -> Result<Facts, Error> {
        let (lineage, snapshot) = (self.links(&asked.filter)?, self.snapshot());
        let Bases { rows, gone, mut naming } = self.bases(asked, &lineage)?;
        let all: Vec<Row> = rows.iter().map(|(row, _)| *row).collect();
        let blast = provenance::Blast::of(&lineage, &all);
        let wanted = asked.filter.counting().wanted(snapshot)?;
        let ours = self.ours(asked, &lineage, &mut naming)?;
        let is_mine = |row: Row| ours.as_ref().is_none_or(|ours| ours.contains(&row));
        let is_counted = |row: Row| wanted.holds(row) && is_mine(row);
        let counted: Vec<Hit> = blast.hits.iter().filter(|hit| is_counted(hit.row)).copied().collect();

        let below = self.below(asked, &lineage, &rows, &counted, &is_counted)?;
        let made_since = |hit: &Hit| below.made_since.get(&hit.row).copied().flatten();
        let own: Vec<Row> = match &ours {
            Some(ours) => all.iter().copied().filter(|row| ours.contains(row)).collect(),
            None => Vec::new(),
        };
        let hits: Vec<(Hit, Option<bool>)> = counted.iter().map(|hit| (*hit, made_since(hit))).collect();
        let books = self.books()?;
        let mut words: Vec<String> = survey::HIT.iter().map(|sentence| (*sentence).to_owned()).collect();
        let mine = ours.as_ref().map(|ours| {
            let models = plural(ours.len() as u64, "model");
            format!("Only ours, which are {models} of this snapshot; the others are walked through.")
        });
        if asked.filter.since.is_some() || asked.filter.until.is_some() {
            let created = snapshot.created()?;
            let undated = blast.hits.iter().filter(|hit| created.at(hit.row).is_none() && is_mine(hit.row)).count();
            words.push(format!("Without a date, and so not counted: {}.", plural(undated as u64, "model")));
        }
        words.extend(mine.into_iter().chain(Some(asked.filter.words()).filter(|words| !words.is_empty())));
        if asked.changed
            && let Some(before) = self.earlier().last()
        {
            let digest = before.provenance().short_digest();
            words.push(format!("Changed since the snapshot {digest}; what is gone reaches those that still name it."));
        }
        let section = match asked.list {
            true => None,
            false => {
                let struck = below.struck(&rows, gone, snapshot);
                let mut section = survey::blast(&counted, &About::new(snapshot, &books)?, &struck)?;
                section.definition.extend(words.iter().skip(survey::HIT.len()).cloned());
                if let Some(table) = &asked.table {
                    super::surveying::leave(&mut section, &[table], false)?;
                }
                Some(section)
            }
        };
        Ok(Facts::Blast { blast, hits, section, own, books, naming, words })
    }

    /// Counts what is below each base; other bases are counted there too. Few of them are walked from, for many there is the census, and
    /// under patterns it is walked up from what matches.
    fn below(
        &self,
        asked: &Blast,
        lineage: &Lineage,
        bases: &[(Row, Flag)],
        counted: &[Hit],
        is_counted: &dyn Fn(Row) -> bool,
    ) -> Result<Below, Error> {
        const FEW: usize = 64;
        let mut below = Below::default();
        let walked = |base: Row| lineage.below(&[base]).rows.into_iter().filter(|row| is_counted(*row));
        if bases.len() <= FEW {
            for (base, _) in bases {
                let mut counts = Counts::default();
                walked(*base).for_each(|model| counts.add(lineage, *base, model));
                below.bases.insert(*base, counts);
            }
        } else if asked.mine.is_empty() && asked.ours.is_empty() {
            let census = self.census(&asked.filter)?;
            for (base, _) in bases {
                let facts = census.facts(*base);
                let counts = Counts { direct: facts.direct, descendants: facts.descendants, ..Counts::default() };
                below.bases.insert(*base, counts);
            }
        } else {
            let all: HashSet<Row> = bases.iter().map(|(row, _)| *row).collect();
            let own = bases.iter().map(|(row, _)| *row).filter(|row| is_counted(*row));
            for model in counted.iter().map(|hit| hit.row).chain(own) {
                for base in lineage.above(&[model]).rows.into_iter().filter(|row| all.contains(row)) {
                    below.bases.entry(base).or_default().add(lineage, base, model);
                }
            }
        }
        let created = self.snapshot().created()?;
        for (base, since) in bases.iter().filter_map(|(row, flag)| Some((*row, flag.since?.millis()))) {
            let counts = below.bases.entry(base).or_default();
            for model in walked(base) {
                let made = created.at(model).map(|created| created >= since);
                counts.made_since += u64::from(made == Some(true));
                counts.undated += u64::from(made.is_none());
                // Made after any of its bases went bad is after; else one without a date leaves it open.
                let known = below.made_since.entry(model).or_insert(made);
                *known = if made == Some(true) { made } else { *known };
            }
        }
        Ok(below)
    }

    /// The models that are ours, where somebody says which: by patterns of their ids and by their ids, old ones too. What names none is told.
    fn ours(&self, asked: &Blast, lineage: &Lineage, naming: &mut Naming) -> Result<Option<HashSet<Row>>, Error> {
        if asked.mine.is_empty() && asked.ours.is_empty() {
            return Ok(None);
        }
        let snapshot = self.snapshot();
        let any_case = MatchOptions { case_sensitive: false, ..MatchOptions::new() };
        let mut ours = HashSet::new();
        for text in &asked.mine {
            let named = snapshot.find(text).map(|row| snapshot.alias_of(row).unwrap_or(row));
            let mut matching: Vec<Row> = named.into_iter().collect();
            if let (None, Ok(pattern)) = (named, Pattern::new(text)) {
                let is_ours =
                    |row: &Row| snapshot.alias_of(*row).is_none() && pattern.matches_with(snapshot.id(*row), any_case);
                matching.extend(snapshot.rows().filter(is_ours));
            }
            if matching.is_empty()
                && let Some(owner) = names::owned(text, snapshot)
            {
                matching = members(&owner, lineage)?;
                naming.remarks.push(format!("{text:?} is an account: all of its models are meant."));
            }
            if matching.is_empty() {
                naming.remarks.push(format!("No model of this snapshot matches {text:?}."));
            }
            ours.extend(matching);
        }
        let listed = Models { ids: Vec::new(), listed: asked.ours.clone() };
        ours.extend(naming.find_all(&listed, lineage)?);
        Ok(Some(ours))
    }

    /// The models whose descendants are sought, each with what is wrong with it.
    fn bases(&self, asked: &Blast, lineage: &Lineage) -> Result<Bases, Error> {
        let mut naming = self.naming();
        let rows = naming.find_all(&asked.models, lineage)?;
        let mut found: BTreeMap<Row, Flag> = rows.into_iter().map(|row| (row, Flag::default())).collect();
        if let Some(name) = &asked.family {
            let family = names::family(name, self.tables().families(), lineage)?;
            let rows = members(&family, lineage)?;
            if rows.is_empty() {
                return Err(Error::NoMember { name: family.name });
            }
            found.extend(rows.into_iter().map(|row| (row, Flag::default())));
        }
        for flag in &asked.flagged {
            let models = Models { ids: Vec::new(), listed: vec![flag.model.clone()] };
            naming.find_all(&models, lineage)?.into_iter().for_each(|row| join(found.entry(row).or_default(), flag));
        }
        let mut gone = Vec::new();
        if asked.changed {
            let before = self.earlier().last().ok_or(Error::NothingBefore)?;
            for (id, reason) in changed(before, self.snapshot())? {
                let flag = Flag { model: Entry { id, ..Entry::default() }, reason, ..Flag::default() };
                match lineage.row(&flag.model.id) {
                    Some(row) => join(found.entry(row).or_default(), &flag),
                    None => gone.push(flag),
                }
            }
        }
        Ok(Bases { rows: found.into_iter().collect(), gone, naming })
    }
}

/// The bases of a blast, in order of the rows; and those that no model names any more.
struct Bases {
    rows: Vec<(Row, Flag)>,
    gone: Vec<Flag>,
    naming: Naming,
}

/// Joins what several rows of lists say of one base: the reasons stand side by side, and the first day holds.
fn join(known: &mut Flag, flag: &Flag) {
    for (known, more) in [(&mut known.reason, &flag.reason), (&mut known.source, &flag.source)] {
        match known.is_empty() || more.is_empty() {
            true => known.push_str(more),
            false => *known = format!("{known}; {more}"),
        }
    }
    known.since = known.since.into_iter().chain(flag.since).min();
}

/// What changed of models between two snapshots: their ids of today, or of before if they are gone, with what it was.
fn changed(before: &Snapshot, after: &Snapshot) -> Result<Vec<(String, String)>, Error> {
    let changes = Changes::between(before, after)?;
    let or_none = |text: &str| if text.is_empty() { "none" } else { text }.to_owned();
    let told = |what: &str, before: &str, after: &str| format!("{what}: {} -> {}", or_none(before), or_none(after));
    let relicensed = changes.relicensed.iter().map(|(id, was, is)| (id.clone(), told("licence", was, is)));
    let gated = changes.gated.iter().map(|(id, was, is)| (id.clone(), told("gated", was, is)));
    let reparented = changes.reparented.iter().map(|id| (id.clone(), "other parents".to_owned()));
    let gone = changes.gone.iter().map(|id| (id.clone(), "gone".to_owned()));
    Ok(relicensed.chain(gated).chain(reparented).chain(gone).collect())
}

/// What is counted below single bases.
#[derive(Default)]
struct Below {
    bases: HashMap<Row, Counts>,
    /// Whether each counted model was made on the day of a base above it or later, where a base above it has one.
    made_since: HashMap<Row, Option<bool>>,
}

#[derive(Default, Clone, Copy)]
struct Counts {
    direct: u64,
    descendants: u64,
    made_since: u64,
    undated: u64,
}

impl Counts {
    fn add(&mut self, lineage: &Lineage, base: Row, model: Row) {
        self.descendants += 1;
        self.direct += u64::from(lineage.parents(model).any(|(parent, _)| parent == base));
    }
}

impl Below {
    /// The bases with what is below them, those with most descendants first; what is gone and named by nobody reaches nothing.
    fn struck(&self, bases: &[(Row, Flag)], gone: Vec<Flag>, snapshot: &Snapshot) -> Vec<Struck> {
        let struck = |id: &str, flag: &Flag, counts: Counts| Struck {
            id: id.to_owned(),
            reason: flag.reason.clone(),
            since: flag.since.map(|day| day.to_string()).unwrap_or_default(),
            source: flag.source.clone(),
            direct: counts.direct,
            descendants: counts.descendants,
            made_since: flag.since.map(|_| counts.made_since),
            undated: flag.since.map(|_| counts.undated),
        };
        let known = bases
            .iter()
            .map(|(row, flag)| struck(snapshot.id(*row), flag, self.bases.get(row).copied().unwrap_or_default()));
        let gone = gone.iter().map(|flag| struck(&flag.model.id, flag, Counts::default()));
        let mut all: Vec<Struck> = known.chain(gone).collect();
        all.sort_by_key(|base| std::cmp::Reverse(base.descendants));
        all
    }
}
