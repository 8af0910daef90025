//! Shifts cut into blocks: the unit of threads, of progress and of interrupts.

use std::ops::Range;
use std::sync::OnceLock;
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
    for part in each(n_blocks, options.n_threads, one)? {
        all.append(part);
    }
    Ok(all)
}

/// `work` for every number below `n`, on threads; the results in order, or the first error.
pub(super) fn each<T: Send + Sync>(
    n: usize,
    n_threads: usize,
    work: impl Fn(usize) -> Result<T, Error> + Sync,
) -> Result<Vec<T>, Error> {
    let pool = Pool::new(n_threads.min(n))?;
    if !pool.is_parallel() {
        return (0..n).map(work).collect();
    }
    let parts: Vec<OnceLock<Result<T, Error>>> = (0..n).map(|_| OnceLock::new()).collect();
    pool.for_each(n, |i| {
        let _ = parts[i].set(work(i)); // nobody else sets this one
    });
    parts.into_iter().filter_map(OnceLock::into_inner).collect()
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
