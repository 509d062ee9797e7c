//! Rows that speak of one model, or whose names or keys meet: in their order, each as what was known by then has it.

use hashbrown::HashMap;

use super::entry::Entry;
use super::held::{Held, PARENTS, Place, Told};
use super::keys::{Older, shared};
use super::ledger::Ledger;
use super::maybe::Maybe;
use super::names::Names;
use super::oddities::Oddities;
use super::renames::Renames;
use super::sorted::{Sorted, Texts};
use crate::model::{Certainty, Oddity, OddityKind, RepositoryKey};

/// A model that several rows speak of: its id, what is known of it, and what is odd about it.
pub(super) type Model = (String, Entry, Vec<Oddity>);

/// A `Joining` is the models that several rows speak of, as far as they are known.
pub(super) struct Joining<'h> {
    held: &'h [Held],
    older: &'h Older,
    names: Names,
    /// The model of each name, by its number.
    of_name: Vec<Maybe<u32>>,
    models: Vec<Entry>,
    /// The models by the Hub's keys.
    of_key: HashMap<RepositoryKey, u32>,
    oddities: Oddities,
    pub renames: Renames,
}

impl<'h> Joining<'h> {
    /// Goes over the rows that `is_joined` marks, and over what was told of names in between. Repeats are counted in the ledger.
    pub fn join(
        held: &'h [Held],
        told: &[(usize, Told)],
        older: &'h Older,
        is_joined: &[Vec<bool>],
        ledger: &mut Ledger,
    ) -> Joining<'h> {
        let mut joining = Joining {
            held,
            older,
            names: Names::of_ids(),
            of_name: Vec::new(),
            models: Vec::new(),
            of_key: HashMap::new(),
            oddities: Oddities::default(),
            renames: Renames::default(),
        };
        let mut told = told.iter().peekable();
        for (batch, is_joined) in is_joined.iter().map(Some).chain([None]).enumerate() {
            while let Some((_, said)) = told.next_if(|(before, _)| *before == batch) {
                match said {
                    Told::Alias(old, new) => joining.renames.of_model(old, new, Certainty::Sure),
                    Told::Table(rows) => joining.renames.of_table(rows.iter()),
                }
            }
            // What was told behind all rows.
            let Some(is_joined) = is_joined else { break };
            let mut rows: Vec<u32> = (0..is_joined.len() as u32).filter(|row| is_joined[*row as usize]).collect();
            rows.sort_unstable_by_key(|row| held[batch].batch.came[*row as usize]);
            rows.into_iter().for_each(|row| joining.row(Place { batch: batch as u32, row }, ledger));
        }
        joining
    }

    fn row(&mut self, place: Place, ledger: &mut Ledger) {
        let held = &self.held[place.batch as usize];
        let (id, oddities) = (held.batch.id(place.row), held.batch.oddities_of(place.row).to_vec());
        let name = self.name(id);
        let later = Entry::of_row(held, place, name);
        if held.is_stale {
            self.names.respell(name, id);
            return self.push(later, oddities);
        }
        // A page of names of licences tells of models that are records already; a table of them lists models.
        let is_licence = later.names_a_licence_alone() && self.model_of(name).is_some();
        if is_licence {
            ledger.change(held.source, |source| {
                source.records -= 1;
                source.licence_rows += 1;
            });
        }
        if let Ok(at) = held.batch.was.binary_search_by_key(&place.row, |(row, _)| *row) {
            let old = self.name(&held.batch.was[at].1);
            let [from, to] = [old, name].map(|name| self.model_of(name).filter(|at| self.is_fresh(*at)));
            match (from, to) {
                // Both were listed just now: a page that leads elsewhere makes no model of two.
                (Some(from), Some(to)) if from != to => self.odd(from, OddityKind::LedElsewhere, id),
                _ => self.rename(old, name),
            }
        }
        if let Some(key) = later.hub_id {
            // Who is listed is no old id, whoever bore the name before.
            self.renames.is_current(id);
            let old = self.name_of_key(key).filter(|old| *old != name);
            // Another repository may bear the old name by now.
            let is_same = |model: u32| self.models[model as usize].hub_id.is_none_or(|other| other == key);
            if let Some(old) = old.filter(|old| self.model_of(*old).is_none_or(is_same)) {
                if let Some(known) = self.model_of(old).filter(|known| self.is_fresh(*known)) {
                    let old = self.names.get(old).to_owned();
                    self.odd(known, OddityKind::Renamed, &old);
                }
                self.rename(old, name);
            }
        }
        let Some(at) = self.model_of(name) else {
            self.names.respell(name, id);
            return self.push(later, oddities);
        };
        let known = &mut self.models[at as usize];
        let is_reused = !known.is_stale && known.hub_id.zip(later.hub_id).is_some_and(|(one, other)| one != other);
        if known.is_stale || is_reused {
            *known = later;
            self.names.respell(name, id);
            self.note(at);
            self.oddities.replace(at, oddities);
            if is_reused {
                ledger.change(held.source, |source| source.repeats += 1);
                self.odd(at, OddityKind::ReusedId, id);
            }
            return;
        }
        ledger.change(held.source, |source| source.repeats += u64::from(!is_licence));
        let earlier_spelling = self.names.get(name).to_owned();
        self.names.respell(name, id);
        let joined = known.join(later);
        self.note(at);
        if joined.forgets {
            self.oddities.forget_parents(at);
        }
        oddities.into_iter().for_each(|oddity| self.oddities.add(at, oddity));
        if joined.disagrees {
            self.odd(at, OddityKind::CardDisagrees, held.batch.carded_by(place.row));
        }
        if earlier_spelling != self.names.get(name) {
            self.odd(at, OddityKind::CaseCollision, &earlier_spelling);
        }
    }

    fn name(&mut self, id: &str) -> u32 {
        let name = self.names.intern(id);
        if self.of_name.len() < self.names.len() {
            self.of_name.push(Maybe::NONE);
        }
        name
    }

    fn model_of(&self, name: u32) -> Option<u32> {
        self.of_name[name as usize].get()
    }

    fn push(&mut self, model: Entry, oddities: Vec<Oddity>) {
        let at = self.models.len() as u32;
        self.of_name[model.name as usize] = Some(at).into();
        self.oddities.replace(at, oddities);
        self.models.push(model);
        self.note(at);
    }

    /// Notes which repository a model is; another model that was the same one is so no longer.
    fn note(&mut self, at: u32) {
        if let Some(key) = self.models[at as usize].hub_id {
            self.of_key.insert(key, at);
        }
    }

    /// The name under which a repository was met last.
    fn name_of_key(&mut self, key: RepositoryKey) -> Option<u32> {
        match self.of_key.get(&key) {
            Some(at) => Some(self.models[*at as usize].name),
            None => self.older.name_of(key).map(|name| self.name(name)),
        }
    }

    /// Notes an oddity of a model, once.
    fn odd(&mut self, model: u32, kind: OddityKind, text: &str) {
        self.oddities.add(model, Oddity::new(kind, text));
    }

    /// Whether a model was met in these sources, and not in an older snapshot alone.
    fn is_fresh(&self, model: u32) -> bool {
        !self.models[model as usize].is_stale
    }

    /// The repository under the name `old` bears the name `new` now.
    fn rename(&mut self, old: u32, new: u32) {
        if old == new {
            return;
        }
        let model = std::mem::replace(&mut self.of_name[old as usize], Maybe::NONE);
        self.of_name[new as usize] = self.of_name[new as usize].or(model);
        self.renames.of_model(self.names.get(old), self.names.get(new), Certainty::Sure);
    }

    /// Gives the names that are models in the end, each with the model and what is odd about it, and those that are none.
    pub fn finish(self) -> (Vec<Model>, Vec<String>, Renames) {
        let Joining { names, of_name, models, oddities, renames, .. } = self;
        let mut oddities = oddities.into_lists();
        let (mut found, mut others) = (Vec::new(), Vec::new());
        for (name, model) in (0..).zip(of_name) {
            let id = names.get(name).to_owned();
            match model.get() {
                Some(at) => {
                    let model = models[at as usize].clone();
                    found.push((id, model, oddities.remove(&at).unwrap_or_default()));
                }
                None => others.push(id),
            }
        }
        (found, others, renames)
    }
}

