//! Objectives that reward items one by one and punish similar pairs: graph cut, sum redundancy.

use super::similarity::Similarity;
use crate::csr::Value;
use crate::dense::Real;
use crate::error::{Error, Fault};
use crate::objective::{Item, Monotonicity, Objective, Properties};

/// `f(S) = offset + Σ_{e ∈ S} reward(e) − penalty · Σ_{e, e' ∈ S} s(e, e')`, the pairs ordered and with repetition.
#[derive(Debug, Clone)]
pub struct Pairwise<T> {
    similarity: Similarity<T>,
    rewards: Vec<f64>,
    diagonal: Vec<f64>,
    offset: f64,
    penalty: f64,
    name: &'static str,
    monotonicity: Monotonicity,
}

/// How similar every item is to the chosen ones together.
#[derive(Debug, Clone)]
pub struct Sums {
    to_set: Vec<f64>,
    value: f64,
}

/// `f(S) = Σ_{u, e ∈ S} s(u, e) − lambda · Σ_{e, e' ∈ S} s(e, e')` for a symmetric similarity ≥ 0, u over the whole ground set.
/// Monotone exactly where `lambda <= 1/2` is.
///
/// # Errors
/// `InvalidObjective`, `NotSymmetric`, or `InvalidParameter` for a `lambda` that is negative or not finite.
pub fn graph_cut<T: Real + Value>(similarity: Similarity<T>, lambda: f64) -> Result<Pairwise<T>, Error> {
    if !(0.0..=f64::MAX).contains(&lambda) {
        return Err(Error::parameter("lambda", "finite and at least 0", lambda));
    }
    let (sums, _) = prepared(&similarity)?;
    let monotonicity = if lambda <= 0.5 {
        Monotonicity::Increasing
    } else {
        Monotonicity::Neither
    };
    Ok(Pairwise::new(similarity, sums, 0.0, lambda, "graph_cut", monotonicity))
}

/// `f(S) = Σ_{all} s − Σ_{e, e' ∈ S} s(e, e')` for a symmetric similarity ≥ 0: falls with every item, so exactly k are to be chosen.
///
/// # Errors
/// `InvalidObjective` or `NotSymmetric`.
pub fn sum_redundancy<T: Real + Value>(similarity: Similarity<T>) -> Result<Pairwise<T>, Error> {
    let (sums, total) = prepared(&similarity)?;
    let rewards = vec![0.0; sums.len()];
    Ok(Pairwise::new(
        similarity,
        rewards,
        total,
        1.0,
        "sum_redundancy",
        Monotonicity::Decreasing,
    ))
}

fn prepared<T: Real + Value>(similarity: &Similarity<T>) -> Result<(Vec<f64>, f64), Error> {
    similarity.require_symmetric()?;
    similarity.require_nonnegative()?;
    let mut sums = vec![0.0; similarity.n_rows()];
    for (item, sum) in sums.iter_mut().enumerate() {
        similarity.for_row(item as u32, |_, s| *sum += s);
    }
    let total: f64 = sums.iter().sum();
    if total.is_finite() {
        Ok((sums, total))
    } else {
        Err(Error::InvalidObjective {
            name: "sum of all similarities",
            index: 0,
            expected: "finite",
            got: total,
        })
    }
}

impl<T: Real + Value> Pairwise<T> {
    fn new(
        similarity: Similarity<T>,
        rewards: Vec<f64>,
        offset: f64,
        penalty: f64,
        name: &'static str,
        monotonicity: Monotonicity,
    ) -> Self {
        let mut diagonal = vec![0.0; rewards.len()];
        for (item, own) in diagonal.iter_mut().enumerate() {
            similarity.for_row(item as u32, |u, s| {
                if u == item {
                    *own = s;
                }
            });
        }
        Self {
            similarity,
            rewards,
            diagonal,
            offset,
            penalty,
            name,
            monotonicity,
        }
    }

    fn change(&self, state: &Sums, item: Item) -> f64 {
        let item = item as usize;
        self.rewards[item] - self.penalty * (2.0 * state.to_set[item] + self.diagonal[item])
    }
}

impl<T: Real + Value> Objective for Pairwise<T> {
    type State = Sums;

    fn name(&self) -> &'static str {
        self.name
    }

    fn n_items(&self) -> usize {
        self.rewards.len()
    }

    fn properties(&self) -> Properties {
        Properties {
            monotonicity: self.monotonicity,
            parallel: true,
            gain_steps: 4,
            batch: 1,
        }
    }

    fn empty(&self) -> Sums {
        Sums {
            to_set: vec![0.0; self.rewards.len()],
            value: self.offset,
        }
    }

    fn value(&self, state: &Sums) -> f64 {
        state.value
    }

    fn gain(&self, state: &Sums, item: Item) -> Result<f64, Fault> {
        Ok(self.change(state, item))
    }

    fn add(&self, state: &mut Sums, item: Item, _: Option<f64>) -> Result<(), Fault> {
        state.value += self.change(state, item);
        self.similarity.for_row(item, |u, s| state.to_set[u] += s);
        Ok(())
    }

    fn remove(&self, state: &mut Sums, item: Item, rest: &[Item]) -> Result<(), Fault> {
        if rest.len() < 8 {
            *state = self.empty();
            return self.extend(state, rest);
        }
        // Double greedy removes from the full set n times: replaying would be cubic. What rounding this leaves behind is far below 1e-9.
        self.similarity.for_row(item, |u, s| state.to_set[u] -= s);
        state.value -= self.change(state, item);
        Ok(())
    }

    fn state_bytes(&self) -> usize {
        self.rewards.len() * size_of::<f64>() + self.similarity.mean_row()
    }
}
