//! What can be wrong with a call, said precisely enough to build a message from.

use porism_runtime::{Interrupted, PoolError};

/// Why a call was refused or gave up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Somebody stopped the run.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
    /// No threads.
    #[error(transparent)]
    Threads(#[from] PoolError),
    /// A compressed sparse matrix contradicts itself.
    #[error("the sparse matrix is malformed at {name}[{index}]: {reason}")]
    MalformedSparse {
        /// `indptr`, `indices` or `data`.
        name: &'static str,
        /// Where.
        index: usize,
        /// What is wrong there.
        reason: String,
    },
    /// A parameter is out of its range.
    #[error("{name} must be {expected}, got {got}")]
    InvalidParameter {
        /// Which one.
        name: &'static str,
        /// What it must be.
        expected: String,
        /// What it was.
        got: String,
    },
    /// A result or a buffer cannot be had.
    #[error("{what} needs {bytes} bytes, which cannot be allocated")]
    TooLarge {
        /// What the buffer is for.
        what: &'static str,
        /// Its size.
        bytes: u128,
    },
    /// A result takes more memory than it may.
    #[error("{what} takes {bytes} bytes or more, which is beyond memory_limit, {limit}")]
    BeyondLimit {
        /// What takes it.
        what: &'static str,
        /// How much, as far as is known.
        bytes: u64,
        /// What was allowed.
        limit: u64,
    },
    /// A count does not fit its integer.
    #[error("{what} exceeds the range of {integer}")]
    Overflow {
        /// What was counted.
        what: &'static str,
        /// The type that is too small.
        integer: &'static str,
    },
}

impl Error {
    /// `InvalidParameter` with any printable values.
    pub fn parameter(name: &'static str, expected: impl Into<String>, got: impl std::fmt::Display) -> Self {
        Self::InvalidParameter {
            name,
            expected: expected.into(),
            got: got.to_string(),
        }
    }
}
