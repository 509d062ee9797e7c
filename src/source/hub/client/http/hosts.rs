//! Where redirects may lead: to the host that was asked; where files lie, also to the Hub's own hosts for them; nowhere else.

use reqwest::Url;
use reqwest::header::{HeaderMap, LOCATION};

use super::{Error, Hub, shown};

/// Redirects that are followed in a row.
const MAX_HOPS: usize = 10;
/// The Hub's own domains: its files lie at hosts of theirs (`cdn-lfs.hf.co`, `cas-bridge.xethub.hf.co`,
/// `cdn-lfs-us-1.huggingface.co`), whatever mirror is asked.
const HUB_DOMAINS: &[&str] = &["huggingface.co", "hf.co"];
/// The variable that names others.
const FILE_HOSTS: &str = "MODELKIN_FILE_HOSTS";

/// What is asked for, by which is known where it may lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// An answer of the Hub itself.
    Answer,
    /// A file, also a model's card.
    File,
}

impl Hub {
    /// The address to which an answer leads; `seen` are the addresses that were asked on the way to it.
    ///
    /// # Errors
    /// If it leads nowhere, around in a circle, to an unsafe address, or to a host that is not to be asked.
    pub(super) fn led(&self, seen: &[Url], headers: &HeaderMap, kind: Kind) -> Result<Url, Error> {
        let wrong = |reason: &str| Error::Redirect { what: what(seen), reason: reason.to_owned() };
        let (Some(start), Some(from)) = (seen.first(), seen.last()) else { return Err(wrong("nothing was asked")) };
        let to = headers.get(LOCATION).and_then(|to| to.to_str().ok()).and_then(|to| from.join(to).ok());
        let to = to.ok_or_else(|| wrong("a redirect that leads nowhere"))?;
        let is_worse = from.scheme() == "https" && to.scheme() == "http";
        if !matches!(to.scheme(), "http" | "https") || is_worse || !to.username().is_empty() || to.password().is_some()
        {
            return Err(wrong("a redirect to an unsafe address"));
        }
        if seen.contains(&to) || seen.len() > MAX_HOPS {
            return Err(wrong("redirects lead around in a circle"));
        }
        match self.may_lead(start, &to, kind) {
            true => Ok(to),
            false => Err(self.elsewhere(start, &to, kind)),
        }
    }

    fn may_lead(&self, start: &Url, to: &Url, kind: Kind) -> bool {
        let is_file = kind == Kind::File;
        if is_same(start, to) || (is_file && self.file_hosts.iter().any(|known| is_named(known, to))) {
            return true;
        }
        match start.origin() == self.endpoint.origin() {
            true => is_file && !is_loopback(start) && is_of_hub(to),
            // Somebody's own address: wherever his server says, but not from outside into this machine.
            false => !is_loopback(start) && !is_loopback(to),
        }
    }

    fn elsewhere(&self, start: &Url, to: &Url, kind: Kind) -> Error {
        let (from, host) = (host(start), host(to));
        let is_endpoint = start.origin() == self.endpoint.origin();
        let reason = match kind {
            Kind::Answer => format!(
                "{from} leads to {host}, and a Hub's answers are taken from its own host alone; set HF_ENDPOINT to {} if \
                 that is the Hub that is meant",
                to.origin().ascii_serialization()
            ),
            Kind::File if is_endpoint && !is_loopback(start) => format!(
                "{from} leads to {host}, which is neither that host nor one of the Hub's own for files \
                 (*.{} over https); if its files lie there, set {FILE_HOSTS}={host}",
                HUB_DOMAINS.join(", *.")
            ),
            Kind::File => format!(
                "{from} leads to {host}, which is another host, and one of the two is this machine; if the file lies \
                 there, set {FILE_HOSTS}={host}"
            ),
        };
        Error::Redirect { what: shown(start), reason }
    }
}

fn what(seen: &[Url]) -> String {
    seen.first().map(shown).unwrap_or_default()
}

/// Whether it is the host that was asked: the same port too, but for the step from http to https.
fn is_same(start: &Url, to: &Url) -> bool {
    let is_upgrade = (start.scheme(), to.scheme()) == ("http", "https") && !is_loopback(start);
    let are_usual = start.port().is_none() && to.port().is_none();
    start.origin() == to.origin() || (is_upgrade && are_usual && start.host() == to.host())
}

/// Whether it is one of the Hub's own hosts.
fn is_of_hub(to: &Url) -> bool {
    let host = to.host_str().unwrap_or_default();
    let is_of = |domain: &&str| host.strip_suffix(*domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    to.scheme() == "https" && to.port().is_none() && HUB_DOMAINS.iter().any(is_of)
}

/// Whether an address is at a host that was named, with its port or without.
fn is_named(known: &str, to: &Url) -> bool {
    known.eq_ignore_ascii_case(&host(to)) || to.host_str().is_some_and(|host| known.eq_ignore_ascii_case(host))
}

/// An address's host, with its port where that is not the usual one.
pub(super) fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// Whether it is an address of this machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let is_loopback = |address: std::net::IpAddr| address.to_canonical().is_loopback() || address.is_unspecified();
    let name = host.trim_end_matches('.');
    name == "localhost" || name.ends_with(".localhost") || host.parse().is_ok_and(is_loopback)
}

#[cfg(test)]
mod tests {
    use super::super::Patience;
    use super::*;

    /// Where an answer of `start` to a Hub at `endpoint` leads that names `to`.
    fn led(endpoint: &str, start: &str, to: &str, kind: Kind) -> Result<String, String> {
        let hub = Hub::new(endpoint, None, "test", Patience::default()).unwrap();
        let hub = hub.with_file_hosts(vec!["s3.example:9000".into(), "store.example".into()]);
        let headers = HeaderMap::from_iter([(LOCATION, to.parse().unwrap())]);
        let led = hub.led(&[Url::parse(start).unwrap()], &headers, kind);
        led.map(|to| to.to_string()).map_err(|error| error.to_string())
    }

