//! Families whose models were renamed: children that go on naming an old id are found.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;

use modelkin::lineage::Lineage;

use crate::crawl::{Place, digest, kill_again_and_again};
use crate::hub::{Fault, Manner, Parent, StandIn, World};

/// A made-up Hub, and the repository whose family is asked for.
fn world() -> World {
    World::new(2000, 14)
}

/// The ids of the first repository and of all that descends from it.
fn family(world: &World) -> BTreeSet<String> {
    let mut below: BTreeSet<usize> = [0].into();
    // Parents were made before their children.
    for (at, repo) in world.repos.iter().enumerate() {
        let is_below = |parent: &Parent| matches!(parent, Parent::Repo(parent) if below.contains(parent));
        if repo.parents.iter().any(is_below) {
            below.insert(at);
        }
    }
    below.into_iter().map(|at| world.repos[at].id.clone()).collect()
}

/// The first descendant of the first repository of whose children `fits` says that they are wanted.
fn descendant(world: &World, fits: impl Fn(&[usize]) -> bool) -> usize {
    let family = family(world);
    let mut children: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, repo) in world.repos.iter().enumerate() {
        for parent in &repo.parents {
            if let Parent::Repo(parent) = parent {
                children.entry(*parent).or_default().push(at);
            }
        }
    }
    let is_one = |at: usize| at > 0 && world.repos[at].id.contains('/') && family.contains(&world.repos[at].id);
    children.into_iter().find(|(at, children)| is_one(*at) && fits(children)).unwrap().0
}

/// Whether a repository has one parent.
fn is_plain(world: &World, at: usize) -> bool {
    world.repos[at].parents.len() == 1
}

fn listed(place: &Place, name: &str) -> BTreeSet<String> {
    let snapshot = place.snapshot(name);
    snapshot.rows().filter(|row| snapshot.is_listed(*row)).map(|row| snapshot.id(row).to_owned()).collect()
}

/// How often the children of an id were asked for.
fn asked(hub: &StandIn, id: &str) -> usize {
    let filter = format!("filter=base_model%3A{}&", id.replace('/', "%2F"));
    hub.log().iter().filter(|request| request.path.contains(&filter)).count()
}

#[test]
fn children_of_a_renamed_descendant_are_found_by_its_old_id() {
    let mut world = world();
    let at = descendant(&world, |children| children.len() > 2 && children.iter().all(|child| is_plain(&world, *child)));
    let old = world.repos[at].id.clone();
    let children = world.repos.iter().filter(|repo| repo.parents.contains(&Parent::Repo(at))).count();
    let (account, name) = old.split_once('/').unwrap();
    world.rename(at, &format!("moved/{name}"));
    let (expected, base) = (family(&world), world.repos[0].id.clone());
    let hub = StandIn::with(world, Manner { page: 20, ..Manner::default() });
    let place = Place::before(&hub);
    place.crawl(&["--below", &base, "-o", "without"]);
    let without = listed(&place, "without");
    assert!(without.is_subset(&expected) && without.len() + 3 <= expected.len(), "{}", without.len());
    assert_eq!(asked(&hub, &old), 0);
    let requests = |args: &[&str]| {
        hub.log();
        let ran = place.crawl(args);
        (ran.err, hub.log().len())
    };
    let (_, plain) = requests(&["--below", &base, "-o", "without"]);
    for (number, row) in [
        format!("{old},moved/{name},model,sure"),
        format!("{old},moved/{name},model,likely"),
        format!("{account},moved,account,sure"),
        format!("{account},moved,account,likely"),
        // By way of a name between.
        format!("{old},between/{name},model,sure\nbetween,moved,account,likely"),
        // What is said of a model stands above what is said of its account; what is said of others is not asked.
        format!("{account},elsewhere,account,sure\n{old},moved/{name},model,sure\nx/y,elsewhere/z,model,sure"),
    ]
    .into_iter()
    .enumerate()
    {
        fs::write(place.path("old.csv"), format!("old,new,kind,confidence\n{row}\n")).unwrap();
        let out = format!("with{number}");
        let (said, requests) = requests(&["--below", &base, "-o", &out, "--aliases", "old.csv"]);
        assert_eq!(listed(&place, &out), expected, "{row}");
        // One for the old id and for a name between, and those of the models that were missed.
        let more = expected.len() - without.len();
        assert!((more..=more + 3).contains(&(requests - plain)), "{row}: {requests}, {plain} without, {more} more");
        assert!(said.contains("requests"), "{said}");
        let snapshot = place.snapshot(&out);
        let today = snapshot.find(&format!("moved/{name}")).unwrap();
        // Its children are its own, under whatever id they name it.
        assert!(snapshot.find(&old).is_none_or(|row| snapshot.alias_of(row) == Some(today)), "{row}");
        assert_eq!(Lineage::from_snapshot(&snapshot).unwrap().children(today).count(), children, "{row}");
    }
}

