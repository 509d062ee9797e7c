//! What several commands understand.

use std::path::PathBuf;

use clap::Args as ClapArgs;
use modelkin::ask::Day;
use modelkin::model::Relation;

use crate::program::choice::{CiteArg, FormatArg, WhenArg};
use crate::program::values::{day, perhaps_empty, relation, whole};

/// How the program speaks: the same for every command.
#[derive(Debug, Clone, Copy, ClapArgs)]
#[command(next_help_heading = "On a terminal")]
pub struct Speech {
    /// Colours, and links at ids: auto is on a terminal, unless NO_COLOR is set; CLICOLOR_FORCE=1 is always
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value = "auto", hide_possible_values = true)]
    pub color: WhenArg,
    /// Say nothing but the answer and errors: no progress, no notes, no warnings
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Print an answer that is longer than the screen, and start no pager
    #[arg(long, global = true)]
    pub no_pager: bool,
}

/// What every question understands.
#[derive(Debug, ClapArgs)]
pub struct Question {
    #[command(flatten)]
    pub form: Form,
    #[command(flatten)]
    pub asked: Asked,
}

/// How an answer is written.
#[derive(Debug, Clone, Copy, ClapArgs)]
pub struct Form {
    /// How to write the answer
    #[arg(long, value_enum, default_value = "table")]
    pub format: FormatArg,
    /// Write a citation in the place of the answer: what was counted, in which snapshot, by which version and command
    #[arg(long, value_enum, value_name = "FORM", num_args = 0..=1, default_missing_value = "text", conflicts_with = "format")]
    pub cite: Option<CiteArg>,
}

impl std::ops::Deref for Question {
    type Target = Asked;

    fn deref(&self) -> &Asked {
        &self.asked
    }
}

/// What is asked, and how.
#[derive(Debug, ClapArgs)]
pub struct Asked {
    /// The snapshot to ask [default: the last one imported, else the sample inside the program; `sample` names that]
    #[arg(long, env = "MODELKIN_SNAPSHOT", value_name = "FILE", value_parser = perhaps_empty())]
    pub snapshot: Option<PathBuf>,
    #[command(flatten)]
    pub trust: Trust,
    #[command(flatten)]
    pub wait: Wait,
}

/// What is believed of a snapshot.
#[derive(Debug, Clone, Copy, ClapArgs)]
pub struct Trust {
    /// Compute everything from the records, and take nothing that the snapshot keeps; refuse one whose digest is not theirs
    #[arg(long)]
    pub trust_nothing: bool,
}

/// How long counting may take.
#[derive(Debug, ClapArgs)]
pub struct Wait {
    /// Count also what would take more than half a minute, or more than SECONDS: no lineage of a Hub does, but models may
    /// merge so that most see most others
    #[arg(long = "wait", value_name = "SECONDS", num_args = 0..=1, require_equals = true, value_parser = whole::<u64>)]
    seconds: Option<Option<u64>>,
}

impl Wait {
    /// So many seconds, or nothing: as many as it takes.
    pub fn seconds(&self) -> Option<u64> {
        match self.seconds {
            None => Some(30),
            Some(seconds) => seconds,
        }
    }
}

/// How long whoever asks a server is made to wait.
#[derive(Debug, ClapArgs)]
pub struct Patience {
    /// A question that is judged to take longer is refused at once
    #[arg(long = "wait", value_name = "SECONDS", default_value_t = 10, value_parser = whole::<u64>, allow_negative_numbers = true)]
    pub seconds: u64,
}

/// Tables of your own instead of those inside the program.
#[derive(Debug, ClapArgs)]
pub struct Tables {
    /// Publishers (CSV: namespace, name, country_iso2, kind); its rows win over the built-in ones
    #[arg(long, value_name = "FILE")]
    pub owners: Option<PathBuf>,
    /// Families (CSV: family, namespaces, id_patterns) instead of the built-in ones
    #[arg(long, visible_alias = "rules", value_name = "FILE")]
    pub families: Option<PathBuf>,
}

/// Which links are followed, and which models are counted.
#[derive(Debug, Default, ClapArgs)]
pub struct Filter {
    /// Follow only links of these relations, with commas between them: finetune, quantized, adapter, merge, unstated
    #[arg(long, value_parser = relation, value_name = "RELATION", value_delimiter = ',')]
    pub relation: Vec<Relation>,
    /// Do not follow links of these relations, with commas between them
    #[arg(long, value_parser = relation, value_name = "RELATION", value_delimiter = ',')]
    pub exclude: Vec<Relation>,
    /// Do not follow links from parents that are not listed
    #[arg(long)]
    pub no_unlisted: bool,
    /// Put what descends from a mirror (a re-upload under the same name) below the model that it mirrors, and count no mirror as a derivative
    #[arg(long)]
    pub fold_mirrors: bool,
    /// Count only models created on this day or later, such as 2025-01-31, 2025-01 or 2025; the others are walked through
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub since: Option<Day>,
    /// Count only models created before this day; the others are walked through
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub until: Option<Day>,
}
