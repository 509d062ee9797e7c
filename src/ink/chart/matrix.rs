use super::super::{grouped, printable};
use super::sheet::{Anchor, Area, Letters, Sheet};
use super::{Unit, finite, shown};

/// A field is never darker than this, so that dark letters can be read on it.
const DARKEST: f64 = 0.5;
const PALEST: f64 = 0.04;
/// A field is so wide and so high at most, in sizes of letters.
const LARGEST: (f64, f64) = (24.0, 4.6);
/// A column's name has at most so many lines.
const LINES: usize = 3;

pub(super) fn draw(
    sheet: &mut Sheet,
    mut area: Area,
    rows: &[String],
    columns: &[String],
    values: &[Vec<Option<f64>>],
    known: usize,
    unit: Unit,
) {
    let em = sheet.em;
    let heads = sheet.faint();
    let line = heads.size * 1.2;
    // Few rows have room for letters of the usual size.
    let room = (area.height() - LINES as f64 * line) / rows.len().max(1) as f64;
    let letters = Letters { size: if room > 1.8 * em { em } else { 0.86 * em }, ..sheet.plain() };
    let words = |at: usize, column: usize| finite(values.get(at).and_then(|row| row.get(column).copied()).flatten());
    let names = rows.iter().map(|name| sheet.measured(name, letters)).fold(0.0, f64::max).min(area.width() * 0.3);
    let left = area.left + names + 0.6 * em;
    // A field has room for its number, and a row for a line.
    let number = (0..rows.len())
        .flat_map(|at| (0..columns.len()).map(move |column| (at, column)))
        .filter_map(|(at, column)| words(at, column))
        .map(|value| sheet.measured(&shown(value, unit), letters))
        .fold(2.0 * em, f64::max)
        + 0.5 * em;
    let fits = |area: Area| {
        let down = ((area.height() - LINES as f64 * line - 0.4 * em) / (letters.size * 1.35)) as usize;
        let across = ((area.right - left) / number) as usize;
        (down.max(1), across.max(1))
    };
    let (mut down, mut across) = fits(area);
    if rows.len() > down || columns.len() > across {
        area.bottom -= 1.4 * em;
        (down, across) = fits(area);
        let said = format!(
            "Drawn are the first {} of {} rows and {} of {} columns.",
            grouped(down.min(rows.len()) as u64),
            grouped(rows.len() as u64),
            grouped(across.min(columns.len()) as u64),
            grouped(columns.len() as u64)
        );
        sheet.label((area.left, area.bottom + 0.9 * em), Anchor::Start, heads, &said, area.width());
    }
    let (rows, columns) = (&rows[..rows.len().min(down)], &columns[..columns.len().min(across)]);
    let wide = ((area.right - left) / columns.len().max(1) as f64).min(LARGEST.0 * em);
    let wrapped: Vec<Vec<String>> = columns
        .iter()
        .map(|name| sheet.ruler.wrapped(&printable(name), heads.size, heads.weight, wide - 0.5 * em, LINES))
        .collect();
    let lines = wrapped.iter().map(Vec::len).max().unwrap_or(0);
    let top = area.top + lines as f64 * line + 0.4 * em;
    let high = ((area.bottom - top) / rows.len().max(1) as f64).min(LARGEST.1 * em);
    for (at, (name, texts)) in columns.iter().zip(&wrapped).enumerate() {
        let x = left + (at as f64 + 0.5) * wide;
        for (up, text) in texts.iter().rev().enumerate() {
            let y = top - 0.4 * em - up as f64 * line;
            sheet.text((x, y), Anchor::Middle, heads, text, name);
        }
    }
    let all = (0..rows.len().min(known)).flat_map(|at| (0..columns.len()).map(move |column| (at, column)));
    let most = all.filter_map(|(at, column)| words(at, column)).fold(0.0_f64, |most, value| most.max(value.abs()));
    for (at, row) in rows.iter().enumerate() {
        let y = top + (at as f64 + 0.5) * high;
        sheet.label((left - 0.6 * em, y), Anchor::End, letters, row, names + 0.01);
        for (column, name) in columns.iter().enumerate() {
            let x = left + column as f64 * wide;
            let field =
                Area { left: x + 1.0, right: x + wide - 1.0, top: y - high / 2.0 + 1.0, bottom: y + high / 2.0 - 1.0 };
            let value = words(at, column);
            let text = value.map_or_else(|| "–".into(), |value| shown(value, unit));
            // What is below nothing has another colour, and what is of something that is not known none.
            let class = match value {
                _ if at >= known => "c5",
                Some(value) if value < 0.0 => "c1",
                _ => "c0",
            };
            // By square roots, so that a large field does not make all others alike.
            let part = match value {
                Some(value) if most > 0.0 && at < known => (value.abs() / most).sqrt(),
                _ => 0.0,
            };
            if value.is_some() {
                sheet.rect(field, class, PALEST + (DARKEST - PALEST) * part, &format!("{row}, {name}: {text}"));
            }
            sheet.label((x + wide / 2.0, y), Anchor::Middle, letters, &text, wide);
        }
    }
}
