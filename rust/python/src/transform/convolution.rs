//! Plans of long convolutions, and spectra of kernels under them.

use std::sync::Arc;

use porism_runtime::{Isa, Pool};
use porism_transform::Plan;
use porism_transform::convolution::{Job, Spectra as Values};
use pyo3::prelude::*;

use crate::call;
use crate::convert::{ArrayArg, Borrow, Matrix, Scalar};
use crate::errors::{IntoPyErr, InvalidInput};

/// What is the same for each type of number.
enum Plans {
    Single(Arc<Plan<f32>>),
    Double(Arc<Plan<f64>>),
}

/// A transform laid out once, for float32 or float64: the `factors` of its points, the last two of them 16 and the others 2, 3, 4, 5, 8 or 16.
///
/// A `twisted` plan computes with sequences of twice as many real numbers modulo t^length + 1, another one modulo t^length - 1. `kept` has a set of results
/// for each factor as an integer of bits, or none for all. Immutable.
#[pyclass(frozen, module = "porism.kernels.transform")]
pub(crate) struct ConvolutionPlan(Plans);

enum Kept {
    Single(Values<f32>),
    Double(Values<f64>),
}

/// Spectra of kernels under a plan. Immutable.
#[pyclass(frozen, module = "porism.kernels.transform")]
pub(crate) struct Spectra(Kept);

#[pymethods]
impl Spectra {
    /// How many kernels.
    #[getter]
    fn count(&self) -> usize {
        match &self.0 {
            Kept::Single(values) => values.count(),
            Kept::Double(values) => values.count(),
        }
    }
}

/// Where the window of a job lies, as numbers in this order: overlap, place, start, wanted, piece, repeat, fold.
type Geometry = (usize, usize, usize, usize, usize, usize, usize);

struct Borrowed<'py, T: Scalar> {
    values: Borrow<'py, T, numpy::Ix2>,
    gate_in: Option<Borrow<'py, T, numpy::Ix2>>,
    gate_out: Option<Borrow<'py, T, numpy::Ix2>>,
    skip: Option<Borrow<'py, T, numpy::Ix1>>,
    before: Option<Borrow<'py, T, numpy::Ix2>>,
}

impl<'py, T: Scalar> Borrowed<'py, T> {
    fn new(
        values: &ArrayArg<'py>,
        gate_in: Option<&ArrayArg<'py>>,
        gate_out: Option<&ArrayArg<'py>>,
        skip: Option<&ArrayArg<'py>>,
        before: Option<&ArrayArg<'py>>,
    ) -> PyResult<Self> {
        Ok(Self {
            values: values.matrix::<T>("values")?,
            gate_in: gate_in.map(|gate| gate.matrix::<T>("gate_in")).transpose()?,
            gate_out: gate_out.map(|gate| gate.matrix::<T>("gate_out")).transpose()?,
            skip: skip.map(|skip| skip.vector::<T>("skip")).transpose()?,
            before: before.map(|before| before.matrix::<T>("before")).transpose()?,
        })
    }

    fn job(&self, geometry: Geometry, adjoint: bool) -> PyResult<Job<'_, T>> {
        let (overlap, place, start, wanted, piece, repeat, fold) = geometry;
        Ok(Job {
            values: self.values.as_slice()?,
            length: self.values.as_array().ncols(),
            gate_in: self.gate_in.as_ref().map(|gate| gate.as_slice()).transpose()?,
            gate_out: self.gate_out.as_ref().map(|gate| gate.as_slice()).transpose()?,
            skip: self.skip.as_ref().map(|skip| skip.as_slice()).transpose()?,
            before: self.before.as_ref().map_or(Ok(&[][..]), |before| before.as_slice())?,
            overlap,
            place,
            start,
            wanted,
            piece,
            repeat,
            fold,
            adjoint,
        })
    }

    fn rows(&self) -> usize {
        self.values.as_array().nrows()
    }
}

fn pool(n_threads: usize) -> PyResult<Pool> {
    Pool::new(n_threads).map_err(IntoPyErr::into_py_err)
}

