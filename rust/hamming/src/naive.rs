//! The definition, as a double loop: what every other kernel is tested against.

use porism_runtime::Monitor;

use crate::error::Error;
use crate::relation::Relation;
use crate::symbol::Symbol;

/// Write to `out[s]` how many `j` there are at which `text[s + j]` matches `pattern[j]`, leaving out those where `skip` is either.
///
/// # Errors
/// [`Error::Interrupted`]; [`Error::Shape`] unless `out` is as long as there are shifts.
pub fn matches<S: Symbol>(
    text: &[S],
    pattern: &[S],
    relation: Relation,
    skip: Option<S>,
    out: &mut [i32],
    monitor: &Monitor,
) -> Result<(), Error> {
    matches_of(text, pattern, relation, |symbol| Some(symbol) != skip, out, monitor)
}

/// As [`matches`], counting pairs of which both symbols are `counted`.
pub(crate) fn matches_of<S: Symbol>(
    text: &[S],
    pattern: &[S],
    relation: Relation,
    counted: impl Fn(S) -> bool,
    out: &mut [i32],
    monitor: &Monitor,
) -> Result<(), Error> {
    check_shape(text.len(), pattern.len(), out.len())?;
    for (window, count) in text.windows(pattern.len()).zip(out) {
        *count = 0;
        for (text, pattern) in window.chunks(1 << 16).zip(pattern.chunks(1 << 16)) {
            monitor.check()?;
            let pairs = text.iter().zip(pattern);
            *count += pairs
                .filter(|&(&t, &p)| relation.matches(t, p) && counted(t) && counted(p))
                .count() as i32;
        }
    }
    Ok(())
}

/// `out` is as long as there are shifts of the pattern within the text.
pub(crate) fn check_shape(text: usize, pattern: usize, out: usize) -> Result<(), Error> {
    if pattern == 0 {
        return Err(Error::EmptyPattern);
    }
    if pattern > text {
        return Err(Error::NoShift { text, pattern });
    }
    let expected = text - pattern + 1;
    if out != expected {
        return Err(Error::Shape {
            what: "out",
            expected,
            got: out,
        });
    }
    Ok(())
}
