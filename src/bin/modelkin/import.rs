use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::bail;
use indicatif::{ProgressBar, ProgressStyle};
use modelkin::ask::Day;
use modelkin::census::{self, TooLong};
use modelkin::crawl;
use modelkin::ink::{day, grouped, plural, printable};
use modelkin::model::{DAY, RemarkKind};
use modelkin::reference::{Aliases, Families};
use modelkin::snapshot::{Builder, Error, FileSet, Snapshot, Taken};
use modelkin::source::recording::Recording;
use modelkin::source::{Kind, NamedColumns};

use crate::args::{Import, KindArg, Wait};
use crate::files::Over;
use crate::given::Given;
use crate::output::Usage;
use crate::remote::{self, Place};
use crate::{clock, files, output, snapshots};

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
    let mut builder = Builder::new();
    for source in &sources {
        if let Some(update) = source.recording().filter(|recording| recording.plan().since.is_some()) {
            bail!(
                "{}: holds an update, which says nothing without the snapshot that it updates",
                update.folder().display()
            );
        }
    }
    // The same pages give the same bytes, now and later.
    let ended = match &sources[..] {
        [source] => source.recording().map(Recording::span).transpose()?.and_then(|span| span.ended),
        _ => None,
    };
    let rejects = match gather(&mut builder, sources, &aliases) {
        Ok(rejects) => rejects,
        Err(error) => return Err(there.failed(error)),
    };
    let mut snapshot = finish(builder, taken, ended, &rejects)?;
    keep(&mut snapshot, &args.wait)?;
    snapshot.write(&output)?;
    let newest = there.newest(&snapshot)?;
    there.remove()?;
    output::result(&(summary(&args.output, &snapshot, 0, &rejects)? + &newest))?;
    remember(&args.output);
    Ok(ExitCode::SUCCESS)
}

/// Computes what is asked most, to be kept in the snapshot; what would take too long is left out.
pub fn keep(snapshot: &mut Snapshot, wait: &Wait) -> anyhow::Result<()> {
    if let Some(TooLong { seconds }) = census::keep_within(snapshot, &Families::built_in()?.all()?, wait.seconds())? {
        output::note(&format!(
            "left out: the counts of every model, which would take about {seconds} s; --wait keeps them too, and questions \
             that need them say how long they take"
        ));
    }
    Ok(())
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

/// Reads the sources into the builder, with the aliases. Gives the first rejects in words.
pub fn gather(builder: &mut Builder, sources: Vec<Given>, aliases: &[Aliases]) -> anyhow::Result<String> {
    let bar = progress_bar();
    let known = builder.rejects().len();
    for source in sources {
        let source = match source {
            Given::Source(source) => source,
            Given::Snapshot(path) => {
                let snapshot = Snapshot::open(&path)?;
                snapshot.verify()?;
                builder.add_snapshot(&path.display().to_string(), &snapshot)?;
                continue;
            }
        };
        let label = source.label()?;
        bar.set_message(printable(&label));
        builder.source(&label, source.kind().name());
        if let Some(recording) = source.recording() {
            let span = recording.span()?;
            if let Some(told) = span.disbelieved {
                output::note(&format!(
                    "warning: {label}: the Hub's clock told {}, which cannot be right; this machine's dates the crawl",
                    day(told)
                ));
            }
            builder.crawled(Some(span.began), crawl::note_of(recording, None));
        }
        let mut records = 0;
        let digest = source.read(&mut |found| {
            builder.add(found);
            records += 1;
            // Looking at the clock takes as long as some of the work.
            if records % 1024 == 0 {
                bar.inc(1024);
            }
        })?;
        builder.digest(&digest.sha256, digest.bytes);
        digest.remarks.iter().for_each(|remark| builder.remark(remark));
    }
    bar.finish_and_clear();
    aliases.iter().for_each(|table| builder.aliases(table.iter()));
    Ok(builder.rejects().iter().skip(known).take(SHOWN).fold(String::new(), |mut text, reject| {
        _ = writeln!(text, "  {}", printable(&reject.to_string()));
        text
    }))
}

/// Makes the snapshot, written at `written` or now.
pub fn finish(builder: Builder, taken: Option<i64>, written: Option<i64>, rejects: &str) -> anyhow::Result<Snapshot> {
    let program = concat!("modelkin ", env!("CARGO_PKG_VERSION"));
    match builder.finish(program, taken, Some(written.map_or_else(clock::now, Ok)?)) {
        Err(error) if !rejects.is_empty() => bail!("{error}; the first rejects:\n{}", rejects.trim_end()),
        done => Ok(done?),
    }
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
    let bar = remote::LINES.add(ProgressBar::new_spinner());
    if let Ok(style) = ProgressStyle::with_template("{spinner} {human_pos} records, {per_sec}, {elapsed}  {wide_msg}") {
        bar.set_style(style);
    }
    output::tick(&bar);
    bar
}

/// What a snapshot holds that was written to `path`; the first `known` sources are an earlier run's.
pub fn summary(path: &Path, snapshot: &Snapshot, known: usize, rejects: &str) -> Result<String, Error> {
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
    let late = snapshot.rows().filter_map(|row| created.of(row)).filter(|created| *created >= made).count();
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
