//! Dates as the Hub and its mirrors write them.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

/// Milliseconds since 1970 of `2024-09-16T11:57:06.000Z`, of the same without a zone (taken as UTC), or of a date.
pub(super) fn millis(text: &str) -> Option<i64> {
    let text = text.trim();
    let stamp = text
        .parse::<Timestamp>()
        .ok()
        .or_else(|| text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok().map(|at| at.timestamp()))
        .or_else(|| text.parse::<Date>().ok()?.to_zoned(TimeZone::UTC).ok().map(|at| at.timestamp()))?;
    Some(stamp.as_millisecond())
}

/// Milliseconds since 1970 of `Sun, 06 Nov 1994 08:49:37 GMT`, as HTTP writes dates.
pub(super) fn http(text: &str) -> Option<i64> {
    Some(jiff::fmt::rfc2822::parse(text).ok()?.timestamp().as_millisecond())
}
