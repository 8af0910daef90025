//! What is done to rows and columns of an embedding after it was computed: merging powers, and bringing columns to one scale.

use porism_runtime::{Monitor, Pool};

use crate::Error;
use crate::spmm::{Real, check_shape};

/// Rows that are summed up alone, so that sums do not depend on the number of threads.
const ROWS: usize = 1 << 10;

/// Partial sums of a squared length, in one order on all machines.
const LANES: usize = 8;

/// `out += weight · part`, each row of `part` divided by its length first if `normalize` (a row of zeros stays one); `first` overwrites instead.
///
/// # Errors
/// `InvalidParameter` for shapes that do not fit; `Interrupted`.
pub fn merge<T: Real>(
    out: &mut [T],
    part: &[T],
    width: usize,
    weight: f64,
    normalize: bool,
    first: bool,
    pool: &Pool,
    monitor: &Monitor,
) -> Result<(), Error> {
    let rows = out.len() / width.max(1);
    check_shape("out", out.len(), rows, width)?;
    check_shape("part", part.len(), rows, width)?;
    if width == 0 {
        return Ok(());
    }
    let blocks: Vec<_> = out.chunks_mut(ROWS * width).zip(part.chunks(ROWS * width)).collect();
    pool.for_each_of(blocks, |(out, part)| {
        if monitor.check().is_err() {
            return;
        }
        for (to, from) in out.chunks_exact_mut(width).zip(part.chunks_exact(width)) {
            let mut factor = weight;
            if normalize {
                let length = length(from);
                factor = if length > 0.0 { weight / length } else { 0.0 };
            }
            let factor = T::from_f64(factor);
            for (sum, &number) in to.iter_mut().zip(from) {
                if first {
                    *sum = factor * number;
                } else {
                    *sum += factor * number;
                }
            }
        }
    });
    Ok(monitor.check()?)
}

/// The Euclidean length of a row; what is too small for its square is scaled first.
#[inline(always)]
fn length<T: Real>(row: &[T]) -> f64 {
    let plain = squares(row, 1.0).sqrt();
    if plain > 1e-150 && plain < 1e150 {
        return plain;
    }
    let largest = row
        .iter()
        .fold(0.0_f64, |largest, &number| largest.max(number.to_f64().abs()));
    if largest > 0.0 && largest.is_finite() {
        largest * squares(row, largest).sqrt()
    } else {
        largest
    }
}

#[inline(always)]
fn squares<T: Real>(row: &[T], unit: f64) -> f64 {
    let mut sums = [0.0; LANES];
    let mut chunks = row.chunks_exact(LANES);
    for chunk in &mut chunks {
        for lane in 0..LANES {
            let number = chunk[lane].to_f64() / unit;
            sums[lane] += number * number;
        }
    }
    for (lane, &number) in chunks.remainder().iter().enumerate() {
        let number = number.to_f64() / unit;
        sums[lane] += number * number;
    }
    sums.iter().sum()
}

/// Means and scales that bring columns to mean 0 and standard deviation 1, from the rows that are not to be skipped.
///
/// A column that varies by no more than rounding does gets the scale 1. Two passes in double precision, in blocks of rows that are added up in order.
///
/// # Errors
/// `InvalidParameter` for shapes that do not fit; `Interrupted`.
pub fn moments<T: Real>(
    x: &[T],
    width: usize,
    skip: &[bool],
    pool: &Pool,
    monitor: &Monitor,
) -> Result<(Vec<f64>, Vec<f64>), Error> {
    check_shape("X", x.len(), skip.len(), width)?;
    let counted = skip.iter().filter(|&&skipped| !skipped).count() as f64;
    if width == 0 || counted == 0.0 {
        return Ok((vec![0.0; width], vec![1.0; width]));
    }
    let mut mean = column_sums(x, width, skip, pool, monitor, |_, number| number)?;
    mean.iter_mut().for_each(|sum| *sum /= counted);
    let mut scale = column_sums(x, width, skip, pool, monitor, |column, number| {
        let off = number - mean[column];
        off * off
    })?;
    let rounding = if size_of::<T>() == 4 {
        f64::from(f32::EPSILON)
    } else {
        f64::EPSILON
    };
    for (sum, mean) in scale.iter_mut().zip(&mean) {
        *sum = (*sum / counted).sqrt();
        if *sum <= 32.0 * rounding * mean.abs() {
            *sum = 1.0;
        }
    }
    Ok((mean, scale))
}

