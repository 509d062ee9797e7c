use std::collections::{HashSet, VecDeque};

use crate::source::hub::listing::{self, Glance, Order, Scope};
use crate::source::recording::{Head, PageKind, Plan};

/// What is still to be asked for. It is made of the pages that were kept, so that nothing else needs to be remembered.
#[derive(Debug)]
pub(super) struct Frontier {
    plan: Plan,
    todo: VecDeque<Step>,
    /// The present listing's pages, by their queries.
    been_at: HashSet<String>,
    /// The models whose children were asked for or need not be, in lower case.
    known: HashSet<String>,
    pub pages: u64,
    pub rows: u64,
}

#[derive(Debug, Clone)]
enum Step {
    Root(String),
    /// A listing from its start.
    Start(Scope),
    /// A further page.
    Next(String),
}

/// The next request.
pub(super) enum Task {
    /// One model.
    Root(String),
    /// A page: its path, or none for the first one of a listing.
    List(Option<String>),
}

impl Frontier {
    pub fn new(plan: Plan) -> Frontier {
        let first = match &plan.below {
            Some(id) => Step::Root(id.clone()),
            None => Step::Start(plan.scope.clone()),
        };
        Frontier {
            plan,
            todo: VecDeque::from([first]),
            been_at: HashSet::new(),
            known: HashSet::new(),
            pages: 0,
            rows: 0,
        }
    }

    /// Whether the way leads through the rows of pages.
    pub fn reads_rows(&self) -> bool {
        self.plan.below.is_some()
    }

    /// The next request; it stays the next one until its page was [`Frontier::saw`].
    pub fn next(&self) -> Option<Task> {
        Some(match self.todo.front()? {
            Step::Root(id) => Task::Root(id.clone()),
            Step::Start(_) => Task::List(None),
            Step::Next(query) => Task::List(Some(listing::next_page(query))),
        })
    }

    /// The path of the first page of the listing that comes next.
    pub fn first_page(&self, fields: &[String]) -> String {
        let order = if self.plan.since.is_some() { Order::Modified } else { Order::Created };
        let scope = match self.todo.front() {
            Some(Step::Start(scope)) => scope,
            _ => &self.plan.scope,
        };
        listing::first_page(scope, order, fields, self.left())
    }

    /// Rows that may still be taken.
    pub fn left(&self) -> Option<u64> {
        self.plan.limit.map(|limit| limit.saturating_sub(self.rows))
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
        self.rows += head.take.unwrap_or(head.rows);
        let step = self.todo.pop_front();
        if let Some(Step::Root(id)) = step {
            let id = glances.first().and_then(|glance| glance.id.clone()).unwrap_or(id);
            self.children_of(&id);
            return;
        }
        if matches!(step, Some(Step::Start(_))) {
            self.been_at.clear();
            self.been_at.extend(head.path.split_once('?').map(|(_, query)| query.to_owned()));
        }
        let is_known = self.plan.since.is_some_and(|since| head.oldest.is_some_and(|oldest| oldest < since));
        if self.left() == Some(0) {
            self.todo.clear();
            return;
        }
        if let Some(next) = head.next.clone().filter(|_| !is_known) {
            self.been_at.insert(next.clone());
            self.todo.push_front(Step::Next(next));
        }
        if self.reads_rows() {
            for glance in glances.iter().filter(|glance| glance.has_children) {
                if let Some(id) = &glance.id {
                    self.children_of(id);
                }
            }
        }
    }

    fn children_of(&mut self, id: &str) {
        if self.known.insert(id.to_ascii_lowercase()) {
            let mut scope = self.plan.scope.clone();
            scope.filters.push(listing::child_of(id));
            self.todo.push_back(Step::Start(scope));
        }
    }
}
