//! Partitions of graphs of lengths, and what is made of them.

use std::sync::Arc;

use porism_graph::partition::{self as core, NONE};
use porism_graph::{Csr as CoreCsr, Error};
use porism_runtime::Pool;
use pyo3::prelude::*;

use super::csr::Csr;
use crate::call;
use crate::convert::{ArrayArg, Matrix, Vector};
use crate::errors::IntoPyErr;

/// Vertices or labels as Python has them: -1 for none.
fn signed(values: &[u32]) -> Vector<i64> {
    Vector(
        values
            .iter()
            .map(|&value| if value == NONE { -1 } else { i64::from(value) })
            .collect(),
    )
}

/// Positions as Python has them.
fn positions(values: &[usize]) -> Vector<i64> {
    Vector(values.iter().map(|&value| value as i64).collect())
}

/// Vertices or labels from Python: what is no such number is none.
fn unsigned(name: &str, values: &ArrayArg<'_>) -> PyResult<Vec<u32>> {
    let borrowed = values.vector::<i64>(name)?;
    let values = borrowed.as_slice()?;
    Ok(values
        .iter()
        .map(|&value| u32::try_from(value).unwrap_or(NONE))
        .collect())
}

fn steps(graph: &CoreCsr) -> u64 {
    (graph.n_rows() as u64 + graph.n_entries() as u64).saturating_mul(200)
}

type Parts = (Vector<i64>, Vector<i64>, Vector<f64>);

fn parts(made: core::Clusters) -> Parts {
    (signed(&made.labels), signed(&made.centers), Vector(made.radii))
}

type Decomposed = (
    Parts,
    Vector<i64>,
    Vector<i64>,
    Vector<f64>,
    [Vector<i64>; 3],
    [Vector<i64>; 2],
);

/// Clusters of radius `2 delta` at most, cut from the supernodes of a buffered cop decomposition with buffers of `delta / r`.
///
/// Returns labels, centres and radii of the clusters; the supernode of each vertex, the parent of each supernode (-1 for the first of a component) and its
/// radius about its skeleton; the skeletons (where each begins, vertices from the root on, their parents); and the bags (where each begins, and the
/// earlier supernodes that were adjacent to the domain).
#[pyfunction]
#[pyo3(signature = (graph, delta, r, progress = None))]
pub(crate) fn buffered_partition(
    py: Python<'_>,
    graph: &Csr,
    delta: f64,
    r: u32,
    progress: Option<Bound<'_, PyAny>>,
) -> PyResult<Decomposed> {
    let graph = graph.shared();
    let made = call::run(py, steps(&graph), progress.as_ref(), |monitor| -> Result<_, Error> {
        core::check_lengths(&graph)?;
        let cop = core::buffered_cop(&graph, delta, r, None, monitor)?;
        let (made, radii) = core::clusters(&graph, &cop, core::Cut::Within(delta), monitor)?;
        Ok((cop, made, radii))
    })?;
    let (cop, made, radii) = made.map_err(IntoPyErr::into_py_err)?;
    let trees = &cop.skeletons;
    Ok((
        parts(made),
        signed(&cop.supernode),
        signed(&cop.parents),
        Vector(radii),
        [
            positions(&trees.indptr),
            signed(&trees.vertices),
            signed(&trees.parents),
        ],
        [positions(&cop.bag_indptr), signed(&cop.bags)],
    ))
}

/// In the given order, each vertex that is not yet claimed claims everything within `delta` in what is not yet claimed: labels, centres, radii.
#[pyfunction]
pub(crate) fn ball_carving(py: Python<'_>, graph: &Csr, delta: f64, order: ArrayArg<'_>) -> PyResult<Parts> {
    let (graph, order) = (graph.shared(), unsigned("order", &order)?);
    let made = call::run(py, steps(&graph), None, |monitor| {
        core::check_lengths(&graph)?;
        core::ball_carving(&graph, delta, &order, monitor)
    })?;
    made.map(parts).map_err(IntoPyErr::into_py_err)
}

