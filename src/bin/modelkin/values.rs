//! The values of options are read here, and the errors say what may be written.

use std::fmt::Display;
use std::path::PathBuf;
use std::str::FromStr;

use clap::builder::{OsStringValueParser, PossibleValue, PossibleValuesParser, TypedValueParser};
use modelkin::ask::{Day, did_you_mean};
use modelkin::census::Measure;
use modelkin::export::{self, BomFormat};
use modelkin::model::{IdFault, ModelId, Relation};

/// A digest in hex, whole or cut as this program cites it.
pub fn cited(text: &str) -> Result<String, String> {
    let is_one = (12..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_one { Ok(text.to_ascii_lowercase()) } else { Err("no 12 to 64 hex digits".into()) }
}

/// A path that may be empty, as a variable is that somebody switched off.
pub fn perhaps_empty() -> impl TypedValueParser<Value = PathBuf> {
    OsStringValueParser::new().map(PathBuf::from)
}

/// An id on the Hub.
pub fn model_id(text: &str) -> Result<String, String> {
    ModelId::parse(text).map(|id| id.to_string()).map_err(|fault| format!("no model's id: {fault}"))
}

/// An owner's name on the Hub: the first part of an id.
pub fn owner(name: &str) -> Result<String, String> {
    owner_of(name, ModelId::parse)
}

/// An owner's name on any hub.
pub fn any_owner(name: &str) -> Result<String, String> {
    owner_of(name, ModelId::read)
}

type Read = fn(&str) -> Result<ModelId, IdFault>;

fn owner_of(name: &str, read: Read) -> Result<String, String> {
    match read(&format!("{name}/x")) {
        Ok(id) if id.owner().is_some_and(|owner| owner.eq_ignore_ascii_case(name)) => Ok(name.to_owned()),
        _ => Err("no owner's name, such as Qwen".into()),
    }
}

pub fn tag(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() { Err("no tag".into()) } else { Ok(text.to_owned()) }
}

/// What may be written in the place of a word that nobody knows.
fn instead(name: &str, known: &[&str]) -> String {
    format!("use {}{}", known.join(", "), did_you_mean(name, known.iter().copied()))
}

pub fn relation(name: &str) -> Result<Relation, String> {
    Relation::from_name(name).ok_or_else(|| instead(name, &Relation::ALL.map(Relation::name)))
}

/// One of a few words of the library, each with what it means: the sentence about it, without its first words.
pub fn words<W: Copy + Send + Sync + 'static>(
    all: &'static [W],
    name: fn(W) -> &'static str,
    about: fn(W) -> &'static str,
) -> impl TypedValueParser<Value = W> {
    let meaning = move |word| about(word).split_once(": ").map_or(about(word), |(_, meaning)| meaning);
    let of = move |word: &W| PossibleValue::new(name(*word)).help(meaning(*word)).aliases(also(name(*word)));
    PossibleValuesParser::new(all.iter().map(of)).try_map(move |text| {
        let is_it = |word: &&W| text == name(**word) || also(name(**word)).contains(&&*text);
        all.iter().find(is_it).copied().ok_or_else(|| format!("{text} is no word here"))
    })
}

/// What else people write for a word.
fn also(name: &str) -> &'static [&'static str] {
    match name {
        "licence" => &["license"],
        "owner" => &["author"],
        _ => &[],
    }
}

/// What an export is written as.
#[derive(Debug, Clone, Copy)]
pub enum To {
    /// A graph or a drawing.
    Graph(export::Format),
    /// A bill of materials.
    Bom(BomFormat),
}

pub fn format(name: &str) -> Result<To, String> {
    let graph = export::Format::from_name(name).map(To::Graph);
    graph.or_else(|| BomFormat::from_name(name).map(To::Bom)).ok_or_else(|| {
        let (graphs, bills) = (export::Format::ALL.map(export::Format::name), BomFormat::ALL.map(BomFormat::name));
        let near = did_you_mean(name, graphs.iter().chain(&bills).copied());
        format!("use {}; or, with --above, {}{near}", graphs.join(", "), bills.join(", "))
    })
}

pub fn bom(name: &str) -> Result<BomFormat, String> {
    BomFormat::from_name(name).ok_or_else(|| instead(name, &BomFormat::ALL.map(BomFormat::name)))
}

pub fn engine(name: &str) -> Result<export::Engine, String> {
    export::Engine::from_name(name).ok_or_else(|| instead(name, &export::Engine::ALL.map(export::Engine::name)))
}

pub fn measure(name: &str) -> Result<Measure, String> {
    Measure::from_name(name).ok_or_else(|| {
        let names: Vec<_> = Measure::ALL.iter().map(|measure| measure.name()).collect();
        instead(name, &names)
    })
}

pub fn measures() -> String {
    let lines = Measure::ALL.iter().map(|measure| format!("{:<20} {}", measure.name(), measure.about()));
    format!("The measure to rank by:\n{}", lines.collect::<Vec<_>>().join("\n"))
}

/// How many.
pub fn whole<N: FromStr>(text: &str) -> Result<N, String> {
    let is_large = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().map_err(|_| if is_large { "too large a number".into() } else { "no whole number, such as 20".into() })
}

/// How many, from a least number on, up to the largest, if there is one.
pub fn within<N: FromStr + PartialOrd + Display + Copy + Send + Sync + 'static>(
    least: N,
    most: Option<N>,
) -> impl Fn(&str) -> Result<N, String> + Clone + Send + Sync + 'static {
    move |text| match (whole(text)?, most) {
        (number, _) if number < least => Err(format!("a number from {least} on is wanted")),
        (number, Some(most)) if number > most => Err(format!("a number from {least} to {most} is wanted")),
        (number, _) => Ok(number),
    }
}

/// A day; of a month, or of a year, the first.
pub fn day(text: &str) -> Result<Day, String> {
    let whole = match text.split('-').map(str::len).collect::<Vec<_>>()[..] {
        [4] => format!("{text}-01-01"),
        [4, 2] => format!("{text}-01"),
        _ => text.to_owned(),
    };
    whole.parse().map_err(|error| format!("{error}, or as 2025-01 or 2025 for its first day"))
}
