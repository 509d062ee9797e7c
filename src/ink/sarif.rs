use std::io::{self, Write};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::day;
use crate::snapshot::Snapshot;

/// A `Result` of SARIF is one thing that somebody is to look at, in a form that code hosts read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SarifResult {
    /// This is the rule that is not kept, one of those of the log.
    pub rule: &'static str,
    /// This says how bad it is.
    pub level: SarifLevel,
    /// This says what is so, in sentences.
    pub text: String,
    /// This is what it is about: a model's id.
    pub subject: String,
    /// This tells it apart from others of the same rule about the same model, such as by an ancestor; it may be empty.
    pub about: String,
    /// It stands in this file and line, counted from 1, if it stands in any.
    pub place: Option<(String, u64)>,
    /// If it is accepted all the same, this says why.
    pub accepted: Option<String>,
}

/// A `SarifLevel` says how bad something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SarifLevel {
    /// It is told.
    Note,
    /// Somebody should look at it.
    Warning,
    /// It stops a pipeline.
    Error,
}

impl SarifLevel {
    fn name(self) -> &'static str {
        match self {
            SarifLevel::Note => "note",
            SarifLevel::Warning => "warning",
            SarifLevel::Error => "error",
        }
    }
}

/// Writes results as SARIF 2.1.0; `rules` are their names with what each means, and `notes` are said of all of them.
///
/// # Errors
/// It fails if the writer does.
pub fn sarif(
    results: &[SarifResult],
    rules: &[(&'static str, &'static str)],
    notes: &[String],
    snapshot: &Snapshot,
    out: &mut dyn Write,
) -> io::Result<()> {
    let rule = |(id, about): &(&str, &str)| json!({"id": id, "shortDescription": {"text": about}});
    let result = |result: &SarifResult| {
        let subject = json!([{"fullyQualifiedName": result.subject, "kind": "module"}]);
        let location = match &result.place {
            Some((file, line)) => json!({
                "physicalLocation": {"artifactLocation": {"uri": uri(file)}, "region": {"startLine": line}},
                "logicalLocations": subject,
            }),
            None => json!({"logicalLocations": subject}),
        };
        let mut value = json!({
            "ruleId": result.rule,
            "level": result.level.name(),
            "message": {"text": result.text},
            "locations": [location],
            "partialFingerprints": {"modelAndRule/v1": format!("{} {} {}", result.subject, result.rule, result.about).trim_end()},
        });
        if let Some(reason) = &result.accepted {
            value["suppressions"] = json!([{"kind": "external", "justification": reason}]);
        }
        value
    };
    let provenance = snapshot.provenance();
    let log: Value = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "modelkin",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules.iter().map(rule).collect::<Vec<_>>(),
            }},
            "results": results.iter().map(result).collect::<Vec<_>>(),
            "properties": {
                "snapshot": provenance.digest,
                "date": provenance.taken.map(day),
                "sample": provenance.sample,
                "notes": notes,
            },
        }],
    });
    serde_json::to_writer_pretty(&mut *out, &log)?;
    writeln!(out)
}

/// A path as a reference: what may not stand in one is written by its number.
fn uri(path: &str) -> String {
    const ODD: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');
    utf8_percent_encode(&path.replace('\\', "/"), ODD).to_string()
}
