//! A distance oracle: for each scale of distances a partition, and for each vertex the centres whose stars it is in.

use std::sync::Mutex;

use porism_runtime::{Monitor, Pool};

use super::check::{check_length, check_lengths, check_vertices};
use super::distances::lock;
use super::nearby::Nearby;
use super::search::{NONE, Search};
use super::stars::{Limit, Stars, stars};
use super::{Cut, buffered_cop, clusters};
use crate::{Csr, Error};

/// How many queries are answered in one task.
const TASK: usize = 1 << 12;

/// What single precision and double precision may add to an answer, as a share of it, is taken from the error allowed to clusters.
pub(super) const ROUNDING: f64 = 5e-7;

/// How much of a cluster's radius a supernode's may take: less means more supernodes, more leaves shorter parts of skeletons. Between a half and one it
/// matters little.
const BUFFERED: f64 = 0.75;

/// The labels of one scale: they are good for distances up to `length`.
#[derive(Debug, Clone, PartialEq)]
pub struct Scale {
    /// A power of two.
    pub length: f64,
    /// Where each vertex' part of the other two begins, and after them all their length.
    pub indptr: Vec<usize>,
    /// The clusters whose stars a vertex is in, rising.
    pub hubs: Vec<u32>,
    /// The distances from their centres, divided by `length` and rounded up.
    pub shares: Vec<f32>,
}

/// Labels of all vertices, from which distances are read.
///
/// At every scale two vertices at distance d up to the scale's length L have a centre in common through which the way is d + eps L / 2 at most: see
/// [`stars`]. All scales give upper bounds, and a query looks at those only that could be better than what it has.
#[derive(Debug, Clone, PartialEq)]
pub struct Labels {
    eps: f64,
    component: Vec<u32>,
    scales: Vec<Scale>,
}

impl Labels {
    /// Labels from which distances are read up to a factor of `1 + eps`.
    ///
    /// # Errors
    /// `InvalidParameter` for values that are no lengths, or so large or small that sums of them are none; `BeyondLimit` beyond `memory_limit` bytes;
    /// `Interrupted`.
    pub fn build(
        graph: &Csr,
        eps: f64,
        r: u32,
        memory_limit: u64,
        pool: &Pool,
        monitor: &Monitor,
    ) -> Result<Self, Error> {
        check_lengths(graph)?;
        check_eps(eps)?;
        let (component, reach) = components(graph, monitor)?;
        let mut made = Self {
            eps,
            component,
            scales: Vec::new(),
        };
        let lengths = scales(graph, reach)?;
        let near = Nearby::new(graph, monitor)?;
        let total = lengths.len() as u64;
        for (done, length) in lengths.into_iter().enumerate() {
            monitor.report(done as u64, total, made.n_bytes() as f64);
            let limit = Limit {
                what: "the distance oracle",
                used: made.n_bytes(),
                limit: memory_limit,
            };
            made.scales.push(scale(&near, length, eps, r, limit, pool, monitor)?);
        }
        Ok(made)
    }

    /// Labels that were taken apart.
    ///
    /// # Errors
    /// `InvalidParameter` if the parts do not fit one another.
    pub fn from_parts(eps: f64, component: Vec<u32>, scales: Vec<Scale>) -> Result<Self, Error> {
        for scale in &scales {
            check_length("indptr", scale.indptr.len(), component.len() + 1)?;
            check_length("shares", scale.shares.len(), scale.hubs.len())?;
            let rises = scale.indptr.windows(2).all(|pair| pair[0] <= pair[1]);
            if !rises || scale.indptr[0] != 0 || scale.indptr[component.len()] != scale.hubs.len() {
                return Err(Error::parameter(
                    "indptr",
                    "rising from 0 to the number of hubs",
                    "something else",
                ));
            }
        }
        Ok(Self { eps, component, scales })
    }

    /// The factor that answers may be off by, less one.
    pub fn eps(&self) -> f64 {
        self.eps
    }

    /// The component of each vertex.
    pub fn component(&self) -> &[u32] {
        &self.component
    }

    /// The scales, short ones first.
    pub fn scales(&self) -> &[Scale] {
        &self.scales
    }

