//! What is known of a model beside its id and its parents, listed once: everything that reads, keeps or writes such a
//! column goes over these tables.

use std::ops::{Index, IndexMut};

/// No count of downloads or likes is higher: a million million each for every model still add up without overflow.
const MOST: u64 = 1_000_000_000_000;
/// No model has more parameters: the largest have some million million.
const MOST_PARAMETERS: u64 = 1000 * MOST;

macro_rules! columns {
    ($(#[doc = $about:literal])+ $Column:ident, $(#[doc = $of:literal])+ $Table:ident;
        $($(#[doc = $doc:literal])+ $column:ident = $name:literal, $hub:literal;)+
    ) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $Column { $($(#[doc = $doc])+ $column,)+ }

        impl $Column {
            /// This lists every column, in the order of a snapshot's columns.
            pub const ALL: [$Column; [$($name),+].len()] = [$($Column::$column),+];

            /// Gives the column's name in snapshots and exports.
            pub fn name(self) -> &'static str {
                match self { $($Column::$column => $name,)+ }
            }

            /// Gives the column's name in a row of the Hub's listing, with a dot where it is a field within a field.
            /// The name is empty if no row has it.
            pub fn hub_name(self) -> &'static str {
                match self { $($Column::$column => $hub,)+ }
            }
        }

        $(#[doc = $of])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub struct $Table<T>([T; $Column::ALL.len()]);

        impl<T> $Table<T> {
            /// Makes a table of the value that `value` gives for each column.
            pub fn from_fn(mut value: impl FnMut($Column) -> T) -> Self {
                $Table($Column::ALL.map(&mut value))
            }

            /// Makes a table of the value that `value` gives for each column, if it gives one for all.
            ///
            /// # Errors
            /// The first error that `value` gives.
            pub fn try_from_fn<E>(mut value: impl FnMut($Column) -> Result<T, E>) -> Result<Self, E> {
                let values = $Column::ALL.into_iter().map(&mut value).collect::<Result<Vec<T>, E>>()?;
                let mut values = values.into_iter();
                #[allow(clippy::expect_used, reason = "there are as many as columns")]
                Ok($Table($Column::ALL.map(|_| values.next().expect("a value for each column"))))
            }

            /// Makes a table of what `value` makes of each value.
            pub fn map<U>(self, value: impl FnMut(T) -> U) -> $Table<U> {
                $Table(self.0.map(value))
            }

            /// Gives the values with their columns, in the order of `ALL`.
            pub fn iter(&self) -> impl Iterator<Item = ($Column, &T)> {
                $Column::ALL.into_iter().zip(&self.0)
            }

            /// Gives the values with their columns, in the order of `ALL`, to be changed.
            pub fn iter_mut(&mut self) -> impl Iterator<Item = ($Column, &mut T)> {
                $Column::ALL.into_iter().zip(&mut self.0)
            }
        }

        impl<T> Index<$Column> for $Table<T> {
            type Output = T;
            fn index(&self, column: $Column) -> &T {
                &self.0[column as usize]
            }
        }

        impl<T> IndexMut<$Column> for $Table<T> {
            fn index_mut(&mut self, column: $Column) -> &mut T {
                &mut self.0[column as usize]
            }
        }
    };
}

columns! {
    /// A `Count` is one of the whole numbers that are known of a model.
    Count,
    /// This holds a value for each [`Count`].
    Counts;
    /// These are the downloads in the last 30 days.
    Downloads = "downloads", "downloads";
    /// These are the downloads since 2025-02-27, when the Hub began to publish them.
    DownloadsAllTime = "downloads_all_time", "downloadsAllTime";
    /// This is how many accounts like the model.
    Likes = "likes", "likes";
    /// This is how many parameters the headers of its safetensors files add up to.
    Parameters = "parameters", "safetensors.total";
}

columns! {
    /// A `Word` is one of the things that are known of a model as one text each.
    Word,
    /// This holds a value for each [`Word`].
    Words;
    /// This is the task, which the Hub calls `pipeline_tag`.
    Task = "task", "pipeline_tag";
    /// This is the library that the model is made for.
    Library = "library", "library_name";
    /// This is the name of a licence that is `other`, as its card gives it.
    LicenceName = "licence_name", "";
    /// This says where such a licence stands: in a file of the repository or at an address.
    LicenceLink = "licence_link", "";
    /// This says who may fetch the model: anybody (`false`), whoever asks (`auto`), or whom its owner lets (`manual`).
    Gated = "gated", "gated";
    /// This is the hub that lists the model, if that is not Hugging Face.
    Hub = "hub", "";
}

columns! {
    /// A `WordList` is one of the things of which a model may have many texts.
    WordList,
    /// This holds a value for each [`WordList`].
    WordLists;
    /// These are the ids of the licences, from the `license:` tags or the card.
    Licences = "licences", "";
    /// These are the tags, but for those that begin with `base_model:` and `license:`.
    Tags = "tags", "tags";
}

columns! {
    /// A `Flag` is one of the things that are so of a model or not.
    Flag,
    /// This holds a value for each [`Flag`].
    Flags;
    /// It says whether the Hub took the model away from all but its owner.
    Disabled = "disabled", "disabled";
}

impl Count {
    /// The highest count that is believed.
    pub(crate) fn most(self) -> u64 {
        match self {
            Count::Parameters => MOST_PARAMETERS,
            _ => MOST,
        }
    }
}