#[test]
fn an_old_id_that_a_row_shows_is_asked_for() {
    let mut world = world();
    let in_family = family(&world);
    // A merge of it and of another model of the family is found by the other one, and shows the old id.
    let is_merge = |world: &World, child: usize, own: &[usize]| {
        let repo = &world.repos[child];
        let others = repo
            .parents
            .iter()
            .filter(|parent| matches!(parent, Parent::Repo(at) if in_family.contains(&world.repos[*at].id)));
        repo.parents.len() == 2 && others.count() == 2 && own.iter().any(|other| is_plain(world, *other))
    };
    let at = descendant(&world, |children| children.iter().any(|child| is_merge(&world, *child, children)));
    let old = world.repos[at].id.clone();
    world.rename(at, "moved/shown");
    let (expected, base) = (family(&world), world.repos[0].id.clone());
    let hub = StandIn::with(world, Manner { page: 20, ..Manner::default() });
    let place = Place::before(&hub);
    place.crawl(&["--below", &base]);
    assert_eq!(asked(&hub, &old), 1);
    assert_eq!(listed(&place, "hub.modelkin"), expected);
}

#[test]
fn an_old_id_that_another_model_bears_today_brings_none_of_its_children() {
    let world = world();
    let (expected, base) = (family(&world), world.repos[0].id.clone());
    let is_base =
        |parent: &Parent| matches!(parent, Parent::Repo(parent) if !expected.contains(&world.repos[*parent].id));
    let strange =
        world.repos.iter().filter(|repo| !expected.contains(&repo.id)).find(|repo| repo.parents.iter().any(is_base));
    let stranger = strange.unwrap().parents.iter().find(|parent| is_base(parent)).cloned().unwrap();
    let Parent::Repo(stranger) = stranger else { panic!("no repository") };
    let stranger = world.repos[stranger].id.clone();
    let member = expected.iter().find(|id| **id != base).unwrap();
    let hub = StandIn::with(world, Manner { page: 20, ..Manner::default() });
    for certainty in ["likely", "sure"] {
        let place = Place::before(&hub);
        let row = format!("old,new,confidence\n{stranger},{member},{certainty}\n");
        fs::write(place.path("old.csv"), row).unwrap();
        place.crawl(&["--below", &base, "--aliases", "old.csv", "--record", "pages"]);
        assert_eq!(asked(&hub, &stranger), 1);
        assert_eq!(listed(&place, "hub.modelkin"), expected, "{certainty}");
        let ran = place.run(&["import", "pages", "--aliases", "old.csv", "-o", "again.modelkin"]);
        assert_eq!((ran.code, &listed(&place, "again.modelkin")), (0, &expected), "{}", ran.err);
    }
}

#[test]
fn a_family_with_old_ids_goes_on_wherever_it_ends() {
    let mut world = world();
    let at = descendant(&world, |children| children.len() > 2 && children.iter().all(|child| is_plain(&world, *child)));
    let old = world.repos[at].id.clone();
    world.rename(at, "moved/again");
    let (expected, base) = (family(&world), world.repos[0].id.clone());
    let table = format!("old,new\n{old},moved/again\n");
    let hub = StandIn::with(world, Manner { page: 20, ..Manner::default() });
    let (whole, killed) = (Place::before(&hub), Place::before(&hub));
    for place in [&whole, &killed] {
        fs::write(place.path("old.csv"), &table).unwrap();
    }
    let args = ["crawl", "--below", &base, "--aliases", "old.csv"];
    whole.crawl(&args[1..]);
    kill_again_and_again(&killed, &args, 12, 120);
    assert_eq!(listed(&whole, "hub.modelkin"), expected);
    assert_eq!(digest(&whole.snapshot("hub.modelkin")), digest(&killed.snapshot("hub.modelkin")));

    // What ended without a table goes on with one, and with one less.
    for (first, second) in [(&args[..3], &args[..]), (&args[..], &args[..3])] {
        let mut again = World::new(2000, 14);
        again.rename(at, "moved/again");
        let faults = HashMap::from([(150, Fault::Status(404, Vec::new()))]);
        let hub = StandIn::with(again, Manner { page: 20, faults, ..Manner::default() });
        let place = Place::before(&hub);
        fs::write(place.path("old.csv"), &table).unwrap();
        let ran = place.run(first);
        assert!(ran.code == 1 && ran.err.contains("a fault that was asked for"), "{}", ran.err);
        place.crawl(&second[1..]);
        if second.len() > first.len() {
            assert_eq!(listed(&place, "hub.modelkin"), expected);
        }
    }
}
