use std::collections::BTreeMap;

use crate::source::hub::{Pause, Quota};
use crate::source::recording::CardState;

/// What happens on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// An earlier run's pages are taken over.
    Resumed {
        /// How many.
        pages: u64,
        /// Rows in them.
        rows: u64,
    },
    /// A page was kept.
    Page {
        /// Pages so far, earlier runs' included.
        pages: u64,
        /// Rows so far.
        rows: u64,
        /// What is left of the quota, if the Hub tells.
        quota: Option<Quota>,
    },
    /// Nothing is asked for a while.
    Waits(Pause),
    /// The Hub does not know these fields: the crawl goes on without them.
    WithoutFields(Vec<String>),
    /// Rows of a listing that was to be in the order of their making are not: while pages are read, models may be missed.
    Falls {
        /// A row's id.
        earlier: String,
        /// That of the next row, which was made earlier.
        later: String,
    },
    /// So much is still to be asked for below a model: a generation begins, or it has become more than the whole Hub.
    Pending {
        /// The generation whose children are asked for, the model itself being the first.
        generation: u64,
        /// Requests, at least.
        requests: u64,
        /// What is left of the quota, if the Hub tells.
        quota: Option<Quota>,
    },
    /// The model below which was asked is not on the Hub; its descendants may be.
    NoRoot {
        /// Its id.
        id: String,
        /// The Hub's words.
        message: String,
    },
    /// The Hub counts so many more children of the model below which was asked than its tag lists: they may name an older
    /// id of it.
    Missed(u64),
    /// Unlisted parents were asked for.
    Renames {
        /// How many.
        done: u64,
        /// Of how many.
        of: u64,
        /// Of those, how many were renamed.
        found: u64,
    },
    /// A card, or the fate of an id, cannot be had, and the others are asked for all the same: why, in words.
    Unanswered(String),
    /// Cards were kept.
    Cards {
        /// How many models were asked for theirs.
        done: u64,
        /// Of how many.
        of: u64,
    },
}

/// What a crawl brought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Brought {
    /// Pages, earlier runs' included.
    pub pages: u64,
    /// Rows in them.
    pub rows: u64,
    /// Rows of the second listing, of models whose licence is none of the Hub's list.
    pub licences: u64,
    /// Pages without rows that named a next one.
    pub empty: u64,
    /// Rows that were made before the row before them, though that was not asked for; of this run alone.
    pub falls: u64,
    /// What came of the cards that were asked for, with how often.
    pub cards: BTreeMap<CardState, u64>,
}

/// Who is told of events.
pub type Tell<'t> = &'t (dyn Fn(Event) + Send + Sync);
