use std::collections::HashMap;

use super::{Graph, Node, Status};
use crate::model::Relation;
use crate::reference::Whose;

/// A `ColorBy` says what the colours of nodes tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColorBy {
    /// They tell how a model was made from its parent.
    Relation,
    /// They tell the account that published it.
    Owner,
    /// They tell the country of its publisher.
    Country,
    /// They tell its licence, as the Hub spells it; of several the first.
    Licence,
    /// They tell the class of its licence, such as permissive.
    LicenceClass,
    /// They tell the families that it is a member of or descends from.
    Family,
}

impl ColorBy {
    /// This lists every one, in the order of the help.
    pub const ALL: [ColorBy; 6] =
        [ColorBy::Relation, ColorBy::Owner, ColorBy::Country, ColorBy::Licence, ColorBy::LicenceClass, ColorBy::Family];

    /// Gives its name in options and legends.
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

    /// The words that have no colour of their own, all together.
    fn others(self) -> &'static str {
        match self {
            ColorBy::Relation => "other relations",
            ColorBy::Owner => "other owners",
            ColorBy::Country => "other countries",
            ColorBy::Licence => "other licences",
            ColorBy::LicenceClass => "other classes",
            ColorBy::Family => "other families",
        }
    }

    /// The models of which none is known.
    fn unknown(self) -> &'static str {
        match self {
            ColorBy::Relation => BASE,
            ColorBy::Owner => "no owner",
            ColorBy::Country => "unknown country",
            ColorBy::Licence | ColorBy::LicenceClass => "none stated",
            ColorBy::Family => "no family",
        }
    }
}

/// Okabe and Ito's colours, which people tell apart who see few; then greys: for all other words, for models of which none
/// is known, and white for those that are not counted.
const COLORS: [&str; 7] = ["#56B4E9", "#E69F00", "#009E73", "#CC79A7", "#0072B2", "#F0E442", "#D55E00"];
const OTHER: &str = "#BBBBBB";
const UNKNOWN: &str = "#E8E8E8";
const NOT_COUNTED: &str = "#FFFFFF";
const ROOT: &str = "#333333";

/// What a node is coloured by.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Shade {
    /// A word that is known of it.
    Word(String),
    /// A word that stands for what no table has a colour for, such as a licence without a class.
    Unclassed,
    /// Nothing is known.
    Unknown,
    /// It only connects others.
    NotCounted,
}

/// A `Paint` knows the colours of a graph's nodes, and what they mean.
#[derive(Debug, Clone)]
pub struct Paint {
    by: ColorBy,
    colors: HashMap<Shade, &'static str>,
    legend: Vec<(String, &'static str, u64)>,
}

impl Paint {
    /// Chooses the colours. Relations have fixed ones; of other words the most frequent seven have a colour each, and
    /// the rest share one. Models of which nothing is known, and models that are not counted, have one each.
    pub fn new(graph: &Graph<'_>, by: ColorBy) -> Paint {
        let mut counts: HashMap<Shade, u64> = HashMap::new();
        for node in graph.nodes() {
            *counts.entry(shade(&node, by)).or_default() += node.models;
        }
        let mut shades: Vec<(Shade, u64)> = counts.into_iter().collect();
        shades.sort_by(|(a, many), (b, few)| few.cmp(many).then_with(|| a.cmp(b)));
        let mut paint = Paint { by, colors: HashMap::new(), legend: Vec::new() };
        let mut others = 0;
        let mut last = Vec::new();
        let mut free = COLORS.into_iter();
        for (shade, count) in shades {
            let color = match &shade {
                Shade::Word(word) if by == ColorBy::Relation => Some(relation_color(word)),
                Shade::Word(_) => free.next(),
                Shade::Unclassed => {
                    last.push(("unclassed", OTHER, count));
                    Some(OTHER)
                }
                Shade::Unknown => {
                    last.push((by.unknown(), UNKNOWN, count));
                    Some(UNKNOWN)
                }
                Shade::NotCounted => {
                    last.push(("not counted", NOT_COUNTED, count));
                    Some(NOT_COUNTED)
                }
            };
            match (&shade, color) {
                (Shade::Word(word), Some(color)) => paint.legend.push((word.clone(), color, count)),
                (_, Some(_)) => (),
                (_, None) => others += count,
            }
            paint.colors.extend(color.map(|color| (shade, color)));
        }
        let others = (others > 0).then(|| (by.others(), OTHER, others));
        // The darkest first.
        last.sort_by_key(|(_, color, _)| *color);
        paint.legend.extend(others.into_iter().chain(last).map(|(word, color, count)| (word.to_owned(), color, count)));
        paint
    }

    /// Gives what the colours tell.
    pub fn by(&self) -> ColorBy {
        self.by
    }

    /// Gives words with their colours (`#RRGGBB`) and how many models have them: the most frequent first, then what
    /// shares a colour or has no word.
    pub fn legend(&self) -> &[(String, &'static str, u64)] {
        &self.legend
    }

    /// Gives the colour of a node, as `#RRGGBB`.
    pub fn color(&self, node: &Node<'_>) -> &'static str {
        self.colors.get(&shade(node, self.by)).copied().unwrap_or(OTHER)
    }
}

/// Gives the colour in which a text on another colour can be read.
pub(super) fn ink(color: &str) -> &'static str {
    if matches!(color, ROOT | "#0072B2" | "#D55E00" | "#009E73") { "#FFFFFF" } else { "#000000" }
}

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

/// By what a node is coloured.
fn shade(node: &Node<'_>, by: ColorBy) -> Shade {
    if !node.is_counted {
        return Shade::NotCounted;
    }
    let word = match by {
        ColorBy::Relation => Some(node.relation.map_or(BASE, Relation::name)),
        ColorBy::Owner => node.owner,
        ColorBy::Country => node.country.map(|country| if country == "ZZ" { "international" } else { country }),
        ColorBy::Licence => node.licence,
        ColorBy::LicenceClass => node.licence_class,
        ColorBy::Family => Some(node.family.as_str()).filter(|family| !family.is_empty()),
    };
    match (word, by) {
        (Some(Whose::UNKNOWN), ColorBy::Country) => Shade::Unknown,
        (Some("unclassed"), ColorBy::LicenceClass) => Shade::Unclassed,
        (Some(word), _) => Shade::Word(word.to_owned()),
        (None, _) if node.status == Status::Collapsed => Shade::Word("several".to_owned()),
        (None, _) => Shade::Unknown,
    }
}
