use std::collections::HashMap;
use std::sync::Arc;

use super::{Chosen, Naming, Near};
use crate::census::{Burst, Census, Counted, Drawn, FamilyCount, Group, Listing, Part, Ranking};
#[cfg(feature = "export")]
use crate::export;
use crate::ink::Section;
use crate::lineage::{Lineage, Mirror};
use crate::provenance::{Blast, Books, Common, Hit, Siblings, Upstream, Verdicts, Why};
use crate::report::{Finding, Moved};
use crate::search;
use crate::snapshot::Row;

/// The `Facts` are what was found out. Numbers stay numbers; [`Answer::report`](super::Answer::report) says how they look.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Facts {
    /// A family was counted.
    Family {
        /// These are F1, F2 and F3 of the family, with their relations, owners and bursts.
        count: FamilyCount,
        /// This says whether the members' own derived models are counted with those of others.
        counted: Counted,
        /// This states the filter in sentences; it is empty if everything is followed and counted.
        words: String,
    },
    /// The models behind one count of a family were listed.
    Models {
        /// This is the family's name, or `owner/*`, or a model's id.
        family: String,
        /// This says which count the models stand behind: that of members, F1, F2 or F3.
        part: Part,
        /// These are the models, each with its relation towards the family.
        listing: Listing,
        /// The models were found by these links, after the filter.
        lineage: Lineage,
        /// This says whether the members' own derived models are listed with those of others.
        counted: Counted,
        /// This states the filter in sentences; it is empty if everything is followed and counted.
        words: String,
    },
    /// Models, owners or families were ranked.
    Ranking {
        /// These are the first rows, with how many there are in all.
        ranking: Ranking,
        /// This says what was ranked.
        group: Group,
        /// If only a family and what descends from it was looked at, this is its name.
        within: Option<String>,
        /// This states the filter in sentences, and for growth which days are recent; it is empty if there is nothing
        /// to state.
        words: String,
    },
    /// Models were searched for by words of their ids.
    Found {
        /// These are the models, and how many match.
        found: search::Found,
        /// Their counts are taken from this census of the whole snapshot.
        census: Arc<Census>,
        /// These are the links of the whole snapshot.
        lineage: Lineage,
        /// If nothing was found, these may be meant, where they were asked for.
        near: Vec<Near>,
    },
    /// A part of the lineage was drawn as a tree.
    Tree {
        /// The counts below each model are taken from this census of the whole snapshot, under the filter.
        census: Arc<Census>,
        /// These models were selected, also those that no line shows.
        chosen: Chosen,
        /// These are the lines of the tree, from the top down.
        drawn: Drawn,
        /// If the question named models by old ids, these are those ids, each with the one of today.
        renamed: Vec<(String, String)>,
        /// These sentences state the selection, what was left out of it, and the filter.
        words: String,
    },
    /// One section of the survey was made: an explanation, accounts, or what changed.
    Section {
        /// The section has its tables, pictures and definitions.
        section: Section,
        /// If this is set, programs are given the rows of the section's first table, and otherwise the whole section as
        /// one row.
        is_rows: bool,
    },
    /// Sections of the survey were made, as many as were asked for.
    Sections {
        /// The sections stand in the survey's order; the one about several snapshots comes last.
        sections: Vec<Section>,
    },
    /// What is odd in the snapshot was looked for.
    Findings {
        /// There is one finding for each kind. If the snapshot says what its records do not, that comes first
        /// ([`report::LIE`](crate::report::LIE)).
        findings: Vec<Finding>,
        /// If only some models or kinds were asked for, a sentence says which, and a number says how many other cases
        /// there are.
        scope: Option<(String, u64)>,
    },
    /// Old names were listed.
    Aliases {
        /// Each old name stands with that of today; those whose renaming moved most links come first.
        moved: Vec<Moved>,
    },
    /// Bursts were listed: groups of many children of one parent within a day.
    Bursts {
        /// Each burst names its parent and what its children have in common.
        bursts: Vec<Burst>,
    },
    /// Mirrors were listed: models that somebody else uploaded again under the same name.
    Mirrors {
        /// Each mirror stands with the number of its descendants.
        mirrors: Vec<(Mirror, u64)>,
    },
    /// Everything was found that some models descend from.
    Upstream {
        /// These are the ancestors that the filter lists.
        upstream: Upstream,
        /// These are the links by which they were found, after the filter.
        lineage: Lineage,
        /// The models and ancestors are told of by these tables.
        books: Arc<Books>,
        /// This says which names are old, and which models of a list the snapshot does not know.
        naming: Naming,
        /// This states the filter in sentences; it is empty if everything is followed and listed.
        words: String,
    },
    /// It was found out how a model descends from another one.
    Why {
        /// These are the ways, or nothing if there is none.
        why: Option<Why>,
        /// This is the model, and then the ancestor.
        ends: [Row; 2],
        /// The models on the ways are told of by these tables.
        books: Arc<Books>,
        /// This says which names are old.
        naming: Naming,
        /// This states the filter in sentences; it is empty if everything is followed.
        words: String,
    },
    /// The nearest common ancestors of some models were found.
    Common {
        /// These are the ancestors, with their distances.
        common: Common,
        /// They are told of by these tables.
        books: Arc<Books>,
        /// This says which names are old, and which models of a list the snapshot does not know.
        naming: Naming,
        /// This states the filter in sentences; it is empty if everything is followed.
        words: String,
    },
    /// The other children of some models' parents were listed.
    Siblings {
        /// These are the siblings that the filter lists.
        siblings: Siblings,
        /// They are told of by these tables.
        books: Arc<Books>,
        /// This says which names are old, and which models of a list the snapshot does not know.
        naming: Naming,
        /// This states the filter in sentences; it is empty if everything is followed and listed.
        words: String,
    },
    /// It was found what descends from some bases.
    Blast {
        /// These are the bases, and all that descends from them.
        blast: Blast,
        /// These are the models that are counted, each with whether it was made after its bases went bad, if that is known.
        hits: Vec<(Hit, Option<bool>)>,
        /// These bases are ours themselves, where somebody says what is ours.
        own: Vec<Row>,
        /// If the models are counted and not listed, the counts stand in this section.
        section: Option<Section>,
        /// They are told of by these tables.
        books: Arc<Books>,
        /// This says which names are old, and which models of a list the snapshot does not know.
        naming: Naming,
        /// These sentences define the list, and state the filter.
        words: Vec<String>,
    },
    /// Verdicts on licences were found.
    Licences {
        /// These are the verdicts, with what the policy says.
        verdicts: Verdicts,
        /// Models of a list stand in these files and lines.
        places: HashMap<String, (String, u64)>,
        /// This says which names are old, and which models of a list the snapshot does not know.
        naming: Naming,
        /// This states the filter in sentences; it is empty if everything is followed.
        words: String,
    },
    /// A bill of materials was made, to be written ([`Answer::bom`](super::Answer::bom)).
    #[cfg(feature = "export")]
    Bom {
        /// This is the bill.
        bom: export::Bom,
        /// These models were found that it is of.
        upstream: Upstream,
        /// They are told of by these tables.
        books: Arc<Books>,
        /// This says which names are old, and which models of a list the snapshot does not know: these are not in the bill.
        naming: Naming,
        /// This states the filter in sentences; it is empty if everything is followed.
        words: String,
    },
    /// A part of the lineage was selected, to be written as a graph ([`Answer::graph`](super::Answer::graph)).
    #[cfg(feature = "export")]
    Graph {
        /// The counts below each model are taken from this census of the whole snapshot, under the filter.
        census: Arc<Census>,
        /// These models were selected.
        chosen: Chosen,
        /// These tables say of the models what the snapshot does not: families, publishers, old ids, classes of
        /// licences.
        tables: export::Tables,
        /// These sentences state the selection, what was left out of it, and the filter.
        words: String,
    },
}
