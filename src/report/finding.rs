use crate::snapshot::Row;

/// A `Finding` is one kind of odd thing in a snapshot, with each case of it in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// This is its name, as `--list` takes it.
    pub kind: &'static str,
    /// It says what the kind means and what becomes of it.
    pub about: &'static str,
    /// It tells whether it speaks against the metadata; the others are worth knowing, and no fault.
    pub is_fault: bool,
    /// There are so many cases.
    pub count: u64,
    /// This is each case, or the kept ones.
    pub cases: Vec<Case>,
}

/// A `Case` is one case of an odd thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// It says what is odd, in words.
    pub text: String,
    /// It is about these models; a record that could not be read is about none.
    pub models: Vec<Row>,
    /// A record that could not be read lies in this file.
    pub file: Option<String>,
}

impl Case {
    pub(super) fn new(models: Vec<Row>, text: String) -> Case {
        Case { text, models, file: None }
    }
}
