//! Kernel `scatter`: one increment for every pair of equal letters, for letters that are rare.
//!
//! A symbol at `i` of the text matches the pattern's position `j` at the shift `i - j` and at no other. So the cost is the number of matching
//! pairs, whatever the lengths.

use std::sync::Arc;

use porism_runtime::{Interrupted, Monitor};

use crate::letters::Letters;
use crate::symbol::Symbol;

/// Symbols of the text, or pairs, between two looks at the monitor.
const STRIDE: usize = 1 << 16;

/// Which letters of a pattern are counted this way.
#[derive(Debug)]
pub(crate) struct Scatter<S> {
    letters: Arc<Letters<S>>,
    /// Of each letter, whether it is.
    chosen: Vec<bool>,
    /// One more than the last position of any of them.
    reach: usize,
    n_rows: usize,
}

impl<S: Symbol> Scatter<S> {
    /// Prepare to count the letters `chosen`.
    pub(crate) fn new(letters: &Arc<Letters<S>>, chosen: &[usize]) -> Self {
        let mut is_chosen = vec![false; letters.len()];
        chosen.iter().for_each(|&letter| is_chosen[letter] = true);
        let last = chosen.iter().filter_map(|&letter| letters.positions(letter).last());
        Self {
            letters: Arc::clone(letters),
            chosen: is_chosen,
            reach: last.max().map_or(0, |&j| j as usize + 1),
            n_rows: chosen.iter().map(|&letter| letters.positions(letter).len()).sum(),
        }
    }

    /// Positions of the pattern that are counted.
    pub(crate) fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// Take the matches at the shifts of `out` from it; the first begins at `text[0]`: `text` is as long as all these shifts together need. Returns how many there were.
    pub(crate) fn run(&self, text: &[S], out: &mut [i32], monitor: &Monitor) -> Result<u64, Interrupted> {
        let shifts = out.len();
        let end = text.len().min((shifts + self.reach).saturating_sub(1));
        let (mut pairs, mut since) = (0, 0);
        for (i, &symbol) in text[..end].iter().enumerate() {
            for &letter in self.letters.matched(symbol) {
                if !self.chosen[letter as usize] {
                    continue;
                }
                let mut positions = self.letters.positions(letter as usize);
                if i + 1 < self.reach {
                    positions = &positions[..positions.partition_point(|&j| j as usize <= i)];
                }
                if i >= shifts {
                    positions = &positions[positions.partition_point(|&j| (j as usize) + shifts <= i)..];
                }
                for &j in positions {
                    out[i - j as usize] -= 1;
                }
                pairs += positions.len() as u64;
                since += positions.len();
            }
            since += 1;
            if since >= STRIDE {
                monitor.check()?;
                since = 0;
            }
        }
        Ok(pairs)
    }
}
