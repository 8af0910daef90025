//! Partitions of a graph into connected clusters of bounded diameter, and what is built of them: contractions, distance labels, tree covers.
//!
//! A graph is a symmetric [`Csr`](crate::Csr) whose values are positive lengths. Everything is repeated Dijkstra's algorithm on subgraphs,
//! `search::Search`, whose arrays are cleared by counting generations. Results depend on the graph alone, never on the number of threads.
//!
//! - H.-C. Chang, J. Conroy, H. Le, L. Milenković, S. Solomon, C. Than: *Shortcut Partitions in Minor-Free Graphs*, SODA 2024, arXiv 2308.00555.
//! - A. Filtser: *Steiner Point Removal with Distortion O(log k) Using the Noisy-Voronoi Algorithm*, SIAM J. Comput. 2019.
//! - G. Miller, R. Peng, S. Xu: *Parallel Graph Decompositions Using Random Shifts*, SPAA 2013.

mod carving;
mod check;
mod clusters;
mod cop;
mod distances;
mod labels;
mod minor;
mod search;
mod shortcut;
mod stars;

pub use carving::{ball_carving, greedy_net, nearest};
pub use check::check_lengths;
pub use clusters::{Clusters, Cut, clusters, strong_radii};
pub use cop::{Cop, Skeletons, buffered_cop};
pub use distances::{pair_distances, rows};
pub use labels::{Labels, Scale, all_stars};
pub use minor::{Minor, contract, noisy_classes, shortcut_classes};
pub use search::{NONE, Search};
pub use shortcut::shortcut_hops;
pub use stars::{Limit, Stars, stars, tree_colours};
