use super::facts::{Bom, Model};
use super::licence::Licence;

/// Stands in the place of a text.
const LEFT_OUT: &str = "text left out";

/// What cards say in words of their own. An address is none.
const OF_CARDS: [&str; 4] = ["library", "licence-name", "licences", "task"];
const ADDRESS: &str = "licence-link";

impl Bom {
    /// Leaves out of the bill what cards and tags say in words of their own, unless `is_word` knows it for a word: for readers who might
    /// take a text for something that is said to them. Addresses of licences are left out, and so are data sets with another name.
    #[must_use]
    pub fn plain(mut self, is_word: impl Fn(&str) -> bool) -> Bom {
        self.models.iter_mut().for_each(|model| model.plain(&is_word));
        self
    }
}

impl Model {
    fn plain(&mut self, is_word: &impl Fn(&str) -> bool) {
        let only = |text: &mut String| {
            if !text.split([';', '/']).all(is_word) {
                *text = LEFT_OUT.to_owned();
            }
        };
        for licence in &mut self.licences {
            if let Licence::Named(named) = licence {
                only(&mut named.name);
                named.url = None;
            }
        }
        self.task.iter_mut().for_each(only);
        self.data_sets.retain(|data| data.name.split('/').all(is_word));
        self.properties.retain(|(name, _)| name != ADDRESS);
        let of_card = |(name, _): &&mut (String, String)| OF_CARDS.contains(&name.as_str());
        self.properties.iter_mut().filter(of_card).for_each(|(_, value)| only(value));
    }
}
