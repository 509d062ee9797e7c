/// An `Alias` says which name of today an old name leads to: that of one repository, or that of an account and so of
/// all its repositories.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alias {
    /// This is the old name, `owner/name` of a repository or the bare name of an account.
    pub old: String,
    /// This is the name of today, of the same form.
    pub new: String,
    /// It tells whether the name is that of a repository or of an account.
    pub scope: Scope,
    /// It tells how well the renaming is known, and so when it holds.
    pub certainty: Certainty,
}

/// A `Scope` says what an [`Alias`] renames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// It renames one repository, by its whole id.
    Model,
    /// It renames an account. What is said of a single repository stands above it.
    Account,
}

/// A `Certainty` says how well an [`Alias`] is known, and so what a listing must bear out before it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// It holds where the listing has the new name and not the old one.
    Likely,
    /// It holds unless the listing speaks against it.
    Sure,
}
