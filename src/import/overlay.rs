use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use super::Error;
use crate::lineage::Lineage;
use crate::model::{FileLink, Learned, ModelId, OddityKind, Parent, Record, Relation};
use crate::snapshot::{Row, Snapshot};
use crate::source::{LocalModel, as_name};

/// An `Overlay` is a part of a snapshot with models laid over it that are on no hub yet: for one answer, and never written.
#[derive(Debug, Clone)]
pub struct Overlay {
    /// This has the local models, the models that are asked for, and everything that any of them descends from.
    pub snapshot: Snapshot,
    /// These links only a file beside the card states.
    pub files: Vec<FileLink>,
    /// These sentences say what was laid over it, and where card and files disagree.
    pub remarks: Vec<String>,
}

impl Overlay {
    /// Lays local models over a snapshot. Their parents are looked up in it, old ids too; `asked` are ids of other models that the answer
    /// is about, of which some may be unknown.
    ///
    /// # Errors
    /// It fails if the snapshot is not as it was written.
    pub fn new(snapshot: &Snapshot, locals: &[LocalModel], asked: &[&str]) -> Result<Overlay, Error> {
        let lineage = Lineage::from_snapshot(snapshot)?;
        let today = |id: &str| lineage.row(id);
        let mut starts: Vec<Row> = asked.iter().filter_map(|id| today(id)).collect();
        let (mut files, mut remarks, mut records) = (Vec::new(), Vec::new(), Vec::new());
        for local in locals {
            let mut record = local.record.clone();
            let (links, own) = links(local, &today, snapshot);
            files.extend(links.iter().filter_map(|link| {
                Some(FileLink { child: record.id.to_string(), parent: link.id.to_string(), file: link.file? })
            }));
            starts.extend(links.iter().filter_map(|link| link.row));
            let parent =
                |link: &Link| Parent::new(Record::named(&record.id, link.id.clone()), link.relation, link.learned);
            record.parents = links.iter().map(parent).collect();
            remarks.extend(own);
            records.push(record);
        }
        let mut rows: Vec<Row> = starts.iter().copied().chain(lineage.above(&starts).rows).collect();
        rows.sort_unstable();
        rows.dedup();
        let old = asked.iter().filter_map(|id| snapshot.find(id));
        let staying = rows.into_iter().map(|row| {
            (row, lineage.parents(row).map(|(parent, edge)| (parent, edge.relation, edge.learned)).collect())
        });
        Ok(Overlay { snapshot: snapshot.overlaid(staying, old, records)?, files, remarks })
    }
}

/// A link to a parent of a local model.
struct Link {
    /// The parent, by its id of today.
    id: ModelId,
    /// Its row, where the snapshot knows it.
    row: Option<Row>,
    relation: Relation,
    learned: Learned,
    /// The file that alone names it, if one does.
    file: Option<&'static str>,
}

/// An id that stands for what lies at a path on somebody's disk.
fn on_disk(path: &str) -> Option<ModelId> {
    let name = path.trim_end_matches(['/', '\\']).rsplit(['/', '\\']).next().unwrap_or_default();
    let name = as_name(name);
    ModelId::read(&format!("disk:{}", if name.is_empty() { "unnamed" } else { &name })).ok()
}

/// The parents of a local model, each once, in order of their ids; and what is to be said of them.
fn links(local: &LocalModel, today: &impl Fn(&str) -> Option<Row>, snapshot: &Snapshot) -> (Vec<Link>, Vec<String>) {
    let own = &local.record.id;
    let mut remarks = vec![format!(
        "The links of {own} ({}) are laid over the snapshot for this answer alone.",
        local.files.join(", ")
    )];
    let link = |id: &ModelId, relation, learned, file| {
        let row = today(id.as_str());
        let id = row.and_then(|row| ModelId::read(snapshot.id(row)).ok()).unwrap_or_else(|| id.clone());
        Link { id, row, relation, learned, file }
    };
    let by_card = local.record.parents.iter().map(|parent| link(&parent.id, parent.relation, parent.learned, None));
    let mut links: BTreeMap<String, Link> = by_card.map(|link| (link.id.key(), link)).collect();
    let what = if links.is_empty() { "and no card names a parent" } else { "which the card does not" };
    let mut said: BTreeSet<String> = BTreeSet::new();
    let mut unnamed = None;
    for odd in &local.record.oddities {
        remarks.push(format!("README.md: {}: {:?}.", odd.kind.name(), odd.text));
        if matches!(odd.kind, OddityKind::Path | OddityKind::Url | OddityKind::Malformed) {
            unnamed.get_or_insert((odd.text.as_str(), "README.md", Relation::Unstated));
        }
    }
    for named in &local.named {
        let Some(id) = &named.id else {
            remarks.push(format!("{} names {:?}, which is no model's id.", named.file, named.text));
            unnamed.get_or_insert((named.text.as_str(), named.file, named.relation));
            continue;
        };
        let link = link(id, named.relation, Learned::Declared, Some(named.file));
        said.insert(link.id.key());
        if let Entry::Vacant(place) = links.entry(link.id.key()) {
            remarks.push(format!("{} names {}, {what}.", named.file, link.id));
            place.insert(link);
        }
    }
    // What was made of something on somebody's disk was made of something.
    if let (Some((text, file, relation)), true) = (unnamed, links.is_empty())
        && let Some(link) = on_disk(text).map(|id| link(&id, relation, Learned::Declared, Some(file)))
    {
        remarks.push(format!("No other parent is named: {} stands for it, of which nothing is known.", link.id));
        links.insert(link.id.key(), link);
    }
    if !said.is_empty() {
        let alone = links.iter().filter(|(key, link)| link.file.is_none() && !said.contains(*key));
        remarks.extend(alone.map(|(_, link)| format!("The card names {}, which no file beside it does.", link.id)));
    }
    let unknown = links.values().filter(|link| link.row.is_none());
    remarks.extend(unknown.filter(|link| link.id.hub().is_none()).map(|link| {
        let near = snapshot
            .nearest(link.id.as_str(), 1)
            .first()
            .map_or_else(String::new, |near| format!("; the nearest: {near}"));
        format!("{} is not known to this snapshot{near}.", link.id)
    }));
    (links.into_values().collect(), remarks)
}
