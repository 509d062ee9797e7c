use std::io::{self, Write};

use super::Graph;
use crate::model::{Authority, ModelId, Parent, Record, WordList};
use crate::source::edges;

/// Writes the program's own edge text, which `import` reads. Collapsed nodes have no place in it: their models are
/// written one by one.
pub(super) fn write(graph: &Graph<'_>, mut out: &mut dyn Write) -> io::Result<()> {
    for line in graph.note().lines() {
        writeln!(out, "# {line}")?;
    }
    let selection = graph.selection();
    let lineage = selection.lineage();
    let snapshot = lineage.snapshot();
    let records = snapshot.records().map_err(io::Error::other)?;
    let hidden = selection.groups().iter().flat_map(|group| group.models.iter().copied());
    for row in selection.rows().iter().copied().chain(hidden) {
        // Unlisted parents stand in the links of their children.
        let Some(mut record) = records.at(row) else { continue };
        let parents = selection.parents(row).filter_map(|(parent, edge)| {
            let id = ModelId::read(snapshot.id(parent)).ok()?;
            Some(Parent::new(Record::named(&record.id, id), edge.relation, edge.learned))
        });
        let has_any = !record.parents.is_empty();
        record.parents = parents.collect();
        // The parents of some are no part of the selection: of those nothing is said.
        if has_any && record.parents.is_empty() {
            record.authority = Authority::Silent;
        }
        // They are many, and say little of a lineage.
        record.lists[WordList::Tags] = None;
        let is_listed = |id: &ModelId| snapshot.find(id.as_str()).is_some_and(|row| snapshot.is_listed(row));
        edges::write([&record], is_listed, &mut out)?;
    }
    let apart = selection.rows().iter().filter(|row| !selection.is_counted(**row));
    for row in apart {
        writeln!(out, "# not counted, it only connects others: {}", snapshot.id(*row).replace(['\r', '\n'], " "))?;
    }
    Ok(())
}
