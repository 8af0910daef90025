//! Facility location: every client is served by the chosen item that is most similar to it.

use super::cell_sum::{DenseSum, Rule, SparseSum};
use crate::csr::{Csr, Value};
use crate::dense::{Dense, Real};
use crate::error::Error;

const EXPECTED: &str = "finite and at least 0";

/// A cell holds the similarity of its client to the nearest chosen item.
#[derive(Debug, Clone, Copy)]
pub struct FacilityRule;

impl Rule for FacilityRule {
    const NAME: &'static str = "facility_location";
    const INITIAL: f64 = 0.0;
    const STEPS: usize = 1;
    const VANISHES: bool = true;

    #[inline(always)]
    fn next(&self, cell: f64, entry: f64) -> f64 {
        if entry > cell { entry } else { cell }
    }

    #[inline(always)]
    fn increase(&self, _: usize, cell: f64, _: f64, entry: f64) -> f64 {
        let more = entry - cell;
        if more > 0.0 { more } else { 0.0 }
    }
}

/// `f(S) = Σ_u max_{e ∈ S} s(e, u)` from a matrix with a row per **item** and a column per client.
///
/// # Errors
/// `InvalidObjective` for a similarity that is negative or not finite.
pub fn facility_location_dense<T: Real>(similarity: Dense<T>) -> Result<DenseSum<FacilityRule, T>, Error> {
    similarity.require_within(0.0, f64::MAX, EXPECTED)?;
    Ok(DenseSum::new(FacilityRule, similarity))
}

/// The same from a sparse matrix with a row per **item**: similarities that are not stored are 0. A neighbour graph that has a row per client
/// is transposed first ([`Csr::transposed`]).
///
/// # Errors
/// `InvalidObjective` for a similarity that is negative or not finite.
pub fn facility_location_sparse<V: Value>(similarity: Csr<V>) -> Result<SparseSum<FacilityRule, V>, Error> {
    similarity.require_within(f64::MAX, EXPECTED)?;
    Ok(SparseSum::new(FacilityRule, similarity))
}
