//! Made-up Hubs of any size, for benches and trials: seeded, so that the same words give the same Hub everywhere.
//!
//! The shape is that of the real graph as far as it is published (Laufer and others 2025, Model Atlas 2025): two in
//! five models have a parent, one in sixteen has children, fame breeds fame, adapters and quantized copies are leaves,
//! one derived model in thirty is a merge, one link in thirty names a parent that is not listed, a few popular models
//! name each other in a circle, and some training runs upload one checkpoint after the other.

use std::collections::HashMap;

use fastrand::Rng;

use crate::model::Relation;

/// A `Shape` says how much the merges of a made-up Hub overlap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Its merges are of models as they come.
    Hub,
    /// Most parents of its merges are merges themselves, which is the hard case for exact counting.
    Merges,
}

/// A `Synthetic` is a made-up Hub. Models are numbered from 0 in the order in which they were made; parents that are
/// not listed come after.
#[derive(Debug, Clone)]
pub struct Synthetic {
    /// So many models are listed.
    pub models: u32,
    /// So many more are named as parents only, at most.
    pub unlisted: u32,
    /// These are distinct pairs of parent and child, the children in order but for those that close a cycle, which
    /// stand at the end.
    pub links: Vec<(u32, u32)>,
    seed: u64,
}

/// A `SyntheticRow` is a listed model of a made-up Hub, as a dump would have it.
#[derive(Debug, Clone)]
pub struct SyntheticRow {
    /// This is its id, `owner/name`.
    pub id: String,
    /// This is the Hub's key, 24 hex digits.
    pub hub_id: String,
    /// It was made at this time, in milliseconds since 1970, UTC.
    pub created: i64,
    /// It has so many downloads in 30 days.
    pub downloads: u64,
    /// It has so many downloads since the Hub publishes them.
    pub downloads_all_time: u64,
    /// It has so many likes.
    pub likes: u64,
    /// It has so many parameters, where they are declared.
    pub parameters: Option<u64>,
    /// This is its task, if it has one.
    pub task: Option<&'static str>,
    /// This is its library.
    pub library: &'static str,
    /// These are the Hub's tags, with a `base_model:` twice for each parent.
    pub tags: Vec<String>,
    /// This is the card's data as JSON.
    pub card: String,
}

/// Of a hundred models, how many are derived.
const DERIVED: f64 = 0.42;
/// Of all derived models, those with several parents.
const MERGED: f64 = 0.0354;
/// Of all links, those to a parent that is not listed.
const UNLISTED: f64 = 0.03;
/// Of all links, those to a model that nobody derived from before.
const NEW: f64 = 0.12;
/// Of the links to the famous, those to models of any age.
const OLD: f64 = 0.25;
/// Checkpoints of a training run that name the one before, at most.
const RUN: u32 = 38;
/// 2022-03-02 and 2026-10-01, the first and the last day of the Hub.
const DAYS: (i64, i64) = (1_646_179_200_000, 1_790_812_800_000);

/// Publishers of base models, with their share of the early ones, and what they call them.
const LABS: &[(&str, &[&str], u32)] = &[
    ("Qwen", &["Qwen2.5-7B", "Qwen2.5-0.5B-Instruct", "Qwen3-8B", "Qwen2-VL-2B"], 42),
    ("meta-llama", &["Llama-3.1-8B", "Llama-2-7b-hf", "Llama-3.2-1B"], 18),
    ("google", &["gemma-2-2b-it", "gemma-3-4b-it", "vit-base-patch16-224"], 10),
    ("mistralai", &["Mistral-7B-v0.1", "Mixtral-8x7B"], 8),
    ("black-forest-labs", &["FLUX.1-dev"], 8),
    ("stabilityai", &["stable-diffusion-xl-base-1.0"], 6),
    ("deepseek-ai", &["DeepSeek-R1-Distill", "deepseek-coder"], 4),
    ("microsoft", &["phi-2", "Phi-3-mini", "deberta-v3-base"], 2),
    ("openai", &["whisper-small", "gpt-oss-20b"], 1),
    ("FacebookAI", &["xlm-roberta-base", "roberta-base"], 1),
];
const OTHERS: &[&str] = &["tiny-model", "my-awesome-model", "ppo-LunarLander-v2", "distilled", "experiment"];

impl Synthetic {
    /// Makes up a Hub of so many models. The same seed gives the same Hub.
    pub fn new(models: u32, shape: Shape, seed: u64) -> Synthetic {
        let unlisted = (f64::from(models) * 0.009_6) as u32 + 1;
        let expected = (f64::from(models) * DERIVED * 1.09) as usize + 1024;
        let mut maker = Maker {
            rng: Rng::with_seed(seed),
            seed,
            models,
            unlisted,
            shape,
            merges: Vec::new(),
            links: Vec::with_capacity(expected),
        };
        maker.make();
        Synthetic { models, unlisted, links: maker.links, seed }
    }

