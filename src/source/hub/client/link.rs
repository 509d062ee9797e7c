//! The `Link` header, which leads from page to page (docs/hub.md, 2.1).

/// The query of the link with `rel="next"` in a `Link` header, if there is one. Only its query: host and path are those
/// that were asked, also behind a mirror that passes the Hub's own links on. An error if the header names no link, or
/// speaks of a next one that is not found.
pub(super) fn next_query(header: &str) -> Result<Option<String>, ()> {
    let mut rest = header;
    let mut speaks_of_next = false;
    while let Some(start) = rest.find('<') {
        let (address, after) = rest[start + 1..].split_once('>').ok_or(())?;
        let end = after.find(',').map_or(after.len(), |comma| after[comma..].find('<').map_or(after.len(), |_| comma));
        let parameters = &after[..end];
        // Of several the first counts (RFC 8288, 3.3).
        let mut pairs = parameters.split(';').filter_map(|part| part.split_once('='));
        let relations = pairs.find(|(name, _)| name.trim().eq_ignore_ascii_case("rel")).map_or("", |(_, value)| value);
        let mut relations = relations.trim().trim_matches(['"', '\'']).split_ascii_whitespace();
        let is_next = relations.any(|relation| relation.eq_ignore_ascii_case("next"));
        if is_next {
            let query = address.split_once('?').map_or("", |(_, query)| query);
            return Ok(Some(query.split('#').next().unwrap_or(query).to_owned()));
        }
        speaks_of_next |= parameters.to_ascii_lowercase().contains("next");
        rest = &after[end..];
    }
    // Nothing is left of a header that was read.
    let is_read = rest.len() < header.len() && !speaks_of_next && !rest.to_ascii_lowercase().contains("next");
    if is_read { Ok(None) } else { Err(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_link_is_found_among_others_and_given_without_its_host() {
        for (header, expected) in [
            (
                r#"<http://localhost:5564/api/models?limit=10&cursor=eyI%3D>; rel="next""#,
                Ok(Some("limit=10&cursor=eyI%3D")),
            ),
            (r#"<http://h/a?x=1,2>; rel="prev", <https://h/a?x=3>; rel="next""#, Ok(Some("x=3"))),
            (r#"<https://h/a?x=1>; title="a"; rel=next"#, Ok(Some("x=1"))),
            (r#"<https://h/a?x=1>;rel='next'"#, Ok(Some("x=1"))),
            (r#"<https://h/next?x=next>; rel="prev""#, Ok(None)),
            (r#"<https://h/a?x=1>; rel="last Next""#, Ok(Some("x=1"))),
            (r#"<https://h/a>; rel="next""#, Ok(Some(""))),
            (r#"<https://h/a?x=1>; rel*=UTF-8''next"#, Err(())),
            (r#"https://h/a?x=1; rel="next""#, Err(())),
            (r#"<https://h/a?x=1>; rel="prev", https://h/a?x=1; rel="next""#, Err(())),
            ("nonsense", Err(())),
            ("<https://h/a?x=1", Err(())),
        ] {
            let found = next_query(header);
            assert_eq!(found.as_ref().map(Option::as_deref), expected.as_ref().map(|next| *next), "{header}");
        }
    }
}
