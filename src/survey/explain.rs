use super::Survey;
use crate::census::{Coverage, Error, Explained, FamilyCount};
use crate::ink::{Section, Table, Unit};
use crate::ink::{Value, counted, grouped, plural};
use crate::model::Relation;
use crate::reference::Family;

use Unit::{Count, Text};

impl Survey<'_> {
    /// Counts one family under every definition, each with what makes it differ and the command that gives it. `name` is what the
    /// command line calls it, and `words` are those that name the snapshot and the tables.
    ///
    /// # Errors
    /// It fails with [`Error::Snapshot`].
    pub fn explain(&self, family: &Family, name: &str, words: &[&str]) -> Result<Section, Error> {
        let mut section = Section::new("explain", "One family, every definition");
        let lineage = self.lineage;
        let is_other = |other: &&Family| other.name != family.name && family.part_of.as_ref() != Some(&other.name);
        let rivals: Vec<&Family> = self.families().filter(is_other).collect();
        let has_credit = self.families().any(|known| known.name == family.name);
        let explained = Explained::count(family, lineage, has_credit.then_some(&rivals))?;
        let Explained { count: others, with_own, listed, folded, straight, .. } = &explained;

        let same: String = words.iter().map(|word| format!(" {}", quoted(word))).collect();
        let quoted = quoted(name);
        let command = |words: &str| format!("modelkin family {quoted}{words}{same}");
        let main = [("figure", Text), ("models", Count), ("what_it_is", Text), ("command", Text)];
        let mut table = Table::new("definitions", "The same family under each definition", 1, &main, &[]);
        table.most = 100;
        let mut add = |figure: &str, models: Value, what: &str, words: String| {
            table.row([figure.into(), models, what.into(), words.into()]);
        };
        let (f1, f2) = (&others.f1, &others.f2);
        add(
            "F1",
            f1.models.into(),
            "direct derivatives: models with a parent among the members, these left out",
            command(""),
        );
        for relation in Relation::ALL.into_iter().rev() {
            let count = f1.by_relation[relation as usize];
            if count > 0 {
                let what = format!("of F1, those made as {}", relation.name());
                add(&format!("F1, {}", relation.name()), count.into(), &what, command(""));
            }
        }
        add(
            "F1 with own",
            with_own.0.into(),
            "and the family's own derived repositories",
            command(" --include-members"),
        );
        add("F1 without bursts", Value::judged(others.without_bursts.0), "less mass uploads within a day", command(""));
        add(
            "F1 below listed members",
            listed.0.into(),
            "less those that hang from unlisted members alone",
            command(" --no-unlisted"),
        );
        add(
            "F1, mirrors folded",
            folded.0.into(),
            "derivatives of re-uploads count for the original, re-uploads for nobody",
            command(" --fold-mirrors"),
        );
        add("authors of F1", f1.authors.into(), "distinct owners of F1", command(""));
        add("F2", f2.models.into(), "all derivatives: reachable from a member, at any depth", command(""));
        for (at, models) in others.generations.iter().enumerate() {
            let links = plural(at as u64 + 1, "link");
            let what = format!("of F2, those {links} from the nearest member");
            add(&format!("F2, generation {}", at + 1), (*models).into(), &what, command(""));
        }
        add(
            "F2 with own",
            with_own.1.into(),
            "and the family's own derived repositories",
            command(" --include-members"),
        );
        add("F2 without bursts", Value::judged(others.without_bursts.1), "less mass uploads within a day", command(""));
        add(
            "F2 without quantized links",
            (*straight).into(),
            "no path goes through a quantization",
            command(" --exclude quantized"),
        );
        add(
            "F2 below listed parents",
            listed.1.into(),
            "no path goes through an unlisted parent",
            command(" --no-unlisted"),
        );
        add(
            "F2, mirrors folded",
            folded.1.into(),
            "derivatives of re-uploads count for the original, re-uploads for nobody",
            command(" --fold-mirrors"),
        );
        add(
            "F2 with several parents",
            explained.several.into(),
            "of F2, those that name more parents than one (parents above 1 in the list)",
            command(" --list f2 --format csv"),
        );
        if let Some((exclusive, split)) = explained.credit {
            let table = format!("modelkin report --section derivatives.families --format csv{same}");
            add(
                "F2, exclusive credit",
                exclusive.into(),
                "of F2, those that descend from no other family of the table",
                table.clone(),
            );
            add(
                "F2, split credit",
                (split.round() as u64).into(),
                "1/k for each of the k families that a model descends from, rounded",
                table,
            );
        }
        add("authors of F2", f2.authors.into(), "distinct owners of F2", command(""));
        add(
            "F3",
            others.f3.into(),
            "mentions: models that name the family in a tag or their name, and are no members",
            command(" --list f3 --format csv"),
        );
        // Where F3 is not known its parts are not either.
        let known = |count: u64| others.f3.map(|_| count);
        let both = known(explained.mentions_derived);
        add(
            "F3 that are in F2",
            both.into(),
            "mentions that declare their descent too (those with a relation in the list)",
            command(" --list f3 --format csv"),
        );
        add(
            "F3 without any parent",
            known(explained.mentions_roots).into(),
            "mentions that name no parent at all (parents is 0 in the list)",
            command(" --list f3 --format csv"),
        );
        add(
            "members",
            others.members.into(),
            "the family's own repositories, unlisted ones too",
            command(" --list members --format csv"),
        );
        add(
            "unlisted members",
            others.members_unlisted.into(),
            "members that are only named as parents",
            command(" --list members --format csv"),
        );
        section.findings.push(format!("{}: {}.", family.name, family.rule));
        section.findings.push(format!(
            "From F1 ({}) to F2 ({}) {} below derivatives{}",
            grouped(f1.models),
            grouped(f2.models),
            match f2.models.saturating_sub(f1.models) {
                1 => "comes 1 model".to_owned(),
                models => format!("come {}", plural(models, "model")),
            },
            match others.f3.zip(both) {
                Some((f3, both)) => format!(
                    "; from F2 to F3 ({}) the definition changes: {} no descent from the family.",
                    grouped(f3),
                    counted(f3.saturating_sub(both), "mention", "declares", "declare")
                ),
                None => others.why_no_f3().map_or_else(String::new, |why| format!("; F3 is not known: {why}.")),
            }
        ));
        let published = self.published(family, others);
        section.tables.push(table);
        section.tables.extend(published);
        section.define(&[
            "F1: distinct models with at least one parent among the members, the members' own repositories left out. F2: distinct models reachable from any member, likewise. F3: models that mention the family by tag, name or library, and are no members.",
            "Each row is one number that somebody may call the family's derivatives; the command gives it again.",
            Coverage::JUDGED,
        ]);
        section.cover("models of F2 with a date, by which bursts are judged", f2.dates());
        self.cover(&mut section, "models with a declared parent", |row| !lineage.is_root(row));
        Ok(section)
    }

    /// What was published of the family.
    fn published(&self, family: &Family, count: &FamilyCount) -> Option<Table> {
        let main = [
            ("what", Text),
            ("published", Count),
            ("as_of", Text),
            ("F1_here", Count),
            ("F2_here", Count),
            ("F3_here", Count),
            ("source", Text),
        ];
        let mut table = Table::new("published", "What was published of it, and what is here", 3, &main, &[]);
        table.most = 100;
        let claims = self.references.published.claims("derivatives");
        for claim in claims.filter(|claim| {
            claim.table == "families" && claim.row == family.name && ["f1", "f2", "f3"].contains(&claim.column.as_str())
        }) {
            table.row([
                claim.what.as_str().into(),
                Value::Count(claim.value as u64),
                claim.as_of.as_str().into(),
                count.f1.models.into(),
                count.f2.models.into(),
                count.f3.into(),
                claim.source.as_str().into(),
            ]);
        }
        (!table.rows.is_empty()).then_some(table)
    }
}

/// A name as a shell takes it.
fn quoted(name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    if name.chars().all(is_plain) { name.to_owned() } else { format!("'{}'", name.replace('\'', "'\\''")) }
}
