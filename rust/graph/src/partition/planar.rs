//! Planar embeddings, by the left-right criterion: which half-edge follows which around each vertex of a drawing without crossings.
//!
//! - U. Brandes: *The left-right planarity test*, manuscript, 2009; after H. de Fraysseix, P. Rosenstiehl.

use porism_runtime::{Interrupted, Monitor};

use super::search::NONE;
use crate::{Csr, Error};

/// How many half-edges are looked at between two looks at the monitor.
const PATIENCE: usize = 1 << 16;

/// A graph by its half-edges, which are the entries of its rows: each knows where it starts, where it ends, and the one that leads back.
#[derive(Debug)]
pub(super) struct HalfEdges<'a> {
    /// Where each vertex' half-edges begin, and after them all their number.
    pub start: &'a [usize],
    /// The vertex that each half-edge starts from.
    pub source: Vec<u32>,
    /// The vertex that it ends at.
    pub target: &'a [u32],
    /// The half-edge back.
    pub twin: Vec<u32>,
}

impl<'a> HalfEdges<'a> {
    /// Of a graph whose rows rise.
    ///
    /// # Errors
    /// `InvalidParameter` for one that is not symmetric, has rows that do not rise, loops, or 2^32 - 1 entries or more.
    pub(super) fn new(graph: &'a Csr) -> Result<Self, Error> {
        let (start, target) = (graph.indptr(), graph.indices());
        let wrong = |got: String| {
            Err(Error::parameter(
                "graph",
                "a symmetric matrix of rising rows without loops",
                got,
            ))
        };
        if target.len() >= NONE as usize {
            return wrong(format!("{} entries", target.len()));
        }
        let mut source = Vec::with_capacity(target.len());
        let mut twin = vec![NONE; target.len()];
        let mut next = start[..graph.n_rows()].to_vec();
        for vertex in 0..graph.n_rows() {
            let mut before = NONE;
            for place in start[vertex]..start[vertex + 1] {
                let other = target[place];
                // Sources rise, so that the half-edges back come one after the other in every row.
                let back = next[other as usize];
                let symmetric = back < start[other as usize + 1] && target[back] as usize == vertex;
                if !symmetric || other as usize == vertex || (before != NONE && other <= before) {
                    return wrong(format!("an entry ({vertex}, {other}) that is out of place"));
                }
                next[other as usize] += 1;
                source.push(vertex as u32);
                twin[place] = back as u32;
                before = other;
            }
        }
        Ok(Self {
            start,
            source,
            target,
            twin,
        })
    }

    fn n_vertices(&self) -> usize {
        self.start.len() - 1
    }
}

/// For each half-edge the one before it around the vertex that it starts from, in a drawing without crossings; None if there is no such drawing.
///
/// Following `before[twin]` from half-edge to half-edge walks around a face.
///
/// # Errors
/// `Interrupted`.
pub(super) fn rotation(edges: &HalfEdges<'_>, monitor: &Monitor) -> Result<Option<Vec<u32>>, Interrupted> {
    let (n, m) = (edges.n_vertices(), edges.target.len() / 2);
    if n > 2 && m > 3 * n - 6 {
        return Ok(None);
    }
    let mut search = LeftRight::new(edges);
    search.orient(monitor)?;
    search.sort();
    if !search.test(monitor)? {
        return Ok(None);
    }
    search.sign();
    search.sort();
    search.embed(monitor).map(Some)
}

/// Back edges that have to be on one side of the tree, from the one that returns lowest to the one that returns highest; `NONE` twice if empty.
#[derive(Debug, Clone, Copy)]
struct Interval {
    low: u32,
    high: u32,
}

const EMPTY: Interval = Interval { low: NONE, high: NONE };

impl Interval {
    fn is_empty(self) -> bool {
        self.low == NONE && self.high == NONE
    }
}

/// Two intervals that have to be on different sides.
#[derive(Debug, Clone, Copy)]
struct Pair {
    left: Interval,
    right: Interval,
}

struct LeftRight<'a> {
    edges: &'a HalfEdges<'a>,
    roots: Vec<u32>,
    height: Vec<u32>,
    /// The half-edge by which the depth-first search came to each vertex.
    parent: Vec<u32>,
    /// Half-edges in the direction that the search went, sorted by nesting within each vertex' row: `begin` to `end`.
    order: Vec<u32>,
    begin: Vec<usize>,
    /// The heights that the returning edges of a half-edge reach, lowest and next.
    lowpt: Vec<u32>,
    lowpt2: Vec<u32>,
    nesting: Vec<i64>,
    reference: Vec<u32>,
    side: Vec<i8>,
    lowest_edge: Vec<u32>,
    bottom: Vec<usize>,
    stack: Vec<Pair>,
}

