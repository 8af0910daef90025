//! Whole matrices of dissimilarities.

use porism_runtime::{Monitor, Pool, huge_pages};

use crate::arch::{Kernel, SQUARE, Simd, dispatch};
use crate::error::{Error, try_with_capacity};
use crate::options::Options;

use super::features::Features;
use super::metric::{Float, Metric};

/// Side of a block: as computed it stays in the second-level cache until it is written to both its places.
const BLOCK: usize = 128;

/// All dissimilarities between the `n` rows of `x`: a symmetric matrix with a zero diagonal.
pub fn pairwise<T: Float>(
    x: &[T],
    n: usize,
    metric: Metric,
    options: &Options,
    monitor: &Monitor,
) -> Result<Vec<T>, Error> {
    among(&Features::new(x, n, metric)?, options, monitor)
}

/// All dissimilarities between prepared rows.
pub(crate) fn among<T: Float>(features: &Features<T>, options: &Options, monitor: &Monitor) -> Result<Vec<T>, Error> {
    let n = features.n();
    let pool = options.pool()?;
    let isa = options.isa();
    let mut values = Output::new(n, n)?;
    let bands = n.div_ceil(BLOCK);
    let done = std::sync::atomic::AtomicU64::new(0);
    let out = &values;
    // A long and a short band of the triangle together, so that pieces are equal.
    pool.for_each(bands.div_ceil(2), |piece| {
        let mut block = vec![T::ZERO; BLOCK * BLOCK];
        let last = bands - 1 - piece;
        for band in std::iter::once(piece).chain((last > piece).then_some(last)) {
            let rows = band * BLOCK..n.min(band * BLOCK + BLOCK);
            for col in band..bands {
                if monitor.check().is_err() {
                    return;
                }
                let cols = col * BLOCK..n.min(col * BLOCK + BLOCK);
                features.block(rows.clone(), features, cols.clone(), &mut block, BLOCK, isa);
                if band == col {
                    for i in 0..rows.len() {
                        block[i * BLOCK + i] = T::ZERO;
                        for j in 0..i {
                            block[i * BLOCK + j] = block[j * BLOCK + i];
                        }
                    }
                }
                // SAFETY: a block and its mirror image belong to this piece alone, and lie within the matrix.
                let out = unsafe { out.all() };
                let (rows, cols) = ((rows.start, rows.len()), (cols.start, cols.len()));
                dispatch(
                    isa,
                    Write {
                        block: &block,
                        out,
                        n,
                        rows,
                        cols,
                        mirrored: band != col,
                    },
                );
            }
            let done = done.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
            monitor.report(done, bands as u64, 0.0);
        }
    });
    monitor.check()?;
    // SAFETY: all blocks were written, as nobody stopped.
    Ok(unsafe { values.finish() })
}

/// Dissimilarities of every row of `x` (`n` of them) to every row of `y` (`m` of them), a row per row of `x`.
#[allow(clippy::too_many_arguments)]
pub fn cross<T: Float>(
    x: &[T],
    n: usize,
    y: &[T],
    m: usize,
    metric: Metric,
    options: &Options,
    monitor: &Monitor,
) -> Result<Vec<T>, Error> {
    let rows = Features::uncentred(x, n, metric)?;
    let columns = Features::uncentred(y, m, metric)?;
    if rows.d() != columns.d() {
        return Err(Error::Shape {
            what: "the other rows",
            expected: m * rows.d(),
            got: y.len(),
        });
    }
    let length = n.checked_mul(m).ok_or(Error::TooLarge {
        what: "the dissimilarities",
        bytes: n as u128 * m as u128 * size_of::<T>() as u128,
    })?;
    let mut values = crate::error::try_filled("the dissimilarities", length, T::ZERO)?;
    against(&rows, &columns, &mut values, &options.pool()?, options.isa(), monitor)?;
    Ok(values)
}

