//! Small patterns and what is counted of them; the Weisfeiler-Leman algorithm.

use std::sync::Arc;

use porism_graph::homomorphism::{self as core, Arithmetic, Modulo, Narrow, Wide};
use porism_graph::matching::{self, Maps};
use porism_graph::pattern::{self, Small};
use porism_graph::refine::{self, Refined, Variant};
use porism_graph::{Error, homomorphism};
use porism_runtime::{Monitor, Pool};
use pyo3::prelude::*;

use super::csr::Csr;
use crate::call;
use crate::convert::{ArrayArg, Vector};
use crate::errors::{IntoPyErr, InvalidInput};

/// A graph that patterns are counted in: symmetric, its entries the labels 0, 1, … of edges, with the uint32 array `colours` of a colour for each vertex. Immutable.
#[pyclass(frozen, module = "porism.kernels.graph")]
pub(crate) struct Target(Arc<core::Target>);

#[pymethods]
impl Target {
    #[new]
    fn new(py: Python<'_>, graph: &Csr, colours: ArrayArg<'_>) -> PyResult<Self> {
        let colours = colours.vector::<u32>("colours")?.as_slice()?.to_vec();
        let graph = graph.shared();
        let made = py.detach(|| core::Target::new(&graph, colours));
        Ok(Self(Arc::new(made.map_err(IntoPyErr::into_py_err)?)))
    }

    /// The largest number of neighbours of a vertex.
    #[getter]
    fn largest_degree(&self) -> usize {
        self.0.largest_degree()
    }
}

fn small(colours: Vec<u32>, codes: Vec<u32>) -> PyResult<Small> {
    Small::new(colours, codes).map_err(IntoPyErr::into_py_err)
}

/// Colours, codes, the order of the vertices, and how many automorphisms there are.
type Canonical = (Vec<u32>, Vec<u32>, Vec<usize>, u128);

/// Colours, codes and a coefficient.
type Quotient = (Vec<u32>, Vec<u32>, i128);

/// The canonical form of a small graph: `(colours, codes, order, automorphisms)`.
///
/// `colours` has a number for each of at most 32 vertices, `codes` one for each ordered pair, row by row, 0 for no edge. Two graphs are isomorphic, colours and
/// codes included, if and only if their forms are equal. `order` lists the vertex in each place of the form.
#[pyfunction]
#[pyo3(signature = (colours, codes))]
pub(crate) fn canonical(py: Python<'_>, colours: Vec<u32>, codes: Vec<u32>) -> PyResult<Canonical> {
    let graph = small(colours, codes)?;
    let steps = if graph.n() <= 10 { 0 } else { u64::MAX };
    let found = call::run(py, steps, None, |monitor| pattern::canonical(&graph, monitor))?;
    let found = found.map_err(IntoPyErr::into_py_err)?;
    let form = (found.form.colours().to_vec(), found.form.codes().to_vec());
    Ok((form.0, form.1, found.order, found.automorphisms))
}

/// The quotients of a small graph in canonical form, `(colours, codes, coefficient)`, by the coefficients of injective homomorphisms.
///
/// Codes are symmetric, 1 for an edge that any label fits. With `rooted`, colours are doubled and the root's is odd.
#[pyfunction]
#[pyo3(signature = (colours, codes, rooted = false))]
pub(crate) fn spasm(py: Python<'_>, colours: Vec<u32>, codes: Vec<u32>, rooted: bool) -> PyResult<Vec<Quotient>> {
    let graph = small(colours, codes)?;
    let steps = if graph.n() <= 7 { 0 } else { u64::MAX };
    let found = call::run(py, steps, None, |monitor| pattern::spasm(&graph, rooted, monitor))?;
    let found = found.map_err(IntoPyErr::into_py_err)?;
    let parts = found.into_iter();
    Ok(parts
        .map(|(graph, coefficient)| (graph.colours().to_vec(), graph.codes().to_vec(), coefficient))
        .collect())
}

/// The treewidth of a graph of at most 20 vertices and an order of elimination that shows it, and ends with `last`. `codes` as for `canonical`.
#[pyfunction]
#[pyo3(signature = (n, codes, last = None))]
pub(crate) fn treewidth(
    py: Python<'_>,
    n: usize,
    codes: Vec<u32>,
    last: Option<usize>,
) -> PyResult<(usize, Vec<usize>)> {
    // Before there is memory for as many: n is a number of the caller's alone.
    if n > pattern::MOST {
        return Err(InvalidInput::new_err(format!(
            "n must be at most {}, got {n}",
            pattern::MOST
        )));
    }
    let graph = small(vec![0; n], codes)?;
    let sets = graph.neighbours();
    let steps = if n <= 10 { 0 } else { u64::MAX };
    call::run(py, steps, None, |monitor| pattern::treewidth(&sets, last, monitor))?.map_err(IntoPyErr::into_py_err)
}

