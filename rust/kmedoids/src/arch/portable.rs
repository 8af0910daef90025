//! The instantiation that runs everywhere, and the reference for the others.

use super::{SQUARE, Simd, Totals, WORDS};

/// Whatever the target guarantees.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Portable;

/// Elements tested together: the compiler turns the test into a few vector comparisons, and most blocks have no hit.
const BLOCK: usize = 16;

#[inline(always)]
pub(super) fn collect(length: usize, hits: &mut [u32], is_hit: impl Fn(usize) -> bool) -> usize {
    let mut n = 0;
    let whole = length / BLOCK * BLOCK;
    for start in (0..whole).step_by(BLOCK) {
        let mut any = false;
        for o in start..start + BLOCK {
            any |= is_hit(o);
        }
        if any {
            for o in start..start + BLOCK {
                hits[n] = o as u32;
                n += usize::from(is_hit(o));
            }
        }
    }
    for o in whole..length {
        hits[n] = o as u32;
        n += usize::from(is_hit(o));
    }
    n
}

#[inline(always)]
fn below<T: Copy + PartialOrd, const ROWS: usize>(
    rows: [&[T]; ROWS],
    limit: &[T],
    hits: [&mut [u32]; ROWS],
) -> [usize; ROWS] {
    let mut n = [0; ROWS];
    for ((row, hits), n) in rows.into_iter().zip(hits).zip(&mut n) {
        let row = &row[..limit.len()];
        *n = collect(limit.len(), hits, |o| row[o] < limit[o]);
    }
    n
}

/// # Safety
/// `n` times `WORDS` words must be readable at each of `rows` and `weights`, and readable and writable at each of `columns`.
#[inline(always)]
pub(super) unsafe fn add_products<const ROWS: usize, const WIDE: bool>(
    n: usize,
    rows: [*const u64; ROWS],
    own: [[u64; 2]; ROWS],
    weights: [*const u64; 2],
    columns: [*mut u64; 2],
    totals: &mut Totals<ROWS>,
) {
    for word in 0..n * WORDS {
        // SAFETY: the caller promises so many words.
        unsafe {
            let (mut low, mut high) = (*columns[0].add(word), *columns[1].add(word));
            let (weight_low, weight_high) = (*weights[0].add(word), *weights[1].add(word));
            for r in 0..ROWS {
                let both = rows[r].add(word).read_unaligned();
                let (lower, upper) = (both & 0xffff_ffff, both >> 32);
                let most = &mut totals.largest[word % WORDS];
                *most = if WIDE {
                    both.max(*most)
                } else {
                    lower.max(*most & 0xffff_ffff) | upper.max(*most >> 32) << 32
                };
                let weighted = lower
                    .wrapping_mul(weight_low)
                    .wrapping_add(upper.wrapping_mul(weight_high));
                totals.sums[r][word % WORDS] = totals.sums[r][word % WORDS].wrapping_add(weighted);
                low = low.wrapping_add(lower.wrapping_mul(own[r][0]));
                high = high.wrapping_add(upper.wrapping_mul(own[r][1]));
            }
            (*columns[0].add(word), *columns[1].add(word)) = (low, high);
        }
    }
}

/// # Safety
/// `SQUARE` rows of `SQUARE` elements must be readable at `from` and writable at `to`, `from_stride` and `to_stride` elements apart.
#[inline(always)]
pub(super) unsafe fn turn<T: Copy>(from: *const T, from_stride: usize, to: *mut T, to_stride: usize) {
    for row in 0..SQUARE {
        for col in 0..SQUARE {
            // SAFETY: both positions lie within the squares that the caller promises.
            unsafe { *to.add(col * to_stride + row) = *from.add(row * from_stride + col) };
        }
    }
}

impl Simd for Portable {
    const REGISTERS: usize = 8;
    const FUSED: bool = false;

    #[inline(always)]
    fn either_u32(self, a: &[u32], b: &[u32], value: u32, hits: &mut [u32]) -> usize {
        let b = &b[..a.len()];
        collect(a.len(), hits, |o| a[o] == value || b[o] == value)
    }

    #[inline(always)]
    fn below_f32<const ROWS: usize>(
        self,
        rows: [&[f32]; ROWS],
        limit: &[f32],
        hits: [&mut [u32]; ROWS],
    ) -> [usize; ROWS] {
        below(rows, limit, hits)
    }

    #[inline(always)]
    fn below_f64<const ROWS: usize>(
        self,
        rows: [&[f64]; ROWS],
        limit: &[f64],
        hits: [&mut [u32]; ROWS],
    ) -> [usize; ROWS] {
        below(rows, limit, hits)
    }

    #[inline(always)]
    fn below_i32<const ROWS: usize>(
        self,
        rows: [&[i32]; ROWS],
        limit: &[i32],
        hits: [&mut [u32]; ROWS],
    ) -> [usize; ROWS] {
        below(rows, limit, hits)
    }

    #[inline(always)]
    fn below_i64<const ROWS: usize>(
        self,
        rows: [&[i64]; ROWS],
        limit: &[i64],
        hits: [&mut [u32]; ROWS],
    ) -> [usize; ROWS] {
        below(rows, limit, hits)
    }
}
