//! x86-64: AVX2 and AVX-512, chosen at run time.

mod avx2;
mod avx512;

use porism_runtime::Isa;

use super::Kernel;
use super::portable::Portable;

#[inline]
pub(super) fn dispatch<K: Kernel>(isa: Isa, kernel: K) -> K::Output {
    if isa >= Isa::Avx512
        && let Some(simd) = avx512::Avx512::new()
    {
        return simd.run(kernel);
    }
    if isa >= Isa::Avx2
        && let Some(simd) = avx2::Avx2::new()
    {
        return simd.run(kernel);
    }
    kernel.run(Portable)
}
