//! The Hub as it answers since autumn 2026 (docs/hub.md, 3 and 4.4): refused fields, its two sets of them, renamed parents.

use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;

use modelkin::model::{Count, Word, WordList};
use modelkin::snapshot::{Builder, Snapshot};
use modelkin::source::hub::listing::FIELDS;
use modelkin::source::read_rows;

use crate::crawl::{Place, digest, facts, kill_again_and_again, of_world};
use crate::hub::{Form, Limit, Manner, StandIn, World};

/// The snapshot of a made-up Hub's own rows without some fields, told apart from one whose values are 0.
fn without(world: &World, fields: &[&str]) -> Snapshot {
    let mut builder = Builder::new();
    let kept: Vec<&str> = FIELDS.iter().copied().filter(|field| !fields.contains(field)).collect();
    read_rows("world", world.lines_of(&kept).as_bytes(), &mut |found| builder.add(found)).unwrap();
    builder.aliases(modelkin::reference::Aliases::built_in().unwrap().iter());
    builder.finish("test", None, None).unwrap()
}

fn odd_world(models: usize, seed: u64) -> World {
    World::new(models, seed).odd()
}

#[test]
fn each_field_may_be_refused_in_each_form_and_costs_its_own_column_alone() {
    let world = odd_world(400, 21);
    for form in Form::ALL {
        for field in FIELDS {
            let manner = Manner { refused_fields: vec![*field], form, page: 100, ..Manner::default() };
            let hub = StandIn::with(odd_world(400, 21), manner);
            let place = Place::before(&hub);
            let ran = place.crawl(&["--no-licence-names"]);
            let snapshot = place.snapshot("hub.modelkin");
            assert_eq!(digest(&snapshot), digest(&without(&world, &[field])), "{form:?} {field}");
            assert!(ran.err.contains(&format!("does not give {field};")), "{form:?} {field}: {}", ran.err);
            assert!(!ran.err.contains("{\""), "{}", ran.err);
            assert_eq!(snapshot.provenance().crawl.as_ref().unwrap().without, [*field]);
            let most = if form == Form::Unread { 4 + 22 } else { 5 };
            let requests = hub.log().len();
            assert!(requests <= most, "{form:?} {field}: {requests} requests");
        }
    }
}

#[test]
fn with_base_models_refused_the_links_are_those_of_the_tags() {
    let world = odd_world(3000, 22);
    let expected = of_world(&world);
    for form in [Form::Pretty, Form::Unread] {
        let manner = Manner { refused_fields: vec!["baseModels"], form, ..Manner::default() };
        let hub = StandIn::with(odd_world(3000, 22), manner);
        let place = Place::before(&hub);
        place.crawl(&[]);
        let snapshot = place.snapshot("hub.modelkin");
        assert_eq!(facts(&snapshot), facts(&expected));
        let ran = place.run(&["check", "--format", "json"]);
        assert_eq!(ran.code, 0, "{}", ran.err);
    }
}

#[test]
fn a_hub_that_refuses_every_field_gives_bare_rows_and_their_links() {
    let world = odd_world(3000, 23);
    let expected = of_world(&world);
    for form in Form::ALL {
        let manner = Manner { refused_fields: FIELDS.to_vec(), form, ..Manner::default() };
        let hub = StandIn::with(odd_world(3000, 23), manner);
        let place = Place::before(&hub);
        let ran = place.crawl(&["--no-licence-names"]);
        let snapshot = place.snapshot("hub.modelkin");
        assert_eq!(snapshot.provenance().counts.links, expected.provenance().counts.links, "{form:?}");
        assert_eq!(snapshot.provenance().crawl.as_ref().unwrap().without.len(), FIELDS.len());
        let downloads = snapshot.count(Count::DownloadsAllTime).unwrap();
        assert!(snapshot.rows().all(|row| downloads.at(row).is_none()), "missing, and not 0");
        // An update has nothing by which to know its end.
        let update = place.run(&["crawl", "--update"]);
        assert!(update.code == 1 && update.err.contains("use --update --full"), "{form:?}: {}{}", update.err, ran.err);
        assert_eq!(place.crawl(&["--update", "--full"]).code, 0);
    }
}

