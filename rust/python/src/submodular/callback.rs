//! Set functions that Python computes.

use porism_submodular::objectives::SetFunction;
use porism_submodular::{BoxError, Item};
use pyo3::prelude::*;
use pyo3::types::PyList;

use crate::errors::InvalidType;

/// A Python callable of a list of items, and perhaps one of a list and a further item.
pub(super) struct Callback {
    pub(super) value: Py<PyAny>,
    pub(super) gain: Option<Py<PyAny>>,
}

/// A float, or an error that says what came instead.
fn number(what: &str, returned: &Bound<'_, PyAny>) -> Result<f64, BoxError> {
    let number: PyResult<f64> = returned.extract();
    number.map_err(|_| {
        let kind = returned.get_type().name().map(|name| name.to_string());
        let kind = kind.unwrap_or_else(|_| "something without a name".to_owned());
        let error = InvalidType::new_err(format!("{what} must return a number, got a {kind}"));
        Box::new(error) as BoxError
    })
}

impl SetFunction for Callback {
    fn value(&self, set: &[Item]) -> Result<f64, BoxError> {
        Python::attach(|py| {
            let set = PyList::new(py, set)?;
            number("value", &self.value.bind(py).call1((set,))?)
        })
    }

    fn gain(&self, set: &[Item], item: Item) -> Option<Result<f64, BoxError>> {
        let function = self.gain.as_ref()?;
        Some(Python::attach(|py| {
            let set = PyList::new(py, set)?;
            number("gain", &function.bind(py).call1((set, item))?)
        }))
    }
}
