use super::{Begin, Cases, Filter, Models, Question, Select};
use crate::census::{Group, Measure, Part};
use crate::lineage::Collapse;
use crate::model::Relation;
use crate::provenance::{Policy, Unknown};
use crate::survey::{Ends, Facet, Figure};

/// The words of a command line, not yet quoted.
#[derive(Default)]
struct Words(Vec<String>);

impl Words {
    fn word(&mut self, word: impl Into<String>) {
        self.0.push(word.into());
    }

    fn option(&mut self, name: &str, value: Option<impl ToString>) {
        if let Some(value) = value {
            self.word(name);
            self.word(value.to_string());
        }
    }

    fn flag(&mut self, name: &str, is_set: bool) {
        if is_set {
            self.word(name);
        }
    }

    /// Adds how many rows or models are shown: 0 is all of them, and nothing is added where it is what the program
    /// takes unasked.
    fn most(&mut self, most: Option<usize>, unsaid: usize) {
        self.option("--top", Some(most.unwrap_or(0)).filter(|top| *top != unsaid));
    }

    fn filter(&mut self, filter: &Filter) {
        let names = |relations: &[Relation]| {
            let names = relations.iter().map(|relation| relation.name()).collect::<Vec<_>>().join(",");
            (!names.is_empty()).then_some(names)
        };
        self.option("--relation", names(&filter.relations));
        self.option("--exclude", names(&filter.exclude));
        self.flag("--no-unlisted", filter.no_unlisted);
        self.flag("--fold-mirrors", filter.fold_mirrors);
        self.option("--since", filter.since);
        self.option("--until", filter.until);
    }

    /// Adds the models that were asked for; a list is a file that the question does not know.
    fn models(&mut self, models: &Models) {
        models.ids.iter().for_each(|id| self.word(id));
        self.option("--from", (!models.listed.is_empty()).then_some("FILE"));
    }

    /// Adds what is accepted; a file alone has exceptions, and licences by somebody's own word.
    fn policy(&mut self, policy: &Policy) {
        let Policy { allow, deny_terms, unknown, exceptions, clarify } = policy;
        if !exceptions.is_empty() || !clarify.is_empty() {
            return self.option("--policy", Some("POLICY"));
        }
        let joined = |words: Vec<String>| (!words.is_empty()).then(|| words.join(","));
        self.option("--allow", joined(allow.clone()));
        self.option("--deny-terms", joined(deny_terms.iter().map(|term| term.letter().to_string()).collect()));
        self.option(
            "--unknown",
            match unknown {
                Unknown::Warn => None,
                Unknown::Deny => Some("deny"),
                Unknown::Allow => Some("allow"),
            },
        );
    }

    fn selection(&mut self, selection: &Select) {
        match &selection.begin {
            Begin::Family(name) => self.option("--family", Some(name)),
            Begin::Below(ids) => ids.iter().for_each(|id| self.option("--below", Some(id))),
            Begin::Above(ids) => ids.iter().for_each(|id| self.option("--above", Some(id))),
            Begin::Around(ids) => ids.iter().for_each(|id| self.option("--around", Some(id))),
            Begin::All => self.word("--all"),
        }
        self.option("--hops", selection.hops);
        self.option("--top", selection.top);
        self.option("--min-downloads", selection.min_downloads);
        self.option("--min-descendants", selection.min_descendants);
        self.option("--collapse", selection.collapse.map(Collapse::name));
    }
}

/// Joins words as a shell reads them, quoted where need be.
pub fn command_line(words: impl IntoIterator<Item = String>) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:,=@+".contains(c);
    let quoted = |word: String| match !word.is_empty() && word.chars().all(is_plain) {
        true => word,
        false => format!("'{}'", word.replace('\'', r"'\''")),
    };
    words.into_iter().map(quoted).collect::<Vec<_>>().join(" ")
}

impl Question {
    /// Writes the command line by which the program is asked this, quoted for a shell. It names neither snapshot nor
    /// tables; a diff has EARLIER and LATER in the place of its snapshots, a comparison along some SNAPSHOTS, FILE, OURS and FLAGGED stand for lists of models, and POLICY for a file.
    pub fn command(&self) -> String {
        command_line(std::iter::once("modelkin".to_owned()).chain(self.words()))
    }

