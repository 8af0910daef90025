//! Random draws, written here so that a seed means the same for as long as the generator does.
//!
//! The generator is xoshiro256++ seeded from a `u64` through SplitMix64. A bounded draw is the high half of a 64×64-bit product: one output
//! each, no rejection, a bias below n/2⁶⁴ that no test could see, and the same count of outputs on every path.

use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// The generator of everything random here.
pub(crate) type Generator = Xoshiro256PlusPlus;

/// A generator from a seed and what it is for. Distinct purposes of one seed give independent streams.
pub(crate) fn generator(seed: u64, purpose: [u64; 2]) -> Generator {
    let mut key = seed;
    for part in purpose {
        key = mix(key.wrapping_add(0x9E37_79B9_7F4A_7C15) ^ mix(part.wrapping_add(0xD1B5_4A32_D192_ED03)));
    }
    Generator::seed_from_u64(key)
}

/// The finaliser of SplitMix64: a bijection that spreads neighbouring numbers.
fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

/// Uniform below `n`, which must not be 0.
#[inline]
pub(crate) fn below(rng: &mut Generator, n: usize) -> usize {
    ((u128::from(rng.next_u64()) * n as u128) >> 64) as usize
}

/// Uniform in `[0, 1)`.
pub(crate) fn unit(rng: &mut Generator) -> f64 {
    (rng.next_u64() >> 11) as f64 * (1.0 / (1_u64 << 53) as f64)
}

/// Put a random choice of `k` of the elements into the first `k` places, in random order.
#[inline]
pub(crate) fn partial_shuffle<T>(rng: &mut Generator, elements: &mut [T], k: usize) {
    let n = elements.len();
    for i in 0..k.min(n) {
        let j = i + below(rng, n - i);
        elements.swap(i, j);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_uniform() {
        let mut rng = generator(1, [2, 3]);
        let mut counts = [0; 6];
        for _ in 0..60_000 {
            counts[below(&mut rng, 6)] += 1;
        }
        // Six standard deviations are 550.
        assert!(counts.iter().all(|count| (9_450..10_550).contains(count)), "{counts:?}");
        let mean = (0..10_000).map(|_| unit(&mut rng)).sum::<f64>() / 10_000.0;
        assert!((mean - 0.5).abs() < 0.02);
    }

    #[test]
    fn every_prefix_of_a_partial_shuffle_is_uniform() {
        let mut counts = [[0; 4]; 2];
        for seed in 0..8_000 {
            let mut elements = [0, 1, 2, 3];
            partial_shuffle(&mut generator(seed, [0, 0]), &mut elements, 2);
            counts[0][elements[0]] += 1;
            counts[1][elements[1]] += 1;
        }
        assert!(
            counts.iter().flatten().all(|count| (1_750..2_250).contains(count)),
            "{counts:?}"
        );
    }
}
