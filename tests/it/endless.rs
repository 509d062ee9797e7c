//! A Hub that never comes to an end, or whose clock is wrong: the crawl ends, says so, and goes on where that helps.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use modelkin::crawl::most_models;
use modelkin::source::hub::listing::HUB_MODELS;

use crate::crawl::Place;
use crate::odd_hub::{ids, next, odd, once, row};

const STALE: &str =
    "100 pages in a row without a model that the listing did not give before: such a listing has no end";

fn kept(place: &Place) -> usize {
    let entries = fs::read_dir(place.path("hub.modelkin.crawl")).unwrap();
    entries.filter(|entry| entry.as_ref().unwrap().path().extension().is_some_and(|suffix| suffix == "page")).count()
}

#[test]
fn a_listing_without_new_models_is_left() {
    let pages: [fn(usize) -> String; 4] = [
        |_| format!("[{}]", row(1)),
        |_| "[]".to_owned(),
        // By turns, in another order, and rows that are none.
        |number| format!("[{},{}]", row(number as u64 % 2), row(1 + number as u64 % 2)),
        |number| format!("[{{}},{{\"id\":\"no id {number}\"}},7]"),
    ];
    for page in pages {
        let place = odd(move |number, _| (next(number), page(number)));
        let ran = once(&place, &[]);
        let expected = format!(
            "{STALE}; try again later\nwhat was fetched is kept in hub.modelkin.crawl; the same command goes on"
        );
        assert!(ran.code == 1 && ran.err.contains(&expected), "{}", ran.err);
        assert!(ran.err.contains("/api/models?cursor="), "{}", ran.err);
    }
}

#[test]
fn what_was_met_is_known_after_the_crawl_broke_off() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    // Two pages by turns; in the middle the Hub breaks off once, and at last it has something new.
    let place = odd(move |number, _| {
        count.fetch_add(1, Ordering::Relaxed);
        match number {
            50 => ("HTTP/1.1 418 Teapot\r\n".into(), String::new()),
            104 => (String::new(), format!("[{}]", row(9))),
            _ => (next(number), format!("[{}]", row(number as u64 % 2))),
        }
    });
    assert!(once(&place, &[]).err.contains("418"));
    assert_eq!((asked.load(Ordering::Relaxed), kept(&place)), (51, 50));
    let ran = once(&place, &[]);
    assert!(ran.code == 1 && ran.err.contains(STALE), "{}", ran.err);
    // Two pages were new, and 99 that were not are kept.
    assert_eq!((asked.load(Ordering::Relaxed), kept(&place)), (103, 101));
    let ran = once(&place, &[]);
    assert!(ran.code == 1 && ran.err.contains(STALE), "{}", ran.err);
    assert_eq!((asked.load(Ordering::Relaxed), kept(&place)), (104, 101));
    let ran = once(&place, &[]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(ids(&place.snapshot("hub.modelkin")), ["o/m0", "o/m1", "o/m9"].map(str::to_owned).into());
}

