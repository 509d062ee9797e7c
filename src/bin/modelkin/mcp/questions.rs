//! The tools: what each takes, and which question it asks. The comments are what agents read.

use modelkin::ask::{self, Begin, Day, Models, Question, Select};
use modelkin::census::{Group, Measure, Part};
use modelkin::model::Relation;
use modelkin::provenance::{Policy, Unknown};
use modelkin::reference::TermSet;
use modelkin::survey::{Facet, Figure};
use schemars::JsonSchema;
use serde::Deserialize;

use super::refused::Refused;
use super::words::Word;
use crate::program::{clock, values};

/// Names longer than any of the Hub's, and more of them than anybody asks about at once, are a mistake.
const LONGEST: usize = 500;
const MOST: usize = 20;

macro_rules! arguments {
    ($($(#[$about:meta])* $Tool:ident { $($(#[$field:meta])* $name:ident: $Type:ty,)* })+) => {
        $($(#[$about])*
        #[derive(Debug, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $Tool {
            $($(#[$field])* $name: $Type,)*
        })+
    };
}

arguments! {
    /// Find models by words of their ids, those with most descendants first. Begin here if you have no exact id.
    FindModel {
        /// Words apart by blanks; each must stand somewhere in the id, in any order.
        text: String,
    }

    /// Tell what is known of one model: owner, licence, parents, families, and how many models descend from it.
    Model {
        /// Its id, such as Qwen/Qwen2.5-7B.
        model: String,
    }

    /// List everything that models descend from, the nearest first, with relation and licence.
    Ancestors {
        /// Ids, such as Qwen/Qwen2.5-7B.
        #[schemars(length(min = 1, max = 20))]
        models: Vec<String>,
        #[serde(default)]
        filter: Filter,
    }

    /// Count what descends from a model, by relation; with `list` the models one by one, the nearest first.
    Descendants {
        /// Its id, such as Qwen/Qwen2.5-7B.
        model: String,
        /// List the models instead of counting them.
        #[serde(default)]
        list: bool,
        #[serde(default)]
        filter: Filter,
    }

    /// Tell how a model descends from another: the ways between them. `ways` is 0 if it does not.
    Path {
        /// The id of the model that descends.
        model: String,
        /// The id of the model above it.
        ancestor: String,
        /// So many ways are told, the shortest first; 1 if nothing is said.
        #[schemars(range(min = 1, max = 100))]
        most: Option<usize>,
        #[serde(default)]
        filter: Filter,
    }

    /// Find the nearest ancestors that models have in common; `common` counts all of them.
    CommonAncestors {
        /// Two ids or more.
        #[schemars(length(min = 2, max = 20))]
        models: Vec<String>,
        #[serde(default)]
        filter: Filter,
    }

    /// List the other children of models' parents.
    Siblings {
        /// Ids, such as Qwen/Qwen2.5-7B.
        #[schemars(length(min = 1, max = 20))]
        models: Vec<String>,
        #[serde(default)]
        filter: Filter,
    }

    /// Hold what models state of their licences against the terms of everything that they descend from. A verdict of ok is no permission: it
    /// says that a licence keeps the terms above it, whatever these are. For a use, deny the terms that forbid it: C for commercial use; a
    /// model that `fails` has one, and where the verdict is unknown or silent nothing can be told. Declared metadata, not legal advice.
    LicenceCheck {
        /// Ids, such as Qwen/Qwen2.5-7B.
        #[schemars(length(min = 1, max = 20))]
        models: Vec<String>,
        /// These licences alone are accepted, of the models and of all above them, by the Hub's names, such as apache-2.0.
        #[serde(default)]
        allow: Vec<String>,
        /// No term of these may stand in a model's own licence or reach it from above. N: notices go with it. B: a badge is shown. M: the
        /// name begins with a given word. U: restrictions of use are passed on. C: no commercial use. S: the same licence for what is made of
        /// it. D: what is made of it is not shared. K: the large need another licence. T: other models are not trained with it. E: not granted
        /// everywhere. R: the licensor may end or change it.
        #[serde(default)]
        deny_terms: Vec<String>,
        /// Where nothing can be told: warn, deny or allow.
        #[schemars(with = "Option<Untold>")]
        unknown: Option<Unknown>,
        #[serde(default)]
        filter: Filter,
    }

    /// Count the derivatives of a family: direct (F1), all (F2), mentions (F3), by relation; with `list` the models of one of these.
    CountFamily {
        /// A family by rule such as Qwen, all models of an owner as Qwen/*, a pattern of ids as Qwen/Qwen3*, or one model.
        family: String,
        /// List this part instead of counting: members, f1, f2 or f3.
        list: Option<Word<Part>>,
        /// Count the members' own derived models too.
        #[serde(default)]
        include_members: bool,
        #[serde(default)]
        filter: Filter,
    }

    /// Set families, owners and models beside each other: every measure of each, or by parts one figure of each.
    Compare {
        /// Families such as Qwen, owners as Qwen/*, or models.
        #[schemars(length(min = 1, max = 20))]
        names: Vec<String>,
        /// Tell what descends from them apart by this.
        by: Option<Word<Facet>>,
        /// What is shown of each part; f2 if nothing is said.
        figure: Option<Word<Figure>>,
        #[serde(default)]
        filter: Filter,
    }

    /// Rank models, owners or families, or whoever made the derived models, by a measure of what descends from them.
    Rank {
        /// What is ranked; models if nothing is said.
        of: Option<Word<Group>>,
        /// The measure; descendants if nothing is said.
        by: Option<Word<Measure>>,
        /// Measures shown beside it.
        #[serde(default)]
        beside: Vec<Word<Measure>>,
        /// Only this family, owner or model and what descends from it.
        within: Option<String>,
        /// For growth: how many days are recent; 30 if nothing is said.
        days: Option<u16>,
        #[serde(default)]
        filter: Filter,
    }

    /// Tell which snapshot is asked: its day, its digest, what it holds, and whether it is the sample.
    Snapshot {}
}

/// Which links are followed, and which models are counted.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(inline)]
pub struct Filter {
    /// Follow links of these relations alone.
    relations: Vec<Word<Relation>>,
    /// Do not follow links of these.
    exclude: Vec<Word<Relation>>,
    /// Do not follow links from parents that the snapshot does not list.
    no_unlisted: bool,
    /// Put what descends from a re-upload under the same name below what it copies.
    fold_mirrors: bool,
    /// Count only models created on this day or later, as 2025-01-31, 2025-01 or 2025.
    since: Option<First>,
    /// Count only models created before this day.
    until: Option<First>,
}

/// A day; of a month, or of a year, the first, as the command line takes it.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(inline, with = "String")]
struct First(Day);

impl TryFrom<String> for First {
    type Error = String;

    fn try_from(text: String) -> Result<First, String> {
        values::day(&text).map(First)
    }
}

/// The words of [`Unknown`], for the schema.
#[derive(JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
#[allow(dead_code, reason = "it is a schema alone")]
enum Untold {
    Warn,
    Deny,
    Allow,
}

impl From<Filter> for ask::Filter {
    fn from(typed: Filter) -> ask::Filter {
        let relations = |words: Vec<Word<Relation>>| words.into_iter().map(|Word(relation)| relation).collect();
        ask::Filter {
            relations: relations(typed.relations),
            exclude: relations(typed.exclude),
            no_unlisted: typed.no_unlisted,
            fold_mirrors: typed.fold_mirrors,
            since: typed.since.map(|First(day)| day),
            until: typed.until.map(|First(day)| day),
        }
    }
}

/// A name that can be one.
fn name(text: String) -> Result<String, Refused> {
    match text.trim() {
        "" => Err(Refused::new("a name is empty; give an id such as Qwen/Qwen2.5-7B")),
        name if name.len() > LONGEST => {
            Err(Refused::new(format!("a name has more than {LONGEST} bytes; no id is so long")))
        }
        name => Ok(name.to_owned()),
    }
}

fn names(texts: Vec<String>) -> Result<Vec<String>, Refused> {
    match texts.len() {
        0..=MOST => texts.into_iter().map(name).collect(),
        _ => Err(Refused::new(format!("more than {MOST} names; ask for some at a time"))),
    }
}

fn models(ids: Vec<String>) -> Result<Models, Refused> {
    Ok(Models { ids: names(ids)?, listed: Vec::new() })
}

/// A model alone, with its counts: a tree of one line.
fn alone(model: String, filter: Filter) -> Result<Question, Refused> {
    let selection = Select::new(Begin::Below(name(model)?.as_str().into()));
    Ok(Question::Show(ask::Show { selection, depth: Some(0), siblings: 0, lines: Some(1), filter: filter.into() }))
}

/// What asks a question. Lists are asked for whole.
pub trait Asks {
    fn question(self) -> Result<Question, Refused>;
}

impl Asks for FindModel {
    fn question(self) -> Result<Question, Refused> {
        if self.text.len() > LONGEST {
            return Err(Refused::new(format!("`text` has more than {LONGEST} bytes; give fewer words")));
        }
        Ok(Question::Search(ask::Search { text: self.text, most: None, nearest: true }))
    }
}

impl Asks for Model {
    fn question(self) -> Result<Question, Refused> {
        alone(self.model, Filter::default())
    }
}

impl Asks for Ancestors {
    fn question(self) -> Result<Question, Refused> {
        Ok(Question::Upstream(ask::Upstream { models: models(self.models)?, filter: self.filter.into() }))
    }
}

impl Asks for Descendants {
    fn question(self) -> Result<Question, Refused> {
        if !self.list {
            return alone(self.model, self.filter);
        }
        let (models, filter) = (models(vec![self.model])?, self.filter.into());
        Ok(Question::Blast(ask::Blast { models, list: true, filter, ..ask::Blast::default() }))
    }
}

impl Asks for Path {
    fn question(self) -> Result<Question, Refused> {
        if self.most.is_some_and(|most| !(1..=100).contains(&most)) {
            return Err(Refused::new("`most` is from 1 to 100"));
        }
        let (model, ancestor) = (name(self.model)?, name(self.ancestor)?);
        Ok(Question::Why(ask::Why { model, ancestor, most: self.most, filter: self.filter.into() }))
    }
}

impl Asks for CommonAncestors {
    fn question(self) -> Result<Question, Refused> {
        Ok(Question::Common(ask::Common { models: models(self.models)?, filter: self.filter.into() }))
    }
}

impl Asks for Siblings {
    fn question(self) -> Result<Question, Refused> {
        Ok(Question::Siblings(ask::Siblings { models: models(self.models)?, most: None, filter: self.filter.into() }))
    }
}

impl Asks for LicenceCheck {
    fn question(self) -> Result<Question, Refused> {
        let deny_terms = TermSet::parse(&self.deny_terms.join(" ")).map_err(|word| {
            Refused::new(format!("`deny_terms`: {word:?} is no term; the letters are N B M U C S D K T E R"))
        })?;
        let (allow, unknown) = (names(self.allow)?, self.unknown.unwrap_or_default());
        let policy = Policy { allow, deny_terms, unknown, ..Policy::default() };
        let (models, today) = (models(self.models)?, clock::today()?);
        Ok(Question::Licences(ask::Licences { models, policy, today, filter: self.filter.into() }))
    }
}

impl Asks for CountFamily {
    fn question(self) -> Result<Question, Refused> {
        Ok(Question::Family(ask::Family {
            name: name(self.family)?,
            include_members: self.include_members,
            list: self.list.map(|Word(part)| part),
            most: None,
            filter: self.filter.into(),
        }))
    }
}

impl Asks for Compare {
    fn question(self) -> Result<Question, Refused> {
        Ok(Question::Compare(ask::Compare {
            names: names(self.names)?,
            by: self.by.map(|Word(facet)| facet),
            figure: self.figure.map_or_else(Figure::default, |Word(figure)| figure),
            filter: self.filter.into(),
            ..ask::Compare::default()
        }))
    }
}

impl Asks for Rank {
    fn question(self) -> Result<Question, Refused> {
        Ok(Question::Rank(ask::Rank {
            of: self.of.map_or(Group::Models, |Word(group)| group),
            by: self.by.map_or(Measure::Descendants, |Word(measure)| measure),
            beside: self.beside.into_iter().map(|Word(measure)| measure).collect(),
            within: self.within.map(name).transpose()?,
            days: self.days,
            filter: self.filter.into(),
            ..ask::Rank::default()
        }))
    }
}