fn mixed() -> PyErr {
    InvalidInput::new_err("spectra must be of the dtype of the plan, got those of another plan")
}

/// The same statements for both types of number.
macro_rules! dispatch {
    ($plan:expr, $p:ident => $body:expr) => {
        match $plan {
            Plans::Single($p) => $body,
            Plans::Double($p) => $body,
        }
    };
}

#[pymethods]
impl ConvolutionPlan {
    #[new]
    #[pyo3(signature = (factors, single, twisted = true, kept = None))]
    fn new(factors: Vec<usize>, single: bool, twisted: bool, kept: Option<Vec<u32>>) -> PyResult<Self> {
        let kept = kept.unwrap_or_default();
        let isa = Isa::detect();
        let plans = if single {
            let plan = Plan::new(&factors, twisted, &kept, isa).map_err(IntoPyErr::into_py_err)?;
            Plans::Single(Arc::new(plan))
        } else {
            let plan = Plan::new(&factors, twisted, &kept, isa).map_err(IntoPyErr::into_py_err)?;
            Plans::Double(Arc::new(plan))
        };
        Ok(Self(plans))
    }

    /// How many complex points.
    #[getter]
    fn points(&self) -> usize {
        dispatch!(&self.0, plan => plan.points())
    }

    /// How many real numbers a sequence has in the ring of the plan.
    #[getter]
    fn length(&self) -> usize {
        dispatch!(&self.0, plan => plan.length())
    }

    /// Which frequencies are kept, in natural order.
    fn kept(&self) -> Vec<bool> {
        dispatch!(&self.0, plan => plan.kept())
    }

    /// The spectra of kernels, a row each.
    #[pyo3(signature = (kernels, n_threads, progress = None))]
    fn spectra(
        &self,
        py: Python<'_>,
        kernels: ArrayArg<'_>,
        n_threads: usize,
        progress: Option<Bound<'_, PyAny>>,
    ) -> PyResult<Spectra> {
        let pool = pool(n_threads)?;
        macro_rules! made {
            ($t:ty, $plan:expr, $kind:expr) => {{
                let borrowed = kernels.matrix::<$t>("kernels")?;
                let (values, taps) = (borrowed.as_slice()?, borrowed.as_array().ncols());
                let steps = ($plan.points() * borrowed.as_array().nrows()) as u64 * 16;
                let made = call::run(py, steps, progress.as_ref(), |monitor| {
                    $plan.spectra(values, taps, &pool, monitor)
                })?;
                $kind(made.map_err(IntoPyErr::into_py_err)?)
            }};
        }
        Ok(Spectra(match &self.0 {
            Plans::Single(plan) => made!(f32, plan, Kept::Single),
            Plans::Double(plan) => made!(f64, plan, Kept::Double),
        }))
    }

    /// The spectrum of kernel `i`, in natural order: a row of real parts and one of imaginary parts.
    fn natural(&self, spectra: &Spectra, i: usize) -> PyResult<Matrix<f64>> {
        let (re, im): (Vec<f64>, Vec<f64>) = match (&self.0, &spectra.0) {
            (Plans::Single(plan), Kept::Single(values)) => {
                let (re, im) = plan.natural(values, i).map_err(IntoPyErr::into_py_err)?;
                (
                    re.into_iter().map(f64::from).collect(),
                    im.into_iter().map(f64::from).collect(),
                )
            }
            (Plans::Double(plan), Kept::Double(values)) => plan.natural(values, i).map_err(IntoPyErr::into_py_err)?,
            _ => return Err(mixed()),
        };
        let shape = [2, re.len()];
        Ok(Matrix {
            values: [re, im].concat(),
            shape,
        })
    }

