//! Random draws and primes.

use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// The generator for a seed.
pub(crate) fn generator(seed: u64) -> Xoshiro256PlusPlus {
    Xoshiro256PlusPlus::seed_from_u64(seed)
}

/// Uniform below `n`, which must not be 0 (Lemire's multiplication with rejection).
pub(crate) fn below(rng: &mut impl Rng, n: u64) -> u64 {
    let threshold = n.wrapping_neg() % n;
    loop {
        let product = u128::from(rng.next_u64()) * u128::from(n);
        if product as u64 >= threshold {
            return (product >> 64) as u64;
        }
    }
}

/// All of `elements` in random order.
pub(crate) fn shuffle<T>(rng: &mut impl Rng, elements: &mut [T]) {
    for i in (1..elements.len()).rev() {
        elements.swap(i, below(rng, i as u64 + 1) as usize);
    }
}

/// A random prime in `low..=2·low`; `low` at least 2. There is one, by Bertrand's postulate.
pub(crate) fn prime(rng: &mut impl Rng, low: u64) -> u64 {
    loop {
        let candidate = (low + below(rng, low + 1)) | 1;
        if is_prime(candidate) {
            return candidate;
        }
    }
}

/// Miller and Rabin's test with bases that are enough for 64 bits (Sinclair 2011).
pub(crate) fn is_prime(n: u64) -> bool {
    if n < 4 {
        return n >= 2;
    }
    if n.is_multiple_of(2) {
        return false;
    }
    let mul = |a: u64, b: u64| (u128::from(a) * u128::from(b) % u128::from(n)) as u64;
    let (twos, odd) = ((n - 1).trailing_zeros(), (n - 1) >> (n - 1).trailing_zeros());
    [2, 325, 9_375, 28_178, 450_775, 9_780_504, 1_795_265_022]
        .into_iter()
        .all(|base| {
            let mut base = base % n;
            if base == 0 {
                return true;
            }
            let (mut power, mut exponent) = (1, odd);
            while exponent > 0 {
                if exponent & 1 == 1 {
                    power = mul(power, base);
                }
                base = mul(base, base);
                exponent >>= 1;
            }
            power == 1
                || power == n - 1
                || (1..twos).any(|_| {
                    power = mul(power, power);
                    power == n - 1
                })
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn primes_are_primes() {
        let small: Vec<u64> = (0..100).filter(|n| is_prime(*n)).collect();
        assert_eq!(small[..10], [2, 3, 5, 7, 11, 13, 17, 19, 23, 29]);
        assert_eq!(small.len(), 25);
        assert!(is_prime((1 << 61) - 1) && !is_prime(3_215_031_751) && !is_prime(u64::MAX));
        let mut rng = generator(0);
        for low in [2, 3, 10, 1000, 1 << 30] {
            let p = prime(&mut rng, low);
            assert!(is_prime(p) && p >= low && p <= 2 * low + 1);
        }
    }
}
