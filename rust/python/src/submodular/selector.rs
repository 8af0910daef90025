//! Selectors over streams, as objects that live in Python.

use std::sync::{Mutex, MutexGuard, TryLockError};

use porism_runtime::Monitor;
use porism_submodular::baselines::{self, DynamicLmntz, RebuildGreedyOnHit, RecomputeLazyGreedy, SwapOnInsert};
use porism_submodular::dynamic::{Dynamic, DynamicOptions};
use porism_submodular::{AnyObjective, AnySelector, Error, Item};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use super::data::{item, items, numbers};
use super::objective::Objective;
use crate::call;
use crate::convert::{ArrayArg, Vector};
use crate::errors::{ComputationError, IntoPyErr, InvalidInput};

/// The dynamic algorithm, of which tests see more, or another selector.
enum Kind {
    Dynamic(Box<Dynamic<AnyObjective>>),
    Other(AnySelector),
}

impl Kind {
    fn get(&mut self) -> &mut dyn porism_submodular::Selector {
        match self {
            Self::Dynamic(selector) => &mut **selector,
            Self::Other(selector) => selector,
        }
    }

    fn peek(&self) -> &dyn porism_submodular::Selector {
        match self {
            Self::Dynamic(selector) => &**selector,
            Self::Other(selector) => selector,
        }
    }
}

/// Live items, at most k of them chosen, kept good as items come and go.
#[pyclass(frozen)]
pub(crate) struct Selector {
    objective: Py<Objective>,
    kind: Mutex<Kind>,
    n_items: usize,
    gain_steps: u64,
    /// Whether an update does nothing but note the item.
    idle: bool,
}

impl Selector {
    fn new(py: Python<'_>, objective: Py<Objective>, kind: Kind) -> Self {
        let inner = objective.bind(py).get();
        Self {
            n_items: inner.n_items_usize(),
            gain_steps: inner.steps(1),
            idle: kind.peek().name() == "recompute-lazy-greedy",
            kind: Mutex::new(kind),
            objective,
        }
    }

    /// The selector, unless a call on it is under way: on another thread, or around the objective's own function that made this call.
    fn lock(&self) -> PyResult<MutexGuard<'_, Kind>> {
        match self.kind.try_lock() {
            Ok(guard) => Ok(guard),
            Err(TryLockError::WouldBlock) => Err(ComputationError::new_err(
                "the selector is at work: it takes one call at a time",
            )),
            Err(TryLockError::Poisoned(_)) => Err(ComputationError::new_err(
                "the selector is unusable after an internal error",
            )),
        }
    }

    /// How many steps a call may take that asks all live items `rounds` times.
    fn steps(&self, kind: &Kind, rounds: u64) -> u64 {
        let live = kind.peek().live().len() as u64;
        (live + 1).saturating_mul(self.gain_steps).saturating_mul(rounds)
    }

    fn work<T: Send>(
        &self,
        py: Python<'_>,
        rounds: u64,
        work: impl FnOnce(&mut dyn porism_submodular::Selector, &Monitor) -> Result<T, Error> + Send,
    ) -> PyResult<T> {
        let mut guard = self.lock()?;
        let steps = self.steps(&guard, rounds);
        let kind = &mut *guard;
        call::run(py, steps, None, |monitor| work(kind.get(), monitor))?.map_err(IntoPyErr::into_py_err)
    }
}

