use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};

use super::derivatives::strongest;
use super::{Survey, UNKNOWN};
use crate::census::{Counted, Derived, Error};
use crate::ink::{Section, Table, Unit, Value, grouped, plural, share};
use crate::model::Relation;
use crate::reference::Publisher;
use crate::snapshot::{Changes, LinkColumn, Row};

use Unit::{Count, Number, Share, Text};

impl<'l> Survey<'l> {
    /// Tells what changed since an earlier snapshot.
    ///
    /// # Errors
    /// It fails with [`Error::Snapshot`].
    pub fn since(&self, before: &Survey<'_>) -> Result<Section, Error> {
        let mut section = Section::new("diff", "What changed between two snapshots");
        let changes = Changes::between(before.snapshot(), self.snapshot())?;
        let rows = |survey: &Survey<'_>, ids: &[String]| -> Vec<Row> {
            ids.iter().filter_map(|id| survey.snapshot().find(id)).collect()
        };
        let (appeared, vanished) = (rows(self, &changes.added), rows(before, &changes.gone));

        let relicensed = |kind: &str| {
            changes.relicensed.iter().filter(|(_, before, after)| licence_change(before, after) == kind).count()
        };
        let mut totals = Table::new("changes", "Changes", 1, &[("change", Text), ("models", Count)], &[]);
        for (change, models) in [
            ("appeared", changes.added.len()),
            ("vanished", changes.gone.len()),
            ("re-parented", changes.reparented.len()),
            ("relicensed", relicensed("relicensed")),
            ("licence stated", relicensed("licence stated")),
            ("licence withdrawn", relicensed("licence withdrawn")),
            ("gated otherwise", changes.gated.len()),
            ("renamed", changes.renamed.len()),
            ("respelled", changes.respelled.len()),
        ] {
            totals.row([change.into(), (models as u64).into()]);
        }

