//! `porism._core.kmedoids`: bindings of the crate `porism-kmedoids`.

use porism_kmedoids::{self as core, Error, Instance, Options, Order};
use pyo3::prelude::*;

use crate::convert::{ArrayArg, Kept};
use crate::errors::{ComputationError, IntoPyErr, InvalidInput, TooLarge};

impl IntoPyErr for Error {
    fn into_py_err(self) -> PyErr {
        let message = self.to_string();
        match self {
            Self::Interrupted(interrupted) => interrupted.into_py_err(),
            Self::Threads { .. } => ComputationError::new_err(message),
            Self::TooLarge { .. } | Self::TooMany { .. } => TooLarge::new_err(message),
            Self::Medoids { k, n } => InvalidInput::new_err(format!("k must be an integer in 1..{n}, got {k}")),
            Self::Index { .. } | Self::Duplicate { .. } | Self::Option { .. } => InvalidInput::new_err(message),
            _ => InvalidInput::new_err(format!("X: {message}")),
        }
    }
}

/// A start by name, or by the medoids themselves.
#[derive(FromPyObject)]
enum Start<'py> {
    Named(String),
    Given(ArrayArg<'py>),
}

fn named<T: Copy>(what: &str, name: &str, known: &[(&str, T)]) -> PyResult<T> {
    let found = known.iter().find(|(known, _)| *known == name);
    found.map(|&(_, value)| value).ok_or_else(|| {
        let names: Vec<_> = known.iter().map(|(name, _)| format!("'{name}'")).collect();
        InvalidInput::new_err(format!("{what} must be one of {}, got '{name}'", names.join(", ")))
    })
}

const METRICS: [(&str, core::Metric); 4] = [
    ("euclidean", core::Metric::Euclidean),
    ("sqeuclidean", core::Metric::SqEuclidean),
    ("manhattan", core::Metric::Manhattan),
    ("cosine", core::Metric::Cosine),
];

const INITS: [(&str, core::Init); 3] = [
    ("random", core::Init::Random),
    ("build", core::Init::Build),
    ("first", core::Init::First),
];

const ORDERS: [(&str, Order); 2] = [("random", Order::Random), ("input", Order::Input)];

#[derive(Clone, Copy)]
enum Method {
    FasterPam,
    FastPam1,
    Pam,
    Alternating,
}

const METHODS: [(&str, Method); 4] = [
    ("fasterpam", Method::FasterPam),
    ("fastpam1", Method::FastPam1),
    ("pam", Method::Pam),
    ("alternating", Method::Alternating),
];

/// Medoids, who belongs to them, and how they were found.
#[pyclass(frozen)]
struct Clustering {
    /// (k,) int64: the candidates chosen, in the order of their slots.
    #[pyo3(get)]
    medoids: Kept<i64>,
    /// (n,) int64: the slot of every object's nearest medoid.
    #[pyo3(get)]
    labels: Kept<i64>,
    /// (n,) float64: the dissimilarity to it.
    #[pyo3(get)]
    distances: Kept<f64>,
    /// (n_iter + 1,) float64: the loss before the first pass and after each.
    #[pyo3(get)]
    losses: Kept<f64>,
    /// Sum of the distances.
    #[pyo3(get)]
    loss: f64,
    /// Passes over the candidates.
    #[pyo3(get)]
    n_iter: usize,
    /// Swaps made.
    #[pyo3(get)]
    n_swap: usize,
    /// Whether the search ended by itself and not by `max_iter`.
    #[pyo3(get)]
    converged: bool,
    /// Candidates whose change was computed.
    #[pyo3(get)]
    n_eval: u64,
    /// Dissimilarities read.
    #[pyo3(get)]
    n_dist: u64,
    /// Candidates skipped because they provably could not improve.
    #[pyo3(get)]
    n_skipped: u64,
}

impl Clustering {
    fn new<T: core::Element<Acc = f64>>(py: Python<'_>, found: core::Clustering<T>) -> Self
    where
        f64: From<T>,
    {
        let indices = |values: &[usize]| values.iter().map(|&index| index as i64).collect();
        Self {
            medoids: Kept::new(py, indices(&found.medoids)),
            labels: Kept::new(py, indices(&found.labels)),
            distances: Kept::new(py, found.distances.into_iter().map(f64::from).collect()),
            losses: Kept::new(py, found.losses),
            loss: found.loss,
            n_iter: found.n_iter,
            n_swap: found.n_swap,
            converged: found.converged,
            n_eval: found.counters.n_eval,
            n_dist: found.counters.n_dist,
            n_skipped: found.counters.n_skipped,
        }
    }
}

/// k-medoids: dissimilarities, initialisation, and the PAM family.
///
/// Matrices are C-contiguous, float32 or float64.
#[pymodule]
pub(crate) mod kmedoids {
    use super::*;
    use crate::call;
    use crate::convert::Matrix;

    #[pymodule_export]
    use super::Clustering;

    /// Run `$body` with `$values` the elements of the 2-D array `$array`, whichever float they are.
    macro_rules! for_floats {
        ($array:expr, $name:literal, |$values:ident| $body:expr) => {
            if $array.holds::<f32>() {
                let borrowed = $array.matrix::<f32>($name)?;
                let $values = borrowed.as_slice()?;
                $body
            } else {
                let borrowed = $array.matrix::<f64>($name)?;
                let $values = borrowed.as_slice()?;
                $body
            }
        };
    }

