use reqwest::header::{CONTENT_ENCODING, DATE, ETAG, HeaderMap, HeaderName, LAST_MODIFIED};

/// By what a server names the version of a file that it gives.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::source::hub) struct Marks {
    /// Without its quotes.
    etag: Option<String>,
    /// Whether the tag is of the very bytes, and not only of what they say.
    is_strong: bool,
    /// When the file was changed last, in the server's words.
    modified: Option<String>,
    /// What the server did to it on the way. A tag or a time may be the same with it and without.
    encoding: Option<String>,
}

/// Whether an answer is of the version that is known.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Same,
    /// Of another one: how that is known.
    Other(String),
    Unknown,
}

impl Marks {
    pub fn from_headers(headers: &HeaderMap) -> Marks {
        let text = |name: HeaderName| Some(headers.get(name)?.to_str().ok()?.trim().to_owned());
        // What was changed in the second of the answer may be changed in it once more.
        let modified =
            text(LAST_MODIFIED).filter(|modified| !modified.is_empty() && text(DATE).as_ref() != Some(modified));
        let etag = tag(headers, ETAG.as_str());
        let is_strong = etag.is_some() && text(ETAG).is_some_and(|text| !text.starts_with("W/"));
        Marks { etag, is_strong, modified, encoding: encoding(headers) }
    }

    pub fn etag(&self) -> Option<&str> {
        self.etag.as_deref()
    }

    pub fn modified(&self) -> Option<&str> {
        self.modified.as_deref()
    }

    /// What a range may be asked of, so that no other version answers; none where nothing names the version's very bytes.
    pub fn condition(&self) -> Option<String> {
        let etag = self.etag.as_ref().filter(|_| self.is_strong).map(|etag| format!("\"{etag}\""));
        etag.or_else(|| self.modified.clone())
    }

    pub(super) fn standing(&self, now: &Marks) -> Standing {
        let other =
            |what: &str, now: &str, known: &str| Standing::Other(format!("its {what} is {now} now, and was {known}"));
        match (&self.encoding, &now.encoding) {
            (known, now) if known == now => (),
            (known, Some(now)) => return other("Content-Encoding", now, known.as_deref().unwrap_or("none")),
            // A part need not tell it once more.
            (_, None) => return Standing::Unknown,
        }
        if let (Some(known), Some(tag)) = (&self.etag, &now.etag) {
            if known != tag {
                return other("ETag", tag, known);
            }
            if self.is_strong && now.is_strong {
                return Standing::Same;
            }
        }
        match (&self.modified, &now.modified) {
            (Some(known), Some(now)) if known != now => other("Last-Modified", now, known),
            (Some(_), Some(_)) => Standing::Same,
            _ => Standing::Unknown,
        }
    }
}

/// An entity's tag without its quotes and without the mark of a weak one.
pub(super) fn tag(headers: &HeaderMap, name: &str) -> Option<String> {
    let text = headers.get(name)?.to_str().ok()?.trim();
    let text = text.strip_prefix("W/").unwrap_or(text).trim_matches('"');
    (!text.is_empty()).then(|| text.to_owned())
}

/// What the server did to the bytes on the way, if anything.
pub(super) fn encoding(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(CONTENT_ENCODING)?.to_str().ok()?.trim().to_ascii_lowercase();
    (!text.is_empty() && text != "identity").then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(etag: &'static str, modified: &'static str) -> Marks {
        let mut headers = HeaderMap::new();
        headers.insert(DATE, "now".parse().unwrap());
        for (name, value) in [(ETAG, etag), (LAST_MODIFIED, modified)] {
            if !value.is_empty() {
                headers.insert(name, value.parse().unwrap());
            }
        }
        Marks::from_headers(&headers)
    }

    #[test]
    fn a_version_is_the_same_where_its_very_bytes_are_named() {
        for (known, now, expected) in [
            (("\"a\"", ""), ("\"a\"", ""), "same"),
            (("\"a\"", "x"), ("\"a\"", "y"), "same"),
            (("\"a\"", ""), ("\"b\"", ""), "other"),
            (("\"a\"", "x"), ("W/\"b\"", "x"), "other"),
            (("W/\"a\"", ""), ("W/\"a\"", ""), "unknown"),
            (("W/\"a\"", "x"), ("W/\"a\"", "x"), "same"),
            (("", "x"), ("", "x"), "same"),
            (("", "x"), ("", "y"), "other"),
            (("\"a\"", "x"), ("", "x"), "same"),
            (("\"a\"", ""), ("", "x"), "unknown"),
            (("", "now"), ("", "now"), "unknown"),
            (("", ""), ("", ""), "unknown"),
        ] {
            let found = match marks(known.0, known.1).standing(&marks(now.0, now.1)) {
                Standing::Same => "same",
                Standing::Other(_) => "other",
                Standing::Unknown => "unknown",
            };
            assert_eq!(found, expected, "{known:?} {now:?}");
        }
    }

    #[test]
    fn a_part_is_packed_as_what_is_there() {
        let of = |packed: Option<&'static str>| Marks { encoding: packed.map(Into::into), ..marks("\"a\"", "x") };
        let [plain, gzip, brotli] = [of(None), of(Some("gzip")), of(Some("br"))];
        assert_eq!(gzip.standing(&gzip), Standing::Same);
        assert_eq!(gzip.standing(&plain), Standing::Unknown);
        for (known, now) in [(&plain, &gzip), (&gzip, &brotli)] {
            assert!(matches!(known.standing(now), Standing::Other(_)));
        }
    }

    #[test]
    fn a_range_is_asked_of_what_names_the_very_bytes() {
        let asked = |etag, modified| marks(etag, modified).condition().unwrap_or_default();
        assert_eq!(asked("\"a\"", "x"), "\"a\"");
        assert_eq!(asked("W/\"a\"", "x"), "x");
        assert_eq!(asked("W/\"a\"", "now"), "");
    }
}
