use crate::census::{Counted, Part, Tally};
use crate::ink::{Unit, Value, share};

use Unit::{Count, Share};

/// A `Figure` is what a comparison by a facet shows of each part.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Figure {
    /// The models of F2 that belong to the part.
    #[default]
    F2,
    /// The models of F1 that belong to the part.
    F1,
    /// The distinct owners of the part's models of F2.
    Authors,
    /// The downloads in 30 days of the part's models of F2.
    Downloads,
    /// The part's models of F2 as a share of all derived models of the part.
    Share,
}

impl Figure {
    /// This lists every one.
    pub const ALL: [Figure; 5] = [Figure::F2, Figure::F1, Figure::Authors, Figure::Downloads, Figure::Share];

    /// Gives its name in questions.
    pub fn name(self) -> &'static str {
        match self {
            Figure::F2 => "f2",
            Figure::F1 => "f1",
            Figure::Authors => "authors",
            Figure::Downloads => "downloads",
            Figure::Share => "share",
        }
    }

    /// Says in a sentence what is shown.
    pub fn about(self) -> &'static str {
        match self {
            Figure::F2 => "Shown: distinct models of F2. All: every derived model, whatever it descends from.",
            Figure::F1 => "Shown: distinct models of F1. All: every derived model, whatever it descends from.",
            Figure::Authors => {
                "Shown: distinct owners of the models of F2; a model whose id has no owner is its own. All: of every derived model."
            }
            Figure::Downloads => {
                "Shown: downloads in 30 days of the models of F2, where known; missing where none is. All: of every derived model."
            }
            Figure::Share => {
                "Shown: models of F2 as a share of every derived model of the same part; all: how many these are. A model may descend from several, so that shares may add up to more than 1."
            }
        }
    }

    /// Says it below the title of a picture.
    pub(super) fn sentence(self) -> String {
        let [direct, all] = [Part::Direct, Part::All].map(|part| part.about(Counted::Others));
        match self {
            Figure::F2 => all,
            Figure::F1 => direct,
            Figure::Authors => {
                format!("Distinct owners of models of F2; a model whose id has no owner is its own. {all}")
            }
            Figure::Downloads => format!("Downloads of models of F2, where they are known. {all}"),
            Figure::Share => {
                format!("A model may descend from several, so that shares may add up to more than all. {all}")
            }
        }
    }

    /// What a picture of it is called.
    pub(super) fn title(self) -> &'static str {
        match self {
            Figure::F2 => "Derivatives (F2)",
            Figure::F1 => "Direct derivatives by others (F1)",
            Figure::Authors => "Authors of derivatives (F2)",
            Figure::Downloads => "Downloads in 30 days of derivatives (F2), where known",
            Figure::Share => "Derivatives (F2) as a share of all derived models",
        }
    }

    pub(super) fn unit(self) -> Unit {
        if self == Figure::Share { Share } else { Count }
    }

    /// By this much parts without an order of their own are sorted.
    pub(super) fn size(self, tally: &Tally) -> u64 {
        match self {
            Figure::Authors => tally.authors,
            Figure::Downloads => tally.downloads.total,
            Figure::F1 | Figure::F2 | Figure::Share => tally.models,
        }
    }

    /// It for a picture.
    pub(super) fn drawn(self, tally: &Tally, all: u64) -> Option<f64> {
        match self {
            Figure::F1 | Figure::F2 => Some(tally.models as f64),
            Figure::Authors => Some(tally.authors as f64),
            Figure::Downloads => tally.downloads.known().map(|downloads| downloads as f64),
            Figure::Share => share(tally.models, all),
        }
    }

    /// What stands in the column of every derived model: of shares, how many these are.
    pub(super) fn of_all(self, tally: &Tally) -> Value {
        if self == Figure::Share { tally.models.into() } else { self.of(tally, tally.models) }
    }

    pub(super) fn of(self, tally: &Tally, all: u64) -> Value {
        match self {
            Figure::F1 | Figure::F2 => tally.models.into(),
            Figure::Authors => tally.authors.into(),
            Figure::Downloads => tally.downloads.known().into(),
            Figure::Share => share(tally.models, all).into(),
        }
    }
}
