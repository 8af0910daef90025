//! AVX2: 256 bits, comparisons that give masks of bytes.

use std::arch::x86_64::*;

use porism_runtime::Isa;

use super::super::{Kernel, PLANES, Simd, Write};
use crate::relation::Relation;

/// Proof that this machine has AVX2: made by [`Avx2::new`] only.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Avx2(());

impl Avx2 {
    pub(super) fn new() -> Option<Self> {
        Isa::available().any(|isa| isa == Isa::Avx2).then_some(Self(()))
    }

    #[inline]
    pub(super) fn run<K: Kernel>(self, kernel: K) -> K::Output {
        #[target_feature(enable = "avx2,bmi1,bmi2,popcnt,lzcnt")]
        fn inner<K: Kernel>(simd: Avx2, kernel: K) -> K::Output {
            kernel.run(simd)
        }
        // SAFETY: `self` proves that AVX2 is there; every machine with it has the others.
        unsafe { inner(self, kernel) }
    }
}

/// # Safety
/// The machine must have AVX2, and 32 numbers be readable and writable at `out`.
#[inline(always)]
unsafe fn put_bytes(counts: __m256i, high: __m256i, out: *mut i32, write: Write) {
    // SAFETY: as promised by the caller: four times eight numbers.
    unsafe {
        let (mut low, mut above) = (
            [_mm256_castsi256_si128(counts), _mm256_extracti128_si256::<1>(counts)],
            [_mm256_castsi256_si128(high), _mm256_extracti128_si256::<1>(high)],
        );
        for half in 0..2 {
            for quarter in 0..2 {
                let count = _mm256_or_si256(
                    _mm256_cvtepu8_epi32(low[half]),
                    _mm256_slli_epi32::<8>(_mm256_cvtepu8_epi32(above[half])),
                );
                put(count, out.add(16 * half + 8 * quarter), write);
                low[half] = _mm_srli_si128::<8>(low[half]);
                above[half] = _mm_srli_si128::<8>(above[half]);
            }
        }
    }
}

/// # Safety
/// The machine must have AVX2, and 8 numbers be readable and writable at `out`.
#[inline(always)]
unsafe fn put(count: __m256i, out: *mut i32, write: Write) {
    // SAFETY: as promised by the caller.
    unsafe {
        let out = out.cast::<__m256i>();
        let written = match write {
            Write::Take => _mm256_sub_epi32(_mm256_loadu_si256(out), count),
            Write::From(base) => _mm256_sub_epi32(_mm256_set1_epi32(base), count),
        };
        _mm256_storeu_si256(out, written);
    }
}

/// Which of 32 symbols match, a byte of ones each.
///
/// # Safety
/// The machine must have AVX2, and 32 bytes be readable at `text`.
#[inline(always)]
unsafe fn matching_32(text: *const u8, pattern: u8, relation: Relation) -> u32 {
    // SAFETY: as promised by the caller.
    unsafe {
        let text = _mm256_loadu_si256(text.cast());
        let zero = _mm256_setzero_si256();
        let mask = match relation {
            Relation::Equal => _mm256_cmpeq_epi8(text, _mm256_set1_epi8(pattern as i8)),
            Relation::Overlap => {
                let none = _mm256_cmpeq_epi8(_mm256_and_si256(text, _mm256_set1_epi8(pattern as i8)), zero);
                _mm256_xor_si256(none, _mm256_set1_epi8(-1))
            }
            Relation::Within => {
                let beyond = _mm256_and_si256(text, _mm256_set1_epi8(!pattern as i8));
                _mm256_andnot_si256(_mm256_cmpeq_epi8(text, zero), _mm256_cmpeq_epi8(beyond, zero))
            }
        };
        _mm256_movemask_epi8(mask) as u32
    }
}

/// `WIDTH`-byte lanes: see [`Simd::splat`].
///
/// # Safety
/// The machine must have AVX2.
#[inline(always)]
pub(super) unsafe fn splat<const WIDTH: usize>(symbol: u32) -> __m256i {
    // SAFETY: as promised by the caller.
    unsafe {
        match WIDTH {
            1 => _mm256_set1_epi8(symbol as i8),
            2 => _mm256_set1_epi16(symbol as i16),
            _ => _mm256_set1_epi32(symbol as i32),
        }
    }
}

/// `WIDTH`-byte lanes: see [`Simd::count_equal`].
///
/// # Safety
/// The machine must have AVX2.
#[inline(always)]
pub(super) unsafe fn count_equal<const WIDTH: usize>(counters: __m256i, a: __m256i, b: __m256i) -> __m256i {
    // SAFETY: as promised by the caller. A lane of ones is -1.
    unsafe {
        match WIDTH {
            1 => _mm256_sub_epi8(counters, _mm256_cmpeq_epi8(a, b)),
            2 => _mm256_sub_epi16(counters, _mm256_cmpeq_epi16(a, b)),
            _ => _mm256_sub_epi32(counters, _mm256_cmpeq_epi32(a, b)),
        }
    }
}

/// See [`Simd::count_disjoint`].
///
/// # Safety
/// The machine must have AVX2.
#[inline(always)]
pub(super) unsafe fn count_disjoint(counters: __m256i, a: __m256i, b: __m256i) -> __m256i {
    // SAFETY: as promised by the caller.
    unsafe {
        _mm256_sub_epi8(
            counters,
            _mm256_cmpeq_epi8(_mm256_and_si256(a, b), _mm256_setzero_si256()),
        )
    }
}

