//! Which questions make up a page. A page is a list of command lines; what is in it was asked as the terminal asks.

use modelkin::ask::{Facts, Question};
use modelkin::census::Measure;
use modelkin::ink::grouped;

use super::address::{Address, COMMANDS, NoPage};
use super::shelf::{self, Shelf};
use crate::{asked, desk};

/// A part of a page: a question with its title.
pub struct Part {
    /// The last part of its address within the page.
    pub id: String,
    pub title: String,
    /// The command line that asks it, without the program's name.
    pub words: Vec<String>,
    pub question: Question,
    /// The digest of the snapshot that it is compared with.
    pub with: Option<String>,
}

/// A page: what it is of, in a title and a sentence that make sense without it, and its parts.
pub struct Page {
    pub title: String,
    pub about: String,
    pub kind: Kind,
    pub parts: Vec<Part>,
}

/// What stands on a page beside its questions.
pub enum Kind {
    /// Nothing does.
    Plain,
    /// A model, by its id.
    Model(String),
    /// A family, by its name, with those beside it.
    Family(String, Vec<String>),
    About,
    Diff,
}

/// So many children of a model are shown at once where there is no script.
const CHILDREN: &str = "50";

fn part(id: &str, title: impl Into<String>, words: &[&str]) -> anyhow::Result<Part> {
    let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    let question = asked::question(&words)?;
    desk::check(&question)?;
    Ok(Part { id: id.to_owned(), title: title.into(), words, question, with: None })
}

/// The page of an address.
pub fn page(address: &Address, shelf: &Shelf) -> anyhow::Result<Page> {
    let path = address.path.trim_matches('/');
    let (first, rest) = path.split_once('/').unwrap_or((path, ""));
    match (first, rest) {
        ("", _) => home(shelf),
        ("model", id) if !id.is_empty() => model(id, shelf),
        ("family", name) if !name.is_empty() && is_bare(address, &["vs"]) => family(name, address, shelf),
        ("owner", name) if !name.is_empty() && is_bare(address, &[]) => owner(name, shelf),
        ("about", "") => Ok(about()),
        ("search", "") if address.query.iter().all(|(_, value)| value.trim().is_empty()) => Ok(Page {
            title: "Search".into(),
            about: "Models by words of their ids, in any order; those with most descendants come first.".into(),
            kind: Kind::Plain,
            parts: Vec::new(),
        }),
        ("report", "") if is_bare(address, &[]) => report(),
        _ => one(address, shelf),
    }
}

/// Whether an address has no options but these: with options it is a single question.
fn is_bare(address: &Address, known: &[&str]) -> bool {
    address.query.iter().all(|(name, _)| known.contains(&name.as_str()))
}

fn home(shelf: &Shelf) -> anyhow::Result<Page> {
    let counts = &shelf.atlas.snapshot().provenance().counts;
    Ok(Page {
        title: "Who descends from whom among the world's open AI models".into(),
        about: format!("{} models, {} links between them", grouped(counts.models), grouped(counts.links)),
        kind: Kind::Plain,
        parts: vec![
            part("families", "Families by all that descends from them", &["rank", "--of", "families", "--top", "12"])?,
            part("models", "Models by all that descends from them", &["rank", "--top", "12"])?,
            part(
                "owners",
                "Owners by all that descends from their models",
                &["rank", "--of", "owners", "--top", "12"],
            )?,
        ],
    })
}

/// F1 and F2 of a name, in a sentence.
fn counted(question: &Question, shelf: &Shelf) -> anyhow::Result<(String, String)> {
    let answer = shelf::ask(&shelf.atlas, question)?;
    let Facts::Family { count, .. } = answer.facts() else { return Ok(Default::default()) };
    let [f1, f2, authors] = [count.f1.models, count.f2.models, count.f2.authors].map(grouped);
    Ok((
        count.name.clone(),
        format!("{f2} models descend from it, {f1} of them directly; {authors} accounts made them"),
    ))
}

fn model(name: &str, shelf: &Shelf) -> anyhow::Result<Page> {
    let id = shelf.atlas.model(name).map_err(shelf::worded)?;
    let id = id.as_str();
    let counts = part("counts", "What descends from it", &["family", "--", id])?;
    let (_, about) = counted(&counts.question, shelf)?;
    Ok(Page {
        title: id.to_owned(),
        about: format!("{about}."),
        parts: vec![
            part("ways", "The ways up", &["show", &format!("--above={id}"), "--depth=12"])?,
            part("upstream", "What it descends from", &["upstream", "--", id])?,
            counts,
            part("children", "Its children", &["family", "--list=f1", &format!("--top={CHILDREN}"), "--", id])?,
            part("months", "What descends from it, by month", &["compare", "--by=month", "--", id])?,
            part("blast", "If it went away", &["blast", "--table=totals", "--", id])?,
            part("licences", "Its licence, held against the terms of what it descends from", &["licences", "--", id])?,
        ],
        kind: Kind::Model(id.to_owned()),
    })
}

/// So many families stand beside one, if none is named.
const RIVALS: usize = 2;