#[pymethods]
impl Selector {
    /// A selector without live items.
    ///
    /// `method` is "dynamic-submodular", "recompute-lazy-greedy", "rebuild-greedy-on-hit", "swap-on-insert" or "dynamic-lmntz"; epsilon, seed and what follows
    /// are for those that have them. `trials = 0` and `max_failure = 0.0` leave them to epsilon. Raises InvalidInput or NotMonotone.
    #[new]
    #[pyo3(signature = (objective, k, method, epsilon = 0.2, seed = 0, refill = true, trials = 0, max_failure = 0.0, n_threads = 1))]
    #[expect(clippy::too_many_arguments)]
    fn py_new(
        py: Python<'_>,
        objective: Py<Objective>,
        k: usize,
        method: &str,
        epsilon: f64,
        seed: u64,
        refill: bool,
        trials: usize,
        max_failure: f64,
        n_threads: usize,
    ) -> PyResult<Self> {
        let inner = objective.bind(py).get().inner.clone();
        let options = DynamicOptions {
            epsilon,
            seed,
            refill,
            trials: (trials > 0).then_some(trials),
            max_failure: (max_failure > 0.0).then_some(max_failure),
            n_threads,
        };
        let made = (|| -> Result<Option<Kind>, Error> {
            Ok(Some(match method {
                "dynamic-submodular" => Kind::Dynamic(Box::new(Dynamic::new(inner, k, options)?)),
                "recompute-lazy-greedy" => Kind::Other(Box::new(RecomputeLazyGreedy::new(inner, k)?)),
                "rebuild-greedy-on-hit" => Kind::Other(Box::new(RebuildGreedyOnHit::new(inner, k)?)),
                "swap-on-insert" => Kind::Other(Box::new(SwapOnInsert::new(inner, k)?)),
                "dynamic-lmntz" => Kind::Other(Box::new(DynamicLmntz::new(inner, k, epsilon, seed)?)),
                _ => return Ok(None),
            }))
        })();
        match made.map_err(IntoPyErr::into_py_err)? {
            Some(kind) => Ok(Self::new(py, objective, kind)),
            None => Err(InvalidInput::new_err(format!("method is unknown: '{method}'"))),
        }
    }

    /// The selector that a snapshot was taken of, over the same objective. Raises InvalidSnapshot, or what the objective raises.
    #[staticmethod]
    fn restore(py: Python<'_>, objective: Py<Objective>, snapshot: &[u8]) -> PyResult<Self> {
        let outer = objective.bind(py).get();
        let (inner, steps) = (outer.inner.clone(), if outer.calls_python { 0 } else { u64::MAX });
        let bytes = snapshot.to_vec();
        let kind = call::run(py, steps, None, |_| -> Result<Kind, Error> {
            match Dynamic::restore(inner.clone(), &bytes) {
                Ok(selector) => Ok(Kind::Dynamic(Box::new(selector))),
                // Perhaps it is one of the others; if not, that says so.
                Err(Error::InvalidSnapshot { .. }) => Ok(Kind::Other(baselines::restore(&inner, &bytes)?)),
                Err(error) => Err(error),
            }
        })?
        .map_err(IntoPyErr::into_py_err)?;
        Ok(Self::new(py, objective, kind))
    }

    /// The objective.
    #[getter]
    fn objective(&self, py: Python<'_>) -> Py<Objective> {
        self.objective.clone_ref(py)
    }

