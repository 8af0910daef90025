//! Objectives: a class that holds any of them, and a function that makes each.

use porism_submodular::objectives::{self as core, Concave, Metric, Similarity};
use porism_submodular::{AnyObjective, Error, Evaluation, Monotonicity, Objective as _, audit};
use pyo3::prelude::*;

use super::callback::Callback;
use super::data::{MatrixArg, floats, for_rows, for_similarity, items};
use crate::call;
use crate::convert::{ArrayArg, Vector};
use crate::errors::{IntoPyErr, InvalidInput};

/// A set function over the items 0 … n_items − 1.
#[pyclass(frozen)]
pub(crate) struct Objective {
    pub(super) inner: AnyObjective,
    /// Whether Python computes it: then everything runs on the calling thread, where exceptions and signals belong.
    pub(super) calls_python: bool,
}

impl Objective {
    fn new(inner: AnyObjective) -> Self {
        Self {
            inner,
            calls_python: false,
        }
    }

    /// About how many elementary steps `gains` gains take: what decides whether a thread is started for a call.
    pub(super) fn steps(&self, gains: usize) -> u64 {
        if self.calls_python {
            return 0;
        }
        (gains as u64).saturating_mul(self.inner.properties().gain_steps as u64)
    }

    pub(super) fn n_items_usize(&self) -> usize {
        self.inner.n_items()
    }
}

#[pymethods]
impl Objective {
    /// Which function it is.
    #[getter]
    fn name(&self) -> &'static str {
        self.inner.name()
    }

    /// The size of the ground set.
    #[getter]
    fn n_items(&self) -> usize {
        self.inner.n_items()
    }

    /// How values move as sets grow: "increasing", "decreasing" or "neither".
    #[getter]
    fn monotonicity(&self) -> &'static str {
        match self.inner.properties().monotonicity {
            Monotonicity::Increasing => "increasing",
            Monotonicity::Decreasing => "decreasing",
            Monotonicity::Neither => "neither",
        }
    }

    /// The value of a set of distinct items.
    ///
    /// Raises UnknownItem, DuplicateItem, or what the objective raises.
    fn value(&self, py: Python<'_>, items: ArrayArg<'_>) -> PyResult<f64> {
        let members = self::items("items", &items, self.n_items_usize())?;
        call::run(py, self.steps(members.len()), None, |_| {
            Evaluation::new(self.inner.clone()).value_of(&members)
        })?
        .map_err(IntoPyErr::into_py_err)
    }

    /// What each of `candidates` adds to the value of the set `items`; 0 for its members.
    ///
    /// Raises UnknownItem, DuplicateItem, or what the objective raises.
    fn gains(&self, py: Python<'_>, items: ArrayArg<'_>, candidates: ArrayArg<'_>) -> PyResult<Vector<f64>> {
        let members = self::items("items", &items, self.n_items_usize())?;
        let asked = self::items("candidates", &candidates, self.n_items_usize())?;
        let steps = self.steps(members.len() + asked.len());
        let gains = call::run(py, steps, None, |monitor| {
            let mut evaluation = Evaluation::new(self.inner.clone());
            for &item in &members {
                evaluation.add(item)?;
            }
            evaluation.gains(&asked, monitor)
        })?
        .map_err(IntoPyErr::into_py_err)?;
        Ok(Vector(gains))
    }

    /// Compare gains for `trials` random pairs of nested sets; return how many sets were evaluated.
    ///
    /// Raises NotSubmodular with the witness, or what the objective raises.
    fn audit(&self, py: Python<'_>, trials: u64, seed: u64) -> PyResult<u64> {
        let steps = self.steps(trials as usize).saturating_mul(12);
        let done = call::run(py, steps, None, |monitor| audit(&self.inner, trials, seed, monitor))?;
        Ok(done.map_err(IntoPyErr::into_py_err)?.queries)
    }
}

/// Finish an objective that was made without the GIL.
fn made(outcome: Result<AnyObjective, Error>) -> PyResult<Objective> {
    outcome.map(Objective::new).map_err(IntoPyErr::into_py_err)
}

fn weights_of(name: &str, weights: Option<&ArrayArg<'_>>) -> PyResult<Option<Vec<f64>>> {
    weights.map(|weights| floats(name, weights)).transpose()
}

/// The number of columns that the chosen rows of a sparse matrix touch.
#[pyfunction]
#[allow(non_snake_case)]
pub(super) fn coverage(py: Python<'_>, X: MatrixArg<'_>) -> PyResult<Objective> {
    let rows = X.pattern(py, false)?;
    Ok(Objective::new(AnyObjective::new(core::coverage(rows))))
}

/// The weight of the columns that the chosen rows of a sparse matrix touch.
#[pyfunction]
#[allow(non_snake_case)]
pub(super) fn weighted_coverage(py: Python<'_>, X: MatrixArg<'_>, weights: ArrayArg<'_>) -> PyResult<Objective> {
    let rows = X.pattern(py, false)?;
    made(core::weighted_coverage(rows, floats("weights", &weights)?).map(AnyObjective::new))
}