    /// Bytes that the labels take.
    pub fn n_bytes(&self) -> u64 {
        let of = |scale: &Scale| 8 * scale.indptr.len() + 8 * scale.hubs.len();
        (4 * self.component.len() + self.scales.iter().map(of).sum::<usize>()) as u64
    }

    /// The distances of pairs, up to a factor of `1 + eps`; infinity across components. NaN where there is no centre in common, which does not occur.
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
        let outcome = *lock(&failed);
        outcome?;
        Ok(answers)
    }

    fn answer(&self, u: usize, v: usize) -> f64 {
        if u == v {
            return 0.0;
        }
        if self.component[u] != self.component[v] {
            return f64::INFINITY;
        }
        let Some(top) = self.scales.len().checked_sub(1) else {
            return f64::NAN;
        };
        let mut place = top;
        let mut best = f64::INFINITY;
        loop {
            // Here the distance is at most the length of this scale.
            let found = self.scales[place].between(u, v);
            best = best.min(found);
            if best == f64::INFINITY {
                return f64::NAN;
            }
            let length = self.scales[place].length;
            let lower = self.place_of(best, place);
            if lower < place {
                place = lower;
                continue;
            }
            // best is more than half of the length. If the distance surely is, too, then the error is relative to it.
            if place == 0 || found - self.eps * length / 2.0 > length / 2.0 {
                return best;
            }
            let below = self.scales[place - 1].between(u, v);
            best = best.min(below);
            if best > self.scales[place - 1].length {
                // Either the distance is more than half of this scale's length, or the scale below has said so, within its own error.
                return best;
            }
            place = self.place_of(best, place - 1);
        }
    }

    /// The first scale that is long enough for `distance`, which `place` is.
    fn place_of(&self, distance: f64, place: usize) -> usize {
        let mut found = place;
        while found > 0 && self.scales[found - 1].length >= distance {
            found -= 1;
        }
        found
    }
}

impl Scale {
    /// The shortest way over a centre that both have.
    fn between(&self, u: usize, v: usize) -> f64 {
        let (ours, theirs) = (self.indptr[u]..self.indptr[u + 1], self.indptr[v]..self.indptr[v + 1]);
        let (a, b) = (&self.hubs[ours.clone()], &self.hubs[theirs.clone()]);
        let (near, far) = (&self.shares[ours], &self.shares[theirs]);
        let mut best = f32::INFINITY as f64;
        let (mut i, mut j) = (0, 0);
        while i < a.len() && j < b.len() {
            let (x, y) = (a[i], b[j]);
            if x == y {
                best = best.min(f64::from(near[i]) + f64::from(far[j]));
            }
            i += usize::from(x <= y);
            j += usize::from(y <= x);
        }
        best * self.length
    }

    /// From the stars of a partition, by vertex instead of by centre.
    fn new(n: usize, length: f64, stars: &Stars) -> Self {
        let mut indptr = vec![0_usize; n + 1];
        for &vertex in &stars.vertices {
            indptr[vertex as usize + 1] += 1;
        }
        for vertex in 0..n {
            indptr[vertex + 1] += indptr[vertex];
        }
        let mut next = indptr.clone();
        let mut hubs = vec![0; stars.vertices.len()];
        let mut shares = vec![0.0; stars.vertices.len()];
        for (hub, range) in stars.indptr.windows(2).enumerate() {
            for place in range[0]..range[1] {
                let here = &mut next[stars.vertices[place] as usize];
                hubs[*here] = hub as u32;
                shares[*here] = rounded_up(stars.distances[place] / length);
                *here += 1;
            }
        }
        Self {
            length,
            indptr,
            hubs,
            shares,
        }
    }
}

/// Whether `eps` can bound an error.
///
/// # Errors
/// `InvalidParameter` if it is not in `[1e-6, 1]`.
pub(super) fn check_eps(eps: f64) -> Result<(), Error> {
    if (2.0 * ROUNDING..=1.0).contains(&eps) {
        return Ok(());
    }
    Err(Error::parameter("eps", "a number in [1e-6, 1]", eps))
}

/// The radius of clusters that serve distances up to `length` where nothing else takes of the error.
fn radius_of(length: f64, eps: f64) -> f64 {
    ((eps - ROUNDING) * length / 4.0).max(f64::MIN_POSITIVE)
}

