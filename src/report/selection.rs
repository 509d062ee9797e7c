use crate::ink::{Block, Report, Rows, Value, plural};
use crate::lineage::Selection;

/// The models of a selection by their ids, those that a node stands for with others left out; `words` say how they were chosen.
pub fn selection<'s>(selection: &'s Selection, words: &str) -> Report<'s> {
    let snapshot = selection.lineage().snapshot();
    let row = |at: usize| vec![("id".into(), Value::from(snapshot.id(selection.rows()[at])))];
    let rows = Rows::Many(selection.rows().len(), Box::new(row));
    let models = Block::Line(format!("{}.", plural(selection.models() as u64, "model")));
    Report::new(vec![words.to_owned()], rows, vec![models]).headed(["id"])
}
