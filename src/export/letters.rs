//! How wide texts are in a drawing, so that nothing is set over them.

use crate::ink::text_width;

/// Widths of the letters from blank to `~`, in thousandths of the size: those of Helvetica, which Arial and Liberation Sans
/// share (from the latter's own tables).
#[rustfmt::skip]
const PLAIN: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
    667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556,
    556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];
#[rustfmt::skip]
const BOLD: [u16; 95] = [
    278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 333, 333, 584, 584, 584, 611, 975, 722, 722, 722, 722, 667, 611, 778, 722, 278, 556, 722, 611, 833, 722, 778,
    667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584, 556, 333, 556, 611, 556, 611, 556, 333, 611,
    611, 278, 278, 556, 278, 889, 611, 611, 611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389, 280, 389, 584,
];
/// Of every other letter: a square, as those of Chinese are; most are narrower.
const OTHER: u16 = 1000;

/// Width of a text, in the unit of its size: in Helvetica, or in the font inside the program, with which PNG and PDF are painted,
/// whichever is wider.
pub(super) fn width(text: &str, size: f64, is_bold: bool) -> f64 {
    helvetica(text, size, is_bold).max(text_width(text, size, is_bold))
}

fn helvetica(text: &str, size: f64, is_bold: bool) -> f64 {
    let letters = if is_bold { &BOLD } else { &PLAIN };
    let of = |c: char| (c as usize).checked_sub(32).and_then(|at| letters.get(at)).copied().unwrap_or(OTHER);
    text.chars().map(|c| u64::from(of(c))).sum::<u64>() as f64 * size / 1000.0
}

/// A text in lines that fit, unless a word alone does not.
pub(super) fn folded(text: &str, fits: impl Fn(&str) -> bool) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let longer = lines.last().map(|line| format!("{line} {word}")).filter(|line| fits(line));
        match (longer, lines.last_mut()) {
            (Some(longer), Some(line)) => *line = longer,
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// The beginning and the end of a name of more than so many letters: the end tells versions and formats apart.
pub(super) fn shortened(name: &str, most: usize) -> String {
    let letters = name.chars().count();
    if letters <= most {
        return name.to_owned();
    }
    let half = most / 2;
    let end: String = name.chars().skip(letters - half + 1).collect();
    name.chars().take(half).collect::<String>() + "…" + &end
}

/// A name in lines of at most `most` letters, broken behind its own signs, so that the lines together are the name.
pub(super) fn broken(name: &str, most: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for part in name.split_inclusive(['-', '_', '.', '/']) {
        let last = lines.len() - 1;
        if !lines[last].is_empty() && lines[last].chars().count() + part.chars().count() > most {
            lines.push(String::new());
        }
        let last = lines.len() - 1;
        lines[last].push_str(part);
    }
    lines
}
