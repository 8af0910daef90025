//! Supernodes cut into clusters of bounded radius.

use porism_runtime::Monitor;

use super::check::{check_length, check_vertices};
use super::cop::{Cop, Skeletons};
use super::search::{NONE, Search};
use crate::{Csr, Error};

/// A partition of the vertices into connected clusters.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Clusters {
    /// The cluster of each vertex, [`NONE`] for those outside of what was partitioned.
    pub labels: Vec<u32>,
    /// A vertex of each cluster.
    pub centers: Vec<u32>,
    /// The largest distance from the centre within each cluster.
    pub radii: Vec<f64>,
}

/// Cut each supernode along its skeleton: a greedy net of points farther than `delta` apart, each skeleton vertex to its nearest one in the tree,
/// each other vertex with its nearest skeleton vertex inside the supernode. Clusters are numbered in the order of their supernodes.
///
/// Also the largest distance from the skeleton within each supernode, measured inside it.
///
/// # Errors
/// `Interrupted`.
pub fn clusters(graph: &Csr, cop: &Cop, delta: f64, monitor: &Monitor) -> Result<(Clusters, Vec<f64>), Error> {
    let n = graph.n_rows();
    let mut labels = vec![NONE; n];
    let mut centers = Vec::new();
    let mut net = Net::new(n);
    for tree in 0..cop.parents.len() {
        monitor.check()?;
        net.cut(graph, &cop.skeletons, tree, delta, &mut labels, &mut centers);
    }
    let mut search = Search::new(n);
    search.begin();
    for &vertex in &cop.skeletons.vertices {
        search.seed(vertex, 0.0, NONE);
    }
    let mut radii = vec![0.0_f64; cop.parents.len()];
    inside(&mut search, graph, &cop.supernode, monitor)?;
    for &vertex in search.settled() {
        let from = search.from(vertex);
        if from != NONE {
            labels[vertex as usize] = labels[from as usize];
        }
        let radius = &mut radii[cop.supernode[vertex as usize] as usize];
        *radius = radius.max(search.distance(vertex));
    }
    let around = strong_radii(graph, &labels, &centers, monitor)?;
    let made = Clusters {
        labels,
        centers,
        radii: around,
    };
    Ok((made, radii))
}

/// The largest distance from its centre inside each part of `labels`; infinite for a part that is not connected.
///
/// # Errors
/// `InvalidParameter` if there is no label for each vertex, or a centre is no vertex of its own part; `Interrupted`.
pub fn strong_radii(graph: &Csr, labels: &[u32], centers: &[u32], monitor: &Monitor) -> Result<Vec<f64>, Error> {
    check_length("labels", labels.len(), graph.n_rows())?;
    check_vertices("centers", centers, graph.n_rows())?;
    let mut search = Search::new(graph.n_rows());
    search.begin();
    for (label, &center) in centers.iter().enumerate() {
        if labels[center as usize] as usize != label {
            let got = format!("{} for that of part {label}", labels[center as usize]);
            return Err(Error::parameter("centers", "vertices of their own parts", got));
        }
        search.seed(center, 0.0, NONE);
    }
    inside(&mut search, graph, labels, monitor)?;
    let mut radii = vec![0.0_f64; centers.len()];
    for (vertex, &label) in labels.iter().enumerate() {
        if let Some(radius) = radii.get_mut(label as usize) {
            *radius = radius.max(search.distance(vertex as u32));
        }
    }
    Ok(radii)
}

/// Search from what is seeded, along edges whose ends are in the same part.
fn inside(search: &mut Search, graph: &Csr, part: &[u32], monitor: &Monitor) -> Result<(), Error> {
    let same = |v: u32, w: u32| part[v as usize] == part[w as usize];
    Ok(search.run(graph, f64::INFINITY, monitor, same, |_, _, _| false)?)
}

/// A greedy net on one tree after the other.
struct Net {
    /// Distance to the nearest net point so far, of vertices of the tree at hand.
    gap: Vec<f64>,
    /// The tree's edges, both ways, as linked lists: the first of a vertex, and the next after each.
    first: Vec<u32>,
    next: Vec<u32>,
    ends: Vec<u32>,
    lengths: Vec<f64>,
    stack: Vec<(u32, f64)>,
}

impl Net {
    fn new(n: usize) -> Self {
        Self {
            gap: vec![f64::INFINITY; n],
            first: vec![NONE; n],
            next: Vec::new(),
            ends: Vec::new(),
            lengths: Vec::new(),
            stack: Vec::new(),
        }
    }

    fn link(&mut self, a: u32, b: u32, length: f64) {
        self.next.push(self.first[a as usize]);
        self.first[a as usize] = self.next.len() as u32 - 1;
        self.ends.push(b);
        self.lengths.push(length);
    }

    /// Label the vertices of `tree` by their nearest net point, of equally near ones the first, and append the net points to `centers`.
    fn cut(
        &mut self,
        graph: &Csr,
        trees: &Skeletons,
        tree: usize,
        delta: f64,
        labels: &mut [u32],
        centers: &mut Vec<u32>,
    ) {
        let range = trees.indptr[tree]..trees.indptr[tree + 1];
        let (vertices, parents) = (&trees.vertices[range.clone()], &trees.parents[range]);
        self.next.clear();
        self.ends.clear();
        self.lengths.clear();
        for &vertex in vertices {
            self.first[vertex as usize] = NONE;
            self.gap[vertex as usize] = f64::INFINITY;
        }
        for (&vertex, &parent) in vertices.iter().zip(parents) {
            if parent != NONE {
                let (neighbours, lengths) = graph.row(vertex as usize);
                let edge = neighbours.iter().position(|&other| other == parent);
                let length = edge.map_or(0.0, |edge| lengths[edge]);
                self.link(vertex, parent, length);
                self.link(parent, vertex, length);
            }
        }
        for &vertex in vertices {
            if self.gap[vertex as usize] > delta {
                self.spread(vertex, delta, centers.len() as u32, labels);
                centers.push(vertex);
            }
        }
    }

    /// Make `point` a net point: what it is nearest to within `delta` gets its label.
    fn spread(&mut self, point: u32, delta: f64, label: u32, labels: &mut [u32]) {
        self.gap[point as usize] = 0.0;
        labels[point as usize] = label;
        self.stack.push((point, 0.0));
        while let Some((vertex, distance)) = self.stack.pop() {
            let mut edge = self.first[vertex as usize];
            while edge != NONE {
                let (end, there) = (self.ends[edge as usize], distance + self.lengths[edge as usize]);
                if there <= delta && there < self.gap[end as usize] {
                    self.gap[end as usize] = there;
                    labels[end as usize] = label;
                    self.stack.push((end, there));
                }
                edge = self.next[edge as usize];
            }
        }
    }
}
