//! Who descends from whom among the world's open AI models.

pub mod model;
pub mod snapshot;
pub mod source;