        let main = [("relation", Text), ("appeared", Count), ("vanished", Count)];
        let more = [
            ("appeared_naming_itself", Count),
            ("vanished_naming_itself", Count),
            ("respelled_before", Count),
            ("respelled_after", Count),
        ];
        let mut relations = Table::new("relations", "Appeared and vanished models by relation", 1, &main, &more);
        let (old, new): (Vec<String>, Vec<String>) = changes.respelled.iter().cloned().unzip();
        let (old, new) = (rows(before, &old), rows(self, &new));
        let count = |survey: &Survey<'_>, rows: &[Row], relation: Option<Relation>| {
            rows.iter().filter(|row| strongest(survey, **row) == relation).count() as u64
        };
        // A model that names only itself has no link; what it says to have been made as is told apart.
        let (old_links, new_links) = (before.snapshot().links()?, self.snapshot().links()?);
        let named = |links: &LinkColumn, row: Row| links.at(row).map(|link| link.relation).max();
        let alone = |survey: &Survey<'_>, links: &LinkColumn, rows: &[Row], relation: Option<Relation>| {
            let is_alone = |row: &&Row| survey.lineage.is_root(**row) && named(links, **row) == relation;
            if relation.is_none() { 0 } else { rows.iter().filter(is_alone).count() as u64 }
        };
        let all_named = |links: &LinkColumn, rows: &[Row], relation: Option<Relation>| {
            rows.iter().filter(|row| named(links, **row) == relation).count() as u64
        };
        for relation in Relation::ALL.into_iter().rev().map(Some).chain([None]) {
            let name = relation.map_or("no parent", Relation::name);
            relations.row([
                name.into(),
                count(self, &appeared, relation).into(),
                count(before, &vanished, relation).into(),
                alone(self, new_links, &appeared, relation).into(),
                alone(before, old_links, &vanished, relation).into(),
                all_named(old_links, &old, relation).into(),
                all_named(new_links, &new, relation).into(),
            ]);
        }

        let has = |models: u64| format!("{} {}", grouped(models), if models == 1 { "has" } else { "have" });
        section.findings.push(format!(
            "{} appeared, {} vanished; {} other parents, {} another licence, {} another name.",
            plural(changes.added.len() as u64, "model"),
            grouped(changes.gone.len() as u64),
            has(changes.reparented.len() as u64),
            grouped(relicensed("relicensed") as u64),
            grouped(changes.renamed.len() as u64)
        ));
        let families = self.families_since(before, &appeared, &vanished)?;
        let matches = Changes::matches(before.snapshot(), self.snapshot())?;
        let downloads = |by: By| Ok::<_, Error>(by.table(&self.downloads_since(before, &matches, by)?));
        let (countries, kinds) = (downloads(By::Country)?, downloads(By::Kind)?);
        let mut models = self.models_since(before, &changes);
        models.most = 20;
        section.tables = vec![totals, relations, families, countries, kinds, models];
        section.define(&[
            "Licence stated and withdrawn: one of the two snapshots knows none. Models are matched by the Hub's own key, else by id; a model under another id is renamed, and neither appeared nor vanished.",
            "Respelled: the id is spelled otherwise in its case alone. Naming itself: models whose only parent is their own id, by the relation that they state; they have no link and stand in \"no parent\" too. Respelled models are counted by the relation that they state.",
            "By relation: of the strongest of a model's links (merge, adapter, quantized, finetune, unstated); of those that vanished, in the earlier snapshot.",
            "Families: F1 (distinct models with a parent among the members, these left out) in each snapshot, and how many of the models that appeared and vanished are of it; moved: what the others did to it, those with other parents and members that came or went.",
            "Downloads between the two: the later all-time downloads less the earlier; of models that appeared, all of them. Models whose all-time downloads one of the two does not know are left out; a figure that fell, as the Hub's do when it recounts, counts as 0, and how many did is shown.",
        ]);
        let downloads = self.downloads_all_time()?;
        let has_downloads = |row| downloads.at(row).is_some();
        self.cover(&mut section, "models of the later snapshot with all-time downloads", has_downloads);
        Ok(section)
    }

    fn families_since(&self, before: &Survey<'_>, appeared: &[Row], vanished: &[Row]) -> Result<Table, Error> {
        let heads = [
            ("family", Text),
            ("f1_before", Count),
            ("f1_after", Count),
            ("difference", Number),
            ("f1_appeared", Count),
            ("f1_vanished", Count),
            ("f1_moved", Number),
        ];
        let mut table = Table::new("families", "Direct derivatives of families (F1)", 1, &heads, &[]);
        let derived = |survey: &Survey<'_>| {
            let sets = survey.members(survey.references.families.iter())?;
            Ok::<_, Error>(Derived::of_sets(survey.lineage, &sets, Counted::Others))
        };
        let (earlier, later) = (derived(before)?, derived(self)?);
        let (appeared, vanished): (HashSet<Row>, HashSet<Row>) =
            (appeared.iter().copied().collect(), vanished.iter().copied().collect());
        let mut families: Vec<_> = self.references.families.iter().zip(&earlier).zip(&later).collect();
        families.sort_by_key(|((family, _), later)| (Reverse(later.direct.len()), &family.name));
        for ((family, earlier), later) in families {
            let (was, is) = (earlier.direct.len() as u64, later.direct.len() as u64);
            let difference = is as f64 - was as f64;
            let among = |derived: &Derived, rows: &HashSet<Row>| {
                derived.direct.iter().filter(|(row, _)| rows.contains(row)).count() as u64
            };
            let (new, gone) = (among(later, &appeared), among(earlier, &vanished));
            table.row([
                family.name.as_str().into(),
                was.into(),
                is.into(),
                difference.into(),
                new.into(),
                gone.into(),
                (difference - new as f64 + gone as f64).into(),
            ]);
        }
        Ok(table)
    }

    /// Every change, a row each.
    fn models_since(&self, before: &Survey<'_>, changes: &Changes) -> Table {
        let heads = [("change", Text), ("model", Text), ("before", Text), ("after", Text)];
        let mut table = Table::new("models", "The models", 2, &heads, &[]);
        // What appeared was nothing before, and nothing is no text.
        let text = |text: &str| Value::from(Some(text).filter(|text| !text.is_empty()));
        let mut add = |change: &str, model: &str, before: &str, after: &str| {
            table.row([change.into(), model.into(), text(before), text(after)]);
        };
        let parents = |survey: &Survey<'_>, id: &str| {
            let row = survey.snapshot().find(id);
            let parents = row.into_iter().flat_map(|row| survey.lineage.parents(row));
            parents.map(|(parent, _)| survey.snapshot().id(parent)).collect::<Vec<_>>().join("; ")
        };
        let old_ids: HashMap<&str, &str> =
            changes.renamed.iter().map(|(before, after)| (after.as_str(), before.as_str())).collect();
        changes.added.iter().for_each(|id| add("appeared", id, "", ""));
        changes.gone.iter().for_each(|id| add("vanished", id, "", ""));
        for id in &changes.reparented {
            let was = old_ids.get(id.as_str()).copied().unwrap_or(id);
            add("re-parented", id, &parents(before, was), &parents(self, id));
        }
        for (id, before, after) in &changes.relicensed {
            add(licence_change(before, after), id, before, after);
        }
        changes.gated.iter().for_each(|(id, before, after)| add("gated otherwise", id, before, after));
        changes.renamed.iter().for_each(|(before, after)| add("renamed", after, before, after));
        changes.respelled.iter().for_each(|(before, after)| add("respelled", after, before, after));
        table
    }

    /// Downloads since an earlier snapshot, whose rows `matches` has for those of this one; those of most first.
    pub(super) fn downloads_since(
        &self,
        before: &Survey<'_>,
        matches: &[Option<Row>],
        by: By,
    ) -> Result<Vec<Since<'l>>, Error> {
        let word = |publisher: &'l Publisher| match by {
            By::Country => publisher.country.as_str(),
            By::Kind => publisher.kind.as_str(),
        };
        let mut sums: BTreeMap<&str, Since<'l>> = BTreeMap::new();
        let (earlier, later) = (before.downloads_all_time()?, self.downloads_all_time()?);
        for row in self.models() {
            let Some(now) = later.at(row) else { continue };
            let known = matches[row as usize];
            let was = match known {
                Some(known) => earlier.at(known),
                None => Some(0),
            };
            let Some(was) = was else { continue };
            let word = self.publisher(row).map_or(UNKNOWN, word);
            let sum = sums.entry(word).or_insert_with(|| Since { word, ..Since::default() });
            sum.models += 1;
            sum.downloads += now.saturating_sub(was);
            sum.fell += u64::from(now < was);
        }
        let mut sums: Vec<Since<'l>> = sums.into_values().collect();
        let all: u64 = sums.iter().map(|sum| sum.downloads).sum();
        let known: u64 = sums.iter().filter(|sum| sum.word != UNKNOWN).map(|sum| sum.downloads).sum();
        for sum in &mut sums {
            sum.share = share(sum.downloads, all);
            sum.share_known = share(sum.downloads, known).filter(|_| sum.word != UNKNOWN);
        }
        sums.sort_by_key(|sum| (Reverse(sum.downloads), sum.word));
        Ok(sums)
    }
}

