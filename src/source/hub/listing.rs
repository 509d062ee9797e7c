//! The listing of models: how pages are asked for, and what a crawl must know of them (docs/hub.md, 1 and 2).

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use url::Url;

use crate::model::ModelId;
use crate::source::date;

/// Rows that a page is asked for: the Hub's own default and, as far as is known, its cap.
const PAGE: u64 = 1000;
/// The whole Hub has so many pages: on 2026-10-03 a census met 3,117,871 models on them (docs/hub.md, 2.3).
pub const WHOLE_HUB: u64 = 3_118;
/// The whole Hub has so many models, by the same census.
pub const HUB_MODELS: u64 = 3_117_871;
/// Rows above which an answer is no page.
const MOST_ROWS: usize = 100_000;

/// A `Scope` says what of the Hub is listed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    /// Only this account's models are listed, if one is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Only models with all of these tags are listed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<String>,
}

/// An `Order` is the order of a listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The oldest model comes first. This order never changes, so that no row is missed or met twice while pages are
    /// read.
    Created,
    /// The model that changed last comes first.
    Modified,
}

/// These are the fields that lineage and adoption need. Those that the last ones tell are worth least: see [`less`].
pub const FIELDS: &[&str] = &[
    "createdAt",
    "lastModified",
    "downloads",
    "likes",
    "pipeline_tag",
    "library_name",
    "tags",
    "baseModels",
    "downloadsAllTime",
    "safetensors",
    "disabled",
    "sha",
    "gated",
];

/// The fields up to here are given up together: a row that is asked for none has tags all the same.
const TOGETHER: &str = "tags";

/// The parameter that asks for a field.
const FIELD: &str = "expand";

/// This field tells how many children a model has. Only a single model is asked for it: a listing is refused as a whole
/// (docs/hub.md, 3.1).
pub const CHILDREN: &str = "childrenModelCount";

/// Makes the path and query of the first page of a listing with these fields, in pages of at most `most` rows.
pub fn first_page(scope: &Scope, order: Order, fields: &[String], most: Option<u64>) -> String {
    let limit = PAGE.min(most.unwrap_or(PAGE)).to_string();
    let (sort, direction) = match order {
        Order::Created => ("createdAt", "1"),
        Order::Modified => ("lastModified", "-1"),
    };
    let mut pairs: Vec<(&str, &str)> = Vec::new();
    pairs.extend(scope.owner.iter().map(|owner| ("author", owner.as_str())));
    pairs.extend(scope.filters.iter().map(|filter| ("filter", filter.as_str())));
    pairs.extend([("sort", sort), ("direction", direction), ("limit", limit.as_str())]);
    next_page(&query(pairs, fields))
}

/// Makes the path and query of the page that a `Link` header names by its query.
pub fn next_page(query: &str) -> String {
    format!("/api/models?{query}")
}

/// Makes the path and query of one model.
pub fn one_model(id: &str, fields: &[String]) -> String {
    format!("/api/models/{id}?{}", query(Vec::new(), fields)).trim_end_matches('?').to_owned()
}

/// A query in the encoding of forms, made by reqwest by way of an address.
fn query<'a>(mut pairs: Vec<(&'a str, &'a str)>, fields: &'a [String]) -> String {
    pairs.extend(fields.iter().map(|field| (FIELD, field.as_str())));
    let url = Url::parse_with_params("http://h", pairs).ok();
    url.and_then(|url| url.query().map(str::to_owned)).unwrap_or_default()
}

/// Makes a path that asks for no other fields than these.
pub fn only_fields(path: &str, fields: &[String]) -> String {
    let Some((path, query)) = path.split_once('?') else { return path.to_owned() };
    let is_kept = |pair: &&str| match pair.split_once('=') {
        Some((FIELD, field)) => fields.iter().any(|known| known == field),
        _ => true,
    };
    let kept: Vec<&str> = query.split('&').filter(is_kept).collect();
    format!("{path}?{}", kept.join("&")).trim_end_matches('?').to_owned()
}

/// Gives the fields that a path asks for, in its order.
pub fn fields_of(path: &str) -> Vec<&str> {
    let query = path.split_once('?').map_or("", |(_, query)| query);
    query.split('&').filter_map(|pair| pair.split_once('=')).filter(|pair| pair.0 == FIELD).map(|pair| pair.1).collect()
}

/// Models have this tag whose licence is none of the Hub's list: what it is called stands in their cards alone.
pub const OTHER_LICENCE: &str = "license:other";

/// Tells how much a field is worth: the lower the more. What is not known is worth nothing, and has the highest number.
pub fn worth(field: &str) -> usize {
    FIELDS.iter().position(|known| *known == field).unwrap_or(FIELDS.len())
}

/// Gives the fields without that which is worth least; none at all, once only those are left of which a bare row tells
/// most.
pub fn less(fields: &[String]) -> Vec<String> {
    match fields.iter().max_by_key(|field| worth(field)) {
        Some(least) if worth(least) > worth(TOGETHER) => {
            fields.iter().filter(|field| *field != least).cloned().collect()
        }
        _ => Vec::new(),
    }
}

