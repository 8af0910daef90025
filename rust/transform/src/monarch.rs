//! Products with block-diagonal matrices whose results are dealt out: the factors of Monarch matrices.
//!
//! A factor is `k` blocks of shape `q` x `p`. It takes rows of `k p` numbers to rows of `q k`: block i is applied to piece i of the row, and result j of it
//! becomes number `j k + i`, which is the permutation between the factors, made where results are stored instead of in a pass of its own.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use porism_runtime::{Interrupted, Isa, Monitor, Pool};

use crate::lanes::{Four, Lane, Real, transpose};
use crate::{Error, Sample};

/// Blocks of one factor, `count` of shape `rows` x `columns`.
#[derive(Clone, Copy)]
pub struct Blocks<'a, T> {
    /// The blocks one after the other, by rows.
    pub values: &'a [T],
    /// How many.
    pub count: usize,
    /// Rows of each.
    pub rows: usize,
    /// Columns of each.
    pub columns: usize,
}

/// Rows of registers that are summed at the same time.
const HEIGHT: usize = 8;

/// Registers that a tile of rows is wide.
const WIDE: usize = 2;

/// `x` holds rows of `count * columns` numbers, `out` as many rows of `rows * count`.
///
/// # Errors
/// `InvalidParameter` if lengths do not fit together, or where somebody stopped the monitor.
pub fn product<T: Sample + Entry>(
    blocks: &Blocks<'_, T>,
    x: &[T],
    out: &mut [T],
    isa: Isa,
    pool: &Pool,
    monitor: &Monitor,
) -> Result<(), Error> {
    let input = blocks.count.saturating_mul(blocks.columns);
    let output = blocks.count.saturating_mul(blocks.rows);
    let fits = input > 0
        && output > 0
        && x.len().is_multiple_of(input)
        && input.checked_mul(blocks.rows) == Some(blocks.values.len());
    if !fits || (x.len() / input).checked_mul(output) != Some(out.len()) {
        let must = format!("{} blocks of {} x {}", blocks.count, blocks.rows, blocks.columns);
        return Err(Error::parameter(
            "blocks",
            must,
            format!("{} numbers, and rows of {}", blocks.values.len(), x.len()),
        ));
    }
    let tile = if x.len() == input { 1 } else { WIDE * T::lanes(isa) };
    let (stopped, done) = (Mutex::new(None), AtomicU64::new(0));
    let tiles: Vec<(&[T], &mut [T])> = x.chunks(tile * input).zip(out.chunks_mut(tile * output)).collect();
    let total = tiles.len() as u64;
    pool.for_each_of(tiles, |(x, out)| {
        let result = if x.len() == input {
            T::single(isa, blocks, x, out, monitor)
        } else {
            T::tile(isa, blocks, x, out, monitor)
        };
        match result {
            Ok(()) => monitor.report(done.fetch_add(1, Ordering::Relaxed) + 1, total, 0.0),
            Err(interrupted) => {
                if let Ok(mut stopped) = stopped.lock() {
                    *stopped = Some(interrupted);
                }
            }
        }
    });
    match stopped.into_inner() {
        Ok(Some(interrupted)) => Err(interrupted.into()),
        _ => Ok(()),
    }
}

/// A type of entries that there are kernels for.
pub trait Entry: Real {
    /// One row.
    #[doc(hidden)]
    fn single(
        isa: Isa,
        blocks: &Blocks<'_, Self>,
        x: &[Self],
        out: &mut [Self],
        monitor: &Monitor,
    ) -> Result<(), Interrupted>;
    /// A few rows.
    #[doc(hidden)]
    fn tile(
        isa: Isa,
        blocks: &Blocks<'_, Self>,
        x: &[Self],
        out: &mut [Self],
        monitor: &Monitor,
    ) -> Result<(), Interrupted>;
}

macro_rules! entry {
    ($t:ty, $wide:ident, $wider:ident) => {
        impl Entry for $t {
            fn single(
                isa: Isa,
                blocks: &Blocks<'_, $t>,
                x: &[$t],
                out: &mut [$t],
                monitor: &Monitor,
            ) -> Result<(), Interrupted> {
                // SAFETY: the machine has the instruction set, and `product` has compared the lengths.
                unsafe {
                    match isa {
                        #[cfg(target_arch = "x86_64")]
                        Isa::Avx512 => avx512::single::<std::arch::x86_64::$wider>(blocks, x, out, monitor),
                        #[cfg(target_arch = "x86_64")]
                        Isa::Avx2 => avx2::single::<std::arch::x86_64::$wide>(blocks, x, out, monitor),
                        _ => portable::single::<Four<$t>>(blocks, x, out, monitor),
                    }
                }
            }

            fn tile(
                isa: Isa,
                blocks: &Blocks<'_, $t>,
                x: &[$t],
                out: &mut [$t],
                monitor: &Monitor,
            ) -> Result<(), Interrupted> {
                // SAFETY: as above.
                unsafe {
                    match isa {
                        #[cfg(target_arch = "x86_64")]
                        Isa::Avx512 => avx512::tile::<std::arch::x86_64::$wider>(blocks, x, out, monitor),
                        #[cfg(target_arch = "x86_64")]
                        Isa::Avx2 => avx2::tile::<std::arch::x86_64::$wide>(blocks, x, out, monitor),
                        _ => portable::tile::<Four<$t>>(blocks, x, out, monitor),
                    }
                }
            }
        }
    };
}

