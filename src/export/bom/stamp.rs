//! What makes a bill the same each time: its number and its times come from what it says.

use serde_json::Value as Json;
use sha2::{Digest, Sha256};

/// The number of a document: a UUID of version 8 (RFC 9562), which has 122 of the first 128 bits of the SHA-256 of the document as it is
/// without a number. So equal documents bear one number, and others another.
pub(super) fn number(document: &Json) -> String {
    let mut hash = Sha256::new();
    hash.update(b"modelkin bill of materials 1\n");
    hash.update(document.to_string());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.finalize()[..16]);
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = crate::model::hex(&bytes);
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// An instant as both formats want it, to the second; nothing if its year has more than four digits.
pub(super) fn second(millis: i64) -> Option<String> {
    let text = jiff::Timestamp::from_second(millis.div_euclid(1000)).ok()?.to_string();
    (text.len() == "2025-01-31T00:00:00Z".len()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_a_uuid_of_the_documents_own() {
        let one = number(&serde_json::json!({"a": 1}));
        assert_eq!(one, number(&serde_json::json!({"a": 1})));
        assert_ne!(one, number(&serde_json::json!({"a": 2})));
        assert_eq!(one.len(), 36);
        assert_eq!(&one[14..15], "8");
        assert!(["8", "9", "a", "b"].contains(&&one[19..20]), "{one}");
    }

    #[test]
    fn seconds_are_whole_and_years_have_four_digits() {
        assert_eq!(second(1_751_414_400_999).as_deref(), Some("2025-07-02T00:00:00Z"));
        assert_eq!(second(-1).as_deref(), Some("1969-12-31T23:59:59Z"));
        assert_eq!(second(i64::MAX), None);
        assert_eq!(second(-100_000_000_000_000), None);
    }
}
