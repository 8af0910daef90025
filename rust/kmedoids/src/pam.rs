//! PAM and FastPAM1: the best of all swaps, one at a time.
//!
//! Both make exactly the same swaps. [`pam`] evaluates every pair of a slot and a candidate by itself, O(n) each and O(k (n - k)²) per iteration, as
//! Kaufman & Rousseeuw (1987) describe it; it is here to be compared with, and costs what an honest implementation costs. [`fastpam1`] gets
//! all k pairs of a candidate from one [`sweep`](crate::sweep) (Schubert & Rousseeuw 2019), O(n²) per iteration whatever k is, and
//! [skips](crate::lazy) candidates that provably cannot beat the best found so far.

use porism_runtime::{Monitor, Pool};

use crate::arch::{Kernel, Simd, dispatch};
use crate::batch::{MAX_BATCH, Sweeper};
use crate::cost::Cost;
use crate::element::{Accumulator, Element};
use crate::error::Error;
use crate::lazy::Bounds;
use crate::matrix::Instance;
use crate::median;
use crate::options::Options;
use crate::result::{Clustering, Run};
use crate::state::State;
use crate::swap::Swapper;
use crate::sweep::Change;

/// Partitioning around medoids, every pair evaluated separately. `max_iter` counts iterations of one swap each.
pub fn pam<T: Element>(
    instance: &Instance<'_, T>,
    init: &[usize],
    options: &Options,
    monitor: &Monitor,
) -> Result<Clustering<T>, Error> {
    best_swaps(instance, init, options, monitor, Pairwise)
}

/// The swaps of [`pam`], all pairs of a candidate evaluated together. `max_iter` counts iterations of one swap each.
pub fn fastpam1<T: Element>(
    instance: &Instance<'_, T>,
    init: &[usize],
    options: &Options,
    monitor: &Monitor,
) -> Result<Clustering<T>, Error> {
    best_swaps(instance, init, options, monitor, Together)
}

/// A candidate and the best swap with it.
type Best<T> = Option<(usize, Change<<T as Element>::Acc>)>;

/// How the best swap of an iteration is found.
trait Search {
    fn best<T: Element>(&self, iteration: &mut Iteration<'_, '_, T>) -> Result<Best<T>, Error>;
}

struct Iteration<'a, 'p, T: Element> {
    instance: &'a Instance<'a, T>,
    state: &'a State<T>,
    candidates: &'a [u32],
    sweeper: &'a mut Sweeper<'p, T>,
    bounds: &'a mut Bounds,
    run: &'a mut Run<T::Acc>,
    pool: &'a Pool,
    monitor: &'a Monitor,
}

fn best_swaps<T: Element>(
    instance: &Instance<'_, T>,
    init: &[usize],
    options: &Options,
    monitor: &Monitor,
    search: impl Search,
) -> Result<Clustering<T>, Error> {
    let medoids = instance.checked_medoids(init)?;
    if medoids.len() == 1 {
        return median::single(instance, medoids[0], options, monitor);
    }
    let pool = options.pool()?;
    let mut state = State::assign(instance, medoids, options.n_fixed, options.isa(), monitor)?;
    let mut run = Run::new(state.total.total(), options.trace);
    let mut sweeper = Sweeper::new(&pool, state.k());
    let mut swapper = Swapper::new(instance, &state, monitor)?;
    let mut bounds = Bounds::new(options.lazy, &state);
    let allowed = 0..instance.n_candidates();
    let allowed: Vec<u32> = allowed.filter(|&j| instance.is_allowed(j)).map(|j| j as u32).collect();
    let mut candidates = Vec::with_capacity(allowed.len());
    while run.n_iter < options.max_iter && !run.converged {
        run.n_iter += 1;
        candidates.clear();
        candidates.extend(allowed.iter().filter(|&&j| !state.is_medoid(j as usize)));
        let best = search.best(&mut Iteration {
            instance,
            state: &state,
            candidates: &candidates,
            sweeper: &mut sweeper,
            bounds: &mut bounds,
            run: &mut run,
            pool: &pool,
            monitor,
        })?;
        match best {
            Some((candidate, best)) if state.is_improved_by(best.cost) => {
                let (change, read) = swapper.swap(instance, &mut state, best.slot, candidate);
                run.counters.n_dist += read;
                bounds.swapped(&swapper.drops, change, &state);
                run.swapped(best.slot, candidate, state.total.total());
            }
            _ => run.converged = true,
        }
        run.losses.push(state.total.total());
    }
    run.finish(instance, state, monitor)
}

/// FastPAM1.
struct Together;