/// The expected weight of the columns that the chosen rows of a matrix of probabilities cover.
#[pyfunction]
#[pyo3(signature = (X, weights = None))]
#[allow(non_snake_case)]
pub(super) fn probabilistic_coverage(
    py: Python<'_>,
    X: MatrixArg<'_>,
    weights: Option<ArrayArg<'_>>,
) -> PyResult<Objective> {
    let weights = weights_of("weights", weights.as_ref())?;
    made(for_rows!(X.read(py, false)?, |rows|
        dense: core::probabilistic_coverage_dense(rows, weights).map(AnyObjective::new),
        sparse: core::probabilistic_coverage_sparse(rows, weights).map(AnyObjective::new),
    ))
}

/// The sum over clients of the similarity to the nearest chosen item: a row of similarities per item, a column per client, or the other way round
/// if `transposed`. A dense matrix is read where it lies, if it is not `transposed` or symmetric up to rounding.
#[pyfunction]
#[pyo3(signature = (X, transposed = false))]
#[allow(non_snake_case)]
pub(super) fn facility_location(py: Python<'_>, X: MatrixArg<'_>, transposed: bool) -> PyResult<Objective> {
    let is_sparse = matches!(X, MatrixArg::Sparse(..));
    made(for_rows!(X.read(py, transposed && is_sparse)?, |rows|
        dense: {
            let steps = (rows.n_rows() as u64).saturating_mul(rows.n_columns() as u64);
            call::run(py, steps, None, |monitor| {
                if transposed {
                    core::facility_location_by_clients(rows, monitor).map(AnyObjective::new)
                } else {
                    core::facility_location_dense(rows, monitor).map(AnyObjective::new)
                }
            })?
        },
        sparse: core::facility_location_sparse(rows).map(AnyObjective::new),
    ))
}

/// The same with similarities computed from rows of `X`, and of `clients` where they are not the items, when they are needed.
///
/// `metric` is "dot", "cosine", "rbf" (`parameter` is gamma), "inverse-distance", or "squared-distance" (`parameter` is the offset).
#[pyfunction]
#[pyo3(signature = (X, metric, parameter, clients = None))]
#[allow(non_snake_case)]
pub(super) fn facility_location_features(
    py: Python<'_>,
    X: MatrixArg<'_>,
    metric: &str,
    parameter: f64,
    clients: Option<MatrixArg<'_>>,
) -> PyResult<Objective> {
    let metric = match metric {
        "dot" => Metric::Dot,
        "cosine" => Metric::Cosine,
        "rbf" => Metric::Rbf { gamma: parameter },
        "inverse-distance" => Metric::InverseDistance,
        "squared-distance" => Metric::SquaredDistance { offset: parameter },
        _ => return Err(InvalidInput::new_err(format!("metric is unknown: {metric}"))),
    };
    use super::data::Rows::{Dense32, Dense64};
    let items = X.read(py, false)?;
    let clients = clients.map(|clients| clients.read(py, false)).transpose()?;
    let outcome = match (items, clients) {
        (Dense32(items), None) => core::facility_location_features(&items, None, metric),
        (Dense64(items), None) => core::facility_location_features(&items, None, metric),
        (Dense32(items), Some(Dense32(clients))) => core::facility_location_features(&items, Some(&clients), metric),
        (Dense64(items), Some(Dense64(clients))) => core::facility_location_features(&items, Some(&clients), metric),
        _ => return Err(InvalidInput::new_err("X and clients must be dense, of one dtype")),
    };
    made(outcome.map(AnyObjective::new))
}

/// The sum over features of a concave function of what the chosen rows hold of each.
///
/// `concave` is "sqrt", "log1p", "fraction", or "capped" (`parameter` is the cap).
#[pyfunction]
#[pyo3(signature = (X, concave, parameter, weights = None))]
#[allow(non_snake_case)]
pub(super) fn feature_based(
    py: Python<'_>,
    X: MatrixArg<'_>,
    concave: &str,
    parameter: f64,
    weights: Option<ArrayArg<'_>>,
) -> PyResult<Objective> {
    let concave = match concave {
        "sqrt" => Concave::Sqrt,
        "log1p" => Concave::Log1p,
        "fraction" => Concave::Fraction,
        "capped" => Concave::Capped(parameter),
        _ => return Err(InvalidInput::new_err(format!("concave is unknown: {concave}"))),
    };
    let weights = weights_of("weights", weights.as_ref())?;
    made(for_rows!(X.read(py, false)?, |rows|
        dense: core::feature_based_dense(rows, concave, weights),
        sparse: core::feature_based_sparse(rows, concave, weights),
    ))
}

/// The sum over clients of the similarity to all chosen items together, up to a share `alpha` of that to all items. Layout as in `facility_location`.
#[pyfunction]
#[pyo3(signature = (X, alpha, transposed = false))]
#[allow(non_snake_case)]
pub(super) fn saturated_coverage(
    py: Python<'_>,
    X: MatrixArg<'_>,
    alpha: f64,
    transposed: bool,
) -> PyResult<Objective> {
    made(for_similarity!(X.read(py, transposed)?, |similarity| {
        core::saturated_coverage(similarity, alpha)
    }))
}

