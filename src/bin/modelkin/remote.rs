//! Sources may lie elsewhere, at addresses: this fetches what is read of them, or reads it while it arrives, and says
//! what it does.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Instant;

use anyhow::{anyhow, bail};
use indicatif::{HumanBytes, ProgressBar, ProgressStyle};
use modelkin::import::Given;
use modelkin::ink::{day, plural};
use modelkin::model::DAY;
use modelkin::snapshot::Snapshot;
use modelkin::source::hub::fetch::{self, Event, Fetched, Wanted};
use modelkin::source::hub::{Address, Hub, Patience};
use modelkin::source::{self, Kind, NamedColumns};

use crate::program::output::Usage;
use crate::program::{clock, files, hub, output};

/// What `hub` is short for: cfahlgren1's data set, Apache-2.0, which is made anew every day.
const HUB: &str = "hf://datasets/cfahlgren1/hub-stats/models.parquet";
/// Days after which a dump of the Hub is stale.
const STALE: i64 = 3;

/// Where a source lies.
pub enum Place {
    /// On this machine: ready to be read.
    Here(Vec<Given>),
    /// Elsewhere, and whether it is the dump of the whole Hub.
    There(Address, bool),
}

impl Place {
    pub fn find(path: &Path, kind: Option<Kind>, named: &NamedColumns) -> anyhow::Result<Place> {
        let text = match path.to_str() {
            Some("hub") if !path.exists() => HUB,
            text => text.unwrap_or_default(),
        };
        // A path may well look like an address.
        let address = if path.exists() { None } else { Address::parse(text, &hub::endpoint()) };
        match address {
            None if kind.is_none() && is_snapshot(path) => Ok(Place::Here(vec![Given::Snapshot(path.into())])),
            None => {
                if let Some(error) = path.metadata().err().filter(|_| text != "-") {
                    let remedy =
                        "name a file, a folder, an address (https://..., hf://...), `hub`, or - for the standard input";
                    return Err(files::refused("", path, &error, remedy));
                }
                let sources = source::find_named(path, kind, named)?;
                Ok(Place::Here(sources.into_iter().map(Given::Source).collect()))
            }
            Some(Err(reason)) => bail!("{}: {reason}", discreet(text)),
            Some(Ok(address)) => {
                let is_hub = address.label(None) == HUB;
                Ok(Place::There(address, is_hub))
            }
        }
    }

    /// Whether it is a file of a data set.
    pub fn has_history(&self) -> bool {
        matches!(self, Place::There(Address::Dataset(_), _))
    }
}

/// An address without what may be secret: a password, and the query.
fn discreet(text: &str) -> String {
    let text = text.split(['?', '#']).next().unwrap_or_default();
    let Some((scheme, rest)) = text.split_once("://") else { return text.to_owned() };
    let host_ends = rest.find('/').unwrap_or(rest.len());
    match rest[..host_ends].rfind('@') {
        Some(at) => format!("{scheme}://…{}", &rest[at..]),
        None => text.to_owned(),
    }
}

/// What was fetched or arrives, place by place, each with its folder.
#[derive(Default)]
pub struct Brought {
    files: Vec<(Fetched, PathBuf)>,
    has_hub: bool,
}

/// Fetches what lies elsewhere, each into a folder beside the output. Files that are read front to back go on arriving.
pub fn fetch(
    places: &[Place],
    (kind, named): (Option<Kind>, &NamedColumns),
    until: Option<i64>,
    output: &Path,
) -> anyhow::Result<Brought> {
    let mut brought = Brought::default();
    let mut addresses = places.iter().filter_map(|place| match place {
        Place::Here(_) => None,
        Place::There(address, is_hub) => Some((address, *is_hub)),
    });
    let Some(first) = addresses.next() else { return Ok(brought) };
    if let Some(name) = hub::offline() {
        bail!(Usage(format!("{name} is set, so nothing may be fetched; unset it, or name a file of this machine")));
    }
    let program = concat!("modelkin/", env!("CARGO_PKG_VERSION"));
    for (number, (address, is_hub)) in std::iter::once(first).chain(addresses).enumerate() {
        let suffix = if number == 0 { ".fetch".to_owned() } else { format!(".fetch{}", number + 1) };
        let folder = files::beside(output, &suffix);
        let until = until.filter(|_| matches!(address, Address::Dataset(_)));
        let wanted = Wanted { address: address.clone(), kind, named: named.clone(), until };
        // Each waits on a thread of its own.
        let client = Hub::new(&hub::endpoint(), hub::token()?, program, Patience::default())?;
        let client = client.with_file_hosts(hub::file_hosts());
        let progress = Progress::new();
        let now = jiff::Timestamp::now().as_millisecond();
        let done = fetch::fetch(client, &wanted, &folder, now, move |event| progress.tell(&event));
        brought.files.push((done.map_err(|error| ended(&error, &folder))?, folder));
        brought.has_hub |= is_hub;
    }
    Ok(brought)
}

