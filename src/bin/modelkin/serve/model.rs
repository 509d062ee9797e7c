//! What a model's page says first: what it is, and what it was made of.

use std::fmt::Write;

use modelkin::census::Kin;
use modelkin::ink::{day, escaped, grouped, plural};
use modelkin::model::Relation;
use modelkin::provenance::{About, Books};
use modelkin::snapshot::Row;

use super::address::NoPage;
use super::shelf::Shelf;

/// So many parents are named in the list.
const NAMED: usize = 3;

/// A model's parents, with the strongest relation.
fn parents(row: Row, shelf: &Shelf) -> anyhow::Result<(Option<Relation>, Vec<Row>)> {
    let lineage = shelf.atlas.lineage()?;
    let relation = lineage.parents(row).map(|(_, edge)| edge.relation).max();
    Ok((relation, lineage.parents(row).map(|(parent, _)| parent).collect()))
}

fn word(relation: Relation) -> &'static str {
    match relation {
        Relation::Finetune => "Finetune",
        Relation::Quantized => "Quantization",
        Relation::Adapter => "Adapter",
        Relation::Merge => "Merge",
        Relation::Unstated => "Derivative",
    }
}

/// Whether a model was made of others, and of which, in a sentence.
pub fn made(id: &str, shelf: &Shelf) -> anyhow::Result<(bool, String)> {
    let snapshot = shelf.atlas.snapshot();
    let Some(row) = snapshot.find(id) else { return Err(NoPage.into()) };
    let (relation, parents) = parents(row, shelf)?;
    let sentence = match (relation, &parents[..]) {
        (Some(relation), [parent]) => format!("{} of {}.", word(relation), snapshot.id(*parent)),
        (Some(relation), parents) => format!("{} of {} models.", word(relation), parents.len()),
        (None, _) if snapshot.is_listed(row) => "It names no model that it was made of.".to_owned(),
        (None, _) => "Others name it as their parent, and the snapshot has no record of it.".to_owned(),
    };
    Ok((!parents.is_empty(), sentence))
}

/// What is known of a model, as a list. `address` gives that of a page.
pub fn facts(id: &str, shelf: &Shelf, address: impl Fn(&str) -> String) -> anyhow::Result<String> {
    let snapshot = shelf.atlas.snapshot();
    let Some(row) = snapshot.find(id) else { return Err(NoPage.into()) };
    let tables = shelf.atlas.tables();
    let books = Books::with(tables.publishers()?)?;
    let known = About::new(snapshot, &books)?.model(row);
    let (relation, parents) = parents(row, shelf)?;
    let link = |path: &str, text: &str| format!("<a href=\"{}\">{}</a>", escaped(&address(path)), escaped(text));
    let mut out = String::from("<dl class=\"facts\">\n");
    let mut entry = |name: &str, value: &str| _ = writeln!(out, "<div><dt>{name}</dt><dd>{value}</dd></div>");
    if let Some(owner) = known.owner {
        let behind = known.publisher.map_or_else(String::new, |publisher| {
            let country = if publisher.country == "ZZ" { "international" } else { &publisher.country };
            format!(", {} ({})", escaped(&publisher.name), escaped(country))
        });
        entry("Owner", &(link(&format!("/owner/{owner}"), owner) + &behind));
    }
    if let Some(relation) = relation {
        let named: Vec<String> = parents
            .iter()
            .take(NAMED)
            .map(|parent| {
                let id = snapshot.id(*parent);
                let mark = if snapshot.is_listed(*parent) { "" } else { " (unlisted)" };
                link(&format!("/model/{id}"), id) + mark
            })
            .collect();
        let more = parents.len().saturating_sub(NAMED);
        let more = if more > 0 { format!(" and {}", plural(more as u64, "other")) } else { String::new() };
        entry(&format!("{} of", word(relation)), &(named.join(", ") + &more));
    }
    let kin = Kin::find(tables.all_families()?, &shelf.atlas.lineage()?, &[row])?;
    let families: Vec<String> = kin.names(row).map(|name| link(&format!("/family/{name}"), name)).collect();
    if !families.is_empty() {
        entry(if families.len() > 1 { "Families" } else { "Family" }, &families.join(", "));
    }
    if known.is_listed {
        let licences = match known.licence_name {
            Some(name) => format!("{} ({name})", known.licences.join(", ")),
            None => known.licences.join(", "),
        };
        entry("Licence", &if licences.is_empty() { "none stated".to_owned() } else { escaped(&licences) });
        entry("Created", &known.created.map_or_else(|| "not known".to_owned(), day));
        entry("Downloads in 30 days", &known.downloads.map_or_else(|| "not known".to_owned(), grouped));
        if let Some(gated) = known.gated.filter(|gated| *gated != "false") {
            let word = if gated == "auto" { "whoever asks" } else { "whom its owner lets" };
            entry("May be fetched by", word);
        }
    } else {
        entry("Record", "none in the snapshot");
    }
    out.push_str("</dl>\n");
    Ok(out)
}
