//! Dissimilarities between the rows of data matrices.
//!
//! A [tile](tile) of a few rows against sixteen columns at a time is kept in registers while features stream by; each metric is only what it does with a
//! feature ([`metric`]). A symmetric matrix is computed once, by blocks that are written to both sides of the diagonal ([`pairwise`](fn@pairwise)).
//!
//! Differences are taken feature by feature, so that nothing cancels. Only where there are many features are Euclidean and cosine distances computed from inner products, half
//! the work, and blocks where that would lose digits are computed again ([`features`]).
//!
//! Bits do not depend on the number of threads. They do on the instruction set, because only some fuse multiplication and addition.

mod features;
mod metric;
mod pairwise;
mod tile;

pub use metric::{Float, Metric};
pub use pairwise::{cross, pairwise};

pub(crate) use features::Features;
pub(crate) use pairwise::{against, among};

use crate::error::Error;

/// Refuse data that is empty or not finite. Returns the number of features.
pub fn check_features<T: Float>(x: &[T], n: usize) -> Result<usize, Error> {
    let d = n_features(x, n)?;
    if let Some(at) = x.iter().position(|x| !x.to_f64().is_finite()) {
        return Err(Error::NotFinite {
            what: "X",
            row: at / d,
            col: at % d,
            value: x[at].to_f64(),
        });
    }
    Ok(d)
}

fn n_features<T>(x: &[T], n: usize) -> Result<usize, Error> {
    if n == 0 || x.is_empty() {
        return Err(Error::Empty);
    }
    if !x.len().is_multiple_of(n) {
        return Err(Error::Shape {
            what: "X",
            expected: x.len() / n * n,
            got: x.len(),
        });
    }
    Ok(x.len() / n)
}
