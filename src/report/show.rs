use super::{Block, Named, Report, Value, grouped, plural};
use crate::census::{Branch, Census, Shown};
use crate::lineage::Reach;
use crate::model::Relation;

/// Rails that are drawn beside each other; a line that stands deeper says how deep.
const RAILS: usize = 40;

/// A tree of models. `selection` says in words what was selected and left out.
pub fn show(census: &Census<'_, '_>, branches: &[Branch], reach: Reach, selection: &str) -> Report<'static> {
    let snapshot = census.lineage().snapshot();
    let mut text = String::new();
    let mut rows = Vec::new();
    // Whether a rail runs down at each depth, and the last model drawn there.
    let mut rails: Vec<bool> = Vec::new();
    let mut above: Vec<String> = Vec::new();
    for branch in branches {
        rails.truncate(branch.depth.saturating_sub(1));
        above.truncate(branch.depth);
        let mut line: String = match rails.len() {
            0..=RAILS => rails.iter().map(|runs| if *runs { "│   " } else { "    " }).collect(),
            depth => format!("{}{} links down  ", "    ".repeat(RAILS), grouped(depth as u64 + 1)),
        };
        if branch.depth > 0 {
            line += if branch.is_last { "└── " } else { "├── " };
            rails.push(!branch.is_last);
        }
        match &branch.what {
            Shown::Group { relation, models } => {
                line += &format!("{} in one line  {relation}", plural(*models as u64, "model"));
                rows.push(many(branch, above.last(), Some(*relation), *models, 0));
            }
            Shown::More { models, descendants } => {
                line += &format!("… {} more", grouped(*models as u64));
                if *descendants > 0 {
                    let what = if reach == Reach::Above { "ancestor" } else { "descendant" };
                    line += &format!(", with {}", plural(*descendants as u64, what));
                }
                rows.push(many(branch, above.last(), None, *models, *descendants));
            }
            Shown::Model { row, relation, is_repeated, is_cut, is_counted } => {
                let facts = census.of(*row);
                let id = snapshot.id(*row);
                line += id;
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
                rows.push(vec![
                    ("depth".into(), Value::from(branch.depth as u64)),
                    ("id".into(), id.into()),
                    ("of".into(), above.last().cloned().into()),
                    ("relation".into(), relation.map(|relation| relation.name()).into()),
                    ("listed".into(), snapshot.is_listed(*row).into()),
                    ("direct".into(), facts.direct.into()),
                    ("descendants".into(), facts.descendants.into()),
                    ("counted".into(), (*is_counted).into()),
                    ("repeated".into(), (*is_repeated).into()),
                    ("cut".into(), (*is_cut).into()),
                    ("more".into(), Value::Missing),
                ]);
                above.push(id.to_owned());
            }
        }
        text += line.trim_end();
        text.push('\n');
    }
    let way = match reach {
        Reach::Above => "Under each model stand its parents, those with most descendants first",
        _ => "Under each model stand its children, those with most descendants first",
    };
    let definition = vec![
        selection.to_owned(),
        format!("{way}. Descendants are distinct models that can be reached, each counted once."),
        "(*): drawn above with all that belongs to it; …: cut (see --depth and --siblings).".to_owned(),
    ];
    Report::new(definition, rows, vec![Block::Fixed(text.trim_end().to_owned())])
}

/// The row that stands for siblings: for those of one relation, or for those that are not drawn.
fn many(branch: &Branch, of: Option<&String>, relation: Option<Relation>, models: usize, descendants: usize) -> Named {
    let values: Vec<(&str, Value)> = vec![
        ("depth", (branch.depth as u64).into()),
        ("id", Value::Missing),
        ("of", of.cloned().into()),
        ("relation", relation.map(Relation::name).into()),
        ("listed", Value::Missing),
        ("direct", Value::Missing),
        ("descendants", (descendants as u64).into()),
        ("counted", Value::Missing),
        ("repeated", Value::Missing),
        ("cut", relation.is_none().into()),
        ("more", (models as u64).into()),
    ];
    values.into_iter().map(|(name, value)| (name.into(), value)).collect()
}
