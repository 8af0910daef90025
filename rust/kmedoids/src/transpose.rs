//! Turning a matrix round, block by block, on all threads.
//!
//! Memory is read in pieces of rows and written in pieces of rows: the turning itself happens in a strip that stays in cache. Most of what is left is the first
//! touch of the result, which the threads share.

use std::mem::MaybeUninit;

use porism_runtime::{Monitor, huge_pages};

use crate::arch::{Kernel, SQUARE, Simd, dispatch};
use crate::element::Element;
use crate::error::{Error, try_with_capacity};
use crate::options::Options;

/// Columns that are turned together: a few cache lines of every row.
const WIDTH: usize = 4 * SQUARE;

/// Rows that are turned together: a strip of so many elements of each column stays in the first-level cache.
const HEIGHT: usize = 8 * SQUARE;

/// The transpose of `n_rows` x `n_cols` values.
pub fn transposed<T: Element>(
    values: &[T],
    n_rows: usize,
    n_cols: usize,
    options: &Options,
    monitor: &Monitor,
) -> Result<Vec<T>, Error> {
    if n_rows.checked_mul(n_cols) != Some(values.len()) {
        return Err(Error::Shape {
            what: "the matrix",
            expected: n_rows.saturating_mul(n_cols),
            got: values.len(),
        });
    }
    let mut result = try_with_capacity("the transposed matrix", values.len())?;
    if values.is_empty() {
        return Ok(result);
    }
    huge_pages(&mut result);
    let (pool, isa) = (options.pool()?, options.isa());
    // What becomes whole rows of the result belongs to one thread.
    let bands: Vec<_> = result.spare_capacity_mut()[..values.len()]
        .chunks_mut(WIDTH * n_rows)
        .zip((0..n_cols).step_by(WIDTH))
        .collect();
    pool.for_each_of(bands, |(out, col)| {
        for row in (0..n_rows).step_by(HEIGHT) {
            if monitor.check().is_err() {
                return;
            }
            let (rows, cols) = ((row, HEIGHT.min(n_rows - row)), (col, WIDTH.min(n_cols - col)));
            let turn = Turn {
                values,
                n_rows,
                n_cols,
                rows,
                cols,
                out: &mut *out,
            };
            dispatch(isa, turn);
        }
    });
    monitor.check()?;
    // SAFETY: the bands are the whole result, and all of every band was written, as nobody stopped.
    unsafe { result.set_len(values.len()) };
    Ok(result)
}

/// Turn the block at `rows` and `cols` (first and number) round.
struct Turn<'a, 'o, T> {
    values: &'a [T],
    n_rows: usize,
    n_cols: usize,
    rows: (usize, usize),
    cols: (usize, usize),
    /// The rows of the result that `cols` become.
    out: &'o mut [MaybeUninit<T>],
}

impl<T: Element> Kernel for Turn<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let Self {
            values, n_rows, n_cols, ..
        } = self;
        let ((row, height), (col, width)) = (self.rows, self.cols);
        let mut strip = [[T::ZERO; HEIGHT]; WIDTH];
        let whole = |length: usize| length / SQUARE * SQUARE;
        for r in (0..whole(height)).step_by(SQUARE) {
            for c in (0..whole(width)).step_by(SQUARE) {
                let from = &values[(row + r) * n_cols + col + c..];
                simd.turn(from, n_cols, &mut strip.as_flattened_mut()[c * HEIGHT + r..], HEIGHT);
            }
        }
        for r in 0..height {
            let turned = if r < whole(height) { whole(width) } else { 0 };
            let part = &values[(row + r) * n_cols + col..][..width];
            for (c, &value) in part.iter().enumerate().skip(turned) {
                strip[c][r] = value;
            }
        }
        for (strip, out) in strip.iter().zip(self.out.chunks_exact_mut(n_rows)) {
            for (out, &value) in out[row..][..height].iter_mut().zip(strip) {
                out.write(value);
            }
        }
    }
}
