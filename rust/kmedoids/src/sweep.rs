//! What a candidate would change: every possible swap with it, in one pass over its row.
//!
//! Schubert & Rousseeuw (2021), section "FastPAM: eager swapping and the shared accumulator": with `x` the dissimilarity of reference `o` to candidate `j`,
//! an object nearer to `j` than to its medoid moves to `j` whichever medoid is removed (one accumulator shared by all slots), and an object whose medoid is removed
//! moves to `j` or to its second medoid, whichever is nearer (a correction of that slot's removal loss). Objects with `x >= d2` contribute
//! nothing, and they are all but about 2/k of them: a vector comparison finds the others, and only those cost arithmetic.
//!
//! Hits are accumulated in index order, in [`LANES`] partial sums per slot and [`GAINS`] of what all slots share, one after the other in turn, so that every instruction
//! set and any number of threads compute the same bits. Several, because consecutive hits may belong to one slot, and each addition would wait for the one before.

use crate::arch::{HITS_PADDING, Kernel, Simd, dispatch};
use crate::cost::Cost;
use crate::element::{Accumulator, Element};
use crate::matrix::Instance;
use crate::state::State;

/// Partial sums per slot.
const LANES: usize = 4;

/// Columns whose hits are collected before they are processed: row, distances and labels of a block stay in the first-level cache.
const BLOCK: usize = 32768;

/// Partial sums of what is shared by all slots: as many as a vector holds.
const GAINS: usize = 2 * LANES;

/// The best swap with a candidate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Change<A> {
    /// The slot to empty: the first of the best.
    pub(crate) slot: u32,
    /// The change of the loss.
    pub(crate) cost: Cost<A>,
}

impl<A: Accumulator> Change<A> {
    /// No swap.
    pub(crate) const NOTHING: Self = Self {
        slot: 0,
        cost: Cost::ZERO,
    };
}

/// Candidates that are swept together. Each block of the state is then loaded once for all of them, and several rows are streamed from memory at a time: nearly twice
/// as fast as one after the other.
pub(crate) const GROUP: usize = 8;

/// Buffers that a sweep needs, to be reused from one to the next; one per thread.
#[derive(Debug, Clone)]
pub(crate) struct Scratch<A> {
    sums: [Sums<A>; GROUP],
    /// Positions of the hits.
    hits: [Vec<u32>; GROUP],
}

/// What is summed up for one candidate.
#[derive(Debug, Clone)]
struct Sums<A> {
    /// Corrections of the removal losses.
    slots: Vec<[A; LANES]>,
    /// How many objects would become reachable by slot.
    far: Vec<i64>,
    /// What changes whatever slot is emptied.
    gains: [A; GAINS],
    shared: Cost<A>,
}

