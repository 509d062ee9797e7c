use super::by_relation;
use super::relation_heads;
use crate::census::{Counted, Coverage, FamilyCount, Listing, Part, Sum, Tally};
use crate::ink::{Block, Grid, NOT_JUDGED, Named, Report, Rows, Value, day, grouped, named, plural};
use crate::lineage::Lineage;
use crate::model::{Count, Flag, Relation, Word, WordList};
use crate::snapshot::{Error, Row, Snapshot};

/// Writes a family's counts. `filter` says in words what was left out, if anything.
pub fn family(count: &FamilyCount, snapshot: &Snapshot, counted: Counted, filter: &str) -> Report<'static> {
    let mut grid = Grid::new(
        ["count", "models"]
            .map(str::to_owned)
            .into_iter()
            .chain(relation_heads())
            .chain(["authors", "without bursts", "downloads (30 days)"].map(str::to_owned)),
    );
    for (name, tally, calm) in [("F1", &count.f1, count.without_bursts.0), ("F2", &count.f2, count.without_bursts.1)] {
        let mut cells = vec![name.to_owned(), grouped(tally.models)];
        cells.extend(by_relation(&tally.by_relation).map(|(_, count)| grouped(count)));
        let calm = calm.map_or_else(|| NOT_JUDGED.to_owned(), grouped);
        let calm = with_share(calm, tally.dates(), "dated");
        cells.extend([grouped(tally.authors), calm, sum(&tally.downloads, tally.models)]);
        grid.row(cells);
    }
    let mentions = count.f3.map_or_else(|| "not known".to_owned(), grouped);
    grid.row(["F3".to_owned(), mentions].into_iter().chain(std::iter::repeat_n(String::new(), 8)));
    let mut top = Grid::new(["top children", "direct", "descendants"]);
    for (row, direct, descendants) in &count.top_children {
        top.row([snapshot.id(*row).to_owned(), grouped(*direct), grouped(*descendants)]);
    }
    let mut blocks = vec![
        Block::Line(format!("{} ({})", count.name, count.rule)),
        Block::Line(format!(
            "{}, {} of them unlisted",
            plural(count.members, "member"),
            grouped(count.members_unlisted)
        )),
        Block::Grid(grid),
        Block::Fixed(format!(
            "generations of F2 (links from the nearest member)  {}\nF1 below unlisted members alone  {} ({})\ndated models in F2, by which bursts are judged  {} ({})",
            generations(&count.generations),
            grouped(count.f1_unlisted),
            share(count.f1_unlisted, count.f1.models),
            grouped(count.f2.dated),
            share(count.f2.dated, count.f2.models),
        )),
    ];
    if count.undated.1 > 0 {
        let (f1, f2) = count.undated;
        blocks.push(Block::Line(format!(
            "left out by the date filter for want of a date  F1 {}, F2 {}",
            grouped(f1),
            grouped(f2)
        )));
    }
    if !count.top_children.is_empty() {
        blocks.push(Block::Grid(top));
    }
    let mut definition = vec![
        Part::Direct.about(counted),
        Part::All.about(counted),
        Part::Mentions.about(counted),
        BY_RELATION.to_owned(),
        "Burst: at least 50 children of one parent, by one author or of one name template, within 24 hours.".to_owned(),
        Coverage::JUDGED.to_owned(),
    ];
    definition.extend(count.why_no_f3().map(|why| format!("F3 is not known: {why}.")));
    definition.extend((!filter.is_empty()).then(|| filter.to_owned()));
    Report::new(definition, vec![row(count, snapshot)], blocks)
}

const LISTED: [&str; 12] = [
    "id",
    "listed",
    "created",
    "downloads",
    "likes",
    "parents",
    "licences",
    "licence_name",
    "licence_link",
    "gated",
    "disabled",
    "sha",
];

