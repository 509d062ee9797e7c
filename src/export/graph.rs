use std::borrow::Cow;

use super::FilePart;
use crate::census::{Census, Kin};
use crate::lineage::{NodeLink, Selection, SiblingGroup};
use crate::model::{Count, Relation, Word, WordList};
use crate::reference::{Aliases, Licences, Publishers, Whose};
use crate::snapshot::{Error, ListColumn, NumberColumn, Row, Snapshot, WordColumn};

/// What is exported: a selection with all that is known of its models.
#[derive(Debug)]
pub struct Graph<'g> {
    census: &'g Census,
    selection: &'g Selection,
    tables: &'g Tables,
    columns: Columns<'g>,
    /// What every file says of itself.
    pub about: About,
}

/// The columns of which every node has its part.
#[derive(Debug)]
struct Columns<'g> {
    created: &'g NumberColumn<i64>,
    licences: &'g ListColumn,
    licence_name: &'g WordColumn,
    gated: &'g WordColumn,
    task: &'g WordColumn,
    downloads: &'g NumberColumn<u64>,
    likes: &'g NumberColumn<u64>,
}

impl<'g> Columns<'g> {
    fn read(snapshot: &'g Snapshot) -> Result<Columns<'g>, Error> {
        Ok(Columns {
            created: snapshot.created()?,
            licences: snapshot.list(WordList::Licences)?,
            licence_name: snapshot.word(Word::LicenceName)?,
            gated: snapshot.word(Word::Gated)?,
            task: snapshot.word(Word::Task)?,
            downloads: snapshot.count(Count::Downloads)?,
            likes: snapshot.count(Count::Likes)?,
        })
    }
}

/// What is known of models beside the snapshot.
#[derive(Debug, Clone, Default)]
pub struct Tables {
    /// The families of the selected models.
    pub kin: Kin,
    /// Who stands behind their owners.
    pub publishers: Publishers,
    /// Ids of today of old ids: a model whose id has no owner is of the account that it has today.
    pub aliases: Aliases,
    /// Classes of their licences.
    pub licences: Licences,
}

/// What a file says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// What is shown, in a few words.
    pub title: String,
    /// The selection and its filters, in words.
    pub selection: String,
    /// Program and version.
    pub program: String,
    /// Of an export in several files, those that are written already, each with its SHA-256.
    pub written: Vec<(FilePart, String)>,
}

/// Whether a node is a model of the listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// The snapshot lists it.
    Listed,
    /// It is only named as a parent.
    Unlisted,
    /// It stands for several models.
    Collapsed,
}

impl Status {
    /// Its name in files.
    pub fn name(self) -> &'static str {
        match self {
            Status::Listed => "listed",
            Status::Unlisted => "unlisted",
            Status::Collapsed => "collapsed",
        }
    }
}

/// A value of a node or a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attribute<'v> {
    /// A text.
    Text(Cow<'v, str>),
    /// A count.
    Number(u64),
    /// Milliseconds since 1970, UTC.
    Instant(i64),
    /// Not known.
    Missing,
}

/// What kind of values a field has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Texts.
    Text,
    /// Counts.
    Number,
    /// Instants.
    Instant,
}

/// The fields of a node beside its id, in the order of [`Node::values`].
pub const NODE_FIELDS: [(&str, Kind); 18] = [
    ("owner", Kind::Text),
    ("country", Kind::Text),
    ("family", Kind::Text),
    ("relation", Kind::Text),
    ("status", Kind::Text),
    ("counted", Kind::Text),
    ("models", Kind::Number),
    ("created", Kind::Instant),
    ("licence", Kind::Text),
    ("licence_class", Kind::Text),
    ("licences", Kind::Text),
    ("licence_name", Kind::Text),
    ("gated", Kind::Text),
    ("task", Kind::Text),
    ("downloads", Kind::Number),
    ("likes", Kind::Number),
    ("direct", Kind::Number),
    ("descendants", Kind::Number),
];

/// The fields of a link beside its ends, in the order of [`NodeLink::values`].
pub(super) const LINK_FIELDS: [(&str, Kind); 3] =
    [("relation", Kind::Text), ("learned", Kind::Text), ("models", Kind::Number)];

