//! When a symbol of the text matches one of the pattern.

use crate::symbol::Symbol;

/// When a symbol of the text matches one of the pattern. All but [`Equal`](Self::Equal) are for sets of at most seven elements, written as bits of a
/// byte: the nucleotides that an IUPAC code stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Relation {
    /// They are the same.
    #[default]
    Equal,
    /// The sets have an element in common: the two *may* be the same.
    Overlap,
    /// The text's set is not empty and lies within the pattern's: whatever the text's symbol is, it matches.
    Within,
}

impl Relation {
    /// Whether `text` matches `pattern`.
    #[inline(always)]
    pub fn matches<S: Symbol>(self, text: S, pattern: S) -> bool {
        match self {
            Self::Equal => text == pattern,
            Self::Overlap => text.id() & pattern.id() != 0,
            Self::Within => text.id() & !pattern.id() == 0 && text.id() != 0,
        }
    }
}
