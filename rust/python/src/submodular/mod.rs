//! `porism._core.submodular`: bindings of the crate `porism-submodular`.

mod callback;
mod data;
mod errors;
mod objective;
mod select;
mod selector;

use pyo3::prelude::*;

/// Submodular maximization: incremental objectives, the greedy family, selectors over streams of insertions and deletions.
///
/// Matrices are C-contiguous arrays of float32 or float64, or tuples `(indptr, indices, values, n_columns)` of a sparse matrix by rows (indptr int64,
/// indices int32 or int64, values float32 or float64). They are checked whole when an objective is made of them. Sparse ones are copied, dense ones read where they lie if
/// they are not turned round: they must not change as long as the objective lives. Items are int64.
#[pymodule]
pub(crate) mod submodular {
    #[pymodule_export]
    use super::objective::{
        Objective, coverage, facility_location, facility_location_features, feature_based, graph_cut, influence,
        log_det, mixture, modular, probabilistic_coverage, python, reverse_reachable, saturated_coverage,
        sum_redundancy, weighted_coverage,
    };
    #[pymodule_export]
    use super::select::{Matroid, Selection, select, sieve};
    #[pymodule_export]
    use super::selector::Selector;
}
