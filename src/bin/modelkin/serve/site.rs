//! The site: which snapshots there are, and what stands at an address. It knows nothing of connections.

use std::io;
use std::sync::{Arc, PoisonError, RwLock};

use anyhow::anyhow;
use modelkin::ask::{Answer, Atlas, Question, Search, Tables};
use modelkin::ink::{CitationFormat, Format, Picture, Size};
use modelkin::snapshot::Snapshot;
use sha2::{Digest, Sha256};

use super::address::{Address, NoPage};
use super::map;
use super::page::{self, Shell};
use super::parts::{self, Page};
use super::reply::{CSV, HTML, JSON, Reply, TEXT};
use super::shelf::{Group, Refused, Shelf, ask, groups, worded};
use crate::program::args::{self, FormatArg};
use crate::program::output::{Usage, with_causes};
use crate::program::{asked, desk, snapshots};

pub struct Site {
    /// The first one is what plain addresses show.
    shelves: RwLock<Vec<Arc<Shelf>>>,
    tables: Arc<Tables>,
    /// A question that is judged to take longer than so many seconds is not begun.
    wait: u64,
    /// Answers depend on the tables too: a digest of those of one's own.
    tag: String,
}

impl Site {
    pub fn open(args: &args::Serve) -> anyhow::Result<Site> {
        let tables = desk::tables(&args.tables)?;
        tables.references()?;
        let mut sum = Sha256::new();
        for path in args.tables.families.iter().chain(&args.tables.owners) {
            sum.update(std::fs::read(path)?);
        }
        let site = Site {
            shelves: RwLock::default(),
            tables: tables.into(),
            wait: args.wait.seconds,
            tag: short(&sum.finalize()),
        };
        let mut opened = Vec::new();
        match &args.snapshots[..] {
            [] => {
                let snapshot = snapshots::open_asked(None)?;
                opened.push((snapshot, None));
            }
            paths => {
                for path in paths {
                    opened.push((snapshots::open_named("", path)?, Some(path.clone())));
                }
            }
        }
        let mut shelves: Vec<Arc<Shelf>> = Vec::new();
        for (snapshot, path) in opened {
            let shelf = Arc::new(Shelf::new(&snapshot, &site.tables, site.wait, path));
            if !shelves.iter().any(|known| known.digest == shelf.digest) {
                shelves.push(shelf);
            }
        }
        site.shelves.write().unwrap_or_else(PoisonError::into_inner).extend(shelves);
        Ok(site)
    }

    /// Asks what the first page asks and what each family's begins with, and places all models on the map, so that the first reader does
    /// not wait for it. Whoever asks is told what is wrong with an answer.
    pub fn prepare(&self) -> anyhow::Result<()> {
        let shelf = self.first()?;
        let home = parts::page(&Address::read("/")?, &shelf)?;
        let families = shelf.atlas.tables().families().names();
        let families = families.map(|name| asked::question(&["family".to_owned(), "--".to_owned(), name.to_owned()]));
        for question in home.parts.into_iter().map(|part| Ok(part.question)).chain(families) {
            ask(&shelf.atlas, &question?)?;
        }
        shelf.atlas.forest().map(|_| ()).map_err(worded)
    }

    /// The snapshot that plain addresses show. If its file was replaced, the new one is: the old one stays, for whoever has its address.
    fn first(&self) -> anyhow::Result<Arc<Shelf>> {
        let first = self.all().first().cloned().ok_or_else(|| anyhow!("there is no snapshot"))?;
        let Some(path) = first.replaced() else { return Ok(first) };
        // Somebody may be writing it, and then it is looked at again the next time.
        let Ok(snapshot) = Snapshot::open(path) else { return Ok(first) };
        let new = Arc::new(Shelf::new(&snapshot, &self.tables, self.wait, Some(path.to_owned())));
        let mut all = self.shelves.write().unwrap_or_else(PoisonError::into_inner);
        all.retain(|shelf| shelf.digest != new.digest);
        all.insert(0, Arc::clone(&new));
        let mut older = 0;
        all.retain(|shelf| {
            older += usize::from(shelf.is_of_file(&new));
            !shelf.is_of_file(&new) || older <= 1 + REPLACED
        });
        Ok(new)
    }

    /// A digest of all that is shown: pages name the others, and a file that was mended has other answers than before.
    fn shown(&self) -> String {
        let marks: Vec<String> = self.all().iter().map(|shelf| shelf.mark()).collect();
        short(&Sha256::digest(marks.join("\n")))
    }