impl<'a> LeftRight<'a> {
    fn new(edges: &'a HalfEdges<'a>) -> Self {
        let (n, h) = (edges.n_vertices(), edges.target.len());
        Self {
            edges,
            roots: Vec::new(),
            height: vec![NONE; n],
            parent: vec![NONE; n],
            order: Vec::new(),
            begin: vec![0; n + 1],
            lowpt: vec![0; h],
            lowpt2: vec![0; h],
            nesting: vec![0; h],
            reference: vec![NONE; h],
            side: vec![1; h],
            lowest_edge: vec![NONE; h],
            bottom: vec![0; h],
            stack: Vec::new(),
        }
    }

    fn source(&self, edge: u32) -> usize {
        self.edges.source[edge as usize] as usize
    }

    fn target(&self, edge: u32) -> usize {
        self.edges.target[edge as usize] as usize
    }

    fn is_tree(&self, edge: u32) -> bool {
        self.parent[self.target(edge)] == edge
    }

    /// Orient every edge as a depth-first search goes along it, and find how low it returns.
    fn orient(&mut self, monitor: &Monitor) -> Result<(), Interrupted> {
        let edges = self.edges;
        let n = edges.n_vertices();
        let mut oriented = vec![false; edges.target.len()];
        let mut cursor = edges.start[..n].to_vec();
        let mut stack: Vec<u32> = Vec::new();
        for root in 0..n {
            if self.height[root] != NONE {
                continue;
            }
            self.height[root] = 0;
            self.roots.push(root as u32);
            stack.push(root as u32);
            while let Some(&v) = stack.last() {
                let v = v as usize;
                if cursor[v] == edges.start[v + 1] {
                    stack.pop();
                    if self.parent[v] != NONE {
                        self.returned(self.parent[v]);
                    }
                    continue;
                }
                let edge = cursor[v];
                cursor[v] += 1;
                if edge.is_multiple_of(PATIENCE) {
                    monitor.check()?;
                }
                if oriented[edge] || oriented[edges.twin[edge] as usize] {
                    continue;
                }
                oriented[edge] = true;
                let w = edges.target[edge] as usize;
                self.lowpt[edge] = self.height[v];
                self.lowpt2[edge] = self.height[v];
                if self.height[w] == NONE {
                    self.parent[w] = edge as u32;
                    self.height[w] = self.height[v] + 1;
                    stack.push(w as u32);
                } else {
                    self.lowpt[edge] = self.height[w];
                    self.returned(edge as u32);
                }
            }
        }
        for v in 0..n {
            let row = edges.start[v]..edges.start[v + 1];
            self.order
                .extend(row.filter(|&edge| oriented[edge]).map(|edge| edge as u32));
            self.begin[v + 1] = self.order.len();
        }
        Ok(())
    }

    /// All returning edges of `edge` are known: how deep it is nested, and what that means for the edge before it.
    fn returned(&mut self, edge: u32) {
        let (e, v) = (edge as usize, self.source(edge));
        let chordal = i64::from(self.lowpt2[e] < self.height[v]);
        self.nesting[e] = 2 * i64::from(self.lowpt[e]) + chordal;
        let above = self.parent[v] as usize;
        if self.parent[v] == NONE {
            return;
        }
        if self.lowpt[e] < self.lowpt[above] {
            self.lowpt2[above] = self.lowpt[above].min(self.lowpt2[e]);
            self.lowpt[above] = self.lowpt[e];
        } else if self.lowpt[e] > self.lowpt[above] {
            self.lowpt2[above] = self.lowpt2[above].min(self.lowpt[e]);
        } else {
            self.lowpt2[above] = self.lowpt2[above].min(self.lowpt2[e]);
        }
    }

    /// Each vertex' edges by nesting.
    fn sort(&mut self) {
        for v in 0..self.height.len() {
            let nesting = &self.nesting;
            self.order[self.begin[v]..self.begin[v + 1]].sort_by_key(|&edge| nesting[edge as usize]);
        }
    }

