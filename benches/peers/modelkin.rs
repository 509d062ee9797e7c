//! Counts the descendants of every node of a file of links, by this library or by a search from every node, and says what
//! it took: one line of JSON for `compare.py`, which runs it beside other programs.
//!
//! ```sh
//! cargo run --release --example peer -- hub.bin census
//! cargo run --release --example peer -- hub.parquet dump
//! ```

#![allow(clippy::print_stdout, reason = "a bench speaks")]

use std::error::Error;
use std::fs::File;
use std::io::{BufReader, Read};
use std::time::Instant;

use modelkin::census::{Descendants, derivatives};
use modelkin::{import, source};
use rustix::time::{ClockId, clock_gettime};

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let [path, way] = &words[..]
        && way == "dump"
    {
        return dump(path);
    }
    let (path, way, owners) = match &words[..] {
        [path, way] => (path, way, None),
        [path, way, owners] => (path, way, Some(owners)),
        _ => {
            return Err(
                "name a file of links, a way (census, search, owners, dump), and for owners a file of them".into()
            );
        }
    };
    let mut file = BufReader::new(File::open(path).map_err(|error| format!("{path}: {error}"))?);
    let mut links: Vec<(u32, u32)> = Vec::with_capacity(file.get_ref().metadata()?.len() as usize / 8);
    let mut pair = [0u8; 8];
    while file.read_exact(&mut pair).is_ok() {
        let [a, b, c, d, e, f, g, h] = pair;
        links.push((u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h])));
    }
    let nodes = links.iter().map(|(parent, child)| *parent.max(child)).max().map_or(0, |last| last as usize + 1);
    let mut groups: Vec<Vec<u32>> = Vec::new();
    for (node, owner) in
        owners.map(std::fs::read).transpose()?.iter().flat_map(|bytes| bytes.chunks_exact(4)).enumerate()
    {
        let owner = u32::from_le_bytes([owner[0], owner[1], owner[2], owner[3]]) as usize;
        groups.resize_with(groups.len().max(owner + 1), Vec::new);
        groups[owner].extend((node < nodes).then_some(node as u32));
    }
    let groups: Vec<&[u32]> = groups.iter().map(Vec::as_slice).collect();
    let before = peak()?;
    let mut took = None;
    // Fresh memory is half of the time. The first run has to ask for it, the second one is shown.
    for _ in 0..2 {
        let (start, wall) = (cpu(), Instant::now());
        let (built, answer, done) = match way.as_str() {
            "census" => {
                let descendants = Descendants::count(nodes, &links);
                let done = cpu();
                (start, digest(descendants.all()), done)
            }
            "search" => {
                let children = Children::of(nodes, &links);
                let built = cpu();
                let counts = children.search();
                let done = cpu();
                (built, digest(counts.into_iter().filter(|(_, count)| *count > 0)), done)
            }
            "owners" => {
                let found = derivatives(nodes, &links, &groups);
                let done = cpu();
                (start, digest((0..).zip(found).filter(|(_, count)| *count > 0)), done)
            }
            other => return Err(format!("{other}: no such way").into()),
        };
        took = Some((built - start, done - built, wall.elapsed().as_secs_f64(), answer));
    }
    let (build, run, wall, (sum, mixed)) = took.ok_or("nothing was counted")?;
    println!(
        "{{\"version\": \"{}\", \"build\": {build}, \"run\": {run}, \"cpu\": {}, \"wall\": {wall}, \"memory\": {}, \"answer\": [{sum}, {mixed}]}}",
        env!("CARGO_PKG_VERSION"),
        build + run,
        (peak()? - before) / 1024
    );
    Ok(())
}

/// Reads a dump for its links, and counts every model's descendants and every owner's family.
fn dump(path: &str) -> Result<(), Box<dyn Error>> {
    let (start, wall) = (cpu(), Instant::now());
    let (links, _) = import::links(source::find(path.as_ref(), None)?)?;
    let read = cpu();
    let descendants = Descendants::count(links.nodes(), &links.pairs);
    let (models, ends) = links.by_owner();
    let starts = std::iter::once(0).chain(ends.iter().copied());
    let groups: Vec<&[u32]> = starts.zip(&ends).map(|(start, end)| &models[start..*end]).collect();
    let families = derivatives(links.nodes(), &links.pairs, &groups);
    let done = cpu();
    let all: u64 = families.iter().map(|count| u64::from(*count)).sum();
    let most = families.iter().max().copied().unwrap_or(0);
    let below: u64 = descendants.all().map(|(_, count)| u64::from(count)).sum();
    println!(
        "{{\"version\": \"{}\", \"build\": {}, \"run\": {}, \"cpu\": {}, \"wall\": {}, \"memory\": {}, \"models\": {}, \"links\": {}, \
         \"descendants\": {below}, \"answer\": [{all}, {most}]}}",
        env!("CARGO_PKG_VERSION"),
        read - start,
        done - start,
        done - start,
        wall.elapsed().as_secs_f64(),
        peak()? / 1024,
        links.listed,
        links.pairs.len(),
    );
    Ok(())
}

/// CPU seconds of this process, all threads.
fn cpu() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// The most memory so far, in KiB.
fn peak() -> Result<u64, Box<dyn Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    Ok(line.trim().trim_end_matches("kB").trim().parse()?)
}

/// The sum of all counts, and a number that tells equal counts from others.
fn digest(counts: impl Iterator<Item = (u32, u32)>) -> (u64, u64) {
    counts.fold((0, 0), |(sum, digest), (node, count)| {
        let mixed = (u64::from(node) << 32 | u64::from(count)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (sum + u64::from(count), digest ^ (mixed >> 12))
    })
}

/// What one would write by hand: the children of each node in one array.
struct Children {
    offsets: Vec<u32>,
    children: Vec<u32>,
}

impl Children {
    fn of(nodes: usize, links: &[(u32, u32)]) -> Children {
        let mut offsets = vec![0u32; nodes + 2];
        links.iter().for_each(|(parent, _)| offsets[*parent as usize + 2] += 1);
        (2..offsets.len()).for_each(|at| offsets[at] += offsets[at - 1]);
        let mut children = vec![0u32; links.len()];
        for (parent, child) in links {
            let at = &mut offsets[*parent as usize + 1];
            children[*at as usize] = *child;
            *at += 1;
        }
        offsets.pop();
        Children { offsets, children }
    }

    /// A search from each node that has children, with stamps for what was seen.
    fn search(&self) -> Vec<(u32, u32)> {
        let of =
            |node: u32| &self.children[self.offsets[node as usize] as usize..self.offsets[node as usize + 1] as usize];
        let nodes = self.offsets.len() - 1;
        let mut seen = vec![u32::MAX; nodes];
        let mut found = Vec::new();
        let mut counts = Vec::new();
        for start in (0..nodes as u32).filter(|start| !of(*start).is_empty()) {
            found.clear();
            found.push(start);
            seen[start as usize] = start;
            let mut next = 0;
            while next < found.len() {
                for child in of(found[next]) {
                    if seen[*child as usize] != start {
                        seen[*child as usize] = start;
                        found.push(*child);
                    }
                }
                next += 1;
            }
            counts.push((start, found.len() as u32 - 1));
        }
        counts
    }
}
