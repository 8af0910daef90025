//! Some rows against sixteen columns, in registers.

use crate::arch::Simd;

use super::metric::{Float, Op};

/// Columns of a panel.
pub(super) const WIDTH: usize = 16;

/// `panel[feature][column]` for the `WIDTH` rows of `x` that start at `first`; columns beyond the last row repeat it.
pub(super) fn pack<T: Float>(x: &[T], d: usize, first: usize, panel: &mut [[T; WIDTH]]) {
    let n = x.len() / d;
    for column in 0..WIDTH {
        let row = &x[(first + column).min(n - 1) * d..][..d];
        for (features, &value) in panel.iter_mut().zip(row) {
            features[column] = value;
        }
    }
}

/// `out[r * stride + c] = op(row r, column c)` for the rows of `rows` (`d` features each) and the first `width` columns of `panel`.
#[inline(always)]
pub(super) fn tile<S: Simd, T: Float, O: Op<T>>(
    _simd: S,
    op: O,
    rows: &[T],
    panel: &[[T; WIDTH]],
    out: &mut [T],
    stride: usize,
    width: usize,
) {
    let d = panel.len();
    let n = rows.len() / d;
    let mut at = 0;
    macro_rules! groups {
        ($height:literal) => {
            while n - at >= $height {
                let results = group::<S, T, O, $height>(op, &rows[at * d..], panel);
                for (r, result) in results.iter().enumerate() {
                    out[(at + r) * stride..][..width].copy_from_slice(&result[..width]);
                }
                at += $height;
            }
        };
    }
    // As many accumulators as there are registers to spare.
    if S::REGISTERS >= 32 {
        groups!(8);
    }
    if S::REGISTERS >= 16 {
        groups!(4);
    }
    groups!(1);
}

#[inline(always)]
fn group<S: Simd, T: Float, O: Op<T>, const HEIGHT: usize>(
    op: O,
    rows: &[T],
    panel: &[[T; WIDTH]],
) -> [[T; WIDTH]; HEIGHT] {
    let d = panel.len();
    let mut sums = [[O::START; WIDTH]; HEIGHT];
    let rows: [&[T]; HEIGHT] = std::array::from_fn(|r| &rows[r * d..][..d]);
    for feature in 0..d {
        let columns = &panel[feature];
        for r in 0..HEIGHT {
            let x = rows[r][feature];
            for c in 0..WIDTH {
                sums[r][c] = if S::FUSED {
                    op.step::<true>(sums[r][c], feature, x, columns[c])
                } else {
                    op.step::<false>(sums[r][c], feature, x, columns[c])
                };
            }
        }
    }
    let mut results = [[T::ZERO; WIDTH]; HEIGHT];
    for r in 0..HEIGHT {
        for c in 0..WIDTH {
            results[r][c] = op.finish(sums[r][c]);
        }
    }
    results
}
