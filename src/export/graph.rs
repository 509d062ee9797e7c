use std::borrow::Cow;

use super::FilePart;
use crate::census::{Census, Kin};
use crate::ink::grouped;
use crate::lineage::{NodeLink, Selection, SiblingGroup};
use crate::model::{Count, Relation, Word, WordList};
use crate::reference::{Aliases, Licences, Publisher, Publishers, Whose};
use crate::snapshot::{Error, ListColumn, NumberColumn, Row, Snapshot, WordColumn};

/// A `Graph` is what is exported: a selection with all that is known of its models. Every format shows it.
#[derive(Debug)]
pub struct Graph<'g> {
    census: &'g Census,
    selection: &'g Selection,
    tables: &'g Tables,
    columns: Columns<'g>,
    /// The file says this of itself.
    pub about: About,
}

/// The columns of which every node has its part.
#[derive(Debug)]
struct Columns<'g> {
    created: &'g NumberColumn<i64>,
    licences: &'g ListColumn,
    /// Of every licence its words and its class.
    classes: Vec<(&'g str, &'g str)>,
    licence_name: &'g WordColumn,
    gated: &'g WordColumn,
    task: &'g WordColumn,
    downloads: &'g NumberColumn<u64>,
    likes: &'g NumberColumn<u64>,
}

impl<'g> Columns<'g> {
    fn read(snapshot: &'g Snapshot, tables: &'g Tables) -> Result<Columns<'g>, Error> {
        let licences = snapshot.list(WordList::Licences)?;
        let class = |licence: &'g str| (licence, tables.licences.class(licence));
        Ok(Columns {
            created: snapshot.created()?,
            licences,
            classes: licences.words().map(class).collect(),
            licence_name: snapshot.word(Word::LicenceName)?,
            gated: snapshot.word(Word::Gated)?,
            task: snapshot.word(Word::Task)?,
            downloads: snapshot.count(Count::Downloads)?,
            likes: snapshot.count(Count::Likes)?,
        })
    }
}

/// The `Tables` say of models what the snapshot does not; all are empty by default.
#[derive(Debug, Clone, Default)]
pub struct Tables {
    /// This says which families the selected models belong to or descend from.
    pub kin: Kin,
    /// This says who stands behind their owners.
    pub publishers: Publishers,
    /// These are ids of today by old ids: a model whose id has no owner is of the account that it has today.
    pub aliases: Aliases,
    /// This says of which class their licences are.
    pub licences: Licences,
}

/// An `About` is what a file says of itself beside the snapshot's date and digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// This says what is shown, in a few words.
    pub title: String,
    /// These sentences state the selection and its filters.
    pub selection: String,
    /// This is the program that wrote it, with its version.
    pub program: String,
    /// Of an export in several files, these are written already, each with its SHA-256 in hex. The others name them by
    /// it.
    pub written: Vec<(FilePart, String)>,
}

/// A `Status` says whether a node is a model of the listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// The snapshot lists the model.
    Listed,
    /// The model is only named as a parent.
    Unlisted,
    /// The node stands for several models.
    Collapsed,
}

impl Status {
    /// Gives its name in files.
    pub fn name(self) -> &'static str {
        match self {
            Status::Listed => "listed",
            Status::Unlisted => "unlisted",
            Status::Collapsed => "collapsed",
        }
    }
}

/// A `Value` is what one field of a node or a link holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attribute<'v> {
    /// It is a text, as the snapshot has it: nothing is escaped yet.
    Text(Cow<'v, str>),
    /// It is a count.
    Number(u64),
    /// It is an instant, in milliseconds since 1970, UTC.
    Instant(i64),
    /// Nothing is known; this is not 0 and not an empty text.
    Missing,
}

/// A `Kind` says what values a field has, for formats whose columns are typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Its values are texts.
    Text,
    /// Its values are counts.
    Number,
    /// Its values are instants.
    Instant,
}

