use std::cmp::Reverse;
use std::ops::Range;

use crate::lineage::{Edge, Lineage, RowSet};
use crate::snapshot::Row;

/// A node's number. Nodes are numbered as a walk meets them that goes down before it goes on, so that all below a node stands behind it:
/// the node 0 is the top, the nodes right below it are groups, all others are models.
pub(super) type Node = u32;

/// The code of a model that stands below no other one, beside those of the relations.
pub(super) const ROOT: u8 = 5;

const NONE: u32 = u32::MAX;

/// A `Trees` is where each model is placed: 17 bytes for each.
#[derive(Debug)]
pub(super) struct Trees {
    /// The row of each node; of a group its number.
    rows: Vec<u32>,
    /// How many nodes each is with all below it.
    slots: Vec<u32>,
    /// The node that each stands below.
    up: Vec<Node>,
    /// The code of the relation by which each stands there.
    relations: Vec<u8>,
    groups: u32,
    placed: RowSet,
    /// The nodes of the placed rows.
    nodes: Vec<Node>,
}

/// What the models are placed by.
pub(super) struct Rule<'a, P, G> {
    pub lineage: &'a Lineage,
    /// The models that are placed, in order.
    pub rows: Vec<Row>,
    /// The parents of a model that are looked at; they are among the models.
    pub parents: P,
    /// How many descendants each row has.
    pub strength: &'a [u32],
    /// To which group each of the models belongs that stands below none, in order of these; and how many groups there are, of which
    /// each has one at least, as they sort where they are of one size.
    pub group: G,
}

/// Where a model stands, while that is being found out: below which one, by its place among the models, and by which relation.
#[derive(Clone, Copy)]
struct Stand {
    above: u32,
    relation: u8,
}