fn rounded_up(x: f64) -> f32 {
    let near = x as f32;
    if f64::from(near) < x { near.next_up() } else { near }
}

/// One scale: a partition for clusters that are small beside `length`, its stars, and labels of them.
fn scale(
    near: &Nearby,
    length: f64,
    eps: f64,
    r: u32,
    limit: Limit,
    pool: &Pool,
    monitor: &Monitor,
) -> Result<Scale, Error> {
    let made = scale_stars(near, length, radius_of(length, eps), r, limit, pool, monitor)?;
    Ok(Scale::new(near.graph.n_rows(), length, &made))
}

/// The stars that serve distances up to `length`, of clusters of that radius.
pub(super) fn scale_stars(
    near: &Nearby,
    length: f64,
    radius: f64,
    r: u32,
    limit: Limit,
    pool: &Pool,
    monitor: &Monitor,
) -> Result<Stars, Error> {
    let graph = &near.graph;
    let cop = buffered_cop(graph, BUFFERED * radius, r, None, monitor)?;
    let (parts, _) = clusters(graph, &cop, Cut::Radius(radius), monitor)?;
    // A distance is a sum in some order, and may be more by its rounding in another.
    let reach = (length + radius) * (1.0 + 1e-9);
    Ok(near.stars(stars(graph, &parts, reach, limit, pool, monitor)?))
}

/// The stars of every scale, with the scales' lengths: the trees of a tree cover.
///
/// # Errors
/// As [`Labels::build`].
pub fn all_stars(
    graph: &Csr,
    eps: f64,
    r: u32,
    memory_limit: u64,
    pool: &Pool,
    monitor: &Monitor,
) -> Result<Vec<(f64, Stars)>, Error> {
    check_lengths(graph)?;
    check_eps(eps)?;
    let (_, reach) = components(graph, monitor)?;
    let lengths = scales(graph, reach)?;
    let near = Nearby::new(graph, monitor)?;
    let total = lengths.len() as u64;
    let mut made = Vec::new();
    let mut used = 0;
    for (done, length) in lengths.into_iter().enumerate() {
        monitor.report(done as u64, total, 0.0);
        let limit = Limit {
            what: "the tree cover",
            used,
            limit: memory_limit,
        };
        let stars = scale_stars(&near, length, radius_of(length, eps), r, limit, pool, monitor)?;
        used += 16 * stars.vertices.len() as u64;
        made.push((length, stars));
    }
    Ok(made)
}

/// The component of each vertex, and a bound on every finite distance.
pub(super) fn components(graph: &Csr, monitor: &Monitor) -> Result<(Vec<u32>, f64), Error> {
    let n = graph.n_rows();
    let mut component = vec![NONE; n];
    let mut search = Search::new(n);
    let (mut count, mut reach) = (0, 0.0_f64);
    for first in 0..n {
        if component[first] == NONE {
            monitor.check()?;
            search.begin();
            search.seed(first as u32, 0.0, NONE);
            search.run(
                graph,
                f64::INFINITY,
                monitor,
                |_, _| true,
                |vertex, _, distance| {
                    component[vertex as usize] = count;
                    reach = reach.max(2.0 * distance);
                    false
                },
            )?;
            count += 1;
        }
    }
    Ok((component, reach))
}

/// Powers of two from the least length to `reach`.
pub(super) fn scales(graph: &Csr, reach: f64) -> Result<Vec<f64>, Error> {
    if reach == 0.0 {
        return Ok(Vec::new());
    }
    let least = graph.data().iter().copied().fold(f64::INFINITY, f64::min);
    let (mut low, high) = (least.log2().floor() as i32, reach.log2().ceil() as i32);
    if low < -1000 || high > 1000 {
        let got = format!("lengths from {least:e} and distances up to {reach:e}");
        return Err(Error::parameter(
            "graph",
            "a graph of distances from 2^-1000 to 2^1000",
            got,
        ));
    }
    while 2.0_f64.powi(low) < least {
        low += 1;
    }
    let mut made: Vec<f64> = (low..high).map(|power| 2.0_f64.powi(power)).collect();
    while made.last().is_none_or(|&last| last < reach) {
        made.push(made.last().map_or(2.0_f64.powi(low), |last| 2.0 * last));
    }
    Ok(made)
}
