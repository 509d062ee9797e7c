//! What the environment says of the Hub, in the variables of its own client (`hub-facts` 4.1).

use std::env;
use std::fs;
use std::path::PathBuf;

use etcetera::BaseStrategy;
use modelkin::source::hub::Token;

const HUB: &str = "https://huggingface.co";

/// The Hub's address.
pub fn endpoint() -> String {
    let named = text("HF_ENDPOINT").unwrap_or_else(|| HUB.to_owned());
    named.trim_end_matches('/').to_owned()
}

/// The variable that forbids every request, if one does.
pub fn offline() -> Option<&'static str> {
    ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"].into_iter().find(|name| is_on(name))
}

/// The token, if there is one.
pub fn token() -> Option<Token> {
    if is_on("HF_HUB_DISABLE_IMPLICIT_TOKEN") {
        return None;
    }
    let named = ["HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"].into_iter().find_map(|name| Token::new(&text(name)?));
    named.or_else(|| Token::new(&fs::read_to_string(token_file()?).ok()?))
}

fn token_file() -> Option<PathBuf> {
    if let Some(path) = text("HF_TOKEN_PATH") {
        return Some(path.into());
    }
    let home = text("HF_HOME").map(PathBuf::from);
    let folder = home.or_else(|| Some(etcetera::choose_base_strategy().ok()?.cache_dir().join("huggingface")))?;
    Some(folder.join("token"))
}

fn text(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.trim().is_empty())
}

fn is_on(name: &str) -> bool {
    text(name).is_some_and(|value| matches!(value.trim().to_ascii_uppercase().as_str(), "1" | "ON" | "YES" | "TRUE"))
}
