//! This runs Graphviz's `dot`: only one from an absolute folder of the PATH, and for two minutes at most.

use std::env;
use std::fs::Metadata;
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::{self, Builder};
use std::time::{Duration, Instant};

use modelkin::export::Painting;

/// How long Graphviz may take: its layouts of thousands of nodes can take hours.
const PATIENCE: Duration = Duration::from_secs(120);

/// Bytes of a picture, and of what is said of it.
const MOST_PAINTED: u64 = 1 << 30;
const MOST_SAID: u64 = 1 << 20;

/// Runs Graphviz's `dot` and gives what it paints. graphviz-rust
/// would run it too, but without an end.
///
/// # Errors
/// If it is not installed, fails, gives no such picture, or takes longer than two minutes; it is ended then.
pub fn paint(Painting { kind, arguments, text }: Painting) -> io::Result<Vec<u8>> {
    let program = find().ok_or_else(|| {
        let how = "install it (apt install graphviz; brew install graphviz; winget install graphviz), or write SVG, which needs nothing";
        io::Error::new(ErrorKind::NotFound, format!("this picture is painted by Graphviz, whose `dot` is not on the PATH: {how}"))
    })?;
    let fault = |said: String| io::Error::other(format!("Graphviz ({}): {said}", program.display()));
    let mut child = Command::new(&program)
        .arg(format!("-T{kind}"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| fault(error.to_string()))?;
    let (input, output, errors) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    // All three pipes at once, so that none fills while another is waited for.
    let made = || {
        Ok((
            Builder::new().spawn(move || input.map_or(Ok(()), |mut input| input.write_all(&text)))?,
            Builder::new().spawn(move || all_of(output, MOST_PAINTED))?,
            Builder::new().spawn(move || all_of(errors, MOST_SAID))?,
        ))
    };
    let made = made().map_err(|error: io::Error| fault(format!("no thread can be made for it: {error}")));
    let ended = if made.is_ok() { wait(&mut child) } else { Err(io::Error::other("not begun")) };
    if ended.is_err() {
        child.kill()?;
        child.wait()?;
    }
    let (fed, painted, said) = made?;
    let joined = |_| io::Error::other("a thread that fed Graphviz has failed");
    // A text that is not read to its end is told by the exit code.
    let _ = fed.join().map_err(joined)?;
    let painted = painted.join().map_err(joined)??;
    let said = said.join().map_err(joined)??;
    let said = String::from_utf8_lossy(&said);
    let status = ended.map_err(|error| fault(error.to_string()))?;
    if !status.success() || painted.is_empty() {
        let first = said.lines().next().unwrap_or("it says nothing");
        return Err(fault(format!("{status}: {first}")));
    }
    if painted.len() as u64 == MOST_PAINTED {
        return Err(fault(format!("the picture has {} MiB or more; narrow the selection", MOST_PAINTED >> 20)));
    }
    if !is_picture(kind, &painted) {
        let begin = String::from_utf8_lossy(&painted[..painted.len().min(40)]).into_owned();
        return Err(fault(format!("what it gave is no {kind}, it begins with {begin:?}; ask it what it is with `-V`")));
    }
    Ok(painted)
}

/// Whether it begins as a picture of that kind does; of a PNG the first chunk is the header, of 13 bytes.
fn is_picture(kind: &str, painted: &[u8]) -> bool {
    let begins: &[&[u8]] = match kind {
        "png" => &[b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"],
        "pdf" => &[b"%PDF"],
        _ => &[b"<?xml", b"<!DOCTYPE", b"<svg"],
    };
    begins.iter().any(|begin| painted.starts_with(begin))
}

/// What comes, up to `most` bytes; the rest is passed over, so that the pipe does not fill.
fn all_of(pipe: Option<impl Read>, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(mut pipe) = pipe {
        (&mut pipe).take(most).read_to_end(&mut bytes)?;
        io::copy(&mut pipe, &mut io::sink())?;
    }
    Ok(bytes)
}

fn wait(child: &mut Child) -> io::Result<std::process::ExitStatus> {
    let begin = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if begin.elapsed() > PATIENCE {
            let remedy =
                "narrow the selection, take the layout `outline` or `sfdp`, or write .dot and run Graphviz yourself";
            return Err(io::Error::new(ErrorKind::TimedOut, format!("not done in {} s; {remedy}", PATIENCE.as_secs())));
        }
        thread::sleep(Duration::from_millis(5));
    }
}

/// `dot` in one of the PATH's absolute folders: what lies in the working directory is never run.
fn find() -> Option<PathBuf> {
    let name = format!("dot{}", env::consts::EXE_SUFFIX);
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(&name))
        .find(|file| is_program(file))
}

/// Whether a file can be run; one of that name that cannot hides no other further on.
fn is_program(file: &Path) -> bool {
    #[cfg(unix)]
    let may_run = |known: &Metadata| std::os::unix::fs::PermissionsExt::mode(&known.permissions()) & 0o111 != 0;
    #[cfg(not(unix))]
    let may_run = |_: &Metadata| true;
    file.metadata().is_ok_and(|known| known.is_file() && may_run(&known))
}
