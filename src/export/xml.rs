use std::borrow::Cow;
use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

/// An XML document under construction, indented.
pub(super) struct Xml<'w> {
    writer: Writer<&'w mut dyn io::Write>,
    /// Signs that had to be replaced.
    replaced: usize,
}

impl<'w> Xml<'w> {
    pub fn begin(out: &'w mut dyn io::Write) -> io::Result<Xml<'w>> {
        let mut writer = Writer::new_with_indent(out, b' ', 1);
        writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        Ok(Xml { writer, replaced: 0 })
    }

    /// What stands within another document.
    pub fn within(out: &'w mut dyn io::Write) -> Xml<'w> {
        Xml { writer: Writer::new_with_indent(out, b' ', 1), replaced: 0 }
    }

    /// Opens an element.
    pub fn open(&mut self, name: &str, attributes: &[(&str, &str)]) -> io::Result<()> {
        let start = self.start(name, attributes);
        self.writer.write_event(Event::Start(start))
    }

    pub fn close(&mut self, name: &str) -> io::Result<()> {
        self.writer.write_event(Event::End(BytesEnd::new(name)))
    }

    /// An element without contents.
    pub fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) -> io::Result<()> {
        let start = self.start(name, attributes);
        self.writer.write_event(Event::Empty(start))
    }

    /// An element with a text in it.
    pub fn text(&mut self, name: &str, attributes: &[(&str, &str)], text: &str) -> io::Result<()> {
        self.open(name, attributes)?;
        let text = self.allowed(text);
        self.writer.write_event(Event::Text(BytesText::new(&text)))?;
        self.close(name)
    }

    /// Closes the outermost element. What could not be written is told after it.
    pub fn finish(mut self, name: &str) -> io::Result<()> {
        self.close(name)?;
        if self.replaced > 0 {
            let told = format!(" {} characters that XML cannot carry are written as U+FFFD ", self.replaced);
            self.writer.write_event(Event::Comment(BytesText::new(&told)))?;
        }
        Ok(())
    }

    fn start<'a>(&mut self, name: &'a str, attributes: &[(&str, &str)]) -> BytesStart<'a> {
        let mut start = BytesStart::new(name);
        for (name, value) in attributes {
            start.push_attribute((*name, &*self.allowed(value)));
        }
        start
    }

    fn allowed<'t>(&mut self, text: &'t str) -> Cow<'t, str> {
        let (text, replaced) = allowed(text);
        self.replaced += replaced;
        text
    }
}

/// XML 1.0 cannot carry most control characters, not even escaped: U+FFFD stands for them. Gives how many there were.
pub(super) fn allowed(text: &str) -> (Cow<'_, str>, usize) {
    let is_allowed =
        |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..);
    match text.chars().filter(|c| !is_allowed(*c)).count() {
        0 => (Cow::Borrowed(text), 0),
        some => (Cow::Owned(text.chars().map(|c| if is_allowed(c) { c } else { '\u{FFFD}' }).collect()), some),
    }
}
