/// What a file holds of a graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilePart {
    /// Everything.
    Whole,
    /// The nodes.
    Nodes,
    /// The links.
    Links,
    /// What other formats say of themselves in their own files, as JSON.
    About,
}
