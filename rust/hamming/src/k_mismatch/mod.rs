//! Where does a pattern occur with at most k mismatches?

mod abandon;
mod arch;
mod blocks;
mod error;
mod found;
mod frequency;
mod pigeonhole;
mod relation;
mod symbol;
mod verify;

pub use abandon::early_abandon;
pub use blocks::Options;
pub use error::Error;
pub use found::{Counters, Found};
pub use pigeonhole::pigeonhole;
pub use relation::Relation;
pub use symbol::Symbol;
