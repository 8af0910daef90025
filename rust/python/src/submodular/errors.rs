//! What the crate refuses, as the exceptions that `porism.objectives` defines.

use porism_submodular::{Error, OracleError as Fault, Witness};
use pyo3::PyErr;

use crate::errors::{ComputationError, IntoPyErr, InvalidInput, TooLarge};

pyo3::import_exception!(porism.objectives, DuplicateItem);
pyo3::import_exception!(porism.objectives, InvalidObjective);
pyo3::import_exception!(porism.objectives, InvalidSnapshot);
pyo3::import_exception!(porism.objectives, NotMonotone);
pyo3::import_exception!(porism.objectives, NotPositiveSemidefinite);
pyo3::import_exception!(porism.objectives, NotSubmodular);
pyo3::import_exception!(porism.objectives, OracleError);
pyo3::import_exception!(porism.objectives, UnknownItem);

impl IntoPyErr for Error {
    fn into_py_err(self) -> PyErr {
        let message = self.to_string();
        raised(self, message)
    }
}

/// The exception for an error, saying `message`.
fn raised(error: Error, message: String) -> PyErr {
    match error {
        Error::Interrupted(interrupted) => interrupted.into_py_err(),
        Error::Threads(error) => error.into_py_err(),
        Error::Oracle(fault) => match *fault {
            // What the user's function raised goes on as it is.
            Fault::User(raised) => match raised.downcast::<PyErr>() {
                Ok(raised) => *raised,
                Err(_) => OracleError::new_err(message),
            },
            Fault::NotPositiveSemidefinite { .. } => NotPositiveSemidefinite::new_err(message),
            _ => OracleError::new_err(message),
        },
        Error::TooLarge { .. } => TooLarge::new_err(message),
        Error::InvalidObjective { .. }
        | Error::Shape { .. }
        | Error::MalformedSparse { .. }
        | Error::NotSymmetric { .. } => InvalidObjective::new_err(message),
        Error::NotPositiveSemidefinite { .. } => NotPositiveSemidefinite::new_err(message),
        Error::OutOfRange { .. } | Error::UnknownItem { .. } => UnknownItem::new_err(message),
        Error::DuplicateItem { .. } => DuplicateItem::new_err(message),
        Error::Update { source, .. } => raised(*source, message),
        Error::NotMonotone { .. } => NotMonotone::new_err(message),
        Error::NotSubmodular(witness) => {
            let Witness {
                small,
                large,
                item,
                gain_small,
                gain_large,
            } = *witness;
            NotSubmodular::new_err((message, small, large, item, gain_small, gain_large))
        }
        Error::InvalidSnapshot { .. } => InvalidSnapshot::new_err(message),
        Error::InvalidParameter { .. } | Error::Unsupported { .. } | Error::TooManySubsets { .. } => {
            InvalidInput::new_err(message)
        }
        _ => ComputationError::new_err(message),
    }
}