/// Vertices of `order`, each farther than `delta` from all before it that were taken.
#[pyfunction]
pub(crate) fn greedy_net(py: Python<'_>, graph: &Csr, delta: f64, order: ArrayArg<'_>) -> PyResult<Vector<i64>> {
    let (graph, order) = (graph.shared(), unsigned("order", &order)?);
    let made = call::run(py, steps(&graph), None, |monitor| {
        core::check_lengths(&graph)?;
        core::greedy_net(&graph, delta, &order, monitor)
    })?;
    made.map(|net| signed(&net)).map_err(IntoPyErr::into_py_err)
}

/// Each vertex with the source of the least offset plus distance: labels (-1 where no source reaches), centres (sources that kept themselves), radii.
#[pyfunction]
pub(crate) fn nearest_source(
    py: Python<'_>,
    graph: &Csr,
    sources: ArrayArg<'_>,
    offsets: ArrayArg<'_>,
) -> PyResult<Parts> {
    let (graph, sources) = (graph.shared(), unsigned("sources", &sources)?);
    let offsets = offsets.vector::<f64>("offsets")?.as_slice()?.to_vec();
    let made = call::run(py, steps(&graph), None, |monitor| {
        core::check_lengths(&graph)?;
        core::nearest(&graph, &sources, &offsets, monitor)
    })?;
    made.map(parts).map_err(IntoPyErr::into_py_err)
}

/// The largest distance from its centre inside each part.
#[pyfunction]
pub(crate) fn strong_radii(
    py: Python<'_>,
    graph: &Csr,
    labels: ArrayArg<'_>,
    centers: ArrayArg<'_>,
) -> PyResult<Vector<f64>> {
    let graph = graph.shared();
    let (labels, centers) = (unsigned("labels", &labels)?, unsigned("centers", &centers)?);
    let made = call::run(py, steps(&graph), None, |monitor| {
        core::check_lengths(&graph)?;
        core::strong_radii(&graph, &labels, &centers, monitor)
    })?;
    made.map(Vector).map_err(IntoPyErr::into_py_err)
}

/// Distances of pairs, and the steps between their clusters among those that a shortest path meets (-1 where there is no path).
#[pyfunction]
pub(crate) fn shortcut_hops(
    py: Python<'_>,
    graph: &Csr,
    labels: ArrayArg<'_>,
    u: ArrayArg<'_>,
    v: ArrayArg<'_>,
) -> PyResult<(Vector<f64>, Vector<i64>)> {
    let graph = graph.shared();
    let (labels, u, v) = (unsigned("labels", &labels)?, unsigned("u", &u)?, unsigned("v", &v)?);
    let made = call::run(py, u64::MAX, None, |monitor| {
        core::check_lengths(&graph)?;
        core::shortcut_hops(&graph, &labels, &u, &v, monitor)
    })?;
    made.map(|(lengths, hops)| (Vector(lengths), signed(&hops)))
        .map_err(IntoPyErr::into_py_err)
}

/// The class of each vertex, an index of a terminal, driven by shortcut partitions of growing scale.
#[pyfunction]
#[pyo3(signature = (graph, terminals, r, tau, scale, progress = None))]
pub(crate) fn shortcut_classes(
    py: Python<'_>,
    graph: &Csr,
    terminals: ArrayArg<'_>,
    r: u32,
    tau: f64,
    scale: f64,
    progress: Option<Bound<'_, PyAny>>,
) -> PyResult<Vector<i64>> {
    let (graph, terminals) = (graph.shared(), unsigned("terminals", &terminals)?);
    let made = call::run(py, steps(&graph), progress.as_ref(), |monitor| {
        core::check_lengths(&graph)?;
        core::shortcut_classes(&graph, &terminals, r, tau, scale, monitor)
    })?;
    made.map(|classes| signed(&classes)).map_err(IntoPyErr::into_py_err)
}

/// The class of each vertex by the noisy Voronoi algorithm: terminal i claims vertices within `factors[i]` times the distance to their nearest one.
#[pyfunction]
pub(crate) fn noisy_classes(
    py: Python<'_>,
    graph: &Csr,
    terminals: ArrayArg<'_>,
    factors: ArrayArg<'_>,
) -> PyResult<Vector<i64>> {
    let (graph, terminals) = (graph.shared(), unsigned("terminals", &terminals)?);
    let factors = factors.vector::<f64>("factors")?.as_slice()?.to_vec();
    let made = call::run(py, steps(&graph), None, |monitor| {
        core::check_lengths(&graph)?;
        core::noisy_classes(&graph, &terminals, &factors, monitor)
    })?;
    made.map(|classes| signed(&classes)).map_err(IntoPyErr::into_py_err)
}

