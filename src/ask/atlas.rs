use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::answer::Answer;
use super::facts::Facts;
use super::selection::Start;
use super::tables::Tables;
use super::{Begin, Chosen, Error, Family, Filter, Question, Select, Show, Unknown, names};
use crate::census::{Census, Counted, Counting, Extent, FamilyCount, Part, members, tree};
use crate::explorer::Forest;
use crate::ink::grouped;
use crate::lineage::Lineage;
use crate::model::{FileLink, once};
use crate::reference;
use crate::search::Finder;
use crate::snapshot::Snapshot;

/// So many lineages under a filter are kept, and so many censuses: at three million models some 40 and 25 MB each. And so many
/// parts of a lineage.
const MOST: usize = 4;

/// So many small answers are kept: those about all families of a table are among them.
const MOST_ANSWERS: usize = 256;

/// An answer with more rows is not small.
const MOST_ROWS: usize = 1000;

/// An `Atlas` is a snapshot with the tables beside it, ready to be asked. Its clones are the same atlas: what one
/// question computed, the next one finds.
#[derive(Debug, Clone)]
pub struct Atlas {
    snapshot: Snapshot,
    earlier: Arc<[Snapshot]>,
    tables: Arc<Tables>,
    wait: Option<u64>,
    files: Arc<[FileLink]>,
    remarks: Arc<[String]>,
    /// In this snapshot names are looked up, where its own is a part of it.
    whole: Option<Snapshot>,
    known: Arc<Known>,
}

/// Values by keys, those used last at the end.
type Kept<K, V> = Mutex<Vec<(K, V)>>;

/// What was computed.
#[derive(Debug, Default)]
struct Known {
    whole: OnceLock<Lineage>,
    lineages: Kept<Filter, Lineage>,
    censuses: Kept<(Filter, Counting), Arc<Census>>,
    trees: Kept<Question, Arc<Facts>>,
    answers: Kept<Question, Arc<Facts>>,
    finder: OnceLock<Finder>,
    forest: OnceLock<Arc<Forest>>,
}

impl Atlas {
    /// Makes an atlas of a snapshot. Nothing is computed before a question needs it.
    pub fn new(snapshot: &Snapshot, tables: impl Into<Arc<Tables>>) -> Atlas {
        let earlier = Arc::from([]);
        Atlas {
            snapshot: snapshot.clone(),
            earlier,
            tables: tables.into(),
            wait: None,
            files: Arc::default(),
            remarks: Arc::default(),
            whole: None,
            known: Arc::default(),
        }
    }

    /// Gives the atlas snapshots that were taken before its own, the earliest first: a report tells of all of them, and
    /// a diff compares with the last.
    #[must_use]
    pub fn after(self, earlier: Vec<Snapshot>) -> Atlas {
        Atlas { earlier: earlier.into(), ..self }
    }

    /// Lets the atlas refuse a question whose counting is judged to take more than so many seconds
    /// ([`Counting::wait`]). Without a number it refuses none.
    #[must_use]
    pub fn waiting(self, wait: Option<u64>) -> Atlas {
        Atlas { wait, ..self }
    }

    /// Tells the atlas that models were laid over its snapshot: which of their links files beside cards alone state, and what is to be
    /// said of it with every answer about them.
    #[must_use]
    pub fn overlaid(self, files: Vec<FileLink>, remarks: Vec<String>) -> Atlas {
        Atlas { files: files.into(), remarks: remarks.into(), ..self }
    }

    /// Lets names without an owner be looked up in another snapshot, of which the atlas has a part.
    #[must_use]
    pub fn named_by(self, whole: &Snapshot) -> Atlas {
        Atlas { whole: Some(whole.clone()), ..self }
    }

    /// The lineage in which names are looked up.
    pub(super) fn names(&self) -> Result<Lineage, Error> {
        match &self.whole {
            Some(whole) => Ok(Lineage::from_snapshot(whole)?),
            None => self.lineage(),
        }
    }

    /// What files beside cards alone state, and what is to be said of what is laid over the snapshot.
    pub(super) fn laid(&self) -> (&[FileLink], &[String]) {
        (&self.files, &self.remarks)
    }

    /// How many seconds a question may take; none: as long as it takes.
    pub(super) fn wait(&self) -> Option<u64> {
        self.wait
    }

    /// Where the map is kept.
    pub(super) fn known_forest(&self) -> &OnceLock<Arc<Forest>> {
        &self.known.forest
    }

    /// Gives the snapshot that is asked.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// Gives the snapshots that were taken before it, the earliest first.
    pub fn earlier(&self) -> &[Snapshot] {
        &self.earlier
    }

    /// Gives the tables that stand beside the snapshot.
    pub fn tables(&self) -> &Tables {
        &self.tables
    }

