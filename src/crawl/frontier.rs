use std::collections::{HashSet, VecDeque};

use super::error::MOST_STALE;
use crate::source::hub::Seen;
use crate::source::hub::listing::{self, Glance, Order, Scope};
use crate::source::recording::{Head, OldId, PageKind, Plan};

/// What is still to be asked for. It is made of the pages that were kept, so that nothing else needs to be remembered.
#[derive(Debug)]
pub(super) struct Frontier {
    plan: Plan,
    todo: VecDeque<Step>,
    /// What the present listing's pages are.
    kind: PageKind,
    /// The present listing's pages, by their queries.
    been_at: Seen,
    /// The present listing's models, by their ids.
    met: Seen,
    /// Pages in a row that had none but those.
    stale: u64,
    /// Models of this crawl so far, or of its second listing; each page without any counts as one.
    models: u64,
    /// Of how many there are not more.
    most: u64,
    /// The id by which the present listing lists children, if that may be another model's today.
    doubtful: Option<String>,
    /// The models whose children were asked for or need not be, in lower case.
    known: HashSet<String>,
    /// The generation of a family whose children are being asked for, and its models whose turn has not come.
    generation: (u64, usize),
    /// Children of the root that were not met yet, as far as is known.
    expected: u64,
    /// Children of the root that were not met in its generation.
    missed: u64,
    /// The last row of the present listing that was read in this run.
    last: Option<Glance>,
    pub pages: u64,
    pub rows: u64,
    /// Rows of the listing of licences' names.
    pub licences: u64,
    /// Pages without rows that named a next one.
    pub empty: u64,
    /// Rows that were made before the row before them, in a listing by the order of making.
    pub falls: u64,
}

#[derive(Debug, Clone)]
enum Step {
    Root(String),
    /// A listing from its start; the id by which it lists children, if that may be another model's today.
    Start(Scope, Option<String>),
    /// The listing of licences' names from its start.
    Licences,
    /// A further page.
    Next(String),
}

/// The next request.
pub(super) enum Task {
    /// One model.
    Root(String),
    /// A page of a listing: its kind, its path and query.
    List(PageKind, String),
}

impl Frontier {
    /// The start of a crawl of `most` models at most.
    pub fn new(plan: Plan, most: u64) -> Frontier {
        let first = match &plan.below {
            Some(id) => Step::Root(id.clone()),
            None => Step::Start(plan.scope.clone(), None),
        };
        let licences = plan.licence_names.then_some(Step::Licences);
        Frontier {
            plan,
            todo: [first].into_iter().chain(licences).collect(),
            kind: PageKind::List,
            been_at: Seen::default(),
            met: Seen::default(),
            stale: 0,
            models: 0,
            most,
            doubtful: None,
            known: HashSet::new(),
            generation: (0, 0),
            expected: 0,
            missed: 0,
            last: None,
            pages: 0,
            rows: 0,
            licences: 0,
            empty: 0,
            falls: 0,
        }
    }

    /// Whether the way leads through the rows of pages.
    pub fn reads_rows(&self) -> bool {
        self.plan.below.is_some()
    }

    /// The next request, for these fields; it stays the next one until its page was [`Frontier::saw`].
    pub fn next(&self, fields: &[String]) -> Option<Task> {
        let order = self.order();
        Some(match self.todo.front()? {
            Step::Root(id) => Task::Root(id.clone()),
            Step::Start(scope, _) => Task::List(PageKind::List, listing::first_page(scope, order, fields, self.left())),
            Step::Licences => {
                let mut scope = self.plan.scope.clone();
                scope.filters.push(listing::OTHER_LICENCE.to_owned());
                Task::List(PageKind::Licences, listing::first_page(&scope, order, &of_licences(), None))
            }
            Step::Next(query) => {
                // The Hub repeats what it was asked for, also a field that it takes no longer.
                let of_licences = of_licences();
                let fields = if self.kind == PageKind::Licences { &of_licences } else { fields };
                Task::List(self.kind, listing::only_fields(&listing::next_page(query), fields))
            }
        })
    }

