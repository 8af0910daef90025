//! What a candidate would change: every possible swap with it, in one pass over its row.
//!
//! Schubert & Rousseeuw (2021), section "FastPAM: eager swapping and the shared accumulator": with `x` the dissimilarity of reference `o` to candidate `j`,
//! an object nearer to `j` than to its medoid moves to `j` whichever medoid is removed (one accumulator shared by all slots), and an object whose medoid is removed
//! moves to `j` or to its second medoid, whichever is nearer (a correction of that slot's removal loss). Objects with `x >= d2` contribute
//! nothing, and they are all but about 2/k of them: a vector comparison finds the others, and only those cost arithmetic.
//!
//! Hits are accumulated in index order, in [`LANES`] partial sums by their column, so that every instruction set and any number of threads
//! compute the same bits. Several lanes, because consecutive hits mostly belong to one slot, and each addition would wait for the one before.

use porism_runtime::Isa;

use crate::arch::{HITS_PADDING, Kernel, Simd, dispatch};
use crate::cost::Cost;
use crate::element::{Accumulator, Element};
use crate::matrix::Instance;
use crate::state::State;

/// Partial sums per slot.
const LANES: usize = 4;

/// Columns whose hits are collected before they are processed: row, distances and labels of a block stay in the first-level cache.
const BLOCK: usize = 1024;

/// Where more than one in so many columns is a hit, it is cheaper to compute all of them as vectors.
const DENSE: usize = 6;

/// The best swap with a candidate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Change<A> {
    /// The slot to empty: the first of the best.
    pub(crate) slot: u32,
    /// The change of the loss.
    pub(crate) cost: Cost<A>,
}

/// Buffers that a sweep needs, to be reused from one to the next; one per thread.
#[derive(Debug, Clone)]
pub(crate) struct Scratch<A> {
    hits: Vec<u32>,
    slots: Vec<[A; LANES]>,
    far: Vec<i64>,
    corrections: Vec<A>,
    shared: Cost<A>,
}

impl<A: Accumulator> Scratch<A> {
    pub(crate) fn new(k: usize) -> Self {
        Self {
            hits: vec![0; BLOCK + HITS_PADDING],
            slots: vec![[A::ZERO; LANES]; k],
            far: vec![0; k],
            corrections: vec![A::ZERO; BLOCK],
            shared: Cost::ZERO,
        }
    }
}

/// The best swap that makes `candidate` a medoid.
#[inline]
pub(crate) fn evaluate<T: Element>(
    instance: &Instance<'_, T>,
    state: &State<T>,
    candidate: usize,
    scratch: &mut Scratch<T::Acc>,
) -> Change<T::Acc> {
    let sweep = Sweep {
        row: instance.row(candidate),
        own: instance.own(candidate),
        weights: instance.weights(),
        state,
        scratch,
    };
    sweep.run_on(state.isa)
}

/// The change of every swap that makes `candidate` a medoid: `costs[slot]` if it replaced the medoid there.
pub(crate) fn evaluate_all<T: Element>(
    instance: &Instance<'_, T>,
    state: &State<T>,
    candidate: usize,
    scratch: &mut Scratch<T::Acc>,
    costs: &mut [Cost<T::Acc>],
) {
    let best = evaluate(instance, state, candidate, scratch);
    // The sums are still there.
    let own = |slot: usize, scratch: &Scratch<T::Acc>| Cost {
        far: state.removal[slot].far + if state.has_far { scratch.far[slot] } else { 0 },
        value: state.removal[slot].value + fold(scratch.slots[slot]),
    };
    for slot in 0..costs.len() {
        costs[slot] = own(slot, scratch) + scratch.shared;
    }
    debug_assert!(state.n_fixed >= state.k() || costs[best.slot as usize] == best.cost);
}

struct Sweep<'a, T: Element> {
    row: &'a [T],
    own: Option<usize>,
    weights: Option<&'a [T::Acc]>,
    state: &'a State<T>,
    scratch: &'a mut Scratch<T::Acc>,
}