    /// All dissimilarities between the rows of `X`, an (n, d) array: an (n, n) array of the same dtype, symmetric, with a zero diagonal.
    ///
    /// `metric` is "euclidean", "sqeuclidean", "manhattan" or "cosine". Raises InvalidInput for an empty X or one that holds NaN or infinities,
    /// TooLarge where the result cannot be allocated.
    #[pyfunction]
    #[pyo3(signature = (X, metric, n_threads = 1, progress = None))]
    #[allow(non_snake_case)]
    fn pairwise<'py>(
        py: Python<'py>,
        X: ArrayArg<'py>,
        metric: &str,
        n_threads: usize,
        progress: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let metric = named("metric", metric, &METRICS)?;
        let options = Options { n_threads, ..Options::default() };
        let n = X.shape().first().copied().unwrap_or(0);
        let steps = (X.shape().iter().product::<usize>() as u64).saturating_mul(n as u64);
        for_floats!(X, "X", |x| {
            let made = call::run(py, steps, progress.as_ref(), |monitor| {
                core::pairwise(x, n, metric, &options, monitor)
            })?;
            let values = made.map_err(IntoPyErr::into_py_err)?;
            Ok(Matrix { values, shape: [n, n] }.into_pyobject(py)?.into_any())
        })
    }

    /// Refuse an (n, n) array that is no matrix of dissimilarities: NaN, negative values, a nonzero diagonal, and, where `symmetric`,
    /// values that differ from their mirror image. Raises InvalidInput that names the first such place.
    ///
    /// With `mirrored` the array is the transpose of what the caller knows, and places are named accordingly.
    #[pyfunction]
    #[pyo3(signature = (D, symmetric = true, mirrored = false, n_threads = 1))]
    #[allow(non_snake_case)]
    fn check_square(
        py: Python<'_>,
        D: ArrayArg<'_>,
        symmetric: bool,
        mirrored: bool,
        n_threads: usize,
    ) -> PyResult<()> {
        let n = D.shape().first().copied().unwrap_or(0);
        let options = Options { n_threads, ..Options::default() };
        let steps = (n as u64).saturating_mul(n as u64);
        let checked = for_floats!(D, "D", |values| {
            call::run(py, steps, None, |monitor| {
                core::check_square(values, n, symmetric, &options, monitor)
            })?
        });
        let Err(mut error) = checked else { return Ok(()) };
        if mirrored {
            if let Error::NotFinite { row, col, .. } | Error::Negative { row, col, .. } = &mut error {
                std::mem::swap(row, col);
            }
            if let Error::Asymmetric { row, col, .. } = &mut error {
                std::mem::swap(row, col);
            }
        }
        Err(error.into_py_err())
    }

    /// The transpose of an (n, n) array, C-contiguous.
    #[pyfunction]
    #[allow(non_snake_case)]
    fn transposed<'py>(py: Python<'py>, D: ArrayArg<'py>) -> PyResult<Bound<'py, PyAny>> {
        let &[n_rows, n_cols] = D.shape() else {
            return Err(InvalidInput::new_err("D must be a 2-D array"));
        };
        for_floats!(D, "D", |values| {
            let steps = (n_rows as u64).saturating_mul(n_cols as u64);
            let made = call::run(py, steps, None, |monitor| core::transposed(values, n_rows, n_cols, monitor))?;
            let values = made.map_err(IntoPyErr::into_py_err)?;
            let shape = [n_cols, n_rows];
            Ok(Matrix { values, shape }.into_pyobject(py)?.into_any())
        })
    }

    /// Choose k medoids.
    ///
    /// `D` is an (n, n) array of which row j holds every object's dissimilarity to candidate j: the transpose of the usual convention where it is
    /// asymmetric. It must have passed [`check_square`]. `method` is "fasterpam", "fastpam1", "pam" or "alternating"; `init` is "random",
    /// "build", "first" or a (k,) int64 array; `order` is "random" or "input".
    #[pyfunction]
    #[pyo3(signature = (D, k, method, init, max_iter = 100, order = "random", seed = 0, n_threads = 1, progress = None))]
    #[allow(non_snake_case, clippy::too_many_arguments)]
    fn solve<'py>(
        py: Python<'py>,
        D: ArrayArg<'py>,
        k: usize,
        method: &str,
        init: Start<'py>,
        max_iter: usize,
        order: &str,
        seed: u64,
        n_threads: usize,
        progress: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Clustering> {
        let method = named("method", method, &METHODS)?;
        let order = named("order", order, &ORDERS)?;
        let options = Options { max_iter, order, seed, n_threads, ..Options::default() };
        let (init, given) = match init {
            Start::Named(name) => (named("init", &name, &INITS)?, None),
            Start::Given(medoids) => (core::Init::First, Some(indices(&medoids)?)),
        };
        let n = D.shape().first().copied().unwrap_or(0);
        let steps = (n as u64).saturating_mul(n as u64);
        for_floats!(D, "D", |values| {
            let found = call::run(py, steps, progress.as_ref(), |monitor| {
                let instance = Instance::square(values, n)?;
                let start = match given {
                    Some(medoids) => medoids,
                    None => core::initialise(&instance, k, init, &[], &options, monitor)?,
                };
                match method {
                    Method::FasterPam => core::fasterpam(&instance, &start, &options, monitor),
                    Method::FastPam1 => core::fastpam1(&instance, &start, &options, monitor),
                    Method::Pam => core::pam(&instance, &start, &options, monitor),
                    Method::Alternating => core::alternating(&instance, &start, &options, monitor),
                }
            })?;
            Ok(Clustering::new(py, found.map_err(IntoPyErr::into_py_err)?))
        })
    }

    fn indices(medoids: &ArrayArg<'_>) -> PyResult<Vec<usize>> {
        let borrowed = medoids.vector::<i64>("init")?;
        let values = borrowed.as_slice()?;
        // A negative index becomes one that no matrix has, and is refused with the others that are out of range.
        Ok(values.iter().map(|&index| usize::try_from(index).unwrap_or(usize::MAX)).collect())
    }
}
