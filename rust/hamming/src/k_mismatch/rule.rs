//! When a byte of the text matches a byte of the pattern.

use super::arch::Bytes;
use crate::Relation;

/// Which pairs of bytes match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Equal ones.
    Equal,
    /// Equal ones, and any with this byte on either side.
    Wildcard(u8),
    /// Sets with an element in common.
    Overlap,
    /// Sets of the text, not empty, that lie within the pattern's.
    Within,
}

impl Rule {
    /// The rule that a relation and a wildcard amount to.
    pub fn new(relation: Relation, wildcard: Option<u8>) -> Self {
        match (relation, wildcard) {
            (Relation::Equal, None) => Self::Equal,
            (Relation::Equal, Some(any)) => Self::Wildcard(any),
            (Relation::Overlap, _) => Self::Overlap,
            (Relation::Within, _) => Self::Within,
        }
    }

    /// Whether `t` in the text matches `p` in the pattern.
    #[inline(always)]
    pub fn matches(self, t: u8, p: u8) -> bool {
        match self {
            Self::Equal => t == p,
            Self::Wildcard(any) => t == p || t == any || p == any,
            Self::Overlap => t & p != 0,
            Self::Within => t | p == p && t != 0,
        }
    }

    /// Whether `p` in the pattern matches everything, so that its position need not be looked at.
    pub fn is_free(self, p: u8) -> bool {
        self == Self::Wildcard(p)
    }
}

/// The same for many lanes at once: all ones in the lanes that match. A type for each rule, so that the inner loop has no branch.
pub(super) trait Lanewise: Copy + Send + Sync {
    fn matches<B: Bytes>(self, simd: B, text: B::V, letter: B::V) -> B::V;
}

#[derive(Clone, Copy)]
pub(super) struct Equal;

impl Lanewise for Equal {
    #[inline(always)]
    fn matches<B: Bytes>(self, simd: B, text: B::V, letter: B::V) -> B::V {
        simd.equal(text, letter)
    }
}

/// The letter of a row is never the wildcard: such rows are left out.
#[derive(Clone, Copy)]
pub(super) struct Wildcard(pub(super) u8);

impl Lanewise for Wildcard {
    #[inline(always)]
    fn matches<B: Bytes>(self, simd: B, text: B::V, letter: B::V) -> B::V {
        simd.or(simd.equal(text, letter), simd.equal(text, simd.splat(self.0)))
    }
}

#[derive(Clone, Copy)]
pub(super) struct Overlap;

impl Lanewise for Overlap {
    #[inline(always)]
    fn matches<B: Bytes>(self, simd: B, text: B::V, letter: B::V) -> B::V {
        let none = simd.splat(0);
        simd.equal(simd.equal(simd.and(text, letter), none), none)
    }
}

#[derive(Clone, Copy)]
pub(super) struct Within;

impl Lanewise for Within {
    #[inline(always)]
    fn matches<B: Bytes>(self, simd: B, text: B::V, letter: B::V) -> B::V {
        let none = simd.splat(0);
        let inside = simd.equal(simd.or(text, letter), letter);
        simd.and(inside, simd.equal(simd.equal(text, none), none))
    }
}
