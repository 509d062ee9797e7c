//! What comes in: a line that is no message at all is told on standard error, since the protocol's library passes over it without a word.

use serde::de::IgnoredAny;
use tokio::io::{self, AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream};

use crate::program::output;

/// Bytes that wait to be read.
const ROOM: usize = 1 << 16;
/// The library takes no longer line.
const LONGEST: usize = 16 << 20;

/// Standard input as it is, looked at on its way.
pub fn input() -> DuplexStream {
    let (mut give, take) = io::duplex(ROOM);
    tokio::spawn(async move {
        let mut input = BufReader::new(io::stdin());
        let (mut line, mut number) = (Vec::new(), 1_u64);
        loop {
            let part = match input.fill_buf().await {
                Ok(part) if !part.is_empty() => part,
                Ok(_) => break,
                Err(error) => {
                    output::say(&format!("error: standard input: {error}"));
                    break;
                }
            };
            let end = part.iter().position(|byte| *byte == b'\n');
            let part = &part[..end.map_or(part.len(), |end| end + 1)];
            let room = (LONGEST + 1).saturating_sub(line.len());
            line.extend_from_slice(&part[..part.len().min(room)]);
            let (length, sent) = (part.len(), give.write_all(part).await);
            input.consume(length);
            if sent.is_err() {
                break;
            }
            if end.is_some() {
                told(number, &line);
                line.clear();
                number += 1;
            }
        }
        if !line.trim_ascii().is_empty() {
            output::say(&format!("line {number} of standard input is passed over: it has no line end"));
        }
    });
    take
}

fn told(number: u64, line: &[u8]) {
    let line = line.trim_ascii();
    let wrong = match line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line) {
        [] => return,
        line if line.len() > LONGEST => "it is longer than 16 MiB".to_owned(),
        line => match serde_json::from_slice::<IgnoredAny>(line) {
            Ok(_) => return,
            Err(error) => format!("it is no JSON (column {})", error.column()),
        },
    };
    output::say(&format!("line {number} of standard input is passed over: {wrong}"));
}