/// The similarity of all items to the chosen ones, less `penalty` times that among the chosen ones, for a symmetric matrix.
#[pyfunction]
#[allow(non_snake_case)]
pub(super) fn graph_cut(py: Python<'_>, X: MatrixArg<'_>, penalty: f64) -> PyResult<Objective> {
    made(for_similarity!(X.read(py, false)?, |similarity| {
        core::graph_cut(similarity, penalty).map(AnyObjective::new)
    }))
}

/// The sum of a symmetric matrix, less the similarity among the chosen items.
#[pyfunction]
#[allow(non_snake_case)]
pub(super) fn sum_redundancy(py: Python<'_>, X: MatrixArg<'_>) -> PyResult<Objective> {
    made(for_similarity!(X.read(py, false)?, |similarity| {
        core::sum_redundancy(similarity).map(AnyObjective::new)
    }))
}

/// The log-determinant of I + K/sigma² over the chosen items. With `thorough` the whole kernel is factored first, to prove it semidefinite.
#[pyfunction]
#[pyo3(signature = (X, sigma, thorough = false))]
#[allow(non_snake_case)]
pub(super) fn log_det(py: Python<'_>, X: MatrixArg<'_>, sigma: f64, thorough: bool) -> PyResult<Objective> {
    for_similarity!(X.read(py, false)?, |similarity| {
        let Similarity::Dense(rows) = similarity else {
            return Err(InvalidInput::new_err("the kernel must be dense"));
        };
        let steps = if thorough { (rows.n_rows() as u64).pow(3) } else { 0 };
        made(call::run(py, steps, None, |monitor| {
            let objective = core::log_det(rows, sigma)?;
            if thorough {
                objective.require_semidefinite(monitor)?;
            }
            Ok(AnyObjective::new(objective))
        })?)
    })
}

/// The sum of the chosen items' weights.
#[pyfunction]
pub(super) fn modular(weights: ArrayArg<'_>) -> PyResult<Objective> {
    made(core::modular(floats("weights", &weights)?).map(AnyObjective::new))
}

/// A weighted sum of objectives over one ground set.
#[pyfunction]
pub(super) fn mixture(parts: Vec<PyRef<'_, Objective>>, weights: ArrayArg<'_>) -> PyResult<Objective> {
    let calls_python = parts.iter().any(|part| part.calls_python);
    let parts = parts.iter().map(|part| part.inner.clone()).collect();
    let mixture = core::mixture(parts, &floats("weights", &weights)?).map_err(IntoPyErr::into_py_err)?;
    Ok(Objective {
        inner: AnyObjective::new(mixture),
        calls_python,
    })
}

/// n / r times the number of the r rows (sets of nodes) that the chosen nodes hit.
#[pyfunction]
pub(super) fn influence(py: Python<'_>, sets: MatrixArg<'_>) -> PyResult<Objective> {
    let sets = sets.pattern(py, false)?;
    Ok(Objective::new(AnyObjective::new(core::influence(&sets))))
}

/// Sample `n_sets` reverse reachable sets from a matrix whose entry (u, v) is the probability that u activates v: their members one after the other, and
/// where each set begins, as one row of two vectors padded at the end would not be. Returns (indptr, indices).
#[pyfunction]
pub(super) fn reverse_reachable(
    py: Python<'_>,
    activation: MatrixArg<'_>,
    n_sets: usize,
    seed: u64,
) -> PyResult<(Vector<i64>, Vector<i64>)> {
    let sets = for_rows!(activation.read(py, false)?, |rows|
        dense: {
            let _ = rows;
            return Err(InvalidInput::new_err("activation must be sparse"));
        },
        sparse: call::run(py, u64::MAX, None, |monitor| {
            core::sample_reverse_reachable(&rows, n_sets, seed, monitor)
        })?,
    )
    .map_err(IntoPyErr::into_py_err)?;
    let mut indptr = vec![0_i64];
    let mut indices = Vec::with_capacity(sets.n_entries());
    for row in 0..sets.n_rows() as u32 {
        indices.extend(sets.columns(row).iter().map(|&node| i64::from(node)));
        indptr.push(indices.len() as i64);
    }
    Ok((Vector(indptr), Vector(indices)))
}

/// A function that Python computes: `value(list)`, and `gain(list, item)` where that is told better than by two values.
#[pyfunction]
#[pyo3(signature = (value, n_items, monotone = true, gain = None))]
pub(super) fn python(
    py: Python<'_>,
    value: Py<PyAny>,
    n_items: usize,
    monotone: bool,
    gain: Option<Py<PyAny>>,
) -> PyResult<Objective> {
    let monotonicity = if monotone {
        Monotonicity::Increasing
    } else {
        Monotonicity::Neither
    };
    let function = Callback { value, gain };
    let user = py.detach(|| core::user_with(function, n_items, monotonicity));
    Ok(Objective {
        inner: AnyObjective::new(user.map_err(IntoPyErr::into_py_err)?),
        calls_python: true,
    })
}
