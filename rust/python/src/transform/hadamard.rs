//! The fast Walsh-Hadamard transform.

use porism_runtime::{Monitor, Pool};
use porism_transform::{Error, hadamard};
use pyo3::prelude::*;

use crate::call;
use crate::convert::{ArrayArg, Scalar};
use crate::errors::{IntoPyErr, InvalidType};

/// The Walsh-Hadamard transform of every row of `X`, in place and without a factor: `X[r, k]` becomes the sum over i of
/// `X[r, i] * (-1) ** (i & k).bit_count()`.
///
/// `X` is a writeable 2-D C-contiguous array of float32, float64, int32 or int64, whose rows have a power of two as length. Integers are
/// exact: raises `ResultOverflow`, and leaves `X` as it was, where a coefficient does not fit. After an interrupt `X` is in no particular state.
#[pyfunction]
#[pyo3(signature = (X, n_threads = 1, progress = None))]
#[allow(non_snake_case)]
pub(super) fn fwht(
    py: Python<'_>,
    X: ArrayArg<'_>,
    n_threads: usize,
    progress: Option<Bound<'_, PyAny>>,
) -> PyResult<()> {
    let progress = progress.as_ref();
    if X.holds::<f32>() {
        in_place(py, &X, n_threads, progress, hadamard::transform::<f32>)
    } else if X.holds::<f64>() {
        in_place(py, &X, n_threads, progress, hadamard::transform::<f64>)
    } else if X.holds::<i32>() {
        in_place(py, &X, n_threads, progress, hadamard::transform_checked::<i32>)
    } else if X.holds::<i64>() {
        in_place(py, &X, n_threads, progress, hadamard::transform_checked::<i64>)
    } else {
        Err(InvalidType::new_err(
            "X must be an array of float32, float64, int32 or int64, got another type",
        ))
    }
}

fn in_place<T: Scalar>(
    py: Python<'_>,
    values: &ArrayArg<'_>,
    n_threads: usize,
    progress: Option<&Bound<'_, PyAny>>,
    kernel: fn(&mut [T], usize, &Pool, &Monitor) -> Result<(), Error>,
) -> PyResult<()> {
    let mut borrowed = values.matrix_mut::<T>("X")?;
    let n = values.shape()[1];
    let slice = borrowed.as_slice_mut()?;
    // a butterfly of vectors is far less than an elementary step
    let steps = (slice.len() as u64).saturating_mul(u64::from(n.max(1).ilog2())) / 8;
    call::run(py, steps, progress, |monitor| {
        kernel(slice, n, &Pool::new(n_threads)?, monitor)
    })?
    .map_err(IntoPyErr::into_py_err)
}
