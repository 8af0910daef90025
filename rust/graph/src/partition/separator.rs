//! Balanced separators made of shortest paths.
//!
//! In a connected planar graph there are three ways from the root of any shortest-path tree to vertices of the tree such that what they leave of the
//! graph falls into components of half of its vertices at most: draw the graph, cut faces into triangles, and take the triangle in the middle of the
//! tree that the dual of all other edges is. Elsewhere as many ways are taken as it needs.
//!
//! - R. Lipton, R. Tarjan: *A separator theorem for planar graphs*, SIAM J. Appl. Math. 1979.
//! - M. Thorup: *Compact oracles for reachability and approximate distances in planar digraphs*, J. ACM 2004.

use porism_runtime::Monitor;

use super::planar::{HalfEdges, rotation};
use super::search::{NONE, Search};
use crate::{Csr, Error};

/// Shortest paths without a vertex in common.
#[derive(Debug, Default)]
pub(super) struct Separator {
    /// The vertices of each, from the end that is nearer to the root on.
    pub paths: Vec<Vec<u32>>,
    /// Whether the graph is planar, so that there are three paths at most.
    pub planar: bool,
}

/// Shortest paths of the connected `graph` that leave components of half of the vertices at most. Each is shortest in all of the graph.
///
/// # Errors
/// `InvalidParameter` if the graph is not symmetric; `Interrupted`.
pub(super) fn separator(graph: &Csr, search: &mut Search, monitor: &Monitor) -> Result<Separator, Error> {
    let edges = HalfEdges::new(graph)?;
    let root = middle(graph, search, monitor)?;
    explore(graph, root, search, monitor)?;
    let n = graph.n_rows();
    let mut made = Separator::default();
    let mut taken = vec![false; n];
    if let Some(before) = rotation(&edges, monitor)? {
        made.planar = true;
        for corner in corners(&edges, &before, search) {
            climb(corner, search, &mut taken, &mut made.paths);
        }
        return Ok(made);
    }
    while let Some(largest) = too_large(graph, &taken) {
        monitor.check()?;
        climb(deep(&largest, search, &taken), search, &mut taken, &mut made.paths);
    }
    Ok(made)
}

/// A search of everything.
fn explore(graph: &Csr, root: u32, search: &mut Search, monitor: &Monitor) -> Result<(), Error> {
    search.begin();
    search.seed(root, 0.0, NONE);
    search.run(graph, f64::INFINITY, monitor, |_, _| true, |_, _, _| false)?;
    Ok(())
}

/// A vertex in the middle of a long shortest path: paths from there are short.
fn middle(graph: &Csr, search: &mut Search, monitor: &Monitor) -> Result<u32, Error> {
    let mut end = 0;
    for _ in 0..2 {
        explore(graph, end, search, monitor)?;
        end = search.settled().last().copied().unwrap_or(end);
    }
    let whole = search.distance(end);
    let mut vertex = end;
    while search.from(vertex) != NONE && 2.0 * search.distance(vertex) > whole {
        vertex = search.from(vertex);
    }
    Ok(vertex)
}

/// Append the way from the root to `vertex`, as far as it is not taken.
fn climb(vertex: u32, search: &Search, taken: &mut [bool], paths: &mut Vec<Vec<u32>>) {
    let mut path = Vec::new();
    let mut vertex = vertex;
    while vertex != NONE && !taken[vertex as usize] {
        taken[vertex as usize] = true;
        path.push(vertex);
        vertex = search.from(vertex);
    }
    if !path.is_empty() {
        path.reverse();
        paths.push(path);
    }
}

/// The corners of a triangle whose ways from the root leave no more than half of the vertices on any side.
fn corners(edges: &HalfEdges<'_>, before: &[u32], search: &Search) -> [u32; 3] {
    let h = before.len();
    // Faces, each cut into triangles that all have its first corner.
    let mut triangle = vec![NONE; h];
    let mut triangles: Vec<[u32; 3]> = Vec::new();
    let mut links: Vec<(u32, u32)> = Vec::new();
    let mut face = Vec::new();
    for first in 0..h {
        if triangle[first] != NONE {
            continue;
        }
        face.clear();
        let mut here = first;
        loop {
            face.push(here);
            here = before[edges.twin[here] as usize] as usize;
            if here == first {
                break;
            }
        }
        let corner = |place: usize| edges.source[face[place % face.len()]];
        let base = triangles.len() as u32;
        let count = face.len().saturating_sub(2).max(1);
        for j in 1..=count {
            triangles.push([corner(0), corner(j), corner(j + 1)]);
            if j > 1 {
                links.push((base + j as u32 - 2, base + j as u32 - 1));
            }
        }
        for (j, &half) in face.iter().enumerate() {
            triangle[half] = base + j.clamp(1, count) as u32 - 1;
        }
    }
    let in_tree = |half: usize| {
        let (u, v) = (edges.source[half], edges.target[half]);
        search.from(u) == v || search.from(v) == u
    };
    for half in 0..h {
        if (edges.twin[half] as usize) > half && !in_tree(half) {
            links.push((triangle[half], triangle[edges.twin[half] as usize]));
        }
    }
    // Each vertex counts in one triangle that it is a corner of: if it is on one side of a way around, then so is the triangle.
    let mut weight = vec![0_u32; triangles.len().max(1)];
    for vertex in 0..edges.start.len() - 1 {
        if edges.start[vertex] < edges.start[vertex + 1] {
            weight[triangle[edges.start[vertex]] as usize] += 1;
        }
    }
    triangles.get(centre(&links, &weight)).copied().unwrap_or([0; 3])
}

