//! Why a kernel refused or gave up.

use porism_runtime::{Interrupted, PoolError, huge_pages};

/// What can go wrong.
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
    /// A buffer cannot be had, or is more than anybody should ask for.
    #[error("{what} needs {bytes} bytes, the limit is {limit}")]
    TooLarge {
        /// What the buffer is for.
        what: &'static str,
        /// Its size.
        bytes: u128,
        /// What is allowed.
        limit: u128,
    },
    /// An element occurs twice.
    #[error("{what} must hold distinct elements, got {value} more than once")]
    Duplicate {
        /// Which argument.
        what: &'static str,
        /// The element.
        value: i64,
    },
    /// Lengths that must agree do not.
    #[error("{what} must have {expected} elements, got {got}")]
    Shape {
        /// Which argument.
        what: &'static str,
        /// Elements needed.
        expected: usize,
        /// Elements there.
        got: usize,
    },
    /// A result does not fit its integers.
    #[error("{what} may reach {reach}, more than {limit}")]
    Overflow {
        /// What overflows.
        what: &'static str,
        /// What it may reach.
        reach: String,
        /// What can be represented.
        limit: String,
    },
    /// An option lies outside its range.
    #[error("{what} must be {expected}, got {got}")]
    Option {
        /// Which option.
        what: &'static str,
        /// What it must be.
        expected: &'static str,
        /// What it was.
        got: String,
    },
    /// A transform in floating point cannot be certified.
    #[error("{0}")]
    Uncertified(String),
    /// A check of the result itself failed: a bug, never the user's fault.
    #[error("internal check failed: {0}")]
    Broken(String),
}

impl From<PoolError> for Error {
    fn from(error: PoolError) -> Self {
        Self::Threads {
            n_threads: error.n_threads,
            reason: error.reason,
        }
    }
}

impl From<porism_convolution::Error> for Error {
    fn from(error: porism_convolution::Error) -> Self {
        use porism_convolution::Error as E;
        match error {
            E::Interrupted(interrupted) => Self::Interrupted(interrupted),
            E::TooLarge { what, bytes } => Self::TooLarge { what, bytes, limit: 0 },
            E::Overflow { reach, limit } => Self::Overflow {
                what: "a convolution",
                reach: format!("{reach:e}"),
                limit: format!("{limit:e}"),
            },
            other => Self::Uncertified(other.to_string()),
        }
    }
}

impl From<porism_hamming::Error> for Error {
    fn from(error: porism_hamming::Error) -> Self {
        use porism_hamming::Error as E;
        match error {
            E::Interrupted(interrupted) => Self::Interrupted(interrupted),
            E::Threads { n_threads, reason } => Self::Threads { n_threads, reason },
            E::TooLarge { what, bytes } => Self::TooLarge { what, bytes, limit: 0 },
            E::TooLong { what, length, limit } => Self::TooLarge {
                what,
                bytes: 4 * length as u128,
                limit: 4 * limit as u128,
            },
            E::Transform(error) => error.into(),
            other => Self::Broken(other.to_string()),
        }
    }
}

/// The most that one table may take.
pub const TABLE_LIMIT: u128 = 4 << 30;

/// Refuse what takes more than [`TABLE_LIMIT`].
pub(crate) fn check_size(what: &'static str, bytes: u128) -> Result<(), Error> {
    if bytes > TABLE_LIMIT {
        return Err(Error::TooLarge {
            what,
            bytes,
            limit: TABLE_LIMIT,
        });
    }
    Ok(())
}

/// A vector of `n` copies of `value`, or [`Error::TooLarge`].
pub(crate) fn try_filled<T: Clone>(what: &'static str, n: u128, value: T) -> Result<Vec<T>, Error> {
    let bytes = n * size_of::<T>() as u128;
    check_size(what, bytes)?;
    let mut values = Vec::new();
    values
        .try_reserve_exact(n as usize)
        .map_err(|_| Error::TooLarge { what, bytes, limit: 0 })?;
    huge_pages(&mut values);
    values.resize(n as usize, value);
    Ok(values)
}