/// See [`Simd::write`].
///
/// # Safety
/// The machine must have AVX2, and `32 / WIDTH` numbers be readable and writable at `out`.
#[inline(always)]
pub(super) unsafe fn write_counters<const WIDTH: usize>(counters: __m256i, out: *mut i32, write: Write) {
    // SAFETY: as promised by the caller.
    unsafe {
        match WIDTH {
            1 => put_bytes(counters, _mm256_setzero_si256(), out, write),
            2 => {
                put(_mm256_cvtepu16_epi32(_mm256_castsi256_si128(counters)), out, write);
                let upper = _mm256_extracti128_si256::<1>(counters);
                put(_mm256_cvtepu16_epi32(upper), out.add(8), write);
            }
            _ => put(counters, out, write),
        }
    }
}

impl Simd for Avx2 {
    type Bits = __m256i;
    const BYTES: usize = 32;
    type Bytes = __m256i;
    const BYTE_LANES: usize = 32;

    #[inline(always)]
    unsafe fn load(self, at: *const u8) -> __m256i {
        // SAFETY: the caller promises 32 bytes, `self` the instruction.
        unsafe { _mm256_loadu_si256(at.cast()) }
    }

    #[inline(always)]
    unsafe fn store(self, at: *mut u8, bits: __m256i) {
        // SAFETY: the caller promises 32 bytes, `self` the instruction.
        unsafe { _mm256_storeu_si256(at.cast(), bits) }
    }

    #[inline(always)]
    fn zero(self) -> __m256i {
        // SAFETY: `self` proves that the instruction exists.
        unsafe { _mm256_setzero_si256() }
    }

    #[inline(always)]
    fn parity(self, a: __m256i, b: __m256i, c: __m256i) -> __m256i {
        // SAFETY: `self` proves that the instructions exist.
        unsafe { _mm256_xor_si256(_mm256_xor_si256(a, b), c) }
    }

    #[inline(always)]
    fn majority(self, a: __m256i, b: __m256i, c: __m256i) -> __m256i {
        // SAFETY: `self` proves that the instructions exist.
        unsafe { _mm256_or_si256(_mm256_and_si256(a, b), _mm256_and_si256(c, _mm256_xor_si256(a, b))) }
    }

    #[inline(always)]
    fn funnel(self, low: __m256i, high: __m256i, by: u32) -> __m256i {
        // SAFETY: `self` proves that the instructions exist.
        unsafe {
            _mm256_or_si256(
                _mm256_srl_epi64(low, _mm_cvtsi32_si128(by as i32)),
                _mm256_sll_epi64(high, _mm_cvtsi32_si128(64 - by as i32)),
            )
        }
    }

    #[inline(always)]
    unsafe fn unpack(self, planes: *const u64, stride: usize, n_planes: usize, out: *mut i32, write: Write) {
        debug_assert!(n_planes <= PLANES);
        // SAFETY: `self` proves that the instructions exist; the caller promises four words for every plane, which are eight of half their size, and 256 numbers,
        // of which every round writes 32.
        unsafe {
            // Byte i of a word goes to the bytes 8i … 8i + 7, of which each keeps another bit.
            let spread = _mm256_setr_epi8(
                0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3,
            );
            let bit = _mm256_set1_epi64x(0x8040_2010_0804_0201_u64 as i64);
            for group in 0..8 {
                let mut counts = [_mm256_setzero_si256(); 2];
                for p in 0..n_planes {
                    let word = planes.add(p * stride).cast::<i32>().add(group).read();
                    let word = _mm256_shuffle_epi8(_mm256_set1_epi32(word), spread);
                    let set = _mm256_cmpeq_epi8(_mm256_and_si256(word, bit), bit);
                    let value = _mm256_and_si256(set, _mm256_set1_epi8((1_u8 << (p % 8)) as i8));
                    counts[p / 8] = _mm256_or_si256(counts[p / 8], value);
                }
                put_bytes(counts[0], counts[1], out.add(32 * group), write);
            }
        }
    }

    #[inline(always)]
    unsafe fn matching(self, text: *const u8, pattern: u8, relation: Relation) -> u64 {
        // SAFETY: the caller promises 64 bytes, `self` the instructions.
        unsafe {
            let low = matching_32(text, pattern, relation);
            let high = matching_32(text.add(32), pattern, relation);
            u64::from(low) | u64::from(high) << 32
        }
    }

    #[inline(always)]
    unsafe fn load_bytes(self, at: *const u8) -> __m256i {
        // SAFETY: the caller promises 32 bytes, `self` the instruction.
        unsafe { _mm256_loadu_si256(at.cast()) }
    }

    #[inline(always)]
    fn splat<const WIDTH: usize>(self, symbol: u32) -> __m256i {
        // SAFETY: `self` proves that the instructions exist.
        unsafe { splat::<WIDTH>(symbol) }
    }

    #[inline(always)]
    fn zero_bytes(self) -> __m256i {
        self.zero()
    }

    #[inline(always)]
    fn count_equal<const WIDTH: usize>(self, counters: __m256i, a: __m256i, b: __m256i) -> __m256i {
        // SAFETY: `self` proves that the instructions exist.
        unsafe { count_equal::<WIDTH>(counters, a, b) }
    }

    #[inline(always)]
    fn count_disjoint(self, counters: __m256i, a: __m256i, b: __m256i) -> __m256i {
        // SAFETY: `self` proves that the instructions exist.
        unsafe { count_disjoint(counters, a, b) }
    }

    #[inline(always)]
    fn complement(self, counters: __m256i, n: u8) -> __m256i {
        // SAFETY: `self` proves that the instructions exist.
        unsafe { _mm256_sub_epi8(_mm256_set1_epi8(n as i8), counters) }
    }

    #[inline(always)]
    unsafe fn write<const WIDTH: usize>(self, counters: __m256i, out: *mut i32, write: Write) {
        // SAFETY: the caller promises the numbers, `self` the instructions.
        unsafe { write_counters::<WIDTH>(counters, out, write) }
    }
}
