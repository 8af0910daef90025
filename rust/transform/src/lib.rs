//! Fast structured transforms, each alone in its module.
//!
//! The crate knows nothing of Python; the problems that are solved with it live in the plugin `porism-transforms`.

pub mod convolution;
mod dft;
pub mod distinct;
mod error;
pub mod hadamard;
mod lanes;
pub mod monarch;
mod passes;
mod plan;
pub mod spectrum;
pub mod spright;

pub use error::Error;
pub use lanes::Real;
pub use passes::Sample;
pub use plan::{FACTORS, Plan};