/// Homomorphisms of a connected pattern for each image of `root` (by default the one that is fastest), as uint64 arrays.
///
/// `modulus` 0: counts that are known to be below 2^64. 1: below 2^128, as two arrays, the high halves first. Otherwise modulo that number, at most 2^62.
/// `limit` bounds the bytes of a table of partial homomorphisms.
#[pyfunction]
#[pyo3(signature = (target, colours, codes, *, root, modulus, limit, n_threads, progress = None))]
#[allow(clippy::too_many_arguments)]
pub(crate) fn homomorphisms(
    py: Python<'_>,
    target: &Target,
    colours: Vec<u32>,
    codes: Vec<u32>,
    root: Option<usize>,
    modulus: u64,
    limit: usize,
    n_threads: usize,
    progress: Option<Bound<'_, PyAny>>,
) -> PyResult<Vec<Vector<u64>>> {
    let graph = small(colours, codes)?;
    let target = Arc::clone(&target.0);
    let steps = (target.n() as u64).saturating_pow(2).saturating_mul(graph.n() as u64);
    let work = |monitor: &Monitor| -> Result<Vec<Vec<u64>>, Error> {
        let pool = Pool::new(n_threads)?;
        let root = match root {
            Some(root) => root,
            None => homomorphism::best_root(&graph, monitor)?,
        };
        match modulus {
            0 => Ok(vec![counts(&graph, root, &target, &Narrow, limit, &pool, monitor)?]),
            1 => {
                let wide = counts(&graph, root, &target, &Wide, limit, &pool, monitor)?;
                let high = wide.iter().map(|&x| (x >> 64) as u64).collect();
                Ok(vec![high, wide.iter().map(|&x| x as u64).collect()])
            }
            modulus => {
                let modulo = Modulo::new(modulus)?;
                Ok(vec![counts(&graph, root, &target, &modulo, limit, &pool, monitor)?])
            }
        }
    };
    let found = call::run(py, steps, progress.as_ref(), work)?.map_err(IntoPyErr::into_py_err)?;
    Ok(found.into_iter().map(Vector).collect())
}

fn counts<A: Arithmetic>(
    graph: &Small,
    root: usize,
    target: &core::Target,
    arithmetic: &A,
    limit: usize,
    pool: &Pool,
    monitor: &Monitor,
) -> Result<Vec<A::T>, Error> {
    core::rooted(graph, root, target, arithmetic, limit, pool, monitor)
}

/// How many maps of a pattern there are, `maps` being `"hom"`, `"embedding"` or `"induced"`, and by vertex how many times one is mapped there.
#[pyfunction]
#[pyo3(signature = (target, colours, codes, maps, progress = None))]
pub(crate) fn embeddings(
    py: Python<'_>,
    target: &Target,
    colours: Vec<u32>,
    codes: Vec<u32>,
    maps: &str,
    progress: Option<Bound<'_, PyAny>>,
) -> PyResult<(u64, Vector<u64>)> {
    let graph = small(colours, codes)?;
    let maps = match maps {
        "hom" => Maps::Homomorphisms,
        "embedding" => Maps::Embeddings,
        "induced" => Maps::Induced,
        _ => {
            return Err(InvalidInput::new_err("maps must be 'hom', 'embedding' or 'induced'"));
        }
    };
    let target = Arc::clone(&target.0);
    let steps = (target.n() as u64).saturating_pow(graph.n() as u32);
    let found = call::run(py, steps, progress.as_ref(), |monitor| {
        matching::count(&graph, &target, maps, monitor)
    })?;
    let (total, visits) = found.map_err(IntoPyErr::into_py_err)?;
    Ok((total, Vector(visits)))
}

type Colours = (Vector<u32>, usize, usize, bool);

fn outcome(found: Refined) -> Colours {
    (Vector(found.colours), found.n_colours, found.rounds, found.stable)
}

/// Colour refinement from the uint32 array `colours`: `(colours, n_colours, rounds, stable)`. Entries of the graph are labels 0, 1, … of edges.
#[pyfunction]
#[pyo3(signature = (graph, colours, most_rounds, progress = None))]
pub(crate) fn refine_vertices(
    py: Python<'_>,
    graph: &Csr,
    colours: ArrayArg<'_>,
    most_rounds: usize,
    progress: Option<Bound<'_, PyAny>>,
) -> PyResult<Colours> {
    let initial = colours.vector::<u32>("colours")?.as_slice()?.to_vec();
    let graph = graph.shared();
    let steps = 40 * (graph.n_entries() + graph.n_rows()) as u64;
    let found = call::run(py, steps, progress.as_ref(), |monitor| {
        refine::vertices(&graph, &initial, most_rounds, monitor)
    })?;
    found.map(outcome).map_err(IntoPyErr::into_py_err)
}

/// The Weisfeiler-Leman algorithm on k-tuples within each of a union of graphs with `sizes` vertices, k = 2, 3, 4: as `refine_vertices`, the last position of a tuple running fastest.
#[pyfunction]
#[pyo3(signature = (graph, sizes, colours, k, *, oblivious, most_rounds, n_threads, progress = None))]
#[allow(clippy::too_many_arguments)]
pub(crate) fn refine_tuples(
    py: Python<'_>,
    graph: &Csr,
    sizes: Vec<usize>,
    colours: ArrayArg<'_>,
    k: usize,
    oblivious: bool,
    most_rounds: usize,
    n_threads: usize,
    progress: Option<Bound<'_, PyAny>>,
) -> PyResult<Colours> {
    let initial = colours.vector::<u32>("colours")?.as_slice()?.to_vec();
    let graph = graph.shared();
    let variant = if oblivious {
        Variant::Oblivious
    } else {
        Variant::Folklore
    };
    let power = |n: &usize| (*n as u64).saturating_pow(k as u32 + 1);
    let steps = sizes.iter().map(power).fold(0, u64::saturating_add).saturating_mul(8);
    let work = |monitor: &Monitor| {
        let pool = Pool::new(n_threads)?;
        refine::tuples(&graph, &sizes, &initial, k, variant, most_rounds, &pool, monitor)
    };
    let found = call::run(py, steps, progress.as_ref(), work)?;
    found.map(outcome).map_err(IntoPyErr::into_py_err)
}
