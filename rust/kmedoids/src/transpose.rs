//! Turning a matrix round, block by block.

use porism_runtime::Monitor;

use crate::element::Element;
use crate::error::{Error, try_with_capacity};

/// Side of a block: two of them fit the first-level cache.
const BLOCK: usize = 32;

/// The transpose of `n_rows` x `n_cols` values.
pub fn transposed<T: Element>(values: &[T], n_rows: usize, n_cols: usize, monitor: &Monitor) -> Result<Vec<T>, Error> {
    if n_rows.checked_mul(n_cols) != Some(values.len()) {
        return Err(Error::Shape {
            what: "the matrix",
            expected: n_rows.saturating_mul(n_cols),
            got: values.len(),
        });
    }
    let mut result = try_with_capacity("the transposed matrix", values.len())?;
    let mut band = vec![T::ZERO; BLOCK * n_rows];
    for first in (0..n_cols).step_by(BLOCK) {
        monitor.check()?;
        let width = BLOCK.min(n_cols - first);
        for row in 0..n_rows {
            let part = &values[row * n_cols + first..][..width];
            for (col, &value) in part.iter().enumerate() {
                band[col * n_rows + row] = value;
            }
        }
        result.extend_from_slice(&band[..width * n_rows]);
    }
    Ok(result)
}