/// These are the fields of a node beside its id, in the order of [`Node::values`]. What they mean stands at the fields
/// of [`Node`].
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

/// These are the fields of a link beside its ends, in the order of [`NodeLink::values`].
pub(super) const LINK_FIELDS: [(&str, Kind); 3] =
    [("relation", Kind::Text), ("learned", Kind::Text), ("models", Kind::Number)];

/// A `Node` is a model, or several models as one, with what is known of it.
#[derive(Debug, Clone)]
pub struct Node<'g> {
    /// This is its place among the nodes, from 0 on.
    pub number: usize,
    /// This is the model's id; of a collapsed node it is words that no id can be.
    pub id: Cow<'g, str>,
    /// This says whether the snapshot lists it.
    pub status: Status,
    /// This says whether it is one of the models that were asked for; the others only connect these, or were only
    /// named.
    pub is_counted: bool,
    /// It stands for so many models: 1, but for a collapsed node.
    pub models: u64,
    /// This is its account: the owner in its id or, of an id without one, the owner in the id that it has today. A
    /// collapsed node has none.
    pub owner: Option<&'g str>,
    /// This is its publisher's country, as two letters (`ZZ` is international), or `unknown` if no table has it. A
    /// collapsed node has none.
    pub country: Option<&'g str>,
    /// This is who stands behind the account, if a table has it.
    pub publisher: Option<&'g Publisher>,
    /// These are the families that it is a member of or descends from, with `;` between them; the text is empty if
    /// there are none.
    pub family: String,
    /// It was made from its parent by this relation, of several parents by the strongest. A root has none.
    pub relation: Option<Relation>,
    /// It was made at this instant, in milliseconds since 1970, UTC, if that is known.
    pub created: Option<i64>,
    /// This is its licence, of several the first, if any is stated.
    pub licence: Option<&'g str>,
    /// This is the class of that licence, or `unclassed` if no table has it. It is missing where the licence is.
    pub licence_class: Option<&'g str>,
    /// These are all its licences, with `;` between them; the text is empty if none is stated.
    pub licences: String,
    /// This is the name of a licence that is `other`, if its card has one.
    pub licence_name: Option<&'g str>,
    /// This says who may fetch it: anybody (`false`), whoever asks (`auto`), or whom its owner lets (`manual`). It is
    /// missing if no source says it.
    pub gated: Option<&'g str>,
    /// This is its task, in the Hub's words, if any is stated.
    pub task: Option<&'g str>,
    /// These are its downloads in 30 days, if they are known; of a collapsed node they are summed over the models of
    /// which they are.
    pub downloads: Option<u64>,
    /// So many accounts like it, if that is known; of a collapsed node this is a sum as well.
    pub likes: Option<u64>,
    /// It has so many children in the whole snapshot, also such as were not selected; a filter of links or days holds
    /// for them.
    pub direct: u64,
    /// It has so many descendants in the whole snapshot, counted in the same way.
    pub descendants: u64,
}

impl Node<'_> {
    /// Gives its values in the order of [`NODE_FIELDS`].
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

    /// Gives the text that is drawn: of a model its id, of a collapsed node how many models it stands for.
    pub fn label(&self) -> Cow<'_, str> {
        match self.status {
            Status::Collapsed => {
                let models = grouped(self.models);
                Cow::Owned(crowd(&models, self.relation.unwrap_or(Relation::Unstated)))
            }
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

/// Words with `;` between them.
pub(super) fn joined<'w>(words: impl Iterator<Item = &'w str>) -> String {
    let mut all = String::new();
    for (at, word) in words.enumerate() {
        all.extend((at > 0).then_some(';'));
        all.push_str(word);
    }
    all
}

fn text(value: Option<&str>) -> Attribute<'_> {
    value.map_or(Attribute::Missing, |value| Attribute::Text(Cow::Borrowed(value)))
}