#[test]
fn each_listing_is_judged_by_itself() {
    // The second listing gives models of the first once more, on many pages.
    let place = odd(|number, path| match (number < 150, path.contains("cursor=299")) {
        (true, _) => (if number < 149 { next(number) } else { String::new() }, format!("[{}]", row(number as u64))),
        (false, false) => (next(number), format!("[{}]", row(number as u64 - 150))),
        (false, true) => (String::new(), "[]".into()),
    });
    let ran = place.run(&["crawl", "--max-models", "151"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(place.snapshot("hub.modelkin").provenance().counts.models, 150);
}

#[test]
fn more_models_than_a_hub_can_have_are_told_and_the_crawl_goes_on_with_a_greater_number() {
    let place =
        odd(|number, _| (if number < 20 { next(number) } else { String::new() }, format!("[{}]", row(number as u64))));
    let ran = once(&place, &["--max-models", "5"]);
    let expected = "/api/models?cursor=4: more than 5 models, and the Hub had 3117871 on 2026-10-03: this may be a listing \
         without end; if it is none, allow more\nwhat was fetched is kept in hub.modelkin.crawl; the \
         same command goes on with --max-models 10";
    assert!(ran.code == 1 && ran.err.contains(expected), "{}", ran.err);
    assert_eq!(kept(&place), 5);
    let ran = once(&place, &["--max-models", "10"]);
    assert!(ran.code == 1 && ran.err.contains("goes on after 5 rows on 5 pages"), "{}", ran.err);
    assert!(ran.err.contains("goes on with --max-models 20"), "{}", ran.err);
    // Fewer than there are already.
    assert!(once(&place, &["--max-models", "3"]).err.contains("more than 3 models"));
    let ran = once(&place, &[]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    // Two pages were asked for twice and not kept, and one more.
    assert_eq!(place.snapshot("hub.modelkin").provenance().counts.models, 18);

    assert_eq!(most_models(None), 10 * HUB_MODELS);
    assert_eq!(most_models(Some(&place.snapshot("hub.modelkin"))), 10 * HUB_MODELS);
    assert_eq!(once(&place, &["--max-models", "0"]).code, 2);
    assert_eq!(once(&place, &["--max-models", "5", "--renames"]).code, 2);
}

#[test]
fn pages_without_rows_and_families_without_end_count_too() {
    let place = odd(|number, _| {
        (next(number), if number % 50 == 0 { format!("[{}]", row(number as u64)) } else { "[]".into() })
    });
    let ran = once(&place, &["--max-models", "200"]);
    assert!(ran.code == 1 && ran.err.contains("more than 200 models"), "{}", ran.err);
    assert_eq!(kept(&place), 200);

    // Each child has one more; or all the children that anybody can have.
    let chain: fn(usize) -> String = |number| format!("[{}]", row(number as u64));
    let crowd: fn(usize) -> String =
        |number| format!("[{}]", (0..30).map(|at| row((number * 30 + at) as u64)).collect::<Vec<_>>().join(","));
    for (children, most, pages) in [(chain, 40, 40), (crowd, 70, 3)] {
        let place = odd(move |number, path| match path.starts_with("/api/models/") {
            true => (String::new(), row(1_000_000)),
            false => (String::new(), children(number)),
        });
        let ran = once(&place, &["--below", "o/m1000000", "--max-models", &most.to_string()]);
        assert!(ran.code == 1 && ran.err.contains(&format!("more than {most} models")), "{}", ran.err);
        assert!(ran.err.contains("filter=base_model%3Ao%2Fm"), "{}", ran.err);
        assert_eq!(kept(&place), pages);
    }

    // Counts that no number holds.
    let place = odd(|_, path| match path.starts_with("/api/models/") {
        true => (
            String::new(),
            row(1).replace("{\"_id\"", "{\"childrenModelCount\":{\"a\":18446744073709551615,\"b\":9},\"_id\""),
        ),
        false => (String::new(), "[]".into()),
    });
    assert_eq!(once(&place, &["--below", "o/m1"]).code, 0);
}

#[test]
fn ids_that_lead_from_one_to_the_next_without_end_are_left() {
    let place = odd(|_, path| {
        if path.starts_with("/api/models") {
            let child = r#"{"_id":"000000000000000000000001","id":"o/c","tags":["base_model:finetune:p/q0"]}"#;
            return (String::new(), format!("[{child}]"));
        }
        let number: usize = path.trim_start_matches("/p/q").split('/').next().unwrap().parse().unwrap();
        (format!("HTTP/1.1 307 Go\r\nLocation: /p/q{}/resolve/main/README.md\r\n", number + 1), String::new())
    });
    assert_eq!(once(&place, &[]).code, 0);
    let ran = once(&place, &["--renames"]);
    assert!(
        ran.code == 0 && ran.err.contains("p/q100: ids that lead from one to the next 100 times are left"),
        "{}",
        ran.err
    );
    assert!(ran.out.contains("100 renamed") && ran.out.contains("1 of which the Hub said nothing"), "{}", ran.out);
}

#[test]
fn a_history_and_a_link_without_end_are_told() {
    let address = "hf://datasets/o/n/x.jsonl";
    let commit = |number: usize| format!(r#"[{{"id":"{number:040x}","date":"2027-01-01T00:00:00Z"}}]"#);
    for (turns, said) in [
        (3, "hf://datasets/o/n: its history leads back to a page that was read; name a commit (NAME@COMMIT)"),
        (usize::MAX, "its history has more than 2000 pages, and goes back to 2027-01-01 there; name a commit instead"),
    ] {
        let place = odd(move |number, _| (next(number % turns), commit(number)));
        let ran = place.run(&["import", address, "--at", "2026-03-10", "-o", "x.modelkin"]);
        assert!(ran.code == 1 && ran.err.contains(said), "{}", ran.err);
    }
    let place = odd(|_, _| {
        let link = format!("Link: <http://h/api/models?cursor={}>; rel=\"next\"\r\n", "x".repeat(17 << 10));
        (link, format!("[{}]", row(1)))
    });
    let ran = once(&place, &[]);
    assert!(ran.code == 1 && ran.err.contains("a next link of more than 16 KiB"), "{}", ran.err);
    // A refusal is not read to its end, however many words it has.
    let place = odd(|_, _| ("HTTP/1.1 400 Bad\r\n".into(), format!("[{}]", "\"word\",".repeat(3 << 20))));
    let ran = once(&place, &[]);
    assert!(ran.code == 1 && ran.err.contains("the Hub answers 400"), "{}", ran.err);
}

#[test]
fn a_clock_that_is_wrong_dates_nothing_and_hides_no_change() {
    let dated = |number: u64, day: &str| {
        row(number).replace("{\"_id\"", &format!("{{\"createdAt\":\"{day}T00:00:00Z\",\"_id\""))
    };
    for (clock, created, told) in [
        ("Tue, 31 Dec 2999 23:59:59 GMT", "2025-01-01", "2999-12-31"),
        ("Thu, 01 Jan 1970 00:00:07 GMT", "2025-01-01", "1970-01-01"),
        ("Mon, 01 Jan 2024 00:00:00 GMT", "2025-01-01", "2024-01-01"),
        ("Wed, 01 Jan 2025 00:00:00 GMT", "2025-01-02", "2025-01-01"),
        // One absurd date is no reason to doubt the clock, and none to believe it.
        ("Mon, 01 Jan 2024 00:00:00 GMT", "2999-01-01", ""),
        ("Wed, 01 Jan 2025 00:00:00 GMT", "2025-01-01", ""),
    ] {
        let place = odd(move |_, path| {
            let number = if path.contains("sort=lastModified") { 2 } else { 1 };
            (format!("Date: {clock}\r\n"), format!("[{}]", dated(number, created)))
        });
        let before = jiff::Timestamp::now().as_millisecond();
        let ran = once(&place, &["--record", "rec"]);
        assert_eq!(ran.code, 0, "{clock}: {}", ran.err);
        let provenance = place.snapshot("hub.modelkin").provenance().clone();
        let taken = provenance.taken.unwrap();
        let now = jiff::Timestamp::now().as_millisecond();
        let said = format!(
            "warning: {}: the Hub's clock told {told}, which cannot be right; this machine's dates the crawl",
            provenance.sources[0].path
        );
        match told {
            "" => assert!(taken < before && !ran.err.contains("clock"), "{clock}: {}", ran.err),
            _ => assert!((before..=now).contains(&taken) && ran.err.contains(&said), "{clock}: {taken} {}", ran.err),
        }
        let ran = place.run(&["import", "rec", "-o", "again"]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        assert_eq!(place.snapshot("again").provenance().taken, Some(taken));
        let ran = once(&place, &["--update"]);
        assert!(ran.code == 0 && ran.out.contains("1 added"), "{clock}: {}{}", ran.out, ran.err);
    }
}
