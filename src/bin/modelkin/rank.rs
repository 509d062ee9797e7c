use std::process::ExitCode;

use anyhow::bail;
use modelkin::census::{Census, Counting, Group, Measure, Ranking};
use modelkin::ink;
use modelkin::lineage::Lineage;
use modelkin::model::DAY;
use modelkin::report;

use crate::args::{self, GroupArg};
use crate::output::Usage;
use crate::{family, output, snapshots};

/// How many days before the snapshot are recent, if nothing is said.
const RECENT: u16 = 30;

pub fn run(args: &args::Rank) -> anyhow::Result<ExitCode> {
    let group = match args.of {
        GroupArg::Models => Group::Models,
        GroupArg::Owners => Group::Owners,
        GroupArg::Families => Group::Families,
    };
    if group != Group::Models && !args.by.is_for_groups() {
        bail!(Usage(format!("--by {} is defined for models alone; use it with --of models", args.by.name())));
    }
    if args.rules.is_some() && group != Group::Families {
        bail!(Usage("--rules says which families there are; use it with --of families".into()));
    }
    if args.days.is_some() && args.by != Measure::Growth {
        bail!(Usage("--days says what is recent; use it with --by growth".into()));
    }
    let days = args.days.unwrap_or(RECENT);
    let families = (group == Group::Families).then(|| family::rules("--rules", args.rules.as_deref())).transpose()?;
    let families = families.map(|families| families.all()).transpose()?;
    let snapshot = snapshots::open(&args.question, None)?;
    let mut counting = Counting { wait: args.question.wait.seconds(), ..args.filter.counting()? };
    let mut words = args.filter.words(&counting);
    if args.by == Measure::Growth {
        let Some(taken) = snapshot.provenance().taken else {
            bail!("--by growth needs the snapshot's date, and no record has one; import it again with --date");
        };
        let since = taken - i64::from(days) * DAY;
        counting.recent_since = Some(since);
        words = format!(
            "{words} Recent: created on {} or later, {} before the snapshot.",
            ink::day(since),
            ink::plural(days.into(), "day")
        )
        .trim()
        .into();
    }
    // All links are read where they are asked for.
    let census = match args.filter.follows_all() {
        true => Census::of_snapshot(&snapshot, &counting)?,
        false => Census::take(&args.filter.links(Lineage::from_snapshot(&snapshot)?), &counting)?,
    };
    let ranking = match group {
        Group::Models => Ranking::of_models(&census, args.by, args.top)?,
        Group::Owners | Group::Families => {
            Ranking::of_groups(&census, families.as_deref(), args.by, &counting, args.top)?
        }
    };
    let report = report::rank(&ranking, group, &words);
    output::report(&report, &snapshot, args.question.format.into())?;
    Ok(ExitCode::SUCCESS)
}
