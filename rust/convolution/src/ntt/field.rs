//! What a transform needs of a field.

use super::stages;

/// The integers modulo a prime with roots of unity of high order 2^k.
pub trait Field: Copy + Clone + Send + Sync + PartialEq + std::fmt::Debug + 'static {
    /// The prime.
    const MODULUS: u64;
    /// Roots of unity of order 2^k exist up to this k.
    const TWO_ADICITY: u32;
    /// Generates the multiplicative group.
    const GENERATOR: u64;
    /// Zero.
    const ZERO: Self;

    /// The class of any `value`.
    fn new(value: u64) -> Self;
    /// The representative below the modulus.
    fn get(self) -> u64;
    /// Sum.
    fn add(self, other: Self) -> Self;
    /// Difference.
    fn sub(self, other: Self) -> Self;
    /// Product.
    fn mul(self, other: Self) -> Self;

    /// The power `self`^`exponent`.
    fn pow(self, mut exponent: u64) -> Self {
        let (mut base, mut power) = (self, Self::new(1));
        while exponent > 0 {
            if exponent & 1 == 1 {
                power = power.mul(base);
            }
            base = base.mul(base);
            exponent >>= 1;
        }
        power
    }

    /// The multiplicative inverse; 0 for 0.
    fn inverse(self) -> Self {
        self.pow(Self::MODULUS - 2)
    }

    /// A root of unity of order 2^`k`, `k` at most [`TWO_ADICITY`](Self::TWO_ADICITY).
    fn root(k: u32) -> Self {
        Self::new(Self::GENERATOR).pow((Self::MODULUS - 1) >> k)
    }

    /// A stage on the halves of one block: (a + b·root, a − b·root).
    fn butterflies(a: &mut [Self], b: &mut [Self], root: Self) {
        stages::butterflies(a, b, root);
    }

    /// The same backwards, but for a factor 2: (a + b, (a − b)·root).
    fn inverse_butterflies(a: &mut [Self], b: &mut [Self], root: Self) {
        stages::inverse_butterflies(a, b, root);
    }

    /// All stages within part `index` of the data, with the roots of the blocks in bit-reversed order.
    fn forward_part(part: &mut [Self], index: usize, roots: &[Self]) {
        stages::forward_part(part, index, roots);
    }

    /// The same backwards, and everything times `scale`.
    fn inverse_part(part: &mut [Self], index: usize, roots: &[Self], scale: Self) {
        stages::inverse_part(part, index, roots, scale);
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::ntt) fn is_a_field<F: Field>() {
        let p = F::MODULUS;
        assert_eq!(
            F::root(F::TWO_ADICITY).pow(1 << (F::TWO_ADICITY - 1)).get(),
            p - 1,
            "a root of full order"
        );
        let samples = [
            0,
            1,
            2,
            3,
            p - 1,
            p - 2,
            p / 2,
            p / 2 + 1,
            (1 << 32) % p,
            ((1 << 32) - 1) % p,
            0x1234_5678_9abc_def0 % p,
            u64::MAX % p,
        ];
        for a in samples {
            assert_eq!(F::new(a).get(), a);
            if a != 0 {
                assert_eq!(F::new(a).mul(F::new(a).inverse()).get(), 1, "{a}");
            }
            for b in samples {
                let (x, y) = (F::new(a), F::new(b));
                let (a, b, m) = (u128::from(a), u128::from(b), u128::from(p));
                assert_eq!(u128::from(x.add(y).get()), (a + b) % m);
                assert_eq!(u128::from(x.sub(y).get()), (a + m - b) % m);
                assert_eq!(u128::from(x.mul(y).get()), a * b % m);
            }
        }
        assert_eq!(F::new(u64::MAX).get(), u64::MAX % p);
    }
}
