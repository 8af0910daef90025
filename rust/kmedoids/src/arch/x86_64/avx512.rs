//! AVX-512: masks and compression in hardware, and no tail loops.

use std::arch::asm;
use std::arch::x86_64::*;

use porism_runtime::Isa;

use super::super::{Below, Kernel, Simd, Totals, WORDS};

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

/// How many bits of `mask` are set.
///
/// In assembly, because the compiler would rather keep the counts of several rows in one vector, count bits there step by step, and take the vector apart to store hits.
///
/// # Safety
/// AVX-512, and with it `popcnt`, must be there.
#[inline(always)]
unsafe fn count(mask: u32) -> usize {
    let n: u64;
    // SAFETY: the caller promises that the instruction exists. It touches registers only.
    unsafe {
        asm!("popcnt {n:e}, {mask:e}", n = lateout(reg) n, mask = in(reg) mask, options(pure, nomem, nostack));
    }
    n as usize
}

macro_rules! below {
    ($method:ident, $element:ty, $lanes:literal, $mask:ty, $load:ident, $less:expr, $iota:expr, $step:expr, $compress:ident, $store:ident, $add:ident) => {
        #[inline(always)]
        fn $method<const ROWS: usize>(
            self,
            rows: [&[$element]; ROWS],
            limit: &[$element],
            hits: [&mut [u32]; ROWS],
        ) -> [usize; ROWS] {
            const LANES: usize = $lanes;
            let length = limit.len();
            let mut n = [0; ROWS];
            // SAFETY: `self` proves that the instructions exist. The caller, `Simd::below`, has asserted that all rows are as long as `limit` and
            // all of `hits` longer by 16. Whole vectors are loaded up to `length`, the last one masked. At most as many hits as positions seen were
            // written before a store (`n <= start`), so a whole vector of at most 16 fits behind them.
            unsafe {
                let rows = rows.map(<[_]>::as_ptr);
                let hits = hits.map(<[_]>::as_mut_ptr);
                let limit = limit.as_ptr();
                let mut positions = $iota;
                let mut start = 0;
                while start + LANES <= length {
                    let limit = $load(<$mask>::MAX, limit.add(start));
                    for r in 0..ROWS {
                        // Without a branch: where a few per cent hit, it would be mispredicted all the time.
                        let mask = $less(<$mask>::MAX, $load(<$mask>::MAX, rows[r].add(start)), limit);
                        $store(hits[r].add(n[r]).cast(), $compress(mask, positions));
                        n[r] += count(mask.into());
                    }
                    positions = $add(positions, $step);
                    start += LANES;
                }
                if start < length {
                    let valid: $mask = (1 << (length - start)) - 1;
                    let limit = $load(valid, limit.add(start));
                    for r in 0..ROWS {
                        let mask = $less(valid, $load(valid, rows[r].add(start)), limit);
                        $store(hits[r].add(n[r]).cast(), $compress(mask, positions));
                        n[r] += count(mask.into());
                    }
                }
            }
            n
        }
    };
}

/// Indices of the butterflies that turn a square of `2^stages` rows round: in stage `s`, rows `i` and `i + 2^s` exchange the elements
/// whose positions differ from them in bit `s`. First what goes to the lower row, then what goes to the upper one.
const fn butterflies<const LANES: usize, const STAGES: usize>() -> [[[u64; LANES]; 2]; STAGES] {
    let mut indices = [[[0; LANES]; 2]; STAGES];
    let mut stage = 0;
    while stage < STAGES {
        let step = 1 << stage;
        let mut lane = 0;
        while lane < LANES {
            let upper = lane & step != 0;
            // Indices from LANES on mean the second row.
            indices[stage][0][lane] = if upper { LANES + lane - step } else { lane } as u64;
            indices[stage][1][lane] = if upper { LANES + lane } else { lane + step } as u64;
            lane += 1;
        }
        stage += 1;
    }
    indices
}

