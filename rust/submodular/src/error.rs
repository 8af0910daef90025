//! What can be wrong with a call, said precisely enough to build a message from.

use porism_runtime::{Interrupted, PoolError};

use crate::audit::Witness;
use crate::objective::Item;

/// Any error that a user-supplied function may raise. A binding puts its own exception in and takes it out by downcasting.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// What an oracle returns instead of a number. Boxed, so that a gain fits two registers.
pub type Fault = Box<OracleError>;

/// An objective could not say what a set is worth.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OracleError {
    /// A value or gain is NaN or infinite.
    #[error("the objective's value is {value} after adding item {item} to {set:?}")]
    NotFinite {
        /// The item asked for.
        item: Item,
        /// The set it was to join; empty where the objective does not keep its members.
        set: Vec<Item>,
        /// What came out.
        value: f64,
    },
    /// A gain is negative although the objective was declared monotone.
    #[error("item {item} changes the value of {set:?} by {gain}, but a monotone objective never falls")]
    Decreasing {
        /// The item asked for.
        item: Item,
        /// The set it was to join; empty where the objective does not keep its members.
        set: Vec<Item>,
        /// The negative gain.
        gain: f64,
    },
    /// A kernel matrix has a negative eigenvalue.
    #[error(
        "the kernel is not positive semidefinite: adding item {item} meets the pivot {pivot}, which must be at least 1"
    )]
    NotPositiveSemidefinite {
        /// The item whose Cholesky pivot fell short.
        item: Item,
        /// The pivot of I + K/sigma².
        pivot: f64,
    },
    /// A state was handed to an objective that did not make it.
    #[error("the state belongs to another objective")]
    ForeignState,
    /// What the user's function raised.
    #[error("the objective's function failed: {0}")]
    User(#[source] BoxError),
}

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
    /// The objective failed.
    #[error(transparent)]
    Oracle(#[from] Fault),
    /// A buffer cannot be had.
    #[error("{what} needs {bytes} bytes, which cannot be allocated")]
    TooLarge {
        /// What the buffer is for.
        what: &'static str,
        /// Its size.
        bytes: u128,
    },
    /// A parameter is out of its range.
    #[error("{name} must be {expected}, got {got}")]
    InvalidParameter {
        /// Which one.
        name: &'static str,
        /// What it must be.
        expected: &'static str,
        /// What it was.
        got: String,
    },
    /// A number of the objective's data is not allowed.
    #[error("{name}[{index}] must be {expected}, got {got}")]
    InvalidObjective {
        /// Which argument.
        name: &'static str,
        /// The position in its buffer.
        index: usize,
        /// What it must be.
        expected: &'static str,
        /// What it was.
        got: f64,
    },
    /// A buffer's length does not fit the shape that was claimed.
    #[error("{name} has {got} elements where {expected} are needed")]
    Shape {
        /// Which argument.
        name: &'static str,
        /// Elements needed.
        expected: usize,
        /// Elements there.
        got: usize,
    },
    /// A compressed sparse matrix contradicts itself.
    #[error("the sparse matrix is malformed at {name}[{index}]: {reason}")]
    MalformedSparse {
        /// `indptr`, `indices` or `values`.
        name: &'static str,
        /// Where.
        index: usize,
        /// What is wrong there.
        reason: String,
    },
    /// A matrix that must be symmetric is not.
    #[error("the matrix must be symmetric, but entries ({row}, {column}) and ({column}, {row}) differ: {a} and {b}")]
    NotSymmetric {
        /// Row of the first entry.
        row: usize,
        /// Column of the first entry.
        column: usize,
        /// The first entry.
        a: f64,
        /// The second.
        b: f64,
    },
    /// A kernel matrix has a negative eigenvalue.
    #[error("the kernel must be positive semidefinite, but row {index} has the pivot {pivot}")]
    NotPositiveSemidefinite {
        /// The row.
        index: usize,
        /// Its pivot.
        pivot: f64,
    },
    /// An id is not in the ground set.
    #[error("item {item} is not in the ground set of {n_items} items")]
    OutOfRange {
        /// The id.
        item: u64,
        /// The size of the ground set.
        n_items: usize,
    },
    /// A deletion of something that is not there.
    #[error("item {item} is not live")]
    UnknownItem {
        /// The id.
        item: Item,
    },
    /// An insertion of something that is there, or a list that names an item twice.
    #[error("item {item} is there already")]
    DuplicateItem {
        /// The id.
        item: Item,
    },
    /// An update of a batch failed; those before it are done.
    #[error("update {position}: {source}")]
    Update {
        /// Its position in the batch.
        position: usize,
        /// Why.
        source: Box<Error>,
    },
    /// The solver needs a monotone objective.
    #[error("{solver} needs a monotone objective, which {objective} is not")]
    NotMonotone {
        /// The solver.
        solver: &'static str,
        /// The objective.
        objective: &'static str,
    },
    /// The objective is not what it was said to be.
    #[error("{0}")]
    NotSubmodular(Box<Witness>),
    /// The solver does not know this constraint or option.
    #[error("{solver} does not support {what}")]
    Unsupported {
        /// The solver.
        solver: &'static str,
        /// What it was asked for.
        what: &'static str,
    },
    /// Too many subsets to look at all of them.
    #[error("brute force would look at {subsets} subsets, more than {limit}")]
    TooManySubsets {
        /// How many there are (saturating).
        subsets: u64,
        /// How many there may be.
        limit: u64,
    },
    /// Bytes that are no snapshot, or one of another objective.
    #[error("not a snapshot of this selector: {reason}")]
    InvalidSnapshot {
        /// What contradicts.
        reason: String,
    },
}

impl Error {
    /// `InvalidParameter` with any printable value.
    pub(crate) fn parameter(name: &'static str, expected: &'static str, got: impl std::fmt::Display) -> Self {
        Self::InvalidParameter {
            name,
            expected,
            got: got.to_string(),
        }
    }
}
