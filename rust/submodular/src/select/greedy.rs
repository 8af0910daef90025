//! Greedy as it is written in textbooks: what lazy greedy is tested against.

use std::cmp::Ordering;

use super::run::Run;
use crate::error::Error;
use crate::objective::{Item, Objective};

pub(super) fn greedy<O: Objective>(run: &mut Run<'_, O>) -> Result<(), Error> {
    let mut rest = run.ground.clone();
    // The last gain asked of every item of `rest`: exact where it was admissible this round, an upper bound where not.
    let mut known = vec![f64::INFINITY; rest.len()];
    let mut best_single = None;
    while !run.constraint.is_full() {
        let asked: Vec<usize> = (0..rest.len()).filter(|&at| run.constraint.admits(rest[at])).collect();
        let items: Vec<Item> = asked.iter().map(|&at| rest[at]).collect();
        let gains = run.gains_of(&items)?;
        for (&at, &gain) in asked.iter().zip(&gains) {
            known[at] = gain;
        }
        if run.ranking.is_empty() {
            best_single = best(items.iter().copied().zip(gains.iter().copied()));
        }
        // An item that never was admissible cannot be part of any solution.
        let finite: Vec<usize> = (0..rest.len()).filter(|&at| known[at].is_finite()).collect();
        let finite_items: Vec<Item> = finite.iter().map(|&at| rest[at]).collect();
        let finite_gains: Vec<f64> = finite.iter().map(|&at| known[at]).collect();
        run.bound_from(&finite_items, &finite_gains);
        let scores = items
            .iter()
            .zip(&gains)
            .map(|(&item, &gain)| (item, run.constraint.score(item, gain)));
        let Some((item, _)) = best(scores) else { break };
        let Some(at) = rest.iter().position(|&other| other == item) else {
            break;
        };
        run.choose(item, known[at])?;
        rest.swap_remove(at);
        known.swap_remove(at);
    }
    better_single(run, best_single)
}

/// The largest number, and of several the smallest item.
pub(super) fn best(entries: impl Iterator<Item = (Item, f64)>) -> Option<(Item, f64)> {
    entries.max_by(|a, b| match a.1.total_cmp(&b.1) {
        Ordering::Equal => b.0.cmp(&a.0),
        order => order,
    })
}

/// With a budget, gain per cost may start with a cheap trifle: take the best single item instead where that is worth more.
pub(super) fn better_single<O: Objective>(run: &mut Run<'_, O>, single: Option<(Item, f64)>) -> Result<(), Error> {
    if let (Some((item, gain)), true) = (single, run.options.budget.is_some())
        && run.initial_value + gain > run.value()
    {
        let mut state = run.oracle.objective.empty();
        run.oracle.extend(&mut state, &run.options.initial)?;
        run.oracle.add(&mut state, item, gain)?;
        run.choose_instead(vec![item], vec![gain], state);
    }
    Ok(())
}