/// A node with what is known of it.
#[derive(Debug, Clone)]
pub struct Node<'g> {
    /// Its place among the nodes, from 0 on.
    pub number: usize,
    /// The model's id; of a collapsed node, words that no id can be.
    pub id: Cow<'g, str>,
    /// Whether it is listed.
    pub status: Status,
    /// Whether it is one of the models that were asked for; the others only connect these.
    pub is_counted: bool,
    /// How many models it stands for: 1, but for a collapsed node.
    pub models: u64,
    /// The account: its owner, or, of an id without one, that of the id that it has today.
    pub owner: Option<&'g str>,
    /// Its publisher's country, as two letters; `unknown` if no table has it, nothing for a collapsed node.
    pub country: Option<&'g str>,
    /// The families that it is a member of or descends from, with `;` between them.
    pub family: String,
    /// How it was made from its parent; of several parents the strongest relation.
    pub relation: Option<Relation>,
    /// When it was made: milliseconds since 1970, UTC.
    pub created: Option<i64>,
    /// Its licence; of several, the first.
    pub licence: Option<&'g str>,
    /// The licence's class; `unclassed` if no table has it.
    pub licence_class: Option<&'g str>,
    /// All its licences, with `;` between them.
    pub licences: String,
    /// The name of a licence that is `other`.
    pub licence_name: Option<&'g str>,
    /// Who may fetch it: anybody (`false`), whoever asks (`auto`), or whom its owner lets (`manual`).
    pub gated: Option<&'g str>,
    /// Its task.
    pub task: Option<&'g str>,
    /// Downloads in 30 days; of a collapsed node, of those that are known.
    pub downloads: Option<u64>,
    /// Likes, likewise.
    pub likes: Option<u64>,
    /// Children (D1), also those that were not selected; under a filter of links or days, of what is left by it.
    pub direct: u64,
    /// Descendants (D2), likewise.
    pub descendants: u64,
}

impl Node<'_> {
    /// Its values in the order of [`NODE_FIELDS`].
    pub fn values(&self) -> [Attribute<'_>; 18] {
        [
            text(self.owner),
            text(self.country),
            text(Some(self.family.as_str()).filter(|family| !family.is_empty())),
            text(self.relation.map(Relation::name)),
            text(Some(self.status.name())),
            text(Some(if self.is_counted { "yes" } else { "no" })),
            Attribute::Number(self.models),
            self.created.map_or(Attribute::Missing, Attribute::Instant),
            text(self.licence),
            text(self.licence_class),
            text(Some(self.licences.as_str()).filter(|licences| !licences.is_empty())),
            text(self.licence_name),
            text(self.gated),
            text(self.task),
            number(self.downloads),
            number(self.likes),
            Attribute::Number(self.direct),
            Attribute::Number(self.descendants),
        ]
    }

    /// The part of its id that is drawn: of a model, the name; of a collapsed node, how many it stands for.
    pub fn label(&self) -> Cow<'_, str> {
        match self.status {
            Status::Collapsed => Cow::Owned(crowd(self.models, self.relation.unwrap_or(Relation::Unstated))),
            _ => Cow::Borrowed(&self.id),
        }
    }
}

/// A text for formats that have no escapes for control characters: such stand as blanks, but for line breaks and tabs.
pub(super) fn blanked(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && !matches!(c, '\n' | '\t') { ' ' } else { c }).collect()
}

impl NodeLink {
    pub(super) fn values(&self) -> [Attribute<'static>; 3] {
        [
            text(Some(self.relation.name())),
            text(self.learned.map(|learned| learned.name())),
            Attribute::Number(self.models),
        ]
    }
}

fn text(value: Option<&str>) -> Attribute<'_> {
    value.map_or(Attribute::Missing, |value| Attribute::Text(Cow::Borrowed(value)))
}

fn number(value: Option<u64>) -> Attribute<'static> {
    value.map_or(Attribute::Missing, Attribute::Number)
}

/// Where a filter of links or of days holds for the counts too.
const UNDER_FILTERS: &str = ", under the filters of links and days that the selection names";

fn crowd(models: u64, relation: Relation) -> String {
    format!("{models} {}", if relation == Relation::Unstated { "derivatives" } else { relation.name() })
}

impl Attribute<'_> {
    /// The value as text: instants as `2024-05-01T09:30:00Z`, nothing for a missing one.
    pub fn plain(&self) -> Cow<'_, str> {
        match self {
            Attribute::Text(text) => Cow::Borrowed(text),
            Attribute::Number(number) => Cow::Owned(number.to_string()),
            Attribute::Instant(at) => Cow::Owned(instant(*at)),
            Attribute::Missing => Cow::Borrowed(""),
        }
    }
}

pub(super) fn instant(millis: i64) -> String {
    jiff::Timestamp::from_millisecond(millis).map_or_else(|_| String::new(), |at| at.to_string())
}

