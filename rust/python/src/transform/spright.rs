//! The sparse Walsh-Hadamard transform.

use porism_runtime::{Isa, Pool};
use porism_transform::spright as core;
use porism_transform::{distinct, spectrum};
use pyo3::prelude::*;

use crate::call;
use crate::convert::{ArrayArg, Vector};
use crate::errors::{IntoPyErr, InvalidInput};

/// Support, coefficients, visits, unresolved bins, empty bins, variance.
type Decoded = (Vector<u64>, Vector<f64>, u64, usize, usize, f64);

/// Where a sparse Walsh-Hadamard transform evaluates its function, and how it reads what it sees.
///
/// `masks` is a uint64 matrix: a row for each stage, the columns of its subsampling matrix as words of `n` bits. `bases` are uint64 offsets.
/// `search` is "majority" (each probe is one bit of an index), "degree" (at most `degree` ones: probes of a BCH code), "coded" (probes
/// of a repeat-accumulate code with the uint64 `taps`) or "exhaustive". Raises `InvalidInput` if they contradict one another.
#[pyclass(frozen, module = "porism.kernels.transform")]
pub(crate) struct Spright(core::Plan);

#[pymethods]
impl Spright {
    #[new]
    #[pyo3(signature = (n, masks, bases, search = "majority", degree = 0, taps = None))]
    fn new(
        n: usize,
        masks: ArrayArg<'_>,
        bases: ArrayArg<'_>,
        search: &str,
        degree: usize,
        taps: Option<ArrayArg<'_>>,
    ) -> PyResult<Self> {
        let (stages, words) = (masks.matrix::<u64>("masks")?, bases.vector::<u64>("bases")?);
        let columns = masks.shape()[1].max(1);
        let search = match search {
            "majority" => core::Search::Majority,
            "degree" => core::Search::Degree(degree),
            "coded" => core::Search::Coded(match taps {
                Some(taps) => taps.vector::<u64>("taps")?.as_slice()?.to_vec(),
                None => Vec::new(),
            }),
            "exhaustive" => core::Search::Exhaustive,
            other => {
                let must = "'majority', 'degree', 'coded' or 'exhaustive'";
                return Err(InvalidInput::new_err(format!("search must be {must}, got {other:?}")));
            }
        };
        let masks = stages.as_slice()?.chunks(columns).map(<[u64]>::to_vec).collect();
        let plan = core::Plan::new(n, masks, words.as_slice()?.to_vec(), search);
        Ok(Self(plan.map_err(IntoPyErr::into_py_err)?))
    }

    /// The offsets, uint64.
    fn offsets(&self) -> Vector<u64> {
        Vector(self.0.offsets())
    }

    /// Number of samples.
    #[getter]
    fn n_samples(&self) -> PyResult<usize> {
        self.0.n_samples().map_err(IntoPyErr::into_py_err)
    }

    /// Where to evaluate the function, uint64: bit i of a word is variable i.
    fn points(&self, py: Python<'_>) -> PyResult<Vector<u64>> {
        let points = py.detach(|| self.0.points());
        Ok(Vector(points.map_err(IntoPyErr::into_py_err)?))
    }

    /// Where to evaluate the function further, uint64, where it was at the points of a `smaller` plan already, whose stages, columns and bases are the
    /// first of this one's. Raises `InvalidInput` for another plan.
    fn further_points(&self, py: Python<'_>, smaller: PyRef<'_, Self>) -> PyResult<Vector<u64>> {
        let smaller = &smaller.0;
        let points = py.detach(|| self.0.further_points(smaller));
        Ok(Vector(points.map_err(IntoPyErr::into_py_err)?))
    }

    /// The samples of this plan, float64, from those of a `smaller` one and those at `further_points(smaller)`.
    fn joined(&self, smaller: PyRef<'_, Self>, samples: ArrayArg<'_>, further: ArrayArg<'_>) -> PyResult<Vector<f64>> {
        let (samples, further) = (samples.vector::<f64>("samples")?, further.vector::<f64>("further")?);
        let joined = self.0.joined(&smaller.0, samples.as_slice()?, further.as_slice()?);
        Ok(Vector(joined.map_err(IntoPyErr::into_py_err)?))
    }

    /// The spectrum from the float64 `samples`, the function at `points()`, with noise of the given variance or of one that is estimated (None).
    ///
    /// Returns the support (uint64, rising), the coefficients, how many bins were looked at, how many bins still hold more than noise, how many held
    /// noise alone from the beginning in the stage that had the fewest, and the variance of the noise.
    #[pyo3(signature = (samples, variance = None, n_threads = 1, progress = None))]
    fn decode(
        &self,
        py: Python<'_>,
        samples: ArrayArg<'_>,
        variance: Option<f64>,
        n_threads: usize,
        progress: Option<Bound<'_, PyAny>>,
    ) -> PyResult<Decoded> {
        let values = samples.vector::<f64>("samples")?.as_slice()?.to_vec();
        let found = call::run(py, self.0.n_steps(), progress.as_ref(), |monitor| {
            self.0.decode(values, variance, &Pool::new(n_threads)?, monitor)
        })?;
        let found = found.map_err(IntoPyErr::into_py_err)?;
        Ok((
            Vector(found.support),
            Vector(found.coefficients),
            found.n_visits,
            found.unresolved,
            found.empty,
            found.variance,
        ))
    }
}

/// The words whose parities with an index of `n` bits determine it where it has at most `degree` ones, uint64.
#[pyfunction]
pub(super) fn degree_probes(n: usize, degree: usize) -> PyResult<Vector<u64>> {
    if !(1..=63).contains(&n) {
        return Err(InvalidInput::new_err(format!("n must be between 1 and 63, got {n}")));
    }
    Ok(Vector(core::degree_probes(n, degree).map_err(IntoPyErr::into_py_err)?))
}

/// How many of the uint64 `words` are different.
#[pyfunction]
pub(super) fn count_distinct(py: Python<'_>, words: ArrayArg<'_>) -> PyResult<usize> {
    let words = words.vector::<u64>("words")?.as_slice()?.to_vec(); // sorted in a copy
    let steps = (words.len() as u64).saturating_mul(12);
    let found = call::run(py, steps, None, |monitor| distinct::count(words, monitor))?;
    found.map_err(IntoPyErr::into_py_err)
}

/// The function whose spectrum has the float64 `coefficients` at the uint64 `support`, at the uint64 `points`.
#[pyfunction]
pub(super) fn evaluate_spectrum(
    py: Python<'_>,
    support: ArrayArg<'_>,
    coefficients: ArrayArg<'_>,
    points: ArrayArg<'_>,
) -> PyResult<Vector<f64>> {
    let (keys, values, places) = (
        support.vector::<u64>("support")?,
        coefficients.vector::<f64>("coefficients")?,
        points.vector::<u64>("points")?,
    );
    let (keys, values, places) = (keys.as_slice()?, values.as_slice()?, places.as_slice()?);
    let steps = (keys.len() as u64).saturating_mul(places.len() as u64);
    let found = call::run(py, steps, None, |monitor| {
        spectrum::evaluate(keys, values, places, Isa::detect(), monitor)
    })?;
    Ok(Vector(found.map_err(IntoPyErr::into_py_err)?))
}
