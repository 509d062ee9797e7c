//! The environment tells of the Hub in the variables of its own client (docs/hub.md, 5.3): its address, the token, the
//! folder of the cache.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::Context;
use etcetera::BaseStrategy;
use modelkin::source::hub::Token;
use modelkin::source::read_whole;

const HUB: &str = "https://huggingface.co";

/// The Hub's address.
pub fn endpoint() -> String {
    text("HF_ENDPOINT").unwrap_or_else(|| HUB.to_owned())
}

/// Hosts where the Hub's files may lie, beside its own, that the variable names.
pub fn file_hosts() -> Vec<String> {
    let hosts = text("MODELKIN_FILE_HOSTS").unwrap_or_default();
    hosts.split(',').map(str::trim).filter(|host| !host.is_empty()).map(str::to_owned).collect()
}

/// The variable that forbids every request, if one does.
pub fn offline() -> Option<&'static str> {
    ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"].into_iter().find(|name| is_on(name))
}

/// The token, if there is one.
///
/// # Errors
/// If a variable names one that cannot be used: without it the crawl would be another one.
pub fn token() -> anyhow::Result<Option<Token>> {
    if is_on("HF_HUB_DISABLE_IMPLICIT_TOKEN") {
        return Ok(None);
    }
    for name in ["HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"] {
        if let Some(text) = text(name) {
            let token = Token::new(&text).with_context(|| {
                format!("{name}: is no token: it has blanks or signs that none has; unset it to crawl without")
            })?;
            return Ok(Some(token));
        }
    }
    match text("HF_TOKEN_PATH") {
        Some(path) => {
            let path = at_home(&path);
            let token = token_in(&path).with_context(|| {
                format!("HF_TOKEN_PATH: {} holds no token; unset it to crawl without", path.display())
            })?;
            Ok(Some(token))
        }
        None => Ok(token_file().and_then(|path| token_in(&path))),
    }
}

/// The token in a file, if it is a file and one is in it.
fn token_in(path: &Path) -> Option<Token> {
    const LONGEST: u64 = 4096;
    let text = read_whole(path, LONGEST).ok()?;
    Token::new(std::str::from_utf8(&text).ok()?)
}

/// A path in which `~` stands for the home folder, as the Hub's own client has it.
fn at_home(path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), etcetera::home_dir()) {
        (Some(rest), Ok(home)) => home.join(rest),
        _ => path.into(),
    }
}

fn token_file() -> Option<PathBuf> {
    let home = text("HF_HOME").map(|home| at_home(&home));
    let folder = home.or_else(|| Some(etcetera::choose_base_strategy().ok()?.cache_dir().join("huggingface")))?;
    Some(folder.join("token"))
}

fn text(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.trim().is_empty())
}

fn is_on(name: &str) -> bool {
    text(name).is_some_and(|value| matches!(value.trim().to_ascii_uppercase().as_str(), "1" | "ON" | "YES" | "TRUE"))
}
