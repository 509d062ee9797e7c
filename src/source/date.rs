//! Dates as the Hub and its mirrors write them.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

/// Milliseconds since 1970 of `2024-09-16T11:57:06.000Z`, of the same without a zone (taken as UTC) or with ` UTC` for
/// one, of a date, or of a number of seconds or parts of seconds since 1970.
pub(super) fn millis(text: &str) -> Option<i64> {
    let text = text.trim();
    let text = text.strip_suffix("UTC").map_or(text, str::trim_end);
    if text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'e' | b'E' | b'+'))
        && let Ok(number) = text.parse::<f64>()
    {
        return of_number(number);
    }
    let stamp = text
        .parse::<Timestamp>()
        .ok()
        .or_else(|| text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok().map(|at| at.timestamp()))
        .or_else(|| text.parse::<Date>().ok()?.to_zoned(TimeZone::UTC).ok().map(|at| at.timestamp()))?;
    Some(stamp.as_millisecond())
}

/// Milliseconds since 1970 of a number of seconds, milliseconds, microseconds or nanoseconds since then: which of them is
/// plain from its size, since no model is older than 1973 or younger than 5138.
pub(super) fn of_number(number: f64) -> Option<i64> {
    const PER_MILLI: [(f64, f64); 4] = [(1e11, 1e-3), (1e14, 1.0), (1e17, 1e3), (1e20, 1e6)];
    let (_, per_milli) = PER_MILLI.iter().find(|(most, _)| number < *most)?;
    (number >= 1e8).then_some((number / per_milli).floor() as i64)
}

/// Milliseconds since 1970 of `Sun, 06 Nov 1994 08:49:37 GMT`, as HTTP writes dates.
#[cfg(feature = "crawl")]
pub(super) fn http(text: &str) -> Option<i64> {
    Some(jiff::fmt::rfc2822::parse(text).ok()?.timestamp().as_millisecond())
}

/// The day of an instant in milliseconds since 1970, as people write it.
#[cfg(feature = "crawl")]
pub(super) fn day(millis: i64) -> Option<String> {
    Some(Timestamp::from_millisecond(millis).ok()?.to_zoned(TimeZone::UTC).date().to_string())
}
