//! The instantiation that runs everywhere, and the reference for the others.

use super::Simd;

/// Whatever the target guarantees.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Portable;

/// Elements tested together: the compiler turns the test into a few vector comparisons, and most blocks have no hit.
const BLOCK: usize = 16;

#[inline(always)]
pub(super) fn below<T: Copy + PartialOrd>(row: &[T], limit: &[T], hits: &mut [u32]) -> usize {
    let mut n = 0;
    let mut start = 0;
    let blocks = row.chunks_exact(BLOCK).zip(limit.chunks_exact(BLOCK));
    for (row, limit) in blocks {
        let mut any = false;
        for o in 0..BLOCK {
            any |= row[o] < limit[o];
        }
        if any {
            for o in 0..BLOCK {
                hits[n] = (start + o) as u32;
                n += usize::from(row[o] < limit[o]);
            }
        }
        start += BLOCK;
    }
    for o in start..row.len() {
        hits[n] = o as u32;
        n += usize::from(row[o] < limit[o]);
    }
    n
}

impl Simd for Portable {
    #[inline(always)]
    fn below_f32(self, row: &[f32], limit: &[f32], hits: &mut [u32]) -> usize {
        below(row, limit, hits)
    }

    #[inline(always)]
    fn below_f64(self, row: &[f64], limit: &[f64], hits: &mut [u32]) -> usize {
        below(row, limit, hits)
    }

    #[inline(always)]
    fn below_i32(self, row: &[i32], limit: &[i32], hits: &mut [u32]) -> usize {
        below(row, limit, hits)
    }

    #[inline(always)]
    fn below_i64(self, row: &[i64], limit: &[i64], hits: &mut [u32]) -> usize {
        below(row, limit, hits)
    }
}