    /// Answers a question. This is the one place where an answer is made: all that it is made of was checked, and the
    /// files of the snapshots were found unchanged afterwards.
    ///
    /// # Errors
    /// All of [`Error`]: the question contradicts itself, names what is not there, or the snapshot is not as it was
    /// written.
    pub fn ask(&self, question: &Question) -> Result<Answer, Error> {
        question.check()?;
        let (settled, meant) = self.settled(question)?;
        // What is about earlier snapshots too is not this snapshot's alone, and what may be of all models is not kept.
        let is_small = match question {
            Question::Family(family) => family.list.is_none(),
            Question::Rank(rank) => rank.most.is_some_and(|most| most <= MOST_ROWS),
            Question::Owners(owners) => owners.most.is_some_and(|most| most <= MOST_ROWS),
            Question::Flows(flows) => flows.most.is_some_and(|most| most <= MOST_ROWS),
            Question::Explain(_) | Question::Why(_) => true,
            _ => false,
        };
        let find = || Ok((settled.clone(), Arc::new(self.find(&settled)?)));
        let is_it = |asked: &Question| *asked == settled;
        let facts = match &settled {
            Question::Show(show) if show.lines.is_some() => remembered(&self.known.trees, MOST, is_it, find)?,
            _ if is_small => remembered(&self.known.answers, MOST_ANSWERS, is_it, find)?,
            _ => find()?.1,
        };
        let answer = Answer::new(question.clone(), meant, facts, self.snapshot.clone(), Arc::clone(&self.tables));
        // Whatever columns it will be shown by are read, too.
        // (Findings are words already, and may be many.)
        if !matches!(answer.facts(), Facts::Findings { .. }) {
            answer.report()?;
        }
        self.earlier.iter().chain([&self.snapshot]).try_for_each(Snapshot::unchanged)?;
        Ok(answer)
    }

    fn find(&self, question: &Question) -> Result<Facts, Error> {
        match question {
            Question::Family(family) => self.family(family),
            Question::Rank(rank) => self.rank(rank),
            Question::Compare(compare) => self.compare(compare),
            Question::Flows(flows) => self.flows(flows),
            Question::Search(search) => self.search(search),
            Question::Show(show) => self.show(show),
            Question::Explain(explain) => self.explain(explain),
            Question::Owners(owners) => self.owners(owners),
            Question::Report(report) => self.report(report),
            Question::Diff(diff) => self.diff(diff),
            Question::Check(check) => self.check(check),
            Question::Upstream(upstream) => self.upstream(upstream),
            Question::Why(why) => self.why(why),
            Question::Common(common) => self.common(common),
            Question::Siblings(siblings) => self.siblings(siblings),
            Question::Blast(blast) => self.blast(blast),
            Question::Licences(licences) => self.licences(licences),
            #[cfg(feature = "export")]
            Question::Bom(bom) => self.bom(bom),
            #[cfg(feature = "export")]
            Question::Export(export) => self.export(export),
        }
    }

    /// What finds models by words of their ids.
    pub(super) fn finder(&self) -> Result<&Finder, Error> {
        let best = || Ok(self.census(&Filter::default())?.best());
        once(&self.known.finder, || Finder::new(&self.snapshot, best))
    }

    /// Gives the lineage with all links of the snapshot.
    ///
    /// # Errors
    /// [`Error::Counting`] if the links are not as they were written.
    pub fn lineage(&self) -> Result<Lineage, Error> {
        Ok(once(&self.known.whole, || Lineage::from_snapshot(&self.snapshot))?.clone())
    }

    /// Gives the lineage with the links that a filter follows; the last few are remembered.
    ///
    /// # Errors
    /// [`Error::Counting`] if the links are not as they were written.
    pub fn links(&self, filter: &Filter) -> Result<Lineage, Error> {
        let lineage = self.lineage()?;
        if filter.follows_all() {
            return Ok(lineage);
        }
        let known = |known: &Filter| known.follows_as(filter);
        remembered(&self.known.lineages, MOST, known, || Ok((filter.clone(), filter.links(&lineage))))
    }

    /// Gives the counts below every model under a filter; the last few are remembered.
    ///
    /// # Errors
    /// [`Error::Counting`] if a column is not as it was written, or if counting would take longer than this atlas
    /// waits.
    pub fn census(&self, filter: &Filter) -> Result<Arc<Census>, Error> {
        self.counted(filter, &self.counting(filter))
    }

    pub(super) fn counted(&self, filter: &Filter, counting: &Counting) -> Result<Arc<Census>, Error> {
        let known = |(links, known): &(Filter, Counting)| links.follows_as(filter) && known == counting;
        remembered(&self.known.censuses, MOST, known, || {
            let kept = if filter.follows_all() { Census::kept(&self.snapshot, counting)? } else { None };
            let census = match kept {
                Some(kept) => kept,
                None => Census::count(&self.links(filter)?, counting)?,
            };
            Ok(((filter.clone(), counting.clone()), Arc::new(census)))
        })
    }

    /// Makes a family of all models of an owner, without regard to case.
    ///
    /// # Errors
    /// [`Unknown`] if no model here has that owner; it holds the nearest names.
    pub fn owner(&self, name: &str) -> Result<reference::Family, Unknown> {
        names::owner(name, &self.snapshot)
    }

