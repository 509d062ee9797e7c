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
            /// Every one, in the order of a snapshot's columns.
            pub const ALL: [$Column; [$($name),+].len()] = [$($Column::$column),+];

            /// Its name in snapshots and exports.
            pub fn name(self) -> &'static str {
                match self { $($Column::$column => $name,)+ }
            }

            /// Its name in a row of the Hub's listing; of a field within a field, with a dot. Empty if it stands in none.
            pub fn hub_name(self) -> &'static str {
                match self { $($Column::$column => $hub,)+ }
            }
        }

        $(#[doc = $of])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub struct $Table<T>([T; $Column::ALL.len()]);

        impl<T> $Table<T> {
            /// With a value for each column.
            pub fn from_fn(mut value: impl FnMut($Column) -> T) -> Self {
                $Table($Column::ALL.map(&mut value))
            }

            /// The same, if no value fails.
            ///
            /// # Errors
            /// The first.
            pub fn try_from_fn<E>(mut value: impl FnMut($Column) -> Result<T, E>) -> Result<Self, E> {
                let values = $Column::ALL.into_iter().map(&mut value).collect::<Result<Vec<T>, E>>()?;
                let mut values = values.into_iter();
                #[allow(clippy::expect_used, reason = "there are as many as columns")]
                Ok($Table($Column::ALL.map(|_| values.next().expect("a value for each column"))))
            }

            /// The same with other values.
            pub fn map<U>(self, value: impl FnMut(T) -> U) -> $Table<U> {
                $Table(self.0.map(value))
            }

            /// The values with their columns, in order.
            pub fn iter(&self) -> impl Iterator<Item = ($Column, &T)> {
                $Column::ALL.into_iter().zip(&self.0)
            }

            /// The same, to be changed.
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
    /// The counts of a model.
    Count,
    /// A value for each [`Count`].
    Counts;
    /// Downloads in the last 30 days.
    Downloads = "downloads", "downloads";
    /// Downloads since 2025-02-27, when the Hub began to publish them.
    DownloadsAllTime = "downloads_all_time", "downloadsAllTime";
    /// Likes.
    Likes = "likes", "likes";
    /// Parameters, from the safetensors headers.
    Parameters = "parameters", "safetensors.total";
}

columns! {
    /// The words of a model that are one text each.
    Word,
    /// A value for each [`Word`].
    Words;
    /// The task, the Hub's `pipeline_tag`.
    Task = "task", "pipeline_tag";
    /// The library.
    Library = "library", "library_name";
    /// The name of a licence that is `other`, as its card gives it.
    LicenceName = "licence_name", "";
    /// Where such a licence stands: a file of the repository or an address.
    LicenceLink = "licence_link", "";
    /// Who may fetch it: anybody (`false`), whoever asks (`auto`), or whom its owner lets (`manual`).
    Gated = "gated", "gated";
    /// The hub that lists it, if that is not Hugging Face.
    Hub = "hub", "";
}

columns! {
    /// The words of a model of which there may be many.
    WordList,
    /// A value for each [`WordList`].
    WordLists;
    /// The licences' ids, from the `license:` tags or the card.
    Licences = "licences", "";
    /// Tags but for `base_model:` and `license:` ones.
    Tags = "tags", "tags";
}

columns! {
    /// What is so of a model or not.
    Flag,
    /// A value for each [`Flag`].
    Flags;
    /// Whether the Hub took it away from all but its owner.
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
