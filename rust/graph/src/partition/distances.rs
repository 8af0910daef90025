//! Exact distances: of pairs, and of whole rows.

use std::sync::Mutex;

use porism_runtime::{Interrupted, Monitor, Pool};

use super::check::{check_length, check_vertices};
use super::search::{NONE, Search};
use crate::{Csr, Error};

/// The distance of `from[i]` and `to[i]`, infinite across components: a search for each different `from`, which ends at the farthest of its ends.
///
/// # Errors
/// `InvalidParameter` for a vertex that is none; `Interrupted`.
pub fn pair_distances(
    graph: &Csr,
    from: &[u32],
    to: &[u32],
    pool: &Pool,
    monitor: &Monitor,
) -> Result<Vec<f64>, Error> {
    check_vertices("from", from, graph.n_rows())?;
    check_vertices("to", to, graph.n_rows())?;
    check_length("to", to.len(), from.len())?;
    let mut order: Vec<usize> = (0..from.len()).collect();
    order.sort_unstable_by_key(|&pair| (from[pair], to[pair]));
    let groups: Vec<&[usize]> = order.chunk_by(|&a, &b| from[a] == from[b]).collect();
    let spare = Spare::new(graph.n_rows());
    let found = Mutex::new(vec![f64::INFINITY; from.len()]);
    let failed = Mutex::new(Ok(()));
    pool.for_each(groups.len(), |g| {
        let work = || -> Result<(), Interrupted> {
            monitor.check()?;
            let mut wanted: Vec<u32> = groups[g].iter().map(|&pair| to[pair]).collect();
            wanted.dedup();
            let mut left = wanted.len();
            let mut search = spare.take();
            search.begin();
            search.seed(from[groups[g][0]], 0.0, NONE);
            search.run(
                graph,
                f64::INFINITY,
                monitor,
                |_, _| true,
                |vertex, _, _| {
                    left -= usize::from(wanted.binary_search(&vertex).is_ok());
                    left == 0
                },
            )?;
            let distances: Vec<f64> = groups[g].iter().map(|&pair| search.distance(to[pair])).collect();
            spare.give(search);
            let mut found = lock(&found);
            groups[g]
                .iter()
                .zip(distances)
                .for_each(|(&pair, distance)| found[pair] = distance);
            Ok(())
        };
        if let Err(interrupted) = work() {
            *lock(&failed) = Err(interrupted);
        }
    });
    let outcome = *lock(&failed);
    outcome?;
    Ok(found.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner))
}

/// The distances of each of `sources` to every vertex, a row each.
///
/// # Errors
/// `InvalidParameter` for a source that is no vertex; `TooLarge`; `Interrupted`.
pub fn rows(graph: &Csr, sources: &[u32], pool: &Pool, monitor: &Monitor) -> Result<Vec<f64>, Error> {
    let n = graph.n_rows();
    check_vertices("sources", sources, n)?;
    let mut made: Vec<f64> = Vec::new();
    let size = sources.len().checked_mul(n);
    if size.is_none_or(|size| made.try_reserve_exact(size).is_err()) {
        return Err(Error::TooLarge {
            what: "the matrix of distances",
            bytes: 8 * sources.len() as u128 * n as u128,
        });
    }
    made.resize(sources.len() * n, f64::INFINITY);
    let spare = Spare::new(n);
    let failed = Mutex::new(Ok(()));
    let parts: Vec<(u32, &mut [f64])> = sources.iter().copied().zip(made.chunks_exact_mut(n.max(1))).collect();
    pool.for_each_of(parts, |(source, row)| {
        let mut search = spare.take();
        search.begin();
        search.seed(source, 0.0, NONE);
        let done = monitor.check().and_then(|()| {
            search.run(
                graph,
                f64::INFINITY,
                monitor,
                |_, _| true,
                |vertex, _, distance| {
                    row[vertex as usize] = distance;
                    false
                },
            )
        });
        if let Err(interrupted) = done {
            *lock(&failed) = Err(interrupted);
        }
        spare.give(search);
    });
    let outcome = *lock(&failed);
    outcome?;
    Ok(made)
}

/// Searches that are not in use, so that a thread has one without making it anew for each task.
pub(super) struct Spare {
    n: usize,
    idle: Mutex<Vec<Search>>,
}

impl Spare {
    pub(super) fn new(n: usize) -> Self {
        Self {
            n,
            idle: Mutex::new(Vec::new()),
        }
    }

    pub(super) fn take(&self) -> Search {
        let idle = lock(&self.idle).pop();
        idle.unwrap_or_else(|| Search::new(self.n))
    }

    pub(super) fn give(&self, search: Search) {
        lock(&self.idle).push(search);
    }
}

/// What `mutex` guards, whether or not a thread panicked with it: what is guarded here is never left half-written.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
