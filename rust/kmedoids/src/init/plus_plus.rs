//! k-means++ for dissimilarities (Arthur & Vassilvitskii 2007): the farther an object is from the medoids so far, the likelier it is the next.

use crate::element::{Accumulator, Element};
use crate::error::Error;
use crate::matrix::Instance;
use crate::options::generator;
use crate::random::{below, unit};

use porism_runtime::Monitor;

/// Draw with probabilities proportional to the `power` of the distance: 1 suits a sum of distances, 2 is what k-means does.
///
/// Only candidates that are references themselves have a distance; the others are never drawn unless nothing else is left. `approach` lowers what it
/// is given to the distances from a candidate: by its row of the matrix, or by one that it computes.
pub(super) fn plus_plus<T: Element>(
    instance: &Instance<'_, T>,
    mut approach: impl FnMut(usize, &mut [T]) -> Result<(), Error>,
    k: usize,
    fixed: &[usize],
    power: f64,
    seed: u64,
    monitor: &Monitor,
) -> Result<Vec<usize>, Error> {
    let mut rng = generator(seed, 3);
    let mut medoids = fixed.to_vec();
    let mut free: Vec<usize> = (0..instance.n_candidates())
        .filter(|&j| instance.is_allowed(j) && !fixed.contains(&j))
        .collect();
    let mut nearest = vec![T::FAR; instance.n_references()];
    let mut add = |medoid: usize, nearest: &mut [T]| {
        approach(medoid, nearest)?;
        if let Some(own) = instance.own(medoid) {
            nearest[own] = T::ZERO;
        }
        Ok::<_, Error>(())
    };
    for &medoid in &medoids {
        add(medoid, &mut nearest)?;
    }
    while medoids.len() < k {
        monitor.check()?;
        let chance = |&j: &usize| {
            instance.own(j).map_or(0.0, |own| {
                nearest[own].to_f64().powf(power) * instance.weight(own).to_f64()
            })
        };
        let mut chances: Vec<f64> = free.iter().map(chance).collect();
        if chances.contains(&f64::INFINITY) {
            // Those that no medoid reaches come first.
            chances
                .iter_mut()
                .for_each(|chance| *chance = f64::from(u8::from(chance.is_infinite())));
        }
        let total: f64 = chances.iter().sum();
        let at = if medoids.is_empty() || total <= 0.0 {
            below(&mut rng, free.len())
        } else {
            let mut rest = unit(&mut rng) * total;
            let mut at = None;
            for (i, &chance) in chances.iter().enumerate().filter(|(_, chance)| **chance > 0.0) {
                at = Some(i);
                rest -= chance;
                if rest < 0.0 {
                    break;
                }
            }
            at.unwrap_or(0)
        };
        let medoid = free.swap_remove(at);
        add(medoid, &mut nearest)?;
        medoids.push(medoid);
    }
    Ok(medoids)
}

/// `nearest`, lowered to what is less in `row`.
pub(super) fn lower<T: Element>(nearest: &mut [T], row: &[T]) {
    for (near, &x) in nearest.iter_mut().zip(row) {
        if x < *near {
            *near = x;
        }
    }
}
