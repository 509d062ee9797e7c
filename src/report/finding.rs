use crate::snapshot::Row;

/// One kind of odd thing in a snapshot, and each case of it in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Its name, as `--list` takes it.
    pub kind: &'static str,
    /// What it means and what becomes of it.
    pub about: &'static str,
    /// Whether it speaks against the metadata; the others are worth knowing, and no fault.
    pub is_fault: bool,
    /// How many there are.
    pub count: u64,
    /// Each case, or the kept ones.
    pub cases: Vec<Case>,
}

/// One case of an odd thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// It in words.
    pub text: String,
    /// The models that it is about; none for a record that could not be read.
    pub models: Vec<Row>,
    /// Where a record lies that could not be read.
    pub file: Option<String>,
}

impl Case {
    pub(super) fn of(models: Vec<Row>, text: String) -> Case {
        Case { text, models, file: None }
    }
}
