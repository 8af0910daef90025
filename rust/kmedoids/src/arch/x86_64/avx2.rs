//! AVX2: masks through `movemask`, compression through a table.

use std::arch::x86_64::*;

use porism_runtime::Isa;

use super::super::{Kernel, Simd, Totals, WORDS};

/// Proof that this machine has AVX2 and FMA: made by [`Avx2::new`] only.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Avx2(());

impl Avx2 {
    pub(super) fn new() -> Option<Self> {
        Isa::available().any(|isa| isa == Isa::Avx2).then_some(Self(()))
    }

    #[inline]
    pub(super) fn run<K: Kernel>(self, kernel: K) -> K::Output {
        #[target_feature(enable = "avx2,fma")]
        fn inner<K: Kernel>(simd: Avx2, kernel: K) -> K::Output {
            kernel.run(simd)
        }
        // SAFETY: `self` proves that the features are there.
        unsafe { inner(self, kernel) }
    }
}

/// For every mask of 8 bits, the positions of its set bits, a byte each, lowest first.
static POSITIONS: [[u8; 8]; 256] = {
    let mut table = [[0; 8]; 256];
    let mut mask = 0;
    while mask < 256 {
        let (mut bit, mut n) = (0, 0);
        while bit < 8 {
            if mask >> bit & 1 == 1 {
                table[mask][n] = bit as u8;
                n += 1;
            }
            bit += 1;
        }
        mask += 1;
    }
    table
};

/// Append `start` plus the positions of the set bits of `mask` (8 bits) to `hits`.
///
/// # Safety
/// AVX2 must be there, and 8 elements be writable at `hits`.
#[inline(always)]
unsafe fn append(hits: *mut u32, start: usize, mask: usize) -> usize {
    // SAFETY: as promised by the caller; the table has an entry for each value of 8 bits.
    unsafe {
        let packed = _mm_loadl_epi64(POSITIONS[mask & 0xff].as_ptr().cast());
        let positions = _mm256_add_epi32(_mm256_cvtepu8_epi32(packed), _mm256_set1_epi32(start as i32));
        _mm256_storeu_si256(hits.cast(), positions);
    }
    mask.count_ones() as usize
}

macro_rules! below {
    ($method:ident, $element:ty, $lanes:literal, $load:ident, $less:expr, $or:ident, $movemask:expr) => {
        #[inline(always)]
        fn $method<const ROWS: usize>(
            self,
            rows: [&[$element]; ROWS],
            limit: &[$element],
            hits: [&mut [u32]; ROWS],
        ) -> [usize; ROWS] {
            const LANES: usize = $lanes;
            const VECTORS: usize = 32 / LANES;
            let length = limit.len();
            let (mut n, mut start) = ([0; ROWS], 0);
            // SAFETY: `self` proves that the instructions exist. The caller, `Simd::below`, has asserted that all rows are as long as `limit` and
            // all of `hits` longer by 16. Loads stay below `length`. At most as many hits as positions seen before were written, so that
            // a whole vector of 8 fits behind them.
            unsafe {
                while start + 32 <= length {
                    for r in 0..ROWS {
                        let row = rows[r].as_ptr().add(start);
                        let limit = limit.as_ptr().add(start);
                        let mut less = [$less($load(row), $load(limit)); VECTORS];
                        let mut any = less[0];
                        for v in 1..VECTORS {
                            less[v] = $less($load(row.add(v * LANES)), $load(limit.add(v * LANES)));
                            any = $or(any, less[v]);
                        }
                        if $movemask(any) != 0 {
                            let mut v = 0;
                            while v < VECTORS {
                                let mut mask = $movemask(less[v]) as usize;
                                if LANES == 4 {
                                    mask |= ($movemask(less[v + 1]) as usize) << 4;
                                }
                                n[r] += append(hits[r].as_mut_ptr().add(n[r]), start + v * LANES, mask);
                                v += 8 / LANES;
                            }
                        }
                    }
                    start += 32;
                }
            }
            for r in 0..ROWS {
                for o in start..length {
                    hits[r][n[r]] = o as u32;
                    n[r] += usize::from(rows[r][o] < limit[o]);
                }
            }
            n
        }
    };
}

#[inline(always)]
unsafe fn load_epi32(from: *const i32) -> __m256i {
    // SAFETY: the caller promises 8 readable elements and AVX2.
    unsafe { _mm256_loadu_si256(from.cast()) }
}

#[inline(always)]
unsafe fn load_epi64(from: *const i64) -> __m256i {
    // SAFETY: the caller promises 4 readable elements and AVX2.
    unsafe { _mm256_loadu_si256(from.cast()) }
}

impl Simd for Avx2 {
    const REGISTERS: usize = 16;
    const FUSED: bool = true;

    #[inline(always)]
    fn prefetch<T>(self, at: *const T) {
        // SAFETY: `self` proves that the instruction exists; it never faults.
        unsafe { _mm_prefetch::<_MM_HINT_T1>(at.cast()) }
    }

