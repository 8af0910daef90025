//! Saturated coverage: what covers a client counts up to a share of all that could.

use super::cell_sum::{DenseSum, Rule, SparseSum};
use super::similarity::Similarity;
use crate::csr::Value;
use crate::dense::Real;
use crate::erased::AnyObjective;
use crate::error::Error;

/// A cell holds the similarity of its client to all chosen items together.
#[derive(Debug, Clone)]
pub struct SaturatedRule {
    caps: Vec<f64>,
}

impl Rule for SaturatedRule {
    const NAME: &'static str = "saturated_coverage";
    const INITIAL: f64 = 0.0;
    const STEPS: usize = 3;

    #[inline(always)]
    fn next(&self, cell: f64, entry: f64) -> f64 {
        cell + entry
    }

    #[inline(always)]
    fn increase(&self, position: usize, cell: f64, _: f64, entry: f64) -> f64 {
        let room = self.caps[position] - cell;
        let more = if entry < room { entry } else { room };
        if more > 0.0 { more } else { 0.0 }
    }
}

/// `f(S) = Σ_u min(Σ_{e ∈ S} s(e, u), alpha · Σ_e s(e, u))`, a row of similarities ≥ 0 per item.
///
/// The second sum runs over the whole ground set, live or not: with a bound that moved with the live items, f would be another function
/// after every update and no dynamic guarantee could hold.
///
/// # Errors
/// `InvalidObjective` for a similarity that is negative or not finite, `InvalidParameter` unless `0 < alpha <= 1`.
pub fn saturated_coverage<T: Real + Value>(similarity: Similarity<T>, alpha: f64) -> Result<AnyObjective, Error> {
    if !(alpha > 0.0 && alpha <= 1.0) {
        return Err(Error::parameter("alpha", "above 0 and at most 1", alpha));
    }
    similarity.require_nonnegative()?;
    let mut caps = vec![0.0; similarity.n_columns()];
    for item in 0..similarity.n_rows() as u32 {
        similarity.for_row(item, |u, s| caps[u] += s);
    }
    for (index, cap) in caps.iter_mut().enumerate() {
        *cap *= alpha;
        if !cap.is_finite() {
            return Err(Error::InvalidObjective {
                name: "column sums",
                index,
                expected: "finite",
                got: *cap,
            });
        }
    }
    let rule = SaturatedRule { caps };
    Ok(match similarity {
        Similarity::Dense(rows) => AnyObjective::new(DenseSum::new(rule, rows)),
        Similarity::Sparse(rows) => AnyObjective::new(SparseSum::new(rule, rows)),
    })
}
