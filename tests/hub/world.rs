//! A made-up Hub: seeded, of any size, shaped like the real one (a third derived, few parents with many children,
//! merges, parents that are gone, old repositories with one date).

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;

use fastrand::Rng;
use serde_json::{Value, json};

/// 2022-03-02T23:29:04Z: the Hub's date for what is older.
const FLOOR: i64 = 1_646_263_744_000;
const DAY: i64 = 24 * 60 * 60 * 1000;
/// 2026-01-01: when the made-up Hub is first looked at.
const NOW: i64 = 1_767_225_600_000;
const RELATIONS: [&str; 4] = ["finetune", "adapter", "quantized", "merge"];

#[derive(Debug, Clone)]
pub struct Repo {
    pub key: String,
    pub id: String,
    pub created: i64,
    pub modified: i64,
    pub downloads: u64,
    pub all_time: u64,
    pub likes: u64,
    pub task: Option<&'static str>,
    pub library: Option<&'static str>,
    pub licence: &'static str,
    pub tags: Vec<&'static str>,
    pub parents: Vec<Parent>,
    pub relation: &'static str,
    pub parameters: Option<u64>,
    pub gated: bool,
    pub is_gone: bool,
}

/// A parent: another repository, or a name that is not listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parent {
    Repo(usize),
    Gone(String),
}

#[derive(Debug)]
pub struct World {
    pub repos: Vec<Repo>,
    pub now: i64,
    /// Old ids in lower case, with the ids of today.
    pub renamed: BTreeMap<String, String>,
    /// Whether rows are as odd as some of the Hub's: dates with a blank, no tags at all.
    is_odd: bool,
    /// Old ids that the tags and cards of children go on naming, by the repositories that bore them.
    stale: HashMap<usize, String>,
    children: Vec<Vec<usize>>,
    by_id: HashMap<String, usize>,
    by_created: Vec<usize>,
    by_modified: Vec<usize>,
    by_tag: HashMap<String, Vec<usize>>,
    by_owner: HashMap<String, Vec<usize>>,
    rng: Rng,
}

impl World {
    pub fn new(models: usize, seed: u64) -> World {
        let mut world = World {
            repos: Vec::with_capacity(models),
            now: NOW,
            renamed: BTreeMap::new(),
            is_odd: false,
            stale: HashMap::new(),
            children: Vec::new(),
            by_id: HashMap::new(),
            by_created: Vec::new(),
            by_modified: Vec::new(),
            by_tag: HashMap::new(),
            by_owner: HashMap::new(),
            rng: Rng::with_seed(seed),
        };
        for at in 0..models {
            let span = NOW - DAY - FLOOR;
            // A twelfth is older than the Hub's dates.
            let part = (at as f64 / models as f64 - 0.08).max(0.0) / 0.92;
            let created = FLOOR + (span as f64 * part) as i64 / 1000 * 1000;
            world.add(created);
        }
        world.index();
        world
    }

    fn add(&mut self, created: i64) {
        let at = self.repos.len();
        let owner = (self.rng.f64().powi(3) * (at as f64 / 4.0 + 3.0)) as usize;
        let mut repo = Repo {
            key: format!("{:08x}{:016x}", created / 1000, 0x1000_0000_u64 + at as u64),
            id: if at % 997 == 5 { format!("legacy{at}") } else { format!("owner{owner}/model-{at}") },
            created,
            modified: created + (self.rng.f64().powi(4) * (self.now - created) as f64) as i64 / 1000 * 1000,
            downloads: (1.0 / (self.rng.f64() + 1e-6)) as u64,
            all_time: 0,
            likes: (0.2 / (self.rng.f64() + 1e-4)) as u64,
            task: [None, Some("text-generation"), Some("text-to-image")][self.rng.usize(..3)],
            library: [None, Some("transformers"), Some("peft"), Some("diffusers")][self.rng.usize(..4)],
            licence: ["", "apache-2.0", "mit", "other", "llama3"][self.rng.usize(..5)],
            tags: ["en", "zh", "safetensors", "gguf", "conversational", "qwen2"]
                .into_iter()
                .filter(|_| self.rng.u8(..) < 90)
                .collect(),
            parents: Vec::new(),
            relation: RELATIONS[0],
            parameters: (self.rng.u8(..) < 120).then(|| self.rng.u64(1_000_000..80_000_000_000)),
            gated: self.rng.u8(..) < 6,
            is_gone: false,
        };
        repo.all_time = repo.downloads * 7;
        if at > 10 && self.rng.u8(..) < 85 {
            self.choose_parents(&mut repo, at);
        }
        self.repos.push(repo);
    }

