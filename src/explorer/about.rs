use std::collections::HashMap;
use std::collections::hash_map::Entry;

use serde::{Serialize, Serializer};

use super::classes::Months;
use super::forest::{Forest, Spot};
use super::place::Place;
use super::{Error, NoPlace};
use crate::census::Sum;
use crate::model::{Count, Relation, WordList};
use crate::snapshot::Row;

/// An `About` is what is told of one model: its own facts, its counts, and everything that it descends from.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct About {
    /// These are the addresses of the places from the top down to where it stands; it is the last, behind the block in which it is.
    pub path: Vec<String>,
    /// So many models are placed below it.
    pub placed: u64,
    /// So many distinct children are made from it.
    pub direct: u64,
    /// So many distinct models descend from it, wherever they are placed.
    pub descendants: u64,
    /// So many of these are of each relation, in the order of [`Relation::ALL`].
    pub by_relation: [u64; 5],
    /// So many distinct owners have these.
    pub authors: u64,
    /// The descendants have so many downloads in 30 days together; and of so many of them that is known.
    pub downloads: (u64, u64),
    /// This is the country of who stands behind its account, if the table of publishers knows.
    pub country: Option<String>,
    /// Here is the model itself, and then everything that it descends from, the nearest first.
    pub up: Up,
}

/// An `Up` is the ways that lead up from a model.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Up {
    /// These are the model and its ancestors, the nearest first.
    pub models: Vec<Ancestor>,
    /// These are the links between them: the places of child and parent among the models, and the relation's code.
    pub links: Vec<(usize, usize, u8)>,
    /// So many ancestors are left out, since there are too many.
    pub left_out: usize,
}

/// An `Ancestor` is one of the models in the ways up.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ancestor {
    /// This is its id.
    pub id: String,
    /// A source lists it.
    pub listed: bool,
    /// This is the first licence that it states.
    pub licence: Option<String>,
    /// It was made in this month.
    pub month: String,
    /// It has so many downloads in 30 days.
    pub downloads: Option<u64>,
    /// It has so many descendants.
    pub descendants: u64,
    /// Of the model and its parents, these are the addresses of the places down to where it stands.
    pub path: Vec<String>,
}

/// A `Child` is one of the models that name a model as a parent.
#[derive(Debug, Clone, PartialEq)]
pub struct Child {
    /// This is its id.
    pub id: String,
    /// It was made from the model by this relation.
    pub relation: Relation,
    /// This is the first licence that it states.
    pub licence: Option<String>,
    /// It was made in this month.
    pub month: String,
    /// It has so many downloads in 30 days.
    pub downloads: Option<u64>,
    /// It has so many descendants.
    pub descendants: u64,
}

impl Serialize for Child {
    /// A list without names, since a model may have thousands of children.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Child { id, relation, licence, month, downloads, descendants } = self;
        (id, *relation as u8, licence, month, downloads, descendants).serialize(serializer)
    }
}

/// So many ancestors are told.
const MOST: usize = 200;

impl Forest {
    /// Tells of a model by its id.
    ///
    /// # Errors
    /// [`Error::NoPlace`] if it is not here, and [`Error::Census`] if a column is not as it was written.
    pub fn about(&self, id: &str) -> Result<About, Error> {
        let row = self.row(id)?;
        let facts = self.census.facts(row);
        let authors = match self.census.models().binary_search(&row) {
            Ok(at) => self.authors()?[at],
            Err(_) => 0,
        };
        let Sum { total, of } = facts.downloads;
        let whose = self.books.publishers.whose(self.snapshot().id(row), &self.books.aliases);
        Ok(About {
            path: self.path_of(row),
            placed: self.trees.node(row).map_or(0, |node| self.trees.models(node) - 1),
            direct: facts.direct,
            descendants: facts.descendants,
            by_relation: facts.by_relation,
            authors,
            downloads: (total, of),
            country: whose.publisher.map(|publisher| publisher.country.clone()),
            up: self.up(row)?,
        })
    }

    /// Lists the children of a model by its id: those with most descendants first, of equals those with most downloads.
    ///
    /// # Errors
    /// As of [`Forest::about`].
    pub fn children(&self, id: &str) -> Result<Vec<Child>, Error> {
        let row = self.row(id)?;
        let mut children = Vec::with_capacity(self.lineage.children(row).len());
        for (child, edge) in self.lineage.children(row) {
            let Ancestor { id, licence, month, downloads, descendants, .. } = self.ancestor(child, Vec::new())?;
            children.push(Child { id, relation: edge.relation, licence, month, downloads, descendants });
        }
        // They are in order of their ids.
        children.sort_by_key(|child| std::cmp::Reverse((child.descendants, child.downloads)));
        Ok(children)
    }

    fn row(&self, id: &str) -> Result<Row, Error> {
        let place = Place::Model(id.into());
        match self.find(&place) {
            Some((Spot::Node(node), _)) => Ok(self.trees.row(node)),
            Some((Spot::Lonely(row), _)) => Ok(row),
            _ => Err(NoPlace { address: place.to_string() }.into()),
        }
    }

    /// The addresses from the top down to a model, with the block in which it is shown.
    fn path_of(&self, row: Row) -> Vec<String> {
        let Some(node) = self.trees.node(row) else { return Vec::new() };
        let mut path: Vec<String> = self.path(node).iter().map(Place::to_string).collect();
        let up = self.trees.up(node);
        let leaves = self.trees.children(up).1;
        let relation = self.trees.relation(node);
        if leaves.contains(&node) && self.trees.related(&leaves, relation).len() > 1 {
            let block = Place::Block(Relation::ALL.get(usize::from(relation)).copied(), Box::new(self.place(up)));
            path.insert(path.len() - 1, block.to_string());
        }
        path
    }

    fn ancestor(&self, row: Row, path: Vec<String>) -> Result<Ancestor, Error> {
        let snapshot = self.snapshot();
        Ok(Ancestor {
            id: snapshot.id(row).into(),
            listed: snapshot.is_listed(row),
            licence: snapshot.list(WordList::Licences)?.first_at(row).map(str::to_owned),
            month: Months::word(self.months_begin().class(snapshot.created()?.at(row))),
            downloads: snapshot.count(Count::Downloads)?.at(row),
            descendants: self.census.facts(row).descendants,
            path,
        })
    }

    fn up(&self, row: Row) -> Result<Up, Error> {
        let (mut rows, mut links, mut left_out) = (vec![row], Vec::new(), Vec::new());
        let mut places: HashMap<Row, usize> = HashMap::from([(row, 0)]);
        let mut at = 0;
        while at < rows.len() {
            for (parent, edge) in self.lineage.parents(rows[at]) {
                let place = match places.entry(parent) {
                    Entry::Occupied(known) => *known.get(),
                    Entry::Vacant(_) if rows.len() > MOST => {
                        left_out.push(parent);
                        continue;
                    }
                    Entry::Vacant(new) => {
                        rows.push(parent);
                        *new.insert(rows.len() - 1)
                    }
                };
                links.push((at, place, edge.relation as u8));
            }
            at += 1;
        }
        let near = 1 + links.iter().filter(|(child, ..)| *child == 0).count();
        let path = |(at, row): (usize, &Row)| if at < near { self.path_of(*row) } else { Vec::new() };
        let models = rows.iter().enumerate().map(|one| self.ancestor(*one.1, path(one))).collect::<Result<_, _>>()?;
        left_out.sort_unstable();
        left_out.dedup();
        // What lies above these is not looked at: it is said that there are more.
        Ok(Up { models, links, left_out: left_out.len() })
    }
}
