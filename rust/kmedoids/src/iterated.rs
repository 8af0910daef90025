//! Iterated local search: shake a local optimum, improve it again, keep what is better.
//!
//! FasterPAM ends in a local optimum, and where many of them are nearly equal, as in p-median problems on networks, restarting from scratch forgets all that was right. Exchanging a
//! few medoids at random and searching on from there finds proven optima of the OR-Library in less time than restarts need to come near (Lourenço, Martin & Stützle 2003 on the scheme).

use porism_runtime::Monitor;

use crate::element::{Accumulator, Element};
use crate::error::Error;
use crate::fasterpam::{improve, order_of};
use crate::matrix::Instance;
use crate::median;
use crate::options::{Options, generator};
use crate::random::{below, partial_shuffle};
use crate::result::Clustering;
use crate::state::State;
use crate::swap::Swapper;

/// FasterPAM from `init`, then `n_perturb` times: exchange a few medoids at random, improve, and go on from the better one.
pub fn iterated<T: Element>(
    instance: &Instance<'_, T>,
    init: &[usize],
    n_perturb: usize,
    options: &Options,
    monitor: &Monitor,
) -> Result<Clustering<T>, Error> {
    let medoids = instance.checked_medoids(init)?;
    if medoids.len() == 1 {
        return median::single(instance, medoids[0], options, monitor);
    }
    let pool = options.pool()?;
    let mut order = order_of(instance, options);
    let mut best = State::assign(instance, medoids, options.n_fixed, options.isa(), monitor)?;
    let mut run = improve(instance, &mut best, &order, options, &pool, monitor)?;
    let mut rng = generator(options.seed, 8);
    let mut others: Vec<u32> = (0..instance.n_candidates())
        .filter(|&j| instance.is_allowed(j))
        .map(|j| j as u32)
        .collect();
    let open = best.k() - options.n_fixed.min(best.k());
    if open == 0 || others.len() <= best.k() {
        return run.finish(instance, best, monitor);
    }
    for step in 0..n_perturb {
        monitor.check()?;
        monitor.report(step as u64, n_perturb as u64, best.total.total().to_f64());
        let mut state = best.clone();
        let mut swapper = Swapper::new(instance, &state, monitor)?;
        let strength = 1 + below(&mut rng, (open / 4).clamp(2, 12));
        for _ in 0..strength.min(open) {
            let slot = (options.n_fixed + below(&mut rng, open)) as u32;
            let candidate = others[below(&mut rng, others.len())] as usize;
            if !state.is_medoid(candidate) {
                swapper.swap(instance, &mut state, slot, candidate);
            }
        }
        // Another order each time: the same one would often lead back.
        partial_shuffle(&mut rng, &mut order, others.len());
        let again = improve(instance, &mut state, &order, options, &pool, monitor)?;
        run.counters.n_eval += again.counters.n_eval;
        run.counters.n_dist += again.counters.n_dist;
        run.counters.n_skipped += again.counters.n_skipped;
        if state.total < best.total {
            run.n_swap += again.n_swap;
            run.losses.push(state.total.total());
            best = state;
        } else if state.total == best.total {
            best = state; // sideways, along a plateau
        }
    }
    others.clear();
    run.finish(instance, best, monitor)
}