    fn choose_parents(&mut self, repo: &mut Repo, before: usize) {
        repo.relation = RELATIONS[self.rng.usize(..4)];
        let count = if repo.relation == "merge" { self.rng.usize(1..5) } else { 1 };
        repo.parents = (0..count)
            .map(|_| match self.rng.u8(..) {
                0..6 => Parent::Gone(format!("gone/model-{}", self.rng.usize(..before / 50 + 2))),
                // The early ones have most children.
                _ => Parent::Repo((self.rng.f64().powi(4) * before as f64) as usize),
            })
            .collect();
        repo.parents.dedup();
        let mut seen = Vec::new();
        repo.parents.retain(|parent| {
            !seen.contains(parent) && {
                seen.push(parent.clone());
                true
            }
        });
    }

    fn index(&mut self) {
        let listed: Vec<usize> = (0..self.repos.len()).filter(|at| !self.repos[*at].is_gone).collect();
        self.by_id = listed.iter().map(|at| (self.repos[*at].id.to_ascii_lowercase(), *at)).collect();
        let repos = &self.repos;
        self.by_created = listed.clone();
        self.by_created.sort_by(|a, b| (repos[*a].created, &repos[*a].key).cmp(&(repos[*b].created, &repos[*b].key)));
        self.by_modified = listed.clone();
        let changed = |at: usize| (std::cmp::Reverse(repos[at].modified), &repos[at].key);
        self.by_modified.sort_by(|a, b| changed(*a).cmp(&changed(*b)));
        self.children = vec![Vec::new(); self.repos.len()];
        self.by_tag.clear();
        self.by_owner.clear();
        for at in &self.by_created {
            let repo = &self.repos[*at];
            for parent in &repo.parents {
                if let Parent::Repo(parent) = parent {
                    self.children[*parent].push(*at);
                }
            }
            for tag in self.tags(*at) {
                self.by_tag.entry(tag).or_default().push(*at);
            }
            if let Some((owner, _)) = repo.id.split_once('/') {
                self.by_owner.entry(owner.to_owned()).or_default().push(*at);
            }
        }
    }

    /// Days pass: models change, come, get other names, and go.
    pub fn live(&mut self, changes: usize, additions: usize, renames: usize, deletions: usize) {
        self.now += DAY;
        let old = self.repos.len();
        let mut touched = std::collections::HashSet::new();
        let mut pick = |rng: &mut Rng, repos: &[Repo]| loop {
            let at = rng.usize(..old);
            if !repos[at].is_gone && touched.insert(at) {
                return at;
            }
        };
        for change in 0..changes {
            let at = pick(&mut self.rng, &self.repos);
            let mut repo = self.repos[at].clone();
            match change % 3 {
                0 => repo.licence = if repo.licence == "mit" { "apache-2.0" } else { "mit" },
                1 if at > 10 => self.choose_parents(&mut repo, at),
                _ => repo.downloads += 1000,
            }
            repo.modified = self.now - DAY / 2 + change as i64 * 1000;
            self.repos[at] = repo;
        }
        for _ in 0..renames {
            let at = pick(&mut self.rng, &self.repos);
            let new = format!("renamed{}/model-{at}-{}", at % 7, self.renamed.len());
            let old = std::mem::replace(&mut self.repos[at].id, new.clone());
            self.renamed.insert(old.to_ascii_lowercase(), new);
            self.repos[at].modified = self.now - DAY / 3;
        }
        for _ in 0..deletions {
            let at = pick(&mut self.rng, &self.repos);
            self.repos[at].is_gone = true;
        }
        for addition in 0..additions {
            let created = self.now - DAY / 4 + addition as i64 * 1000;
            self.add(created);
            let at = self.repos.len() - 1;
            self.repos[at].modified = created;
        }
        self.index();
    }

