//! Thrift's compact protocol, in which Parquet's footers and the heads of its pages are written: gone over before the
//! crate reads them, which sizes arrays by what they say and goes as deep as they do. Nothing is sized here.

/// The kinds of values that are looked at.
pub(super) const INT32: u8 = 5;
pub(super) const TEXT: u8 = 8;
pub(super) const LIST: u8 = 9;
pub(super) const STRUCT: u8 = 12;

/// Deepest nesting of values.
const MAX_DEPTH: usize = 64;
/// Most structs of a list: the crate takes some hundred bytes for each of those that a list says it has.
const MOST_STRUCTS: u64 = 1 << 20;

/// Values of which nothing is there where they break off or cannot be.
pub(super) struct Thrift<'a> {
    bytes: &'a [u8],
    depth: usize,
}

/// What is done with a field or an element, given its number and its kind.
type Take<'t, 'a> = &'t mut dyn FnMut(&mut Thrift<'a>, i64, u8) -> Option<()>;

impl<'a> Thrift<'a> {
    pub fn new(bytes: &'a [u8]) -> Thrift<'a> {
        Thrift { bytes, depth: 0 }
    }

    /// The bytes that are left.
    pub fn rest(&self) -> &'a [u8] {
        self.bytes
    }

    /// Goes over the fields of a struct, of which `take` reads each or passes over it.
    pub fn fields(&mut self, take: Take<'_, 'a>) -> Option<()> {
        let mut number = 0i64;
        loop {
            let head = self.byte()?;
            if head & 0xf == 0 {
                return (head == 0).then_some(());
            }
            number = match head >> 4 {
                0 => self.int()?,
                step => number + i64::from(step),
            };
            // The crate cuts off what does not fit.
            i16::try_from(number).ok()?;
            take(self, number, head & 0xf)?;
        }
    }

    /// Goes over a list; `take` is told how many elements follow each.
    pub fn list(&mut self, take: Take<'_, 'a>) -> Option<()> {
        let head = self.byte()?;
        let count = if head >> 4 == 0xf { self.number()? } else { u64::from(head >> 4) };
        let kind = head & 0xf;
        if count > self.bytes.len() as u64 || (kind == STRUCT && count > MOST_STRUCTS) {
            return None;
        }
        (1..=count as i64).rev().try_for_each(|more| take(self, more - 1, kind))
    }

    /// Passes over a field's value.
    pub fn pass(&mut self, kind: u8) -> Option<()> {
        // Of a field, yes and no stand in its head.
        if matches!(kind, 1 | 2) { Some(()) } else { self.element(kind) }
    }

    /// Passes over an element of a list.
    fn element(&mut self, kind: u8) -> Option<()> {
        match kind {
            // A byte each by the protocol, and none to the crate, which would go on within them, as often as they say. No footer and
            // no head of a page has any.
            1 | 2 => None,
            3 => self.byte().map(drop),
            4..=6 => self.number().map(drop),
            7 => self.bytes(8).map(drop),
            8 => self.text().map(drop),
            _ if self.depth == MAX_DEPTH => None,
            _ => {
                self.depth += 1;
                let done = self.inner(kind);
                self.depth -= 1;
                done
            }
        }
    }

    fn inner(&mut self, kind: u8) -> Option<()> {
        match kind {
            9 | 10 => self.list(&mut |list, _, kind| list.element(kind)),
            11 => {
                let count = self.number()?;
                let kinds = if count > 0 { self.byte()? } else { 0 };
                (0..count).try_for_each(|_| {
                    self.element(kinds >> 4)?;
                    self.element(kinds & 0xf)
                })
            }
            STRUCT => self.fields(&mut |inner, _, kind| inner.pass(kind)),
            _ => None,
        }
    }

    /// A signed number.
    pub fn int(&mut self) -> Option<i64> {
        self.number().map(|code| (code >> 1) as i64 ^ -((code & 1) as i64))
    }

    /// A signed number that has to fit: the crate cuts off what does not.
    pub fn int32(&mut self) -> Option<i32> {
        self.int()?.try_into().ok()
    }

    pub fn text(&mut self) -> Option<&'a [u8]> {
        let length = self.number()?;
        self.bytes(length)
    }

    fn byte(&mut self) -> Option<u8> {
        self.bytes(1).map(|byte| byte[0])
    }

    fn bytes(&mut self, count: u64) -> Option<&'a [u8]> {
        let (bytes, rest) = self.bytes.split_at_checked(usize::try_from(count).ok()?)?;
        self.bytes = rest;
        Some(bytes)
    }

    fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lists of yes and no take a byte for each to some readers and none to others: what stands behind them is read otherwise.
    #[test]
    fn lists_and_maps_of_yes_and_no_are_refused() {
        let over = |bytes: &[u8]| Thrift::new(bytes).fields(&mut |inner, _, kind| inner.pass(kind)).is_some();
        // Field 1: two bytes in a list, in a set; a map of a byte to a byte; a field that is yes.
        assert!(over(&[0x19, 0x23, 1, 1, 0]) && over(&[0x1a, 0x23, 1, 1, 0]) && over(&[0x1b, 1, 0x33, 1, 1, 0]));
        assert!(over(&[0x11, 0]) && over(&[0x19, 0x01, 0]) && over(&[0x1b, 0, 0]));
        for kind in [1, 2] {
            assert!(!over(&[0x19, 0x20 | kind, 1, 1, 0]) && !over(&[0x1a, 0x20 | kind, 1, 1, 0]));
            assert!(!over(&[0x1b, 1, 0x30 | kind, 1, 1, 0]) && !over(&[0x1b, 1, 0x03 | kind << 4, 1, 1, 0]));
        }
    }
}
