use super::groups::Groups;
use super::segments::Segments;

/// The exact number of descendants of every node of a graph that is given as links, and nothing else: for those who have
/// links and no snapshot, at any size. Takes some seven bytes a link besides the links.
///
/// ```
/// use modelkin::census::Descendants;
///
/// // A diamond: 3 descends from 0 by two ways, and is counted once.
/// let descendants = Descendants::count(4, &[(0, 1), (0, 2), (1, 3), (2, 3)]);
/// assert_eq!([0, 1, 2, 3].map(|node| descendants.below(node)), [3, 1, 1, 0]);
/// ```
pub struct Descendants(Segments<u32>);

impl Descendants {
    /// Counts the descendants. Links are parent and child, numbers below `nodes`, in any order; a link of a node to
    /// itself and a repeated link count nothing, and members of a cycle descend from each other.
    ///
    /// # Panics
    /// If a link names a node that is not below `nodes`.
    pub fn count(nodes: usize, links: &[(u32, u32)]) -> Descendants {
        Descendants(Segments::sum(nodes, links, |_| 1u32))
    }

    /// Counts the distinct nodes other than `node` that can be reached from it.
    pub fn below(&self, node: u32) -> u32 {
        self.0.reached_from(node).map_or(0, |all| all - 1)
    }

    /// Gives the nodes with children, in order, each with its number of descendants.
    pub fn all(&self) -> impl Iterator<Item = (u32, u32)> {
        self.0.all().map(|(node, all)| (node, all - 1))
    }
}

/// The exact number of derivatives of every group of nodes: the distinct nodes that can be reached from any of its members,
/// its members left out (F2). Links as for [`Descendants::count`].
///
/// ```
/// // 0 and 1 are of one owner, 2 of another: who descends from them and is not theirs?
/// let groups = [&[0, 1][..], &[2]];
/// assert_eq!(modelkin::census::derivatives(4, &[(0, 1), (0, 2), (1, 3), (2, 3)], &groups), [2, 1]);
/// ```
///
/// # Panics
/// If a link or a group names a node that is not below `nodes`.
pub fn derivatives(nodes: usize, links: &[(u32, u32)], groups: &[&[u32]]) -> Vec<u32> {
    let members = |group: usize| groups[group].iter().copied();
    Groups::take_apart(nodes, links, |_| 1u32).reached(groups.len(), members, |_| 1).finish(|_| 1)
}
