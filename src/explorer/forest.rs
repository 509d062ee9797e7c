use std::cmp::Reverse;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use super::classes::{Classes, Colour, Months};
use super::place::{Place, ROOT_WORD};
use super::trees::{Node, Rule, Trees};
use crate::census::{self, Census, members};
use crate::lineage::{Lineage, Selection};
use crate::model::{Count, once};
use crate::reference::{Aliases, Family, Licences, Publishers};
use crate::snapshot::{self, Row, Snapshot};

/// A `Books` is what the map shows and the Hub does not tell.
#[derive(Debug, Clone)]
pub struct Books {
    /// Models that stand below no other one stand below the first of these of which they are members.
    pub families: Vec<Family>,
    /// These tell in which country an account's publisher is.
    pub publishers: Publishers,
    /// By these whose a model without an owner in its id is.
    pub aliases: Aliases,
    /// These tell the classes of licences.
    pub licences: Licences,
}

/// A `Forest` is the lineage as trees, in which every model that has a link stands once (docs/explorer.md, 1). What is shown of a model
/// depends on nothing but the snapshot and the tables.
#[derive(Debug)]
pub struct Forest {
    pub(super) census: Arc<Census>,
    pub(super) lineage: Lineage,
    pub(super) books: Books,
    pub(super) trees: Trees,
    pub(super) groups: Vec<Group>,
    pub(super) part: Option<Part>,
    /// How many models are without any link, and their owners.
    lonely: OnceLock<u64>,
    alone: OnceLock<Vec<Owner>>,
    within: Option<Selection>,
    authors: OnceLock<Vec<u64>>,
    downloads: OnceLock<Vec<u64>>,
    licences: OnceLock<Classes>,
    countries: OnceLock<Classes>,
    months: OnceLock<Classes>,
    popular: OnceLock<Classes>,
    begin: Months,
}

/// A `Part` says which models of the snapshot a forest is of, if not of all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// This names what was selected, as a title.
    pub title: String,
    /// Whoever opens it sees this first.
    pub start: Place,
}

/// So many places a way has at most, beside the top.
const LONGEST: usize = 62;

/// What stands right below the top.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Group {
    /// A family of the table.
    Family(usize),
    /// An account, by the first of its models; models whose ids have no owner are together.
    Owner(Row),
}

/// An owner of models without any link: its first one, and how many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Owner {
    pub first: Row,
    pub models: u64,
}

/// What an address leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Spot {
    Node(Node),
    /// What stands below a node by one relation and has nothing below it.
    Block(Node, u8, Range<Node>),
    /// Models without any link, by their owners.
    Alone,
    /// One of these.
    Lonely(Row),
}

impl Forest {
    /// Places every model that has a link; or, of a selection that was made downward, all of its models that do.
    ///
    /// # Errors
    /// [`census::Error`] if a column that it is made of is not as it was written.
    pub fn plant(census: &Arc<Census>, books: Books, part: Option<(Part, Selection)>) -> Result<Forest, census::Error> {
        let (lineage, snapshot) = (census.lineage()?.clone(), census.snapshot());
        let (part, within) = part.unzip();
        // What was named is placed, be it linked or not.
        let start: &[Row] = match &part {
            Some(Part { start: Place::Model(_), .. }) => within.as_ref().map_or(&[], |within| within.start()),
            _ => &[],
        };
        let has_link = |row: &Row| !lineage.is_root(*row) || !lineage.is_leaf(*row) || start.contains(row);
        let is_model = |row: &Row| snapshot.is_listed(*row) || lineage.is_unlisted(*row);
        let rows: Vec<Row> = match &within {
            Some(within) => within.rows().iter().copied().filter(has_link).collect(),
            None => snapshot.rows().filter(has_link).filter(is_model).collect(),
        };
        let mut strength = vec![0u32; snapshot.len()];
        census.all().for_each(|(row, facts)| strength[row as usize] = facts.descendants as u32);
        let mut of_family: Vec<(Row, usize)> = Vec::new();
        for (number, family) in books.families.iter().enumerate() {
            of_family.extend(members(family, &lineage)?.into_iter().map(|row| (row, number)));
        }
        of_family.sort_unstable();
        of_family.dedup_by_key(|(row, _)| *row);
        let mut groups = Vec::new();
        let group = |roots: &[Row]| {
            let of;
            (of, groups) = grouped(roots, &of_family, snapshot);
            (of, groups.len() as u32)
        };
        let is_within = |row: Row| within.as_ref().is_none_or(|within| within.place(row).is_some());
        let parents = |row: Row| lineage.parents(row).filter(|(parent, _)| is_within(*parent));
        let trees = Trees::plant(Rule { lineage: &lineage, rows, parents, strength: &strength, group });
        let census = Arc::clone(census);
        let (alone, authors, downloads, licences) = Default::default();
        let (countries, months, popular) = Default::default();
        Ok(Forest {
            census,
            lineage,
            books,
            trees,
            groups,
            part,
            lonely: OnceLock::new(),
            alone,
            within,
            authors,
            downloads,
            licences,
            countries,
            months,
            popular,
            begin: Months::new(),
        })
    }

