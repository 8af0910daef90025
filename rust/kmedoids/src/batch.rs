//! Sweeping several candidates at once without letting the result depend on how many.
//!
//! Eager swapping is a chain: each candidate is judged in the state that the one before left. But most candidates change nothing. So a batch of the next
//! candidates is swept in parallel under the present state, and then looked at in order; the first that improves is swapped in, and what was computed
//! for those after it is thrown away. That is the serial sequence, whatever the batch size.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use porism_runtime::Pool;

use crate::element::Element;
use crate::matrix::Instance;
use crate::state::State;
use crate::sweep::{Change, GROUP, Scratch, evaluate_group};

/// Candidates in a batch at most.
pub(crate) const MAX_BATCH: usize = 64;

/// `evaluate` groups of `candidates` into as many `changes`, each thread with a `scratch` of its own. Once a change is `enough`, those behind it may be left as they were.
///
/// Groups are handed out in order, one at a time: a thread that the system holds up keeps nobody waiting for long, and when one of them has enough, all before it are done or being done.
pub(crate) fn by_groups<S: Send, C: Copy + Send>(
    pool: &Pool,
    scratch: &mut [S],
    candidates: &[u32],
    changes: &mut [C],
    evaluate: impl Fn(&mut S, &[u32], &mut [C]) + Sync,
    enough: impl Fn(C) -> bool + Sync,
) {
    let size = candidates.len().div_ceil(scratch.len().max(1)).clamp(1, GROUP);
    let groups = Mutex::new(candidates.chunks(size).zip(changes.chunks_mut(size)));
    let next = || groups.lock().unwrap_or_else(PoisonError::into_inner).next();
    let ended = AtomicBool::new(false);
    let work = |scratch: &mut S| {
        while !ended.load(Ordering::Relaxed)
            && let Some((candidates, changes)) = next()
        {
            evaluate(scratch, candidates, changes);
            if changes.iter().any(|&change| enough(change)) {
                ended.store(true, Ordering::Relaxed);
            }
        }
    };
    match scratch {
        [first, ..] if candidates.len() <= size => work(first),
        _ => pool.for_each_of(scratch.iter_mut().collect(), work),
    }
}

/// Sweeps batches of candidates on a pool.
pub(crate) struct Sweeper<'p, T: Element> {
    pool: &'p Pool,
    scratch: Vec<Scratch<T::Acc>>,
    changes: Vec<Change<T::Acc>>,
}

impl<'p, T: Element> Sweeper<'p, T> {
    pub(crate) fn new(pool: &'p Pool, k: usize) -> Self {
        Self {
            pool,
            scratch: vec![Scratch::new(k); pool.n_threads()],
            changes: Vec::new(),
        }
    }

    /// The best swap with each of `candidates` in the present state.
    pub(crate) fn sweep(
        &mut self,
        instance: &Instance<'_, T>,
        state: &State<T>,
        candidates: &[u32],
    ) -> &[Change<T::Acc>] {
        self.some(instance, state, candidates, |_| false)
    }

    /// The same up to the first that improves the loss; those behind it may be anything.
    pub(crate) fn sweep_to_improvement(
        &mut self,
        instance: &Instance<'_, T>,
        state: &State<T>,
        candidates: &[u32],
    ) -> &[Change<T::Acc>] {
        self.some(instance, state, candidates, |change| state.is_improved_by(change.cost))
    }

    fn some(
        &mut self,
        instance: &Instance<'_, T>,
        state: &State<T>,
        candidates: &[u32],
        enough: impl Fn(Change<T::Acc>) -> bool + Sync,
    ) -> &[Change<T::Acc>] {
        let Self { pool, scratch, changes } = self;
        changes.clear();
        changes.resize(candidates.len(), Change::NOTHING);
        let evaluate = |scratch: &mut Scratch<T::Acc>, candidates: &[u32], changes: &mut [Change<T::Acc>]| {
            evaluate_group(instance, state, candidates, scratch, changes);
        };
        by_groups(pool, scratch, candidates, changes, evaluate, enough);
        changes
    }
}
