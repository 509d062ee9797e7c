//! Of which bytes of a file an answer is, and of how many the file is.

use reqwest::header::{CONTENT_LENGTH, CONTENT_RANGE, HeaderMap, TRANSFER_ENCODING};
use reqwest::{Response, Version};

/// What is wrong with a `Content-Range`.
#[derive(Debug)]
pub(super) enum Wrong {
    /// The file has so many bytes.
    Size(u64),
    /// It is of other bytes, or none.
    Range(String),
}

pub(super) fn length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.trim().parse().ok()
}

/// Where the bytes of an answer end, and how many the file has, out of its `Content-Range`. A server may give fewer bytes than
/// it is asked for.
pub(super) fn ends(
    headers: &HeaderMap,
    from: u64,
    to: Option<u64>,
    size: Option<u64>,
) -> Result<(u64, Option<u64>), Wrong> {
    let text = headers.get(CONTENT_RANGE).and_then(|value| value.to_str().ok()).unwrap_or("none");
    let wrong = || Wrong::Range(text.to_owned());
    let (range, whole) = text.trim().strip_prefix("bytes ").and_then(|rest| rest.split_once('/')).ok_or_else(wrong)?;
    let (first, last) = range.split_once('-').ok_or_else(wrong)?;
    let number = |text: &str| text.trim().parse::<u64>().map_err(|_| wrong());
    let (first, last) = (number(first)?, number(last)?);
    let whole = if whole.trim() == "*" { None } else { Some(number(whole)?) };
    if let (Some(known), Some(whole)) = (size, whole)
        && whole != known
    {
        return Err(Wrong::Size(whole));
    }
    let end = last.checked_add(1).ok_or_else(wrong)?;
    let most = [to, size, whole].into_iter().flatten().min().unwrap_or(u64::MAX);
    if first != from || end <= from || end > most {
        return Err(wrong());
    }
    Ok((end, whole))
}

/// How many bytes the file has, as an answer tells that gives none of them.
pub(super) fn none_of(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_RANGE)?.to_str().ok()?.trim().strip_prefix("bytes")?.trim().strip_prefix("*/")?.parse().ok()
}

/// Whether the end of an answer is told apart from a line that is closed too early.
pub(super) fn is_framed(response: &Response, headers: &HeaderMap) -> bool {
    let is_chunked = headers.get(TRANSFER_ENCODING).and_then(|value| value.to_str().ok());
    let is_chunked = is_chunked.is_some_and(|value| value.to_ascii_lowercase().contains("chunked"));
    is_chunked || length(headers).is_some() || response.version() >= Version::HTTP_2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_range_of_an_answer_is_within_the_one_that_was_asked_for() {
        let of = |value: &'static str, from, to, size| {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_RANGE, value.parse().unwrap());
            match ends(&headers, from, to, size) {
                Ok((end, whole)) => format!("{end} of {whole:?}"),
                Err(Wrong::Size(size)) => format!("size {size}"),
                Err(Wrong::Range(_)) => "range".to_owned(),
            }
        };
        for (value, from, to, size, expected) in [
            ("bytes 0-9/100", 0, Some(10), Some(100), "10 of Some(100)"),
            ("bytes 5-99/100", 5, None, Some(100), "100 of Some(100)"),
            ("bytes 5-9/*", 5, Some(10), Some(100), "10 of None"),
            ("bytes 5-9/*", 5, None, None, "10 of None"),
            ("bytes 0-8/100", 0, Some(10), Some(100), "9 of Some(100)"),
            ("bytes 5-9/100", 5, None, None, "10 of Some(100)"),
            ("bytes 0-9/101", 0, Some(10), Some(100), "size 101"),
            ("bytes 1-9/100", 0, Some(10), Some(100), "range"),
            ("bytes 0-10/100", 0, Some(10), Some(100), "range"),
            ("bytes 5-100/*", 5, None, Some(100), "range"),
            ("bytes 5-100/100", 5, None, None, "range"),
            ("bytes 5-18446744073709551615/*", 5, None, None, "range"),
            ("bytes 9-3/100", 9, None, None, "range"),
            ("bytes */100", 0, Some(10), Some(100), "range"),
            ("items 0-9/100", 0, Some(10), Some(100), "range"),
            ("bytes 0-x/100", 0, Some(10), Some(100), "range"),
        ] {
            assert_eq!(of(value, from, to, size), expected, "{value}");
        }
        assert!(matches!(ends(&HeaderMap::new(), 0, Some(1), None), Err(Wrong::Range(_))));
    }

    #[test]
    fn an_answer_without_bytes_tells_how_many_there_are() {
        let of = |value: &'static str| none_of(&HeaderMap::from_iter([(CONTENT_RANGE, value.parse().unwrap())]));
        assert_eq!(
            [of("bytes */7"), of("bytes 1-2/7"), of("bytes */*"), none_of(&HeaderMap::new())],
            [Some(7), None, None, None]
        );
    }
}
