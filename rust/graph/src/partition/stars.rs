//! The stars of a partition: from each cluster's centre, shortest-path trees among clusters that are not earlier.

use std::sync::Mutex;

use porism_runtime::{Interrupted, Monitor, Pool};

use super::clusters::Clusters;
use super::distances::{Spare, lock};
use super::search::NONE;
use crate::{Csr, Error};

/// How many stars are made in one task.
const TASK: usize = 64;

/// How much memory stars may take, beside what was used before.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    /// What takes it, for the message.
    pub what: &'static str,
    /// Bytes in use.
    pub used: u64,
    /// Bytes that may be.
    pub limit: u64,
}

impl Limit {
    /// Whether that many bytes are within it.
    ///
    /// # Errors
    /// `BeyondLimit` if not.
    pub(super) fn check(self, bytes: u64) -> Result<(), Error> {
        if bytes <= self.limit {
            return Ok(());
        }
        Err(Error::BeyondLimit {
            what: self.what,
            bytes,
            limit: self.limit,
        })
    }
}

/// A shortest-path tree for each cluster, in the order of clusters, its centre first and then by distance.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Stars {
    /// Where each tree begins in the other three, and after them all their length.
    pub indptr: Vec<usize>,
    /// Vertices of the graph.
    pub vertices: Vec<u32>,
    /// The vertex before each one, [`NONE`] for the centre.
    pub parents: Vec<u32>,
    /// The distance from the centre, in the subgraph of this cluster and the later ones.
    pub distances: Vec<f64>,
}

/// What is within `reach` of each cluster's centre in the subgraph that this cluster and the later ones induce.
///
/// Two vertices at distance d of each other have a centre in common, for which their distances add up to no more than d plus twice the radius of
/// its cluster, if `reach` is no less than d plus that radius: take the earliest cluster that a shortest path between them meets. The whole path
/// lies in clusters that are not earlier. What keeps the stars few is the order: it must be that of the supernodes of a buffered decomposition,
/// where only a bounded number of earlier supernodes are within reach in their own domains.
///
/// # Errors
/// `Interrupted`; `BeyondLimit`.
pub fn stars(
    graph: &Csr,
    clusters: &Clusters,
    reach: f64,
    limit: Limit,
    pool: &Pool,
    monitor: &Monitor,
) -> Result<Stars, Error> {
    let spare = Spare::new(graph.n_rows());
    let n_tasks = clusters.centers.len().div_ceil(TASK);
    let parts: Mutex<Vec<Stars>> = Mutex::new(vec![Stars::default(); n_tasks]);
    let entries = Mutex::new(0_u64);
    let failed: Mutex<Result<(), Error>> = Mutex::new(Ok(()));
    pool.for_each(n_tasks, |task| {
        if lock(&failed).is_err() {
            return;
        }
        let mut search = spare.take();
        let labels = &clusters.labels;
        let mut part = Stars::default();
        let mut work = || -> Result<(), Interrupted> {
            for cluster in (task * TASK..clusters.centers.len()).take(TASK) {
                monitor.check()?;
                search.begin();
                search.seed(clusters.centers[cluster], 0.0, NONE);
                let later = |_: u32, w: u32| labels[w as usize] as usize >= cluster && labels[w as usize] != NONE;
                search.run(graph, reach, monitor, later, |vertex, from, distance| {
                    part.vertices.push(vertex);
                    part.parents.push(from);
                    part.distances.push(distance);
                    false
                })?;
                part.indptr.push(part.vertices.len());
            }
            Ok(())
        };
        let done = work();
        spare.give(search);
        let mut total = lock(&entries);
        *total += part.vertices.len() as u64;
        if let Err(interrupted) = done {
            *lock(&failed) = Err(interrupted.into());
        } else if let Err(error) = limit.check(limit.used + 16 * *total) {
            *lock(&failed) = Err(error);
        } else {
            lock(&parts)[task] = part;
        }
    });
    failed.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)?;
    let mut made = Stars {
        indptr: vec![0],
        ..Stars::default()
    };
    for part in parts.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner) {
        let start = made.vertices.len();
        made.indptr.extend(part.indptr.iter().map(|end| start + end));
        made.vertices.extend_from_slice(&part.vertices);
        made.parents.extend_from_slice(&part.parents);
        made.distances.extend_from_slice(&part.distances);
    }
    Ok(made)
}

/// Colours such that trees of one colour have no vertex in common: each tree in order takes the first colour that none of its vertices has.
///
/// # Errors
/// `Interrupted`.
pub fn tree_colours(n: usize, trees: &Stars, monitor: &Monitor) -> Result<Vec<u32>, Error> {
    let mut taken: Vec<Vec<u64>> = vec![Vec::new(); n];
    let mut colours = Vec::with_capacity(trees.indptr.len() - 1);
    let mut union: Vec<u64> = Vec::new();
    for range in trees.indptr.windows(2) {
        monitor.check()?;
        let vertices = &trees.vertices[range[0]..range[1]];
        union.clear();
        for &vertex in vertices {
            let words = &taken[vertex as usize];
            union.resize(union.len().max(words.len()), 0);
            union.iter_mut().zip(words).for_each(|(all, word)| *all |= word);
        }
        let free = union.iter().position(|&word| word != u64::MAX);
        let colour = free.map_or(64 * union.len(), |place| {
            64 * place + union[place].trailing_ones() as usize
        });
        for &vertex in vertices {
            let words = &mut taken[vertex as usize];
            if words.len() <= colour / 64 {
                words.resize(colour / 64 + 1, 0);
            }
            words[colour / 64] |= 1 << (colour % 64);
        }
        colours.push(colour as u32);
    }
    Ok(colours)
}
