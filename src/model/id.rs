use std::borrow::Cow;
use std::fmt;

/// A `ModelId` is the id of a repository: `owner/name`, or `name` alone for the Hub's oldest ones. One of another hub than
/// Hugging Face begins with that hub, `modelscope:owner/name`: what two hubs call alike is two models, and two accounts.
///
/// Ids are compared without regard to ASCII case ([`ModelId::key`]) and printed as they were spelled.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModelId(Box<str>);

/// An `IdFault` says why a text is no [`ModelId`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdFault {
    /// Nothing stands there, or nothing on one side of the slash.
    Empty,
    /// More than one slash stands in it.
    Slashes,
    /// This character stands in it, and is no ASCII letter, digit, `-`, `_` or `.`.
    Character(char),
    /// A part begins or ends with `-` or `.`.
    Edge,
    /// `--` or `..` stands inside a part.
    Doubled,
    /// A part is longer than [`ModelId::MAX_PART`] bytes.
    Long,
}

impl ModelId {
    /// An owner or a name may have so many bytes. The Hub's rule for new repositories says 96; it still lists older
    /// ones with up to 250 (and names that end in `.git`), so a listing's own ids need more room.
    pub const MAX_PART: usize = 500;

    /// Reads `text` as an id, exactly: nothing is trimmed or unwrapped here.
    ///
    /// # Errors
    /// The fault is the first rule of the Hub's grammar (docs/hub.md, 7.1) that the text breaks.
    pub fn parse(text: &str) -> Result<ModelId, IdFault> {
        ModelId::check(text).map(|()| ModelId(text.into()))
    }

    /// Reads `text` as an id of any hub: with a hub and a colon before it, or without.
    ///
    /// # Errors
    /// The fault is that of [`ModelId::parse`] in what follows the hub.
    pub fn read(text: &str) -> Result<ModelId, IdFault> {
        let (hub, id) = ModelId::apart(text);
        let hub = hub.map(str::to_ascii_lowercase);
        ModelId::check(id).map(|()| ModelId(hub.map_or_else(|| id.into(), |hub| format!("{hub}:{id}").into())))
    }

    /// Whether `text` is an id of any hub.
    pub(crate) fn check_any(text: &str) -> Result<(), IdFault> {
        ModelId::check(ModelId::apart(text).1)
    }

    /// The hub and the id there.
    fn apart(text: &str) -> (Option<&str>, &str) {
        match text.split_once(':') {
            Some((hub, id)) if ModelId::is_hub(hub) => (Some(hub), id),
            _ => (None, text),
        }
    }

    /// Whether a text can name a hub: a short word of letters, digits and dashes, in any case.
    pub(crate) fn is_hub(text: &str) -> bool {
        let is_of_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        (2..=40).contains(&text.len()) && text.bytes().all(is_of_word)
    }

    /// The same id of that hub, of Hugging Face as [`HUGGING_FACE`] or as nothing.
    pub(crate) fn at_hub(&self, hub: Option<&str>) -> ModelId {
        let (_, id) = ModelId::apart(&self.0);
        ModelId(hub.map_or_else(|| id.into(), |hub| format!("{hub}:{id}").into()))
    }

    /// The same of a text that is kept elsewhere.
    pub(crate) fn check(text: &str) -> Result<(), IdFault> {
        match ModelId::slashes(text.as_bytes()) {
            Some(_) => Ok(()),
            None => ModelId::fault(text).map_or(Ok(()), Err),
        }
    }

    /// How many slashes there are in an id, none or one; nothing if this is no id, or a longer one than can be told at a
    /// glance.
    pub(crate) fn slashes(text: &[u8]) -> Option<usize> {
        // A text begins and ends as a part does, at a slash.
        let (mut bad, mut slashes, mut not_next) = (0, 0, NOT_BEHIND[b'/' as usize]);
        for byte in text {
            let class = CLASS[*byte as usize];
            bad |= class & not_next;
            slashes += usize::from(class & SLASH);
            not_next = NOT_BEHIND[*byte as usize];
        }
        bad |= SLASH & not_next;
        let slashes = slashes / usize::from(SLASH);
        (bad == 0 && slashes <= 1 && text.len() <= ModelId::MAX_PART).then_some(slashes)
    }