/// The error that ended a fetch, with what is left of it.
fn ended(error: &fetch::Error, folder: &Path) -> anyhow::Error {
    // What is in a folder that is not free is somebody else's.
    match folder.exists() && !matches!(error, fetch::Error::Folder(_)) {
        true => anyhow!("{error}\nwhat was fetched is kept in {}; the same command goes on", folder.display()),
        false => anyhow!("{error}"),
    }
}

impl Brought {
    /// The date of the commits that were asked for by their day.
    pub fn date(&self) -> Option<i64> {
        self.files.iter().filter_map(|(file, _)| file.date()).max()
    }

    /// All sources, in the order in which they were named.
    pub fn sources(&self, places: Vec<Place>) -> anyhow::Result<Vec<Given>> {
        let mut files = self.files.iter();
        let mut all = Vec::new();
        for place in places {
            match place {
                Place::Here(sources) => all.extend(sources),
                Place::There(..) => {
                    let sources = files.next().map(|(file, _)| file.sources()).transpose()?.unwrap_or_default();
                    all.extend(sources.into_iter().map(Given::Source));
                }
            }
        }
        Ok(all)
    }

    /// How new the dump of the Hub is, in words. One that is stale is warned of.
    pub fn newest(&self, snapshot: &Snapshot) -> anyhow::Result<String> {
        let at = self.date().map_or_else(clock::now, Ok)?;
        let created = snapshot.created()?;
        // One absurd date must not make a stale dump look new.
        let newest = snapshot.rows().filter_map(|row| created.at(row)).filter(|created| *created < at + DAY).max();
        let Some(newest) = newest.filter(|_| self.has_hub) else { return Ok(String::new()) };
        let age = (at - newest) / DAY;
        if age > STALE {
            let than = if self.date().is_some() { "that commit" } else { "today" };
            output::note(&format!(
                "warning: the newest model of the dump is of {}, {} before {than}: the data set is stale; `modelkin \
                 crawl` asks the Hub itself",
                day(newest),
                plural(age as u64, "day")
            ));
        }
        Ok(format!("newest model of {}\n", day(newest)))
    }

    /// Removes what was fetched, once it is in a snapshot.
    pub fn remove(self) -> anyhow::Result<()> {
        Ok(self.files.into_iter().try_for_each(|(file, _)| file.remove())?)
    }

    /// Ends what is under way, after an error of reading. If that came of a fetch, all that is there is kept, and the fetch's own
    /// error is given. What cannot be read is removed, to be fetched anew.
    pub fn failed(mut self, error: anyhow::Error) -> anyhow::Error {
        let failure = self.files.iter_mut().find_map(|(file, folder)| Some((file.failure()?, folder.clone())));
        match failure {
            Some((failure, folder)) => ended(&failure, &folder),
            None => self.remove().err().unwrap_or(error),
        }
    }
}

/// Whether a file begins as a snapshot does.
fn is_snapshot(path: &Path) -> bool {
    let is_file = fs::metadata(path).is_ok_and(|known| known.is_file());
    let is_one = |head: Vec<u8>| head.starts_with(b"ARROW1") || Snapshot::is_packed(&head);
    is_file && files::head(path, 64).is_ok_and(is_one)
}

/// Where the fetch is: a line that renews itself on a terminal, a plain line now and then elsewhere.
struct Progress {
    bar: ProgressBar,
    spoke: Mutex<Instant>,
}

impl Progress {
    fn new() -> Progress {
        let bar = ProgressBar::no_length();
        let template =
            "{spinner} {binary_bytes} of {binary_total_bytes}, {binary_bytes_per_sec}, {elapsed}, {eta} left";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        let bar = output::LINES.add(bar);
        output::tick(&bar);
        Progress { bar, spoke: Mutex::new(Instant::now()) }
    }

    fn tell(&self, event: &Event) {
        match event {
            Event::Resumed { label, bytes } => {
                self.line(&format!("{label}: goes on after {}", HumanBytes(*bytes)));
            }
            Event::Columns { label, bytes, of } => {
                let part = format!("{} of {}", HumanBytes(*bytes), HumanBytes(*of));
                self.line(&format!("{label}: {part}, the columns that are needed"));
            }
            Event::Whole { label, reason } => self.line(&format!("{label}: the whole file is fetched, since {reason}")),
            Event::Bytes { done, of } => {
                self.bar.set_position(*done);
                if let Some(of) = of {
                    self.bar.set_length(*of);
                }
                let mut spoke = self.spoke.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                if self.bar.is_hidden() && spoke.elapsed() >= output::QUIET {
                    *spoke = Instant::now();
                    let of = of.map(|of| format!(" of {}", HumanBytes(of))).unwrap_or_default();
                    output::note(&format!("{}{of}", HumanBytes(*done)));
                }
            }
            Event::Waits(pause) => {
                self.line(&format!("waits {} s: {}", pause.wait.as_secs_f64().ceil(), pause.reason));
            }
            _ => (),
        }
    }

    fn line(&self, text: &str) {
        output::note(text);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
