//! Probabilistic coverage: an item covers an element with a probability, independently of the others.

use super::cell_sum::{DenseSum, Rule, SparseSum};
use super::coverage::require_weights;
use crate::csr::{Csr, Value};
use crate::dense::{Dense, Real};
use crate::error::Error;

const EXPECTED: &str = "a probability between 0 and 1";

/// A cell holds the probability that its element is still uncovered.
#[derive(Debug, Clone)]
pub struct SurvivalRule {
    weights: Vec<f64>,
}

impl Rule for SurvivalRule {
    const NAME: &'static str = "probabilistic_coverage";
    const INITIAL: f64 = 1.0;
    const STEPS: usize = 2;

    #[inline(always)]
    fn next(&self, cell: f64, entry: f64) -> f64 {
        cell * (1.0 - entry)
    }

    #[inline(always)]
    fn increase(&self, position: usize, cell: f64, _: f64, entry: f64) -> f64 {
        self.weights[position] * (cell * entry)
    }
}

/// `f(S) = Σ_u w_u (1 − Π_{e ∈ S} (1 − p(e, u)))`, a row of probabilities per item.
///
/// # Errors
/// `InvalidObjective` for something that is no probability or weight; `Shape` unless there is a weight per column.
pub fn probabilistic_coverage_dense<T: Real>(
    probabilities: Dense<T>,
    weights: Option<Vec<f64>>,
) -> Result<DenseSum<SurvivalRule, T>, Error> {
    probabilities.require_within(0.0, 1.0, EXPECTED)?;
    let rule = rule(weights, probabilities.n_columns())?;
    Ok(DenseSum::new(rule, probabilities))
}

/// The same from sparse rows: probabilities that are not stored are 0.
///
/// # Errors
/// As [`probabilistic_coverage_dense`].
pub fn probabilistic_coverage_sparse<V: Value>(
    probabilities: Csr<V>,
    weights: Option<Vec<f64>>,
) -> Result<SparseSum<SurvivalRule, V>, Error> {
    probabilities.require_within(1.0, EXPECTED)?;
    let rule = rule(weights, probabilities.n_columns())?;
    Ok(SparseSum::new(rule, probabilities))
}

fn rule(weights: Option<Vec<f64>>, n_columns: usize) -> Result<SurvivalRule, Error> {
    let weights = weights.unwrap_or_else(|| vec![1.0; n_columns]);
    require_weights(&weights, n_columns)?;
    Ok(SurvivalRule { weights })
}
