//! Dijkstra's algorithm on a subgraph, within a limit, from any number of sources, again and again.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use porism_runtime::{Interrupted, Monitor};

use crate::Csr;

/// No vertex.
pub const NONE: u32 = u32::MAX;

/// How many vertices are settled between two looks at the monitor: well under a millisecond.
const PATIENCE: usize = 1 << 12;

/// What is known of a vertex, in one half of a cache line's quarter.
#[derive(Debug, Clone, Copy)]
struct Node {
    distance: f64,
    from: u32,
    /// The generation that reached the vertex, one more once its distance is final.
    mark: u32,
}

/// What is less the nearer, and of equally near vertices for the lower number: the bits of nonnegative distances are in order.
#[inline]
fn key(distance: f64, vertex: u32) -> u128 {
    (u128::from(distance.to_bits()) << 32) | u128::from(vertex)
}

/// The arrays of a search, to be used for any number of them: a new one costs nothing, whatever the last one touched.
///
/// Of equally near vertices the one with the lower number is settled first, and of equally long ways to a vertex the one found first is kept.
#[derive(Debug)]
pub struct Search {
    nodes: Vec<Node>,
    generation: u32,
    heap: BinaryHeap<Reverse<u128>>,
    settled: Vec<u32>,
}

impl Search {
    /// For a graph of `n` vertices.
    pub fn new(n: usize) -> Self {
        let blank = Node {
            distance: f64::INFINITY,
            from: NONE,
            mark: 0,
        };
        Self {
            nodes: vec![blank; n],
            generation: 0,
            heap: BinaryHeap::new(),
            settled: Vec::new(),
        }
    }

    /// Forget the last search.
    pub fn begin(&mut self) {
        if self.generation >= u32::MAX - 4 {
            self.nodes.iter_mut().for_each(|node| node.mark = 0);
            self.generation = 0;
        }
        self.generation += 2;
        self.heap.clear();
        self.settled.clear();
    }

    /// Begin from `vertex` at `distance`, which was come to from `from` (or [`NONE`]).
    #[inline]
    pub fn seed(&mut self, vertex: u32, distance: f64, from: u32) {
        let node = &mut self.nodes[vertex as usize];
        if node.mark < self.generation || (node.mark == self.generation && distance < node.distance) {
            *node = Node {
                distance,
                from,
                mark: self.generation,
            };
            self.heap.push(Reverse(key(distance, vertex)));
        }
    }

    /// Settle vertices by distance up to `limit`, walking along edges (from, to) that `open` admits, until `visit` says `true` (enough) or none is left.
    ///
    /// `visit` is told the vertex, the one it was come to from, and its distance.
    ///
    /// # Errors
    /// Where somebody stopped the monitor.
    #[inline]
    pub fn run(
        &mut self,
        graph: &Csr,
        limit: f64,
        monitor: &Monitor,
        open: impl Fn(u32, u32) -> bool,
        visit: impl FnMut(u32, u32, f64) -> bool,
    ) -> Result<(), Interrupted> {
        self.walk(graph, monitor, |v, w, there| there <= limit && open(v, w), visit)
    }

    /// Settle vertices by distance, walking along edges (from, to, distance at the end) that `open` admits, until none is left.
    ///
    /// # Errors
    /// Where somebody stopped the monitor.
    #[inline]
    pub fn run_within(
        &mut self,
        graph: &Csr,
        monitor: &Monitor,
        open: impl Fn(u32, u32, f64) -> bool,
    ) -> Result<(), Interrupted> {
        self.walk(graph, monitor, open, |_, _, _| false)
    }

    #[inline]
    fn walk(
        &mut self,
        graph: &Csr,
        monitor: &Monitor,
        open: impl Fn(u32, u32, f64) -> bool,
        mut visit: impl FnMut(u32, u32, f64) -> bool,
    ) -> Result<(), Interrupted> {
        while let Some(Reverse(nearest)) = self.heap.pop() {
            let vertex = nearest as u32;
            let distance = f64::from_bits((nearest >> 32) as u64);
            let node = &mut self.nodes[vertex as usize];
            if node.mark != self.generation {
                continue; // settled at a smaller distance
            }
            node.mark += 1;
            let from = node.from;
            self.settled.push(vertex);
            if self.settled.len().is_multiple_of(PATIENCE) {
                monitor.check()?;
            }
            if visit(vertex, from, distance) {
                return Ok(());
            }
            let (neighbours, lengths) = graph.row(vertex as usize);
            for (&neighbour, &length) in neighbours.iter().zip(lengths) {
                let there = distance + length;
                let node = &mut self.nodes[neighbour as usize];
                // One comparison that is hard to foretell in place of three: what is settled is no farther than what is walked from, and most
                // edges lead there. `open` is asked about the few that are left.
                let known = if node.mark < self.generation {
                    f64::INFINITY
                } else {
                    node.distance
                };
                if there < known && open(vertex, neighbour, there) {
                    *node = Node {
                        distance: there,
                        from: vertex,
                        mark: self.generation,
                    };
                    self.heap.push(Reverse(key(there, neighbour)));
                }
            }
        }
        Ok(())
    }

    /// The vertices whose distance is final, nearest first.
    pub fn settled(&self) -> &[u32] {
        &self.settled
    }

    /// Whether the distance of `vertex` is final.
    pub fn is_settled(&self, vertex: u32) -> bool {
        self.nodes[vertex as usize].mark == self.generation + 1
    }

    /// The distance of a settled vertex, infinity for others.
    pub fn distance(&self, vertex: u32) -> f64 {
        if self.is_settled(vertex) {
            self.nodes[vertex as usize].distance
        } else {
            f64::INFINITY
        }
    }

    /// The vertex before a settled one on its shortest way, [`NONE`] for seeds that had none.
    pub fn from(&self, vertex: u32) -> u32 {
        self.nodes[vertex as usize].from
    }
}
