//! One loop, compiled for every instruction set, chosen at run time.
//!
//! A [`Kernel`] is written once as plain loops over arrays of fixed length; [`dispatch`] inlines it into a function that is compiled for what the machine
//! has. The compiler neither contracts nor reassociates: a kernel that does not ask for [`fused`] multiply-adds gives the same bits everywhere.
#![allow(unsafe_code)]

use porism_runtime::Isa;

/// An algorithm to be compiled for each instruction set; `run` must be `#[inline(always)]`.
pub(crate) trait Kernel {
    type Output;

    /// `LEVEL` is the [`Isa`] that the surrounding function is compiled for, as a number.
    fn run<const LEVEL: u8>(self) -> Self::Output;
}

/// `Isa::Portable`.
pub(crate) const PORTABLE: u8 = 0;
/// `Isa::Avx2`.
pub(crate) const AVX2: u8 = 1;
/// `Isa::Avx512`.
pub(crate) const AVX512: u8 = 2;

/// Run a kernel with this instruction set, or portably if the machine has it not.
#[inline]
pub(crate) fn dispatch<K: Kernel>(isa: Isa, kernel: K) -> K::Output {
    #[cfg(target_arch = "x86_64")]
    if isa <= Isa::detect() || Isa::available().any(|one| one == isa) {
        match isa {
            // SAFETY: `detect` and `available` name only levels whose every feature the machine was found to have.
            Isa::Avx512 => return unsafe { avx512(kernel) },
            // SAFETY: as above.
            Isa::Avx2 => return unsafe { avx2(kernel) },
            Isa::Portable => {}
        }
    }
    let _ = isa;
    kernel.run::<PORTABLE>()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
fn avx512<K: Kernel>(kernel: K) -> K::Output {
    kernel.run::<AVX512>()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn avx2<K: Kernel>(kernel: K) -> K::Output {
    kernel.run::<AVX2>()
}

/// `a * b + c`, fused where the instruction set does that at once.
#[inline(always)]
pub(crate) fn fused<const LEVEL: u8>(a: f32, b: f32, c: f32) -> f32 {
    if LEVEL == PORTABLE { a * b + c } else { a.mul_add(b, c) }
}

/// Partial sums that [`dot`] keeps; it leaves out what is beyond a multiple of that.
pub(crate) const LANES: usize = 16;

/// The inner product of two rows, in [`LANES`] partial sums. Must be called from a [`Kernel`], with its own `LEVEL`.
///
/// Written out, because the compiler makes gathers of the plain loop: it takes the loop over the blocks for the one to be vectorised.
#[inline(always)]
pub(crate) fn dot<const LEVEL: u8>(a: &[f32], b: &[f32]) -> f32 {
    let (a, b) = (a.as_chunks::<LANES>().0, b.as_chunks::<LANES>().0);
    #[cfg(target_arch = "x86_64")]
    if LEVEL == AVX512 {
        // SAFETY: only `dispatch` names this level, from a function that the machine was found to be able to run.
        return reduce(unsafe { dot_avx512(a, b) });
    } else if LEVEL == AVX2 {
        // SAFETY: as above.
        return reduce(unsafe { dot_avx2(a, b) });
    }
    let mut sums = [0.0_f32; LANES];
    for (a, b) in a.iter().zip(b) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    reduce(sums)
}

#[inline(always)]
fn reduce(mut sums: [f32; LANES]) -> f32 {
    let mut width = LANES / 2;
    while width > 0 {
        for lane in 0..width {
            sums[lane] += sums[lane + width];
        }
        width /= 2;
    }
    sums[0]
}

#[cfg(target_arch = "x86_64")]
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
fn dot_avx512(a: &[[f32; LANES]], b: &[[f32; LANES]]) -> [f32; LANES] {
    use std::arch::x86_64::{_mm512_fmadd_ps, _mm512_loadu_ps, _mm512_setzero_ps, _mm512_storeu_ps};
    let mut sums = _mm512_setzero_ps();
    for i in 0..a.len().min(b.len()) {
        // SAFETY: each array is sixteen numbers long.
        let (x, y) = unsafe { (_mm512_loadu_ps(a[i].as_ptr()), _mm512_loadu_ps(b[i].as_ptr())) };
        sums = _mm512_fmadd_ps(x, y, sums);
    }
    let mut out = [0.0; LANES];
    // SAFETY: `out` is sixteen numbers long.
    unsafe { _mm512_storeu_ps(out.as_mut_ptr(), sums) };
    out
}

#[cfg(target_arch = "x86_64")]
#[inline]
#[target_feature(enable = "avx2,fma")]
fn dot_avx2(a: &[[f32; LANES]], b: &[[f32; LANES]]) -> [f32; LANES] {
    use std::arch::x86_64::{_mm256_fmadd_ps, _mm256_loadu_ps, _mm256_setzero_ps, _mm256_storeu_ps};
    let mut sums = [_mm256_setzero_ps(); 2];
    for i in 0..a.len().min(b.len()) {
        for half in 0..2 {
            let (a, b) = (a[i][8 * half..].as_ptr(), b[i][8 * half..].as_ptr());
            // SAFETY: each array is sixteen numbers long, and eight are read from 0 or 8.
            let (x, y) = unsafe { (_mm256_loadu_ps(a), _mm256_loadu_ps(b)) };
            sums[half] = _mm256_fmadd_ps(x, y, sums[half]);
        }
    }
    let mut out = [0.0; LANES];
    for half in 0..2 {
        // SAFETY: `out` is sixteen numbers long, and eight are written from 0 or 8.
        unsafe { _mm256_storeu_ps(out[8 * half..].as_mut_ptr(), sums[half]) };
    }
    out
}