impl<A: Accumulator> Scratch<A> {
    pub(crate) fn new(k: usize) -> Self {
        let sums = || Sums {
            slots: vec![[A::ZERO; LANES]; k],
            far: vec![0; k],
            gains: [A::ZERO; GAINS],
            shared: Cost::ZERO,
        };
        Self {
            sums: std::array::from_fn(|_| sums()),
            hits: std::array::from_fn(|_| vec![0; BLOCK + HITS_PADDING]),
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
    let mut change = [Change::NOTHING];
    evaluate_group(instance, state, &[candidate as u32], scratch, &mut change);
    change[0]
}

/// The best swap with each of at most [`GROUP`] candidates.
pub(crate) fn evaluate_group<T: Element>(
    instance: &Instance<'_, T>,
    state: &State<T>,
    candidates: &[u32],
    scratch: &mut Scratch<T::Acc>,
    changes: &mut [Change<T::Acc>],
) {
    debug_assert!(candidates.len() <= GROUP && candidates.len() == changes.len());
    let sweep = Sweep {
        instance,
        state,
        candidates,
        scratch,
        changes,
    };
    dispatch(state.isa, sweep);
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
    let sums = &scratch.sums[0];
    for (slot, cost) in costs.iter_mut().enumerate() {
        let own = Cost {
            far: state.removal[slot].far + if state.has_far { sums.far[slot] } else { 0 },
            value: state.removal[slot].value + fold(sums.slots[slot]),
        };
        *cost = own + sums.shared;
    }
    debug_assert!(state.n_fixed >= state.k() || costs[best.slot as usize] == best.cost);
}

struct Sweep<'a, 'i, T: Element> {
    instance: &'a Instance<'i, T>,
    state: &'a State<T>,
    candidates: &'a [u32],
    scratch: &'a mut Scratch<T::Acc>,
    changes: &'a mut [Change<T::Acc>],
}

impl<T: Element> Sweep<'_, '_, T> {
    #[inline(always)]
    fn all<S: Simd, const WEIGHTED: bool, const FAR: bool>(self, simd: S) {
        let Self {
            instance,
            state,
            candidates,
            scratch,
            changes,
        } = self;
        for sums in &mut scratch.sums[..candidates.len()] {
            sums.slots.fill([T::Acc::ZERO; LANES]);
            sums.gains = [T::Acc::ZERO; GAINS];
            sums.shared = Cost::ZERO;
            if FAR {
                sums.far.fill(0);
            }
        }
        let n = instance.n_references();
        let weights = instance.weights().filter(|_| WEIGHTED);
        for start in (0..n).step_by(BLOCK) {
            let end = n.min(start + BLOCK);
            let block = Block {
                d1: &state.d1[start..end],
                d2: &state.d2[start..end],
                n1: &state.n1[start..end],
                weights: weights.map(|weights| &weights[start..end]),
            };
            let row = |i: usize| &instance.row(candidates[i] as usize)[start..end];
            let Scratch { sums, hits } = &mut *scratch;
            if candidates.len() == GROUP {
                let rows: [&[T]; GROUP] = std::array::from_fn(row);
                let n_hits = simd.below(rows, block.d2, hits.each_mut().map(Vec::as_mut_slice));
                for i in 0..GROUP {
                    block.add::<FAR>(rows[i], &mut sums[i], &hits[i][..n_hits[i]]);
                }
            } else {
                for i in 0..candidates.len() {
                    let [n_hits] = simd.below([row(i)], block.d2, [&mut hits[0]]);
                    block.add::<FAR>(row(i), &mut sums[i], &hits[0][..n_hits]);
                }
            }
        }
        for ((&candidate, change), sums) in candidates.iter().zip(changes).zip(&mut scratch.sums) {
            sums.shared.value = sums.gain();
            if let Some(own) = instance.own(candidate as usize) {
                let x = instance.row(candidate as usize)[own];
                sums.treat_own_as_zero(state, own, x, instance.weight(own));
            }
            *change = sums.best::<T, FAR>(state);
        }
    }
}

/// Some columns of the state.
struct Block<'a, T: Element> {
    d1: &'a [T],
    d2: &'a [T],
    n1: &'a [u32],
    weights: Option<&'a [T::Acc]>,
}

impl<T: Element> Block<'_, T> {
    /// Add what these columns of a candidate's `row` say to its `sums`.
    #[inline(always)]
    fn add<const FAR: bool>(&self, row: &[T], sums: &mut Sums<T::Acc>, hits: &[u32]) {
        let Sums {
            slots,
            far,
            gains,
            shared,
        } = sums;
        let row = &row[..self.n1.len()];
        let mut sum = *gains;
        if !FAR && self.weights.is_none() {
            // Lane by lane, so that the sums stay in registers.
            let (parts, rest) = hits.as_chunks::<GAINS>();
            for part in parts {
                for lane in 0..GAINS {
                    let (slot, gain, correction) = self.share(row, part[lane]);
                    sum[lane] += gain;
                    slots[slot][lane % LANES] += correction;
                }
            }
            for lane in 0..rest.len() {
                let (slot, gain, correction) = self.share(row, rest[lane]);
                sum[lane] += gain;
                slots[slot][lane % LANES] += correction;
            }
            *gains = sum;
            return;
        }
        for (hit, &o) in hits.iter().enumerate() {
            let o = o as usize;
            let (x, near, second, slot) = (row[o], self.d1[o], self.d2[o], self.n1[o] as usize);
            let (lane, gain_lane) = (hit % LANES, hit % GAINS);
            if FAR && second.is_infinite() {
                let weight = self.weights.map_or(T::Acc::ONE, |weights| weights[o]);
                if weight == T::Acc::ZERO {
                    continue;
                }
                if near.is_infinite() {
                    shared.far -= 1;
                    sum[gain_lane] += x.widen() * weight;
                } else {
                    let (x, near) = (x.widen(), near.widen());
                    let kept = if x > near { x } else { near };
                    far[slot] -= 1;
                    slots[slot][lane] += kept * weight;
                    sum[gain_lane] += (x - kept) * weight;
                }
                continue;
            }
            let (gain, correction) = shares(x, near, second);
            if let Some(weights) = self.weights {
                sum[gain_lane] += gain * weights[o];
                slots[slot][lane] += correction * weights[o];
            } else {
                sum[gain_lane] += gain;
                slots[slot][lane] += correction;
            }
        }
        *gains = sum;
    }

