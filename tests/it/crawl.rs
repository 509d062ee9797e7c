//! Crawls of a stand-in Hub: what comes out, what survives, and how they behave.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use modelkin::lineage::Lineage;
use modelkin::model::{Count, WordList};
use modelkin::snapshot::{Builder, Snapshot};
use modelkin::source::read_rows;
use tempfile::TempDir;

use crate::hub::{Fault, Limit, Manner, StandIn, World};

pub const TOKEN: &str = "hf_abcdefghijklmnopqrstuvwxyz";

pub struct Place {
    folder: TempDir,
    endpoint: String,
}

pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Place {
    pub fn before(hub: &StandIn) -> Place {
        Place::at(hub.address())
    }

    pub fn at(endpoint: String) -> Place {
        Place { folder: tempfile::tempdir().unwrap(), endpoint }
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_modelkin"));
        command.args(args).current_dir(self.folder.path()).env_clear();
        command.env("HOME", self.folder.path()).env("HF_ENDPOINT", &self.endpoint).env("HF_TOKEN", TOKEN);
        // Where the stand-in has its files, at a port of its own.
        command.env("MODELKIN_FILE_HOSTS", "127.0.0.1");
        // A proxy that is not there: loopback must not need it.
        command.env("http_proxy", "http://127.0.0.1:9").env("HTTP_PROXY", "http://127.0.0.1:9");
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).stdin(Stdio::null());
        command
    }

    pub fn run(&self, args: &[&str]) -> Ran {
        ended(self.command(args).spawn().unwrap())
    }

    pub fn crawl(&self, args: &[&str]) -> Ran {
        let ran = self.run(&[&["crawl"], args].concat());
        assert_eq!(ran.code, 0, "{args:?}: {}", ran.err);
        ran
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn snapshot(&self, name: &str) -> Snapshot {
        Snapshot::open(&self.path(name)).unwrap()
    }

    pub fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.retain(|name| name != ".local");
        names.sort();
        names
    }
}

pub fn ended(child: Child) -> Ran {
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
}

/// The snapshot of a made-up Hub's own list of its rows.
pub fn of_world(world: &World) -> Snapshot {
    let mut builder = Builder::new();
    read_rows("world", world.lines().as_bytes(), &mut |found| builder.add(found)).unwrap();
    builder.aliases(modelkin::reference::Aliases::built_in().unwrap().iter());
    builder.finish("test", None, None).unwrap()
}

pub fn digest(snapshot: &Snapshot) -> &str {
    &snapshot.provenance().digest
}

