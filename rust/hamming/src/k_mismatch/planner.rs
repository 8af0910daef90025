//! Which search is fastest, from costs that were measured once and from what a sample of the text shows. Nothing is timed in a call.

use porism_runtime::Monitor;

use super::Found;
use super::abandon::Rows;
use super::blocks::{Options, shifts};
use crate::Error;

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Plan {
    /// Vertical counting that gives up.
    EarlyAbandon,
    /// Exact pieces.
    Pigeonhole,
    /// All distances.
    ThresholdAll,
    /// Whatever was asked for by name.
    Named,
}

/// Places of the text that are tried.
const SAMPLES: usize = 16;

/// Shifts at each.
const RUN: usize = 256;

/// Comparisons per nanosecond of vertical counting.
const ABANDON: f64 = 60.0;

/// Nanoseconds of verifying one shift, and for each symbol of it.
const VERIFY: (f64, f64) = (25.0, 0.03);

/// Nanoseconds of a shift whose distance is counted in full: a pattern of m symbols at the rate of vertical or bit-sliced kernels, or a transform.
fn counting(m: f64) -> f64 {
    let rate = 60.0 + 380.0 * (m / (m + 4000.0));
    (m / rate).min(80.0)
}

/// Choose for one pattern.
///
/// # Errors
/// [`Error::NoShift`], [`Error::EmptyPattern`], [`Error::Interrupted`].
pub(super) fn plan(
    rows: &Rows<'_>,
    text: &[u8],
    pattern: &[u8],
    options: &Options,
    monitor: &Monitor,
) -> Result<Plan, Error> {
    let m = pattern.len();
    let n_shifts = shifts(text.len(), m)?;
    if rows.len() <= rows.k() {
        return Ok(Plan::ThresholdAll); // every shift is a hit
    }
    if rows.k() == 0 && rows.is_equality() && rows.first() <= 2 {
        return Ok(Plan::Pigeonhole); // an exact search for a pattern with a rare letter, which skips what vertical counting reads
    }
    if n_shifts < 4 * SAMPLES * RUN {
        return Ok(Plan::EarlyAbandon);
    }
    let mut seen = Found::default();
    let mut tried = 0;
    for sample in 0..SAMPLES {
        let start = (n_shifts - RUN) / (SAMPLES - 1) * sample;
        let window = &text[start..(start + RUN + m - 1 + 512).min(text.len())];
        rows.search(window, RUN, start, options, monitor, &mut seen)?;
        tried += RUN;
    }
    let per_shift = 1.0 / tried as f64;
    let verified = seen.counters.verified as f64 * per_shift * (VERIFY.0 + VERIFY.1 * m as f64);
    let abandon = seen.counters.compared as f64 * per_shift / ABANDON + verified;
    Ok(if abandon <= counting(m as f64) {
        Plan::EarlyAbandon
    } else {
        Plan::ThresholdAll
    })
}