/// The edges between classes, as two arrays of terminals' indices, and the distances of their terminals.
#[pyfunction]
pub(crate) fn contract(
    py: Python<'_>,
    graph: &Csr,
    classes: ArrayArg<'_>,
    terminals: ArrayArg<'_>,
    n_threads: usize,
) -> PyResult<Parts> {
    let graph = graph.shared();
    let (classes, terminals) = (unsigned("classes", &classes)?, unsigned("terminals", &terminals)?);
    let made = call::run(py, u64::MAX, None, |monitor| {
        core::check_lengths(&graph)?;
        core::contract(&graph, &classes, &terminals, &Pool::new(n_threads)?, monitor)
    })?;
    let minor = made.map_err(IntoPyErr::into_py_err)?;
    let (first, second): (Vec<u32>, Vec<u32>) = minor.edges.into_iter().unzip();
    Ok((signed(&first), signed(&second), Vector(minor.lengths)))
}

/// Exact distances of pairs, infinite across components.
#[pyfunction]
pub(crate) fn pair_distances(
    py: Python<'_>,
    graph: &Csr,
    u: ArrayArg<'_>,
    v: ArrayArg<'_>,
    n_threads: usize,
) -> PyResult<Vector<f64>> {
    let graph = graph.shared();
    let (u, v) = (unsigned("u", &u)?, unsigned("v", &v)?);
    let made = call::run(py, steps(&graph).saturating_mul(u.len() as u64), None, |monitor| {
        core::check_lengths(&graph)?;
        core::pair_distances(&graph, &u, &v, &Pool::new(n_threads)?, monitor)
    })?;
    made.map(Vector).map_err(IntoPyErr::into_py_err)
}

/// Exact distances from each of `sources` to all vertices, a row each.
#[pyfunction]
pub(crate) fn distance_rows(
    py: Python<'_>,
    graph: &Csr,
    sources: ArrayArg<'_>,
    n_threads: usize,
) -> PyResult<Matrix<f64>> {
    let (graph, sources) = (graph.shared(), unsigned("sources", &sources)?);
    let n_steps = steps(&graph).saturating_mul(sources.len() as u64);
    let made = call::run(py, n_steps, None, |monitor| {
        core::check_lengths(&graph)?;
        core::rows(&graph, &sources, &Pool::new(n_threads)?, monitor)
    })?;
    let values = made.map_err(IntoPyErr::into_py_err)?;
    let shape = [sources.len(), graph.n_rows()];
    Ok(Matrix { values, shape })
}

type Trees = (
    Vector<f64>,
    Vector<i64>,
    Vector<i64>,
    Vector<i64>,
    Vector<i64>,
    Vector<i64>,
    Vector<f64>,
);

/// The trees of a tree cover: the length of each scale; the scale of each tree, and its colour within it; where each tree begins in the following
/// and after them all their length; vertices (each tree's root first), their parents (-1 for roots) and distances from the root.
#[pyfunction]
#[pyo3(signature = (graph, eps, r, memory_limit, n_threads, progress = None))]
pub(crate) fn tree_cover(
    py: Python<'_>,
    graph: &Csr,
    eps: f64,
    r: u32,
    memory_limit: u64,
    n_threads: usize,
    progress: Option<Bound<'_, PyAny>>,
) -> PyResult<Trees> {
    let graph = graph.shared();
    let made = call::run(py, steps(&graph), progress.as_ref(), |monitor| -> Result<_, Error> {
        let all = core::all_stars(&graph, eps, r, memory_limit, &Pool::new(n_threads)?, monitor)?;
        let mut whole = core::Stars {
            indptr: vec![0],
            ..core::Stars::default()
        };
        let (mut lengths, mut scales, mut colours) = (Vec::new(), Vec::new(), Vec::new());
        for (scale, (length, stars)) in all.into_iter().enumerate() {
            lengths.push(length);
            colours.extend(core::tree_colours(graph.n_rows(), &stars, monitor)?);
            scales.resize(colours.len(), scale as u32);
            let start = whole.vertices.len();
            whole.indptr.extend(stars.indptr[1..].iter().map(|end| start + end));
            whole.vertices.extend(stars.vertices);
            whole.parents.extend(stars.parents);
            whole.distances.extend(stars.distances);
        }
        Ok((lengths, scales, colours, whole))
    })?;
    let (lengths, scales, colours, whole) = made.map_err(IntoPyErr::into_py_err)?;
    Ok((
        Vector(lengths),
        signed(&scales),
        signed(&colours),
        positions(&whole.indptr),
        signed(&whole.vertices),
        signed(&whole.parents),
        Vector(whole.distances),
    ))
}

