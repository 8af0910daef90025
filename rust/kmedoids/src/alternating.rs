//! The alternating heuristic (Maranzana 1964; Park & Jun 2009): k-means' scheme with medoids.
//!
//! Assign every object to its nearest medoid, then let every cluster choose its own best medoid, and repeat. Each step is cheap, but a medoid can never
//! leave its cluster, so that the search ends in worse optima than swapping does: a baseline, often called "k-medoids" elsewhere.
//! The result need not be a local optimum with respect to swaps.

use porism_runtime::Monitor;

use crate::cost::Cost;
use crate::element::{Accumulator, Element};
use crate::error::Error;
use crate::matrix::Instance;
use crate::options::Options;
use crate::result::{Clustering, Run};
use crate::state::State;

/// Alternate between assignment and the best medoid within each cluster. `max_iter` counts such rounds.
///
/// A cluster's possible medoids are the candidates that are themselves references of it: sites that serve clients (`Own::Nothing`) stay where they are.
pub fn alternating<T: Element>(
    instance: &Instance<'_, T>,
    init: &[usize],
    options: &Options,
    monitor: &Monitor,
) -> Result<Clustering<T>, Error> {
    let medoids = instance.checked_medoids(init)?;
    let mut state = State::assign(instance, medoids, options.n_fixed, options.isa(), monitor)?;
    let mut run = Run::new(state.total.total(), options.trace);
    let pool = options.pool()?;
    let mut members = vec![Vec::new(); state.k()];
    let mut choices = vec![Vec::new(); state.k()];
    while run.n_iter < options.max_iter && !run.converged {
        run.n_iter += 1;
        monitor.report(run.n_iter as u64, 0, state.total.total().to_f64());
        members.iter_mut().for_each(Vec::clear);
        choices.iter_mut().for_each(Vec::clear);
        for (o, &slot) in state.n1.iter().enumerate() {
            members[slot as usize].push(o as u32);
        }
        for candidate in (0..instance.n_candidates()).filter(|&j| instance.is_allowed(j)) {
            if let Some(own) = instance.own(candidate) {
                choices[state.n1[own] as usize].push(candidate as u32);
            }
        }
        let mut medoids = state.medoids.clone();
        for slot in options.n_fixed..state.k() {
            let members = &members[slot];
            let read = (members.len() * choices[slot].len()) as u64;
            run.counters.n_eval += choices[slot].len() as u64;
            run.counters.n_dist += read;
            let sum = |&candidate: &u32| {
                monitor.check()?;
                Ok::<_, Error>((within(instance, candidate as usize, members), candidate))
            };
            let mut best = sum(&medoids[slot])?;
            let sums: Result<Vec<_>, Error> = if pool.is_parallel() {
                use rayon::prelude::*;
                pool.run(|| choices[slot].par_iter().map(sum).collect())
            } else {
                choices[slot].iter().map(sum).collect()
            };
            for (cost, candidate) in sums? {
                let taken = state.is_medoid(candidate as usize);
                if cost < best.0 && !taken {
                    best = (cost, candidate);
                }
            }
            medoids[slot] = best.1;
        }
        run.converged = medoids == state.medoids;
        if !run.converged {
            let moved: Vec<_> = (0..medoids.len())
                .filter(|&slot| medoids[slot] != state.medoids[slot])
                .collect();
            state = State::assign(instance, medoids, options.n_fixed, options.isa(), monitor)?;
            run.counters.n_dist += (state.k() * instance.n_references()) as u64;
            for slot in moved {
                run.swapped(slot as u32, state.medoids[slot] as usize, state.total.total());
            }
        }
        run.losses.push(state.total.total());
    }
    run.finish(instance, state, monitor)
}

/// What `members` would pay for `candidate`.
fn within<T: Element>(instance: &Instance<'_, T>, candidate: usize, members: &[u32]) -> Cost<T::Acc> {
    let row = instance.row(candidate);
    let own = instance.own(candidate).map_or(u32::MAX, |own| own as u32);
    let mut sum = Cost::ZERO;
    for &o in members {
        let x = if o == own { T::ZERO } else { row[o as usize] };
        let weight = instance.weight(o as usize);
        if x.is_infinite() {
            sum.far += i64::from(weight != T::Acc::ZERO);
        } else {
            sum.value += x.widen() * weight;
        }
    }
    sum
}
