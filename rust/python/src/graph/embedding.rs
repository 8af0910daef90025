//! What embeddings of graphs are made of: products with dense matrices, random projections, walks, skip-gram training.

use std::sync::Arc;

use porism_graph::projection;
use porism_graph::skipgram::SkipGram;
use porism_graph::walk::Biased;
use porism_graph::{embedding as core, spmm as products};
use porism_runtime::{Monitor, Pool};
use pyo3::prelude::*;

use super::csr::Csr;
use crate::call;
use crate::convert::{ArrayArg, Matrix, Vector};
use crate::errors::{IntoPyErr, InvalidInput};

type Outcome<T> = Result<T, porism_graph::Error>;

fn raised<T>(outcome: PyResult<Outcome<T>>) -> PyResult<T> {
    outcome?.map_err(IntoPyErr::into_py_err)
}

/// Elementary operations of something done to every number of that many rows.
fn steps(rows: usize, width: usize) -> u64 {
    (rows as u64).saturating_mul(width as u64)
}

/// Fill the matrix `out` with the product of the sparse `A` and the dense matrix `X`.
///
/// `X` and `out` are both float32 or both float64. Sums are made in the order of a row's entries, so that the bits do not depend on `n_threads`.
#[pyfunction]
#[pyo3(signature = (A, X, out, n_threads = 1, progress = None))]
#[allow(non_snake_case)]
pub(crate) fn spmm(
    py: Python<'_>,
    A: &Csr,
    X: ArrayArg<'_>,
    out: ArrayArg<'_>,
    n_threads: usize,
    progress: Option<Bound<'_, PyAny>>,
) -> PyResult<()> {
    let a = A.shared();
    macro_rules! multiply {
        ($number:ty) => {{
            let from = X.matrix::<$number>("X")?;
            let mut to = out.matrix_mut::<$number>("out")?;
            let width = X.shape()[1];
            check_columns("out", out.shape(), width)?;
            let (from, to) = (from.as_slice()?, to.as_slice_mut()?);
            let steps = steps(a.n_entries() + a.n_rows(), width);
            raised(call::run(py, steps, progress.as_ref(), |monitor| {
                products::spmm(&a, from, width, to, &Pool::new(n_threads)?, monitor)
            }))
        }};
    }
    if X.holds::<f32>() {
        multiply!(f32)
    } else {
        multiply!(f64)
    }
}

fn check_columns(name: &str, shape: &[usize], width: usize) -> PyResult<()> {
    if shape.len() != 2 || shape[1] != width {
        let message = format!("{name} must have {width} columns, got shape {shape:?}");
        return Err(InvalidInput::new_err(message));
    }
    Ok(())
}

/// A random matrix R with `width` columns and independent entries of mean 0 and variance 1/width, whose rows can be made one by one.
///
/// With `density`, entries are ±1/√(width density) in that share of places and 0 elsewhere; with None they are normal. Row i depends on `seed`, `width` and
/// `density` alone, and comes from the raw numbers of `numpy.random.Philox(key=[seed, 0], counter=[0, i, 0, 0])`.
#[pyclass(frozen, module = "porism.kernels.graph")]
pub(crate) struct Projection(projection::Projection);

#[pymethods]
impl Projection {
    #[new]
    #[pyo3(signature = (width, density, seed))]
    fn new(width: usize, density: Option<f64>, seed: u64) -> PyResult<Self> {
        let made = match density {
            Some(density) => projection::Projection::sparse(width, density, seed),
            None => projection::Projection::gaussian(width, seed),
        };
        Ok(Self(made.map_err(IntoPyErr::into_py_err)?))
    }

    /// Write row `rows[i]` of R (uint64) times `factors[i]` (float64) into row i of `out`, float32 or float64.
    #[pyo3(signature = (rows, factors, out, n_threads = 1))]
    fn rows(
        &self,
        py: Python<'_>,
        rows: ArrayArg<'_>,
        factors: ArrayArg<'_>,
        out: ArrayArg<'_>,
        n_threads: usize,
    ) -> PyResult<()> {
        let (rows, factors) = (rows.vector::<u64>("rows")?, factors.vector::<f64>("factors")?);
        let (rows, factors) = (rows.as_slice()?, factors.as_slice()?);
        macro_rules! write {
            ($number:ty) => {{
                let mut to = out.matrix_mut::<$number>("out")?;
                check_columns("out", out.shape(), self.0.width())?;
                let to = to.as_slice_mut()?;
                raised(call::run(
                    py,
                    steps(rows.len(), self.0.width()),
                    None,
                    |monitor| self.0.rows(rows, factors, to, &Pool::new(n_threads)?, monitor),
                ))
            }};
        }
        if out.holds::<f32>() { write!(f32) } else { write!(f64) }
    }

