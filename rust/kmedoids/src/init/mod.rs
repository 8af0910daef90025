//! Where a search starts.

mod build;
mod lab;
mod park_jun;
mod plus_plus;
mod random;

use porism_runtime::Monitor;

use crate::element::Element;
use crate::error::Error;
use crate::matrix::Instance;
use crate::options::Options;

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
    instance.check_k(k)?;
    if !fixed.is_empty() {
        instance.checked_medoids(fixed)?;
        if fixed.len() > k {
            let n = instance.n_allowed();
            return Err(Error::Medoids { k, n });
        }
    }
    match init {
        Init::Random => Ok(random::random(instance, k, fixed, options.seed)),
        Init::First => Ok(fill(instance, k, fixed.to_vec())),
        Init::Lab => lab::lab(instance, k, fixed, options.seed, monitor),
        Init::PlusPlus(power) if !(power > 0.0 && power.is_finite()) => Err(Error::Option {
            what: "power",
            expected: "a finite number above 0",
            value: power,
        }),
        Init::PlusPlus(power) => plus_plus::plus_plus(instance, k, fixed, power, options.seed, monitor),
        Init::ParkJun => park_jun::park_jun(instance, k, fixed, monitor),
        Init::Build => build::build(instance, k, fixed, options, monitor),
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