impl Trees {
    pub fn plant<P, I, G>(rule: Rule<'_, P, G>) -> Trees
    where
        P: Fn(Row) -> I,
        I: Iterator<Item = (Row, Edge)>,
        G: FnOnce(&[Row]) -> (Vec<u32>, u32),
    {
        let placed = RowSet::from_rows(rule.lineage.snapshot().len(), &rule.rows);
        let stands = stand(&rule, &placed);
        let sizes = sizes(&stands);
        let (rows, roots): (&[Row], Vec<u32>) =
            (&rule.rows, (0..rule.rows.len() as u32).filter(|at| stands[*at as usize].above == NONE).collect());
        let root_rows: Vec<Row> = roots.iter().map(|at| rows[*at as usize]).collect();
        let (group_of, groups) = (rule.group)(&root_rows);

        // The best stand first, and among what has nothing below it, that of one relation together.
        let mut order: Vec<u32> = (0..rows.len() as u32).filter(|at| sizes[*at as usize] > 1).collect();
        order.sort_unstable_by_key(|at| (Reverse(sizes[*at as usize]), stands[*at as usize].relation, *at));
        for relation in 0..=ROOT {
            let is_next = |at: &u32| sizes[*at as usize] == 1 && stands[*at as usize].relation == relation;
            order.extend((0..rows.len() as u32).filter(is_next));
        }
        // Their order among those that stand below the same; groups are numbered behind the models.
        let mut of_root = vec![0; rows.len()];
        roots.iter().zip(&group_of).for_each(|(at, group)| of_root[*at as usize] = rows.len() as u32 + group);
        let above = |at: u32| match stands[at as usize].above {
            NONE => of_root[at as usize],
            above => above,
        };
        let mut starts = vec![0u32; rows.len() + groups as usize + 1];
        order.iter().for_each(|at| starts[above(*at) as usize + 1] += 1);
        (1..starts.len()).for_each(|at| starts[at] += starts[at - 1]);
        let (mut below, mut next) = (vec![0u32; rows.len()], starts.clone());
        for at in order {
            let place = &mut next[above(at) as usize];
            below[*place as usize] = at;
            *place += 1;
        }
        let below = |at: u32| &below[starts[at as usize] as usize..starts[at as usize + 1] as usize];

        let all = rows.len() + groups as usize + 1;
        let nodes = vec![0; rows.len()];
        let zeros = || vec![0; all];
        let mut trees =
            Trees { rows: zeros(), slots: zeros(), up: zeros(), relations: vec![ROOT; all], groups, placed, nodes };
        trees.slots[0] = all as u32;
        let size = |group: &u32| below(rows.len() as u32 + group).iter().map(|at| sizes[*at as usize]).sum::<u32>();
        let mut sorted: Vec<(u32, u32)> = (0..groups).map(|group| (size(&group), group)).collect();
        sorted.sort_by_key(|(size, group)| (Reverse(*size), *group));
        let mut at_node: Node = 1;
        // A model or group whose children are to be set, and its node.
        let mut open: Vec<(u32, Node)> = Vec::new();
        for (size, group) in sorted {
            (trees.rows[at_node as usize], trees.slots[at_node as usize]) = (group, size + 1);
            open.push((rows.len() as u32 + group, at_node));
            at_node += size + 1;
        }
        while let Some((at, up)) = open.pop() {
            let mut node = up + 1;
            for child in below(at) {
                let (place, slots) = (node as usize, sizes[*child as usize]);
                (trees.rows[place], trees.slots[place], trees.up[place]) = (rows[*child as usize], slots, up);
                trees.relations[place] = stands[*child as usize].relation;
                trees.nodes[*child as usize] = node;
                if slots > 1 {
                    open.push((*child, node));
                }
                node += slots;
            }
        }
        trees
    }

    /// Counts the nodes.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// The nodes of a node and all below it.
    pub fn range(&self, node: Node) -> Range<Node> {
        node..node + self.slots[node as usize]
    }

    /// How many models are placed below a node, itself among them if it is one.
    pub fn models(&self, node: Node) -> u64 {
        let groups = match node {
            0 => 1 + self.groups,
            node => u32::from(self.is_group(node)),
        };
        u64::from(self.slots[node as usize] - groups)
    }

    pub fn is_group(&self, node: Node) -> bool {
        node != 0 && self.up[node as usize] == 0
    }

    pub fn is_model(&self, node: Node) -> bool {
        self.up[node as usize] != 0
    }

    /// The node that a node stands below; the top's is itself.
    pub fn up(&self, node: Node) -> Node {
        self.up[node as usize]
    }

    /// The row of a model, or the number of a group.
    pub fn row(&self, node: Node) -> u32 {
        self.rows[node as usize]
    }

    pub fn relation(&self, node: Node) -> u8 {
        self.relations[node as usize]
    }

    pub fn relations(&self) -> &[u8] {
        &self.relations
    }

    /// The node of a row, if it is placed.
    pub fn node(&self, row: Row) -> Option<Node> {
        self.placed.holds(row).then(|| self.nodes[self.placed.place(row) as usize])
    }

    /// Whether a row is placed.
    pub fn holds(&self, row: Row) -> bool {
        self.placed.holds(row)
    }

    /// The placed rows, in order.
    pub fn placed(&self) -> impl Iterator<Item = Row> {
        self.placed.rows()
    }

    /// The nodes right below a node that have others below them, and then those that have none, which stand side by side.
    pub fn children(&self, node: Node) -> (Vec<Node>, Range<Node>) {
        let end = self.range(node).end;
        let (mut inner, mut at) = (Vec::new(), node + 1);
        while at < end && self.slots[at as usize] > 1 {
            inner.push(at);
            at += self.slots[at as usize];
        }
        (inner, at..end)
    }

    /// Those of some nodes without any below them, which stand side by side, that are related so.
    pub fn related(&self, leaves: &Range<Node>, relation: u8) -> Range<Node> {
        let own = &self.relations[leaves.start as usize..leaves.end as usize];
        let from = own.partition_point(|other| *other < relation) as u32;
        let to = own.partition_point(|other| *other <= relation) as u32;
        leaves.start + from..leaves.start + to
    }
}

/// Where each model stands.
fn stand<P, I, G>(rule: &Rule<'_, P, G>, placed: &RowSet) -> Vec<Stand>
where
    P: Fn(Row) -> I,
    I: Iterator<Item = (Row, Edge)>,
{
    let best = |parents: &mut dyn Iterator<Item = (Row, Edge)>| {
        parents.max_by_key(|(row, _)| (rule.strength[*row as usize], Reverse(*row)))
    };
    let below = |parent: Option<(Row, Edge)>| match parent {
        Some((row, edge)) => Stand { above: placed.place(row), relation: edge.relation as u8 },
        None => Stand { above: NONE, relation: ROOT },
    };
    let mut stands: Vec<Stand> = rule.rows.iter().map(|row| below(best(&mut (rule.parents)(*row)))).collect();
    for members in rule.lineage.cycles() {
        let Some(first) = members.first().filter(|first| placed.holds(**first)) else { continue };
        let is_inside = |row: Row| members.binary_search(&row).is_ok();
        let outside =
            best(&mut members.iter().flat_map(|member| (rule.parents)(*member)).filter(|(row, _)| !is_inside(*row)));
        for member in members.iter().filter(|member| placed.holds(**member)) {
            let above = if member == first { outside.map(|(row, _)| row) } else { Some(*first) };
            // Where it has no link to the one that it stands below, its strongest one says how it was made.
            let own = || (rule.parents)(*member);
            let link = above.and_then(|above| own().find(|(row, _)| *row == above));
            let relation = link.map(|(_, edge)| edge.relation).or_else(|| own().map(|(_, edge)| edge.relation).max());
            stands[placed.place(*member) as usize] = match above {
                Some(above) => {
                    Stand { above: placed.place(above), relation: relation.map_or(ROOT, |relation| relation as u8) }
                }
                None => Stand { above: NONE, relation: ROOT },
            };
        }
    }
    stands
}

/// How many models each is with all that stand below it.
fn sizes(stands: &[Stand]) -> Vec<u32> {
    let (mut open, mut sizes) = (vec![0u32; stands.len()], vec![1u32; stands.len()]);
    stands.iter().filter(|stand| stand.above != NONE).for_each(|stand| open[stand.above as usize] += 1);
    let leaves: Vec<usize> = (0..stands.len()).filter(|at| open[*at] == 0).collect();
    for mut at in leaves {
        while stands[at].above != NONE {
            let above = stands[at].above as usize;
            sizes[above] += sizes[at];
            open[above] -= 1;
            if open[above] > 0 {
                break;
            }
            at = above;
        }
    }
    sizes
}
