use std::fmt::Write;

use super::printable::html as text;
use super::text::{UNKNOWABLE, compared, coverage, left_out, warnings};
use super::{CHARTS, Section, Table, Unit, day, footer};
use crate::census::Error;
use crate::reference::Published;
use crate::snapshot::Snapshot;

const STYLE: &str = include_str!("page.css");

/// Writes the sections as one page that asks for nothing else: no script, no picture, no font from anywhere. `files` is
/// the folder of the tables beside it, as the page should name it.
///
/// # Errors
/// [`Error::Snapshot`] if a column is not as it was written.
pub fn page(sections: &[Section], published: &Published, snapshot: &Snapshot, files: &str) -> Result<String, Error> {
    let provenance = snapshot.provenance();
    let date = provenance.taken.map_or_else(|| "without a date".into(), day);
    let footer = text(&footer(snapshot));
    let title = format!("Open models by their declared lineage, {date}");
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n<title>{0}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<header>\n<h1>{0}</h1>\n",
        text(&title)
    );
    for warning in warnings(snapshot, published)? {
        _ = writeln!(out, "<p class=\"warning\">{}</p>", text(&warning));
    }
    _ = writeln!(out, "<p>{footer}</p>\n</header>\n<nav aria-label=\"Sections\">\n<ul>");
    for section in sections {
        _ = writeln!(out, "<li><a href=\"#{}\">{}</a></li>", section.name, text(section.title));
    }
    out += "<li><a href=\"#unknowable\">What public metadata cannot tell</a></li>\n</ul>\n</nav>\n<main>\n";
    let mut number = 0;
    for section in sections {
        _ = writeln!(
            out,
            "<section id=\"{}\" aria-labelledby=\"h-{0}\">\n<h2 id=\"h-{0}\">{}</h2>",
            section.name,
            text(section.title)
        );
        for finding in &section.findings {
            _ = writeln!(out, "<p class=\"finding\">{}</p>", text(finding));
        }
        for (name, chart) in section.drawn() {
            number += 1;
            let (title, picture) = (text(&chart.title), chart.inside(number));
            _ = write!(out, "<figure><figcaption>{title}</figcaption>\n{picture}\n<p class=\"note\">");
            chart.remarks.iter().for_each(|remark| _ = write!(out, "{} ", text(remark)));
            let file = link(&format!("{files}/{CHARTS}/{name}.svg"));
            _ = writeln!(out, "<a href=\"{file}\">{name}.svg</a></p>\n</figure>");
        }
        let compared = compared(section, published);
        for table in section.tables.iter().chain(&compared) {
            self::table(&mut out, section, table, files);
        }
        out += "<h3>Definition</h3>\n<ul>\n";
        section.definition.iter().for_each(|sentence| _ = writeln!(out, "<li>{}</li>", text(sentence)));
        out += "</ul>\n<h3>Known</h3>\n<ul>\n";
        coverage(section).iter().for_each(|sentence| _ = writeln!(out, "<li>{}</li>", text(sentence)));
        out += "</ul>\n</section>\n";
    }
    out += "<section id=\"unknowable\" aria-labelledby=\"h-unknowable\">\n<h2 id=\"h-unknowable\">What public metadata cannot tell</h2>\n<ul>\n";
    UNKNOWABLE.iter().for_each(|sentence| _ = writeln!(out, "<li>{}</li>", text(sentence)));
    _ = write!(
        out,
        "</ul>\n</section>\n</main>\n<footer>\n<p>Made by modelkin {}. {footer}</p>\n</footer>\n</body>\n</html>\n",
        env!("CARGO_PKG_VERSION")
    );
    Ok(out)
}

fn table(out: &mut String, section: &Section, table: &Table, files: &str) {
    if table.rows.is_empty() {
        _ = writeln!(out, "<h3>{}</h3>\n<p>None is known.</p>", text(&table.title));
        return;
    }
    let title = format!("{}-{}", section.name, table.name);
    _ = writeln!(
        out,
        "<h3 id=\"{title}\">{}</h3>\n<div class=\"table\" role=\"region\" aria-labelledby=\"h-{} {title}\" tabindex=\"0\">\n<table>\n<thead><tr>",
        text(&table.title),
        section.name
    );
    let columns = &table.columns[..table.main];
    let class = |unit: Unit| if unit == Unit::Text { "t" } else { "n" };
    for column in columns {
        _ = write!(out, "<th scope=\"col\" class=\"{}\">{}</th>", class(column.unit), text(&column.head()));
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for row in table.rows.iter().take(table.most) {
        out.push_str("<tr>");
        for (column, value) in columns.iter().zip(row) {
            _ = write!(out, "<td class=\"{}\">{}</td>", class(column.unit), text(&column.shown(value)));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table>\n</div>\n<p class=\"note\">");
    out.extend(left_out(table).map(|left| text(&left) + ": "));
    let file = format!("{files}/{}.{}.csv", section.name, table.name);
    _ = writeln!(out, "<a href=\"{}\">{}</a></p>", link(&file), text(&format!("{}.{}.csv", section.name, table.name)));
}

/// The name of a file as a link has it.
fn link(name: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_./".contains(byte);
    name.bytes().map(|byte| if plain(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
