//! Partitions of graphs of lengths, and what is made of them.

use std::sync::Arc;

use porism_graph::partition::{self as core, NONE};
use porism_graph::{Csr as CoreCsr, Error};
use porism_runtime::{Monitor, Pool};
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

/// Positions from Python: what is no such number is beyond everything.
fn starts(name: &str, values: &ArrayArg<'_>) -> PyResult<Vec<usize>> {
    let borrowed = values.vector::<i64>(name)?;
    let values = borrowed.as_slice()?;
    Ok(values
        .iter()
        .map(|&start| usize::try_from(start).unwrap_or(usize::MAX))
        .collect())
}

fn floats(name: &str, values: &ArrayArg<'_>) -> PyResult<Vec<f64>> {
    Ok(values.vector::<f64>(name)?.as_slice()?.to_vec())
}

fn steps(graph: &CoreCsr) -> u64 {
    (graph.n_rows() as u64 + graph.n_entries() as u64).saturating_mul(200)
}

/// Run `work` on a graph whose values are lengths, which is checked. It takes about `times` as long as a search of the graph.
fn on_lengths<R: Send>(
    py: Python<'_>,
    graph: &Csr,
    times: u64,
    progress: Option<&Bound<'_, PyAny>>,
    work: impl FnOnce(&CoreCsr, &Monitor) -> Result<R, Error> + Send,
) -> PyResult<R> {
    let graph = graph.shared();
    let made = call::run(py, steps(&graph).saturating_mul(times), progress, |monitor| {
        core::check_lengths(&graph)?;
        work(&graph, monitor)
    })?;
    made.map_err(IntoPyErr::into_py_err)
}

/// Answers to the queries of pairs `u` and `v` by `labels`, which take some microseconds each.
fn asked<L: Send + Sync>(
    py: Python<'_>,
    labels: &Arc<L>,
    u: &ArrayArg<'_>,
    v: &ArrayArg<'_>,
    n_threads: usize,
    query: impl FnOnce(&L, &[u32], &[u32], &Pool, &Monitor) -> Result<Vec<f64>, Error> + Send,
) -> PyResult<Vector<f64>> {
    let (u, v) = (unsigned("u", u)?, unsigned("v", v)?);
    let labels = Arc::clone(labels);
    let made = call::run(py, 5000 * u.len() as u64, None, |monitor| {
        query(&labels, &u, &v, &Pool::new(n_threads)?, monitor)
    })?;
    made.map(Vector).map_err(IntoPyErr::into_py_err)
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
    let made = on_lengths(py, graph, 1, progress.as_ref(), |graph, monitor| {
        core::buffered_partition(graph, delta, r, monitor)
    });
    let (cop, made, radii) = made?;
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
    let order = unsigned("order", &order)?;
    let made = on_lengths(py, graph, 1, None, |graph, monitor| {
        core::ball_carving(graph, delta, &order, monitor)
    });
    made.map(parts)
}

/// Vertices of `order`, each farther than `delta` from all before it that were taken.
#[pyfunction]
pub(crate) fn greedy_net(py: Python<'_>, graph: &Csr, delta: f64, order: ArrayArg<'_>) -> PyResult<Vector<i64>> {
    let order = unsigned("order", &order)?;
    let made = on_lengths(py, graph, 1, None, |graph, monitor| {
        core::greedy_net(graph, delta, &order, monitor)
    });
    made.map(|net| signed(&net))
}

/// Each vertex with the source of the least offset plus distance: labels (-1 where no source reaches), centres (sources that kept themselves), radii.
#[pyfunction]
pub(crate) fn nearest_source(
    py: Python<'_>,
    graph: &Csr,
    sources: ArrayArg<'_>,
    offsets: ArrayArg<'_>,
) -> PyResult<Parts> {
    let sources = unsigned("sources", &sources)?;
    let offsets = floats("offsets", &offsets)?;
    let made = on_lengths(py, graph, 1, None, |graph, monitor| {
        core::nearest(graph, &sources, &offsets, monitor)
    });
    made.map(parts)
}

/// The largest distance from its centre inside each part.
#[pyfunction]
pub(crate) fn strong_radii(
    py: Python<'_>,
    graph: &Csr,
    labels: ArrayArg<'_>,
    centers: ArrayArg<'_>,
) -> PyResult<Vector<f64>> {
    let (labels, centers) = (unsigned("labels", &labels)?, unsigned("centers", &centers)?);
    let made = on_lengths(py, graph, 1, None, |graph, monitor| {
        core::strong_radii(graph, &labels, &centers, monitor)
    });
    made.map(Vector)
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
    let (labels, u, v) = (unsigned("labels", &labels)?, unsigned("u", &u)?, unsigned("v", &v)?);
    let made = on_lengths(py, graph, u64::MAX, None, |graph, monitor| {
        core::shortcut_hops(graph, &labels, &u, &v, monitor)
    });
    made.map(|(lengths, hops)| (Vector(lengths), signed(&hops)))
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
    let terminals = unsigned("terminals", &terminals)?;
    let made = on_lengths(py, graph, 1, progress.as_ref(), |graph, monitor| {
        core::shortcut_classes(graph, &terminals, r, tau, scale, monitor)
    });
    made.map(|classes| signed(&classes))
}

