//! Licences as bills want them: an id of SPDX's list, or a name.

/// The Hub's ids that name one licence of SPDX's list (3.28), as that list spells it. Ids that name several texts (`gpl`, `bsd`, `cc`),
/// or of which nobody can tell whether later versions are meant (`gpl-3.0`), are not among them.
const SAME: [&str; 47] = [
    "AFL-3.0",
    "Apache-2.0",
    "Artistic-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSD-3-Clause-Clear",
    "BSL-1.0",
    "CC-BY-2.0",
    "CC-BY-2.5",
    "CC-BY-3.0",
    "CC-BY-4.0",
    "CC-BY-NC-2.0",
    "CC-BY-NC-3.0",
    "CC-BY-NC-4.0",
    "CC-BY-NC-ND-3.0",
    "CC-BY-NC-ND-4.0",
    "CC-BY-NC-SA-2.0",
    "CC-BY-NC-SA-3.0",
    "CC-BY-NC-SA-4.0",
    "CC-BY-ND-4.0",
    "CC-BY-SA-3.0",
    "CC-BY-SA-4.0",
    "CC0-1.0",
    "CDLA-Permissive-1.0",
    "CDLA-Permissive-2.0",
    "CDLA-Sharing-1.0",
    "ECL-2.0",
    "EPL-1.0",
    "EPL-2.0",
    "EUPL-1.1",
    "EUPL-1.2",
    "ISC",
    "LPPL-1.3c",
    "MIT",
    "MPL-2.0",
    "MS-PL",
    "NCSA",
    "ODC-By-1.0",
    "ODbL-1.0",
    "OFL-1.1",
    "OSL-3.0",
    "PDDL-1.0",
    "PostgreSQL",
    "Unlicense",
    "WTFPL",
    "Zlib",
    "etalab-2.0",
];

/// The ids that the Hub spells otherwise than but for case.
const OTHERWISE: [(&str, &str); 5] = [
    ("c-uda", "C-UDA-1.0"),
    ("lgpl-lr", "LGPLLR"),
    ("odbl", "ODbL-1.0"),
    ("odc-by", "ODC-By-1.0"),
    ("pddl", "PDDL-1.0"),
];

/// This version of SPDX's list has all these ids.
pub(super) const LIST: &str = "3.28.0";

/// Finds the id in SPDX's list of what the Hub calls a licence, without regard to case. There is none if the Hub's id names no text, several
/// texts, or one that the list does not have.
pub fn spdx_id(hub_id: &str) -> Option<&'static str> {
    let other = OTHERWISE.iter().find(|(hub, _)| hub.eq_ignore_ascii_case(hub_id)).map(|(_, spdx)| *spdx);
    other.or_else(|| SAME.into_iter().find(|spdx| spdx.eq_ignore_ascii_case(hub_id)))
}

/// A licence of a model.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Licence {
    /// It is in SPDX's list under this id.
    Listed(&'static str),
    /// It has a name, and perhaps an address.
    Named(Named),
}

/// A licence that no list has.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Named {
    pub name: String,
    /// Its text stands there, as the card says.
    pub url: Option<String>,
}

/// The licences of a model, each once, in the order of its tags. One that is `other` has the name and the link that the card gives.
pub(super) fn licences(ids: &[&str], name: Option<&str>, link: Option<&str>) -> Vec<Licence> {
    let mut found = Vec::new();
    for id in ids {
        let licence = match spdx_id(id) {
            Some(spdx) => Licence::Listed(spdx),
            None if id.eq_ignore_ascii_case("other") => Licence::Named(Named {
                name: name.filter(|name| !name.trim().is_empty()).unwrap_or(id).to_owned(),
                url: link.filter(|link| is_address(link)).map(str::to_owned),
            }),
            None => Licence::Named(Named { name: (*id).to_owned(), url: None }),
        };
        if !found.contains(&licence) {
            found.push(licence);
        }
    }
    found
}

/// Whether a text is an address that needs no escapes. Cards also have names of files there, and prose.
fn is_address(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/?#=&+,;:@!()*".contains(&byte);
    rest.is_some_and(|rest| {
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let is_host =
            !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte));
        is_host && rest.bytes().all(is_plain) && rest.matches('#').count() < 2
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hubs_ids_are_spdxs_where_they_name_one_text() {
        for (hub, spdx) in
            [("apache-2.0", "Apache-2.0"), ("MIT", "MIT"), ("odc-by", "ODC-By-1.0"), ("lgpl-lr", "LGPLLR")]
        {
            assert_eq!(spdx_id(hub), Some(spdx));
        }
        for hub in
            ["gpl", "gpl-3.0", "bsd", "cc", "llama3.1", "other", "unknown", "openrail", "apache-2", "openmdw-1.0", ""]
        {
            assert_eq!(spdx_id(hub), None, "{hub}");
        }
        assert!(SAME.is_sorted(), "in order");
    }

    /// The ids that somebody looked up one by one, where they are on this machine.
    #[test]
    fn they_are_those_that_were_looked_up() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/reference/licence-terms.csv");
        let Ok(mut table) = csv::Reader::from_path(path) else { return };
        let mut ids = 0;
        for row in table.records().map(Result::unwrap).filter(|row| &row[1] == "id") {
            let is_one = row[2].bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte));
            let expected = Some(&row[2]).filter(|word| is_one && !word.starts_with("LicenseRef-") && *word != "none");
            assert_eq!(spdx_id(&row[0]), expected, "{}", &row[0]);
            ids += 1;
        }
        assert_eq!(ids, 83);
    }

    #[test]
    fn names_and_links_are_of_licences_that_are_other() {
        let named =
            |name: &str, url: Option<&str>| Licence::Named(Named { name: name.into(), url: url.map(str::to_owned) });
        let link = Some("https://a.example/LICENSE?x=1#y");
        assert_eq!(licences(&["mit", "MIT"], Some("x"), link), [Licence::Listed("MIT")]);
        assert_eq!(licences(&["other"], Some("flux"), link), [named("flux", link)]);
        assert_eq!(licences(&["Other"], Some(" "), Some("LICENSE")), [named("Other", None)]);
        assert_eq!(
            licences(&["apache-2.0", "llama3.1"], Some("x"), link),
            [Licence::Listed("Apache-2.0"), named("llama3.1", None)]
        );
        for odd in [
            "https://",
            "https://a b",
            "http://[::1",
            "https://a/%zz",
            "https://a\"",
            "//a",
            "https:///a",
            "https://a/#b#c",
        ] {
            assert!(!is_address(odd), "{odd}");
        }
    }
}
