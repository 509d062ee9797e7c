//! A terminal is shown control characters by their numbers, since names and licences that others wrote may hold them.

use std::io::{self, Write};

use modelkin::ink::printable_lines;

/// A terminal on which control characters are shown by their numbers: what is written may quote what others wrote. Tabs stay.
pub struct Visible<W: Write> {
    terminal: W,
    /// The first bytes of a character whose others are still to come.
    begun: Vec<u8>,
}

impl<W: Write> Visible<W> {
    pub fn new(terminal: W) -> Visible<W> {
        Visible { terminal, begun: Vec::new() }
    }
}

impl<W: Write> Write for Visible<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut all = std::mem::take(&mut self.begun);
        all.extend_from_slice(bytes);
        let mut shown = String::with_capacity(all.len());
        let mut rest = &all[..];
        while !rest.is_empty() {
            let (text, wrong) = match std::str::from_utf8(rest) {
                Ok(text) => (text, None),
                Err(error) => {
                    let (text, _) = rest.split_at(error.valid_up_to());
                    (std::str::from_utf8(text).unwrap_or_default(), Some(error.error_len()))
                }
            };
            shown += &text.split('\t').map(printable_lines).collect::<Vec<_>>().join("\t");
            rest = &rest[text.len()..];
            match wrong {
                None => (),
                Some(Some(length)) => {
                    shown.extend(rest[..length].iter().map(|byte| format!("\\x{byte:02x}")));
                    rest = &rest[length..];
                }
                Some(None) => {
                    self.begun = rest.to_vec();
                    rest = &[];
                }
            }
        }
        self.terminal.write_all(shown.as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.terminal.flush()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::*;

    #[test]
    fn what_moves_a_cursor_is_shown_by_its_number_wherever_it_is_cut() {
        let text = "a\tb\u{1b}[31m\u{9b}0m\r\n\u{202e}é🙂\u{7}\n";
        let shown = "a\tb\\u{1b}[31m\\u{9b}0m\\u{d}\n\\u{202e}é🙂\\u{7}\n\\xff";
        let bytes = [text.as_bytes(), b"\xff"].concat();
        for length in 1..=bytes.len() {
            let mut out = Vec::new();
            let mut visible = Visible::new(&mut out);
            bytes.chunks(length).for_each(|piece| visible.write_all(piece).unwrap());
            assert_eq!(String::from_utf8(out).unwrap(), shown, "in pieces of {length}");
        }
    }
}