    /// Leaves the listing of licences' names, which the Hub does not give.
    pub fn without_licences(&mut self) {
        self.plan.licence_names = false;
        self.todo.clear();
    }

    fn order(&self) -> Order {
        if self.plan.since.is_some() { Order::Modified } else { Order::Created }
    }

    /// Of a family: the generation whose children are asked for next, and the requests that are pending at least.
    pub fn pending(&self) -> Option<(u64, u64)> {
        let begins = matches!(self.todo.front()?, Step::Start(..)) && self.generation.1 == 0;
        let is_read = self.reads_rows() && !matches!(self.todo.front(), Some(Step::Root(_)));
        is_read.then(|| (self.generation.0 + u64::from(begins), (self.todo.len() as u64).saturating_add(self.expected)))
    }

    /// Of a family that was read to its end: how many children of the root the Hub counts and did not list.
    pub fn missed(&self) -> u64 {
        self.missed.saturating_add(self.expected)
    }

    /// The older id by which the next page lists children, if it may be another model's today.
    pub fn doubtful(&self) -> Option<&str> {
        match self.todo.front()? {
            Step::Start(_, doubtful) => doubtful.as_deref(),
            Step::Next(_) => self.doubtful.as_deref(),
            Step::Root(_) | Step::Licences => None,
        }
    }

    /// Looks for rows that are not in the order that was asked for; gives the first two.
    pub fn falls(&mut self, glances: &[Glance]) -> Option<(Glance, Glance)> {
        if self.order() != Order::Created {
            return None;
        }
        if matches!(self.todo.front(), Some(Step::Start(..))) {
            self.last = None;
        }
        let (first, count) = listing::falls(self.last.as_ref(), glances);
        let first = first.map(|(one, other)| (one.clone(), other.clone()));
        self.falls += count;
        self.last = glances.iter().rfind(|glance| glance.created.is_some()).cloned().or(self.last.take());
        first
    }

    /// Goes past a page of an earlier crawl whose pages are read with this one's.
    pub fn passed(&mut self, head: &Head) {
        if head.kind != PageKind::Cards {
            self.pages += 1;
            self.rows += head.rows;
        }
    }

    /// Whether a page that was kept is the one that comes next, whatever fields it was asked for.
    pub fn expects(&self, head: &Head) -> bool {
        let expected = self.next(&[]).map(|task| match task {
            Task::Root(id) => listing::one_model(&id, &[]),
            Task::List(_, path) => listing::only_fields(&path, &[]),
        });
        let is_listed = matches!(self.todo.front(), None | Some(Step::Licences));
        match head.kind {
            // An earlier run asked for them, and was not to ask for the names of licences.
            PageKind::Cards => is_listed,
            PageKind::Licences if !self.plan.licence_names => is_listed,
            _ => expected.is_some_and(|path| path == listing::only_fields(&head.path, &[])),
        }
    }

    /// Rows that may still be taken.
    pub fn left(&self) -> Option<u64> {
        self.plan.limit.map(|limit| limit.saturating_sub(self.rows))
    }

    pub fn most(&self) -> u64 {
        self.most
    }

    /// Whether a page with so many rows is more than a crawl may bring, in models or in what is to be asked for.
    pub fn is_too_much(&self, rows: u64) -> bool {
        self.models.saturating_add(rows.max(1)) > self.most || self.known.len() as u64 > self.most
    }

    /// Whether too many pages in a row brought no model that their listing did not give before, this one included.
    pub fn is_endless(&mut self, glances: &[Glance]) -> bool {
        if self.begins() {
            self.met.clear();
            self.stale = 0;
        }
        self.meet(glances);
        self.stale >= MOST_STALE
    }

    /// Notes the models of the present listing's next page; those of the pages that were kept, too.
    pub fn meet(&mut self, glances: &[Glance]) {
        let ids = glances.iter().filter_map(|glance| glance.id.as_ref());
        let news = ids.filter(|id| self.met.insert(id)).count();
        self.stale = if news == 0 { self.stale + 1 } else { 0 };
    }

