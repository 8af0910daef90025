//! The objectives, each an incremental oracle.
//!
//! Four algorithms carry most of them. *Coverage* keeps a bit per element. *Cell sums* ([`Rule`]) keep a number per cell and
//! add up what it is worth: facility location, probabilistic coverage, concave and saturated sums differ in one line each, and run over
//! sparse or dense rows. *Pairwise* objectives keep, per item, its total similarity to the set. *Log-det* keeps a Cholesky factor.
//!
//! All but [`user`] are checked when made, and none of their gains can fail, except [`log_det`] on a kernel that is not positive semidefinite.

mod cell_sum;
mod concave;
mod coverage;
mod facility;
mod features;
mod influence;
mod log_det;
mod mixture;
mod modular;
mod pairwise;
mod probabilistic;
mod saturated;
mod similarity;
mod user;

pub use cell_sum::{DenseSum, Rule, SparseSum};
pub use concave::{Concave, feature_based_dense, feature_based_sparse};
pub use coverage::{Coverage, coverage, weighted_coverage};
pub use facility::{FacilityRule, facility_location_by_clients, facility_location_dense, facility_location_sparse};
pub use features::{FacilityFeatures, Metric, facility_location_features};
pub use influence::{influence, sample_reverse_reachable};
pub use log_det::{LogDet, log_det};
pub use mixture::{Mixture, mixture};
pub use modular::{Modular, modular};
pub use pairwise::{Pairwise, graph_cut, sum_redundancy};
pub use probabilistic::{SurvivalRule, probabilistic_coverage_dense, probabilistic_coverage_sparse};
pub use saturated::{SaturatedRule, saturated_coverage};
pub use similarity::Similarity;
pub use user::{SetFunction, User, user, user_with};
