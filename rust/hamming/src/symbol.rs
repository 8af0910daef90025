//! What strings are made of: unsigned integers of 8, 16 or 32 bits, whose values are nothing but names.

use std::borrow::Cow;
use std::fmt::Debug;

/// A symbol that kernels compare. Sealed: `u8`, `u16` and `u32`.
pub trait Symbol: Copy + Eq + Debug + Send + Sync + Sized + 'static + sealed::Sealed {
    /// As many symbols as there are; ids are below it.
    const COUNT: usize;

    /// The id, to index tables with.
    fn id(self) -> usize;

    /// The symbol with this id, which must be below [`COUNT`](Self::COUNT).
    fn from_id(id: usize) -> Self;

    /// The symbols as bytes, if that is what they are.
    fn bytes(symbols: &[Self]) -> Option<&[u8]>;
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! symbol {
    ($($symbol:ty => $bytes:expr),+) => {$(
        impl sealed::Sealed for $symbol {}

        impl Symbol for $symbol {
            const COUNT: usize = <$symbol>::MAX as usize + 1;

            #[inline(always)]
            fn id(self) -> usize {
                self as usize
            }

            #[inline(always)]
            fn from_id(id: usize) -> Self {
                debug_assert!(id < Self::COUNT);
                id as $symbol
            }

            #[inline(always)]
            fn bytes(symbols: &[Self]) -> Option<&[u8]> {
                let bytes: fn(&[Self]) -> Option<&[u8]> = $bytes;
                bytes(symbols)
            }
        }
    )+};
}

symbol!(u8 => |symbols| Some(symbols), u16 => |_| None, u32 => |_| None);

/// A string as a caller has it. Signed integers come as the unsigned ones of the same bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Raw<'a> {
    /// Bytes.
    U8(&'a [u8]),
    /// Two bytes a symbol.
    U16(&'a [u16]),
    /// Four, as code points are.
    U32(&'a [u32]),
    /// Eight.
    U64(&'a [u64]),
}

macro_rules! raw {
    ($($symbol:ty => $kind:ident),+) => {$(
        impl<'a> From<&'a [$symbol]> for Raw<'a> {
            fn from(symbols: &'a [$symbol]) -> Self {
                Self::$kind(symbols)
            }
        }
    )+};
}

raw!(u8 => U8, u16 => U16, u32 => U32, u64 => U64);

impl Raw<'_> {
    /// How many symbols there are.
    pub fn len(&self) -> usize {
        match self {
            Self::U8(symbols) => symbols.len(),
            Self::U16(symbols) => symbols.len(),
            Self::U32(symbols) => symbols.len(),
            Self::U64(symbols) => symbols.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A text and patterns of one symbol type, as kernels take them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Strings<'a, S: Symbol> {
    /// The text; bytes are the caller's own.
    pub text: Cow<'a, [S]>,
    /// The patterns, in the caller's order.
    pub patterns: Vec<Cow<'a, [S]>>,
    /// One more than the largest id of any symbol that occurs.
    pub sigma: usize,
    /// The wildcard, where there is one that occurs in a pattern or in the text.
    pub wildcard: Option<S>,
}

/// [`Strings`] of the narrowest symbol type that has enough names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ranked<'a> {
    /// At most 256 names.
    U8(Strings<'a, u8>),
    /// At most 65 536.
    U16(Strings<'a, u16>),
    /// At most 2^32.
    U32(Strings<'a, u32>),
}
