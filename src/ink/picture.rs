use std::io;
use std::sync::{Arc, LazyLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::fontdb::{Database, ID, Source};
use resvg::usvg::{FontResolver, Options, Tree};

use super::chart::FACES;
use super::pdf;

/// A `Picture` is a kind of file that a drawing is written as. The drawing is an SVG document; its letters are those of the
/// font inside the program, whatever fonts it names and wherever it is painted. What the font lacks becomes a box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Picture {
    /// The drawing itself, for browsers and programs that draw.
    Svg,
    /// Dots.
    Png,
    /// A page for print, whose letters can be searched.
    Pdf,
}

/// A `Painted` is a drawing as the bytes of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Painted {
    /// These are the file's bytes.
    pub bytes: Vec<u8>,
    /// A PNG has so many dots for one unit of the drawing.
    pub scale: f64,
}

/// Dots of a picture, at most; of so many one takes 400 MB while it is painted.
const MOST: f64 = 1e8;

impl Picture {
    /// This lists every kind.
    pub const ALL: [Picture; 3] = [Picture::Svg, Picture::Png, Picture::Pdf];

    /// Gives the kind's name, by which files end.
    pub fn name(self) -> &'static str {
        match self {
            Picture::Svg => "svg",
            Picture::Png => "png",
            Picture::Pdf => "pdf",
        }
    }

    /// Finds the kind of files whose names end so, without the dot.
    pub fn from_suffix(suffix: &str) -> Option<Picture> {
        Picture::ALL.into_iter().find(|kind| suffix.eq_ignore_ascii_case(kind.name()))
    }

    /// Paints an SVG document: a PNG has so many dots for one of its units, or fewer if it would be too large.
    ///
    /// # Errors
    /// It fails if the text is no SVG, or too large to be painted.
    pub fn paint(self, svg: &str, scale: f64) -> io::Result<Painted> {
        let wrong = |error: &dyn std::fmt::Display| io::Error::other(format!("the drawing cannot be painted: {error}"));
        if self == Picture::Svg {
            return Ok(Painted { bytes: svg.as_bytes().to_vec(), scale });
        }
        let tree = Tree::from_str(svg, &options()).map_err(|error| wrong(&error))?;
        if self == Picture::Pdf {
            let bytes = pdf::page(&tree).map_err(|what| wrong(&what))?;
            return Ok(Painted { bytes, scale });
        }
        let (width, height) = (f64::from(tree.size().width()), f64::from(tree.size().height()));
        let scale = scale.min((MOST / (width * height)).sqrt());
        let side = |side: f64| ((side * scale).round() as u32).max(1);
        let mut dots = Pixmap::new(side(width), side(height)).ok_or_else(|| wrong(&"it is too large"))?;
        resvg::render(&tree, Transform::from_scale(scale as f32, scale as f32), &mut dots.as_mut());
        let bytes = dots.encode_png().map_err(|error| wrong(&error))?;
        Ok(Painted { bytes, scale })
    }
}

/// The faces of the font inside the program.
static FONTS: LazyLock<(Arc<Database>, [Option<ID>; 2])> = LazyLock::new(|| {
    let mut fonts = Database::new();
    let ids = FACES.map(|face| fonts.load_font_source(Source::Binary(Arc::new(face))).first().copied());
    (Arc::new(fonts), ids)
});

/// No font of the system is asked for, so that the same bytes come everywhere.
fn options() -> Options<'static> {
    let (fonts, [plain, bold]) = &*FONTS;
    let resolver = FontResolver {
        select_font: Box::new(move |font, _| if font.weight() >= 600 { *bold } else { *plain }),
        select_fallback: Box::new(|_, _, _| None),
    };
    Options { fontdb: Arc::clone(fonts), font_resolver: resolver, ..Options::default() }
}