#[test]
fn every_kind_of_crawl_works_on_the_hub_of_today() {
    let world = odd_world(3000, 24);
    let expected = facts(&of_world(&world));
    let base = world.repos[0].id.clone();
    let hub = StandIn::with(world, Manner { page: 100, ..Manner::default() });
    let place = Place::before(&hub);
    place.crawl(&[]);
    assert_eq!(facts(&place.snapshot("hub.modelkin")), expected);
    place.crawl(&["--owner", "owner1", "-o", "owner"]);
    place.crawl(&["--below", &base, "-o", "below"]);
    for name in ["owner", "below"] {
        let part = facts(&place.snapshot(name));
        assert!(part.len() > 20 && part.keys().all(|id| expected.contains_key(id)), "{name}");
    }
    hub.world(|world| world.live(100, 20, 10, 5));
    let ran = place.crawl(&["--update"]);
    assert!(ran.out.contains("20 added") && !ran.err.contains("does not give"), "{}{}", ran.out, ran.err);
    let today = hub.world(|world| facts(&of_world(world)));
    let mut updated = facts(&place.snapshot("hub.modelkin"));
    updated.retain(|id, _| today.contains_key(id));
    assert_eq!(updated, today);
    place.crawl(&["--renames"]);
    // A listing is never asked for what only a single model tells.
    let log = hub.log();
    let asked: Vec<_> = log.iter().filter(|request| request.path.contains("childrenModelCount")).collect();
    assert!(asked.len() == 1 && asked[0].path.starts_with("/api/models/"), "{asked:?}");
    assert!(log.iter().all(|request| !matches!(request.status, 400..=499) || request.method == "HEAD"));
}

#[test]
fn names_of_licences_come_by_a_second_listing_and_move_no_link() {
    let world = || odd_world(3000, 29);
    let hub = StandIn::with(world(), Manner { page: 100, ..Manner::default() });
    let (with, without_names) = (Place::before(&hub), Place::before(&hub));
    let ran_with = with.crawl(&[]);
    assert!(ran_with.err.contains("100 to 200 more for the names of licences"), "{}", ran_with.err);
    let asked = hub.log().iter().filter(|request| request.path.contains("filter=license%3Aother")).count();
    let others = world().with_tag("license:other").len();
    assert_eq!(asked, others.div_ceil(100));
    let ran = without_names.crawl(&["--no-licence-names"]);
    assert!(!ran.err.contains("names of licences"), "{}", ran.err);
    assert_eq!(hub.log().len(), 30);
    let (with, without_names) = (with.snapshot("hub.modelkin"), without_names.snapshot("hub.modelkin"));
    assert_eq!(facts(&with), facts(&without_names));
    assert_eq!(with.provenance().counts, without_names.provenance().counts);
    // The rows of the second listing are no records.
    let [source, other] = [&with, &without_names].map(|snapshot| snapshot.provenance().sources[0].clone());
    assert_eq!((source.records, source.repeats), (other.records, other.repeats));
    assert_eq!((source.licence_rows, other.licence_rows), (others as u64, 0));
    assert!(
        ran_with.out.contains(&format!(", and {others} rows with the name of a licence alone")),
        "{}",
        ran_with.out
    );
    let mut named = 0;
    let [names, no_names] = [&with, &without_names].map(|snapshot| snapshot.word(Word::LicenceName).unwrap());
    let licences = with.list(WordList::Licences).unwrap();
    for row in with.rows().filter(|row| with.is_listed(*row)) {
        let name = names.at(row);
        assert_eq!(name.is_some(), licences.first_at(row) == Some("other"), "{}", with.id(row));
        assert_eq!(no_names.at(row), None);
        named += usize::from(name.is_some());
    }
    assert_eq!(named, others);

    // A Hub that gives no cardData: everything else is there.
    let hub = StandIn::with(world(), Manner { refused_fields: vec!["cardData"], ..Manner::default() });
    let place = Place::before(&hub);
    let ran = place.crawl(&[]);
    assert!(ran.err.contains("does not give cardData"), "{}", ran.err);
    let snapshot = place.snapshot("hub.modelkin");
    assert_eq!(digest(&snapshot), digest(&without_names));
    assert_eq!(snapshot.provenance().crawl.as_ref().unwrap().without, ["cardData"]);
}

