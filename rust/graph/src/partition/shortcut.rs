//! How few clusters a way has to cross, if it keeps to those that a shortest path meets.

use porism_runtime::Monitor;

use super::check::{check_length, check_vertices};
use super::search::{NONE, Search};
use crate::{Csr, Error};

/// For each pair its distance, and the least number of steps from the cluster of `from` to that of `to` in the graph of clusters, using only clusters that
/// meet the shortest path that Dijkstra's algorithm finds. Infinity and `u32::MAX` across components.
///
/// # Errors
/// `InvalidParameter` for a vertex that is none, or labels that are not as many as vertices; `Interrupted`.
pub fn shortcut_hops(
    graph: &Csr,
    labels: &[u32],
    from: &[u32],
    to: &[u32],
    monitor: &Monitor,
) -> Result<(Vec<f64>, Vec<u32>), Error> {
    let n = graph.n_rows();
    check_length("labels", labels.len(), n)?;
    check_vertices("from", from, n)?;
    check_vertices("to", to, n)?;
    check_length("to", to.len(), from.len())?;
    let members = Members::new(labels);
    let mut order: Vec<usize> = (0..from.len()).collect();
    order.sort_unstable_by_key(|&pair| (from[pair], to[pair]));
    let mut lengths = vec![f64::INFINITY; from.len()];
    let mut hops = vec![u32::MAX; from.len()];
    let mut search = Search::new(n);
    let mut steps = vec![NONE; members.n_clusters()];
    for group in order.chunk_by(|&a, &b| from[a] == from[b]) {
        let mut wanted: Vec<u32> = group.iter().map(|&pair| to[pair]).collect();
        wanted.dedup();
        let mut left = wanted.len();
        search.begin();
        search.seed(from[group[0]], 0.0, NONE);
        search.run(
            graph,
            f64::INFINITY,
            monitor,
            |_, _| true,
            |vertex, _, _| {
                left -= usize::from(wanted.binary_search(&vertex).is_ok());
                left == 0
            },
        )?;
        for &pair in group {
            monitor.check()?;
            lengths[pair] = search.distance(to[pair]);
            if search.is_settled(to[pair]) {
                hops[pair] = members.crossed(graph, labels, &search, to[pair], from[pair], &mut steps);
            }
        }
    }
    Ok((lengths, hops))
}

/// Not on the path, and on it but not yet reached.
const OFF: u32 = NONE;
const AHEAD: u32 = NONE - 1;

/// The vertices of each cluster.
pub(super) struct Members {
    indptr: Vec<usize>,
    vertices: Vec<u32>,
}

impl Members {
    pub(super) fn new(labels: &[u32]) -> Self {
        let n_clusters = labels
            .iter()
            .filter(|&&label| label != NONE)
            .max()
            .map_or(0, |&last| last as usize + 1);
        let mut indptr = vec![0_usize; n_clusters + 1];
        for &label in labels.iter().filter(|&&label| label != NONE) {
            indptr[label as usize + 1] += 1;
        }
        for cluster in 0..n_clusters {
            indptr[cluster + 1] += indptr[cluster];
        }
        let mut next = indptr.clone();
        let mut vertices = vec![0; indptr[n_clusters]];
        for (vertex, &label) in labels.iter().enumerate() {
            if label != NONE {
                vertices[next[label as usize]] = vertex as u32;
                next[label as usize] += 1;
            }
        }
        Self { indptr, vertices }
    }

    pub(super) fn of(&self, cluster: usize) -> &[u32] {
        &self.vertices[self.indptr[cluster]..self.indptr[cluster + 1]]
    }

    fn n_clusters(&self) -> usize {
        self.indptr.len() - 1
    }

    /// Steps between the clusters of both ends of the path that `search` found to `end`.
    fn crossed(&self, graph: &Csr, labels: &[u32], search: &Search, end: u32, start: u32, steps: &mut [u32]) -> u32 {
        let mut met = Vec::new();
        let mut vertex = end;
        while vertex != NONE {
            let label = labels[vertex as usize];
            if label == NONE {
                return u32::MAX;
            }
            if steps[label as usize] == OFF {
                steps[label as usize] = AHEAD;
                met.push(label);
            }
            vertex = search.from(vertex);
        }
        let (first, last) = (labels[start as usize], labels[end as usize]);
        steps[first as usize] = 0;
        let mut queue = vec![first];
        let mut head = 0;
        while head < queue.len() && queue[head] != last {
            let cluster = queue[head] as usize;
            head += 1;
            for &vertex in self.of(cluster) {
                for &neighbour in graph.neighbours(vertex as usize) {
                    let label = labels[neighbour as usize];
                    if label != NONE && steps[label as usize] == AHEAD {
                        steps[label as usize] = steps[cluster] + 1;
                        queue.push(label);
                    }
                }
            }
        }
        let hops = steps[last as usize];
        met.iter().for_each(|&label| steps[label as usize] = OFF);
        hops
    }
}
