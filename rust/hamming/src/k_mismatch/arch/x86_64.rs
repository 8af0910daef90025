//! AVX2, chosen at run time. 512-bit vectors would not help: their compare writes a mask, on one port, and the counters then
//! need masked additions, so that a cycle compares 64 bytes either way.

use std::arch::x86_64::*;

use porism_runtime::Isa;

use super::portable::Portable;
use super::{Bytes, Kernel};

#[inline]
pub(super) fn dispatch<K: Kernel>(isa: Isa, kernel: K) -> K::Output {
    if isa >= Isa::Avx2
        && let Some(simd) = Avx2::new()
    {
        return simd.run(kernel);
    }
    kernel.run(Portable)
}

/// Proof that this machine has AVX2: made by [`Avx2::new`] only.
#[derive(Debug, Clone, Copy)]
struct Avx2(());

impl Avx2 {
    fn new() -> Option<Self> {
        Isa::available().any(|isa| isa == Isa::Avx2).then_some(Self(()))
    }

    #[inline]
    fn run<K: Kernel>(self, kernel: K) -> K::Output {
        #[target_feature(enable = "avx2,fma")]
        fn inner<K: Kernel>(simd: Avx2, kernel: K) -> K::Output {
            kernel.run(simd)
        }
        // SAFETY: `self` proves that the features are there.
        unsafe { inner(self, kernel) }
    }
}

impl Bytes for Avx2 {
    type V = __m256i;
    const LANES: usize = 32;

    #[inline(always)]
    fn splat(self, value: u8) -> Self::V {
        // SAFETY: `self` proves that AVX2 is there.
        unsafe { _mm256_set1_epi8(value as i8) }
    }

    #[inline(always)]
    fn load(self, from: &[u8]) -> Self::V {
        let from: &[u8; 32] = from.first_chunk().expect("as many bytes as lanes");
        // SAFETY: AVX2 is there, and the 32 bytes are borrowed.
        unsafe { _mm256_loadu_si256(from.as_ptr().cast()) }
    }

    #[inline(always)]
    fn equal(self, a: Self::V, b: Self::V) -> Self::V {
        // SAFETY: `self` proves that AVX2 is there.
        unsafe { _mm256_cmpeq_epi8(a, b) }
    }

    #[inline(always)]
    fn and(self, a: Self::V, b: Self::V) -> Self::V {
        // SAFETY: `self` proves that AVX2 is there.
        unsafe { _mm256_and_si256(a, b) }
    }

    #[inline(always)]
    fn or(self, a: Self::V, b: Self::V) -> Self::V {
        // SAFETY: `self` proves that AVX2 is there.
        unsafe { _mm256_or_si256(a, b) }
    }

    #[inline(always)]
    fn sub(self, a: Self::V, b: Self::V) -> Self::V {
        // SAFETY: `self` proves that AVX2 is there.
        unsafe { _mm256_sub_epi8(a, b) }
    }

    #[inline(always)]
    fn max(self, a: Self::V, b: Self::V) -> Self::V {
        // SAFETY: `self` proves that AVX2 is there.
        unsafe { _mm256_max_epu8(a, b) }
    }

    #[inline(always)]
    fn at_least(self, a: Self::V, least: u8) -> u64 {
        let reached = self.equal(self.max(a, self.splat(least)), a);
        // SAFETY: `self` proves that AVX2 is there.
        u64::from(unsafe { _mm256_movemask_epi8(reached) } as u32)
    }

    #[inline(always)]
    fn store(self, a: Self::V, to: &mut [u8]) {
        let to: &mut [u8; 32] = to.first_chunk_mut().expect("as many bytes as lanes");
        // SAFETY: AVX2 is there, and the 32 bytes are borrowed mutably.
        unsafe { _mm256_storeu_si256(to.as_mut_ptr().cast(), a) }
    }
}
