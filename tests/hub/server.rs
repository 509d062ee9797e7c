use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, RwLock};
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{Method, Response, StatusCode, header};
use serde_json::json;

use super::refusal::{Form, OF_LIST, OF_MODEL};
use super::world::World;

/// What goes wrong with an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// This status, with these headers.
    Status(u16, Vec<(&'static str, String)>),
    /// A web page instead of JSON, with status 200.
    Html,
    /// JSON that ends in the middle, though the answer is whole.
    CutJson,
    /// The connection ends in the middle of the body.
    Reset,
    /// Nothing comes, for so long.
    Stall(Duration),
    /// The body comes in small pieces.
    Drip,
    /// The next link leads to the page itself.
    SelfLink,
    /// No rows, and the same page again as the next one.
    EmptyPage,
    /// The page's first rows once more at its end, in other wrappings: counts as texts, no tags, other nulls.
    Repeats,
    /// The link has company, and the body another type.
    OddHeaders,
    /// A redirect to this address.
    Redirect(String),
}

impl Fault {
    /// One of each kind that passes when it is asked for again.
    pub fn every() -> Vec<Fault> {
        let status = |status, headers: &[(&'static str, &str)]| {
            Fault::Status(status, headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect())
        };
        vec![
            status(500, &[]),
            Fault::Html,
            status(429, &[("ratelimit", "\"api\";r=0;t=0")]),
            Fault::CutJson,
            Fault::SelfLink,
            status(502, &[]),
            Fault::Reset,
            Fault::Repeats,
            status(503, &[("retry-after", "0")]),
            Fault::EmptyPage,
            Fault::Drip,
            status(429, &[("ratelimit", "\"api\";r=99794;t=241"), ("retry-after", "0")]),
            Fault::OddHeaders,
            status(504, &[]),
            status(408, &[]),
            status(429, &[]),
        ]
    }
}

/// A quota: requests in a window.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    pub requests: u64,
    pub window: Duration,
}

/// A request as it arrived.
#[derive(Debug, Clone)]
pub struct Logged {
    pub at: Instant,
    pub method: String,
    pub path: String,
    pub agent: String,
    pub token: Option<String>,
    pub status: u16,
}

#[derive(Debug)]
struct Shared {
    world: RwLock<World>,
    faults: Mutex<HashMap<u64, Fault>>,
    /// Every so many requests the next fault of the list.
    rota: Option<(u64, Vec<Fault>)>,
    limit: Option<Limit>,
    refused_fields: Vec<&'static str>,
    form: Form,
    ignores_direction: bool,
    page: usize,
    day: [usize; 4],
    log: Mutex<Vec<Logged>>,
    windows: Mutex<BTreeMap<(String, &'static str), Window>>,
}

/// When a window began, and the requests in it.
type Window = (Instant, u64);

/// A Hub that listens on loopback until it is dropped.
#[derive(Debug)]
pub struct StandIn {
    shared: Arc<Shared>,
    address: SocketAddr,
    runtime: Option<tokio::runtime::Runtime>,
}

/// How a stand-in behaves.
#[derive(Debug, Default)]
pub struct Manner {
    pub port: u16,
    pub faults: HashMap<u64, Fault>,
    pub rota: Option<(u64, Vec<Fault>)>,
    pub limit: Option<Limit>,
    /// Fields that neither endpoint takes, and how that is worded.
    pub refused_fields: Vec<&'static str>,
    pub form: Form,
    /// Every listing is in descending order, whatever is asked for.
    pub ignores_direction: bool,
    /// Rows in a page at most; 0: as on the Hub.
    pub page: usize,
    /// What a day brings: changes, additions, renames, deletions.
    pub day: [usize; 4],
}

impl StandIn {
    pub fn start(world: World) -> StandIn {
        StandIn::with(world, Manner::default())
    }

    pub fn with(world: World, manner: Manner) -> StandIn {
        let shared = Arc::new(Shared {
            world: RwLock::new(world),
            faults: Mutex::new(manner.faults),
            rota: manner.rota,
            limit: manner.limit,
            refused_fields: manner.refused_fields,
            form: manner.form,
            ignores_direction: manner.ignores_direction,
            day: manner.day,
            page: if manner.page == 0 { 1000 } else { manner.page },
            log: Mutex::default(),
            windows: Mutex::default(),
        });
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let router = axum::Router::new().fallback(answer).with_state(Arc::clone(&shared));
        let listener = runtime.block_on(tokio::net::TcpListener::bind(("127.0.0.1", manner.port))).unwrap();
        let address = listener.local_addr().unwrap();
        runtime.spawn(async move { axum::serve(listener, router).await });
        StandIn { shared, address, runtime: Some(runtime) }
    }

    pub fn address(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What was asked so far; the list begins anew.
    pub fn log(&self) -> Vec<Logged> {
        std::mem::take(&mut *self.shared.log.lock().unwrap())
    }

    pub fn world<T>(&self, change: impl FnOnce(&mut World) -> T) -> T {
        change(&mut self.shared.world.write().unwrap())
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// An answer under construction.
pub(super) struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Reply {
    fn new(status: u16, body: impl Into<Vec<u8>>) -> Reply {
        Reply { status, headers: Vec::new(), body: body.into() }
    }

    pub fn json(status: u16, body: impl Into<Vec<u8>>) -> Reply {
        Reply::new(status, body).with("content-type", "application/json; charset=utf-8")
    }

    fn error(status: u16, code: &str, message: &str) -> Reply {
        let reply = Reply::json(status, json!({ "error": message }).to_string()).with("x-error-message", message);
        if code.is_empty() { reply } else { reply.with("x-error-code", code) }
    }

    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Reply {
        self.headers.push((name, value.into()));
        self
    }
}

async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response<Body> {
    // A body cannot be shared between threads: the request is taken apart before the first wait.
    let (request, _) = request.into_parts();
    let path = request.uri.path_and_query().map(|path| path.as_str().to_owned()).unwrap_or_default();
    let text = |name: header::HeaderName| {
        request.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
    };
    let token = text(header::AUTHORIZATION).strip_prefix("Bearer ").map(str::to_owned);
    let class = if path.contains("/resolve/") {
        "resolvers"
    } else if path.starts_with("/api/") {
        "api"
    } else {
        "pages"
    };
    let number = {
        let mut log = shared.log.lock().unwrap();
        log.push(Logged {
            at: Instant::now(),
            method: request.method.to_string(),
            path: path.clone(),
            agent: text(header::USER_AGENT),
            token: token.clone(),
            status: 0,
        });
        log.len() as u64 - 1
    };
    if path == "/stand-in/live" {
        // A day passes, as the example's user asked.
        let [changes, additions, renames, deletions] = shared.day;
        shared.world.write().unwrap().live(changes, additions, renames, deletions);
    }
    let fault = shared.faults.lock().unwrap().remove(&number);
    let fault = fault.or_else(|| {
        let (every, faults) = shared.rota.as_ref()?;
        (number % every == every - 1).then(|| faults[(number / every) as usize % faults.len()].clone())
    });
    let mut quota = Vec::new();
    let mut reply = None;
    if let Some(limit) = shared.limit {
        let mut windows = shared.windows.lock().unwrap();
        let window = windows.entry((token.clone().unwrap_or_default(), class)).or_insert((Instant::now(), 0));
        if window.0.elapsed() >= limit.window {
            *window = (Instant::now(), 0);
        }
        window.1 += 1;
        let left = limit.requests.saturating_sub(window.1);
        let reset = (limit.window - window.0.elapsed().min(limit.window)).as_secs_f64().ceil();
        quota.push(("ratelimit", format!("\"{class}\";r={left};t={reset}")));
        let seconds = limit.window.as_secs();
        quota.push(("ratelimit-policy", format!("\"fixed window\";\"{class}\";q={};w={seconds}", limit.requests)));
        if window.1 > limit.requests {
            reply = Some(Reply::error(429, "", "You have been rate limited"));
        }
    }
    if let Some(Fault::Stall(wait)) = &fault {
        tokio::time::sleep(*wait).await;
    }
    let host = text(header::HOST);
    let reply = reply.unwrap_or_else(|| match &fault {
        Some(Fault::Status(status, headers)) => {
            let reply = Reply::error(*status, "", "a fault that was asked for");
            headers.iter().fold(reply, |reply, (name, value)| reply.with(name, value.clone()))
        }
        Some(Fault::Html) => Reply::new(200, "<!doctype html><p>We are down").with("content-type", "text/html"),
        Some(Fault::Redirect(to)) => Reply::new(302, "").with("location", to.clone()),
        _ => {
            let world = shared.world.read().unwrap();
            route(&world, &shared, &path, &host, token.is_some(), fault.as_ref())
        }
    });
    // The list may have been taken meanwhile.
    if let Some(logged) = shared.log.lock().unwrap().get_mut(number as usize) {
        logged.status = reply.status;
    }
    let date = jiff::Timestamp::from_millisecond(shared.world.read().unwrap().now).unwrap();
    let mut response = Response::builder()
        .status(StatusCode::from_u16(reply.status).unwrap())
        .header("date", jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&date).unwrap())
        .header("x-request-id", format!("Root=1-{number}"))
        .header("x-powered-by", "huggingface-moon");
    for (name, value) in reply.headers.iter().chain(&quota) {
        response = response.header(*name, value);
    }
    if request.method == Method::HEAD {
        return response.header("content-length", reply.body.len()).body(Body::empty()).unwrap();
    }
    let length = reply.body.len();
    let body = match fault {
        Some(Fault::CutJson) => Body::from(reply.body[..length * 2 / 3].to_vec()),
        Some(Fault::Reset) => {
            response = response.header("content-length", length);
            let half = Bytes::from(reply.body[..length / 2].to_vec());
            let pieces = [Ok(half), Err(std::io::Error::other("reset"))];
            Body::from_stream(futures_util::stream::iter(pieces))
        }
        Some(Fault::Drip) => {
            let pieces: Vec<_> = reply
                .body
                .chunks(length / 5 + 1)
                .map(|piece| Ok::<_, std::io::Error>(Bytes::copy_from_slice(piece)))
                .collect();
            Body::from_stream(futures_util::stream::iter(pieces))
        }
        _ => Body::from(reply.body),
    };
    response.body(body).unwrap()
}

fn route(world: &World, shared: &Shared, path: &str, host: &str, has_token: bool, fault: Option<&Fault>) -> Reply {
    if path == "/stand-in/lines" {
        return Reply::new(200, world.lines());
    }
    if path == "/stand-in/live" {
        return Reply::new(200, "a day has passed\n".to_owned());
    }
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let query: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    if path == "/api/models" {
        return list(world, shared, &query, host, fault);
    }
    if let Some(rest) = path.strip_prefix("/api/models/") {
        let (id, revision) = rest.split_once("/revision/").map_or((rest, None), |(id, revision)| (id, Some(revision)));
        return match resolve(world, id, has_token, |id| {
            let revision = revision.map(|revision| format!("/revision/{revision}")).unwrap_or_default();
            format!("/api/models/{id}{revision}")
        }) {
            Err(reply) => reply,
            Ok(at) => {
                let expand = expanded(&query);
                if let Some(refusal) = refusal(&expand, OF_MODEL, shared) {
                    return refusal;
                }
                const WHOLE: &[&str] = &[
                    "author",
                    "sha",
                    "lastModified",
                    "private",
                    "gated",
                    "disabled",
                    "downloads",
                    "likes",
                    "tags",
                    "pipeline_tag",
                    "library_name",
                    "cardData",
                    "siblings",
                    "createdAt",
                    "safetensors",
                ];
                let fields: Vec<&str> = match expand.is_empty() {
                    true => WHOLE.to_vec(),
                    false => expand.iter().map(String::as_str).collect(),
                };
                Reply::json(200, world.row(at, &fields)).with("etag", format!("W/\"{}\"", world.sha(at)))
            }
        };
    }
    if let Some(rest) = path.strip_prefix("/api/resolve-cache/models/") {
        let Some((id, file)) = rest.rsplit_once('/').and_then(|(rest, file)| Some((rest.rsplit_once('/')?.0, file)))
        else {
            return Reply::error(404, "EntryNotFound", "Entry not found");
        };
        return match world.find(id) {
            Some(at) if file == "README.md" => card(world, at),
            _ => Reply::error(404, "EntryNotFound", "Entry not found"),
        };
    }
    for part in ["/resolve/", "/raw/"] {
        if let Some((id, rest)) = path.trim_start_matches('/').split_once(part) {
            let file = rest.split_once('/').map_or("", |(_, file)| file);
            return match resolve(world, id, has_token, |id| format!("/{id}{part}{rest}")) {
                Err(reply) => reply,
                Ok(at) if world.repos[at].gated && at % 3 == 0 && file == "README.md" && !has_token => {
                    Reply::error(401, "GatedRepo", "Access to model is restricted")
                }
                Ok(at) if file != "README.md" || world.card(at).is_none() => {
                    Reply::error(404, "EntryNotFound", "Entry not found")
                }
                // Most cards lie behind one more step.
                Ok(at) if at % 4 != 0 && part == "/resolve/" => {
                    let to = format!("/api/resolve-cache/models/{}/{}/README.md", world.repos[at].id, world.sha(at));
                    Reply::new(307, "Temporary Redirect")
                        .with("location", to)
                        .with("x-repo-commit", world.sha(at))
                        .with("etag", format!("\"{}\"", world.sha(at)))
                }
                Ok(at) => card(world, at),
            };
        }
    }
    Reply::error(404, "", "Not Found")
}

fn card(world: &World, at: usize) -> Reply {
    match world.card(at) {
        Some(text) => Reply::new(200, text)
            .with("content-type", "text/plain; charset=utf-8")
            .with("etag", format!("\"{}\"", world.sha(at)))
            .with("x-repo-commit", world.sha(at)),
        None => Reply::error(404, "EntryNotFound", "Entry not found"),
    }
}

/// The repository of an id; a redirect if it is called otherwise today.
fn resolve(world: &World, id: &str, has_token: bool, to: impl Fn(&str) -> String) -> Result<usize, Reply> {
    if let Some(new) = world.renamed.get(&id.to_ascii_lowercase()) {
        return Err(Reply::new(307, "Temporary Redirect").with("location", to(new)));
    }
    match (world.find(id), has_token) {
        (Some(at), _) => Ok(at),
        (None, true) => Err(Reply::error(404, "RepoNotFound", "Repository not found")),
        (None, false) => Err(Reply::json(401, json!({"error": "Invalid username or password."}).to_string())),
    }
}

fn expanded(query: &[(String, String)]) -> Vec<String> {
    query
        .iter()
        .filter(|(name, _)| matches!(name.as_str(), "expand" | "expand[]"))
        .map(|(_, value)| value.clone())
        .collect()
}

/// The refusal of a field that the endpoint does not take: each has its own set.
fn refusal(expand: &[String], more: &[&'static str], shared: &Shared) -> Option<Reply> {
    let all = OF_LIST.iter().chain(more).copied();
    let taken: Vec<&str> = all.filter(|field| !shared.refused_fields.contains(field)).collect();
    let is_refused = expand.iter().any(|field| !taken.contains(&field.as_str()));
    is_refused.then(|| shared.form.refuse(expand, &taken))
}

/// What a listing can be sorted by.
const SORTS: &[&str] = &[
    "createdAt",
    "lastModified",
    "downloads",
    "likes",
    "likes30d",
    "trendingScore",
    "num_parameters",
    "mainSize",
    "id",
];

fn list(world: &World, shared: &Shared, query: &[(String, String)], host: &str, fault: Option<&Fault>) -> Reply {
    let all =
        |name: &str| query.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str()).collect::<Vec<_>>();
    let one = |name: &str| all(name).last().copied();
    let is_on = |name: &str| one(name).is_some_and(|value| matches!(value, "true" | "True" | "1"));
    let expand = expanded(query);
    if let Some(refusal) = refusal(&expand, &[], shared) {
        return refusal;
    }
    let mut fields: Vec<&str> = expand.iter().map(String::as_str).collect();
    if fields.is_empty() {
        fields =
            vec!["likes", "trendingScore", "private", "downloads", "tags", "pipeline_tag", "library_name", "createdAt"];
        if is_on("full") {
            fields.extend(["author", "sha", "lastModified", "gated", "disabled", "siblings"]);
        }
        if is_on("cardData") {
            fields.push("cardData");
        }
    }
    let sort = one("sort").unwrap_or("trendingScore");
    if !SORTS.contains(&sort) {
        return Reply::error(400, "", "Invalid sort parameter");
    }
    let is_ascending = !shared.ignores_direction && one("direction").is_some_and(|direction| direction != "-1");
    let filters = all("filter");
    // The smallest list that holds them all.
    let mut rows: Vec<usize> = match (filters.first(), one("author")) {
        (Some(tag), _) => world.with_tag(tag).to_vec(),
        (None, Some(owner)) => world.of_owner(owner).to_vec(),
        (None, None) if sort == "lastModified" => world.by_modified().to_vec(),
        (None, None) => world.by_created().to_vec(),
    };
    let narrow = |rows: &mut Vec<usize>| {
        rows.retain(|at| {
            let repo = &world.repos[*at];
            let tags = if filters.len() > 1 { world.tags(*at) } else { Vec::new() };
            (filters.len() < 2 || filters.iter().all(|filter| tags.iter().any(|tag| tag == filter)))
                && one("author").is_none_or(|owner| repo.id.split_once('/').is_some_and(|(of, _)| of == owner))
                && one("search").is_none_or(|part| repo.id.to_lowercase().contains(&part.to_lowercase()))
                && one("pipeline_tag").is_none_or(|task| repo.task == Some(task))
                && one("gated").is_none_or(|gated| repo.gated == gated.eq_ignore_ascii_case("true"))
        });
    };
    if filters.len() > 1 || ["author", "search", "pipeline_tag", "gated"].iter().any(|name| one(name).is_some()) {
        narrow(&mut rows);
    }
    let value = |at: usize| {
        let repo = &world.repos[at];
        match sort {
            "createdAt" => repo.created,
            "lastModified" => repo.modified,
            "downloads" => repo.downloads as i64,
            _ => repo.likes as i64,
        }
    };
    // Keyset paging: the value, then the key, ascending.
    let place = |at: usize| (if is_ascending { value(at) } else { -value(at) }, world.repos[at].key.as_str());
    let is_sorted = matches!((sort, is_ascending), ("createdAt", true) | ("lastModified", false))
        && (filters.is_empty() && one("author").is_none() || sort == "createdAt");
    if !is_sorted {
        rows.sort_by(|a, b| place(*a).cmp(&place(*b)));
    }
    let mut from = 0;
    if let Some(cursor) = one("cursor") {
        let Some((after, key)) = open_cursor(cursor) else { return Reply::error(400, "", "Invalid cursor") };
        from = rows.partition_point(|at| place(*at) <= (after, key.as_str()));
    }
    let limit = one("limit").and_then(|limit| limit.parse().ok()).unwrap_or(1000).min(shared.page).max(1);
    let mut page: Vec<usize> = rows[from..].iter().copied().take(limit).collect();
    let mut after = page.last().map(|at| place(*at)).filter(|_| from + page.len() < rows.len());
    if fault == Some(&Fault::EmptyPage) && from > 0 {
        page.clear();
        after = Some(place(rows[from - 1]));
    }
    let mut texts: Vec<String> = page.iter().map(|at| world.row(*at, &fields)).collect();
    if fault == Some(&Fault::Repeats) {
        for at in page.iter().take(7) {
            let repo = &world.repos[*at];
            texts.push(format!(
                "{{\"_id\":\"{}\",\"id\":\"{}\",\"downloads\":\"{}\",\"likes\":null,\"tags\":null,\"gated\":null}}",
                repo.key, repo.id, repo.downloads
            ));
        }
        texts.push("{\"_id\":\"000000000000000000000000\",\"likes\":3}".into());
        texts.push("null".into());
    }
    let reply = Reply::json(200, format!("[{}]", texts.join(",")));
    let Some((after, key)) = after else { return reply };
    let encode = |pairs: &mut dyn Iterator<Item = (&str, &str)>| {
        let mut out = form_urlencoded::Serializer::new(String::new());
        pairs.for_each(|(name, value)| _ = out.append_pair(name, value));
        out.finish()
    };
    let asked = query.iter().filter(|(name, _)| name != "cursor").map(|(name, value)| (name.as_str(), value.as_str()));
    let implied = one("sort").is_none().then_some(("sort", "trendingScore"));
    let mut cursor = cursor(after, key);
    if fault == Some(&Fault::EmptyPage) {
        // The same place in other words.
        cursor.make_ascii_uppercase();
    }
    let next = match (fault, one("cursor")) {
        (Some(Fault::SelfLink), Some(own)) => encode(&mut asked.chain(implied).chain([("cursor", own)])),
        (Some(Fault::SelfLink), None) => encode(&mut asked.chain(implied)),
        _ => encode(&mut asked.chain(implied).chain([("cursor", cursor.as_str())])),
    };
    let link = format!("<http://{host}/api/models?{next}>; rel=\"next\"");
    if fault == Some(&Fault::OddHeaders) {
        let link = format!("<http://{host}/api/models?x=1>; rel=\"prev\", {link}");
        return Reply { headers: Vec::new(), ..reply }.with("content-type", "text/plain").with("link", link);
    }
    reply.with("link", link)
}

/// A place in a listing, as an opaque text.
fn cursor(value: i64, key: &str) -> String {
    let plain = json!({"$or": [{"value": value, "_id": {"$gt": key}}, {"value": {"$gt": value}}]}).to_string();
    let hex: String = plain.bytes().map(|byte| format!("{byte:02x}")).collect();
    format!("{hex}==")
}

fn open_cursor(cursor: &str) -> Option<(i64, String)> {
    let hex = cursor.strip_suffix("==")?;
    let bytes: Option<Vec<u8>> =
        hex.as_bytes().chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect();
    let value: serde_json::Value = serde_json::from_slice(&bytes?).ok()?;
    let first = &value["$or"][0];
    Some((first["value"].as_i64()?, first["_id"]["$gt"].as_str()?.to_owned()))
}