    #[test]
    fn redirects_lead_to_the_own_host_or_to_those_of_files_and_nowhere_else() {
        const HUB: &str = "https://huggingface.co";
        const MIRROR: &str = "https://hub.example";
        const HERE: &str = "http://127.0.0.1:8099";
        for (endpoint, start, to, kind, is_led) in [
            (HUB, "https://huggingface.co/a", "/b", Kind::Answer, true),
            (HUB, "https://huggingface.co/a", "https://huggingface.co:443/b", Kind::Answer, true),
            (HUB, "https://huggingface.co/a", "https://cdn-lfs.hf.co/b", Kind::Answer, false),
            (HUB, "https://huggingface.co/a", "https://cdn-lfs.hf.co/b", Kind::File, true),
            (HUB, "https://huggingface.co/a", "https://cas-bridge.xethub.hf.co/b?X-Amz=1", Kind::File, true),
            (HUB, "https://huggingface.co/a", "https://cdn-lfs-us-1.huggingface.co/b", Kind::File, true),
            (HUB, "https://huggingface.co/a", "https://cdn-lfs.hf.co:8443/b", Kind::File, false),
            (HUB, "https://huggingface.co/a", "https://evilhf.co/b", Kind::File, false),
            (HUB, "https://huggingface.co/a", "https://hf.co.evil.example/b", Kind::File, false),
            (HUB, "https://huggingface.co/a", "https://hf.space/b", Kind::File, false),
            (HUB, "https://huggingface.co/a", "https://127.0.0.1/b", Kind::File, false),
            (MIRROR, "https://hub.example/a", "https://cdn-lfs.hf.co/b", Kind::File, true),
            (MIRROR, "https://hub.example/a", "https://hub.example:444/b", Kind::File, false),
            (MIRROR, "https://hub.example/a", "https://store.example:1/b", Kind::File, true),
            (MIRROR, "https://hub.example/a", "https://s3.example:9000/b", Kind::File, true),
            (MIRROR, "https://hub.example/a", "https://s3.example/b", Kind::File, false),
            (MIRROR, "https://hub.example/a", "https://store.example/b", Kind::Answer, false),
            ("http://hub.example", "http://hub.example/a", "https://hub.example/b", Kind::Answer, true),
            (HERE, "http://127.0.0.1:8099/a", "http://127.0.0.1:8099/b", Kind::Answer, true),
            (HERE, "http://127.0.0.1:8099/a", "http://127.0.0.1:9/b", Kind::File, false),
            (HERE, "http://127.0.0.1:8099/a", "http://localhost:8099/b", Kind::File, false),
            (HERE, "http://127.0.0.1:8099/a", "https://cdn-lfs.hf.co/b", Kind::File, false),
            // Somebody's own address.
            (HUB, "https://files.example/a", "https://store-7.example/b", Kind::File, true),
            (HUB, "https://files.example/a", "https://localhost/b", Kind::File, false),
            (HUB, "https://files.example/a", "https://[::1]/b", Kind::File, false),
            (HUB, "https://files.example/a", "https://[::ffff:127.0.0.1]/b", Kind::File, false),
            (HUB, "https://files.example/a", "https://0.0.0.0/b", Kind::File, false),
            (HUB, "http://127.0.0.1:1/a", "http://127.0.0.1:2/b", Kind::File, false),
        ] {
            let found = led(endpoint, start, to, kind);
            assert_eq!(found.is_ok(), is_led, "{start} to {to}: {found:?}");
        }
    }

    #[test]
    fn what_is_refused_names_both_hosts_and_what_to_do() {
        for (endpoint, to, kind, expected) in [
            (
                "https://hub.example",
                "https://other.example:444/b?secret",
                Kind::Answer,
                "https://hub.example/a: hub.example leads to other.example:444, and a Hub's answers are taken from its \
                 own host alone; set HF_ENDPOINT to https://other.example:444 if that is the Hub that is meant",
            ),
            (
                "https://hub.example",
                "https://other.example/b?secret",
                Kind::File,
                "https://hub.example/a: hub.example leads to other.example, which is neither that host nor one of the \
                 Hub's own for files (*.huggingface.co, *.hf.co over https); if its files lie there, set \
                 MODELKIN_FILE_HOSTS=other.example",
            ),
            (
                "http://127.0.0.1:8099",
                "http://localhost:9000/b?secret",
                Kind::File,
                "http://127.0.0.1:8099/a: 127.0.0.1:8099 leads to localhost:9000, which is another host, and one of the \
                 two is this machine; if the file lies there, set MODELKIN_FILE_HOSTS=localhost:9000",
            ),
            ("https://h", "http://h/b", Kind::File, "https://h/a: a redirect to an unsafe address"),
            ("https://h", "https://me@h/b", Kind::File, "https://h/a: a redirect to an unsafe address"),
            ("https://h", "https://:x@h/b", Kind::File, "https://h/a: a redirect to an unsafe address"),
            ("https://h", "ftp://h/b", Kind::File, "https://h/a: a redirect to an unsafe address"),
            ("https://h", "https://", Kind::File, "https://h/a: a redirect that leads nowhere"),
            ("https://h", "/a?key=1", Kind::File, "https://h/a: redirects lead around in a circle"),
        ] {
            assert_eq!(led(endpoint, &format!("{endpoint}/a?key=1"), to, kind).unwrap_err(), expected);
        }
    }
}
