//! Feature-based functions: a concave function of how much of each feature the chosen items hold.

use super::cell_sum::{DenseSum, Rule, SparseSum};
use super::coverage::require_weights;
use crate::csr::{Csr, Value};
use crate::dense::{Dense, Real};
use crate::erased::AnyObjective;
use crate::error::Error;

const EXPECTED: &str = "finite and at least 0";

/// Dense data with fewer entries than this share is worked on as sparse data. A sparse entry costs about five dense ones.
const SPARSE: f64 = 0.2;

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

/// A concave function as a type, so that each is compiled into loops of its own.
trait Function: Send + Sync + 'static {
    /// What is kept of a cell to be subtracted from later.
    fn kept(&self, _cell: f64) -> f64 {
        0.0
    }

    /// g(cell + entry) − g(cell), written so that little cancels.
    fn increase(&self, cell: f64, kept: f64, entry: f64) -> f64;
}

struct Sqrt;

impl Function for Sqrt {
    #[inline(always)]
    fn kept(&self, cell: f64) -> f64 {
        cell.sqrt()
    }

    #[inline(always)]
    fn increase(&self, cell: f64, kept: f64, entry: f64) -> f64 {
        (cell + entry).sqrt() - kept
    }
}

struct Log1p;

impl Function for Log1p {
    #[inline(always)]
    fn increase(&self, cell: f64, _: f64, entry: f64) -> f64 {
        (entry / (1.0 + cell)).ln_1p()
    }
}

struct Fraction;

impl Function for Fraction {
    #[inline(always)]
    fn increase(&self, cell: f64, _: f64, entry: f64) -> f64 {
        entry / ((1.0 + cell) * (1.0 + cell + entry))
    }
}

struct Capped(f64);

impl Function for Capped {
    #[inline(always)]
    fn increase(&self, cell: f64, _: f64, entry: f64) -> f64 {
        let room = self.0 - cell;
        let more = if entry < room { entry } else { room };
        if more > 0.0 { more } else { 0.0 }
    }
}

/// A cell holds the total of its feature.
struct ConcaveRule<G> {
    function: G,
    weights: Vec<f64>,
}

impl<G: Function> Rule for ConcaveRule<G> {
    const NAME: &'static str = "feature_based";
    const INITIAL: f64 = 0.0;
    const STEPS: usize = 8;
    const KEEPS: bool = true;

    #[inline(always)]
    fn next(&self, cell: f64, entry: f64) -> f64 {
        cell + entry
    }

    #[inline(always)]
    fn kept(&self, cell: f64) -> f64 {
        self.function.kept(cell)
    }

    #[inline(always)]
    fn increase(&self, position: usize, cell: f64, kept: f64, entry: f64) -> f64 {
        self.weights[position] * self.function.increase(cell, kept, entry)
    }
}

/// `f(S) = Σ_d w_d g(Σ_{e ∈ S} x(e, d))`, a row of features ≥ 0 per item.
///
/// # Errors
/// `InvalidObjective` for a feature or weight that is negative or not finite; `Shape` unless there is a weight per feature;
/// `InvalidParameter` for a cap that is not a number ≥ 0.
pub fn feature_based_dense<T: Real + Value>(
    features: Dense<T>,
    concave: Concave,
    weights: Option<Vec<f64>>,
) -> Result<AnyObjective, Error> {
    features.require_within(0.0, f64::MAX, EXPECTED)?;
    // A feature that an item does not hold gains nothing: where most are so, only the others are looked at.
    if let Some(features) = features.sparse_below(SPARSE) {
        return feature_based_sparse(features, concave, weights);
    }
    let weights = checked(concave, weights, features.n_columns())?;
    Ok(match concave {
        Concave::Sqrt => AnyObjective::new(DenseSum::new(
            ConcaveRule {
                function: Sqrt,
                weights,
            },
            features,
        )),
        Concave::Log1p => AnyObjective::new(DenseSum::new(
            ConcaveRule {
                function: Log1p,
                weights,
            },
            features,
        )),
        Concave::Fraction => AnyObjective::new(DenseSum::new(
            ConcaveRule {
                function: Fraction,
                weights,
            },
            features,
        )),
        Concave::Capped(cap) => AnyObjective::new(DenseSum::new(
            ConcaveRule {
                function: Capped(cap),
                weights,
            },
            features,
        )),
    })
}

/// The same from sparse rows: features that are not stored are 0.
///
/// # Errors
/// As [`feature_based_dense`].
pub fn feature_based_sparse<V: Value>(
    features: Csr<V>,
    concave: Concave,
    weights: Option<Vec<f64>>,
) -> Result<AnyObjective, Error> {
    features.require_within(f64::MAX, EXPECTED)?;
    let weights = checked(concave, weights, features.n_columns())?;
    Ok(match concave {
        Concave::Sqrt => AnyObjective::new(SparseSum::new(
            ConcaveRule {
                function: Sqrt,
                weights,
            },
            features,
        )),
        Concave::Log1p => AnyObjective::new(SparseSum::new(
            ConcaveRule {
                function: Log1p,
                weights,
            },
            features,
        )),
        Concave::Fraction => AnyObjective::new(SparseSum::new(
            ConcaveRule {
                function: Fraction,
                weights,
            },
            features,
        )),
        Concave::Capped(cap) => AnyObjective::new(SparseSum::new(
            ConcaveRule {
                function: Capped(cap),
                weights,
            },
            features,
        )),
    })
}

fn checked(concave: Concave, weights: Option<Vec<f64>>, n_columns: usize) -> Result<Vec<f64>, Error> {
    if let Concave::Capped(cap) = concave
        && !(0.0..=f64::MAX).contains(&cap)
    {
        return Err(Error::parameter("cap", EXPECTED, cap));
    }
    let weights = weights.unwrap_or_else(|| vec![1.0; n_columns]);
    require_weights(&weights, n_columns)?;
    Ok(weights)
}