fn number(value: Option<u64>) -> Attribute<'static> {
    value.map_or(Attribute::Missing, Attribute::Number)
}

/// Where a filter of links or of days holds for the counts too.
const UNDER_FILTERS: &str = ", under the filters of links and days that the selection names";

fn crowd(models: &str, relation: Relation) -> String {
    format!("{models} {}", if relation == Relation::Unstated { "derivatives" } else { relation.name() })
}

impl Attribute<'_> {
    /// Gives the value as text: instants as `2024-05-01T09:30:00Z`, and an empty text where nothing is known.
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
    /// Makes the graph of a selection. Its counts are the census's, over the whole snapshot and not over the selected
    /// models alone.
    ///
    /// # Errors
    /// [`Error::Damaged`] if a column that nodes show is not as it was written.
    pub fn new(
        census: &'g Census,
        selection: &'g Selection,
        tables: &'g Tables,
        about: About,
    ) -> Result<Graph<'g>, Error> {
        let columns = Columns::read(census.snapshot(), tables)?;
        Ok(Graph { census, selection, tables, columns, about })
    }

    /// Gives the models and links that are shown.
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

    /// Gives names and values of what the file says of itself: title, selection, definition, date and digest of the
    /// snapshot, program.
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
                    self.under()
                ),
            ),
            ("snapshot", format!("{date}{sample}")),
            ("sha256", provenance.digest.clone()),
            ("program", self.about.program.clone()),
        ]
    }

    /// The definition of what a picture shows.
    pub(super) fn shown(&self) -> String {
        let counts = format!("distinct models in the whole snapshot{}", self.under());
        format!(
            "Declared lineage: what model cards say. A number in brackets behind a name counts its descendants, {counts}."
        )
    }

    fn under(&self) -> &'static str {
        if self.census.is_everything() { "" } else { UNDER_FILTERS }
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

    /// Gives the nodes one by one: the models in order of their ids, then those that stand for several.
    pub fn nodes(&self) -> impl Iterator<Item = Node<'g>> {
        (0..self.selection.nodes()).map(|number| self.node(number))
    }

    /// Gives the node at a place, of those that there are ([`Selection::nodes`]).
    pub fn node(&self, number: usize) -> Node<'g> {
        match self.row(number) {
            Some(row) => self.model(number, row),
            None => self.group(number, &self.selection.groups()[number - self.selection.rows().len()]),
        }
    }

    fn model(&self, number: usize, row: Row) -> Node<'g> {
        let lineage = self.selection.lineage();
        let snapshot = lineage.snapshot();
        let facts = self.census.facts(row);
        let columns = &self.columns;
        let whose = self.whose(row);
        let mut licences = columns.licences.at(row).iter().map(|licence| columns.classes[*licence as usize]);
        let all = joined(licences.clone().map(|(licence, _)| licence));
        let (licence, licence_class) = licences.next().unzip();
        Node {
            number,
            id: Cow::Borrowed(snapshot.id(row)),
            status: if snapshot.is_listed(row) { Status::Listed } else { Status::Unlisted },
            is_counted: self.selection.is_counted(row),
            models: 1,
            owner: whose.account,
            country: Some(whose.country()),
            publisher: whose.publisher,
            family: joined(self.tables.kin.names(row)),
            relation: lineage.parents(row).map(|(_, edge)| edge.relation).max(),
            created: columns.created.at(row),
            licence,
            licence_class,
            licences: all,
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
            id: Cow::Owned(format!("{} of {}", crowd(&models.to_string(), group.relation), parents.join(" + "))),
            status: Status::Collapsed,
            is_counted: true,
            models,
            owner: None,
            country: None,
            publisher: None,
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

    /// Gives the id of the node at a place.
    pub fn id(&self, number: usize) -> Cow<'g, str> {
        match self.row(number) {
            Some(row) => Cow::Borrowed(self.snapshot().id(row)),
            None => self.node(number).id,
        }
    }
}