static BUTTERFLIES_8: [[[u64; 8]; 2]; 3] = butterflies();

static BUTTERFLIES_16: [[[u32; 16]; 2]; 4] = {
    let wide: [[[u64; 16]; 2]; 4] = butterflies();
    let mut narrow = [[[0; 16]; 2]; 4];
    let mut at = 0;
    while at < 128 {
        narrow[at / 32][at / 16 % 2][at % 16] = wide[at / 32][at / 16 % 2][at % 16] as u32;
        at += 1;
    }
    narrow
};

impl Simd for Avx512 {
    const REGISTERS: usize = 32;
    const FUSED: bool = true;

    #[inline(always)]
    unsafe fn stream<T: Below>(self, from: &[T], to: *mut T) {
        let bytes = size_of_val(from);
        let head = to.align_offset(64) * size_of::<T>();
        // SAFETY: the caller promises that `from`'s bytes can be written at `to`; whole lines are stored only while they fit, to
        // addresses that are multiples of their size.
        unsafe {
            let (from, to) = (from.as_ptr().cast::<u8>(), to.cast::<u8>());
            let mut at = head.min(bytes);
            std::ptr::copy_nonoverlapping(from, to, at);
            while at + 64 <= bytes {
                _mm512_stream_si512(to.add(at).cast(), _mm512_loadu_si512(from.add(at).cast()));
                at += 64;
            }
            std::ptr::copy_nonoverlapping(from.add(at), to.add(at), bytes - at);
        }
    }

