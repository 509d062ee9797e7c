use super::grouped;
use crate::census::Coverage;

/// A `Unit` says what the values of a column or of a picture are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// The values are texts.
    Text,
    /// The values are whole numbers of things, shown with their digits in groups.
    Count,
    /// The values are parts of a whole, shown in percent: 0.25 is a quarter.
    Share,
    /// The values are numbers of any other kind.
    Number,
}

/// Says of how many something is known.
pub(crate) fn known(what: &str, Coverage { known, of }: Coverage) -> String {
    let part = if of == 0 { "none".into() } else { percent(known as f64 / of as f64) };
    format!("{what}: {} of {} ({part})", grouped(known), grouped(of))
}

/// A share in percent, with as many digits as tell something.
pub(crate) fn percent(share: f64) -> String {
    match share * 100.0 {
        // Neither all nor nothing if it is not.
        percent if percent < 100.0 && percent > 99.95 => ">99.9%".into(),
        percent if percent != 0.0 && percent.abs() < 0.1 => format!("{percent:.3}%"),
        percent => format!("{percent:.1}%"),
    }
}
