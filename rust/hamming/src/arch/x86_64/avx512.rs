//! AVX-512: 512 bits, any function of three bits in one instruction, masks of their own.
//!
//! Bytes are compared in 256-bit vectors all the same: a comparison of 512 bits goes to a mask register, and there is one port for that.

use std::arch::x86_64::*;

use porism_runtime::Isa;

use super::super::{Kernel, PLANES, Simd, Write};
use super::avx2;
use crate::relation::Relation;

/// Proof that this machine has AVX-512 F, BW, DQ and VL: made by [`Avx512::new`] only.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Avx512(());

impl Avx512 {
    pub(super) fn new() -> Option<Self> {
        Isa::available().any(|isa| isa == Isa::Avx512).then_some(Self(()))
    }

    #[inline]
    pub(super) fn run<K: Kernel>(self, kernel: K) -> K::Output {
        #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,bmi1,bmi2,popcnt,lzcnt")]
        fn inner<K: Kernel>(simd: Avx512, kernel: K) -> K::Output {
            kernel.run(simd)
        }
        // SAFETY: `self` proves that the features are there.
        unsafe { inner(self, kernel) }
    }
}

/// # Safety
/// The machine must have AVX-512, and 16 numbers be readable and writable at `out`.
#[inline(always)]
unsafe fn put(count: __m512i, out: *mut i32, write: Write) {
    // SAFETY: as promised by the caller.
    unsafe {
        let written = match write {
            Write::Take => _mm512_sub_epi32(_mm512_loadu_si512(out.cast()), count),
            Write::From(base) => _mm512_sub_epi32(_mm512_set1_epi32(base), count),
        };
        _mm512_storeu_si512(out.cast(), written);
    }
}

/// The sums of `2^p` over at most eight planes, a byte for every bit.
///
/// # Safety
/// The machine must have AVX-512, and eight words be readable for every plane, `stride` words apart.
#[inline(always)]
unsafe fn bytes(planes: *const u64, stride: usize, n_planes: usize) -> [__m512i; 8] {
    // SAFETY: as promised by the caller.
    unsafe {
        let mut counts = [_mm512_setzero_si512(); 8];
        let mut value = _mm512_set1_epi8(1);
        for p in 0..n_planes {
            let words = planes.add(p * stride);
            for (group, count) in counts.iter_mut().enumerate() {
                *count = _mm512_mask_add_epi8(*count, words.add(group).read(), *count, value);
            }
            value = _mm512_add_epi8(value, value);
        }
        counts
    }
}

/// # Safety
/// The machine must have AVX-512.
#[inline(always)]
unsafe fn quarters(bytes: __m512i) -> [__m128i; 4] {
    // SAFETY: as promised by the caller.
    unsafe {
        [
            _mm512_castsi512_si128(bytes),
            _mm512_extracti32x4_epi32::<1>(bytes),
            _mm512_extracti32x4_epi32::<2>(bytes),
            _mm512_extracti32x4_epi32::<3>(bytes),
        ]
    }
}

impl Simd for Avx512 {
    type Bits = __m512i;
    const BYTES: usize = 64;
    type Bytes = __m256i;
    const BYTE_LANES: usize = 32;

    #[inline(always)]
    unsafe fn load(self, at: *const u8) -> __m512i {
        // SAFETY: the caller promises 64 bytes, `self` the instruction.
        unsafe { _mm512_loadu_si512(at.cast()) }
    }

    #[inline(always)]
    unsafe fn store(self, at: *mut u8, bits: __m512i) {
        // SAFETY: the caller promises 64 bytes, `self` the instruction.
        unsafe { _mm512_storeu_si512(at.cast(), bits) }
    }

    #[inline(always)]
    fn zero(self) -> __m512i {
        // SAFETY: `self` proves that the instruction exists.
        unsafe { _mm512_setzero_si512() }
    }

    #[inline(always)]
    fn parity(self, a: __m512i, b: __m512i, c: __m512i) -> __m512i {
        // SAFETY: `self` proves that the instruction exists.
        unsafe { _mm512_ternarylogic_epi64::<0x96>(a, b, c) }
    }

    #[inline(always)]
    fn majority(self, a: __m512i, b: __m512i, c: __m512i) -> __m512i {
        // SAFETY: `self` proves that the instruction exists.
        unsafe { _mm512_ternarylogic_epi64::<0xE8>(a, b, c) }
    }

