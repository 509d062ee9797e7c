use super::Day;
use crate::census::Measure;

/// A `Contradiction` says which two parts of a question exclude each other. Its texts name no option and no field, so
/// that every door can say it in its own words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Contradiction {
    /// The filter's first day does not come before its end, so no model can be counted.
    #[error("no day lies from {since} to before {until}")]
    NoDay {
        /// Models are counted from this day on.
        since: Day,
        /// Models are counted before this day.
        until: Day,
    },
    /// All relations are excluded, so no link can be followed.
    #[error("no relation is left to follow")]
    NoRelation,
    /// A measure that is defined for single models alone is asked of owners or families.
    #[error("{} is defined for models alone", .0.name())]
    ForModelsAlone(Measure),
    /// A number of recent days is given for a measure other than growth.
    #[error("how many days are recent matters for growth alone")]
    DaysWithoutGrowth,
    /// A name or a measure stands in the question twice.
    #[error("{0} is named twice")]
    Twice(String),
    /// Measures are to stand beside that of a ranking, and columns are named too.
    #[error("the columns say which measures are shown, and others are named beside")]
    ColumnsBeside,
    /// Owners or families are to be ranked within something: what descends from them is not.
    #[error(
        "what lies within is said of models and of whoever made them; owners and families are ranked by all that descends from them"
    )]
    WithinGroups,
    /// Nobody is named who is to be compared.
    #[error("nobody is named; name families, owners as Qwen/*, or models")]
    NoNames,
    /// A comparison is asked both by parts and by snapshots.
    #[error("a comparison is by parts or by snapshots")]
    PartsAlong,
    /// A figure is chosen for a comparison that shows them all.
    #[error("without parts every figure is shown")]
    FigureOfAll,
    /// Conversions are asked for, and no quantization is followed.
    #[error("conversions are quantizations, and no link of that relation is followed")]
    NoConversions,
    /// Shares are asked of generations, which all derived models together do not have.
    #[error("generations are counted from the members of each name, so that no part has a share of all derived models")]
    ShareOfGenerations,
    /// A list of the members is asked to count the members' own derived models, which are no members.
    #[error("whether members count is said of what descends from members, and not of the members")]
    MembersOfMembers,
    /// Of a selection the first 0 models are to be left.
    #[error("the first 0 models are none")]
    TopOfNone,
    /// A depth is given for a selection that lies around a model, or that is everything.
    #[error("how many links deep is said of what is below or above; around a model it is how many hops")]
    DepthElsewhere,
    /// A number of hops is given for a selection that does not lie around a model.
    #[error("how many hops is said of what is around a model")]
    HopsElsewhere,
    /// A report is asked under a filter that does more than fold mirrors.
    #[error("a report is of all links and all models; of a filter it takes folded mirrors alone")]
    ReportOfSome,
    /// Models are searched for by no word.
    #[error("there is no word to search for")]
    NoWords,
    /// A question that is about models names none.
    #[error("no model is named")]
    NoModels,
    /// What models have in common is asked of fewer than two.
    #[error("two models or more have something in common")]
    CommonOfOne,
    /// Days are given for a question about all that lies above models, whenever it was made.
    #[error("it is asked of all that lies above models, whenever that was made: days say nothing there")]
    DaysElsewhere,
    /// One table of counts is asked for where models are to be listed.
    #[error("a list has no tables of counts")]
    TableOfList,
    /// A pattern of ids is none.
    #[error("{pattern:?} is no pattern of ids, such as acme/*")]
    NoPattern {
        /// This is the pattern as it was written.
        pattern: String,
    },
}
