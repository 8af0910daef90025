//! Linear fixed points on graphs.

use std::sync::Arc;

use porism_graph::gather::{self as core, Norm, Real, Stop, Values};
use porism_runtime::Pool;
use pyo3::prelude::*;

use crate::call;
use crate::convert::{ArrayArg, Borrow, Matrix, Scalar, Vector};
use crate::errors::{IntoPyErr, InvalidInput};

/// Edges sorted by receiver, in a batch of graphs: what systems `x = A x + b` on the same edges share. Immutable, copied and checked once.
///
/// `into` and `start` are the ends of every edge, uint32 and 1-D; `graphs` (int64) holds the number of vertices before each graph of the batch, and at its end all of them.
/// Raises `InvalidInput` if an end is out of range, or in another graph than the other end.
///
/// In all methods row e of `gains` and `scale[e]` belong to edge e as it was given: `A[into[e], start[e]] += scale[e] * gains[e, head]`.
#[pyclass(frozen, module = "porism.kernels.graph")]
pub(crate) struct Gather(Arc<core::Gather>);

/// x (n, heads), and for each graph and head: iterations, norm of the last change, bound of the error in that norm.
type Found<T> = (Matrix<T>, Vector<u32>, Vector<f64>, Vector<f64>);

struct System<'py, T: Scalar> {
    gains: Borrow<'py, T, numpy::Ix2>,
    scale: Borrow<'py, T, numpy::Ix1>,
    heads: usize,
}

impl<'py, T: Scalar> System<'py, T> {
    fn new(gains: &ArrayArg<'py>, scale: &ArrayArg<'py>) -> PyResult<Self> {
        let borrowed = gains.matrix::<T>("gains")?;
        Ok(Self {
            gains: borrowed,
            scale: scale.vector::<T>("scale")?,
            heads: gains.shape()[1],
        })
    }

    fn values(&self) -> PyResult<Values<'_, T>> {
        Ok(Values {
            heads: self.heads,
            gains: self.gains.as_slice()?,
            scale: self.scale.as_slice()?,
        })
    }
}

impl Gather {
    fn steps(&self, heads: usize) -> u64 {
        ((self.0.n_edges() + self.0.n()) as u64).saturating_mul(heads as u64)
    }

    #[allow(clippy::too_many_arguments)]
    fn solve<T: Scalar + Real, const W: usize>(
        &self,
        py: Python<'_>,
        (gains, scale, bias, start): (ArrayArg<'_>, ArrayArg<'_>, ArrayArg<'_>, Option<ArrayArg<'_>>),
        (norm, tol, max_iter, n_threads): (&str, f64, u32, usize),
        progress: Option<Bound<'_, PyAny>>,
    ) -> PyResult<Found<T>> {
        let norm = match norm {
            "infinity" => Norm::Infinity,
            "one" => Norm::One,
            other => {
                let message = format!("norm must be 'infinity' or 'one', got {other:?}");
                return Err(InvalidInput::new_err(message));
            }
        };
        let system = System::<T>::new(&gains, &scale)?;
        let bias = bias.matrix::<T>("bias")?;
        let start = start.map(|start| start.matrix::<T>("start")).transpose()?;
        let values = system.values()?;
        let (b, first) = (
            bias.as_slice()?,
            start.as_ref().map(|start| start.as_slice()).transpose()?,
        );
        let steps = self.steps(system.heads).saturating_mul(u64::from(max_iter.min(64)));
        let found = call::run(py, steps, progress.as_ref(), |monitor| {
            let pool = Pool::new(n_threads)?;
            let stop = Stop { tol, max_iter };
            self.0.picard::<T, W>(values, b, first, norm, stop, &pool, monitor)
        })?
        .map_err(IntoPyErr::into_py_err)?;
        let shape = [self.0.n(), system.heads];
        let x = Matrix { values: found.x, shape };
        Ok((x, Vector(found.iterations), Vector(found.change), Vector(found.bound)))
    }

