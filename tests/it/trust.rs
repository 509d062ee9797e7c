//! What a snapshot says of itself is computed again from its records.

use modelkin::import::{self, verify};
use modelkin::reference::Families;
use modelkin::snapshot::{Array, Snapshot};
use proptest::prelude::*;

use crate::program::Place;
use crate::support::{any_lineage, snapshot, with_aliases};

fn kept(mut snapshot: Snapshot) -> Snapshot {
    import::keep(&mut snapshot, &Families::built_in().unwrap().all().unwrap()).unwrap();
    snapshot
}

fn lies(snapshot: &Snapshot) -> Vec<String> {
    verify(snapshot, &Families::built_in().unwrap().all().unwrap(), None, &|_| ()).unwrap().lies
}

/// Through a file, as everybody gets one.
fn through_a_file(snapshot: &Snapshot) -> Snapshot {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s");
    snapshot.write(&path).unwrap();
    Snapshot::open(&path).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_made_says_what_its_records_say(text in any_lineage()) {
        let made = kept(snapshot(&text));
        prop_assert_eq!(lies(&made), Vec::<String>::new());
        prop_assert_eq!(lies(&through_a_file(&made)), Vec::<String>::new());
    }
}

#[test]
fn with_old_names_too() {
    let text = "?old/m -> b/c : merge\nnew/m\nold/x -> d/d\nnew/x\n?old/y -> e/e\n?new/y -> e/f\nnew/m -> new/m";
    let made = kept(with_aliases(text, &[("old/m", "new/m"), ("old/x", "new/x"), ("old/y", "new/y")]));
    assert_eq!(lies(&through_a_file(&made)), Vec::<String>::new());
}

#[test]
fn counts_that_were_raised_are_found() {
    let place = Place::new();
    let mut made = kept(snapshot("a/b -> c/d : finetune\nc/d -> e/f, e/g : merge"));
    made.write(&place.path("true.mk")).unwrap();
    let names: Vec<String> = made.kept_names().map(str::to_owned).collect();
    assert!(names.len() > 20, "{names:?}");
    for name in &names {
        let right = made.kept(name).unwrap().unwrap();
        let wrong = match right.clone() {
            Array::Bytes(bytes) => Array::Bytes(bytes.iter().map(|byte| byte ^ 1).chain([7]).collect()),
            Array::Numbers(numbers) => Array::Numbers(numbers.iter().map(|number| number ^ 1).chain([7]).collect()),
            Array::Sums(sums) => Array::Sums(sums.iter().map(|_| 1_000_000).chain([7]).collect()),
        };
        made.keep(name, wrong);
        assert_eq!(lies(&through_a_file(&made)), [format!("kept array {name}: not what its records give")]);
        if name.starts_with("census/") {
            made.write(&place.path("lie.mk")).unwrap();
        }
        made.keep(name, right);
    }
    let ran = place.run(&["verify", "true.mk"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("as its records say") && ran.out.contains(&made.provenance().digest), "{}", ran.out);
    let ran = place.run(&["verify", "lie.mk"]);
    assert!(ran.code == 3 && ran.out.starts_with("lie.mk: kept array census/"), "{} {}", ran.code, ran.out);
    // A digest that is cited, whole or cut.
    let digest = made.provenance().digest.clone();
    assert_eq!(place.run(&["verify", "true.mk", "--digest", &digest]).code, 0);
    assert_eq!(place.run(&["verify", "true.mk", "--digest", &digest[..12].to_uppercase()]).code, 0);
    let ran = place.run(&["verify", "true.mk", "--digest", &"0".repeat(64)]);
    assert!(ran.code == 3 && ran.out.contains("is cited, and it says"), "{} {}", ran.code, ran.out);
    assert!(ran.err.ends_with("verify: it is another snapshot than the one that is cited\n"), "{}", ran.err);
    assert_eq!(place.run(&["verify", "true.mk", "--digest", "123"]).code, 2);
    assert_eq!(place.run(&["verify", "sample"]).code, 0);
}
