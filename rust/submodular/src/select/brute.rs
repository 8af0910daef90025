//! All subsets, one after the other: the oracle of every law.

use super::constraint::Constraint;
use super::run::Run;
use crate::error::Error;
use crate::objective::{Item, Monotonicity, Objective};

/// How many subsets are looked at before brute force refuses.
pub const MAX_SUBSETS: u64 = 200_000;

pub(super) fn brute_force<O: Objective>(run: &mut Run<'_, O>) -> Result<(), Error> {
    let n = run.ground.len();
    let k = run.k.min(n);
    let exactly_k = run.monotonicity == Monotonicity::Decreasing;
    // With k alone and a monotone objective only full sets matter; otherwise all sizes do.
    let only_full = exactly_k || (run.monotonicity == Monotonicity::Increasing && run.constraint.is_cardinality());
    let subsets = if only_full {
        binomial(n, k)
    } else {
        (0..=k).fold(0_u64, |sum, size| sum.saturating_add(binomial(n, size)))
    };
    if subsets > MAX_SUBSETS {
        return Err(Error::TooManySubsets {
            subsets,
            limit: MAX_SUBSETS,
        });
    }
    let mut items = run.ground.clone();
    items.sort_unstable();
    let mut search = Search {
        items,
        size: k,
        only_full,
        path: Vec::new(),
        gains: Vec::new(),
        best: None,
    };
    let state = run.state.clone();
    let constraint = run.constraint.clone();
    let value = run.initial_value;
    search.visit(run, &state, &constraint, value, 0)?;
    if let Some((_, ranking, gains, state)) = search.best {
        run.choose_instead(ranking, gains, state);
    }
    run.is_optimal();
    Ok(())
}

struct Search<S> {
    items: Vec<Item>,
    size: usize,
    only_full: bool,
    path: Vec<Item>,
    gains: Vec<f64>,
    best: Option<(f64, Vec<Item>, Vec<f64>, S)>,
}

impl<S: Clone> Search<S> {
    fn visit<O: Objective<State = S>>(
        &mut self,
        run: &mut Run<'_, O>,
        state: &S,
        constraint: &Constraint<'_>,
        value: f64,
        from: usize,
    ) -> Result<(), Error> {
        let is_candidate = !self.only_full || self.path.len() == self.size;
        if is_candidate && self.best.as_ref().is_none_or(|best| value > best.0) {
            self.best = Some((value, self.path.clone(), self.gains.clone(), state.clone()));
        }
        if self.path.len() == self.size {
            return Ok(());
        }
        let needed = if self.only_full { self.size - self.path.len() } else { 1 };
        for at in from..self.items.len() {
            if self.items.len() - at < needed {
                break;
            }
            let item = self.items[at];
            if !constraint.admits(item) {
                continue;
            }
            let gain = run.oracle.gain(state, item)?;
            let mut next = state.clone();
            run.oracle.add(&mut next, item, gain)?;
            let mut rest = constraint.clone();
            rest.add(item);
            self.path.push(item);
            self.gains.push(gain);
            self.visit(run, &next, &rest, value + gain, at + 1)?;
            self.path.pop();
            self.gains.pop();
        }
        Ok(())
    }
}

/// n choose k, saturating.
fn binomial(n: usize, k: usize) -> u64 {
    let mut result: u128 = 1;
    for i in 0..k {
        result = result * (n - i) as u128 / (i + 1) as u128;
        if result > u128::from(u64::MAX) {
            return u64::MAX;
        }
    }
    result as u64
}

#[cfg(test)]
mod tests {
    use super::binomial;

    #[test]
    fn binomials() {
        assert_eq!(
            [binomial(5, 0), binomial(5, 2), binomial(14, 4), binomial(3, 3)],
            [1, 10, 1001, 1]
        );
        assert_eq!(binomial(1000, 500), u64::MAX);
    }
}
