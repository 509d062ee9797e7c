//! What one text in the place of a parent means.

use super::address;
use super::value::is_no_text;
use crate::model::{ModelId, OddityKind};

/// What a parent's text turned out to be.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// A model, and whether a wrapping (address, revision, cache path, quotes) was taken off.
    Id { id: ModelId, wrapped: bool },
    /// Nothing was written.
    Nothing,
    /// No parent, and why.
    Odd(OddityKind),
}

/// Reads `text` by the rules of docs/definitions.md, 1.2. A parent is
/// never guessed from the last part of a path, nor from the first word of anything.
pub(super) fn read(text: &str) -> Reading {
    let trimmed = unquote(text.trim_matches(is_blank));
    if trimmed.is_empty() {
        return Reading::Nothing;
    }
    if is_id(trimmed)
        && let Ok(id) = ModelId::parse(trimmed)
    {
        return Reading::Id { id, wrapped: false };
    }
    match unwrapped(trimmed) {
        Ok(found) if is_placeholder(&found) => Reading::Odd(OddityKind::Placeholder),
        Ok(found) => match ModelId::parse(&found) {
            Ok(id) if is_id(&found) => Reading::Id { id, wrapped: true },
            _ => Reading::Odd(classify(trimmed)),
        },
        Err(kind) => Reading::Odd(kind),
    }
}

/// What is left of a text that is no id as it stands, or why nothing is.
fn unwrapped(text: &str) -> Result<String, OddityKind> {
    if let Some(inside) = undecorated(text) {
        return address::read(inside).unwrap_or(Err(OddityKind::Malformed));
    }
    if is_placeholder(text) {
        return Err(OddityKind::Placeholder);
    }
    if let Some(found) = address::read(text) {
        return found;
    }
    address::cached(text).or_else(|| address::rooted(text)).or_else(|| of_id(text)).ok_or_else(|| classify(text))
}

/// Whether `text` is an id as it stands, by a glance that tells of most: an owner and a name. What is left to [`read`] may be
/// one too.
pub(super) fn is_plain(text: &str) -> bool {
    let text = text.as_bytes();
    // The only placeholder with a slash is shorter.
    if text.len() <= "n/a".len() || ModelId::slashes(text) != Some(1) {
        return false;
    }
    let owner = memchr::memchr(b'/', text).map_or(text, |slash| &text[..slash]);
    memchr::memchr(b'.', owner).is_none() && !address::is_reserved(owner)
}

/// Whether a text that may be an id by its characters is one: no placeholder, number or date, and no page of the Hub or
/// of another host.
fn is_id(text: &str) -> bool {
    match memchr::memchr(b'/', text.as_bytes()) {
        // The only placeholder that has the characters of an id and a slash.
        Some(slash) => !is_no_owner(&text[..slash]) && !text.eq_ignore_ascii_case("n/a"),
        None => {
            let is_page = address::is_hub(text) || text.starts_with("www.") || address::is_reserved(text.as_bytes());
            !is_page && !is_no_text(text) && !is_placeholder(text)
        }
    }
}

fn is_no_owner(name: &str) -> bool {
    address::is_reserved(name.as_bytes()) || (memchr::memchr(b'.', name.as_bytes()).is_some() && address::is_host(name))
}

/// Blanks that a trimmed text has at neither end: white space, and the marks that nobody sees.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2060}')
}

fn unquote(text: &str) -> &str {
    for mark in ['"', '\'', '`'] {
        if text.len() >= 2 && text.starts_with(mark) && text.ends_with(mark) {
            return text[1..text.len() - 1].trim_matches(is_blank);
        }
    }
    text
}

