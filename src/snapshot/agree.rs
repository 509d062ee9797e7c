//! Whether numbers agree with each other and with how many there must be. What is said of all of an array is said of its blocks, while
//! its checksum is computed: a question waits for it.

use std::fmt::Display;

use arrow_buffer::ArrowNativeType;

/// Nothing, or what is wrong.
pub(crate) type Agreed = Result<(), String>;

/// Nothing is asked of the numbers of an array.
pub(crate) fn any<T>(_: &[T]) -> Agreed {
    Ok(())
}

/// Says whether there are as many things as there must be.
pub(crate) fn as_many(what: &str, are: usize, must: usize) -> Agreed {
    match are == must {
        true => Ok(()),
        false => Err(format!("{are} {what}, where {must} must be")),
    }
}

/// Says whether bytes are such as stand in ids: ASCII, and nothing that ends a line or that a terminal heeds.
pub(crate) fn graphic(block: &[u8]) -> Agreed {
    match block.iter().fold(true, |is_so, byte| is_so & byte.is_ascii_graphic()) {
        true => Ok(()),
        false => Err("a character that no id has".into()),
    }
}

/// Says whether numbers never fall.
pub(crate) fn rising<T: ArrowNativeType + Ord>(block: &[T]) -> Agreed {
    match block.iter().zip(block.iter().skip(1)).fold(true, |is_so, (one, next)| is_so & (one <= next)) {
        true => Ok(()),
        false => Err("the ends of its lists do not rise".into()),
    }
}

/// Says whether numbers that are [`rising`] tell where so many lists end, that hold so many things together: they begin at 0 and end
/// with the last thing. Where there are no lists there may be no numbers.
pub(crate) fn ends<T: ArrowNativeType>(ends: &[T], lists: usize, things: usize) -> Agreed {
    as_many("lists", ends.len().saturating_sub(1), lists)?;
    let is_from_start = ends.first().is_none_or(|first| *first == T::default());
    match is_from_start && ends.last().map_or(Some(0), |last| last.to_usize()) == Some(things) {
        true => Ok(()),
        false => Err(format!("its lists do not go from 0 to {things}")),
    }
}

/// Says whether numbers are those of things of which there are so many.
pub(crate) fn below<T: ArrowNativeType + Ord + Display>(what: &str, block: &[T], things: usize) -> Agreed {
    let highest = block.iter().fold(T::default(), |highest, number| highest.max(*number));
    match block.is_empty() || highest.as_usize() < things {
        true => Ok(()),
        false => Err(format!("{what} of the number {highest}, where there are {things}")),
    }
}

/// Says whether these are rows of which there are so many, each higher than the one before.
pub(crate) fn rows(block: &[u32], all: usize) -> Agreed {
    match block.iter().zip(block.iter().skip(1)).fold(true, |is_so, (one, next)| is_so & (one < next)) {
        true => below("a row", block, all),
        false => Err("its rows do not rise".into()),
    }
}