impl<T: Element> Sweep<'_, T> {
    fn run_on(self, isa: Isa) -> Change<T::Acc> {
        dispatch(isa, self)
    }

    /// All corrections and the shared accumulator, without the removal losses.
    #[inline(always)]
    fn accumulate<S: Simd, const WEIGHTED: bool, const FAR: bool>(&mut self, simd: S) -> Cost<T::Acc> {
        let state = self.state;
        let Scratch {
            hits,
            slots,
            far,
            corrections,
            ..
        } = &mut *self.scratch;
        let n = self.row.len();
        let (d1, d2, n1) = (&state.d1[..n], &state.d2[..n], &state.n1[..n]);
        let mut shared = [T::Acc::ZERO; LANES];
        let mut shared_far = 0;
        for start in (0..n).step_by(BLOCK) {
            let end = n.min(start + BLOCK);
            let (row, d1, d2, n1) = (&self.row[start..end], &d1[start..end], &d2[start..end], &n1[start..end]);
            let n_hits = simd.below(row, d2, hits);
            if !FAR && !WEIGHTED && n_hits * DENSE > row.len() {
                dense::<T>(row, d1, d2, &mut shared, corrections);
                for &o in &hits[..n_hits] {
                    let o = o as usize;
                    slots[n1[o] as usize][o % LANES] += corrections[o];
                }
                continue;
            }
            for &o in &hits[..n_hits] {
                let o = o as usize;
                debug_assert!(o < row.len());
                // SAFETY: `below` writes positions within `row`; the four slices are equally long.
                let (x, near, second, slot) = unsafe {
                    (
                        *row.get_unchecked(o),
                        *d1.get_unchecked(o),
                        *d2.get_unchecked(o),
                        *n1.get_unchecked(o) as usize,
                    )
                };
                let weight = match self.weights {
                    Some(weights) if WEIGHTED => weights[start + o],
                    _ => T::Acc::ONE,
                };
                let lane = o % LANES;
                if FAR && second.is_infinite() {
                    if weight == T::Acc::ZERO {
                        continue;
                    }
                    if near.is_infinite() {
                        shared_far -= 1;
                        shared[lane] += x.widen() * weight;
                    } else {
                        let (x, near) = (x.widen(), near.widen());
                        let kept = if x > near { x } else { near };
                        far[slot] -= 1;
                        slots[slot][lane] += kept * weight;
                        shared[lane] += (x - kept) * weight;
                    }
                    continue;
                }
                let (x, near, second) = (x.widen(), near.widen(), second.widen());
                let kept = if x > near { x } else { near };
                let (gain, correction) = (x - kept, kept - second);
                if WEIGHTED {
                    shared[lane] += gain * weight;
                    slots[slot][lane] += correction * weight;
                } else {
                    shared[lane] += gain;
                    slots[slot][lane] += correction;
                }
            }
        }
        Cost {
            far: shared_far,
            value: fold(shared),
        }
    }

    #[inline(always)]
    fn best<S: Simd, const WEIGHTED: bool, const FAR: bool>(&mut self, simd: S) -> Change<T::Acc> {
        self.scratch.slots.fill([T::Acc::ZERO; LANES]);
        if FAR {
            self.scratch.far.fill(0);
        }
        let mut shared = self.accumulate::<S, WEIGHTED, FAR>(simd);
        self.treat_own_as_zero(&mut shared);
        self.scratch.shared = shared;
        let Scratch { slots, far, .. } = &mut *self.scratch;
        let k = slots.len();
        let removal = &self.state.removal[..k];
        let mut best = Change {
            slot: self.state.n_fixed as u32,
            cost: Cost {
                far: i64::MAX,
                value: T::Acc::ZERO,
            },
        };
        if self.state.n_fixed >= k {
            return Change {
                slot: 0,
                cost: Cost::ZERO,
            }; // all medoids are fixed: no swap
        }
        for slot in self.state.n_fixed..k {
            let mut cost = Cost::finite(removal[slot].value + fold(slots[slot]));
            if FAR {
                cost.far = removal[slot].far + far[slot];
            }
            if cost < best.cost {
                best = Change {
                    slot: slot as u32,
                    cost,
                };
            }
        }
        best.cost = best.cost + shared;
        best
    }

    /// The diagonal is 0 whatever the matrix says (it may say something within a tolerance).
    #[inline(always)]
    fn treat_own_as_zero(&mut self, shared: &mut Cost<T::Acc>) {
        let Some(own) = self.own else { return };
        let x = self.row[own];
        if x == T::ZERO {
            return;
        }
        let (near, second) = (self.state.d1[own], self.state.d2[own]);
        if second.is_infinite() {
            return; // would need the far counts; the tolerance of the diagonal does not matter there
        }
        let weight = self.weights.map_or(T::Acc::ONE, |weights| weights[own]);
        let (x, near, second) = (x.widen(), near.widen(), second.widen());
        let slot = self.state.n1[own] as usize;
        let correction = &mut self.scratch.slots[slot][0];
        if x < second {
            let kept = if x > near { x } else { near };
            shared.value -= (x - kept) * weight;
            *correction -= (kept - second) * weight;
        }
        shared.value -= near * weight;
        *correction += (near - second) * weight;
    }
}

impl<T: Element> Kernel for Sweep<'_, T> {
    type Output = Change<T::Acc>;

    #[inline(always)]
    fn run<S: Simd>(mut self, simd: S) -> Change<T::Acc> {
        match (self.weights.is_some(), self.state.has_far) {
            (false, false) => self.best::<S, false, false>(simd),
            (true, false) => self.best::<S, true, false>(simd),
            (false, true) => self.best::<S, false, true>(simd),
            (true, true) => self.best::<S, true, true>(simd),
        }
    }
}