    /// Whether the next page is the first of its listing.
    pub fn begins(&self) -> bool {
        matches!(self.todo.front(), Some(Step::Start(..) | Step::Licences))
    }

    /// Whether the next page is a further one of a listing.
    pub fn goes_on(&self) -> bool {
        matches!(self.todo.front(), Some(Step::Next(_)))
    }

    pub fn has_been_at(&self, next: &str) -> bool {
        self.been_at.contains(next)
    }

    /// Goes on behind a page.
    pub fn saw(&mut self, head: &Head, glances: &[Glance]) {
        if head.kind == PageKind::Cards {
            return;
        }
        self.pages += 1;
        match head.kind {
            PageKind::Licences if !self.plan.licence_names => return,
            PageKind::Licences => self.licences += head.rows,
            _ => self.rows += head.take.unwrap_or(head.rows),
        }
        self.empty += u64::from(head.rows == 0 && head.next.is_some());
        let step = self.todo.pop_front();
        // The second listing gives models of the first once more.
        let before = if let Some(Step::Licences) = step { 0 } else { self.models };
        self.models = before.saturating_add(head.rows.max(1));
        if let Some(Step::Root(id)) = step {
            let id = glances.first().and_then(|glance| glance.id.clone()).unwrap_or(id);
            self.expected = glances.first().and_then(|glance| glance.children).unwrap_or(0);
            self.children_of(&id, None);
            // Tags of its children may go on naming it as it was called.
            if let Some(was) = &head.was {
                self.children_of(was, None);
            }
            self.children_of_old(&head.old);
            return;
        }
        if matches!(step, Some(Step::Start(..) | Step::Licences)) {
            self.kind = head.kind;
            let (generation, left) = &mut self.generation;
            if *left == 0 {
                (*generation, *left) = (*generation + 1, self.todo.len() + 1);
            }
            *left -= 1;
            self.doubtful = if let Some(Step::Start(_, doubtful)) = step { doubtful } else { None };
            self.been_at.clear();
            if let Some((_, query)) = head.path.split_once('?') {
                self.been_at.insert(query);
            }
        }
        // All of its rows are known: the Hub gives the latest changes first, but for a row with a wrong date.
        let is_known = self.plan.since.is_some_and(|since| head.newest.is_some_and(|newest| newest < since));
        if self.left() == Some(0) {
            self.todo.clear();
            return;
        }
        if let Some(next) = head.next.clone().filter(|_| !is_known) {
            self.been_at.insert(&next);
            self.todo.push_front(Step::Next(next));
        }
        if self.reads_rows() {
            self.expected = self.expected.saturating_sub(head.take.unwrap_or(head.rows));
            if self.generation.0 > 1 {
                self.missed = self.missed.saturating_add(std::mem::take(&mut self.expected));
            }
            let counts = |glance: &&Glance| head.take != Some(0) && glance.children != Some(0);
            for id in glances.iter().filter(counts).filter_map(|glance| glance.id.as_ref()) {
                self.children_of(id, None);
            }
            self.children_of_old(&head.old);
        }
    }

    fn children_of_old(&mut self, old: &[OldId]) {
        // The sure ones too: a table may be older than what the Hub says today.
        for OldId { id, .. } in old {
            self.children_of(id, Some(id.clone()));
        }
    }

    fn children_of(&mut self, id: &str, doubtful: Option<String>) {
        if self.known.insert(id.to_ascii_lowercase()) {
            let mut scope = self.plan.scope.clone();
            scope.filters.push(listing::child_of(id));
            self.todo.push_back(Step::Start(scope, doubtful));
        }
    }
}

/// The fields that the listing of licences' names is asked for: by the change an update knows its end.
fn of_licences() -> Vec<String> {
    ["cardData", "lastModified"].map(str::to_owned).to_vec()
}
