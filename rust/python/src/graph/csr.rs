//! The sparse matrix that all kernels of graphs share.

use std::sync::Arc;

use porism_graph as core;
use pyo3::prelude::*;

use crate::convert::{ArrayArg, Vector};
use crate::errors::{IntoPyErr, InvalidInput};

/// A sparse matrix by rows (a graph: row u lists the out-neighbours of u), copied and checked once. Immutable.
///
/// `indptr` is int64, `indices` uint32 and below `n_columns`, `data` float64 of the same length, all 1-D.
/// Raises `InvalidInput` if they contradict one another.
#[pyclass(frozen, module = "porism.kernels.graph")]
pub(crate) struct Csr(Arc<core::Csr>);

impl Csr {
    /// What a kernel made.
    pub(crate) fn of(made: core::Csr) -> Self {
        Self(Arc::new(made))
    }

    /// The matrix, to be kept by whoever computes with it.
    pub(crate) fn shared(&self) -> Arc<core::Csr> {
        Arc::clone(&self.0)
    }
}

#[pymethods]
impl Csr {
    #[new]
    fn new(n_columns: usize, indptr: ArrayArg<'_>, indices: ArrayArg<'_>, data: ArrayArg<'_>) -> PyResult<Self> {
        let (starts, columns, values) = (
            indptr.vector::<i64>("indptr")?,
            indices.vector::<u32>("indices")?,
            data.vector::<f64>("data")?,
        );
        let starts: Option<Vec<usize>> = starts
            .as_slice()?
            .iter()
            .map(|&start| usize::try_from(start).ok())
            .collect();
        let starts = starts.ok_or_else(|| InvalidInput::new_err("indptr must hold no negative number"))?;
        let made = core::Csr::new(
            n_columns,
            starts,
            columns.as_slice()?.to_vec(),
            values.as_slice()?.to_vec(),
        );
        Ok(Self(Arc::new(made.map_err(IntoPyErr::into_py_err)?)))
    }

    /// Rows and columns.
    #[getter]
    fn shape(&self) -> (usize, usize) {
        (self.0.n_rows(), self.0.n_columns())
    }

    /// Number of stored entries.
    #[getter]
    fn n_entries(&self) -> usize {
        self.0.n_entries()
    }

    /// `(indptr, indices, data)` as new arrays of int64, uint32 and float64.
    fn arrays(&self) -> (Vector<i64>, Vector<u32>, Vector<f64>) {
        let starts = self.0.indptr().iter().map(|&start| start as i64).collect();
        (
            Vector(starts),
            Vector(self.0.indices().to_vec()),
            Vector(self.0.data().to_vec()),
        )
    }

    /// The transpose.
    fn transposed(&self, py: Python<'_>) -> Self {
        Self(Arc::new(py.detach(|| self.shared().transposed())))
    }
}
