use std::collections::HashMap;

use crate::lineage::Lineage;
use crate::model::DATES_KEPT_SINCE;
use crate::snapshot::Row;

/// How many children make a burst, and within how many milliseconds (`definitions`, "Noise").
const LEAST: usize = 50;
const WITHIN: i64 = 24 * 60 * 60 * 1000;

/// Which models are part of a burst: at least 50 children of one of `parents`, by one author or sharing one name
/// template, created within 24 hours. Models without a date (or from before the Hub kept dates) cannot be judged.
pub fn bursts(lineage: &Lineage<'_>, parents: impl Iterator<Item = Row>) -> Vec<bool> {
    let snapshot = lineage.snapshot();
    let mut found = vec![false; snapshot.len()];
    for parent in parents {
        let dated: Vec<(i64, Row)> = lineage
            .children(parent)
            .filter_map(|(child, _)| Some((snapshot.created(child).filter(|at| *at >= DATES_KEPT_SINCE)?, child)))
            .collect();
        if dated.len() < LEAST {
            continue;
        }
        let mut groups: HashMap<(bool, String), Vec<(i64, Row)>> = HashMap::new();
        for (created, child) in dated {
            let id = snapshot.id(child).to_ascii_lowercase();
            let (owner, name) = id.split_once('/').unwrap_or(("", &id));
            groups.entry((true, owner.to_owned())).or_default().push((created, child));
            groups.entry((false, template(name))).or_default().push((created, child));
        }
        for mut group in groups.into_values() {
            group.sort_unstable();
            let mut marked = 0;
            for (at, window) in group.windows(LEAST).enumerate() {
                if window[LEAST - 1].0 - window[0].0 <= WITHIN {
                    group[marked.max(at)..at + LEAST].iter().for_each(|(_, row)| found[*row as usize] = true);
                    marked = at + LEAST;
                }
            }
        }
    }
    found
}

/// What two names of one script have in common: runs of digits become `#`, and a last part of three or more words
/// (`grazing_bellowing_locust`) becomes `*`.
fn template(name: &str) -> String {
    let (start, last) = name.rsplit_once('-').map_or(("", name), |(start, last)| (start, last));
    let last = if !start.is_empty() && last.matches('_').count() >= 2 { "*" } else { last };
    let mut template = String::with_capacity(name.len());
    for c in start.chars().chain("-".chars()).chain(last.chars()) {
        match c {
            '0'..='9' if template.ends_with('#') => (),
            '0'..='9' => template.push('#'),
            c => template.push(c),
        }
    }
    template
}

#[cfg(test)]
mod tests {
    use super::template;

    #[test]
    fn names_of_one_script_share_a_template() {
        assert_eq!(template("qwen-qwen1.5-0.5b-1720000000"), template("qwen-qwen1.5-0.5b-1719999"));
        assert_eq!(
            template("qwen2.5-0.5b-instruct-gensyn-swarm-grazing_bellowing_locust"),
            template("qwen2.5-0.5b-instruct-gensyn-swarm-webbed_eager_cassowary")
        );
        assert_ne!(template("qwen2.5-7b-gguf"), template("qwen2.5-7b-awq"));
    }
}
