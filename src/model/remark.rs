use std::fmt;

/// What is to be said of a source as a whole, since no record and no reject says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// What it is about.
    pub kind: RemarkKind,
    /// The words concerned.
    pub text: String,
}

impl Remark {
    /// A remark about `text`.
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
        /// The kinds of [`Remark`].
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum RemarkKind { $($(#[doc = $doc])+ $kind,)+ }

        impl RemarkKind {
            /// Every kind.
            pub const ALL: &[RemarkKind] = &[$(RemarkKind::$kind),+];

            /// The kind's name in outputs and in snapshots.
            pub fn name(self) -> &'static str {
                match self { $(RemarkKind::$kind => $name,)+ }
            }

            /// What it means and what becomes of it.
            pub fn about(self) -> &'static str {
                match self { $(RemarkKind::$kind => $about,)+ }
            }

            /// Whether it speaks against the source.
            pub fn is_fault(self) -> bool {
                match self { $(RemarkKind::$kind => $is_fault,)+ }
            }
        }
    };
}

remark_kinds! {
    /// A column of a type that none of its values can have.
    PassedOver = "column-passed-over", false, "a column of a type that cannot be read: passed over, its values are missing";
    /// A column that seems to speak of parents and has no known name.
    Unread = "column-not-read", false, "a column that looks like lineage and is not read; if it names parents, say --column parent=NAME";
    /// Rows of a table of models that replace the parents of earlier ones.
    Replaced = "parents-replaced", false, "of models, with other parents than an earlier row of the same model: the last one's count; if a row is a link, call the column of ids `child`";
    /// Numbers in a column of ids, beside ids in another one.
    Numbers = "ids-are-numbers", false, "with a number in a column of ids that stands above another one: the other one's are the models";
    /// Bytes behind packed data that are neither packed nor zeros.
    TrailingJunk = "trailing-junk", true, "bytes behind the packed data that are no packed data: not read";
    /// Models that a Hub cache has without their READMEs.
    NoCard = "no-card", false, "models in a Hub cache without a README (ID@REVISION: of that in refs/main, whatever others have): not read, since nothing says what they are; fetch it, as by `hf download ID README.md`";
    /// A file of which nobody told where it ends.
    NoEnd = "no-end", true, "the server told no size, and the line was closed: whether all of it arrived is not known";
    /// Many records, and no parent in any.
    NoLinks = "no-links", true, "a source of more than 1,000 records of which none names a parent";
}
