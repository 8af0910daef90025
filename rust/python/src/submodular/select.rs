//! Solvers of the static problem.

use porism_submodular::select::{self as core, Bound as Effort, Budget, Method, Options, Sieve, SieveKind};
use porism_submodular::{self as submodular, Item};
use pyo3::prelude::*;

use super::data::{floats, items, numbers};
use super::objective::Objective;
use crate::call;
use crate::convert::{ArrayArg, Kept, Vector};
use crate::errors::{IntoPyErr, InvalidInput};

/// Which sets may be chosen, beside a bound on their number.
#[pyclass(frozen)]
pub(crate) struct Matroid(submodular::Matroid);

fn small(name: &str, array: &ArrayArg<'_>) -> PyResult<Vec<u32>> {
    let borrowed = array.vector::<i64>(name)?;
    let number = |&number: &i64| {
        u32::try_from(number).map_err(|_| InvalidInput::new_err(format!("{name} must hold numbers ≥ 0, got {number}")))
    };
    borrowed.as_slice()?.iter().map(number).collect()
}

#[pymethods]
impl Matroid {
    /// At most `capacities[g]` items of group g; `groups` holds the group of every item.
    #[staticmethod]
    fn partition(groups: ArrayArg<'_>, capacities: ArrayArg<'_>) -> PyResult<Self> {
        let made = submodular::Matroid::partition(small("groups", &groups)?, small("capacities", &capacities)?);
        made.map(Self).map_err(IntoPyErr::into_py_err)
    }

    /// Nested groups: `parents[g]` is the group around g, or g itself.
    #[staticmethod]
    fn laminar(groups: ArrayArg<'_>, parents: ArrayArg<'_>, capacities: ArrayArg<'_>) -> PyResult<Self> {
        let made = submodular::Matroid::laminar(
            small("groups", &groups)?,
            small("parents", &parents)?,
            small("capacities", &capacities)?,
        );
        made.map(Self).map_err(IntoPyErr::into_py_err)
    }

    /// Items are edges between the nodes 0 … n_nodes − 1, and chosen edges close no cycle.
    #[staticmethod]
    fn graphic(starts: ArrayArg<'_>, ends: ArrayArg<'_>, n_nodes: usize) -> PyResult<Self> {
        let (starts, ends) = (small("edges", &starts)?, small("edges", &ends)?);
        if starts.len() != ends.len() || n_nodes > u32::MAX as usize {
            return Err(InvalidInput::new_err("edges must have two ends each"));
        }
        let edges = starts.into_iter().zip(ends).map(|(a, b)| [a, b]).collect();
        submodular::Matroid::graphic(edges, n_nodes)
            .map(Self)
            .map_err(IntoPyErr::into_py_err)
    }

    /// Whether a set of distinct items may be chosen.
    fn is_independent(&self, items: ArrayArg<'_>) -> PyResult<bool> {
        Ok(self.0.is_independent(&self::items("items", &items, self.0.n_items())?))
    }

    /// Items it speaks of.
    #[getter]
    fn n_items(&self) -> usize {
        self.0.n_items()
    }
}

/// What a solver chose.
#[pyclass(frozen)]
pub(crate) struct Selection {
    /// (m,) int64: the chosen items in order of choice, without the initial ones.
    #[pyo3(get)]
    ranking: Kept<i64>,
    /// (m,) float64: the gain of each when it was chosen.
    #[pyo3(get)]
    gains: Kept<f64>,
    /// f of the initial and the chosen items.
    #[pyo3(get)]
    value: f64,
    /// No admissible choice is worth more.
    #[pyo3(get)]
    upper_bound: f64,
    /// Sets evaluated.
    #[pyo3(get)]
    queries: u64,
}

