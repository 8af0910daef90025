//! A distance oracle of separators: each vertex knows its distance to a few places of each shortest path that separates it from others.
//!
//! A piece of the graph is cut by shortest paths into components of half of its size, and those again. For each path Q a vertex v of the piece has
//! *portals* on it: vertices p such that to each q on Q the way over some portal, then along Q, is (1 + eps) times the distance within the piece at
//! most. A shortest path from u to v meets a first path Q in the recursion, in q, and lies in its piece: the way from u to a portal, along Q, and from
//! a portal of v is at most (1 + eps) (d(u, q) + d(q, v)). Seven over eps and one portals are enough for each path.
//!
//! - M. Thorup: *Compact oracles for reachability and approximate distances in planar digraphs*, J. ACM 2004.
//! - P. Klein: *Preprocessing an undirected planar network to enable fast approximate distance queries*, SODA 2002.

use std::sync::Mutex;

use porism_runtime::{Interrupted, Monitor, Pool};

use super::check::{check_length, check_lengths, check_vertices};
use super::distances::lock;
use super::search::{NONE, Search};
use super::separator::separator;
use crate::{Csr, Error};

/// How many queries are answered in one task.
const TASK: usize = 1 << 12;

/// What sums in another order may differ by, as a share.
const ROUNDING: f64 = 1e-12;

/// What portals are counted with, in bytes: for a portal, and for those of a path together.
const PORTAL: u64 = 12;
const GROUP: u64 = 16;

/// A place on a path, as its distance from the end in twice the usual precision: what is near each other far out would be lost otherwise.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Place {
    high: f64,
    low: f64,
}

impl Place {
    /// The place that is `step` farther.
    fn after(self, step: f64) -> Self {
        let high = self.high + step;
        let rest = high - self.high;
        let error = (self.high - (high - rest)) + (step - rest);
        let low = self.low + error;
        let sum = high + low;
        Self {
            high: sum,
            low: low - (sum - high),
        }
    }

    /// The distance to a place that is not before this one.
    fn to(self, later: Self) -> f64 {
        ((later.high - self.high) + (later.low - self.low)).max(0.0)
    }

    fn between(self, other: Self) -> f64 {
        if other.high < self.high || (other.high == self.high && other.low < self.low) {
            other.to(self)
        } else {
            self.to(other)
        }
    }
}

/// The portals of one vertex on one path.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Group {
    path: u32,
    start: u32,
    /// The distance to the nearest portal.
    nearest: f64,
}

/// Labels of all vertices, from which distances are read.
#[derive(Debug, Clone, PartialEq)]
pub struct Portals {
    eps: f64,
    component: Vec<u32>,
    /// Where the groups of each vertex begin, by rising path, and after them all their number.
    first: Vec<usize>,
    groups: Vec<Group>,
    /// The place of each portal on its path, rising within a group, and its distance.
    indices: Vec<u32>,
    distances: Vec<f64>,
    /// Where each path begins in `places`, and after them all their number.
    paths: Vec<usize>,
    places: Vec<Place>,
    /// How often pieces were cut until nothing was left, the most paths that one was cut by, and whether all were planar.
    depth: usize,
    width: usize,
    planar: bool,
}

/// Labels as arrays, as they are in [`Portals`].
#[derive(Debug, Clone, PartialEq)]
pub struct PortalParts {
    /// The factor that answers may be off by, less one.
    pub eps: f64,
    /// The component of each vertex.
    pub component: Vec<u32>,
    /// Where the groups of each vertex begin, and after them all their number.
    pub first: Vec<usize>,
    /// The path of each group, rising for each vertex.
    pub group_paths: Vec<u32>,
    /// Where its portals begin.
    pub group_starts: Vec<u32>,
    /// The place of each portal on its path, rising within a group.
    pub indices: Vec<u32>,
    /// Its distance.
    pub distances: Vec<f64>,
    /// Where each path begins in the places, and after them all their number.
    pub paths: Vec<usize>,
    /// The distance of each place from the beginning of its path, and what rounding has taken from it.
    pub places: [Vec<f64>; 2],
    /// How often pieces were cut.
    pub depth: usize,
    /// The most paths that one was cut by.
    pub width: usize,
    /// Whether the graph is planar.
    pub planar: bool,
}

