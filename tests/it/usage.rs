//! Calls that say too much, files that are not there, and counts with their nouns.

use modelkin::report::plural;

use crate::program::Place;

#[test]
fn one_of_a_kind_is_no_plural() {
    assert_eq!(plural(0, "model"), "0 models");
    assert_eq!(plural(1, "model"), "1 model");
    assert_eq!(plural(1_200, "unlisted parent"), "1,200 unlisted parents");
    assert_eq!((plural(1, "oddity"), plural(2, "oddity")), ("1 oddity".into(), "2 oddities".into()));
    let place = Place::new();
    place.file("l.edges", "?gone/x -> c/y : finetune\nc/y -> c/y : finetune\n");
    place.file("l.jsonl", "{\"id\":\"C/y\"}\n{\"id\":\"no id\"}\n");
    let ran = place.run(&["import", "l.edges", "l.jsonl", "-o", "s"]);
    for said in [
        "(edges): 1 record, 0 of models",
        "(jsonl): 1 record, 1 of models known before, 1 reject\n",
        "\n1 reject, such as\n",
        "\n1 oddity: 1 case-collision\n",
        "s: 1 model, 1 link, 1 unlisted parent\n",
    ] {
        assert!(ran.out.contains(said), "{said}: {}", ran.out);
    }
    for args in [
        &["rank"][..],
        &["family", "c/*", "--list", "members"],
        &["family", "gone/x"],
        &["check"],
        &["check", "--kinds", "cycle"],
        &["check", "--aliases"],
    ] {
        let ran = place.run(args);
        assert_eq!(ran.code, 0, "{}", ran.err);
        let is_wrong = |pair: &[&str]| {
            pair[0].trim_start_matches('(') == "1" && pair[1].trim_end_matches([',', '.', ':', ')']).ends_with('s')
        };
        // In a table two blanks and more stand between the cells.
        let sentences = ran.out.lines().flat_map(|line| line.split("  "));
        let wrong =
            sentences.map(|text| text.split(' ').collect::<Vec<_>>()).find(|words| words.windows(2).any(is_wrong));
        assert!(wrong.is_none(), "{args:?}: {wrong:?}: {}", ran.out);
    }
}
