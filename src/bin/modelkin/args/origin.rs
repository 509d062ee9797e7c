//! Commands that tell where models come from, and whom they reach.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args as ClapArgs, ValueEnum};
use modelkin::export::BomFormat;

use super::common::{Asked, Filter, Question};
use crate::program::choice::{CiteArg, FormatArg};
use crate::program::values::{bom, whole, within};

/// Models by their ids and by lists.
#[derive(Debug, Clone, ClapArgs)]
pub struct Listed {
    /// Ids of models; old ids too
    #[arg(value_name = "MODEL")]
    pub models: Vec<String>,
    /// A list of models: ids, addresses or package URLs a line, requirements, or a bill of materials (CycloneDX or SPDX, as JSON);
    /// `-` is the standard input. What the snapshot does not know is named
    #[arg(long, value_name = "FILE")]
    pub from: Vec<PathBuf>,
}

/// The models that a command is about, those in folders among them.
#[derive(Debug, Clone, ClapArgs)]
pub struct Models {
    #[command(flatten)]
    pub listed: Listed,
    /// A folder with a model that is on no hub yet: README.md, adapter_config.json, config.json, mergekit_config.yml; its links are
    /// laid over the snapshot for this answer
    #[arg(long, value_name = "DIR")]
    pub folder: Vec<PathBuf>,
}

/// How a negative answer ends.
#[derive(Debug, Clone, Copy, ClapArgs)]
pub struct Exit {
    /// End with this code where the answer is one that stops a pipeline
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub exit_code: u8,
}

impl Exit {
    /// The end of a command whose answer stops a pipeline, or does not.
    pub fn code(self, stops: bool) -> ExitCode {
        if stops { ExitCode::from(self.exit_code) } else { ExitCode::SUCCESS }
    }
}

#[derive(Debug, ClapArgs)]
pub struct Upstream {
    #[command(flatten)]
    pub models: Models,
    /// Publishers (CSV: namespace, name, country_iso2, kind); its rows win over the built-in ones
    #[arg(long, value_name = "FILE")]
    pub owners: Option<PathBuf>,
    #[command(flatten)]
    pub filter: Filter,
    #[command(flatten)]
    pub question: Question,
}

#[derive(Debug, ClapArgs)]
pub struct Why {
    /// The model that descends
    #[arg(value_name = "MODEL")]
    pub model: String,
    /// The model that it descends from
    #[arg(value_name = "ANCESTOR")]
    pub ancestor: String,
    /// Show other ways too, the shortest first
    #[arg(long)]
    pub all: bool,
    /// How many ways to show at most
    #[arg(long, value_name = "N", default_value_t = 20, requires = "all", value_parser = within(1u16, Some(1000)), allow_negative_numbers = true)]
    pub max_paths: u16,
    #[command(flatten)]
    pub exit: Exit,
    #[command(flatten)]
    pub filter: Filter,
    #[command(flatten)]
    pub question: Question,
}

#[derive(Debug, ClapArgs)]
pub struct Common {
    #[command(flatten)]
    pub models: Models,
    #[command(flatten)]
    pub exit: Exit,
    #[command(flatten)]
    pub filter: Filter,
    #[command(flatten)]
    pub question: Question,
}

#[derive(Debug, ClapArgs)]
pub struct Siblings {
    #[command(flatten)]
    pub models: Models,
    /// How many to show in a table or in Markdown; 0 shows all
    #[arg(long, default_value_t = 20, value_name = "N", value_parser = whole::<usize>, allow_negative_numbers = true)]
    pub top: usize,
    #[command(flatten)]
    pub filter: Filter,
    #[command(flatten)]
    pub question: Question,
}

