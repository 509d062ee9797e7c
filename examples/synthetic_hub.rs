//! What would a Hub of so many models look like? Makes one up and writes it as a dump, as list rows or as links.
//!
//! ```sh
//! cargo run --release --example synthetic_hub -- 3000000 --parquet models.parquet --jsonl models.jsonl --links links.bin
//! ```
//!
//! `--real` gives the dump the columns of the real one that are not read too. `--merges` makes the merges overlap. The links are pairs of little-endian 32-bit numbers, parent and child;
//! `--owners owners.bin` writes the number of each model's owner. Models are numbered as they were made; with `--by-owner`
//! an owner's stand together, as in a snapshot. Without a file, it tells what such a graph is like.

#![allow(clippy::print_stdout, reason = "an example speaks")]

#[path = "../tests/hub/dump.rs"]
mod dump;

use std::collections::HashMap;
use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write};

use dump::Width;
use modelkin::census::Descendants;
use modelkin::source::synthetic::{Shape, Synthetic, SyntheticRow};

fn main() -> Result<(), Box<dyn Error>> {
    let (mut models, mut shape, mut by_owner, mut files) = (10_000, Shape::Hub, false, HashMap::new());
    let mut width = Width::Narrow;
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--merges" => shape = Shape::Merges,
            "--by-owner" => by_owner = true,
            "--real" => width = Width::Real,
            "--parquet" | "--jsonl" | "--links" | "--owners" => {
                _ = files.insert(word, words.next().ok_or("a file is missing")?)
            }
            number => {
                let wrong = |_| {
                    format!(
                        "{number:?} is neither a number of models nor --merges, --by-owner, --real, --parquet, --jsonl, --links, --owners"
                    )
                };
                models = number.parse().map_err(wrong)?;
            }
        }
    }
    let hub = Synthetic::new(models, shape, 1);
    describe(&hub);
    let mut order: Vec<u32> = (0..hub.nodes() as u32).collect();
    if by_owner {
        order.sort_by_key(|node| hub.owner(*node));
    }
    if let Some(path) = files.get("--links") {
        let mut file = BufWriter::new(File::create(path)?);
        let mut number = vec![0u32; order.len()];
        order.iter().zip(0..).for_each(|(node, at)| number[*node as usize] = at);
        for (parent, child) in &hub.links {
            let link = [parent, child].map(|node| number[*node as usize].to_le_bytes());
            file.write_all(&link.concat())?;
        }
        file.flush()?;
    }
    if let Some(path) = files.get("--owners") {
        let mut file = BufWriter::new(File::create(path)?);
        order.iter().try_for_each(|node| file.write_all(&hub.owner(*node).to_le_bytes()))?;
        file.flush()?;
    }
    if let Some(path) = files.get("--jsonl") {
        let mut file = BufWriter::new(File::create(path)?);
        hub.rows().try_for_each(|row| write_json(&row, &mut file))?;
        file.flush()?;
    }
    if let Some(path) = files.get("--parquet") {
        dump::write(&hub, width, 250_000, BufWriter::new(File::create(path)?))?;
    }
    Ok(())
}

fn describe(hub: &Synthetic) {
    let mut children: HashMap<u32, u32> = HashMap::new();
    let mut parents: HashMap<u32, u32> = HashMap::new();
    for (parent, child) in &hub.links {
        *children.entry(*parent).or_default() += 1;
        *parents.entry(*child).or_default() += 1;
    }
    println!(
        "{} models, {} links; {} with a parent, {} with several (at most {}), {} with children (at most {}), {} unlisted",
        hub.models,
        hub.links.len(),
        parents.len(),
        parents.values().filter(|count| **count > 1).count(),
        parents.values().max().unwrap_or(&0),
        children.len(),
        children.values().max().unwrap_or(&0),
        children.keys().filter(|parent| **parent >= hub.models).count(),
    );
    let descendants = Descendants::count(hub.nodes(), &hub.links);
    let counts = || descendants.all().map(|(_, count)| u64::from(count));
    println!("descendants: {} in all, {} at most", counts().sum::<u64>(), counts().max().unwrap_or(0));
}

fn write_json(row: &SyntheticRow, out: &mut impl Write) -> std::io::Result<()> {
    let author = row.id.split_once('/').map_or("", |(owner, _)| owner);
    let created = jiff::Timestamp::from_millisecond(row.created).map_err(std::io::Error::other)?;
    write!(
        out,
        "{{\"_id\":\"{}\",\"id\":\"{}\",\"author\":\"{author}\",\"gated\":false,\"inference\":\"not-popular-enough\",\
         \"lastModified\":\"{created:.3}\",\"likes\":{},\"trendingScore\":0,\"private\":false,\
         \"sha\":\"{}{}\",\"config\":{{\"architectures\":[\"LlamaForCausalLM\"],\"model_type\":\"llama\",\
         \"tokenizer_config\":{{\"bos_token\":\"<s>\",\"eos_token\":\"</s>\"}}}},\"downloads\":{},\"downloadsAllTime\":{},\
         \"tags\":[\"{}\"],",
        row.hub_id,
        row.id,
        row.likes,
        &row.hub_id[..16],
        row.hub_id,
        row.downloads,
        row.downloads_all_time,
        row.tags.join("\",\""),
    )?;
    if let Some(task) = row.task {
        write!(out, "\"pipeline_tag\":\"{task}\",")?;
    }
    if let Some(parameters) = row.parameters {
        write!(out, "\"safetensors\":{{\"parameters\":{{\"BF16\":{parameters}}},\"total\":{parameters}}},")?;
    }
    writeln!(
        out,
        "\"library_name\":\"{}\",\"createdAt\":\"{created:.3}\",\"modelId\":\"{}\",\"siblings\":[{{\"rfilename\":\
         \".gitattributes\"}},{{\"rfilename\":\"README.md\"}},{{\"rfilename\":\"config.json\"}}]}}",
        row.library, row.id
    )
}
