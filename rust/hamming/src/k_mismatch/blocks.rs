//! Shifts cut into blocks: the unit of threads, of progress and of interrupts.

use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use porism_runtime::{Isa, Monitor, Pool};

use super::Found;
use crate::Error;

/// How a search is run. None of it changes the result.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Threads.
    pub n_threads: usize,
    /// Vectors to use at most.
    pub isa: Isa,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            n_threads: 1,
            isa: Isa::detect(),
        }
    }
}

/// Run `work` on blocks of at most `size` shifts out of `n_shifts`, and join what it found in order.
pub(super) fn in_blocks(
    n_shifts: usize,
    size: usize,
    options: &Options,
    monitor: &Monitor,
    work: impl Fn(Range<usize>, &mut Found) -> Result<(), Error> + Sync,
) -> Result<Found, Error> {
    let n_blocks = n_shifts.div_ceil(size.max(1));
    let range = |block: usize| block * size..((block + 1) * size).min(n_shifts);
    let done = AtomicU64::new(0);
    let one = |block: usize| -> Result<Found, Error> {
        monitor.check()?;
        let mut found = Found::default();
        work(range(block), &mut found)?;
        let shifts = range(block).len() as u64;
        let before = done.fetch_add(shifts, Ordering::Relaxed);
        monitor.report(before + shifts, n_shifts as u64, 0.0);
        Ok(found)
    };
    let mut all = Found::default();
    let pool = Pool::new(options.n_threads.min(n_blocks))?;
    if !pool.is_parallel() {
        for block in 0..n_blocks {
            all.append(one(block)?);
        }
        return Ok(all);
    }
    let parts: Mutex<Vec<Option<Result<Found, Error>>>> = Mutex::new((0..n_blocks).map(|_| None).collect());
    pool.for_each(n_blocks, |block| {
        let part = one(block);
        parts.lock().unwrap_or_else(|poisoned| poisoned.into_inner())[block] = Some(part);
    });
    for part in parts
        .into_inner()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
        .into_iter()
        .flatten()
    {
        all.append(part?);
    }
    Ok(all)
}

/// The shifts at which a pattern of m symbols lies inside a text of n; an error where there are none.
pub(super) fn shifts(n: usize, m: usize) -> Result<usize, Error> {
    if m == 0 {
        return Err(Error::EmptyPattern);
    }
    if m > n {
        return Err(Error::NoShift { text: n, pattern: m });
    }
    Ok(n - m + 1)
}
