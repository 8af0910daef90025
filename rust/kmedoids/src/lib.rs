//! k-medoids: choose k of n objects so that the summed dissimilarity of every object to the nearest of them is least.
//!
//! An [`Instance`] is a matrix of dissimilarities with candidates in rows and references in columns; [`pairwise`] makes one from data, [`check_square`]
//! refuses what is none. [`initialise`] chooses where to start, and a solver improves that: [`fasterpam`] (use this), [`fastpam1`], [`pam`], [`alternating`].
//!
//! - L. Kaufman, P. J. Rousseeuw: *Clustering by Means of Medoids*, 1987.
//! - E. Schubert, P. J. Rousseeuw: *Faster k-Medoids Clustering*, SISAP 2019, arXiv 1810.05691.
//! - E. Schubert, P. J. Rousseeuw: *Fast and Eager k-Medoids Clustering*, Information Systems 101 (2021), arXiv 2008.05171.
//!
//! # Exactness
//! Given the same matrix, a result's bits depend neither on the instruction set nor on the number of threads: sums are taken in an order fixed by
//! the algorithm. Integers are summed exactly. The input may be memory that somebody else writes to while we read: results then mean nothing, but no index is ever taken from it.

mod alternating;
mod arch;
mod batch;
mod check;
mod clara;
mod clarans;
mod condensed;
mod cost;
mod cycle;
mod distance;
mod element;
mod error;
mod fasterpam;
mod fastpam2;
mod init;
mod iterated;
mod lazy;
mod lean;
mod matrix;
mod median;
mod near;
mod onebatch;
mod options;
mod pam;
mod random;
mod result;
mod scan;
mod silhouette;
mod solver;
mod source;
mod state;
mod swap;
mod sweep;
mod transpose;

pub use alternating::alternating;
pub use check::{MatrixInfo, TOLERANCE, check_overflow, check_square};
pub use clara::{Samples, clara};
pub use clarans::{Neighbors, clarans, fastclarans};
pub use condensed::{condensed_size, from_condensed};
pub use distance::{Float, Metric, check_features, cross, pairwise};
pub use element::{Accumulator, Element};
pub use error::Error;
pub use fasterpam::fasterpam;
pub use fastpam2::fastpam2;
pub use init::{Init, initialise, initialise_data};
pub use iterated::iterated;
pub use lean::{Wishes, fasterpam_data};
pub use matrix::{Instance, Own};
pub use onebatch::{Batch, onebatchpam};
pub use options::{Options, Order};
pub use pam::{fastpam1, pam};
pub use result::{Clustering, Counters, Swap};
pub use silhouette::{
    Curve, SilhouetteClustering, dynmsc, fastermsc, fastmsc, medoid_silhouette, pammedsil, pamsil, silhouette,
};
pub use solver::{Solver, restarts};
pub use source::{Data, Source};
pub use transpose::transposed;