    /// Renames the `count` models with most children. Tags and cards of their children go on naming the old ids, while
    /// `baseModels` has the new ones; until [`World::forget_old_ids`].
    pub fn rename_parents(&mut self, count: usize) {
        let mut parents: Vec<usize> = (0..self.repos.len()).filter(|at| !self.children[*at].is_empty()).collect();
        parents.sort_by_key(|at| (std::cmp::Reverse(self.children[*at].len()), *at));
        for at in parents.into_iter().take(count) {
            let new = format!("moved{}/model-{at}", at % 9);
            let old = std::mem::replace(&mut self.repos[at].id, new.clone());
            self.renamed.insert(old.to_ascii_lowercase(), new);
            self.stale.insert(at, old);
        }
        self.index();
    }

    /// Gives a repository another id, to which the Hub leads from the old one. Tags and cards of its children go on naming the
    /// old one.
    pub fn rename(&mut self, at: usize, new: &str) {
        let old = std::mem::replace(&mut self.repos[at].id, new.to_owned());
        self.renamed.insert(old.to_ascii_lowercase(), new.to_owned());
        self.stale.insert(at, old);
        self.index();
    }

    /// The same with rows as odd as some of the Hub's.
    pub fn odd(mut self) -> World {
        self.is_odd = true;
        self.index();
        self
    }

    /// Some repositories have no tags at all.
    fn is_bare(&self, at: usize) -> bool {
        self.is_odd && at % 11 == 2 && self.repos[at].parents.is_empty()
    }

    /// From now on tags and cards name every parent by its id of today: the truth.
    pub fn forget_old_ids(&mut self) {
        self.stale.clear();
        self.index();
    }

    pub fn find(&self, id: &str) -> Option<usize> {
        self.by_id.get(&id.to_ascii_lowercase()).copied()
    }

    pub fn by_created(&self) -> &[usize] {
        &self.by_created
    }

    pub fn by_modified(&self) -> &[usize] {
        &self.by_modified
    }

    pub fn with_tag(&self, tag: &str) -> &[usize] {
        self.by_tag.get(tag).map_or(&[], Vec::as_slice)
    }

    pub fn of_owner(&self, owner: &str) -> &[usize] {
        self.by_owner.get(owner).map_or(&[], Vec::as_slice)
    }

    /// As tags and cards name it.
    fn parent_id<'a>(&'a self, parent: &'a Parent) -> &'a str {
        match parent {
            Parent::Repo(at) => self.stale.get(at).unwrap_or(&self.repos[*at].id),
            Parent::Gone(id) => id,
        }
    }

    /// The tags that the Hub gives: each parent twice, then the licence.
    pub fn tags(&self, at: usize) -> Vec<String> {
        let repo = &self.repos[at];
        if self.is_bare(at) {
            return Vec::new();
        }
        let mut tags: Vec<String> =
            repo.library.into_iter().chain(repo.tags.iter().copied()).map(str::to_owned).collect();
        for parent in &repo.parents {
            let id = self.parent_id(parent);
            tags.push(format!("base_model:{id}"));
            tags.push(format!("base_model:{}:{id}", repo.relation));
        }
        if !repo.licence.is_empty() {
            tags.push(format!("license:{}", repo.licence));
        }
        tags.push("region:us".into());
        tags
    }

