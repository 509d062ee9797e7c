//! Package URLs of models: `pkg:huggingface/OWNER/NAME@COMMIT`.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::model::{Commit, hub_of};

/// What stands in a part of a purl, or of an address, as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The purl of a model on Hugging Face. An id without an owner has none, since the type wants a namespace, nor has one of another hub.
/// Names keep their case; a commit is 40 hex digits in lower case, and where none is known nothing stands in its place.
pub(super) fn purl(id: &str, commit: Option<Commit>) -> Option<String> {
    let (owner, name) = id.split_once('/').filter(|_| hub_of(id).is_none())?;
    let version = commit.map_or_else(String::new, |commit| format!("@{commit}"));
    Some(format!("pkg:huggingface/{}/{}{version}", encoded(owner), encoded(name)))
}

/// A text as a part of a purl or of an address.
pub(super) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, PLAIN).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn purls_follow_the_rules_of_their_type() {
        let commit = Commit::parse("ABCDEF0123456789abcdef0123456789ABCDEF01");
        let with = purl("Qwen/Qwen2.5-7B", commit).unwrap();
        assert_eq!(with, "pkg:huggingface/Qwen/Qwen2.5-7B@abcdef0123456789abcdef0123456789abcdef01");
        assert_eq!(purl("a_b/c.d-e", None).as_deref(), Some("pkg:huggingface/a_b/c.d-e"));
        assert_eq!(purl("gpt2", commit), None, "the namespace is required");
        assert_eq!(purl("modelscope:a/b", commit), None, "of another hub");
        assert_eq!(purl("a/b@c?d#e f", None).as_deref(), Some("pkg:huggingface/a/b%40c%3Fd%23e%20f"));
    }
}