    /// Fill `out` with `A diag(factors) R`, for an R that is sparse, of which only the entries are touched.
    #[pyo3(signature = (A, factors, out, n_threads = 1))]
    #[allow(non_snake_case)]
    fn product(
        &self,
        py: Python<'_>,
        A: &Csr,
        factors: ArrayArg<'_>,
        out: ArrayArg<'_>,
        n_threads: usize,
    ) -> PyResult<()> {
        let a = A.shared();
        let factors = factors.vector::<f64>("factors")?;
        let factors = factors.as_slice()?;
        macro_rules! multiply {
            ($number:ty) => {{
                let mut to = out.matrix_mut::<$number>("out")?;
                check_columns("out", out.shape(), self.0.width())?;
                let to = to.as_slice_mut()?;
                let steps = steps(a.n_entries() + a.n_rows(), self.0.width());
                raised(call::run(py, steps, None, |monitor| {
                    self.0.product(&a, factors, to, &Pool::new(n_threads)?, monitor)
                }))
            }};
        }
        if out.holds::<f32>() {
            multiply!(f32)
        } else {
            multiply!(f64)
        }
    }

    /// The first `n` rows of an R that is sparse, in compressed rows: where rows begin, columns, values.
    #[pyo3(signature = (n, n_threads = 1))]
    fn matrix(&self, py: Python<'_>, n: usize, n_threads: usize) -> PyResult<(Vector<i64>, Vector<u32>, Vector<f64>)> {
        let made = raised(call::run(py, steps(n, self.0.width()), None, |monitor| {
            self.0.matrix(n, &Pool::new(n_threads)?, monitor)
        }))?;
        let starts = made.indptr().iter().map(|&start| start as i64).collect();
        Ok((
            Vector(starts),
            Vector(made.indices().to_vec()),
            Vector(made.data().to_vec()),
        ))
    }
}

/// Add `weight` times `part` to `out`, each row of `part` divided by its length first if `normalize`; with `first`, overwrite instead.
#[pyfunction]
#[pyo3(signature = (out, part, weight, normalize, first, n_threads = 1))]
pub(crate) fn merge_rows(
    py: Python<'_>,
    out: ArrayArg<'_>,
    part: ArrayArg<'_>,
    weight: f64,
    normalize: bool,
    first: bool,
    n_threads: usize,
) -> PyResult<()> {
    let term = core::Term {
        weight,
        normalize,
        first,
    };
    macro_rules! merge {
        ($number:ty) => {{
            let from = part.matrix::<$number>("part")?;
            let mut to = out.matrix_mut::<$number>("out")?;
            let [rows, width] = [part.shape()[0], part.shape()[1]];
            check_columns("out", out.shape(), width)?;
            let (from, to) = (from.as_slice()?, to.as_slice_mut()?);
            raised(call::run(py, steps(rows, width), None, |monitor| {
                core::merge(to, from, width, term, &Pool::new(n_threads)?, monitor)
            }))
        }};
    }
    if part.holds::<f32>() { merge!(f32) } else { merge!(f64) }
}

/// The mean of every column of `X`, and its standard deviation (1 where that is no more than rounding), over the rows that `skip` does not leave out.
#[pyfunction]
#[pyo3(signature = (X, skip, n_threads = 1))]
#[allow(non_snake_case)]
pub(crate) fn column_moments(
    py: Python<'_>,
    X: ArrayArg<'_>,
    skip: ArrayArg<'_>,
    n_threads: usize,
) -> PyResult<(Vector<f64>, Vector<f64>)> {
    let skip = skip.vector::<bool>("skip")?;
    let skip = skip.as_slice()?;
    macro_rules! moments {
        ($number:ty) => {{
            let from = X.matrix::<$number>("X")?;
            let width = X.shape()[1];
            let from = from.as_slice()?;
            raised(call::run(py, steps(skip.len(), width), None, |monitor: &Monitor| {
                core::moments(from, width, skip, &Pool::new(n_threads)?, monitor)
            }))?
        }};
    }
    let (mean, scale) = if X.holds::<f32>() { moments!(f32) } else { moments!(f64) };
    Ok((Vector(mean), Vector(scale)))
}

