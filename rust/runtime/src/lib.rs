//! What every porism kernel shares and none should write again: [`Monitor`] (a stop flag with
//! progress), [`Pool`] (threads that belong to one call), [`Isa`] (which instruction set to use) and
//! [`huge_pages`] (memory that is quick to touch first).
//!
//! The crate knows nothing of Python and nothing of any algorithm.
#![deny(unsafe_code)]

mod isa;
mod monitor;
mod pages;
mod pool;

pub use isa::Isa;
pub use monitor::{Interrupted, Monitor, Progress};
pub use pages::huge_pages;
pub use pool::{Pool, PoolError};
