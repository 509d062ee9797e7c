/// A `Hint` is what a reader may ask for, or say, to get further. The library's texts say what is so; how a reader says what is
/// hinted at, is in the words of whoever shows them: options of a program, arguments of a function, buttons of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Hint {
    /// All rows can be had, and not only the first ones.
    AllRows,
    /// Every case of a kind can be had, and not only an example.
    EveryCase,
    /// More links down and more siblings can be drawn.
    MoreOfTree,
    /// Less can be selected, or the lines be had in a format for programs.
    FewerLines,
    /// A wider terminal has room for all columns, and the formats for programs have them all.
    MoreRoom,
    /// The counting can be waited for ([`Counting::wait`](crate::census::Counting::wait)).
    Wait,
    /// The kind of a source can be said ([`Kind`](crate::source::Kind)).
    SourceKind,
    /// A column of ids can be named ([`NamedColumns`](crate::source::NamedColumns)).
    IdColumn,
    /// The file can be opened as a snapshot.
    OpenSnapshot,
    /// Everything can be listed anew.
    ListAnew,
}