fn check_rising(name: &'static str, starts: &[usize], end: usize) -> Result<(), Error> {
    let rises = starts.windows(2).all(|pair| pair[0] <= pair[1]);
    if rises && starts.first() == Some(&0) && starts.last() == Some(&end) {
        return Ok(());
    }
    Err(Error::parameter(
        name,
        format!("rising from 0 to {end}"),
        "something else",
    ))
}

/// What becomes of one piece.
#[derive(Default)]
struct Cut {
    paths: Vec<Vec<Place>>,
    /// Vertex, path, number of portals, nearest distance.
    groups: Vec<(u32, u32, u32, f64)>,
    indices: Vec<u32>,
    distances: Vec<f64>,
    rest: Vec<Vec<u32>>,
    planar: bool,
}

impl Portals {
    /// Labels from which distances are read up to a factor of `1 + eps`.
    ///
    /// # Errors
    /// `InvalidParameter` for values that are no lengths, a matrix that is not symmetric, or a bad `eps`; `BeyondLimit` beyond `memory_limit` bytes;
    /// `Interrupted`.
    pub fn build(graph: &Csr, eps: f64, memory_limit: u64, pool: &Pool, monitor: &Monitor) -> Result<Self, Error> {
        check_lengths(graph)?;
        if !(1e-6..=1.0).contains(&eps) {
            return Err(Error::parameter("eps", "a number in [1e-6, 1]", eps));
        }
        let n = graph.n_rows();
        let mut whole = Pieces::new(graph);
        let mut pieces = whole.components((0..n as u32).collect(), monitor)?;
        let mut made = Self {
            eps,
            component: vec![NONE; n],
            first: vec![0; n + 1],
            groups: Vec::new(),
            indices: Vec::new(),
            distances: Vec::new(),
            paths: vec![0],
            places: Vec::new(),
            depth: 0,
            width: 0,
            planar: true,
        };
        for (component, piece) in pieces.iter().enumerate() {
            piece
                .iter()
                .for_each(|&v| made.component[v as usize] = component as u32);
        }
        let mut groups: Vec<(u32, Group)> = Vec::new();
        let mut left = n;
        while !pieces.is_empty() {
            monitor.report((n - left) as u64, n as u64, 0.0);
            let so_far = PORTAL * made.indices.len() as u64 + GROUP * groups.len() as u64;
            let used = Mutex::new(so_far);
            whole.number(&pieces);
            let cuts: Mutex<Vec<Option<Result<Cut, Error>>>> = Mutex::new((0..pieces.len()).map(|_| None).collect());
            pool.for_each(pieces.len(), |i| {
                let cut = whole.cut(i, &pieces[i], eps, monitor).and_then(|cut| {
                    let mut used = lock(&used);
                    *used += PORTAL * cut.indices.len() as u64 + GROUP * cut.groups.len() as u64;
                    if *used > memory_limit {
                        return Err(Error::BeyondLimit {
                            what: "the distance oracle",
                            bytes: *used,
                            limit: memory_limit,
                        });
                    }
                    Ok(cut)
                });
                lock(&cuts)[i] = Some(cut);
            });
            let mut rest = Vec::new();
            for cut in lock(&cuts).drain(..).flatten() {
                let cut = cut?;
                let (path, start) = (made.paths.len() as u32 - 1, made.indices.len());
                made.width = made.width.max(cut.paths.len());
                made.planar &= cut.planar;
                for places in cut.paths {
                    made.places.extend(places);
                    made.paths.push(made.places.len());
                }
                let mut start = start;
                for (vertex, own, count, nearest) in cut.groups {
                    let group = Group {
                        path: path + own,
                        start: u32::try_from(start).map_err(|_| Error::Overflow {
                            what: "the number of portals",
                            integer: "uint32",
                        })?,
                        nearest,
                    };
                    groups.push((vertex, group));
                    start += count as usize;
                }
                made.indices.extend(cut.indices);
                made.distances.extend(cut.distances);
                rest.extend(cut.rest);
            }
            made.depth += 1;
            left = rest.iter().map(Vec::len).sum();
            pieces = rest;
        }
        made.by_vertex(&groups);
        Ok(made)
    }