    /// Counts the nodes: listed models and those that may be named alone.
    pub fn nodes(&self) -> usize {
        (self.models + self.unlisted) as usize
    }

    /// Gives the number of the owner of a model; the labs have the first ones.
    pub fn owner(&self, model: u32) -> u32 {
        owner(self.seed, self.models, model)
    }

    /// Gives the id of a node.
    pub fn id(&self, model: u32) -> String {
        let owner = self.owner(model);
        let mix = mixed(self.seed, model, 2);
        match LABS.get(owner as usize) {
            Some((lab, names, _)) => format!("{lab}/{}-{model:x}", names[mix as usize % names.len()]),
            None => {
                let (_, names, _) = LABS[share(mix) as usize];
                // Two in five name what they were made from.
                let name = match mix % 5 {
                    0 | 1 => names[(mix >> 8) as usize % names.len()],
                    _ => OTHERS[(mix >> 8) as usize % OTHERS.len()],
                };
                format!("user{owner}/{name}-{}{model:x}", ["", "lora-", "GGUF-", "ft-"][(mix >> 16) as usize % 4])
            }
        }
    }

    /// Makes up every listed model, in order.
    pub fn rows(&self) -> impl Iterator<Item = SyntheticRow> {
        let mut closing: HashMap<u32, Vec<u32>> = HashMap::new();
        let sorted = self.links.windows(2).position(|pair| pair[0].1 > pair[1].1).map_or(self.links.len(), |at| at + 1);
        for (parent, child) in &self.links[sorted..] {
            closing.entry(*child).or_default().push(*parent);
        }
        let mut next = 0;
        (0..self.models).map(move |model| {
            let from = next;
            while next < sorted && self.links[next].1 == model {
                next += 1;
            }
            let mut parents: Vec<u32> = self.links[from..next].iter().map(|link| link.0).collect();
            parents.extend(closing.get(&model).into_iter().flatten());
            self.row(model, &parents)
        })
    }

    fn row(&self, model: u32, parents: &[u32]) -> SyntheticRow {
        let mix = mixed(self.seed, model, 3);
        let relation = match parents.len() {
            0 | 1 => relation(self.seed, model),
            _ => Relation::Merge,
        };
        let library = match relation {
            _ if parents.is_empty() => "transformers",
            Relation::Adapter => "peft",
            Relation::Quantized => "gguf",
            _ => "transformers",
        };
        let task =
            [Some("text-generation"), Some("text-to-image"), Some("text-classification"), None][mix as usize % 4];
        let licence = ["apache-2.0", "mit", "llama3.1", "other", "cc-by-nc-4.0"][(mix >> 2) as usize % 5];
        let ids: Vec<String> = parents.iter().map(|parent| self.id(*parent)).collect();
        let mut tags: Vec<String> = vec![library.into(), "safetensors".into()];
        tags.extend(
            ["tensorboard", "generated_from_trainer", "conversational", "en"]
                .map(String::from)
                .into_iter()
                .take((mix >> 8) as usize % 5),
        );
        for id in &ids {
            tags.push(format!("base_model:{id}"));
            tags.push(format!("base_model:{}:{id}", relation.name()));
        }
        tags.push(format!("license:{licence}"));
        tags.extend(["endpoints_compatible", "region:us"].map(String::from));
        let card = match ids.as_slice() {
            [] => format!("{{\"license\": \"{licence}\", \"tags\": [\"{library}\"], \"language\": [\"en\"]}}"),
            [id] => {
                format!("{{\"license\": \"{licence}\", \"base_model\": \"{id}\", \"library_name\": \"{library}\"}}")
            }
            ids => format!("{{\"license\": \"{licence}\", \"base_model\": [\"{}\"]}}", ids.join("\", \"")),
        };
        // The Hub grew with the square of time.
        let through = (f64::from(model) / f64::from(self.models)).sqrt();
        let fame = 1.0 / (f64::from((mix >> 20) as u32 % 1_000_000 + 1) / 1_000_000.0);
        let downloads = (fame * fame.sqrt()) as u64;
        SyntheticRow {
            id: self.id(model),
            hub_id: format!("{:08x}{:016x}", 0x6220_0000 + (model >> 8), mixed(self.seed, model, 4)),
            created: DAYS.0 + ((DAYS.1 - DAYS.0) as f64 * through) as i64,
            downloads,
            downloads_all_time: downloads * 12,
            likes: downloads / 400,
            parameters: (mix >> 40).is_multiple_of(3).then(|| 1_000_000 << ((mix >> 44) % 17)),
            task,
            library,
            tags,
            card,
        }
    }
}

