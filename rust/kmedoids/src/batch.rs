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
use crate::sweep::{Change, Scratch, evaluate};

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
        let one =
            |scratch: &mut Scratch<T::Acc>, candidate: u32| evaluate(instance, state, candidate as usize, scratch);
        if self.pool.is_parallel() && candidates.len() > 1 {
            let parts = scratch.len().min(candidates.len());
            let share = candidates.len().div_ceil(parts);
            let empty = Change {
                slot: 0,
                cost: crate::cost::Cost::ZERO,
            };
            changes.resize(candidates.len(), empty);
            self.pool.run(|| {
                candidates
                    .par_chunks(share)
                    .zip(changes.par_chunks_mut(share))
                    .zip(scratch.par_iter_mut())
                    .for_each(|((candidates, changes), scratch)| {
                        for (&candidate, change) in candidates.iter().zip(changes) {
                            *change = one(scratch, candidate);
                        }
                    });
            });
        } else {
            changes.extend(candidates.iter().map(|&candidate| one(&mut scratch[0], candidate)));
        }
        changes
    }
}
