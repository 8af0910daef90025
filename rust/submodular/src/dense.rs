//! Dense matrices by rows, and the two floating-point types they hold.

use crate::csr::{Csr, Value};
use crate::error::Error;

/// Entries that are looked at together.
const BLOCK: usize = 1024;

/// `f32` or `f64`: what matrices may hold. Everything is summed in `f64`.
pub trait Real: Copy + Default + Send + Sync + PartialEq + 'static {
    /// Exactly this number.
    fn number(self) -> f64;
}

impl Real for f32 {
    #[inline(always)]
    fn number(self) -> f64 {
        f64::from(self)
    }
}

impl Real for f64 {
    #[inline(always)]
    fn number(self) -> f64 {
        self
    }
}

/// A dense matrix by rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Dense<T> {
    values: Vec<T>,
    n_rows: usize,
    n_columns: usize,
}

impl<T: Real> Dense<T> {
    /// Take over a row-major buffer.
    ///
    /// # Errors
    /// `Shape` if the buffer has another length; `InvalidParameter` for more than 2³² − 1 rows or columns.
    pub fn new(values: Vec<T>, n_rows: usize, n_columns: usize) -> Result<Self, Error> {
        for (name, number) in [("n_rows", n_rows), ("n_columns", n_columns)] {
            if number >= u32::MAX as usize {
                return Err(Error::parameter(name, "below 2**32 - 1", number));
            }
        }
        let expected = n_rows.saturating_mul(n_columns);
        if values.len() != expected {
            return Err(Error::Shape {
                name: "values",
                expected,
                got: values.len(),
            });
        }
        Ok(Self {
            values,
            n_rows,
            n_columns,
        })
    }

    /// The matrix whose columns a row-major buffer holds one after the other: its transpose, made in one pass.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn from_columns(columns: &[T], n_rows: usize, n_columns: usize) -> Result<Self, Error> {
        let expected = n_rows.saturating_mul(n_columns);
        if columns.len() != expected {
            return Err(Error::Shape {
                name: "values",
                expected,
                got: columns.len(),
            });
        }
        Self::new(transposed(columns, n_columns, n_rows), n_rows, n_columns)
    }

    /// Rows.
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// Columns.
    pub fn n_columns(&self) -> usize {
        self.n_columns
    }

    /// A row.
    #[inline]
    pub fn row(&self, row: u32) -> &[T] {
        &self.values[row as usize * self.n_columns..][..self.n_columns]
    }

    /// The matrix with rows and columns exchanged.
    #[must_use]
    pub fn transposed(&self) -> Self {
        Self {
            values: transposed(&self.values, self.n_rows, self.n_columns),
            n_rows: self.n_columns,
            n_columns: self.n_rows,
        }
    }

    /// Refuse entries that are not finite or lie outside `[low, high]`.
    pub(crate) fn require_within(&self, low: f64, high: f64, expected: &'static str) -> Result<(), Error> {
        // Block by block without a branch, so that it runs as fast as memory; the place is looked for only where there is one.
        let is_bad = |value: &T| !(low..=high).contains(&value.number());
        for (block, values) in self.values.chunks(BLOCK).enumerate() {
            if values.iter().fold(false, |found, value| found | is_bad(value))
                && let Some(at) = values.iter().position(is_bad)
            {
                let index = block * BLOCK + at;
                let got = values[at].number();
                return Err(Error::InvalidObjective {
                    name: "values",
                    index,
                    expected,
                    got,
                });
            }
        }
        Ok(())
    }

    /// The entries that are not 0 by rows, if they are fewer than a share of all.
    pub(crate) fn sparse_below(&self, share: f64) -> Option<Csr<T>>
    where
        T: Value,
    {
        let present = |value: &&T| **value != T::default();
        let count: usize = self.values.iter().filter(present).count();
        if count as f64 >= share * self.values.len() as f64 {
            return None;
        }
        let mut indptr = Vec::with_capacity(self.n_rows + 1);
        let (mut columns, mut values) = (Vec::with_capacity(count), Vec::with_capacity(count));
        indptr.push(0_usize);
        for row in 0..self.n_rows as u32 {
            for (column, value) in self.row(row).iter().enumerate().filter(|entry| present(&entry.1)) {
                columns.push(column as u32);
                values.push(*value);
            }
            indptr.push(columns.len());
        }
        Csr::new(&indptr, &columns, values, self.n_columns).ok()
    }

    /// Refuse a matrix that is not square and symmetric to `1e-9` of its entries (`1e-5` for `f32`).
    pub(crate) fn require_symmetric(&self) -> Result<(), Error> {
        if self.n_rows != self.n_columns {
            return Err(Error::Shape {
                name: "values",
                expected: self.n_rows * self.n_rows,
                got: self.values.len(),
            });
        }
        let tolerance = if size_of::<T>() == 4 { 1e-5 } else { 1e-9 };
        for row in 0..self.n_rows {
            for column in 0..row {
                let a = self.values[row * self.n_columns + column].number();
                let b = self.values[column * self.n_columns + row].number();
                if (a - b).abs() > tolerance * a.abs().max(b.abs()) {
                    return Err(Error::NotSymmetric { row, column, a, b });
                }
            }
        }
        Ok(())
    }
}

/// The transpose of n rows of m, block by block.
fn transposed<T: Real>(rows: &[T], n: usize, m: usize) -> Vec<T> {
    const BLOCK: usize = 32; // two blocks of 32×32 f64 fit the first-level cache
    let mut values = vec![T::default(); rows.len()];
    for row_block in (0..n).step_by(BLOCK) {
        for column_block in (0..m).step_by(BLOCK) {
            for column in column_block..(column_block + BLOCK).min(m) {
                for row in row_block..(row_block + BLOCK).min(n) {
                    values[column * n + row] = rows[row * m + column];
                }
            }
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transposing_twice_gives_the_matrix_back() {
        let matrix = Dense::new((0..70 * 45).map(f64::from).collect(), 70, 45).unwrap();
        let other = matrix.transposed();
        assert_eq!(other.row(3)[5], matrix.row(5)[3]);
        assert_eq!(other.transposed(), matrix);
    }

    #[test]
    fn a_buffer_of_the_wrong_length_is_refused() {
        assert!(matches!(
            Dense::new(vec![0.0; 5], 2, 3),
            Err(Error::Shape {
                expected: 6,
                got: 5,
                ..
            })
        ));
    }
}