/// Writes the models of a part of a family, in order of their ids; people are shown those with most downloads, `most`
/// of them. How many a date filter left out for want of a date stands in the definition, and in JSON beside the rows.
///
/// # Errors
/// [`Error::Damaged`] if a column is not as it was written.
pub fn models<'r>(
    name: &str,
    part: Part,
    listing: &'r Listing,
    lineage: &'r Lineage,
    counted: Counted,
    filter: &str,
    most: usize,
) -> Result<Report<'r>, Error> {
    let snapshot = lineage.snapshot();
    let (created, commits) = (snapshot.created()?, snapshot.commits()?);
    let (downloads, likes) = (snapshot.count(Count::Downloads)?, snapshot.count(Count::Likes)?);
    let (licences, disabled) = (snapshot.list(WordList::Licences)?, snapshot.flag(Flag::Disabled)?);
    let (licence_name, licence_link) = (snapshot.word(Word::LicenceName)?, snapshot.word(Word::LicenceLink)?);
    let gated = snapshot.word(Word::Gated)?;
    let rows = &listing.rows[..];
    let mut shown: Vec<&(Row, Option<Relation>)> = rows.iter().collect();
    shown.sort_by_cached_key(|(row, _)| std::cmp::Reverse(downloads.at(*row)));
    shown.truncate(most);
    let has_relation = part != Part::Members;
    let name_of = |relation: Option<Relation>| relation.map(Relation::name);
    let heads = ["id", "created", "downloads (30 days)", "likes"];
    let mut grid = Grid::new(heads.into_iter().chain(has_relation.then_some("relation")));
    for (row, relation) in shown {
        let number = |number: Option<u64>| number.map_or_else(String::new, grouped);
        let date = |created: Option<i64>| created.map_or_else(String::new, day);
        let id = format!("{}{}", snapshot.id(*row), if snapshot.is_listed(*row) { "" } else { " (unlisted)" });
        let cells = [id, date(created.at(*row)), number(downloads.at(*row)), number(likes.at(*row))];
        grid.row(cells.into_iter().chain(has_relation.then(|| name_of(*relation).unwrap_or_default().to_owned())));
    }
    let mut blocks = vec![
        Block::Line(format!("{name}, {}: {}", part.name(), plural(rows.len() as u64, "model"))),
        Block::Grid(grid),
    ];
    if most < rows.len() {
        blocks.push(Block::cut(most, rows.len(), "shown"));
    }
    let values = move |at: usize| {
        let (row, relation) = &rows[at];
        let own = [
            snapshot.id(*row).into(),
            snapshot.is_listed(*row).into(),
            created.at(*row).map(day).into(),
            downloads.at(*row).into(),
            likes.at(*row).into(),
            (lineage.parents(*row).len() as u64).into(),
            Value::List(licences.words_at(*row).map(Value::from).collect()),
            licence_name.at(*row).into(),
            licence_link.at(*row).into(),
            gated.at(*row).into(),
            disabled.at(*row).into(),
            commits.at(*row).map(|sha| sha.to_string()).into(),
        ];
        let mut values = named(LISTED, own);
        values.extend(has_relation.then(|| ("relation".into(), name_of(*relation).into())));
        values
    };
    let mut definition = vec![part.about(counted)];
    definition.extend((!filter.is_empty()).then(|| filter.to_owned()));
    definition.extend(
        listing
            .undated
            .map(|undated| format!("Left out by the date filter for want of a date: {}.", plural(undated, "model"))),
    );
    let rows = Rows::Many(rows.len(), Box::new(values));
    let beside = listing.undated.map(|undated| ("undated".into(), undated.into())).into_iter().collect();
    let heads = LISTED.into_iter().chain(has_relation.then_some("relation"));
    Ok(Report { beside, ..Report::new(definition, rows, blocks).headed(heads) })
}

fn row(count: &FamilyCount, snapshot: &Snapshot) -> Named {
    let both = |pick: &dyn Fn(&Tally) -> Value| Value::group([("f1", pick(&count.f1)), ("f2", pick(&count.f2))]);
    let relations =
        |tally: &Tally| Value::group(by_relation(&tally.by_relation).map(|(name, count)| (name, count.into())));
    let sums = |sum: &Sum| {
        Value::group([("total", if sum.of > 0 { sum.total.into() } else { Value::Missing }), ("known", sum.of.into())])
    };
    let child = |(row, direct, descendants): &(u32, u64, u64)| {
        Value::group([
            ("id", snapshot.id(*row).into()),
            ("direct", (*direct).into()),
            ("descendants", (*descendants).into()),
        ])
    };
    let values: Vec<(&str, Value)> = vec![
        ("family", count.name.as_str().into()),
        ("rule", count.rule.as_str().into()),
        ("members", count.members.into()),
        ("f1", count.f1.models.into()),
        ("f2", count.f2.models.into()),
        ("f3", count.f3.into()),
        ("by_relation", both(&relations)),
        ("authors", both(&|tally| tally.authors.into())),
        (
            "without_bursts",
            Value::group([
                ("f1", Value::judged(count.without_bursts.0)),
                ("f2", Value::judged(count.without_bursts.1)),
            ]),
        ),
        ("dated", both(&|tally| tally.dated.into())),
        ("undated", Value::group([("f1", count.undated.0.into()), ("f2", count.undated.1.into())])),
        ("unlisted", Value::group([("members", count.members_unlisted.into()), ("f1", count.f1_unlisted.into())])),
        ("generations", Value::List(count.generations.iter().map(|models| (*models).into()).collect())),
        ("downloads", both(&|tally| sums(&tally.downloads))),
        ("downloads_all_time", both(&|tally| sums(&tally.downloads_all_time))),
        ("likes", both(&|tally| sums(&tally.likes))),
        ("top_children", Value::List(count.top_children.iter().map(child).collect())),
    ];
    values.into_iter().map(|(name, value)| (name.into(), value)).collect()
}

/// A sum with its coverage.
fn sum(sum: &Sum, of: u64) -> String {
    match sum.of {
        0 if of > 0 => "not known".into(),
        known => with_share(grouped(sum.total), Coverage { known, of }, "known"),
    }
}

/// What the counts by relation are of.
pub(super) const BY_RELATION: &str = "By relation: of a model's own link towards the family; if several, the strongest (merge, adapter, quantized, finetune).";

/// A count, and for how much of the whole it could be had.
fn with_share(count: String, coverage: Coverage, word: &str) -> String {
    match coverage.known < coverage.of {
        true => format!("{count} ({} {word})", share(coverage.known, coverage.of)),
        false => count,
    }
}

fn share(part: u64, whole: u64) -> String {
    if whole == 0 { "-".into() } else { format!("{:.1}%", 100.0 * part as f64 / whole as f64) }
}

/// The first generations, and how far they go.
fn generations(counts: &[u64]) -> String {
    const SHOWN: usize = 16;
    // A filter may leave nothing in the last ones.
    let counts = &counts[..counts.iter().rposition(|models| *models > 0).map_or(0, |last| last + 1)];
    let mut words: Vec<String> =
        counts.iter().take(SHOWN).enumerate().map(|(at, models)| format!("{}: {}", at + 1, grouped(*models))).collect();
    if counts.len() > SHOWN {
        words.push(format!("… up to {}", grouped(counts.len() as u64)));
    }
    if words.is_empty() { "none".to_owned() } else { words.join(", ") }
}