    /// Put groups, and with them their portals, in the order of vertices.
    fn by_vertex(&mut self, groups: &[(u32, Group)]) {
        let n = self.component.len();
        for &(vertex, _) in groups {
            self.first[vertex as usize + 1] += 1;
        }
        for vertex in 0..n {
            self.first[vertex + 1] += self.first[vertex];
        }
        let mut next = self.first.clone();
        let mut sorted = vec![0_usize; groups.len()];
        for (place, &(vertex, _)) in groups.iter().enumerate() {
            sorted[next[vertex as usize]] = place;
            next[vertex as usize] += 1;
        }
        let (mut indices, mut distances) = (Vec::new(), Vec::new());
        indices.reserve_exact(self.indices.len());
        distances.reserve_exact(self.distances.len());
        self.groups.reserve_exact(groups.len());
        for place in sorted {
            let start = groups[place].1.start as usize;
            let end = groups
                .get(place + 1)
                .map_or(self.indices.len(), |(_, next)| next.start as usize);
            self.groups.push(Group {
                start: indices.len() as u32,
                ..groups[place].1
            });
            indices.extend_from_slice(&self.indices[start..end]);
            distances.extend_from_slice(&self.distances[start..end]);
        }
        self.indices = indices;
        self.distances = distances;
    }

    /// The labels as arrays.
    pub fn parts(&self) -> PortalParts {
        PortalParts {
            eps: self.eps,
            component: self.component.clone(),
            first: self.first.clone(),
            group_paths: self.groups.iter().map(|group| group.path).collect(),
            group_starts: self.groups.iter().map(|group| group.start).collect(),
            indices: self.indices.clone(),
            distances: self.distances.clone(),
            paths: self.paths.clone(),
            places: [
                self.places.iter().map(|place| place.high).collect(),
                self.places.iter().map(|place| place.low).collect(),
            ],
            depth: self.depth,
            width: self.width,
            planar: self.planar,
        }
    }

    /// Labels that were taken apart.
    ///
    /// # Errors
    /// `InvalidParameter` if the parts do not fit one another.
    pub fn from_parts(parts: PortalParts) -> Result<Self, Error> {
        let (n, n_groups, n_portals) = (parts.component.len(), parts.group_paths.len(), parts.indices.len());
        check_length("first", parts.first.len(), n + 1)?;
        check_length("group_starts", parts.group_starts.len(), n_groups)?;
        check_length("distances", parts.distances.len(), n_portals)?;
        check_length("places", parts.places[1].len(), parts.places[0].len())?;
        let starts: Vec<usize> = parts.group_starts.iter().map(|&start| start as usize).collect();
        check_rising("first", &parts.first, n_groups)?;
        check_rising("paths", &parts.paths, parts.places[0].len())?;
        let ends = || starts.iter().skip(1).copied().chain([n_portals]);
        if starts.first().copied().unwrap_or(n_portals) != 0
            || starts.iter().zip(ends()).any(|(&start, end)| start >= end)
        {
            return Err(Error::parameter("group_starts", "rising from 0", "something else"));
        }
        let mut groups = Vec::with_capacity(n_groups);
        for ((&path, &start), end) in parts.group_paths.iter().zip(&starts).zip(ends()) {
            let length = match parts.paths.get(path as usize + 1) {
                Some(&end) => end - parts.paths[path as usize],
                None => return Err(Error::parameter("group_paths", "paths", path)),
            };
            let mine = parts.indices.get(start..end).unwrap_or_default();
            let rises = mine.windows(2).all(|pair| pair[0] < pair[1]);
            if !rises || mine.last().is_none_or(|&last| last as usize >= length) {
                return Err(Error::parameter(
                    "indices",
                    "rising places on their paths",
                    "something else",
                ));
            }
            groups.push(Group {
                path,
                start: start as u32,
                nearest: parts.distances[start..end]
                    .iter()
                    .copied()
                    .fold(f64::INFINITY, f64::min),
            });
        }
        let places = parts.places[0].iter().zip(&parts.places[1]);
        Ok(Self {
            eps: parts.eps,
            component: parts.component,
            first: parts.first,
            groups,
            indices: parts.indices,
            distances: parts.distances,
            paths: parts.paths,
            places: places.map(|(&high, &low)| Place { high, low }).collect(),
            depth: parts.depth,
            width: parts.width,
            planar: parts.planar,
        })
    }

    /// The factor that answers may be off by, less one.
    pub fn eps(&self) -> f64 {
        self.eps
    }

    /// The number of vertices.
    pub fn n_vertices(&self) -> usize {
        self.component.len()
    }

    /// How often pieces were cut until nothing was left: no more than the logarithm of the number of vertices, and one.
    pub fn depth(&self) -> usize {
        self.depth
    }

