//! A matrix of similarities, dense or sparse.

use crate::csr::{Csr, Value};
use crate::dense::{Dense, Real};
use crate::error::Error;

/// Similarities with a row per item; those that a sparse matrix does not store are 0.
#[derive(Debug, Clone)]
pub enum Similarity<T> {
    /// All of them.
    Dense(Dense<T>),
    /// Those of neighbours.
    Sparse(Csr<T>),
}

impl<T: Real + Value> Similarity<T> {
    pub(super) fn n_rows(&self) -> usize {
        match self {
            Self::Dense(rows) => rows.n_rows(),
            Self::Sparse(rows) => rows.n_rows(),
        }
    }

    pub(super) fn n_columns(&self) -> usize {
        match self {
            Self::Dense(rows) => rows.n_columns(),
            Self::Sparse(rows) => rows.n_columns(),
        }
    }

    pub(super) fn mean_row(&self) -> usize {
        match self {
            Self::Dense(rows) => rows.n_columns(),
            Self::Sparse(rows) => rows.mean_row(),
        }
    }

    /// Every stored entry of a row, in order of the columns.
    #[inline]
    pub(super) fn for_row(&self, row: u32, mut visit: impl FnMut(usize, f64)) {
        match self {
            Self::Dense(rows) => {
                for (column, &entry) in rows.row(row).iter().enumerate() {
                    visit(column, Real::number(entry));
                }
            }
            Self::Sparse(rows) => {
                let (columns, values) = rows.row(row);
                for (&column, &entry) in columns.iter().zip(values) {
                    visit(column as usize, Value::number(entry));
                }
            }
        }
    }

    pub(super) fn require_nonnegative(&self) -> Result<(), Error> {
        const EXPECTED: &str = "finite and at least 0";
        match self {
            Self::Dense(rows) => rows.require_within(0.0, f64::MAX, EXPECTED),
            Self::Sparse(rows) => rows.require_within(f64::MAX, EXPECTED),
        }
    }

    pub(super) fn require_symmetric(&self) -> Result<(), Error> {
        match self {
            Self::Dense(rows) => rows.require_symmetric(),
            Self::Sparse(rows) => {
                if rows.n_rows() != rows.n_columns() {
                    return Err(Error::Shape {
                        name: "columns",
                        expected: rows.n_rows(),
                        got: rows.n_columns(),
                    });
                }
                let tolerance = if size_of::<T>() == 4 { 1e-5 } else { 1e-9 };
                for row in 0..rows.n_rows() as u32 {
                    let (columns, values) = rows.row(row);
                    for (&column, &value) in columns.iter().zip(values) {
                        let a = Value::number(value);
                        let b = rows.get(column, row).map_or(0.0, Value::number);
                        if (a - b).abs() > tolerance * a.abs().max(b.abs()) {
                            return Err(Error::NotSymmetric {
                                row: row as usize,
                                column: column as usize,
                                a,
                                b,
                            });
                        }
                    }
                }
                Ok(())
            }
        }
    }
}