#[test]
fn names_of_licences_survive_kills_and_updates() {
    let hub = StandIn::with(World::new(2000, 30), Manner { page: 20, ..Manner::default() });
    let (whole, killed) = (Place::before(&hub), Place::before(&hub));
    whole.crawl(&[]);
    kill_again_and_again(&killed, &["crawl"], 15, 120);
    let [one, other] = [&whole, &killed].map(|place| place.snapshot("hub.modelkin"));
    assert_eq!(digest(&one), digest(&other));
    hub.world(|world| world.live(200, 50, 0, 0));
    whole.crawl(&["--update"]);
    let fresh = Place::before(&hub);
    fresh.crawl(&[]);
    assert_eq!(digest(&whole.snapshot("hub.modelkin")), digest(&fresh.snapshot("hub.modelkin")));
}

#[test]
fn an_order_that_the_hub_does_not_keep_is_told() {
    let manner = || Manner { page: 100, ignores_direction: true, ..Manner::default() };
    let place_of = |hub: &StandIn| Place::before(hub);
    let hub = StandIn::with(World::new(500, 25), manner());
    let place = place_of(&hub);
    let ran = place.crawl(&[]);
    assert!(ran.err.contains("does not list by the order of making"), "{}", ran.err);
    assert_eq!(ran.err.matches("does not list by the order of making").count(), 1);
    assert!(ran.out.contains("rows came after one that was made later"), "{}", ran.out);
    assert_eq!(place.snapshot("hub.modelkin").provenance().counts.models, 500);
    let hub = StandIn::with(World::new(500, 25), Manner { page: 100, ..Manner::default() });
    assert!(!place_of(&hub).crawl(&[]).err.contains("order of making"));
}

