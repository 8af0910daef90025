//! The compiled module `porism._core`.
use pyo3::prelude::*;

/// The compiled kernels.
#[pymodule(gil_used = true)]
mod _core {
    use numpy::{PyArray1, PyReadonlyArray1};
    use pyo3::prelude::*;

    /// Probe.
    #[pyfunction]
    #[pyo3(signature = (x, n_jobs: "int" = 1))]
    fn probe<'py>(x: PyReadonlyArray1<'py, f64>, n_jobs: usize) -> Bound<'py, PyArray1<f64>> {
        let _ = n_jobs;
        PyArray1::from_slice(x.py(), x.as_slice().unwrap())
    }
}