    /// Whether all edges that return can be put to a side without crossing.
    fn test(&mut self, monitor: &Monitor) -> Result<bool, Interrupted> {
        let mut cursor = self.begin.clone();
        let mut path: Vec<u32> = Vec::new();
        for place in 0..self.roots.len() {
            path.push(self.roots[place]);
            while let Some(&v) = path.last() {
                let v = v as usize;
                if cursor[v] < self.begin[v + 1] {
                    let edge = self.order[cursor[v]];
                    self.bottom[edge as usize] = self.stack.len();
                    if self.is_tree(edge) {
                        path.push(self.target(edge) as u32);
                        continue; // goes on below once the end is done
                    }
                    self.lowest_edge[edge as usize] = edge;
                    let right = Interval { low: edge, high: edge };
                    self.stack.push(Pair { left: EMPTY, right });
                    if !self.integrate(v, edge, &mut cursor) {
                        return Ok(false);
                    }
                    continue;
                }
                path.pop();
                monitor.check()?;
                let edge = self.parent[v];
                if edge != NONE {
                    self.trim(edge);
                    let above = self.source(edge);
                    if !self.integrate(above, edge, &mut cursor) {
                        return Ok(false);
                    }
                }
            }
        }
        Ok(true)
    }

    /// The returning edges of `edge`, which starts at `v`, join those of the edges before it there. False if they cannot.
    fn integrate(&mut self, v: usize, edge: u32, cursor: &mut [usize]) -> bool {
        let first = cursor[v] == self.begin[v];
        cursor[v] += 1;
        if self.lowpt[edge as usize] >= self.height[v] {
            return true;
        }
        let above = self.parent[v];
        if first {
            self.lowest_edge[above as usize] = self.lowest_edge[edge as usize];
            return true;
        }
        self.constrain(edge, above)
    }

    fn conflicts(&self, interval: Interval, edge: u32) -> bool {
        interval.high != NONE && self.lowpt[interval.high as usize] > self.lowpt[edge as usize]
    }

    /// What returns along `edge` must be on one side, and above it what of earlier edges returns higher than that, on the other.
    fn constrain(&mut self, edge: u32, above: u32) -> bool {
        let mut merged = Pair {
            left: EMPTY,
            right: EMPTY,
        };
        while self.stack.len() > self.bottom[edge as usize]
            && let Some(mut pair) = self.stack.pop()
        {
            if !pair.left.is_empty() {
                std::mem::swap(&mut pair.left, &mut pair.right);
            }
            if !pair.left.is_empty() {
                return false;
            }
            if self.lowpt[pair.right.low as usize] > self.lowpt[above as usize] {
                self.below(&mut merged.right, pair.right);
            } else {
                self.reference[pair.right.low as usize] = self.lowest_edge[above as usize];
            }
        }
        while let Some(&top) = self.stack.last() {
            if !self.conflicts(top.left, edge) && !self.conflicts(top.right, edge) {
                break;
            }
            let mut pair = top;
            self.stack.pop();
            if self.conflicts(pair.right, edge) {
                std::mem::swap(&mut pair.left, &mut pair.right);
            }
            if self.conflicts(pair.right, edge) {
                return false;
            }
            if merged.right.low != NONE {
                self.reference[merged.right.low as usize] = pair.right.high;
            }
            if pair.right.low != NONE {
                merged.right.low = pair.right.low;
                if merged.right.high == NONE {
                    merged.right.high = pair.right.high;
                }
            }
            self.below(&mut merged.left, pair.left);
        }
        if !(merged.left.is_empty() && merged.right.is_empty()) {
            self.stack.push(merged);
        }
        true
    }

    /// Put `lower` under `interval`.
    fn below(&mut self, interval: &mut Interval, lower: Interval) {
        if interval.is_empty() {
            interval.high = lower.high;
        } else {
            self.reference[interval.low as usize] = lower.high;
        }
        interval.low = lower.low;
    }

    fn lowest(&self, pair: Pair) -> u32 {
        let of = |interval: Interval| {
            if interval.low == NONE {
                NONE
            } else {
                self.lowpt[interval.low as usize]
            }
        };
        of(pair.left).min(of(pair.right))
    }

    /// Drop edges that return to where `edge` starts, as it is left for good, and note which side it is on.
    fn trim(&mut self, edge: u32) {
        let u = self.source(edge);
        while let Some(&top) = self.stack.last() {
            if self.lowest(top) != self.height[u] {
                break;
            }
            self.stack.pop();
            if top.left.low != NONE {
                self.side[top.left.low as usize] = -1;
            }
        }
        if let Some(mut pair) = self.stack.pop() {
            self.cut(&mut pair.left, pair.right.low, u);
            self.cut(&mut pair.right, pair.left.low, u);
            self.stack.push(pair);
        }
        if self.lowpt[edge as usize] < self.height[u]
            && let Some(top) = self.stack.last()
        {
            let (left, right) = (top.left.high, top.right.high);
            let higher = left != NONE && (right == NONE || self.lowpt[left as usize] > self.lowpt[right as usize]);
            self.reference[edge as usize] = if higher { left } else { right };
        }
    }