    /// Convolve rows of `values` into the rows of `out`; row r with kernel r modulo their number.
    ///
    /// `geometry` is (overlap, place, start, wanted, piece, repeat, fold): each window begins `overlap` numbers before its piece of the output and is put at
    /// `place` of the ring, and `piece` of the `wanted` numbers of an output row are read from `start` on. The input is repeated to `repeat` numbers, and what
    /// comes out `fold` numbers farther is added. Returns how many products of numbers the passes would take as products with matrices.
    #[pyo3(signature = (spectra, values, out, geometry, *, gate_in = None, gate_out = None, skip = None, before = None, adjoint = false, n_threads = 1, progress = None))]
    #[allow(clippy::too_many_arguments)]
    fn convolve(
        &self,
        py: Python<'_>,
        spectra: &Spectra,
        values: ArrayArg<'_>,
        out: ArrayArg<'_>,
        geometry: Geometry,
        gate_in: Option<ArrayArg<'_>>,
        gate_out: Option<ArrayArg<'_>>,
        skip: Option<ArrayArg<'_>>,
        before: Option<ArrayArg<'_>>,
        adjoint: bool,
        n_threads: usize,
        progress: Option<Bound<'_, PyAny>>,
    ) -> PyResult<u64> {
        let pool = pool(n_threads)?;
        macro_rules! done {
            ($t:ty, $plan:expr, $values:expr) => {{
                let mut to = out.matrix_mut::<$t>("out")?;
                let (gate_in, gate_out) = (gate_in.as_ref(), gate_out.as_ref());
                let borrowed = Borrowed::<$t>::new(&values, gate_in, gate_out, skip.as_ref(), before.as_ref())?;
                let job = borrowed.job(geometry, adjoint)?;
                let pieces = (geometry.3 / geometry.4.max(1) + 1) as u64;
                let steps = ($plan.points() as u64 * borrowed.rows() as u64).saturating_mul(2 * pieces);
                let to = to.as_slice_mut()?;
                call::run(py, steps, progress.as_ref(), |monitor| {
                    $plan.convolve($values, &job, to, &pool, monitor)
                })?
            }};
        }
        let done = match (&self.0, &spectra.0) {
            (Plans::Single(plan), Kept::Single(values)) => done!(f32, plan, values),
            (Plans::Double(plan), Kept::Double(values)) => done!(f64, plan, values),
            _ => return Err(mixed()),
        };
        done.map_err(IntoPyErr::into_py_err)
    }

    /// The gradient of sum(weights * output) with respect to the `taps` numbers of each of the `kernels` kernels, written into the rows of `out`.
    #[pyo3(signature = (values, weights, out, geometry, weights_geometry, *, gate_in = None, gate_weights = None, n_threads = 1, progress = None))]
    #[allow(clippy::too_many_arguments)]
    fn kernel_gradient(
        &self,
        py: Python<'_>,
        values: ArrayArg<'_>,
        weights: ArrayArg<'_>,
        out: ArrayArg<'_>,
        geometry: Geometry,
        weights_geometry: Geometry,
        gate_in: Option<ArrayArg<'_>>,
        gate_weights: Option<ArrayArg<'_>>,
        n_threads: usize,
        progress: Option<Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        let pool = pool(n_threads)?;
        macro_rules! done {
            ($t:ty, $plan:expr) => {{
                let mut to = out.matrix_mut::<$t>("out")?;
                let (kernels, taps) = to.as_array().dim();
                let inputs = Borrowed::<$t>::new(&values, gate_in.as_ref(), None, None, None)?;
                let outputs = Borrowed::<$t>::new(&weights, gate_weights.as_ref(), None, None, None)?;
                let (job, weights) = (
                    inputs.job(geometry, false)?,
                    outputs.job(weights_geometry, false)?,
                );
                let steps = ($plan.points() as u64 * inputs.rows() as u64).saturating_mul(4);
                let to = to.as_slice_mut()?;
                let found = call::run(py, steps, progress.as_ref(), |monitor| {
                    $plan.kernel_gradient(&job, &weights, kernels, taps, &pool, monitor)
                })?;
                to.copy_from_slice(&found.map_err(IntoPyErr::into_py_err)?);
            }};
        }
        match &self.0 {
            Plans::Single(plan) => done!(f32, plan),
            Plans::Double(plan) => done!(f64, plan),
        }
        Ok(())
    }
}
