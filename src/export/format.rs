use std::io::{self, Write};

use super::drawing::{Drawing, Place};
use super::{
    Engine, FilePart, Graph, Layout, Paint, cytoscape, dot, edges, gexf, graphml, mermaid, node_link, parquet, picture,
    svg, table,
};
use crate::ink::Picture;

/// A `Format` is a kind of file that a graph is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// This is Graphviz's text.
    Dot,
    /// This is a drawing that browsers show.
    Svg,
    /// This is a drawing in pixels.
    Png,
    /// This is a drawing for print.
    Pdf,
    /// This is GraphML, for yEd, igraph and networkx.
    GraphMl,
    /// This is GEXF 1.3, for Gephi.
    Gexf,
    /// This is a Mermaid flowchart, for documents.
    Mermaid,
    /// This is node-link JSON, for networkx and d3.
    Json,
    /// This is Cytoscape's JSON.
    Cytoscape,
    /// This is two CSV tables, of nodes and of links, with a JSON file about them.
    Csv,
    /// This is two CSV tables with the headers that Neo4j's bulk import wants, and a JSON file about them.
    Neo4j,
    /// This is two Parquet tables with the names that GraphFrames wants; DuckDB reads them too.
    Parquet,
    /// This is the program's own edge text, which can be imported again.
    Edges,
}

impl Format {
    /// This lists every format, in the order of the help.
    pub const ALL: [Format; 13] = [
        Format::Dot,
        Format::Svg,
        Format::Png,
        Format::Pdf,
        Format::GraphMl,
        Format::Gexf,
        Format::Mermaid,
        Format::Json,
        Format::Cytoscape,
        Format::Csv,
        Format::Parquet,
        Format::Neo4j,
        Format::Edges,
    ];

