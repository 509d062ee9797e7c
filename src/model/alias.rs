/// An old name with that of today: of a repository, or of an account and so of all its repositories.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alias {
    /// The old name.
    pub old: String,
    /// The name of today.
    pub new: String,
    /// What bears the name.
    pub scope: Scope,
    /// How well it is known.
    pub certainty: Certainty,
}

/// What an [`Alias`] is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// One repository, by its whole id.
    Model,
    /// An account. What is said of a single repository stands above it.
    Account,
}

/// How well an [`Alias`] is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// It holds where the listing has the new name and not the old one.
    Likely,
    /// It holds unless the listing speaks against it.
    Sure,
}