entry!(f32, __m256, __m512);
entry!(f64, __m256d, __m512d);

/// The block's bytes are what a single vector costs: they are read once, in as many rows at a time as a register has numbers, so that there are enough
/// sums at once for the units that multiply, and so that one transposition adds up all of their lanes.
///
/// # Safety
/// `x` holds one row, `out` one result, and the machine has the instruction set.
#[inline(always)]
unsafe fn single_body<V: Lane>(
    blocks: &Blocks<'_, V::T>,
    x: &[V::T],
    out: &mut [V::T],
    monitor: &Monitor,
) -> Result<(), Interrupted> {
    let (rows, columns) = (blocks.rows, blocks.columns);
    let whole = columns - columns % V::W;
    let grouped = if whole == 0 { 0 } else { rows - rows % V::W };
    for i in 0..blocks.count {
        if i % 64 == 0 {
            monitor.check()?;
        }
        let piece = &x[i * columns..(i + 1) * columns];
        let block = &blocks.values[i * rows * columns..(i + 1) * rows * columns];
        for j in (0..grouped).step_by(V::W) {
            let group = &block[j * columns..(j + V::W) * columns];
            let mut lanes = [V::T::ZERO; 16];
            // SAFETY: registers are read below `whole` in `W` rows of the group and in the piece, and 16 numbers hold any register.
            unsafe {
                let mut sums = [V::splat(V::T::ZERO); 16];
                let mut t = 0;
                while t < whole {
                    let value = V::load(piece.as_ptr().add(t));
                    for a in 0..16 {
                        if a < V::W {
                            sums[a] = V::load(group.as_ptr().add(a * columns + t)).mul_add(value, sums[a]);
                        }
                    }
                    t += V::W;
                }
                transpose(&mut sums, 0);
                let mut total = sums[0];
                for a in 1..16 {
                    if a < V::W {
                        total = total.add(sums[a]);
                    }
                }
                total.store(lanes.as_mut_ptr());
            }
            for a in 0..V::W {
                let mut sum = lanes[a];
                for t in whole..columns {
                    sum = sum + group[a * columns + t] * piece[t];
                }
                out[(j + a) * blocks.count + i] = sum;
            }
        }
        for j in grouped..rows {
            let row = &block[j * columns..(j + 1) * columns];
            let mut lanes = [V::T::ZERO; 16];
            // SAFETY: registers are read below `whole`, which is within both slices, and 16 numbers hold any register.
            unsafe {
                let mut sum = V::splat(V::T::ZERO);
                let mut t = 0;
                while t < whole {
                    sum = V::load(row.as_ptr().add(t)).mul_add(V::load(piece.as_ptr().add(t)), sum);
                    t += V::W;
                }
                sum.store(lanes.as_mut_ptr());
            }
            let mut sum = lanes[1..V::W].iter().fold(lanes[0], |sum, &lane| sum + lane);
            for t in whole..columns {
                sum = sum + row[t] * piece[t];
            }
            out[j * blocks.count + i] = sum;
        }
    }
    Ok(())
}

