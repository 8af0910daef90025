//! `porism._core.transform`: bindings of the crate `porism-transform`.

mod convolution;
mod hadamard;
mod monarch;
mod spright;

use porism_transform::Error;
use pyo3::prelude::*;

use crate::errors::{ComputationError, IntoPyErr, InvalidInput, ResultOverflow, TooLarge};

impl IntoPyErr for Error {
    fn into_py_err(self) -> PyErr {
        let message = self.to_string();
        match self {
            Self::Interrupted(interrupted) => interrupted.into_py_err(),
            Self::Threads(error) => error.into_py_err(),
            Self::TooLarge { .. } => TooLarge::new_err(message),
            Self::Overflow { .. } => ResultOverflow::new_err(message),
            Self::InvalidParameter { .. } => InvalidInput::new_err(message),
            _ => ComputationError::new_err(message),
        }
    }
}

/// Fast structured transforms: Walsh-Hadamard, sparse Walsh-Hadamard decoding, Monarch products, planned convolution.
#[pymodule]
pub(crate) mod transform {
    #[pymodule_export]
    use super::convolution::{ConvolutionPlan, Spectra};
    #[pymodule_export]
    use super::hadamard::fwht;
    #[pymodule_export]
    use super::monarch::block_product;
    #[pymodule_export]
    use super::spright::{Spright, count_distinct, degree_probes, evaluate_spectrum};
}