/// What the loop over hits computes, for all columns of a block: those that are no hits get zeros.
#[inline(always)]
fn dense<T: Element>(row: &[T], d1: &[T], d2: &[T], shared: &mut [T::Acc; LANES], corrections: &mut [T::Acc]) {
    const WIDTH: usize = 16;
    let at = |x: T, near: T, second: T| {
        let (x, near, second) = (x.widen(), near.widen(), second.widen());
        let gain = if x < near { x - near } else { T::Acc::ZERO };
        let kept = if x > near { x } else { near };
        let kept = if kept < second { kept } else { second };
        (gain, kept - second)
    };
    let corrections = &mut corrections[..row.len()];
    let mut lanes = *shared;
    let (rows, row_rest) = row.as_chunks::<WIDTH>();
    let (nears, near_rest) = d1.as_chunks::<WIDTH>();
    let (seconds, second_rest) = d2.as_chunks::<WIDTH>();
    let (results, result_rest) = corrections.as_chunks_mut::<WIDTH>();
    for i in 0..rows.len().min(nears.len()).min(seconds.len()).min(results.len()) {
        let mut gains = [T::Acc::ZERO; WIDTH];
        for o in 0..WIDTH {
            (gains[o], results[i][o]) = at(rows[i][o], nears[i][o], seconds[i][o]);
        }
        for part in gains.as_chunks::<LANES>().0 {
            for lane in 0..LANES {
                lanes[lane] += part[lane];
            }
        }
    }
    for o in 0..row_rest.len() {
        let gain;
        (gain, result_rest[o]) = at(row_rest[o], near_rest[o], second_rest[o]);
        lanes[o % LANES] += gain;
    }
    *shared = lanes;
}

#[inline(always)]
fn fold<A: Accumulator>([a, b, c, d]: [A; LANES]) -> A {
    (a + b) + (c + d)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::options::generator;
    use crate::random::{below, partial_shuffle};
    use crate::swap::Swapper;

    fn naive(values: &[i64], n: usize, medoids: &[u32]) -> i64 {
        let nearest = |o: usize| medoids.iter().map(|&j| values[j as usize * n + o]).min();
        (0..n).filter_map(nearest).sum()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

        /// What a sweep says of every swap is what recomputing the loss says; and after any sequence of swaps the state is the one made afresh.
        #[test]
        fn every_change_is_exact_and_every_state_is_as_if_new(n in 3..60_usize, k in 2..40_usize, max in 1..50_usize, seed in 0..1_000_000_u64) {
            let k = k.min(n - 1);
            let mut rng = generator(seed, 9);
            let mut values = vec![0_i64; n * n];
            for i in 0..n {
                for j in 0..n {
                    // Not symmetric, not metric, with ties and duplicates.
                    values[i * n + j] = if i == j { 0 } else { below(&mut rng, max) as i64 };
                }
            }
            let instance = Instance::square(&values, n).unwrap();
            let mut all: Vec<u32> = (0..n as u32).collect();
            partial_shuffle(&mut rng, &mut all, n);
            let mut state = State::assign(&instance, all[..k].to_vec(), 0, Isa::detect());
            let mut swapper = Swapper::new(&instance, &state);
            let mut scratch = Scratch::new(k);
            let mut costs = vec![Cost::ZERO; k];
            for _ in 0..10 {
                let candidates: Vec<usize> = (0..n).filter(|&j| !state.is_medoid(j)).collect();
                for &candidate in &candidates {
                    evaluate_all(&instance, &state, candidate, &mut scratch, &mut costs);
                    let best = evaluate(&instance, &state, candidate, &mut scratch);
                    for slot in 0..k {
                        let mut medoids = state.medoids.clone();
                        medoids[slot] = candidate as u32;
                        let change = naive(&values, n, &medoids) - state.total.value;
                        prop_assert_eq!(costs[slot].value, change);
                        let pair = crate::pam::pair(&instance, &state, slot as u32, candidate);
                        prop_assert_eq!(pair.value, change);
                    }
                    let first = (0..k).find(|&slot| costs.iter().all(|other| costs[slot].value <= other.value));
                    prop_assert_eq!(Some(best.slot as usize), first);
                }
                let candidate = candidates[below(&mut rng, candidates.len())];
                let slot = below(&mut rng, k);
                swapper.swap(&instance, &mut state, slot as u32, candidate);
                let fresh = State::assign(&instance, state.medoids.clone(), 0, Isa::detect());
                prop_assert_eq!(&fresh.d1, &state.d1);
                prop_assert_eq!(&fresh.d2, &state.d2);
                prop_assert_eq!(fresh.total, state.total);
                for o in 0..n {
                    prop_assert!(state.n1[o] != state.n2[o]);
                    for (label, distance) in [(state.n1[o], state.d1[o]), (state.n2[o], state.d2[o])] {
                        let medoid = state.medoids[label as usize] as usize;
                        prop_assert_eq!(values[medoid * n + o], distance);
                    }
                    if state.is_medoid(o) {
                        prop_assert_eq!(state.slots[o], state.n1[o]);
                    }
                }
                for slot in 0..k as u32 {
                    let mine = (0..n).filter(|&o| state.n1[o] == slot);
                    prop_assert_eq!(state.removal[slot as usize].value, mine.map(|o| state.d2[o] - state.d1[o]).sum::<i64>());
                }
            }
        }
    }
}