    /// The most paths that a piece was cut by, three if all are planar.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Whether the graph is planar. (A graph that is not may have pieces that are.)
    pub fn is_planar(&self) -> bool {
        self.planar
    }

    /// The number of portals of all vertices.
    pub fn n_portals(&self) -> usize {
        self.indices.len()
    }

    /// The largest number of portals that a vertex has on one path.
    pub fn most_portals(&self) -> usize {
        let ends = self.groups.iter().skip(1).map(|group| group.start as usize);
        let starts = self.groups.iter().map(|group| group.start as usize);
        ends.chain([self.indices.len()])
            .zip(starts)
            .map(|(end, start)| end - start)
            .max()
            .unwrap_or(0)
    }

    /// Bytes that the labels take.
    pub fn n_bytes(&self) -> u64 {
        let labels = 12 * self.component.len() + 16 * self.groups.len() + 12 * self.indices.len();
        (labels + 8 * self.paths.len() + 16 * self.places.len()) as u64
    }

    /// The distances of pairs, up to a factor of `1 + eps`; infinity across components.
    ///
    /// # Errors
    /// `InvalidParameter` for a vertex that is none; `Interrupted`.
    pub fn query(&self, from: &[u32], to: &[u32], pool: &Pool, monitor: &Monitor) -> Result<Vec<f64>, Error> {
        let n = self.component.len();
        check_vertices("from", from, n)?;
        check_vertices("to", to, n)?;
        check_length("to", to.len(), from.len())?;
        let mut answers = vec![0.0; from.len()];
        let failed = Mutex::new(Ok(()));
        let pairs = from.chunks(TASK).zip(to.chunks(TASK));
        let parts: Vec<_> = pairs.zip(answers.chunks_mut(TASK)).collect();
        pool.for_each_of(parts, |((from, to), answers)| {
            if let Err(interrupted) = monitor.check() {
                *lock(&failed) = Err(interrupted);
                return;
            }
            for ((&u, &v), answer) in from.iter().zip(to).zip(answers) {
                *answer = self.answer(u as usize, v as usize);
            }
        });
        let outcome: Result<(), Interrupted> = *lock(&failed);
        outcome?;
        Ok(answers)
    }

    fn answer(&self, u: usize, v: usize) -> f64 {
        if u == v {
            return 0.0;
        }
        let mut best = f64::INFINITY;
        if self.component[u] != self.component[v] {
            return best;
        }
        // Latest first: what is cut last is near.
        let (mut i, mut j) = (self.first[u + 1], self.first[v + 1]);
        while i > self.first[u] && j > self.first[v] {
            let (ours, theirs) = (self.groups[i - 1], self.groups[j - 1]);
            if ours.path == theirs.path && ours.nearest + theirs.nearest < best {
                best = best.min(self.over(i - 1, j - 1));
            }
            i -= usize::from(ours.path >= theirs.path);
            j -= usize::from(theirs.path >= ours.path);
        }
        best
    }

    fn range(&self, group: usize) -> std::ops::Range<usize> {
        let end = self
            .groups
            .get(group + 1)
            .map_or(self.indices.len(), |next| next.start as usize);
        self.groups[group].start as usize..end
    }

    /// The shortest way over one portal of each of two groups of the same path.
    fn over(&self, ours: usize, theirs: usize) -> f64 {
        let path = self.groups[ours].path as usize;
        let places = &self.places[self.paths[path]..self.paths[path + 1]];
        let (mut a, mut b) = (self.range(ours), self.range(theirs));
        let (mut from_a, mut from_b, mut best) = (f64::INFINITY, f64::INFINITY, f64::INFINITY);
        let mut here = places[0];
        loop {
            // The next place on the path where one of them has a portal, and the least distances up to there.
            let next_of = |range: &std::ops::Range<usize>| {
                if range.is_empty() {
                    NONE
                } else {
                    self.indices[range.start]
                }
            };
            let (x, y) = (next_of(&a), next_of(&b));
            let index = x.min(y);
            if index == NONE {
                return best;
            }
            let there = places[index as usize];
            let step = here.to(there);
            here = there;
            from_a += step;
            from_b += step;
            if x == index {
                from_a = from_a.min(self.distances[a.start]);
                best = best.min(self.distances[a.start] + from_b);
                a.start += 1;
            }
            if y == index {
                from_b = from_b.min(self.distances[b.start]);
                best = best.min(self.distances[b.start] + from_a);
                b.start += 1;
            }
        }
    }
}

