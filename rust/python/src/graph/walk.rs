//! Random walks and what they are for: steps of mass, fingerprints, forward push, bounds.

use std::sync::Arc;

use numpy::Ix1;
use porism_graph::flow::{self, Index, Values};
use porism_graph::push;
use porism_graph::walk::{self, Count, Walks};
use porism_runtime::Pool;
use pyo3::prelude::*;

use super::csr::Csr;
use crate::call;
use crate::convert::{ArrayArg, Borrow, Vector};
use crate::errors::IntoPyErr;

/// A graph prepared for random walks, which follow out-edges in proportion to their weights: with alias tables, unless all weights of each row are equal.
///
/// Raises `InvalidInput` if the matrix is not square or holds a weight that is not above zero and finite.
#[pyclass(frozen, module = "porism.kernels.graph")]
pub(crate) struct Walker(Arc<walk::Walker>);

#[pymethods]
impl Walker {
    #[new]
    fn new(py: Python<'_>, graph: &Csr) -> PyResult<Self> {
        let shared = graph.shared();
        let made = py.detach(|| walk::Walker::new(shared));
        Ok(Self(Arc::new(made.map_err(IntoPyErr::into_py_err)?)))
    }

    /// Whether steps are drawn from alias tables.
    #[getter]
    fn is_weighted(&self) -> bool {
        self.0.is_weighted()
    }
}

