//! BUILD, the greedy initialisation of PAM (Kaufman & Rousseeuw 1987), by lazy evaluation.
//!
//! First the object with the least sum of dissimilarities, then k - 1 times the one that lowers the loss most. Done naively that streams the matrix k times. But what a candidate
//! would gain only shrinks while medoids are added (the loss is supermodular), so that an old gain is an upper bound of the present one: candidates are looked at in the
//! order of their bounds, and few of them (Minoux 1978). The picks are those of the naive algorithm, ties included.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use porism_runtime::{Monitor, Pool};
use rayon::prelude::*;

use crate::arch::{Kernel, Simd, dispatch};
use crate::cost::Cost;
use crate::element::{Accumulator, Element};
use crate::error::Error;
use crate::matrix::Instance;
use crate::median::row_sums;
use crate::options::Options;

/// A candidate and what it gained when last looked at.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Bound<A> {
    gain: Cost<A>,
    candidate: usize,
}

impl<A: Accumulator> Eq for Bound<A> {}

impl<A: Accumulator> PartialOrd for Bound<A> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<A: Accumulator> Ord for Bound<A> {
    /// More gain first, among equals the lower candidate.
    fn cmp(&self, other: &Self) -> Ordering {
        let by_gain = self.gain.partial_cmp(&other.gain).unwrap_or(Ordering::Equal);
        by_gain.then(other.candidate.cmp(&self.candidate))
    }
}

pub(super) fn build<T: Element>(
    instance: &Instance<'_, T>,
    k: usize,
    fixed: &[usize],
    options: &Options,
    monitor: &Monitor,
) -> Result<Vec<usize>, Error> {
    let isa = options.isa();
    let pool = options.pool()?;
    let mut medoids = fixed.to_vec();
    let mut nearest = vec![T::FAR; instance.n_references()];
    let add = |medoid: usize, nearest: &mut [T]| {
        let own = instance.own(medoid);
        for (o, (nearest, &x)) in nearest.iter_mut().zip(instance.row(medoid)).enumerate() {
            if Some(o) == own {
                *nearest = T::ZERO;
            } else if x < *nearest {
                *nearest = x;
            }
        }
    };
    for &medoid in fixed {
        add(medoid, &mut nearest);
    }
    if medoids.is_empty() {
        let sums = row_sums(instance, options, monitor)?;
        let mut first: Option<usize> = None;
        for candidate in (0..sums.len()).filter(|&j| instance.is_allowed(j)) {
            if first.is_none_or(|first| sums[candidate] < sums[first]) {
                first = Some(candidate);
            }
        }
        medoids.extend(first);
        first.into_iter().for_each(|first| add(first, &mut nearest));
    }
    if medoids.len() >= k {
        return Ok(medoids);
    }
    let gain = |candidate: usize, nearest: &[T]| {
        let (row, own, weights) = (instance.row(candidate), instance.own(candidate), instance.weights());
        dispatch(
            isa,
            Gain {
                row,
                nearest,
                own,
                weights,
            },
        )
    };
    let mut used = vec![false; instance.n_candidates()];
    medoids.iter().for_each(|&medoid| used[medoid] = true);
    let open: Vec<usize> = (0..instance.n_candidates())
        .filter(|&j| !used[j] && instance.is_allowed(j))
        .collect();
    let bounds = gains(&pool, monitor, &open, |candidate| gain(candidate, &nearest))?;
    // What rounding may add to a gain, though exactly it could only shrink.
    let largest = bounds.iter().map(|bound| bound.gain.value.to_f64()).fold(0.0, f64::max);
    let margin = 1e-9 * largest;
    let mut heap = BinaryHeap::from(bounds);
    let mut looked_at: Vec<Bound<T::Acc>> = Vec::new();
    let mut fresh = true;
    while medoids.len() < k {
        monitor.report(medoids.len() as u64, k as u64, 0.0);
        let mut best: Option<Bound<T::Acc>> = None;
        let mut batch_size = 2;
        looked_at.clear();
        if fresh {
            best = heap.pop();
            fresh = false;
        } else {
            let mut batch = Vec::new();
            loop {
                batch.clear();
                while batch.len() < batch_size
                    && let Some(bound) = heap.peek()
                {
                    let hopeless = best.is_some_and(|best| {
                        bound.gain.far < best.gain.far
                            || (bound.gain.far == best.gain.far
                                && bound.gain.value.to_f64() + margin < best.gain.value.to_f64())
                    });
                    if hopeless {
                        break;
                    }
                    batch.extend(heap.pop().map(|bound| bound.candidate));
                }
                if batch.is_empty() {
                    break;
                }
                for bound in gains(&pool, monitor, &batch, |candidate| gain(candidate, &nearest))? {
                    if best.is_none_or(|best| bound > best) {
                        best = Some(bound);
                    }
                    looked_at.push(bound);
                }
                batch_size = (batch_size * 2).min(16);
            }
        }
        let Some(best) = best.filter(|best| Cost::ZERO < best.gain) else {
            // Fewer distinct objects than medoids: nobody gains, and the first unused ones are as good as any.
            return Ok(super::fill(instance, k, medoids));
        };
        add(best.candidate, &mut nearest);
        medoids.push(best.candidate);
        heap.extend(looked_at.drain(..).filter(|bound| bound.candidate != best.candidate));
    }
    Ok(medoids)
}