/// The labels of a distance oracle. Immutable; may be asked from any thread.
#[pyclass(frozen, module = "porism.kernels.graph")]
pub(crate) struct DistanceLabels(Arc<core::Labels>);

#[pymethods]
impl DistanceLabels {
    /// Labels for distances up to a factor of `1 + eps`.
    #[new]
    #[pyo3(signature = (graph, eps, r, memory_limit, n_threads, progress = None))]
    fn new(
        py: Python<'_>,
        graph: &Csr,
        eps: f64,
        r: u32,
        memory_limit: u64,
        n_threads: usize,
        progress: Option<Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let graph = graph.shared();
        let made = call::run(py, steps(&graph), progress.as_ref(), |monitor| {
            core::Labels::build(&graph, eps, r, memory_limit, &Pool::new(n_threads)?, monitor)
        })?;
        Ok(Self(Arc::new(made.map_err(IntoPyErr::into_py_err)?)))
    }

    /// Labels that `parts` took apart.
    #[staticmethod]
    fn from_parts(
        eps: f64,
        component: ArrayArg<'_>,
        scales: Vec<(f64, ArrayArg<'_>, ArrayArg<'_>, ArrayArg<'_>)>,
    ) -> PyResult<Self> {
        let mut taken = Vec::new();
        for (length, indptr, hubs, shares) in scales {
            let indptr = indptr.vector::<i64>("indptr")?;
            taken.push(core::Scale {
                length,
                indptr: indptr
                    .as_slice()?
                    .iter()
                    .map(|&start| usize::try_from(start).unwrap_or(usize::MAX))
                    .collect(),
                hubs: unsigned("hubs", &hubs)?,
                shares: shares.vector::<f32>("shares")?.as_slice()?.to_vec(),
            });
        }
        let made = core::Labels::from_parts(eps, unsigned("component", &component)?, taken);
        Ok(Self(Arc::new(made.map_err(IntoPyErr::into_py_err)?)))
    }

    /// Copies of the labels: the component of each vertex, and for each scale its length, where each vertex' part begins, hubs and shares of the length.
    #[allow(clippy::type_complexity)]
    fn parts(&self) -> (Vector<i64>, Vec<(f64, Vector<i64>, Vector<i64>, Vector<f32>)>) {
        let scales = self.0.scales().iter();
        let scales = scales.map(|scale| {
            let shares = Vector(scale.shares.clone());
            (scale.length, positions(&scale.indptr), signed(&scale.hubs), shares)
        });
        (signed(self.0.component()), scales.collect())
    }

    /// Distances of pairs up to a factor of `1 + eps`, infinite across components; NaN for a pair without a centre in common.
    fn query(&self, py: Python<'_>, u: ArrayArg<'_>, v: ArrayArg<'_>, n_threads: usize) -> PyResult<Vector<f64>> {
        let (u, v) = (unsigned("u", &u)?, unsigned("v", &v)?);
        let labels = Arc::clone(&self.0);
        let made = call::run(py, 5000 * u.len() as u64, None, |monitor| {
            labels.query(&u, &v, &Pool::new(n_threads)?, monitor)
        })?;
        made.map(Vector).map_err(IntoPyErr::into_py_err)
    }

    /// Bytes of the labels.
    #[getter]
    fn nbytes(&self) -> u64 {
        self.0.n_bytes()
    }

    /// The length of each scale, and the labels' mean number of hubs in it.
    #[getter]
    fn scales(&self) -> Vec<(f64, f64)> {
        let n = self.0.component().len().max(1) as f64;
        let scales = self.0.scales().iter();
        scales
            .map(|scale| (scale.length, scale.hubs.len() as f64 / n))
            .collect()
    }

    fn __eq__(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
