use crate::census::{Branch, Census, Drawn, Shown};
use crate::ink::{Block, Named, Report, Rows, Value, grouped, plural};
use crate::lineage::Reach;
use crate::model::{Hint, Relation};
use crate::snapshot::Snapshot;

/// Rails that are drawn beside each other; a line that stands deeper says how deep.
const RAILS: usize = 40;

/// People are shown so many lines at most.
pub const LINES: usize = 100_000;

/// Writes a tree of models. `selection` says in words what was selected and left out.
pub fn show<'r>(census: &'r Census, drawn: &'r Drawn, reach: Reach, selection: &str) -> Report<'r> {
    let branches = &drawn.branches[..];
    let way = match reach {
        Reach::Above => "Under each model stand its parents, those with most descendants first",
        _ => "Under each model stand its children, those with most descendants first",
    };
    let mut definition = vec![
        selection.to_owned(),
        format!("{way}. Descendants are distinct models that can be reached, each counted once."),
    ];
    let mut blocks = vec![Block::Fixed(text(census, branches, reach))];
    let is_marked = branches.iter().any(|branch| match branch.what {
        Shown::Model { is_repeated, is_cut, .. } => is_repeated || is_cut,
        Shown::More { .. } => true,
        Shown::Group { .. } => false,
    });
    if is_marked {
        blocks.push(Block::Hinted(
            "(*): drawn above with all that belongs to it; …: cut".into(),
            Hint::MoreOfTree,
            '.',
        ));
    }
    blocks.extend(drawn.left_out.map(|models| {
        let (lines, models) = (grouped(branches.len() as u64), plural(models as u64, "model"));
        let text = format!("Only the first {lines} lines are drawn; left out: {models} of the selection");
        Block::Hinted(text, Hint::FewerLines, '.')
    }));
    let is_uncounted = |branch: &&Branch| matches!(branch.what, Shown::More { descendants: None, .. });
    let uncounted = branches.iter().filter(is_uncounted).count();
    definition.extend((uncounted > 0).then(|| {
        let what = if reach == Reach::Above { "above" } else { "below" };
        let lines = plural(uncounted as u64, "line");
        format!("In {lines} of models that are not drawn, what is {what} them is not counted: it takes too long.")
    }));
    let rows = Rows::Many(branches.len(), Box::new(|at| row(census, &branches[at])));
    Report::new(definition, rows, blocks)
}

/// The lines for people.
fn text(census: &Census, branches: &[Branch], reach: Reach) -> String {
    let snapshot = census.snapshot();
    let mut text = String::new();
    // Whether a rail runs down at each depth.
    let mut rails: Vec<bool> = Vec::new();
    for branch in branches.iter().take(LINES) {
        rails.truncate(branch.depth.saturating_sub(1) as usize);
        let mut line: String = match rails.len() {
            0..=RAILS => rails.iter().map(|runs| if *runs { "│   " } else { "    " }).collect(),
            depth => format!("{}{} links down  ", "    ".repeat(RAILS), grouped(depth as u64 + 1)),
        };
        if branch.depth > 0 {
            line += if branch.is_last { "└── " } else { "├── " };
            rails.push(!branch.is_last);
        }
        match &branch.what {
            Shown::Group { relation, models, .. } => {
                line += &format!("{} in one line  {relation}", plural((*models).into(), "model"));
            }
            Shown::More { models, descendants } => {
                line += &format!("… {} more", grouped((*models).into()));
                if let Some(descendants) = descendants.filter(|descendants| *descendants > 0) {
                    let what = if reach == Reach::Above { "ancestor" } else { "descendant" };
                    line += &format!(", with {}", plural(descendants.into(), what));
                }
            }
            Shown::Model { row, relation, is_repeated, is_cut, is_counted } => {
                let facts = census.facts(*row);
                line += snapshot.id(*row);
                if let Some(relation) = relation {
                    line += &format!("  {relation}");
                }
                if facts.descendants > 0 {
                    line += &format!("  {}", plural(facts.descendants, "descendant"));
                    if facts.direct != facts.descendants {
                        line += &format!(", {} direct", grouped(facts.direct));
                    }
                }
                if !snapshot.is_listed(*row) {
                    line += "  (unlisted)";
                }
                if !is_counted {
                    line += "  not counted";
                }
                line += if *is_repeated {
                    "  (*)"
                } else if *is_cut {
                    "  …"
                } else {
                    ""
                };
            }
        }
        text += line.trim_end();
        text.push('\n');
    }
    text.truncate(text.trim_end().len());
    text
}

/// A line for programs.
fn row(census: &Census, branch: &Branch) -> Named {
    let snapshot = census.snapshot();
    match &branch.what {
        Shown::Group { relation, models, .. } => many(snapshot, branch, Some(*relation), *models, Some(0)),
        Shown::More { models, descendants } => many(snapshot, branch, None, *models, *descendants),
        Shown::Model { row, relation, is_repeated, is_cut, is_counted } => {
            let facts = census.facts(*row);
            vec![
                ("depth".into(), Value::from(u64::from(branch.depth))),
                ("id".into(), snapshot.id(*row).into()),
                ("of".into(), branch.of.map(|of| snapshot.id(of)).into()),
                ("relation".into(), relation.map(|relation| relation.name()).into()),
                ("listed".into(), snapshot.is_listed(*row).into()),
                ("direct".into(), facts.direct.into()),
                ("descendants".into(), facts.descendants.into()),
                ("counted".into(), (*is_counted).into()),
                ("repeated".into(), (*is_repeated).into()),
                ("cut".into(), (*is_cut).into()),
                ("more".into(), Value::Missing),
            ]
        }
    }
}

/// The row that stands for siblings: for those of one relation, or for those that are not drawn.
fn many(
    snapshot: &Snapshot,
    branch: &Branch,
    relation: Option<Relation>,
    models: u32,
    descendants: Option<u32>,
) -> Named {
    let values: Vec<(&str, Value)> = vec![
        ("depth", u64::from(branch.depth).into()),
        ("id", Value::Missing),
        ("of", branch.of.map(|of| snapshot.id(of)).into()),
        ("relation", relation.map(Relation::name).into()),
        ("listed", Value::Missing),
        ("direct", Value::Missing),
        ("descendants", descendants.map(u64::from).into()),
        ("counted", Value::Missing),
        ("repeated", Value::Missing),
        ("cut", relation.is_none().into()),
        ("more", u64::from(models).into()),
    ];
    values.into_iter().map(|(name, value)| (name.into(), value)).collect()
}
