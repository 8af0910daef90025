//! SciPy's condensed form: the upper triangle of a symmetric matrix, row by row, without the diagonal.

use porism_runtime::Monitor;

use crate::element::Element;
use crate::error::{Error, try_filled};

/// Side of the blocks in which the lower triangle is filled in.
const BLOCK: usize = 64;

/// How many objects a condensed matrix of this length is of, if any: `n (n - 1) / 2`.
pub fn condensed_size(length: usize) -> Option<usize> {
    let guess = (2.0 * length as f64).sqrt() as usize;
    (guess.saturating_sub(1)..=guess + 2).find(|&n| n >= 1 && n.checked_mul(n - 1) == length.checked_mul(2))
}

/// The square matrix: twice the memory, but every candidate's row in one piece, which a sweep is as fast as.
pub fn from_condensed<T: Element>(condensed: &[T], monitor: &Monitor) -> Result<Vec<T>, Error> {
    let length = condensed.len();
    let Some(n) = condensed_size(length) else {
        return Err(Error::Shape {
            what: "a condensed matrix",
            expected: (2.0 * length as f64).sqrt() as usize * ((2.0 * length as f64).sqrt() as usize + 1) / 2,
            got: length,
        });
    };
    let mut values = try_filled("the square matrix", n.saturating_mul(n), T::ZERO)?;
    let mut start = 0;
    for i in 0..n {
        if i % BLOCK == 0 {
            monitor.check()?;
        }
        let row = &condensed[start..start + n - 1 - i];
        values[i * n + i + 1..(i + 1) * n].copy_from_slice(row);
        start += row.len();
    }
    for band in (0..n).step_by(BLOCK) {
        monitor.check()?;
        for col in (band..n).step_by(BLOCK) {
            for i in band..n.min(band + BLOCK) {
                for j in (i + 1).max(col)..n.min(col + BLOCK) {
                    values[j * n + i] = values[i * n + j];
                }
            }
        }
    }
    Ok(values)
}