impl Search for Together {
    fn best<T: Element>(&self, iteration: &mut Iteration<'_, '_, T>) -> Result<Best<T>, Error> {
        let Iteration {
            instance,
            state,
            candidates,
            sweeper,
            bounds,
            run,
            monitor,
            ..
        } = iteration;
        let n_references = instance.n_references() as u64;
        let mut best: Best<T> = None;
        let mut batch = Vec::with_capacity(MAX_BATCH);
        for part in candidates.chunks(MAX_BATCH) {
            monitor.check()?;
            monitor.report(run.n_iter as u64, 0, state.total.total().to_f64());
            // Whoever cannot beat the best so far, or 0, cannot be the swap of this iteration.
            let threshold = best.map_or(0.0, |(_, change)| change.cost.value.to_f64().min(0.0));
            let threshold = if best.is_some_and(|(_, change)| change.cost.far != 0) {
                f64::INFINITY
            } else {
                threshold
            };
            batch.clear();
            batch.extend(
                part.iter()
                    .filter(|&&candidate| bounds.bound(candidate as usize) <= threshold),
            );
            run.counters.n_skipped += (part.len() - batch.len()) as u64;
            run.counters.n_eval += batch.len() as u64;
            run.counters.n_dist += batch.len() as u64 * n_references;
            for (&candidate, &change) in batch.iter().zip(sweeper.sweep(instance, state, &batch)) {
                bounds.swept(candidate as usize, change.cost);
                if best.is_none_or(|(_, best)| change.cost < best.cost) {
                    best = Some((candidate as usize, change));
                }
            }
        }
        Ok(best)
    }
}

/// PAM.
struct Pairwise;

impl Search for Pairwise {
    fn best<T: Element>(&self, iteration: &mut Iteration<'_, '_, T>) -> Result<Best<T>, Error> {
        let Iteration {
            instance,
            state,
            candidates,
            run,
            monitor,
            pool,
            ..
        } = iteration;
        let (k, n_fixed) = (state.k(), state.n_fixed);
        let one = |&candidate: &u32| {
            let mut best: Option<Change<T::Acc>> = None;
            for slot in n_fixed as u32..k as u32 {
                monitor.check()?;
                let cost = pair(instance, state, slot, candidate as usize);
                if best.is_none_or(|best| cost < best.cost) {
                    best = Some(Change { slot, cost });
                }
            }
            Ok::<_, Error>(best)
        };
        let mut best: Best<T> = None;
        for part in candidates.chunks(MAX_BATCH) {
            monitor.report(run.n_iter as u64, 0, state.total.total().to_f64());
            let changes: Result<Vec<_>, Error> = if pool.is_parallel() {
                use rayon::prelude::*;
                pool.run(|| part.par_iter().map(one).collect())
            } else {
                part.iter().map(one).collect()
            };
            for (&candidate, change) in part.iter().zip(changes?) {
                let Some(change) = change else { continue };
                if best.is_none_or(|(_, best)| change.cost < best.cost) {
                    best = Some((candidate as usize, change));
                }
            }
            run.counters.n_eval += part.len() as u64;
            run.counters.n_dist += (part.len() * (k - n_fixed) * instance.n_references()) as u64;
        }
        Ok(best)
    }
}

/// The change of the loss if `candidate` replaced the medoid in `slot`, by one pass over its row.
pub(crate) fn pair<T: Element>(
    instance: &Instance<'_, T>,
    state: &State<T>,
    slot: u32,
    candidate: usize,
) -> Cost<T::Acc> {
    let (row, own, weights) = (instance.row(candidate), instance.own(candidate), instance.weights());
    dispatch(
        state.isa,
        Pair {
            state,
            slot,
            row,
            own,
            weights,
        },
    )
}

struct Pair<'a, T: Element> {
    state: &'a State<T>,
    slot: u32,
    row: &'a [T],
    own: Option<usize>,
    weights: Option<&'a [T::Acc]>,
}

impl<T: Element> Kernel for Pair<'_, T> {
    type Output = Cost<T::Acc>;

    #[inline(always)]
    fn run<S: Simd>(self, _simd: S) -> Cost<T::Acc> {
        let n = self.row.len();
        let (n1, d1, d2) = (&self.state.n1[..n], &self.state.d1[..n], &self.state.d2[..n]);
        let own = self.own.filter(|&own| self.row[own] != T::ZERO);
        let at = |o: usize, x: T| {
            let fallback = if n1[o] == self.slot { d2[o] } else { d1[o] };
            if x < fallback { x } else { fallback }
        };
        if self.state.has_far || self.weights.is_some() || own.is_some() {
            let mut sum = Cost::ZERO;
            for o in 0..n {
                let before = d1[o];
                let after = at(o, if Some(o) == own { T::ZERO } else { self.row[o] });
                let weight = self.weights.map_or(T::Acc::ONE, |weights| weights[o]);
                if weight == T::Acc::ZERO {
                    continue;
                }
                let value = |d: T| if d.is_infinite() { T::Acc::ZERO } else { d.widen() };
                sum.far += i64::from(after.is_infinite()) - i64::from(before.is_infinite());
                sum.value += (value(after) - value(before)) * weight;
            }
            return sum;
        }
        // Nothing is infinite. Several sums, so that additions need not wait for one another.
        let mut lanes = [T::Acc::ZERO; LANES];
        let whole = n / LANES * LANES;
        for start in (0..whole).step_by(LANES) {
            for lane in 0..LANES {
                let o = start + lane;
                lanes[lane] += at(o, self.row[o]).widen() - d1[o].widen();
            }
        }
        for o in whole..n {
            lanes[o % LANES] += at(o, self.row[o]).widen() - d1[o].widen();
        }
        Cost::finite(lanes.into_iter().sum())
    }
}

const LANES: usize = 16;
