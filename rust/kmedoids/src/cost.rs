//! A sum of dissimilarities of which some may be infinite.

use std::cmp::Ordering;
use std::ops::{Add, Sub};

use crate::element::Accumulator;

/// A loss, or the difference of two: first how many objects are infinitely far from every medoid, then the sum over the others.
///
/// Ordered lexicographically. A search may therefore start from medoids that leave objects unreachable, as random ones do among forbidden
/// pairs, and never computes `inf - inf`. Integers have no infinity, their `far` is always 0.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Cost<A> {
    pub(crate) far: i64,
    pub(crate) value: A,
}

impl<A: Accumulator> Cost<A> {
    pub(crate) const ZERO: Self = Self { far: 0, value: A::ZERO };

    /// The cost of nothing but reachable objects.
    pub(crate) const fn finite(value: A) -> Self {
        Self { far: 0, value }
    }

    /// As one number.
    pub(crate) fn total(self) -> A {
        if self.far > 0 { A::FAR } else { self.value }
    }

    pub(crate) fn is_negative(self) -> bool {
        self < Self::ZERO
    }
}

impl<A: Accumulator> PartialOrd for Cost<A> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        match self.far.cmp(&other.far) {
            Ordering::Equal => self.value.partial_cmp(&other.value),
            unequal => Some(unequal),
        }
    }
}

impl<A: Accumulator> Add for Cost<A> {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            far: self.far + other.far,
            value: self.value + other.value,
        }
    }
}

impl<A: Accumulator> Sub for Cost<A> {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self {
            far: self.far - other.far,
            value: self.value - other.value,
        }
    }
}