impl<'g> Graph<'g> {
    /// What is exported. The counts are the census's, of all models and not of the selected alone.
    ///
    /// # Errors
    /// [`Error::Damaged`].
    pub fn new(
        census: &'g Census,
        selection: &'g Selection,
        tables: &'g Tables,
        about: About,
    ) -> Result<Graph<'g>, Error> {
        let columns = Columns::read(census.snapshot())?;
        Ok(Graph { census, selection, tables, columns, about })
    }

    /// What it shows.
    pub fn selection(&self) -> &'g Selection {
        self.selection
    }

    pub(super) fn snapshot(&self) -> &'g Snapshot {
        self.census.snapshot()
    }

    /// Whose a model is.
    pub(super) fn whose(&self, row: Row) -> Whose<'g> {
        self.tables.publishers.whose(self.snapshot().id(row), &self.tables.aliases)
    }

    /// The model of the node at a place, if it stands for one.
    pub(super) fn row(&self, number: usize) -> Option<Row> {
        self.selection.rows().get(number).copied()
    }

    /// Names and values of what the file says of itself.
    pub fn notes(&self) -> [(&'static str, String); 6] {
        let provenance = self.census.snapshot().provenance();
        let date = provenance.taken.map_or_else(|| "no date".to_owned(), |at| instant(at)[..10].to_owned());
        let sample = if provenance.sample { ", the built-in sample, which is no census" } else { "" };
        [
            ("title", self.about.title.clone()),
            ("selection", self.about.selection.clone()),
            (
                "definition",
                format!(
                    "Declared lineage: what model cards say. Links run from parent to child; direct and descendants count \
                     distinct models in the whole snapshot{}.",
                    if self.census.is_everything() { "" } else { UNDER_FILTERS }
                ),
            ),
            ("snapshot", format!("{date}{sample}")),
            ("sha256", provenance.digest.clone()),
            ("program", self.about.program.clone()),
        ]
    }

    /// Names and values by which the file is known to belong to others of its export: the SHA-256 of those that were written
    /// before.
    pub(super) fn marks(&self) -> impl Iterator<Item = (&'static str, String)> {
        self.about.written.iter().filter_map(|(part, sha256)| match part {
            FilePart::Nodes => Some(("nodes_sha256", sha256.clone())),
            FilePart::Links => Some(("links_sha256", sha256.clone())),
            FilePart::Whole | FilePart::About => None,
        })
    }

    /// The notes in one text, a line each. They stand in comments too, which nothing in them may end.
    pub(super) fn note(&self) -> String {
        let note = |(name, value): &(&str, String)| blanked(&format!("{name}: {value}").replace('\n', " "));
        self.notes().iter().map(note).collect::<Vec<_>>().join("\n")
    }

    /// The nodes: the models in order of their ids, then those that stand for several.
    pub fn nodes(&self) -> impl Iterator<Item = Node<'g>> {
        let models = self.selection.rows().iter().enumerate().map(|(number, row)| self.model(number, *row));
        let first = self.selection.rows().len();
        let groups = self.selection.groups().iter().enumerate();
        models.chain(groups.map(move |(at, group)| self.group(first + at, group)))
    }

    fn model(&self, number: usize, row: Row) -> Node<'g> {
        let lineage = self.selection.lineage();
        let snapshot = lineage.snapshot();
        let facts = self.census.facts(row);
        let columns = &self.columns;
        let (whose, licence) = (self.whose(row), columns.licences.first_at(row));
        Node {
            number,
            id: Cow::Borrowed(snapshot.id(row)),
            status: if snapshot.is_listed(row) { Status::Listed } else { Status::Unlisted },
            is_counted: self.selection.is_counted(row),
            models: 1,
            owner: whose.account,
            country: Some(whose.country()),
            family: self.tables.kin.names(row).collect::<Vec<_>>().join(";"),
            relation: lineage.parents(row).map(|(_, edge)| edge.relation).max(),
            created: columns.created.at(row),
            licence,
            licence_class: licence.map(|licence| self.tables.licences.class(licence)),
            licences: columns.licences.words_at(row).collect::<Vec<_>>().join(";"),
            licence_name: columns.licence_name.at(row),
            gated: columns.gated.at(row),
            task: columns.task.at(row),
            downloads: columns.downloads.at(row),
            likes: columns.likes.at(row),
            direct: facts.direct,
            descendants: facts.descendants,
        }
    }

    fn group(&self, number: usize, group: &'g SiblingGroup) -> Node<'g> {
        let snapshot = self.selection.lineage().snapshot();
        let mut families: Vec<&str> = group.models.iter().flat_map(|row| self.tables.kin.names(*row)).collect();
        families.sort_unstable();
        families.dedup();
        let sum = |known: &NumberColumn<u64>| {
            group
                .models
                .iter()
                .filter_map(|row| known.at(*row))
                .fold(None, |sum: Option<u64>, one| Some(sum.unwrap_or(0).saturating_add(one)))
        };
        let parents: Vec<&str> = group.parents.iter().map(|row| snapshot.id(*row)).collect();
        let models = group.models.len() as u64;
        Node {
            number,
            id: Cow::Owned(format!("{} of {}", crowd(models, group.relation), parents.join(" + "))),
            status: Status::Collapsed,
            is_counted: true,
            models,
            owner: None,
            country: None,
            family: families.join(";"),
            relation: Some(group.relation),
            created: None,
            licence: None,
            licence_class: None,
            licences: String::new(),
            licence_name: None,
            gated: None,
            task: None,
            downloads: sum(self.columns.downloads),
            likes: sum(self.columns.likes),
            direct: 0,
            descendants: 0,
        }
    }

    /// How many links there are.
    pub fn link_count(&self) -> usize {
        self.links().count()
    }

    /// The links, in order of the child, then of the parent.
    pub(super) fn links(&self) -> impl Iterator<Item = NodeLink> {
        self.selection.node_links()
    }

    /// The id of the node at a place.
    pub(super) fn id(&self, number: usize) -> Cow<'g, str> {
        match self.selection.rows().get(number) {
            Some(row) => Cow::Borrowed(self.selection.lineage().snapshot().id(*row)),
            None => self.group(number, &self.selection.groups()[number - self.selection.rows().len()]).id,
        }
    }
}
