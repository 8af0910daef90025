//! One medoid: not a search but a sum per candidate.

use porism_runtime::{Isa, Monitor};

use crate::arch::{Kernel, Simd, dispatch};
use crate::cost::Cost;
use crate::element::{Accumulator, Element};
use crate::error::Error;
use crate::matrix::Instance;
use crate::options::Options;
use crate::result::{Clustering, Run};
use crate::state::State;

/// Partial sums, so that additions need not wait for one another; fixed, so that every instruction set adds in the same order.
const LANES: usize = 16;

/// The candidate with the least sum of dissimilarities, the first of equals. One pass, and a swap unless `medoid` is it.
pub(crate) fn single<T: Element>(
    instance: &Instance<'_, T>,
    medoid: u32,
    options: &Options,
    monitor: &Monitor,
) -> Result<Clustering<T>, Error> {
    let isa = options.isa();
    let start = State::assign(instance, vec![medoid], 0, isa, monitor)?;
    if options.n_fixed > 0 || options.max_iter == 0 {
        let mut run = Run::new(start.total.total(), options.trace);
        if options.max_iter > 0 {
            run.n_iter = 1; // a pass that had nothing to try
            run.converged = true;
            run.losses.push(start.total.total());
        }
        return run.finish(instance, start, monitor);
    }
    let sums = row_sums(instance, options, monitor)?;
    let (best, run) = median(instance, medoid, &sums, options);
    let state = State::assign(instance, vec![best], 0, isa, monitor)?;
    run.finish(instance, state, monitor)
}

/// Which candidate has the least of `sums`, and the run that exchanged `medoid` for it.
pub(crate) fn median<T: Element>(
    instance: &Instance<'_, T>,
    medoid: u32,
    sums: &[Cost<T::Acc>],
    options: &Options,
) -> (u32, Run<T::Acc>) {
    let mut best = medoid as usize;
    let mut least = sums[best];
    let mut run = Run::new(least.total(), options.trace);
    for (candidate, &sum) in sums.iter().enumerate() {
        if sum < least && instance.is_allowed(candidate) {
            (best, least) = (candidate, sum);
        }
    }
    // The initial medoid keeps its place only if nothing is better; among better ones the first of the best was taken.
    run.n_iter = 1;
    run.converged = true;
    run.counters.n_eval = instance.n_allowed() as u64;
    run.counters.n_dist = (instance.n_candidates() * instance.n_references()) as u64;
    if best != medoid as usize {
        run.swapped(0, best, least.total());
    }
    run.losses.push(least.total());
    (best as u32, run)
}

/// The loss of every candidate as the only medoid.
pub(crate) fn row_sums<T: Element>(
    instance: &Instance<'_, T>,
    options: &Options,
    monitor: &Monitor,
) -> Result<Vec<Cost<T::Acc>>, Error> {
    let isa = options.isa();
    let pool = options.pool()?;
    let n = instance.n_candidates();
    let mut sums = vec![Cost::ZERO; n];
    // About a millisecond of work per piece.
    let rows = (1_000_000 / instance.n_references()).clamp(1, n);
    let one = |part: usize, sums: &mut [Cost<T::Acc>]| {
        if monitor.check().is_err() {
            return;
        }
        for (i, sum) in sums.iter_mut().enumerate() {
            *sum = row_sum(instance, part * rows + i, isa);
        }
    };
    if pool.is_parallel() {
        use rayon::prelude::*;
        pool.run(|| {
            sums.par_chunks_mut(rows)
                .enumerate()
                .for_each(|(part, sums)| one(part, sums))
        });
    } else {
        sums.chunks_mut(rows)
            .enumerate()
            .for_each(|(part, sums)| one(part, sums));
    }
    monitor.check()?;
    Ok(sums)
}

/// The loss of `candidate` as the only medoid.
pub(crate) fn row_sum<T: Element>(instance: &Instance<'_, T>, candidate: usize, isa: Isa) -> Cost<T::Acc> {
    let row = instance.row(candidate);
    let own = instance.own(candidate);
    let weights = instance.weights();
    dispatch(isa, RowSum { row, own, weights })
}

struct RowSum<'a, T: Element> {
    row: &'a [T],
    own: Option<usize>,
    weights: Option<&'a [T::Acc]>,
}

impl<T: Element> Kernel for RowSum<'_, T> {
    type Output = Cost<T::Acc>;

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) -> Self::Output {
        let mut lanes = [T::Acc::ZERO; LANES];
        let mut any_far = false;
        if self.weights.is_none() {
            let (blocks, rest) = self.row.as_chunks::<LANES>();
            for block in blocks {
                for lane in 0..LANES {
                    lanes[lane] += block[lane].widen();
                    any_far |= block[lane].is_infinite();
                }
            }
            for (lane, x) in rest.iter().enumerate() {
                lanes[lane] += x.widen();
                any_far |= x.is_infinite();
            }
        }
        let mut far = 0;
        if any_far || self.weights.is_some() {
            lanes = [T::Acc::ZERO; LANES];
            for (o, &x) in self.row.iter().enumerate() {
                let weight = self.weights.map_or(T::Acc::ONE, |weights| weights[o]);
                if weight == T::Acc::ZERO {
                    continue;
                }
                if x.is_infinite() {
                    far += 1;
                } else {
                    lanes[o % LANES] += x.widen() * weight;
                }
            }
        }
        let mut value = T::Acc::ZERO;
        for lane in lanes {
            value += lane;
        }
        if let Some(own) = self.own
            && self.row[own] != T::ZERO
            && !self.row[own].is_infinite()
        {
            value -= self.row[own].widen() * self.weights.map_or(T::Acc::ONE, |weights| weights[own]);
        }
        Cost { far, value }
    }
}
