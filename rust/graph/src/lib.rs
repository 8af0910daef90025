//! Inner loops over graphs, each alone in its module, over one checked representation, [`Csr`].
//!
//! The crate knows nothing of Python; the problems that are solved with it live in the plugin `porism-graphs`.
#![deny(unsafe_code)]

mod csr;
mod error;
pub mod gather;
pub mod flow;
pub mod push;
mod rows;
mod spa;
pub mod walk;
pub mod partition;

pub use csr::Csr;
pub use error::Error;
