//! Where does a pattern occur with at most k mismatches?
//!
//! [`search`] is the whole job; by [`Method::Auto`] it takes what is fastest.
//!
//! | search | time | for |
//! |---|---|---|
//! | [`early_abandon`] | about k + 10 byte comparisons a shift, 64 a cycle | nearly everything |
//! | [`pigeonhole`] | k + 1 exact searches | small k, pieces that are rare |
//! | [`kangaroo`] | O(nk) | a guarantee |
//! | [`amir_lewenstein_porat`] | O(n√k) with logarithms | a guarantee for larger k |
//! | [`gawrychowski_uznanski`], [`chan_jin_williams_xu`] | O(n + nk/√m) with logarithms | a guarantee for long patterns |

mod abandon;
mod arch;
mod blocks;
mod estimate;
mod folded;
mod found;
mod frame;
mod frequency;
mod index;
mod kangaroo;
mod many;
mod marking;
mod pieces;
mod pigeonhole;
mod planner;
mod rule;
mod search;
mod sparse;
mod threshold;
mod verify;

use porism_runtime::Monitor;

pub use abandon::early_abandon;
pub use blocks::Options;
pub use found::{Counters, Found};
pub use kangaroo::kangaroo;
pub use marking::amir_lewenstein_porat;
pub use pigeonhole::pigeonhole;
pub use rule::Rule;
pub use search::{Matches, Method, Query, search};

use crate::{Error, Symbol};
use sparse::Heavy;

/// The algorithm of Gawrychowski and Uznański: O(n + nk/√m) with logarithms. `seed` costs time only.
///
/// # Errors
/// [`Error::EmptyPattern`] or [`Error::NoShift`] where there is no shift, [`Error::Interrupted`], [`Error::Threads`], [`Error::TooLarge`].
pub fn gawrychowski_uznanski<S: Symbol>(
    text: &[S],
    pattern: &[S],
    sigma: usize,
    k: usize,
    seed: u64,
    options: &Options,
    monitor: &Monitor,
) -> Result<Found, Error> {
    frame::framed(text, pattern, sigma, k, Heavy::Plain, seed, options, monitor)
}

/// The same frame, counting its events in fields that share coefficients. `seed` costs time only.
///
/// # Errors
/// As [`gawrychowski_uznanski`].
pub fn chan_jin_williams_xu<S: Symbol>(
    text: &[S],
    pattern: &[S],
    sigma: usize,
    k: usize,
    seed: u64,
    options: &Options,
    monitor: &Monitor,
) -> Result<Found, Error> {
    frame::framed(text, pattern, sigma, k, Heavy::Packed, seed, options, monitor)
}

/// What a transform refused, as this crate says it.
fn uncounted(error: porism_convolution::Error) -> Error {
    match error {
        porism_convolution::Error::Interrupted(interrupted) => Error::Interrupted(interrupted),
        porism_convolution::Error::TooLarge { what, bytes } => Error::TooLarge { what, bytes },
        // Signs of at most 2^31 symbols: certified in double precision, and of lengths that there are.
        _ => Error::TooLarge {
            what: "a transform that could be certified",
            bytes: u128::MAX,
        },
    }
}
