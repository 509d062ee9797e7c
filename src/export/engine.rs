use std::io::{self, ErrorKind};

/// Who lays a picture out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// The program itself: an outline.
    Outline,
    /// Graphviz: layers from left to right.
    Dot,
    /// Graphviz: springs, for small graphs.
    Neato,
    /// Graphviz: springs that push apart.
    Fdp,
    /// Graphviz: the same for large graphs.
    Sfdp,
    /// Graphviz: rings around a middle.
    Twopi,
    /// Graphviz: circles.
    Circo,
}

impl Engine {
    /// Every one, in the order of help.
    pub const ALL: [Engine; 7] =
        [Engine::Outline, Engine::Dot, Engine::Neato, Engine::Fdp, Engine::Sfdp, Engine::Twopi, Engine::Circo];

    /// Its name in options; but for the outline, Graphviz's own.
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

    /// The one of that name.
    pub fn from_name(name: &str) -> Option<Engine> {
        Engine::ALL.into_iter().find(|engine| engine.name() == name)
    }
}

/// What Graphviz is to paint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Painting {
    /// The kind of picture: `svg`, `png` or `pdf`.
    pub kind: &'static str,
    /// What `dot` is told beside that.
    pub arguments: Vec<String>,
    /// The text that it reads.
    pub text: Vec<u8>,
}

/// Who runs Graphviz, which this library does not: it gives the picture.
pub type Painter<'p> = &'p (dyn Fn(Painting) -> io::Result<Vec<u8>> + Sync);

/// How pictures and DOT are laid out.
#[derive(Clone, Copy)]
pub struct Layout<'p> {
    /// Who lays them out.
    pub engine: Engine,
    /// Who paints what Graphviz is needed for.
    pub painter: Painter<'p>,
}

impl Layout<'_> {
    /// The program's own outline, for those who run no Graphviz: PNG and PDF are refused.
    pub const OUTLINE: Layout<'static> = Layout { engine: Engine::Outline, painter: &refused };
}

fn refused(painting: Painting) -> io::Result<Vec<u8>> {
    let what = format!("Graphviz paints {}, and nobody runs it here; write SVG as an outline, or DOT", painting.kind);
    Err(io::Error::new(ErrorKind::Unsupported, what))
}
