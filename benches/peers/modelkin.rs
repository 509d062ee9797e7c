//! Counts the descendants of every node of a file of links, by this library and by a search from every node, and says
//! what each took: one line of JSON. `search.py` runs it beside other programs.
//!
//! ```sh
//! cargo run --release --example peer -- links.bin census 5
//! ```

use std::error::Error;
use std::time::Instant;

use modelkin::census::Descendants;

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [path, way, times] = &words[..] else {
        return Err("name a file of links, a way (census, search) and how often".into());
    };
    let bytes = std::fs::read(path)?;
    let number = |bytes: &[u8]| bytes.iter().rev().fold(0u32, |sum, byte| sum << 8 | u32::from(*byte));
    let links: Vec<(u32, u32)> = bytes.chunks_exact(8).map(|pair| (number(&pair[..4]), number(&pair[4..]))).collect();
    drop(bytes);
    let nodes = links.iter().map(|(parent, child)| *parent.max(child)).max().map_or(0, |last| last as usize + 1);
    let mut seconds = Vec::new();
    let mut answer = (0, 0);
    for _ in 0..times.parse()? {
        let start = Instant::now();
        answer = match way.as_str() {
            "census" => {
                let descendants = Descendants::count(nodes, &links);
                let took = start.elapsed();
                seconds.push(took.as_secs_f64());
                digest(descendants.all())
            }
            "search" => {
                let counts = search(nodes, &links);
                seconds.push(start.elapsed().as_secs_f64());
                digest(counts.into_iter().filter(|(_, count)| *count > 0))
            }
            other => return Err(format!("{other}: no such way").into()),
        };
    }
    println!(
        "{{\"way\": \"{way}\", \"nodes\": {nodes}, \"sum\": {}, \"digest\": {}, \"seconds\": {seconds:?}}}",
        answer.0, answer.1
    );
    Ok(())
}

/// The sum of all counts, and a number that tells equal counts from others.
fn digest(counts: impl Iterator<Item = (u32, u32)>) -> (u64, u64) {
    counts.fold((0, 0), |(sum, digest), (node, count)| {
        let mixed = (u64::from(node) << 32 | u64::from(count)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (sum + u64::from(count), digest ^ (mixed >> 12))
    })
}

/// What one would write by hand: the children of each node in one array, a search from each, stamps for what was seen.
fn search(nodes: usize, links: &[(u32, u32)]) -> Vec<(u32, u32)> {
    let mut offsets = vec![0u32; nodes + 2];
    links.iter().for_each(|(parent, _)| offsets[*parent as usize + 2] += 1);
    (2..offsets.len()).for_each(|at| offsets[at] += offsets[at - 1]);
    let mut children = vec![0u32; links.len()];
    for (parent, child) in links {
        let at = &mut offsets[*parent as usize + 1];
        children[*at as usize] = *child;
        *at += 1;
    }
    let mut seen = vec![u32::MAX; nodes];
    let mut found = Vec::new();
    let mut counts = Vec::new();
    for start in 0..nodes as u32 {
        if offsets[start as usize] == offsets[start as usize + 1] {
            continue;
        }
        found.clear();
        found.push(start);
        seen[start as usize] = start;
        let mut next = 0;
        while next < found.len() {
            let at = found[next] as usize;
            next += 1;
            for child in &children[offsets[at] as usize..offsets[at + 1] as usize] {
                if seen[*child as usize] != start {
                    seen[*child as usize] = start;
                    found.push(*child);
                }
            }
        }
        counts.push((start, found.len() as u32 - 1));
    }
    counts
}