/// Subtract `mean` from the rows of `X` and divide them by `scale`, in place.
#[pyfunction]
#[pyo3(signature = (X, mean, scale, n_threads = 1))]
#[allow(non_snake_case)]
pub(crate) fn rescale_columns(
    py: Python<'_>,
    X: ArrayArg<'_>,
    mean: ArrayArg<'_>,
    scale: ArrayArg<'_>,
    n_threads: usize,
) -> PyResult<()> {
    let (mean, scale) = (mean.vector::<f64>("mean")?, scale.vector::<f64>("scale")?);
    let (mean, scale) = (mean.as_slice()?, scale.as_slice()?);
    macro_rules! rescale {
        ($number:ty) => {{
            let mut to = X.matrix_mut::<$number>("X")?;
            let [rows, width] = [X.shape()[0], X.shape()[1]];
            check_columns("X", X.shape(), mean.len())?;
            let to = to.as_slice_mut()?;
            raised(call::run(py, steps(rows, width), None, |monitor| {
                core::rescale(to, mean, scale, &Pool::new(n_threads)?, monitor)
            }))
        }};
    }
    if X.holds::<f32>() { rescale!(f32) } else { rescale!(f64) }
}

/// Random walks of `length` vertices from each of `starts` (uint32), as node2vec makes them with `p` and `q`: a row each.
///
/// What is left after a vertex without out-edges holds 2^32 - 1. Rows of `graph` have rising columns and positive weights.
#[pyfunction]
#[pyo3(signature = (graph, starts, length, p, q, seed, n_threads = 1))]
#[allow(clippy::too_many_arguments)]
pub(crate) fn random_walks(
    py: Python<'_>,
    graph: &Csr,
    starts: ArrayArg<'_>,
    length: usize,
    p: f64,
    q: f64,
    seed: u64,
    n_threads: usize,
) -> PyResult<Matrix<u32>> {
    let starts = starts.vector::<u32>("starts")?;
    let starts = starts.as_slice()?.to_vec();
    let graph = graph.shared();
    let total = starts.len().saturating_mul(length);
    let values = raised(call::run(py, steps(starts.len(), length), None, |monitor| {
        let walker = Biased::new(Arc::clone(&graph), p, q, seed)?;
        let mut out = Vec::new();
        out.try_reserve_exact(total)
            .map_err(|_| porism_graph::Error::TooLarge {
                what: "the walks",
                bytes: total as u128 * 4,
            })?;
        out.resize(total, 0);
        walker.walks(&starts, 0, length, &mut out, &Pool::new(n_threads)?, monitor)?;
        Ok(out)
    }))?;
    let rows = values.len().checked_div(length).unwrap_or(0);
    Ok(Matrix {
        values,
        shape: [rows, length],
    })
}

/// Vectors of all vertices by skip-gram with negative sampling on random walks: (n, dim) float32. Two threads at most are of use.
#[pyfunction]
#[pyo3(signature = (graph, dim, n_walks, walk_length, p, q, window, negatives, epochs, learning_rate, exponent, seed, n_threads = 1, progress = None))]
#[allow(clippy::too_many_arguments)]
pub(crate) fn skip_gram(
    py: Python<'_>,
    graph: &Csr,
    dim: usize,
    n_walks: usize,
    walk_length: usize,
    p: f64,
    q: f64,
    window: usize,
    negatives: usize,
    epochs: usize,
    learning_rate: f64,
    exponent: f64,
    seed: u64,
    n_threads: usize,
    progress: Option<Bound<'_, PyAny>>,
) -> PyResult<Matrix<f32>> {
    let graph = graph.shared();
    let n = graph.n_rows();
    let settings = SkipGram {
        dim,
        n_walks,
        walk_length,
        window,
        negatives,
        epochs,
        learning_rate,
        exponent,
        seed,
    };
    let work = [n, n_walks, walk_length, window, dim, negatives]
        .into_iter()
        .fold(1_u64, |product, factor| product.saturating_mul(factor as u64));
    let values = raised(call::run(py, work, progress.as_ref(), |monitor| {
        let walker = Biased::new(Arc::clone(&graph), p, q, seed)?;
        settings.train(&walker, &Pool::new(n_threads)?, monitor)
    }))?;
    Ok(Matrix {
        values,
        shape: [n, dim],
    })
}