#[derive(Debug, ClapArgs)]
pub struct Blast {
    #[command(flatten)]
    pub listed: Listed,
    /// The members of this family too: by rule (Qwen), of an owner ('Qwen/*'), by a pattern of ids ('Qwen/Qwen3*'), or one model's id
    #[arg(long, value_name = "NAME")]
    pub family: Option<String>,
    /// Families of your own (CSV: family, namespaces, id_patterns) instead of the built-in ones
    #[arg(long, visible_alias = "rules", value_name = "FILE", requires = "family")]
    pub families: Option<PathBuf>,
    /// Models that something is wrong with (CSV: id, reason, since, source; all but the id may be empty)
    #[arg(long, value_name = "FILE")]
    pub flagged: Option<PathBuf>,
    /// Models that changed since this earlier snapshot: relicensed, gated otherwise, of other parents, or gone
    #[arg(long, value_name = "EARLIER")]
    pub changed: Option<PathBuf>,
    /// Only what is ours: an account, or ids that match, such as 'acme/*'; may stand several times. With --flagged or --changed, a hit,
    /// or a base that is ours itself, ends with the exit code 3
    #[arg(long, value_name = "PATTERN")]
    pub mine: Vec<String>,
    /// The same by a list of our models, as for --from
    #[arg(long, value_name = "FILE")]
    pub mine_from: Vec<PathBuf>,
    /// List the models instead of counting them: in a table the nearest, in JSON and CSV all
    #[arg(long)]
    pub list: bool,
    /// For --list in a table or in Markdown: how many models to show; 0 shows all
    #[arg(long, default_value_t = 20, value_name = "N", requires = "list", value_parser = whole::<usize>, allow_negative_numbers = true)]
    pub top: usize,
    /// Only this table of the counts; for CSV, which is one table
    #[arg(long, value_name = "NAME")]
    pub table: Option<String>,
    /// Publishers (CSV: namespace, name, country_iso2, kind); its rows win over the built-in ones
    #[arg(long, value_name = "FILE")]
    pub owners: Option<PathBuf>,
    #[command(flatten)]
    pub exit: Exit,
    #[command(flatten)]
    pub filter: Filter,
    #[command(flatten)]
    pub question: Question,
}

#[derive(Debug, ClapArgs)]
pub struct Licences {
    #[command(flatten)]
    pub models: Models,
    /// What is accepted (JSON: allow, deny_terms, unknown, exceptions, clarify; docs/licences.md, 7)
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// Accept only these licences, of the models and of all above them, with commas between them
    #[arg(long, value_name = "IDS", value_delimiter = ',')]
    pub allow: Vec<String>,
    /// Accept no licence with any of these terms, by their letters: C is non-commercial, K a cap on users, and so on
    #[arg(long, value_name = "LETTERS", value_delimiter = ',')]
    pub deny_terms: Vec<String>,
    /// What to do where nothing can be told, or no licence is stated [default: warn, or what the policy says]
    #[arg(long, value_enum, value_name = "WHAT")]
    pub unknown: Option<UnknownArg>,
    /// Terms of licences of your own (CSV), which stand above the built-in ones (docs/licences.md, 8)
    #[arg(long, value_name = "FILE")]
    pub rules: Option<PathBuf>,
    /// How to write the answer
    #[arg(long, value_enum, default_value = "table")]
    pub format: LicenceFormat,
    /// Write a citation in the place of the answer: what was found, in which snapshot, by which version and command
    #[arg(long, value_enum, value_name = "FORM", num_args = 0..=1, default_missing_value = "text", conflicts_with = "format")]
    pub cite: Option<CiteArg>,
    #[command(flatten)]
    pub exit: Exit,
    #[command(flatten)]
    pub filter: Filter,
    #[command(flatten)]
    pub asked: Asked,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum UnknownArg {
    /// Tell it
    Warn,
    /// Let the model fail
    Deny,
    /// Pass it over
    Allow,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum LicenceFormat {
    /// For people at a terminal
    Table,
    /// One frame for every command, documented in docs/json.md
    Json,
    /// The same columns as JSON, nested names with dots
    Csv,
    /// For documents
    Markdown,
    /// What the policy does not accept, for code hosts (SARIF 2.1.0)
    Sarif,
}

impl LicenceFormat {
    /// The same format as other commands have it, if they do.
    pub fn known(self) -> Option<FormatArg> {
        match self {
            LicenceFormat::Table => Some(FormatArg::Table),
            LicenceFormat::Json => Some(FormatArg::Json),
            LicenceFormat::Csv => Some(FormatArg::Csv),
            LicenceFormat::Markdown => Some(FormatArg::Markdown),
            LicenceFormat::Sarif => None,
        }
    }
}

#[derive(Debug, ClapArgs)]
pub struct Bom {
    #[command(flatten)]
    pub models: Models,
    /// The format: cyclonedx (1.6), cyclonedx-1.7 or spdx (3.0.1) [default: by the file's name, else cyclonedx]
    #[arg(long, value_name = "FORMAT", value_parser = bom)]
    pub to: Option<BomFormat>,
    /// The file to write, such as model.cdx.json or model.spdx3.json [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Publishers (CSV: namespace, name, country_iso2, kind); its rows win over the built-in ones
    #[arg(long, value_name = "FILE")]
    pub owners: Option<PathBuf>,
    /// Write a citation of the models above them in the place of the bill
    #[arg(long, value_enum, value_name = "FORM", num_args = 0..=1, default_missing_value = "text", conflicts_with_all = ["output", "to"])]
    pub cite: Option<CiteArg>,
    #[command(flatten)]
    pub filter: Filter,
    #[command(flatten)]
    pub asked: Asked,
}
