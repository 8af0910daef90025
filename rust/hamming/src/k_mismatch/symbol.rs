//! What strings are made of: bytes, or ranks of a larger alphabet.

use std::hash::Hash;

/// A symbol: two of them are equal or not, nothing else is known of them.
pub trait Symbol: Copy + Eq + Ord + Hash + Send + Sync + 'static {
    /// The symbol as a number.
    fn code(self) -> u32;
}

impl Symbol for u8 {
    #[inline(always)]
    fn code(self) -> u32 {
        u32::from(self)
    }
}

impl Symbol for u32 {
    #[inline(always)]
    fn code(self) -> u32 {
        self
    }
}
