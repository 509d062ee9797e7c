//! These are arguments that take one of a few words; the comments at the words are the program's help.

use clap::ValueEnum;
use modelkin::export::ColorBy;
use modelkin::ink::{CitationFormat, Format};
use modelkin::lineage::Collapse;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FormatArg {
    /// For people at a terminal
    Table,
    /// One frame for every command, documented in docs/json.md
    Json,
    /// The same columns as JSON, nested names with dots
    Csv,
    /// For documents
    Markdown,
}

impl From<FormatArg> for Format {
    fn from(format: FormatArg) -> Format {
        match format {
            FormatArg::Table => Format::Table,
            FormatArg::Json => Format::Json,
            FormatArg::Csv => Format::Csv,
            FormatArg::Markdown => Format::Markdown,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum WhenArg {
    /// On a terminal that has colours
    Auto,
    /// In a file or a pipe too
    Always,
    Never,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum KindArg {
    /// The hub-stats dump (Parquet)
    HubStats,
    /// The Hub's list rows as JSON or JSON Lines
    Jsonl,
    /// Tables of models or of links (CSV)
    Csv,
    /// Model cards or a Hub cache
    Cards,
    /// The program's own edge text
    Edges,
    /// The pages that a crawl kept (`crawl --record`)
    Recording,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum CiteArg {
    /// Sentences, for a footnote or a caption
    Text,
    /// An entry for BibTeX
    Bibtex,
    /// A list of one item of CSL-JSON, for Zotero and pandoc
    Csl,
}

impl From<CiteArg> for CitationFormat {
    fn from(form: CiteArg) -> CitationFormat {
        match form {
            CiteArg::Text => CitationFormat::Text,
            CiteArg::Bibtex => CitationFormat::Bibtex,
            CiteArg::Csl => CitationFormat::Csl,
        }
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum ShellArg {
    /// `source <(modelkin completions bash)` in ~/.bashrc
    Bash,
    /// `source <(modelkin completions zsh)` in ~/.zshrc, after compinit
    Zsh,
    /// `modelkin completions fish | source` in ~/.config/fish/config.fish
    Fish,
    /// `modelkin completions powershell | Out-String | Invoke-Expression` in the profile
    Powershell,
    /// `modelkin completions nushell | save -f modelkin.nu`, then `use modelkin.nu *` in config.nu; commands and options, no names
    Nushell,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum GroupArg {
    /// Models by what descends from them
    Models,
    /// Owners by what descends from all of their models
    Owners,
    /// Families by what descends from their members
    Families,
    /// Accounts by the derived models that they have made
    Authors,
    /// Countries by the derived models whose publishers are of them
    Countries,
    /// Licences by the derived models that state them
    #[value(alias = "licenses")]
    Licences,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CollapseArg {
    /// All of them
    Leaves,
    /// The quantized ones
    Quantized,
}

impl From<CollapseArg> for Collapse {
    fn from(which: CollapseArg) -> Collapse {
        match which {
            CollapseArg::Leaves => Collapse::Leaves,
            CollapseArg::Quantized => Collapse::Quantized,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorArg {
    /// How a model was made from its parent
    Relation,
    /// Who published it
    Owner,
    /// Its publisher's country
    Country,
    /// Its licence
    Licence,
    /// Whether its licence is permissive, copyleft, restricted or commercial
    LicenceClass,
    /// Its family
    Family,
}

impl From<ColorArg> for ColorBy {
    fn from(by: ColorArg) -> ColorBy {
        match by {
            ColorArg::Relation => ColorBy::Relation,
            ColorArg::Owner => ColorBy::Owner,
            ColorArg::Country => ColorBy::Country,
            ColorArg::Licence => ColorBy::Licence,
            ColorArg::LicenceClass => ColorBy::LicenceClass,
            ColorArg::Family => ColorBy::Family,
        }
    }
}
