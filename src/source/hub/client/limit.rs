//! What the Hub says of its limits (docs/hub.md, 5.2).

use std::time::{Duration, Instant};

use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

use crate::source::date;

/// The kinds of requests that the Hub counts apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    Api,
    Resolvers,
    Pages,
}

impl Class {
    pub fn by_path(path: &str) -> Class {
        if path.contains("/resolve/") {
            Class::Resolvers
        } else if path.starts_with("/api/") {
            Class::Api
        } else {
            Class::Pages
        }
    }

    fn named(name: &str) -> Option<Class> {
        match name {
            "api" => Some(Class::Api),
            "resolvers" => Some(Class::Resolvers),
            "pages" => Some(Class::Pages),
            _ => None,
        }
    }
}

/// A `Quota` is what is left of a quota of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// So many requests are left in this window.
    pub remaining: u64,
    /// The next window begins in so many seconds.
    pub reset: u64,
    /// A whole window has so many requests and so many seconds, if the Hub tells.
    pub window: Option<(u64, u64)>,
}

/// Requests of a window that are left to others: to those under way, and to the user's other programs.
const MARGIN: u64 = 8;

impl Quota {
    /// The wait between two requests that spreads what is left over what is left of the window; none if nothing is.
    pub(super) fn interval(&self) -> Option<Duration> {
        let left = self.remaining.saturating_sub(MARGIN);
        let left = u32::try_from(left).unwrap_or(u32::MAX);
        (left > 0).then(|| Duration::from_secs(self.reset) / left)
    }

    /// Tells how long so many requests take at its pace.
    pub fn time_of(&self, requests: u64) -> Option<Duration> {
        let (many, seconds) = self.window.unwrap_or((self.remaining, self.reset));
        (many > 0).then(|| Duration::from_secs_f64(requests as f64 * seconds as f64 / many as f64))
    }

    /// The wait for the next window.
    pub(super) fn until_reset(&self) -> Duration {
        // The seconds are rounded: one more.
        Duration::from_secs(self.reset.saturating_add(1))
    }
}

/// When the next request of a class may go.
#[derive(Debug)]
pub(super) struct Pace {
    pub quota: Quota,
    /// When the Hub told it.
    pub told: Instant,
    /// When the last request went, or will go.
    pub last: Instant,
}

impl Pace {
    /// The instant of the next request, which is taken by this.
    pub fn reserve(&mut self) -> Instant {
        let next = match self.quota.interval() {
            Some(interval) => self.last + interval,
            None => self.told + self.quota.until_reset(),
        };
        self.last = next.max(Instant::now());
        self.last
    }
}

/// `RateLimit: "api";r=489;t=189`, for the class that it names; the window is told by `RateLimit-Policy`.
pub(super) fn quota(headers: &HeaderMap) -> Option<(Option<Class>, Quota)> {
    let mut parts = headers.get("ratelimit")?.to_str().ok()?.split(',').next()?.split(';').map(str::trim);
    let class = Class::named(parts.next()?.trim_matches('"'));
    let (mut remaining, mut reset) = (None, None);
    for part in parts {
        match part.split_once('=') {
            Some(("r", value)) => remaining = value.parse().ok(),
            // A number that no clock can bear is none.
            Some(("t", value)) => reset = value.parse::<u32>().ok().map(u64::from),
            _ => (),
        }
    }
    Some((class, Quota { remaining: remaining?, reset: reset?, window: window(headers) }))
}

/// `RateLimit-Policy: "fixed window";"api";q=500;w=300`.
fn window(headers: &HeaderMap) -> Option<(u64, u64)> {
    let policy = headers.get("ratelimit-policy")?.to_str().ok()?.split(',').next()?;
    let value = |name: &str| {
        let mut pairs = policy.split(';').filter_map(|part| part.trim().split_once('='));
        pairs.find(|(known, _)| *known == name)?.1.parse::<u32>().ok().map(u64::from)
    };
    Some((value("q")?, value("w")?))
}

/// The wait that a refusal asks for. On 429 the quota is to be believed only if nothing is left of it (a 429 with
/// r=99794 was seen); else, and on any other status, `Retry-After`, in seconds or as a date.
pub(super) fn asked_wait(status: u16, headers: &HeaderMap) -> Option<Duration> {
    if let (429, Some((_, quota))) = (status, quota(headers))
        && quota.remaining == 0
    {
        return Some(quota.until_reset());
    }
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?;
    if let Ok(seconds) = text.trim().parse::<u64>() {
        return Some(Duration::from_secs(seconds.min(u32::MAX.into()) + 1));
    }
    // Against the server's own clock: ours may be wrong.
    let now = date::http(headers.get(DATE)?.to_str().ok()?)?;
    Some(Duration::from_millis(u64::try_from(date::http(text)? - now).unwrap_or(0)) + Duration::from_secs(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        lines.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn the_wait_is_what_the_hub_asks_for() {
        let left = ("ratelimit", "\"api\";r=99794;t=241");
        let none = ("ratelimit", "\"api\";r=0;t=7");
        let seconds = |status, lines: &[_]| asked_wait(status, &headers(lines)).map(|wait| wait.as_secs());
        assert_eq!(seconds(429, &[none]), Some(8));
        assert_eq!(seconds(429, &[left, ("retry-after", "3")]), Some(4));
        assert_eq!(seconds(429, &[left]), None);
        assert_eq!(seconds(503, &[none, ("retry-after", "3")]), Some(4));
        let dates = [("date", "Sun, 06 Nov 1994 08:49:37 GMT"), ("retry-after", "Sun, 06 Nov 1994 08:50:07 GMT")];
        assert_eq!(seconds(429, &dates), Some(31));
        assert_eq!(seconds(429, &[("retry-after", "soon")]), None);
    }

    #[test]
    fn what_is_left_is_spread_over_the_window() {
        let of = |value| quota(&headers(&[("ratelimit", value)]));
        assert_eq!(
            of("\"api\";r=489;t=189"),
            Some((Some(Class::Api), Quota { remaining: 489, reset: 189, window: None }))
        );
        assert_eq!(of("\"other\";r=1;t=2").map(|(class, _)| class), Some(None));
        assert_eq!(of("\"api\";r=x"), None);
        assert_eq!(of("\"api\";r=0;t=18446744073709551615"), None);
        let policy = ("ratelimit-policy", "\"fixed window\";\"api\";q=500;w=300");
        let told = quota(&headers(&[("ratelimit", "\"api\";r=489;t=189"), policy])).unwrap().1;
        assert_eq!(told.window, Some((500, 300)));
        assert_eq!(told.time_of(3118), Some(Duration::from_millis(1_870_800)));
        let quota = |remaining, reset| Quota { remaining, reset, window: None };
        assert_eq!((quota(100, 50).time_of(10), quota(0, 9).time_of(10)), (Some(Duration::from_secs(5)), None));
        let interval = |remaining, reset| quota(remaining, reset).interval();
        assert_eq!(interval(508, 300), Some(Duration::from_millis(600)));
        assert_eq!((interval(8, 3), interval(0, 3)), (None, None));
    }
}
