//! FasterPAM without a matrix: rows are computed when they are swept, a block of candidates at a time.
//!
//! Memory is that of the data, of k rows for the medoids and of one block; each pass computes all n² dissimilarities again, n² d operations. For n
//! about 10⁵ that is seconds a pass, where the matrix would not fit. The swaps are FasterPAM's, and candidates that the [bounds](crate::lazy) rule out are not computed.

use porism_runtime::Monitor;

use crate::batch::{MAX_BATCH, Sweeper};
use crate::clara::assigned;
use crate::distance::Float;
use crate::element::Element;
use crate::error::{Error, try_filled};
use crate::fasterpam::order_of;
use crate::lazy::Bounds;
use crate::matrix::Instance;
use crate::options::Options;
use crate::result::{Clustering, Run};
use crate::source::Source;
use crate::state::{NONE, State};
use crate::swap::Swapper;
use crate::sweep::GROUP;

/// Improve `init` by eager swapping over the objects of `source`. `max_iter` counts passes.
pub fn fasterpam_data<T: Float, S: Source<T>>(
    source: &S,
    init: &[usize],
    options: &Options,
    monitor: &Monitor,
) -> Result<Clustering<T>, Error> {
    let n = source.n();
    let objects = Instance::<T>::without_rows(n)?;
    let medoids = objects.checked_medoids(init)?;
    let k = medoids.len();
    let pool = options.pool()?;
    let order = order_of(&objects, options);
    // The medoids' rows, then those of a block of candidates.
    let mut rows = try_filled("the rows of the medoids", n.saturating_mul(k + MAX_BATCH), T::ZERO)?;
    let mut places = vec![NONE; n];
    medoids
        .iter()
        .enumerate()
        .for_each(|(slot, &medoid)| places[medoid as usize] = slot as u32);
    source.rows(&medoids, &mut rows[..k * n], &pool, options, monitor)?;
    let mut state = State::assign(
        &objects.with_rows(&rows, &places),
        medoids,
        options.n_fixed,
        options.isa(),
        monitor,
    )?;
    let mut run = Run::new(state.total.total(), options.trace);
    let mut sweeper = Sweeper::new(&pool, k);
    let mut swapper = Swapper::new(&objects.with_rows(&rows, &places), &state, monitor)?;
    let mut bounds = Bounds::new(options.lazy && k > 1, &state);
    let mut last_swap = order.len();
    let mut batch_size = 1;
    let mut block: Vec<u32> = Vec::with_capacity(MAX_BATCH);
    while run.n_iter < options.max_iter && !run.converged && state.n_fixed < k {
        run.n_iter += 1;
        let swaps_before = run.n_swap;
        let mut position = 0;
        let mut end = last_swap.min(order.len());
        while position < end {
            monitor.check()?;
            let done = ((run.n_iter - 1) * order.len() + position) as u64;
            monitor.report(done, (run.n_iter * order.len()) as u64, state.total.total());
            block.clear();
            let first = position;
            while position < order.len() && block.len() < MAX_BATCH {
                let candidate = order[position];
                position += 1;
                if !state.is_medoid(candidate as usize) && bounds.bound(candidate as usize) <= 0.0 {
                    block.push(candidate);
                }
            }
            for (i, &candidate) in block.iter().enumerate() {
                places[candidate as usize] = (k + i) as u32;
            }
            source.rows(&block, &mut rows[k * n..][..block.len() * n], &pool, options, monitor)?;
            run.counters.n_dist += (block.len() * n) as u64;
            position = walk(
                &mut Walk {
                    objects: &objects,
                    rows: &mut rows,
                    places: &mut places,
                    order: &order,
                    state: &mut state,
                    sweeper: &mut sweeper,
                    swapper: &mut swapper,
                    bounds: &mut bounds,
                    run: &mut run,
                    last_swap: &mut last_swap,
                    end: &mut end,
                    batch_size: &mut batch_size,
                    max_batch: if pool.is_parallel() { MAX_BATCH } else { GROUP },
                },
                first,
                position,
            )?;
            for &candidate in &block {
                if !state.is_medoid(candidate as usize) {
                    places[candidate as usize] = NONE;
                }
            }
        }
        run.losses.push(state.total.total());
        run.converged = run.n_swap == swaps_before;
    }
    run.converged |= state.n_fixed >= k && options.max_iter > 0;
    let State { medoids, .. } = state;
    assigned(source, &medoids, run, options, monitor)
}

