//! When a symbol of the text matches a symbol of the pattern.

use super::arch::Bytes;

/// Which pairs of bytes match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// Equal ones.
    Equal,
    /// Equal ones, and any with this byte on either side.
    Wildcard(u8),
    /// Those with a bit in common: sets of up to eight letters, as the ambiguity codes of nucleotides are.
    Sets,
}

impl Relation {
    /// Whether `t` in the text matches `p` in the pattern.
    #[inline(always)]
    pub fn matches(self, t: u8, p: u8) -> bool {
        match self {
            Self::Equal => t == p,
            Self::Wildcard(any) => t == p || t == any || p == any,
            Self::Sets => t & p != 0,
        }
    }

    /// Whether `p` in the pattern matches everything, so that its position need not be looked at.
    pub fn is_free(self, p: u8) -> bool {
        self == Self::Wildcard(p)
    }
}

/// The same for many lanes at once: all ones in the lanes that match. A type for each relation, so that the inner loop has no branch.
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
pub(super) struct Sets;

impl Lanewise for Sets {
    #[inline(always)]
    fn matches<B: Bytes>(self, simd: B, text: B::V, letter: B::V) -> B::V {
        let none = simd.equal(simd.and(text, letter), simd.splat(0));
        simd.equal(none, simd.splat(0))
    }
}
