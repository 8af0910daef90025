//! Where every reference object stands: its nearest and second nearest medoid.
//!
//! A structure of arrays, because a sweep compares a whole row with the second distances alone, and touches the rest on hits only.

use porism_runtime::{Isa, Monitor, Pool};

use crate::arch::{HITS_PADDING, Kernel, Simd, dispatch};
use crate::cost::Cost;
use crate::element::{Accumulator, Element};
use crate::error::Error;
use crate::matrix::Instance;

/// No slot: what a candidate that is no medoid has.
pub(crate) const NONE: u32 = u32::MAX;

/// Medoids, and the two nearest of them for every reference. With one medoid the second is infinitely far ([`Element::FAR`]).
///
/// Invariants: `n1[o] < k`, `n2[o] < k`, `d1[o] <= d2[o]` but for a medoid with duplicates, whose `d1` is 0; a medoid's own reference has
/// the medoid's slot in `n1`. All fields are private to this module and [`swap`](crate::swap), which keeps them.
#[derive(Debug, Clone)]
pub(crate) struct State<T: Element> {
    /// Slot of the nearest medoid.
    pub(crate) n1: Vec<u32>,
    /// Dissimilarity to it.
    pub(crate) d1: Vec<T>,
    /// Slot of the second nearest medoid.
    pub(crate) n2: Vec<u32>,
    /// Dissimilarity to it.
    pub(crate) d2: Vec<T>,
    /// Candidate in every slot.
    pub(crate) medoids: Vec<u32>,
    /// Slot of every candidate, [`NONE`] for those that are no medoids.
    pub(crate) slots: Vec<u32>,
    /// The first so many slots are never emptied.
    pub(crate) n_fixed: usize,
    /// What the loss grows by when a slot is emptied.
    pub(crate) removal: Vec<Cost<T::Acc>>,
    /// The loss.
    pub(crate) total: Cost<T::Acc>,
    /// Whether some reference has an infinite second distance.
    pub(crate) has_far: bool,
    pub(crate) isa: Isa,
}

impl<T: Element> State<T> {
    /// Assign every reference of `instance` to `medoids`, which must be distinct candidates.
    pub(crate) fn assign(
        instance: &Instance<'_, T>,
        medoids: Vec<u32>,
        n_fixed: usize,
        isa: Isa,
        monitor: &Monitor,
    ) -> Result<Self, Error> {
        Self::assign_on(&Pool::serial(), instance, medoids, n_fixed, isa, monitor)
    }

    /// [`assign`](Self::assign), the references shared among threads: each is assigned by itself.
    pub(crate) fn assign_on(
        pool: &Pool,
        instance: &Instance<'_, T>,
        medoids: Vec<u32>,
        n_fixed: usize,
        isa: Isa,
        monitor: &Monitor,
    ) -> Result<Self, Error> {
        let n = instance.n_references();
        let mut slots = vec![NONE; instance.n_candidates()];
        for (slot, &medoid) in medoids.iter().enumerate() {
            slots[medoid as usize] = slot as u32;
        }
        let mut state = Self {
            n1: vec![0; n],
            d1: vec![T::FAR; n],
            n2: vec![u32::from(medoids.len() > 1); n],
            d2: vec![T::FAR; n],
            removal: vec![Cost::ZERO; medoids.len()],
            total: Cost::ZERO,
            has_far: false,
            slots,
            n_fixed,
            isa,
            medoids,
        };
        let size = n.div_ceil(pool.n_threads()).max(1);
        let nearest = state.n1.chunks_mut(size).zip(state.d1.chunks_mut(size));
        let second = state.n2.chunks_mut(size).zip(state.d2.chunks_mut(size));
        let parts = nearest.zip(second).enumerate().collect();
        let medoids = &state.medoids;
        pool.for_each_of(parts, |(part, ((n1, d1), (n2, d2)))| {
            let start = part * size;
            let mut hits = vec![0; n1.len() + HITS_PADDING];
            for (slot, &medoid) in medoids.iter().enumerate() {
                if monitor.check().is_err() {
                    return;
                }
                let own = instance.own(medoid as usize).and_then(|own| own.checked_sub(start));
                let nearer = Nearer {
                    n1: &mut *n1,
                    d1: &mut *d1,
                    n2: &mut *n2,
                    d2: &mut *d2,
                    slot: slot as u32,
                    row: &instance.row(medoid as usize)[start..],
                    own,
                    hits: &mut hits,
                };
                dispatch(isa, nearer);
            }
        });
        monitor.check()?;
        state.resum(instance);
        Ok(state)
    }

