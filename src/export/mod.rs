//! A part of the lineage as a graph file: one format, one file, its own escaping. Links run from parent to child.

mod cytoscape;
mod dot;
mod drawing;
mod edges;
mod engine;
mod format;
mod gexf;
mod graph;
mod graphml;
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

pub use engine::{Engine, Layout, Painter, Painting};
pub use format::Format;
pub use graph::{About, Attribute, Graph, Kind, NODE_FIELDS, Node, Status, Tables};
pub use paint::{ColorBy, Paint};
pub use part::FilePart;
