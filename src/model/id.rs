use std::fmt;

/// The id of a repository: `owner/name`, or `name` alone for the Hub's oldest ones.
///
/// Ids are compared without regard to ASCII case ([`ModelId::key`]) and printed as they were spelled.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModelId(Box<str>);

/// Why a text is no [`ModelId`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdFault {
    /// Nothing there, or nothing on one side of the slash.
    Empty,
    /// More than one slash.
    Slashes,
    /// A character that is no ASCII letter, digit, `-`, `_` or `.`.
    Character(char),
    /// A part that begins or ends with `-` or `.`.
    Edge,
    /// `--` or `..` inside.
    Doubled,
    /// A part longer than [`ModelId::MAX_PART`] bytes.
    Long,
}

impl ModelId {
    /// Longest owner or name, in bytes. The Hub's rule for new repositories says 96; it still lists older ones
    /// with up to 250 (and names that end in `.git`), so a listing's own ids need more room.
    pub const MAX_PART: usize = 500;

    /// Reads `text` as an id, exactly: nothing is trimmed or unwrapped here.
    ///
    /// # Errors
    /// The first rule of the Hub's grammar (`hub-facts` 5.4) that the text breaks.
    pub fn parse(text: &str) -> Result<ModelId, IdFault> {
        let mut parts = 0;
        for part in text.split('/') {
            parts += 1;
            if parts > 2 {
                return Err(IdFault::Slashes);
            }
            check_part(part)?;
        }
        Ok(ModelId(text.into()))
    }

    /// The id as it was spelled.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The namespace before the slash; none for an id of the oldest kind.
    pub fn owner(&self) -> Option<&str> {
        self.0.split_once('/').map(|(owner, _)| owner)
    }

    /// What two spellings of one id have in common: the id in ASCII lower case.
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

fn is_mark(byte: u8) -> bool {
    matches!(byte, b'-' | b'.')
}

/// Which bytes can stand in an id.
const KNOWN: [bool; 256] = {
    let mut known = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        known[byte] = (byte as u8).is_ascii_alphanumeric() || matches!(byte as u8, b'-' | b'_' | b'.');
        byte += 1;
    }
    known
};

fn check_part(part: &str) -> Result<(), IdFault> {
    if part.is_empty() {
        return Err(IdFault::Empty);
    }
    if part.len() > ModelId::MAX_PART {
        return Err(IdFault::Long);
    }
    let (mut all_known, mut doubled, mut last) = (true, false, 0);
    for byte in part.bytes() {
        all_known &= KNOWN[byte as usize];
        doubled |= byte == last && is_mark(byte);
        last = byte;
    }
    if !all_known {
        let strange = part.chars().find(|c| !u8::try_from(*c).is_ok_and(|byte| KNOWN[byte as usize]));
        return Err(IdFault::Character(strange.unwrap_or_default()));
    }
    if is_mark(part.as_bytes()[0]) || is_mark(last) {
        return Err(IdFault::Edge);
    }
    if doubled { Err(IdFault::Doubled) } else { Ok(()) }
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

/// The Hub's own key of a repository (`_id`, 24 hex digits): it stays when the repository is renamed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HubId(pub [u8; HubId::BYTES]);

impl HubId {
    /// Its size in bytes.
    pub const BYTES: usize = 12;

    /// Reads 24 hex digits.
    pub fn parse(text: &str) -> Option<HubId> {
        let mut bytes = [0; HubId::BYTES];
        if text.len() != 2 * HubId::BYTES {
            return None;
        }
        let digit = |byte: u8| char::from(byte).to_digit(16);
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
            *byte = (digit(pair[0])? << 4 | digit(pair[1])?) as u8;
        }
        Some(HubId(bytes))
    }
}
