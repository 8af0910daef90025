//! `porism._core.kmedoids`: bindings of the crate `porism-kmedoids`.

use porism_kmedoids::{self as core, Accumulator, Element, Error, Instance, Options, Order};
use porism_runtime::Monitor;
use pyo3::IntoPyObjectExt;
use pyo3::inspect::PyStaticExpr;
use pyo3::prelude::*;
use pyo3::{type_hint_identifier, type_hint_subscript, type_hint_union};

use crate::convert::{ArrayArg, Kept, Scalar};
use crate::errors::{ComputationError, IntoPyErr, InvalidInput, TooLarge};

impl IntoPyErr for Error {
    fn into_py_err(self) -> PyErr {
        let message = self.to_string();
        match self {
            Self::Interrupted(interrupted) => interrupted.into_py_err(),
            Self::Threads { .. } => ComputationError::new_err(message),
            Self::TooLarge { .. } | Self::TooMany { .. } => TooLarge::new_err(message),
            Self::Medoids { k, n } => InvalidInput::new_err(format!("k must be an integer in 1..{n}, got {k}")),
            Self::Index { .. } | Self::Duplicate { .. } | Self::Option { .. } | Self::NotFinite { .. } => {
                InvalidInput::new_err(message)
            }
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

const METRICS: [(&str, core::Metric); 11] = [
    ("euclidean", core::Metric::Euclidean),
    ("sqeuclidean", core::Metric::SqEuclidean),
    ("manhattan", core::Metric::Manhattan),
    ("cosine", core::Metric::Cosine),
    ("chebyshev", core::Metric::Chebyshev),
    ("minkowski", core::Metric::Minkowski(2.0)),
    ("hamming", core::Metric::Hamming),
    ("jaccard", core::Metric::Jaccard),
    ("canberra", core::Metric::Canberra),
    ("braycurtis", core::Metric::BrayCurtis),
    ("gower", core::Metric::Gower(0)),
];

/// The metric called `name`, with its parameter, if it has one: the exponent of "minkowski", the number of numeric features of "gower".
fn metric_of(name: &str, parameter: f64) -> PyResult<core::Metric> {
    Ok(match named("metric", name, &METRICS)? {
        core::Metric::Minkowski(_) => core::Metric::Minkowski(parameter),
        core::Metric::Gower(_) => core::Metric::Gower(parameter as usize),
        metric => metric,
    })
}

const INITS: [(&str, core::Init); 6] = [
    ("random", core::Init::Random),
    ("build", core::Init::Build),
    ("first", core::Init::First),
    ("lab", core::Init::Lab),
    ("kmeans++", core::Init::PlusPlus(1.0)),
    ("park-jun", core::Init::ParkJun),
];

const ORDERS: [(&str, Order); 2] = [("random", Order::Random), ("input", Order::Input)];

#[derive(Clone, Copy)]
enum Method {
    Improve(core::Solver),
    Clarans,
    FastClarans,
}

const METHODS: [(&str, Method); 7] = [
    ("fasterpam", Method::Improve(core::Solver::FasterPam)),
    ("fastpam1", Method::Improve(core::Solver::FastPam1)),
    ("fastpam2", Method::Improve(core::Solver::FastPam2(1.0))),
    ("pam", Method::Improve(core::Solver::Pam)),
    ("alternating", Method::Improve(core::Solver::Alternating)),
    ("clarans", Method::Clarans),
    ("fastclarans", Method::FastClarans),
];

#[derive(Clone, Copy)]
enum Sampling {
    Clara,
    FasterClara,
    OneBatch(core::Batch),
}

const SAMPLINGS: [(&str, Sampling); 5] = [
    ("clara", Sampling::Clara),
    ("fasterclara", Sampling::FasterClara),
    ("uniform", Sampling::OneBatch(core::Batch::Uniform)),
    ("debias", Sampling::OneBatch(core::Batch::Debias)),
    ("nniw", Sampling::OneBatch(core::Batch::NearestNeighbor)),
];

impl Sampling {
    fn run<T: core::Float, S: core::Source<T>>(
        self,
        source: &S,
        k: usize,
        n_samples: Option<usize>,
        size: Option<usize>,
        options: &Options,
        monitor: &Monitor,
    ) -> Result<core::Clustering<T>, Error> {
        let defaults = match self {
            Self::Clara => core::Samples::clara(k),
            Self::FasterClara => core::Samples::fasterclara(k),
            Self::OneBatch(batch) => return core::onebatchpam(source, k, size, batch, options, monitor),
        };
        let samples = core::Samples {
            n_samples: n_samples.unwrap_or(defaults.n_samples),
            size: size.unwrap_or(defaults.size),
            ..defaults
        };
        core::clara(source, k, samples, options, monitor)
    }
}

#[derive(Clone, Copy)]
enum Silhouette {
    PamSil,
    PamMedSil,
    FastMsc,
    FasterMsc,
    DynMsc,
}

const SILHOUETTES: [(&str, Silhouette); 5] = [
    ("pamsil", Silhouette::PamSil),
    ("pammedsil", Silhouette::PamMedSil),
    ("fastmsc", Silhouette::FastMsc),
    ("fastermsc", Silhouette::FasterMsc),
    ("dynmsc", Silhouette::DynMsc),
];

/// Medoids chosen for their silhouette, and how they were found.
#[pyclass(frozen)]
struct SilhouetteClustering {
    /// (k,) int64: the candidates chosen.
    #[pyo3(get)]
    medoids: Kept<i64>,
    /// (n,) int64: the slot of every object's nearest medoid.
    #[pyo3(get)]
    labels: Kept<i64>,
    /// The average (medoid) silhouette.
    #[pyo3(get)]
    silhouette: f64,
    /// (n_iter + 1,) float64: the same before the first pass and after each.
    #[pyo3(get)]
    silhouettes: Kept<f64>,
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
    /// The best silhouette found with each number of medoids, from the least to the largest, float64.
    #[pyo3(get)]
    curve: Kept<f64>,
    /// The medoids of `curve`, one set after the other, int64.
    #[pyo3(get)]
    curve_medoids: Kept<i64>,
}

/// A number that sums are kept in, as Python knows it.
trait Sum: Accumulator + Scalar {
    fn number(self) -> Number;
    fn numbers(py: Python<'_>, values: Vec<Self>) -> Numbers;
}

impl Sum for f64 {
    fn number(self) -> Number {
        Number::Float(self)
    }

    fn numbers(py: Python<'_>, values: Vec<Self>) -> Numbers {
        Numbers::Floats(Kept::new(py, values))
    }
}

impl Sum for i64 {
    fn number(self) -> Number {
        Number::Integer(self)
    }

    fn numbers(py: Python<'_>, values: Vec<Self>) -> Numbers {
        Numbers::Integers(Kept::new(py, values))
    }
}

/// A sum: `float`, or `int` where it is of integers.
#[derive(Clone, Copy)]
enum Number {
    Float(f64),
    Integer(i64),
}

impl<'py> IntoPyObject<'py> for &Number {
    type Target = PyAny;
    type Output = Bound<'py, PyAny>;
    type Error = PyErr;
    const OUTPUT_TYPE: PyStaticExpr = type_hint_union!(
        type_hint_identifier!("builtins", "float"),
        type_hint_identifier!("builtins", "int")
    );

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
        match *self {
            Number::Float(value) => value.into_bound_py_any(py),
            Number::Integer(value) => value.into_bound_py_any(py),
        }
    }
}

/// An array of sums: float64, or int64 where they are of integers.
enum Numbers {
    Floats(Kept<f64>),
    Integers(Kept<i64>),
}

impl<'py> IntoPyObject<'py> for &Numbers {
    type Target = PyAny;
    type Output = Bound<'py, PyAny>;
    type Error = PyErr;
    const OUTPUT_TYPE: PyStaticExpr = type_hint_subscript!(
        type_hint_identifier!("numpy.typing", "NDArray"),
        type_hint_identifier!("typing", "Any")
    );

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
        match self {
            Numbers::Floats(values) => values.into_bound_py_any(py),
            Numbers::Integers(values) => values.into_bound_py_any(py),
        }
    }
}

/// Medoids, who belongs to them, and how they were found. Sums and distances are exact integers where the dissimilarities are integers.
#[pyclass(frozen)]
struct Clustering {
    /// (k,) int64: the candidates chosen, in the order of their slots.
    #[pyo3(get)]
    medoids: Kept<i64>,
    /// (n,) int64: the slot of every object's nearest medoid.
    #[pyo3(get)]
    labels: Kept<i64>,
    /// (n,) float64 or int64: the dissimilarity to it.
    #[pyo3(get)]
    distances: Numbers,
    /// (n_iter + 1,) float64 or int64: the loss before the first pass and after each.
    #[pyo3(get)]
    losses: Numbers,
    /// Sum of the distances, each times its object's weight.
    #[pyo3(get)]
    loss: Number,
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
    fn new<T: Element<Acc: Sum>>(py: Python<'_>, found: core::Clustering<T>) -> Self {
        let indices = |values: &[usize]| values.iter().map(|&index| index as i64).collect();
        let distances = found.distances.into_iter().map(Element::widen).collect();
        Self {
            medoids: Kept::new(py, indices(&found.medoids)),
            labels: Kept::new(py, indices(&found.labels)),
            distances: Sum::numbers(py, distances),
            losses: Sum::numbers(py, found.losses),
            loss: found.loss.number(),
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
/// Matrices are C-contiguous; data is float32 or float64, dissimilarities may be int32 or int64 too, and are then summed exactly.
#[pymodule]
pub(crate) mod kmedoids {
    use numpy::{Ix1, Ix2};

    use super::*;
    use crate::call;
    use crate::convert::{Borrow, Matrix, Vector};

    #[pymodule_export]
    use super::Clustering;
    #[pymodule_export]
    use super::SilhouetteClustering;

    /// Run `$body` with `$values` the elements of the 2-D array `$array`, whichever of the types they are.
    macro_rules! dispatch {
        ($array:expr, $name:literal, |$values:ident| $body:expr, $last:ty $(,)?) => {{
            let borrowed = $array.matrix::<$last>($name)?;
            let $values = borrowed.as_slice()?;
            $body
        }};
        ($array:expr, $name:literal, |$values:ident| $body:expr, $first:ty, $($rest:ty),+ $(,)?) => {
            if $array.holds::<$first>() {
                dispatch!($array, $name, |$values| $body, $first)
            } else {
                dispatch!($array, $name, |$values| $body, $($rest),+)
            }
        };
    }

    macro_rules! for_floats {
        ($array:expr, $name:literal, |$values:ident| $body:expr) => {
            dispatch!($array, $name, |$values| $body, f32, f64)
        };
    }

    macro_rules! for_numbers {
        ($array:expr, $name:literal, |$values:ident| $body:expr) => {
            dispatch!($array, $name, |$values| $body, f32, i32, i64, f64)
        };
    }

    /// All dissimilarities between the rows of `X`, an (n, d) array: an (n, n) array of the same dtype, symmetric, with a zero diagonal.
    ///
    /// `metric` is "euclidean", "sqeuclidean", "manhattan", "cosine", "chebyshev", "minkowski" (with the exponent `parameter`, at least 1), "hamming",
    /// "jaccard", "canberra", "braycurtis" or "gower": then the first `parameter` columns are numbers scaled to a range of 1, the others codes of categories,
    /// and NaN is missing. Raises InvalidInput for an empty X or one that holds NaN or infinities, TooLarge where the result cannot be allocated.
    #[pyfunction]
    #[pyo3(signature = (X, metric, n_threads = 1, progress = None, parameter = 2.0))]
    #[allow(non_snake_case)]
    fn pairwise<'py>(
        py: Python<'py>,
        X: ArrayArg<'py>,
        metric: &str,
        n_threads: usize,
        progress: Option<Bound<'py, PyAny>>,
        parameter: f64,
    ) -> PyResult<Bound<'py, PyAny>> {
        let metric = metric_of(metric, parameter)?;
        let options = Options {
            n_threads,
            ..Options::default()
        };
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

    /// The dissimilarities of every row of `X`, an (n, d) array, to every row of `Y`, an (m, d) array of the same dtype: an (n, m) array of it.
    ///
    /// `metric` as in `pairwise`. Raises InvalidInput where one is empty, holds NaN or infinities, or has another number of columns.
    #[pyfunction]
    #[pyo3(signature = (X, Y, metric, n_threads = 1, parameter = 2.0))]
    #[allow(non_snake_case)]
    fn cross<'py>(
        py: Python<'py>,
        X: ArrayArg<'py>,
        Y: ArrayArg<'py>,
        metric: &str,
        n_threads: usize,
        parameter: f64,
    ) -> PyResult<Bound<'py, PyAny>> {
        let metric = metric_of(metric, parameter)?;
        let options = Options {
            n_threads,
            ..Options::default()
        };
        let [n, m] = [&X, &Y].map(|rows| rows.shape().first().copied().unwrap_or(0));
        let steps = (X.shape().iter().product::<usize>() as u64).saturating_mul(m as u64);
        for_floats!(X, "X", |x| {
            let others = like(x, &Y)?;
            let y = others.as_slice()?;
            let made = call::run(py, steps, None, |monitor| {
                core::cross(x, n, y, m, metric, &options, monitor)
            })?;
            let values = made.map_err(IntoPyErr::into_py_err)?;
            Ok(Matrix { values, shape: [n, m] }.into_pyobject(py)?.into_any())
        })
    }

    /// `array` borrowed with the element type of `model`.
    fn like<'py, T: Scalar>(_model: &[T], array: &ArrayArg<'py>) -> PyResult<Borrow<'py, T, Ix2>> {
        array.matrix::<T>("Y")
    }

