//! Compressed sparse rows, checked once: kernels index by what they hold without looking again.

use crate::Error;

/// A sparse matrix by rows, or a graph whose row u lists the out-neighbours of u: owned and checked, so that no caller can change an index
/// under a kernel that runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Csr {
    n_columns: usize,
    indptr: Vec<usize>,
    indices: Vec<u32>,
    data: Vec<f64>,
}

impl Csr {
    /// Check and take a matrix with `indptr.len() - 1` rows.
    ///
    /// # Errors
    /// `MalformedSparse` if `indptr` does not rise from 0 to the number of entries, an index is not below `n_columns`, or `data` has another
    /// length than `indices`. Order and duplicates within a row are the caller's business.
    pub fn new(n_columns: usize, indptr: Vec<usize>, indices: Vec<u32>, data: Vec<f64>) -> Result<Self, Error> {
        let wrong = |name, index, reason| Err(Error::MalformedSparse { name, index, reason });
        if indptr.first() != Some(&0) {
            return wrong("indptr", 0, format!("must be 0, got {:?}", indptr.first()));
        }
        if let Some(row) = indptr.windows(2).position(|pair| pair[0] > pair[1]) {
            return wrong("indptr", row + 1, "must not fall".to_owned());
        }
        let entries = indptr[indptr.len() - 1];
        if entries != indices.len() {
            let reason = format!("must be the number of indices, {}, got {entries}", indices.len());
            return wrong("indptr", indptr.len() - 1, reason);
        }
        if data.len() != indices.len() {
            let reason = format!("{} values for {} indices", data.len(), indices.len());
            return wrong("data", data.len().min(indices.len()), reason);
        }
        if let Some(place) = indices.iter().position(|&column| column as usize >= n_columns) {
            let reason = format!("must be below {n_columns}, got {}", indices[place]);
            return wrong("indices", place, reason);
        }
        Ok(Self {
            n_columns,
            indptr,
            indices,
            data,
        })
    }

    /// Number of rows.
    pub fn n_rows(&self) -> usize {
        self.indptr.len() - 1
    }

    /// Number of columns.
    pub fn n_columns(&self) -> usize {
        self.n_columns
    }

    /// Number of stored entries.
    pub fn n_entries(&self) -> usize {
        self.indices.len()
    }

    /// Where each row begins in [`indices`](Self::indices), and after them all the number of entries.
    pub fn indptr(&self) -> &[usize] {
        &self.indptr
    }

    /// The column of every entry, all below [`n_columns`](Self::n_columns).
    pub fn indices(&self) -> &[u32] {
        &self.indices
    }

    /// The value of every entry.
    pub fn data(&self) -> &[f64] {
        &self.data
    }

    /// The columns of a row.
    pub fn neighbours(&self, row: usize) -> &[u32] {
        &self.indices[self.indptr[row]..self.indptr[row + 1]]
    }

    /// The columns of a row, and their values.
    pub fn row(&self, row: usize) -> (&[u32], &[f64]) {
        let range = self.indptr[row]..self.indptr[row + 1];
        (&self.indices[range.clone()], &self.data[range])
    }

    /// The transpose, its rows in order of their columns.
    pub fn transposed(&self) -> Self {
        let mut indptr = vec![0_usize; self.n_columns + 1];
        for &column in &self.indices {
            indptr[column as usize + 1] += 1;
        }
        for column in 0..self.n_columns {
            indptr[column + 1] += indptr[column];
        }
        let mut next = indptr.clone();
        let mut indices = vec![0_u32; self.indices.len()];
        let mut data = vec![0.0; self.data.len()];
        for row in 0..self.n_rows() {
            let (columns, values) = self.row(row);
            for (&column, &value) in columns.iter().zip(values) {
                let place = &mut next[column as usize];
                indices[*place] = row as u32;
                data[*place] = value;
                *place += 1;
            }
        }
        Self {
            n_columns: self.n_rows(),
            indptr,
            indices,
            data,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(n_columns: usize, indptr: &[usize], indices: &[u32], values: usize) -> String {
        let made = Csr::new(n_columns, indptr.to_vec(), indices.to_vec(), vec![1.0; values]);
        made.unwrap_err().to_string()
    }

    #[test]
    fn what_contradicts_itself_is_refused_with_its_place() {
        assert!(reason(2, &[], &[], 0).contains("indptr[0]"));
        assert!(reason(2, &[1, 1], &[0], 1).contains("indptr[0]"));
        assert!(reason(2, &[0, 2, 1], &[0], 1).contains("indptr[2]"));
        assert!(reason(2, &[0, 1], &[0, 1], 2).contains("indptr[1]"));
        assert!(reason(2, &[0, 2], &[0, 2], 2).contains("indices[1]"));
        assert!(reason(2, &[0, 2], &[0, 1], 1).contains("data[1]"));
    }

    #[test]
    fn transposing_twice_sorts_and_changes_nothing_else() {
        let csr = Csr::new(4, vec![0, 2, 2, 5], vec![3, 0, 1, 1, 2], vec![1.0, 2.0, 3.0, 4.0, 5.0]).unwrap();
        let turned = csr.transposed();
        assert_eq!((turned.n_rows(), turned.n_columns()), (4, 3));
        assert_eq!(turned.row(1), (&[2, 2][..], &[3.0, 4.0][..]));
        let back = turned.transposed();
        assert_eq!(back.row(0), (&[0, 3][..], &[2.0, 1.0][..]));
        assert_eq!(back.transposed(), turned);
    }
}
