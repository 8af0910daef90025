//! What every porism kernel shares and none should write again: [`Monitor`] (a stop flag with
//! progress), [`Pool`] (threads that belong to one call) and [`Isa`] (which instruction set to use).
//!
//! The crate knows nothing of Python and nothing of any algorithm.
#![forbid(unsafe_code)]

mod isa;
mod monitor;
mod pool;

pub use isa::Isa;
pub use monitor::{Interrupted, Monitor, Progress};
pub use pool::{Pool, PoolError};
