//! Where a search starts.

mod build;
mod lab;
mod park_jun;
mod plus_plus;
mod random;

use porism_runtime::Monitor;

use crate::element::Element;
use crate::error::{Error, try_filled};
use crate::lean::Wishes;
use crate::matrix::Instance;
use crate::options::Options;
use crate::source::Source;

/// How to choose the initial medoids.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub enum Init {
    /// Distinct candidates at random: with FasterPAM the recommended default, restarted if quality matters.
    #[default]
    Random,
    /// PAM's greedy initialisation: good, but slower than a whole FasterPAM run.
    Build,
    /// The first candidates.
    First,
    /// BUILD on small samples: nearly as good, and linear in n.
    Lab,
    /// As k-means++, with probabilities proportional to this power of the distance: 1 suits the objective here.
    PlusPlus(f64),
    /// The most central objects. For comparison only: they tend to lie close together.
    ParkJun,
}

/// `k` distinct medoids for `instance`, starting with `fixed`.
pub fn initialise<T: Element>(
    instance: &Instance<'_, T>,
    k: usize,
    init: Init,
    fixed: &[usize],
    options: &Options,
    monitor: &Monitor,
) -> Result<Vec<usize>, Error> {
    check(instance, k, init, fixed)?;
    match init {
        Init::Random => Ok(random::random(instance, k, fixed, options.seed)),
        Init::First => Ok(fill(instance, k, fixed.to_vec())),
        Init::Lab => lab::lab(instance, k, fixed, options.seed, monitor),
        Init::PlusPlus(power) => {
            let approach = |medoid, nearest: &mut [T]| {
                plus_plus::lower(nearest, instance.row(medoid));
                Ok(())
            };
            plus_plus::plus_plus(instance, approach, k, fixed, power, options.seed, monitor)
        }
        Init::ParkJun => park_jun::park_jun(instance, k, fixed, monitor),
        Init::Build => build::build(instance, k, fixed, options, monitor),
    }
}

/// `k` distinct medoids for the objects of `source`, starting with `fixed`: those of [`initialise`], without a matrix.
///
/// [`Init::Random`], [`Init::First`] and [`Init::PlusPlus`] only: the others look at far more than k rows.
pub fn initialise_data<T: Element, S: Source<T>>(
    source: &S,
    wishes: Wishes<'_, T::Acc>,
    k: usize,
    init: Init,
    fixed: &[usize],
    options: &Options,
    monitor: &Monitor,
) -> Result<Vec<usize>, Error> {
    let objects = wishes.objects::<T>(source.n())?;
    check(&objects, k, init, fixed)?;
    match init {
        Init::Random => Ok(random::random(&objects, k, fixed, options.seed)),
        Init::First => Ok(fill(&objects, k, fixed.to_vec())),
        Init::PlusPlus(power) => {
            let pool = options.pool()?;
            let mut row = try_filled("the dissimilarities of a medoid", source.n(), T::ZERO)?;
            let approach = |medoid, nearest: &mut [T]| {
                source.rows(&[medoid as u32], &mut row, &pool, options, monitor)?;
                plus_plus::lower(nearest, &row);
                Ok(())
            };
            plus_plus::plus_plus(&objects, approach, k, fixed, power, options.seed, monitor)
        }
        Init::Build | Init::Lab | Init::ParkJun => Err(Error::NeedsMatrix),
    }
}

/// Refuse what is no start for any reason but its name.
fn check<T: Element>(instance: &Instance<'_, T>, k: usize, init: Init, fixed: &[usize]) -> Result<(), Error> {
    instance.check_k(k)?;
    if !fixed.is_empty() {
        instance.checked_medoids(fixed)?;
        if fixed.len() > k {
            let n = instance.n_allowed();
            return Err(Error::Medoids { k, n });
        }
    }
    match init {
        Init::PlusPlus(power) if !(power > 0.0 && power.is_finite()) => Err(Error::Option {
            what: "power",
            expected: "a finite number above 0",
            value: power,
        }),
        _ => Ok(()),
    }
}

/// `medoids`, filled up to `k` with the lowest candidates that are not among them.
fn fill<T: Element>(instance: &Instance<'_, T>, k: usize, mut medoids: Vec<usize>) -> Vec<usize> {
    let mut used = vec![false; instance.n_candidates()];
    medoids.iter().for_each(|&medoid| used[medoid] = true);
    let free = (0..instance.n_candidates()).filter(|&j| !used[j] && instance.is_allowed(j));
    medoids.extend(free.take(k - medoids.len().min(k)));
    medoids
}
