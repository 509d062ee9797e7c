/// A `FileLink` is a link that a file beside a card states, and the card does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileLink {
    /// This is the id of the child.
    pub child: String,
    /// This is the id of the parent, as a snapshot spells it.
    pub parent: String,
    /// This file names it.
    pub file: &'static str,
}
