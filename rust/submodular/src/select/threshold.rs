//! Threshold greedy: whatever gains at least w is taken, and w falls by a factor `1 − epsilon` at a time.

use super::run::Run;
use crate::error::Error;
use crate::objective::{Item, Objective};

pub(super) fn threshold_greedy<O: Objective>(run: &mut Run<'_, O>) -> Result<(), Error> {
    let epsilon = run.options.epsilon;
    let items: Vec<Item> = run.ground.clone();
    let mut known = run.gains_of(&items)?;
    run.bound_from(&items, &known);
    let most = known.iter().copied().fold(0.0, f64::max);
    let least = epsilon * most / items.len().max(1) as f64;
    let mut threshold = most;
    let mut chosen = vec![false; items.len()];
    while threshold >= least && threshold > 0.0 && !run.constraint.is_full() {
        run.oracle.monitor.check()?;
        for at in 0..items.len() {
            // A gain told earlier bounds today's: below the threshold then is below it now.
            if chosen[at] || known[at] < threshold {
                continue;
            }
            if !run.ranking.is_empty() {
                known[at] = run.oracle.gain(&run.state, items[at])?;
            }
            if known[at] >= threshold {
                run.choose(items[at], known[at])?;
                chosen[at] = true;
                if run.constraint.is_full() {
                    break;
                }
            }
        }
        threshold *= 1.0 - epsilon;
    }
    let rest: Vec<usize> = (0..items.len()).filter(|&at| !chosen[at]).collect();
    let rest_items: Vec<Item> = rest.iter().map(|&at| items[at]).collect();
    let rest_gains: Vec<f64> = rest.iter().map(|&at| known[at]).collect();
    run.bound_from(&rest_items, &rest_gains);
    Ok(())
}
