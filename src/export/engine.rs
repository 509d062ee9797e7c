use std::io::{self, ErrorKind};

/// An `Engine` lays a picture out: it says where the nodes stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// The program itself draws an outline, as a file browser draws folders; it needs no Graphviz.
    Outline,
    /// Graphviz sets layers from left to right.
    Dot,
    /// Graphviz lets links pull like springs, which suits small graphs.
    Neato,
    /// Graphviz lets links pull like springs and nodes push each other apart.
    Fdp,
    /// Graphviz does the same level by level, which suits large graphs.
    Sfdp,
    /// Graphviz sets rings around a middle.
    Twopi,
    /// Graphviz sets circles.
    Circo,
}

impl Engine {
    /// This lists every engine, in the order of the help.
    pub const ALL: [Engine; 7] =
        [Engine::Outline, Engine::Dot, Engine::Neato, Engine::Fdp, Engine::Sfdp, Engine::Twopi, Engine::Circo];

    /// Gives its name in options, which is Graphviz's own but for the outline.
    pub fn name(self) -> &'static str {
        match self {
            Engine::Outline => "outline",
            Engine::Dot => "dot",
            Engine::Neato => "neato",
            Engine::Fdp => "fdp",
            Engine::Sfdp => "sfdp",
            Engine::Twopi => "twopi",
            Engine::Circo => "circo",
        }
    }

    /// Finds the engine of that name; capitals matter.
    pub fn from_name(name: &str) -> Option<Engine> {
        Engine::ALL.into_iter().find(|engine| engine.name() == name)
    }
}

/// A `Painting` is one run of Graphviz's `dot`, to be made by whoever runs programs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Painting {
    /// The picture is to be of this kind: `svg`, `png` or `pdf`.
    pub kind: &'static str,
    /// These are the other arguments of `dot`, beside the kind.
    pub arguments: Vec<String>,
    /// This is the DOT text that it reads from its standard input, in UTF-8.
    pub text: Vec<u8>,
}

/// A `Painter` runs Graphviz, which this library never does, and gives the bytes of the picture. Its errors become
/// those of the file that is written.
pub type Painter<'p> = &'p (dyn Fn(Painting) -> io::Result<Vec<u8>> + Sync);

/// A `Layout` says how pictures and DOT are laid out, and who paints.
#[derive(Clone, Copy)]
pub struct Layout<'p> {
    /// This engine lays them out.
    pub engine: Engine,
    /// This painter is asked for what Graphviz is needed for.
    pub painter: Painter<'p>,
}

impl Layout<'_> {
    /// This is the program's own outline, for those who run no Graphviz; whoever changes its engine needs a painter, without
    /// whom pictures are refused with [`ErrorKind::Unsupported`].
    pub const OUTLINE: Layout<'static> = Layout { engine: Engine::Outline, painter: &refused };
}

fn refused(painting: Painting) -> io::Result<Vec<u8>> {
    let what = format!("Graphviz lays this {} out, and nobody runs it here; choose the layout outline", painting.kind);
    Err(io::Error::new(ErrorKind::Unsupported, what))
}
