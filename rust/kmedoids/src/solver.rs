//! The solvers by name, and restarts of any of them.

use porism_runtime::Monitor;

use crate::alternating::alternating;
use crate::element::Element;
use crate::error::Error;
use crate::fasterpam::fasterpam;
use crate::fastpam2::fastpam2;
use crate::init::{Init, initialise};
use crate::matrix::Instance;
use crate::options::{Options, generator};
use crate::pam::{fastpam1, pam};
use crate::result::Clustering;

use rand::Rng;

/// A solver that improves given medoids.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub enum Solver {
    /// [`fasterpam`].
    #[default]
    FasterPam,
    /// [`fastpam1`].
    FastPam1,
    /// [`fastpam2`] with this tolerance.
    FastPam2(f64),
    /// [`pam`].
    Pam,
    /// [`alternating`].
    Alternating,
}

impl Solver {
    /// Improve `init`.
    pub fn improve<T: Element>(
        self,
        instance: &Instance<'_, T>,
        init: &[usize],
        options: &Options,
        monitor: &Monitor,
    ) -> Result<Clustering<T>, Error> {
        match self {
            Self::FasterPam => fasterpam(instance, init, options, monitor),
            Self::FastPam1 => fastpam1(instance, init, options, monitor),
            Self::FastPam2(tolerance) => fastpam2(instance, init, tolerance, options, monitor),
            Self::Pam => pam(instance, init, options, monitor),
            Self::Alternating => alternating(instance, init, options, monitor),
        }
    }
}

/// The seed of restart number `run`; the first one is the seed itself, so that one restart is a plain run.
pub(crate) fn seed_of(seed: u64, run: usize) -> u64 {
    if run == 0 {
        seed
    } else {
        generator(seed, 5 + run as u64).next_u64()
    }
}

/// The best of `n_init` runs, each from its own start. Starts that are not random are made once.
#[allow(clippy::too_many_arguments)]
pub fn restarts<T: Element>(
    solver: Solver,
    instance: &Instance<'_, T>,
    k: usize,
    init: Init,
    fixed: &[usize],
    n_init: usize,
    options: &Options,
    monitor: &Monitor,
) -> Result<Clustering<T>, Error> {
    if n_init == 0 {
        return Err(Error::Option {
            what: "n_init",
            expected: "at least 1",
            value: 0.0,
        });
    }
    let mut best: Option<Clustering<T>> = None;
    let mut unreachable = None;
    for run in 0..n_init {
        let options = Options {
            seed: seed_of(options.seed, run),
            n_fixed: fixed.len(),
            ..options.clone()
        };
        let medoids = initialise(instance, k, init, fixed, &options, monitor)?;
        match solver.improve(instance, &medoids, &options, monitor) {
            Ok(found) if best.as_ref().is_none_or(|best| found.loss < best.loss) => best = Some(found),
            Ok(_) => {}
            Err(error @ Error::Unreachable { .. }) => unreachable = Some(error),
            Err(error) => return Err(error),
        }
    }
    best.ok_or(unreachable.unwrap_or(Error::Empty))
}
