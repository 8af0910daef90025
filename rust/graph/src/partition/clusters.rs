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

/// How long the parts are that skeletons are cut into.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cut {
    /// Each vertex of a skeleton within this distance of a centre, in the tree.
    Within(f64),
    /// Each vertex of the graph within this distance of its centre, inside its cluster: as long as the radius of the supernode leaves room for.
    Radius(f64),
}

/// Cut each supernode along its skeleton: each skeleton vertex goes to its nearest centre in the tree, each other vertex with its nearest skeleton
/// vertex inside the supernode. Centres are as few as can be. Clusters are numbered in the order of their supernodes.
///
/// Also the largest distance from the skeleton within each supernode, measured inside it.
///
/// # Errors
/// `Interrupted`.
pub fn clusters(graph: &Csr, cop: &Cop, cut: Cut, monitor: &Monitor) -> Result<(Clusters, Vec<f64>), Error> {
    let n = graph.n_rows();
    let mut around = Search::new(n);
    around.begin();
    for &vertex in &cop.skeletons.vertices {
        around.seed(vertex, 0.0, NONE);
    }
    inside(&mut around, graph, &cop.supernode, monitor)?;
    let mut radii = vec![0.0_f64; cop.parents.len()];
    for &vertex in around.settled() {
        let radius = &mut radii[cop.supernode[vertex as usize] as usize];
        *radius = radius.max(around.distance(vertex));
    }
    let mut centers = Vec::new();
    let mut cover = Cover::new(n);
    let mut above = vec![NONE; n];
    for tree in 0..cop.parents.len() {
        monitor.check()?;
        let reach = match cut {
            Cut::Within(reach) => reach,
            Cut::Radius(radius) => radius - radii[tree],
        };
        cover.tree(graph, &cop.skeletons, tree, reach, &mut above, &mut centers);
    }
    // Labels follow the way from the centre, so that clusters are connected whatever is equally far.
    let mut labels = vec![NONE; n];
    let mut along = Search::new(n);
    along.begin();
    for (label, &center) in centers.iter().enumerate() {
        along.seed(center, 0.0, NONE);
        labels[center as usize] = label as u32;
    }
    let edge = |v: u32, w: u32| above[v as usize] == w || above[w as usize] == v;
    along.run(graph, f64::INFINITY, monitor, edge, |_, _, _| false)?;
    for (search, vertices) in [(&along, along.settled()), (&around, around.settled())] {
        for &vertex in vertices {
            let from = search.from(vertex);
            if from != NONE {
                labels[vertex as usize] = labels[from as usize];
            }
        }
    }
    let made = Clusters {
        radii: strong_radii(graph, &labels, &centers, monitor)?,
        labels,
        centers,
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

/// Centres of trees, one tree after the other.
struct Cover {
    /// Distance to the nearest centre so far, and to the vertex above, of vertices of the tree at hand.
    gap: Vec<f64>,
    rise: Vec<f64>,
    /// The tree's edges, both ways, as linked lists: the first of a vertex, and the next after each.
    first: Vec<u32>,
    next: Vec<u32>,
    ends: Vec<u32>,
    lengths: Vec<f64>,
    stack: Vec<(u32, f64)>,
}

impl Cover {
    fn new(n: usize) -> Self {
        Self {
            gap: vec![f64::INFINITY; n],
            rise: vec![0.0; n],
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

    /// Append the fewest centres that all vertices of `tree` are within `reach` of, and note who is above whom.
    ///
    /// The deepest vertex that none is near yet must have one, and none serves it better than the highest that is near enough.
    fn tree(
        &mut self,
        graph: &Csr,
        trees: &Skeletons,
        tree: usize,
        reach: f64,
        above: &mut [u32],
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
            above[vertex as usize] = parent;
            if parent != NONE {
                let (neighbours, lengths) = graph.row(vertex as usize);
                let edge = neighbours.iter().position(|&other| other == parent);
                let length = edge.map_or(0.0, |edge| lengths[edge]);
                self.rise[vertex as usize] = length;
                self.link(vertex, parent, length);
                self.link(parent, vertex, length);
            }
        }
        for &vertex in vertices.iter().rev() {
            if self.gap[vertex as usize] == f64::INFINITY {
                // Lengths are added up from here: two distances from the root differ by nothing, where edges are short beside them.
                let (mut center, mut height) = (vertex, 0.0);
                while above[center as usize] != NONE && height + self.rise[center as usize] <= reach {
                    height += self.rise[center as usize];
                    center = above[center as usize];
                }
                // What is a centre already is too far by the rounding of a sum only.
                if self.gap[center as usize] > 0.0 {
                    self.spread(center, reach);
                    centers.push(center);
                }
                self.gap[vertex as usize] = self.gap[vertex as usize].min(reach); // by rounding it may not have been reached
            }
        }
    }

    /// Note what is within `reach` of a centre.
    fn spread(&mut self, center: u32, reach: f64) {
        self.gap[center as usize] = 0.0;
        self.stack.push((center, 0.0));
        while let Some((vertex, distance)) = self.stack.pop() {
            let mut edge = self.first[vertex as usize];
            while edge != NONE {
                let (end, there) = (self.ends[edge as usize], distance + self.lengths[edge as usize]);
                if there <= reach && there < self.gap[end as usize] {
                    self.gap[end as usize] = there;
                    self.stack.push((end, there));
                }
                edge = self.next[edge as usize];
            }
        }
    }
}
