//! Submodular maximization under a size constraint: choose at most k items whose joint value is large, where the value of an item falls
//! as others are chosen.
//!
//! Three layers, each usable alone:
//!
//! - **Objectives** ([`objectives`]): incremental oracles behind one trait, [`Objective`]. A state is a set; asking for a marginal gain costs
//!   what the item touches, not what the set holds. [`AnyObjective`] erases the type for callers that choose at run time, [`Evaluation`]
//!   is a set that can be asked and changed from outside.
//! - **Solvers of the static problem** ([`select`]): the greedy family from plain greedy to sieves, with knapsack budgets and matroids, each
//!   answer with an upper bound of the optimum that holds whatever the solver did.
//! - **Streams of insertions and deletions** ([`dynamic`]): the algorithm of Banihashem, Biabani, Goudarzi, Hajiaghayi, Jabbarzade and
//!   Monemizadeh, "Dynamic Constrained Submodular Optimization with Polylogarithmic Update Time" (ICML 2023), beside what
//!   one would do without it ([`baselines`]).
//!
//! Every algorithm counts its queries in the set-query model: evaluating f on any one set is one query. A marginal gain with
//! respect to a set whose value is known is one query, a marginal gain with respect to a new set is two.
#![deny(unsafe_code)]

mod arch;
mod audit;
pub mod baselines;
mod bytes;
mod cells;
mod counted;
mod csr;
mod dense;
pub mod dynamic;
mod erased;
mod error;
mod evaluation;
mod live;
pub mod matroid;
mod objective;
pub mod objectives;
mod random;
pub mod select;
mod sketch;
mod stream;
mod window;

pub use audit::{Audit, Witness, audit};
pub use csr::{Csr, Value};
pub use dense::{Dense, Real, Shared};
pub use erased::{AnyObjective, AnyState};
pub use error::{BoxError, Error, Fault, OracleError};
pub use evaluation::Evaluation;
pub use matroid::Matroid;
pub use objective::{Frame, Item, Monotonicity, Objective, Properties};
pub use stream::{AnySelector, Selector, Stats};
pub use window::Window;
