//! Sparse times dense: `C = A X`, for A in compressed rows and X row-major in single or double precision.
//!
//! For each entry of A a row of X is gathered: about `entries · width · size of a number` bytes, from wherever the largest cache that X fits into is, and
//! nothing is computed with them but a multiplication and an addition. So the limit is memory, a single-precision X halves the traffic, and a tile of a row of
//! C stays in registers from the first entry to the last. Entries are added in their order, without fusing: the result's bits depend neither on the
//! number of threads nor on the instruction set.

use std::sync::atomic::{AtomicU64, Ordering};

use porism_runtime::{Isa, Monitor, Pool};

use crate::simd::{AVX512, Kernel, PORTABLE, dispatch, prefetch};
use crate::{Csr, Error};

/// Numbers that dense matrices hold here.
pub trait Real: Copy + Send + Sync + Default + std::ops::AddAssign + std::ops::Mul<Output = Self> + 'static {
    /// Rounded to this precision.
    fn from_f64(value: f64) -> Self;

    /// Exactly.
    fn to_f64(self) -> f64;
}

impl Real for f32 {
    #[inline(always)]
    fn from_f64(value: f64) -> Self {
        value as Self
    }

    #[inline(always)]
    fn to_f64(self) -> f64 {
        f64::from(self)
    }
}

impl Real for f64 {
    #[inline(always)]
    fn from_f64(value: f64) -> Self {
        value
    }

    #[inline(always)]
    fn to_f64(self) -> f64 {
        self
    }
}

/// Multiplications that are a piece of work for a thread: some tenths of a millisecond.
const PIECE: usize = 1 << 20;

/// `out = A X`, with `X` of `A.n_columns()` rows and `out` of `A.n_rows()`, both of `width` columns.
///
/// # Errors
/// `InvalidParameter` for shapes that do not fit; `Interrupted`.
pub fn spmm<T: Real>(
    a: &Csr,
    x: &[T],
    width: usize,
    out: &mut [T],
    pool: &Pool,
    monitor: &Monitor,
) -> Result<(), Error> {
    spmm_on(Isa::detect(), a, x, width, out, pool, monitor)
}

pub(crate) fn spmm_on<T: Real>(
    isa: Isa,
    a: &Csr,
    x: &[T],
    width: usize,
    out: &mut [T],
    pool: &Pool,
    monitor: &Monitor,
) -> Result<(), Error> {
    check_shape("X", x.len(), a.n_columns(), width)?;
    check_shape("out", out.len(), a.n_rows(), width)?;
    for_blocks(a, width, out, pool, monitor, |first, block| {
        dispatch(
            isa,
            Block {
                a,
                x,
                width,
                first,
                block,
            },
        );
    })
}

/// `work(first row, rows of out)` on blocks of rows, at the same time where there are threads for it.
///
/// # Errors
/// `Interrupted`.
pub(crate) fn for_blocks<T: Real>(
    a: &Csr,
    width: usize,
    out: &mut [T],
    pool: &Pool,
    monitor: &Monitor,
    work: impl Fn(usize, &mut [T]) + Sync + Send,
) -> Result<(), Error> {
    if out.is_empty() {
        return Ok(());
    }
    let degree = a.n_entries() / a.n_rows() + 1;
    let rows = (PIECE / (degree * width)).clamp(1, a.n_rows());
    let parts: Vec<_> = out.chunks_mut(rows * width).enumerate().collect();
    let (finished, all) = (AtomicU64::new(0), parts.len() as u64);
    pool.for_each_of(parts, |(part, block)| {
        if monitor.check().is_ok() {
            work(part * rows, block);
            monitor.report(finished.fetch_add(1, Ordering::Relaxed) + 1, all, 0.0);
        }
    });
    Ok(monitor.check()?)
}

/// # Errors
/// `InvalidParameter` if a matrix of `rows` rows and `width` columns has not this length.
pub(crate) fn check_shape(name: &'static str, length: usize, rows: usize, width: usize) -> Result<(), Error> {
    if rows.checked_mul(width) == Some(length) {
        return Ok(());
    }
    Err(Error::parameter(
        name,
        format!("a matrix of {rows} rows and {width} columns"),
        format!("{length} numbers"),
    ))
}

/// Some rows of the product.
struct Block<'a, T> {
    a: &'a Csr,
    x: &'a [T],
    width: usize,
    first: usize,
    block: &'a mut [T],
}

impl<T: Real> Kernel for Block<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<const LEVEL: u8>(self) {
        // Eight vectors of accumulators, of the sixteen or thirty-two that there are.
        match (LEVEL, size_of::<T>()) {
            (AVX512, 4) => self.rows::<128>(),
            (AVX512, _) | (_, 4) if LEVEL != PORTABLE => self.rows::<64>(),
            (PORTABLE, _) => self.rows::<16>(),
            _ => self.rows::<32>(),
        }
    }
}