    #[inline(always)]
    fn funnel(self, low: __m512i, high: __m512i, by: u32) -> __m512i {
        // SAFETY: `self` proves that the instructions exist.
        unsafe {
            _mm512_or_si512(
                _mm512_srl_epi64(low, _mm_cvtsi32_si128(by as i32)),
                _mm512_sll_epi64(high, _mm_cvtsi32_si128(64 - by as i32)),
            )
        }
    }

    #[inline(always)]
    unsafe fn unpack(self, planes: *const u64, stride: usize, n_planes: usize, out: *mut i32, write: Write) {
        debug_assert!(n_planes <= PLANES);
        // SAFETY: `self` proves that the instructions exist; the caller promises eight words for every plane, and 512 numbers.
        unsafe {
            let low = bytes(planes, stride, n_planes.min(8));
            if n_planes <= 8 {
                for group in 0..8 {
                    for (i, part) in quarters(low[group]).into_iter().enumerate() {
                        put(_mm512_cvtepu8_epi32(part), out.add(64 * group + 16 * i), write);
                    }
                }
                return;
            }
            let high = bytes(planes.add(8 * stride), stride, n_planes - 8);
            for group in 0..8 {
                let parts = quarters(low[group]).into_iter().zip(quarters(high[group]));
                for (i, (low, high)) in parts.enumerate() {
                    let above = _mm512_slli_epi32::<8>(_mm512_cvtepu8_epi32(high));
                    let count = _mm512_or_si512(_mm512_cvtepu8_epi32(low), above);
                    put(count, out.add(64 * group + 16 * i), write);
                }
            }
        }
    }

    #[inline(always)]
    unsafe fn matching(self, text: *const u8, pattern: u8, relation: Relation) -> u64 {
        // SAFETY: the caller promises 64 bytes, `self` the instructions.
        unsafe {
            let text = _mm512_loadu_si512(text.cast());
            match relation {
                Relation::Equal => _mm512_cmpeq_epi8_mask(text, _mm512_set1_epi8(pattern as i8)),
                Relation::Overlap => _mm512_test_epi8_mask(text, _mm512_set1_epi8(pattern as i8)),
                Relation::Within => {
                    let within = _mm512_testn_epi8_mask(text, _mm512_set1_epi8(!pattern as i8));
                    within & _mm512_test_epi8_mask(text, text)
                }
            }
        }
    }

    #[inline(always)]
    unsafe fn load_bytes(self, at: *const u8) -> __m256i {
        // SAFETY: the caller promises 32 bytes, `self` the instruction.
        unsafe { _mm256_loadu_si256(at.cast()) }
    }

    #[inline(always)]
    fn splat<const WIDTH: usize>(self, symbol: u32) -> __m256i {
        // SAFETY: `self` proves that AVX2 exists.
        unsafe { avx2::splat::<WIDTH>(symbol) }
    }

    #[inline(always)]
    fn zero_bytes(self) -> __m256i {
        // SAFETY: `self` proves that AVX2 exists.
        unsafe { _mm256_setzero_si256() }
    }

    #[inline(always)]
    fn count_equal<const WIDTH: usize>(self, counters: __m256i, a: __m256i, b: __m256i) -> __m256i {
        // SAFETY: `self` proves that AVX2 exists.
        unsafe { avx2::count_equal::<WIDTH>(counters, a, b) }
    }

    #[inline(always)]
    fn count_disjoint(self, counters: __m256i, a: __m256i, b: __m256i) -> __m256i {
        // SAFETY: `self` proves that AVX2 exists.
        unsafe { avx2::count_disjoint(counters, a, b) }
    }

    #[inline(always)]
    fn complement(self, counters: __m256i, n: u8) -> __m256i {
        // SAFETY: `self` proves that the instructions exist.
        unsafe { _mm256_sub_epi8(_mm256_set1_epi8(n as i8), counters) }
    }

    #[inline(always)]
    unsafe fn write<const WIDTH: usize>(self, counters: __m256i, out: *mut i32, write: Write) {
        // SAFETY: the caller promises the numbers, `self` AVX2.
        unsafe { avx2::write_counters::<WIDTH>(counters, out, write) }
    }
}
