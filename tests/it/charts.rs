//! Charts: what can be read in them, whatever is drawn, and how they become files.

use std::collections::BTreeMap;

use modelkin::ink::{Bar, Chart, Flow, Picture, Series, Shape, Size, Slope, Tone, Unit, Whole, grouped};
use proptest::prelude::*;
use quick_xml::Reader;
use quick_xml::events::Event;
use resvg::tiny_skia::Pixmap;
use ttf_parser::Face;

use crate::program::Place;

const FACES: [&[u8]; 2] =
    [include_bytes!("../../data/fonts/Inter-Regular.otf"), include_bytes!("../../data/fonts/Inter-SemiBold.otf")];

/// A text of a picture, with the box that its letters fill.
#[derive(Debug, Clone, PartialEq)]
struct Written {
    text: String,
    /// What is told of it, if it is not the whole.
    told: Option<String>,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

/// The texts of a picture; it fails if the document is not well-formed.
fn texts(svg: &str) -> Vec<Written> {
    let faces = FACES.map(|face| Face::parse(face, 0).unwrap());
    let mut reader = Reader::from_str(svg);
    let mut found: Vec<Written> = Vec::new();
    let (mut is_in, mut is_told, mut place) = (false, false, BTreeMap::new());
    loop {
        match reader.read_event().unwrap() {
            Event::Eof => return found,
            Event::Start(start) if start.name().as_ref() == "text" => {
                is_in = true;
                place = start
                    .attributes()
                    .map(|attribute| {
                        let attribute = attribute.unwrap();
                        let name = attribute.key.as_ref().to_owned();
                        (name, attribute.value.into_owned())
                    })
                    .collect();
                found.push(Written { text: String::new(), told: None, left: 0.0, right: 0.0, top: 0.0, bottom: 0.0 });
            }
            Event::Start(start) if is_in && start.name().as_ref() == "title" => is_told = true,
            Event::End(end) if end.name().as_ref() == "title" => is_told = false,
            Event::End(end) if end.name().as_ref() == "text" => {
                is_in = false;
                let last = found.last_mut().unwrap();
                let number = |name: &str| place[name].parse::<f64>().unwrap();
                let size = number("font-size");
                let face = &faces[usize::from(place.contains_key("font-weight"))];
                let unit = size / f64::from(face.units_per_em());
                let (mut width, mut above, mut below) = (0.0, 0.0_f64, 0.0_f64);
                for c in last.text.chars() {
                    let glyph = face.glyph_index(c).unwrap_or_default();
                    width += f64::from(face.glyph_hor_advance(glyph).unwrap()) * unit;
                    if let Some(inked) = face.glyph_bounding_box(glyph) {
                        above = above.max(f64::from(inked.y_max) * unit);
                        below = below.max(-f64::from(inked.y_min) * unit);
                    }
                }
                let part = match place.get("text-anchor").map(String::as_str) {
                    None => 0.0,
                    Some("middle") => 0.5,
                    Some(_) => 1.0,
                };
                last.left = number("x") - part * width;
                last.right = last.left + width;
                (last.top, last.bottom) = (number("y") - above, number("y") + below);
            }
            Event::Text(text) if is_in => {
                let text = text.into_inner().into_owned();
                let last = found.last_mut().unwrap();
                if is_told {
                    *last.told.get_or_insert_default() += &text;
                } else {
                    last.text += &text;
                }
            }
            Event::GeneralRef(name) if is_in => {
                let c = match name.as_ref() {
                    "lt" => '<',
                    "gt" => '>',
                    "amp" => '&',
                    "quot" => '"',
                    "apos" => '\'',
                    other => panic!("{other}"),
                };
                let last = found.last_mut().unwrap();
                if is_told {
                    last.told.get_or_insert_default().push(c);
                } else {
                    last.text.push(c);
                }
            }
            _ => (),
        }
    }
}

/// Sees that no text lies on another, and that none leaves the picture.
fn looked_at(svg: &str, size: Size) -> Vec<Written> {
    let texts = texts(svg);
    let (width, height) = (f64::from(size.width()), f64::from(size.height()));
    for text in &texts {
        let is_inside = text.left > -0.3 && text.top > -0.3 && text.right < width + 0.3 && text.bottom < height + 0.3;
        assert!(is_inside, "leaves {width}x{height}: {text:?}\n{svg}");
    }
    for (at, one) in texts.iter().enumerate() {
        for other in &texts[at + 1..] {
            let across = one.right.min(other.right) - one.left.max(other.left);
            let down = one.bottom.min(other.bottom) - one.top.max(other.top);
            assert!(across < 0.3 || down < 0.3, "{one:?}\nlies on\n{other:?}\n{svg}");
        }
    }
    texts
}

fn any_name() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[A-Za-z0-9]{1,12}/[A-Za-z0-9.-]{1,30}",
        1 => "[ -~]{0,200}",
        1 => Just("W".repeat(300)),
        1 => Just("<script>alert(1)</script> & \"'".to_owned()),
        1 => Just("דגם של מישהו/نموذج".to_owned()),
        1 => Just("\u{202e}\u{1b}[31m\u{0}模型 Жук Ωμέγα Éé".to_owned()),
        1 => Just("2024-03".to_owned()),
    ]
}