#[test]
fn a_crawl_gives_what_the_hub_lists_and_its_recording_gives_the_same_bytes() {
    let expected = of_world(&World::new(6000, 1));
    let hub = StandIn::with(World::new(6000, 1), Manner { page: 100, ..Manner::default() });
    let place = Place::before(&hub);
    place.crawl(&["-o", "hub.modelkin", "--record", "pages"]);
    let snapshot = place.snapshot("hub.modelkin");
    assert_eq!(digest(&snapshot), digest(&expected));
    let provenance = snapshot.provenance();
    assert_eq!((provenance.taken, provenance.counts.rejects), (Some(hub.world(|world| world.now)), 0));
    let log = hub.log();
    assert_eq!(log.iter().filter(|request| !request.path.contains("filter=")).count(), 60);
    assert!(
        log.iter().all(|request| request.agent.starts_with("modelkin/") && request.token.as_deref() == Some(TOKEN))
    );
    assert!(log[0].path.contains("sort=createdAt&direction=1") && log[0].path.contains("expand=baseModels"));
    let ran = place.run(&["import", "pages", "-o", "again.modelkin"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(fs::read(place.path("hub.modelkin")).unwrap() == fs::read(place.path("again.modelkin")).unwrap());
    assert_eq!(place.files(), ["again.modelkin", "hub.modelkin", "pages"]);
    let ran = place.run(&["crawl", "-o", "third", "--record", "pages"]);
    assert!(ran.code == 1 && ran.err.contains("holds a finished crawl"), "{}", ran.err);
}

#[test]
fn every_fault_is_survived_and_nothing_changes_by_it() {
    let expected = of_world(&World::new(6000, 2));
    let rota = Some((4, Fault::every()));
    // Silence, besides.
    let faults = HashMap::from([(5, Fault::Stall(Duration::from_secs(4)))]);
    let hub = StandIn::with(World::new(6000, 2), Manner { page: 100, rota, faults, ..Manner::default() });
    let place = Place::before(&hub);
    let ran = place.crawl(&["--timeout", "1"]);
    let snapshot = place.snapshot("hub.modelkin");
    assert_eq!(digest(&snapshot), digest(&expected), "{}", ran.err);
    // Rows without an id and rows that are none: of each page that repeats rows.
    assert!(snapshot.provenance().counts.rejects >= 2 && snapshot.provenance().sources[0].repeats >= 7);
    for word in ["429", "500", "502", "503", "504", "408", "no page of models", "leads back", "timed out"] {
        assert!(ran.err.contains(word), "{word}: {}", ran.err);
    }
    assert!(ran.out.contains("that named a next one"), "{}", ran.out);
    assert_eq!(place.files(), ["hub.modelkin"]);
    assert!(hub.log().len() > 70);
}

/// Runs a command and kills it, so many times, at moments of its first `within` milliseconds; then to its end.
pub fn kill_again_and_again(place: &Place, args: &[&str], times: usize, within: u64) {
    let mut rng = fastrand::Rng::with_seed(3);
    let mut kills = 0;
    while kills < times {
        let mut child = place.command(args).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(rng.u64(5..within)));
        // It may have come to its end: once more then, from the start.
        if child.try_wait().unwrap().is_none() {
            child.kill().unwrap();
            kills += 1;
        }
        child.wait().unwrap();
    }
    place.crawl(&args[1..]);
}

/// How often something was asked for again.
fn asked_again(hub: &StandIn) -> usize {
    let mut asked: HashMap<String, usize> = HashMap::new();
    hub.log().into_iter().for_each(|request| *asked.entry(request.path).or_default() += 1);
    asked.values().map(|times| times - 1).sum()
}

#[test]
fn a_crawl_that_is_killed_again_and_again_loses_a_page_each_time_at_most() {
    let expected = of_world(&World::new(4000, 3));
    let hub = StandIn::with(World::new(4000, 3), Manner { page: 10, ..Manner::default() });
    let place = Place::before(&hub);
    kill_again_and_again(&place, &["crawl"], 50, 60);
    assert_eq!(digest(&place.snapshot("hub.modelkin")), digest(&expected));
    assert_eq!(place.files(), ["hub.modelkin"]);
    let again = asked_again(&hub);
    assert!(again <= 50, "{again} pages were fetched again");
}

#[test]
fn a_family_and_its_cards_survive_kills_as_well() {
    let world = World::new(2000, 14);
    let base = world.repos[0].id.clone();
    let hub = StandIn::with(world, Manner { page: 20, ..Manner::default() });
    let (whole, killed) = (Place::before(&hub), Place::before(&hub));
    let args = ["crawl", "--below", &base, "--cards"];
    whole.crawl(&args[1..]);
    let requests = hub.log().len();
    kill_again_and_again(&killed, &args, 20, 150);
    let [whole, killed] = [whole, killed].map(|place| place.snapshot("hub.modelkin"));
    assert_eq!(digest(&whole), digest(&killed));
    assert!(
        whole.provenance().counts.models > 100 && requests > 150,
        "{} {requests}",
        whole.provenance().counts.models
    );
}

#[test]
fn ctrl_c_ends_with_a_checkpoint_and_says_how_to_go_on() {
    let hub = StandIn::with(
        World::new(2000, 4),
        Manner { page: 10, rota: Some((40, vec![Fault::Stall(Duration::from_secs(30))])), ..Manner::default() },
    );
    let place = Place::before(&hub);
    let child = place.command(&["crawl"]).spawn().unwrap();
    let began = Instant::now();
    while place_pages(&place) < 20 && began.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let ran = ended(child);
    assert_eq!(ran.code, 130, "{}", ran.err);
    assert!(ran.err.contains("hub.modelkin.crawl, and the same command goes on"), "{}", ran.err);
    assert_eq!(place.files(), ["hub.modelkin.crawl"]);
    let ran = place.run(&["import", "hub.modelkin.crawl", "-o", "x"]);
    assert!(ran.code == 1 && ran.err.contains("has not come to its end"), "{}", ran.err);
    let ran = place.run(&["crawl", "--owner", "owner1"]);
    assert!(ran.code == 1 && ran.err.contains("an unfinished crawl of something else"), "{}", ran.err);
}

fn place_pages(place: &Place) -> usize {
    fs::read_dir(place.path("hub.modelkin.crawl")).map_or(0, |entries| entries.count())
}

/// Everything that is known of each repository, its parents by the ids of today.
pub fn facts(snapshot: &Snapshot) -> BTreeMap<String, String> {
    let lineage = Lineage::from_snapshot(snapshot).unwrap();
    let listed = snapshot.rows().filter(|row| snapshot.is_listed(*row));
    let [downloads, downloads_all_time, likes] =
        [Count::Downloads, Count::DownloadsAllTime, Count::Likes].map(|count| snapshot.count(count).unwrap());
    let [licences, tags] = [WordList::Licences, WordList::Tags].map(|list| snapshot.list(list).unwrap());
    let (keys, created) = (snapshot.keys().unwrap(), snapshot.created().unwrap());
    listed
        .map(|row| {
            let parents: BTreeSet<String> = lineage
                .parents(row)
                .map(|(parent, edge)| format!("{} {}", snapshot.id(parent), edge.relation))
                .collect();
            let facts = (
                keys.at(row),
                created.at(row),
                downloads.at(row),
                downloads_all_time.at(row),
                likes.at(row),
                licences.first_at(row),
                tags.at(row).len(),
                parents,
            );
            (snapshot.id(row).to_owned(), format!("{facts:?}"))
        })
        .collect()
}

#[test]
fn an_update_is_a_full_crawl_but_for_what_was_deleted() {
    let hub = StandIn::start(World::new(20_000, 5));
    let place = Place::before(&hub);
    place.crawl(&["-o", "old.modelkin"]);
    fs::copy(place.path("old.modelkin"), place.path("updated.modelkin")).unwrap();
    fs::copy(place.path("old.modelkin"), place.path("full.modelkin")).unwrap();
    for _ in 0..2 {
        hub.world(|world| world.live(1000, 200, 100, 50));
        hub.log();
        let ran = place.crawl(&["-o", "updated.modelkin", "--update", "--keep"]);
        assert!(hub.log().len() < 20);
        assert!(ran.out.contains("200 added") && ran.out.contains("100 renamed"), "{}", ran.out);
    }
    let ran = place.crawl(&["-o", "full.modelkin", "--update", "--full"]);
    let keys = |name: &str| {
        let snapshot = place.snapshot(name);
        let keys = snapshot.keys().unwrap();
        snapshot.rows().filter_map(|row| keys.at(row)).collect::<BTreeSet<_>>()
    };
    let (before, after) = (keys("old.modelkin"), keys("full.modelkin"));
    let (added, gone) = (after.difference(&before).count(), before.difference(&after).count());
    assert!(ran.out.contains(&format!("{added} added")) && ran.out.contains(&format!("{gone} gone")), "{}", ran.out);
    assert!(added > 390 && gone > 90);
    place.crawl(&["-o", "new.modelkin"]);
    let (updated, full, new) =
        (place.snapshot("updated.modelkin"), place.snapshot("full.modelkin"), place.snapshot("new.modelkin"));
    let (mut updated, full, new) = (facts(&updated), facts(&full), facts(&new));
    assert_eq!(updated.len(), new.len() + 100);
    updated.retain(|id, _| new.contains_key(id));
    assert!(updated == new, "{:?}", updated.iter().zip(&new).find(|(a, b)| a != b));
    assert!(full == new);
    assert_eq!(place.files().iter().filter(|name| name.starts_with("updated-2026-01-0")).count(), 2);
    // What was renamed is found under its old id too.
    let old = hub.world(|world| world.renamed.keys().next().unwrap().clone());
    assert_eq!(place.run(&["show", &old, "--snapshot", "updated.modelkin"]).code, 0);
}

#[test]
fn once_the_quota_is_known_no_request_is_refused() {
    let limit = Some(Limit { requests: 40, window: Duration::from_secs(3) });
    let hub = StandIn::with(World::new(1000, 6), Manner { page: 10, limit, ..Manner::default() });
    let place = Place::before(&hub);
    place.crawl(&["--no-licence-names"]);
    let log = hub.log();
    assert_eq!((log.len(), log.iter().filter(|request| request.status == 429).count()), (100, 0));
    let took = log[99].at - log[0].at;
    assert!(took > Duration::from_secs(4), "100 requests at 40 in 3 s took {took:?}");
}

#[test]
fn a_token_goes_to_its_own_hub_alone_and_is_written_nowhere() {
    let elsewhere = StandIn::start(World::new(10, 7));
    let host = elsewhere.address().replace("http://127.0.0.1", "localhost");
    let to = format!("http://{host}/api/models?limit=5&key=secret");
    let faults = HashMap::from([(1, Fault::Redirect(to)), (4, Fault::Status(500, Vec::new()))]);
    let hub = StandIn::with(World::new(1000, 7), Manner { page: 100, faults, ..Manner::default() });
    let place = Place::before(&hub);
    let led = place.run(&["crawl", "--record", "pages"]);
    let own = hub.address().replace("http://", "");
    let said = format!(
        "{}/api/models: {own} leads to {host}, and a Hub's answers are taken from its own host alone; set HF_ENDPOINT to \
         http://{host} if that is the Hub that is meant\nwhat was fetched is kept in pages",
        hub.address()
    );
    assert!(led.code == 1 && led.err.contains(&said) && !led.err.contains("secret"), "{}", led.err);
    let ran = place.crawl(&["--record", "pages"]);
    assert!(elsewhere.log().is_empty());
    assert_eq!(place.snapshot("hub.modelkin").provenance().crawl.as_ref().unwrap().hosts, [own]);
    assert!(hub.log().iter().all(|request| request.token.as_deref() == Some(TOKEN)));
    let gone = place.run(&["crawl", "--below", "no/such", "-o", "x", "--patience", "0"]);
    let mut said = led.err + &ran.out + &ran.err + &gone.out + &gone.err;
    let mut folders = vec![place.folder.path().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                said += &String::from_utf8_lossy(&unpacked(&path));
            }
        }
    }
    assert!(!said.contains(TOKEN) && said.len() > 10_000);
}

