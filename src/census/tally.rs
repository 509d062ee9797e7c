use super::Coverage;

/// A set of models, counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Distinct models.
    pub models: u64,
    /// By the relation of their own link towards the family, in the order of [`Relation::ALL`](crate::model::Relation::ALL).
    pub by_relation: [u64; 5],
    /// Their distinct owners.
    pub authors: u64,
    /// Their downloads in 30 days.
    pub downloads: Sum,
    /// Their downloads since the Hub publishes them.
    pub downloads_all_time: Sum,
    /// Their likes.
    pub likes: Sum,
    /// Those created recently, of those with a date; see [`Counting::recent_since`](super::Counting::recent_since).
    pub recent: Sum,
    /// How many have a date since the Hub keeps dates: by an older one no burst is judged.
    pub dated: u64,
}

impl Tally {
    /// Of how many the date is known.
    pub fn dates(&self) -> Coverage {
        Coverage { known: self.dated, of: self.models }
    }
}

/// A sum, and of how many models the value was known: a missing value is missing, not 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sum {
    /// The sum of the known values.
    pub total: u64,
    /// How many were known.
    pub of: u64,
}

impl Sum {
    /// Adds a value, if it is known.
    pub fn add(&mut self, value: Option<u64>) {
        if let Some(value) = value {
            self.total += value;
            self.of += 1;
        }
    }
}
