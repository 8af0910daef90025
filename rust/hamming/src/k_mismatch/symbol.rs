//! What strings are made of: bytes, or ranks of a larger alphabet.

use std::fmt::Debug;

/// A symbol: two of them are equal or not, nothing else is known of them.
pub trait Symbol: Copy + Eq + Debug + Send + Sync + 'static {
    /// The symbol as a number.
    fn id(self) -> usize;
}

impl Symbol for u8 {
    #[inline(always)]
    fn id(self) -> usize {
        usize::from(self)
    }
}

impl Symbol for u32 {
    #[inline(always)]
    fn id(self) -> usize {
        self as usize
    }
}
