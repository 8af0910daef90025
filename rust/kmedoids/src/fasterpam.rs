//! FasterPAM: eager swapping (Schubert & Rousseeuw 2021, "Fast and Eager k-Medoids Clustering").
//!
//! Candidates are tried in a cycle. The best swap with one candidate, over all slots, costs one pass over its row ([`sweep`](crate::sweep)); if
//! it improves at all, it is made at once. The search ends when a whole cycle made no swap, so that the result is a local optimum with respect to every single swap, as PAM's is,
//! after a handful of passes where PAM needs an iteration per swap. Use it unless you need PAM's own sequence.

use porism_runtime::{Monitor, Pool};

use crate::batch::{MAX_BATCH, Sweeper};
use crate::cycle::Cycle;
use crate::element::{Accumulator, Element};
use crate::error::Error;
use crate::lazy::Bounds;
use crate::matrix::Instance;
use crate::median;
use crate::options::{Options, Order, generator};
use crate::random::permutation;
use crate::result::{Clustering, Run};
use crate::state::State;
use crate::swap::Swapper;
use crate::sweep::GROUP;

/// Improve `init` by eager swapping. `max_iter` counts passes over all candidates.
pub fn fasterpam<T: Element>(
    instance: &Instance<'_, T>,
    init: &[usize],
    options: &Options,
    monitor: &Monitor,
) -> Result<Clustering<T>, Error> {
    let medoids = instance.checked_medoids(init)?;
    if medoids.len() == 1 {
        return median::single(instance, medoids[0], options, monitor);
    }
    let order = order_of(instance, options);
    let pool = options.pool()?;
    let mut state = State::assign_on(&pool, instance, medoids, options.n_fixed, options.isa(), monitor)?;
    let run = improve(instance, &mut state, &order, options, &pool, monitor)?;
    run.finish(instance, state, monitor)
}

/// The candidates in the order in which they are tried.
pub(crate) fn order_of<T: Element>(instance: &Instance<'_, T>, options: &Options) -> Vec<u32> {
    let n = instance.n_candidates();
    let mut order: Vec<u32> = match options.order {
        Order::Input => (0..n as u32).collect(),
        Order::Random => permutation(&mut generator(options.seed, 1), n),
    };
    order.retain(|&candidate| instance.is_allowed(candidate as usize));
    order
}

/// Swap eagerly until a whole cycle through `order` makes no swap, or `max_iter` is reached.
pub(crate) fn improve<T: Element>(
    instance: &Instance<'_, T>,
    state: &mut State<T>,
    order: &[u32],
    options: &Options,
    pool: &Pool,
    monitor: &Monitor,
) -> Result<Run<T::Acc>, Error> {
    pool.run_awake(|| walk(instance, state, order, options, pool, monitor))
}

fn walk<T: Element>(
    instance: &Instance<'_, T>,
    state: &mut State<T>,
    order: &[u32],
    options: &Options,
    pool: &Pool,
    monitor: &Monitor,
) -> Result<Run<T::Acc>, Error> {
    let n_references = instance.n_references() as u64;
    let mut run = Run::new(state.total.total(), options.trace);
    let mut sweeper = Sweeper::new(pool, state.k());
    let mut swapper = Swapper::new_on(pool, instance, state, monitor)?;
    let mut bounds = Bounds::new(options.lazy, state);
    let most = if pool.is_parallel() { MAX_BATCH } else { GROUP };
    let mut cycle = Cycle::new(order, pool.n_threads(), most);
    let mut skipped_before: Vec<u64> = Vec::with_capacity(most);
    while run.n_iter < options.max_iter && !run.converged {
        run.n_iter += 1;
        let swaps_before = run.n_swap;
        cycle.begin();
        loop {
            monitor.check()?;
            let done = (run.n_iter - 1) * order.len() + cycle.position();
            let all = run.n_iter * order.len();
            monitor.report(done as u64, all as u64, state.total.total().to_f64());
            skipped_before.clear();
            let mut skipped = 0;
            let batch = cycle.next(|candidate| {
                if state.is_medoid(candidate) {
                    return false;
                }
                let hopeless = bounds.bound(candidate) > 0.0;
                if hopeless {
                    skipped += 1;
                } else {
                    skipped_before.push(skipped);
                }
                !hopeless
            });
            let Some(batch) = batch else { break };
            let mut swap = None;
            let changes = sweeper.sweep_to_improvement(instance, state, batch);
            let mut n_consumed = 0;
            for (&candidate, &change) in batch.iter().zip(changes) {
                n_consumed += 1;
                bounds.swept(candidate as usize, change.cost);
                if state.is_improved_by(change.cost) {
                    swap = Some((candidate, change));
                    break;
                }
            }
            run.counters.n_eval += n_consumed as u64;
            run.counters.n_dist += n_consumed as u64 * n_references;
            let Some((candidate, best)) = swap else {
                run.counters.n_skipped += skipped;
                cycle.went_by();
                continue;
            };
            run.counters.n_skipped += skipped_before[n_consumed - 1];
            cycle.swapped(n_consumed - 1);
            let (change, read) = swapper.swap(instance, state, best.slot, candidate as usize);
            run.counters.n_dist += read;
            bounds.swapped(&swapper.drops, change, state);
            run.swapped(best.slot, candidate as usize, state.total.total());
        }
        run.losses.push(state.total.total());
        run.converged = run.n_swap == swaps_before;
    }
    Ok(run)
}
