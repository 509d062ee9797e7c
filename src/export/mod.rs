//! A part of the lineage as a graph file: one format, one file, its own escaping. Links run from parent to child.

mod cytoscape;
mod dot;
mod drawing;
mod edges;
mod format;
mod gexf;
mod graph;
mod graphml;
mod graphviz;
mod layout;
mod mermaid;
mod node_link;
mod paint;
mod parquet;
mod part;
mod picture;
mod svg;
mod table;
mod xml;

pub use format::Format;
pub use graph::{About, Graph, Kind, NODE_FIELDS, Node, Status, Tables, Value};
pub use graphviz::Engine;
pub use paint::{ColorBy, Paint};
pub use part::Part;
