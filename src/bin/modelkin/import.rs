//! `import` makes a snapshot of files, folders and what lies at addresses.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{anyhow, bail};
use indicatif::{ProgressBar, ProgressStyle};
use modelkin::ask::Day;
use modelkin::census::TooLong;
use modelkin::import::{self, Error, Event, Given, Made, Recipe};
use modelkin::ink::{day, grouped, plural, printable};
use modelkin::model::{DAY, Reject, RemarkKind};
use modelkin::reference::{Aliases, Families};
use modelkin::snapshot::{Builder, FileSet, Snapshot, Taken};
use modelkin::source::{Kind, NamedColumns};

use crate::program::args::{Import, KindArg, Wait};
use crate::program::files::Over;
use crate::program::output::Usage;
use crate::program::remote::{self, Place};
use crate::program::{clock, files, output, snapshots};

/// How many rejects an import prints; `check` lists the others.
const SHOWN: usize = 5;

pub fn run(args: &Import) -> anyhow::Result<ExitCode> {
    let kind = args.kind.map(|kind| match kind {
        KindArg::HubStats => Kind::HubStats,
        KindArg::Jsonl => Kind::Jsonl,
        KindArg::Csv => Kind::Csv,
        KindArg::Cards => Kind::Cards,
        KindArg::Edges => Kind::Edges,
        KindArg::Recording => Kind::Recording,
    });
    columns(&args.columns)?;
    let mut named = NamedColumns::default();
    args.columns.iter().try_for_each(|column| named.add(column)).map_err(Usage)?;
    let find = |path: &PathBuf| Place::find(path, kind, &named);
    let places = args.paths.iter().map(find).collect::<anyhow::Result<Vec<_>>>()?;
    if args.at.is_some() && !places.iter().any(Place::has_history) {
        bail!(Usage("--at is for files of data sets, as hf://datasets/OWNER/NAME/PATH; no other has a history".into()));
    }
    let read = args.paths.iter().chain(&args.aliases).map(PathBuf::as_path);
    let output = files::target("-o", &args.output, Over::Snapshots, read)?;
    FileSet::try_path(&output)?;
    let aliases = aliases(args.aliases.as_deref())?;
    let until = args.at.map(|day| day.millis() + DAY - 1);
    let there = remote::fetch(&places, (kind, &named), until, &output)?;
    let taken = args.date.map(Day::millis).or(there.date());
    let sources = match there.sources(places) {
        Ok(sources) => sources,
        Err(error) => return Err(there.failed(error)),
    };
    let is_table = |given: &Given| match given {
        Given::Source(source) => matches!(source.kind(), Kind::Csv | Kind::HubStats),
        Given::Snapshot(_) => false,
    };
    if !named.is_empty() && !sources.iter().any(is_table) {
        bail!(Usage("--column names columns of tables (CSV, Parquet), and no source is one".into()));
    }
    let recipe = Recipe { output: Some(&output), ..recipe(aliases, taken, &args.wait)? };
    let Made { snapshot, left_out, known_rejects } = match make(Builder::new(), sources, &recipe) {
        Ok(made) => made,
        Err(Error::Source(error)) => return Err(there.failed(error.into())),
        Err(error) => return Err(worded(error)),
    };
    tell(left_out);
    let newest = there.newest(&snapshot)?;
    there.remove()?;
    output::result(&(summary(&args.output, &snapshot, 0, known_rejects)? + &newest))?;
    remember(&args.output);
    Ok(ExitCode::SUCCESS)
}

/// What a snapshot is made by: the tables inside the program, this moment, and how long may be counted.
pub fn recipe(aliases: Vec<Aliases>, taken: Option<i64>, wait: &Wait) -> anyhow::Result<Recipe<'static>> {
    let families = Families::built_in()?.all()?;
    Ok(Recipe { aliases, families, taken, written: clock::now()?, before: None, output: None, wait: wait.seconds() })
}

/// Makes a snapshot, and shows how far it is.
pub fn make(builder: Builder, sources: Vec<Given>, recipe: &Recipe<'_>) -> Result<Made, Error> {
    let bar = progress_bar();
    let made = import::make(builder, sources, recipe, &mut |event| match event {
        Event::Source { label } => bar.set_message(printable(&label)),
        Event::Records(more) => bar.inc(more),
        Event::Disbelieved { label, told } => output::note(&format!(
            "warning: {label}: the Hub's clock told {}, which cannot be right; this machine's dates the crawl",
            day(told)
        )),
        _ => (),
    });
    bar.finish_and_clear();
    made
}

/// An error with the first rejects, where nothing else was read.
pub fn worded(error: Error) -> anyhow::Error {
    match &error {
        Error::Unmade { rejects, .. } if !rejects.is_empty() => {
            anyhow!("{error}; the first rejects:\n{}", listed(rejects.iter()).trim_end())
        }
        _ => error.into(),
    }
}

/// Rejects, a line each.
fn listed<'r>(rejects: impl Iterator<Item = &'r Reject>) -> String {
    rejects.map(|reject| format!("  {}\n", printable(&reject.to_string()))).collect()
}

/// Says that what would take too long is left out.
pub fn tell(left_out: Option<TooLong>) {
    if let Some(TooLong { seconds }) = left_out {
        output::note(&format!(
            "left out: the counts of every model, which would take about {seconds} s; --wait keeps them too, and questions \
             that need them say how long they take"
        ));
    }
}

