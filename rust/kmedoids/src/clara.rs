//! CLARA (Kaufman & Rousseeuw 1986): search in samples, judge by all.
//!
//! Each sample after the first contains the best medoids so far. Only the sample's matrix is ever there, and every object is assigned to each sample's
//! medoids. Fast and frugal, but medoids come from small samples: [`onebatchpam`](crate::onebatchpam()) or [`fasterpam_data`](crate::fasterpam_data) get closer to the optimum.

use porism_runtime::Monitor;

use crate::element::{Accumulator, Element};
use crate::error::Error;
use crate::init::{Init, initialise};
use crate::matrix::{Instance, Own};
use crate::options::{Options, generator};
use crate::random::partial_shuffle;
use crate::result::{Clustering, Counters, Run};
use crate::solver::{Solver, seed_of};
use crate::source::Source;
use crate::state::State;

/// How [`clara`] samples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Samples {
    /// How many samples.
    pub n_samples: usize,
    /// Objects in each.
    pub size: usize,
    /// What searches in a sample.
    pub solver: Solver,
    /// From where.
    pub init: Init,
}

impl Samples {
    /// CLARA as its authors have it: 5 samples of `40 + 2k`, PAM from BUILD.
    pub fn clara(k: usize) -> Self {
        Self {
            n_samples: 5,
            size: 40 + 2 * k,
            solver: Solver::Pam,
            init: Init::Build,
        }
    }

    /// FasterCLARA (Schubert & Rousseeuw 2021): 5 samples of `80 + 4k`, FasterPAM from random medoids.
    pub fn fasterclara(k: usize) -> Self {
        Self {
            n_samples: 5,
            size: 80 + 4 * k,
            solver: Solver::FasterPam,
            init: Init::Random,
        }
    }
}

/// Search in samples of `source`, keep what is best for all.
pub fn clara<T: Element, S: Source<T>>(
    source: &S,
    k: usize,
    samples: Samples,
    options: &Options,
    monitor: &Monitor,
) -> Result<Clustering<T>, Error> {
    let n = source.n();
    if k == 0 || k > n {
        return Err(Error::Medoids { k, n });
    }
    if samples.n_samples == 0 {
        return Err(Error::Option {
            what: "n_samples",
            expected: "at least 1",
            value: 0.0,
        });
    }
    let size = samples.size.clamp(k, n);
    let mut rng = generator(options.seed, 6);
    let mut best: Option<Clustering<T>> = None;
    let mut counters = Counters::default();
    let mut pool: Vec<u32> = (0..n as u32).collect();
    for run in 0..samples.n_samples {
        monitor.report(
            run as u64,
            samples.n_samples as u64,
            best.as_ref().map_or(0.0, |best| best.loss.to_f64()),
        );
        let mut sample: Vec<u32> = best.iter().flat_map(|best| &best.medoids).map(|&j| j as u32).collect();
        let mut is_medoid = vec![false; n];
        sample.iter().for_each(|&j| is_medoid[j as usize] = true);
        partial_shuffle(&mut rng, &mut pool, size);
        let fresh = pool.iter().filter(|&&j| !is_medoid[j as usize]);
        let missing = size - sample.len().min(size);
        sample.extend(fresh.take(missing));
        sample.sort_unstable();
        let values = source.among(&sample, options, monitor)?;
        let instance = Instance::square(&values, sample.len())?;
        let options = Options {
            seed: seed_of(options.seed, run),
            ..options.clone()
        };
        let init = initialise(&instance, k, samples.init, &[], &options, monitor)?;
        let found = match samples.solver.improve(&instance, &init, &options, monitor) {
            Ok(found) => found,
            Err(Error::Unreachable { .. }) => continue,
            Err(error) => return Err(error),
        };
        counters.n_eval += found.counters.n_eval;
        counters.n_dist += found.counters.n_dist + (sample.len() * sample.len() + k * n) as u64;
        counters.n_skipped += found.counters.n_skipped;
        let medoids: Vec<u32> = found.medoids.iter().map(|&j| sample[j]).collect();
        let mut run = Run::new(T::Acc::FAR, false);
        run.n_iter = found.n_iter;
        run.n_swap = found.n_swap;
        run.converged = found.converged;
        match assigned(source, None, &medoids, run, &options, monitor) {
            Ok(found) if best.as_ref().is_none_or(|best| found.loss < best.loss) => best = Some(found),
            Ok(_) | Err(Error::Unreachable { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    let mut best = best.ok_or(Error::Unreachable { object: 0, count: n })?;
    best.counters = counters;
    Ok(best)
}

/// All objects, which count `weights`, assigned to `medoids`, as the outcome of `run`.
pub(crate) fn assigned<T: Element, S: Source<T>>(
    source: &S,
    weights: Option<&[T::Acc]>,
    medoids: &[u32],
    mut run: Run<T::Acc>,
    options: &Options,
    monitor: &Monitor,
) -> Result<Clustering<T>, Error> {
    let (n, k) = (source.n(), medoids.len());
    let mut rows = crate::error::try_filled("the dissimilarities to the medoids", n.saturating_mul(k), T::ZERO)?;
    source.rows(medoids, &mut rows, &options.pool()?, options, monitor)?;
    let mut instance = Instance::rectangular(&rows, k, n, Own::Map(medoids))?;
    if let Some(weights) = weights {
        instance = instance.with_weights(weights)?;
    }
    let state = State::assign(&instance, (0..k as u32).collect(), 0, options.isa(), monitor)?;
    run.losses = vec![state.total.total()];
    let mut found = run.finish(&instance, state, monitor)?;
    found.medoids = medoids.iter().map(|&medoid| medoid as usize).collect();
    Ok(found)
}
