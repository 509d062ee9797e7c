//! Who is answered: requests that name this server, and only ask. A page of somebody else's that a name leads here must not read the snapshot.

use std::net::SocketAddr;

use hyper::{HeaderMap, Method, Request, Response, StatusCode, header};

use super::reply::{Body, Reply, TEXT};

pub struct Guard {
    port: u16,
    hosts: Vec<String>,
}

/// What a page may load, and what may be done with it. Everything is the server's own.
const HEADS: [(&str, &str); 6] = [
    (
        "content-security-policy",
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; \
         base-uri 'none'; frame-ancestors 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("x-frame-options", "DENY"),
];

impl Guard {
    /// Names of this machine lead here, the address that is listened on, and those that are allowed.
    pub fn new(local: SocketAddr, allowed: &[String]) -> Guard {
        let mut hosts: Vec<String> = ["localhost", "127.0.0.1", "[::1]"].map(str::to_owned).into();
        if !local.ip().is_unspecified() {
            hosts.push(match local {
                SocketAddr::V4(local) => local.ip().to_string(),
                SocketAddr::V6(local) => format!("[{}]", local.ip()),
            });
        }
        hosts.extend(allowed.iter().map(|host| host.to_ascii_lowercase()));
        Guard { port: local.port(), hosts }
    }

    pub fn admits<B>(&self, request: &Request<B>) -> Result<(), Reply> {
        if !self.is_ours(request.headers()) || request.uri().authority().is_some() {
            return Err(Reply::new(
                403,
                TEXT,
                "this name does not lead here; open the address that was printed, or start with --allow-host NAME\n",
            ));
        }
        // A browser says who wants something. A page of somebody else's could read nothing of it, but it would be computed; it may lead
        // here all the same.
        let said = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
        let is_foreign = said("sec-fetch-site").is_some_and(|site| !["same-origin", "none"].contains(&site));
        if is_foreign && (said("sec-fetch-mode"), said("sec-fetch-dest")) != (Some("navigate"), Some("document")) {
            return Err(Reply::new(403, TEXT, "pages of others load nothing from here\n"));
        }
        if ![Method::GET, Method::HEAD].contains(request.method()) {
            return Err(Reply::new(405, TEXT, "nothing can be changed here\n").with("allow", "GET, HEAD"));
        }
        Ok(())
    }

    fn is_ours(&self, heads: &HeaderMap) -> bool {
        let mut all = heads.get_all(header::HOST).iter();
        let (Some(host), None) = (all.next(), all.next()) else { return false };
        let Ok(host) = host.to_str() else { return false };
        let host = host.to_ascii_lowercase();
        // An IPv6 address has colons of its own, within brackets.
        let (name, port) = match host.rsplit_once(':') {
            Some((name, port)) if !port.ends_with(']') => (name, Some(port)),
            _ => (host.as_str(), None),
        };
        let is_known = self.hosts.iter().any(|known| known == name);
        let is_port = port.is_none_or(|port| port.parse() == Ok(self.port));
        is_known && (is_port || !is_local(name))
    }

    /// The reply as it is sent.
    pub fn response<S>(&self, reply: Reply, body: impl FnOnce(Body) -> S) -> Response<S> {
        let mut response = Response::new(body(reply.body));
        *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let heads = response.headers_mut();
        let own = reply.heads.iter().map(|(name, value)| (*name, value.as_str())).chain([("content-type", reply.kind)]);
        for (name, value) in HEADS.into_iter().chain(own) {
            if let Ok(value) = value.parse() {
                heads.insert(name, value);
            }
        }
        response
    }
}

/// Whoever allows a host may have something before the server that has a port of its own.
fn is_local(name: &str) -> bool {
    matches!(name, "localhost" | "127.0.0.1" | "[::1]")
}
