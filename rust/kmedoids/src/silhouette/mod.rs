//! Clustering by silhouettes: how much nearer an object is to its own cluster than to the next one.
//!
//! The *average medoid silhouette* of medoids is `1 - 1/n sum_o d1(o) / d2(o)`, with 0/0 counting 0: cheap to compute, between 0 and 1, and without
//! the bias towards many medoids that the summed distance has, so that it can choose k. With one medoid it is 0. Lenssen & Schubert, *Medoid Silhouette clustering
//! with automatic cluster number selection*, Information Systems 120 (2024), arXiv 2309.03751.

mod score;
mod search;
mod sweep;
mod three;

pub use score::{medoid_silhouette, silhouette};
pub use search::{Curve, SilhouetteClustering, dynmsc, fastermsc, fastmsc, pammedsil, pamsil};