    /// One field of a row, if it has a value.
    pub fn field(&self, at: usize, name: &str) -> Option<Value> {
        let repo = &self.repos[at];
        Some(match name {
            "author" => json!(repo.id.split_once('/')?.0),
            "createdAt" => json!(self.date(at, repo.created)),
            "lastModified" => json!(self.date(at + 1, repo.modified)),
            "downloads" => json!(repo.downloads),
            "downloadsAllTime" => json!(repo.all_time),
            "likes" | "trendingScore" => json!(repo.likes),
            "pipeline_tag" => json!(repo.task?),
            "library_name" => json!(repo.library?),
            "tags" if self.is_bare(at) => return None,
            "tags" => json!(self.tags(at)),
            "evalResults" => json!([]),
            "usedStorage" => json!(repo.downloads * 1000),
            "private" | "disabled" => json!(false),
            "gated" => {
                if repo.gated {
                    json!(if at.is_multiple_of(3) { "manual" } else { "auto" })
                } else {
                    json!(false)
                }
            }
            "sha" => json!(self.sha(at)),
            "siblings" => json!([{"rfilename": "README.md"}]),
            "safetensors" => json!({"parameters": {"BF16": repo.parameters?}, "total": repo.parameters?}),
            "cardData" => {
                let parents: Vec<_> = repo.parents.iter().map(|parent| self.parent_id(parent)).collect();
                let mut card = json!({"license": repo.licence});
                if repo.licence == "other" {
                    card = self.licence_names(at);
                }
                card["base_model"] = json!(parents);
                card
            }
            "baseModels" => {
                let known = repo.parents.iter().filter_map(|parent| match parent {
                    Parent::Repo(at) if !self.repos[*at].is_gone => Some(&self.repos[*at]),
                    _ => None,
                });
                let models: Vec<_> = known.map(|repo| json!({"_id": repo.key, "id": repo.id})).collect();
                if models.is_empty() {
                    return None;
                }
                json!({"relation": repo.relation, "models": models})
            }
            "childrenModelCount" => {
                let count = |relation: &str| {
                    self.children[at].iter().filter(|child| self.repos[**child].relation == relation).count()
                };
                json!({"adapter": count("adapter"), "merge": count("merge"), "quantized": count("quantized"), "finetune": count("finetune")})
            }
            _ => return None,
        })
    }

    fn date(&self, at: usize, millis: i64) -> String {
        let text = time(millis);
        match self.is_odd && at % 5 == 1 {
            true => text.replace('T', " ").replace(".000Z", "+00:00"),
            false => text,
        }
    }

    /// A row with these fields.
    pub fn row(&self, at: usize, fields: &[&str]) -> String {
        let repo = &self.repos[at];
        let mut row = format!("{{\"_id\":\"{}\",\"id\":\"{}\"", repo.key, repo.id);
        for field in fields {
            if let Some(value) = self.field(at, field) {
                _ = write!(row, ",\"{field}\":{value}");
            }
        }
        row.push('}');
        row
    }

    /// Every row with what a crawl asks for, a row a line: what must come out of a crawl.
    pub fn lines(&self) -> String {
        let fields = modelkin::source::hub::listing::FIELDS;
        self.by_created.iter().rev().fold(String::new(), |mut lines, at| {
            lines += &self.row(*at, fields);
            if self.repos[*at].licence == "other" && !self.is_bare(*at) {
                // What a crawl asks for of these alone.
                let names = self.licence_names(*at);
                lines.pop();
                _ = write!(lines, ",\"cardData\":{names}}}");
            }
            lines + "\n"
        })
    }

    fn licence_names(&self, at: usize) -> Value {
        json!({"license": "other", "license_name": format!("licence-{}", at % 13), "license_link": "LICENSE"})
    }

    /// The same with these fields alone.
    pub fn lines_of(&self, fields: &[&str]) -> String {
        self.by_created.iter().rev().fold(String::new(), |lines, at| lines + &self.row(*at, fields) + "\n")
    }

    pub fn sha(&self, at: usize) -> String {
        format!("{:040x}", self.repos[at].modified as u64 ^ (at as u64) << 32)
    }

    /// The card; a tenth have none.
    pub fn card(&self, at: usize) -> Option<String> {
        if at % 10 == 3 {
            return None;
        }
        let repo = &self.repos[at];
        let parents: String = repo.parents.iter().map(|parent| format!("\n- {}", self.parent_id(parent))).collect();
        let licence = if repo.licence.is_empty() { "unknown" } else { repo.licence };
        Some(format!("---\nlicense: {licence}\nbase_model:{parents}\n---\n# {}\n", repo.id))
    }
}

pub fn time(millis: i64) -> String {
    let at = jiff::Timestamp::from_millisecond(millis).unwrap();
    format!("{at:.3}")
}
