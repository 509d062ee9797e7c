//! Which questions make up a page. A page is a list of command lines; what is in it was asked as the terminal asks.

use modelkin::ask::{Facts, Models, Question};
use modelkin::census::{self, FamilyCount, Measure};
use modelkin::ink::{grouped, plural};

use super::address::{Address, COMMANDS, NoPage};
use super::shelf::{self, Shelf};
use super::{bounded, model};
use crate::program::{asked, desk};

/// A part of a page: a question with its title.
pub struct Part {
    /// The last part of its address within the page.
    pub id: String,
    pub title: String,
    /// The command line that asks it, without the program's name.
    pub words: Vec<String>,
    /// The same as it is written for people.
    pub command: String,
    /// What is asked for the page: no more than it shows.
    pub question: Question,
    /// Whether that is less than the words ask.
    pub is_narrowed: bool,
    /// The digest of the snapshot that it is compared with.
    pub with: Option<String>,
    pub shape: Shape,
}

/// How a part is set.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Whole,
    /// It stands beside the next one, or the one before.
    Half,
    /// So does this one, and its tree is drawn too.
    Drawn,
    /// It asks whose models are meant.
    Whose,
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
    /// A family, by its name, with what is named beside it, and what is wrong with that.
    Family(String, Vec<(String, Option<String>)>),
    /// What was looked for, which may be a family or an account too.
    Search(String),
    About,
    Diff,
}

impl Part {
    fn new(id: &str, title: impl Into<String>, words: Vec<String>) -> anyhow::Result<Part> {
        let mut question = asked::question(&words)?;
        desk::check(&question)?;
        let command = question.command();
        let is_narrowed = bounded::narrowed(&mut question);
        let (id, title, shape) = (id.to_owned(), title.into(), Shape::Whole);
        Ok(Part { id, title, words, command, question, is_narrowed, with: None, shape })
    }

    fn set(self, shape: Shape) -> Part {
        Part { shape, ..self }
    }
}

/// So many children of a model are shown at once where there is no script.
const CHILDREN: &str = "50";
/// The ways up stand in so many generations as text.
const WAYS: usize = 40;

