use super::{Anomaly, Edge};
use crate::snapshot::{LinkColumn, Row, Snapshot};

/// Puts the parents of a model into `parents`, in order: aliases followed, self-links removed, repeated parents joined.
/// What is odd goes to `odd`.
pub(super) fn resolve(
    snapshot: &Snapshot,
    links: &LinkColumn,
    child: Row,
    parents: &mut Vec<(Row, Edge)>,
    odd: &mut impl FnMut(Anomaly),
) {
    parents.clear();
    for link in links.at(child) {
        let parent = match snapshot.alias_of(link.parent) {
            Some(model) => {
                odd(Anomaly::AliasFollowed { child, alias: link.parent, model });
                model
            }
            None => link.parent,
        };
        if parent == child {
            odd(Anomaly::SelfLink { model: child });
        } else {
            parents.push((parent, Edge { learned: link.learned, relation: link.relation }));
        }
    }
    // The last of a pair holds: the best known, then the strongest relation.
    parents.sort_unstable();
    parents.reverse();
    parents.dedup_by(|weaker, kept| {
        let ((parent, weaker), (of, edge)) = (*weaker, *kept);
        if parent == of {
            odd(match weaker.relation == edge.relation {
                true => Anomaly::RepeatedParent { child, parent },
                false => Anomaly::RelationConflict { child, parent, kept: edge.relation, dropped: weaker.relation },
            });
        }
        parent == of
    });
    parents.reverse();
}
