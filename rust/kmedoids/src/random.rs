//! Random draws, written here so that a seed means the same for as long as the generator does.

use rand::Rng;

/// Uniform below `n`, which must not be 0 (Lemire's multiplication with rejection).
pub(crate) fn below(rng: &mut impl Rng, n: usize) -> usize {
    let n = n as u64;
    let threshold = n.wrapping_neg() % n;
    loop {
        let product = u128::from(rng.next_u64()) * u128::from(n);
        if product as u64 >= threshold {
            return (product >> 64) as usize;
        }
    }
}

/// Uniform in `[0, 1)`.
pub(crate) fn unit(rng: &mut impl Rng) -> f64 {
    (rng.next_u64() >> 11) as f64 * (1.0 / (1_u64 << 53) as f64)
}

/// Put a random choice of `k` of the elements into the first `k` places, in random order.
pub(crate) fn partial_shuffle<T>(rng: &mut impl Rng, elements: &mut [T], k: usize) {
    for i in 0..k.min(elements.len().saturating_sub(1)) {
        let j = i + below(rng, elements.len() - i);
        elements.swap(i, j);
    }
}

/// All indices below `n`, in random order.
pub(crate) fn permutation(rng: &mut impl Rng, n: usize) -> Vec<u32> {
    let mut indices: Vec<u32> = (0..n as u32).collect();
    partial_shuffle(rng, &mut indices, n);
    indices
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::generator;

    #[test]
    fn permutations_are_permutations() {
        for n in [0, 1, 2, 7, 100] {
            let mut permutation = permutation(&mut generator(3, 0), n);
            permutation.sort_unstable();
            assert!(permutation.iter().copied().eq(0..n as u32));
        }
    }

    #[test]
    fn draws_are_uniform() {
        let mut rng = generator(1, 2);
        let mut counts = [0; 6];
        for _ in 0..60_000 {
            counts[below(&mut rng, 6)] += 1;
        }
        // Six standard deviations are 550.
        assert!(counts.iter().all(|count| (9_450..10_550).contains(count)), "{counts:?}");
        let mean = (0..10_000).map(|_| unit(&mut rng)).sum::<f64>() / 10_000.0;
        assert!((mean - 0.5).abs() < 0.02);
    }
}
