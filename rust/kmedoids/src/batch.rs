//! Sweeping several candidates at once without letting the result depend on how many.
//!
//! Eager swapping is a chain: each candidate is judged in the state that the one before left. But most candidates change nothing. So a batch of the next
//! candidates is swept in parallel under the present state, and then looked at in order; the first that improves is swapped in, and what was computed
//! for those after it is thrown away. That is the serial sequence, whatever the batch size.

use porism_runtime::Pool;
use rayon::prelude::*;

use crate::element::Element;
use crate::matrix::Instance;
use crate::state::State;
use crate::sweep::{Change, GROUP, Scratch, evaluate_group};

/// Candidates in a batch at most.
pub(crate) const MAX_BATCH: usize = 64;

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
        let changes = &mut self.changes;
        let scratch = &mut self.scratch;
        changes.clear();
        changes.resize(candidates.len(), Change::NOTHING);
        let some = |scratch: &mut Scratch<T::Acc>, candidates: &[u32], changes: &mut [Change<T::Acc>]| {
            for (candidates, changes) in candidates.chunks(GROUP).zip(changes.chunks_mut(GROUP)) {
                evaluate_group(instance, state, candidates, scratch, changes);
            }
        };
        if self.pool.is_parallel() && candidates.len() > 1 {
            let share = candidates.len().div_ceil(scratch.len());
            let candidates = candidates.par_chunks(share);
            let shares = candidates
                .zip(changes.par_chunks_mut(share))
                .zip(scratch.par_iter_mut());
            self.pool
                .run(|| shares.for_each(|((candidates, changes), scratch)| some(scratch, candidates, changes)));
        } else {
            some(&mut scratch[0], candidates, changes);
        }
        changes
    }
}
