//! Inner loops over graphs, each alone in its module, over one checked representation, [`Csr`].
//!
//! The crate knows nothing of Python; the problems that are solved with it live in the plugin `porism-graphs`.
#![deny(unsafe_code)]

mod csr;
pub mod embedding;
mod error;
pub mod flow;
pub mod gather;
pub mod homomorphism;
pub mod matching;
pub mod partition;
pub mod pattern;
pub mod projection;
pub mod push;
pub mod random;
pub mod refine;
mod rows;
mod simd;
pub mod skipgram;
mod spa;
pub mod spmm;
pub mod walk;

pub use csr::Csr;
pub use error::Error;
