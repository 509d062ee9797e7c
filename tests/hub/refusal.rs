use serde_json::json;

use super::server::Reply;

/// How the Hub words the refusal of a field: as it did at one time or another, and as servers like it do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Form {
    /// A complaint for each field, over several lines, as since 2026.
    #[default]
    Pretty,
    /// The same in one line, with a star.
    OneLine,
    /// The field's name, then a list without quotes.
    Named,
    /// A list in brackets, as in 2024.
    Old,
    /// `error` is a list.
    List,
    /// `errors[].message`.
    Errors,
    /// The header alone.
    Header,
    /// No word of fields.
    Unread,
}

impl Form {
    pub const ALL: [Form; 8] =
        [Form::Pretty, Form::OneLine, Form::Named, Form::Old, Form::List, Form::Errors, Form::Header, Form::Unread];

    pub fn named(name: &str) -> Option<Form> {
        Form::ALL.into_iter().find(|form| format!("{form:?}").eq_ignore_ascii_case(name))
    }

    /// The refusal of those of the fields `asked` for that are not `taken`.
    pub(super) fn refuse(self, asked: &[String], taken: &[&str]) -> Reply {
        let quoted: Vec<String> = taken.iter().map(|field| format!("\"{field}\"")).collect();
        let quoted = quoted.join("|");
        let refused = asked.iter().enumerate().filter(|(_, field)| !taken.contains(&field.as_str()));
        let issue = |mark: &str, gap: &str, place: usize| {
            format!("{mark}Invalid option: expected one of {quoted}{gap}at expand[{place}]")
        };
        let each = |mark: &str, gap: &str| -> Vec<String> {
            refused.clone().map(|(place, _)| issue(mark, gap, place)).collect()
        };
        let error = |error: serde_json::Value| Reply::json(400, error.to_string());
        match self {
            Form::Pretty => error(json!({ "error": each("✖ ", "\n  → ").join("\n") })),
            Form::OneLine => error(json!({ "error": each("* ", " ").join(" ") })),
            Form::Named => {
                let names: Vec<&str> = refused.clone().map(|(_, field)| field.as_str()).collect();
                let text = format!("Invalid option \"{}\" in expand: expected one of {}", names[0], taken.join(", "));
                error(json!({ "error": text }))
            }
            Form::Old => error(json!({ "error": format!("\"expand\" must be one of [{}]", taken.join(", ")) })),
            Form::List => error(json!({ "error": each("✖ ", "\n  → ") })),
            Form::Errors => {
                let messages: Vec<_> = each("", " ").into_iter().map(|message| json!({ "message": message })).collect();
                error(json!({ "errors": messages }))
            }
            Form::Header => error(json!({})).with("x-error-message", each("", " ").join("; ")),
            Form::Unread => error(json!({ "error": "Bad Request" })),
        }
    }
}

/// What a listing can be asked for.
pub const OF_LIST: &[&str] = &[
    "author",
    "baseModels",
    "cardData",
    "config",
    "createdAt",
    "disabled",
    "downloads",
    "downloadsAllTime",
    "evalResults",
    "gated",
    "gguf",
    "inference",
    "inferenceProviderMapping",
    "lastModified",
    "library_name",
    "likes",
    "mask_token",
    "model-index",
    "pipeline_tag",
    "private",
    "resourceGroup",
    "safetensors",
    "sha",
    "siblings",
    "spaces",
    "tags",
    "transformersInfo",
    "trendingScore",
    "widgetData",
    "xetEnabled",
];

/// What a single model can be asked for, besides.
pub const OF_MODEL: &[&str] = &["childrenModelCount", "usedStorage"];
