/// A `Unit` says what values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// They are texts.
    Text,
    /// They are counts of things.
    Count,
    /// They are parts of a whole: 0.25 is a quarter.
    Share,
    /// They are numbers of any kind.
    Number,
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
