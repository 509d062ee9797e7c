//! The program reads the clock here alone, so that `SOURCE_DATE_EPOCH` can set it.

use anyhow::Context;

/// Now, in milliseconds since 1970; or what SOURCE_DATE_EPOCH says, so that the same sources give the same bytes.
pub fn now() -> anyhow::Result<i64> {
    match std::env::var("SOURCE_DATE_EPOCH") {
        Ok(seconds) => {
            Ok(seconds.parse::<i64>().with_context(|| format!("SOURCE_DATE_EPOCH={seconds:?}: no whole seconds"))?
                * 1000)
        }
        Err(_) => Ok(jiff::Timestamp::now().as_millisecond()),
    }
}

/// The day that it is.
pub fn today() -> anyhow::Result<modelkin::ask::Day> {
    let day = modelkin::ink::day(now()?);
    day.parse().map_err(|reason| anyhow::anyhow!("the clock says {day}: {reason}"))
}
