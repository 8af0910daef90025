//! Shifts shared out among threads, each of which keeps its memory.

use std::sync::Mutex;

use porism_runtime::Pool;
use rayon::prelude::*;

use crate::error::Error;

/// `work(memory, start, part)` for every part of `out` of `length` elements, in any order, on all threads. The first error in the order of the parts counts.
pub(crate) fn for_chunks<M: Send>(
    pool: &Pool,
    out: &mut [i32],
    length: usize,
    make: impl Fn() -> M + Sync + Send,
    work: impl Fn(&mut M, usize, &mut [i32]) -> Result<(), Error> + Sync + Send,
) -> Result<(), Error> {
    if out.len() <= length || !pool.is_parallel() {
        let mut memory = make();
        for (i, part) in out.chunks_mut(length).enumerate() {
            work(&mut memory, i * length, part)?;
        }
        return Ok(());
    }
    let memories: Mutex<Vec<M>> = Mutex::new(Vec::new());
    let lend = || memories.lock().ok().and_then(|mut free| free.pop());
    pool.run(|| {
        out.par_chunks_mut(length).enumerate().try_for_each(|(i, part)| {
            let mut memory = lend().unwrap_or_else(&make);
            let done = work(&mut memory, i * length, part);
            if let Ok(mut free) = memories.lock() {
                free.push(memory);
            }
            done
        })
    })
}
