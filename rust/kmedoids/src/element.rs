//! The numbers a dissimilarity can be, and the wider ones that sums of them are kept in.

use std::fmt::{Debug, Display};
use std::iter::Sum;
use std::ops::{Add, AddAssign, Mul, Neg, Sub, SubAssign};

use crate::arch::Below;

/// A number that sums of dissimilarities are kept in: `f64` for floats, `i64` (exact) for integers.
pub trait Accumulator:
    Copy
    + Debug
    + Display
    + Default
    + PartialOrd
    + Send
    + Sync
    + 'static
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
    + Sum
{
    /// Nothing.
    const ZERO: Self;
    /// The weight of an unweighted object.
    const ONE: Self;
    /// The loss while some object reaches no medoid.
    const FAR: Self;

    /// The nearest `f64`.
    fn to_f64(self) -> f64;

    /// Whether this is a weight: finite and not negative.
    fn is_weight(self) -> bool;

    /// Whether a change of this much is an improvement worth a swap where `total` is at stake, beyond what rounding explains.
    ///
    /// Only the randomised searches use it. The sweeps that certify a local optimum take every strictly negative change.
    fn improves(self, total: Self) -> bool;
}

impl Accumulator for f64 {
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;
    const FAR: Self = f64::INFINITY;

    fn to_f64(self) -> f64 {
        self
    }

    fn is_weight(self) -> bool {
        self.is_finite() && self >= 0.0
    }

    fn improves(self, total: Self) -> bool {
        self < -1e-12 * total.abs()
    }
}

impl Accumulator for i64 {
    const ZERO: Self = 0;
    const ONE: Self = 1;
    const FAR: Self = i64::MAX;

    fn to_f64(self) -> f64 {
        self as f64
    }

    fn is_weight(self) -> bool {
        self >= 0
    }

    fn improves(self, _total: Self) -> bool {
        self < 0
    }
}

/// A number that a dissimilarity can be.
pub trait Element: Copy + Debug + Default + PartialOrd + Send + Sync + 'static + Below {
    /// What sums are kept in.
    type Acc: Accumulator;

    /// The diagonal.
    const ZERO: Self;
    /// Farther than any medoid: `+inf`, or the largest integer.
    const FAR: Self;
    /// Whether the type has a `+inf` that means "these two may not be paired".
    const HAS_INFINITY: bool;

    /// Exactly the same number, wider.
    fn widen(self) -> Self::Acc;

    /// The nearest `f64`.
    fn to_f64(self) -> f64;

    /// Whether this is `+inf`; never for integers.
    fn is_infinite(self) -> bool;

    /// Whether this is not a number; never for integers.
    fn is_nan(self) -> bool;

    /// An unsigned integer as wide as this.
    type Bits: Copy + Default + Ord + Send + Into<u64> + TryFrom<u64>;

    /// The bits of the largest finite number.
    const LARGEST: Self::Bits;

    /// The bits. Finite numbers without a sign are ordered like their bits; all else has larger ones.
    fn bits(self) -> Self::Bits;

    /// What has these bits.
    fn from_bits(bits: Self::Bits) -> Self;

    /// The lower 32 bits, and the upper ones or 0 where there are none.
    fn halves(self) -> [u64; 2];
}

macro_rules! float {
    ($float:ty, $bits:ty) => {
        impl Element for $float {
            type Acc = f64;

            const ZERO: Self = 0.0;
            const FAR: Self = <$float>::INFINITY;
            const HAS_INFINITY: bool = true;

            #[inline(always)]
            fn widen(self) -> f64 {
                f64::from(self)
            }

            #[inline(always)]
            fn to_f64(self) -> f64 {
                f64::from(self)
            }

            #[inline(always)]
            fn is_infinite(self) -> bool {
                self == <$float>::INFINITY
            }

            #[inline(always)]
            fn is_nan(self) -> bool {
                <$float>::is_nan(self)
            }

            type Bits = $bits;

            const LARGEST: $bits = <$float>::MAX.to_bits();

            #[inline(always)]
            fn bits(self) -> $bits {
                self.to_bits()
            }

            #[inline(always)]
            fn from_bits(bits: $bits) -> Self {
                <$float>::from_bits(bits)
            }

            #[inline(always)]
            fn halves(self) -> [u64; 2] {
                halves(self.to_bits().into())
            }
        }
    };
}

macro_rules! integer {
    ($integer:ty, $bits:ty) => {
        impl Element for $integer {
            type Acc = i64;

            const ZERO: Self = 0;
            const FAR: Self = <$integer>::MAX;
            const HAS_INFINITY: bool = false;

            #[inline(always)]
            fn widen(self) -> i64 {
                i64::from(self)
            }

            #[inline(always)]
            fn to_f64(self) -> f64 {
                self as f64
            }

            #[inline(always)]
            fn is_infinite(self) -> bool {
                false
            }

            #[inline(always)]
            fn is_nan(self) -> bool {
                false
            }

            type Bits = $bits;

            const LARGEST: $bits = <$integer>::MAX.cast_unsigned();

            #[inline(always)]
            fn bits(self) -> $bits {
                self.cast_unsigned()
            }

            #[inline(always)]
            fn from_bits(bits: $bits) -> Self {
                bits.cast_signed()
            }

            #[inline(always)]
            fn halves(self) -> [u64; 2] {
                halves(self.cast_unsigned().into())
            }
        }
    };
}

/// The lower and the upper 32 of 64 bits.
#[inline(always)]
fn halves(bits: u64) -> [u64; 2] {
    [bits & 0xffff_ffff, bits >> 32]
}

float!(f32, u32);
float!(f64, u64);
integer!(i32, u32);
integer!(i64, u64);
