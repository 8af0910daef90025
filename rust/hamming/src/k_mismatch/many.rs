//! Many patterns in one pass: by a table of their pieces where that is cheaper, otherwise each block of the text is searched for all of them while it is in the cache.

use porism_runtime::Monitor;

use super::abandon::Rows;
use super::blocks::{Options, in_blocks, shifts};
use super::frequency::Frequencies;
use super::pieces::Table;
use super::search::Matches;
use super::{Found, Rule};
use crate::Error;

/// Shifts of a block: with its symbols in a first-level cache.
const BLOCK: usize = 1 << 14;

/// Patterns that are planned to estimate what all cost.
const SAMPLE: usize = 16;

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
    if let Some(table) = Table::new(text, patterns, k, rule, frequencies)? {
        // What searching for each costs: a look at the rows that a group is expected to need, seventy comparisons a nanosecond.
        let rows: usize = patterns
            .iter()
            .take(SAMPLE)
            .map(|pattern| Rows::new(pattern, k, rule, frequencies).first())
            .sum();
        let each = rows as f64 / patterns.len().min(SAMPLE) as f64 / 70.0;
        if table.cost < each * patterns.len() as f64 {
            let mut found = table.search(text, options, monitor)?;
            let patterns_of_hits = std::mem::take(&mut found.patterns);
            return Ok(Matches {
                found,
                patterns: patterns_of_hits,
                plans: vec![("pigeonhole", patterns.len() as u64)],
            });
        }
    }
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
