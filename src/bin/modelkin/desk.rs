//! What was typed becomes a question here, and what is wrong with a question is said in the words that were typed.

use std::path::Path;
use std::process::ExitCode;

use anyhow::anyhow;
use modelkin::ask::{
    self, Answer, Atlas, Begin, Contradiction, Error, Facts, Filter, Meant, Near, Question, Select, Tables, What,
};
use modelkin::ink::{Report, Section, Table};
use modelkin::reference::{Families, Publishers};
use modelkin::snapshot::Snapshot;

use crate::program::args;
use crate::program::busy::Busy;
use crate::program::output::{self, Usage};
use crate::program::{files, snapshots, terminal};

/// Looks at a question before a snapshot is opened for it.
pub fn check(question: &Question) -> anyhow::Result<()> {
    question.check().map_err(worded)
}

/// The snapshot that is meant, to be asked.
pub fn atlas(asked: &args::Asked, tables: Tables) -> anyhow::Result<Atlas> {
    Ok(over(&snapshots::open(asked, None)?, &asked.wait, tables))
}

/// A snapshot, to be asked.
pub fn over(snapshot: &Snapshot, wait: &args::Wait, tables: Tables) -> Atlas {
    Atlas::new(snapshot, tables).waiting(wait.seconds())
}

/// The last of the snapshots that --snapshots names, to be asked with those before it; if it names none, the one that is meant.
pub fn series(asked: &args::Asked, patterns: &[String], tables: Tables) -> anyhow::Result<Atlas> {
    if !patterns.is_empty() {
        snapshots::none_beside(asked, "--snapshots")?;
    }
    let mut all = snapshots::all(patterns, asked.trust)?;
    let last = all.pop().map_or_else(|| snapshots::open(asked, None), Ok)?;
    Ok(over(&last, &asked.wait, tables).after(all))
}

/// Asks.
pub fn ask(atlas: &Atlas, question: &Question) -> anyhow::Result<Answer> {
    let busy = Busy::new("counting");
    let answer = atlas.ask(question).map_err(worded)?;
    drop(busy);
    answer.meant().iter().filter_map(Meant::note).for_each(|note| output::note(&note));
    Ok(answer)
}

/// Asks, and writes the answer.
pub fn answer(atlas: &Atlas, question: &Question, form: args::Form) -> anyhow::Result<ExitCode> {
    write(&ask(atlas, question)?, form)
}

/// Writes an answer.
pub fn write(answer: &Answer, args::Form { format, cite }: args::Form) -> anyhow::Result<ExitCode> {
    if let Some(form) = cite {
        return self::cite(answer, form);
    }
    // On a terminal the answer itself tells how far it is.
    let busy = (!terminal::is_terminal()).then(|| Busy::new("writing"));
    output::report(report(answer, format)?, answer.snapshot(), format.into())?;
    drop(busy);
    // In a table they stand where people look.
    if matches!(format, args::FormatArg::Csv | args::FormatArg::Json) {
        answer.said().iter().for_each(|sentence| output::note(sentence));
    }
    Ok(ExitCode::SUCCESS)
}

/// An answer as it is written in a format: CSV is one table.
pub fn report(answer: &Answer, format: args::FormatArg) -> anyhow::Result<Report<'_>> {
    match (answer.facts(), answer.question(), format) {
        (Facts::Section { section, .. }, Question::Explain(_), args::FormatArg::Csv) => Ok(section.rows()),
        (Facts::Section { section, .. }, Question::Diff(_), args::FormatArg::Csv) => {
            if section.tables.len() > 1 {
                let known: Vec<&str> = section.tables.iter().map(|table| table.name).collect();
                return Err(anyhow!(Usage(format!("CSV is one table: name it with --table ({})", known.join(", ")))));
            }
            answer.report().map_err(worded)
        }
        (Facts::Sections { sections }, _, args::FormatArg::Csv) => {
            let definition: Vec<String> = sections.iter().flat_map(|section| section.definition.clone()).collect();
            Ok(only_table(sections)?.report(&definition))
        }
        _ => answer.report().map_err(worded),
    }
}

/// The table of a report that has one alone.
pub fn only_table(sections: &[Section]) -> anyhow::Result<&Table> {
    let mut tables = sections.iter().flat_map(|section| &section.tables);
    match (tables.next(), tables.next()) {
        (Some(table), None) => Ok(table),
        _ => Err(anyhow!(Usage(
            "CSV is one table: name it, as --section derivatives.families, or write all with --output DIR".into()
        ))),
    }
}

/// Writes a citation in the place of an answer.
pub fn cite(answer: &Answer, form: args::CiteArg) -> anyhow::Result<ExitCode> {
    output::result(&answer.cite(form.into()).map_err(worded)?)?;
    Ok(ExitCode::SUCCESS)
}

/// The tables inside the program, with the user's families, which an option names.
pub fn families(option: &str, families: Option<&Path>) -> anyhow::Result<Tables> {
    let tables = Tables::built_in()?;
    Ok(match families {
        Some(path) => tables.with_families(Families::read(&files::named(option, path), &files::table(option, path)?)?),
        None => tables,
    })
}

/// The tables inside the program, with the user's families and publishers.
pub fn tables(typed: &args::Tables) -> anyhow::Result<Tables> {
    with_owners(families("--families", typed.families.as_deref())?, typed.owners.as_deref())
}