/// A node of a tree such that the components without it have half of the weight at most.
fn centre(links: &[(u32, u32)], weight: &[u32]) -> usize {
    let n = weight.len();
    let mut start = vec![0_usize; n + 1];
    for &(a, b) in links {
        start[a as usize + 1] += 1;
        start[b as usize + 1] += 1;
    }
    for node in 0..n {
        start[node + 1] += start[node];
    }
    let mut next = start.clone();
    let mut near = vec![0_u32; 2 * links.len()];
    for &(a, b) in links {
        for (from, to) in [(a, b), (b, a)] {
            near[next[from as usize]] = to;
            next[from as usize] += 1;
        }
    }
    let mut above = vec![NONE; n];
    let mut order = vec![0_u32];
    let mut seen = vec![false; n];
    seen[0] = true;
    let mut place = 0;
    while place < order.len() {
        let node = order[place] as usize;
        place += 1;
        for &other in &near[start[node]..start[node + 1]] {
            if !seen[other as usize] {
                seen[other as usize] = true;
                above[other as usize] = node as u32;
                order.push(other);
            }
        }
    }
    let total: u64 = weight.iter().map(|&w| u64::from(w)).sum();
    let mut below: Vec<u64> = weight.iter().map(|&w| u64::from(w)).collect();
    for &node in order.iter().rev() {
        // Nothing below has more than half, as it would have been taken.
        if 2 * below[node as usize] >= total {
            return node as usize;
        }
        if above[node as usize] != NONE {
            below[above[node as usize] as usize] += below[node as usize];
        }
    }
    0
}

/// The component of vertices that are not taken that has more than half of all, if there is one.
fn too_large(graph: &Csr, taken: &[bool]) -> Option<Vec<u32>> {
    let n = graph.n_rows();
    let mut seen = taken.to_vec();
    let mut part = Vec::new();
    for first in 0..n {
        if seen[first] {
            continue;
        }
        part.clear();
        part.push(first as u32);
        seen[first] = true;
        let mut place = 0;
        while place < part.len() {
            for &other in graph.neighbours(part[place] as usize) {
                if !seen[other as usize] {
                    seen[other as usize] = true;
                    part.push(other);
                }
            }
            place += 1;
        }
        if 2 * part.len() > n {
            return Some(part);
        }
    }
    None
}

/// The end of the way from the root that always goes where most of `part` is.
fn deep(part: &[u32], search: &Search, taken: &[bool]) -> u32 {
    let mut below = vec![0_u32; taken.len()];
    part.iter().for_each(|&vertex| below[vertex as usize] = 1);
    let mut heaviest = vec![NONE; taken.len()];
    for &vertex in search.settled().iter().rev() {
        let above = search.from(vertex);
        if above != NONE && below[vertex as usize] > 0 {
            below[above as usize] += below[vertex as usize];
            let best = &mut heaviest[above as usize];
            if *best == NONE || below[vertex as usize] > below[*best as usize] {
                *best = vertex;
            }
        }
    }
    let mut vertex = search.settled()[0];
    while heaviest[vertex as usize] != NONE {
        vertex = heaviest[vertex as usize];
    }
    vertex
}

#[cfg(test)]
mod tests {
    use super::super::tests::{grid, random};
    use super::*;

    fn check(graph: &Csr, most: Option<usize>) {
        let monitor = Monitor::new();
        let mut search = Search::new(graph.n_rows());
        let made = separator(graph, &mut search, &monitor).unwrap();
        assert_eq!(made.planar, most.is_some());
        assert!(
            made.paths.len() <= most.unwrap_or(usize::MAX),
            "{} paths",
            made.paths.len()
        );
        let mut taken = vec![false; graph.n_rows()];
        for path in &made.paths {
            for &vertex in path {
                assert!(!std::mem::replace(&mut taken[vertex as usize], true));
            }
            let mut along = 0.0;
            for pair in path.windows(2) {
                let (neighbours, lengths) = graph.row(pair[0] as usize);
                along += lengths[neighbours.iter().position(|&other| other == pair[1]).unwrap()];
            }
            explore(graph, path[0], &mut search, &monitor).unwrap();
            assert!((search.distance(path[path.len() - 1]) - along).abs() < 1e-9);
        }
        assert_eq!(too_large(graph, &taken), None);
    }

    #[test]
    fn three_shortest_paths_halve_what_is_planar() {
        for (rows, columns) in [(1, 1), (1, 2), (1, 30), (2, 2), (7, 9), (20, 20)] {
            check(&grid(rows, columns), Some(3));
        }
    }

    #[test]
    fn what_is_not_planar_is_halved_too() {
        for seed in 0..5 {
            check(&random(40, 200, seed), None);
        }
    }
}
