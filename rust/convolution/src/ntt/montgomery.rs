//! Primes below 2^63 in Montgomery form.

use std::marker::PhantomData;

use super::Field;

/// A prime and its roots.
pub trait Parameters: Copy + Send + Sync + PartialEq + std::fmt::Debug + 'static {
    /// The prime, odd and below 2^63.
    const MODULUS: u64;
    /// The power of two in `MODULUS − 1`.
    const TWO_ADICITY: u32;
    /// Generates the multiplicative group.
    const GENERATOR: u64;
}

/// 29·2^57 + 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parameters57;

impl Parameters for Parameters57 {
    const MODULUS: u64 = (29 << 57) + 1;
    const TWO_ADICITY: u32 = 57;
    const GENERATOR: u64 = 3;
}

/// 27·2^56 + 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parameters56;

impl Parameters for Parameters56 {
    const MODULUS: u64 = (27 << 56) + 1;
    const TWO_ADICITY: u32 = 56;
    const GENERATOR: u64 = 5;
}

/// An integer modulo 29·2^57 + 1.
pub type Prime57 = Montgomery<Parameters57>;
/// An integer modulo 27·2^56 + 1.
pub type Prime56 = Montgomery<Parameters56>;

/// An integer a modulo p, held as a·2^64 mod p.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Montgomery<P: Parameters>(u64, PhantomData<P>);

impl<P: Parameters> Montgomery<P> {
    /// −1/p mod 2^64, by Newton's iteration: each step doubles the correct bits.
    const NEGATIVE_INVERSE: u64 = {
        let mut inverse: u64 = 1;
        let mut step = 0;
        while step < 6 {
            inverse = inverse.wrapping_mul(2_u64.wrapping_sub(P::MODULUS.wrapping_mul(inverse)));
            step += 1;
        }
        inverse.wrapping_neg()
    };

    /// 2^128 mod p.
    const SQUARE: u64 = {
        let r = (1_u128 << 64) % P::MODULUS as u128;
        (r * r % P::MODULUS as u128) as u64
    };

    /// `value`·2^−64 mod p, for values below p·2^64.
    #[inline(always)]
    fn reduce(value: u128) -> Self {
        let factor = (value as u64).wrapping_mul(Self::NEGATIVE_INVERSE);
        let sum = ((value + u128::from(factor) * u128::from(P::MODULUS)) >> 64) as u64; // below 2p < 2^64
        Self(sum.min(sum.wrapping_sub(P::MODULUS)), PhantomData)
    }
}

impl<P: Parameters> Field for Montgomery<P> {
    const MODULUS: u64 = P::MODULUS;
    const TWO_ADICITY: u32 = P::TWO_ADICITY;
    const GENERATOR: u64 = P::GENERATOR;
    const ZERO: Self = Self(0, PhantomData);

    #[inline(always)]
    fn new(value: u64) -> Self {
        Self::reduce(u128::from(value % P::MODULUS) * u128::from(Self::SQUARE))
    }

    #[inline(always)]
    fn get(self) -> u64 {
        Self::reduce(u128::from(self.0)).0
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        let sum = self.0 + other.0;
        Self(sum.min(sum.wrapping_sub(P::MODULUS)), PhantomData)
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        let difference = self.0.wrapping_sub(other.0);
        Self(difference.min(difference.wrapping_add(P::MODULUS)), PhantomData)
    }

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Self::reduce(u128::from(self.0) * u128::from(other.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn are_fields() {
        super::super::field::tests::is_a_field::<Prime57>();
        super::super::field::tests::is_a_field::<Prime56>();
    }
}
