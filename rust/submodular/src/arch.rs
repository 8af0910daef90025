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

/// What `2⁵²` is needed for: added to it, a number is rounded to an integer, ties to even, that stands in the lowest bits.
pub(crate) const ROUND: f64 = 4_503_599_627_370_496.0;

/// Add to `lanes` what a block of entries exceeds its cells by; the same cell by cell, times `per_unit` and rounded up, in bytes.
///
/// Half a unit more, rounded to the nearest, is never less; nothing stays nothing, because ties go to even.
///
/// Must be called at the level that the machine was found to have: from a [`Kernel`], with its own `LEVEL`.
#[inline(always)]
pub(crate) fn trace<const LEVEL: u8>(
    entries: &[f64; LANES],
    cells: &[f64; LANES],
    per_unit: f64,
    lanes: &mut [f64; LANES],
) -> [u8; LANES] {
    #[cfg(target_arch = "x86_64")]
    if LEVEL == AVX512 {
        // SAFETY: only `dispatch_on` names this level, from a function that the machine was found to be able to run.
        return unsafe { trace_avx512(entries, cells, per_unit, lanes) };
    }
    let mut out = [0; LANES];
    for lane in 0..LANES {
        let more = entries[lane] - cells[lane];
        let more = if more > 0.0 { more } else { 0.0 };
        lanes[lane] += more;
        out[lane] = (more * per_unit + 0.5 + ROUND).to_bits() as u8;
    }
    out
}

/// The compiler finds neither the registers nor the narrowing by itself.
#[cfg(target_arch = "x86_64")]
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
fn trace_avx512(entries: &[f64; LANES], cells: &[f64; LANES], per_unit: f64, lanes: &mut [f64; LANES]) -> [u8; LANES] {
    use std::arch::x86_64::{
        _mm_storel_epi64, _mm512_add_pd, _mm512_castpd_si512, _mm512_cvtepi64_epi8, _mm512_loadu_pd, _mm512_max_pd,
        _mm512_mul_pd, _mm512_set1_pd, _mm512_setzero_pd, _mm512_storeu_pd, _mm512_sub_pd,
    };
    let mut out = [0; LANES];
    for half in [0, LANES / 2] {
        let load = |numbers: &[f64; LANES]| {
            // SAFETY: `numbers` is sixteen long, and eight are read from 0 or 8.
            unsafe { _mm512_loadu_pd(numbers[half..].as_ptr()) }
        };
        // The larger of a NaN and 0 is 0, as above.
        let more = _mm512_max_pd(_mm512_sub_pd(load(entries), load(cells)), _mm512_setzero_pd());
        let sums = _mm512_add_pd(load(lanes), more);
        let raised = _mm512_add_pd(_mm512_mul_pd(more, _mm512_set1_pd(per_unit)), _mm512_set1_pd(0.5));
        let bits = _mm512_castpd_si512(_mm512_add_pd(raised, _mm512_set1_pd(ROUND)));
        // SAFETY: `lanes` is sixteen long, and eight are written from 0 or 8.
        unsafe { _mm512_storeu_pd(lanes[half..].as_mut_ptr(), sums) };
        // SAFETY: `out` is sixteen long, and eight are written from 0 or 8.
        unsafe { _mm_storel_epi64(out[half..].as_mut_ptr().cast(), _mm512_cvtepi64_epi8(bits)) };
    }
    out
}

/// What the bytes of `row` exceed those of `levels` by, together. Exact, and so the same on every machine.
pub(crate) fn excess(row: &[u8], levels: &[u8]) -> u64 {
    #[cfg(target_arch = "x86_64")]
    match Isa::detect() {
        // SAFETY: `detect` names only levels whose every feature the machine was found to have.
        Isa::Avx512 => return unsafe { excess_avx512(row, levels) },
        // SAFETY: as above.
        Isa::Avx2 => return unsafe { excess_avx2(row, levels) },
        Isa::Portable => {}
    }
    excess_portable(row, levels)
}

fn excess_portable(row: &[u8], levels: &[u8]) -> u64 {
    let pairs = row.iter().zip(levels);
    pairs.map(|(a, b)| u64::from(a.saturating_sub(*b))).sum()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
fn excess_avx512(row: &[u8], levels: &[u8]) -> u64 {
    use std::arch::x86_64::{
        _mm512_add_epi64, _mm512_loadu_si512, _mm512_reduce_add_epi64, _mm512_sad_epu8, _mm512_setzero_si512,
        _mm512_subs_epu8,
    };
    let (rows, row_rest) = row.as_chunks::<64>();
    let (levels, level_rest) = levels.as_chunks::<64>();
    let mut sum = _mm512_setzero_si512();
    for (a, b) in rows.iter().zip(levels) {
        // SAFETY: both are sixty-four bytes long.
        let (a, b) = unsafe {
            (
                _mm512_loadu_si512(a.as_ptr().cast()),
                _mm512_loadu_si512(b.as_ptr().cast()),
            )
        };
        sum = _mm512_add_epi64(sum, _mm512_sad_epu8(_mm512_subs_epu8(a, b), _mm512_setzero_si512()));
    }
    _mm512_reduce_add_epi64(sum) as u64 + excess_portable(row_rest, level_rest)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn excess_avx2(row: &[u8], levels: &[u8]) -> u64 {
    use std::arch::x86_64::{
        __m256i, _mm256_add_epi64, _mm256_loadu_si256, _mm256_sad_epu8, _mm256_setzero_si256, _mm256_storeu_si256,
        _mm256_subs_epu8,
    };
    let (rows, row_rest) = row.as_chunks::<32>();
    let (levels, level_rest) = levels.as_chunks::<32>();
    let mut sum = _mm256_setzero_si256();
    for (a, b) in rows.iter().zip(levels) {
        let (a, b) = (a.as_ptr().cast::<__m256i>(), b.as_ptr().cast::<__m256i>());
        // SAFETY: both are thirty-two bytes long.
        let (a, b) = unsafe { (_mm256_loadu_si256(a), _mm256_loadu_si256(b)) };
        sum = _mm256_add_epi64(sum, _mm256_sad_epu8(_mm256_subs_epu8(a, b), _mm256_setzero_si256()));
    }
    let mut parts = [0_u64; 4];
    // SAFETY: `parts` is thirty-two bytes long.
    unsafe { _mm256_storeu_si256(parts.as_mut_ptr().cast(), sum) };
    parts.iter().sum::<u64>() + excess_portable(row_rest, level_rest)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_instruction_set_counts_the_same_excess() {
        for length in [0, 1, 31, 64, 100, 257] {
            let row: Vec<u8> = (0..length).map(|i| (i * 37 % 256) as u8).collect();
            let levels: Vec<u8> = (0..length).map(|i| (i * 91 % 256) as u8).collect();
            let expected = excess_portable(&row, &levels);
            assert_eq!(excess(&row, &levels), expected);
            #[cfg(target_arch = "x86_64")]
            for isa in Isa::available() {
                let found = match isa {
                    // SAFETY: `available` names only levels whose every feature the machine was found to have.
                    Isa::Avx512 => unsafe { excess_avx512(&row, &levels) },
                    // SAFETY: as above.
                    Isa::Avx2 => unsafe { excess_avx2(&row, &levels) },
                    Isa::Portable => excess_portable(&row, &levels),
                };
                assert_eq!(found, expected, "{isa:?}");
            }
        }
    }
}
