//! Answers as programs read them: what stands in the JSON of every command, as types and as JSON schemas made of these.
//!
//! ```
//! use modelkin::schema::{Frame, RankBeside, RankRow};
//!
//! let text = r#"{"modelkin": "0.1.0", "snapshot": {"date": "2025-07-02", "date_from": "given",
//!     "digest": "0000000000000000000000000000000000000000000000000000000000000000", "models": 2, "links": 1, "unlisted": 0,
//!     "rejects": 0, "oddities": 0, "sample": false}, "definition": "Ranked: models, by descendants.", "of": 1, "missing": 0,
//!     "rows": [{"rank": 1, "id": "meta/base", "listed": true, "direct": 1, "descendants": 1}]}"#;
//! let answer: Frame<RankRow, RankBeside> = serde_json::from_str(text)?;
//! assert_eq!(answer.rows[0].id.as_deref(), Some("meta/base"));
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! A key that is not known here is passed over, since later programs may write new ones (docs/json.md).

mod check;
mod compare;
mod family;
mod form;
mod frame;
mod licences;
mod models;
mod number;
mod origin;
mod rank;
mod section;
mod words;

pub use check::{
    AliasList, AliasRow, BurstList, BurstRow, CaseRow, CheckAnswer, CheckBeside, CheckList, CheckRow, KINDS,
    MirrorList, MirrorRow,
};
pub use compare::{
    ByName, CompareAlongRow, CompareByRow, CompareRow, Comparison, ComparisonAlong, ComparisonBy, Flows, FlowsRow,
};
pub use family::{
    Both, ByRelation, FamilyAnswer, FamilyList, FamilyListBeside, FamilyListRow, FamilyRow, Sum, TopChild, Unlisted,
};
pub use form::{FORMS, Form};
pub use frame::{Coverage, Frame, Named, Nothing, Renamed, Snapshot};
pub use licences::{Clause, Judged, LicencesAnswer, LicencesBeside, LicencesRow};
pub use models::{Found, SearchBeside, SearchRow, ShowBeside, ShowRow, Tree};
pub use number::{Cell, Number, Ways};
pub use origin::{
    BlastList, BlastListBeside, BlastRow, CommonAnswer, CommonBeside, CommonRow, Distance, Known, Link, Naming,
    OriginBeside, SiblingsAnswer, SiblingsRow, UpstreamAnswer, UpstreamRow, WhyAnswer, WhyBeside, WhyRow,
};
pub use rank::{Measures, RankBeside, RankRow, Ranking};
pub use section::{
    BlastBeside, BlastSection, BlastTable, BlastTableBeside, OwnersAnswer, OwnersRow, Rows, Section, Sections,
    TableBeside, TableRow,
};
pub use words::{Compared, DateFrom, Gated, Learned, Outcome, Relation, Shared, Verdict};
