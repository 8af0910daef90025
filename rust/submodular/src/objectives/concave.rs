//! Feature-based functions: a concave function of how much of each feature the chosen items hold.

use super::cell_sum::{DenseSum, Rule, SparseSum};
use super::coverage::require_weights;
use crate::csr::{Csr, Value};
use crate::dense::{Dense, Real};
use crate::error::Error;

const EXPECTED: &str = "finite and at least 0";

/// The concave function of a feature's total.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Concave {
    /// √x
    Sqrt,
    /// ln(1 + x)
    Log1p,
    /// x / (1 + x)
    Fraction,
    /// min(x, cap)
    Capped(
        /// The cap, at least 0.
        f64,
    ),
}

/// A cell holds the total of its feature.
#[derive(Debug, Clone)]
pub struct ConcaveRule {
    concave: Concave,
    weights: Vec<f64>,
}

impl Rule for ConcaveRule {
    const NAME: &'static str = "feature_based";
    const INITIAL: f64 = 0.0;
    const STEPS: usize = 8;

    #[inline(always)]
    fn next(&self, cell: f64, entry: f64) -> f64 {
        cell + entry
    }

    #[inline(always)]
    fn increase(&self, position: usize, cell: f64, entry: f64) -> f64 {
        let next = cell + entry;
        // Each difference is written so that it cancels nothing: √b − √a = (b − a)/(√b + √a), and so on.
        let more = match self.concave {
            Concave::Sqrt => {
                let sum = next.sqrt() + cell.sqrt();
                if sum > 0.0 { entry / sum } else { 0.0 }
            }
            Concave::Log1p => (entry / (1.0 + cell)).ln_1p(),
            Concave::Fraction => entry / ((1.0 + cell) * (1.0 + next)),
            Concave::Capped(cap) => {
                let room = cap - cell;
                if room <= 0.0 {
                    0.0
                } else if entry < room {
                    entry
                } else {
                    room
                }
            }
        };
        self.weights[position] * more
    }
}

/// `f(S) = Σ_d w_d g(Σ_{e ∈ S} x(e, d))`, a row of features ≥ 0 per item.
///
/// # Errors
/// `InvalidObjective` for a feature or weight that is negative or not finite; `Shape` unless there is a weight per feature;
/// `InvalidParameter` for a cap that is not a number ≥ 0.
pub fn feature_based_dense<T: Real>(
    features: Dense<T>,
    concave: Concave,
    weights: Option<Vec<f64>>,
) -> Result<DenseSum<ConcaveRule, T>, Error> {
    features.require_within(0.0, f64::MAX, EXPECTED)?;
    let rule = rule(concave, weights, features.n_columns())?;
    Ok(DenseSum::new(rule, features))
}

/// The same from sparse rows: features that are not stored are 0.
///
/// # Errors
/// As [`feature_based_dense`].
pub fn feature_based_sparse<V: Value>(
    features: Csr<V>,
    concave: Concave,
    weights: Option<Vec<f64>>,
) -> Result<SparseSum<ConcaveRule, V>, Error> {
    features.require_within(f64::MAX, EXPECTED)?;
    let rule = rule(concave, weights, features.n_columns())?;
    Ok(SparseSum::new(rule, features))
}

fn rule(concave: Concave, weights: Option<Vec<f64>>, n_columns: usize) -> Result<ConcaveRule, Error> {
    if let Concave::Capped(cap) = concave
        && !(0.0..=f64::MAX).contains(&cap)
    {
        return Err(Error::parameter("cap", EXPECTED, cap));
    }
    let weights = weights.unwrap_or_else(|| vec![1.0; n_columns]);
    require_weights(&weights, n_columns)?;
    Ok(ConcaveRule { concave, weights })
}