    /// Refuse an (n, n) array that is no matrix of dissimilarities: NaN, negative values, a nonzero diagonal, and, where `symmetric`,
    /// values that differ from their mirror image; and integers whose sums, with weights up to `max_weight`, could exceed 64 bits.
    /// Raises InvalidInput that names the first such place.
    ///
    /// With `mirrored` the array is the transpose of what the caller knows, and places are named accordingly.
    #[pyfunction]
    #[pyo3(signature = (D, symmetric = true, mirrored = false, n_threads = 1, max_weight = 1))]
    #[allow(non_snake_case)]
    fn check_square(
        py: Python<'_>,
        D: ArrayArg<'_>,
        symmetric: bool,
        mirrored: bool,
        n_threads: usize,
        max_weight: i64,
    ) -> PyResult<()> {
        let n = D.shape().first().copied().unwrap_or(0);
        let options = Options {
            n_threads,
            ..Options::default()
        };
        let steps = (n as u64).saturating_mul(n as u64);
        let checked = for_numbers!(D, "D", |values| {
            call::run(py, steps, None, |monitor| {
                let info = core::check_square(values, n, symmetric, &options, monitor)?;
                overflow(values, &info, n, max_weight)
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

    /// Refuse integers whose weighted sums could exceed 64 bits.
    fn overflow<T: Element>(_values: &[T], info: &core::MatrixInfo, n: usize, max_weight: i64) -> Result<(), Error> {
        core::check_overflow::<T>(info, n, max_weight as f64)
    }

    /// The transpose of an (n, m) array, C-contiguous.
    #[pyfunction]
    #[pyo3(signature = (D, n_threads = 1))]
    #[allow(non_snake_case)]
    fn transposed<'py>(py: Python<'py>, D: ArrayArg<'py>, n_threads: usize) -> PyResult<Bound<'py, PyAny>> {
        let &[n_rows, n_cols] = D.shape() else {
            return Err(InvalidInput::new_err("D must be a 2-D array"));
        };
        let options = Options {
            n_threads,
            ..Options::default()
        };
        for_numbers!(D, "D", |values| {
            let steps = (n_rows as u64).saturating_mul(n_cols as u64);
            let made = call::run(py, steps, None, |monitor| {
                core::transposed(values, n_rows, n_cols, &options, monitor)
            })?;
            let values = made.map_err(IntoPyErr::into_py_err)?;
            let shape = [n_cols, n_rows];
            Ok(Matrix { values, shape }.into_pyobject(py)?.into_any())
        })
    }

    /// Choose k medoids.
    ///
    /// `D` is an (n, n) array of which row j holds every object's dissimilarity to candidate j: the transpose of the usual convention where it is
    /// asymmetric. It must have passed `check_square`. `method` is "fasterpam" (with `n_perturb` rounds of iterated local search), "fastpam1",
    /// "fastpam2" (with `fasttol`), "pam", "alternating", "clarans" or "fastclarans" (with `n_local` and `max_neighbor`, and without `init`); `init` is
    /// "random", "build", "first", "lab", "kmeans++", "park-jun" or a (k,) int64 array; `order` is "random" or "input". `weights` is an (n,) array, float64 or int64 like the
    /// sums of `D`; `forbidden` an (n,) array of bool: who may not be a medoid. The medoids `fixed`, an int64 array, come first and stay; a given `init`
    /// begins with them.
    ///
    /// With `own = false` no candidate is an object: `D` may have any shape, a row for each of the sites and a column for each of the clients, `weights` are the
    /// clients' and everything else is of sites. It must hold no NaN and nothing negative, and sums of integers must fit 64 bits. "lab", "kmeans++" and
    /// "alternating" then have nothing to go by: the first two draw sites at random, the last one leaves them where they are.
    #[pyfunction]
    #[pyo3(signature = (D, k, method, init, max_iter = 100, order = "random", seed = 0, n_threads = 1, progress = None,
                        weights = None, forbidden = None, fixed = None, n_perturb = 0, fasttol = 1.0, n_local = 2,
                        max_neighbor = None, own = true))]
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
        weights: Option<ArrayArg<'py>>,
        forbidden: Option<ArrayArg<'py>>,
        fixed: Option<ArrayArg<'py>>,
        n_perturb: usize,
        fasttol: f64,
        n_local: usize,
        max_neighbor: Option<usize>,
        own: bool,
    ) -> PyResult<Clustering> {
        let method = match named("method", method, &METHODS)? {
            Method::Improve(core::Solver::FastPam2(_)) => Method::Improve(core::Solver::FastPam2(fasttol)),
            method => method,
        };
        let order = named("order", order, &ORDERS)?;
        let neighbors = core::Neighbors { n_local, max_neighbor };
        let fixed = fixed.map_or(Ok(Vec::new()), |fixed| indices("fixed", &fixed))?;
        let n_fixed = fixed.len();
        let options = Options {
            max_iter,
            order,
            seed,
            n_threads,
            n_fixed,
            ..Options::default()
        };
        let start = Begin::read(init)?;
        let [n, m] = [0, 1].map(|axis| D.shape().get(axis).copied().unwrap_or(0));
        let steps = (n as u64).saturating_mul(m as u64);
        let mask = forbidden.map(|mask| mask.vector::<bool>("forbidden")).transpose()?;
        let mask = mask.as_ref().map(|mask| mask.as_slice()).transpose()?;
        for_numbers!(D, "D", |values| {
            let weights = weights.map(|weights| sums(values, &weights)).transpose()?;
            let weights = weights.as_ref().map(|weights| weights.as_slice()).transpose()?;
            let found = call::run(py, steps, progress.as_ref(), |monitor| {
                let mut instance = if own {
                    Instance::square(values, n)?
                } else {
                    Instance::rectangular(values, n, m, core::Own::Nothing)?
                };
                if let Some(weights) = weights {
                    instance = instance.with_weights(weights)?;
                }
                if let Some(mask) = mask {
                    instance = instance.with_forbidden(mask)?;
                }
                let solver = match method {
                    Method::Improve(solver) => solver,
                    Method::Clarans => return core::clarans(&instance, k, &fixed, neighbors, &options, monitor),
                    Method::FastClarans => {
                        return core::fastclarans(&instance, k, &fixed, neighbors, &options, monitor);
                    }
                };
                let start = start.make(&instance, k, &fixed, &options, monitor)?;
                if n_perturb > 0 && solver == core::Solver::FasterPam {
                    core::iterated(&instance, &start, n_perturb, &options, monitor)
                } else {
                    solver.improve(&instance, &start, &options, monitor)
                }
            })?;
            let refused = |error| match error {
                Error::Unreachable { object, count } if !own => InvalidInput::new_err(format!(
                    "costs: client {object} (one of {count}) is infinitely far from all {k} sites that were found"
                )),
                error => error.into_py_err(),
            };
            Ok(Clustering::new(py, found.map_err(refused)?))
        })
    }

    /// Where a search starts, without the array that said so.
    enum Begin {
        Named(core::Init),
        Given(Vec<usize>),
    }

    impl Begin {
        fn read(start: Start<'_>) -> PyResult<Self> {
            Ok(match start {
                Start::Named(name) => Self::Named(named("init", &name, &INITS)?),
                Start::Given(medoids) => Self::Given(indices("init", &medoids)?),
            })
        }

        fn make<T: Element>(
            self,
            instance: &Instance<'_, T>,
            k: usize,
            fixed: &[usize],
            options: &Options,
            monitor: &Monitor,
        ) -> Result<Vec<usize>, Error> {
            match self {
                Self::Given(medoids) => Ok(medoids),
                Self::Named(init) => core::initialise(instance, k, init, fixed, options, monitor),
            }
        }
    }

    /// Choose k medoids by searching in samples.
    ///
    /// `X` is an (n, d) array to be compared by `metric` (as in `pairwise`), or, without `metric`, an (n, n) array of dissimilarities as in `solve`. `method`
    /// is "clara" or "fasterclara" with `n_samples` samples of `size` objects, or "uniform", "debias" or "nniw", OneBatchPAM with one sample of `size` references.
    #[pyfunction]
    #[pyo3(signature = (X, k, method, metric = None, parameter = 2.0, n_samples = None, size = None, max_iter = 100,
                        order = "random", seed = 0, n_threads = 1, progress = None))]
    #[allow(non_snake_case, clippy::too_many_arguments)]
    fn sample<'py>(
        py: Python<'py>,
        X: ArrayArg<'py>,
        k: usize,
        method: &str,
        metric: Option<&str>,
        parameter: f64,
        n_samples: Option<usize>,
        size: Option<usize>,
        max_iter: usize,
        order: &str,
        seed: u64,
        n_threads: usize,
        progress: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Clustering> {
        let method = named("method", method, &SAMPLINGS)?;
        let metric = metric.map(|name| metric_of(name, parameter)).transpose()?;
        let order = named("order", order, &ORDERS)?;
        let options = Options {
            max_iter,
            order,
            seed,
            n_threads,
            ..Options::default()
        };
        let n = X.shape().first().copied().unwrap_or(0);
        for_floats!(X, "X", |values| {
            let found = call::run(py, u64::MAX, progress.as_ref(), |monitor| match metric {
                Some(metric) => {
                    let data = core::Data::new(values, n, metric)?;
                    method.run(&data, k, n_samples, size, &options, monitor)
                }
                None => {
                    let instance = Instance::square(values, n)?;
                    method.run(&instance, k, n_samples, size, &options, monitor)
                }
            })?;
            Ok(Clustering::new(py, found.map_err(IntoPyErr::into_py_err)?))
        })
    }

    /// FasterPAM on the rows of `X`, an (n, d) array, without their matrix of dissimilarities: they are computed when they are needed, again and again.
    /// `metric` and `parameter` as in `pairwise`, the rest as in `solve`, but that `init` may not be "build", "lab" or "park-jun". The swaps are those with the matrix.
    #[pyfunction]
    #[pyo3(signature = (X, k, init, metric, parameter = 2.0, max_iter = 100, order = "random", seed = 0, n_threads = 1,
                        progress = None, weights = None, forbidden = None, fixed = None))]
    #[allow(non_snake_case, clippy::too_many_arguments)]
    fn solve_data<'py>(
        py: Python<'py>,
        X: ArrayArg<'py>,
        k: usize,
        init: Start<'py>,
        metric: &str,
        parameter: f64,
        max_iter: usize,
        order: &str,
        seed: u64,
        n_threads: usize,
        progress: Option<Bound<'py, PyAny>>,
        weights: Option<ArrayArg<'py>>,
        forbidden: Option<ArrayArg<'py>>,
        fixed: Option<ArrayArg<'py>>,
    ) -> PyResult<Clustering> {
        let metric = metric_of(metric, parameter)?;
        let order = named("order", order, &ORDERS)?;
        let fixed = fixed.map_or(Ok(Vec::new()), |fixed| indices("fixed", &fixed))?;
        let options = Options {
            max_iter,
            order,
            seed,
            n_threads,
            n_fixed: fixed.len(),
            ..Options::default()
        };
        let start = Begin::read(init)?;
        let n = X.shape().first().copied().unwrap_or(0);
        let weights = weights.map(|weights| weights.vector::<f64>("weights")).transpose()?;
        let weights = weights.as_ref().map(|weights| weights.as_slice()).transpose()?;
        let mask = forbidden.map(|mask| mask.vector::<bool>("forbidden")).transpose()?;
        let mask = mask.as_ref().map(|mask| mask.as_slice()).transpose()?;
        let wishes = core::Wishes {
            weights,
            forbidden: mask,
        };
        for_floats!(X, "X", |values| {
            let found = call::run(py, u64::MAX, progress.as_ref(), |monitor| {
                let data = core::Data::new(values, n, metric)?;
                let start = match start {
                    Begin::Given(medoids) => medoids,
                    Begin::Named(init) => core::initialise_data(&data, wishes, k, init, &fixed, &options, monitor)?,
                };
                core::fasterpam_data(&data, wishes, &start, &options, monitor)
            })?;
            Ok(Clustering::new(py, found.map_err(IntoPyErr::into_py_err)?))
        })
    }

    /// Choose k medoids for their silhouette.
    ///
    /// `D`, `init`, `order` as in `solve`. `method` is "fastermsc", "fastmsc" or "pammedsil" (for the average medoid silhouette), "pamsil" (for the average
    /// silhouette), or "dynmsc", which goes from k medoids down to `k_min`.
    #[pyfunction]
    #[pyo3(signature = (D, k, method, init, k_min = 1, max_iter = 100, order = "random", seed = 0, n_threads = 1,
                        progress = None))]
    #[allow(non_snake_case, clippy::too_many_arguments)]
    fn solve_silhouette<'py>(
        py: Python<'py>,
        D: ArrayArg<'py>,
        k: usize,
        method: &str,
        init: Start<'py>,
        k_min: usize,
        max_iter: usize,
        order: &str,
        seed: u64,
        n_threads: usize,
        progress: Option<Bound<'py, PyAny>>,
    ) -> PyResult<SilhouetteClustering> {
        let method = named("method", method, &SILHOUETTES)?;
        let order = named("order", order, &ORDERS)?;
        let options = Options {
            max_iter,
            order,
            seed,
            n_threads,
            ..Options::default()
        };
        let start = Begin::read(init)?;
        let n = D.shape().first().copied().unwrap_or(0);
        for_numbers!(D, "D", |values| {
            let found = call::run(py, u64::MAX, progress.as_ref(), |monitor| {
                let instance = Instance::square(values, n)?;
                let start = start.make(&instance, k, &[], &options, monitor)?;
                let best = match method {
                    Silhouette::PamSil => core::pamsil(&instance, &start, &options, monitor)?,
                    Silhouette::PamMedSil => core::pammedsil(&instance, &start, &options, monitor)?,
                    Silhouette::FastMsc => core::fastmsc(&instance, &start, &options, monitor)?,
                    Silhouette::FasterMsc => core::fastermsc(&instance, &start, &options, monitor)?,
                    Silhouette::DynMsc => {
                        let curve = core::dynmsc(&instance, &start, k_min, &options, monitor)?;
                        return Ok((curve.best, curve.by_k));
                    }
                };
                let by_k = vec![(best.medoids.len(), best.silhouette, best.medoids.clone())];
                Ok::<_, Error>((best, by_k))
            })?;
            let (best, by_k) = found.map_err(IntoPyErr::into_py_err)?;
            let indices = |values: &[usize]| values.iter().map(|&index| index as i64).collect();
            let medoids: Vec<usize> = by_k
                .iter()
                .flat_map(|(_, _, medoids)| medoids.iter().copied())
                .collect();
            Ok(SilhouetteClustering {
                medoids: Kept::new(py, indices(&best.medoids)),
                labels: Kept::new(py, indices(&best.labels)),
                silhouette: best.silhouette,
                silhouettes: Kept::new(py, best.silhouettes),
                n_iter: best.n_iter,
                n_swap: best.n_swap,
                converged: best.converged,
                n_eval: best.n_eval,
                curve: Kept::new(py, by_k.iter().map(|&(_, silhouette, _)| silhouette).collect()),
                curve_medoids: Kept::new(py, indices(&medoids)),
            })
        })
    }

    /// The silhouette width of every object: an (n,) float64 array. `D` as in `solve`, `labels` an (n,) int64 array of clusters 0..k.
    #[pyfunction]
    #[allow(non_snake_case)]
    fn silhouette(py: Python<'_>, D: ArrayArg<'_>, labels: ArrayArg<'_>, k: usize) -> PyResult<Vector<f64>> {
        let labels = indices("labels", &labels)?;
        let n = D.shape().first().copied().unwrap_or(0);
        for_numbers!(D, "D", |values| {
            let found = call::run(py, u64::MAX, None, |monitor| {
                core::silhouette(&Instance::square(values, n)?, &labels, k, monitor)
            })?;
            found.map(Vector).map_err(IntoPyErr::into_py_err)
        })
    }

    /// The average medoid silhouette of `medoids`, a (k,) int64 array. `D` as in `solve`.
    #[pyfunction]
    #[allow(non_snake_case)]
    fn medoid_silhouette(py: Python<'_>, D: ArrayArg<'_>, medoids: ArrayArg<'_>) -> PyResult<f64> {
        let medoids = indices("medoids", &medoids)?;
        let n = D.shape().first().copied().unwrap_or(0);
        for_numbers!(D, "D", |values| {
            let found = call::run(py, u64::MAX, None, |_| {
                core::medoid_silhouette(&Instance::square(values, n)?, &medoids)
            })?;
            found.map_err(IntoPyErr::into_py_err)
        })
    }

    /// The weights of objects whose dissimilarities are like `values`.
    fn sums<'py, T: Element<Acc: Sum>>(_values: &[T], weights: &ArrayArg<'py>) -> PyResult<Borrow<'py, T::Acc, Ix1>> {
        weights.vector::<T::Acc>("weights")
    }

    fn indices(name: &str, medoids: &ArrayArg<'_>) -> PyResult<Vec<usize>> {
        let borrowed = medoids.vector::<i64>(name)?;
        let values = borrowed.as_slice()?;
        // A negative index becomes one that no matrix has, and is refused with the others that are out of range.
        Ok(values
            .iter()
            .map(|&index| usize::try_from(index).unwrap_or(usize::MAX))
            .collect())
    }
}