    /// Whether a swap that changes the loss by `change` is worth making: strictly less, and by more than what rounding may feign.
    ///
    /// Without the second, two medoids that are equally good could be exchanged for one another for ever. Integers are exact.
    pub(crate) fn is_improved_by(&self, change: Cost<T::Acc>) -> bool {
        if change.far != 0 || !T::HAS_INFINITY {
            return change.is_negative();
        }
        let noise = f64::EPSILON * (8.0 + (self.n1.len() as f64).sqrt());
        change.value.to_f64() < -noise * self.total.value.to_f64()
    }

    /// How many medoids there are.
    pub(crate) fn k(&self) -> usize {
        self.medoids.len()
    }

    /// Whether `candidate` is a medoid.
    pub(crate) fn is_medoid(&self, candidate: usize) -> bool {
        self.slots[candidate] != NONE
    }

    /// Recompute the loss and the removal losses from the distances.
    ///
    /// Never from changes: rounding errors would add up over thousands of swaps, and near convergence decide them.
    pub(crate) fn resum(&mut self, instance: &Instance<'_, T>) {
        let (isa, k) = (self.isa, self.k());
        let sums: Vec<_> = self
            .parts()
            .map(|part| {
                let mut sums = Sums::new(k);
                part.sum(isa, instance.weights(), &mut sums);
                sums
            })
            .collect();
        self.take_sums(sums.iter());
    }

    /// The loss and the removal losses, from what `sums` says of each part.
    pub(crate) fn take_sums<'a>(&mut self, sums: impl Iterator<Item = &'a Sums<T::Acc>>)
    where
        T::Acc: 'a,
    {
        self.removal.fill(Cost::ZERO);
        self.total = Cost::ZERO;
        self.has_far = false;
        for part in sums {
            for (removal, &part) in self.removal.iter_mut().zip(&part.removal) {
                *removal = *removal + part;
            }
            self.total = self.total + part.total;
            self.has_far |= part.has_far;
        }
    }

    /// The references in parts that may be changed at the same time. Fixed, whatever the number of threads, because sums are made part by part.
    pub(crate) fn parts(&mut self) -> impl Iterator<Item = Part<'_, T>> {
        let size = part_size(self.n1.len());
        let nearest = self.n1.chunks_mut(size).zip(self.d1.chunks_mut(size));
        let second = self.n2.chunks_mut(size).zip(self.d2.chunks_mut(size));
        nearest
            .zip(second)
            .enumerate()
            .map(move |(part, ((n1, d1), (n2, d2)))| Part {
                start: part * size,
                n1,
                d1,
                n2,
                d2,
            })
    }
}

/// How many parts there are of many references.
const PARTS: usize = 4;

/// References for which one part is enough: threads would wait for one another longer than they work. Tests see several on small instances.
const ONE_PART: usize = if cfg!(test) { 16 } else { 4096 };

/// How many references a part has, of `n` in all.
pub(crate) fn part_size(n: usize) -> usize {
    if n <= ONE_PART { n.max(1) } else { n.div_ceil(PARTS) }
}

/// Some references, from number `start` on, as in [`State`].
#[derive(Debug)]
pub(crate) struct Part<'a, T> {
    pub(crate) start: usize,
    pub(crate) n1: &'a mut [u32],
    pub(crate) d1: &'a mut [T],
    pub(crate) n2: &'a mut [u32],
    pub(crate) d2: &'a mut [T],
}

/// What the distances of a part sum up to.
#[derive(Debug, Clone)]
pub(crate) struct Sums<A> {
    pub(crate) removal: Vec<Cost<A>>,
    pub(crate) total: Cost<A>,
    pub(crate) has_far: bool,
}

impl<A: Accumulator> Sums<A> {
    pub(crate) fn new(k: usize) -> Self {
        Self {
            removal: vec![Cost::ZERO; k],
            total: Cost::ZERO,
            has_far: false,
        }
    }
}

impl<T: Element> Part<'_, T> {
    /// Put into `sums` what the distances sum up to.
    pub(crate) fn sum(&self, isa: Isa, weights: Option<&[T::Acc]>, sums: &mut Sums<T::Acc>) {
        let weights = weights.map(|weights| &weights[self.start..][..self.n1.len()]);
        dispatch(
            isa,
            Resum {
                part: self,
                weights,
                sums,
            },
        );
    }
}

