//! One algorithm, an instantiation per instruction set.
//!
//! A [`Kernel`] is written once as plain loops over fixed blocks of lanes. [`dispatch`] enters, at run time, a function that is compiled for
//! the machine's instruction set and into which the kernel is inlined, so that the compiler vectorises it as wide as that allows. It
//! never contracts or reassociates: a kernel that sums in lanes gives the same bits on every machine. The one exception asks for it by
//! name: [`products`], where the compiler does not find the registers by itself, is written out per instruction set and uses fused multiply-adds.
#![allow(unsafe_code)]

use porism_runtime::Isa;

/// How many partial sums a reduction keeps, whatever the machine's vectors hold.
pub(crate) const LANES: usize = 16;

/// No instruction set beyond what the target guarantees.
pub(crate) const PORTABLE: u8 = 0;
/// [`Isa::Avx2`].
pub(crate) const AVX2: u8 = 1;
/// [`Isa::Avx512`].
pub(crate) const AVX512: u8 = 2;

/// An algorithm to be instantiated for every instruction set. `run` must be `#[inline(always)]`.
pub(crate) trait Kernel {
    type Output;

    /// `LEVEL` names the instruction set that the surrounding function is compiled for.
    fn run<const LEVEL: u8>(self) -> Self::Output;
}

/// Run a kernel with the instruction set of this machine.
#[inline]
pub(crate) fn dispatch<K: Kernel>(kernel: K) -> K::Output {
    dispatch_on(Isa::detect(), kernel)
}

/// Run a kernel with an instruction set, or the portable code if the machine lacks it.
#[inline]
pub(crate) fn dispatch_on<K: Kernel>(isa: Isa, kernel: K) -> K::Output {
    #[cfg(target_arch = "x86_64")]
    match isa {
        Isa::Avx512 if Isa::detect() >= Isa::Avx512 || Isa::available().any(|one| one == isa) => {
            // SAFETY: `detect` and `available` name only levels whose every feature the machine was found to have.
            return unsafe { avx512(kernel) };
        }
        Isa::Avx2 if Isa::detect() >= Isa::Avx2 || Isa::available().any(|one| one == isa) => {
            // SAFETY: as above.
            return unsafe { avx2(kernel) };
        }
        _ => {}
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

/// The sum of the lanes, in the one order that every path uses.
#[inline(always)]
pub(crate) fn reduce(mut lanes: [f64; LANES]) -> f64 {
    let mut width = LANES / 2;
    while width > 0 {
        for lane in 0..width {
            lanes[lane] += lanes[lane + width];
        }
        width /= 2;
    }
    lanes[0]
}

/// Dot products, or with `DISTANCE` squared distances, of N rows (interleaved, coordinate by coordinate) with the sixteen columns of a panel. Each is added
/// up in order of the coordinates, whatever N is.
///
/// Must be called at the level that the machine was found to have: from a [`Kernel`], with its own `LEVEL`.
#[inline(always)]
pub(crate) fn products<const LEVEL: u8, const DISTANCE: bool, const N: usize>(
    rows: &[f32],
    panel: &[f32],
) -> [[f32; LANES]; N] {
    let (rows, _) = rows.as_chunks::<N>();
    let (columns, _) = panel.as_chunks::<LANES>();
    #[cfg(target_arch = "x86_64")]
    match LEVEL {
        // SAFETY: only `dispatch_on` names this level, from a function that the machine was found to be able to run.
        AVX512 => return unsafe { products_avx512::<DISTANCE, N>(rows, columns) },
        // SAFETY: as above.
        AVX2 => return unsafe { products_avx2::<DISTANCE, N>(rows, columns) },
        _ => {}
    }
    let mut sums = [[0.0_f32; LANES]; N];
    for (row, column) in rows.iter().zip(columns) {
        for n in 0..N {
            for lane in 0..LANES {
                let (x, c) = (row[n], column[lane]);
                sums[n][lane] += if DISTANCE { (x - c) * (x - c) } else { x * c };
            }
        }
    }
    sums
}

#[cfg(target_arch = "x86_64")]
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
fn products_avx512<const DISTANCE: bool, const N: usize>(
    rows: &[[f32; N]],
    columns: &[[f32; LANES]],
) -> [[f32; LANES]; N] {
    use std::arch::x86_64::{
        _mm512_fmadd_ps, _mm512_loadu_ps, _mm512_set1_ps, _mm512_setzero_ps, _mm512_storeu_ps, _mm512_sub_ps,
    };
    let mut sums = [_mm512_setzero_ps(); N];
    for (row, column) in rows.iter().zip(columns) {
        // SAFETY: `column` is sixteen floats long.
        let column = unsafe { _mm512_loadu_ps(column.as_ptr()) };
        for n in 0..N {
            let x = _mm512_set1_ps(row[n]);
            let (a, b) = if DISTANCE {
                (_mm512_sub_ps(x, column), _mm512_sub_ps(x, column))
            } else {
                (x, column)
            };
            sums[n] = _mm512_fmadd_ps(a, b, sums[n]);
        }
    }
    let mut out = [[0.0; LANES]; N];
    for n in 0..N {
        // SAFETY: `out[n]` is sixteen floats long.
        unsafe { _mm512_storeu_ps(out[n].as_mut_ptr(), sums[n]) };
    }
    out
}

#[cfg(target_arch = "x86_64")]
#[inline]
#[target_feature(enable = "avx2,fma")]
fn products_avx2<const DISTANCE: bool, const N: usize>(
    rows: &[[f32; N]],
    columns: &[[f32; LANES]],
) -> [[f32; LANES]; N] {
    use std::arch::x86_64::{
        _mm256_fmadd_ps, _mm256_loadu_ps, _mm256_set1_ps, _mm256_setzero_ps, _mm256_storeu_ps, _mm256_sub_ps,
    };
    let mut out = [[0.0; LANES]; N];
    // Half of the columns at a time: eight accumulators and their operands fit sixteen registers.
    for half in [0, LANES / 2] {
        let mut sums = [_mm256_setzero_ps(); N];
        for (row, column) in rows.iter().zip(columns) {
            // SAFETY: `column` is sixteen floats long, of which eight are read from 0 or 8.
            let column = unsafe { _mm256_loadu_ps(column[half..].as_ptr()) };
            for n in 0..N {
                let x = _mm256_set1_ps(row[n]);
                let (a, b) = if DISTANCE {
                    (_mm256_sub_ps(x, column), _mm256_sub_ps(x, column))
                } else {
                    (x, column)
                };
                sums[n] = _mm256_fmadd_ps(a, b, sums[n]);
            }
        }
        for n in 0..N {
            // SAFETY: `out[n]` is sixteen floats long, of which eight are written from 0 or 8.
            unsafe { _mm256_storeu_ps(out[n][half..].as_mut_ptr(), sums[n]) };
        }
    }
    out
}