    /// Selects a part of the lineage, and gives the counts below each model with it.
    ///
    /// # Errors
    /// [`Error::Contradiction`], [`Error::Unknown`], [`Error::NoModel`] and [`Error::NoMember`] if the selection says
    /// nothing, [`Error::NothingLeft`] if the filter leaves nothing of it, and [`Error::Counting`].
    pub fn choose(&self, selection: &Select, filter: &Filter) -> Result<(Chosen, Arc<Census>), Error> {
        selection.check()?;
        filter.check()?;
        let selection = self.settled_selection(selection)?;
        let start = selection.start(self.tables.families(), &self.lineage()?)?;
        self.chosen(&selection, start, filter)
    }

    fn chosen(&self, selection: &Select, start: Start, filter: &Filter) -> Result<(Chosen, Arc<Census>), Error> {
        let census = self.census(filter)?;
        let chosen = selection.choose(start, &self.links(filter)?, &census, filter)?;
        Ok((chosen, census))
    }

    /// What is counted under a filter, for as long as this atlas waits.
    pub(super) fn counting(&self, filter: &Filter) -> Counting {
        Counting { wait: self.wait, ..filter.counting() }
    }

    /// States a filter in sentences. If it has days: of how many models a date is known, since the others count in no figure.
    pub(super) fn words(&self, filter: &Filter) -> Result<String, Error> {
        let mut words = filter.words();
        if filter.since.or(filter.until).is_some() {
            let (lineage, created) = (self.lineage()?, self.snapshot.created()?);
            let derived = self.snapshot.rows().filter(|row| !lineage.is_root(*row));
            let (dated, all) =
                derived.fold((0, 0), |(dated, all), row| (dated + u64::from(created.at(row).is_some()), all + 1));
            words += &format!(" A date is known of {} of the {} models with a parent.", grouped(dated), grouped(all));
        }
        Ok(words)
    }

    fn family(&self, asked: &Family) -> Result<Facts, Error> {
        let family = names::family(&asked.name, self.tables.families(), &self.lineage()?)?;
        let (lineage, counting) = (self.links(&asked.filter)?, self.counting(&asked.filter));
        let counted = if asked.include_members { Counted::Everybody } else { Counted::Others };
        let words = self.words(&asked.filter)?;
        if let Some(part) = asked.list {
            if members(&family, &lineage)?.is_empty() {
                return Err(Error::NoMember { name: family.name });
            }
            let listing = part.list(&family, &lineage, &counting, counted)?;
            let words = match part {
                Part::Members if !words.is_empty() => {
                    "Members are what they are, whenever they came: the filter says nothing of them.".to_owned()
                }
                _ => words,
            };
            return Ok(Facts::Models { family: family.name, part, listing, lineage, counted, words });
        }
        let count = FamilyCount::count(&family, &lineage, &counting, counted)?;
        match count.members {
            0 => Err(Error::NoMember { name: family.name }),
            _ => Ok(Facts::Family { count, counted, words }),
        }
    }

    fn show(&self, asked: &Show) -> Result<Facts, Error> {
        let start = asked.selection.start(self.tables.families(), &self.lineage()?)?;
        let renamed = match &asked.selection.begin {
            Begin::Below(ids) | Begin::Above(ids) | Begin::Around(ids) => {
                let today = start.rows.iter().map(|row| self.snapshot.id(*row));
                let differ = ids.iter().zip(today).filter(|(id, today)| !today.eq_ignore_ascii_case(id));
                differ.map(|(id, today)| (id.to_owned(), today.to_owned())).collect()
            }
            Begin::Family(_) | Begin::All => Vec::new(),
        };
        let (chosen, census) = self.chosen(&asked.selection, start, &asked.filter)?;
        let all = |number: Option<usize>| number.unwrap_or(usize::MAX);
        let extent = Extent { depth: all(asked.depth), siblings: asked.siblings, lines: all(asked.lines) };
        let drawn = tree(&census, &chosen.models, chosen.reach, extent);
        let words = [chosen.words.join(" "), asked.filter.words()].join(" ").trim_end().to_owned();
        Ok(Facts::Tree { census, chosen, drawn, renamed, words })
    }
}

/// What is kept under a key, or what `make` makes; the least used one goes when there are too many. Nothing is held while it is
/// made, so that two that ask at once may both make it.
fn remembered<K, V: Clone>(
    kept: &Kept<K, V>,
    most: usize,
    is_it: impl Fn(&K) -> bool,
    make: impl FnOnce() -> Result<(K, V), Error>,
) -> Result<V, Error> {
    let find = |kept: &mut Vec<(K, V)>| {
        let at = kept.iter().position(|(key, _)| is_it(key))?;
        let found = kept.remove(at);
        let value = found.1.clone();
        kept.push(found);
        Some(value)
    };
    // What a thread left behind that panicked is whole: entries are put there when they are made.
    let open = || kept.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(value) = find(&mut open()) {
        return Ok(value);
    }
    let (key, made) = make()?;
    let mut kept = open();
    if let Some(value) = find(&mut kept) {
        return Ok(value);
    }
    kept.push((key, made.clone()));
    if kept.len() > most {
        kept.remove(0);
    }
    Ok(made)
}
