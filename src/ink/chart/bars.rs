use super::super::grouped;
use super::sheet::{Anchor, Area, Sheet};
use super::{Bar, finite, labels};

/// A bar inside a page has so much room, in sizes of letters.
pub(super) const LINE: f64 = 1.85;
/// Where there is room, a bar has so much of it, and the bar itself is so thick.
const WIDEST: f64 = 4.8;
const THICKEST: f64 = 2.6;

pub(super) fn draw(sheet: &mut Sheet, area: Area, bars: &[Bar]) {
    let em = sheet.em;
    let smallest = (0.72 * em).max(9.5).min(em);
    let mut area = area;
    let least = smallest * 1.3;
    let fit = ((area.height() / least) as usize).max(1);
    let bars = if bars.len() > fit {
        // What has no room is not left out unsaid.
        area.bottom -= 1.4 * em;
        let fit = ((area.height() / least) as usize).max(1);
        let said = format!("The first {} of {} are drawn.", grouped(fit as u64), grouped(bars.len() as u64));
        let letters = sheet.faint();
        sheet.label((area.left, area.bottom + 0.9 * em), Anchor::Start, letters, &said, area.width());
        &bars[..fit]
    } else {
        bars
    };
    let line = (area.height() / bars.len().max(1) as f64).min(WIDEST * em);
    let letters = super::sheet::Letters { size: em.min(line / labels::LINE).max(smallest), ..sheet.plain() };
    let widest = |sheet: &Sheet, text: fn(&Bar) -> &str| {
        bars.iter().map(|bar| sheet.measured(text(bar), letters)).fold(0.0, f64::max)
    };
    let gap = 0.5 * em;
    let names = widest(sheet, |bar| &bar.name).min(area.width() * 0.42);
    let ends = widest(sheet, |bar| &bar.label).min(area.width() * 0.3);
    let values = bars.iter().filter_map(|bar| finite(Some(bar.value)));
    let (low, high) = values.fold((0.0_f64, 0.0_f64), |(low, high), value| (low.min(value), high.max(value)));
    let (left, right) = (area.left + names + gap, area.right - ends - gap);
    let span = high / 2.0 - low / 2.0;
    let across = |value: f64| {
        let part = if span > 0.0 { (value / 2.0 - low / 2.0) / span } else { 0.0 };
        left + part.clamp(0.0, 1.0) * (right - left)
    };
    let zero = across(0.0);
    for (at, bar) in bars.iter().enumerate() {
        let middle = area.top + (at as f64 + 0.5) * line;
        let end = finite(Some(bar.value)).map_or(zero, across);
        sheet.label((left - gap, middle), Anchor::End, letters, &bar.name, names + 0.01);
        let thick = (line * 0.36).min(THICKEST * em / 2.0);
        // A bar of nothing is a line.
        let bar_area = Area {
            left: zero.min(end),
            right: zero.max(end).max(zero.min(end) + 1.0),
            top: middle - thick,
            bottom: middle + thick,
        };
        sheet.rect(bar_area, "c0", bar.tone.opacity(), &format!("{}: {}", bar.name, bar.label));
        sheet.label((zero.max(end) + gap * 0.8, middle), Anchor::Start, letters, &bar.label, ends + 0.01);
    }
    if !bars.is_empty() {
        sheet.rule((zero, area.top), (zero, area.top + line * bars.len() as f64), "base", 0.055 * em);
    }
}
