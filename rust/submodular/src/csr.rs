//! Compressed sparse rows, checked once so that no algorithm needs to.

use std::fmt::Display;

use crate::error::Error;

/// What a sparse matrix stores beside a column: a number, or nothing where presence says it all.
pub trait Value: Copy + Send + Sync + 'static {
    /// Whether there are numbers at all.
    const NUMERIC: bool;

    /// As a number; presence counts 1.
    fn number(self) -> f64;

    /// Two entries at one place, as one.
    fn merged(self, other: Self) -> Self;
}

impl Value for () {
    const NUMERIC: bool = false;

    #[inline(always)]
    fn number(self) -> f64 {
        1.0
    }

    fn merged(self, (): Self) -> Self {}
}

macro_rules! value {
    ($($number:ty),+) => {$(
        impl Value for $number {
            const NUMERIC: bool = true;

            #[inline(always)]
            fn number(self) -> f64 {
                f64::from(self)
            }

            fn merged(self, other: Self) -> Self {
                self + other
            }
        }
    )+};
}

value!(f32, f64);

/// A sparse matrix by rows: columns rise strictly within each row.
#[derive(Debug, Clone, PartialEq)]
pub struct Csr<V> {
    indptr: Vec<usize>,
    indices: Vec<u32>,
    values: Vec<V>,
    n_columns: usize,
}

impl<V: Value> Csr<V> {
    /// Take over a matrix in SciPy's layout (`indptr`, `indices`, `data`). Rows may be unsorted; entries at one place are summed.
    ///
    /// # Errors
    /// `Shape`, `MalformedSparse` (with the position), or `InvalidParameter` for more than 2³² − 1 rows or columns.
    pub fn new<P, C>(indptr: &[P], columns: &[C], values: Vec<V>, n_columns: usize) -> Result<Self, Error>
    where
        P: Copy + Display + TryInto<usize>,
        C: Copy + Display + TryInto<u32>,
    {
        let malformed = |name, index, reason: String| Error::MalformedSparse { name, index, reason };
        if n_columns > u32::MAX as usize {
            return Err(Error::parameter("n_columns", "below 2**32", n_columns));
        }
        if indptr.is_empty() || indptr.len() > u32::MAX as usize {
            return Err(Error::Shape {
                name: "indptr",
                expected: 1,
                got: indptr.len(),
            });
        }
        if values.len() != columns.len() {
            return Err(Error::Shape {
                name: "values",
                expected: columns.len(),
                got: values.len(),
            });
        }
        let mut bounds: Vec<usize> = Vec::with_capacity(indptr.len());
        for (index, &bound) in indptr.iter().enumerate() {
            let number: usize = bound
                .try_into()
                .map_err(|_| malformed("indptr", index, format!("{bound} is not a position")))?;
            let previous = bounds.last().copied().unwrap_or(0);
            if index == 0 && number != 0 {
                return Err(malformed("indptr", 0, format!("must be 0, got {number}")));
            }
            if number < previous {
                return Err(malformed(
                    "indptr",
                    index,
                    format!("{number} is below its predecessor {previous}"),
                ));
            }
            bounds.push(number);
        }
        let end = bounds[bounds.len() - 1];
        if end != columns.len() {
            let reason = format!("must be the number of entries, {}, got {end}", columns.len());
            return Err(malformed("indptr", bounds.len() - 1, reason));
        }
        let mut indices: Vec<u32> = Vec::with_capacity(columns.len());
        for (index, &column) in columns.iter().enumerate() {
            match column.try_into() {
                Ok(number) if (number as usize) < n_columns => indices.push(number),
                _ => {
                    let reason = format!("column {column} is outside 0..{n_columns}");
                    return Err(malformed("indices", index, reason));
                }
            }
        }
        let mut matrix = Self {
            indptr: bounds,
            indices,
            values,
            n_columns,
        };
        matrix.canonicalise();
        Ok(matrix)
    }