#[test]
fn a_family_that_costs_more_than_the_hub_is_told_and_goes_on_as_the_whole() {
    let mut world = World::new(4000, 26);
    // One model with more children than the whole Hub has pages.
    for at in 1..world.repos.len() {
        world.repos[at].parents = vec![crate::hub::Parent::Repo(0)];
    }
    world.live(0, 0, 0, 0);
    let base = world.repos[0].id.clone();
    let limit = Some(Limit { requests: 100_000, window: Duration::from_secs(300) });
    let expected = of_world(&world);
    let hub = StandIn::with(world, Manner { page: 1000, limit, ..Manner::default() });
    let place = Place::before(&hub);
    let mut child = place.command(&["crawl", "--below", &base, "-o", "family"]).spawn().unwrap();
    let pages = || fs::read_dir(place.path("family.crawl")).map_or(0, |entries| entries.count());
    while pages() < 40 && child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(2));
    }
    child.kill().unwrap();
    let ran = crate::crawl::ended(child);
    assert!(ran.err.contains("generation 1: 4,000 requests are pending at least, about 12 s"), "{}", ran.err);
    assert!(ran.err.contains("the whole Hub takes some 3,118, about 9 s"), "{}", ran.err);
    assert!(ran.err.contains("`modelkin crawl -o family` goes on as that"), "{}", ran.err);
    // Another part is still refused.
    let other = place.run(&["crawl", "--owner", "owner1", "-o", "family"]);
    assert!(other.code == 1 && other.err.contains("an unfinished crawl of something else"), "{}", other.err);
    hub.log();
    let ran = place.crawl(&["-o", "family", "--record", "family.crawl"]);
    assert!(ran.err.contains("goes on as a crawl of the whole Hub"), "{}", ran.err);
    assert_eq!(hub.log().iter().filter(|request| !request.path.contains("license")).count(), 4);
    let snapshot = place.snapshot("family");
    assert_eq!(facts(&snapshot), facts(&expected));
    assert_eq!(snapshot.provenance().crawl.as_ref().unwrap().below, None);
    assert!(snapshot.provenance().sources[0].path.contains("/api/models?sort=createdAt"));
    let ran = place.run(&["import", "family.crawl", "-o", "again"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(digest(&place.snapshot("again")), digest(&snapshot));
}

#[test]
fn renamed_parents_become_aliases_and_are_asked_for_once() {
    // Those with most children are renamed; the tags go on naming the old ids, and nothing else says who they are.
    let mut world = World::new(3000, 27);
    world.rename_parents(60);
    let renamed: Vec<(String, String)> = world.renamed.clone().into_iter().collect();
    let mut truth = World::new(3000, 27);
    truth.rename_parents(60);
    truth.forget_old_ids();
    // One was renamed twice, two lead to each other, one is led to a page of no model.
    let hub = StandIn::with(world, Manner { page: 100, refused_fields: vec!["baseModels"], ..Manner::default() });
    let place = Place::before(&hub);
    place.crawl(&["--no-licence-names"]);
    let before = place.snapshot("hub.modelkin");
    assert_eq!(before.provenance().counts.unlisted as usize, 60 + without_gone(&truth));
    hub.log();
    let ran = place.crawl(&["--renames", "--keep"]);
    assert!(ran.err.contains("unlisted parents") && ran.err.contains("one request each"), "{}", ran.err);
    assert!(ran.out.contains("60 renamed"), "{}", ran.out);
    let log = hub.log();
    assert!(log.iter().all(|request| request.method == "HEAD" && request.path.ends_with("/resolve/main/README.md")));
    assert_eq!(log.len() as u64, before.provenance().counts.unlisted);
    // Those with most children come first.
    let first: BTreeSet<String> = log[..40].iter().map(|request| request.path.to_ascii_lowercase()).collect();
    assert!(renamed.iter().filter(|(old, _)| first.contains(&format!("/{old}/resolve/main/readme.md"))).count() > 30);
    let after = place.snapshot("hub.modelkin");
    assert_eq!(facts(&after), facts(&without(&truth, &["baseModels"])));
    assert_eq!(after.provenance().crawl, before.provenance().crawl);
    assert_eq!(after.provenance().taken, before.provenance().taken);
    // What is known is not asked again, whatever became of the snapshot meanwhile.
    assert!(place.crawl(&["--renames"]).err.contains(" 0 of them to be asked for"));
    place.crawl(&["--no-licence-names"]);
    hub.log();
    place.crawl(&["--renames"]);
    assert!(hub.log().is_empty());
    assert_eq!(facts(&place.snapshot("hub.modelkin")), facts(&after));
}

/// How many parents were never listed.
fn without_gone(world: &World) -> usize {
    of_world(world).provenance().counts.unlisted as usize
}

#[test]
fn asking_for_renames_survives_kills_quotas_and_answers_that_lead_nowhere() {
    let world = || {
        let mut world = World::new(2000, 28);
        world.rename_parents(200);
        // Renamed again; and two that lead to each other, which no model bears.
        let (old, now) = world.renamed.clone().into_iter().next().unwrap();
        world.renamed.insert(old.clone(), "between/this".into());
        world.renamed.insert("between/this".into(), now);
        world
    };
    let limit = Some(Limit { requests: 150, window: Duration::from_secs(1) });
    let hub = StandIn::with(world(), Manner { refused_fields: vec!["baseModels"], limit, ..Manner::default() });
    let (whole, killed) = (Place::before(&hub), Place::before(&hub));
    for place in [&whole, &killed] {
        place.crawl(&["--no-licence-names"]);
    }
    hub.log();
    whole.crawl(&["--renames"]);
    let requests = hub.log().len();
    kill_again_and_again(&killed, &["crawl", "--renames"], 10, 200);
    let again = hub.log().len();
    // Eight at once, so eight at most for each kill.
    assert!(again <= requests + 10 * 8, "{again} {requests}");
    let [whole, killed] = [&whole, &killed].map(|place| facts(&place.snapshot("hub.modelkin")));
    assert_eq!(whole, killed);
}
