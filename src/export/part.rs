/// A `Part` is one of the files that an export consists of ([`Format::parts`](super::Format::parts)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilePart {
    /// The file holds nodes, links and notes.
    Whole,
    /// The file is the table of nodes.
    Nodes,
    /// The file is the table of links.
    Links,
    /// The file says as JSON what other formats say of themselves in their own files, since CSV has no room for it.
    About,
}
