use std::borrow::Cow;

/// One odd thing about one model's metadata: counted and listed, never hidden.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Oddity {
    /// What is odd.
    pub kind: OddityKind,
    /// The words concerned, verbatim, cut at [`Oddity::MAX_TEXT`] bytes.
    pub text: String,
}

impl Oddity {
    /// Longest text kept, in bytes.
    pub const MAX_TEXT: usize = 200;

    /// An oddity about `text`, which is cut if it is long.
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
        /// The kinds of [`Oddity`], each with the rule that finds it in `docs/dirt.md`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum OddityKind { $($(#[doc = $doc])+ $kind,)+ }

        impl OddityKind {
            /// Every kind; the place in it is the kind's code in a snapshot.
            pub const ALL: &[OddityKind] = &[$(OddityKind::$kind),+];

            /// The kind's name in outputs and in snapshots.
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

            /// What it means, in a line.
            pub fn about(self) -> &'static str {
                match self { $(OddityKind::$kind => $about,)+ }
            }
        }
    };
}

oddity_kinds! {
    /// A parent given as a path of somebody's disk.
    Path = "path", "a parent given as a path of somebody's disk: no link";
    /// A parent given as an address that is no model of the Hub.
    Url = "url", "a parent given as an address that is no model of the Hub: no link";
    /// A parent that stands for "nothing": None, N/A, unknown.
    Placeholder = "placeholder", "a parent that stands for nothing (None, N/A, unknown): no link";
    /// A parent that is no id for any other reason.
    Malformed = "malformed", "a parent that is no id for another reason: no link";
    /// A parent that became an id only after a wrapping was taken off.
    Unwrapped = "unwrapped", "a parent freed of an address, a revision or a cache path: a link";
    /// The same parent twice in one list.
    Repeated = "repeated-parent", "the same parent twice in one list: one link";
    /// Two typed tags that name one parent with different relations.
    RelationConflict = "relation-conflict", "typed tags disagree about one parent: the stronger relation holds";
    /// A typed tag without the plain tag beside it, which only an author writes.
    AuthorTag = "author-tag", "a typed tag without the plain one beside it, so written by the author: a link";
    /// The card names another set of parents than the Hub.
    CardDisagrees = "card-disagrees", "the card names other parents than the Hub: the Hub's count";
    /// A `base_model_relation` that the Hub does not know.
    UnknownRelation = "unknown-relation", "a base_model_relation that the Hub does not know: as if absent";
    /// Front matter that is no YAML from some line on.
    BrokenYaml = "broken-yaml", "front matter that is no YAML from some line on: what stood before counts";
    /// A `base_model` read by a line scan after the YAML broke.
    Rescued = "rescued", "base_model read line by line after the YAML broke: a link";
    /// A key that stands twice in a front matter.
    RepeatedKey = "repeated-key", "a key twice in one front matter: the last one holds";
    /// A value of the wrong kind, such as downloads that are no number.
    BadValue = "bad-value", "a value of the wrong kind: missing";
    /// Rows whose ids differ only in case.
    CaseCollision = "case-collision", "rows whose ids differ only in case: one model, the later row holds";
    /// One repository under two ids.
    Renamed = "renamed", "one repository under two ids: one model under the later id, the earlier one an alias";
    /// Two repositories under one id, one after the other.
    ReusedId = "reused-id", "two repositories under one id, one after the other: the later one holds";
    /// An id whose page leads to another model, while the Hub lists both.
    LedElsewhere = "led-elsewhere", "its page leads to another model, and both are listed: two models, no alias";
    /// A parent that bears another name today.
    RenamedParent = "renamed-parent", "a parent that bears another name today: one link, to the model under that name";
    /// A front matter that begins and does not end.
    OpenHeader = "open-header", "a front matter that does not end: not read, and nothing is known of parents";
    /// A parent whose key says that it is another model than the one of which tables call its name an old one.
    NotRenamed = "not-renamed", "a parent under a name that tables call an old one, whose key is not that of the new one: the name holds";
}
