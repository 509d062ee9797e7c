use std::fmt;

/// A `Remark` says something of a source as a whole, which no record and no reject says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// It tells what the remark is about.
    pub kind: RemarkKind,
    /// These are the words concerned.
    pub text: String,
}

impl Remark {
    /// Makes a remark about `text`.
    pub fn new(kind: RemarkKind, text: impl Into<String>) -> Remark {
        Remark { kind, text: text.into() }
    }
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.text, self.kind.about())
    }
}

macro_rules! remark_kinds {
    ($($(#[doc = $doc:literal])+ $kind:ident = $name:literal, $is_fault:literal, $about:literal;)+) => {
        /// A `RemarkKind` says what a [`Remark`] is about.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum RemarkKind { $($(#[doc = $doc])+ $kind,)+ }

        impl RemarkKind {
            /// This lists every kind.
            pub const ALL: &[RemarkKind] = &[$(RemarkKind::$kind),+];

            /// Gives the kind's name in outputs and in snapshots.
            pub fn name(self) -> &'static str {
                match self { $(RemarkKind::$kind => $name,)+ }
            }

            /// Says what the kind means, and what becomes of it.
            pub fn about(self) -> &'static str {
                match self { $(RemarkKind::$kind => $about,)+ }
            }

            /// Tells whether such a remark speaks against the source.
            pub fn is_fault(self) -> bool {
                match self { $(RemarkKind::$kind => $is_fault,)+ }
            }
        }
    };
}

remark_kinds! {
    /// A column is of a type that none of its values can have.
    PassedOver = "column-passed-over", false, "a column of a type that cannot be read: passed over, its values are missing";
    /// A column seems to speak of parents and has no known name.
    Unread = "column-not-read", false, "a column that looks like lineage and is not read; if it names parents, name it as a column of parents, `parent=NAME`";
    /// Rows of a table of models replace the parents of earlier ones.
    Replaced = "parents-replaced", false, "of models, with other parents than an earlier row of the same model: the last one's count; if a row is a link, call the column of ids `child`";
    /// Numbers stand in a column of ids, beside ids in another one.
    Numbers = "ids-are-numbers", false, "with a number in a column of ids that stands above another one: the other one's are the models";
    /// Bytes stand behind packed data that are neither packed nor zeros.
    TrailingJunk = "trailing-junk", true, "bytes behind the packed data that are no packed data: not read";
    /// A Hub cache has models without their READMEs.
    NoCard = "no-card", false, "models in a Hub cache without a README (ID@REVISION: of that in refs/main, whatever others have): not read, since nothing says what they are; fetch it, as by `hf download ID README.md`";
    /// Nobody told where a file ends.
    NoEnd = "no-end", true, "the server told no size, and the line was closed: whether all of it arrived is not known";
    /// Many records name no parent at all.
    NoLinks = "no-links", true, "a source of more than 1,000 records of which none names a parent";
}
