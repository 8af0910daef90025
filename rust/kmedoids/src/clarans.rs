//! CLARANS (Ng & Han 2002) and FastCLARANS (Schubert & Rousseeuw 2019): random neighbours instead of all of them.
//!
//! A neighbour exchanges one medoid for one other object. CLARANS draws neighbours at random and moves to any that improves; after `max_neighbor` failures in a row
//! it restarts. FastCLARANS draws only the new object and looks at its k exchanges together, for the price of one. Objects are drawn without replacement until
//! something improves, so that with `max_neighbor = n - k` the result is a local optimum as PAM's is.

use porism_runtime::Monitor;
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::element::{Accumulator, Element};
use crate::error::Error;
use crate::init::{Init, initialise};
use crate::matrix::Instance;
use crate::median;
use crate::options::{Options, generator};
use crate::pam::pair;
use crate::random::below;
use crate::result::{Clustering, Run};
use crate::state::State;
use crate::swap::Swapper;
use crate::sweep::{Change, Scratch, evaluate};

/// How long a randomised search goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Neighbors {
    /// Restarts from random medoids.
    pub n_local: usize,
    /// Failures in a row that end a restart; by default 1.25 % of the neighbours, in FastCLARANS 2.5 % of the objects.
    pub max_neighbor: Option<usize>,
}

impl Default for Neighbors {
    fn default() -> Self {
        Self {
            n_local: 2,
            max_neighbor: None,
        }
    }
}

/// Random exchanges of one medoid for one object, evaluated one by one.
pub fn clarans<T: Element>(
    instance: &Instance<'_, T>,
    k: usize,
    fixed: &[usize],
    neighbors: Neighbors,
    options: &Options,
    monitor: &Monitor,
) -> Result<Clustering<T>, Error> {
    let fraction = 0.0125 * k as f64;
    restarts(
        instance,
        k,
        fixed,
        neighbors,
        fraction,
        options,
        monitor,
        |state, rng, _, drawn| {
            let open = state.k() - state.n_fixed;
            let at = below(rng, drawn.len());
            let candidate = drawn[at] as usize;
            let slot = (state.n_fixed + below(rng, open)) as u32;
            let cost = pair(instance, state, slot, candidate);
            (at, Change { slot, cost })
        },
    )
}

/// Random objects, all exchanges with each evaluated together.
pub fn fastclarans<T: Element>(
    instance: &Instance<'_, T>,
    k: usize,
    fixed: &[usize],
    neighbors: Neighbors,
    options: &Options,
    monitor: &Monitor,
) -> Result<Clustering<T>, Error> {
    let mut scratch = Scratch::new(k);
    restarts(
        instance,
        k,
        fixed,
        neighbors,
        0.025,
        options,
        monitor,
        |state, rng, failures, drawn| {
            let failures = failures % drawn.len();
            let at = failures + below(rng, drawn.len() - failures);
            drawn.swap(failures, at);
            (
                failures,
                evaluate(instance, state, drawn[failures] as usize, &mut scratch),
            )
        },
    )
}

/// The best of several searches. `draw(state, rng, failures, others)` evaluates an exchange with `others[at]` and returns `at` and the change.
#[allow(clippy::too_many_arguments)]
fn restarts<T: Element>(
    instance: &Instance<'_, T>,
    k: usize,
    fixed: &[usize],
    neighbors: Neighbors,
    fraction: f64,
    options: &Options,
    monitor: &Monitor,
    mut draw: impl FnMut(&State<T>, &mut Xoshiro256PlusPlus, usize, &mut [u32]) -> (usize, Change<T::Acc>),
) -> Result<Clustering<T>, Error> {
    instance.check_k(k)?;
    if neighbors.n_local == 0 {
        return Err(Error::Option {
            what: "n_local",
            expected: "at least 1",
            value: 0.0,
        });
    }
    let options = &Options {
        n_fixed: fixed.len(),
        ..options.clone()
    };
    let n_others = instance.n_allowed() - k;
    let by_default = (fraction * n_others as f64).ceil() as usize;
    let max_neighbor = neighbors.max_neighbor.unwrap_or(by_default).max(1);
    let mut rng = generator(options.seed, 4);
    let mut best: Option<(State<T>, Run<T::Acc>)> = None;
    let mut counters = crate::result::Counters::default();
    for local in 0..neighbors.n_local {
        let seed = options.seed.wrapping_add(local as u64);
        let init = initialise(
            instance,
            k,
            Init::Random,
            fixed,
            &Options {
                seed,
                ..options.clone()
            },
            monitor,
        )?;
        let medoids = instance.checked_medoids(&init)?;
        if k == 1 {
            return median::single(instance, medoids[0], options, monitor);
        }
        let mut state = State::assign(instance, medoids, options.n_fixed, options.isa(), monitor)?;
        let mut run = Run::new(state.total.total(), options.trace);
        let mut swapper = Swapper::new(instance, &state, monitor)?;
        let mut others: Vec<u32> = (0..instance.n_candidates())
            .filter(|&j| instance.is_allowed(j) && !state.is_medoid(j))
            .map(|j| j as u32)
            .collect();
        let mut failures = 0;
        while failures < max_neighbor && !others.is_empty() && state.n_fixed < k {
            monitor.check()?;
            let done = (local * max_neighbor + failures) as u64;
            monitor.report(
                done,
                (neighbors.n_local * max_neighbor) as u64,
                state.total.total().to_f64(),
            );
            let (at, change) = draw(&state, &mut rng, failures, &mut others);
            run.counters.n_eval += 1;
            run.counters.n_dist += instance.n_references() as u64;
            let improves =
                change.cost.far < 0 || (change.cost.far == 0 && change.cost.value.improves(state.total.value));
            if !improves {
                failures += 1;
                continue;
            }
            let old = state.medoids[change.slot as usize];
            let candidate = others[at] as usize;
            let (_, read) = swapper.swap(instance, &mut state, change.slot, candidate);
            others[at] = old;
            run.counters.n_dist += read;
            run.swapped(change.slot, candidate, state.total.total());
            failures = 0;
        }
        run.n_iter = 1;
        run.converged = true;
        run.losses.push(state.total.total());
        counters.n_eval += run.counters.n_eval;
        counters.n_dist += run.counters.n_dist;
        if best.as_ref().is_none_or(|(best, _)| state.total < best.total) {
            best = Some((state, run));
        }
    }
    let Some((state, mut run)) = best else {
        return Err(Error::Empty); // not reached: at least one search ran
    };
    run.n_iter = neighbors.n_local;
    run.counters = counters;
    run.finish(instance, state, monitor)
}
