//! Why a convolution was refused or gave up.

use porism_runtime::{Interrupted, huge_pages};

use crate::Precision;

/// What can go wrong.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Somebody stopped the run.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
    /// A buffer cannot be had.
    #[error("{what} needs {bytes} bytes, which cannot be allocated")]
    TooLarge {
        /// What the buffer is for.
        what: &'static str,
        /// Its size.
        bytes: u128,
    },
    /// A length is no power of two, or out of range.
    #[error("{what} must be {expected}, got {got}")]
    Length {
        /// Which length.
        what: &'static str,
        /// What it must be.
        expected: &'static str,
        /// What it was.
        got: usize,
    },
    /// The rounding error cannot be proved to be less than one half (or half of what values are multiples of), so that rounding might give a wrong integer.
    #[error("{precision:?} transforms of length {length} may be off by {bound}, too much to tell integers apart")]
    Uncertified {
        /// The precision of the transforms.
        precision: Precision,
        /// Their length.
        length: usize,
        /// What the error is proved not to exceed.
        bound: f64,
    },
    /// The exact result may exceed what the numbers used can hold.
    #[error("results may reach {reach:e}, the limit is {limit:e}")]
    Overflow {
        /// The largest value that the result may have.
        reach: f64,
        /// The largest that can be represented.
        limit: f64,
    },
}

/// A vector of `n` copies of `value`, or [`Error::TooLarge`].
pub(crate) fn try_filled<T: Clone>(what: &'static str, n: usize, value: T) -> Result<Vec<T>, Error> {
    let mut values = Vec::new();
    values.try_reserve_exact(n).map_err(|_| Error::TooLarge {
        what,
        bytes: n as u128 * size_of::<T>() as u128,
    })?;
    huge_pages(&mut values);
    values.resize(n, value);
    Ok(values)
}
