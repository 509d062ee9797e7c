//! The words of the house: ids, relations, records. No I/O, no foreign crates.

mod alias;
mod column;
mod counted;
mod file_link;
mod guard;
mod hint;
mod id;
mod oddity;
mod once;
mod record;
mod relation;
mod remark;
mod side_by_side;

pub use alias::{Alias, Certainty, Scope};
pub use column::{Count, Counts, Flag, Flags, Word, WordList, WordLists, Words};
pub use counted::{counted, grouped, plural};
pub use file_link::FileLink;
pub(crate) use guard::guarded;
pub use hint::Hint;
pub use id::{Commit, IdFault, ModelId, RepositoryKey};
pub(crate) use id::{HUGGING_FACE, here, hex, hub_of};
pub(crate) use oddity::clip;
pub use oddity::{Oddity, OddityKind};
pub(crate) use once::once;
pub(crate) use record::INSTANTS;
pub use record::{Authority, DATES_KEPT_SINCE, DAY, Parent, Record, Reject, Witness};
pub use relation::{Learned, Relation};
pub use remark::{Remark, RemarkKind};
pub(crate) use side_by_side::{beside, side_by_side};
