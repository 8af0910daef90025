//! Matrices and items as they come from Python.

use std::sync::Arc;

use porism_submodular::objectives::Similarity;
use porism_submodular::{Csr, Dense, Error, Item, Real, Value};
use pyo3::prelude::*;

use super::errors::UnknownItem;
use crate::call;
use crate::convert::{ArrayArg, Scalar};
use crate::errors::{IntoPyErr, InvalidType};

/// A sparse matrix by rows as `(indptr, indices, values, n_columns)`, or a dense one.
#[derive(FromPyObject)]
pub(super) enum MatrixArg<'py> {
    Sparse(ArrayArg<'py>, ArrayArg<'py>, ArrayArg<'py>, usize),
    Dense(ArrayArg<'py>),
}

/// A matrix by rows, whatever its numbers are.
pub(super) enum Rows {
    Dense32(Dense<f32>),
    Dense64(Dense<f64>),
    Sparse32(Csr<f32>),
    Sparse64(Csr<f64>),
}

/// Run `$dense` or `$sparse` with `$rows` the matrix, whichever of the types it is.
macro_rules! for_rows {
    ($matrix:expr, |$rows:ident| dense: $dense:expr, sparse: $sparse:expr $(,)?) => {
        match $matrix {
            $crate::submodular::data::Rows::Dense32($rows) => $dense,
            $crate::submodular::data::Rows::Dense64($rows) => $dense,
            $crate::submodular::data::Rows::Sparse32($rows) => $sparse,
            $crate::submodular::data::Rows::Sparse64($rows) => $sparse,
        }
    };
}

pub(super) use for_rows;

/// The same for a matrix of similarities.
macro_rules! for_similarity {
    ($matrix:expr, |$similarity:ident| $body:expr) => {
        match $crate::submodular::data::similarity($matrix) {
            $crate::submodular::data::Similar::Single($similarity) => $body,
            $crate::submodular::data::Similar::Double($similarity) => $body,
        }
    };
}

pub(super) use for_similarity;

/// Similarities of either precision.
pub(super) enum Similar {
    Single(Similarity<f32>),
    Double(Similarity<f64>),
}

pub(super) fn similarity(rows: Rows) -> Similar {
    match rows {
        Rows::Dense32(rows) => Similar::Single(Similarity::Dense(rows)),
        Rows::Dense64(rows) => Similar::Double(Similarity::Dense(rows)),
        Rows::Sparse32(rows) => Similar::Single(Similarity::Sparse(rows)),
        Rows::Sparse64(rows) => Similar::Double(Similarity::Sparse(rows)),
    }
}

impl MatrixArg<'_> {
    /// The matrix, with rows and columns exchanged if `transposed`: then copied, as sparse ones are anyway, otherwise read where it lies.
    pub(super) fn read(&self, py: Python<'_>, transposed: bool) -> PyResult<Rows> {
        match self {
            Self::Dense(array) if array.holds::<f32>() => Ok(Rows::Dense32(dense::<f32>(py, array, transposed)?)),
            Self::Dense(array) => Ok(Rows::Dense64(dense::<f64>(py, array, transposed)?)),
            Self::Sparse(indptr, indices, values, n_columns) if values.holds::<f32>() => {
                let values = values.vector::<f32>("values")?;
                let matrix = sparse(py, indptr, indices, values.as_slice()?, *n_columns, transposed)?;
                Ok(Rows::Sparse32(matrix))
            }
            Self::Sparse(indptr, indices, values, n_columns) => {
                let values = values.vector::<f64>("values")?;
                let matrix = sparse(py, indptr, indices, values.as_slice()?, *n_columns, transposed)?;
                Ok(Rows::Sparse64(matrix))
            }
        }
    }

    /// Where the entries of a sparse matrix are, whatever they are.
    pub(super) fn pattern(&self, py: Python<'_>, transposed: bool) -> PyResult<Csr<()>> {
        let Self::Sparse(indptr, indices, _, n_columns) = self else {
            return Err(InvalidType::new_err("expected the parts of a sparse matrix"));
        };
        let entries = vec![(); indices.shape().iter().product()];
        sparse(py, indptr, indices, &entries, *n_columns, transposed)
    }
}

fn dense<T: Real + Scalar>(py: Python<'_>, array: &ArrayArg<'_>, transposed: bool) -> PyResult<Dense<T>> {
    let borrowed = array.matrix::<T>("X")?;
    let values = borrowed.as_slice()?;
    let &[n, m] = array.shape() else {
        return Err(InvalidType::new_err("X must have two dimensions"));
    };
    let made = if transposed {
        call::run(py, values.len() as u64, None, |_| Dense::from_columns(values, m, n))?
    } else {
        Dense::shared(Arc::new(array.lent::<T>("X")?), n, m)
    };
    made.map_err(IntoPyErr::into_py_err)
}

fn sparse<V: Value>(
    py: Python<'_>,
    indptr: &ArrayArg<'_>,
    indices: &ArrayArg<'_>,
    values: &[V],
    n_columns: usize,
    transposed: bool,
) -> PyResult<Csr<V>> {
    let indptr = indptr.vector::<i64>("indptr")?;
    let indptr = indptr.as_slice()?;
    let turned = |matrix: Csr<V>| if transposed { matrix.transposed() } else { matrix };
    let steps = 4 * values.len() as u64;
    let made: Result<Csr<V>, Error> = if indices.holds::<i32>() {
        let indices = indices.vector::<i32>("indices")?;
        let indices = indices.as_slice()?;
        call::run(py, steps, None, |_| {
            Csr::new(indptr, indices, values.to_vec(), n_columns).map(turned)
        })?
    } else {
        let indices = indices.vector::<i64>("indices")?;
        let indices = indices.as_slice()?;
        call::run(py, steps, None, |_| {
            Csr::new(indptr, indices, values.to_vec(), n_columns).map(turned)
        })?
    };
    made.map_err(IntoPyErr::into_py_err)
}

/// An item by its number, refused where it cannot be one.
pub(super) fn item(name: &str, number: i64, n_items: usize) -> PyResult<Item> {
    match Item::try_from(number) {
        Ok(item) if (item as usize) < n_items => Ok(item),
        _ => Err(UnknownItem::new_err(format!(
            "{name} must hold items in 0..{}, got {number}",
            n_items.saturating_sub(1)
        ))),
    }
}

/// The items of a vector.
pub(super) fn items(name: &str, array: &ArrayArg<'_>, n_items: usize) -> PyResult<Vec<Item>> {
    let borrowed = array.vector::<i64>(name)?;
    borrowed
        .as_slice()?
        .iter()
        .map(|&number| item(name, number, n_items))
        .collect()
}

/// Items for Python.
pub(super) fn numbers(items: &[Item]) -> Vec<i64> {
    items.iter().map(|&item| i64::from(item)).collect()
}

/// The numbers of a vector, copied.
pub(super) fn floats(name: &str, array: &ArrayArg<'_>) -> PyResult<Vec<f64>> {
    Ok(array.vector::<f64>(name)?.as_slice()?.to_vec())
}
