//! A function of bits from its few Walsh-Hadamard coefficients.

use porism_runtime::{Isa, Monitor};

use crate::Error;

/// Points that are evaluated together: their sums are independent, so that additions need not wait for one another.
const TILE: usize = 32;

/// The function with a given spectrum, at some points: the sum of `coefficients[i] (-1)^<support[i], x>` for each, added up in the order of the
/// support whatever the instruction set.
///
/// # Errors
/// If there are not as many coefficients as indices, memory cannot be had, or somebody stopped the monitor.
pub fn evaluate(
    support: &[u64],
    coefficients: &[f64],
    points: &[u64],
    isa: Isa,
    monitor: &Monitor,
) -> Result<Vec<f64>, Error> {
    if support.len() != coefficients.len() {
        let must = format!("as many as the {} of the support", support.len());
        return Err(Error::parameter("coefficients", must, coefficients.len()));
    }
    let mut values = Vec::new();
    values.try_reserve_exact(points.len()).map_err(|_| Error::TooLarge {
        what: "the values",
        bytes: points.len() as u128 * size_of::<f64>() as u128,
    })?;
    for points in points.chunks(TILE) {
        monitor.check()?;
        let mut tile = [0; TILE];
        tile[..points.len()].copy_from_slice(points);
        values.extend_from_slice(&sums(isa, support, coefficients, &tile)[..points.len()]);
    }
    Ok(values)
}

fn sums(isa: Isa, support: &[u64], coefficients: &[f64], points: &[u64; TILE]) -> [f64; TILE] {
    #[cfg(target_arch = "x86_64")]
    if Isa::available().any(|one| one == isa) {
        match isa {
            Isa::Avx512 if is_x86_feature_detected!("avx512vpopcntdq") => {
                // SAFETY: `available` names only levels whose every feature the machine was found to have, and this one more.
                return unsafe { avx512_counting(support, coefficients, points) };
            }
            // SAFETY: `available` names only levels whose every feature the machine was found to have.
            Isa::Avx512 => return unsafe { avx512(support, coefficients, points) },
            // SAFETY: as above.
            Isa::Avx2 => return unsafe { avx2(support, coefficients, points) },
            Isa::Portable => {}
        }
    }
    let _ = isa;
    generic(support, coefficients, points, folded)
}

/// Counting the ones of a vector of words takes one instruction here, where folding takes twelve.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vpopcntdq,avx2,fma")]
fn avx512_counting(support: &[u64], coefficients: &[f64], points: &[u64; TILE]) -> [f64; TILE] {
    generic(support, coefficients, points, |word| u64::from(word.count_ones()))
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
fn avx512(support: &[u64], coefficients: &[f64], points: &[u64; TILE]) -> [f64; TILE] {
    generic(support, coefficients, points, folded)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn avx2(support: &[u64], coefficients: &[f64], points: &[u64; TILE]) -> [f64; TILE] {
    generic(support, coefficients, points, folded)
}

/// A word with the parity of all bits in its lowest one, by folding it upon itself, which every instruction set does on vectors; counting ones is
/// not on all of them.
#[inline(always)]
fn folded(mut word: u64) -> u64 {
    for shift in [32, 16, 8, 4, 2, 1] {
        word ^= word >> shift;
    }
    word
}

/// The sums, by `parity`, whose lowest bit says whether a word has an odd number of ones.
#[inline(always)]
fn generic(
    support: &[u64],
    coefficients: &[f64],
    points: &[u64; TILE],
    parity: impl Fn(u64) -> u64 + Copy,
) -> [f64; TILE] {
    let mut sums = [0.0; TILE];
    for (&k, &value) in support.iter().zip(coefficients) {
        for (sum, &point) in sums.iter_mut().zip(points) {
            *sum += f64::from_bits(value.to_bits() ^ parity(k & point) << 63); // an odd parity turns the sign
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_instruction_set_adds_up_the_same_signs(
            terms in prop::collection::vec((any::<u64>(), -10.0..10.0_f64), 0..40),
            points in prop::collection::vec(any::<u64>(), 0..100),
        ) {
            let (support, coefficients): (Vec<u64>, Vec<f64>) = terms.iter().copied().unzip();
            let at = |&x: &u64| {
                let signed = terms.iter().map(|&(k, value)| if (k & x).count_ones().is_multiple_of(2) { value } else { -value });
                signed.fold(0.0, |sum, term| sum + term)
            };
            let expected: Vec<f64> = points.iter().map(at).collect();
            for isa in Isa::available() {
                let found = evaluate(&support, &coefficients, &points, isa, &Monitor::new()).unwrap();
                prop_assert_eq!(&found, &expected);
            }
        }
    }
}
