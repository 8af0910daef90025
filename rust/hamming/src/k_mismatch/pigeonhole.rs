//! A window with at most k mismatches contains one of k + 1 pieces of the pattern unchanged: find the pieces, verify around them.

use memchr::memmem;
use porism_runtime::Monitor;

use super::Found;
use super::blocks::{Options, in_blocks, shifts};
use super::verify::within;
use crate::Error;

/// Shifts of a block.
const BLOCK: usize = 1 << 18;

/// Candidates between two looks whether to stop, times symbols.
const PATIENCE: usize = 1 << 28;

/// Where the pieces of a pattern of m symbols begin and end: k + 1 of them whose lengths differ by at most one; empty where k ≥ m.
pub(super) fn pieces(m: usize, k: usize) -> impl Iterator<Item = std::ops::Range<usize>> + Clone {
    let count = if k < m { k + 1 } else { 0 };
    (0..count).map(move |i| i * m / count..(i + 1) * m / count)
}

/// All shifts at which `text` and `pattern` differ in at most `k` places, through k + 1 exact pieces.
///
/// The time is k + 1 exact searches and a comparison of m symbols for each place where a piece occurs: little where pieces are long or rare, too much
/// where they are not. With k ≥ m there are no pieces, and every shift is verified.
///
/// # Errors
/// [`Error::EmptyPattern`] or [`Error::NoShift`] where there is no shift, [`Error::Interrupted`], [`Error::Threads`].
pub fn pigeonhole(text: &[u8], pattern: &[u8], k: usize, options: &Options, monitor: &Monitor) -> Result<Found, Error> {
    let m = pattern.len();
    let n_shifts = shifts(text.len(), m)?;
    let finders: Vec<_> = pieces(m, k)
        .map(|piece| (piece.start, memmem::Finder::new(&pattern[piece])))
        .collect();
    in_blocks(n_shifts, BLOCK, options, monitor, |range, found| {
        let window = &text[range.start..range.end + m - 1];
        let mut hits = Vec::new();
        let mut spent = 0;
        let mut verified = 0;
        let mut verify = |shift: usize, hits: &mut Vec<(usize, u32)>| -> Result<(), Error> {
            verified += 1;
            spent += m;
            if spent > PATIENCE {
                monitor.check()?;
                spent = 0;
            }
            if let Some(distance) = within(&window[shift..shift + m], pattern, k) {
                hits.push((shift, distance));
            }
            Ok(())
        };
        if finders.is_empty() {
            for shift in 0..range.len() {
                verify(shift, &mut hits)?;
            }
        }
        for (offset, finder) in &finders {
            // A piece of a window that begins in this block lies between these two.
            let searched = &window[*offset..offset + range.len() - 1 + finder.needle().len()];
            let mut from = 0;
            while let Some(at) = finder.find(&searched[from..]) {
                verify(from + at, &mut hits)?;
                from += at + 1; // occurrences may overlap
            }
        }
        hits.sort_unstable();
        hits.dedup();
        for (shift, distance) in hits {
            found.push(range.start + shift, distance);
        }
        found.counters.verified += verified;
        found.counters.compared += (window.len() * finders.len().max(1)) as u64;
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_tile_the_pattern() {
        for m in 1..40 {
            for k in 0..m {
                let all: Vec<_> = pieces(m, k).collect();
                assert_eq!(all.len(), k + 1);
                assert_eq!((all[0].start, all[k].end), (0, m));
                assert!(all.windows(2).all(|two| two[0].end == two[1].start));
                assert!(all.iter().all(|piece| !piece.is_empty()));
            }
            assert_eq!(pieces(m, m).count(), 0);
        }
    }
}
