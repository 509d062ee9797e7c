use crate::census::Census;
use crate::ink::{Block, Grid, Report, Value, day, grouped, named};
use crate::lineage::Lineage;
use crate::model::Count;
use crate::search::{Found, Matches};
use crate::snapshot::Error;

const FOUND: [&str; 7] = ["id", "listed", "descendants", "direct", "downloads_30d", "relation", "created"];

/// Lists the models that were found by words of their ids. `near` is what may be meant where none was.
///
/// # Errors
/// [`Error::Damaged`] if a column is not as it was written.
pub fn found(found: &Found, census: &Census, lineage: &Lineage, near: &[String]) -> Result<Report<'static>, Error> {
    let snapshot = lineage.snapshot();
    let (downloads, created) = (snapshot.count(Count::Downloads)?, snapshot.created()?);
    let mut grid = Grid::new(["id", "descendants", "direct", "downloads", "relation", "created"]).sparing(["created"]);
    let mut rows = Vec::new();
    for row in &found.rows {
        let (id, facts, is_unlisted) = (snapshot.id(*row), census.facts(*row), lineage.is_unlisted(*row));
        let relation = lineage.parents(*row).map(|(_, edge)| edge.relation).max().map(|relation| relation.name());
        let (downloads, created) = (downloads.at(*row), created.at(*row).map(day));
        grid.row([
            format!("{id}{}", if is_unlisted { " (unlisted)" } else { "" }),
            grouped(facts.descendants),
            grouped(facts.direct),
            downloads.map_or_else(|| "–".into(), grouped),
            relation.unwrap_or("base").into(),
            created.clone().unwrap_or_default(),
        ]);
        let values = [
            id.into(),
            (!is_unlisted).into(),
            facts.descendants.into(),
            facts.direct.into(),
            downloads.into(),
            relation.into(),
            created.as_deref().into(),
        ];
        rows.push(named(FOUND, values));
    }
    let shown = found.rows.len();
    let (matches, is_all) = match found.matches {
        Matches::All(matches) => (matches, true),
        Matches::AtLeast(matches) => (matches, false),
    };
    let mut blocks = Vec::new();
    if shown > 0 {
        blocks.push(Block::Grid(grid));
    } else if matches == 0 {
        blocks.push(Block::Line("No id has all of these words.".into()));
    }
    match is_all {
        true if shown < matches as usize => blocks.push(Block::cut(shown, matches as usize, "found")),
        true => (),
        false => blocks.push(Block::cut_of_more(shown, matches as usize, "found")),
    }
    if !near.is_empty() {
        blocks.push(Block::Line(format!("Spelled alike: {}.", near.join(", "))));
    }
    let definition = vec![
        "Found: the models and unlisted parents whose ids have every word, anywhere in them, in any order and without regard to case; one whose whole id was typed comes first, then those with most descendants, then by id.".to_owned(),
        "Relation: the strongest of a model's links to its parents; a base names none.".to_owned(),
    ];
    let mut report = Report::new(definition, rows, blocks).headed(FOUND);
    report.beside.push(("matches".into(), matches.into()));
    report.beside.push(("all_counted".into(), is_all.into()));
    if !near.is_empty() {
        report.beside.push(("near".into(), Value::List(near.iter().map(|near| near.as_str().into()).collect())));
    }
    Ok(report)
}