/// Makes the path of a model's card.
pub fn card(id: &str) -> String {
    format!("/{id}/resolve/main/README.md")
}

/// Makes the tag that every child of a model has.
pub fn child_of(id: &str) -> String {
    format!("base_model:{id}")
}

/// Finds the model that a path of the Hub speaks of: `/api/models/ID`, `/ID/resolve/...`,
/// `/api/resolve-cache/models/ID/SHA/...`.
pub fn model_of(path: &str) -> Option<&str> {
    if let Some(rest) = path.strip_prefix("/api/resolve-cache/models/") {
        // An id of one part is followed by the 40 digits of a commit.
        let mut slashes = rest.match_indices('/').map(|(at, _)| at);
        let (first, second) = (slashes.next()?, slashes.next());
        let is_sha = |text: &str| text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        return match second {
            Some(second) if !is_sha(&rest[first + 1..second]) => Some(&rest[..second]),
            _ => Some(&rest[..first]),
        };
    }
    if let Some(rest) = path.strip_prefix("/api/models/") {
        return Some(rest.split("/revision/").next().unwrap_or(rest));
    }
    path.strip_prefix('/')?.split_once("/resolve/").map(|(id, _)| id)
}

/// A `Glance` is what a crawl must know of a row to find its way; everything else is read later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glance {
    /// This is the id, if the row has one that a model may bear.
    pub id: Option<String>,
    /// It was made at this time, in milliseconds since 1970, UTC, if that is said.
    pub created: Option<i64>,
    /// It changed last at this time, in milliseconds since 1970, UTC, if that is said.
    pub modified: Option<i64>,
    /// It has so many children, if that is said.
    pub children: Option<u64>,
}

/// Glances at the rows of a page.
///
/// # Errors
/// The error says what is wrong with a body that is no page: the Hub sends an array.
pub fn glance(body: &[u8]) -> Result<Vec<Glance>, String> {
    let mut glances = Vec::new();
    rows(body, &mut |row| glances.push(glance_row(row)))?;
    Ok(glances)
}

/// Tells whether rows are listed with the latest change first, but for a few: the Hub's index lags. A Hub that does not
/// know the order gives another one without a word.
pub fn is_latest_first(rows: &[Glance]) -> bool {
    let changes: Vec<i64> = rows.iter().filter_map(|row| row.modified).collect();
    let rises = changes.windows(2).filter(|pair| pair[0] < pair[1]).count();
    rises * 5 <= changes.len()
}

/// Finds the first two rows in a row of which the later one was made earlier, and counts how often that is so; `before`
/// is the row before them.
pub fn falls<'g>(before: Option<&'g Glance>, rows: &'g [Glance]) -> (Option<(&'g Glance, &'g Glance)>, u64) {
    let dated: Vec<&Glance> = before.into_iter().chain(rows).filter(|row| row.created.is_some()).collect();
    let mut pairs = dated.windows(2).filter(|pair| pair[0].created > pair[1].created);
    let first = pairs.next().map(|pair| (pair[0], pair[1]));
    (first, u64::from(first.is_some()) + pairs.count() as u64)
}

/// Gives the rows of a page one by one, each as its JSON.
///
/// # Errors
/// The error says what is wrong with a body that is no page; rows may have been given before that was seen.
pub fn rows(body: &[u8], each: &mut dyn FnMut(&[u8])) -> Result<(), String> {
    struct Rows<'e>(&'e mut dyn FnMut(&[u8]));
    impl<'de> serde::de::Visitor<'de> for Rows<'_> {
        type Value = ();
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an array")
        }
        fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut rows: A) -> Result<(), A::Error> {
            let mut count = 0;
            while let Some(row) = rows.next_element::<&RawValue>()? {
                count += 1;
                if count > MOST_ROWS {
                    return Err(serde::de::Error::custom(format_args!("more than {MOST_ROWS} rows")));
                }
                (self.0)(row.get().as_bytes());
            }
            Ok(())
        }
    }
    let mut input = serde_json::Deserializer::from_slice(body);
    serde::Deserializer::deserialize_seq(&mut input, Rows(each))
        .and_then(|()| input.end())
        .map_err(|error| format!("an answer that is no page of models ({error})"))
}