/// Refuses columns that are named twice: they could not both be meant, or one of the two says nothing.
fn columns(named: &[String]) -> anyhow::Result<()> {
    for (at, column) in named.iter().enumerate() {
        let Some((word, name)) = column.split_once('=') else { continue };
        for earlier in &named[..at] {
            match earlier.split_once('=') {
                Some((other, same)) if same == name && other == word => {
                    bail!(Usage(format!("--column {column} stands twice; leave one out")));
                }
                Some((other, same)) if same == name => {
                    bail!(Usage(format!(
                        "--column {earlier} and --column {column}: {name} is either {other} or {word}; leave one out"
                    )));
                }
                _ => (),
            }
        }
    }
    Ok(())
}

/// Remembers the snapshot as the last one, and says so.
pub fn remember(path: &Path) {
    output::note(&match snapshots::remember(path) {
        Ok(()) => "this snapshot is asked from now on, until --snapshot names another".to_owned(),
        Err(error) => format!("warning: it cannot be remembered as the last one ({error:#}); name it with --snapshot"),
    });
}

/// The built-in aliases, then the user's, which win.
pub fn aliases(path: Option<&Path>) -> anyhow::Result<Vec<Aliases>> {
    let mut tables = vec![Aliases::built_in()?];
    if let Some(path) = path {
        tables.push(Aliases::read(&files::named("--aliases", path), &files::table("--aliases", path)?)?);
    }
    Ok(tables)
}

/// A spinner with the records read, on a terminal; nothing elsewhere.
fn progress_bar() -> ProgressBar {
    let bar = output::LINES.add(ProgressBar::new_spinner());
    if let Ok(style) = ProgressStyle::with_template("{spinner} {human_pos} records, {per_sec}, {elapsed}  {wide_msg}") {
        bar.set_style(style);
    }
    output::tick(&bar);
    bar
}

/// What a snapshot holds that was written to `path`; the first `known` sources and `known_rejects` are an earlier run's.
pub fn summary(path: &Path, snapshot: &Snapshot, known: usize, known_rejects: usize) -> anyhow::Result<String> {
    let path = printable(&path.display().to_string());
    let provenance = snapshot.provenance();
    let counts = &provenance.counts;
    let mut text = String::new();
    for source in provenance.sources.iter().skip(known) {
        let _ = writeln!(
            text,
            "{} ({}): {}, {} of models known before, {}{}",
            printable(&source.path),
            source.kind,
            plural(source.records, "record"),
            grouped(source.repeats),
            plural(source.rejects, "reject"),
            match source.licence_rows {
                0 => String::new(),
                rows => format!(", and {} with the name of a licence alone", plural(rows, "row")),
            }
        );
        for remark in &source.remarks {
            let kind = RemarkKind::ALL.iter().find(|kind| kind.name() == remark.kind);
            let about = kind.map_or(remark.kind.as_str(), |kind| kind.about());
            let _ = writeln!(text, "  {}: {about}", printable(&remark.text));
        }
    }
    if counts.rejects > 0 {
        let rejects = listed(snapshot.rejects().iter().skip(known_rejects).take(SHOWN));
        let _ = write!(text, "{}, such as\n{rejects}", plural(counts.rejects, "reject"));
        let _ = writeln!(text, "  (all of them: modelkin check --list reject --snapshot {})", path);
    }
    if counts.moved > 0 {
        let _ = writeln!(
            text,
            "{} moved from old names to those of today (modelkin check --aliases)",
            plural(counts.moved, "link")
        );
    }
    let odd = snapshot.oddities()?.counts();
    let oddities: usize = odd.iter().map(|(_, count)| count).sum();
    if oddities > 0 {
        let kinds: Vec<_> =
            odd.iter().map(|(kind, count)| format!("{} {}", grouped(*count as u64), kind.name())).collect();
        let _ = writeln!(text, "{}: {}", plural(oddities as u64, "oddity"), kinds.join(", "));
    }
    let made = provenance.written.unwrap_or(i64::MAX - DAY) + DAY;
    let created = snapshot.created()?;
    let late = snapshot.rows().filter_map(|row| created.at(row)).filter(|created| *created >= made).count();
    if late > 0 {
        let _ = writeln!(
            text,
            "{} dated later than today, by which the snapshot is not dated (modelkin check --list future-date)",
            plural(late as u64, "model")
        );
    }
    let date = match (provenance.taken, provenance.taken_from) {
        (Some(at), Taken::Given | Taken::Crawl) => day(at),
        (Some(at), _) => format!("{} or later, by the newest record; --date says it better", day(at)),
        (None, _) => "not known; say it with --date".into(),
    };
    let hosts = provenance.crawl.iter().flat_map(|crawl| &crawl.hosts).map(|host| printable(host)).collect::<Vec<_>>();
    if !hosts.is_empty() {
        let _ = writeln!(text, "answered by {}", hosts.join(", "));
    }
    let _ = writeln!(
        text,
        "{}: {}, {}, {}\ndate {date}\nsha256 of the contents {}",
        path,
        plural(counts.models, "model"),
        plural(counts.links, "link"),
        plural(counts.unlisted, "unlisted parent"),
        provenance.digest
    );
    Ok(text)
}