/// The class of each vertex by the noisy Voronoi algorithm: terminal i claims vertices within `factors[i]` times the distance to their nearest one.
#[pyfunction]
pub(crate) fn noisy_classes(
    py: Python<'_>,
    graph: &Csr,
    terminals: ArrayArg<'_>,
    factors: ArrayArg<'_>,
) -> PyResult<Vector<i64>> {
    let terminals = unsigned("terminals", &terminals)?;
    let factors = floats("factors", &factors)?;
    let made = on_lengths(py, graph, 1, None, |graph, monitor| {
        core::noisy_classes(graph, &terminals, &factors, monitor)
    });
    made.map(|classes| signed(&classes))
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
    let (classes, terminals) = (unsigned("classes", &classes)?, unsigned("terminals", &terminals)?);
    let made = on_lengths(py, graph, u64::MAX, None, |graph, monitor| {
        core::contract(graph, &classes, &terminals, &Pool::new(n_threads)?, monitor)
    });
    let minor = made?;
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
    let (u, v) = (unsigned("u", &u)?, unsigned("v", &v)?);
    let made = on_lengths(py, graph, u.len() as u64, None, |graph, monitor| {
        core::pair_distances(graph, &u, &v, &Pool::new(n_threads)?, monitor)
    });
    made.map(Vector)
}

/// Exact distances from each of `sources` to all vertices, a row each.
#[pyfunction]
pub(crate) fn distance_rows(
    py: Python<'_>,
    graph: &Csr,
    sources: ArrayArg<'_>,
    n_threads: usize,
) -> PyResult<Matrix<f64>> {
    let sources = unsigned("sources", &sources)?;
    let made = on_lengths(py, graph, sources.len() as u64, None, |graph, monitor| {
        core::rows(graph, &sources, &Pool::new(n_threads)?, monitor)
    });
    let values = made?;
    let shape = [sources.len(), graph.shared().n_rows()];
    Ok(Matrix { values, shape })
}

type Trees = (
    Vector<i64>,
    Vector<i64>,
    Vector<i64>,
    Vector<i64>,
    Vector<f64>,
    Vector<f64>,
);

/// The trees of a tree cover: the forest of each; where each begins in the following and after them all their length; vertices (each tree's root first),
/// their parents (-1 for roots), the lengths of edges to them, and distances from the root.
///
/// Trees are part of the graph, with forests for each scale of distances, or `merged`: scales share forests, and edges stand for ways.
#[pyfunction]
#[pyo3(signature = (graph, eps, r, merged, memory_limit, n_threads, progress = None))]
#[allow(clippy::too_many_arguments)]
pub(crate) fn tree_cover(
    py: Python<'_>,
    graph: &Csr,
    eps: f64,
    r: u32,
    merged: bool,
    memory_limit: u64,
    n_threads: usize,
    progress: Option<Bound<'_, PyAny>>,
) -> PyResult<Trees> {
    let made = on_lengths(py, graph, 1, progress.as_ref(), |graph, monitor| {
        let pool = Pool::new(n_threads)?;
        let make = if merged {
            core::merged_trees
        } else {
            core::spanning_trees
        };
        make(graph, eps, r, memory_limit, &pool, monitor)
    })?;
    Ok((
        signed(&made.forests),
        positions(&made.indptr),
        signed(&made.vertices),
        signed(&made.parents),
        Vector(made.lengths),
        Vector(made.distances),
    ))
}