/// The graph, and which piece each vertex is in.
struct Pieces<'a> {
    graph: &'a Csr,
    piece: Vec<u32>,
    local: Vec<u32>,
}

impl<'a> Pieces<'a> {
    fn new(graph: &'a Csr) -> Self {
        let n = graph.n_rows();
        Self {
            graph,
            piece: vec![NONE; n],
            local: vec![0; n],
        }
    }

    /// The components of the whole graph.
    fn components(&mut self, vertices: Vec<u32>, monitor: &Monitor) -> Result<Vec<Vec<u32>>, Error> {
        let mut seen = vec![false; vertices.len()];
        parts(self.graph, &mut seen, monitor)
    }

    /// Give every vertex of `pieces` its number in its piece, and take all others out.
    fn number(&mut self, pieces: &[Vec<u32>]) {
        self.piece.fill(NONE);
        for (i, piece) in pieces.iter().enumerate() {
            for (place, &vertex) in piece.iter().enumerate() {
                self.piece[vertex as usize] = i as u32;
                self.local[vertex as usize] = place as u32;
            }
        }
    }

    /// The graph that a piece induces.
    fn induced(&self, number: usize, piece: &[u32]) -> Result<Csr, Error> {
        let mut indptr = vec![0];
        let (mut indices, mut data) = (Vec::new(), Vec::new());
        for &vertex in piece {
            let (neighbours, lengths) = self.graph.row(vertex as usize);
            for (&other, &length) in neighbours.iter().zip(lengths) {
                if self.piece[other as usize] as usize == number {
                    indices.push(self.local[other as usize]);
                    data.push(length);
                }
            }
            indptr.push(indices.len());
        }
        Csr::new(piece.len(), indptr, indices, data)
    }

    /// Cut one piece, and find the portals of its vertices.
    fn cut(&self, number: usize, piece: &[u32], eps: f64, monitor: &Monitor) -> Result<Cut, Error> {
        monitor.check()?;
        let graph = self.induced(number, piece)?;
        let mut search = Search::new(piece.len());
        let cut = separator(&graph, &mut search, monitor)?;
        let mut made = Cut {
            planar: cut.planar,
            ..Cut::default()
        };
        // Searches may be off by a quarter of eps, and what is kept of them takes the rest.
        let error = eps / 4.0;
        let stretch = (1.0 + eps * (1.0 - 1e-9)) / (1.0 + error);
        let mut gone = vec![false; piece.len()];
        let mut finder = Finder::new(piece.len(), error);
        for (own, path) in cut.paths.iter().enumerate() {
            let places = along(&graph, path);
            finder.find(&graph, path, &places, &gone, &mut search, monitor)?;
            for (place, &vertex) in piece.iter().enumerate() {
                let portals = finder.few(place, &places, stretch);
                let nearest = portals
                    .iter()
                    .map(|&(_, distance)| distance)
                    .fold(f64::INFINITY, f64::min);
                if !portals.is_empty() {
                    made.groups.push((vertex, own as u32, portals.len() as u32, nearest));
                    made.indices.extend(portals.iter().map(|&(index, _)| index));
                    made.distances.extend(portals.iter().map(|&(_, distance)| distance));
                }
            }
            path.iter().for_each(|&vertex| gone[vertex as usize] = true);
            made.paths.push(places);
        }
        made.rest = parts(&graph, &mut gone, monitor)?;
        for part in &mut made.rest {
            part.iter_mut().for_each(|vertex| *vertex = piece[*vertex as usize]);
        }
        // Who is alone has nobody to be asked about.
        made.rest.retain(|part| part.len() > 1);
        Ok(made)
    }
}

/// The components of vertices that were not seen, each rising.
fn parts(graph: &Csr, seen: &mut [bool], monitor: &Monitor) -> Result<Vec<Vec<u32>>, Error> {
    let mut found = Vec::new();
    for first in 0..graph.n_rows() {
        if seen[first] {
            continue;
        }
        monitor.check()?;
        seen[first] = true;
        let mut part = vec![first as u32];
        let mut place = 0;
        while place < part.len() {
            for &other in graph.neighbours(part[place] as usize) {
                if !std::mem::replace(&mut seen[other as usize], true) {
                    part.push(other);
                }
            }
            place += 1;
        }
        part.sort_unstable();
        found.push(part);
    }
    Ok(found)
}