/// The numbers of an index.
enum Numbers<'py> {
    Counts(Borrow<'py, u32, Ix1>),
    Weights(Borrow<'py, f64, Ix1>),
}

fn pool(n_threads: usize) -> PyResult<Pool> {
    Pool::new(n_threads).map_err(IntoPyErr::into_py_err)
}

type Rows = (Vector<i64>, Vector<u32>, Vector<u32>, Vector<u64>);

/// Walk from each of `starts` (uint32), `n_walks` times (uint64, one number for all or one for each), stopping with probability `alpha` at every visit.
///
/// Returns `(indptr, indices, counts, dropped)`, int64, uint32, uint32 and uint64: for every start a row of the visits to each vertex, the start included, or with
/// `ends` of the stops there (a walk that can go nowhere stops nowhere). With `top` only that many largest counts are kept of every row, and
/// `dropped` is the sum of the others. Every walk depends on `seed`, its start and its number alone.
///
/// Raises `InvalidInput` for numbers out of range, `ResultOverflow` if a count exceeds uint32.
#[pyfunction]
#[pyo3(signature = (walker, starts, n_walks, alpha, seed, ends = false, top = None, n_threads = 1, progress = None))]
#[allow(clippy::too_many_arguments)]
pub(crate) fn walks(
    py: Python<'_>,
    walker: &Walker,
    starts: ArrayArg<'_>,
    n_walks: ArrayArg<'_>,
    alpha: f64,
    seed: u64,
    ends: bool,
    top: Option<usize>,
    n_threads: usize,
    progress: Option<Bound<'_, PyAny>>,
) -> PyResult<Rows> {
    let (borrowed, numbers) = (starts.vector::<u32>("starts")?, n_walks.vector::<u64>("n_walks")?);
    let (starts, n_walks) = (borrowed.as_slice()?, numbers.as_slice()?);
    let pool = pool(n_threads)?;
    let total = n_walks.iter().fold(0, |sum: u64, &many| sum.saturating_add(many));
    let rows = if n_walks.len() == 1 { starts.len() as u64 } else { 1 };
    let steps = (total.saturating_mul(rows) as f64 / alpha) as u64;
    let shared = Arc::clone(&walker.0);
    let found = call::run(py, steps, progress.as_ref(), |monitor| {
        let plan = Walks {
            starts,
            n_walks,
            alpha,
            seed,
            count: if ends { Count::Ends } else { Count::Visits },
            top: top.unwrap_or(usize::MAX),
        };
        walk::walks(&shared, plan, &pool, monitor)
    })?
    .map_err(IntoPyErr::into_py_err)?;
    Ok((
        Vector(found.indptr),
        Vector(found.indices),
        Vector(found.counts),
        Vector(found.dropped),
    ))
}

/// Follow the walks of each row of `sources` for `n_steps`, a share `alpha` stopping before each step; what arrives at a vertex in a step and is less than
/// `threshold` is dropped.
///
/// Returns `(stopped, flow, dropped)`: the mass that has stopped and that still walks, a row for each query, and how much was dropped, float64.
#[pyfunction]
#[pyo3(signature = (transitions, sources, alpha, n_steps, threshold, n_threads = 1, progress = None))]
#[allow(clippy::too_many_arguments)]
pub(crate) fn follow(
    py: Python<'_>,
    transitions: &Csr,
    sources: &Csr,
    alpha: f64,
    n_steps: usize,
    threshold: f64,
    n_threads: usize,
    progress: Option<Bound<'_, PyAny>>,
) -> PyResult<(Csr, Csr, Vector<f64>)> {
    let (graph, rows, pool) = (transitions.shared(), sources.shared(), pool(n_threads)?);
    let steps = work(graph.n_entries().saturating_mul(n_steps), rows.n_rows());
    let found = call::run(py, steps, progress.as_ref(), |monitor| {
        flow::follow(&graph, &rows, alpha, n_steps, threshold, &pool, monitor)
    })?
    .map_err(IntoPyErr::into_py_err)?;
    Ok((Csr::of(found.stopped), Csr::of(found.flow), Vector(found.dropped)))
}

/// Elementary operations at most of something done to a number of queries.
fn work(each: usize, queries: usize) -> u64 {
    each.saturating_mul(queries) as u64
}

/// `base + scale * flow @ index`, where the index is a sparse matrix by rows: `indptr` int64, `indices` uint32, `values` uint32 or float64.
///
/// The index is read in place, and every number in it is checked when it is read: `InvalidInput` where it contradicts itself.
#[pyfunction]
#[pyo3(signature = (base, flow, indptr, indices, values, scale, n_threads = 1, progress = None))]
#[allow(clippy::too_many_arguments)]
pub(crate) fn combine(
    py: Python<'_>,
    base: &Csr,
    flow: &Csr,
    indptr: ArrayArg<'_>,
    indices: ArrayArg<'_>,
    values: ArrayArg<'_>,
    scale: f64,
    n_threads: usize,
    progress: Option<Bound<'_, PyAny>>,
) -> PyResult<Csr> {
    let (starts, columns) = (indptr.vector::<i64>("indptr")?, indices.vector::<u32>("indices")?);
    let numbers = if values.holds::<u32>() {
        Numbers::Counts(values.vector("values")?)
    } else {
        Numbers::Weights(values.vector("values")?)
    };
    let index = Index {
        indptr: starts.as_slice()?,
        indices: columns.as_slice()?,
        values: match &numbers {
            Numbers::Counts(counts) => Values::Counts(counts.as_slice()?),
            Numbers::Weights(weights) => Values::Weights(weights.as_slice()?),
        },
    };
    let (bases, flows, pool) = (base.shared(), flow.shared(), pool(n_threads)?);
    let rows = index.indptr.len().max(2) - 1;
    let steps = work(flows.n_entries(), index.indices.len() / rows + 1);
    let made = call::run(py, steps, progress.as_ref(), |monitor| {
        flow::combine(&bases, &flows, index, scale, &pool, monitor)
    })?
    .map_err(IntoPyErr::into_py_err)?;
    Ok(Csr::of(made))
}

/// The L1 distance at most, float64, of each row of `answers` from the mass of the walks from that row of `sources` where they stop.
///
/// That many `terms` of the residual's own walk are computed, one product with `transitions` each, and the rest is bounded by its mass.
#[pyfunction]
#[pyo3(signature = (transitions, sources, answers, alpha, terms = 1, n_threads = 1, progress = None))]
#[allow(clippy::too_many_arguments)]
pub(crate) fn distance_bounds(
    py: Python<'_>,
    transitions: &Csr,
    sources: &Csr,
    answers: &Csr,
    alpha: f64,
    terms: usize,
    n_threads: usize,
    progress: Option<Bound<'_, PyAny>>,
) -> PyResult<Vector<f64>> {
    let (graph, rows, found) = (transitions.shared(), sources.shared(), answers.shared());
    let pool = pool(n_threads)?;
    let steps = work(graph.n_entries().saturating_mul(terms + 1), rows.n_rows());
    let bounds = call::run(py, steps, progress.as_ref(), |monitor| {
        flow::distance_bounds(&graph, &rows, &found, alpha, terms, &pool, monitor)
    })?
    .map_err(IntoPyErr::into_py_err)?;
    Ok(Vector(bounds))
}

/// Push mass from each row of `sources` until no vertex has more than `epsilon` for each of its out-edges.
///
/// Returns `(kept, residue, rounds, pushes)`: mass that has stopped and mass that was left lying, a row for each query; how often its queue was gone through
/// and how many vertices were pushed, uint64.
#[pyfunction]
#[pyo3(signature = (transitions, sources, alpha, epsilon, n_threads = 1, progress = None))]
pub(crate) fn forward_push(
    py: Python<'_>,
    transitions: &Csr,
    sources: &Csr,
    alpha: f64,
    epsilon: f64,
    n_threads: usize,
    progress: Option<Bound<'_, PyAny>>,
) -> PyResult<(Csr, Csr, Vector<u64>, Vector<u64>)> {
    let (graph, rows, pool) = (transitions.shared(), sources.shared(), pool(n_threads)?);
    let each = (1.0 / (alpha * epsilon)).min(graph.n_entries() as f64 * 1e3) as usize;
    let steps = work(each, rows.n_rows());
    let found = call::run(py, steps, progress.as_ref(), |monitor| {
        push::forward_push(&graph, &rows, alpha, epsilon, &pool, monitor)
    })?
    .map_err(IntoPyErr::into_py_err)?;
    Ok((
        Csr::of(found.kept),
        Csr::of(found.residue),
        Vector(found.rounds),
        Vector(found.pushes),
    ))
}
