use crate::model::{Parent, RepositoryKey, Witness};

/// A `Witnesses` holds what records say of their parents beside names, until all records are there.
#[derive(Debug, Default)]
pub(super) struct Witnesses {
    /// Each is a child, the number of a link and the Hub's key of its parent.
    pub keys: Vec<(u32, u32, RepositoryKey)>,
    pub torn: Vec<Torn>,
}

/// A `Torn` is a record whose tags and `baseModels` name different parents: its child, all its links, and those of one
/// kind.
#[derive(Debug)]
pub(super) struct Torn {
    pub child: u32,
    pub links: (u32, u32),
    pub tagged: Vec<u32>,
    pub resolved: Vec<u32>,
}

impl Witnesses {
    /// Notes the parents of a record, whose links begin at `start`.
    pub fn add(&mut self, child: u32, start: u32, parents: &[Parent]) {
        let links = || start..;
        self.keys.extend(parents.iter().zip(links()).filter_map(|(parent, link)| Some((child, link, parent.hub_id?))));
        if parents.iter().all(|parent| parent.witness == Witness::All) {
            return;
        }
        let by = |witness: Witness| {
            let of_kind = parents.iter().zip(links()).filter(|(parent, _)| parent.witness == witness);
            of_kind.map(|(_, link)| link).collect::<Vec<u32>>()
        };
        let (tagged, resolved) = (by(Witness::TagAlone), by(Witness::ResolvedAlone));
        if !tagged.is_empty() && !resolved.is_empty() {
            self.torn.push(Torn { child, links: (start, parents.len() as u32), tagged, resolved });
        }
    }
}
