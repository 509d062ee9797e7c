use std::fmt::Write;

use super::figures::{id, sign};
use super::printable::html as text;
use super::text::{UNKNOWABLE, warnings};
use super::{
    CHARTS, Chart, Headline, Linked, Place, Section, Table, Value, allowed, day, figures, footer, hub_page, lean,
};
use crate::census::Error;
use crate::reference::Published;
use crate::snapshot::Snapshot;

const STYLE: &str = include_str!("page.css");
const SCRIPT: [&str; 2] = [include_str!("tables.js"), include_str!("page.js")];

/// A first screen tells so much.
const TOLD: usize = 5;
/// So many values are drawn beside a sentence.
const DRAWN: usize = 4;

/// Writes the sections as one page that asks for nothing else: no picture, no font, and no script but its own, which sorts and filters
/// tables and marks where one reads; without it nothing is missing. `files` is the folder of the tables beside it, as the page should
/// name it.
///
/// # Errors
/// [`Error::Snapshot`] if a column is not as it was written.
pub fn page(sections: &[Section], published: &Published, snapshot: &Snapshot, files: &str) -> Result<String, Error> {
    let provenance = snapshot.provenance();
    let date = provenance.taken.map_or_else(|| "without a date".into(), day);
    let footer = text(&footer(snapshot));
    let title = text(&format!("Open models by their declared lineage, {date}"));
    let script = lean(SCRIPT);
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src {}; style-src {}; base-uri 'none'; form-action 'none'\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body class=\"report\">\n<a class=\"skip\" href=\"#main\">To the report</a>\n",
        allowed(&script),
        allowed(STYLE)
    );
    out += "<nav class=\"contents\" aria-label=\"Contents\"><details open><summary>Contents</summary>\n<ol>\n";
    let mut entry = |id: &str, title: &str| _ = writeln!(out, "<li><a href=\"#{id}\">{}</a></li>", text(title));
    let short = told(sections);
    if !short.is_empty() {
        entry("short", "In short");
    }
    sections.iter().for_each(|section| entry(section.name, section.title));
    entry("unknowable", "What public metadata cannot tell");
    _ = writeln!(out, "</ol>\n</details></nav>\n<main id=\"main\">\n<h1>{title}</h1>\n<p>{footer}</p>");
    let warnings = warnings(snapshot, published)?;
    if !warnings.is_empty() {
        out.push_str("<div class=\"warning\">\n");
        warnings.iter().for_each(|warning| _ = writeln!(out, "<p>{}</p>", text(warning)));
        out.push_str("</div>\n");
    }
    if !short.is_empty() {
        out.push_str("<section id=\"short\" aria-labelledby=\"h-short\">\n<h2 id=\"h-short\">In short</h2>\n<ol class=\"short\">\n");
        let first = sections.len() * EACH;
        for (at, (section, headline)) in short.into_iter().enumerate() {
            let table = section.table(headline.table);
            let picture = table.and_then(|table| drawn(table, headline.column));
            let picture = picture.filter(|chart| !chart.is_empty()).map(|chart| chart.small(first + at));
            _ = writeln!(
                out,
                "<li><h3>{}</h3>\n<p>{}</p>\n{}\n<p class=\"note\"><a href=\"#{}\">{}</a></p></li>",
                headline.topic.title(),
                text(&headline.text),
                picture.unwrap_or_default(),
                id(section, headline.table),
                text(table.map_or(section.title, |table| &table.title))
            );
        }
        out.push_str("</ol>\n</section>\n");
    }
    let file = |name: String| {
        let address = link(&format!("{files}/{name}"));
        Linked { name, address }
    };
    let place = Place {
        page: "",
        tables: &|section, table| vec![file(format!("{}.{}.csv", section.name, table.name))],
        charts: &|_, name, _| vec![Linked { name: format!("{name}.svg"), ..file(format!("{CHARTS}/{name}.svg")) }],
        // What has no owner may be called like a model and be none.
        lead: &|head, name| hub_page(name, snapshot).filter(|_| name.contains('/') || head == "model"),
    };
    for (at, section) in sections.iter().enumerate() {
        _ = writeln!(
            out,
            "<section id=\"{0}\" aria-labelledby=\"h-{0}\">\n<div class=\"head\"><h2 id=\"h-{0}\">{1}</h2>{2}</div>\n{3}</section>",
            section.name,
            text(section.title),
            sign("", section.name, "section"),
            figures(section, published, &place, at * EACH)
        );
    }
    out += "<section id=\"unknowable\" aria-labelledby=\"h-unknowable\">\n<h2 id=\"h-unknowable\">What public metadata cannot tell</h2>\n<ul>\n";
    UNKNOWABLE.iter().for_each(|sentence| _ = writeln!(out, "<li>{}</li>", text(sentence)));
    _ = write!(
        out,
        "</ul>\n</section>\n</main>\n<footer>\n<p>Made by modelkin {}. {footer}</p>\n</footer>\n<script type=\"module\">{script}</script>\n</body>\n</html>\n",
        env!("CARGO_PKG_VERSION")
    );
    Ok(out)
}

/// A section has fewer charts.
const EACH: usize = 100;

/// What the first screen tells: one sentence for each topic that the sections know enough of, the first five of them.
fn told(sections: &[Section]) -> Vec<(&Section, &Headline)> {
    let mut all: Vec<(&Section, &Headline)> =
        sections.iter().flat_map(|section| section.headlines.iter().map(move |headline| (section, headline))).collect();
    all.sort_by_key(|(_, headline)| headline.topic);
    all.truncate(TOLD);
    all
}

/// The first values of a column as bars; of ids and accounts there is room for the name alone.
fn drawn(table: &Table, column: &str) -> Option<Chart> {
    let at = table.columns.iter().position(|known| known.name == column)?;
    let column = &table.columns[at];
    let name = |row: &[Value]| {
        let key = row.first().map(Value::cell).unwrap_or_default();
        key.trim_end_matches("/*").rsplit('/').next().unwrap_or_default().to_owned()
    };
    let bars = table.rows.iter().take(DRAWN).map(|row| (name(row), row[at].number()));
    Some(Chart::bars(format!("{}: {}", table.title, column.head()), column.unit, bars))
}

/// The name of a file as a link has it.
fn link(name: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_./".contains(byte);
    name.bytes().map(|byte| if plain(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
