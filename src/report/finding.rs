use crate::snapshot::Row;

/// A `Finding` is one kind of odd thing in a snapshot, with each case of it in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// This is the kind's name, as `--list` takes it.
    pub kind: &'static str,
    /// This says what the kind means and what becomes of it.
    pub about: &'static str,
    /// This says whether it speaks against the metadata; other kinds are worth knowing, and no fault.
    pub is_fault: bool,
    /// This is the number of cases, also of those that are not kept.
    pub count: u64,
    /// These are the cases in words, as far as they are kept.
    pub cases: Vec<Case>,
}

/// A `Case` is one case of an odd thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// This says in words what is odd.
    pub text: String,
    /// The case is about these models; a record that could not be read is about none.
    pub models: Vec<Row>,
    /// A record that could not be read lies in this file; other cases name none.
    pub file: Option<String>,
}

impl Case {
    pub(super) fn new(models: Vec<Row>, text: String) -> Case {
        Case { text, models, file: None }
    }
}
