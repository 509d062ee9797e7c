use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// Makes an enumeration of words: in a schema it lists all of them, with what each means.
macro_rules! words {
    ($(#[doc = $about:literal] $name:ident { $($word:ident = $text:literal, $means:literal;)+ })+) => {$(
        #[doc = $about]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name { $(#[doc = $means] #[serde(rename = $text)] $word,)+ }

        impl $name {
            /// This lists every one, in the order of the schema.
            pub const ALL: &[$name] = &[$($name::$word),+];

            /// Gives the word that stands in an answer.
            pub fn name(self) -> &'static str {
                match self { $($name::$word => $text,)+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.name())
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({
                    "type": "string",
                    "enum": [$($text),+],
                    "description": concat!($about, $(" ", $text, ": ", $means),+).trim_start(),
                })
            }
        }
    )+};
}

words! {
    /// A `DateFrom` says where a snapshot's date is from.
    DateFrom {
        Given = "given", "Whoever made the snapshot said it.";
        Crawl = "crawl", "It is the time on the Hub's clock when the crawl began.";
        NewestRecord = "newest-record", "It is that of the newest record; the true date is not earlier.";
        Unknown = "unknown", "No record has a date.";
    }

    /// A `Relation` says how a model was made from its parent.
    Relation {
        Finetune = "finetune", "It was trained further.";
        Quantized = "quantized", "It has the same weights in fewer bits, or in another format.";
        Adapter = "adapter", "It is weights to be used together with the parent's, such as a LoRA.";
        Merge = "merge", "It was made of several models' weights.";
        Unstated = "unstated", "A parent is named, and how the model was made from it is not.";
    }

    /// A `Learned` says how a link's relation was learned.
    Learned {
        Declared = "declared", "The card's own statement, or a lineage written by hand.";
        Hub = "hub", "The Hub's listing, or a table's column.";
        Inferred = "inferred", "Inferred from the card's other words, or not known at all.";
        File = "file", "A file beside the card alone, of a model that was laid over the snapshot.";
    }

    /// A `Gated` says who may fetch a model.
    Gated {
        Nobody = "false", "Anybody.";
        Auto = "auto", "Whoever asks.";
        Manual = "manual", "Whom its owner lets.";
        Somebody = "true", "Not anybody, and a source does not say who.";
    }

    /// A `Compared` says what is compared with others.
    Compared {
        Family = "family", "The members of a family, or the models whose ids match a pattern.";
        Owner = "owner", "All models of an owner.";
        Model = "model", "One model.";
    }

    /// A `Shared` says what the children of a burst have in common.
    Shared {
        Author = "author", "One author made them.";
        Template = "template", "Their names have one template.";
    }

    /// A `Verdict` says how what a model states goes with the terms of what it was made of.
    Verdict {
        Ok = "ok", "What is stated keeps the terms.";
        Restricts = "restricts", "The terms go on to bind, and what is stated does not say all of them.";
        Unknown = "unknown", "It cannot be told.";
        Silent = "silent", "The model states no licence, and known terms reach it.";
        Relabelled = "relabelled", "A copy states another licence than what it is a copy of.";
        Conflict = "conflict", "What is stated breaks the terms.";
    }

    /// An `Outcome` says what a policy makes of something that it does not accept.
    Outcome {
        Fails = "fails", "The model fails.";
        Warns = "warns", "It is told.";
        Accepted = "accepted", "An exception of the policy accepts it.";
    }
}
