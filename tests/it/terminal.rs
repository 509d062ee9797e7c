//! What is seen on a terminal: lines that fit it, colours that say nothing the words do not, a pager, silence where it is asked for.
#![cfg(target_os = "linux")]

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::Read;
use std::process::{Command, Stdio};

use rustix::pty::{OpenptFlags, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use textwrap::core::display_width;

use crate::program::Place;

/// What was seen on a terminal, and with which code the program ended.
pub struct Seen {
    pub code: i32,
    pub text: String,
}

/// Runs a command on a terminal of so many columns and lines; 0 is a terminal that does not know. Standard error goes there too, if it
/// is asked for.
pub fn on_a_terminal(place: &Place, args: &[&str], size: (u16, u16), has_errors: bool, env: &[(&str, &str)]) -> Seen {
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    unlockpt(&ours).unwrap();
    let name = ptsname(&ours, Vec::new()).unwrap().into_string().unwrap();
    let theirs = File::options().read(true).write(true).open(name).unwrap();
    tcsetwinsize(&theirs, Winsize { ws_col: size.0, ws_row: size.1, ws_xpixel: 0, ws_ypixel: 0 }).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_modelkin"));
    command.args(args).current_dir(place.path("")).env_clear().env("HOME", place.path("")).env("TERM", "xterm");
    command.env("PATH", "/usr/bin:/bin").envs(env.iter().copied()).stdin(Stdio::null());
    command.stderr(if has_errors { theirs.try_clone().unwrap().into() } else { Stdio::null() }).stdout(theirs);
    let mut child = command.spawn().unwrap();
    // The last who could write to it is the program.
    drop(command);
    let mut out = Vec::new();
    let mut ours = File::from(ours);
    let mut piece = [0; 4096];
    // A terminal that nobody writes to any more ends with an error.
    while let Ok(read @ 1..) = ours.read(&mut piece) {
        out.extend_from_slice(&piece[..read]);
    }
    let code = child.wait().unwrap().code().unwrap_or(-1);
    Seen { code, text: String::from_utf8(out).unwrap().replace("\r\n", "\n") }
}

/// The answer alone, on a screen that is long enough for it.
fn answer(place: &Place, command: &str, width: u16, env: &[(&str, &str)]) -> String {
    let args: Vec<&str> = command.split(' ').chain(["--snapshot", "sample"]).collect();
    let seen = on_a_terminal(place, &args, (width, 10_000), false, env);
    assert!(seen.code == 0 || seen.code == 3, "{command}: {}", seen.text);
    seen.text
}

const COMMANDS: [&str; 13] = [
    "rank",
    "rank --of families --by downloads",
    "family Qwen",
    "family Qwen --list f2",
    "explain Qwen",
    "show Qwen/Qwen2.5-14B --depth 5",
    "upstream prithivMLmods/Primal-Opus-14B-Optimus-v1",
    "blast mistralai/Mistral-7B-v0.1 --list",
    "licences --unknown deny djuna/Q2.5-Veltha-14B",
    "owners",
    "search qwen instruct",
    "check",
    "report",
];

/// A text without the escapes that colours and links are.
fn bare(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('\u{1b}') {
        out += &rest[..at];
        let escape = &rest[at + 1..];
        let end = match escape.as_bytes().first() {
            Some(b'[') => escape.find(|c: char| c.is_ascii_alphabetic()).unwrap() + 1,
            Some(b']') => escape.find("\u{1b}\\").unwrap() + 2,
            other => panic!("{other:?} is no escape of colours or links: {text:?}"),
        };
        rest = &escape[end..];
    }
    out + rest
}

/// Whether a word is one of these, or a piece of one that begins and ends where ids have their joints.
fn is_whole(word: &str, words: &HashSet<&str>) -> bool {
    let is_joint = |c: char| "/-_.".contains(c);
    words.contains(word)
        || words.iter().any(|known| {
            known.match_indices(word).any(|(at, _)| {
                let (before, after) = (&known[..at], &known[at + word.len()..]);
                (before.is_empty() || before.ends_with(is_joint)) && (after.is_empty() || word.ends_with(is_joint))
            })
        })
}

#[test]
fn no_line_is_wider_than_the_terminal_and_no_word_is_cut() {
    let place = Place::new();
    for command in COMMANDS {
        let args: Vec<&str> = command.split(' ').chain(["--snapshot", "sample"]).collect();
        let piped = place.run(&args);
        assert!(!piped.out.contains('\u{1b}') && !piped.err.contains('\u{1b}'), "{command}: {}", piped.out);
        let said = "Not shown, for want of room: ; a wider terminal shows more, and --format csv or json all of it.";
        // A head that is left out has a comma or a semicolon behind it.
        let heads: Vec<String> =
            piped.out.split_whitespace().flat_map(|word| [format!("{word},"), format!("{word};")]).collect();
        let words =
            piped.out.split_whitespace().chain(said.split(' ')).chain(heads.iter().map(String::as_str)).collect();
        for width in [80, 120, 200] {
            let text = answer(&place, command, width, &[("NO_COLOR", "1")]);
            assert!(!text.contains('\u{1b}'), "{command} {width}: {text}");
            for line in text.lines() {
                assert!(display_width(line) <= width.into(), "{command} {width}: {line:?}");
                let mut in_line = line.split_whitespace().filter(|word| !word.chars().all(|c| "=│├└─".contains(c)));
                if let Some(cut) = in_line.find(|word| !is_whole(word, &words)) {
                    panic!("{command} {width}: {cut:?} is no word: {line:?}");
                }
            }
            // What has colours is the same text.
            let coloured = answer(&place, command, width, &[]);
            assert_eq!(bare(&coloured), text, "{command} {width}");
        }
    }
}

#[test]
fn notes_errors_and_summaries_fit_too() {
    let place = Place::new();
    place.file("l.edges", "lab/a-model -> b/ft : finetune\n?lab/gone -> c/y : merge\n");
    assert_eq!(place.run(&["import", "l.edges", "-o", "s"]).code, 0);
    for (args, says) in [
        (&["import", "l.edges", "-o", "t", "--date", "2025-01-31"][..], "asked from now on"),
        (&["show", "a-model", "--snapshot", "s"], "no other model is called so"),
        (&["show", "lab/a-modle", "--snapshot", "s"], "lab/a-model (1"),
        (&["family", "Mistra", "--snapshot", "s"], "did you mean"),
        (&["rank", "--by", "desendants"], "did you mean descendants?"),
        (&["rank", "--format", "csv", "--top", "1", "--snapshot", "s"], "Ranked: models"),
        (&["verify", "s"], "sha256 of the contents"),
    ] {
        // Nothing but what renews itself has escapes.
        let seen = on_a_terminal(&place, args, (80, 1_000), true, &[("NO_COLOR", "1"), ("MODELKIN_SNAPSHOT", "")]);
        let text = bare(&seen.text);
        let text = text.rsplit('\r').next().unwrap();
        assert!(text.contains(says), "{args:?}: {text}");
        for line in text.lines() {
            // The rows of CSV are for programs.
            let is_row = args.contains(&"csv") && line.contains(',') && !line.contains(' ');
            assert!(display_width(line) <= 80 || is_row, "{args:?}: {line:?}");
        }
    }
}

#[test]
fn a_terminal_that_is_very_narrow_or_does_not_know_its_width_is_written_to_all_the_same() {
    let place = Place::new();
    for width in [1, 7, 20, 40] {
        let text = answer(&place, "rank", width, &[("NO_COLOR", "1")]);
        assert!(text.contains("60") && text.contains("55"), "{width}: {text}");
    }
    let lines = |text: &str| text.lines().map(display_width).max().unwrap();
    assert!(lines(&answer(&place, "rank", 0, &[("NO_COLOR", "1")])) > 150);
    assert!(lines(&answer(&place, "rank", 0, &[("NO_COLOR", "1"), ("COLUMNS", "90")])) <= 90);
}

#[test]
fn a_tree_that_is_deeper_than_the_terminal_is_wide_leaves_room_for_its_names() {
    let place = Place::new();
    let chain: String = (0..45).map(|at| format!("owner/model-{at} -> owner/model-{} : finetune\n", at + 1)).collect();
    place.file("l.edges", chain);
    assert_eq!(place.run(&["import", "l.edges", "-o", "s"]).code, 0);
    for (width, most) in [(80, 2), (30, 6)] {
        let show = ["show", "owner/model-0", "--depth", "50", "--snapshot", "s"];
        let seen = on_a_terminal(&place, &show, (width, 10_000), false, &[("NO_COLOR", "1")]).text;
        let (tree, _) = seen.split_once("\n\n").unwrap();
        assert!(tree.lines().count() <= 46 * most, "{tree}");
        for line in tree.lines() {
            assert!(display_width(line) <= width.into(), "{line:?}");
        }
        assert!((0..46).all(|at| tree.contains(&format!("model-{at}"))), "{tree}");
    }
}

#[test]
fn numbers_stand_to_the_right_below_their_heads() {
    let place = Place::new();
    let mut columns = Vec::new();
    for width in [80, 120, 200] {
        let text = answer(&place, "rank", width, &[("NO_COLOR", "1")]);
        let mut lines = text.lines();
        let head = lines.next().unwrap();
        columns.push(head.split_whitespace().count());
        let rows: Vec<&str> = lines.take_while(|line| !line.is_empty() && !line.starts_with("Not shown")).collect();
        assert_eq!(rows.len(), 20, "{text}");
        for name in ["rank", "direct", "descendants", "finetune"] {
            let end = head.find(name).unwrap() + name.len();
            for row in &rows {
                assert!(row[..end].ends_with(|c: char| c.is_ascii_digit()), "{name}: {row:?}");
                assert!(row[end..].is_empty() || row[end..].starts_with(' '), "{name}: {row:?}");
            }
        }
        assert_eq!(
            text.contains("Not shown, for want of room: quantized, adapter, merge, unstated"),
            width == 80,
            "{text}"
        );
    }
    assert_eq!(columns, [5, 9, 9]);
}

#[test]
fn the_page_on_questions_shows_what_a_terminal_does() {
    let page = fs::read_to_string("docs/questions.md").unwrap();
    let (_, part) = page.split_once("## On a terminal").unwrap();
    let shown = part.split_once("```text\n$ modelkin rank --top 3\n").unwrap().1.split_once("```").unwrap().0;
    let text = answer(&Place::new(), "rank --top 3", 80, &[("NO_COLOR", "1")]);
    assert!(text.starts_with(shown.trim_end()), "{text}");
}

#[test]
fn colours_are_where_they_are_wanted_alone() {
    let place = Place::new();
    let rank = ["rank", "--snapshot", "sample", "--top", "3"];
    let coloured = |args: &[&str], env: &[(&str, &str)]| {
        let args = [&rank, args].concat();
        let seen = on_a_terminal(&place, &args, (100, 10_000), false, env).text.contains('\u{1b}');
        (seen, place.run_with(&args, env).out.contains('\u{1b}'))
    };
    for (args, env, wanted) in [
        (&[][..], &[][..], (true, false)),
        (&[], &[("NO_COLOR", "1")], (false, false)),
        (&[], &[("TERM", "dumb")], (false, false)),
        (&[], &[("CLICOLOR_FORCE", "1")], (true, true)),
        (&["--color", "always"], &[("NO_COLOR", "1")], (true, true)),
        (&["--color=never"], &[("CLICOLOR_FORCE", "1")], (false, false)),
    ] {
        assert_eq!(coloured(args, env), wanted, "{args:?} {env:?}");
    }
    let text = answer(&place, "rank", 200, &[]);
    let link = "https://huggingface.co/Qwen/Qwen2.5-7B\u{1b}\\Qwen/Qwen2.5-7B\u{1b}]8;;\u{1b}\\";
    assert!(text.contains(link), "{text:?}");
    // Programs are given no escapes, whatever is wanted.
    for format in ["json", "csv", "markdown"] {
        let ran = place.run(&[&rank[..], &["--color", "always", "--format", format]].concat());
        assert!(ran.code == 0 && !ran.out.contains('\u{1b}'), "{}", ran.out);
    }
}

#[test]
fn a_link_leads_to_listed_models_of_hugging_face_alone() {
    let place = Place::new();
    place.file("l.edges", "?gone/base -> a/ft : finetune\nms:b/base -> ms:b/ft : merge\n");
    assert_eq!(place.run(&["import", "l.edges", "-o", "s"]).code, 0);
    let ran = place.run(&["rank", "--snapshot", "s", "--color", "always", "--top", "0"]);
    assert!(ran.out.contains("gone/base (unlisted)") && ran.out.contains("ms:b/base"), "{}", ran.out);
    assert!(!ran.out.contains("]8;"), "{:?}", ran.out);
    let ran = place.run(&["show", "gone/base", "--snapshot", "s", "--color", "always"]);
    assert!(ran.out.contains("https://huggingface.co/a/ft\u{1b}") && !ran.out.contains("co/gone"), "{:?}", ran.out);
}

#[test]
fn an_answer_that_is_longer_than_the_screen_is_paged_and_may_be_left_early() {
    let place = Place::new();
    let rank = ["rank", "--snapshot", "sample"];
    let run = |args: &[&str], height: u16, env: &[(&str, &str)]| {
        _ = fs::remove_file(place.path("seen"));
        let seen = on_a_terminal(&place, &[&rank, args].concat(), (100, height), false, env);
        assert_eq!(seen.code, 0, "{args:?} {env:?}: {}", seen.text);
        (seen.text, fs::read_to_string(place.path("seen")).unwrap_or_default())
    };
    let (keep, of_less) = (("PAGER", "cat >seen"), ("LESS", "FRX"));
    let whole = run(&["--color", "never"], 10_000, &[keep]);
    assert!(whole.0.starts_with("rank") && whole.1.is_empty(), "what fits the screen is printed: {whole:?}");
    let paged = run(&["--color", "never"], 24, &[keep]);
    assert_eq!((paged.0.as_str(), paged.1), ("", whole.0.clone()));
    let paged = run(&["--color", "never"], 24, &[("MODELKIN_PAGER", "cat >seen"), ("PAGER", "false"), of_less]);
    assert_eq!(paged.1, whole.0);
    let paged = run(&["--format", "json"], 24, &[keep]);
    assert!(paged.0.is_empty() && paged.1.starts_with('{') && paged.1.ends_with("}\n"), "{paged:?}");
    // How it is set up, as git does it.
    let (_, set) = run(&[], 24, &[("PAGER", "echo $LESS >seen; cat >/dev/null")]);
    assert_eq!(set, "FRX\n");
    for (args, env) in [
        (&["--no-pager"][..], &[keep][..]),
        (&[], &[("PAGER", "")]),
        (&[], &[("PAGER", "cat")]),
        (&[], &[keep, ("TERM", "dumb")]),
        (&[], &[("PAGER", "no-such-pager")]),
    ] {
        let printed = run(&[&["--color", "never"], args].concat(), 24, env);
        assert_eq!(printed, (whole.0.clone(), String::new()), "{args:?} {env:?}");
    }
    // A shell tells of a pager that is not there when it is asked for it.
    let printed = run(&["--color", "never"], 24, &[("PAGER", "no-such-pager \"-x\" 2>/dev/null")]);
    assert_eq!(printed, (whole.0.clone(), String::new()));
    // Who closes it early has seen enough, of however much.
    let all = run(&["--top", "0", "--format", "json"], 24, &[("PAGER", "head -n 1 >seen")]);
    assert_eq!(all, (String::new(), "{\n".to_owned()));
    // A pipe is none.
    fs::remove_file(place.path("seen")).unwrap();
    let ran = place.run_with(&rank, &[keep]);
    assert!(ran.out.starts_with("rank") && !place.path("seen").exists());
}

#[test]
fn who_wants_quiet_hears_the_answer_and_errors_alone() {
    let place = Place::new();
    place.file("l.edges", "a/base -> b/ft : finetune\nc/y -> c/y : finetune");
    for (args, code, out, err) in [
        (&["rank", "--top", "1", "--format", "csv"][..], 0, "rank,id", ""),
        (&["import", "l.edges", "-o", "s"], 0, "s: 3 models", ""),
        (&["export", "--all", "--to", "edges", "--snapshot", "s"], 0, "# title", ""),
        (&["show", "base", "--snapshot", "s"], 0, "a/base", ""),
        (&["check", "s", "--strict"], 3, "self-link", "strict: self-link\n"),
        (&["show", "no/such", "--snapshot", "s"], 1, "", "error: no model \"no/such\" in this snapshot\n"),
        (&["rank", "--top", "-1"], 2, "", "error: "),
    ] {
        let ran = place.run(&[args, &["--quiet"]].concat());
        assert_eq!(ran.code, code, "{args:?}: {}", ran.err);
        assert!(ran.out.contains(out), "{args:?}: {}", ran.out);
        let is_so = if err.ends_with('\n') || err.is_empty() { ran.err == err } else { ran.err.starts_with(err) };
        assert!(is_so, "{args:?}: {}", ran.err);
        if code < 2 && err.is_empty() {
            assert!(!place.run(args).err.is_empty(), "{args:?} has something to say");
        }
    }
}

#[test]
fn nothing_is_said_twice() {
    let place = Place::new();
    for command in COMMANDS.into_iter().chain([
        "show Qwen/Qwen2.5-14B --min-descendants 2",
        "rank --format csv --top 3",
        "why a b",
    ]) {
        let ran = place.run(&command.split(' ').collect::<Vec<_>>());
        let all = format!("{}{}", ran.err, ran.out);
        let mut sentences = HashSet::new();
        // A table's title may stand in every section.
        let told = all
            .lines()
            .filter(|line| line.contains(' ') && !line.ends_with(':') && !line.contains("  ") && line.len() > 30);
        for sentence in told.flat_map(|line| line.split_inclusive(". ")).map(str::trim).filter(|text| text.len() > 30) {
            assert!(sentences.insert(sentence), "{command}: {sentence}");
        }
    }
}
