//! What each metric does with a pair of features.

use std::ops::{Add, Div, Mul, Sub};

use crate::element::Element;

/// A float that features can be.
pub trait Float:
    Element<Acc = f64> + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self>
{
    /// One.
    const ONE: Self;
    /// Where `|x - y|²` is less than this part of `|x|² + |y|²`, an inner product does not tell it well enough.
    const CANCELLATION: Self;

    /// The nearest value of this type.
    fn round(value: f64) -> Self;
    /// The absolute value.
    fn abs(self) -> Self;
    /// The square root.
    fn sqrt(self) -> Self;
    /// A power.
    fn powf(self, power: Self) -> Self;
    /// `self * factor + summand`, rounded once.
    fn mul_add(self, factor: Self, summand: Self) -> Self;
}

macro_rules! float {
    ($float:ty, $cancellation:literal) => {
        impl Float for $float {
            const ONE: Self = 1.0;
            const CANCELLATION: Self = $cancellation;

            #[inline(always)]
            fn round(value: f64) -> Self {
                value as $float
            }

            #[inline(always)]
            fn abs(self) -> Self {
                <$float>::abs(self)
            }

            #[inline(always)]
            fn sqrt(self) -> Self {
                <$float>::sqrt(self)
            }

            #[inline(always)]
            fn powf(self, power: Self) -> Self {
                <$float>::powf(self, power)
            }

            #[inline(always)]
            fn mul_add(self, factor: Self, summand: Self) -> Self {
                <$float>::mul_add(self, factor, summand)
            }
        }
    };
}

// Five digits of the distance are kept in f32, and eleven in f64.
float!(f32, 1e-2);
float!(f64, 1e-4);

/// How two rows are compared.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Metric {
    /// Root of the summed squared differences.
    Euclidean,
    /// Summed squared differences.
    SqEuclidean,
    /// Summed absolute differences.
    Manhattan,
    /// The largest absolute difference.
    Chebyshev,
    /// `(sum |x - y|^p)^(1/p)`, `p >= 1`.
    Minkowski(f64),
    /// One minus the cosine of the angle; 1 between a zero row and any other, as scikit-learn has it.
    Cosine,
    /// The share of features that differ.
    Hamming,
    /// Among the features that are nonzero in either row, the share that are so in one only; 0 where there are none.
    Jaccard,
    /// `sum |x - y| / (|x| + |y|)`, where 0/0 counts 0.
    Canberra,
    /// `sum |x - y| / sum |x + y|`, where 0/0 is 0.
    BrayCurtis,
    /// Gower's coefficient: the mean over the features known in both rows of the absolute difference for the first so many features,
    /// which must have been scaled to a range of 1, and of "differs" for the others, which are codes of categories. NaN means unknown;
    /// rows without a feature in common are 1 apart.
    Gower(usize),
}

/// What becomes of two rows, feature by feature.
pub(super) trait Op<T>: Copy + Sync {
    type Acc: Copy;

    const START: Self::Acc;

    fn step<const FMA: bool>(self, acc: Self::Acc, feature: usize, x: T, y: T) -> Self::Acc;

    fn finish(self, acc: Self::Acc) -> T;
}

macro_rules! op {
    ($(#[$doc:meta])* $name:ident $(($field:ident: $type:ty))?, $acc:ty = $start:expr,
     |$self:ident, $sum:ident, $feature:ident, $x:ident, $y:ident, $fma:ident| $step:expr, |$end:ident| $finish:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub(super) struct $name { $(pub(super) $field: $type)? }

        impl<T: Float> Op<T> for $name {
            type Acc = $acc;

            const START: Self::Acc = $start;

            #[inline(always)]
            fn step<const FMA: bool>($self, $sum: Self::Acc, $feature: usize, $x: T, $y: T) -> Self::Acc {
                let $fma = |a: T, b: T, c: T| if FMA { a.mul_add(b, c) } else { a * b + c };
                let _ = (&$fma, $feature);
                $step
            }

            #[inline(always)]
            fn finish($self, $end: Self::Acc) -> T {
                $finish
            }
        }
    };
}

#[inline(always)]
fn count<T: Float>(yes: bool) -> T {
    if yes { T::ONE } else { T::ZERO }
}

#[inline(always)]
fn ratio<T: Float>([part, whole]: [T; 2], empty: T) -> T {
    if whole == T::ZERO { empty } else { part / whole }
}

#[inline(always)]
fn larger<T: Float>(a: T, b: T) -> T {
    if a > b { a } else { b }
}

op!(
    Euclidean,
    T = T::ZERO,
    |self, sum, feature, x, y, fma| fma(x - y, x - y, sum),
    |sum| sum.sqrt()
);
op!(
    SqEuclidean,
    T = T::ZERO,
    |self, sum, feature, x, y, fma| fma(x - y, x - y, sum),
    |sum| sum
);
op!(
    /// Half the squared distance: of unit vectors, one minus their cosine.
    HalfSquared,
    T = T::ZERO, |self, sum, feature, x, y, fma| fma(x - y, x - y, sum), |sum| sum * T::round(0.5)
);
op!(
    Dot,
    T = T::ZERO,
    |self, sum, feature, x, y, fma| fma(x, y, sum),
    |sum| sum
);
op!(
    Manhattan,
    T = T::ZERO,
    |self, sum, feature, x, y, fma| sum + (x - y).abs(),
    |sum| sum
);
op!(
    Chebyshev,
    T = T::ZERO,
    |self, max, feature, x, y, fma| larger((x - y).abs(), max),
    |max| max
);
op!(Minkowski(p: f64), T = T::ZERO, |self, sum, feature, x, y, fma| sum + (x - y).abs().powf(T::round(self.p)),
    |sum| sum.powf(T::round(1.0 / self.p)));
op!(Hamming(d: f64), T = T::ZERO, |self, sum, feature, x, y, fma| sum + count::<T>(x != y), |sum| sum / T::round(self.d));
op!(
    Jaccard,
    [T; 2] = [T::ZERO; 2],
    |self, sum, feature, x, y, fma| {
        let (x, y) = (x != T::ZERO, y != T::ZERO);
        [sum[0] + count(x != y), sum[1] + count(x | y)]
    },
    |sum| ratio(sum, T::ZERO)
);
op!(
    Canberra,
    T = T::ZERO,
    |self, sum, feature, x, y, fma| sum + ratio([(x - y).abs(), x.abs() + y.abs()], T::ZERO),
    |sum| sum
);
op!(
    BrayCurtis,
    [T; 2] = [T::ZERO; 2],
    |self, sum, feature, x, y, fma| [sum[0] + (x - y).abs(), sum[1] + (x + y).abs()],
    |sum| ratio(sum, T::ZERO)
);
op!(Gower(n_numeric: usize), [T; 2] = [T::ZERO; 2], |self, sum, feature, x, y, fma| {
    let apart = if feature < self.n_numeric { (x - y).abs() } else { count(x != y) };
    let known = !(x.is_nan() | y.is_nan());
    [sum[0] + if known { apart } else { T::ZERO }, sum[1] + count(known)]
}, |sum| ratio(sum, T::ONE));
