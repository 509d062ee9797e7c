//! How a page looks: the shell around its parts. Every text is escaped here or by the library.

use std::fmt::Write;
use std::sync::{Arc, LazyLock};

use modelkin::ask::{Answer, Blast, Facts, Meant, Question, Search};
use modelkin::explorer;
use modelkin::ink::{self, Block, Linked, Place, day, escaped, grouped};
use modelkin::model::Hint;
use modelkin::snapshot::Snapshot;
use sha2::{Digest, Sha256};

use super::address::Address;
use super::parts::{self, Kind, Page, Part, Shape};
use super::reply::Reply;
use super::shelf::{self, Group, Shelf, worded};
use super::{bounded, controls, model};
use crate::program::desk;
use crate::program::output::with_causes;

const STYLE: &str = concat!(include_str!("../../../ink/page.css"), include_str!("serve.css"));
const SCRIPT: &str =
    concat!(include_str!("../../../ink/tables.js"), include_str!("children.js"), include_str!("serve.js"));

/// A picture of so many pixels has room in half a page.
const HALF: u64 = 560;

/// A file that pages load. Its name changes with it, so that it may be kept for good.
struct Asset {
    name: String,
    kind: &'static str,
    text: String,
}

static ASSETS: LazyLock<[Asset; 4]> = LazyLock::new(|| {
    const CSS: (&str, &str) = ("css", "text/css; charset=utf-8");
    const JS: (&str, &str) = ("js", "text/javascript; charset=utf-8");
    let texts = [
        ("page", CSS, STYLE.to_owned()),
        ("page", JS, SCRIPT.to_owned()),
        ("map", CSS, explorer::STYLE.to_owned()),
        ("map", JS, explorer::served_script()),
    ];
    texts.map(|(name, (suffix, kind), text)| {
        let digest: String = Sha256::digest(&text).iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        Asset { name: format!("{name}-{digest}.{suffix}"), kind, text }
    })
});

/// The addresses of the map's style and script.
pub fn map_assets() -> [String; 2] {
    let [.., style, script] = &*ASSETS;
    [style, script].map(|asset| format!("/assets/{}", asset.name))
}

pub fn asset(name: &str) -> Option<Reply> {
    let asset = ASSETS.iter().find(|asset| asset.name == name)?;
    Some(Reply::new(200, asset.kind, asset.text.as_str()).with("cache-control", "public, max-age=31536000, immutable"))
}

/// The date and the digest of a snapshot.
pub fn dated(snapshot: &Snapshot) -> String {
    let provenance = snapshot.provenance();
    let date = provenance.taken.map_or_else(|| "without a date".to_owned(), day);
    format!("{date} ({})", provenance.short_digest())
}

/// The snapshots but for this one.
pub fn others(all: &[Arc<Shelf>], shelf: &Shelf) -> String {
    let others = all.iter().filter(|other| other.digest != shelf.digest);
    let shown: Vec<String> = others.map(|other| dated(other.atlas.snapshot())).collect();
    if shown.is_empty() { "no other; name it too when the server is started".to_owned() } else { shown.join("; ") }
}

/// A page that says why there is none.
pub fn error(said: &str) -> String {
    let body =
        format!("<main>\n<h1>Not here</h1>\n{}<p><a href=\"/\">To the first page</a></p>\n</main>\n", lines(said));
    format!("{}{body}</body>\n</html>\n", opened("Not here", said, None))
}

fn lines(text: &str) -> String {
    text.lines().map(|line| format!("<p>{}</p>\n", escaped(line.trim()))).collect()
}

fn opened(title: &str, about: &str, canonical: Option<&str>) -> String {
    let [style, script, ..] = &*ASSETS;
    let (title, about) = (escaped(title), escaped(about));
    let canonical = canonical
        .map_or_else(String::new, |address| format!("<link rel=\"canonical\" href=\"{}\">\n", escaped(address)));
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title} – modelkin</title>\n<meta name=\"description\" content=\"{about}\">\n<meta property=\"og:title\" content=\"{title}\">\n\
         <meta property=\"og:description\" content=\"{about}\">\n{canonical}<link rel=\"icon\" href=\"data:,\">\n\
         <link rel=\"stylesheet\" href=\"/assets/{}\">\n<script type=\"module\" src=\"/assets/{}\"></script>\n</head>\n<body>\n",
        style.name, script.name
    )
}

/// A page of a snapshot.
pub struct Shell<'s> {
    pub shelf: &'s Shelf,
    pub others: &'s [Arc<Shelf>],
    pub address: &'s Address,
}