/// Offer the medoid in `slot` to some references, whose part of its row begins `row`.
struct Nearer<'a, T: Element> {
    n1: &'a mut [u32],
    d1: &'a mut [T],
    n2: &'a mut [u32],
    d2: &'a mut [T],
    slot: u32,
    row: &'a [T],
    /// Which of them the medoid is itself, if any.
    own: Option<usize>,
    hits: &'a mut [u32],
}

impl<T: Element> Kernel for Nearer<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let Self { n1, d1, n2, d2, .. } = self;
        let row = &self.row[..d2.len()];
        let [n_hits] = simd.below([row], d2, [&mut *self.hits]);
        for &o in &self.hits[..n_hits] {
            let o = o as usize;
            let x = row[o];
            if x < d1[o] {
                (n2[o], d2[o]) = (n1[o], d1[o]);
                (n1[o], d1[o]) = (self.slot, x);
            } else {
                (n2[o], d2[o]) = (self.slot, x);
            }
        }
        if let Some(o) = self.own.filter(|&o| o < n1.len()) {
            if n1[o] != self.slot {
                (n2[o], d2[o]) = (n1[o], d1[o]);
                n1[o] = self.slot;
            }
            d1[o] = T::ZERO;
        }
    }
}

/// How many partial sums a total is kept in. Fixed, so that every instruction set adds in the same order.
const LANES: usize = 8;

struct Resum<'a, 'p, T: Element> {
    part: &'a Part<'p, T>,
    weights: Option<&'a [T::Acc]>,
    sums: &'a mut Sums<T::Acc>,
}

impl<T: Element> Kernel for Resum<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) {
        let Part { n1, d1, d2, .. } = self.part;
        let removal = &mut self.sums.removal[..];
        let (near, second) = (&d1[..n1.len()], &d2[..n1.len()]);
        removal.fill(Cost::ZERO);
        let alone = removal.len() == 1;
        let has_far = T::HAS_INFINITY && second.iter().fold(false, |any, d2| any | d2.is_infinite());
        self.sums.has_far = has_far;
        let mut lanes = [T::Acc::ZERO; LANES];
        if has_far {
            let mut far = 0;
            for o in 0..n1.len() {
                let weight = self.weights.map_or(T::Acc::ONE, |weights| weights[o]);
                if weight == T::Acc::ZERO {
                    continue;
                }
                let removal = &mut removal[n1[o] as usize];
                if near[o].is_infinite() {
                    far += 1;
                    continue;
                }
                lanes[o % LANES] += near[o].widen() * weight;
                if second[o].is_infinite() {
                    removal.far += 1;
                    removal.value -= near[o].widen() * weight;
                } else {
                    removal.value += (second[o].widen() - near[o].widen()) * weight;
                }
            }
            self.sums.total = Cost {
                far,
                value: fold(lanes),
            };
            return;
        }
        if let Some(weights) = self.weights {
            let weights = &weights[..n1.len()];
            for o in 0..n1.len() {
                let d1 = near[o].widen();
                lanes[o % LANES] += d1 * weights[o];
                if !alone {
                    removal[n1[o] as usize].value += (second[o].widen() - d1) * weights[o];
                }
            }
        } else {
            let whole = n1.len() / LANES * LANES;
            for start in (0..whole).step_by(LANES) {
                for lane in 0..LANES {
                    lanes[lane] += near[start + lane].widen();
                }
            }
            for o in whole..n1.len() {
                lanes[o % LANES] += near[o].widen();
            }
            if !alone {
                // Alone, integers would overflow: they know no infinity.
                for o in 0..n1.len() {
                    removal[n1[o] as usize].value += second[o].widen() - near[o].widen();
                }
            }
        }
        self.sums.total = Cost::finite(fold(lanes));
    }
}

/// The sum of all lanes, always in the same order.
fn fold<A: Accumulator>(lanes: [A; LANES]) -> A {
    let [a, b, c, d, e, f, g, h] = lanes;
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assignment_stops_on_request() {
        let values: Vec<i32> = (0..400).map(|x| i32::from(x % 21 != 0)).collect();
        let instance = Instance::square(&values, 20).unwrap();
        let monitor = Monitor::new();
        for n_threads in [1, 2] {
            let pool = Pool::new(n_threads).unwrap();
            let assign = |monitor| State::assign_on(&pool, &instance, vec![3, 5], 0, Isa::detect(), monitor);
            assert_eq!(assign(&monitor).unwrap().total.value, 18);
            let stopped = Monitor::new();
            stopped.stop();
            assert!(matches!(assign(&stopped), Err(Error::Interrupted(_))));
        }
    }
}
