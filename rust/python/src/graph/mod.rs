//! `porism._core.graph`: bindings of the crate `porism-graph`.

mod csr;
mod embedding;
mod gather;
mod motif;
mod partition;
mod walk;

use porism_graph::Error;
use pyo3::prelude::*;

use crate::errors::{ComputationError, IntoPyErr, InvalidInput, ResultOverflow, TooLarge};

impl IntoPyErr for Error {
    fn into_py_err(self) -> PyErr {
        let message = self.to_string();
        match self {
            Self::Interrupted(interrupted) => interrupted.into_py_err(),
            Self::Threads(error) => error.into_py_err(),
            Self::TooLarge { .. } | Self::BeyondLimit { .. } => TooLarge::new_err(message),
            Self::Overflow { .. } => ResultOverflow::new_err(message),
            Self::MalformedSparse { .. } | Self::InvalidParameter { .. } => InvalidInput::new_err(message),
            _ => ComputationError::new_err(message),
        }
    }
}

/// Inner loops over graphs: random walks, sparse products, shortest paths, colour refinement, homomorphism counts.
///
/// Graphs come as a `Csr`, which is copied and checked once, and can be given to any number of calls from any thread.
#[pymodule]
pub(crate) mod graph {
    #[pymodule_export]
    use super::csr::Csr;
    #[pymodule_export]
    use super::embedding::{Projection, column_moments, merge_rows, random_walks, rescale_columns, skip_gram, spmm};
    #[pymodule_export]
    use super::gather::Gather;
    #[pymodule_export]
    use super::motif::{
        Target, canonical, embeddings, homomorphisms, refine_tuples, refine_vertices, spasm, treewidth,
    };
    #[pymodule_export]
    use super::partition::{
        DistanceLabels, SeparatorLabels, ball_carving, buffered_partition, contract, distance_rows, greedy_net,
        nearest_source, noisy_classes, pair_distances, shortcut_classes, shortcut_hops, strong_radii, tree_cover,
        tree_distances,
    };
    #[pymodule_export]
    use super::walk::{Walker, combine, distance_bounds, follow, forward_push, walks};
}
