use std::fmt::{Display, Formatter};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A `Day` is a calendar day in UTC, of the years 1 to 9998. It is written as `2025-01-31`, in JSON too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(jiff::civil::Date);

impl Day {
    /// Gives the day's first instant, in milliseconds since 1970.
    pub fn millis(self) -> i64 {
        // All instants of these years are some.
        jiff::tz::Offset::UTC.to_timestamp(self.0.at(0, 0, 0, 0)).map_or(0, jiff::Timestamp::as_millisecond)
    }
}

impl FromStr for Day {
    type Err = String;

    /// Reads a day.
    ///
    /// # Errors
    /// The text says how a day is written, or which years there are.
    fn from_str(text: &str) -> Result<Day, String> {
        match text.parse::<jiff::civil::Date>() {
            Ok(day) if (1..9999).contains(&day.year()) => Ok(Day(day)),
            Ok(_) => Err("no year from 1 to 9998".into()),
            Err(_) => Err("write it as 2025-01-31".into()),
        }
    }
}

impl Display for Day {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Day, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|reason| de::Error::custom(format!("{text:?} is no day: {reason}")))
    }
}
