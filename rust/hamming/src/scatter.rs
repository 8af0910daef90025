//! Kernel `scatter`: one increment for every pair of equal letters, for letters that are rare.
//!
//! A symbol at `i` of the text matches the pattern's position `j` at the shift `i - j` and at no other. So the cost is the number of matching
//! pairs, whatever the lengths.

use std::sync::Arc;

use porism_runtime::{Interrupted, Monitor};

use crate::letters::Letters;
use crate::relation::Relation;
use crate::symbol::Symbol;

/// Pairs between two looks at the monitor.
const STRIDE: usize = 1 << 20;

/// Symbols of the text between two looks at it.
const LOOK: usize = 1 << 16;

/// Which letters of a pattern are counted this way.
#[derive(Debug)]
pub(crate) struct Scatter<S> {
    letters: Arc<Letters<S>>,
    /// Of each letter, whether it is.
    chosen: Vec<bool>,
    /// Of each symbol, the letter that it is, if that is chosen; with sets, it may match several.
    letter_of: Vec<u32>,
    /// One more than the last position of any of them.
    reach: usize,
}

const NONE: u32 = u32::MAX;

impl<S: Symbol> Scatter<S> {
    /// Prepare to count the letters `chosen`.
    pub(crate) fn new(letters: &Arc<Letters<S>>, chosen: &[usize]) -> Self {
        let mut is_chosen = vec![false; letters.len()];
        let mut letter_of = vec![NONE; letters.sigma()];
        for &letter in chosen {
            is_chosen[letter] = true;
            letter_of[letters.symbols[letter].id()] = letter as u32;
        }
        let last = chosen.iter().filter_map(|&letter| letters.positions(letter).last());
        Self {
            letters: Arc::clone(letters),
            chosen: is_chosen,
            letter_of,
            reach: last.max().map_or(0, |&j| j as usize + 1),
        }
    }

    /// Take the matches at the shifts of `out` from it; the first begins at `text[0]`: `text` is as long as all these shifts together need. Returns how many there were.
    pub(crate) fn run(&self, text: &[S], out: &mut [i32], monitor: &Monitor) -> Result<u64, Interrupted> {
        let end = text.len().min((out.len() + self.reach).saturating_sub(1));
        let (mut pairs, mut since) = (0, 0);
        let sets = self.letters.relation != Relation::Equal;
        for (i, &symbol) in text[..end].iter().enumerate() {
            if sets {
                for &letter in self.letters.matched(symbol) {
                    if self.chosen[letter as usize] {
                        since += self.spread(letter as usize, i, out);
                    }
                }
            } else {
                let letter = self.letter_of[symbol.id()];
                if letter != NONE {
                    since += self.spread(letter as usize, i, out);
                }
            }
            if i % LOOK == 0 || since >= STRIDE {
                monitor.check()?;
                pairs += since as u64;
                since = 0;
            }
        }
        Ok(pairs + since as u64)
    }

    /// Take one from every shift that puts a position of `letter` on the text's position `i`.
    #[inline(always)]
    fn spread(&self, letter: usize, i: usize, out: &mut [i32]) -> usize {
        let mut positions = self.letters.positions(letter);
        if i + 1 < self.reach {
            positions = &positions[..positions.partition_point(|&j| j as usize <= i)];
        }
        if i >= out.len() {
            positions = &positions[positions.partition_point(|&j| (j as usize) + out.len() <= i)..];
        }
        for &j in positions {
            // SAFETY: positions are of our own making and in rising order, all of them below `reach`. Those left satisfy j ≤ i and i - j < out.len(): where `i + 1 >= reach`
            // the first is so for all, where `i < out.len()` the second, and elsewhere the two cuts above made them so.
            unsafe { *out.get_unchecked_mut(i - j as usize) -= 1 };
        }
        positions.len()
    }
}
