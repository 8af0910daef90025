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
mod merging;
mod minor;
mod nearby;
mod planar;
mod portals;
mod search;
mod separator;
mod shortcut;
mod stars;
mod trees;

pub use carving::{ball_carving, greedy_net, nearest};
pub use check::check_lengths;
pub use clusters::{Clusters, Cut, clusters, strong_radii};
pub use cop::{Cop, Skeletons, buffered_cop};
pub use distances::{pair_distances, rows};
pub use labels::{Labels, Scale, all_stars};
pub use merging::{Trees, merged_trees};
pub use minor::{Minor, contract, noisy_classes, shortcut_classes};
pub use nearby::buffered_partition;
pub use portals::{PortalParts, Portals};
pub use search::{NONE, Search};
pub use shortcut::shortcut_hops;
pub use stars::{Limit, Stars, stars, tree_colours};
pub use trees::{spanning_trees, tree_distances};

/// Graphs for the tests of what is not public.
#[cfg(test)]
mod tests {
    use crate::Csr;

    /// The symmetric graph with those edges; of parallel ones the last counts.
    fn graph(n: usize, edges: &[(usize, usize, f64)]) -> Csr {
        let mut rows = vec![std::collections::BTreeMap::new(); n];
        for &(u, v, length) in edges.iter().filter(|(u, v, _)| u != v) {
            rows[u].insert(v as u32, length);
            rows[v].insert(u as u32, length);
        }
        let (mut indptr, mut indices, mut data) = (vec![0], Vec::new(), Vec::new());
        for row in rows {
            indices.extend(row.keys());
            data.extend(row.values());
            indptr.push(indices.len());
        }
        Csr::new(n, indptr, indices, data).unwrap()
    }

    /// A grid whose edges are of a few lengths, by their places.
    pub(super) fn grid(rows: usize, columns: usize) -> Csr {
        let mut edges = Vec::new();
        for i in 0..rows {
            for j in 0..columns {
                let (here, length) = (i * columns + j, 1.0 + (i * 7 + j * 3) as f64 % 5.0 / 4.0);
                if i + 1 < rows {
                    edges.push((here, here + columns, length));
                }
                if j + 1 < columns {
                    edges.push((here, here + 1, 2.5 - length));
                }
            }
        }
        graph(rows * columns, &edges)
    }

    /// Grids of three by three, one after the other, edges of each 16 times as long as those of the one before.
    pub(super) fn chain(links: usize) -> Csr {
        let mut edges = Vec::new();
        for link in 0..links {
            let (first, length) = (9 * link, 16.0_f64.powi(link as i32));
            for i in 0..3 {
                for j in 0..3 {
                    let here = first + 3 * i + j;
                    if i < 2 {
                        edges.push((here, here + 3, length));
                    }
                    if j < 2 {
                        edges.push((here, here + 1, length));
                    }
                }
            }
            if link > 0 {
                edges.push((first - 1, first, length));
            }
        }
        graph(9 * links, &edges)
    }

    /// Edges between pairs that look random, of lengths that do.
    pub(super) fn random(n: usize, edges: usize, seed: u64) -> Csr {
        let mut state = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut draw = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            state >> 33
        };
        let edges: Vec<_> = (0..edges)
            .map(|_| {
                (
                    draw() as usize % n,
                    draw() as usize % n,
                    0.1 + draw() as f64 % 100.0 / 50.0,
                )
            })
            .collect();
        graph(n, &edges)
    }
}