struct Maker {
    rng: Rng,
    seed: u64,
    models: u32,
    unlisted: u32,
    shape: Shape,
    merges: Vec<u32>,
    links: Vec<(u32, u32)>,
}

impl Maker {
    fn make(&mut self) {
        let mut run = 0;
        let mut parents = Vec::new();
        for model in 1..self.models {
            parents.clear();
            if run > 0 {
                run -= 1;
                parents.push(model - 1);
            } else if self.rng.f64() < DERIVED {
                if self.rng.f64() < 0.000_2 {
                    run = self.rng.u32(RUN / 2..RUN);
                }
                let is_merge = self.rng.f64() < MERGED;
                let count = if is_merge { 2 + self.more() } else { 1 };
                for _ in 0..count {
                    let parent = match self.shape {
                        Shape::Merges if is_merge && !self.merges.is_empty() && self.rng.f64() < 0.97 => {
                            // Newer ones rather than old: what merges are made of is made of merges.
                            let at = self.rng.f64().powf(0.8);
                            self.merges[(self.merges.len() as f64 * at) as usize]
                        }
                        _ => self.parent(model),
                    };
                    if !parents.contains(&parent) {
                        parents.push(parent);
                    }
                }
                if is_merge {
                    self.merges.push(model);
                }
            }
            self.links.extend(parents.iter().map(|parent| (*parent, model)));
        }
        self.close_cycles();
    }

    /// Parents of a merge beyond the second: a third has one more, and so on, at most ten.
    fn more(&mut self) -> u32 {
        (0..10).take_while(|_| self.rng.f64() < 0.33).count() as u32
    }

    fn parent(&mut self, child: u32) -> u32 {
        if self.rng.f64() < UNLISTED {
            let at = self.rng.f64();
            return self.models + (f64::from(self.unlisted) * at * at) as u32;
        }
        if self.rng.f64() >= NEW && !self.links.is_empty() {
            // Fame breeds fame, and fades: mostly among the newest links.
            let newest = if self.rng.f64() < OLD { 1 } else { 30 };
            let from = self.links.len() - self.links.len().div_ceil(newest);
            let (famous, _) = self.links[self.rng.usize(from..self.links.len())];
            if famous < child {
                return famous;
            }
        }
        // Adapters and quantized copies have no children, but for one in a hundred.
        loop {
            let model = match self.links.is_empty() || self.rng.f64() < 0.5 {
                true => self.rng.u32(0..child),
                false => self.links[self.rng.usize(0..self.links.len())].1,
            };
            if matches!(relation(self.seed, model), Relation::Finetune | Relation::Merge) || self.rng.u8(..) < 3 {
                return model;
            }
        }
    }

    /// Models that name one of their descendants: six for every million.
    fn close_cycles(&mut self) {
        let wanted = (self.models / 176_470).max(u32::from(self.models > 1000));
        let links = self.links.len();
        for _ in 0..if links == 0 { 0 } else { wanted } {
            // The famous are drawn more often, since they have more links.
            let (ancestor, mut below) = self.links[self.rng.usize(0..links)];
            for _ in 0..self.rng.u32(0..20) {
                let start = self.links[..links].partition_point(|link| link.1 <= below);
                let near = &self.links[start..links.min(start + 2000)];
                let Some((_, child)) = near.iter().find(|link| link.0 == below) else { break };
                below = *child;
            }
            let closing = (below, ancestor);
            if ancestor < self.models && !self.links.contains(&closing) {
                self.links.push(closing);
            }
        }
    }
}

/// How a model was made, if it was made from one parent.
fn relation(seed: u64, model: u32) -> Relation {
    match mixed(seed, model, 1) % 100 {
        0..45 => Relation::Adapter,
        45..80 => Relation::Finetune,
        _ => Relation::Quantized,
    }
}

fn owner(seed: u64, models: u32, model: u32) -> u32 {
    let mix = mixed(seed, model, 5);
    // The labs made the first models, and a few of all others.
    if model < models / 2000 || mix.is_multiple_of(3000) {
        return share(mix >> 16);
    }
    let at = (mix >> 11) as f64 / (1u64 << 53) as f64;
    LABS.len() as u32 + (f64::from(models / 25) * at * at) as u32
}

/// A lab by its share.
fn share(mix: u64) -> u32 {
    let mut left = (mix % 100) as u32;
    for ((_, _, share), lab) in LABS.iter().zip(0..) {
        if left < *share {
            return lab;
        }
        left -= share;
    }
    0
}

/// A number that depends on nothing but these three (SplitMix64).
fn mixed(seed: u64, model: u32, what: u64) -> u64 {
    let mut z = seed.wrapping_add((u64::from(model) + (what << 40)).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
