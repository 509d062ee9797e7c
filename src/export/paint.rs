use std::collections::HashMap;

use super::{Graph, Node, Status};
use crate::model::Relation;

/// What colours tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColorBy {
    /// How a model was made from its parent.
    Relation,
    /// Who published it.
    Owner,
    /// Its publisher's country.
    Country,
    /// Its licence, as the Hub spells it.
    Licence,
    /// The class of its licence.
    LicenceClass,
    /// Its family.
    Family,
}

impl ColorBy {
    /// Every one, in the order of help.
    pub const ALL: [ColorBy; 6] =
        [ColorBy::Relation, ColorBy::Owner, ColorBy::Country, ColorBy::Licence, ColorBy::LicenceClass, ColorBy::Family];

    /// Its name in options and legends.
    pub fn name(self) -> &'static str {
        match self {
            ColorBy::Relation => "relation",
            ColorBy::Owner => "owner",
            ColorBy::Country => "country",
            ColorBy::Licence => "licence",
            ColorBy::LicenceClass => "licence class",
            ColorBy::Family => "family",
        }
    }
}

/// Okabe and Ito's colours, which people tell apart who see few; then grey for all others.
const COLORS: [&str; 7] = ["#56B4E9", "#E69F00", "#009E73", "#CC79A7", "#0072B2", "#F0E442", "#D55E00"];
const OTHER: &str = "#BBBBBB";
const ROOT: &str = "#333333";

/// The colours of a graph's nodes, and what they mean.
#[derive(Debug, Clone)]
pub struct Paint {
    by: ColorBy,
    colors: HashMap<String, &'static str>,
    legend: Vec<(String, &'static str, u64)>,
}

impl Paint {
    /// Chooses colours: relations have fixed ones, of other words the most frequent seven have one each.
    pub fn new(graph: &Graph<'_, '_>, by: ColorBy) -> Paint {
        let mut counts: HashMap<String, u64> = HashMap::new();
        for node in graph.nodes() {
            *counts.entry(word(&node, by)).or_default() += node.models;
        }
        let mut words: Vec<(String, u64)> = counts.into_iter().collect();
        words.sort_by(|(a, many), (b, few)| few.cmp(many).then_with(|| a.cmp(b)));
        let mut paint = Paint { by, colors: HashMap::new(), legend: Vec::new() };
        let mut others = 0;
        let mut free = COLORS.into_iter();
        for (word, count) in words {
            let color = match by {
                ColorBy::Relation => Some(relation_color(&word)),
                _ if matches!(word.as_str(), NONE | "unknown" | "unclassed") => None,
                _ => free.next(),
            };
            match color {
                Some(color) => {
                    paint.legend.push((word.clone(), color, count));
                    paint.colors.insert(word, color);
                }
                None => others += count,
            }
        }
        if others > 0 {
            let others_are = match by {
                ColorBy::Country => "other or unknown",
                ColorBy::LicenceClass => "unclassed or none",
                _ => "other or none",
            };
            paint.legend.push((others_are.into(), OTHER, others));
        }
        paint
    }

    /// What the colours tell.
    pub fn by(&self) -> ColorBy {
        self.by
    }

    /// The colours with what they mean and how many models have them, the most frequent first.
    pub fn legend(&self) -> &[(String, &'static str, u64)] {
        &self.legend
    }

    /// A node's colour, as `#RRGGBB`.
    pub fn color(&self, node: &Node<'_>) -> &'static str {
        self.colors.get(&word(node, self.by)).copied().unwrap_or(OTHER)
    }
}

/// The colour in which a text on another one can be read.
pub(super) fn ink(color: &str) -> &'static str {
    if matches!(color, ROOT | "#0072B2" | "#D55E00" | "#009E73") { "#FFFFFF" } else { "#000000" }
}

const NONE: &str = "none";
const BASE: &str = "no parent";

fn relation_color(word: &str) -> &'static str {
    match Relation::from_name(word) {
        Some(Relation::Finetune) => COLORS[0],
        Some(Relation::Quantized) => COLORS[1],
        Some(Relation::Adapter) => COLORS[2],
        Some(Relation::Merge) => COLORS[3],
        Some(Relation::Unstated) => OTHER,
        None => ROOT,
    }
}

/// The word by which a node is coloured.
fn word(node: &Node<'_>, by: ColorBy) -> String {
    let word = match by {
        ColorBy::Relation => return node.relation.map_or(BASE, Relation::name).to_owned(),
        ColorBy::Owner => node.owner,
        ColorBy::Country => node.country.map(|country| if country == "ZZ" { "international" } else { country }),
        ColorBy::Licence => node.licence,
        ColorBy::LicenceClass => node.licence_class,
        ColorBy::Family => Some(node.family.as_str()).filter(|family| !family.is_empty()),
    };
    match (word, node.status) {
        (Some(word), _) => word.to_owned(),
        (None, Status::Collapsed) => "several".to_owned(),
        (None, _) => NONE.to_owned(),
    }
}
