//! What can be wrong with a call, said precisely enough to build a message from.

use porism_runtime::{Interrupted, PoolError, huge_pages};

/// Why a call was refused or gave up.
///
/// Values are carried as `f64`, which every element type here converts to well enough to be read.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Somebody stopped the run.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
    /// No threads.
    #[error("could not start {n_threads} threads: {reason}")]
    Threads {
        /// How many were asked for.
        n_threads: usize,
        /// What the operating system said.
        reason: String,
    },
    /// A buffer cannot be had.
    #[error("{what} needs {bytes} bytes, which cannot be allocated")]
    TooLarge {
        /// What the buffer is for.
        what: &'static str,
        /// Its size.
        bytes: u128,
    },
    /// There are no objects.
    #[error("there are no objects")]
    Empty,
    /// A buffer's length does not fit the shape that was claimed.
    #[error("{what} has {got} elements where {expected} are needed")]
    Shape {
        /// Which argument.
        what: &'static str,
        /// Elements needed.
        expected: usize,
        /// Elements there.
        got: usize,
    },
    /// More objects than indices are made for.
    #[error("{n} objects are more than the {limit} supported")]
    TooMany {
        /// How many there are.
        n: usize,
        /// How many there may be.
        limit: usize,
    },
    /// The number of medoids is impossible.
    #[error("k = {k} is not between 1 and the number of possible medoids, {n}")]
    Medoids {
        /// What was asked for.
        k: usize,
        /// How many candidates there are.
        n: usize,
    },
    /// An index names no candidate, or one that is forbidden.
    #[error("{what}[{position}] = {value} is not a possible medoid (there are {n} candidates)")]
    Index {
        /// Which argument.
        what: &'static str,
        /// Position within it.
        position: usize,
        /// The index found there.
        value: usize,
        /// Number of candidates.
        n: usize,
    },
    /// An index occurs twice.
    #[error("{what} names {value} twice")]
    Duplicate {
        /// Which argument.
        what: &'static str,
        /// The index that is repeated.
        value: usize,
    },
    /// A start looks at more dissimilarities than there are without a matrix.
    #[error("this start looks at the whole matrix, which is not there")]
    NeedsMatrix,
    /// An option lies outside its range.
    #[error("{what} must be {expected}, got {value}")]
    Option {
        /// Which option.
        what: &'static str,
        /// What it must be.
        expected: &'static str,
        /// What it was.
        value: f64,
    },
    /// A value is not a number, or infinite where that makes no sense.
    #[error("{what} must hold no {value}, got one at {what}[{row}, {col}]")]
    NotFinite {
        /// Which argument.
        what: &'static str,
        /// Row of the value.
        row: usize,
        /// Column of the value.
        col: usize,
        /// The value.
        value: f64,
    },
    /// A dissimilarity is negative.
    #[error("the dissimilarity at [{row}, {col}] is negative: {value}")]
    Negative {
        /// Row of the value.
        row: usize,
        /// Column of the value.
        col: usize,
        /// The value.
        value: f64,
    },
    /// An object differs from itself.
    #[error("the dissimilarity of object {index} to itself is {value}, not 0")]
    Diagonal {
        /// The object.
        index: usize,
        /// What the diagonal holds.
        value: f64,
    },
    /// The matrix was to be symmetric and is not.
    #[error("the dissimilarities are not symmetric: [{row}, {col}] is {value}, but [{col}, {row}] is {mirrored}")]
    Asymmetric {
        /// Row of the first offending value.
        row: usize,
        /// Its column.
        col: usize,
        /// The value there.
        value: f64,
        /// The value on the other side of the diagonal.
        mirrored: f64,
    },
    /// Integer sums could overflow.
    #[error("sums of {n} integer dissimilarities up to {max} (weights up to {max_weight}) may exceed 64 bits")]
    Overflow {
        /// The largest dissimilarity.
        max: f64,
        /// The number of objects.
        n: usize,
        /// The largest weight.
        max_weight: f64,
    },
    /// With these medoids some object is infinitely far from all of them.
    #[error("object {object} (one of {count}) is infinitely far from every medoid")]
    Unreachable {
        /// The first such object.
        object: usize,
        /// How many there are.
        count: usize,
    },
    /// A weight is negative or not finite, or all are zero.
    #[error("weight {index} is {value}; weights must be finite, not negative, and not all 0")]
    Weight {
        /// Which weight.
        index: usize,
        /// Its value.
        value: f64,
    },
}

impl From<PoolError> for Error {
    fn from(error: PoolError) -> Self {
        Self::Threads {
            n_threads: error.n_threads,
            reason: error.reason,
        }
    }
}

/// A vector of `n` copies of `value`, or [`Error::TooLarge`]: what is quadratic must not abort the process.
///
/// Zeros are not written: the operating system has pages of them, so that whoever writes first touches them first, on all threads, and can be interrupted.
pub(crate) fn try_filled<T: Clone>(what: &'static str, n: usize, value: T) -> Result<Vec<T>, Error> {
    drop(try_with_capacity::<T>(what, n)?); // where memory cannot be had, the next line would abort
    let mut values = vec![value; n];
    huge_pages(&mut values);
    Ok(values)
}

/// An empty vector with room for `n` elements, or [`Error::TooLarge`].
pub(crate) fn try_with_capacity<T>(what: &'static str, n: usize) -> Result<Vec<T>, Error> {
    let mut values = Vec::new();
    values.try_reserve_exact(n).map_err(|_| Error::TooLarge {
        what,
        bytes: n as u128 * size_of::<T>() as u128,
    })?;
    Ok(values)
}