fn any_value() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => 0.0..1e6_f64,
        2 => Just(0.0),
        1 => Just(1.0),
        1 => prop::sample::select(vec![1e-300, 1e-12, 1e15, 1e18, 1e300, f64::MAX, -3.5, -1e300, f64::NAN, f64::INFINITY]),
    ]
}

fn any_values(count: usize) -> impl Strategy<Value = Vec<Option<f64>>> {
    prop::collection::vec(prop::option::weighted(0.8, any_value()), count)
}

fn any_steps() -> impl Strategy<Value = Vec<String>> {
    let months = (1..150_usize, 0..24_usize).prop_map(|(count, first)| {
        (first..first + count).map(|month| format!("{}-{:02}", 2015 + month / 12, month % 12 + 1)).collect()
    });
    prop_oneof![2 => months, 1 => prop::collection::vec(any_name(), 1..30)]
}

fn any_series() -> impl Strategy<Value = (Vec<String>, Vec<Series>)> {
    any_steps().prop_flat_map(|steps| {
        let one = (any_name(), any_values(steps.len())).prop_map(|(name, values)| Series { name, values });
        (Just(steps), prop::collection::vec(one, 1..30))
    })
}

fn any_shape() -> impl Strategy<Value = Shape> {
    let bar = (any_name(), any_value(), any_name()).prop_map(|(name, value, label)| Bar {
        name,
        value,
        label: label.chars().take(12).collect(),
        tone: Tone::Pale,
    });
    let slope = (any_name(), prop::option::of(any_value()), prop::option::of(any_value()))
        .prop_map(|(name, from, to)| Slope { name, from, to });
    let flow = (any_name(), any_name(), any_value()).prop_map(|(from, to, value)| Flow { from, to, value });
    let whole = prop::sample::select(vec![Whole::Amounts, Whole::Shares]);
    let matrix = (prop::collection::vec(any_name(), 1..30), prop::collection::vec(any_name(), 1..20)).prop_flat_map(
        |(rows, columns)| {
            let values = prop::collection::vec(any_values(columns.len()), rows.len());
            (values, 0..3_usize).prop_map(move |(values, unknown)| Shape::Matrix {
                rows: rows.clone(),
                columns: columns.clone(),
                values,
                unknown,
            })
        },
    );
    prop_oneof![
        prop::collection::vec(bar, 1..60).prop_map(|bars| Shape::Bars { bars }),
        any_series().prop_map(|(steps, series)| Shape::Lines { steps, series }),
        (any_series(), whole).prop_map(|((steps, series), whole)| Shape::Stacked { steps, series, whole }),
        (any_name(), any_name(), prop::collection::vec(slope, 1..40)).prop_map(|(from, to, series)| Shape::Slope {
            from,
            to,
            series
        }),
        matrix,
        prop::collection::vec(flow, 1..60).prop_map(|links| Shape::Flows { links }),
    ]
}

