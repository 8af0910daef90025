//! Tree covers of a graph's own trees, and distances of pairs in any.

use std::sync::Mutex;

use porism_runtime::{Monitor, Pool};

use super::check::{check_length, check_vertices};
use super::distances::lock;
use super::labels::all_stars;
use super::merging::Trees;
use super::search::NONE;
use super::stars::tree_colours;
use crate::{Csr, Error};

/// How many queries are answered in one task.
const TASK: usize = 1 << 8;

/// The stars of every scale, each scale's in forests of their own.
///
/// # Errors
/// As [`all_stars`].
pub fn spanning_trees(
    graph: &Csr,
    eps: f64,
    r: u32,
    memory_limit: u64,
    pool: &Pool,
    monitor: &Monitor,
) -> Result<Trees, Error> {
    let mut made = Trees {
        indptr: vec![0],
        ..Trees::default()
    };
    for (_, stars) in all_stars(graph, eps, r, memory_limit, pool, monitor)? {
        let first = made.forests.iter().max().map_or(0, |&last| last + 1);
        let colours = tree_colours(graph.n_rows(), &stars, monitor)?;
        made.forests.extend(colours.into_iter().map(|colour| first + colour));
        let start = made.vertices.len();
        made.indptr.extend(stars.indptr[1..].iter().map(|end| start + end));
        for (&vertex, &parent) in stars.vertices.iter().zip(&stars.parents) {
            let (neighbours, lengths) = graph.row(vertex as usize);
            let edge = neighbours.iter().position(|&other| other == parent);
            made.lengths.push(edge.map_or(0.0, |edge| lengths[edge]));
        }
        made.vertices.extend(stars.vertices);
        made.parents.extend(stars.parents);
        made.distances.extend(stars.distances);
    }
    Ok(made)
}

/// For each pair the least distance in a tree that has both, along the tree; infinity where there is none.
///
/// # Errors
/// `InvalidParameter` for a vertex that is none, or trees that list a vertex before its parent; `Interrupted`.
pub fn tree_distances(
    n: usize,
    trees: &Trees,
    from: &[u32],
    to: &[u32],
    pool: &Pool,
    monitor: &Monitor,
) -> Result<Vec<f64>, Error> {
    check_vertices("from", from, n)?;
    check_vertices("to", to, n)?;
    check_length("to", to.len(), from.len())?;
    let index = Index::new(n, trees, monitor)?;
    let mut answers = vec![0.0; from.len()];
    let failed = Mutex::new(Ok(()));
    let pairs = from.chunks(TASK).zip(to.chunks(TASK));
    let parts: Vec<_> = pairs.zip(answers.chunks_mut(TASK)).collect();
    pool.for_each_of(parts, |((from, to), answers)| {
        for ((&u, &v), answer) in from.iter().zip(to).zip(answers) {
            if let Err(interrupted) = monitor.check() {
                *lock(&failed) = Err(interrupted);
                return;
            }
            *answer = index.distance(u as usize, v as usize);
        }
    });
    let outcome = *lock(&failed);
    outcome?;
    Ok(answers)
}

/// Where each vertex is, and where each place's parent is.
struct Index<'a> {
    start: Vec<usize>,
    /// The tree and the place of each vertex in it, trees rising.
    places: Vec<(u32, u32)>,
    above: Vec<u32>,
    level: Vec<u32>,
    lengths: &'a [f64],
}

impl<'a> Index<'a> {
    fn new(n: usize, trees: &'a Trees, monitor: &Monitor) -> Result<Self, Error> {
        let size = trees.vertices.len();
        check_vertices("vertices", &trees.vertices, n)?;
        check_length("parents", trees.parents.len(), size)?;
        check_length("lengths", trees.lengths.len(), size)?;
        let rises = trees.indptr.windows(2).all(|pair| pair[0] <= pair[1]);
        if !rises || trees.indptr.first() != Some(&0) || trees.indptr.last() != Some(&size) || size >= NONE as usize {
            return Err(Error::parameter(
                "indptr",
                format!("rising from 0 to {size}"),
                "something else",
            ));
        }
        let mut start = vec![0_usize; n + 1];
        trees
            .vertices
            .iter()
            .for_each(|&vertex| start[vertex as usize + 1] += 1);
        for vertex in 0..n {
            start[vertex + 1] += start[vertex];
        }
        let mut next = start.clone();
        let mut places = vec![(0, 0); size];
        let mut above = vec![NONE; size];
        let mut level = vec![0; size];
        let mut seen = vec![(NONE, NONE); n];
        for (tree, range) in trees.indptr.windows(2).enumerate() {
            monitor.check()?;
            for place in range[0]..range[1] {
                let (vertex, parent) = (trees.vertices[place] as usize, trees.parents[place]);
                if parent != NONE {
                    match seen.get(parent as usize) {
                        Some(&(there, before)) if there == tree as u32 => {
                            above[place] = before;
                            level[place] = level[before as usize] + 1;
                        }
                        _ => {
                            return Err(Error::parameter(
                                "parents",
                                "vertices of the tree that come before",
                                parent,
                            ));
                        }
                    }
                }
                seen[vertex] = (tree as u32, place as u32);
                places[next[vertex]] = (tree as u32, place as u32);
                next[vertex] += 1;
            }
        }
        Ok(Self {
            start,
            places,
            above,
            level,
            lengths: &trees.lengths,
        })
    }

