//! Inner loops over graphs, each alone in its module, over one checked representation, [`Csr`].
//!
//! The crate knows nothing of Python; the problems that are solved with it live in the plugin `porism-graphs`.
#![deny(unsafe_code)]

pub mod biased_walks;
mod csr;
pub mod embedding;
mod error;
pub mod gather;
pub mod flow;
pub mod push;
mod rows;
mod spa;
pub mod walk;
pub mod partition;
pub mod philox;
pub mod projection;
mod simd;
pub mod skipgram;
pub mod spmm;

pub use csr::Csr;
pub use error::Error;