    /// Lists the words of that command line behind the program's name, not quoted: the command, names, and options with a value as
    /// two words.
    pub fn words(&self) -> Vec<String> {
        let mut words = Words::default();
        match self {
            Question::Family(family) => {
                words.word("family");
                words.word(&family.name);
                words.flag("--include-members", family.include_members);
                words.option("--list", family.list.map(Part::name));
                if family.list.is_some() {
                    words.most(family.most, 20);
                }
                words.filter(&family.filter);
            }
            Question::Rank(rank) => {
                words.word("rank");
                words.option("--of", (rank.of != Group::Models).then(|| rank.of.name()));
                let names =
                    |measures: &[Measure]| measures.iter().map(|measure| measure.name()).collect::<Vec<_>>().join(",");
                let by: Vec<Measure> = std::iter::once(rank.by).chain(rank.beside.iter().copied()).collect();
                words.option("--by", Some(names(&by)));
                words.option("--columns", (!rank.columns.is_empty()).then(|| names(&rank.columns)));
                words.option("--within", rank.within.as_ref());
                words.most(rank.most, 20);
                words.option("--days", rank.days);
                words.filter(&rank.filter);
            }
            Question::Compare(compare) => {
                words.word("compare");
                compare.names.iter().for_each(|name| words.word(name));
                words.option("--by", compare.by.map(Facet::name));
                words.option("--snapshots", compare.along.then_some("SNAPSHOTS"));
                words.option("--show", (compare.figure != Figure::F2).then(|| compare.figure.name()));
                // The others are shown whole.
                if compare.by.is_some_and(|by| !by.is_ordered()) {
                    words.most(compare.most, 20);
                }
                words.filter(&compare.filter);
            }
            Question::Flows(flows) => {
                words.word("flows");
                words.option("--by", (flows.by != Ends::Owner).then(|| flows.by.name()));
                words.option("--own", flows.own.map(|own| if own { "count" } else { "leave-out" }));
                words.option("--within", flows.within.as_ref());
                words.most(flows.most, 20);
                words.filter(&flows.filter);
            }
            Question::Search(search) => {
                words.word("search");
                words.most(search.most, 20);
                let sought: Vec<&str> = search.text.split_whitespace().collect();
                words.flag("--", sought.iter().any(|word| word.starts_with('-')));
                sought.into_iter().for_each(|word| words.word(word));
            }
            Question::Show(show) => {
                words.word("show");
                words.selection(&show.selection);
                // If nothing is said the program draws a few links deep; no way is longer than there are numbers of models.
                let is_around = matches!(show.selection.begin, Begin::Around(_));
                words.option("--depth", show.depth.or((!is_around).then_some(u32::MAX as usize)));
                words.option("--siblings", Some(show.siblings));
                words.filter(&show.filter);
            }
            Question::Explain(explain) => {
                words.word("explain");
                words.word(&explain.name);
            }
            Question::Owners(owners) => {
                words.word("owners");
                words.flag("--unknown", owners.unknown);
                words.most(owners.most, 20);
            }
            Question::Report(report) => {
                words.word("report");
                words.option("--section", (!report.sections.is_empty()).then(|| report.sections.join(",")));
                words.filter(&report.filter);
            }
            Question::Diff(diff) => {
                words.word("diff");
                words.word("EARLIER");
                words.word("LATER");
                words.option("--table", diff.table.as_ref());
            }
            Question::Check(check) => {
                words.word("check");
                match &check.list {
                    Some(Cases::All) => words.option("--list", Some("all")),
                    Some(Cases::Kind(name)) => words.option("--list", Some(name)),
                    Some(Cases::Aliases) => words.word("--aliases"),
                    Some(Cases::Bursts) => words.word("--bursts"),
                    Some(Cases::Mirrors) => words.word("--mirrors"),
                    None => (),
                }
                if matches!(check.list, Some(Cases::Aliases | Cases::Bursts | Cases::Mirrors)) {
                    words.most(check.most, 20);
                }
                words.option("--kinds", (!check.kinds.is_empty()).then(|| check.kinds.join(",")));
                words.option("--owner", check.owner.as_ref());
                words.option("--below", check.below.as_ref());
            }
            Question::Upstream(upstream) => {
                words.word("upstream");
                words.models(&upstream.models);
                words.filter(&upstream.filter);
            }
            Question::Why(why) => {
                words.word("why");
                words.word(&why.model);
                words.word(&why.ancestor);
                if let Some(most) = why.most {
                    words.word("--all");
                    words.option("--max-paths", Some(most));
                }
                words.filter(&why.filter);
            }
            Question::Common(common) => {
                words.word("common");
                words.models(&common.models);
                words.filter(&common.filter);
            }
            Question::Siblings(siblings) => {
                words.word("siblings");
                words.models(&siblings.models);
                words.most(siblings.most, 20);
                words.filter(&siblings.filter);
            }
            Question::Blast(blast) => {
                words.word("blast");
                words.models(&blast.models);
                words.option("--family", blast.family.as_ref());
                words.option("--flagged", (!blast.flagged.is_empty()).then_some("FLAGGED"));
                words.option("--changed", blast.changed.then_some("EARLIER"));
                blast.mine.iter().for_each(|pattern| words.option("--mine", Some(pattern)));
                words.option("--mine-from", (!blast.ours.is_empty()).then_some("OURS"));
                words.flag("--list", blast.list);
                if blast.list {
                    words.most(blast.most, 20);
                }
                words.option("--table", blast.table.as_ref());
                words.filter(&blast.filter);
            }
            Question::Licences(licences) => {
                words.word("licences");
                words.models(&licences.models);
                words.policy(&licences.policy);
                words.filter(&licences.filter);
            }
            #[cfg(feature = "export")]
            Question::Bom(bom) => {
                words.word("bom");
                words.models(&bom.models);
                words.filter(&bom.filter);
            }
            #[cfg(feature = "export")]
            Question::Export(export) => {
                words.word("export");
                words.selection(&export.selection);
                words.option("--depth", export.selection.depth);
                words.filter(&export.filter);
            }
        }
        words.0
    }
}
