use std::io;
use std::sync::mpsc::{Sender, channel};
use std::thread::Builder;

use rayon::{ThreadBuilder, ThreadPoolBuilder};

/// Makes the threads on which all counting is done: `wanted` of them, or as many as the system makes, and gives their
/// number. Where it makes none, that of the caller is the only one, and from then on nobody else may count. It is to be
/// called once, before anything is counted; without it they are made at the first count, which panics where they cannot
/// be.
pub fn threads(wanted: usize) -> usize {
    // They are made before the pool: one that fails cannot be made again.
    let make = || {
        let (give, taken) = channel::<ThreadBuilder>();
        let work = move || taken.recv().into_iter().for_each(ThreadBuilder::run);
        Builder::new().spawn(work).ok().map(|_| give)
    };
    let mut ready: Vec<Sender<ThreadBuilder>> = (0..wanted).map_while(|_| make()).collect();
    let (made, pool) = (ready.len(), ThreadPoolBuilder::new());
    // If that fails, somebody has made them before.
    _ = match made {
        0 => pool.num_threads(1).use_current_thread().build_global(),
        made => pool
            .num_threads(made)
            .spawn_handler(|thread| {
                let sent = ready.pop().map(|give| give.send(thread));
                sent.filter(Result::is_ok).map(drop).ok_or_else(|| io::Error::other("no thread is left"))
            })
            .build_global(),
    };
    rayon::current_num_threads()
}