    /// Gives the format's name in options.
    pub fn name(self) -> &'static str {
        match self {
            Format::Dot => "dot",
            Format::Svg => "svg",
            Format::Png => "png",
            Format::Pdf => "pdf",
            Format::GraphMl => "graphml",
            Format::Gexf => "gexf",
            Format::Mermaid => "mermaid",
            Format::Json => "json",
            Format::Cytoscape => "cytoscape",
            Format::Csv => "csv",
            Format::Parquet => "parquet",
            Format::Neo4j => "neo4j",
            Format::Edges => "edges",
        }
    }

    /// Finds the format of that name; capitals matter.
    pub fn from_name(name: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|format| format.name() == name)
    }

    /// Finds the format of files whose names end so, without the dot. Neo4j's tables end as other CSV does, so no
    /// suffix tells them.
    pub fn from_suffix(suffix: &str) -> Option<Format> {
        match suffix {
            "gv" => Some(Format::Dot),
            "mmd" => Some(Format::Mermaid),
            "cyjs" => Some(Format::Cytoscape),
            "neo4j" => None,
            name => Format::from_name(name),
        }
    }

    /// Tells whether a file with that suffix, in lower case, may be of the format: it is its own, or no format's.
    pub fn fits(self, suffix: &str) -> bool {
        match Format::from_suffix(suffix) {
            Some(Format::Json) => matches!(self, Format::Json | Format::Cytoscape),
            Some(Format::Csv) => matches!(self, Format::Csv | Format::Neo4j),
            Some(known) => known == self,
            None => true,
        }
    }

    /// Lists the files that an export consists of, in the order in which they are written.
    pub fn parts(self) -> &'static [FilePart] {
        match self {
            Format::Csv | Format::Neo4j => &[FilePart::Nodes, FilePart::Links, FilePart::About],
            Format::Parquet => &[FilePart::Nodes, FilePart::Links],
            _ => &[FilePart::Whole],
        }
    }

    /// Says why the usual readers are slow or refuse, if they are known to with so many nodes and links.
    pub fn strain(self, nodes: usize, links: usize) -> Option<&'static str> {
        let both = nodes + links;
        let (size, most, why) = match self {
            Format::Dot => (both, 6_000, "Graphviz takes minutes above some 3,000 nodes"),
            Format::Svg | Format::Png | Format::Pdf => {
                (both, 2_000, "nobody reads a drawing of more than some 1,000 nodes")
            }
            Format::Mermaid => (links, 500, "Mermaid draws at most 500 links unless its maxEdges says more"),
            Format::Cytoscape => (both, 20_000, "Cytoscape in a browser is slow above some 10,000 nodes"),
            Format::Gexf | Format::GraphMl => (both, 600_000, "Gephi and yEd are slow above some 300,000 nodes"),
            Format::Json => (both, 20_000, "d3 in a browser is slow above some 10,000 nodes"),
            Format::Csv | Format::Parquet | Format::Neo4j | Format::Edges => return None,
        };
        (size > most).then_some(why)
    }

    /// Gives width and height of the picture in pixels, if it is one that the program itself lays out.
    pub fn extent(self, graph: &Graph<'_>, paint: &Paint, engine: Engine) -> Option<(u64, u64)> {
        let is_drawn = matches!(self, Format::Svg | Format::Png | Format::Pdf) && engine == Engine::Outline;
        let drawing = is_drawn.then(|| Drawing::new(graph, paint, &|_| None, Place::File))?;
        Some((drawing.width as u64, drawing.height as u64))
    }

    /// Tells whether the file is text, which a terminal can show.
    pub fn is_text(self) -> bool {
        !matches!(self, Format::Png | Format::Pdf | Format::Parquet)
    }

    /// Tells whether an engine lays it out.
    pub fn has_layout(self) -> bool {
        matches!(self, Format::Dot | Format::Svg | Format::Png | Format::Pdf)
    }

    /// Tells whether its nodes have colours.
    pub fn has_colors(self) -> bool {
        self.has_layout() || matches!(self, Format::Gexf | Format::Mermaid)
    }

    /// Tells whether its nodes carry every field of [`NODE_FIELDS`](super::NODE_FIELDS). Drawings show a few of them,
    /// and edge text carries what can be imported again.
    pub fn has_fields(self) -> bool {
        !matches!(self, Format::Svg | Format::Png | Format::Pdf | Format::Mermaid | Format::Edges)
    }

    /// Tells whether a node may stand for several models.
    pub fn has_groups(self) -> bool {
        self != Format::Edges
    }

    /// Writes a part of a graph. Only DOT and pictures look at the layout; its painter is asked for pictures with an
    /// engine of Graphviz's. If the picture is less than was asked for, such as a PNG that was shrunk,
    /// a sentence says so.
    ///
    /// # Errors
    /// It fails if the writer or the painter does, and with [`io::ErrorKind::Other`] if a column that the format shows
    /// is not as it was written.
    pub fn write(
        self,
        part: FilePart,
        graph: &Graph<'_>,
        paint: &Paint,
        layout: Layout<'_>,
        out: &mut (dyn Write + Send),
    ) -> io::Result<Option<String>> {
        match (self, part) {
            (Format::Csv, FilePart::About) => node_link::write_about(graph, Some(table::GUARDED), out),
            (_, FilePart::About) => node_link::write_about(graph, None, out),
            (Format::Dot, _) => dot::write(graph, paint, layout.engine, out),
            (Format::Svg, _) if layout.engine == Engine::Outline => svg::write(graph, paint, out),
            (Format::Svg | Format::Png | Format::Pdf, _) => {
                let kind = match self {
                    Format::Png => Picture::Png,
                    Format::Pdf => Picture::Pdf,
                    _ => Picture::Svg,
                };
                return picture::write(graph, paint, layout, kind, out);
            }
            (Format::GraphMl, _) => graphml::write(graph, out),
            (Format::Gexf, _) => gexf::write(graph, paint, out),
            (Format::Mermaid, _) => mermaid::write(graph, paint, out),
            (Format::Json, _) => node_link::write(graph, out),
            (Format::Cytoscape, _) => cytoscape::write(graph, out),
            (Format::Csv, FilePart::Links) => table::write_links(graph, out),
            (Format::Csv, _) => table::write_nodes(graph, out),
            (Format::Parquet, FilePart::Links) => parquet::write_links(graph, out),
            (Format::Parquet, _) => parquet::write_nodes(graph, out),
            (Format::Neo4j, FilePart::Links) => table::write_neo4j_links(graph, out),
            (Format::Neo4j, _) => table::write_neo4j_nodes(graph, out),
            (Format::Edges, _) => edges::write(graph, out),
        }?;
        Ok(None)
    }
}
