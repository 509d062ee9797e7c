use std::collections::{BTreeMap, BTreeSet};

use super::licence::{Licence, licences};
use super::purl::{encoded, purl};
use super::stamp::second;
use crate::lineage::Lineage;
use crate::model::{Commit, Count, Word, WordList, hub_of, plural};
use crate::provenance::{About, Upstream};
use crate::snapshot::{CommitColumn, Error, ListColumn, NumberColumn, Row, Snapshot, Taken, WordColumn};

/// A `Bom` is a bill of materials: some models, everything that they descend from, and what the snapshot knows of each.
#[derive(Debug, Clone)]
pub struct Bom {
    /// The models that were asked for, by their places among all.
    pub(super) asked: Vec<usize>,
    /// All models, in order of their ids: each id once.
    pub(super) models: Vec<Model>,
    pub(super) origin: Origin,
}

/// An `Extra` is what the caller of [`Bom::new`] adds to what the snapshot knows.
#[derive(Debug, Clone, Default)]
pub struct Extra {
    /// These are names and values of further properties of models, such as the terms of their licences. Each name is written with
    /// `modelkin:` before it.
    pub properties: BTreeMap<Row, Vec<(String, String)>>,
}

/// A model in a bill.
#[derive(Debug, Clone)]
pub(super) struct Model {
    pub id: String,
    /// Its account, without the hub.
    pub owner: Option<String>,
    /// Who stands behind the account.
    pub publisher: Option<String>,
    pub purl: Option<String>,
    pub commit: Option<String>,
    /// Its page on the Hub.
    pub page: Option<String>,
    pub is_listed: bool,
    /// It was asked for, and is not only an ancestor.
    pub is_asked: bool,
    /// Nothing is known of what it was made of: it is unlisted, a root, or in a cycle that is one.
    pub is_end: bool,
    pub licences: Vec<Licence>,
    /// Its task, in the Hub's words.
    pub task: Option<String>,
    /// The data sets that its card says it was trained on.
    pub data_sets: Vec<DataSet>,
    /// Its parents by their places, each with the link's relation and how it was learned, in words.
    pub parents: Vec<(usize, String)>,
    /// The places of its ancestors, if it was asked for.
    pub above: Vec<usize>,
    /// What else is known of it, as names and values.
    pub properties: Vec<(String, String)>,
}

/// A data set, as a tag names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DataSet {
    pub name: String,
    /// Its page on the Hub, if the name can be an id.
    pub page: Option<String>,
}

/// Where the facts come from.
#[derive(Debug, Clone)]
pub(super) struct Origin {
    /// The snapshot's date, to the second.
    pub taken: Option<String>,
    pub digest: String,
    /// The same as names and values, with what is to be said of every bill.
    pub properties: Vec<(String, String)>,
}

/// The program and its version.
pub(super) const PROGRAM: (&str, &str) = ("modelkin", env!("CARGO_PKG_VERSION"));

/// What every bill says of itself.
pub(super) const DECLARED: &str = "Declared lineage: what model cards say. Nobody has compared weights.";
pub(super) const ADVICE: &str = "Declared metadata, not legal advice.";
/// What no snapshot has, and bills are asked for.
const NOT_KNOWN: &str = "hashes of files, compute used for training, licences concluded by anybody";

const HUB: &str = "https://huggingface.co";

/// The columns that only bills look at.
struct Columns<'s> {
    commits: &'s CommitColumn,
    parameters: &'s NumberColumn<u64>,
    tasks: &'s WordColumn,
    libraries: &'s WordColumn,
    links: &'s WordColumn,
    /// The tags, if there are any: the largest column of all is not read in vain.
    tags: Option<&'s ListColumn>,
}