/// The places of a path's vertices.
fn along(graph: &Csr, path: &[u32]) -> Vec<Place> {
    let mut here = Place { high: 0.0, low: 0.0 };
    let mut places = vec![here];
    for pair in path.windows(2) {
        let (neighbours, lengths) = graph.row(pair[0] as usize);
        let edge = neighbours.iter().position(|&other| other == pair[1]);
        here = here.after(edge.map_or(0.0, |edge| lengths[edge]));
        places.push(here);
    }
    places
}

/// Portals of all vertices on one path, as lists.
struct Finder {
    head: Vec<u32>,
    /// The next one, the place, and the distance.
    found: Vec<(u32, u32, f64)>,
    mine: Vec<(u32, f64)>,
    /// By what factor more than one a way over another portal may be longer.
    error: f64,
}

impl Finder {
    fn new(n: usize, error: f64) -> Self {
        Self {
            error,
            head: vec![NONE; n],
            found: Vec::new(),
            mine: Vec::new(),
        }
    }

    fn add(&mut self, vertex: u32, index: u32, distance: f64) {
        self.found.push((self.head[vertex as usize], index, distance));
        self.head[vertex as usize] = self.found.len() as u32 - 1;
    }

    /// Searches from every vertex of the path among those that are not gone, middles first, each where no way over an earlier one is about as short.
    ///
    /// What is found tells the distance of any vertex v to any q on the path up to a factor of `1 + error`. Say that the search from q, of round k of K, ends
    /// at w on the way to v, as the way from w over an earlier p, of round j ≤ k, is shorter than (1 + error)^((k - j) / K) times the one to q. If what is
    /// told of v and p is right up to (1 + error)^(j / K), then the way from v over the portal that is told there is right for q up to (1 + error)^(k / K).
    fn find(
        &mut self,
        graph: &Csr,
        path: &[u32],
        places: &[Place],
        gone: &[bool],
        search: &mut Search,
        monitor: &Monitor,
    ) -> Result<(), Error> {
        self.head.fill(NONE);
        self.found.clear();
        let rounds = path.len().ilog2() + 1;
        let mut budget = vec![1.0; path.len()];
        for (place, index) in middles(path.len()).into_iter().enumerate() {
            budget[index] = (1.0 + self.error).powf(f64::from((place + 1).ilog2()) / f64::from(rounds));
            let (source, here, most) = (path[index], places[index], budget[index]);
            search.begin();
            search.seed(source, 0.0, NONE);
            let (head, found) = (&self.head, &self.found);
            search.run_within(graph, monitor, |_, vertex, distance| {
                if gone[vertex as usize] {
                    return false;
                }
                let most = most * distance * (1.0 + ROUNDING);
                let mut next = head[vertex as usize];
                while next != NONE {
                    let (following, other, away) = found[next as usize];
                    let spent = budget[other as usize];
                    if spent * away <= most && spent * (away + places[other as usize].between(here)) <= most {
                        return false;
                    }
                    next = following;
                }
                true
            })?;
            if self.found.len() + search.settled().len() >= NONE as usize {
                return Err(Error::Overflow {
                    what: "the number of portals",
                    integer: "uint32",
                });
            }
            for &vertex in search.settled() {
                self.add(vertex, index as u32, search.distance(vertex));
            }
            if index.is_multiple_of(16) {
                monitor.check()?;
            }
        }
        Ok(())
    }

    /// Portals of `vertex` that are enough, by place: the nearest one, and from there on both ways each that the last one does not stand in for.
    ///
    /// A portal that is added makes the difference of distance and place smaller by `stretch - 1` times the least distance, and that can be twice the
    /// least distance at most from the nearest portal on: so there are four over `stretch - 1` and one in all.
    fn few(&mut self, vertex: usize, places: &[Place], stretch: f64) -> &[(u32, f64)] {
        let mine = &mut self.mine;
        mine.clear();
        let mut next = self.head[vertex];
        while next != NONE {
            let (following, index, distance) = self.found[next as usize];
            mine.push((index, distance));
            next = following;
        }
        mine.sort_unstable_by_key(|&(index, _)| index);
        let Some(nearest) = (0..mine.len()).min_by(|&a, &b| mine[a].1.total_cmp(&mine[b].1)) else {
            return mine;
        };
        let mut keep = vec![false; mine.len()];
        keep[nearest] = true;
        let mut walk = |range: &mut dyn Iterator<Item = usize>| {
            let mut last = mine[nearest];
            for place in range {
                let (index, distance) = mine[place];
                let over = last.1 + places[last.0 as usize].between(places[index as usize]);
                if over > stretch * distance {
                    keep[place] = true;
                    last = mine[place];
                }
            }
        };
        walk(&mut (nearest + 1..mine.len()));
        walk(&mut (0..nearest).rev());
        let mut place = 0;
        mine.retain(|_| {
            place += 1;
            keep[place - 1]
        });
        mine
    }
}