fn any_size() -> impl Strategy<Value = Size> {
    prop::sample::select(vec![(1600, 900), (800, 450), (300, 300), (300, 3000), (5000, 300), (1080, 1080)])
        .prop_map(|(width, height)| Size::new(width, height).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn no_text_of_a_chart_lies_on_another_and_none_leaves_it(
        title in any_name(),
        subtitle in prop_oneof![Just(String::new()), any_name()],
        shape in any_shape(),
        unit in prop::sample::select(vec![Unit::Count, Unit::Share, Unit::Number]),
        size in any_size(),
        notes in prop::collection::vec(any_name(), 0..5),
    ) {
        let chart = Chart::new(title, unit, shape).explained(subtitle);
        let svg = chart.svg(size, &notes);
        looked_at(&svg, size);
        prop_assert_eq!(svg, chart.svg(size, &notes));
    }
}

/// A chart of each shape, of figures as they are.
fn gallery() -> Vec<Chart> {
    let steps: Vec<String> = (0..24).map(|month| format!("{}-{:02}", 2023 + month / 12, month % 12 + 1)).collect();
    let names = ["Qwen", "Llama", "Mistral and Mixtral", "Gemma"];
    let value = |which: usize, at: usize| (at != 5).then(|| ((which + 2) * (at + 3) % 17) as f64 * 100.0);
    let one = |(which, name): (usize, &&str)| Series {
        name: (*name).to_owned(),
        values: (0..steps.len()).map(|at| value(which, at)).collect(),
    };
    let series: Vec<Series> = names.iter().enumerate().map(one).collect();
    let slope =
        |(which, name): (usize, &&str)| Slope { name: (*name).to_owned(), from: value(which, 1), to: value(which, 9) };
    let flow =
        |at: usize| Flow { from: names[at % 4].to_owned(), to: names[at / 4].to_owned(), value: (at * 7 % 11) as f64 };
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let shapes = vec![
        Shape::Lines { steps: steps.clone(), series: series.clone() },
        Shape::Stacked { steps: steps.clone(), series: series.clone(), whole: Whole::Amounts },
        Shape::Stacked { steps, series, whole: Whole::Shares },
        Shape::Slope {
            from: "2025-10-12".into(),
            to: "2026-10-12".into(),
            series: names.iter().enumerate().map(slope).collect(),
        },
        Shape::Matrix {
            rows: owned(&names),
            columns: owned(&["finetune", "quantized"]),
            values: (0..4).map(|row| vec![value(row, 0), value(row, 5)]).collect(),
            unknown: 1,
        },
        Shape::Flows { links: (0..16).map(flow).collect() },
    ];
    let bars = names.iter().enumerate().map(|(which, name)| (*name, value(which, 2)));
    let mut charts = vec![Chart::bars("Derivatives by family", Unit::Count, bars)];
    charts.extend(shapes.into_iter().map(|shape| Chart::new("Derivatives by family", Unit::Count, shape)));
    charts
}

#[test]
fn every_name_of_a_chart_stands_in_it_and_long_ones_are_told_whole() {
    let size = Size::default();
    for chart in gallery() {
        let texts = looked_at(&chart.svg(size, &["Source: here".into()]), size);
        for name in ["Derivatives by family", "Qwen", "Llama", "Mistral and Mixtral", "Gemma", "Source: here"] {
            assert!(texts.iter().any(|text| text.text.contains(name)), "{name} in {:?}", chart.shape);
        }
    }
    let long = "an-owner/a-name-that-goes-on-and-on-".repeat(9);
    let chart = Chart::bars("One", Unit::Count, [(long.as_str(), Some(1.0))]);
    let texts = looked_at(&chart.svg(size, &[]), size);
    let cut = texts.iter().find(|text| text.text.ends_with('…')).unwrap();
    assert!(cut.text.starts_with("an-owner/a-name") && cut.told.as_deref() == Some(long.as_str()), "{cut:?}");
}

#[test]
fn what_has_no_room_is_said() {
    let size = Size::new(800, 450).unwrap();
    let bars = (0..90).map(|at| (format!("model-{at}"), Some(f64::from(at))));
    let texts = looked_at(&Chart::bars("Ninety", Unit::Count, bars).svg(size, &[]), size);
    let said = texts.iter().find(|text| text.text.contains(" of 90 are drawn.")).unwrap();
    let drawn = texts.iter().filter(|text| text.text.starts_with("model-")).count();
    assert_eq!(said.text, format!("The first {drawn} of 90 are drawn."));
    // Of flows nothing is left out: what is small is one together.
    let links = (0..90).map(|at| Flow { from: format!("a{at}"), to: "b".into(), value: 1.0 }).collect();
    let texts = looked_at(&Chart::new("Flows", Unit::Count, Shape::Flows { links }).svg(size, &[]), size);
    let kept = texts.iter().filter(|text| text.text.starts_with('a')).count();
    let others = format!("{0} others {0}", 90 - kept);
    assert!(texts.iter().any(|text| text.text == others), "{others}: {texts:?}");
    assert!(texts.iter().any(|text| text.text == "90 b"));
}

/// Dots that are nearly black in a part of a picture.
fn dark(png: &[u8], top: u32, bottom: u32) -> usize {
    let dots = Pixmap::decode_png(png).unwrap();
    let is_dark = |x: u32, y: u32| dots.pixel(x, y).is_some_and(|dot| dot.red() < 80 && dot.alpha() == 255);
    (top..bottom).flat_map(|y| (0..dots.width()).map(move |x| (x, y))).filter(|(x, y)| is_dark(*x, *y)).count()
}

#[test]
fn a_png_has_its_title_where_no_font_is_installed() {
    // Nothing of the system is asked for fonts: the place has no home, and the program no environment.
    let place = Place::new();
    place.file("l.edges", "a/base -> b/ft, c/ft : finetune");
    assert_eq!(place.run(&["import", "l.edges", "-o", "s"]).code, 0);
    let ran = place.run(&["rank", "--snapshot", "s", "--chart", "r.png", "--size", "800X450"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, "r.png: Models by descendants\n"));
    let png = std::fs::read(place.path("r.png")).unwrap();
    let dots = Pixmap::decode_png(&png).unwrap();
    assert_eq!((dots.width(), dots.height()), (800, 450));
    assert!(dark(&png, 10, 40) > 300, "{}", dark(&png, 10, 40));
    // Without a title there is none.
    let bare = Chart::bars("", Unit::Count, [("a", Some(1.0))]).svg(Size::new(800, 450).unwrap(), &[]);
    let painted = Picture::Png.paint(&bare, 1.0).unwrap().bytes;
    assert_eq!(dark(&painted, 0, 14), 0);
    // What the font lacks is a box that can be seen.
    let lacking = Chart::bars("模型", Unit::Count, [("a", Some(1.0))]).svg(Size::new(800, 450).unwrap(), &[]);
    assert!(dark(&Picture::Png.paint(&lacking, 1.0).unwrap().bytes, 10, 40) > 50);
}

/// The characters that a PDF's letters stand for, by its tables from letters to characters.
fn letters_of(pdf: &[u8]) -> String {
    let mut found = String::new();
    let find =
        |from: usize, word: &[u8]| pdf[from..].windows(word.len()).position(|part| part == word).map(|at| from + at);
    let mut at = 0;
    while let Some(begin) = find(at, b"stream\n").map(|begin| begin + 7) {
        let end = find(begin, b"endstream").unwrap();
        let text = String::from_utf8_lossy(&pdf[begin..end]);
        let tables = text.split("beginbfchar").skip(1).filter_map(|part| part.split("endbfchar").next());
        for pair in tables.flat_map(str::lines) {
            let code = pair.split('<').nth(2).and_then(|code| code.split('>').next());
            let code = code.and_then(|code| u32::from_str_radix(code, 16).ok());
            found.extend(code.and_then(char::from_u32));
        }
        at = end + 9;
    }
    found
}

#[test]
fn a_pdf_has_letters_that_can_be_searched() {
    for chart in gallery() {
        let pdf = Picture::Pdf.paint(&chart.svg(Size::default(), &["Quelle: Жук".into()]), 1.0).unwrap().bytes;
        assert!(pdf.starts_with(b"%PDF-"));
        let letters = letters_of(&pdf);
        let wanted = "Derivatives by family Quelle: Жук";
        assert!(wanted.chars().all(|c| c == ' ' || letters.contains(c)), "{letters}");
        assert!(!letters.contains('Ω'));
    }
}

#[test]
fn the_same_chart_gives_the_same_bytes() {
    for chart in gallery() {
        let svg = chart.svg(Size::new(800, 450).unwrap(), &[]);
        for kind in Picture::ALL {
            assert_eq!(kind.paint(&svg, 1.0).unwrap(), kind.paint(&svg, 1.0).unwrap(), "{}", kind.name());
        }
    }
}

#[test]
fn the_colours_of_a_chart_can_be_read_on_white() {
    let svg = gallery()[1].svg(Size::default(), &[]);
    let style = svg.split("<style>").nth(1).unwrap().split("</style>").next().unwrap();
    let linear = |part: &str| {
        let value = f64::from(u8::from_str_radix(part, 16).unwrap()) / 255.0;
        if value <= 0.03928 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    let luminance =
        |colour: &str| 0.2126 * linear(&colour[..2]) + 0.7152 * linear(&colour[2..4]) + 0.0722 * linear(&colour[4..6]);
    let letters: Vec<&str> = style.split("{fill:#").skip(1).map(|rest| &rest[..6]).collect();
    assert_eq!(letters.len(), 8, "{style}");
    for colour in letters {
        // Web Content Accessibility Guidelines 2.1, 1.4.3.
        assert!(1.05 / (luminance(colour) + 0.05) >= 4.5, "{colour}");
    }
}

#[test]
fn the_numbers_of_a_chart_are_those_of_the_table() {
    let place = Place::new();
    let read = |name: &str| std::fs::read_to_string(place.path(name)).unwrap();
    let rows = |ran: crate::program::Ran| -> serde_json::Value {
        assert_eq!(ran.code, 0, "{}", ran.err);
        serde_json::from_str::<serde_json::Value>(&ran.out).unwrap()["rows"].clone()
    };
    let size = Size::default();
    // The name of a bar and its number stand in one line.
    let beside = |texts: &[Written], name: &str| -> String {
        let name = texts.iter().find(|text| text.told.as_deref().unwrap_or(&text.text) == name).unwrap();
        let middle = (name.top + name.bottom) / 2.0;
        let others = texts.iter().filter(|text| text.left > name.right && text.top < middle && text.bottom > middle);
        others.map(|text| text.text.clone()).collect::<Vec<_>>().join(" ")
    };
    for by in ["descendants", "authors", "downloads", "credit"] {
        let asked = ["rank", "--snapshot", "sample", "--by", by, "--format", "json", "--chart", "r.svg"];
        let ranked = rows(place.run(&asked));
        let texts = looked_at(&read("r.svg"), size);
        assert_eq!(ranked.as_array().unwrap().len(), 20);
        for row in ranked.as_array().unwrap() {
            let value = row[by].as_f64().unwrap();
            let shown = if by == "credit" { format!("{value:.1}") } else { grouped(value as u64) };
            assert_eq!(beside(&texts, row["id"].as_str().unwrap()), shown);
        }
        let said = |word: &str| texts.iter().any(|text| text.text.contains(word));
        assert!(said("sha256 464e8b6c7053") && said("2026-10-12") && said(&format!("by {by}: ")));
        assert_eq!(said("Known: downloads of "), by == "downloads");
    }
    let asked = ["family", "Qwen", "--snapshot", "sample", "--format", "json", "--chart", "f.svg"];
    let family = rows(place.run(&asked))[0].clone();
    let texts = looked_at(&read("f.svg"), size);
    for part in ["f1", "f2"] {
        for relation in ["finetune", "quantized", "adapter", "merge", "unstated"] {
            let name = format!("{relation} ({})", part.to_uppercase());
            assert_eq!(beside(&texts, &name), grouped(family["by_relation"][part][relation].as_u64().unwrap()));
        }
    }
}

#[test]
fn the_charts_of_a_report_are_files_of_their_own_beside_its_tables() {
    let place = Place::new();
    // What an earlier report left, and what is somebody's own.
    place.file("r/charts/months.9.svg", "old");
    place.file("r/charts/mine.svg", "mine");
    let ran =
        place.run(&["report", "--snapshot", "sample", "--out", "r.html", "--size", "1200x800", "--chart", "c.pdf"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let mut names: Vec<String> = std::fs::read_dir(place.path("r/charts"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "mine.svg")
        .collect();
    names.sort_unstable();
    assert!(names.len() > 5 && !names.contains(&"months.9.svg".to_owned()), "{names:?}");
    assert!(place.path("r/charts/mine.svg").exists());
    let read = |name: &str| std::fs::read_to_string(place.path(name)).unwrap();
    let (page, sums) = (read("r.html"), read("r/SHA256SUMS"));
    for (at, name) in names.iter().enumerate() {
        let svg = read(&format!("r/charts/{name}"));
        let texts = looked_at(&svg, Size::new(1200, 800).unwrap());
        assert!(texts.iter().any(|text| text.text.contains("sha256 464e8b6c7053")), "{name}");
        let drawn = page.contains(&format!("href=\"r/charts/{name}\""));
        assert!(drawn && sums.contains(&format!("  charts/{name}\n")), "{name}");
        assert!(place.path(&format!("c-{}.pdf", at + 1)).exists());
    }
    // Each is a figure of the page, beside the small ones of the first screen.
    assert_eq!(page.matches("<figure ").count(), names.len());
    // The first bars are the first rows of the table.
    let table = read("r/derivatives.families.csv");
    let texts = texts(&read("r/charts/derivatives.svg"));
    let mut lines = csv::Reader::from_reader(table.as_bytes());
    let column = lines.headers().unwrap().iter().position(|name| name == "f1").unwrap();
    for row in lines.records().take(12).map(Result::unwrap) {
        let (name, value) = (&row[0], grouped(row[column].parse().unwrap()));
        assert!(texts.iter().any(|text| text.text == name) && texts.iter().any(|text| text.text == value), "{name}");
    }
}

#[test]
fn months_that_are_not_drawn_are_said_below_the_picture() {
    let lines: String = [("2024-01", 40), ("2024-02", 3), ("2024-03", 50)]
        .iter()
        .flat_map(|(month, made)| {
            (0..*made).map(move |at| format!("?o/base -> you/m{month}-{at} : finetune created={month}-05\n"))
        })
        .collect();
    let place = Place::new();
    place.file("l.edges", lines);
    assert_eq!(place.run(&["import", "l.edges", "-o", "s", "--date", "2024-04-30"]).code, 0);
    let said = |args: &[&str]| {
        let ran = place.run(&[args, &["--snapshot", "s", "--chart", "g.svg"]].concat());
        assert_eq!(ran.code, 0, "{}", ran.err);
        let texts = looked_at(&std::fs::read_to_string(place.path("g.svg")).unwrap(), Size::default());
        texts.into_iter().map(|text| text.text).collect::<Vec<String>>()
    };
    let texts = said(&["compare", "o/*", "--by", "month"]);
    assert!(texts.contains(&"Not drawn: 1 step of fewer than 30 derived models.".to_owned()), "{texts:?}");
    // What has been made so far is known of every month that is over, and of no other.
    assert_eq!(place.run(&["import", "l.edges", "-o", "s", "--date", "2024-03-30"]).code, 0);
    let texts = said(&["report", "--section", "growth"]);
    for word in ["2024-01", "2024-02", "Not drawn: 50 models with a date in a month that is not over."] {
        assert!(texts.contains(&word.to_owned()), "{word}: {texts:?}");
    }
    assert!(!texts.contains(&"2024-03".to_owned()), "{texts:?}");
}

/// The texts of the chart of a question to the sample.
fn told(place: &Place, args: &[&str]) -> Vec<String> {
    let ran = place.run(&[args, &["--snapshot", "sample", "--chart", "t.svg"]].concat());
    assert_eq!(ran.code, 0, "{}", ran.err);
    let texts = looked_at(&std::fs::read_to_string(place.path("t.svg")).unwrap(), Size::default());
    texts.into_iter().map(|text| text.text).collect()
}

#[test]
fn a_chart_defines_what_is_drawn_and_says_what_was_left_out() {
    let place = Place::new();
    let has = |texts: &[String], word: &str| texts.join(" ").contains(word);
    for by in ["month", "country", "licence", "relation", "size"] {
        let texts = told(&place, &["compare", "Qwen", "Llama", "--by", by, "--until", "2025-06-01"]);
        assert!(has(&texts, "F2: distinct models reachable from any member"), "{texts:?}");
        // Rules are regular expressions, and what is not drawn needs no definition; what a filter left out does.
        assert!(!has(&texts, "name:(") && !has(&texts, "F1: ") && !has(&texts, "All: "), "{texts:?}");
        assert!(has(&texts, "Counted are models created before 2025-06-01"), "{texts:?}");
    }
    assert!(has(&told(&place, &["compare", "Qwen", "--by", "relation"]), "Derivatives (F2) of Qwen by relation"));
    // The largest stands first, whatever was named first.
    let texts = told(&place, &["compare", "Llama", "Qwen"]);
    let at = |name: &str| texts.iter().position(|text| text == name).unwrap();
    assert!(at("Qwen") < at("Llama"), "{texts:?}");
    let texts = told(&place, &["report", "--section", "derivatives"]);
    assert!(texts.iter().any(|text| text.starts_with("The first 12 of ")), "{texts:?}");
    let texts = told(&place, &["flows", "--relation", "merge"]);
    assert!(has(&texts, "Only merge links are followed"), "{texts:?}");
}

#[test]
fn flows_are_drawn_between_two_that_are_known_and_the_rest_is_said() {
    let place = Place::new();
    for (by, word) in [("country", "unknown"), ("family", "no family")] {
        let texts = told(&place, &["flows", "--by", by]);
        let ran = place.run(&["flows", "--by", by, "--snapshot", "sample", "--top", "0", "--format", "json"]);
        let answer: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
        let rows = answer["rows"].as_array().unwrap();
        let unknown: Vec<&serde_json::Value> =
            rows.iter().filter(|row| row["source"] == word || row["builder"] == word).collect();
        let largest = unknown.iter().map(|row| row["models"].as_u64().unwrap()).max().unwrap();
        let begin = format!("Not drawn: {} pairs with \"{word}\" at an end. The largest is from ", unknown.len());
        let said = texts.iter().find(|text| text.starts_with(&begin));
        assert!(said.is_some_and(|said| said.ends_with(&format!(": {} models.", grouped(largest)))), "{texts:?}");
        assert!(!texts.iter().any(|text| text.ends_with(&format!(" {word}"))), "{texts:?}");
    }
}

#[test]
fn lines_are_told_apart_without_colours() {
    let size = Size::default();
    let line = |name: &str, values: &[f64]| Series {
        name: name.to_owned(),
        values: values.iter().map(|value| Some(*value)).collect(),
    };
    let steps = vec!["2024".to_owned(), "2025".to_owned()];
    let series: Vec<Series> = (0..6).map(|at| line(&format!("n{at}"), &[f64::from(at), f64::from(at * 2)])).collect();
    let svg = Chart::new("Six", Unit::Count, Shape::Lines { steps, series }).svg(size, &[]);
    looked_at(&svg, size);
    // The form of a sign: its corners as seen from the first.
    let form = |path: &str| {
        let points: Vec<Vec<f64>> = path
            .trim_start_matches('M')
            .trim_end_matches('Z')
            .split('L')
            .map(|point| point.split(' ').map(|number| number.parse().unwrap()).collect())
            .collect();
        let seen = |point: &Vec<f64>| format!("{:.0} {:.0}", point[0] - points[0][0], point[1] - points[0][1]);
        points.iter().map(seen).collect::<Vec<String>>().join(", ")
    };
    let mut forms: BTreeMap<String, usize> = BTreeMap::new();
    for path in svg.split("<path class=\"c").skip(1) {
        let path = path.split(" d=\"").nth(1).unwrap().split('"').next().unwrap();
        *forms.entry(form(path)).or_default() += 1;
    }
    // Five forms beside the dot, at both steps, and what stands there is told.
    assert_eq!((forms.len(), svg.matches("<circle").count()), (5, 2), "{forms:?}");
    assert!(svg.contains("<title>n5: 10 at 2025</title>"));
}

#[test]
fn what_is_not_known_has_no_colour_in_a_matrix() {
    let matrix = |unknown| {
        let (rows, columns) = (vec!["a".to_owned(), "unknown".to_owned()], vec!["x".to_owned()]);
        let values = vec![vec![Some(4.0)], vec![Some(9000.0)]];
        Chart::new("One", Unit::Count, Shape::Matrix { rows, columns, values, unknown }).svg(Size::default(), &[])
    };
    let fields = |svg: &str| {
        let fields = svg.lines().filter(|line| line.starts_with("<rect class")).map(|line| line[..33].to_owned());
        fields.collect::<Vec<String>>()
    };
    assert_eq!(fields(&matrix(1)), [r#"<rect class="c0" fill-opacity="0."#, r#"<rect class="c5" fill-opacity="0."#]);
    let opacity = |svg: &str| svg.split("fill-opacity=\"").nth(1).unwrap()[..4].to_owned();
    assert_eq!((opacity(&matrix(1)).as_str(), opacity(&matrix(0)).as_str()), ("0.50", "0.05"));
}

#[test]
fn a_chart_that_cannot_be_drawn_is_refused_with_what_to_do() {
    let place = Place::new();
    place.file("l.edges", "a/base -> b/ft : finetune");
    assert_eq!(place.run(&["import", "l.edges", "-o", "s"]).code, 0);
    std::fs::create_dir(place.path("folder.svg")).unwrap();
    let rank = ["rank", "--snapshot", "s"];
    let cases: &[(&[&str], i32, &str)] = &[
        (&["--chart", "x.gif"], 2, "--chart x.gif: a chart is written as .svg, .png, .pdf; end its name so"),
        (&["--chart", "x"], 2, "--chart x: a chart is written as"),
        (&["--chart", "x.svg", "--size", "0x900"], 2, "each from 300 to 8192, such as 1600x900"),
        (&["--chart", "x.svg", "--size", "20000x20000"], 2, "each from 300 to 8192"),
        (&["--chart", "x.svg", "--size", "large"], 2, "each from 300 to 8192"),
        (&["--size", "800x450"], 2, "--chart <FILE>"),
        (&["--chart", "no/x.svg"], 1, "there is no folder no; make it first"),
        (&["--chart", "folder.svg"], 1, "is no file; name another one"),
        (&["--chart", "x.svg", "--by", "downloads"], 1, "there is nothing to draw in this answer"),
    ];
    for (args, code, word) in cases {
        let ran = place.run(&[&rank[..], args].concat());
        assert!(ran.code == *code && ran.err.contains(word), "{args:?}: {} {}", ran.code, ran.err);
        assert!(!place.path("x.svg").exists());
    }
    let ran = place.run(&["family", "a/base", "--list", "f1", "--chart", "x.svg", "--snapshot", "s"]);
    assert!(ran.code == 2 && ran.err.contains("leave out one of them"), "{}", ran.err);
    // A snapshot is no place for a chart.
    std::fs::copy(place.path("s"), place.path("s.svg")).unwrap();
    let ran = place.run(&["rank", "--snapshot", "s", "--chart", "s.svg"]);
    assert!(ran.code == 1 && ran.err.contains("is a snapshot"), "{}", ran.err);
}

#[test]
fn an_outline_is_painted_without_another_program() {
    let place = Place::new();
    for (name, begin) in [("o.png", &b"\x89PNG"[..]), ("o.pdf", b"%PDF-")] {
        // The place has no PATH, so no Graphviz.
        let args = ["export", "--below", "Qwen/Qwen2.5-14B", "--snapshot", "sample", "-o", name];
        let ran = place.run_with(&args, &[("PATH", "/nowhere")]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        let painted = std::fs::read(place.path(name)).unwrap();
        assert!(painted.starts_with(begin));
        if name == "o.pdf" {
            assert!("Qwen2.5-14B".chars().all(|c| letters_of(&painted).contains(c)));
        } else {
            let dots = Pixmap::decode_png(&painted).unwrap();
            assert!(dark(&painted, 0, 200) > 1000 && dots.width() > 1000);
        }
    }
}
