use serde::{Deserialize, Serialize};

/// A `FetchedCard` is a card as it was fetched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FetchedCard {
    /// This is the model's id.
    pub id: String,
    /// It was asked for under this id, if that has changed since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<String>,
    /// It tells what came of asking.
    pub state: CardState,
    /// The text that follows the line has so many bytes.
    pub bytes: usize,
}

/// A `CardState` is what came of asking for a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CardState {
    /// It was read.
    Read,
    /// The repository has no card.
    None,
    /// The card is shown only to those who were let in.
    Gated,
    /// The repository is gone, private or disabled.
    Gone,
    /// The Hub could not give it, again and again, or led elsewhere.
    Failed,
}

/// Writes cards one after the other, each behind a line that describes it: the body of a page of cards.
pub fn write_cards(cards: &[(FetchedCard, Vec<u8>)]) -> Vec<u8> {
    let mut body = Vec::new();
    for (card, text) in cards {
        body.extend(serde_json::to_vec(card).unwrap_or_default());
        body.push(b'\n');
        body.extend_from_slice(text);
        body.push(b'\n');
    }
    body
}

/// Reads the cards of a page.
///
/// # Errors
/// It fails if the page is no page of cards.
pub fn split_cards(body: &[u8]) -> Result<Vec<(FetchedCard, &[u8])>, String> {
    let mut cards = Vec::new();
    let mut rest = body;
    while !rest.is_empty() {
        let end = rest.iter().position(|byte| *byte == b'\n').ok_or("a card without its line")?;
        let card: FetchedCard = serde_json::from_slice(&rest[..end]).map_err(|error| error.to_string())?;
        // A line end follows the text, which is as long as the line says, if that can be.
        let (text, after) = rest[end + 1..].split_at_checked(card.bytes).ok_or("a card that is cut off")?;
        rest = after.get(1..).ok_or("a card that is cut off")?;
        cards.push((card, text));
    }
    Ok(cards)
}