    /// From rows of (column, value) pairs.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn from_rows(rows: &[Vec<(u32, V)>], n_columns: usize) -> Result<Self, Error> {
        let mut indptr = vec![0_usize];
        let (mut columns, mut values) = (Vec::new(), Vec::new());
        for row in rows {
            columns.extend(row.iter().map(|entry| entry.0));
            values.extend(row.iter().map(|entry| entry.1));
            indptr.push(columns.len());
        }
        Self::new(&indptr, &columns, values, n_columns)
    }

    fn canonicalise(&mut self) {
        let sorted = |row: &[u32]| row.windows(2).all(|pair| pair[0] < pair[1]);
        if (0..self.n_rows()).all(|row| sorted(&self.indices[self.indptr[row]..self.indptr[row + 1]])) {
            return;
        }
        let mut kept = 0;
        let mut entries: Vec<(u32, V)> = Vec::new();
        for row in 0..self.n_rows() {
            entries.clear();
            let range = self.indptr[row]..self.indptr[row + 1];
            entries.extend(range.map(|at| (self.indices[at], self.values[at])));
            entries.sort_by_key(|entry| entry.0);
            // What is kept never passes what was read, and a row's bounds are not read again once it is done.
            let start = kept;
            for &(column, value) in &entries {
                if kept > start && self.indices[kept - 1] == column {
                    self.values[kept - 1] = self.values[kept - 1].merged(value);
                } else {
                    self.indices[kept] = column;
                    self.values[kept] = value;
                    kept += 1;
                }
            }
            self.indptr[row] = start;
        }
        if let Some(end) = self.indptr.last_mut() {
            *end = kept;
        }
        self.indices.truncate(kept);
        self.values.truncate(kept);
    }

    /// Rows.
    pub fn n_rows(&self) -> usize {
        self.indptr.len() - 1
    }

    /// Columns.
    pub fn n_columns(&self) -> usize {
        self.n_columns
    }

    /// Entries.
    pub fn n_entries(&self) -> usize {
        self.indices.len()
    }

    /// All stored numbers, row by row.
    pub fn values(&self) -> &[V] {
        &self.values
    }

    /// Columns and values of a row.
    #[inline]
    pub fn row(&self, row: u32) -> (&[u32], &[V]) {
        let range = self.indptr[row as usize]..self.indptr[row as usize + 1];
        (&self.indices[range.clone()], &self.values[range])
    }

    /// The columns of a row.
    #[inline]
    pub fn columns(&self, row: u32) -> &[u32] {
        &self.indices[self.indptr[row as usize]..self.indptr[row as usize + 1]]
    }

    /// The entry at a place, if stored.
    pub fn get(&self, row: u32, column: u32) -> Option<V> {
        let (columns, values) = self.row(row);
        columns.binary_search(&column).ok().map(|at| values[at])
    }

    /// The same entries by columns.
    #[must_use]
    pub fn transposed(&self) -> Self {
        let mut indptr = vec![0_usize; self.n_columns + 1];
        for &column in &self.indices {
            indptr[column as usize + 1] += 1;
        }
        for column in 0..self.n_columns {
            indptr[column + 1] += indptr[column];
        }
        let mut next = indptr.clone();
        let mut indices = vec![0; self.indices.len()];
        let mut values = self.values.clone();
        for row in 0..self.n_rows() as u32 {
            let (columns, row_values) = self.row(row);
            for (&column, &value) in columns.iter().zip(row_values) {
                let at = next[column as usize];
                next[column as usize] += 1;
                indices[at] = row;
                values[at] = value;
            }
        }
        Self {
            indptr,
            indices,
            values,
            n_columns: self.n_rows(),
        }
    }

    /// About how many entries a row has.
    pub(crate) fn mean_row(&self) -> usize {
        self.indices.len() / self.n_rows().max(1) + 1
    }

    /// Refuse entries that are not finite or lie outside `[0, high]`.
    pub(crate) fn require_within(&self, high: f64, expected: &'static str) -> Result<(), Error> {
        match self
            .values
            .iter()
            .position(|value| !(0.0..=high).contains(&value.number()))
        {
            None => Ok(()),
            Some(index) => Err(Error::InvalidObjective {
                name: "values",
                index,
                expected,
                got: self.values[index].number(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unsorted_rows_with_duplicates_become_canonical() {
        let matrix = Csr::new(
            &[0, 3, 3, 6],
            &[2, 0, 2, 1, 1, 0],
            vec![1.0, 2.0, 4.0, 1.0, 1.0, 8.0],
            3,
        )
        .unwrap();
        assert_eq!(matrix.row(0), (&[0, 2][..], &[2.0, 5.0][..]));
        assert_eq!(matrix.row(1), (&[][..], &[][..]));
        assert_eq!(matrix.row(2), (&[0, 1][..], &[8.0, 2.0][..]));
        let back = matrix.transposed();
        assert_eq!(back.row(0), (&[0, 2][..], &[2.0, 8.0][..]));
        assert_eq!(back.transposed(), matrix);
        assert_eq!((matrix.get(0, 2), matrix.get(0, 1)), (Some(5.0), None));
    }

    #[test]
    fn contradictions_are_named() {
        let bad = |indptr: &[i64], columns: &[i64]| {
            Csr::<()>::new(indptr, columns, vec![(); columns.len()], 3)
                .unwrap_err()
                .to_string()
        };
        assert!(bad(&[], &[]).contains("indptr"));
        assert!(bad(&[1, 1], &[0]).contains("indptr[0]"));
        assert!(bad(&[0, 2, 1], &[0]).contains("indptr[2]"));
        assert!(bad(&[0, 2], &[0]).contains("indptr[1]"));
        assert!(bad(&[0, 1], &[3]).contains("indices[0]"));
        assert!(bad(&[0, 1], &[-1]).contains("indices[0]"));
        assert!(bad(&[0, -1], &[]).contains("indptr[1]"));
    }
}
