//! A source in parts, which are read side by side and given on in their order.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::mpsc::sync_channel;
use std::thread::{available_parallelism, scope};

/// A desk for each processor.
pub(super) fn desks<D, E>(desk: impl Fn() -> Result<D, E>) -> Result<Vec<D>, E> {
    (0..available_parallelism().map_or(1, |processors| processors.get())).map(|_| desk()).collect()
}

/// Takes the parts that `next` gives, one after the other, works at them side by side, each at one of the desks, on which
/// `next` may lay the part, and gives what comes out to `take`, in the order of the parts. The first error of any of the
/// three ends it.
pub(super) fn in_order<D: Send, P, T: Send, E: Send>(
    desks: Vec<D>,
    next: impl FnMut(&mut D) -> Result<Option<P>, E> + Send,
    work: impl Fn(&mut D, P) -> Result<T, E> + Sync,
    mut take: impl FnMut(T),
) -> Result<(), E> {
    let next = Mutex::new((0usize, Some(next)));
    let (give, given) = sync_channel(2 * desks.len());
    scope(|threads| {
        for mut desk in desks {
            let (give, next, work) = (give.clone(), &next, &work);
            threads.spawn(move || {
                loop {
                    let Ok(mut turn) = next.lock() else { break };
                    let number = turn.0;
                    let Some(part) = turn.1.as_mut().map(|next| next(&mut desk)) else { break };
                    if !matches!(part, Ok(Some(_))) {
                        // Nobody asks again.
                        turn.1 = None;
                    }
                    turn.0 += 1;
                    drop(turn);
                    let done = match part {
                        Ok(Some(part)) => work(&mut desk, part),
                        Ok(None) => break,
                        Err(error) => Err(error),
                    };
                    if give.send((number, done)).is_err() {
                        break;
                    }
                }
            });
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