    fn all(&self) -> Vec<Arc<Shelf>> {
        self.shelves.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What stands at an address. `known` is what whoever asks has of it already.
    pub fn reply(&self, target: &str, known: Option<&str>) -> Reply {
        self.found(target, known).unwrap_or_else(|error| refused(&error, target))
    }

    fn found(&self, target: &str, known: Option<&str>) -> anyhow::Result<Reply> {
        let address = Address::read(target)?;
        // Browsers ask for it unasked, and there is none.
        if address.path == "/favicon.ico" {
            return Ok(Reply::new(204, TEXT, ""));
        }
        if let Some(name) = address.path.strip_prefix("/assets/") {
            return page::asset(name).ok_or_else(|| NoPage.into());
        }
        let first = self.first()?;
        let (shelf, address, is_permanent) = match address.path.strip_prefix("/s/") {
            Some(rest) => {
                let (digest, path) = rest.split_once('/').unwrap_or((rest, ""));
                let all = self.all();
                let Some(shelf) = all.iter().find(|shelf| shelf.is(digest)) else {
                    let shown: Vec<String> = all.iter().map(|shelf| page::dated(shelf.atlas.snapshot())).collect();
                    return Err(Elsewhere { digest: digest.to_owned(), shown: shown.join("; ") }.into());
                };
                (Arc::clone(shelf), Address { path: format!("/{path}"), query: address.query }, true)
            }
            None => (first, address, false),
        };
        let tag = format!("\"{}-{}-{}-{}\"", shelf.digest, env!("CARGO_PKG_VERSION"), self.tag, self.shown());
        if is_permanent && known == Some(&tag) {
            return Ok(Reply::new(304, TEXT, "").with("etag", tag));
        }
        let (door, rest) = address.path[1..].split_once('/').unwrap_or((&address.path[1..], ""));
        let inner = |rest: &str| Address { path: format!("/{rest}"), query: address.query.clone() };
        let reply = match door {
            "api" => self.data(&shelf, inner(rest))?,
            "suggest" => self.suggested(&shelf, address)?,
            "svg" | "png" | "pdf" => self.chart(&shelf, inner(rest), door)?,
            "cite" => self.cited(&shelf, inner(rest))?,
            "map" if !rest.is_empty() => map::asked(rest, &mut inner(rest), &shelf)?,
            "map" if is_permanent => map::shown(&shelf)?,
            "map" => return Ok(Reply::to(&format!("/s/{}/map", shelf.digest))),
            _ if !is_permanent => {
                // What is not there is not led to.
                parts::page(&address, &shelf)?;
                let to = Address { path: format!("/s/{}{}", shelf.digest, address.path), query: address.query };
                return Ok(Reply::to(&to.write()));
            }
            _ => {
                let page = parts::page(&address, &shelf)?;
                self.page(shelf, page, &address)
            }
        };
        // It is asked for again each time, since the program or its tables may be others by then.
        Ok(reply.with("etag", tag).with("cache-control", "no-cache"))
    }

    /// The atlas that a question is asked of: that of the snapshot with the one that it is compared with before it.
    fn beside(&self, shelf: &Shelf, question: &Question, with: Option<String>) -> anyhow::Result<Atlas> {
        let Some(with) = with else {
            if matches!(question, Question::Diff(_)) {
                return Err(
                    Usage("with: name the snapshot to compare with, by twelve digits of its digest".into()).into()
                );
            }
            return Ok(shelf.atlas.clone());
        };
        let all = self.all();
        match all.iter().find(|other| other.is(&with)) {
            Some(other) => Ok(shelf.atlas.clone().after(vec![other.atlas.snapshot().clone()])),
            None => Err(Elsewhere { digest: with, shown: page::others(&all, shelf) }.into()),
        }
    }

    /// The answer to what an address asks, as it is wanted in a format.
    fn answer(&self, shelf: &Shelf, mut address: Address, format: &str) -> anyhow::Result<Answer> {
        let with = address.take("with");
        let mut words = address.words()?;
        words.insert(1, format!("--format={format}"));
        let question = asked::question(&words)?;
        desk::check(&question)?;
        ask(&self.beside(shelf, &question, with)?, &question)
    }

    /// The answer as the program writes it for programs.
    fn data(&self, shelf: &Shelf, mut address: Address) -> anyhow::Result<Reply> {
        let format = address.take("format").unwrap_or_else(|| "json".to_owned());
        let (written, kind) = match format.as_str() {
            "json" => (FormatArg::Json, JSON),
            "csv" => (FormatArg::Csv, CSV),
            other => return Err(anyhow!(Usage(format!("{other:?} is no format here; json and csv are")))),
        };
        let answer = self.answer(shelf, address, &format)?;
        // What does not go together is said before anything is sent.
        desk::report(&answer, written)?;
        Ok(Reply::streamed(kind, move |out| {
            let report = desk::report(&answer, written).map_err(io::Error::other)?;
            report.write(answer.snapshot(), written.into(), out)
        }))
    }

    /// Models by what was typed so far, as a search gives them. Nothing near is looked for where there is none.
    fn suggested(&self, shelf: &Shelf, mut address: Address) -> anyhow::Result<Reply> {
        const MOST: usize = 20;
        let text = address.take("q").unwrap_or_default();
        let question = Question::Search(Search { text: text.clone(), most: Some(MOST), nearest: false });
        let answer = ask(&shelf.atlas, &question)?;
        let groups = groups(&shelf.atlas, &text, &answer);
        let mut json = Vec::new();
        answer.report().map_err(desk::worded)?.write(answer.snapshot(), Format::Json, &mut json)?;
        let mut json: serde_json::Value = serde_json::from_slice(&json)?;
        let group = |Group { name, path, about }| serde_json::json!({ "name": name, "path": path, "about": about });
        json["groups"] = groups.into_iter().map(group).collect();
        Ok(Reply::new(200, JSON, json.to_string()))
    }

    fn chart(&self, shelf: &Shelf, mut address: Address, door: &str) -> anyhow::Result<Reply> {
        let number: usize = match address.take("chart") {
            Some(number) => number.parse().map_err(|_| Usage("chart: which one, from 1 on".into()))?,
            None => 1,
        };
        let size: Size = match address.take("size") {
            Some(size) => size.parse().map_err(|error| Usage(format!("size: {error}")))?,
            None => Size::default(),
        };
        if size.width().max(size.height()) > SIDE {
            return Err(
                Usage(format!("size: at most {SIDE}x{SIDE} here; --size of the program takes larger ones")).into()
            );
        }
        let answer = self.answer(shelf, address, "table")?;
        let slides = answer.slides().map_err(desk::worded)?;
        let slide = slides.get(number.wrapping_sub(1)).ok_or(NoPage)?;
        let picture = Picture::from_suffix(door).ok_or(NoPage)?;
        let kind = match picture {
            Picture::Svg => "image/svg+xml",
            Picture::Png => "image/png",
            Picture::Pdf => "application/pdf",
        };
        Ok(Reply::new(200, kind, picture.paint(&slide.svg(size), 1.0)?.bytes))
    }

    fn cited(&self, shelf: &Shelf, mut address: Address) -> anyhow::Result<Reply> {
        let name = address.take("form").unwrap_or_else(|| CitationFormat::Text.name().to_owned());
        let Some(form) = CitationFormat::ALL.into_iter().find(|form| form.name() == name) else {
            return Err(anyhow!(Usage(format!("{name:?} is no form; text, bibtex and csl are"))));
        };
        let kind = if form == CitationFormat::Csl { JSON } else { TEXT };
        Ok(Reply::new(200, kind, self.answer(shelf, address, "table")?.cite(form).map_err(desk::worded)?))
    }

    /// A page goes out part by part, as they are answered.
    fn page(&self, shelf: Arc<Shelf>, page: Page, address: &Address) -> Reply {
        let others = self.all();
        let atlases: Vec<anyhow::Result<Atlas>> =
            page.parts.iter().map(|part| self.beside(&shelf, &part.question, part.with.clone())).collect();
        let address = address.clone();
        Reply::streamed(HTML, move |out| {
            let shell = Shell { shelf: &shelf, others: &others, address: &address };
            out.write_all(shell.head(&page).as_bytes())?;
            out.flush()?;
            for (number, (part, atlas)) in page.parts.iter().zip(atlases).enumerate() {
                let answer = atlas.and_then(|atlas| ask(&atlas, &part.question));
                out.write_all(shell.part(part, number, answer).as_bytes())?;
                out.flush()?;
            }
            out.write_all(shell.foot().as_bytes())
        })
    }
}

/// So many of a file's earlier snapshots stay at their own addresses.
const REPLACED: usize = 2;

fn short(digest: &[u8]) -> String {
    digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

/// A picture has at most so many dots to a side: a larger one takes hundreds of megabytes.
const SIDE: u32 = 4_000;

/// A snapshot is named that is not shown here.
#[derive(Debug, thiserror::Error)]
#[error("the snapshot {digest} is not shown here, and another one has other numbers. Shown are: {shown}")]
struct Elsewhere {
    digest: String,
    shown: String,
}

fn refused(error: &anyhow::Error, target: &str) -> Reply {
    let status = match error.downcast_ref::<Refused>() {
        Some(refused) => refused.status,
        None if error.is::<NoPage>() || error.is::<Elsewhere>() => 404,
        None if error.is::<Usage>() => 400,
        None => 500,
    };
    let said = with_causes(error);
    let is_data = target.trim_start_matches("/s/").split('/').take(2).any(|part| part == "api");
    match is_data {
        true => Reply::new(status, JSON, format!("{}\n", serde_json::json!({ "error": said }))),
        false => Reply::new(status, HTML, page::error(&said)),
    }
    .with("cache-control", "no-store")
}