/// The tables with the user's publishers, whose rows stand above those inside the program.
pub fn with_owners(tables: Tables, own: Option<&Path>) -> anyhow::Result<Tables> {
    let Some(path) = own else { return Ok(tables) };
    let own = Publishers::read(&files::named("--owners", path), &files::table("--owners", path)?)?;
    Ok(tables.with_publishers(Publishers::built_in()?.with(own)))
}

/// How many: none that is said by 0 is all.
pub fn most(top: usize) -> Option<usize> {
    (top > 0).then_some(top)
}

/// An error in the words of the command line.
pub fn worded(error: Error) -> anyhow::Error {
    let usage = |text: String| anyhow!(Usage(text));
    match error {
        Error::Contradiction(contradiction) => usage(match contradiction {
            Contradiction::NoDay { since, until } => format!("no day lies between --since {since} and --until {until}"),
            Contradiction::NoRelation => "--relation and --exclude leave no relation to follow".into(),
            Contradiction::ForModelsAlone(measure) => {
                format!("--by {} is defined for models alone; use it with --of models", measure.name())
            }
            Contradiction::ColumnsBeside => {
                "--columns says which measures are shown; name one with --by, which sorts, or leave --columns out".into()
            }
            Contradiction::WithinGroups => {
                "--within goes with --of models, authors, countries and licences; what descends from owners and families is all that does".into()
            }
            Contradiction::FigureOfAll => "--show says what is shown of each part; use it with --by or --snapshots".into(),
            Contradiction::PartsAlong => "--by goes over the parts of one snapshot, --snapshots over snapshots; leave one out".into(),
            Contradiction::DaysWithoutGrowth => "--days says what is recent; use it with --by growth".into(),
            Contradiction::MembersOfMembers => {
                "--include-members is about what descends from members; leave it out with --list members".into()
            }
            Contradiction::TopOfNone => "--top 0 leaves no model".into(),
            Contradiction::DepthElsewhere => {
                "--depth goes with --family, --below and --above; around a model it is --hops".into()
            }
            Contradiction::TableOfList => "--list writes the models one by one; leave out --table".into(),
            Contradiction::DaysElsewhere => {
                "all that lies above a model matters, whenever it was made; leave out --since and --until".into()
            }
            Contradiction::NoModels => "no model is named: name one, or a list with --from that has some".into(),
            Contradiction::CommonOfOne => "name two models or more".into(),
            Contradiction::HopsElsewhere => "--hops goes with --around; how far below or above is --depth".into(),
            other => other.to_string(),
        }),
        Error::NoSection { .. } | Error::NoTable { .. } | Error::NoKind { .. } => usage(error.to_string()),
        Error::NothingBefore => {
            usage("--snapshots names one snapshot, which nothing is beside; name two or more".into())
        }
        Error::NoSeries => usage(format!("{error}; name them with --snapshots")),
        Error::Unverified(error) => anyhow::Error::from_boxed(error),
        Error::Unknown(unknown) if unknown.what == What::Any => {
            let tip = match &unknown.wanted {
                names if names.contains(',') => "several names stand beside each other, with spaces between them",
                name if name.ends_with('/') => "all models of an owner are 'OWNER/*', in quotes",
                _ => "`modelkin rank --of families --top 0` lists the families",
            };
            anyhow!("{unknown}\n  tip: {tip}")
        }
        Error::Unknown(unknown) if unknown.what == What::Pattern => anyhow!(
            "{unknown}\n  tip: in quotes, 'Qwen/Qwen3*' is every model whose id begins so: `*` is any text, `?` one character"
        ),
        Error::Unknown(unknown)
            if unknown.what == What::Model && unknown.near.iter().any(|near| !matches!(near, Near::Model(..))) =>
        {
            anyhow!(
                "{unknown}\n  tip: `modelkin family` is about a family, and commands with --family take its name there"
            )
        }
        Error::NoDate => {
            anyhow!("--by growth needs the snapshot's date, and no record has one; import it again with --date")
        }
        error => error.into(),
    }
}

impl From<&args::Filter> for Filter {
    fn from(typed: &args::Filter) -> Filter {
        Filter {
            relations: typed.relation.clone(),
            exclude: typed.exclude.clone(),
            no_unlisted: typed.no_unlisted,
            fold_mirrors: typed.fold_mirrors,
            since: typed.since,
            until: typed.until,
        }
    }
}

impl From<&args::SelectionArgs> for Select {
    fn from(typed: &args::SelectionArgs) -> Select {
        let args::Begin { family, below, above, around, .. } = &typed.begin;
        let named = |ids: &[String]| (!ids.is_empty()).then(|| ids.to_vec().into());
        let begin = family.clone().map(Begin::Family);
        let begin = begin.or_else(|| named(below).map(Begin::Below)).or_else(|| named(above).map(Begin::Above));
        Select {
            begin: begin.or_else(|| named(around).map(Begin::Around)).unwrap_or(Begin::All),
            hops: typed.hops,
            depth: typed.depth,
            top: typed.top,
            min_downloads: typed.min_downloads,
            min_descendants: typed.min_descendants,
            collapse: typed.collapse.map(Into::into),
        }
    }
}

/// Says what a filter left out of a selection.
pub fn tell(chosen: &ask::Chosen) {
    chosen.left_out().for_each(output::note);
}