    #[inline(always)]
    unsafe fn add_products<const ROWS: usize, const WIDE: bool>(
        self,
        n: usize,
        rows: [*const u64; ROWS],
        own: [[u64; 2]; ROWS],
        weights: [*const u64; 2],
        columns: [*mut u64; 2],
        totals: &mut Totals<ROWS>,
    ) {
        const LANES: usize = 4;
        // SAFETY: `self` proves that the instructions exist; the caller promises so many words, and no more are touched.
        unsafe {
            let sign = _mm256_set1_epi64x(i64::MIN);
            let mut partial = [_mm256_setzero_si256(); ROWS];
            // Words without a sign are compared as if they had one, which is turned over for that.
            let mut most = _mm256_loadu_si256(totals.largest.as_ptr().cast());
            if WIDE {
                most = _mm256_xor_si256(most, sign);
            }
            for r in 0..ROWS {
                partial[r] = _mm256_loadu_si256(totals.sums[r].as_ptr().cast());
            }
            for word in (0..n * WORDS).step_by(LANES) {
                let weight_low = _mm256_loadu_si256(weights[0].add(word).cast());
                let weight_high = _mm256_loadu_si256(weights[1].add(word).cast());
                let mut low = _mm256_loadu_si256(columns[0].add(word).cast());
                let mut high = _mm256_loadu_si256(columns[1].add(word).cast());
                for r in 0..ROWS {
                    let lower = _mm256_loadu_si256(rows[r].add(word).cast());
                    let upper = _mm256_srli_epi64::<32>(lower);
                    most = if WIDE {
                        let turned = _mm256_xor_si256(lower, sign);
                        _mm256_blendv_epi8(most, turned, _mm256_cmpgt_epi64(turned, most))
                    } else {
                        _mm256_max_epu32(most, lower)
                    };
                    partial[r] = _mm256_add_epi64(partial[r], _mm256_mul_epu32(lower, weight_low));
                    partial[r] = _mm256_add_epi64(partial[r], _mm256_mul_epu32(upper, weight_high));
                    low = _mm256_add_epi64(low, _mm256_mul_epu32(lower, _mm256_set1_epi64x(own[r][0] as i64)));
                    high = _mm256_add_epi64(high, _mm256_mul_epu32(upper, _mm256_set1_epi64x(own[r][1] as i64)));
                }
                _mm256_storeu_si256(columns[0].add(word).cast(), low);
                _mm256_storeu_si256(columns[1].add(word).cast(), high);
            }
            if WIDE {
                most = _mm256_xor_si256(most, sign);
            }
            _mm256_storeu_si256(totals.largest.as_mut_ptr().cast(), most);
            for r in 0..ROWS {
                _mm256_storeu_si256(totals.sums[r].as_mut_ptr().cast(), partial[r]);
            }
        }
    }

    #[inline(always)]
    fn either_u32(self, a: &[u32], b: &[u32], value: u32, hits: &mut [u32]) -> usize {
        let length = a.len();
        let (mut n, mut start) = (0, 0);
        // SAFETY: `self` proves that the instructions exist. The caller, `Simd::either`, has asserted that `b` is as long as `a` and `hits`
        // longer by 16. Loads stay below `length`; at most as many hits as positions seen before were written, so that 8 fit behind them.
        unsafe {
            let value = _mm256_set1_epi32(value as i32);
            while start + 8 <= length {
                let a = _mm256_loadu_si256(a.as_ptr().add(start).cast());
                let b = _mm256_loadu_si256(b.as_ptr().add(start).cast());
                let equal = _mm256_or_si256(_mm256_cmpeq_epi32(a, value), _mm256_cmpeq_epi32(b, value));
                let mask = _mm256_movemask_ps(_mm256_castsi256_ps(equal));
                if mask != 0 {
                    n += append(hits.as_mut_ptr().add(n), start, mask as usize);
                }
                start += 8;
            }
        }
        for o in start..length {
            hits[n] = o as u32;
            n += usize::from(a[o] == value || b[o] == value);
        }
        n
    }

    below!(
        below_f32,
        f32,
        8,
        _mm256_loadu_ps,
        _mm256_cmp_ps::<_CMP_LT_OQ>,
        _mm256_or_ps,
        _mm256_movemask_ps
    );
    below!(
        below_f64,
        f64,
        4,
        _mm256_loadu_pd,
        _mm256_cmp_pd::<_CMP_LT_OQ>,
        _mm256_or_pd,
        _mm256_movemask_pd
    );
    below!(
        below_i32,
        i32,
        8,
        load_epi32,
        |a, b| _mm256_cmpgt_epi32(b, a),
        _mm256_or_si256,
        |mask| _mm256_movemask_ps(_mm256_castsi256_ps(mask))
    );
    below!(
        below_i64,
        i64,
        4,
        load_epi64,
        |a, b| _mm256_cmpgt_epi64(b, a),
        _mm256_or_si256,
        |mask| _mm256_movemask_pd(_mm256_castsi256_pd(mask))
    );
}