    fn moved<T: Scalar + Real>(
        &self,
        py: Python<'_>,
        (gains, scale, x): (ArrayArg<'_>, ArrayArg<'_>, Option<ArrayArg<'_>>),
        n_threads: usize,
    ) -> PyResult<Matrix<T>> {
        let system = System::<T>::new(&gains, &scale)?;
        let sent = x.map(|x| x.matrix::<T>("x")).transpose()?;
        let values = system.values()?;
        let sent = sent.as_ref().map(|x| x.as_slice()).transpose()?;
        let y = call::run(py, self.steps(system.heads), None, |monitor| {
            self.0.apply(values, sent, &Pool::new(n_threads)?, monitor)
        })?
        .map_err(IntoPyErr::into_py_err)?;
        let shape = [self.0.n(), system.heads];
        Ok(Matrix { values: y, shape })
    }

    fn derived<T: Scalar + Real>(
        &self,
        py: Python<'_>,
        (scale, v, x): (ArrayArg<'_>, ArrayArg<'_>, ArrayArg<'_>),
    ) -> PyResult<Matrix<T>> {
        let heads = v.shape().get(1).copied().unwrap_or(0);
        let (factors, v, x) = (scale.vector::<T>("scale")?, v.matrix::<T>("v")?, x.matrix::<T>("x")?);
        let (s, received, sent) = (factors.as_slice()?, v.as_slice()?, x.as_slice()?);
        let values = call::run(py, self.steps(heads), None, |monitor| {
            self.0.products(heads, s, received, sent, monitor)
        })?
        .map_err(IntoPyErr::into_py_err)?;
        let shape = [self.0.n_edges(), heads];
        Ok(Matrix { values, shape })
    }
}

#[pymethods]
impl Gather {
    #[new]
    fn new(into: ArrayArg<'_>, start: ArrayArg<'_>, graphs: ArrayArg<'_>) -> PyResult<Self> {
        let (into, start) = (into.vector::<u32>("into")?, start.vector::<u32>("start")?);
        let ends: Option<Vec<usize>> = graphs
            .vector::<i64>("graphs")?
            .as_slice()?
            .iter()
            .map(|&end| usize::try_from(end).ok())
            .collect();
        let ends = ends.ok_or_else(|| InvalidInput::new_err("graphs must hold no negative number"))?;
        let made = core::Gather::new(into.as_slice()?, start.as_slice()?, ends);
        Ok(Self(Arc::new(made.map_err(IntoPyErr::into_py_err)?)))
    }

    /// Iterate `x ← A x + bias`, float64, from `start` or 0, until each graph and head has an error of `tol` times the norm of its bias at most, or `max_iter` times.
    ///
    /// `norm` is "infinity" (rows of A sum to less than 1) or "one" (columns do). Returns x (n, heads), and, flat, by graph and head: iterations, norm of the last change,
    /// bound of the error in that norm, rounding included.
    #[pyo3(signature = (gains, scale, bias, start, norm, tol, max_iter, n_threads, progress = None))]
    #[allow(clippy::too_many_arguments)]
    fn picard(
        &self,
        py: Python<'_>,
        gains: ArrayArg<'_>,
        scale: ArrayArg<'_>,
        bias: ArrayArg<'_>,
        start: Option<ArrayArg<'_>>,
        norm: &str,
        tol: f64,
        max_iter: u32,
        n_threads: usize,
        progress: Option<Bound<'_, PyAny>>,
    ) -> PyResult<Found<f64>> {
        let numbers = (norm, tol, max_iter, n_threads);
        self.solve::<f64, 8>(py, (gains, scale, bias, start), numbers, progress)
    }

    /// The same in float32.
    #[pyo3(signature = (gains, scale, bias, start, norm, tol, max_iter, n_threads, progress = None))]
    #[allow(clippy::too_many_arguments)]
    fn picard_f32(
        &self,
        py: Python<'_>,
        gains: ArrayArg<'_>,
        scale: ArrayArg<'_>,
        bias: ArrayArg<'_>,
        start: Option<ArrayArg<'_>>,
        norm: &str,
        tol: f64,
        max_iter: u32,
        n_threads: usize,
        progress: Option<Bound<'_, PyAny>>,
    ) -> PyResult<Found<f32>> {
        let numbers = (norm, tol, max_iter, n_threads);
        self.solve::<f32, 16>(py, (gains, scale, bias, start), numbers, progress)
    }

    /// `A x`, float64; the sums of A's rows where `x` is None.
    #[pyo3(signature = (gains, scale, x, n_threads))]
    fn apply(
        &self,
        py: Python<'_>,
        gains: ArrayArg<'_>,
        scale: ArrayArg<'_>,
        x: Option<ArrayArg<'_>>,
        n_threads: usize,
    ) -> PyResult<Matrix<f64>> {
        self.moved::<f64>(py, (gains, scale, x), n_threads)
    }

    /// The same in float32.
    #[pyo3(signature = (gains, scale, x, n_threads))]
    fn apply_f32(
        &self,
        py: Python<'_>,
        gains: ArrayArg<'_>,
        scale: ArrayArg<'_>,
        x: Option<ArrayArg<'_>>,
        n_threads: usize,
    ) -> PyResult<Matrix<f32>> {
        self.moved::<f32>(py, (gains, scale, x), n_threads)
    }

    /// `scale[e] * v[into[e], head] * x[start[e], head]`, float64: the derivative of ⟨v, A x⟩ by the gains.
    fn products(&self, py: Python<'_>, scale: ArrayArg<'_>, v: ArrayArg<'_>, x: ArrayArg<'_>) -> PyResult<Matrix<f64>> {
        self.derived::<f64>(py, (scale, v, x))
    }

    /// The same in float32.
    fn products_f32(
        &self,
        py: Python<'_>,
        scale: ArrayArg<'_>,
        v: ArrayArg<'_>,
        x: ArrayArg<'_>,
    ) -> PyResult<Matrix<f32>> {
        self.derived::<f32>(py, (scale, v, x))
    }
}