fn family(name: &str, address: &Address, shelf: &Shelf) -> anyhow::Result<Page> {
    let counts = part("counts", "Three ways to count: F1, F2, F3", &["family", "--", name])?;
    let (name, about) = counted(&counts.question, shelf)?;
    let named: Vec<String> =
        address.query.iter().map(|(_, value)| value.clone()).filter(|value| !value.is_empty()).collect();
    let beside = if named.is_empty() { rivals(&name, shelf)? } else { named };
    let all: Vec<&str> = std::iter::once(name.as_str()).chain(beside.iter().map(String::as_str)).collect();
    let compare = |options: &[&'static str]| [&["compare"], options, &["--"], &all[..]].concat();
    Ok(Page {
        about: format!("{about}."),
        parts: vec![
            counts,
            part("beside", "Beside others", &compare(&[]))?,
            part("months", "By month, beside others", &compare(&["--by=month"]))?,
            part("relations", "By relation", &compare(&["--by=relation"]))?,
            part("countries", "By the country of who derives", &compare(&["--by=country", "--top=12"]))?,
            part(
                "bases",
                "Its members with most descendants, and what descends from them",
                &["rank", &format!("--within={name}"), "--top=20"],
            )?,
            part(
                "converters",
                "Who converts its models",
                &["flows", "--by=converter", &format!("--within={name}"), "--top=20"],
            )?,
            part("explain", "Under every definition", &["explain", "--", &name])?,
        ],
        title: format!("The family {name}"),
        kind: Kind::Family(name, beside),
    })
}

/// The families with most descendants, but for this one.
fn rivals(name: &str, shelf: &Shelf) -> anyhow::Result<Vec<String>> {
    let first = part("first", "", &["rank", "--of=families", &format!("--top={}", RIVALS + 1)])?;
    let answer = shelf::ask(&shelf.atlas, &first.question)?;
    let Facts::Ranking { ranking, .. } = answer.facts() else { return Ok(Vec::new()) };
    Ok(ranking.rows.iter().map(|row| row.id.clone()).filter(|known| known != name).take(RIVALS).collect())
}

fn owner(name: &str, shelf: &Shelf) -> anyhow::Result<Page> {
    let group = format!("{name}/*");
    let counts = part("counts", "What descends from its models", &["family", "--", &group])?;
    let (group, about) = counted(&counts.question, shelf)?;
    let name = group.strip_suffix("/*").unwrap_or(&group).to_owned();
    let within = format!("--within={group}");
    Ok(Page {
        title: name,
        about: format!("{about}."),
        parts: vec![
            counts,
            part(
                "bases",
                "Its models with most descendants, and what descends from them",
                &["rank", &within, "--top=20"],
            )?,
            part("months", "By month", &["compare", "--by=month", "--", &group])?,
            part("converters", "Who converts its models", &["flows", "--by=converter", &within, "--top=20"])?,
        ],
        kind: Kind::Plain,
    })
}

fn about() -> Page {
    Page {
        title: "What is counted, and in which snapshot".into(),
        about: "Definitions, the snapshot's provenance, and where to see what is odd in it.".into(),
        kind: Kind::About,
        parts: Vec::new(),
    }
}

fn report() -> anyhow::Result<Page> {
    let section = |(name, title): (&'static str, &'static str)| part(name, title, &["report", "--section", name]);
    Ok(Page {
        title: "The report, section by section".into(),
        about: "Every figure of the snapshot: derivatives, downloads, releases, sizes, regions.".into(),
        kind: Kind::Plain,
        parts: modelkin::survey::titled().map(section).collect::<anyhow::Result<_>>()?,
    })
}

/// The page of a single question.
fn one(address: &Address, shelf: &Shelf) -> anyhow::Result<Page> {
    let mut address = address.clone();
    let with = address.take("with");
    let words = address.words()?;
    let command = COMMANDS.iter().find(|known| **known == words[0]).ok_or(NoPage)?;
    if *command == "diff" && with.is_none() {
        return Ok(Page {
            title: "What changed".into(),
            about: "Choose the snapshot to compare with.".into(),
            kind: Kind::Diff,
            parts: Vec::new(),
        });
    }
    let question = asked::question(&words)?;
    desk::check(&question)?;
    // A name that means nothing is told before anything is sent.
    if let Question::Family(_) | Question::Why(_) | Question::Upstream(_) = &question {
        shelf::ask(&shelf.atlas, &question)?;
    }
    let title = question.command();
    let about = format!("The answer to `{title}`.");
    let part = Part { id: (*command).to_owned(), title: heading(command).to_owned(), words, question, with };
    Ok(Page { title, about, kind: Kind::Plain, parts: vec![part] })
}

fn heading(command: &str) -> &'static str {
    match command {
        "blast" => "What descends from it, and what hangs only through it",
        "check" => "What is odd in the snapshot",
        "common" => "Nearest common ancestors",
        "compare" => "Beside each other",
        "diff" => "What changed",
        "explain" => "Under every definition",
        "family" => "What descends from it",
        "flows" => "Who builds on whom",
        "licences" => "Licences, held against the terms of what lies above",
        "owners" => "Accounts",
        "rank" => "A ranking",
        "report" => "A section of the report",
        "show" => "A part of the lineage",
        "search" => "Models whose ids have these words",
        "siblings" => "The other children of its parents",
        "upstream" => "What it descends from",
        "why" => "How it descends from the other one",
        _ => "An answer",
    }
}

/// Measures with what they mean, for the page that defines.
pub fn measures() -> impl Iterator<Item = (&'static str, &'static str)> {
    Measure::ALL.iter().map(|measure| (measure.name(), measure.about()))
}
