use std::borrow::Cow;

/// An `Oddity` is one odd thing about one model's metadata, which is counted and listed, and never hidden.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Oddity {
    /// It tells what is odd.
    pub kind: OddityKind,
    /// These are the words concerned, verbatim, cut at [`Oddity::MAX_TEXT`] bytes.
    pub text: String,
}

impl Oddity {
    /// A text is kept up to so many bytes.
    pub const MAX_TEXT: usize = 200;

    /// Makes an oddity about `text`, which is cut if it is longer than [`Oddity::MAX_TEXT`] bytes.
    pub fn new(kind: OddityKind, text: &str) -> Oddity {
        Oddity { kind, text: clip(text, Oddity::MAX_TEXT).into_owned() }
    }
}

/// `text`, or its first `most` bytes and an ellipsis.
pub(crate) fn clip(text: &str, most: usize) -> Cow<'_, str> {
    if text.len() <= most {
        return Cow::Borrowed(text);
    }
    let mut end = most;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    Cow::Owned(format!("{}…", &text[..end]))
}

macro_rules! oddity_kinds {
    ($($(#[doc = $doc:literal])+ $kind:ident = $name:literal, $about:literal;)+) => {
        /// An `OddityKind` says what an [`Oddity`] is. The rule that finds each stands in `docs/dirt.md`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum OddityKind { $($(#[doc = $doc])+ $kind,)+ }

        impl OddityKind {
            /// This lists every kind; its place here is the kind's code in a snapshot.
            pub const ALL: &[OddityKind] = &[$(OddityKind::$kind),+];

            /// Gives the kind's name in outputs and in snapshots.
            pub fn name(self) -> &'static str {
                match self { $(OddityKind::$kind => $name,)+ }
            }

            /// Whether it is about parents that a record names, and so of no account once another record replaces them.
            pub(crate) fn is_of_parents(self) -> bool {
                use OddityKind::{
                    BadValue, BrokenYaml, CaseCollision, LedElsewhere, OpenHeader, Renamed, RepeatedKey, ReusedId,
                };
                !matches!(
                    self,
                    BadValue | BrokenYaml | CaseCollision | LedElsewhere | OpenHeader | Renamed | RepeatedKey | ReusedId
                )
            }

            /// Says what the kind means, and what becomes of the value, in a line.
            pub fn about(self) -> &'static str {
                match self { $(OddityKind::$kind => $about,)+ }
            }
        }
    };
}

oddity_kinds! {
    /// A parent is given as a path of somebody's disk.
    Path = "path", "a parent given as a path of somebody's disk: no link";
    /// A parent is given as an address that is no model of the Hub.
    Url = "url", "a parent given as an address that is no model of the Hub: no link";
    /// A parent stands for "nothing": None, N/A, unknown.
    Placeholder = "placeholder", "a parent that stands for nothing (None, N/A, unknown): no link";
    /// A parent is no id for any other reason.
    Malformed = "malformed", "a parent that is no id for another reason: no link";
    /// A parent became an id only after a wrapping was taken off.
    Unwrapped = "unwrapped", "a parent freed of an address, a revision or a cache path: a link";
    /// One list names the same parent twice.
    Repeated = "repeated-parent", "the same parent twice in one list: one link";
    /// Two typed tags name one parent with different relations.
    RelationConflict = "relation-conflict", "typed tags disagree about one parent: the stronger relation holds";
    /// A typed tag stands without the plain tag beside it, as only an author writes it.
    AuthorTag = "author-tag", "a typed tag without the plain one beside it, so written by the author: a link";
    /// The card names another set of parents than the Hub.
    CardDisagrees = "card-disagrees", "the card names other parents than the Hub: the Hub's count";
    /// A `base_model_relation` is none that the Hub knows.
    UnknownRelation = "unknown-relation", "a base_model_relation that the Hub does not know: as if absent";
    /// A front matter is no YAML from some line on.
    BrokenYaml = "broken-yaml", "front matter that is no YAML from some line on: what stood before counts";
    /// A `base_model` was read by a line scan after the YAML broke.
    Rescued = "rescued", "base_model read line by line after the YAML broke: a link";
    /// A key stands twice in a front matter.
    RepeatedKey = "repeated-key", "a key twice in one front matter: the last one holds";
    /// A value is of the wrong kind, such as downloads that are no number.
    BadValue = "bad-value", "a value of the wrong kind: missing";
    /// The ids of rows differ only in case.
    CaseCollision = "case-collision", "rows whose ids differ only in case: one model, the later row holds";
    /// One repository came under two ids.
    Renamed = "renamed", "one repository under two ids: one model under the later id, the earlier one an alias";
    /// Two repositories bore one id, one after the other.
    ReusedId = "reused-id", "two repositories under one id, one after the other: the later one holds";
    /// The page of an id leads to another model, while the Hub lists both.
    LedElsewhere = "led-elsewhere", "its page leads to another model, and both are listed: two models, no alias";
    /// A parent bears another name today.
    RenamedParent = "renamed-parent", "a parent that bears another name today: one link, to the model under that name";
    /// A front matter begins and does not end.
    OpenHeader = "open-header", "a front matter that does not end: not read, and nothing is known of parents";
    /// Tables call a parent's name an old one, and its key says that it is not the model of the new one.
    NotRenamed = "not-renamed", "a parent under a name that tables call an old one, whose key is not that of the new one: the name holds";
}
