//! Many patterns in one pass: each block of the text is searched for all of them while it is in the cache.

use porism_runtime::Monitor;

use super::abandon::Rows;
use super::blocks::{Options, in_blocks, shifts};
use super::frequency::Frequencies;
use super::search::Matches;
use super::{Found, Rule};
use crate::Error;

/// Shifts of a block: with its symbols in a first-level cache.
const BLOCK: usize = 1 << 14;

/// All hits of all `patterns`, ordered by position, then by pattern.
///
/// # Errors
/// [`Error::EmptyPattern`] or [`Error::NoShift`] for a pattern that does not fit, [`Error::Interrupted`], [`Error::Threads`].
pub(super) fn search(
    text: &[u8],
    patterns: &[&[u8]],
    k: usize,
    rule: Rule,
    frequencies: &Frequencies,
    options: &Options,
    monitor: &Monitor,
) -> Result<Matches, Error> {
    let mut all = Vec::with_capacity(patterns.len());
    let mut most = 0;
    for pattern in patterns {
        let n_shifts = shifts(text.len(), pattern.len())?;
        most = most.max(n_shifts);
        all.push((Rows::new(pattern, k, rule, frequencies), n_shifts, pattern.len()));
    }
    let mut found = in_blocks(most, BLOCK, options, monitor, |range, found| {
        let mut hits = Vec::new();
        let mut own = Found::default();
        for (id, (rows, n_shifts, m)) in all.iter().enumerate() {
            let end = range.end.min(*n_shifts);
            if range.start >= end {
                continue;
            }
            if id % 64 == 0 {
                monitor.check()?;
            }
            let window = &text[range.start..(end + m - 1 + 512).min(text.len())];
            rows.search(window, end - range.start, range.start, options, monitor, &mut own)?;
            hits.extend(
                own.positions
                    .drain(..)
                    .zip(own.distances.drain(..))
                    .map(|(position, distance)| (position, id as i64, distance)),
            );
        }
        hits.sort_unstable();
        for (position, id, distance) in hits {
            found.positions.push(position);
            found.distances.push(distance);
            found.patterns.push(id);
        }
        found.counters.add(&own.counters);
        Ok(())
    })?;
    let patterns_of_hits = std::mem::take(&mut found.patterns);
    Ok(Matches {
        found,
        patterns: patterns_of_hits,
        plans: vec![("early-abandon", patterns.len() as u64)],
    })
}
