//! Bills of materials: some models with all that they descend from, as others' tools read it. What stands in one, and what cannot, is
//! told in docs/bom.md.

mod cyclonedx;
mod facts;
mod format;
mod licence;
mod plain;
mod purl;
mod spdx;
mod stamp;

pub use facts::{Bom, Extra};
pub use format::BomFormat;
pub use licence::spdx_id;