    #[inline(always)]
    fn fence(self) {
        // SAFETY: every x86-64 has it.
        unsafe { _mm_sfence() }
    }

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
        // SAFETY: `self` proves that the instructions exist; the caller promises so many words, and no more are touched.
        unsafe {
            let mut partial = [_mm512_setzero_si512(); ROWS];
            let mut most = _mm512_loadu_si512(totals.largest.as_ptr().cast());
            for r in 0..ROWS {
                partial[r] = _mm512_loadu_si512(totals.sums[r].as_ptr().cast());
            }
            for word in (0..n * WORDS).step_by(WORDS) {
                let weight_low = _mm512_loadu_si512(weights[0].add(word).cast());
                let weight_high = _mm512_loadu_si512(weights[1].add(word).cast());
                let mut low = _mm512_loadu_si512(columns[0].add(word).cast());
                let mut high = _mm512_loadu_si512(columns[1].add(word).cast());
                for r in 0..ROWS {
                    let lower = _mm512_loadu_si512(rows[r].add(word).cast());
                    let upper = _mm512_srli_epi64::<32>(lower);
                    most = if WIDE {
                        _mm512_max_epu64(most, lower)
                    } else {
                        _mm512_max_epu32(most, lower)
                    };
                    partial[r] = _mm512_add_epi64(partial[r], _mm512_mul_epu32(lower, weight_low));
                    partial[r] = _mm512_add_epi64(partial[r], _mm512_mul_epu32(upper, weight_high));
                    low = _mm512_add_epi64(low, _mm512_mul_epu32(lower, _mm512_set1_epi64(own[r][0] as i64)));
                    high = _mm512_add_epi64(high, _mm512_mul_epu32(upper, _mm512_set1_epi64(own[r][1] as i64)));
                }
                _mm512_storeu_si512(columns[0].add(word).cast(), low);
                _mm512_storeu_si512(columns[1].add(word).cast(), high);
            }
            _mm512_storeu_si512(totals.largest.as_mut_ptr().cast(), most);
            for r in 0..ROWS {
                _mm512_storeu_si512(totals.sums[r].as_mut_ptr().cast(), partial[r]);
            }
        }
    }

    #[inline(always)]
    unsafe fn turn_u32(self, from: *const u32, from_stride: usize, to: *mut u32, to_stride: usize) {
        // SAFETY: `self` proves that the instructions exist; the caller promises that both squares are there.
        unsafe {
            let mut rows = [_mm512_setzero_si512(); 16];
            for i in 0..16 {
                rows[i] = _mm512_loadu_si512(from.add(i * from_stride).cast());
            }
            for stage in 0..4 {
                let step = 1 << stage;
                let lower = _mm512_loadu_si512(BUTTERFLIES_16[stage][0].as_ptr().cast());
                let upper = _mm512_loadu_si512(BUTTERFLIES_16[stage][1].as_ptr().cast());
                for i in 0..16 {
                    if i & step == 0 {
                        let (a, b) = (rows[i], rows[i + step]);
                        rows[i] = _mm512_permutex2var_epi32(a, lower, b);
                        rows[i + step] = _mm512_permutex2var_epi32(a, upper, b);
                    }
                }
            }
            for i in 0..16 {
                _mm512_storeu_si512(to.add(i * to_stride).cast(), rows[i]);
            }
        }
    }

    #[inline(always)]
    unsafe fn turn_u64(self, from: *const u64, from_stride: usize, to: *mut u64, to_stride: usize) {
        // SAFETY: `self` proves that the instructions exist; the caller promises that both squares, and so their quarters, are there.
        unsafe {
            for (top, left) in [(0, 0), (0, 8), (8, 0), (8, 8)] {
                let (from, to) = (from.add(top * from_stride + left), to.add(left * to_stride + top));
                let mut rows = [_mm512_setzero_si512(); 8];
                for i in 0..8 {
                    rows[i] = _mm512_loadu_si512(from.add(i * from_stride).cast());
                }
                for stage in 0..3 {
                    let step = 1 << stage;
                    let lower = _mm512_loadu_si512(BUTTERFLIES_8[stage][0].as_ptr().cast());
                    let upper = _mm512_loadu_si512(BUTTERFLIES_8[stage][1].as_ptr().cast());
                    for i in 0..8 {
                        if i & step == 0 {
                            let (a, b) = (rows[i], rows[i + step]);
                            rows[i] = _mm512_permutex2var_epi64(a, lower, b);
                            rows[i + step] = _mm512_permutex2var_epi64(a, upper, b);
                        }
                    }
                }
                for i in 0..8 {
                    _mm512_storeu_si512(to.add(i * to_stride).cast(), rows[i]);
                }
            }
        }
    }

    #[inline(always)]
    fn either_u32(self, a: &[u32], b: &[u32], value: u32, hits: &mut [u32]) -> usize {
        let length = a.len();
        let mut n = 0;
        // SAFETY: `self` proves that the instructions exist. The caller, `Simd::either`, has asserted that `b` is as long as `a` and `hits`
        // longer by 16. Loads are masked to positions below `length`; at most as many hits as positions seen before were written, so that 16 fit behind them.
        unsafe {
            let (a, b, hits) = (a.as_ptr().cast::<i32>(), b.as_ptr().cast::<i32>(), hits.as_mut_ptr());
            let value = _mm512_set1_epi32(value as i32);
            let first = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
            let mut start = 0;
            while start < length {
                let rest = length - start;
                let valid = if rest >= 16 { u16::MAX } else { (1 << rest) - 1 };
                let in_a = _mm512_mask_cmpeq_epi32_mask(valid, _mm512_maskz_loadu_epi32(valid, a.add(start)), value);
                let in_b = _mm512_mask_cmpeq_epi32_mask(valid, _mm512_maskz_loadu_epi32(valid, b.add(start)), value);
                let mask = in_a | in_b;
                if mask != 0 {
                    let positions = _mm512_add_epi32(first, _mm512_set1_epi32(start as i32));
                    _mm512_storeu_si512(hits.add(n).cast(), _mm512_maskz_compress_epi32(mask, positions));
                    n += mask.count_ones() as usize;
                }
                start += 16;
            }
        }
        n
    }

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