fn part(id: &str, title: impl Into<String>, words: &[&str]) -> anyhow::Result<Part> {
    Part::new(id, title, words.iter().map(|word| (*word).to_owned()).collect())
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
        ("blast", id) if is_bare(address, &["name", "mine"]) => blast(id, address),
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

/// The counts of a name, and a sentence of them.
fn counted(question: &Question, shelf: &Shelf) -> anyhow::Result<(FamilyCount, String)> {
    let answer = shelf::ask(&shelf.atlas, question)?;
    let Facts::Family { count, .. } = answer.facts() else { return Err(NoPage.into()) };
    let f2 = &count.f2;
    if f2.models == 0 {
        return Ok((count.clone(), "Nothing descends from it.".to_owned()));
    }
    let descend = if f2.models == 1 { "descends" } else { "descend" };
    let mut about = format!(
        "{} {descend} from it, {} of them directly, made by {}",
        plural(f2.models, "model"),
        grouped(count.f1.models),
        plural(f2.authors, "account")
    );
    if f2.downloads.of > 0 {
        about += &format!("; together they have {} in 30 days", plural(f2.downloads.total, "download"));
        if f2.downloads.of < f2.models {
            about += &format!(" (known of {} of them)", grouped(f2.downloads.of));
        }
    }
    Ok((count.clone(), about + "."))
}

fn model(name: &str, shelf: &Shelf) -> anyhow::Result<Page> {
    let id = shelf.atlas.model(name).map_err(shelf::worded)?;
    let id = id.as_str();
    let counts = part("counts", "What descends from it", &["family", "--", id])?;
    let (count, about) = counted(&counts.question, shelf)?;
    let (has_parents, made) = model::made(id, shelf)?;
    let mut parts = Vec::new();
    // Of what is not there no part says that it is not.
    if has_parents {
        let ways = ["show", &format!("--above={id}"), &format!("--depth={WAYS}"), "--siblings=0"];
        parts.push(part("ways", "Where it comes from", &ways)?.set(Shape::Drawn));
        parts.push(counts.set(Shape::Half));
        parts.push(part("upstream", "Every ancestor", &["upstream", "--", id])?);
    } else {
        parts.push(counts);
    }
    if count.f2.models > 0 {
        let children = ["family", "--list=f1", &format!("--top={CHILDREN}"), "--", id];
        let [direct, all] = [count.f1.models, count.f2.models].map(grouped);
        parts.push(part("children", format!("Its children, {direct} of {all} descendants"), &children)?);
        parts.push(part("months", "What descends from it, by month", &["compare", "--by=month", "--", id])?);
        parts.push(part("blast", "If it went away", &["blast", "--table=totals", "--", id])?.set(Shape::Whose));
    }
    parts.push(part("licences", "Its licence and the terms above it", &["licences", "--", id])?);
    Ok(Page { title: id.to_owned(), about: format!("{made} {about}"), parts, kind: Kind::Model(id.to_owned()) })
}

/// What would be hit if models went away: all that descends from them, or what of it is somebody's.
fn blast(id: &str, address: &Address) -> anyhow::Result<Page> {
    let of = |wanted: &str| {
        let given = address.query.iter().filter(|(name, value)| name == wanted && !value.trim().is_empty());
        given.map(|(_, value)| value.trim().to_owned()).collect::<Vec<_>>()
    };
    let ids: Vec<String> =
        Some(id).filter(|id| !id.is_empty()).map(str::to_owned).into_iter().chain(of("name")).collect();
    let mine: Vec<String> = of("mine").iter().map(|mine| format!("--mine={mine}")).collect();
    let hit = |id, title, options: &[&str]| {
        let words = ["blast"].into_iter().chain(options.iter().copied()).chain(mine.iter().map(String::as_str));
        part(id, title, &words.chain(["--"]).chain(ids.iter().map(String::as_str)).collect::<Vec<_>>())
    };
    let whose = if mine.is_empty() { String::new() } else { format!(" Only models of {}.", of("mine").join(", ")) };
    let models = hit("models", "Which models these are", &["--list", "--top=100"])?;
    let totals = hit("totals", "How many, by relation, owner and country", &[])?;
    Ok(Page {
        title: asks(&totals.question, "blast"),
        about: format!("What would be hit, directly and further down.{whose}"),
        parts: vec![models.set(Shape::Whose), totals],
        kind: Kind::Plain,
    })
}

/// So many families stand beside one, if none is named.
const RIVALS: usize = 2;

fn family(name: &str, address: &Address, shelf: &Shelf) -> anyhow::Result<Page> {
    let counts = part("counts", "Three ways to count: F1, F2, F3", &["family", "--", name])?;
    let (count, mut about) = counted(&counts.question, shelf)?;
    if let Some(f3) = count.f3 {
        about += &format!(" {} it.", plural(f3, "model") + if f3 == 1 { " mentions" } else { " mention" });
    }
    let name = count.name;
    let mut beside = Vec::new();
    let mut named: Vec<(String, Option<String>)> = Vec::new();
    for (_, text) in address.query.iter().filter(|(_, text)| !text.trim().is_empty()) {
        let asked = part("vs", "", &["family", "--", text.trim()]).and_then(|part| counted(&part.question, shelf));
        let wrong = match asked {
            Ok((count, _)) if count.name == name => Some(format!("{text} is the family itself")),
            Ok((count, _)) if beside.contains(&count.name) => Some(format!("{text} is named twice")),
            Ok((count, _)) => {
                beside.push(count.name);
                None
            }
            // What more is said is of a terminal.
            Err(error) => Some(error.to_string().lines().next().unwrap_or_default().to_owned()),
        };
        named.push((text.clone(), wrong));
    }
    if beside.is_empty() {
        beside = rivals(&name, shelf)?;
        if named.is_empty() {
            named = beside.iter().map(|name| (name.clone(), None)).collect();
        }
    }
    let all: Vec<&str> = std::iter::once(name.as_str()).chain(beside.iter().map(String::as_str)).collect();
    let compare = |options: &[&'static str]| [&["compare"], options, &["--"], &all[..]].concat();
    Ok(Page {
        about,
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
                "quantizers",
                "Who has made most quantized models of all that descends from the family",
                &["rank", "--of=authors", "--by=quantized", &format!("--within={name}"), "--top=20"],
            )?,
            part(
                "converters",
                "Who quantizes the family's own models, and since when",
                &["flows", "--by=converter", "--relation=quantized", &format!("--within={name}"), "--top=20"],
            )?,
            part("explain", "Under every definition", &["explain", "--", &name])?,
        ],
        title: format!("The family {name}"),
        kind: Kind::Family(name, named),
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
    let (count, about) = counted(&counts.question, shelf)?;
    let group = count.name;
    let name = group.strip_suffix("/*").unwrap_or(&group).to_owned();
    let within = format!("--within={group}");
    Ok(Page {
        title: name,
        about,
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
    let part = Part { with, ..Part::new(command, heading(command), words)? };
    // A name that means nothing is told before anything is sent.
    if let Question::Family(_) | Question::Why(_) | Question::Upstream(_) = &part.question {
        shelf::ask(&shelf.atlas, &part.question)?;
    }
    let about = format!("The answer to `{}`.", part.command);
    let kind = match &part.question {
        Question::Search(search) => Kind::Search(search.text.clone()),
        _ => Kind::Plain,
    };
    Ok(Page { title: asks(&part.question, command), about, kind, parts: vec![part] })
}

/// What a question asks, in words.
fn asks(question: &Question, command: &str) -> String {
    let all = |models: &Models| match &models.ids[..] {
        [one] => one.clone(),
        [ids @ .., last] => format!("{} and {last}", ids.join(", ")),
        [] => "these models".to_owned(),
    };
    let within = |name: Option<&str>| name.map_or_else(String::new, |name| format!(" within {name}"));
    match question {
        Question::Blast(blast) => format!("If {} went away", all(&blast.models)),
        Question::Common(common) => format!("What {} have in common", all(&common.models)),
        Question::Compare(compare) => compare.names.join(" beside "),
        Question::Explain(explain) => format!("{} under every definition", explain.name),
        Question::Family(family) => match family.list {
            Some(census::Part::Members) => format!("The members of {}", family.name),
            Some(part) => format!("{} of {}", part.name().to_ascii_uppercase(), family.name),
            None => format!("What descends from {}", family.name),
        },
        Question::Flows(flows) => format!("Who builds on whom{}", within(flows.within.as_deref())),
        Question::Rank(rank) => {
            let of = rank.of.name();
            let measure = match (rank.by, rank.of.is_of_derived()) {
                (Measure::Descendants, true) => "derived models",
                (by, _) => by.name(),
            };
            format!("{}{} by {measure}{}", of[..1].to_ascii_uppercase(), &of[1..], within(rank.within.as_deref()))
        }
        Question::Licences(licences) => format!("{}: the licence, and the terms above it", all(&licences.models)),
        Question::Search(search) => format!("Models whose ids have {:?}", search.text),
        Question::Siblings(siblings) => format!("The siblings of {}", all(&siblings.models)),
        Question::Upstream(upstream) => format!("What {} descends from", all(&upstream.models)),
        Question::Why(why) => format!("How {} descends from {}", why.model, why.ancestor),
        _ => heading(command).to_owned(),
    }
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
        "rank" => "The ranking",
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
