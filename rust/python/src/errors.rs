//! The Python exceptions that the bindings raise. They are defined in `porism.errors`, so that they can be
//! documented, subclassed and pickled like any other Python class.

use porism_runtime::{Interrupted, PoolError};
use pyo3::PyErr;
use pyo3::exceptions::PyKeyboardInterrupt;

pyo3::import_exception!(porism.errors, ComputationError);
pyo3::import_exception!(porism.errors, InvalidInput);
pyo3::import_exception!(porism.errors, InvalidType);
pyo3::import_exception!(porism.errors, ResultOverflow);
pyo3::import_exception!(porism.errors, TooLarge);

/// A kernel's own error enum, made into the Python exception that says the same.
pub(crate) trait IntoPyErr {
    fn into_py_err(self) -> PyErr;
}

impl IntoPyErr for Interrupted {
    /// Only reached when a kernel was stopped by something other than the caller's own signal, whose exception
    /// [`call::run`](crate::call::run) raises itself.
    fn into_py_err(self) -> PyErr {
        PyKeyboardInterrupt::new_err(())
    }
}

impl IntoPyErr for PoolError {
    fn into_py_err(self) -> PyErr {
        ComputationError::new_err(self.to_string())
    }
}