/// The address in what pages and terminals put around one: `[text](address)`, `<address>`, `git clone address`.
fn undecorated(text: &str) -> Option<&str> {
    const COMMANDS: &[&str] = &["git clone ", "ollama run ", "ollama pull "];
    let linked = || text.strip_prefix('[')?.strip_suffix(')')?.split_once("](").map(|(_, link)| link);
    let is_one = |link: &&str| link.contains("://") && !link.contains([' ', '<', '>']);
    let inside = || text.strip_prefix('<')?.strip_suffix('>').filter(is_one);
    let command = || COMMANDS.iter().find_map(|command| text.strip_prefix(command));
    linked().or_else(inside).or_else(command).map(str::trim)
}

fn is_placeholder(text: &str) -> bool {
    const WORDS: &[&str] = &[
        "none",
        "null",
        "nil",
        "nan",
        "n/a",
        "n.a.",
        "na",
        "unknown",
        "undefined",
        "unspecified",
        "not specified",
        "tbd",
        "todo",
        "-",
        "--",
        "?",
        "...",
        "not applicable",
        "custom",
        "scratch",
        "from scratch",
        "from-scratch",
        "from_scratch",
        "trained from scratch",
        "more information needed",
        "[more information needed]",
        "base_model",
        "base-model",
        "your-base-model",
    ];
    WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
        || (text.starts_with("{{") && text.ends_with("}}"))
        || (text.starts_with('<') && text.ends_with('>'))
}

/// An id that something follows: `@revision`, `/tree/...`, `#...`, `?...`, a slash.
fn of_id(text: &str) -> Option<String> {
    let (id, rest) = text.split_at(text.find(['#', '?', '@']).unwrap_or(text.len()));
    let id = id.trim_end_matches('/');
    let mut parts = id.splitn(4, '/');
    match (parts.next()?, parts.next(), parts.next()) {
        // A first word is an id only with a revision behind it, which no part of somebody's address is.
        (word, None, _) => {
            let revision = rest.strip_prefix('@').unwrap_or_default();
            let is_revision = !address::is_host(revision) && (!revision.contains('/') || revision.starts_with("refs/"));
            (rest.is_empty() || (!revision.is_empty() && is_revision) || is_placeholder(word)).then(|| word.to_owned())
        }
        (owner, Some(name), None) => Some(format!("{owner}/{name}")),
        (owner, Some(name), Some(page)) => address::is_page(page).then(|| format!("{owner}/{name}")),
    }
}

