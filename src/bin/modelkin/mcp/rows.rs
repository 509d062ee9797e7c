//! What an answer tells of a model or a name: those columns of the program's JSON (docs/json.md) that are worth an agent's while. They
//! are read out of a report's rows, so that names and numbers are those of `--format json`; what is not known is left out.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Number;

// What somebody else calls a licence, if it is a word and no prose: everything else could be words to whoever reads it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Slug(String);

impl Slug {
    /// Stands in the place of what is no word.
    const LEFT_OUT: &str = "(text left out)";
    /// What the program itself says where there is no licence to name.
    const OWN: [&str; 3] = ["no licence", "none stated", "not listed"];
    const LONGEST: usize = 80;

    /// Reads what the program says of licences: `mit`, `mit + gpl`, `other (some-name)`. Of the last the name alone may be left out.
    pub fn read(text: &str) -> Slug {
        let word = |text: &str| text.split(" + ").all(Slug::is_word) && text.len() <= Slug::LONGEST;
        let (words, name) = match text.strip_suffix(')').and_then(|text| text.split_once(" (")) {
            Some((words, name)) => (words, Some(name)),
            None => (text, None),
        };
        Slug(match name {
            _ if Slug::OWN.contains(&text) => text.to_owned(),
            _ if !word(words) => Slug::LEFT_OUT.to_owned(),
            Some(name) if !Slug::is_word(name) => format!("{words} {}", Slug::LEFT_OUT),
            _ => text.to_owned(),
        })
    }

    /// Tells whether a text is a word, or words with commas between them, as cards have several licences in one.
    pub fn is_word(text: &str) -> bool {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.+".contains(&byte);
        let is_word = |word: &str| !word.is_empty() && word.bytes().all(is_plain);
        text.len() <= Slug::LONGEST && text.split(',').all(is_word)
    }
}

impl From<Slug> for String {
    fn from(slug: Slug) -> String {
        slug.0
    }
}

impl<'de> Deserialize<'de> for Slug {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Slug, D::Error> {
        Ok(Slug::read(&String::deserialize(deserializer)?))
    }
}