    /// The algorithm's name.
    #[getter]
    fn method(&self) -> PyResult<&'static str> {
        Ok(self.lock()?.peek().name())
    }

    /// How many items may be chosen.
    #[getter]
    fn k(&self) -> PyResult<usize> {
        Ok(self.lock()?.peek().k())
    }

    /// Insert an item. Raises UnknownItem, DuplicateItem, or what the objective raises.
    fn insert(&self, py: Python<'_>, item: i64) -> PyResult<()> {
        let item = self::item("item", item, self.n_items)?;
        let rounds = if self.idle { 0 } else { 1 };
        self.work(py, rounds, |selector, monitor| selector.insert(item, monitor))
    }

    /// Delete a live item. Raises UnknownItem, or what the objective raises.
    fn delete(&self, py: Python<'_>, item: i64) -> PyResult<()> {
        let item = self::item("item", item, self.n_items)?;
        let rounds = if self.idle { 0 } else { 1 };
        self.work(py, rounds, |selector, monitor| selector.delete(item, monitor))
    }

    /// Many updates, in order: `ops` (int8) holds +1 for an insertion and −1 for a deletion of the item at the same place of `items`.
    ///
    /// Raises what a single update raises, with its position; those before it are done then.
    #[pyo3(signature = (ops, items, progress = None))]
    fn apply(
        &self,
        py: Python<'_>,
        ops: ArrayArg<'_>,
        items: ArrayArg<'_>,
        progress: Option<Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        let ops = ops.vector::<i8>("ops")?.as_slice()?.to_vec();
        let items = self::items("items", &items, self.n_items)?;
        let mut guard = self.lock()?;
        let asked = if self.idle {
            0
        } else {
            1000 * ops.len() as u64 + guard.peek().live().len() as u64
        };
        let steps = self.gain_steps.saturating_mul(asked);
        let kind = &mut *guard;
        call::run(py, steps, progress.as_ref(), |monitor| {
            kind.get().apply(&ops, &items, monitor)
        })?
        .map_err(IntoPyErr::into_py_err)
    }

    /// The chosen items in order of choice, int64, and their value.
    fn solution(&self, py: Python<'_>) -> PyResult<(Vector<i64>, f64)> {
        let (items, value) = self.work(py, 2, |selector, monitor| {
            selector.solution(monitor).map(|(items, value)| (items.to_vec(), value))
        })?;
        Ok((Vector(numbers(&items)), value))
    }

    /// No k live items are worth more.
    fn upper_bound(&self, py: Python<'_>) -> PyResult<f64> {
        self.work(py, 2, |selector, monitor| selector.upper_bound(monitor))
    }

    /// Build everything anew, with fresh randomness.
    fn rebuild_all(&self, py: Python<'_>) -> PyResult<()> {
        self.work(py, 10, |selector, monitor| selector.rebuild_all(monitor))
    }

    /// The live items, in an order that the updates determine.
    fn live(&self) -> PyResult<Vector<i64>> {
        Ok(Vector(numbers(self.lock()?.peek().live())))
    }

    /// Whether an item is live.
    fn contains(&self, item: i64) -> PyResult<bool> {
        let guard = self.lock()?;
        Ok(Item::try_from(item).is_ok_and(|item| guard.peek().contains(item)))
    }

    /// How many items are live.
    fn n_live(&self) -> PyResult<usize> {
        Ok(self.lock()?.peek().live().len())
    }

    /// Queries, marginal gains, updates, rebuilds, levels, guesses, bytes.
    fn stats(&self) -> PyResult<(u64, u64, u64, u64, usize, usize, usize)> {
        let stats = self.lock()?.peek().stats();
        Ok((
            stats.queries,
            stats.marginals,
            stats.updates,
            stats.rebuilds,
            stats.levels,
            stats.active_guesses,
            stats.memory_bytes,
        ))
    }

    /// Everything but the objective.
    fn snapshot<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let guard = self.lock()?;
        let kind = &*guard;
        // A function that Python computes may be asked: the GIL is at hand for it on this thread.
        let bytes = py.detach(|| kind.peek().snapshot());
        Ok(PyBytes::new(py, &bytes))
    }

    /// What does not hold of the dynamic algorithm's structure, or None. For tests; asks the objective without counting.
    fn broken(&self, py: Python<'_>) -> PyResult<Option<String>> {
        let guard = self.lock()?;
        Ok(py.detach(|| match &*guard {
            Kind::Dynamic(selector) => selector.check().err(),
            Kind::Other(_) => None,
        }))
    }

    /// The dynamic algorithm's levels, lowest guess first: exponent of the guess, place of the level, the bucket when it was frozen, the sample.
    #[expect(clippy::type_complexity)]
    fn levels(&self) -> PyResult<Vec<(i32, usize, Vec<i64>, Vec<i64>)>> {
        let guard = self.lock()?;
        Ok(match &*guard {
            Kind::Dynamic(selector) => selector
                .levels()
                .map(|(j, i, bucket, sample)| (j, i, numbers(bucket), numbers(sample)))
                .collect(),
            Kind::Other(_) => Vec::new(),
        })
    }

    fn __len__(&self) -> PyResult<usize> {
        self.n_live()
    }
}
