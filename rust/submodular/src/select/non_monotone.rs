//! Solvers whose guarantees do not need monotonicity.

use std::collections::HashSet;

use super::run::Run;
use crate::error::Error;
use crate::objective::{Item, Objective};
use crate::random::{below, generator, unit};

/// A uniformly random one of the k items with the largest gains, k times, where items that would lose count as dummies of gain 0.
pub(super) fn random_greedy<O: Objective>(run: &mut Run<'_, O>) -> Result<(), Error> {
    let mut rng = generator(run.options.seed, [0x5247, 0]);
    let mut rest = run.ground.clone();
    for _ in 0..run.k {
        if rest.is_empty() {
            break;
        }
        let gains = run.gains_of(&rest)?;
        run.bound_from(&rest, &gains);
        let mut order: Vec<usize> = (0..rest.len()).filter(|&at| gains[at] > 0.0).collect();
        order.sort_unstable_by(|&a, &b| gains[b].total_cmp(&gains[a]).then(rest[a].cmp(&rest[b])));
        if let Some(&at) = order.get(below(&mut rng, run.k)) {
            run.choose(rest[at], gains[at])?;
            rest.swap_remove(at);
        }
    }
    Ok(())
}

/// Walk over the items once, keeping a set X that grows from the initial items and a set Y that shrinks from all: each item joins X or leaves Y, with
/// probabilities in proportion to what either would gain.
pub(super) fn double_greedy<O: Objective>(run: &mut Run<'_, O>) -> Result<(), Error> {
    let mut rng = generator(run.options.seed, [0x4447, 0]);
    let items: Vec<Item> = run.ground.clone();
    let mut members: Vec<Item> = [&run.options.initial[..], &items].concat();
    let mut upper = run.oracle.state_of(&members)?;
    for item in items {
        let join = run.oracle.gain(&run.state, item)?;
        let rest: Vec<Item> = members.iter().copied().filter(|&member| member != item).collect();
        let mut without = upper.clone();
        run.oracle.remove(&mut without, item, &rest)?;
        let leave = run.oracle.objective.value(&without) - run.oracle.objective.value(&upper);
        let (a, b) = (join.max(0.0), leave.max(0.0));
        let joins = if a + b > 0.0 {
            unit(&mut rng) * (a + b) < a
        } else {
            true
        };
        if joins {
            run.choose(item, join)?;
        } else {
            upper = without;
            members = rest;
        }
    }
    debug_assert_eq!(members.iter().collect::<HashSet<_>>().len(), members.len());
    Ok(())
}
