//! Inner loops over graphs, each alone in its module, over one checked representation, [`Csr`].
//!
//! The crate knows nothing of Python; the problems that are solved with it live in the plugin `porism-graphs`.
#![deny(unsafe_code)]

mod csr;
pub mod embedding;
mod error;
pub mod homomorphism;
pub mod pattern;
pub mod refine;

pub use csr::Csr;
pub use error::Error;