    /// Gives the snapshot that it is of.
    pub fn snapshot(&self) -> &Snapshot {
        self.census.snapshot()
    }

    /// Says which part of the snapshot it is of, if it is not of all.
    pub fn part(&self) -> Option<&Part> {
        self.part.as_ref()
    }

    /// Counts the models that are placed.
    pub fn models(&self) -> u64 {
        self.trees.models(0)
    }

    /// Gives the rows of all that is placed, in the order in which the map has them.
    pub fn rows(&self) -> impl Iterator<Item = Row> {
        (0..self.trees.len() as Node).filter(|node| self.trees.is_model(*node)).map(|node| self.trees.row(node))
    }

    /// Gives the model that a model is placed below, if it is placed below one.
    pub fn placed_below(&self, row: Row) -> Option<Row> {
        let up = self.trees.up(self.trees.node(row)?);
        self.trees.is_model(up).then(|| self.trees.row(up))
    }

    /// Gives the place of what holds all that stands at a model's side: its parent, or its family or owner.
    pub fn place_above(&self, row: Row) -> Option<Place> {
        Some(self.place(self.trees.up(self.trees.node(row)?)))
    }

    pub(super) fn place(&self, node: Node) -> Place {
        match node {
            0 => Place::Hub,
            node if self.trees.is_group(node) => match &self.groups[self.trees.row(node) as usize] {
                Group::Family(number) => Place::Family(self.books.families[*number].name.clone()),
                Group::Owner(first) => Place::Owner(self.snapshot().owner(*first).unwrap_or_default().into()),
            },
            node => Place::Model(self.snapshot().id(self.trees.row(node)).into()),
        }
    }

    /// What a place is called for people.
    pub(super) fn title(&self, place: &Place) -> String {
        match place {
            Place::Hub => self.part.as_ref().map_or_else(|| "All models".to_owned(), |part| part.title.clone()),
            Place::Alone => "Models without a link".into(),
            Place::Owner(name) if name.is_empty() => "without an owner".into(),
            Place::Family(name) | Place::Owner(name) | Place::Model(name) => name.clone(),
            Place::Block(relation, _) => relation.map_or(ROOT_WORD, |relation| relation.name()).into(),
            Place::Rest(..) => "the rest".into(),
        }
    }

    /// What a place leads to, and how many of what is shown there are skipped.
    pub(super) fn find(&self, place: &Place) -> Option<(Spot, usize)> {
        let groups = || std::iter::successors(Some(1), |node| Some(self.trees.range(*node).end));
        let group = |is_it: &dyn Fn(&Group) -> bool| {
            groups().take(self.groups.len()).find(|node| is_it(&self.groups[self.trees.row(*node) as usize]))
        };
        let is_owner = |row: Row, name: &str| self.snapshot().owner(row).unwrap_or_default().eq_ignore_ascii_case(name);
        let spot = match place {
            Place::Hub => Spot::Node(0),
            Place::Alone => Spot::Alone,
            Place::Family(name) => Spot::Node(group(
                &|group| matches!(group, Group::Family(number) if self.books.families[*number].name.eq_ignore_ascii_case(name)),
            )?),
            Place::Owner(name) => {
                Spot::Node(group(&|group| matches!(group, Group::Owner(row) if is_owner(*row, name)))?)
            }
            Place::Model(id) => {
                let row = self.lineage.row(id)?;
                let is_here = self.within.as_ref().is_none_or(|within| within.place(row).is_some());
                match self.trees.node(row) {
                    Some(node) => Spot::Node(node),
                    None if is_here && self.snapshot().is_listed(row) => Spot::Lonely(row),
                    None => return None,
                }
            }
            Place::Block(relation, of) => {
                let (Spot::Node(node), 0) = self.find(of)? else { return None };
                let leaves = self.trees.related(&self.trees.children(node).1, Place::code(*relation));
                (!leaves.is_empty()).then_some(Spot::Block(node, Place::code(*relation), leaves))?
            }
            Place::Rest(skipped, of) => {
                let (spot, 0) = self.find(of)? else { return None };
                return Some((spot, *skipped));
            }
        };
        Some((spot, 0))
    }

    /// The places from the top down to a node, which is the last. Of a way that is longer than anybody follows what stands in the middle
    /// is left out: the group and the nearest are told.
    pub(super) fn path(&self, node: Node) -> Vec<Place> {
        let up = |at: &Node| Some(self.trees.up(*at)).filter(|up| *up != 0);
        let mut nodes: Vec<Node> = std::iter::successors(Some(node).filter(|node| *node != 0), up).collect();
        if nodes.len() > LONGEST {
            nodes.drain(LONGEST - 1..nodes.len() - 1);
        }
        nodes.push(0);
        nodes.into_iter().rev().map(|node| self.place(node)).collect()
    }