/// A file, and what is packed behind its first line.
fn unpacked(path: &Path) -> Vec<u8> {
    let mut bytes = fs::read(path).unwrap();
    if let Some(at) = bytes.windows(4).position(|four| four == [0x28, 0xb5, 0x2f, 0xfd]) {
        bytes.extend(zstd::decode_all(&bytes[at..]).unwrap_or_default());
    }
    bytes
}

#[test]
fn a_field_that_the_hub_refuses_is_left_out() {
    let expected = of_world(&World::new(3000, 8));
    let refused_fields = vec!["baseModels", "safetensors"];
    let hub = StandIn::with(World::new(3000, 8), Manner { refused_fields, ..Manner::default() });
    let place = Place::before(&hub);
    let ran = place.crawl(&["--no-licence-names"]);
    assert!(ran.err.contains("does not give baseModels, safetensors"), "{}", ran.err);
    let snapshot = place.snapshot("hub.modelkin");
    assert_eq!(snapshot.provenance().counts.links, expected.provenance().counts.links);
    assert_eq!(hub.log().len(), 4);
}

#[test]
fn a_part_of_the_hub_is_what_was_asked_for() {
    let world = World::new(3000, 9);
    let expected = of_world(&world);
    let lineage = Lineage::from_snapshot(&expected).unwrap();
    let hub = StandIn::with(world, Manner { page: 100, ..Manner::default() });
    let place = Place::before(&hub);
    let ids = |name: &str| {
        let snapshot = place.snapshot(name);
        let ids = snapshot.rows().filter(|row| snapshot.is_listed(*row)).map(|row| snapshot.id(row).to_owned());
        ids.collect::<BTreeSet<_>>()
    };
    let listed = |keep: &dyn Fn(u32) -> bool| {
        let rows = expected.rows().filter(|row| expected.is_listed(*row) && keep(*row));
        rows.map(|row| expected.id(row).to_owned()).collect::<BTreeSet<_>>()
    };
    place.crawl(&["--owner", "owner1", "-o", "owner"]);
    assert_eq!(ids("owner"), listed(&|row| expected.owner(row) == Some("owner1")));
    place.crawl(&["--filter", "license:mit", "--filter", "gguf", "-o", "filter"]);
    let [licences, tags] = [WordList::Licences, WordList::Tags].map(|list| expected.list(list).unwrap());
    let gguf = tags.words().position(|word| word == "gguf").unwrap() as u32;
    assert_eq!(ids("filter"), listed(&|row| licences.first_at(row) == Some("mit") && tags.at(row).contains(&gguf)));
    place.crawl(&["--limit", "250", "-o", "limit"]);
    assert_eq!(ids("limit").len(), 250);

    let base = expected.rows().max_by_key(|row| lineage.children(*row).count()).unwrap();
    let mut family: BTreeSet<String> =
        lineage.below(&[base]).rows.iter().map(|row| expected.id(*row).to_owned()).collect();
    family.insert(expected.id(base).to_owned());
    hub.log();
    place.crawl(&["--below", expected.id(base), "-o", "below"]);
    assert!(family.len() > 50);
    assert_eq!(ids("below"), family);
    // A request for each model, and a few for those with more than a page of children.
    let requests = hub.log().len();
    assert!(requests > family.len() && requests < family.len() + 20, "{requests} for {}", family.len());
    let unlisted = expected.id(expected.rows().find(|row| lineage.is_unlisted(*row)).unwrap());
    let ran = place.crawl(&["--below", unlisted, "-o", "gone"]);
    assert!(ran.err.contains(&format!("{unlisted} is not on the Hub")), "{}", ran.err);
    assert!(!ids("gone").is_empty());
    let ran = place.run(&["crawl", "--below", "no/such", "-o", "none"]);
    assert!(ran.code == 1 && ran.err.contains("lists no model"), "{}", ran.err);
    let ran = place.run(&["crawl", "--update", "-o", "below"]);
    assert!(ran.code == 1 && ran.err.contains("use --update --full"), "{}", ran.err);
}

