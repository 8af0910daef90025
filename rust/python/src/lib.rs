//! The compiled module `porism._core`: thin bindings of the kernels, a submodule per family.
//!
//! Argument conversion, GIL release, interrupts and errors live here; not one line of algorithm does.

mod call;
mod convert;
mod errors;
mod graph;
mod hamming;
mod k_mismatch;
mod kmedoids;
mod submodular;
mod sumset;
mod transform;

use pyo3::prelude::*;

/// The compiled kernels of porism, a submodule per family. Public as `porism.kernels`.
#[pymodule]
mod _core {
    use std::hint::black_box;
    use std::time::{Duration, Instant};

    use porism_runtime::{Interrupted, Isa, Monitor};
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::graph::graph;
    #[pymodule_export]
    use crate::hamming::hamming;
    #[pymodule_export]
    use crate::k_mismatch::k_mismatch;
    #[pymodule_export]
    use crate::kmedoids::kmedoids;
    #[pymodule_export]
    use crate::submodular::submodular;
    #[pymodule_export]
    use crate::sumset::sumset;
    #[pymodule_export]
    use crate::transform::transform;

    use crate::call;
    use crate::errors::IntoPyErr;

    /// The instruction set that the kernels use on this machine: `portable`, `avx2` or `avx512`.
    #[pyfunction]
    fn isa() -> &'static str {
        Isa::detect().name()
    }

    /// Do nothing for `seconds` the way a kernel works for that long: what the tests of interrupts, forks and progress call.
    ///
    /// Raises what a signal handler or `progress` raises, and `ComputationError` where `panic` asks for a panic.
    #[pyfunction]
    #[pyo3(signature = (seconds, progress = None, panic = false))]
    fn spin(py: Python<'_>, seconds: f64, progress: Option<Bound<'_, PyAny>>, panic: bool) -> PyResult<u64> {
        let work = move |monitor: &Monitor| -> Result<u64, Interrupted> {
            let (start, mut turns) = (Instant::now(), 0);
            let length = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::ZERO);
            while start.elapsed() < length {
                monitor.check()?;
                monitor.report(start.elapsed().as_micros() as u64, length.as_micros() as u64, 0.0);
                turns = black_box(turns + 1);
                std::thread::sleep(Duration::from_millis(1));
            }
            assert!(!panic, "asked to");
            Ok(turns)
        };
        call::run(py, u64::MAX, progress.as_ref(), work)?.map_err(IntoPyErr::into_py_err)
    }
}
