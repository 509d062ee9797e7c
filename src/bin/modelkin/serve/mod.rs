//! `serve` shows snapshots in the browser, on loopback unless told otherwise.

mod address;
mod bounded;
mod controls;
mod guard;
mod map;
mod model;
mod page;
mod parts;
mod reply;
mod shelf;
mod site;

use std::io::{self, Write};
use std::net::{IpAddr, SocketAddr};
use std::process::{Command, ExitCode, Stdio};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use http_body_util::channel::{Channel, Sender};
use http_body_util::{Either, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use modelkin::source::hub::runtime;
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, oneshot};
use tokio::time::timeout;

use crate::program::{args, output};
use guard::Guard;
use reply::{Body, Reply};
use site::Site;

/// Heads of requests may have so many bytes and lines, and take so long to come.
const HEAD: usize = 64 << 10;
const HEADS: usize = 64;
const HEAD_TIME: Duration = Duration::from_secs(10);
/// So many connections are open, and so many questions are answered side by side; another one waits so long for its turn.
const CONNECTIONS: usize = 256;
const QUESTIONS: usize = 4;
const TURN: Duration = Duration::from_secs(20);
/// Whoever asked may stop reading for so long.
const READING: Duration = Duration::from_secs(30);
/// Answers are sent in pieces of this size.
const PIECE: usize = 32 << 10;

type Sent = Either<Full<Bytes>, Channel<Bytes, io::Error>>;

pub fn run(args: &args::Serve) -> anyhow::Result<ExitCode> {
    let site = Arc::new(Site::open(args)?);
    lean();
    let runtime = runtime()?;
    let ended = runtime.block_on(async {
        let address = SocketAddr::new(args.host, args.port);
        let listener = TcpListener::bind(address).await.with_context(|| {
            format!(
                "{address} cannot be listened on; choose another port with --port, or --port 0 for any that is free"
            )
        })?;
        let local = listener.local_addr()?;
        let guard = Arc::new(Guard::new(local, &args.allow_host));
        if !args.host.is_loopback() {
            output::say(&format!(
                "warning: {} is more than this machine: whoever reaches it can read the snapshot",
                args.host
            ));
        }
        let shown = match args.host {
            IpAddr::V4(host) if host.is_unspecified() => format!("http://127.0.0.1:{}/", local.port()),
            IpAddr::V6(host) if host.is_unspecified() => format!("http://[::1]:{}/", local.port()),
            _ => format!("http://{local}/"),
        };
        output::result(&format!("{shown}\n"))?;
        output::note("Ctrl-C ends it");
        if args.open {
            open(&shown);
        }
        let ready = Arc::clone(&site);
        std::thread::spawn(move || _ = ready.prepare());
        tokio::select! {
            () = listen(listener, site, guard) => (),
            ended = tokio::signal::ctrl_c() => ended?,
        }
        Ok(ExitCode::SUCCESS)
    });
    // What is still being computed has nobody any more who waits for it.
    runtime.shutdown_background();
    ended
}

/// Lets the allocator give memory back as soon as it is free. Most of the time a server waits, and an answer about three million models
/// takes tens of megabytes for a moment, which would be kept in each of its threads.
#[allow(
    unsafe_code,
    reason = "the allocator is set up by a call of C, which takes two numbers and touches nothing else"
)]
fn lean() {
    use libmimalloc_sys::{mi_option_get, mi_option_set, mi_option_t};
    // `mi_option_purge_delay` of its header, in milliseconds. It has no name in the crate; of a version in which another option has this
    // number, which has another value, nothing is changed.
    const PURGE_DELAY: mi_option_t = 15;
    const DEFAULT: std::ffi::c_long = 1000;
    // SAFETY: both take any number of an option, and this is one that there is; they read and write one number.
    unsafe {
        if mi_option_get(PURGE_DELAY) == DEFAULT {
            mi_option_set(PURGE_DELAY, 0);
        }
    }
}