    /// The first rule that a text breaks.
    fn fault(text: &str) -> Option<IdFault> {
        let mut parts = 0;
        for part in text.split('/') {
            parts += 1;
            if parts > 2 {
                return Some(IdFault::Slashes);
            }
            if let Err(fault) = check_part(part) {
                return Some(fault);
            }
        }
        None
    }

    /// Gives the id as it was spelled.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Gives the hub that lists the model, if that is not Hugging Face. In what is read, `huggingface` may stand there.
    pub fn hub(&self) -> Option<&str> {
        ModelId::apart(&self.0).0
    }

    /// The id without [`HUGGING_FACE`] before it, as snapshots have it.
    pub(crate) fn here(&self) -> &str {
        here(&self.0)
    }

    /// The same id as snapshots have it.
    pub(crate) fn as_listed(&self) -> Cow<'_, ModelId> {
        match self.hub() {
            Some(HUGGING_FACE) => Cow::Owned(self.at_hub(None)),
            _ => Cow::Borrowed(self),
        }
    }

    /// Gives the account before the slash, with the hub before it; an id of the oldest kind has none.
    pub fn owner(&self) -> Option<&str> {
        self.0.split_once('/').map(|(owner, _)| owner)
    }

    /// Gives what two spellings of one id have in common: the id in ASCII lower case.
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

/// The hub before an id that is kept as text.
pub(crate) fn hub_of(id: &str) -> Option<&str> {
    ModelId::apart(id).0
}

/// An id without [`HUGGING_FACE`] before it, as snapshots have it.
pub(crate) fn here(id: &str) -> &str {
    match ModelId::apart(id) {
        (Some(hub), id) if hub.eq_ignore_ascii_case(HUGGING_FACE) => id,
        _ => id,
    }
}

/// What Hugging Face is called where a model of another hub has a parent there.
pub(crate) const HUGGING_FACE: &str = "huggingface";

/// What a byte is to an id, a bit for each: nothing that can stand there, a letter or the like, one of two marks, or the slash.
const STRANGE: u8 = 1;
const LETTER: u8 = 2;
const DASH: u8 = 4;
const DOT: u8 = 8;
const SLASH: u8 = 16;

const CLASS: [u8; 256] = {
    let mut class = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        class[byte] = match byte as u8 {
            b'-' => DASH,
            b'.' => DOT,
            b'/' => SLASH,
            b'_' => LETTER,
            other if other.is_ascii_alphanumeric() => LETTER,
            _ => STRANGE,
        };
        byte += 1;
    }
    class
};

/// What cannot stand behind a byte: a mark or a slash at the edge of a part, a mark behind itself, and what is strange anywhere.
const NOT_BEHIND: [u8; 256] = {
    let mut not = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        not[byte] = STRANGE
            | match CLASS[byte] {
                DASH => DASH | SLASH,
                DOT => DOT | SLASH,
                SLASH => DASH | DOT | SLASH,
                _ => 0,
            };
        byte += 1;
    }
    not
};

fn is_mark(byte: u8) -> bool {
    CLASS[byte as usize] & (DASH | DOT) != 0
}

fn is_known(byte: u8) -> bool {
    CLASS[byte as usize] & (STRANGE | SLASH) == 0
}

fn check_part(part: &str) -> Result<(), IdFault> {
    if part.is_empty() {
        return Err(IdFault::Empty);
    }
    if part.len() > ModelId::MAX_PART {
        return Err(IdFault::Long);
    }
    if let Some(strange) = part.chars().find(|c| !u8::try_from(*c).is_ok_and(is_known)) {
        return Err(IdFault::Character(strange));
    }
    let bytes = part.as_bytes();
    if is_mark(bytes[0]) || is_mark(bytes[bytes.len() - 1]) {
        return Err(IdFault::Edge);
    }
    if bytes.windows(2).any(|pair| pair[0] == pair[1] && is_mark(pair[0])) { Err(IdFault::Doubled) } else { Ok(()) }
}

