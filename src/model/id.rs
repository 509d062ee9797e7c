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

fn check_part(part: &str) -> Result<(), IdFault> {
    if part.is_empty() {
        return Err(IdFault::Empty);
    }
    if part.len() > ModelId::MAX_PART {
        return Err(IdFault::Long);
    }
    let is_known = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if !part.as_bytes().iter().all(is_known) {
        let strange = part.chars().find(|c| !u8::try_from(*c).is_ok_and(|byte| is_known(&byte)));
        return Err(IdFault::Character(strange.unwrap_or_default()));
    }
    let is_mark = |byte: &u8| matches!(byte, b'-' | b'.');
    if [part.as_bytes().first(), part.as_bytes().last()].into_iter().flatten().any(is_mark) {
        return Err(IdFault::Edge);
    }
    if part.as_bytes().windows(2).any(|pair| pair == b"--" || pair == b"..") {
        return Err(IdFault::Doubled);
    }
    Ok(())
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
