//! LAB, "linear approximative BUILD" (Schubert & Rousseeuw 2019): BUILD on a fresh small sample for every medoid, O(kn) in all.

use crate::cost::Cost;
use crate::element::{Accumulator, Element};
use crate::error::Error;
use crate::matrix::Instance;
use crate::options::generator;
use crate::random::partial_shuffle;

use porism_runtime::Monitor;

/// A sample holds this many objects plus the root of n.
const EXTRA: usize = 10;

/// Candidates and references of each step are the same sample; the chosen one leaves the pool.
pub(super) fn lab<T: Element>(
    instance: &Instance<'_, T>,
    k: usize,
    fixed: &[usize],
    seed: u64,
    monitor: &Monitor,
) -> Result<Vec<usize>, Error> {
    let mut rng = generator(seed, 2);
    let mut medoids = fixed.to_vec();
    let mut pool: Vec<usize> = (0..instance.n_candidates())
        .filter(|&j| instance.is_allowed(j) && !fixed.contains(&j))
        .collect();
    while medoids.len() < k {
        monitor.check()?;
        let size = pool.len().min(EXTRA + (pool.len() as f64).sqrt().ceil() as usize);
        partial_shuffle(&mut rng, &mut pool, size);
        let references: Vec<usize> = pool[..size].iter().filter_map(|&j| instance.own(j)).collect();
        let distance = |candidate: usize, o: usize| {
            if instance.own(candidate) == Some(o) {
                T::ZERO
            } else {
                instance.row(candidate)[o]
            }
        };
        let nearest: Vec<T> = references
            .iter()
            .map(|&o| {
                let distances = medoids.iter().map(|&medoid| distance(medoid, o));
                distances.fold(T::FAR, |least, x| if x < least { x } else { least })
            })
            .collect();
        let mut best = (0, Cost::ZERO);
        for (at, &candidate) in pool[..size].iter().enumerate() {
            let mut gain = Cost::<T::Acc>::ZERO;
            for (&o, &near) in references.iter().zip(&nearest) {
                let x = distance(candidate, o);
                let weight = instance.weight(o);
                if x < near && weight != T::Acc::ZERO {
                    if medoids.is_empty() || near.is_infinite() {
                        gain.far += 1;
                        gain.value -= x.widen() * weight;
                    } else {
                        gain.value += (near.widen() - x.widen()) * weight;
                    }
                }
            }
            if best.1 < gain || (at == 0 && medoids.is_empty()) {
                best = (at, gain);
            }
        }
        medoids.push(pool.swap_remove(best.0));
    }
    Ok(medoids)
}