    fn cut(&mut self, interval: &mut Interval, other: u32, u: usize) {
        while interval.high != NONE && self.target(interval.high) == u {
            interval.high = self.reference[interval.high as usize];
        }
        if interval.high == NONE && interval.low != NONE {
            self.reference[interval.low as usize] = other;
            self.side[interval.low as usize] = -1;
            interval.low = NONE;
        }
    }

    /// Which side each edge is on, by those that it refers to.
    fn sign(&mut self) {
        let mut chain = Vec::new();
        for place in 0..self.order.len() {
            let mut edge = self.order[place];
            while self.reference[edge as usize] != NONE {
                chain.push(edge);
                edge = std::mem::replace(&mut self.reference[edge as usize], NONE);
            }
            let mut side = self.side[edge as usize];
            while let Some(edge) = chain.pop() {
                side *= self.side[edge as usize];
                self.side[edge as usize] = side;
            }
        }
        for &edge in &self.order {
            self.nesting[edge as usize] *= i64::from(self.side[edge as usize]);
        }
    }

    /// Put half-edges in their places around vertices.
    fn embed(&mut self, monitor: &Monitor) -> Result<Vec<u32>, Interrupted> {
        let n = self.height.len();
        let mut around = Around::new(n, self.edges.target.len());
        for v in 0..n {
            for place in self.begin[v]..self.begin[v + 1] {
                around.append(v, self.order[place]);
            }
        }
        let (mut left, mut right) = (vec![NONE; n], vec![NONE; n]);
        let mut cursor = self.begin.clone();
        let mut path = Vec::new();
        for &root in &self.roots {
            path.push(root);
            while let Some(&v) = path.last() {
                let v = v as usize;
                if cursor[v] == self.begin[v + 1] {
                    path.pop();
                    monitor.check()?;
                    continue;
                }
                let edge = self.order[cursor[v]];
                cursor[v] += 1;
                let (w, back) = (self.target(edge), self.edges.twin[edge as usize]);
                if self.is_tree(edge) {
                    around.prepend(w, back);
                    left[v] = edge;
                    right[v] = edge;
                    path.push(w as u32);
                } else if self.side[edge as usize] == 1 {
                    around.insert_after(right[w], back);
                } else {
                    around.insert_before(w, left[w], back);
                    left[w] = back;
                }
            }
        }
        Ok(around.before)
    }
}

/// Rings of half-edges, one around each vertex.
struct Around {
    first: Vec<u32>,
    after: Vec<u32>,
    before: Vec<u32>,
}

impl Around {
    fn new(n: usize, half_edges: usize) -> Self {
        Self {
            first: vec![NONE; n],
            after: vec![NONE; half_edges],
            before: vec![NONE; half_edges],
        }
    }

    fn insert_after(&mut self, place: u32, edge: u32) {
        let next = self.after[place as usize];
        self.after[place as usize] = edge;
        self.before[edge as usize] = place;
        self.after[edge as usize] = next;
        self.before[next as usize] = edge;
    }

    fn insert_before(&mut self, vertex: usize, place: u32, edge: u32) {
        self.insert_after(self.before[place as usize], edge);
        if self.first[vertex] == place {
            self.first[vertex] = edge;
        }
    }

    fn append(&mut self, vertex: usize, edge: u32) {
        let first = self.first[vertex];
        if first == NONE {
            self.first[vertex] = edge;
            self.after[edge as usize] = edge;
            self.before[edge as usize] = edge;
        } else {
            self.insert_after(self.before[first as usize], edge);
        }
    }

