//! What can be wrong with a call, said precisely enough to build a message from.

use porism_runtime::{Interrupted, PoolError};

/// Why a call was refused or gave up.
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
    /// A transform was refused.
    #[error(transparent)]
    Transform(porism_convolution::Error),
    /// Sets of something other than bits of bytes.
    #[error("sets must be bytes")]
    Sets,
    /// A wildcard or sets for a search that compares symbols for equality only.
    #[error("this method compares for equality only: no wildcard, no sets")]
    EqualityOnly,
    /// A pattern without symbols.
    #[error("the pattern is empty")]
    EmptyPattern,
    /// More symbols than counters are made for.
    #[error("{what} has {length} symbols, more than the {limit} supported")]
    TooLong {
        /// Which string.
        what: &'static str,
        /// How long it is.
        length: usize,
        /// How long it may be.
        limit: usize,
    },
    /// No shift lies wholly within the text.
    #[error("the pattern has {pattern} symbols, the text only {text}")]
    NoShift {
        /// Symbols of the text.
        text: usize,
        /// Symbols of the pattern.
        pattern: usize,
    },
    /// A buffer's length does not fit what goes into it.
    #[error("{what} has {got} elements where {expected} are needed")]
    Shape {
        /// Which argument.
        what: &'static str,
        /// Elements needed.
        expected: usize,
        /// Elements there.
        got: usize,
    },
}

impl From<porism_convolution::Error> for Error {
    fn from(error: porism_convolution::Error) -> Self {
        match error {
            porism_convolution::Error::Interrupted(interrupted) => Self::Interrupted(interrupted),
            porism_convolution::Error::TooLarge { what, bytes } => Self::TooLarge { what, bytes },
            other => Self::Transform(other),
        }
    }
}

impl From<PoolError> for Error {
    fn from(error: PoolError) -> Self {
        Self::Threads {
            n_threads: error.n_threads,
            reason: error.reason,
        }
    }
}
