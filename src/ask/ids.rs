use serde::{Deserialize, Serialize};

/// The `Ids` are the models that a selection begins at. They are written as one id, or as a list of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub struct Ids(Vec<String>);

#[derive(Serialize, Deserialize)]
#[serde(untagged, expecting = "an id was expected, or a list of ids")]
enum Written {
    One(String),
    List(Vec<String>),
}

impl Ids {
    /// Gives them in the order in which they were named.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// The same, to be put as the snapshot has them.
    pub(super) fn names_mut(&mut self) -> impl Iterator<Item = &mut String> {
        self.0.iter_mut()
    }
}

impl From<Vec<String>> for Ids {
    fn from(ids: Vec<String>) -> Ids {
        Ids(ids)
    }
}

impl From<&str> for Ids {
    fn from(id: &str) -> Ids {
        Ids(vec![id.to_owned()])
    }
}

impl From<Written> for Ids {
    fn from(written: Written) -> Ids {
        match written {
            Written::One(id) => Ids(vec![id]),
            Written::List(ids) => Ids(ids),
        }
    }
}

impl From<Ids> for Written {
    fn from(Ids(mut ids): Ids) -> Written {
        match (ids.pop(), ids.is_empty()) {
            (Some(id), true) => Written::One(id),
            (last, _) => {
                ids.extend(last);
                Written::List(ids)
            }
        }
    }
}