#[test]
fn cards_are_fetched_and_the_states_of_the_others_are_counted() {
    let mut world = World::new(1500, 10);
    world.live(0, 0, 40, 0);
    let (renamed, derived): (Vec<_>, usize) = (
        world.renamed.clone().into_iter().collect(),
        world.repos.iter().filter(|repo| !repo.parents.is_empty()).count(),
    );
    let hub = StandIn::with(world, Manner::default());
    let place = Place::before(&hub);
    let ran = place.crawl(&["--cards"]);
    let line = ran.out.lines().find(|line| line.starts_with("cards: ")).unwrap();
    let counts: Vec<usize> = line.split(' ').filter_map(|word| word.parse().ok()).collect();
    assert_eq!(counts.iter().sum::<usize>(), derived, "{line}");
    assert!(counts[0] > 400 && counts[1] > 20, "{line}");
    assert!(hub.log().iter().filter(|request| request.path.contains("/resolve/")).count() == derived);
    assert_eq!(place.snapshot("hub.modelkin").provenance().crawl.as_ref().map(|crawl| crawl.cards), Some(true));

    // A family asked for by an old id: the Hub leads on, and the old id is an alias.
    let (old, new) = &renamed[0];
    place.crawl(&["--below", old, "-o", "below"]);
    let snapshot = place.snapshot("below");
    let row = |id: &str| snapshot.find(id).unwrap();
    assert_eq!(snapshot.alias_of(row(old)), Some(row(new)));
}