impl<'s> Columns<'s> {
    fn read(snapshot: &'s Snapshot) -> Result<Columns<'s>, Error> {
        Ok(Columns {
            commits: snapshot.commits()?,
            parameters: snapshot.count(Count::Parameters)?,
            tasks: snapshot.word(Word::Task)?,
            libraries: snapshot.word(Word::Library)?,
            links: snapshot.word(Word::LicenceLink)?,
            tags: snapshot.has_words(WordList::Tags).then(|| snapshot.list(WordList::Tags)).transpose()?,
        })
    }
}

impl Bom {
    /// Makes the bill of the models of `upstream`, which was found by the links of `lineage`; `about` is of the same snapshot.
    ///
    /// # Errors
    /// [`Error::Damaged`] if a column is not as it was written.
    pub fn new(lineage: &Lineage, upstream: &Upstream, about: &About<'_>, extra: &Extra) -> Result<Bom, Error> {
        let rows = upstream.rows();
        let place = |row: &Row| rows.binary_search(row).ok();
        let columns = Columns::read(about.snapshot())?;
        let roots: BTreeSet<Row> = upstream.ancestors.iter().filter(|one| one.is_root).map(|one| one.row).collect();
        let mut models = Vec::with_capacity(rows.len());
        for row in &rows {
            let mut model = Model::new(*row, about, &columns);
            model.is_end = !model.is_listed || lineage.is_root(*row) || roots.contains(row);
            for (parent, edge) in lineage.parents(*row) {
                let words = format!("{}, {}", edge.relation.name(), about.learned(parent, *row, edge));
                model.properties.push((format!("link:{}", lineage.snapshot().id(parent)), words.clone()));
                model.parents.extend(place(&parent).map(|place| (place, words)));
            }
            model.properties.extend(extra.properties.get(row).into_iter().flatten().cloned());
            models.push(model);
        }
        let asked: Vec<usize> = upstream.models.iter().filter_map(place).collect();
        for at in &asked {
            let mut above: Vec<usize> = lineage.above(&[rows[*at]]).rows.iter().filter_map(place).collect();
            above.sort_unstable();
            (models[*at].is_asked, models[*at].above) = (true, above);
        }
        Ok(Bom { asked, models, origin: Origin::of(lineage) })
    }

    /// What the bill is of, in a few words.
    pub(super) fn title(&self) -> String {
        match self.asked[..] {
            [one] => self.models[one].id.clone(),
            _ => plural(self.asked.len() as u64, "model"),
        }
    }
}

impl Model {
    /// What is known of a model beside its links.
    fn new(row: Row, about: &About<'_>, columns: &Columns<'_>) -> Model {
        let known = about.model(row);
        let commit = columns.commits.at(row);
        let is_here = hub_of(known.id).is_none();
        let link = columns.links.at(row);
        let owner = known.owner.map(|owner| owner.rsplit(':').next().unwrap_or(owner).to_owned());
        let text = |name: &str, value: Option<&str>| Some((name.to_owned(), value?.to_owned()));
        let listed = match (known.is_listed, hub_of(known.id)) {
            (true, Some("local")) => "no: it lies in a folder",
            (true, _) => "yes",
            (false, _) => "no",
        };
        let all_licences = Some(known.licences.join(";")).filter(|licences| !licences.is_empty());
        let created = known.created.and_then(second);
        let parameters = columns.parameters.at(row).map(|parameters| parameters.to_string());
        let properties = [
            text("id", Some(known.id)),
            text("listed", Some(listed)),
            text("created", created.as_deref()),
            text("gated", known.gated),
            text("library", columns.libraries.at(row)),
            text("licence-link", link),
            text("licence-name", known.licence_name),
            text("licences", all_licences.as_deref()),
            text("parameters", parameters.as_deref()),
            text("task", columns.tasks.at(row)),
        ];
        Model {
            purl: purl_of(known.id, commit, about),
            commit: commit.map(|commit| commit.to_string()),
            page: (known.is_listed && is_here).then(|| format!("{HUB}/{}", known.id)),
            owner,
            publisher: known.publisher.map(|publisher| publisher.name.clone()),
            is_listed: known.is_listed,
            is_asked: false,
            is_end: false,
            licences: licences(&known.licences, known.licence_name, link),
            task: columns.tasks.at(row).map(str::to_owned),
            data_sets: data_sets(columns.tags.into_iter().flat_map(|tags| tags.words_at(row))),
            parents: Vec::new(),
            above: Vec::new(),
            properties: properties.into_iter().flatten().collect(),
            id: known.id.to_owned(),
        }
    }

