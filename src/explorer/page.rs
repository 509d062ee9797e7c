use std::io::{self, Write};

use base64::engine::general_purpose::STANDARD;
use base64::write::EncoderWriter;
use serde_json::{Value, json};

use super::Packed;
use crate::ink::{allowed, escaped, lean};

const MARKS: &str = include_str!("marks.js");
const MAP: &str = include_str!("explorer.js");
/// The style of the map.
pub const STYLE: &str = include_str!("explorer.css");
/// The source that is a packed forest.
const PACKED: &str = include_str!("packed.js");
/// The source that is a server.
const SERVED: &str = include_str!("served.js");
const PAGE: &str = include_str!("page.html");

/// A `Page` is what the page of a map says beside the map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// This is its title.
    pub title: String,
    /// It describes the page in a link's preview.
    pub description: String,
    /// This sentence stands at its foot: which snapshot it is, and how many models there are.
    pub footer: String,
    /// This is what a citation of anything on it ends with.
    pub citation: String,
    /// This is the snapshot's day, such as `2025-07-02`.
    pub date: Option<String>,
    /// If it is of a part of the snapshot alone, this says so.
    pub part: Option<String>,
}

/// What is counted, and how models are placed.
const DEFINITIONS: [&str; 5] = [
    "Descendants: distinct models other than itself that can be reached from it by links from parent to child, each once, wherever they are placed. Direct: its distinct children.",
    "Placed: each model stands once, below its strongest parent: that with most descendants, of equals the one whose id sorts first. So less may be placed below a model than descends from it.",
    "A model without a parent stands below the first family of the table of which it is a member, or else below its owner.",
    "By relation: of a descendant's links from the model or from another descendant of it, the strongest (merge, adapter, quantized, finetune, unstated).",
    "All of this is declared lineage. Downloads are those of 30 days; months those of creation, since 2022-03; licence is the first that is stated; country that of the account's publisher, by a table.",
];

/// The script of the map, and behind it that of a source.
fn script(source: &str) -> String {
    lean([MARKS, MAP, source])
}

impl Page {
    /// Gives what the script knows of the snapshot.
    pub fn about(&self) -> Value {
        json!({"cite": self.citation, "date": self.date, "part": self.part, "definitions": DEFINITIONS})
    }

    /// Writes one file that needs nobody, with a packed forest in it: it asks for nothing from anywhere.
    ///
    /// # Errors
    /// It fails if the writer does.
    pub fn write(&self, packed: &Packed, mut out: impl Write) -> io::Result<()> {
        let script = script(PACKED);
        // What is packed is read through an address that holds it.
        let policy = format!(
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src {}; style-src {}; connect-src data:; base-uri 'none'; form-action 'none'\">\n",
            allowed(&script),
            allowed(STYLE)
        );
        let (style, script) = (format!("<style>{STYLE}</style>"), format!("<script type=\"module\">{script}</script>"));
        let (before, after) = self.around(&policy, &style, &script);
        out.write_all(before.as_bytes())?;
        out.write_all(b"<script type=\"text/plain\" id=\"data\">")?;
        let mut encoder = EncoderWriter::new(&mut out, &STANDARD);
        packed.write(&mut encoder)?;
        encoder.finish()?;
        drop(encoder);
        out.write_all(b"</script>\n")?;
        out.write_all(after.as_bytes())
    }

    /// Gives the page of a server that has the style ([`STYLE`]) and the script ([`served_script`]) at these addresses of its own.
    pub fn served(&self, style: &str, script: &str) -> String {
        let style = format!("<link rel=\"stylesheet\" href=\"{}\">", escaped(style));
        let script = format!("<script type=\"module\" src=\"{}\"></script>", escaped(script));
        let (before, after) = self.around("", &style, &script);
        before + &after
    }

    /// What stands before the data and behind them.
    fn around(&self, policy: &str, style: &str, script: &str) -> (String, String) {
        let (title, description, footer) = (escaped(&self.title), escaped(&self.description), escaped(&self.footer));
        let about = inside_script(&self.about());
        let (before, after) = PAGE.split_once("{data}").unwrap_or((PAGE, ""));
        let before = filled(
            before,
            &[
                ("{policy}", policy),
                ("{description}", &description),
                ("{title}", &title),
                ("{style}", style),
                ("{footer}", &footer),
                ("{about}", &about),
            ],
        );
        (before, filled(after, &[("{script}", script)]))
    }
}

/// Gives the script of a page that a server gives. The page ends with `/map`, and asks the server below its own address
/// for `data?at=&size=&colour=&area=&marks=` (a `View` as JSON), `model?id=` (an `About`) and `children?id=` (a list of `Child`), and beside
/// itself for `suggest?q=` (`rows` of `{"id":, "descendants":}`, best first); it links to `model/ID` there.
pub fn served_script() -> String {
    script(SERVED)
}

/// A text with others in its places, which come in this order: so nothing in what is put there is taken for a place.
fn filled(mut rest: &str, texts: &[(&str, &str)]) -> String {
    let mut out = String::new();
    for (place, text) in texts {
        let Some((before, after)) = rest.split_once(place) else { continue };
        out.extend([before, text]);
        rest = after;
    }
    out + rest
}

/// JSON in which nothing ends the script in which it stands.
fn inside_script(value: &Value) -> String {
    value.to_string().replace('<', "\\u003c")
}