/// Which rows have to be gone over in their order: those of one name, of one key, and all whose name is an old one by what
/// others say. Every other row is a model of its own, whatever stands before and behind it.
pub(super) fn are_joined(sorted: &Sorted, texts: Texts<'_>, told: &[(usize, Told)], older: &Older) -> Vec<Vec<bool>> {
    let held = texts.held;
    let mut is_joined: Vec<Vec<bool>> = held.iter().map(|held| vec![false; held.batch.len()]).collect();
    let mut mark = |place: Place| {
        // Parents' names are no rows.
        if let Some(rows) = is_joined.get_mut(place.batch as usize) {
            rows[place.row as usize] = true;
        }
    };
    // Rows stand before the parent's name among equal texts.
    for at in (1..sorted.keys.len()).filter(|at| sorted.repeats[*at] && sorted.keys[*at].place.batch != PARENTS) {
        mark(sorted.keys[at - 1].place);
        mark(sorted.keys[at].place);
    }
    shared(held).into_iter().for_each(&mut mark);
    let mut old: Vec<&str> = Vec::new();
    for (batch, held) in (0..).zip(held) {
        old.extend(held.batch.was.iter().map(|(_, was)| was.as_str()));
        held.batch.was.iter().for_each(|(row, _)| mark(Place { batch, row: *row }));
        if older.is_empty() || held.is_stale {
            continue;
        }
        for (row, key) in (0..).zip(&held.batch.hub_ids) {
            let known = key.and_then(|key| older.name_of(key));
            if let Some(known) = known.filter(|known| !known.eq_ignore_ascii_case(held.batch.id(row))) {
                old.push(known);
                mark(Place { batch, row });
            }
        }
    }
    // What is told behind all rows is told of none that comes.
    for (_, told) in told.iter().filter(|(before, _)| *before < held.len()) {
        match told {
            Told::Alias(known, _) => old.push(known),
            Told::Table(rows) => old.extend(rows.iter().map(|alias| alias.old.as_str())),
        }
    }
    old.into_iter().flat_map(|old| sorted.find(texts, old)).for_each(|key| mark(key.place));
    is_joined
}