/// The gain of each of `candidates`.
fn gains<A: Accumulator>(
    pool: &Pool,
    monitor: &Monitor,
    candidates: &[usize],
    gain: impl Fn(usize) -> Cost<A> + Sync,
) -> Result<Vec<Bound<A>>, Error> {
    let one = |&candidate: &usize| {
        monitor.check()?;
        let gain = gain(candidate);
        Ok(Bound { gain, candidate })
    };
    if pool.is_parallel() && candidates.len() > 1 {
        pool.run(|| candidates.par_iter().map(one).collect())
    } else {
        candidates.iter().map(one).collect()
    }
}

/// Partial sums, so that additions need not wait for one another; fixed, so that every instruction set adds in the same order.
const LANES: usize = 16;

/// How much nearer the references would be to their nearest medoid with one more.
struct Gain<'a, T: Element> {
    row: &'a [T],
    nearest: &'a [T],
    own: Option<usize>,
    weights: Option<&'a [T::Acc]>,
}

impl<T: Element> Kernel for Gain<'_, T> {
    type Output = Cost<T::Acc>;

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) -> Cost<T::Acc> {
        let nearest = &self.nearest[..self.row.len()];
        let mut lanes = [T::Acc::ZERO; LANES];
        let mut any_far = false;
        let own = self.own.filter(|&own| self.row[own] != T::ZERO);
        if self.weights.is_none() && own.is_none() {
            let (blocks, rest) = self.row.as_chunks::<LANES>();
            let (near_blocks, near_rest) = nearest.as_chunks::<LANES>();
            for (block, near) in blocks.iter().zip(near_blocks) {
                for lane in 0..LANES {
                    let gain = near[lane].widen() - block[lane].widen();
                    lanes[lane] += if block[lane] < near[lane] { gain } else { T::Acc::ZERO };
                    any_far |= near[lane].is_infinite();
                }
            }
            for lane in 0..rest.len() {
                let gain = near_rest[lane].widen() - rest[lane].widen();
                lanes[lane] += if rest[lane] < near_rest[lane] {
                    gain
                } else {
                    T::Acc::ZERO
                };
                any_far |= near_rest[lane].is_infinite();
            }
        }
        let mut far = 0;
        if any_far || self.weights.is_some() || own.is_some() {
            lanes = [T::Acc::ZERO; LANES];
            for (o, (&x, &near)) in self.row.iter().zip(nearest).enumerate() {
                let x = if Some(o) == own { T::ZERO } else { x };
                let weight = self.weights.map_or(T::Acc::ONE, |weights| weights[o]);
                if x < near && weight != T::Acc::ZERO {
                    if near.is_infinite() {
                        far += 1;
                        lanes[o % LANES] -= x.widen() * weight;
                    } else {
                        lanes[o % LANES] += (near.widen() - x.widen()) * weight;
                    }
                }
            }
        }
        let mut value = T::Acc::ZERO;
        for lane in lanes {
            value += lane;
        }
        Cost { far, value }
    }
}