    /// Its id in two parts, of which the first may be missing; a hub stays before the account.
    pub(super) fn parts(&self) -> (Option<&str>, &str) {
        self.id.split_once('/').map_or((None, &self.id), |(owner, name)| (Some(owner), name))
    }
}

/// The purl of a model. Of an id without an owner it is that of the id that it has today by the table of old ids, unless the snapshot has
/// a model of that id too: then the purl is the other one's.
fn purl_of(id: &str, commit: Option<Commit>, about: &About<'_>) -> Option<String> {
    if id.contains('/') {
        return purl(id, commit);
    }
    let today = about.new_id(id).filter(|_| hub_of(id).is_none())?;
    let other = about.snapshot().find(today).filter(|row| !about.snapshot().id(*row).eq_ignore_ascii_case(id));
    if other.is_some() { None } else { purl(today, commit) }
}

/// The data sets that tags name, each once whatever its case, in order.
fn data_sets<'t>(tags: impl Iterator<Item = &'t str>) -> Vec<DataSet> {
    let names = tags.filter_map(|tag| tag.strip_prefix("dataset:")).filter(|name| !name.trim().is_empty());
    let mut found: BTreeMap<String, &str> = BTreeMap::new();
    for name in names {
        found.entry(name.to_lowercase()).and_modify(|known| *known = name.min(known)).or_insert(name);
    }
    let page = |name: &str| {
        let parts: Vec<String> = name.split('/').map(encoded).collect();
        let is_id = parts.len() <= 2 && parts.iter().all(|part| !part.is_empty() && !part.contains('%'));
        is_id.then(|| format!("{HUB}/datasets/{}", parts.join("/")))
    };
    found.into_values().map(|name| DataSet { name: name.to_owned(), page: page(name) }).collect()
}

impl Origin {
    fn of(lineage: &Lineage) -> Origin {
        let provenance = lineage.snapshot().provenance();
        let taken = provenance.taken.and_then(second);
        let dated = match provenance.taken_from {
            Taken::Given => "as was given",
            Taken::Crawl => "by the Hub's clock when it was asked",
            Taken::NewestRecord => "by its newest record; the true date is not earlier",
            Taken::Unknown => "by nothing: no record has a date",
        };
        let sample = provenance
            .sample
            .then_some(("snapshot:sample", "yes: the sample inside the program, which is no census".into()));
        let links = (!lineage.is_whole()).then_some(("links", "some of the snapshot's links were left out".into()));
        let properties = [
            Some(("lineage", DECLARED.to_owned())),
            Some(("advice", ADVICE.to_owned())),
            Some(("not-known", NOT_KNOWN.to_owned())),
            Some(("snapshot:date", taken.clone().unwrap_or_else(|| "no date".to_owned()))),
            Some(("snapshot:dated", dated.to_owned())),
            Some(("snapshot:sha256", provenance.digest.clone())),
            Some(("snapshot:models", provenance.counts.models.to_string())),
            sample,
            links,
        ];
        let properties = properties.into_iter().flatten().map(|(name, value)| (name.to_owned(), value)).collect();
        Origin { taken, digest: provenance.digest.clone(), properties }
    }

    /// The snapshot in a few words.
    pub(super) fn words(&self) -> String {
        let date = self.taken.as_deref().map_or("without a date", |taken| &taken[..10]);
        format!("Snapshot {date}, sha256 {}.", self.digest)
    }
}

/// The name of a property, which tells whose it is.
pub(super) fn property(name: &str) -> String {
    format!("{}:{name}", PROGRAM.0)
}
