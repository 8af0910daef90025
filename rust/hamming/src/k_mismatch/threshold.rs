//! All distances, of which those that are small enough are kept: the search that needs no idea, with the fastest counting there is.

use std::sync::atomic::{AtomicU64, Ordering};

use porism_runtime::Monitor;

use super::Found;
use super::blocks::{Options, shifts};
use crate::{Error, Raw, Relation, Symbol};

/// Shifts whose distances are held at a time.
const BLOCK: usize = 1 << 20;

/// All shifts at which `text` and `pattern` differ in at most `k` places.
pub(super) fn search<S: Symbol>(
    text: &[S],
    pattern: &[S],
    k: usize,
    relation: Relation,
    wildcard: Option<S>,
    options: &Options,
    monitor: &Monitor,
) -> Result<Found, Error>
where
    for<'a> &'a [S]: Into<Raw<'a>>,
{
    let m = pattern.len();
    let n_shifts = shifts(text.len(), m)?;
    let counting = crate::Options {
        relation,
        wildcard: wildcard.map(|symbol| symbol.id() as u64),
        n_threads: options.n_threads,
        isa: options.isa,
        ..crate::Options::default()
    };
    let block = BLOCK.max(4 * m).min(n_shifts);
    let mut distances = vec![0; block];
    let mut found = Found::default();
    let mut start = 0;
    while start < n_shifts {
        let shifts = block.min(n_shifts - start);
        let window = &text[start..start + shifts + m - 1];
        let out = &mut distances[..shifts];
        let report = crate::distances(window.into(), &[pattern.into()], &counting, out, None, monitor)?;
        for (shift, &distance) in out.iter().enumerate() {
            if distance as usize <= k {
                found.push(start + shift, distance as u32);
            }
        }
        let done = |count: &AtomicU64| count.load(Ordering::Relaxed);
        found.counters.compared += done(&report.operations.comparisons) + done(&report.operations.row_shifts);
        found.counters.increments += done(&report.operations.increments);
        found.counters.butterflies += done(&report.operations.butterflies);
        start += shifts;
        monitor.report(start as u64, n_shifts as u64, 0.0);
    }
    found.counters.exact += 1;
    Ok(found)
}
