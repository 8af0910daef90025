//! Facility location: every client is served by the chosen item that is most similar to it.

use porism_runtime::Monitor;

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
/// `InvalidObjective` for a similarity that is negative or not finite, or `Interrupted`.
pub fn facility_location_dense<T: Real>(
    similarity: Dense<T>,
    monitor: &Monitor,
) -> Result<DenseSum<FacilityRule, T>, Error> {
    let survey = similarity.survey(EXPECTED, monitor)?;
    Ok(DenseSum::surveyed(FacilityRule, similarity, survey))
}

/// The same from a matrix with a row per **client** and a column per item. One that is symmetric, up to rounding, is read by rows where it lies;
/// others are turned round.
///
/// # Errors
/// As [`facility_location_dense`]; positions are those of the matrix turned round.
pub fn facility_location_by_clients<T: Real>(
    similarity: Dense<T>,
    monitor: &Monitor,
) -> Result<DenseSum<FacilityRule, T>, Error> {
    match similarity.symmetric_survey(monitor)? {
        Some(survey) => Ok(DenseSum::surveyed(FacilityRule, similarity, survey)),
        None => facility_location_dense(similarity.transposed(), monitor),
    }
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
