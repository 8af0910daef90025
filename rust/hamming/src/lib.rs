//! Text-to-pattern Hamming distances: at every alignment of a pattern with a text, how many positions differ.
//!
//! [`distances`] is the whole job; [`rank`](rank()) and [`naive`] are what other searches build on.
//!
//! - K. Abrahamson: *Generalized String Matching*, SIAM Journal on Computing 16 (1987).
//! - T. M. Chan, C. Jin, V. Vassilevska Williams, Y. Xu: *Faster Algorithms for Text-to-Pattern Hamming Distances*, FOCS 2023, arXiv 2310.13174.
//!
//! # Exactness
//! Results are integers and exact: they depend neither on the kernel nor on the instruction set nor on the number of threads. The strings may be memory that somebody
//! else writes to while we read: results then mean nothing, but no unchecked index is ever taken from them.

mod arch;
mod bit_sliced;
mod byte_simd;
mod calibrate;
mod chunks;
mod costs;
mod distances;
mod error;
mod fft;
pub mod k_mismatch;
mod letters;
pub mod naive;
mod packed;
mod plan;
mod rank;
mod relation;
mod scatter;
mod symbol;

pub use calibrate::calibrate;
pub use costs::Costs;
pub use distances::{Mode, Options, Report, distances, n_shifts};
pub use error::Error;
pub use packed::Certificates;
pub use plan::{Method, Operations, Step};
pub use rank::{Ranking, rank};
pub use relation::Relation;
pub use symbol::{Ranked, Raw, Strings, Symbol};

#[cfg(all(test, unix))]
mod guarded;
#[cfg(test)]
mod kernels;
