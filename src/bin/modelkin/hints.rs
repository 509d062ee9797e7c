//! What the library hints at, in the words of the command line.

use modelkin::model::Hint;
use modelkin::{ask, census, import, source};

/// What stands behind a line or an error, from the mark on that sets it off.
pub fn words(hint: Hint) -> &'static str {
    match hint {
        Hint::AllRows => "; --top 0 shows all",
        Hint::EveryCase => "; --list KIND lists every case",
        Hint::MoreOfTree => " (see --depth and --siblings)",
        Hint::FewerLines => {
            ". --depth, --siblings and --top narrow it; --format json and csv have every line, and export every model"
        }
        Hint::MoreRoom => "; a wider terminal shows more, and --format csv or json all of it",
        Hint::Wait => "; --wait does it",
        Hint::SourceKind => ", with --as",
        Hint::IdColumn => ", with --column id=NAME",
        Hint::OpenSnapshot => ", with --snapshot",
        Hint::ListAnew => ": use --update --full",
        _ => "",
    }
}

/// The words for what an error hints at.
pub fn of(error: &anyhow::Error) -> &'static str {
    let of = |cause: &(dyn std::error::Error + 'static)| {
        let source = cause.downcast_ref().and_then(source::Error::hint);
        let made = || cause.downcast_ref().and_then(import::Error::hint);
        let counted = || cause.downcast_ref().and_then(census::Error::hint);
        source.or_else(made).or_else(counted).or_else(|| cause.downcast_ref().and_then(ask::Error::hint))
    };
    error.chain().find_map(of).map_or("", words)
}
