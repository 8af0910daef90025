//! The prime 2^64 − 2^32 + 1.

use super::Field;

/// An integer modulo p = 2^64 − 2^32 + 1, below p.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Goldilocks(u64);

const P: u64 = 0xffff_ffff_0000_0001;

/// 2^64 mod p.
const EPSILON: u64 = 0xffff_ffff;

impl Field for Goldilocks {
    const MODULUS: u64 = P;
    const TWO_ADICITY: u32 = 32;
    const GENERATOR: u64 = 7;
    const ZERO: Self = Self(0);

    #[inline(always)]
    fn new(value: u64) -> Self {
        Self(if value >= P { value - P } else { value })
    }

    #[inline(always)]
    fn get(self) -> u64 {
        self.0
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        let (sum, carry) = self.0.overflowing_add(other.0);
        let (reduced, borrow) = sum.overflowing_sub(P);
        Self(if carry | !borrow { reduced } else { sum })
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        let (difference, borrow) = self.0.overflowing_sub(other.0);
        Self(if borrow { difference.wrapping_add(P) } else { difference })
    }

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        // 2^64 = 2^32 − 1 and 2^96 = −1.
        let product = u128::from(self.0) * u128::from(other.0);
        let (low, high) = (product as u64, (product >> 64) as u64);
        let (difference, borrow) = low.overflowing_sub(high >> 32);
        let difference = difference.wrapping_sub(if borrow { EPSILON } else { 0 });
        let middle = (high & EPSILON) * EPSILON;
        let (sum, carry) = difference.overflowing_add(middle);
        Self::new(sum.wrapping_add(if carry { EPSILON } else { 0 }))
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn is_a_field() {
        super::super::field::tests::is_a_field::<super::Goldilocks>();
    }
}
