use serde::{Deserialize, Serialize};

use crate::source::hub::listing::Scope;

/// A `Plan` says what a crawl is after: equal plans may go on with each other's pages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// This is the Hub's address.
    pub endpoint: String,
    /// It says what is listed.
    #[serde(flatten)]
    pub scope: Scope,
    /// This model's descendants are followed, instead of a listing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<String>,
    /// The crawl ends after so many rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// Only what changed since this instant is listed, in milliseconds since 1970, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<i64>,
    /// It tells whether the cards of derived models are fetched too.
    #[serde(default)]
    pub cards: bool,
    /// It tells whether the names of licences that are `other` are asked for too, by a second listing.
    #[serde(default)]
    pub licence_names: bool,
}

impl Plan {
    /// Tells whether it is after the whole Hub.
    pub fn is_whole(&self) -> bool {
        self.scope == Scope::default() && self.below.is_none() && self.limit.is_none() && self.since.is_none()
    }

    /// Whether it follows a model's descendants on the Hub that `whole` lists.
    pub(super) fn is_part_of_whole(&self, whole: &Plan) -> bool {
        self.below.is_some() && self.endpoint == whole.endpoint
    }
}