    fn prepend(&mut self, vertex: usize, edge: u32) {
        self.append(vertex, edge);
        self.first[vertex] = edge;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn graph(n: usize, pairs: &[(u32, u32)]) -> Csr {
        let mut rows = vec![std::collections::BTreeSet::new(); n];
        for &(u, v) in pairs.iter().filter(|(u, v)| u != v) {
            rows[u as usize].insert(v);
            rows[v as usize].insert(u);
        }
        let indices: Vec<u32> = rows.iter().flatten().copied().collect();
        let mut indptr = vec![0];
        rows.iter()
            .for_each(|row| indptr.push(indptr[indptr.len() - 1] + row.len()));
        let data = vec![1.0; indices.len()];
        Csr::new(n, indptr, indices, data).unwrap()
    }

    /// Vertices less edges plus faces less components, plus one for each component with an edge: twice their number in the plane.
    fn is_drawn(graph: &Csr) -> Option<bool> {
        let edges = HalfEdges::new(graph).unwrap();
        let before = rotation(&edges, &Monitor::new()).unwrap()?;
        let (n, h) = (graph.n_rows(), edges.target.len());
        let mut seen = vec![false; h];
        let mut faces = 0;
        for edge in 0..h {
            assert_eq!(edges.source[before[edge] as usize], edges.source[edge]);
            if !seen[edge] {
                faces += 1;
                let mut here = edge;
                while !seen[here] {
                    seen[here] = true;
                    here = before[edges.twin[here] as usize] as usize;
                }
                assert_eq!(here, edge);
            }
        }
        let mut component: Vec<usize> = (0..n).collect();
        for _ in 0..n {
            for edge in 0..h {
                let (u, v) = (edges.source[edge] as usize, edges.target[edge] as usize);
                component[u] = component[u].min(component[v]);
            }
        }
        let with_edges = (0..n)
            .filter(|&v| component[v] == v && !graph.neighbours(v).is_empty())
            .count();
        let lonely = (0..n).filter(|&v| graph.neighbours(v).is_empty()).count();
        Some(n - lonely + faces == h / 2 + 2 * with_edges)
    }

    fn complete(n: u32) -> Vec<(u32, u32)> {
        (0..n).flat_map(|u| (0..u).map(move |v| (u, v))).collect()
    }

    #[test]
    fn the_two_obstructions_and_what_lacks_an_edge_of_them() {
        let five = complete(5);
        let utilities: Vec<(u32, u32)> = (0..3).flat_map(|u| (3..6).map(move |v| (u, v))).collect();
        for edges in [five, utilities] {
            assert_eq!(is_drawn(&graph(6, &edges)), None);
            for left_out in 0..edges.len() {
                let mut fewer = edges.clone();
                let (u, v) = fewer.remove(left_out);
                assert_eq!(is_drawn(&graph(6, &fewer)), Some(true));
                // Subdivided, the edge is back.
                fewer.extend([(u, 6), (6, v)]);
                assert_eq!(is_drawn(&graph(7, &fewer)), None);
            }
        }
    }

    #[test]
    fn what_is_not_symmetric_is_refused() {
        let csr = |indptr: Vec<usize>, indices: Vec<u32>| {
            let data = vec![1.0; indices.len()];
            Csr::new(indptr.len() - 1, indptr, indices, data).unwrap()
        };
        for bad in [
            csr(vec![0, 1, 1], vec![1]),
            csr(vec![0, 1], vec![0]),
            csr(vec![0, 2, 3, 4], vec![2, 1, 0, 0]),
        ] {
            assert!(HalfEdges::new(&bad).is_err());
        }
    }

    proptest! {
        #[test]
        fn drawings_have_eulers_number_of_faces(n in 1_usize..12, pairs in prop::collection::vec((0_u32..12, 0_u32..12), 0..24)) {
            let pairs: Vec<_> = pairs.into_iter().map(|(u, v)| (u % n as u32, v % n as u32)).collect();
            prop_assert_ne!(is_drawn(&graph(n, &pairs)), Some(false));
        }

        #[test]
        fn triangulations_with_edges_left_out_are_drawn(seed in prop::collection::vec(0_u32..1000, 3..40), left_out in 0_usize..5) {
            // Each new vertex goes into a face of the triangles so far.
            let mut faces = vec![(0, 1, 2), (0, 1, 2)];
            let mut pairs = vec![(0, 1), (1, 2), (0, 2)];
            for (place, &choice) in seed.iter().enumerate() {
                let new = place as u32 + 3;
                let (a, b, c) = faces.swap_remove(choice as usize % faces.len());
                faces.extend([(a, b, new), (b, c, new), (a, c, new)]);
                pairs.extend([(a, new), (b, new), (c, new)]);
            }
            if left_out > 0 {
                let mut place = 0;
                pairs.retain(|_| { place += 1; place % (left_out + 1) != 0 });
            }
            prop_assert_eq!(is_drawn(&graph(seed.len() + 3, &pairs)), Some(true));
        }
    }
}
