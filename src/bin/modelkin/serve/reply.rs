//! What is sent back.

use std::io::{self, Write};

/// Something that is written while it is sent.
pub type Fill = Box<dyn FnOnce(&mut dyn Write) -> io::Result<()> + Send>;

pub enum Body {
    Whole(Vec<u8>),
    Streamed(Fill),
}

pub struct Reply {
    pub status: u16,
    pub kind: &'static str,
    pub heads: Vec<(&'static str, String)>,
    pub body: Body,
}

pub const HTML: &str = "text/html; charset=utf-8";
pub const TEXT: &str = "text/plain; charset=utf-8";
pub const JSON: &str = "application/json";
pub const CSV: &str = "text/csv; charset=utf-8";

impl Reply {
    pub fn new(status: u16, kind: &'static str, body: impl Into<Vec<u8>>) -> Reply {
        Reply { status, kind, heads: Vec::new(), body: Body::Whole(body.into()) }
    }

    pub fn streamed(kind: &'static str, fill: impl FnOnce(&mut dyn Write) -> io::Result<()> + Send + 'static) -> Reply {
        Reply { status: 200, kind, heads: Vec::new(), body: Body::Streamed(Box::new(fill)) }
    }

    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Reply {
        self.heads.push((name, value.into()));
        self
    }

    /// Leads to another address.
    pub fn to(address: &str) -> Reply {
        Reply::new(302, TEXT, format!("{address}\n")).with("location", address).with("cache-control", "no-store")
    }

    /// Too many ask at once.
    pub fn busy() -> Reply {
        Reply::new(503, TEXT, "too many questions at once; ask again in a while\n").with("retry-after", "5")
    }

    /// The answer was not made, for no reason that is known.
    pub fn broken() -> Reply {
        Reply::new(500, TEXT, "the answer could not be made; the terminal in which it runs says why\n")
    }
}