async fn listen(listener: TcpListener, site: Arc<Site>, guard: Arc<Guard>) {
    let connections = Arc::new(Semaphore::new(CONNECTIONS));
    let turns = Arc::new(Semaphore::new(QUESTIONS));
    loop {
        let Ok(room) = Arc::clone(&connections).acquire_owned().await else { return };
        // What fails here is somebody else's connection, or this machine is out of files for a while.
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        // An answer goes out in two pieces, and the second one is not to wait until the first is acknowledged.
        _ = stream.set_nodelay(true);
        let (site, guard, turns) = (Arc::clone(&site), Arc::clone(&guard), Arc::clone(&turns));
        tokio::spawn(async move {
            let _room = room;
            let answer = service_fn(|request| {
                let (site, guard, turns) = (Arc::clone(&site), Arc::clone(&guard), Arc::clone(&turns));
                async move { Ok::<_, io::Error>(answered(&request, site, &guard, &turns).await) }
            });
            let mut http = http1::Builder::new();
            http.timer(TokioTimer::new()).header_read_timeout(HEAD_TIME).max_buf_size(HEAD).max_headers(HEADS);
            // Who went away needs no answer.
            _ = http.serve_connection(TokioIo::new(stream), answer).await;
        });
    }
}

async fn answered(
    request: &Request<Incoming>,
    site: Arc<Site>,
    guard: &Guard,
    turns: &Arc<Semaphore>,
) -> Response<Sent> {
    if let Err(refused) = guard.admits(request) {
        return whole(guard, refused);
    }
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str()).to_owned();
    let known = request.headers().get("if-none-match").and_then(|tag| tag.to_str().ok()).map(str::to_owned);
    let is_head = request.method() == hyper::Method::HEAD;
    let Ok(Ok(turn)) = timeout(TURN, Arc::clone(turns).acquire_owned()).await else {
        return whole(guard, Reply::busy());
    };
    let (send, sent) = oneshot::channel();
    let handle = Handle::current();
    tokio::task::spawn_blocking(move || {
        let _turn = turn;
        let reply = site.reply(&target, known.as_deref());
        match reply {
            Reply { body: Body::Streamed(fill), status, kind, heads } if !is_head => {
                let (sender, channel) = Channel::new(4);
                if send.send((Reply { status, kind, heads, body: Body::Whole(Vec::new()) }, Some(channel))).is_ok() {
                    let mut pieces = Pieces { sender: Some(sender), handle, piece: Vec::with_capacity(PIECE) };
                    let filled = fill(&mut pieces).and_then(|()| pieces.flush());
                    // What is sent in part must not look whole.
                    if let (Err(error), Some(sender)) = (filled, pieces.sender.take()) {
                        sender.abort(error);
                    }
                }
            }
            Reply { body: Body::Streamed(_), status, kind, heads } => {
                _ = send.send((Reply { status, kind, heads, body: Body::Whole(Vec::new()) }, None));
            }
            reply => _ = send.send((reply, None)),
        }
    });
    match sent.await {
        Ok((reply, Some(channel))) => guard.response(reply, |_| Either::Right(channel)),
        Ok((reply, None)) if is_head => guard.response(reply, |_| Either::Left(Full::default())),
        Ok((reply, None)) => whole(guard, reply),
        // The thread that should have answered has panicked; that stands on standard error.
        Err(_) => whole(guard, Reply::broken()),
    }
}

fn whole(guard: &Guard, reply: Reply) -> Response<Sent> {
    guard.response(reply, |body| match body {
        Body::Whole(bytes) => Either::Left(Full::new(bytes.into())),
        Body::Streamed(_) => Either::Left(Full::default()),
    })
}

/// What is written goes out in pieces, as fast as it is read.
struct Pieces {
    sender: Option<Sender<Bytes, io::Error>>,
    handle: Handle,
    piece: Vec<u8>,
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.piece.extend_from_slice(bytes);
        if self.piece.len() >= PIECE {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let piece = std::mem::take(&mut self.piece);
        let Some(sender) = self.sender.as_mut().filter(|_| !piece.is_empty()) else { return Ok(()) };
        match self.handle.block_on(timeout(READING, sender.send_data(piece.into()))) {
            Ok(Ok(())) => Ok(()),
            _ => Err(io::Error::from(io::ErrorKind::BrokenPipe)),
        }
    }
}

/// Shows a page in the browser of whoever sits here. That it cannot be shown is no failure: its address was printed.
fn open(address: &str) {
    let program = match std::env::consts::OS {
        "macos" => "open",
        "windows" => "explorer",
        _ => "xdg-open",
    };
    let quiet = || Stdio::null();
    if Command::new(program).arg(address).stdin(quiet()).stdout(quiet()).stderr(quiet()).spawn().is_err() {
        output::note(&format!("{program} is not there; open the address by hand"));
    }
}
