use std::sync::LazyLock;

use ttf_parser::Face;

/// The font inside the program: Inter, without what moves letters by their neighbours, so that a text is as wide as its
/// letters. `data/fonts` has its licence, and how it was made.
pub(in crate::ink) const FACES: [&[u8]; 2] =
    [include_bytes!("../../../data/fonts/Inter-Regular.otf"), include_bytes!("../../../data/fonts/Inter-SemiBold.otf")];

static RULERS: LazyLock<[Option<Face<'static>>; 2]> = LazyLock::new(|| FACES.map(|face| Face::parse(face, 0).ok()));

/// How thick letters are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    Plain,
    Bold,
}

/// Measures texts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ruler {
    /// What the letters' widths are multiplied by, where another font may be shown.
    pub slack: f64,
}

/// How wide a text is in the font inside the program, in the unit of its size.
#[cfg(feature = "export")]
pub(crate) fn text_width(text: &str, size: f64, is_bold: bool) -> f64 {
    Ruler { slack: 1.0 }.width(text, size, if is_bold { Weight::Bold } else { Weight::Plain })
}

impl Ruler {
    /// How wide a text is.
    pub fn width(self, text: &str, size: f64, weight: Weight) -> f64 {
        let face = RULERS[if weight == Weight::Bold { 1 } else { 0 }].as_ref();
        // What the font lacks is drawn as a box here, and by another font elsewhere: none is wider than it is high.
        let letter = |c: char| {
            let known = face.and_then(|face| Some((face, face.glyph_index(c)?)));
            known.map_or(1.0, |(face, glyph)| {
                f64::from(face.glyph_hor_advance(glyph).unwrap_or(0)) / f64::from(face.units_per_em())
            })
        };
        text.chars().map(letter).sum::<f64>() * size * self.slack
    }

    /// The text, or as much of its beginning as has room, with `…` behind it. Not even that may have room.
    pub fn shortened(self, text: &str, size: f64, weight: Weight, room: f64) -> String {
        if self.width(text, size, weight) <= room {
            return text.to_owned();
        }
        let mut kept = String::new();
        let mut left = room - self.width("…", size, weight);
        if left < 0.0 {
            return String::new();
        }
        for c in text.chars() {
            left -= self.width(c.encode_utf8(&mut [0; 4]), size, weight);
            if left < 0.0 {
                break;
            }
            kept.push(c);
        }
        kept.truncate(kept.trim_end().len());
        kept + "…"
    }

    /// The text in lines that have room, at most so many; what does not fit ends with `…`.
    pub fn wrapped(self, text: &str, size: f64, weight: Weight, room: f64, most: usize) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        let mut line = String::new();
        for word in text.split_whitespace() {
            let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
            if line.is_empty() || self.width(&longer, size, weight) <= room {
                line = longer;
            } else {
                lines.push(std::mem::replace(&mut line, word.to_owned()));
            }
        }
        lines.push(line);
        if lines.len() > most {
            let rest = lines.split_off(most.saturating_sub(1)).join(" ");
            lines.push(rest);
        }
        lines.iter().map(|line| self.shortened(line, size, weight, room)).collect()
    }
}