/// # Safety
/// `x` holds `WIDE * W` rows at most, `out` as many results, and the machine has the instruction set.
#[inline(always)]
unsafe fn tile_body<V: Lane>(
    blocks: &Blocks<'_, V::T>,
    x: &[V::T],
    out: &mut [V::T],
    monitor: &Monitor,
) -> Result<(), Interrupted> {
    let (count, rows, columns) = (blocks.count, blocks.rows, blocks.columns);
    let (input, output) = (count * columns, count * rows);
    let n = x.len() / input;
    let width = WIDE * V::W;
    // row r of the tile is lane r; lanes without a row stay zero
    let mut turned = vec![V::T::ZERO; columns * width];
    let mut results = vec![V::T::ZERO; HEIGHT * width];
    for i in 0..count {
        if i % 16 == 0 {
            monitor.check()?;
        }
        for r in 0..n {
            let piece = &x[r * input + i * columns..r * input + (i + 1) * columns];
            for (t, value) in piece.iter().enumerate() {
                turned[t * width + r] = *value;
            }
        }
        let block = &blocks.values[i * rows * columns..(i + 1) * rows * columns];
        let mut j = 0;
        while j < rows {
            let high = HEIGHT.min(rows - j);
            // SAFETY: registers lie within `turned` and `results`; entries of the block are read below rows * columns (the last row again where fewer than
            // HEIGHT are left).
            unsafe {
                let mut sums = [[V::splat(V::T::ZERO); WIDE]; HEIGHT];
                for t in 0..columns {
                    let first = V::load(turned.as_ptr().add(t * width));
                    let second = V::load(turned.as_ptr().add(t * width + V::W));
                    for a in 0..HEIGHT {
                        let row = j + if a < high { a } else { high - 1 };
                        let entry = V::splat(*block.get_unchecked(row * columns + t));
                        sums[a][0] = entry.mul_add(first, sums[a][0]);
                        sums[a][1] = entry.mul_add(second, sums[a][1]);
                    }
                }
                for a in 0..HEIGHT {
                    sums[a][0].store(results.as_mut_ptr().add(a * width));
                    sums[a][1].store(results.as_mut_ptr().add(a * width + V::W));
                }
            }
            for r in 0..n {
                for a in 0..high {
                    out[r * output + (j + a) * count + i] = results[a * width + r];
                }
            }
            j += high;
        }
    }
    Ok(())
}

macro_rules! arch {
    ($name:ident $(, $features:literal)?) => {
        mod $name {
            use super::{Blocks, Interrupted, Lane, Monitor, single_body, tile_body};

            /// # Safety
            /// As `single_body`.
            $(#[target_feature(enable = $features)])?
            pub(super) unsafe fn single<V: Lane>(
                blocks: &Blocks<'_, V::T>,
                x: &[V::T],
                out: &mut [V::T],
                monitor: &Monitor,
            ) -> Result<(), Interrupted> {
                // SAFETY: as the caller says.
                unsafe { single_body::<V>(blocks, x, out, monitor) }
            }

            /// # Safety
            /// As `tile_body`.
            $(#[target_feature(enable = $features)])?
            pub(super) unsafe fn tile<V: Lane>(
                blocks: &Blocks<'_, V::T>,
                x: &[V::T],
                out: &mut [V::T],
                monitor: &Monitor,
            ) -> Result<(), Interrupted> {
                // SAFETY: as the caller says.
                unsafe { tile_body::<V>(blocks, x, out, monitor) }
            }
        }
    };
}

arch!(portable);
#[cfg(target_arch = "x86_64")]
arch!(avx2, "avx2,fma");
#[cfg(target_arch = "x86_64")]
arch!(avx512, "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_sums_of_products() {
        let (monitor, pool) = (Monitor::new(), Pool::new(2).unwrap());
        for (count, rows, columns) in [(1, 1, 1), (3, 5, 7), (4, 16, 33), (8, 9, 2), (2, 64, 64)] {
            for n in [0, 1, 2, 15, 16, 17, 40] {
                let values: Vec<f64> = (0..count * rows * columns).map(|i| (i * 7 % 13) as f64 - 6.0).collect();
                let x: Vec<f64> = (0..n * count * columns).map(|i| (i * 5 % 11) as f64 - 5.0).collect();
                let mut expected = vec![0.0; n * count * rows];
                for r in 0..n {
                    for i in 0..count {
                        for j in 0..rows {
                            expected[r * count * rows + j * count + i] = (0..columns)
                                .map(|t| values[(i * rows + j) * columns + t] * x[(r * count + i) * columns + t])
                                .sum();
                        }
                    }
                }
                let blocks = Blocks {
                    values: &values,
                    count,
                    rows,
                    columns,
                };
                for isa in Isa::available() {
                    let mut out = vec![f64::NAN; expected.len()];
                    product(&blocks, &x, &mut out, isa, &pool, &monitor).unwrap();
                    assert_eq!(out, expected);
                    let single: Vec<f32> = values.iter().map(|&v| v as f32).collect();
                    let narrow = Blocks {
                        values: &single,
                        count,
                        rows,
                        columns,
                    };
                    let x: Vec<f32> = x.iter().map(|&v| v as f32).collect();
                    let mut out = vec![f32::NAN; expected.len()];
                    product(&narrow, &x, &mut out, isa, &pool, &monitor).unwrap();
                    assert!(out.iter().zip(&expected).all(|(&a, &b)| f64::from(a) == b));
                }
            }
        }
        let blocks = Blocks {
            values: &[1.0; 5],
            count: 1,
            rows: 2,
            columns: 3,
        };
        assert!(product(&blocks, &[1.0; 3], &mut [0.0; 2], Isa::Portable, &pool, &monitor).is_err());
    }
}
