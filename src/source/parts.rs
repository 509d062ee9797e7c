//! A source in parts, which are read side by side and given on in their order.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::mpsc::sync_channel;
use std::sync::{Mutex, PoisonError};
use std::thread::{Builder, available_parallelism, scope};

use super::{Digested, Error, Sink, Source};

/// A `Parts` takes the parts of a source, several at once, each from another thread.
pub trait Parts: Sync {
    /// Takes a part, whose records `fill` gives. Parts are numbered from 0 on in the order in which they stand in the source.
    ///
    /// # Errors
    /// It fails as `fill` does.
    fn part(&self, number: usize, fill: Fill<'_>) -> Result<(), Error>;

    /// Tells what is wanted of the records; everything, if nothing else is said.
    fn projection(&self) -> Projection {
        Projection::All
    }
}

/// A `Projection` says what is wanted of records. What is not wanted need not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Projection {
    /// Everything is wanted.
    All,
    /// Ids and parents are wanted, and whose word the parents are.
    Links,
}

/// A `Fill` gives the records of a part, in order, to the sink that it is given. It is called once.
pub type Fill<'f> = &'f mut dyn FnMut(Sink<'_>) -> Result<(), Error>;

/// Reads a source in parts, side by side: `gather` makes one thing of each part, where it is read, and `add` is given these
/// in the order of the parts.
///
/// # Errors
/// It fails as [`Source::read`] does, and as `gather` does.
pub fn read_gathered<T: Send>(
    source: Box<dyn Source>,
    projection: Projection,
    gather: impl Fn(Fill<'_>) -> Result<T, Error> + Sync,
    add: impl FnMut(T) + Send,
) -> Result<Digested, Error> {
    source.read_parts(&Gathering {
        projection,
        gather,
        joining: Mutex::new(Joining { add, next: 0, early: BTreeMap::new() }),
    })
}

/// Where the parts of a source come in.
struct Gathering<G, A, T> {
    projection: Projection,
    gather: G,
    joining: Mutex<Joining<A, T>>,
}

/// What takes parts in their order, and the parts that came before those that stand before them.
struct Joining<A, T> {
    add: A,
    next: usize,
    early: BTreeMap<usize, T>,
}

impl<G, A, T> Parts for Gathering<G, A, T>
where
    G: Fn(Fill<'_>) -> Result<T, Error> + Sync,
    A: FnMut(T) + Send,
    T: Send,
{
    fn part(&self, number: usize, fill: Fill<'_>) -> Result<(), Error> {
        let part = (self.gather)(fill)?;
        let mut joining = self.joining.lock().unwrap_or_else(PoisonError::into_inner);
        let Joining { add, next, early } = &mut *joining;
        early.insert(number, part);
        while let Some(part) = early.remove(next) {
            add(part);
            *next += 1;
        }
        Ok(())
    }

    fn projection(&self) -> Projection {
        self.projection
    }
}

/// Gives a source to `parts` as one part.
pub(super) fn as_one_part<T>(parts: &dyn Parts, read: impl FnOnce(Sink<'_>) -> Result<T, Error>) -> Result<T, Error> {
    let (mut read, mut gave) = (Some(read), None);
    parts.part(0, &mut |sink| {
        gave = read.take().map(|read| read(sink)).transpose()?;
        Ok(())
    })?;
    gave.ok_or_else(|| Error::unfit(Path::new(""), "was not read"))
}

/// A desk for each processor.
pub(super) fn desks<D, E>(desk: impl Fn() -> Result<D, E>) -> Result<Vec<D>, E> {
    (0..available_parallelism().map_or(1, |processors| processors.get())).map(|_| desk()).collect()
}

/// Takes the parts that `next` gives, one after the other, works at them side by side, each at one of the desks, on which
/// `next` may lay the part, and gives what comes out to `take`, in the order of the parts. The first error of any of the
/// three ends it. Where the system makes fewer threads than there are desks, some stay empty; where it makes none, the work is
/// done here.
pub(super) fn in_order<D: Send, P, T: Send, E: Send>(
    desks: Vec<D>,
    next: impl FnMut(&mut D) -> Result<Option<P>, E> + Send,
    work: impl Fn(&mut D, P) -> Result<T, E> + Sync,
    take: impl FnMut(T),
) -> Result<(), E> {
    let threads = desks.len();
    on_threads(threads, desks, next, work, take)
}

fn on_threads<D: Send, P, T: Send, E: Send>(
    threads: usize,
    desks: Vec<D>,
    next: impl FnMut(&mut D) -> Result<Option<P>, E> + Send,
    work: impl Fn(&mut D, P) -> Result<T, E> + Sync,
    mut take: impl FnMut(T),
) -> Result<(), E> {
    let next = Mutex::new((0usize, Some(next)));
    // The next part with its number, worked at; nothing at the end, of which nobody asks twice.
    let turn = |desk: &mut D| -> Option<(usize, Result<T, E>)> {
        let mut turn = next.lock().ok()?;
        let number = turn.0;
        let part = turn.1.as_mut().map(|next| next(desk))?;
        if !matches!(part, Ok(Some(_))) {
            turn.1 = None;
        }
        turn.0 += 1;
        drop(turn);
        Some((number, part.transpose()?.and_then(|part| work(desk, part))))
    };
    let (give, given) = sync_channel(2 * desks.len());
    let free = Mutex::new(desks);
    let desk = || free.lock().unwrap_or_else(PoisonError::into_inner).pop();
    scope(|scope| {
        let made = (0..threads).take_while(|_| {
            let (give, turn, desk) = (give.clone(), &turn, &desk);
            let work = move || {
                let Some(mut desk) = desk() else { return };
                while let Some(done) = turn(&mut desk) {
                    if give.send(done).is_err() {
                        break;
                    }
                }
            };
            Builder::new().spawn_scoped(scope, work).is_ok()
        });
        if made.count() == 0 {
            let Some(mut desk) = desk() else { return Ok(()) };
            while let Some((_, done)) = turn(&mut desk) {
                take(done?);
            }
            return Ok(());
        }
        drop(give);
        let (mut early, mut wanted) = (BTreeMap::new(), 0);
        // After an error nobody receives, which ends the others.
        for (number, done) in given {
            early.insert(number, done);
            while let Some(done) = early.remove(&wanted) {
                take(done?);
                wanted += 1;
            }
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn on_no_thread_or_some_the_same_is_given_in_the_same_order() {
        for threads in [0, 1, 2, 5] {
            for fault in [None, Some(0), Some(7), Some(99)] {
                let mut left = 0..100;
                let mut given = Vec::new();
                let next = |_: &mut u32| Ok(left.next());
                let work = |desk: &mut u32, part| {
                    *desk += 1;
                    if fault == Some(part) { Err(part) } else { Ok(part) }
                };
                let done = on_threads(threads, vec![0u32; 5], next, work, |part| given.push(part));
                assert_eq!(done, fault.map_or(Ok(()), Err), "{threads}");
                assert_eq!(given, (0..fault.unwrap_or(100)).collect::<Vec<i32>>(), "{threads}");
            }
            let done: Result<(), &str> =
                on_threads(threads, vec![(); 5], |()| Err::<Option<()>, _>("cut"), |(), ()| Ok(()), |()| ());
            assert_eq!(done, Err("cut"));
        }
    }
}
