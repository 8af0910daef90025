//! What can be wrong with a search, said precisely enough to build a message from.

use porism_runtime::{Interrupted, PoolError};

/// Why a search was refused or gave up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
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
    /// The pattern has no symbols.
    #[error("the pattern is empty")]
    Empty,
    /// The pattern does not fit into the text.
    #[error("the pattern has {m} symbols, the text only {n}")]
    Longer {
        /// Symbols of the pattern.
        m: usize,
        /// Symbols of the text.
        n: usize,
    },
    /// More symbols than 32-bit places reach.
    #[error("{what} has {len} symbols, more than the {limit} supported")]
    TooLong {
        /// Which argument.
        what: &'static str,
        /// Its length.
        len: usize,
        /// The largest length.
        limit: usize,
    },
    /// Counting all distances failed.
    #[error("{0}")]
    Distances(String),
}

impl From<PoolError> for Error {
    fn from(error: PoolError) -> Self {
        Self::Threads {
            n_threads: error.n_threads,
            reason: error.reason,
        }
    }
}
