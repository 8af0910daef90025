//! Which candidates need no sweep, because nothing that happened since their last one can have made them good.
//!
//! Let `f_o(i)` be what reference `o` falls back to when slot `i` is emptied: its second distance if its medoid is in `i`, else its first. Putting candidate
//! `j` into `i` changes the loss by `sum_o min(f_o(i), x_oj) - total`. A swap replaces `f` by `f'` and lowers the total by `delta`, and
//! `min(f', x) >= min(f, x) - max(0, f - f')`. So the change of `(i, j)` falls by at most
//!
//! ```text
//! A_i = sum_o max(0, f_o(i) - f'_o(i)) - delta
//! ```
//!
//! which needs nothing of `j` and no triangle inequality. Keeping the running sums of `A_i` for every slot after every swap, the best change of a candidate that was
//! last swept after swap `e` is bounded from below by `change - max_i (A_i(now) - A_i(e))`. While that is positive, the candidate cannot improve and
//! its row is not read. The skip is exact: the same swaps happen with and without it.

use crate::cost::Cost;
use crate::element::{Accumulator, Element};
use crate::state::State;
use crate::swap::Drops;

/// Never swept, or swept before something that bounds do not cover.
const UNKNOWN: u32 = u32::MAX;

/// Memory spent on running sums before they are folded into the bounds.
const MAX_SUMS: usize = 4 << 20;

/// Lower bounds for the best change of every candidate.
#[derive(Debug, Clone)]
pub(crate) struct Bounds {
    enabled: bool,
    k: usize,
    /// Whether infinite distances were about in the state last seen.
    far: bool,
    /// The best change found in the last sweep, and the number of swaps at that time.
    swept: Vec<(f64, u32)>,
    /// Running sums: `k` for every number of swaps.
    sums: Vec<f64>,
    /// The largest fall since each number of swaps, and the number of swaps when that was computed.
    falls: Vec<(f64, u32)>,
    /// What rounding may have done to sums and changes.
    margin: f64,
}

impl Bounds {
    pub(crate) fn new<T: Element>(enabled: bool, state: &State<T>) -> Self {
        let (n_candidates, k) = (state.slots.len(), state.k());
        Self {
            enabled,
            k,
            far: state.has_far,
            swept: vec![(0.0, UNKNOWN); if enabled { n_candidates } else { 0 }],
            sums: vec![0.0; k],
            falls: vec![(0.0, 0)],
            margin: 0.0,
        }
    }

    fn epoch(&self) -> u32 {
        self.falls.len() as u32 - 1
    }

    /// A lower bound for the best change of `candidate`, rounding included.
    pub(crate) fn bound(&mut self, candidate: usize) -> f64 {
        if !self.enabled {
            return f64::NEG_INFINITY;
        }
        let (change, epoch) = self.swept[candidate];
        if epoch == UNKNOWN {
            return f64::NEG_INFINITY;
        }
        change - self.fall_since(epoch) - self.margin
    }

    fn fall_since(&mut self, epoch: u32) -> f64 {
        let now = self.epoch();
        let (fall, computed) = self.falls[epoch as usize];
        if computed == now {
            return fall;
        }
        let k = self.k;
        let then = &self.sums[epoch as usize * k..][..k];
        let sums = &self.sums[now as usize * k..][..k];
        let fall = then
            .iter()
            .zip(sums)
            .fold(f64::NEG_INFINITY, |fall, (then, now)| fall.max(now - then));
        self.falls[epoch as usize] = (fall, now);
        fall
    }

    /// `candidate` was swept in the present state.
    pub(crate) fn swept<A: Accumulator>(&mut self, candidate: usize, change: Cost<A>) {
        if self.enabled {
            let epoch = if change.far == 0 { self.epoch() } else { UNKNOWN };
            self.swept[candidate] = (change.value.to_f64(), epoch);
        }
    }

    /// A swap changed the loss by `change`.
    pub(crate) fn swapped<T: Element>(&mut self, drops: &Drops, change: Cost<T::Acc>, state: &State<T>) {
        if !self.enabled {
            return;
        }
        if std::mem::replace(&mut self.far, state.has_far) || state.has_far {
            // Infinite distances came or went: start again.
            self.swept.fill((0.0, UNKNOWN));
            self.sums.truncate(self.k);
            self.falls.truncate(1);
            self.falls[0] = (0.0, 0);
            return;
        }
        if self.sums.len() + self.k > MAX_SUMS {
            self.rebase();
        }
        let delta = -change.value.to_f64();
        let last = self.sums.len() - self.k;
        for slot in 0..self.k {
            let sum = self.sums[last + slot] + (drops.shared + drops.by_slot[slot] - delta);
            self.sums.push(sum);
        }
        let epoch = self.falls.len() as u32;
        self.falls.push((0.0, epoch));
        self.margin = self.margin.max(1e-9 * (state.total.value.to_f64() + delta.abs()));
    }

    /// Fold the running sums into the bounds, and forget all but the last.
    fn rebase(&mut self) {
        for candidate in 0..self.swept.len() {
            let (change, epoch) = self.swept[candidate];
            if epoch != UNKNOWN {
                self.swept[candidate] = (change - self.fall_since(epoch), 0);
            }
        }
        let last = self.sums.len() - self.k;
        self.sums.drain(..last);
        self.falls.truncate(1);
        self.falls[0] = (0.0, 0);
    }
}
