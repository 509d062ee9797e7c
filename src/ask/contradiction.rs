use super::Day;
use crate::census::Measure;

/// How a question contradicts itself. A door that has other words for its parts says it in these.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Contradiction {
    /// No day is left.
    #[error("no day lies from {since} to before {until}")]
    NoDay {
        /// The first day.
        since: Day,
        /// The day after the last.
        until: Day,
    },
    /// No relation is left.
    #[error("no relation is left to follow")]
    NoRelation,
    /// A measure of models is asked of groups.
    #[error("{} is defined for models alone", .0.name())]
    ForModelsAlone(Measure),
    /// Days are said of a measure that has none.
    #[error("how many days are recent matters for growth alone")]
    DaysWithoutGrowth,
    /// The members' derivatives are asked of the members.
    #[error("whether members count is said of what descends from members, and not of the members")]
    MembersOfMembers,
    /// No model is to be left.
    #[error("the first 0 models are none")]
    TopOfNone,
    /// How deep is said of what has no depth.
    #[error("how many links deep is said of what is below or above; around a model it is how many hops")]
    DepthElsewhere,
    /// Hops are said of what is not around a model.
    #[error("how many hops is said of what is around a model")]
    HopsElsewhere,
    /// A report is asked of some links or some models.
    #[error("a report is of all links and all models; of a filter it takes folded mirrors alone")]
    ReportOfSome,
}
