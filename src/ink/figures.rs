use std::fmt::Write;

use super::glossary::Glossary;
use super::printable::html as text;
use super::text::{compared, coverage};
use super::{Column, Head, Lead, Section, Table, Unit, grouped};
use crate::reference::Published;

/// A `Linked` is a name that leads somewhere: to a file of a table or of a chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Linked {
    /// This is shown.
    pub name: String,
    /// This is where it leads.
    pub address: String,
}

/// A `Place` says where the figures of a section stand, and where what belongs to them lies.
pub struct Place<'p> {
    /// This is the address of the page for good, whose figures are named behind a `#`; it is empty within a file.
    pub page: &'p str,
    /// This lists the files of a table; the first has all rows.
    pub tables: &'p dyn Fn(&Section, &Table) -> Vec<Linked>,
    /// This lists the files of a chart, given its name in file names and its number among those of its section, from 1 on.
    pub charts: &'p dyn Fn(&Section, &str, usize) -> Vec<Linked>,
    /// This says where the names in a table lead.
    pub lead: Lead<'p>,
}

/// Writes what a section has to tell, without its title: its findings, charts and tables, under which definition they were counted,
/// and of how many models they are known. Charts are told apart within the page by numbers, from `number` on.
pub fn figures(section: &Section, published: &Published, place: &Place<'_>, number: usize) -> String {
    let mut out = String::new();
    for finding in &section.findings {
        _ = writeln!(out, "<p class=\"finding\">{}</p>", text(finding));
    }
    for (at, (place_of, name, chart)) in section.drawn().enumerate() {
        let (title, picture) = (text(&chart.title), chart.inside(number + at));
        let id = format!("{}-figure-{}", section.name, place_of + 1);
        let sign = sign(place.page, &id, "figure");
        _ = write!(out, "<figure id=\"{id}\"><figcaption>{title}{sign}</figcaption>\n{picture}\n<p class=\"note\">");
        chart.remarks.iter().for_each(|remark| _ = write!(out, "{} ", text(remark)));
        links(&mut out, &(place.charts)(section, &name, at + 1));
        out.push_str("</p>\n</figure>\n");
    }
    let mut glossary = Glossary::new(section.name);
    let compared = compared(section, published);
    for table in section.tables.iter().chain(&compared) {
        self::table(&mut out, section, table, place, &mut glossary);
    }
    glossary.write(&mut out);
    out += "<h3>Definition</h3>\n<ul>\n";
    section.definition.iter().for_each(|sentence| _ = writeln!(out, "<li>{}</li>", text(sentence)));
    out += "</ul>\n<h3>Known</h3>\n<ul>\n";
    coverage(section).iter().for_each(|sentence| _ = writeln!(out, "<li>{}</li>", text(sentence)));
    out + "</ul>\n"
}

/// Texts of so many letters are short.
const SHORT: usize = 14;

fn table(out: &mut String, section: &Section, table: &Table, place: &Place<'_>, glossary: &mut Glossary) {
    let (title, id) = (text(&table.title), id(section, table.name));
    let sign = sign(place.page, &id, "table");
    _ = writeln!(out, "<div class=\"head\"><h3 id=\"{id}\">{title}</h3>{sign}</div>");
    if table.rows.is_empty() {
        out.push_str("<p>None is known.</p>\n");
        return;
    }
    _ = writeln!(
        out,
        "<div class=\"table\" role=\"region\" aria-labelledby=\"h-{} {id}\" tabindex=\"0\">\n<table>\n<thead><tr>",
        section.name
    );
    let rows: Vec<Vec<String>> = (table.rows.iter().take(table.most))
        .map(|row| table.columns.iter().zip(row).take(table.main).map(|(column, value)| column.shown(value)).collect())
        .collect();
    // Numbers are what stands in most columns; short texts are not wrapped.
    let class = |(at, column): (usize, &Column)| match column.unit {
        Unit::Text if rows.iter().all(|row| row[at].chars().count() <= SHORT) => " class=\"s\"",
        Unit::Text => " class=\"t\"",
        _ => "",
    };
    let columns = &table.columns[..table.main];
    let classes: Vec<&str> = columns.iter().enumerate().map(class).collect();
    let scope = format!("{}.{}", section.name, table.name);
    for (column, class) in columns.iter().zip(&classes) {
        glossary.head(out, Head::of(&scope, &column.name), class);
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for row in &rows {
        out.push_str("<tr>");
        for ((column, shown), class) in columns.iter().zip(row).zip(&classes) {
            let shown = match (place.lead)(&column.head(), shown).filter(|_| column.unit == Unit::Text) {
                Some(address) => link(&address, shown),
                None => text(shown),
            };
            _ = write!(out, "<td{class}>{shown}</td>");
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table>\n</div>\n<p class=\"note\">");
    let files = (place.tables)(section, table);
    if let Some((file, said)) = files.first().zip(left_out(table)) {
        _ = write!(out, "{said}; {} has all. ", text(&file.name));
    }
    links(out, &files);
    out.push_str("</p>\n");
}

/// The id of a table on the page.
pub(super) fn id(section: &Section, table: &str) -> String {
    format!("{}-{table}", section.name)
}

/// A sign that leads to what stands on a page for good.
pub(super) fn sign(page: &str, id: &str, what: &str) -> String {
    format!(" <a class=\"link\" href=\"{}#{id}\" aria-label=\"Link to this {what}\">#</a>", text(page))
}

/// How many rows and columns people are shown, if not all.
fn left_out(table: &Table) -> Option<String> {
    let rows = (table.rows.len() > table.most)
        .then(|| format!("{} of {} rows", grouped(table.most as u64), grouped(table.rows.len() as u64)));
    let columns =
        (table.columns.len() > table.main).then(|| format!("{} of {} columns", table.main, table.columns.len()));
    let parts: Vec<String> = rows.into_iter().chain(columns).collect();
    (!parts.is_empty()).then(|| format!("The first {}", parts.join(" and ")))
}

fn links(out: &mut String, files: &[Linked]) {
    let links: Vec<String> = files.iter().map(|file| link(&file.address, &file.name)).collect();
    out.push_str(&links.join(" "));
}

fn link(address: &str, name: &str) -> String {
    format!("<a href=\"{}\">{}</a>", text(address), text(name))
}
