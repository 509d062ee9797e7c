use memchr::memmem::Finder;

/// The `Words` are what is looked for: an id is found if every one of them stands anywhere in it, without regard to case.
///
/// Only the letters of ASCII have two cases here, since ids have no others.
#[derive(Debug, Clone)]
pub struct Words(Vec<Finder<'static>>);

impl Words {
    /// Takes a text apart at white space. There may be no word in it, and then nothing is looked for.
    pub fn new(text: &str) -> Words {
        let mut words: Vec<String> = text.split_whitespace().map(str::to_ascii_lowercase).collect();
        words.sort_unstable();
        words.dedup();
        Words(words.iter().map(|word| Finder::new(word).into_owned()).collect())
    }

    /// Takes a text as one word.
    pub(crate) fn one(text: &str) -> Words {
        Words(vec![Finder::new(&text.to_ascii_lowercase()).into_owned()])
    }

    /// Tells whether there is no word.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The words, in lower case.
    pub(super) fn each(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter().map(Finder::needle)
    }

    /// Where the first word stands in a text in lower case, and whether the others stand in a part of it.
    pub(super) fn first(&self) -> Option<&Finder<'static>> {
        self.0.first()
    }

    /// Whether all words but the first stand in a text in lower case.
    pub(super) fn others_are_in(&self, text: &[u8]) -> bool {
        self.0.iter().skip(1).all(|word| word.find(text).is_some())
    }

    /// Puts the word first that is to be looked for.
    pub(super) fn put_first(&mut self, at: usize) {
        if at < self.0.len() {
            self.0.swap(0, at);
        }
    }
}
