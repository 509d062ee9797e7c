//! Counts as people read them: in groups of digits, and one of a kind is no plural.

/// Writes a count with commas between thousands.
pub fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Writes a count with its noun, as `1 model`, `2 models` and `2 oddities`.
pub fn plural(count: u64, noun: &str) -> String {
    let noun = match noun.strip_suffix('y').filter(|stem| !stem.ends_with(['a', 'e', 'o', 'u'])) {
        _ if count == 1 => noun.to_owned(),
        Some(stem) => format!("{stem}ies"),
        None => format!("{noun}s"),
    };
    format!("{} {noun}", grouped(count))
}

/// Writes a count with its noun and its verb, as `1 model descends` and `2 models descend`.
pub fn counted(count: u64, noun: &str, one: &str, many: &str) -> String {
    format!("{} {}", plural(count, noun), if count == 1 { one } else { many })
}