/// For each pair the least distance in a tree that has both, along the tree. Trees are as `tree_cover` returns them, of `n` vertices.
#[pyfunction]
#[allow(clippy::too_many_arguments)]
pub(crate) fn tree_distances(
    py: Python<'_>,
    n: usize,
    indptr: ArrayArg<'_>,
    vertices: ArrayArg<'_>,
    parents: ArrayArg<'_>,
    lengths: ArrayArg<'_>,
    u: ArrayArg<'_>,
    v: ArrayArg<'_>,
    n_threads: usize,
) -> PyResult<Vector<f64>> {
    let trees = Arc::new(core::Trees {
        indptr: starts("indptr", &indptr)?,
        vertices: unsigned("vertices", &vertices)?,
        parents: unsigned("parents", &parents)?,
        lengths: floats("lengths", &lengths)?,
        ..core::Trees::default()
    });
    asked(py, &trees, &u, &v, n_threads, |trees, u, v, pool, monitor| {
        core::tree_distances(n, trees, u, v, pool, monitor)
    })
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
        let made = on_lengths(py, graph, 1, progress.as_ref(), |graph, monitor| {
            core::Labels::build(graph, eps, r, memory_limit, &Pool::new(n_threads)?, monitor)
        })?;
        Ok(Self(Arc::new(made)))
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
            taken.push(core::Scale {
                length,
                indptr: starts("indptr", &indptr)?,
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
        asked(py, &self.0, &u, &v, n_threads, core::Labels::query)
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

/// The labels of a distance oracle of separators. Immutable; may be asked from any thread.
#[pyclass(frozen, module = "porism.kernels.graph")]
pub(crate) struct SeparatorLabels(Arc<core::Portals>);

type PortalArrays<'a> = (
    ArrayArg<'a>,
    ArrayArg<'a>,
    ArrayArg<'a>,
    ArrayArg<'a>,
    ArrayArg<'a>,
    ArrayArg<'a>,
    ArrayArg<'a>,
    ArrayArg<'a>,
    ArrayArg<'a>,
);

type PortalVectors = (
    Vector<i64>,
    Vector<i64>,
    Vector<i64>,
    Vector<i64>,
    Vector<i64>,
    Vector<f64>,
    Vector<i64>,
    Vector<f64>,
    Vector<f64>,
);

#[pymethods]
impl SeparatorLabels {
    /// Labels for distances up to a factor of `1 + eps`, by shortest paths that separate the graph.
    #[new]
    #[pyo3(signature = (graph, eps, memory_limit, n_threads, progress = None))]
    fn new(
        py: Python<'_>,
        graph: &Csr,
        eps: f64,
        memory_limit: u64,
        n_threads: usize,
        progress: Option<Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let made = on_lengths(py, graph, 1, progress.as_ref(), |graph, monitor| {
            core::Portals::build(graph, eps, memory_limit, &Pool::new(n_threads)?, monitor)
        })?;
        Ok(Self(Arc::new(made)))
    }

    /// Labels that `parts` took apart, with `eps`, `depth`, `width` and `planar` as they were.
    #[staticmethod]
    fn from_parts(eps: f64, depth: usize, width: usize, planar: bool, arrays: PortalArrays<'_>) -> PyResult<Self> {
        let (component, first, group_paths, group_starts, indices, distances, paths, high, low) = arrays;
        let made = core::Portals::from_parts(core::PortalParts {
            eps,
            component: unsigned("component", &component)?,
            first: starts("first", &first)?,
            group_paths: unsigned("group_paths", &group_paths)?,
            group_starts: unsigned("group_starts", &group_starts)?,
            indices: unsigned("indices", &indices)?,
            distances: floats("distances", &distances)?,
            paths: starts("paths", &paths)?,
            places: [floats("places", &high)?, floats("places", &low)?],
            depth,
            width,
            planar,
        });
        Ok(Self(Arc::new(made.map_err(IntoPyErr::into_py_err)?)))
    }

    /// Copies of the labels: the component of each vertex; where the groups of each begin; the path of each group and where its portals begin; the place
    /// of each portal on its path, and its distance; where each path begins; and the places on paths, as sums of two numbers.
    fn parts(&self) -> PortalVectors {
        let parts = self.0.parts();
        let [high, low] = parts.places;
        (
            signed(&parts.component),
            positions(&parts.first),
            signed(&parts.group_paths),
            signed(&parts.group_starts),
            signed(&parts.indices),
            Vector(parts.distances),
            positions(&parts.paths),
            Vector(high),
            Vector(low),
        )
    }

    /// Distances of pairs up to a factor of `1 + eps`, infinite across components.
    fn query(&self, py: Python<'_>, u: ArrayArg<'_>, v: ArrayArg<'_>, n_threads: usize) -> PyResult<Vector<f64>> {
        asked(py, &self.0, &u, &v, n_threads, core::Portals::query)
    }

    /// Bytes of the labels.
    #[getter]
    fn nbytes(&self) -> u64 {
        self.0.n_bytes()
    }

    /// Number of vertices.
    #[getter]
    fn n(&self) -> usize {
        self.0.n_vertices()
    }

    /// How often pieces were cut until nothing was left.
    #[getter]
    fn depth(&self) -> usize {
        self.0.depth()
    }

    /// The most paths that a piece was cut by.
    #[getter]
    fn width(&self) -> usize {
        self.0.width()
    }

    /// Whether the graph is planar.
    #[getter]
    fn planar(&self) -> bool {
        self.0.is_planar()
    }

    /// The largest number of portals that a vertex has on one path.
    #[getter]
    fn most_portals(&self) -> usize {
        self.0.most_portals()
    }

    fn __eq__(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
