/// Writes the day of an instant (milliseconds since 1970) in UTC, as `2025-01-31`.
pub fn day(millis: i64) -> String {
    let date = |at: jiff::Timestamp| jiff::tz::Offset::UTC.to_datetime(at).date().to_string();
    jiff::Timestamp::from_millisecond(millis).map_or_else(|_| "unknown".into(), date)
}
