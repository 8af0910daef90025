//! What one would do without the dynamic algorithm, behind the same interface: what it has to beat.
//!
//! - [`RecomputeLazyGreedy`]: lazy greedy over the live items whenever somebody looks. The best value, at least a query per live item and look.
//! - [`RebuildGreedyOnHit`]: the same, but only after a chosen item was deleted. Cheap until it is not, and items that come later than the
//!   solution never enter it.
//! - [`SwapOnInsert`]: exchange a chosen item for a new one that is worth it (Buchbinder, Feldman and Schwartz 2015). 1/4 of the optimum while
//!   nothing is deleted, no guarantee after that.
//! - [`DynamicLmntz`]: the levels and buffers of Lattanzi, Mitrović, Norouzi-Fard, Tarnawski and Zadimoghaddam (NeurIPS 2020). Without a
//!   guarantee here: rebuilding when the *value* falls makes the choice depend on itself.

mod base;
mod lmntz;
mod on_hit;
mod recompute;
mod swap;

pub use lmntz::DynamicLmntz;
pub use on_hit::RebuildGreedyOnHit;
pub use recompute::RecomputeLazyGreedy;
pub use swap::SwapOnInsert;

use crate::bytes::invalid;
use crate::dynamic::Dynamic;
use crate::erased::AnyObjective;
use crate::error::Error;
use crate::stream::AnySelector;

/// The selector that a snapshot was taken of, whichever it was.
///
/// # Errors
/// `InvalidSnapshot`, or what the objective raises.
pub fn restore(objective: &AnyObjective, snapshot: &[u8]) -> Result<AnySelector, Error> {
    let objective = objective.clone();
    Ok(match crate::bytes::kind(snapshot)?.as_str() {
        crate::dynamic::KIND => Box::new(Dynamic::restore(objective, snapshot)?),
        recompute::KIND => Box::new(RecomputeLazyGreedy::restore(objective, snapshot)?),
        on_hit::KIND => Box::new(RebuildGreedyOnHit::restore(objective, snapshot)?),
        swap::KIND => Box::new(SwapOnInsert::restore(objective, snapshot)?),
        lmntz::KIND => Box::new(DynamicLmntz::restore(objective, snapshot)?),
        _ => return Err(invalid("it is of an unknown selector")),
    })
}
