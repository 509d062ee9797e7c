//! An answer that is longer than the screen is shown in a pager, as git shows its own.

use std::io::{self, ErrorKind, Write};
use std::process::{Child, Command, Stdio};

use modelkin::source::hub::runtime;

use crate::program::terminal;

/// A terminal to which an answer is written: as long as it fits the screen it is kept, then a pager is started for it. Where none
/// can be, it is printed.
pub struct Paged<W: Write> {
    terminal: W,
    state: State,
}

enum State {
    /// What was written so far fits the screen, which has so many lines.
    Kept {
        text: Vec<u8>,
        height: usize,
    },
    Shown(Pager),
    /// It is printed as it comes.
    Printed,
}

/// A pager that was started, with what it was given first: a shell that finds none says so only when it ends.
struct Pager {
    child: Child,
    given: Option<Vec<u8>>,
}

impl Pager {
    /// More than a pipe holds: who took so much is there.
    const MUCH: usize = 1 << 20;

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(stdin) = &mut self.child.stdin else { return Ok(bytes.len()) };
        let written = stdin.write(bytes)?;
        if let Some(given) = &mut self.given {
            given.extend_from_slice(&bytes[..written]);
        }
        self.given.take_if(|given| given.len() > Pager::MUCH);
        Ok(written)
    }

    /// Waits for its end: what it was given, if there was no such program.
    fn end(&mut self) -> io::Result<Option<Vec<u8>>> {
        drop(self.child.stdin.take());
        let is_none = matches!(self.child.wait()?.code(), Some(126 | 127));
        Ok(self.given.take().filter(|_| is_none))
    }
}

impl<W: Write> Paged<W> {
    pub fn new(terminal: W) -> Paged<W> {
        let height = terminal::height().filter(|_| terminal::may_page());
        let state = height.map_or(State::Printed, |height| State::Kept { text: Vec::new(), height });
        Paged { terminal, state }
    }

    /// Ends it: what was kept is printed, and a pager is waited for.
    pub fn end(mut self) -> io::Result<()> {
        let text = match &mut self.state {
            State::Kept { text, .. } => std::mem::take(text),
            State::Shown(pager) => pager.end()?.unwrap_or_default(),
            State::Printed => Vec::new(),
        };
        self.state = State::Printed;
        self.terminal.write_all(&text)?;
        self.terminal.flush()
    }
}

impl<W: Write> Write for Paged<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.state {
            State::Kept { text, height } => {
                text.extend_from_slice(bytes);
                // The prompt that follows takes a line too.
                if text.iter().filter(|byte| **byte == b'\n').count() >= *height {
                    let text = std::mem::take(text);
                    self.state = pager().map_or(State::Printed, State::Shown);
                    self.write_all(&text)?;
                }
                Ok(bytes.len())
            }
            State::Shown(pager) => match pager.write(bytes) {
                Err(error) if error.kind() == ErrorKind::BrokenPipe => match pager.end()? {
                    Some(text) => {
                        self.state = State::Printed;
                        self.terminal.write_all(&text)?;
                        self.terminal.write(bytes)
                    }
                    None => Err(error),
                },
                done => done,
            },
            State::Printed => self.terminal.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.state {
            State::Kept { .. } => Ok(()),
            State::Shown(pager) => pager.child.stdin.as_mut().map_or(Ok(()), Write::flush),
            State::Printed => self.terminal.flush(),
        }
    }
}

/// Whoever goes away without an end, as after an error, waits for the pager all the same: two programs must not share a terminal.
impl<W: Write> Drop for Paged<W> {
    fn drop(&mut self) {
        if let State::Shown(pager) = &mut self.state {
            _ = pager.end();
        }
    }
}

/// The pager that the user names, or `less`; none if the name is empty or `cat`, or if it cannot be started.
fn pager() -> Option<Pager> {
    let named = ["MODELKIN_PAGER", "PAGER"].into_iter().find_map(|name| std::env::var(name).ok());
    let named = named.unwrap_or_else(|| "less".to_owned());
    let mut words = named.split_whitespace();
    let program = words.next().filter(|_| named.trim() != "cat")?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+=, ".contains(c);
    let mut command = match named.chars().all(is_plain) {
        true => {
            let mut command = Command::new(program);
            command.args(words);
            command
        }
        // Quotes and variables are the shell's.
        false => {
            let mut command = Command::new("sh");
            command.args(["-c", &named]);
            command
        }
    };
    // As git sets them: leave at once if it fits, pass colours on, and leave the screen as it is.
    for (name, options) in [("LESS", "FRX"), ("LV", "-c")] {
        if std::env::var_os(name).is_none() {
            command.env(name, options);
        }
    }
    let child = command.stdin(Stdio::piped()).spawn().ok()?;
    // It is for the pager to say what Ctrl-C does.
    leave_interrupts();
    Some(Pager { child, given: Some(Vec::new()) })
}

/// From now on Ctrl-C does not end the program: the pager decides, and this program ends after it.
fn leave_interrupts() {
    let Ok(runtime) = runtime() else { return };
    let listen = move || while runtime.block_on(tokio::signal::ctrl_c()).is_ok() {};
    // Without a thread Ctrl-C ends this program, and the pager sees the end of its input.
    _ = std::thread::Builder::new().spawn(listen);
}