macro_rules! rows {
    ($($(#[$about:meta])* $Row:ident { $($(#[$field:meta])* $name:ident: $Type:ty,)+ })+) => {
        $($(#[$about])*
        #[derive(Debug, Deserialize, Serialize, JsonSchema)]
        pub struct $Row {
            $($(#[$field])* pub $name: $Type,)+
        })+
    };
}

rows! {
    /// A model whose id has the words.
    Found {
        id: String,
        listed: bool,
        descendants: u64,
        direct: u64,
        downloads_30d: Option<u64>,
        /// The strongest of its links to its parents; a base has none.
        relation: Option<String>,
        created: Option<String>,
    }

    /// A model with what is known of it, and how many descend from it.
    Told {
        id: String,
        /// Whether the snapshot has a record of it; others only name it as a parent.
        listed: bool,
        owner: Option<String>,
        publisher: Option<String>,
        country: Option<String>,
        kind: Option<String>,
        licences: Vec<Slug>,
        licence_name: Option<Slug>,
        licence_class: Option<String>,
        /// `false`, or who may fetch it: whoever asks (`auto`), or whom its owner lets (`manual`).
        gated: Option<Slug>,
        created: Option<String>,
        downloads_30d: Option<u64>,
        families: Vec<String>,
        parents: Vec<Parent>,
        #[serde(flatten)]
        counts: Counts,
    }

    Parent {
        id: String,
        relation: String,
        listed: bool,
    }

    /// Distinct descendants; the five relations add up to them.
    Counts {
        direct: u64,
        descendants: u64,
        finetune: u64,
        quantized: u64,
        adapter: u64,
        merge: u64,
        unstated: u64,
    }

    Ancestor {
        id: String,
        /// The fewest links to it.
        distance: u64,
        /// The relation of the link that leads down from it, to `via`.
        relation: String,
        /// How the relation is known: declared, hub, inferred.
        learned: String,
        via: String,
        listed: bool,
        /// It lies on every way from any root.
        unavoidable: bool,
        /// It has no parent.
        root: bool,
        licences: Vec<Slug>,
        licence_name: Option<Slug>,
        publisher: Option<String>,
        country: Option<String>,
        gated: Option<Slug>,
        created: Option<String>,
        downloads_30d: Option<u64>,
    }

    CountsBelow {
        id: String,
        listed: bool,
        #[serde(flatten)]
        counts: Counts,
    }

    Descendant {
        id: String,
        /// The fewest links to it.
        distance: u64,
        /// The next model above it.
        via: String,
        relation: String,
        /// No way from any root leads around the model that was asked for.
        only_through: bool,
        licences: Vec<Slug>,
        created: Option<String>,
        downloads_30d: Option<u64>,
    }

    /// A model on a way; step 0 is the ancestor.
    Step {
        way: u64,
        step: u64,
        id: String,
        /// The relation of the link from the step before.
        relation: Option<String>,
        learned: Option<String>,
        listed: bool,
        licences: Vec<Slug>,
        created: Option<String>,
    }

    CommonAncestor {
        id: String,
        listed: bool,
        distances: Vec<Distance>,
        licences: Vec<Slug>,
        publisher: Option<String>,
        created: Option<String>,
    }

    Distance {
        model: String,
        links: u64,
    }

    Sibling {
        id: String,
        relation: String,
        /// The parents in common.
        shared: Vec<String>,
        /// How many parents it has.
        parents: u64,
        licences: Vec<Slug>,
        created: Option<String>,
        downloads_30d: Option<u64>,
    }

    /// A model and an ancestor, or a model's own licence; then there is no `ancestor`.
    Verdict {
        id: String,
        licence: Option<Slug>,
        /// Of this ancestor's terms, or of the own licence alone: ok, restricts, unknown, silent, relabelled or conflict. The worst of a
        /// model's stands in `verdicts`.
        verdict: String,
        /// The terms that led to it, by the letters of `deny_terms`.
        terms: Option<String>,
        ancestor: Option<String>,
        ancestor_licence: Option<Slug>,
        distance: Option<u64>,
        relations: Option<Vec<String>>,
        copy: Option<bool>,
        /// What is accepted, said of this: fails, warns or accepted.
        policy: Option<String>,
    }

    /// A family counted.
    FamilyCounts {
        family: String,
        members: u64,
        f1: u64,
        f2: u64,
        f3: Option<u64>,
        by_relation: Both<Relations>,
        authors: Both<u64>,
        /// Left out where it is not judged: fewer than half of the models are dated.
        without_bursts: Both<Option<u64>>,
        dated: Both<u64>,
        /// F2 by links from the nearest member, from 1 on.
        generations: Vec<u64>,
        downloads: Both<Sum>,
        likes: Both<Sum>,
        top_children: Vec<Child>,
    }

    Relations {
        finetune: u64,
        quantized: u64,
        adapter: u64,
        merge: u64,
        unstated: u64,
    }

    Sum {
        total: Option<u64>,
        /// Of so many models the value is known.
        known: u64,
    }

    Child {
        id: String,
        direct: u64,
        descendants: u64,
    }

    /// A model of a family's part.
    Listed {
        id: String,
        listed: bool,
        relation: Option<String>,
        licences: Vec<Slug>,
        created: Option<String>,
        downloads: Option<u64>,
        likes: Option<u64>,
    }

    /// A name with every measure.
    Totals {
        name: String,
        kind: String,
        members: u64,
        f1: u64,
        f2: u64,
        f3: Option<u64>,
        /// Of all models with a parent, from 0 to 1.
        share: Option<Number>,
        only: u64,
        rank: Option<u64>,
        rank_of: Option<u64>,
        authors: u64,
        finetune: u64,
        quantized: u64,
        adapter: u64,
        merge: u64,
        unstated: u64,
        downloads_30d: Option<u64>,
        downloads_known_of: u64,
        likes: Option<u64>,
        dated: u64,
        created_30d: Option<u64>,
        created_90d: Option<u64>,
        created_365d: Option<u64>,
        f2_without_bursts: Option<u64>,
    }

    /// A part, with the figure of each name in it, and of `all` derived models.
    PartOf {
        part: String,
        figures: BTreeMap<String, Option<Number>>,
    }

    /// A place in a ranking; the measures that were asked for stand beside, each under its name.
    Place {
        rank: u64,
        id: Option<String>,
        author: Option<String>,
        country: Option<String>,
        licence: Option<Slug>,
        listed: Option<bool>,
        #[serde(flatten)]
        measures: BTreeMap<String, Option<Number>>,
    }

    /// What the snapshot holds.
    Holds {
        /// given, crawl, newest-record (the true date is not earlier) or unknown.
        date_from: String,
        models: u64,
        links: u64,
        /// Parents that are named and not listed.
        unlisted: u64,
        rejects: u64,
        oddities: u64,
        /// Families by rule, of which `rank` with `of` families has the names.
        families: u64,
    }
}

/// A value of F1 and one of F2.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
pub struct Both<V> {
    pub f1: V,
    pub f2: V,
}

/// What descends from a model, counted or listed.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Below {
    Counted(CountsBelow),
    Listed(Descendant),
}

/// A family, counted or listed.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum OfFamily {
    Counted(Box<FamilyCounts>),
    Listed(Listed),
}

/// What is compared, as a whole or by parts.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Compared {
    Whole(Box<Totals>),
    Part(PartOf),
}
