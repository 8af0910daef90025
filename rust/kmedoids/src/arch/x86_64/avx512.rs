//! AVX-512: masks and compression in hardware, and no tail loops.

use std::arch::x86_64::*;

use porism_runtime::Isa;

use super::super::{Kernel, Simd};

/// Proof that this machine has AVX-512 F, BW, DQ and VL: made by [`Avx512::new`] only.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Avx512(());

impl Avx512 {
    pub(super) fn new() -> Option<Self> {
        Isa::available().any(|isa| isa == Isa::Avx512).then_some(Self(()))
    }

    #[inline]
    pub(super) fn run<K: Kernel>(self, kernel: K) -> K::Output {
        #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,bmi1,bmi2,popcnt,lzcnt")]
        fn inner<K: Kernel>(simd: Avx512, kernel: K) -> K::Output {
            kernel.run(simd)
        }
        // SAFETY: `self` proves that the features are there.
        unsafe { inner(self, kernel) }
    }
}

macro_rules! below {
    ($method:ident, $element:ty, $lanes:literal, $mask:ty, $load:ident, $less:expr, $iota:expr, $step:expr, $compress:ident, $store:ident, $add:ident) => {
        #[inline(always)]
        fn $method(self, row: &[$element], limit: &[$element], hits: &mut [u32]) -> usize {
            const LANES: usize = $lanes;
            let length = row.len();
            let mut n = 0;
            // SAFETY: `self` proves that the instructions exist. The caller, `Simd::below`, has asserted that `limit` is as long as `row` and
            // `hits` longer by 16. Loads are masked to positions below `length`. At most as many hits as positions seen were written before a
            // store (`n <= start`), so a whole vector of at most 16 fits behind them.
            unsafe {
                let (row, limit, hits) = (row.as_ptr(), limit.as_ptr(), hits.as_mut_ptr());
                let mut positions = $iota;
                let mut start = 0;
                while start < length {
                    let rest = length - start;
                    let valid: $mask = if rest >= LANES {
                        <$mask>::MAX
                    } else {
                        (1 << rest) - 1
                    };
                    let mask = $less(
                        valid,
                        $load(valid, row.add(start)),
                        $load(valid, limit.add(start)),
                    );
                    if mask != 0 {
                        $store(hits.add(n).cast(), $compress(mask, positions));
                        n += mask.count_ones() as usize;
                    }
                    positions = $add(positions, $step);
                    start += LANES;
                }
            }
            n
        }
    };
}

impl Simd for Avx512 {
    below!(
        below_f32,
        f32,
        16,
        u16,
        _mm512_maskz_loadu_ps,
        _mm512_mask_cmp_ps_mask::<_CMP_LT_OQ>,
        _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
        _mm512_set1_epi32(16),
        _mm512_maskz_compress_epi32,
        _mm512_storeu_si512,
        _mm512_add_epi32
    );
    below!(
        below_f64,
        f64,
        8,
        u8,
        _mm512_maskz_loadu_pd,
        _mm512_mask_cmp_pd_mask::<_CMP_LT_OQ>,
        _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7),
        _mm256_set1_epi32(8),
        _mm256_maskz_compress_epi32,
        _mm256_storeu_si256,
        _mm256_add_epi32
    );
    below!(
        below_i32,
        i32,
        16,
        u16,
        _mm512_maskz_loadu_epi32,
        _mm512_mask_cmplt_epi32_mask,
        _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
        _mm512_set1_epi32(16),
        _mm512_maskz_compress_epi32,
        _mm512_storeu_si512,
        _mm512_add_epi32
    );
    below!(
        below_i64,
        i64,
        8,
        u8,
        _mm512_maskz_loadu_epi64,
        _mm512_mask_cmplt_epi64_mask,
        _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7),
        _mm256_set1_epi32(8),
        _mm256_maskz_compress_epi32,
        _mm256_storeu_si256,
        _mm256_add_epi32
    );
}