/// Choose at most `k` of the items `candidates` (all where there are none).
///
/// `bound` is "auto", "tight" or "free": how hard to look for an upper bound of the optimum. Raises InvalidInput, UnknownItem, DuplicateItem,
/// NotMonotone, or what the objective raises.
#[pyfunction]
#[pyo3(signature = (
    objective, k, method, initial, candidates = None, costs = None, budget = 0.0, matroid = None, epsilon = 0.1, seed = 0, n_threads = 1,
    bound = "auto", progress = None
))]
#[expect(clippy::too_many_arguments)]
pub(super) fn select(
    py: Python<'_>,
    objective: &Objective,
    k: usize,
    method: &str,
    initial: ArrayArg<'_>,
    candidates: Option<ArrayArg<'_>>,
    costs: Option<ArrayArg<'_>>,
    budget: f64,
    matroid: Option<PyRef<'_, Matroid>>,
    epsilon: f64,
    seed: u64,
    n_threads: usize,
    bound: &str,
    progress: Option<Bound<'_, PyAny>>,
) -> PyResult<Selection> {
    let unknown = |what: &str, name: &str| InvalidInput::new_err(format!("{what} is unknown: '{name}'"));
    let method = Method::from_name(method).ok_or_else(|| unknown("method", method))?;
    let bound = match bound {
        "auto" => Effort::Auto,
        "tight" => Effort::Tight,
        "free" => Effort::Free,
        _ => return Err(unknown("bound", bound)),
    };
    let n_items = objective.n_items_usize();
    let options = Options {
        initial: items("initial", &initial, n_items)?,
        candidates: candidates
            .map(|candidates| items("candidates", &candidates, n_items))
            .transpose()?,
        budget: match costs {
            Some(costs) => Some(Budget {
                costs: floats("costs", &costs)?,
                limit: budget,
            }),
            None => None,
        },
        matroid: matroid.map(|matroid| matroid.0.clone()),
        epsilon,
        seed,
        n_threads,
        bound,
    };
    let steps = objective.steps(n_items).saturating_mul(2);
    let found = call::run(py, steps, progress.as_ref(), |monitor| {
        core::select(&objective.inner, k, method, &options, monitor)
    })?
    .map_err(IntoPyErr::into_py_err)?;
    Ok(Selection {
        ranking: Kept::new(py, numbers(&found.ranking)),
        gains: Kept::new(py, found.gains),
        value: found.value,
        upper_bound: found.upper_bound,
        queries: found.queries,
    })
}

/// One of the sets of a sieve: the exponent of its threshold, and its items.
type Kernel = (i32, Vec<i64>);

/// Let `arrivals` through a sieve that holds the sets `sets` already and has seen singletons up to `largest`: how a stream goes on over an objective whose
/// ground set has changed.
///
/// Returns the sets after it, the largest singleton, the best set, its gains, its value, and the queries.
#[pyfunction]
#[pyo3(signature = (objective, k, epsilon, plus, initial, sets, largest, arrivals))]
#[expect(clippy::too_many_arguments, clippy::type_complexity)]
pub(super) fn sieve(
    py: Python<'_>,
    objective: &Objective,
    k: usize,
    epsilon: f64,
    plus: bool,
    initial: ArrayArg<'_>,
    sets: Vec<Kernel>,
    largest: f64,
    arrivals: ArrayArg<'_>,
) -> PyResult<(Vec<Kernel>, f64, Vector<i64>, Vector<f64>, f64, u64)> {
    let n_items = objective.n_items_usize();
    let kind = if plus { SieveKind::PlusPlus } else { SieveKind::Sieve };
    let initial = items("initial", &initial, n_items)?;
    let arrivals = items("arrivals", &arrivals, n_items)?;
    let mut held: Vec<(i32, Vec<Item>)> = Vec::with_capacity(sets.len());
    for (exponent, set) in sets {
        let set: PyResult<Vec<Item>> = set
            .into_iter()
            .map(|number| super::data::item("sets", number, n_items))
            .collect();
        held.push((exponent, set?));
    }
    let steps = objective.steps(10 * arrivals.len());
    let sieve = call::run(py, steps, None, |monitor| {
        let mut sieve = Sieve::resumed(objective.inner.clone(), k, epsilon, kind, &initial, &held, largest)?;
        for &item in &arrivals {
            sieve.push(item, monitor)?;
        }
        Ok::<_, submodular::Error>(sieve)
    })?
    .map_err(IntoPyErr::into_py_err)?;
    let (ranking, gains, value) = sieve.solution();
    let sets = sieve.sets().map(|(exponent, set)| (exponent, numbers(set))).collect();
    Ok((
        sets,
        sieve.largest(),
        Vector(numbers(&ranking)),
        Vector(gains),
        value,
        sieve.queries(),
    ))
}
