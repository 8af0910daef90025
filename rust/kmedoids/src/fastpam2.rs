//! FastPAM2 (Schubert & Rousseeuw 2019): up to k swaps from one pass.
//!
//! A pass finds the best candidate for every slot, not just for the best one, and then makes these swaps one after the other where they still improve. Fewer
//! passes than FastPAM1, the swaps are no longer PAM's. [`fasterpam`](crate::fasterpam()) supersedes it; it is here for completeness.

use porism_runtime::Monitor;

use crate::batch::MAX_BATCH;
use crate::cost::Cost;
use crate::element::{Accumulator, Element};
use crate::error::Error;
use crate::matrix::Instance;
use crate::median;
use crate::options::Options;
use crate::pam::pair;
use crate::result::{Clustering, Run};
use crate::state::State;
use crate::swap::Swapper;
use crate::sweep::{Scratch, evaluate_all};

/// Improve `init` by several swaps per pass. `max_iter` counts passes.
///
/// A swap after the first of its pass is made if it is still improving by at least `1 - tolerance` of what it promised: 1 makes every improving one, 0 only those
/// that lost nothing.
pub fn fastpam2<T: Element>(
    instance: &Instance<'_, T>,
    init: &[usize],
    tolerance: f64,
    options: &Options,
    monitor: &Monitor,
) -> Result<Clustering<T>, Error> {
    if !(0.0..=1.0).contains(&tolerance) {
        return Err(Error::Option {
            what: "fasttol",
            expected: "between 0 and 1",
            value: tolerance,
        });
    }
    let medoids = instance.checked_medoids(init)?;
    if medoids.len() == 1 {
        return median::single(instance, medoids[0], options, monitor);
    }
    let n_references = instance.n_references() as u64;
    let mut state = State::assign(instance, medoids, options.n_fixed, options.isa(), monitor)?;
    let mut run = Run::new(state.total.total(), options.trace);
    let mut swapper = Swapper::new(instance, &state, monitor)?;
    let pool = options.pool()?;
    let k = state.k();
    let mut scratch = vec![Scratch::new(k); pool.n_threads()];
    let mut costs = vec![Cost::ZERO; MAX_BATCH * k];
    while run.n_iter < options.max_iter && !run.converged {
        run.n_iter += 1;
        let candidates = 0..instance.n_candidates();
        let candidates: Vec<usize> = candidates
            .filter(|&j| instance.is_allowed(j) && !state.is_medoid(j))
            .collect();
        let mut best: Vec<Option<(Cost<T::Acc>, usize)>> = vec![None; k];
        for part in candidates.chunks(MAX_BATCH) {
            monitor.check()?;
            monitor.report(run.n_iter as u64, 0, state.total.total().to_f64());
            let share = part.len().div_ceil(scratch.len());
            let work = |part: &[usize], costs: &mut [Cost<T::Acc>], scratch: &mut Scratch<T::Acc>| {
                for (&candidate, costs) in part.iter().zip(costs.chunks_exact_mut(k)) {
                    evaluate_all(instance, &state, candidate, scratch, costs);
                }
            };
            if pool.is_parallel() {
                use rayon::prelude::*;
                let costs = costs.par_chunks_mut(share * k);
                let shares = part.par_chunks(share).zip(costs).zip(scratch.par_iter_mut());
                pool.run(|| shares.for_each(|((part, costs), scratch)| work(part, costs, scratch)));
            } else {
                work(part, &mut costs, &mut scratch[0]);
            }
            for (&candidate, costs) in part.iter().zip(costs.chunks_exact(k)) {
                for slot in state.n_fixed..k {
                    if best[slot].is_none_or(|(least, _)| costs[slot] < least) {
                        best[slot] = Some((costs[slot], candidate));
                    }
                }
            }
            run.counters.n_eval += part.len() as u64;
            run.counters.n_dist += part.len() as u64 * n_references;
        }
        let mut promising: Vec<(Cost<T::Acc>, usize, usize)> = best
            .into_iter()
            .enumerate()
            .filter_map(|(slot, best)| best.map(|(cost, candidate)| (cost, slot, candidate)))
            .filter(|(cost, ..)| state.is_improved_by(*cost))
            .collect();
        promising.sort_by(|a, b| {
            a.0.partial_cmp(&b.0)
                .unwrap_or(std::cmp::Ordering::Equal)
                .then(a.1.cmp(&b.1))
        });
        run.converged = promising.is_empty();
        for (rank, (promised, slot, candidate)) in promising.into_iter().enumerate() {
            monitor.check()?;
            if state.is_medoid(candidate) {
                continue;
            }
            if rank > 0 {
                let now = pair(instance, &state, slot as u32, candidate);
                run.counters.n_dist += n_references;
                let enough = now.far < promised.far
                    || (now.far == promised.far && now.value.to_f64() <= promised.value.to_f64() * (1.0 - tolerance));
                if !state.is_improved_by(now) || !(enough || (tolerance == 1.0)) {
                    continue;
                }
            }
            let (_, read) = swapper.swap(instance, &mut state, slot as u32, candidate);
            run.counters.n_dist += read;
            run.swapped(slot as u32, candidate, state.total.total());
        }
        run.losses.push(state.total.total());
    }
    run.finish(instance, state, monitor)
}