/// Glances at one row.
pub fn glance_row(row: &[u8]) -> Glance {
    #[derive(Deserialize)]
    struct GlancedRow<'a> {
        #[serde(borrow)]
        id: Option<&'a RawValue>,
        #[serde(borrow, rename = "modelId")]
        model_id: Option<&'a RawValue>,
        #[serde(rename = "createdAt")]
        created: Option<&'a RawValue>,
        #[serde(rename = "lastModified")]
        modified: Option<&'a RawValue>,
        #[serde(rename = "childrenModelCount")]
        children: Option<&'a RawValue>,
    }
    let row = serde_json::from_slice::<GlancedRow<'_>>(row).ok();
    let text = |json: Option<&RawValue>| json.and_then(|json| serde_json::from_str::<Cow<'_, str>>(json.get()).ok());
    let id_in = |json| text(json).filter(|id| ModelId::parse(id).is_ok());
    let (id, created, modified, children) = match &row {
        Some(row) => {
            (id_in(row.id).or_else(|| id_in(row.model_id)), text(row.created), text(row.modified), row.children)
        }
        None => (None, None, None, None),
    };
    let millis = |text: Option<Cow<'_, str>>| text.and_then(|text| date::millis(&text));
    Glance {
        id: id.map(Cow::into_owned),
        created: millis(created),
        modified: millis(modified),
        children: children.and_then(count),
    }
}

/// `{"adapter":716,"merge":19,...}` added up; some clients' types say that it is one number.
fn count(json: &RawValue) -> Option<u64> {
    match serde_json::from_str(json.get()).ok()? {
        serde_json::Value::Object(counts) => {
            counts.values().try_fold(0u64, |sum, count| sum.checked_add(count.as_u64()?))
        }
        number => number.as_u64(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listing_is_asked_for_in_an_order_that_does_not_move() {
        let scope = Scope { owner: Some("a b".into()), filters: vec!["base_model:x/y".into(), "gguf".into()] };
        let path = first_page(&scope, Order::Created, &["tags".into(), "baseModels".into()], None);
        let expected = "/api/models?author=a+b&filter=base_model%3Ax%2Fy&filter=gguf&sort=createdAt&direction=1\
            &limit=1000&expand=tags&expand=baseModels";
        assert_eq!(path, expected);
        assert!(first_page(&Scope::default(), Order::Modified, &[], Some(7)).ends_with("direction=-1&limit=7"));
    }

    #[test]
    fn a_path_tells_its_model() {
        let sha = "0123456789012345678901234567890123456789";
        for (path, id) in [
            ("/api/models/a/b".to_owned(), Some("a/b")),
            ("/api/models/gpt2".to_owned(), Some("gpt2")),
            ("/a/b/resolve/main/README.md".to_owned(), Some("a/b")),
            (format!("/api/resolve-cache/models/a/b/{sha}/README.md"), Some("a/b")),
            (format!("/api/resolve-cache/models/gpt2/{sha}/README.md"), Some("gpt2")),
            ("/login".to_owned(), None),
        ] {
            assert_eq!(model_of(&path), id, "{path}");
        }
    }

    #[test]
    fn the_fields_that_are_worth_least_are_given_up_first() {
        let mut fields: Vec<String> = FIELDS.iter().map(|field| (*field).to_owned()).collect();
        let mut given_up = Vec::new();
        while !fields.is_empty() {
            let kept = less(&fields);
            let gone = fields.iter().filter(|field| !kept.contains(field)).cloned().collect::<Vec<_>>();
            given_up.push(if kept.is_empty() { "altogether".to_owned() } else { gone.join(" ") });
            fields = kept;
        }
        let order = ["gated", "sha", "disabled", "safetensors", "downloadsAllTime", "baseModels", "altogether"];
        assert_eq!(given_up, order);
    }

    #[test]
    fn a_row_that_is_older_than_the_one_before_it_is_seen() {
        let row =
            |day: u8| Glance { id: Some(day.to_string()), created: Some(day.into()), modified: None, children: None };
        let rows = [row(3), row(3), row(5), row(4), Glance { created: None, ..row(9) }, row(2)];
        let (one, four) = (row(1), row(4));
        let (first, count) = falls(Some(&one), &rows);
        assert_eq!((first.map(|(one, other)| (&one.id, &other.id)), count), (Some((&rows[2].id, &rows[3].id)), 2));
        assert_eq!((falls(Some(&four), &rows).1, falls(None, &rows[..3]).1), (3, 0));
    }

    #[test]
    fn a_glance_at_a_page_minds_no_odd_row() {
        let rows =
            glance(br#"[{"id":"a/b","lastModified":"2024-05-01","childrenModelCount":{"merge":0}},7,{"id":"a b"}]"#);
        let modified = Some(1_714_521_600_000);
        let expected = Glance { id: Some("a/b".into()), created: None, modified, children: Some(0) };
        assert_eq!(rows.as_ref().unwrap()[0], expected);
        assert_eq!(rows.unwrap()[2], Glance { id: None, created: None, modified: None, children: None });
        assert_eq!(glance_row(br#"{"id":"","modelId":"a/b"}"#).id.as_deref(), Some("a/b"));
        let counts = br#"{"childrenModelCount":{"merge":18446744073709551615,"adapter":1}}"#;
        assert_eq!(glance_row(counts).children, None);
        assert!(glance(b"{}").is_err() && glance(b"[{]").is_err() && glance(b"<html>").is_err());
    }
}