/// Dissimilarities of all prepared rows to all others, a row of `values` per row.
pub(crate) fn against<T: Float>(
    rows: &Features<T>,
    columns: &Features<T>,
    values: &mut [T],
    pool: &Pool,
    isa: porism_runtime::Isa,
    monitor: &Monitor,
) -> Result<(), Error> {
    let (n, m) = (rows.n(), columns.n());
    // Few rows are shared out in smaller bands, so that every thread has some.
    let height = n.div_ceil(2 * pool.n_threads()).clamp(1, BLOCK);
    bands(pool, values, height, m, |first, part| {
        for col in (0..m).step_by(BLOCK) {
            if monitor.check().is_err() {
                return;
            }
            let cols = col..m.min(col + BLOCK);
            rows.block(first..first + part.len() / m, columns, cols, &mut part[col..], m, isa);
        }
    });
    monitor.check()?;
    Ok(())
}

/// `work(first row, rows)` for bands of rows of `width` elements.
fn bands<T: Send>(
    pool: &Pool,
    values: &mut [T],
    height: usize,
    width: usize,
    work: impl Fn(usize, &mut [T]) + Sync + Send,
) {
    use rayon::prelude::*;
    let length = height * width;
    if pool.is_parallel() {
        pool.run(|| {
            values
                .par_chunks_mut(length)
                .enumerate()
                .for_each(|(band, part)| work(band * height, part))
        });
    } else {
        values
            .chunks_mut(length)
            .enumerate()
            .for_each(|(band, part)| work(band * height, part));
    }
}

/// A matrix being written to by several threads, each in blocks of its own.
struct Output<T> {
    values: Vec<T>,
    start: *mut T,
    length: usize,
}

// SAFETY: the pointer is only used through `all`, whose callers write disjoint blocks.
unsafe impl<T: Send> Sync for Output<T> {}

/// Where a matrix is, for writing blocks of it.
#[derive(Clone, Copy)]
struct Place<T> {
    start: *mut T,
    length: usize,
}

impl<T: Float> Output<T> {
    fn new(n: usize, m: usize) -> Result<Self, Error> {
        let what = "the dissimilarities";
        let bytes = n as u128 * m as u128 * size_of::<T>() as u128;
        let length = n.checked_mul(m).ok_or(Error::TooLarge { what, bytes })?;
        let mut values: Vec<T> = try_with_capacity(what, length)?;
        huge_pages(&mut values);
        let start = values.as_mut_ptr();
        Ok(Self { values, start, length })
    }

    /// # Safety
    /// No two threads may write the same elements.
    unsafe fn all(&self) -> Place<T> {
        Place {
            start: self.start,
            length: self.length,
        }
    }

    /// # Safety
    /// Every element must have been written.
    unsafe fn finish(&mut self) -> Vec<T> {
        // SAFETY: the capacity is `length`, and the caller promises that the elements are there.
        unsafe { self.values.set_len(self.length) };
        std::mem::take(&mut self.values)
    }
}

/// Write a block to its place, and turned round to the place that mirrors it.
struct Write<'a, T> {
    block: &'a [T],
    out: Place<T>,
    n: usize,
    /// First and number.
    rows: (usize, usize),
    cols: (usize, usize),
    mirrored: bool,
}

impl<T: Float> Kernel for Write<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let Self {
            block,
            out,
            n,
            rows,
            cols,
            ..
        } = self;
        let place = |row: usize, col: usize, length: usize| {
            let at = row * n + col;
            assert!(at + length <= out.length);
            out.start.wrapping_add(at)
        };
        for r in 0..rows.1 {
            let from = &block[r * BLOCK..][..cols.1];
            // SAFETY: within the matrix, as asserted, and nobody else's, as the caller promised.
            unsafe { simd.stream(from, place(rows.0 + r, cols.0, cols.1)) };
        }
        if !self.mirrored {
            simd.fence();
            return;
        }
        let mut strip = [[T::ZERO; BLOCK]; SQUARE];
        for c in (0..cols.1).step_by(SQUARE) {
            let height = SQUARE.min(cols.1 - c);
            for r in (0..rows.1).step_by(SQUARE) {
                // The block is always whole, though the matrix may not fill it.
                simd.turn(
                    &block[r * BLOCK + c..],
                    BLOCK,
                    &mut strip.as_flattened_mut()[r..],
                    BLOCK,
                );
            }
            for (i, strip) in strip.iter().enumerate().take(height) {
                // SAFETY: as above.
                unsafe { simd.stream(&strip[..rows.1], place(cols.0 + c + i, rows.0, rows.1)) };
            }
        }
        simd.fence();
    }
}
