use super::Coverage;

/// A `Tally` is a set of models, counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// There are so many distinct models.
    pub models: u64,
    /// So many are of each relation, that of their own link towards the family, in the order of
    /// [`Relation::ALL`](crate::model::Relation::ALL).
    pub by_relation: [u64; 5],
    /// They have so many distinct owners.
    pub authors: u64,
    /// They have so many downloads in 30 days.
    pub downloads: Sum,
    /// They have so many downloads since the Hub publishes them.
    pub downloads_all_time: Sum,
    /// They have so many likes.
    pub likes: Sum,
    /// So many were created recently, of those with a date; see
    /// [`Counting::recent`](super::Counting::recent).
    pub recent: Sum,
    /// So many have a date since the Hub keeps dates: by an older one no burst is judged.
    pub dated: u64,
}

impl Tally {
    /// Gives of how many the date is known.
    pub fn dates(&self) -> Coverage {
        Coverage { known: self.dated, of: self.models }
    }
}

/// A `Sum` is a sum, and of how many models the value was known: a missing value is missing, not 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sum {
    /// This is the sum of the known values.
    pub total: u64,
    /// So many values were known.
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

    /// Returns the sum, or nothing where no value of it was known.
    pub fn known(self) -> Option<u64> {
        (self.of > 0).then_some(self.total)
    }
}
