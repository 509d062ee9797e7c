use super::Survey;
use crate::census::{Coverage, Error};
use crate::ink::{Section, Table, Unit, Value, grouped, percent, plural, share};
use crate::provenance::{Judge, Policy, Verdict};
use crate::reference::{Bases, Terms};

use Unit::{Count, Share, Text};

pub(super) const TITLE: &str = "Licences against the terms of what models were made of";

pub(super) fn section(survey: &Survey<'_>) -> Result<Section, Error> {
    let mut section = Section::new("licences", TITLE);
    // No other section asks for them.
    let (policy, terms, bases) = (Policy::default(), Terms::built_in()?, Bases::built_in()?);
    let judge = Judge::new(survey.lineage, &terms, &bases, &policy)?;
    let counts = judge.all().counts;
    let links: u64 = counts.links.iter().sum();
    let broken = counts.broken_by_parent + counts.broken_above;

    let main = [
        ("verdict", Text),
        ("links", Count),
        ("share_of_links", Share),
        ("models", Count),
        ("models_known", Count),
        ("share_of_known", Share),
    ];
    let mut verdicts = Table::new("verdicts", "Links and derived models by verdict", 1, &main, &[]);
    for verdict in Verdict::ALL {
        let at = verdict as usize;
        verdicts.row([
            verdict.name().into(),
            counts.links[at].into(),
            share(counts.links[at], links).into(),
            counts.chains[at].into(),
            counts.chains_known[at].into(),
            share(counts.chains_known[at], counts.derived_known).into(),
        ]);
    }
    let main = [("figure", Text), ("models", Count), ("share_of_known", Share)];
    let mut totals = Table::new("totals", "Derived models", 1, &main, &[]);
    let of_known = |models| share(models, counts.derived_known);
    for (figure, models, share) in [
        ("derived", counts.derived, None),
        ("its own licence is known", counts.derived_known, of_known(counts.derived_known)),
        ("breaks terms", broken, of_known(broken)),
        ("breaks the terms of a parent", counts.broken_by_parent, of_known(counts.broken_by_parent)),
        ("breaks terms from further up alone", counts.broken_above, of_known(counts.broken_above)),
        ("terms meet above it that no licence keeps", counts.meetings, None),
        ("below a licence that asks for names", counts.to_be_named, None),
        ("and its name begins so", counts.named, None),
    ] {
        totals.row([figure.into(), models.into(), share.into()]);
    }
    let names = Verdict::ALL.map(Verdict::name);
    let main: Vec<(&'static str, Unit)> = [("parent", Text), ("child", Text), ("links", Count)]
        .into_iter()
        .chain(names.map(|name| (name, Count)))
        .collect();
    let mut cells = Table::new("cells", "Links by what parent and child state", 2, &main, &[]);
    cells.most = 100;
    for ((parent, child), tally) in &counts.cells {
        let keys = [parent.name().into(), child.name().into(), Value::Count(tally.iter().sum())];
        cells.row(keys.into_iter().chain(tally.iter().map(|links| Value::Count(*links))));
    }

    let known = Coverage { known: counts.derived_known, of: counts.derived };
    section.conclude(known, || {
        Some(format!(
            "Of {} whose own licence is known, {} {} terms of something above ({}), {} of them only terms from further up than a parent.",
            plural(counts.derived_known, "derived model"),
            grouped(broken),
            if broken == 1 { "breaks" } else { "break" },
            percent(share(broken, counts.derived_known)?),
            grouped(counts.broken_above)
        ))
    });
    section.findings.push(format!("Rules: {}. Declared metadata, not legal advice.", counts.rules));
    section.tables = vec![verdicts, totals, cells];
    section.cover("derived models whose own licence is known", known);
    section.define(&[
        "Verdicts by the table of terms and the rules of docs/licences.md: of each link, what the child states beside the terms of its parent; of each derived model, beside those of all its ancestors. The version of the rules stands above; figures of other rules are of other things.",
        "ok: the terms are kept. restricts: they go on to bind. unknown: it cannot be told. silent: the model states no licence. relabelled: a copy states another licence. conflict: terms are broken. Breaks terms: relabelled or conflict.",
        "Known: the model states licences whose texts were read. Missing licences are missing, and never permissive.",
    ]);
    Ok(section)
}