fn classify(text: &str) -> OddityKind {
    let drive = text.as_bytes().get(1) == Some(&b':') && text.as_bytes()[0].is_ascii_alphabetic();
    let mut parts = text.split('/');
    let first = parts.next().unwrap_or_default();
    if text.contains("://") || text.starts_with("www.") {
        OddityKind::Url
    } else if drive
        || text.starts_with(['/', '~', '\\'])
        || text.starts_with("./")
        || text.starts_with("../")
        || text.contains('\\')
        || (parts.next().is_some() && address::is_reserved(first.as_bytes()))
        || (text.matches('/').count() > 1 && !text.contains(','))
    {
        OddityKind::Path
    } else {
        OddityKind::Malformed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What leads to `a/b`.
    const WRAPPED: &[&str] = &[
        "https://huggingface.co/a/b",
        "http://www.huggingface.co/a/b/",
        "HTTPS://HuggingFace.co/a/b",
        "https:/huggingface.co/a/b",
        "//huggingface.co/a/b",
        "https://huggingface.co:443/a/b",
        "https://huggingface.co//a/b",
        "https://somebody:hf_x@huggingface.co/a/b",
        "https://huggingface.co/a/b.git",
        "https://huggingface.co/a%2Fb",
        "https://huggingface.co/a/b?library=x",
        "https://huggingface.co/a/b#readme",
        "https://huggingface.co/a/b/tree/main",
        "https://huggingface.co/a/b/commits/main",
        "https://huggingface.co/a/b/discussions/7",
        "https://huggingface.co/a/b/resolve/main/model.gguf?download=true",
        "https://huggingface.co/api/models/a/b/revision/main",
        "https://hf-mirror.com/a/b",
        "huggingface.co/a/b/blob/main/README.md",
        "www.huggingface.co/a/b",
        "hf.co/a/b",
        "hf.co/a/b:Q4_K_M",
        "ollama run hf.co/a/b:Q4_K_M",
        "hf://a/b",
        "HF://a/b@main",
        "hf://a/b@main/model.gguf",
        "hf://a/b/some/folder/model.gguf",
        "hf://models/a/b",
        "git@hf.co:a/b",
        "git@huggingface.co:a/b.git",
        "ssh://git@hf.co:22/a/b.git",
        "git+https://huggingface.co/a/b",
        "git clone https://huggingface.co/a/b",
        "git clone git@hf.co:a/b",
        "[the model](https://huggingface.co/a/b)",
        "[a/b]( https://huggingface.co/a/b )",
        "<https://huggingface.co/a/b>",
        "a/b@rev",
        "a/b@refs/pr/1",
        "a/b#readme",
        "a/b/",
        "a/b/tree/main/x",
        "/a/b/commits/main",
        "/a/b/resolve/0123456789abcdef0123456789abcdef01234567/x",
        "models--a--b",
        "/scratch/.cache/huggingface/hub/models--a--b/snapshots/55cd",
        "C:\\Users\\m\\.cache\\huggingface\\hub\\models--a--b\\snapshots\\fc",
        "file:///C:/Users/m/.cache/huggingface/hub/models--a--b/snapshots/x",
        "s3://bucket/hub/models--a--b/snapshots/x",
    ];

    /// What is an id without an owner in a wrapping.
    const WRAPPED_BARE: &[&str] = &[
        "https://huggingface.co/gpt2",
        "https://huggingface.co/gpt2/tree/main",
        "huggingface.co/gpt2",
        "hf.co/gpt2",
        "www.hf.co/gpt2/",
        "git@hf.co:gpt2",
        "hf://gpt2@main",
        "gpt2@v1.0",
        "gpt2@refs/pr/1",
        "gpt2/",
        "/x/models--gpt2/snapshots",
    ];

    const PATHS: &[&str] = &[
        "/home/models/Llama-3.2-3B",
        "./Qwen1.5-0.5B-Chat",
        "../model/checkpoint-final",
        "models/metric/nemotron/1",
        "models/Qwen2.5-7B",
        "Models/Qwen2.5-7B/",
        "datasets/a",
        "datasets/a@main",
        "docs/index.md",
        "/home/me/tree/work",
        "/datasets/a/tree/main",
        "C:\\Users\\x\\문서\\llama_ko",
        "C:/models/llama",
        "C:\\Users\\A\\.cache\\modelscope\\models\\Qwen--Qwen2.5-0.5B\\snapshots\\master",
        "file:///home/me/llama",
        "me@cluster:/scratch/llama",
        "me@cluster:llama",
        "git@github.com:a/b.git",
    ];

    const URLS: &[&str] = &[
        "https://example.com/a/b",
        "https://huggingface.co/",
        "huggingface.co",
        "www.hf.co",
        "https://huggingface.co/models",
        "https://huggingface.co/models?other=lora",
        "https://huggingface.co/datasets/a/b",
        "https://huggingface.co/collections/a/b-123",
        "https://huggingface.co/docs/transformers",
        "https://huggingface.co/API/datasets/a/b",
        "https://huggingface.co/a/b/other/c",
        "https://huggingface.co/a b/c",
        "hf.co/spaces/a/b",
        "hf://datasets/a/b/c.parquet",
        "git@hf.co:datasets/a/b",
        "git clone https://github.com/a/b",
        "[a/b](https://github.com/a/b)",
        "www.civitai.com/models/12",
        "www.civitai.com",
        "civitai.com/models",
        "github.com/a/b",
        "https://hub-ci.huggingface.co/a/b",
        "s3://bucket/llama",
    ];

    const PLACEHOLDERS: &[&str] = &[
        "N/A",
        "none",
        "none/",
        "unknown@main",
        "unknown?",
        "https://huggingface.co/None",
        "hf.co/unknown/",
        "custom",
        "Scratch",
        "from_scratch",
        "from-scratch",
        "undefined",
        "{{ base_model }}",
        "<org/model>",
        "<a href=\"x\">b</a>",
    ];

    const MALFORMED: &[&str] = &[
        "Kokoro 82M",
        "a/b, c/d",
        "a/b:Q4_K_M",
        "12",
        "12@main",
        "1_000",
        "0x1F",
        "1e5",
        "2024-01-01",
        "a--b/c",
        "models",
        "datasets",
        "me@example.com",
        "me@lab/llama",
        "word?x",
        "word#1",
        "ollama run llama3",
        "git clone a/b",
        "[a/b](a/b)",
    ];

    #[test]
    fn wrappings_are_taken_off() {
        let id = |text: &str| ModelId::parse(text).unwrap();
        for text in ["a/b", " a/b ", "\u{a0}a/b\u{200b}", "'a/b'"] {
            assert_eq!(read(text), Reading::Id { id: id("a/b"), wrapped: false }, "{text}");
        }
        for (texts, expected) in [(WRAPPED, "a/b"), (WRAPPED_BARE, "gpt2")] {
            for text in texts {
                assert_eq!(read(text), Reading::Id { id: id(expected), wrapped: true }, "{text}");
            }
        }
    }

    #[test]
    fn what_is_no_id_is_classed_and_never_guessed() {
        use OddityKind::{Malformed, Path, Placeholder, Url};
        for (texts, kind) in [(PATHS, Path), (URLS, Url), (PLACEHOLDERS, Placeholder), (MALFORMED, Malformed)] {
            for text in texts {
                assert_eq!(read(text), Reading::Odd(kind), "{text}");
            }
        }
        assert_eq!(read(" \u{200b} "), Reading::Nothing);
    }

    /// Where links alone are wanted, what is plain is taken as it stands.
    #[test]
    fn what_is_plain_at_a_glance_is_an_id_as_it_stands() {
        let owners =
            ["a", "A-1", "models", "DataSets", "docs", "new-space", "modelss", "hf.co", "www.x.com", "v2.5", "n"];
        let mut texts: Vec<String> = owners
            .iter()
            .flat_map(|owner| ["b", "a", "", "b.git", "b/c"].map(|name| format!("{owner}/{name}")))
            .collect();
        texts.extend(
            [WRAPPED, WRAPPED_BARE, PATHS, URLS, PLACEHOLDERS, MALFORMED]
                .concat()
                .iter()
                .map(|text| (*text).to_owned()),
        );
        let mut plain = 0;
        for text in &texts {
            if is_plain(text) {
                plain += 1;
                assert_eq!(read(text), Reading::Id { id: ModelId::parse(text).unwrap(), wrapped: false }, "{text}");
            }
        }
        assert_eq!(plain, 8, "{texts:?}");
    }

    #[test]
    fn whatever_is_read_as_an_id_is_one_as_it_stands() {
        let pieces: Vec<&str> =
            "a b / / // https: HF: file: hf.co huggingface.co x.com @ : :443 git@ models-- -- models none %2F \
                                 % ? # .git \\ [ ]( ) < > \" .. é tree main 12"
                .split(' ')
                .chain([" ", "git clone "])
                .collect();
        let mut rng = fastrand::Rng::with_seed(11);
        let mut ids = 0;
        for _ in 0..200_000 {
            let text: String = (0..rng.usize(1..8)).map(|_| pieces[rng.usize(0..pieces.len())]).collect();
            match read(&text) {
                Reading::Id { id, wrapped } => {
                    ids += 1;
                    assert!(wrapped || id.as_str() == unquote(text.trim()), "{text:?}");
                    assert_eq!(read(id.as_str()), Reading::Id { id, wrapped: false }, "{text:?}");
                }
                _ => assert!(!is_plain(&text), "{text:?}"),
            }
        }
        assert!(ids > 10_000, "{ids}");
    }
}
