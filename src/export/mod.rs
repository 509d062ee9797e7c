//! A part of the lineage as a graph file: one format, one file, its own escaping. Links run from parent to child. And models with what they
//! were made of as bills of materials, where links run from child to parent, as their readers expect.

mod bom;
mod cytoscape;
mod dot;
mod drawing;
mod edges;
mod engine;
mod format;
mod gexf;
mod graph;
mod graphml;
mod lanes;
mod layers;
mod layout;
mod legend;
mod letters;
mod mark;
mod mermaid;
mod node_link;
mod paint;
mod parquet;
mod part;
mod picture;
mod shape;
mod svg;
mod table;
mod xml;

pub use bom::{Bom, BomFormat, Extra, spdx_id};
pub use engine::{Engine, Layout, Painter, Painting};
pub use format::Format;
pub use graph::{About, Attribute, Graph, Kind, NODE_FIELDS, Node, Status, Tables};
pub use paint::{ColorBy, Paint};
pub use part::FilePart;

/// A `Lead` says where the id of a model leads, if anywhere.
pub type Lead<'l> = &'l dyn Fn(&str) -> Option<String>;