impl Shell<'_> {
    fn snapshot(&self) -> &Snapshot {
        self.shelf.atlas.snapshot()
    }

    /// An address within the snapshot's own.
    fn within(&self, address: &Address) -> String {
        Address { path: format!("/s/{}{}", self.shelf.digest, address.path), query: address.query.clone() }.write()
    }

    fn path(&self, path: &str) -> String {
        self.within(&Address { path: path.to_owned(), query: Vec::new() })
    }

    /// All that stands above the first part.
    pub fn head(&self, page: &Page) -> String {
        let about = format!("{} Snapshot of {}.", page.about, dated(self.snapshot()));
        let mut out = opened(&page.title, &about, Some(&self.within(self.address)));
        _ = writeln!(
            out,
            "<a class=\"skip\" href=\"#main\">To the answer</a>\n<header class=\"top\">\n<a class=\"mark\" href=\"{}\">modelkin</a>\n\
             <form action=\"{}\" role=\"search\"><label for=\"q\">Search models</label><input id=\"q\" name=\"q\" type=\"search\" autocomplete=\"off\" \
             placeholder=\"Search models   /\"></form>\n<nav aria-label=\"Pages\"><a href=\"{}\">Map</a> <a href=\"{}\">Rankings</a> <a href=\"{}\">Who builds on whom</a> \
             <a href=\"{}\">Report</a> <a href=\"{}\">About</a></nav>\n</header>\n<main id=\"main\">",
            self.path("/"),
            self.path("/search"),
            self.path("/map"),
            self.path("/rank"),
            self.path("/flows"),
            self.path("/report"),
            self.path("/about")
        );
        _ = writeln!(out, "<h1>{}</h1>\n<p class=\"finding\">{}</p>", escaped(&page.title), escaped(&page.about));
        let published = self.shelf.atlas.tables().references().ok().map(|tables| &tables.published);
        if let Some(part) = published.and_then(|published| ink::part_of_hub(self.snapshot(), published)) {
            _ = writeln!(out, "<p class=\"note\">{}</p>", escaped(&part));
        }
        self.beside(page, &mut out);
        if page.parts.len() > 1 {
            out += "<nav class=\"parts\" aria-label=\"On this page\"><ul>\n";
            for part in &page.parts {
                _ = writeln!(out, "<li><a href=\"#{}\">{}</a></li>", escaped(&part.id), escaped(&part.title));
            }
            out += "</ul></nav>\n";
        }
        out
    }

    /// What a page has beside its questions.
    fn beside(&self, page: &Page, out: &mut String) {
        match &page.kind {
            Kind::Model(id) => {
                match model::facts(id, self.shelf, |path| self.path(path)) {
                    Ok(facts) => out.push_str(&facts),
                    Err(error) => _ = writeln!(out, "<div class=\"warning\">{}</div>", lines(&with_causes(&error))),
                }
                out.push_str("<p class=\"links\">");
                if let Some(page) = ink::hub_page(id, self.snapshot()) {
                    _ = write!(
                        out,
                        "<a rel=\"noopener noreferrer\" href=\"{}\">Its page on the Hub</a> · ",
                        escaped(&page)
                    );
                }
                let place = Address { path: self.path("/map"), query: vec![("at".into(), format!("model:{id}"))] };
                let place = place.write().replace('?', "#");
                _ = write!(out, "<a href=\"{}\">On the map</a> · ", escaped(&place));
                for (title, command) in [("Its siblings", "siblings"), ("As a tree", "show")] {
                    let address = self.path(&format!("/{command}/{id}"));
                    _ = write!(out, "<a href=\"{}\">{title}</a> · ", escaped(&address));
                }
                out.truncate(out.trim_end_matches(" · ").len());
                out.push_str("</p>\n");
            }
            Kind::Family(name, named) => {
                let address = self.path(&format!("/family/{name}")) + "#beside";
                _ = writeln!(
                    out,
                    "<form class=\"beside\" action=\"{}\"><fieldset><legend>Beside</legend>",
                    escaped(&address)
                );
                let nothing = (String::new(), None);
                for place in 0..named.len().max(2) {
                    let (which, (name, wrong)) = (place + 1, named.get(place).unwrap_or(&nothing));
                    let (about, marks) = match wrong {
                        Some(wrong) => (
                            format!("<span id=\"wrong{which}\" class=\"wrong\">{}</span>", escaped(wrong)),
                            format!(" aria-invalid=\"true\" aria-describedby=\"wrong{which}\""),
                        ),
                        None => Default::default(),
                    };
                    _ = writeln!(
                        out,
                        "<div><label>{which}: a family, a model, or a pattern such as acme/llama-* <input name=\"vs\" list=\"families\" autocomplete=\"off\" value=\"{}\"{marks}></label>{about}</div>",
                        escaped(name)
                    );
                }
                out.push_str("<button>Compare</button></fieldset><datalist id=\"families\">");
                for name in self.shelf.atlas.tables().families().names() {
                    _ = write!(out, "<option value=\"{}\"></option>", escaped(name));
                }
                out.push_str("</datalist></form>\n");
            }
            Kind::Diff => {
                out.push_str("<ul>\n");
                for other in self.others.iter().filter(|other| other.digest != self.shelf.digest) {
                    let query = vec![("with".to_owned(), other.digest.clone())];
                    let address = self.within(&Address { path: "/diff".into(), query });
                    let shown = dated(other.atlas.snapshot());
                    _ = writeln!(
                        out,
                        "<li><a href=\"{}\">Since that of {}</a></li>",
                        escaped(&address),
                        escaped(&shown)
                    );
                }
                out.push_str("</ul>\n");
                if self.others.len() < 2 {
                    out.push_str("<p>One snapshot alone is shown. Start <code>modelkin serve LATER EARLIER</code> to compare two.</p>\n");
                }
            }
            Kind::Search(text) => {
                let search = Question::Search(Search { text: text.clone(), most: Some(1), nearest: false });
                let found = shelf::ask(&self.shelf.atlas, &search);
                let groups = found.map(|found| shelf::groups(&self.shelf.atlas, text, &found)).unwrap_or_default();
                for Group { name, path, about } in groups {
                    let (address, name) = (escaped(&self.path(&path)), escaped(&name));
                    _ = writeln!(out, "<p class=\"finding\"><a href=\"{address}\">{name}</a>, {about}</p>");
                }
            }
            Kind::About => self.about(out),
            Kind::Plain => {
                let command = self.address.path.trim_matches('/').split('/').next().unwrap_or_default();
                let families = self.shelf.atlas.tables().families();
                let form = controls::form(self.address, &self.path(&format!("/{command}")), families.names());
                out.extend(form);
            }
        }
    }

    fn about(&self, out: &mut String) {
        let provenance = self.snapshot().provenance();
        let counts = &provenance.counts;
        out.push_str("<h2>The snapshot</h2>\n<dl>\n");
        let mut entry =
            |name: &str, value: &str| _ = writeln!(out, "<dt>{}</dt><dd>{}</dd>", escaped(name), escaped(value));
        entry("Date", &provenance.taken.map_or_else(|| "not known".to_owned(), day));
        entry("SHA-256 of its contents", &provenance.digest);
        entry("Models", &grouped(counts.models));
        entry("Links", &grouped(counts.links));
        entry(
            "Shown here",
            &self.others.iter().map(|shelf| dated(shelf.atlas.snapshot())).collect::<Vec<_>>().join("; "),
        );
        for source in &provenance.sources {
            entry("Source", &source.path);
        }
        _ = write!(
            out,
            "</dl>\n<p><a href=\"{}\">What is odd in it</a>: its digest and counts are computed again for that, which takes some seconds.</p>\n\
             <h2>Measures</h2>\n<dl>\n",
            self.path("/check")
        );
        for (name, about) in parts::measures() {
            _ = writeln!(out, "<dt>{}</dt><dd>{}</dd>", escaped(name), escaped(about));
        }
        out.push_str("</dl>\n");
    }

    /// A part: its answer, the pictures, and where it leads.
    pub fn part(&self, part: &Part, number: usize, answer: anyhow::Result<Answer>) -> String {
        let id = escaped(&part.id);
        let mut shape = part.shape;
        let text = match answer.and_then(|answer| self.filled(part, &mut shape, number, &answer)) {
            Ok(text) => text,
            Err(error) => format!("<div class=\"warning\">{}</div>\n", lines(&with_causes(&error))),
        };
        let class = match (part.shape, shape) {
            (Shape::Whole | Shape::Whose, _) => "",
            (_, Shape::Whole) => " class=\"half wide\"",
            _ => " class=\"half\"",
        };
        format!(
            "<section id=\"{id}\"{class} aria-labelledby=\"h-{id}\">\n<h2 id=\"h-{id}\">{}</h2>\n{text}</section>\n",
            escaped(&part.title)
        )
    }

    /// What is in a part. Its shape is another one then if it has no room in its own.
    fn filled(&self, part: &Part, shape: &mut Shape, number: usize, answer: &Answer) -> anyhow::Result<String> {
        let mut out = String::new();
        for note in answer.meant().iter().filter_map(Meant::note) {
            _ = writeln!(out, "<p>{}</p>", escaped(&note));
        }
        let mut address = Address::of(&part.words);
        address.query.extend(part.with.iter().map(|with| ("with".to_owned(), with.clone())));
        let through = |door: &str, more: &[(&str, &str)]| {
            let more = more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            let query = address.query.iter().cloned().chain(more).collect();
            escaped(&self.within(&Address { path: format!("/{door}{}", address.path), query }))
        };
        let mut report = answer.report().map_err(desk::worded)?.worded(hint);
        let (json, csv) = (through("api", &[]), through("api", &[("format", "csv")]));
        // Readers of pages have links where readers of terminals have words.
        let has_more = report.blocks.iter().any(|block| matches!(block, Block::Hinted(_, Hint::AllRows, _)));
        for said in bounded::cut(&mut report, part.is_narrowed) {
            _ = writeln!(
                out,
                "<p class=\"cut\">{}. All of it: <a href=\"{json}\">JSON</a>, <a href=\"{csv}\">CSV</a>.</p>",
                escaped(&said)
            );
        }
        let figures = self.reported(number, answer)?;
        // Of a section each table has its own.
        let is_section = figures.is_some();
        let slides = match answer.facts() {
            _ if is_section => Vec::new(),
            // Bars of nothing show nothing, nor do so many that nobody sees two of them at once.
            Facts::Family { count, .. } if count.f2.models == 0 => Vec::new(),
            Facts::Ranking { ranking, .. } if ranking.rows.len() > bounded::BARS => Vec::new(),
            _ => answer.slides().map_err(desk::worded)?,
        };
        out.push_str("<div class=\"answer\">\n");
        for (at, slide) in slides.iter().enumerate() {
            let (title, picture, chart) =
                (escaped(&slide.chart.title), slide.inside(number * 100 + at), (at + 1).to_string());
            _ = write!(out, "<figure><figcaption>{title}</figcaption>\n{picture}\n<p class=\"note\">");
            slide.chart.remarks.iter().for_each(|remark| _ = write!(out, "{} ", escaped(remark)));
            let own = [("chart", chart.as_str())];
            let own = if slides.len() > 1 { &own[..] } else { &[] };
            _ = writeln!(
                out,
                "Save as <a href=\"{}\" download>SVG</a> <a href=\"{}\" download>PNG</a> <a href=\"{}\" download>PDF</a> <a href=\"{csv}\" download>CSV</a></p></figure>",
                through("svg", own),
                through("png", own),
                through("pdf", own)
            );
        }
        let text = figures.unwrap_or_else(|| report.html(&part.title, &|head, text| self.lead(head, text)));
        if part.shape == Shape::Whose
            && let Question::Blast(blast) = &part.question
        {
            self.whose(blast, &mut out);
        }
        match part.shape {
            Shape::Drawn => _ = writeln!(out, "{}</div>", self.drawn(answer, &text, shape)?),
            Shape::Half if !slides.is_empty() => {
                _ = writeln!(out, "<details><summary>In numbers</summary>\n{text}</details>\n</div>")
            }
            _ => _ = writeln!(out, "<div>{text}</div>\n</div>"),
        }
        if has_more {
            let shown = |most: &str| {
                let query = address.query.iter().filter(|(name, _)| name != "top").cloned();
                let query = query.chain([("top".to_owned(), most.to_owned())]).collect();
                escaped(&self.within(&Address { path: address.path.clone(), query }))
            };
            _ = writeln!(
                out,
                "<p class=\"more\">Show <a href=\"{}\">the first 100</a>, <a href=\"{}\">the first 1,000</a>, or all as <a href=\"{csv}\">CSV</a></p>",
                shown("100"),
                shown("1000")
            );
        }
        if !report.definition.is_empty() {
            let definition = lines(&report.definition.join("\n"));
            _ = writeln!(out, "<details><summary>Definition</summary>\n{definition}</details>");
        }
        let csv = if is_section { String::new() } else { format!("<a href=\"{csv}\">CSV</a> · ") };
        _ = writeln!(
            out,
            "<p class=\"note\"><a href=\"{}\">On its own</a> · <a href=\"{}\">JSON</a> · {csv}<a class=\"cite\" href=\"{}\">Cite</a> · <code>{}</code></p>",
            escaped(&self.within(&address)),
            json,
            through("cite", &[]),
            escaped(&part.command)
        );
        Ok(out)
    }

    /// The models of a tree as a picture, above the same as text, or the text alone where they are too many for one.
    fn drawn(&self, answer: &Answer, text: &str, shape: &mut Shape) -> anyhow::Result<String> {
        let Facts::Tree { chosen, .. } = answer.facts() else { return Ok(text.to_owned()) };
        let models = chosen.models.models();
        if models > bounded::MODELS {
            *shape = Shape::Whole;
            let models = grouped(models as u64);
            return Ok(format!("<div><p>These are {models} models, more than a picture shows.</p>\n{text}</div>"));
        }
        let lead = |id: &str| Some(self.path(&format!("/model/{id}")));
        let Some((drawing, width)) = answer.drawing(&lead).map_err(worded)? else { return Ok(text.to_owned()) };
        if width > HALF {
            *shape = Shape::Whole;
        }
        Ok(format!(
            "<div class=\"table lineage\" role=\"region\" aria-label=\"{}\" tabindex=\"0\">\n{drawing}</div>\n\
             <details><summary>As text</summary>\n{text}</details>\n",
            escaped(&chosen.title)
        ))
    }

    /// A form that asks whose models are meant.
    fn whose(&self, blast: &Blast, out: &mut String) {
        _ = write!(out, "<form class=\"beside\" action=\"{}\"><fieldset>", escaped(&self.path("/blast")));
        for id in &blast.models.ids {
            _ = write!(out, "<input type=\"hidden\" name=\"name\" value=\"{}\">", escaped(id));
        }
        _ = writeln!(
            out,
            "<div><label>Only models of an account, or ids such as acme/llama-* <input name=\"mine\" autocomplete=\"off\" value=\"{}\"></label></div>\n\
             <button>Show which</button></fieldset></form>",
            escaped(blast.mine.first().map_or("", String::as_str))
        );
    }

    /// The figures of a section of the report, as its file has them. Whichever page shows them, they stand on the report's for good.
    fn reported(&self, number: usize, answer: &Answer) -> anyhow::Result<Option<String>> {
        let through = |door: &str, query: &[(&str, &str)]| {
            let query = query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            self.within(&Address { path: format!("{door}/report"), query })
        };
        let linked = |name: &str, address| Linked { name: name.to_owned(), address };
        let place = Place {
            page: &through("", &[]),
            tables: &|section, table| {
                // What was published is told with the section alone.
                if section.table(table.name).is_none() {
                    return vec![linked("JSON of the section", through("/api", &[("section", section.name)]))];
                }
                let name = format!("{}.{}", section.name, table.name);
                let file = |format| through("/api", &[("section", &name), ("format", format)]);
                [("CSV", "csv"), ("JSON", "json")].map(|(name, format)| linked(name, file(format))).into()
            },
            charts: &|section, _, number| {
                let number = number.to_string();
                let file = |door| through(door, &[("section", section.name), ("chart", &number)]);
                [("SVG", "/svg"), ("PNG", "/png"), ("PDF", "/pdf")].map(|(name, door)| linked(name, file(door))).into()
            },
            lead: &|head, text| self.lead(head, text),
        };
        answer.figures(&place, number * 100).map_err(desk::worded)
    }

    /// Where a name leads.
    fn lead(&self, head: &str, text: &str) -> Option<String> {
        let (snapshot, families) = (self.snapshot(), self.shelf.atlas.tables().families());
        let group = text.strip_suffix("/*");
        let is_group = matches!(
            head,
            "id" | "name" | "family" | "source" | "builder" | "author" | "owner" | "account" | "via" | "model"
        );
        if (text.contains('/') || head == "id")
            && let Some(row) = snapshot.find(text)
        {
            return Some(self.path(&format!("/model/{}", snapshot.id(row))));
        }
        let is_family = |name: &str| families.names().any(|known| known == name);
        match group {
            Some(owner) if !snapshot.owned_by(owner).is_empty() => Some(self.path(&format!("/owner/{owner}"))),
            None if is_group && text.contains('/') && text.contains('*') => Some(self.path(&format!("/family/{text}"))),
            None if is_group && !matches!(head, "author" | "owner" | "account") && is_family(text) => {
                Some(self.path(&format!("/family/{text}")))
            }
            None if is_group && !text.is_empty() && !snapshot.owned_by(text).is_empty() => {
                Some(self.path(&format!("/owner/{text}")))
            }
            _ => None,
        }
    }

    pub fn foot(&self) -> String {
        let check = format!("<a href=\"{}\">what is odd</a>", self.path("/check"));
        let footer = escaped(&ink::footer(self.snapshot())).replace("see `modelkin check`", &check);
        format!("</main>\n<footer>\n<p>{footer}</p>\n</footer>\n</body>\n</html>\n")
    }
}

fn hint(hint: Hint) -> &'static str {
    match hint {
        Hint::EveryCase => "; list=all in the address shows every case",
        _ => "",
    }
}
