use std::borrow::Cow;

use modelkin::ask::{self, Facts, Question};
use modelkin::export::{self, Attribute, Graph, NODE_FIELDS};
use modelkin::ink::{self, Column, Named, Report, Section, Table, Unit, Value};

use crate::kind::{Kind, columns};

/// A `Made` is rows that are made one after the other.
pub struct Made<'r> {
    pub count: usize,
    /// The columns.
    pub kinds: Vec<(String, Kind)>,
    pub row: Box<dyn Fn(usize) -> Cow<'r, Named> + 'r>,
}

impl<'r> Made<'r> {
    /// No row.
    pub fn none() -> Made<'r> {
        Made { count: 0, kinds: Vec::new(), row: Box::new(|_| Cow::Owned(Named::new())) }
    }

    /// The rows of a report; those of a section's table have the kinds of its columns.
    pub fn of_report(report: &'r Report<'r>, question: &Question, table: Option<&Table>) -> Made<'r> {
        let rows = &report.rows;
        let kinds = table.map(|table| {
            // Where numbers of several units stand in one column, shares are texts: "49.6%".
            let is_mixed = |column: &Column| {
                table.name == "published"
                    && ["published", "here"].contains(&&*column.name)
                    && column.unit == Unit::Number
            };
            let kind = |column: &Column| if is_mixed(column) { Kind::Text } else { Kind::of_unit(column.unit) };
            table.columns.iter().map(|column| (column.name.to_string(), kind(column))).collect()
        });
        let kinds = kinds.unwrap_or_else(|| columns(question, &report.heads));
        let row: Box<dyn Fn(usize) -> Cow<'r, Named> + 'r> = match rows {
            ink::Rows::Few(rows) => Box::new(|at| Cow::Borrowed(&rows[at])),
            ink::Rows::One(make) => Box::new(|_| Cow::Owned(make())),
            ink::Rows::Many(_, make) => Box::new(|at| Cow::Owned(make(at))),
        };
        Made { count: rows.len(), kinds, row }
    }

    /// The nodes of a graph as rows.
    pub fn of_nodes(graph: &'r Graph<'r>) -> Made<'r> {
        let own = NODE_FIELDS.iter().map(|(name, of)| ((*name).to_owned(), kind(*of)));
        let row = move |at: usize| {
            let node = graph.node(at);
            let mut row: Named = vec![("id".into(), node.id.as_ref().into())];
            row.extend(
                NODE_FIELDS.iter().zip(node.values()).map(|((name, _), attribute)| ((*name).into(), value(&attribute))),
            );
            Cow::Owned(row)
        };
        let kinds = std::iter::once(("id".to_owned(), Kind::Text)).chain(own).collect();
        Made { count: graph.selection().nodes(), kinds, row: Box::new(row) }
    }

    /// The links of a graph as rows.
    pub fn of_links(graph: &'r Graph<'r>) -> Made<'r> {
        let links: Vec<_> = graph.selection().node_links().collect();
        let (texts, count) = (["parent", "child", "relation", "learned"], links.len());
        let kinds = texts
            .map(|name| (name.to_owned(), Kind::Text))
            .into_iter()
            .chain([("models".to_owned(), Kind::Whole)])
            .collect();
        let row = move |at: usize| {
            let link = &links[at];
            let id = |place: usize| Value::Text(graph.id(place).into_owned());
            Cow::Owned(vec![
                ("parent".into(), id(link.parent)),
                ("child".into(), id(link.child)),
                ("relation".into(), link.relation.name().into()),
                ("learned".into(), link.learned.map(|learned| learned.name()).into()),
                ("models".into(), link.models.into()),
            ])
        };
        Made { count, kinds, row: Box::new(row) }
    }
}

/// The tables of an answer's sections, with what was published of a report's.
pub fn parts(answer: &ask::Answer) -> Result<Vec<(&Section, Cow<'_, Table>)>, ask::Error> {
    let (sections, has_published) = match answer.facts() {
        Facts::Sections { sections } => (&sections[..], true),
        Facts::Section { section, .. } | Facts::Blast { section: Some(section), .. } => {
            (std::slice::from_ref(section), false)
        }
        _ => (&[][..], false),
    };
    let mut parts = Vec::new();
    for section in sections {
        parts.extend(section.tables.iter().map(|table| (section, Cow::Borrowed(table))));
        if has_published {
            parts.extend(answer.compared(section)?.map(|table| (section, Cow::Owned(table))));
        }
    }
    Ok(parts)
}

fn kind(of: export::Kind) -> Kind {
    match of {
        export::Kind::Text => Kind::Text,
        export::Kind::Number => Kind::Whole,
        export::Kind::Instant => Kind::Instant,
    }
}

fn value(attribute: &Attribute<'_>) -> Value {
    match attribute {
        Attribute::Missing => Value::Missing,
        Attribute::Number(number) => Value::Count(*number),
        other => Value::Text(other.plain().into_owned()),
    }
}
