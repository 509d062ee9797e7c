use std::path::Path;
use std::process::ExitCode;

use anyhow::bail;
use modelkin::census::{Counted, Counting, FamilyCount, Part, members};
use modelkin::lineage::Lineage;
use modelkin::reference::{Families, Family};
use modelkin::report;
use modelkin::snapshot::nearest;

use crate::args::{self, PartArg};
use crate::output::Usage;
use crate::{files, output, snapshots};

pub fn run(args: &args::Family) -> anyhow::Result<ExitCode> {
    if args.include_members && matches!(args.list, Some(PartArg::Members)) {
        bail!(Usage("--include-members is about what descends from members; leave it out with --list members".into()));
    }
    let families = rules("--rules", args.rules.as_deref())?;
    let snapshot = snapshots::open(&args.question, None)?;
    let lineage = Lineage::from_snapshot(&snapshot)?;
    let family = resolve(&args.name, &families, &lineage)?;
    let counting = Counting { wait: args.question.wait.seconds(), ..args.filter.counting()? };
    let lineage = args.filter.links(lineage);
    let counted = if args.include_members { Counted::Everybody } else { Counted::Others };
    let no_member = || format!("the family {:?} has no member in this snapshot", family.name);
    if let Some(part) = args.list {
        let part = match part {
            PartArg::Members => Part::Members,
            PartArg::F1 => Part::Direct,
            PartArg::F2 => Part::All,
            PartArg::F3 => Part::Mentions,
        };
        if members(&family, &lineage)?.is_empty() {
            bail!(no_member());
        }
        let listing = part.of(&family, &lineage, &counting, counted)?;
        let most = if args.top == 0 { usize::MAX } else { args.top };
        let filter = match args.filter.words(&counting) {
            words if words.is_empty() || part != Part::Members => words,
            _ => "Members are what they are, whenever they came: the filter says nothing of them.".to_owned(),
        };
        let report = report::models(&family.name, part, &listing, &lineage, counted, &filter, most)?;
        output::report(&report, &snapshot, args.question.format.into())?;
        return Ok(ExitCode::SUCCESS);
    }
    let count = FamilyCount::of(&family, &lineage, &counting, counted)?;
    if count.members == 0 {
        bail!(no_member());
    }
    let report = report::family(&count, &snapshot, counted, &args.filter.words(&counting));
    output::report(&report, &snapshot, args.question.format.into())?;
    Ok(ExitCode::SUCCESS)
}

/// The table of families: the user's, else the built-in one.
pub fn rules(option: &str, path: Option<&Path>) -> anyhow::Result<Families> {
    let Some(path) = path else { return Ok(Families::built_in()?) };
    Ok(Families::read(&files::named(option, path), &files::table(option, path)?)?)
}

/// A name as `family` takes it: a family of the rules, then `owner/*`, then a model, then an owner.
pub fn resolve(name: &str, families: &Families, lineage: &Lineage) -> anyhow::Result<Family> {
    if let Some(family) = families.find(name)? {
        return Ok(family);
    }
    let snapshot = lineage.snapshot();
    let owner = |owner: &str| {
        let rows = snapshot.owned_by(owner);
        (!rows.is_empty()).then(|| Family::of_owner(snapshot.owner(rows.start).unwrap_or(owner)))
    };
    if let Some(name) = name.strip_suffix("/*") {
        if let Some(family) = owner(name) {
            return Ok(family);
        }
        let mut owners: Vec<&str> = snapshot.rows().filter_map(|row| snapshot.owner(row)).collect();
        owners.dedup();
        bail!("no model of the owner {name:?} in this snapshot{}", hint(&nearest(name, owners.into_iter(), 5)));
    }
    match lineage.find(name) {
        Ok(row) => Ok(Family::of_model(snapshot.id(row))),
        Err(missing) => {
            if let Some(family) = owner(name) {
                return Ok(family);
            }
            let holds = |family: &&str| family.to_ascii_lowercase().contains(&name.to_ascii_lowercase());
            let mut near: Vec<&str> = families.names().filter(holds).collect();
            near.extend(nearest(name, families.names().filter(|family| !holds(family)), 3));
            let near: Vec<&str> = near.into_iter().chain(missing.nearest.iter().map(String::as_str)).take(6).collect();
            bail!(
                "no family, owner or model {name:?}{}; `modelkin rank --of families --top 0` shows the families",
                hint(&near)
            );
        }
    }
}

fn hint(near: &[&str]) -> String {
    if near.is_empty() { String::new() } else { format!("; the nearest: {}", near.join(", ")) }
}