/// What was downloaded between two snapshots of the models that have a word in common.
#[derive(Default)]
pub(super) struct Since<'a> {
    pub(super) word: &'a str,
    models: u64,
    pub(super) downloads: u64,
    pub(super) share: Option<f64>,
    /// Of the downloads of models whose publisher is known.
    pub(super) share_known: Option<f64>,
    /// Models with less downloads than before.
    fell: u64,
}

/// What downloads are added up by.
#[derive(Debug, Clone, Copy)]
pub(super) enum By {
    /// The publisher's country.
    Country,
    /// The publisher's kind.
    Kind,
}

impl By {
    fn table(self, sums: &[Since<'_>]) -> Table {
        let (name, title, key) = match self {
            By::Country => ("countries", "Downloads between the two, by country", "country"),
            By::Kind => ("kinds", "Downloads between the two, by kind of publisher", "kind"),
        };
        let heads = [
            (key, Text),
            ("models", Count),
            ("downloads", Count),
            ("share", Share),
            ("share_known", Share),
            ("fell", Count),
        ];
        let mut table = Table::new(name, title, 1, &heads, &[]);
        for Since { word, models, downloads, share, share_known, fell } in sums {
            let [models, downloads, fell] = [models, downloads, fell].map(|count| (*count).into());
            table.row([(*word).into(), models, downloads, (*share).into(), (*share_known).into(), fell]);
        }
        table
    }
}

/// What became of a licence, of which one may be missing.
fn licence_change(before: &str, after: &str) -> &'static str {
    match (before.is_empty(), after.is_empty()) {
        (true, _) => "licence stated",
        (_, true) => "licence withdrawn",
        _ => "relicensed",
    }
}
