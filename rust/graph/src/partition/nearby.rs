//! A graph whose neighbours have numbers that are close, for algorithms that search pieces of it again and again.
//!
//! Names of vertices come as they come: the points of a triangulation at random, the crossings of a town by district. Each step of a search on
//! such names is a miss of the cache once arrays are larger than that. In order of a breadth-first search neighbours are at most two
//! of its layers apart, which is a few square roots of n in a planar graph; to bring a graph into it takes less than one search by distance.

use porism_runtime::Monitor;

use super::check::check_lengths;
use super::clusters::{Clusters, Cut, clusters};
use super::cop::{Cop, buffered_cop};
use super::search::NONE;
use super::stars::Stars;
use crate::{Csr, Error};

/// How many vertices are visited between two looks at the monitor.
const PATIENCE: usize = 1 << 14;

/// A graph in order of a breadth-first search.
pub(super) struct Nearby {
    /// The graph under new names.
    pub(super) graph: Csr,
    /// The old name of each vertex.
    order: Vec<u32>,
}

impl Nearby {
    /// # Errors
    /// `InvalidParameter` for values that are no lengths; `Interrupted`.
    pub(super) fn new(graph: &Csr, monitor: &Monitor) -> Result<Self, Error> {
        check_lengths(graph)?;
        let n = graph.n_rows();
        let mut order: Vec<u32> = Vec::with_capacity(n);
        let mut place = vec![NONE; n];
        for first in 0..n as u32 {
            if place[first as usize] == NONE {
                let mut head = order.len();
                place[first as usize] = head as u32;
                order.push(first);
                while head < order.len() {
                    if head.is_multiple_of(PATIENCE) {
                        monitor.check()?;
                    }
                    for &neighbour in graph.neighbours(order[head] as usize) {
                        let here = &mut place[neighbour as usize];
                        if *here == NONE {
                            *here = order.len() as u32;
                            order.push(neighbour);
                        }
                    }
                    head += 1;
                }
            }
        }
        let mut indptr = Vec::with_capacity(n + 1);
        indptr.push(0);
        let mut indices = Vec::with_capacity(graph.n_entries());
        let mut data = Vec::with_capacity(graph.n_entries());
        for &vertex in &order {
            let (neighbours, lengths) = graph.row(vertex as usize);
            indices.extend(neighbours.iter().map(|&neighbour| place[neighbour as usize]));
            data.extend_from_slice(lengths);
            indptr.push(indices.len());
        }
        let graph = Csr::new(n, indptr, indices, data)?;
        Ok(Self { graph, order })
    }

    /// What is known of each vertex, under the old names.
    fn restored(&self, values: &[u32]) -> Vec<u32> {
        let mut made = vec![NONE; values.len()];
        for (&vertex, &value) in self.order.iter().zip(values) {
            made[vertex as usize] = value;
        }
        made
    }

    /// Put the old names in place of the new ones; [`NONE`] stays.
    fn rename(&self, vertices: &mut [u32]) {
        for vertex in vertices {
            if *vertex != NONE {
                *vertex = self.order[*vertex as usize];
            }
        }
    }

    /// Stars under the old names.
    pub(super) fn stars(&self, mut made: Stars) -> Stars {
        self.rename(&mut made.vertices);
        self.rename(&mut made.parents);
        made
    }
}

/// A buffered cop decomposition of the whole graph, the clusters that it is cut into, and the radii of its supernodes.
///
/// # Errors
/// `InvalidParameter` for values that are no lengths, or a bad `delta` or `r`; `Interrupted`.
pub fn buffered_partition(
    graph: &Csr,
    delta: f64,
    r: u32,
    monitor: &Monitor,
) -> Result<(Cop, Clusters, Vec<f64>), Error> {
    let near = Nearby::new(graph, monitor)?;
    let mut cop = buffered_cop(&near.graph, delta, r, None, monitor)?;
    let (mut parts, radii) = clusters(&near.graph, &cop, Cut::Within(delta), monitor)?;
    cop.supernode = near.restored(&cop.supernode);
    near.rename(&mut cop.skeletons.vertices);
    near.rename(&mut cop.skeletons.parents);
    parts.labels = near.restored(&parts.labels);
    near.rename(&mut parts.centers);
    Ok((cop, parts, radii))
}