#[test]
fn a_page_that_cannot_be_kept_ends_the_crawl_and_nothing_is_lost() {
    let expected = of_world(&World::new(3000, 12));
    let hub = StandIn::with(World::new(3000, 12), Manner { page: 100, ..Manner::default() });
    let place = Place::before(&hub);
    let mut child = place.command(&["crawl"]).spawn().unwrap();
    while place_pages(&place) < 4 {
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let next = (0..)
        .map(|page| place.path(&format!("hub.modelkin.crawl/{page:08}.page")))
        .find(|path| !path.exists())
        .unwrap();
    // Something is in the way of a page.
    fs::create_dir(&next).unwrap();
    let ran = place.run(&["crawl"]);
    assert!(ran.code == 1 && ran.err.contains("what was fetched is kept") && ran.err.contains(".page"), "{}", ran.err);
    fs::remove_dir(&next).unwrap();
    place.crawl(&[]);
    assert_eq!(digest(&place.snapshot("hub.modelkin")), digest(&expected));
}

#[test]
fn a_listing_that_was_cut_off_is_told() {
    let mut world = World::new(2000, 13);
    world.now += 30 * 24 * 60 * 60 * 1000;
    let hub = StandIn::start(world);
    let place = Place::before(&hub);
    assert!(place.crawl(&[]).err.contains("the newest model is of 2025-12-30"));
    assert!(!place.crawl(&["--owner", "owner1", "-o", "part"]).err.contains("newest"));
    hub.world(|world| world.now -= 30 * 24 * 60 * 60 * 1000);
    assert!(!place.crawl(&["-o", "whole"]).err.contains("newest"));
}

#[test]
fn what_cannot_be_crawled_is_told() {
    let hub = StandIn::start(World::new(100, 11));
    let place = Place::before(&hub);
    let with = |args: &[&str], env: &[(&str, &str)]| {
        let mut command = place.command(args);
        command.envs(env.iter().copied());
        ended(command.spawn().unwrap())
    };
    let ran = with(&["crawl"], &[("HF_HUB_OFFLINE", "yes")]);
    assert!(ran.code == 2 && ran.err.contains("HF_HUB_OFFLINE is set"), "{}", ran.err);
    let ran = with(&["crawl"], &[("HF_ENDPOINT", "https://me:secret@hub.example")]);
    assert!(ran.code == 1 && ran.err.contains("no address of a Hub") && !ran.err.contains("secret"), "{}", ran.err);
    let ran = with(&["crawl", "--patience", "0"], &[("HF_ENDPOINT", "http://127.0.0.1:9")]);
    assert!(ran.code == 1 && ran.err.contains("given up after 1 tries") && ran.err.contains("refused"), "{}", ran.err);
    fs::remove_dir_all(place.path("hub.modelkin.crawl")).unwrap();
    assert!(hub.log().is_empty());
    // Neither is a snapshot of something else, nor does a file say who gets the token.
    place.crawl(&["--owner", "owner1", "-o", "one"]);
    hub.log();
    let ran = with(&["crawl", "-o", "one"], &[]);
    assert!(
        ran.code == 1
            && ran.err.contains("one: holds the models of owner1 at http")
            && ran.err.contains("this is the whole Hub at http"),
        "{}",
        ran.err
    );
    let ran = with(&["crawl", "-o", "one", "--update"], &[("HF_ENDPOINT", "http://localhost:9")]);
    assert!(ran.code == 1 && ran.err.contains("was crawled at http://127.0.0.1"), "{}", ran.err);
    assert!(hub.log().is_empty());
    place.crawl(&["--owner", "owner1", "-o", "one", "--cards"]);
    // Somebody's folder is left as it is.
    fs::create_dir(place.path("mine")).unwrap();
    fs::write(place.path("mine/lock"), "x").unwrap();
    let ran = with(&["crawl", "--record", "mine"], &[]);
    assert!(ran.code == 1 && ran.err.contains("holds lock and is no crawl's folder"), "{}", ran.err);
    assert_eq!(fs::read_dir(place.path("mine")).unwrap().count(), 1);
    let ran = with(&["crawl", "--update"], &[]);
    assert!(ran.code == 1 && ran.err.contains("make it with `modelkin crawl -o hub.modelkin`"), "{}", ran.err);
    assert_eq!(with(&["crawl", "--update", "--owner", "x"], &[]).code, 2);
    assert_eq!(with(&["crawl", "--below", "not an id"], &[]).code, 2);
    let ran = with(&["crawl", "--below", "a/b"], &[("HF_ENDPOINT", &format!("{}/nothing/here", place.endpoint))]);
    assert!(ran.code != 0 || ran.err.contains("is not on the Hub"), "{}", ran.err);
}