/// 0 to `n` - 1, middles of what is left first.
fn middles(n: usize) -> Vec<usize> {
    let mut order = Vec::with_capacity(n);
    let mut ranges = std::collections::VecDeque::from([(0, n)]);
    while let Some((start, end)) = ranges.pop_front() {
        if start < end {
            let middle = start.midpoint(end);
            order.push(middle);
            ranges.extend([(start, middle), (middle + 1, end)]);
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::super::distances::rows;
    use super::super::tests::{grid, random};
    use super::*;

    fn check(graph: &Csr, eps: f64) -> Portals {
        let (pool, monitor) = (Pool::serial(), Monitor::new());
        let made = Portals::build(graph, eps, u64::MAX, &pool, &monitor).unwrap();
        assert_eq!(
            made,
            Portals::build(graph, eps, u64::MAX, &Pool::new(2).unwrap(), &monitor).unwrap()
        );
        let n = graph.n_rows() as u32;
        let all: Vec<u32> = (0..n).collect();
        let true_ones = rows(graph, &all, &pool, &monitor).unwrap();
        for u in 0..n {
            let answers = made.query(&vec![u; n as usize], &all, &pool, &monitor).unwrap();
            for (v, &answer) in answers.iter().enumerate() {
                let distance = true_ones[u as usize * n as usize + v];
                assert!(answer >= distance * (1.0 - 1e-12), "{answer} for {distance}");
                assert!(
                    answer <= (1.0 + eps) * distance || answer == distance,
                    "{answer} for {distance}"
                );
                assert_eq!(answer, made.answer(v, u as usize));
            }
        }
        assert_eq!(Portals::from_parts(made.parts()).unwrap(), made);
        assert!(made.most_portals() as f64 <= 7.0 / eps + 1.0);
        assert!(made.depth() <= 1 + n.max(1).ilog2() as usize);
        made
    }

    #[test]
    fn answers_are_within_eps() {
        for eps in [1.0, 0.3, 1e-3] {
            for (rows, columns) in [(1, 1), (1, 9), (5, 8), (12, 12)] {
                let made = check(&grid(rows, columns), eps);
                assert!(made.is_planar() && made.width() <= 3);
            }
            for seed in 0..4 {
                assert!(!check(&random(30, 120, seed), eps).is_planar());
                check(&random(60, 70, seed), eps);
            }
        }
    }

    #[test]
    fn parts_that_do_not_fit_are_refused() {
        let good = check(&grid(4, 4), 0.5).parts();
        let broken = |change: &dyn Fn(&mut PortalParts)| {
            let mut parts = good.clone();
            change(&mut parts);
            assert!(Portals::from_parts(parts).is_err());
        };
        broken(&|parts| parts.first[3] = 1000);
        broken(&|parts| parts.component.truncate(1));
        broken(&|parts| parts.group_paths[0] = 1000);
        broken(&|parts| parts.group_starts[1] = 0);
        broken(&|parts| parts.group_starts.clear());
        broken(&|parts| parts.indices[0] = 1000);
        broken(&|parts| parts.distances.truncate(3));
        broken(&|parts| parts.paths[1] = 1000);
        broken(&|parts| parts.places[1].clear());
    }

    #[test]
    fn places_far_out_are_told_apart() {
        let mut here = Place { high: 0.0, low: 0.0 }.after(1e20);
        let start = here;
        for _ in 0..1000 {
            here = here.after(0.1);
        }
        assert!((start.to(here) - 100.0).abs() < 1e-9);
    }

    #[test]
    fn a_path_is_short_work() {
        let n = 20_000;
        let made = Portals::build(&grid(1, n), 0.5, u64::MAX, &Pool::serial(), &Monitor::new()).unwrap();
        assert!(made.depth() <= 15);
        assert!(made.n_portals() <= n * 15);
    }
}