    /// The models that no link leads to or from, in order.
    fn lonely(&self) -> impl Iterator<Item = Row> {
        let rows: Box<dyn Iterator<Item = Row>> = match &self.within {
            Some(within) => Box::new(within.rows().iter().copied()),
            None => Box::new(self.snapshot().rows()),
        };
        rows.filter(|row| !self.trees.holds(*row) && self.snapshot().is_listed(*row))
    }

    /// How many these are.
    pub(super) fn all_lonely(&self) -> u64 {
        *self.lonely.get_or_init(|| self.lonely().count() as u64)
    }

    /// The owners of models that no link leads to or from, those with most first.
    pub(super) fn alone(&self) -> &[Owner] {
        self.alone.get_or_init(|| {
            let snapshot = self.snapshot();
            let (mut owners, mut ownerless) = (Vec::<Owner>::new(), None::<Owner>);
            for row in self.lonely() {
                let known = match snapshot.owner(row) {
                    None => ownerless.as_mut(),
                    Some(_) => owners.last_mut().filter(|owner| snapshot.share_owner(owner.first, row)),
                };
                match known {
                    Some(owner) => owner.models += 1,
                    None => match snapshot.owner(row) {
                        None => ownerless = Some(Owner { first: row, models: 1 }),
                        Some(_) => owners.push(Owner { first: row, models: 1 }),
                    },
                }
            }
            owners.extend(ownerless);
            owners.sort_by_key(|owner| (Reverse(owner.models), owner.first));
            owners
        })
    }

    /// The downloads in 30 days of all nodes before each, those not known being none.
    pub(super) fn downloads_before(&self) -> Result<&[u64], snapshot::Error> {
        let sums = once(&self.downloads, || {
            let downloads = self.snapshot().count(Count::Downloads)?;
            let mut sum = 0;
            let mut sums = vec![0];
            for node in 0..self.trees.len() as Node {
                let is_model = self.trees.is_model(node);
                sum += if is_model { downloads.at(self.trees.row(node)).unwrap_or_default() } else { 0 };
                sums.push(sum);
            }
            Ok::<_, snapshot::Error>(sums)
        })?;
        Ok(sums)
    }

    /// The owners below every model with children, in the census's order.
    pub(super) fn authors(&self) -> Result<&[u64], census::Error> {
        Ok(once(&self.authors, || self.census.authors())?)
    }

    pub(super) fn months_begin(&self) -> &Months {
        &self.begin
    }

    /// The class of each node. Relations stand in the trees.
    pub(super) fn classes(&self, colour: Colour) -> Result<Option<&Classes>, snapshot::Error> {
        let (trees, snapshot, books) = (&self.trees, self.snapshot(), &self.books);
        Ok(Some(match colour {
            Colour::Relation => return Ok(None),
            Colour::Licence => once(&self.licences, || Classes::licences(trees, snapshot, &books.licences))?,
            Colour::Country => {
                self.countries.get_or_init(|| Classes::countries(trees, snapshot, &books.publishers, &books.aliases))
            }
            Colour::Month => once(&self.months, || Classes::months(trees, snapshot))?,
            Colour::Downloads => once(&self.popular, || Classes::downloads(trees, snapshot))?,
        }))
    }
}

/// To which group each root belongs, and the groups: families in the table's order, then owners in that of their ids.
fn grouped(roots: &[Row], of_family: &[(Row, usize)], snapshot: &Snapshot) -> (Vec<u32>, Vec<Group>) {
    let family = |row: &Row| of_family.binary_search_by_key(row, |(row, _)| *row).ok().map(|at| of_family[at].1);
    let found: Vec<Option<usize>> = roots.iter().map(family).collect();
    let mut families: Vec<usize> = found.iter().flatten().copied().collect();
    families.sort_unstable();
    families.dedup();
    let numbers: HashMap<usize, u32> = families.iter().copied().zip(0..).collect();
    let mut groups: Vec<Group> = families.into_iter().map(Group::Family).collect();
    // The groups of the last owner and of the models without one, each by its first root.
    let (mut last, mut ownerless) = (None::<(Row, u32)>, None::<(Row, u32)>);
    let mut of = Vec::with_capacity(roots.len());
    for (row, family) in roots.iter().zip(found) {
        if let Some(family) = family {
            of.push(numbers[&family]);
            continue;
        }
        let known = if snapshot.owner(*row).is_some() { &mut last } else { &mut ownerless };
        let is_other =
            known.is_none_or(|(first, _)| snapshot.owner(*row).is_some() && !snapshot.share_owner(first, *row));
        if is_other {
            *known = Some((*row, groups.len() as u32));
            groups.push(Group::Owner(*row));
        }
        of.extend(known.map(|(_, group)| group));
    }
    (of, groups)
}