    /// The slot of column `o`, found by `below` in `row`, and what it [adds](shares).
    #[inline(always)]
    fn share(&self, row: &[T], o: u32) -> (usize, T::Acc, T::Acc) {
        let o = o as usize;
        debug_assert!(o < row.len() && row.len() == self.n1.len());
        // SAFETY: `below` wrote positions within the block; the four slices are equally long.
        let (x, near, second, slot) = unsafe {
            (
                *row.get_unchecked(o),
                *self.d1.get_unchecked(o),
                *self.d2.get_unchecked(o),
                *self.n1.get_unchecked(o) as usize,
            )
        };
        let (gain, correction) = shares(x, near, second);
        (slot, gain, correction)
    }
}

impl<A: Accumulator> Sums<A> {
    /// What is gained whatever slot is emptied.
    #[inline(always)]
    fn gain(&self) -> A {
        let [a, b, c, d, e, f, g, h] = self.gains;
        fold([a + e, b + f, c + g, d + h])
    }

    /// The diagonal is 0 whatever the matrix says (it may say something within a tolerance).
    #[inline(always)]
    fn treat_own_as_zero<T: Element<Acc = A>>(&mut self, state: &State<T>, own: usize, x: T, weight: A) {
        let (near, second) = (state.d1[own], state.d2[own]);
        // Among infinities it would take the far counts; the tolerance of the diagonal does not matter there.
        if x == T::ZERO || second.is_infinite() {
            return;
        }
        let (x, near, second) = (x.widen(), near.widen(), second.widen());
        let correction = &mut self.slots[state.n1[own] as usize][0];
        if x < second {
            let kept = if x > near { x } else { near };
            self.shared.value -= (x - kept) * weight;
            *correction -= (kept - second) * weight;
        }
        self.shared.value -= near * weight;
        *correction += (near - second) * weight;
    }

    #[inline(always)]
    fn best<T: Element<Acc = A>, const FAR: bool>(&self, state: &State<T>) -> Change<A> {
        let k = self.slots.len();
        let removal = &state.removal[..k];
        if state.n_fixed >= k {
            return Change::NOTHING; // all medoids are fixed
        }
        let mut best = Change {
            slot: state.n_fixed as u32,
            cost: Cost {
                far: i64::MAX,
                value: A::ZERO,
            },
        };
        for slot in state.n_fixed..k {
            let mut cost = Cost::finite(removal[slot].value + fold(self.slots[slot]));
            if FAR {
                cost.far = removal[slot].far + self.far[slot];
            }
            if cost < best.cost {
                best = Change {
                    slot: slot as u32,
                    cost,
                };
            }
        }
        best.cost = best.cost + self.shared;
        best
    }
}

impl<T: Element> Kernel for Sweep<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        match (self.instance.weights().is_some(), self.state.has_far) {
            (false, false) => self.all::<S, false, false>(simd),
            (true, false) => self.all::<S, true, false>(simd),
            (false, true) => self.all::<S, false, true>(simd),
            (true, true) => self.all::<S, true, true>(simd),
        }
    }
}

/// What a hit adds to what all slots share, and to its own slot.
#[inline(always)]
fn shares<T: Element>(x: T, near: T, second: T) -> (T::Acc, T::Acc) {
    let (x, near, second) = (x.widen(), near.widen(), second.widen());
    let kept = if x > near { x } else { near };
    (x - kept, kept - second)
}

#[inline(always)]
fn fold<A: Accumulator>([a, b, c, d]: [A; LANES]) -> A {
    (a + b) + (c + d)
}

#[cfg(test)]
mod tests {
    use porism_runtime::{Isa, Monitor, Pool};
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
        fn every_change_is_exact_and_every_state_is_as_if_new(n in 3..60_usize, k in 2..40_usize, max in 1..50_usize, seed in 0..1_000_000_u64, n_threads in 1..4_usize) {
            let k = k.min(n - 1);
            let pool = Pool::new(n_threads).unwrap();
            let monitor = Monitor::new();
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
            let mut state = State::assign(&instance, all[..k].to_vec(), 0, Isa::detect(), &monitor).unwrap();
            let mut swapper = Swapper::new_on(&pool, &instance, &state, &monitor).unwrap();
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
                let fresh = State::assign(&instance, state.medoids.clone(), 0, Isa::detect(), &monitor).unwrap();
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