impl<T: Real> Block<'_, T> {
    #[inline(always)]
    fn rows<const TILE: usize>(self) {
        let Self {
            a,
            x,
            width,
            first,
            block,
        } = self;
        for (place, row) in block.chunks_exact_mut(width).enumerate() {
            let (columns, values) = a.row(first + place);
            let mut start = 0;
            while start + TILE <= width {
                tile::<T, TILE>(columns, values, x, width, start, row);
                start += TILE;
            }
            while start + NARROW <= width {
                tile::<T, NARROW>(columns, values, x, width, start, row);
                start += NARROW;
            }
            if start < width {
                rest(columns, values, x, width, start, row);
            }
        }
    }
}

const NARROW: usize = 16;

/// How many entries ahead rows are asked for: what one entry takes is a fraction of what memory takes to answer.
const AHEAD: usize = 4;

/// `TILE` columns of a row of the product.
#[inline(always)]
fn tile<T: Real, const TILE: usize>(
    columns: &[u32],
    values: &[f64],
    x: &[T],
    width: usize,
    start: usize,
    row: &mut [T],
) {
    let mut sums = [T::default(); TILE];
    // By index: iterators zipped together are calls where a function is compiled for another instruction set than theirs.
    for entry in 0..columns.len().min(values.len()) {
        let (column, value) = (columns[entry], values[entry]);
        if let Some(&later) = columns.get(entry + AHEAD) {
            let from = later as usize * width + start;
            prefetch(x.get(from..from + TILE).unwrap_or_default());
        }
        let from = column as usize * width + start;
        let Some(source) = x.get(from..from + TILE) else {
            continue;
        }; // never: columns are checked
        let value = T::from_f64(value);
        for lane in 0..TILE {
            sums[lane] += value * source[lane];
        }
    }
    row[start..start + TILE].copy_from_slice(&sums);
}

/// The last columns, fewer than [`NARROW`].
#[inline(always)]
fn rest<T: Real>(columns: &[u32], values: &[f64], x: &[T], width: usize, start: usize, row: &mut [T]) {
    let row = &mut row[start..];
    row.fill(T::default());
    for (&column, &value) in columns.iter().zip(values) {
        let from = column as usize * width;
        let value = T::from_f64(value);
        for (sum, &number) in row.iter_mut().zip(&x[from + start..from + width]) {
            *sum += value * number;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    pub(crate) fn naive(a: &Csr, x: &[f64], width: usize) -> Vec<f64> {
        let mut out = vec![0.0; a.n_rows() * width];
        for row in 0..a.n_rows() {
            let (columns, values) = a.row(row);
            for (&column, &value) in columns.iter().zip(values) {
                for c in 0..width {
                    out[row * width + c] += value * x[column as usize * width + c];
                }
            }
        }
        out
    }

    prop_compose! {
        fn matrices()(n in 1_usize..9, m in 1_usize..9)(
            rows in prop::collection::vec(prop::collection::vec((0..m as u32, -4.0..4.0_f64), 0..6), n),
            m in Just(m),
        ) -> Csr {
            let mut indptr = vec![0];
            for row in &rows {
                indptr.push(indptr[indptr.len() - 1] + row.len());
            }
            let (indices, data) = rows.into_iter().flatten().unzip();
            Csr::new(m, indptr, indices, data).unwrap()
        }
    }

    proptest! {
        #[test]
        fn is_the_product_on_every_instruction_set(a in matrices(), width in 1_usize..300, threads in 1_usize..4) {
            let x: Vec<f64> = (0..a.n_columns() * width).map(|i| ((i * 7919) % 1009) as f64 / 64.0 - 7.0).collect();
            let narrow: Vec<f32> = x.iter().map(|&value| value as f32).collect();
            let expected = naive(&a, &x, width);
            let pool = Pool::new(threads).unwrap();
            let monitor = Monitor::new();
            let mut single: Option<Vec<f32>> = None;
            for isa in Isa::available() {
                let mut out = vec![f64::NAN; expected.len()];
                spmm_on(isa, &a, &x, width, &mut out, &pool, &monitor).unwrap();
                prop_assert_eq!(&out, &expected);
                let mut out = vec![f32::NAN; expected.len()];
                spmm_on(isa, &a, &narrow, width, &mut out, &pool, &monitor).unwrap();
                for (&got, &wanted) in out.iter().zip(&expected) {
                    prop_assert!((f64::from(got) - wanted).abs() < 1e-3);
                }
                if let Some(before) = single.replace(out.clone()) {
                    prop_assert_eq!(before, out);
                }
            }
        }
    }

    #[test]
    fn shapes_and_stops_are_errors() {
        let a = Csr::new(2, vec![0, 1], vec![1], vec![1.0]).unwrap();
        let (pool, monitor) = (Pool::serial(), Monitor::new());
        let mut out = [0.0_f32; 3];
        let error = spmm(&a, &[0.0; 5], 3, &mut out, &pool, &monitor).unwrap_err();
        assert!(error.to_string().contains("X must be a matrix of 2 rows and 3 columns"));
        let error = spmm(&a, &[0.0; 6], 3, &mut out[..2], &pool, &monitor).unwrap_err();
        assert!(error.to_string().contains("out"));
        monitor.stop();
        let stopped = spmm(&a, &[0.0; 6], 3, &mut out, &pool, &monitor);
        assert!(matches!(stopped, Err(Error::Interrupted(_))));
    }
}
