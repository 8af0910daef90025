//! Fast structured transforms, each alone in its module.
//!
//! The crate knows nothing of Python; the problems that are solved with it live in the plugin `porism-transforms`.

mod error;
pub mod hadamard;
pub mod spright;

pub use error::Error;