impl fmt::Display for ModelId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for IdFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            IdFault::Empty => f.write_str("an owner or a name is empty"),
            IdFault::Slashes => f.write_str("more than one slash"),
            IdFault::Character(c) => write!(f, "the character {c:?} cannot stand in an id"),
            IdFault::Edge => f.write_str("a part begins or ends with '-' or '.'"),
            IdFault::Doubled => f.write_str("'--' or '..' inside"),
            IdFault::Long => write!(f, "a part is longer than {} bytes", ModelId::MAX_PART),
        }
    }
}

/// A `RepositoryKey` is Hugging Face's own key of a repository (`_id`, 24 hex digits), which stays when the
/// repository is renamed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepositoryKey(pub [u8; RepositoryKey::BYTES]);

impl RepositoryKey {
    /// A key has so many bytes.
    pub const BYTES: usize = 12;

    /// Reads 24 hex digits, in either case. Any other text is no key, and gives nothing.
    pub fn parse(text: &str) -> Option<RepositoryKey> {
        of_hex(text).map(RepositoryKey)
    }
}

/// A `Commit` is the commit that a repository is at (`sha`, 40 hex digits).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Commit(pub [u8; Commit::BYTES]);

impl Commit {
    /// A commit has so many bytes.
    pub const BYTES: usize = 20;

    /// Reads 40 hex digits, in either case. Any other text is no commit, and gives nothing.
    pub fn parse(text: &str) -> Option<Commit> {
        of_hex(text).map(Commit)
    }
}

impl fmt::Display for Commit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

/// Bytes in hex digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(value.into(), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

fn of_hex<const BYTES: usize>(text: &str) -> Option<[u8; BYTES]> {
    let mut bytes = [0; BYTES];
    if text.len() != 2 * BYTES {
        return None;
    }
    // Whether all are digits is asked once, at the end: every row has some.
    let mut all = 0;
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        let [high, low] = [DIGITS[pair[0] as usize], DIGITS[pair[1] as usize]];
        all |= high | low;
        *byte = high << 4 | low;
    }
    (all < 16).then_some(bytes)
}

/// The value of each hex digit by its byte; of what is none, more than a digit has.
const DIGITS: [u8; 256] = {
    let mut values = [0xf0; 256];
    let mut value = 0;
    while value < 16 {
        let digit = b"0123456789abcdef"[value];
        values[digit as usize] = value as u8;
        values[digit.to_ascii_uppercase() as usize] = value as u8;
        value += 1;
    }
    values
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_digits_alone_are_read() {
        for byte in 0..=255u8 {
            let Ok(text) = String::from_utf8(vec![byte; 24]) else { continue };
            let value = char::from(byte).to_digit(16).map(|value| RepositoryKey([value as u8 * 17; 12]));
            assert_eq!(RepositoryKey::parse(&text), value, "{text:?}");
        }
        let mixed = "0123456789abcdefABCDEF00";
        assert_eq!(
            RepositoryKey::parse(mixed).unwrap().0,
            [1, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0xab, 0xcd, 0xef, 0]
        );
        assert_eq!(RepositoryKey::parse(&mixed[1..]), None);
    }

    /// Every text of four characters out of these: found good at a glance exactly if no rule speaks against it.
    #[test]
    fn a_glance_and_the_rules_agree() {
        let bytes = b"aZ9_-./ \xc3";
        let rules = |text: &str| {
            let parts: Vec<_> = text.split('/').collect();
            parts.len() <= 2 && parts.iter().all(|part| check_part(part).is_ok())
        };
        for number in 0..bytes.len().pow(4) {
            let text: Vec<u8> = (0..4).map(|at| bytes[number / bytes.len().pow(at) % bytes.len()]).collect();
            for length in 0..=4 {
                let text = String::from_utf8_lossy(&text[..length]);
                assert_eq!(ModelId::slashes(text.as_bytes()).is_some(), rules(&text), "{text:?}");
                assert_eq!(ModelId::parse(&text).is_ok(), rules(&text), "{text:?}");
            }
        }
        let long = "a".repeat(ModelId::MAX_PART);
        assert!(ModelId::parse(&format!("{long}/{long}")).is_ok());
        assert_eq!(ModelId::parse(&format!("{long}a/b")), Err(IdFault::Long));
    }
}