struct Walk<'a, 'p, 'o, T: Element> {
    objects: &'a Instance<'o, T>,
    rows: &'a mut [T],
    places: &'a mut [u32],
    order: &'a [u32],
    state: &'a mut State<T>,
    sweeper: &'a mut Sweeper<'p, T>,
    swapper: &'a mut Swapper<'p, T>,
    bounds: &'a mut Bounds,
    run: &'a mut Run<T::Acc>,
    last_swap: &'a mut usize,
    end: &'a mut usize,
    batch_size: &'a mut usize,
    max_batch: usize,
}

/// Try the candidates at `from..to`, as far as their rows are there. Returns the position of the first that was not tried.
fn walk<T: Element>(walk: &mut Walk<'_, '_, '_, T>, from: usize, to: usize) -> Result<usize, Error> {
    let n = walk.objects.n_references();
    let mut position = from;
    let mut batch = Vec::with_capacity(MAX_BATCH);
    while position < to.min(*walk.end) {
        batch.clear();
        let mut skipped = Vec::with_capacity(MAX_BATCH);
        let mut n_skipped = 0;
        let start = position;
        while position < to.min(*walk.end) && batch.len() < *walk.batch_size {
            let candidate = walk.order[position];
            if walk.state.is_medoid(candidate as usize) {
                position += 1;
                continue;
            }
            if walk.bounds.bound(candidate as usize) > 0.0 {
                n_skipped += 1;
                position += 1;
                continue;
            }
            if walk.places[candidate as usize] == NONE {
                break; // was skipped, but a swap has made it worth a look
            }
            batch.push(candidate);
            skipped.push(n_skipped);
            position += 1;
        }
        if batch.is_empty() {
            walk.run.counters.n_skipped += n_skipped;
            return Ok(position);
        }
        let instance = walk.objects.with_rows(walk.rows, walk.places);
        let mut swap = None;
        for (i, &change) in walk
            .sweeper
            .sweep_to_improvement(&instance, walk.state, &batch)
            .iter()
            .enumerate()
        {
            walk.bounds.swept(batch[i] as usize, change.cost);
            walk.run.counters.n_eval += 1;
            if walk.state.is_improved_by(change.cost) {
                swap = Some((i, change));
                break;
            }
        }
        let Some((i, change)) = swap else {
            walk.run.counters.n_skipped += n_skipped;
            *walk.batch_size = (*walk.batch_size * 2).min(walk.max_batch);
            continue;
        };
        walk.run.counters.n_skipped += skipped[i];
        let candidate = batch[i] as usize;
        let old = walk.state.medoids[change.slot as usize] as usize;
        let (difference, _) = walk.swapper.swap(&instance, walk.state, change.slot, candidate);
        walk.bounds.swapped(&walk.swapper.drops, difference, walk.state);
        walk.run.swapped(change.slot, candidate, walk.state.total.total());
        // The new medoid's row moves to its slot; the old medoid has no row any more.
        let place = walk.places[candidate] as usize;
        walk.rows
            .copy_within(place * n..(place + 1) * n, change.slot as usize * n);
        walk.places[candidate] = change.slot;
        walk.places[old] = NONE;
        let tried = walk.order[start..]
            .iter()
            .position(|&other| other as usize == candidate);
        position = start + tried.unwrap_or(0) + 1;
        *walk.batch_size = 1;
        *walk.last_swap = position - 1;
        *walk.end = walk.order.len();
    }
    Ok(position)
}
