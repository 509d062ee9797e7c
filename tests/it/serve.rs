//! The pages in the browser: what stands at an address is what the terminal prints, and nobody else's page reads it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::program::Place;

/// A server that ends with the test.
pub struct Server {
    child: Child,
    port: u16,
}

impl Server {
    pub fn start(place: &Place, args: &[&str]) -> Server {
        let mut command = Command::new(env!("CARGO_BIN_EXE_modelkin"));
        command.arg("serve").args(args).args(["--port", "0", "--quiet"]).current_dir(place.path("."));
        command.env("XDG_DATA_HOME", place.path("home")).env_remove("MODELKIN_SNAPSHOT");
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().trim_end_matches('/').rsplit(':').next().unwrap().parse().unwrap();
        Server { child, port }
    }

    fn sends(&self, request: &str) -> Got {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or_else(|| panic!("{bytes:?}"));
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap().to_ascii_lowercase();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let body = match head.contains("transfer-encoding: chunked") {
            true => unchunked(&bytes[end + 4..]),
            false => bytes[end + 4..].to_vec(),
        };
        Got { status, head, body }
    }

    fn get_with(&self, target: &str, heads: &str) -> Got {
        self.sends(&format!(
            "GET {target} HTTP/1.1\r\nHost: localhost:{}\r\n{heads}Connection: close\r\n\r\n",
            self.port
        ))
    }