/// The sum of `term(column, number)` in each column.
fn column_sums<T: Real>(
    x: &[T],
    width: usize,
    skip: &[bool],
    pool: &Pool,
    monitor: &Monitor,
    term: impl Fn(usize, f64) -> f64 + Sync,
) -> Result<Vec<f64>, Error> {
    let mut partial = vec![vec![0.0; width]; skip.len().div_ceil(ROWS)];
    let parts: Vec<_> = partial
        .iter_mut()
        .zip(x.chunks(ROWS * width).zip(skip.chunks(ROWS)))
        .collect();
    pool.for_each_of(parts, |(sums, (rows, skip))| {
        if monitor.check().is_err() {
            return;
        }
        for (row, &skipped) in rows.chunks_exact(width).zip(skip) {
            if !skipped {
                for (column, (sum, &number)) in sums.iter_mut().zip(row).enumerate() {
                    *sum += term(column, number.to_f64());
                }
            }
        }
    });
    monitor.check()?;
    let mut sums = vec![0.0; width];
    for part in &partial {
        sums.iter_mut().zip(part).for_each(|(sum, &more)| *sum += more);
    }
    Ok(sums)
}

/// `x = (x - mean) / scale`, column by column.
///
/// # Errors
/// `InvalidParameter` for shapes that do not fit; `Interrupted`.
pub fn rescale<T: Real>(x: &mut [T], mean: &[f64], scale: &[f64], pool: &Pool, monitor: &Monitor) -> Result<(), Error> {
    let width = mean.len();
    check_shape("scale", scale.len(), width, 1)?;
    if width == 0 {
        return check_shape("X", x.len(), 0, 0);
    }
    check_shape("X", x.len(), x.len() / width, width)?;
    let blocks: Vec<_> = x.chunks_mut(ROWS * width).collect();
    pool.for_each_of(blocks, |block| {
        if monitor.check().is_err() {
            return;
        }
        for row in block.chunks_exact_mut(width) {
            for column in 0..width {
                row[column] = T::from_f64((row[column].to_f64() - mean[column]) / scale[column]);
            }
        }
    });
    Ok(monitor.check()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_normalised_and_added() {
        let (pool, monitor) = (Pool::serial(), Monitor::new());
        let part = [3.0, 4.0, 0.0, 0.0, 1e-300, 0.0];
        let mut out = [f64::NAN; 6];
        merge(&mut out, &part, 2, 10.0, true, true, &pool, &monitor).unwrap();
        assert_eq!(out, [6.0, 8.0, 0.0, 0.0, 10.0, 0.0]);
        merge(&mut out, &part, 2, 2.0, false, false, &pool, &monitor).unwrap();
        assert_eq!(out, [12.0, 16.0, 0.0, 0.0, 10.0, 0.0]);
        assert!(merge(&mut out, &part[1..], 2, 1.0, true, true, &pool, &monitor).is_err());
    }

    #[test]
    fn columns_get_mean_nought_and_deviation_one() {
        let monitor = Monitor::new();
        let n = 5000;
        let x: Vec<f32> = (0..n).flat_map(|i| [i as f32, 0.1, (i % 2) as f32 * 4.0]).collect();
        let mut skip = vec![false; n];
        let mut results = Vec::new();
        for threads in [1, 3] {
            let pool = Pool::new(threads).unwrap();
            let mut out = x.clone();
            let (mean, scale) = moments(&out, 3, &skip, &pool, &monitor).unwrap();
            assert_eq!((mean[0], scale[1], mean[2], scale[2]), (2499.5, 1.0, 2.0, 2.0));
            rescale(&mut out, &mean, &scale, &pool, &monitor).unwrap();
            assert!(out.chunks(3).all(|row| row[1] == 0.0 && row[2].abs() == 1.0));
            results.push(out);
        }
        assert_eq!(results[0], results[1]);
        skip.iter_mut().skip(1).step_by(2).for_each(|skipped| *skipped = true);
        let (mean, scale) = moments(&x, 3, &skip, &Pool::serial(), &monitor).unwrap();
        assert_eq!((mean[2], scale[2]), (0.0, 1.0));
        assert!(moments(&x, 3, &skip[1..], &Pool::serial(), &monitor).is_err());
    }
}
