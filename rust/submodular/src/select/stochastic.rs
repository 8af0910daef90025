//! Solvers that look at random items only.

use super::greedy::best;
use super::run::Run;
use crate::error::Error;
use crate::objective::{Item, Objective};
use crate::random::{generator, partial_shuffle};

pub(super) fn stochastic_greedy<O: Objective>(run: &mut Run<'_, O>) -> Result<(), Error> {
    let mut rng = generator(run.options.seed, [0x5354, 0]);
    let mut rest = run.ground.clone();
    let share = rest.len() as f64 / run.k as f64 * (1.0 / run.options.epsilon).ln();
    let size = (share.ceil() as usize).max(1);
    while !run.constraint.is_full() && !rest.is_empty() {
        let size = size.min(rest.len());
        partial_shuffle(&mut rng, &mut rest, size);
        let gains = run.gains_of(&rest[..size])?;
        let Some((item, gain)) = best(rest.iter().copied().zip(gains)) else {
            break;
        };
        run.choose(item, gain)?;
        if let Some(at) = rest.iter().position(|&other| other == item) {
            rest.swap_remove(at);
        }
    }
    Ok(())
}

pub(super) fn random<O: Objective>(run: &mut Run<'_, O>) -> Result<(), Error> {
    let mut rng = generator(run.options.seed, [0x524E, 0]);
    let mut items: Vec<Item> = run.ground.clone();
    partial_shuffle(&mut rng, &mut items, run.k);
    items.truncate(run.k);
    for item in items {
        let gain = run.gains_of(&[item])?[0];
        run.choose(item, gain)?;
    }
    Ok(())
}