    pub fn get(&self, target: &str) -> Got {
        self.get_with(target, "")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

pub struct Got {
    pub status: u16,
    head: String,
    body: Vec<u8>,
}

impl Got {
    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    fn value(&self, name: &str) -> &str {
        let line = self.head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
        line.unwrap_or_else(|| panic!("{name}: {}", self.head))
    }
}

fn unchunked(mut bytes: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    loop {
        let line = bytes.windows(2).position(|two| two == b"\r\n").expect("a chunk");
        let size = usize::from_str_radix(std::str::from_utf8(&bytes[..line]).unwrap(), 16).unwrap();
        if size == 0 {
            return whole;
        }
        whole.extend_from_slice(&bytes[line + 2..line + 2 + size]);
        bytes = &bytes[line + 2 + size + 2..];
    }
}

/// Addresses, and the command lines that they are.
const SAME: [(&str, &[&str]); 32] = [
    ("/model/Qwen/Qwen2.5-14B", &["family", "Qwen/Qwen2.5-14B"]),
    ("/family/Qwen", &["family", "Qwen"]),
    ("/family/Mistral%20and%20Mixtral", &["family", "Mistral and Mixtral"]),
    ("/owner/unsloth", &["family", "unsloth/*"]),
    ("/family/Qwen?list=f2&since=2025-01", &["family", "Qwen", "--list", "f2", "--since", "2025-01"]),
    ("/family/Qwen?include-members", &["family", "Qwen", "--include-members"]),
    ("/rank", &["rank"]),
    (
        "/rank?of=authors&by=descendants,downloads&top=7",
        &["rank", "--of", "authors", "--by", "descendants,downloads", "--top", "7"],
    ),
    ("/rank?within=Qwen&columns=merge,quantized", &["rank", "--within", "Qwen", "--columns", "merge,quantized"]),
    ("/rank?fold-mirrors=1&exclude=merge", &["rank", "--fold-mirrors", "--exclude", "merge"]),
    ("/compare?name=Qwen&name=Llama", &["compare", "Qwen", "Llama"]),
    (
        "/compare?name=Qwen&name=google/*&by=country&top=3",
        &["compare", "Qwen", "google/*", "--by", "country", "--top", "3"],
    ),
    ("/compare/Gemma?by=month", &["compare", "Gemma", "--by", "month"]),
    ("/flows?by=converter", &["flows", "--by", "converter"]),
    ("/flows?by=country&own=leave-out", &["flows", "--by", "country", "--own", "leave-out"]),
    ("/explain/Qwen", &["explain", "Qwen"]),
    ("/owners?top=4", &["owners", "--top", "4"]),
    ("/upstream/Qwen/Qwen2.5-14B-Instruct", &["upstream", "Qwen/Qwen2.5-14B-Instruct"]),
    (
        "/path?from=Qwen/Qwen2.5-14B-Instruct&to=Qwen/Qwen2.5-14B",
        &["why", "Qwen/Qwen2.5-14B-Instruct", "Qwen/Qwen2.5-14B"],
    ),
    (
        "/why?from=Qwen/Qwen2.5-14B-Instruct&to=Qwen/Qwen2.5-14B&all",
        &["why", "Qwen/Qwen2.5-14B-Instruct", "Qwen/Qwen2.5-14B", "--all"],
    ),
    ("/siblings/Qwen/Qwen2.5-14B-Instruct", &["siblings", "Qwen/Qwen2.5-14B-Instruct"]),
    ("/blast/Qwen/Qwen2.5-14B", &["blast", "Qwen/Qwen2.5-14B"]),
    ("/blast/Qwen/Qwen2.5-14B?list", &["blast", "Qwen/Qwen2.5-14B", "--list"]),
    ("/blast?family=Gemma&table=totals", &["blast", "--family", "Gemma", "--table", "totals"]),
    ("/licences/Qwen/Qwen2.5-14B-Instruct", &["licences", "Qwen/Qwen2.5-14B-Instruct"]),
    ("/show/Qwen/Qwen2.5-14B?depth=2", &["show", "Qwen/Qwen2.5-14B", "--depth", "2"]),
    ("/show?above=Qwen/Qwen2.5-14B-Instruct", &["show", "--above", "Qwen/Qwen2.5-14B-Instruct"]),
    ("/search?q=qwen%20gguf", &["search", "qwen", "gguf"]),
    ("/search?q=no+such+words&top=3", &["search", "no", "such", "words", "--top", "3"]),
    ("/check", &["check"]),
    ("/report?section=shape", &["report", "--section", "shape"]),
    ("/report?section=derivatives.families", &["report", "--section", "derivatives.families"]),
];

#[test]
fn what_programs_are_given_is_what_the_terminal_prints_byte_for_byte() {
    let place = Place::new();
    let server = Server::start(&place, &["sample"]);
    for (address, words) in SAME {
        for format in ["json", "csv"] {
            let ran = place.run_with(&[words, &["--format", format]].concat(), &[("MODELKIN_SNAPSHOT", "")]);
            let mark = if address.contains('?') { '&' } else { '?' };
            let got = server.get(&format!("/api{address}{mark}format={format}"));
            match ran.code {
                0 => assert!(
                    got.status == 200 && got.text() == ran.out,
                    "{address} {format}: {} {}",
                    got.status,
                    got.text()
                ),
                _ => assert_eq!(got.status, 400, "{address} {format}: {}", got.text()),
            }
        }
        // Its page has the command, and says where the same stands as JSON and CSV.
        let got = server.get(address);
        assert_eq!(got.status, 302, "{address}");
        let page = server.get(got.value("location"));
        assert_eq!(page.status, 200, "{address}");
        let text = page.text();
        assert!(text.contains("<code>modelkin ") && text.contains("/api/") && text.ends_with("</html>\n"), "{address}");
    }
}

/// A page, by the address of its snapshot.
fn page(server: &Server, address: &str) -> String {
    let got = server.get(address);
    assert_eq!(got.status, 302, "{address}");
    // Heads are in lower case here.
    let digest = got.value("location").split('/').nth(2).unwrap();
    let page = server.get(&format!("/s/{digest}{address}"));
    assert_eq!(page.status, 200, "{address}");
    page.text()
}

fn json(server: &Server, address: &str) -> Value {
    serde_json::from_slice(&server.get(address).body).unwrap()
}

#[test]
fn a_page_shows_the_first_thousand_rows_and_leads_to_all_of_them() {
    let place = Place::new();
    let server = Server::start(&place, &["sample"]);
    for address in [
        "/rank?top=0",
        "/rank?of=owners&top=5000",
        "/family/Qwen?list=f3&top=0",
        "/owners?top=0",
        "/search?q=a&top=0",
        "/check?list=unlisted",
        "/show?all&depth=9&siblings=0",
    ] {
        let all = json(&server, &format!("/api{address}"))["rows"].as_array().unwrap().len();
        let text = page(&server, address);
        let rows = text.matches("<tr>").count() - text.matches("<thead><tr>").count();
        let lines = text.lines().filter(|line| line.contains("──")).count();
        assert!(rows.max(lines) <= 1_000, "{address}: {rows} rows and {lines} lines of {all}");
        let is_cut = text.contains("<p class=\"cut\">");
        assert_eq!(is_cut, all > 1_000, "{address}: {all}");
        if is_cut {
            let said = text.split("<p class=\"cut\">").nth(1).unwrap().split("</p>").next().unwrap();
            assert!(said.contains("1,000"), "{address}: {said}");
            // Where it leads is all of it.
            let lead = said.split("href=\"").nth(1).unwrap().split('"').next().unwrap().replace("&amp;", "&");
            assert_eq!(json(&server, &lead)["rows"].as_array().unwrap().len(), all, "{lead}");
        }
    }
    // The command that stands below is the one that was asked.
    assert!(page(&server, "/owners?top=0").contains("<code>modelkin owners --top 0</code>"));
}

#[test]
fn a_model_s_page_draws_every_way_up_to_its_roots() {
    let place = Place::new();
    let merge = |parents: usize| {
        let parents: Vec<String> = (0..parents).map(|at| format!("p/parent-{at}")).collect();
        format!("{} -> m/merge-{} : merge\n", parents.join(", "), parents.len())
    };
    place.file(
        "l.edges",
        format!(
            "?gone/base -> a/base : finetune\na/base -> p/parent-0, p/parent-1 : finetune\n{}{}",
            merge(20),
            merge(150)
        ),
    );
    assert_eq!(place.run(&["import", "l.edges", "-o", "s", "--date", "2025-02-01"]).code, 0);
    let server = Server::start(&place, &["s"]);
    let text = page(&server, "/model/m/merge-20");
    let svg = text.split("<svg role=\"group\"").nth(1).unwrap().split("</svg>").next().unwrap();
    let ancestors = json(&server, "/api/upstream/m/merge-20");
    let ancestors: Vec<&str> =
        ancestors["rows"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap()).collect();
    assert_eq!(ancestors.len(), 22);
    for id in ancestors.into_iter().chain(["m/merge-20"]) {
        assert_eq!(svg.matches(&format!("/model/{id}\">")).count(), 1, "{id}: {svg}");
    }
    assert_eq!(svg.matches("<a href=\"/s/").count(), 23, "each leads to its page here");
    for line in ["Merge of 20 models.", "Nothing descends from it.", "<dt>Merge of</dt>", "and 17 others", "As text"] {
        assert!(text.contains(line), "{line}: {text}");
    }
    assert!(!text.contains("id=\"children\""), "there are none");
    // Too many for a picture stand as text, all of them.
    let text = page(&server, "/model/m/merge-150");
    assert!(text.contains("These are 153 models, more than a picture shows") && !text.contains("<svg role=\"group\""));
    assert!(text.contains("p/parent-149</a>"), "{text}");
    // What nobody lists is told as such; it has no parent and no page on the Hub.
    let text = page(&server, "/model/gone/base");
    assert!(text.contains("the snapshot has no record of it. 5 models descend from it, 1 of them directly"), "{text}");
    assert!(!text.contains("huggingface.co") && !text.contains("id=\"ways\""), "{text}");
    let text = page(&server, "/model/a/base");
    assert!(text.contains("Finetune of gone/base.") && text.contains("gone/base</a> (unlisted)"), "{text}");
}

#[test]
fn a_family_stands_beside_those_that_are_named_and_wrong_names_are_told_at_their_fields() {
    let place = Place::new();
    let server = Server::start(&place, &["sample"]);
    let names = |text: &str| {
        let commands = text.split("<code>modelkin compare ").skip(1);
        commands.map(|rest| rest.split("</code>").next().unwrap().to_owned()).next().unwrap()
    };
    assert_eq!(names(&page(&server, "/family/Qwen")), "Qwen Gemma Llama", "the families with most descendants");
    let text = page(&server, "/family/Qwen?vs=Qwem&vs=unsloth/*");
    assert!(names(&text).starts_with("Qwen") && names(&text).contains("unsloth/*") && !names(&text).contains("Qwem"));
    assert!(text.contains("value=\"Qwem\" aria-invalid=\"true\" aria-describedby=\"wrong1\""), "{text}");
    assert!(
        text.contains("<span id=\"wrong1\" class=\"wrong\">no family, owner or model &quot;Qwem&quot;; did you mean")
    );
    for (query, says) in [
        ("vs=Qwen", "Qwen is the family itself"),
        ("vs=Llama&vs=Llama", "Llama is named twice"),
        ("vs=%3Cscript%3E", "&lt;script&gt;"),
    ] {
        let text = page(&server, &format!("/family/Qwen?{query}"));
        assert!(text.contains("aria-invalid") && text.contains(says), "{query}: {text}");
    }
    let text = page(&server, "/family/Qwen?vs=Llama&vs=Gemma&vs=Qwen/Qwen2.5-14B");
    assert!(!text.contains("aria-invalid") && text.matches("name=\"vs\"").count() == 3, "{text}");
    for part in ["counts", "beside", "months", "relations", "countries", "bases", "quantizers", "converters", "explain"]
    {
        let section = text.split(&format!("<section id=\"{part}\"")).nth(1).unwrap_or_else(|| panic!("no {part}"));
        let section = section.split("</section>").next().unwrap();
        assert!(!section.contains("class=\"warning\""), "{section}");
        for kind in ["svg", "png", "pdf"] {
            let (pictures, saved) =
                (section.matches("<figure>").count(), section.matches(&format!("/{kind}/")).count());
            assert_eq!(pictures, saved, "{part} as {kind}");
        }
    }
    assert!(text.contains("top children"));
    // A pattern of ids is a family too, with its own page.
    let text = page(&server, "/family/Qwen/Qwen2.5-*");
    assert!(text.contains("<h1>The family Qwen/Qwen2.5-*</h1>") && text.contains("/family/Qwen/Qwen2.5-%2A"), "{text}");
}

#[test]
fn a_page_of_a_snapshot_has_an_address_that_names_it_and_other_snapshots_none() {
    let place = Place::new();
    place.file("l.edges", "a/base -> b/x : finetune\n");
    assert_eq!(place.run(&["import", "l.edges", "-o", "other.modelkin", "--date", "2025-01-01"]).code, 0);
    let server = Server::start(&place, &["sample", "other.modelkin"]);
    let home = server.get("/");
    let digest = home.value("location").split('/').nth(2).unwrap().to_owned();
    assert!(modelkin::sample().unwrap().provenance().digest.starts_with(&digest) && digest.len() == 12);
    let page = server.get(&format!("/s/{digest}/family/Qwen"));
    let tag = page.value("etag").to_owned();
    assert!(tag.contains(&digest) && tag.contains(env!("CARGO_PKG_VERSION")), "{tag}");
    assert_eq!(server.get_with(&format!("/s/{digest}/family/Qwen"), &format!("If-None-Match: {tag}\r\n")).status, 304);
    let text = page.text();
    assert!(text.contains("<title>The family Qwen – modelkin</title>") && text.contains("og:description"), "{text}");
    // Another snapshot that is shown has its own numbers, one that is not has none.
    let rank: Value = serde_json::from_slice(&server.get("/api/rank").body).unwrap();
    assert!(rank["of"].as_u64().unwrap() > 100);
    let other = place.run(&["rank", "--snapshot", "other.modelkin", "--format", "json"]);
    let other: Value = serde_json::from_str(&other.out).unwrap();
    let its = server.get(&format!("/s/{}/api/rank", &other["snapshot"]["digest"].as_str().unwrap()[..12]));
    assert_eq!(serde_json::from_slice::<Value>(&its.body).unwrap(), other);
    let none = server.get("/s/000000000000/family/Qwen");
    assert_eq!(none.status, 404);
    assert!(none.text().contains("another one has other numbers") && none.text().contains(&digest), "{}", none.text());
    // What changed between two of them.
    let with = other["snapshot"]["digest"].as_str().unwrap()[..12].to_owned();
    let diff = server.get(&format!("/api/diff?with={with}"));
    let ran = place.run(&["diff", "other.modelkin", "sample", "--format", "json"]);
    assert_eq!(diff.text(), ran.out);
    assert_eq!(server.get("/api/diff?with=0123456789ab").status, 404);
}

#[test]
fn only_names_that_lead_here_are_answered_and_only_questions() {
    let place = Place::new();
    let server = Server::start(&place, &["sample", "--allow-host", "hub.example.org"]);
    let port = server.port;
    let of = |host: &str| {
        server.sends(&format!("GET /api/rank HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")).status
    };
    for host in [
        "evil.example",
        "localhost.evil.example",
        "evil.example:80",
        "127.0.0.1.evil.example",
        "127.0.0.2",
        "localhost:1",
        "0.0.0.0",
        "[::2]",
        "",
        "localhost@evil.example",
        "localhost evil.example",
        "hub.example.org.evil.example",
    ] {
        assert!([400, 403].contains(&of(host)), "{host}");
    }
    let local = format!("localhost:{port}");
    for host in [local.as_str(), "LOCALHOST", "127.0.0.1", "[::1]", "hub.example.org", "hub.example.org:443"] {
        assert_eq!(of(host), 200, "{host}");
    }
    let two = format!("GET / HTTP/1.1\r\nHost: localhost:{port}\r\nHost: evil.example\r\nConnection: close\r\n\r\n");
    assert!([400, 403].contains(&server.sends(&two).status));
    assert_eq!(server.sends("GET / HTTP/1.0\r\n\r\n").status, 403);
    let absolute = format!("GET http://evil.example/ HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n");
    assert_eq!(server.sends(&absolute).status, 403);
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"] {
        let request =
            format!("{method} / HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        assert_eq!(server.sends(&request).status, 405, "{method}");
    }
    let head = format!("HEAD /api/rank HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n");
    let head = server.sends(&head);
    assert_eq!((head.status, head.body.len()), (200, 0));
    let long =
        format!("GET / HTTP/1.1\r\nHost: localhost:{port}\r\nX: {}\r\nConnection: close\r\n\r\n", "x".repeat(200_000));
    assert_eq!(server.sends(&long).status, 431);
    for head in [
        "content-security-policy: default-src 'none'",
        "x-content-type-options: nosniff",
        "referrer-policy: no-referrer",
    ] {
        assert!(server.get("/api/rank").head.contains(head), "{head}");
    }
}

#[test]
fn an_address_names_no_file_and_what_is_wrong_with_it_is_said() {
    let place = Place::new();
    let secret = place.file("secret.csv", "family,namespaces,id_patterns\nSecret,a,\n");
    let server = Server::start(&place, &["sample"]);
    let secret = secret.display();
    for (address, status, says) in [
        (format!("/api/family/Secret?families={secret}"), 400, "families is no option here"),
        (format!("/api/family/Secret?rules={secret}"), 400, "rules is no option here"),
        (format!("/api/upstream?from={secret}"), 400, "from is no option here"),
        (format!("/api/blast?flagged={secret}"), 400, "flagged is no option here"),
        (format!("/api/blast?changed={secret}"), 400, "changed is no option here"),
        (format!("/api/licences/a/b?policy={secret}"), 400, "policy is no option here"),
        (format!("/api/rank?snapshot={secret}"), 400, "snapshot is no option here"),
        (format!("/api/compare?name=Qwen&snapshots={secret}"), 400, "snapshots is no option here"),
        (format!("/api/rank?chart={secret}"), 400, "chart is no option here"),
        (format!("/api/report?output={secret}"), 400, "output is no option here"),
        (format!("/api/check/{secret}"), 404, "no such page"),
        (format!("/api/import/{secret}"), 404, "no such page"),
        (format!("/api/diff?with={secret}"), 404, "not shown here"),
        ("/api/rank?wait=9".into(), 400, "wait is no option here"),
        ("/api/rank?trust-nothing".into(), 400, "trust-nothing is no option here"),
        ("/api/rank?bye=merge".into(), 400, "did you mean by?"),
        ("/api/rank?by=desendants".into(), 400, "did you mean descendants?"),
        ("/api/rank?top=x".into(), 400, "no whole number"),
        ("/api/rank?fold-mirrors=maybe".into(), 400, "is there or is not"),
        ("/api/rank?format=xml".into(), 400, "json and csv are"),
        ("/api/family/Qwem".into(), 404, "did you mean"),
        ("/api/model/none/such".into(), 404, "none/such"),
        ("/api/compare".into(), 400, "required"),
        ("/api/diff".into(), 400, "name the snapshot to compare with"),
        ("/api/family/%FF".into(), 400, "UTF-8"),
        ("/api/".into(), 404, "no such page"),
        ("/nothing".into(), 404, "no such page"),
        ("/assets/../Cargo.toml".into(), 404, "no such page"),
        ("/assets/%2e%2e/Cargo.toml".into(), 404, "no such page"),
        ("//evil.example/x".into(), 404, "no such page"),
        ("/svg/owners".into(), 404, "no such page"),
        ("/svg/rank?size=0x0".into(), 400, "size"),
        ("/png/rank?size=4001x400".into(), 400, "at most 4000x4000"),
    ] {
        let got = server.get(&address);
        assert_eq!(got.status, status, "{address}: {}", got.text());
        assert!(got.text().contains(says), "{address}: {}", got.text());
        assert!(!got.text().contains("Secret\""), "{address}: {}", got.text());
    }
}

/// Options that an address may have, of all commands: who adds one that reads a file, or takes long, finds it here.
#[test]
fn options_in_addresses_are_these() {
    let place = Place::new();
    let server = Server::start(&place, &["sample"]);
    let taken = |command: &str| {
        let text = server.get(&format!("/api/{command}?no-such-option")).text();
        let text = text.split(" takes ").nth(1).unwrap_or_else(|| panic!("{command}: {text}")).to_owned();
        text.split(['"', ';']).next().unwrap().to_owned()
    };
    let filter = "relation, exclude, no-unlisted, fold-mirrors, since, until";
    for (command, options) in [
        ("blast", format!("family, mine, list, top, table, {filter}")),
        ("check", "list, bursts, mirrors, aliases, top, strict, below, owner, kinds".to_owned()),
        ("common", filter.to_owned()),
        ("compare", format!("by, show, top, {filter}")),
        ("diff", "table".to_owned()),
        ("family/x", format!("include-members, list, top, {filter}")),
        ("flows", format!("by, own, within, top, {filter}")),
        ("licences", format!("allow, deny-terms, unknown, {filter}")),
        ("owners", "unknown, top".to_owned()),
        ("rank", format!("of, by, sort, columns, within, top, days, {filter}")),
        ("report", "section, fold-mirrors".to_owned()),
        ("search", "top".to_owned()),
        (
            "show",
            format!(
                "family, below, above, around, all, hops, depth, top, min-downloads, min-descendants, collapse, siblings, {filter}"
            ),
        ),
        ("siblings", format!("top, {filter}")),
        ("upstream", filter.to_owned()),
        ("why", format!("all, max-paths, {filter}")),
    ] {
        assert_eq!(taken(command), options, "{command}");
    }
}

#[test]
fn hostile_names_are_text_on_every_page() {
    const EVIL: &str = "<script>alert(1)</script>";
    let place = Place::new();
    let row = serde_json::json!({
        "id": "evil/\"><img src=x onerror=alert(1)>", "tags": ["base_model:a/base", format!("license:{EVIL}")],
        "cardData": {"base_model": "a/base", "license": EVIL}, "createdAt": "2025-01-01T00:00:00.000Z", "downloads": 3
    });
    let base = serde_json::json!({"id": "a/base", "tags": [format!("license:{EVIL}")], "author": EVIL});
    place.file("rows.jsonl", format!("{row}\n{base}\n"));
    place.file("own.csv", format!("family,namespaces,id_patterns\n\"{EVIL}\",a,\n"));
    assert_eq!(place.run(&["import", "rows.jsonl", "-o", "s", "--date", "2025-02-01"]).code, 0);
    let server = Server::start(&place, &["s", "--families", "own.csv"]);
    for address in [
        "/",
        "/model/a/base",
        "/family/%3Cscript%3Ealert(1)%3C/script%3E",
        "/owner/a",
        "/rank?of=families",
        "/rank?of=licences",
        "/flows?by=family",
        "/about",
        "/upstream/a/base",
        "/licences/a/base",
        "/show/a/base",
        "/model/%3Cscript%3Ealert(1)%3C/script%3E",
        "/rank?by=%3Cscript%3Ealert(1)%3C/script%3E",
        "/s/%3Cscript%3Ealert(1)%3C/script%3E/",
        "/%3Cscript%3E",
    ] {
        let mut got = server.get(address);
        if got.status == 302 {
            let to = got.value("location").to_owned();
            assert!(to.starts_with("/s/"), "{to}");
            got = server.get(&to);
        }
        let text = got.text();
        assert!(!text.contains("<script>alert") && !text.contains("<img"), "{address}: {text}");
        assert_eq!(text.matches("<script").count(), 1, "{address}: {text}");
    }
}

#[test]
fn figures_of_the_report_have_an_address_for_good_and_files() {
    let place = Place::new();
    let server = Server::start(&place, &["sample"]);
    let to = server.get("/report").value("location").to_owned();
    for address in [to.clone(), format!("{to}?section=derivatives.families")] {
        let text = server.get(&address).text();
        let link = format!("href=\"{to}#derivatives-families\"");
        assert!(text.contains(&link) && text.contains("id=\"derivatives-families\""), "{address}");
        assert!(text.contains("<dd id=\"derivatives-c"), "{address}");
    }
    let whole = server.get(&to).text();
    assert!(whole.contains("<h2 id=\"h-shape\">The shape of the lineage</h2>"));
    let mut files = 0;
    for part in whole.split(" href=\"").skip(1) {
        let address = part.split('"').next().unwrap().replace("&amp;", "&");
        if address.contains("section=shape") && !address.contains("/cite") {
            assert_eq!(server.get(&address).status, 200, "{address}");
            files += 1;
        }
    }
    assert!(files > 10, "{files}");
}

#[test]
fn a_snapshot_that_is_replaced_on_disk_is_noticed() {
    let place = Place::new();
    let import = |text: &str| {
        place.file("l.edges", text);
        assert_eq!(place.run(&["import", "l.edges", "-o", "s", "--date", "2025-01-01"]).code, 0);
    };
    import("a/base -> b/x : finetune\n");
    let server = Server::start(&place, &["s"]);
    let before = server.get("/").value("location").to_owned();
    import("a/base -> b/x : finetune\na/base -> b/y : finetune\n");
    let after = server.get("/").value("location").to_owned();
    assert_ne!(before, after);
    let count = |path: &str| serde_json::from_slice::<Value>(&server.get(path).body).unwrap()["rows"][0]["f2"].as_u64();
    assert_eq!(count("/api/model/a/base"), Some(2));
    // Whoever has the old one's address sees the old one.
    assert_eq!(count(&format!("{before}api/model/a/base")), Some(1));
    // Two that were replaced stay, and no more: each holds its file.
    for more in 2..4 {
        import(&(0..=more).map(|child| format!("a/base -> b/z{child} : finetune\n")).collect::<String>());
        assert_eq!(count("/api/model/a/base"), Some(more + 1));
    }
    assert_eq!(server.get(&format!("{before}api/model/a/base")).status, 404);
    assert_eq!(count(&format!("{after}api/model/a/base")), Some(2));
}

#[test]
fn what_is_typed_so_far_finds_what_a_search_finds() {
    let place = Place::new();
    let server = Server::start(&place, &["sample"]);
    for text in ["q", "qwen2.5 gguf", "unsloth", "nothing at all is called so", "Qwen/Qwen2.5-7B"] {
        let rows = |target: &str| serde_json::from_slice::<Value>(&server.get(target).body).unwrap()["rows"].clone();
        let text = text.replace(' ', "+");
        assert_eq!(rows(&format!("/suggest?q={text}")), rows(&format!("/api/search?q={text}&top=20")), "{text}");
    }
    assert_eq!(server.get("/suggest?q=").status, 400);
}

#[test]
fn the_map_is_asked_place_by_place() {
    let place = Place::new();
    let server = Server::start(&place, &["sample"]);
    let json = |target: &str| {
        let got = server.get(target);
        assert_eq!(got.status, 200, "{target}: {}", got.text());
        serde_json::from_slice::<Value>(&got.body).unwrap()
    };
    let page = server.get(server.get("/map").value("location"));
    let text = page.text();
    for line in ["/assets/map-", "Declared lineage", "Outline"] {
        assert!(text.contains(line), "{text}");
    }
    let script = text.split("src=\"").nth(1).unwrap().split('"').next().unwrap();
    let script = server.get(script).text();
    assert!(["'map/data'", "'map/model'", "'map/children'", "'suggest'"].iter().all(|place| script.contains(place)));
    let top = json("/map/data?at=hub&size=descendants&colour=licence&area=1000000&marks=400");
    let marks = top["marks"].as_array().unwrap();
    assert!((16..=400).contains(&marks.len()), "{}", marks.len());
    // What lies at the top itself is all that is placed.
    let at_top = marks.iter().filter(|mark| mark[0] == -1).map(|mark| mark[3].as_u64().unwrap());
    assert_eq!(at_top.sum::<u64>(), top["models"].as_u64().unwrap());
    let id = "Qwen/Qwen2.5-14B";
    let model = json(&format!("/map/data?at=model:{id}&size=descendants&colour=relation&area=1000000&marks=99999"));
    let api = json(&format!("/api/model/{id}"));
    assert_eq!(model["descendants"], api["rows"][0]["f2"]);
    let about = json(&format!("/map/model?id={id}"));
    assert_eq!(about["descendants"], api["rows"][0]["f2"]);
    let children = json(&format!("/map/children?id={id}"));
    assert_eq!(children.as_array().unwrap().len() as u64, api["rows"][0]["f1"].as_u64().unwrap());
    let found = json("/suggest?q=qwen2.5-14b");
    assert_eq!(found["rows"][0]["id"], id);
    for (target, status) in [
        ("/map/data?at=model:no/such&size=descendants&colour=relation&area=1&marks=1", 404),
        ("/map/data?at=&size=descendants&colour=relation&area=1&marks=1", 404),
        ("/map/data?at=hub&size=x&colour=relation&area=1&marks=1", 400),
        ("/map/data?at=hub&size=descendants&colour=relation&area=NaN&marks=1", 400),
        ("/map/data?at=hub&size=descendants&colour=relation&area=1e999&marks=1", 400),
        ("/map/data?at=hub&size=descendants&colour=relation&area=1&marks=-1", 400),
        ("/map/model?id=no/such", 404),
        ("/map/nothing", 404),
    ] {
        assert_eq!(server.get(target).status, status, "{target}");
    }
}

#[test]
fn pictures_of_an_answer_are_those_that_the_program_draws() {
    let place = Place::new();
    let server = Server::start(&place, &["sample"]);
    assert_eq!(place.run(&["rank", "--snapshot", "sample", "--chart", "c.svg", "--size", "900x500"]).code, 0);
    let got = server.get("/svg/rank?size=900x500");
    assert_eq!((got.status, got.value("content-type")), (200, "image/svg+xml"));
    assert_eq!(got.text(), std::fs::read_to_string(place.path("c.svg")).unwrap());
    assert!(server.get("/png/rank").body.starts_with(b"\x89PNG"));
    assert!(server.get("/cite/rank").text().contains("`modelkin rank"));
    assert!(server.get("/cite/rank?form=bibtex").text().starts_with("@misc{"));
}

#[test]
fn who_asks_what_would_be_hit_is_told_which_models_of_whom() {
    let place = Place::new();
    let server = Server::start(&place, &["sample"]);
    let base = "Qwen/Qwen2.5-14B";
    let form = page(&server, &format!("/model/{base}"));
    assert!(form.contains("name=\"mine\"") && form.contains(&format!("name=\"name\" value=\"{base}\"")));
    let all = page(&server, &format!("/blast?name={base}"));
    let text = page(&server, &format!("/blast?name={base}&mine=Arcee-AI"));
    let options = ["blast", base, "--mine", "arcee-ai/*", "--list", "--snapshot", "sample", "--format", "json"];
    let ran: Value = serde_json::from_str(&place.run(&options).out).unwrap();
    let rows = ran["rows"].as_array().unwrap();
    assert!(rows.len() > 1);
    for row in rows {
        let id = row["id"].as_str().unwrap();
        assert!(text.contains(&format!("/model/{id}\">{id}</a>")), "{id}");
    }
    assert!(text.contains("<h1>If Qwen/Qwen2.5-14B went away</h1>") && text.contains("Only models of Arcee-AI."));
    assert!(text.contains("value=\"Arcee-AI\"") && text.len() < all.len());
    // A pattern that is none is told as in the terminal.
    assert_eq!(server.get(&format!("/blast?name={base}&mine=[")).status, 400);
}

#[test]
fn what_a_page_lets_choose_is_an_option_of_its_command() {
    let place = Place::new();
    let server = Server::start(&place, &["sample"]);
    let fields = |text: &str| {
        let form = text.split("class=\"controls\"").nth(1).unwrap().split("</form>").next().unwrap().to_owned();
        let names: Vec<String> =
            form.split(" name=\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect();
        (form, names)
    };
    let (form, names) = fields(&page(&server, "/rank?of=families&by=authors,likes&no-unlisted"));
    assert_eq!(names, ["of", "by", "within", "relation", "since", "until", "top", "no-unlisted"]);
    for line in
        ["<option selected>families</option>", "<option selected>authors,likes</option>", "<option>merge</option>"]
    {
        assert!(form.contains(line), "{line}: {form}");
    }
    let (form, names) = fields(&page(&server, "/compare?name=Qwen&name=Llama&by=month"));
    assert_eq!(names, ["name", "name", "name", "by", "relation", "since", "until"]);
    assert!(form.contains("value=\"Qwen\"") && form.contains("<option selected>month</option>"), "{form}");
    let (_, names) = fields(&page(&server, "/flows"));
    // What is left empty is not asked for.
    let empty: String = names.iter().map(|name| format!("&{name}=")).collect();
    assert_eq!(json(&server, &format!("/api/flows?{}", &empty[1..])), json(&server, "/api/flows"));
    assert_eq!(
        json(&server, "/api/compare?name=Qwen&name=&name=Llama&by=&since="),
        json(&server, "/api/compare?name=Qwen&name=Llama")
    );
    assert!(!page(&server, "/owner/unsloth").contains("class=\"controls\""));
}

#[test]
fn a_search_leads_to_families_and_accounts_too() {
    let place = Place::new();
    let server = Server::start(&place, &["sample"]);
    let groups = |text: &str| {
        let answer: Value = serde_json::from_slice(&server.get(&format!("/suggest?q={text}")).body).unwrap();
        let path = |group: &Value| group["path"].as_str().unwrap().to_owned();
        answer["groups"].as_array().unwrap().iter().map(path).collect::<Vec<_>>()
    };
    assert_eq!(groups("arcee-AI"), ["/owner/arcee-ai"]);
    assert_eq!(groups("gemm")[0], "/family/Gemma");
    assert_eq!(groups("qwen2.5"), ["/family/Qwen/Qwen2.5*"]);
    assert_eq!(server.get("/api/family/Qwen/Qwen2.5*").status, 200);
    assert_eq!(groups("no-such-thing"), [""; 0]);
    let text = page(&server, "/search?q=qwen");
    assert!(text.contains("/family/Qwen\">Qwen</a>, a family") && text.contains("/owner/Qwen\">Qwen</a>, an account"));
}

#[test]
fn pages_of_others_may_lead_here_and_load_nothing() {
    let place = Place::new();
    let server = Server::start(&place, &["sample"]);
    let status = |site: &str, mode: &str, dest: &str| {
        let heads = format!("Sec-Fetch-Site: {site}\r\nSec-Fetch-Mode: {mode}\r\nSec-Fetch-Dest: {dest}\r\n");
        server.get_with("/api/rank", &heads).status
    };
    for site in ["cross-site", "same-site", "x"] {
        for (mode, dest) in [("no-cors", "image"), ("cors", "empty"), ("navigate", "iframe"), ("", "document")] {
            assert_eq!(status(site, mode, dest), 403, "{site} {mode} {dest}");
        }
        assert_eq!(status(site, "navigate", "document"), 200);
    }
    assert_eq!((status("same-origin", "cors", "empty"), status("none", "navigate", "document")), (200, 200));
}

#[test]
fn nothing_is_sought_that_is_like_a_name_that_no_model_can_have() {
    let place = Place::new();
    let server = Server::start(&place, &["sample"]);
    let long = "a".repeat(20_000);
    for (path, status) in [
        (format!("/api/family/{long}"), 404),
        (format!("/model/{long}"), 404),
        (format!("/owner/{long}"), 404),
        (format!("/api/path?from={long}&to={long}"), 404),
        (format!("/api/rank?within={long}"), 404),
        (format!("/api/rank?{long}=1"), 400),
        (format!("/search?q={long}"), 200),
        (format!("/family/Qwen?vs={long}"), 200),
    ] {
        let got = server.get(&path);
        let got = if got.status == 302 { server.get(got.value("location")) } else { got };
        assert_eq!(got.status, status, "{}", &path[..20]);
    }
}