    fn distance(&self, u: usize, v: usize) -> f64 {
        if u == v {
            return 0.0;
        }
        let mut best = f64::INFINITY;
        let (mut i, mut j) = (self.start[u], self.start[v]);
        while i < self.start[u + 1] && j < self.start[v + 1] {
            let ((ours, a), (theirs, b)) = (self.places[i], self.places[j]);
            if ours == theirs {
                best = self.along(a, b, best);
            }
            i += usize::from(ours <= theirs);
            j += usize::from(theirs <= ours);
        }
        best
    }

    /// The distance along a tree if it is less than `best`, which it is otherwise.
    fn along(&self, a: u32, b: u32, best: f64) -> f64 {
        let (mut a, mut b) = (a as usize, b as usize);
        // Each side for itself, so that neither end is the first.
        let (mut from_a, mut from_b) = (0.0, 0.0);
        while a != b {
            let side = if self.level[a] >= self.level[b] {
                (&mut a, &mut from_a)
            } else {
                (&mut b, &mut from_b)
            };
            if self.above[*side.0] == NONE {
                return best; // two roots
            }
            *side.1 += self.lengths[*side.0];
            *side.0 = self.above[*side.0] as usize;
            if from_a + from_b >= best {
                return best;
            }
        }
        from_a + from_b
    }
}

#[cfg(test)]
mod tests {
    use super::super::distances::rows;
    use super::super::merging::merged_trees;
    use super::super::tests::{chain, grid, random};
    use super::*;

    fn check(graph: &Csr, trees: &Trees, eps: f64) {
        let (pool, monitor) = (Pool::serial(), Monitor::new());
        let n = graph.n_rows();
        let mut held = std::collections::HashSet::new();
        for (range, &forest) in trees.indptr.windows(2).zip(&trees.forests) {
            for &vertex in &trees.vertices[range[0]..range[1]] {
                assert!(held.insert((forest, vertex)), "{vertex} is twice in forest {forest}");
            }
        }
        let all: Vec<u32> = (0..n as u32).collect();
        let apart = rows(graph, &all, &pool, &monitor).unwrap();
        for &u in &all {
            let found = tree_distances(n, trees, &vec![u; n], &all, &pool, &monitor).unwrap();
            for (&found, &true_one) in found.iter().zip(&apart[u as usize * n..]) {
                assert!(found >= true_one * (1.0 - 1e-12), "{found} for {true_one}");
                assert!(
                    found <= true_one * (1.0 + eps) || found == true_one,
                    "{found} for {true_one}"
                );
            }
        }
    }

    #[test]
    fn some_tree_keeps_every_distance() {
        let (pool, monitor) = (Pool::serial(), Monitor::new());
        for graph in [grid(1, 1), grid(7, 8), random(30, 60, 1), random(40, 30, 2), chain(6)] {
            for eps in [1.0, 0.25] {
                check(
                    &graph,
                    &spanning_trees(&graph, eps, 5, u64::MAX, &pool, &monitor).unwrap(),
                    eps,
                );
                check(
                    &graph,
                    &merged_trees(&graph, eps, 5, u64::MAX, &pool, &monitor).unwrap(),
                    eps,
                );
            }
        }
    }

    #[test]
    fn scales_share_forests() {
        let forests = |links: usize| {
            let made = merged_trees(&chain(links), 1.0, 5, u64::MAX, &Pool::serial(), &Monitor::new()).unwrap();
            made.forests.iter().max().map_or(0, |&last| last + 1)
        };
        let (few, many) = (forests(8), forests(16));
        assert!(many <= few + few / 10, "{few} forests, then {many}");
    }
}
