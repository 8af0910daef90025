//! Random walks, plain or second-order (Grover & Leskovec 2016): the same walks whatever the number of threads, and whenever they are made.
//!
//! A biased step is drawn by rejection: propose a neighbour by its edge's weight, and accept it in proportion to its bias. That needs no tables for pairs of
//! vertices, which take the sum of squared degrees in memory. Where nearly all is rejected the step is drawn from the row's exact distribution instead.

use std::sync::Arc;

use porism_runtime::{Monitor, Pool};

use super::Walker;
use crate::random::{Family, Weyl};
use crate::{Csr, Error};

/// What fills a walk up that ended early.
pub const NOWHERE: u32 = u32::MAX;

/// Proposals before a step is drawn exactly.
const PROPOSALS: usize = 64;

/// What the streams of these walks are named after: no vertex has this number.
const NAME: u64 = 1 << 32;

/// Walks on one graph.
#[derive(Debug, Clone)]
pub struct Biased {
    walker: Walker,
    returning: f64,
    outward: f64,
    family: Family,
}

impl Biased {
    /// Walks on a graph whose rows have rising columns, with return parameter `p` and in-out parameter `q`; (1, 1) is the plain walk.
    ///
    /// # Errors
    /// `InvalidParameter` unless p and q are positive, weights are positive and finite, columns rise and the graph is square.
    pub fn new(graph: Arc<Csr>, p: f64, q: f64, seed: u64) -> Result<Self, Error> {
        for (name, value) in [("p", p), ("q", q)] {
            if !(value > 0.0 && value.is_finite() && (1.0 / value).is_finite()) {
                return Err(Error::parameter(name, "a positive number", value));
            }
        }
        let falls = |row: &usize| graph.neighbours(*row).windows(2).any(|pair| pair[0] >= pair[1]);
        if let Some(row) = (0..graph.n_rows()).find(falls) {
            let must = "a matrix with rising columns in each row";
            return Err(Error::parameter("graph", must, row));
        }
        Ok(Self {
            walker: Walker::new(graph)?,
            returning: 1.0 / p,
            outward: 1.0 / q,
            family: Family::new(seed, NAME),
        })
    }

    /// The graph.
    pub fn graph(&self) -> &Csr {
        self.walker.graph()
    }

    /// Walk number `index` from `start`, into `out`; what is left after a vertex without out-edges is filled with [`NOWHERE`].
    pub fn walk(&self, start: u32, index: u64, out: &mut [u32]) {
        let mut stream = self.family.stream(index);
        let (mut before, mut at) = (None, start);
        for place in 0..out.len() {
            out[place] = at;
            if place + 1 == out.len() {
                break;
            }
            let Some(next) = self.step(before, at, &mut stream) else {
                out[place + 1..].fill(NOWHERE);
                break;
            };
            (before, at) = (Some(at), next);
        }
    }

    fn step(&self, before: Option<u32>, at: u32, stream: &mut Weyl) -> Option<u32> {
        let neighbours = self.graph().neighbours(at as usize);
        if neighbours.len() < 2 {
            return neighbours.first().copied();
        }
        let (before, plain) = match before {
            Some(before) => (before, self.returning == 1.0 && self.outward == 1.0),
            None => (at, true),
        };
        if plain {
            return self.walker.any_step(at, stream.next_u64());
        }
        let most = self.returning.max(self.outward).max(1.0);
        for _ in 0..PROPOSALS {
            let next = self.walker.any_step(at, stream.next_u64())?;
            if stream.uniform() * most < self.bias(before, next) {
                return Some(next);
            }
        }
        Some(self.exact(before, at, stream))
    }

    fn bias(&self, before: u32, next: u32) -> f64 {
        if next == before {
            self.returning
        } else if self.graph().neighbours(before as usize).binary_search(&next).is_ok() {
            1.0
        } else {
            self.outward
        }
    }

    fn exact(&self, before: u32, at: u32, stream: &mut Weyl) -> u32 {
        let (neighbours, weights) = self.graph().row(at as usize);
        // Relative to the largest, so that no sum overflows.
        let largest = weights.iter().fold(0.0_f64, |largest, &weight| largest.max(weight));
        let mut sum = 0.0;
        let sums: Vec<f64> = (neighbours.iter().zip(weights))
            .map(|(&next, &weight)| {
                sum += weight / largest * self.bias(before, next);
                sum
            })
            .collect();
        let drawn = stream.uniform() * sum;
        neighbours[sums.partition_point(|&sum| sum <= drawn).min(neighbours.len() - 1)]
    }

    /// Walks of `length` from each of `starts`, a row each; walk i has number `first + i`.
    ///
    /// # Errors
    /// `InvalidParameter` for a start that is no vertex, a length of 0, or an `out` of another size; `Interrupted`.
    pub fn walks(
        &self,
        starts: &[u32],
        first: u64,
        length: usize,
        out: &mut [u32],
        pool: &Pool,
        monitor: &Monitor,
    ) -> Result<(), Error> {
        const TOGETHER: usize = 256;
        let n = self.graph().n_rows();
        if let Some(start) = starts.iter().find(|&&start| start as usize >= n) {
            return Err(Error::parameter("starts", format!("vertices below {n}"), start));
        }
        if length == 0 || starts.len().checked_mul(length) != Some(out.len()) {
            let got = format!("{} walks of length {length} for {} places", starts.len(), out.len());
            return Err(Error::parameter("length", "positive, and fit the result", got));
        }
        let parts: Vec<_> = (out.chunks_mut(TOGETHER * length).zip(starts.chunks(TOGETHER)))
            .enumerate()
            .collect();
        pool.for_each_of(parts, |(part, (out, starts))| {
            for (place, (out, &start)) in out.chunks_exact_mut(length).zip(starts).enumerate() {
                if monitor.check().is_err() {
                    return;
                }
                self.walk(start, first + (part * TOGETHER + place) as u64, out);
            }
        });
        Ok(monitor.check()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(edges: &[(u32, u32, f64)], n: usize) -> Arc<Csr> {
        let mut rows = vec![Vec::new(); n];
        for &(u, v, weight) in edges {
            rows[u as usize].push((v, weight));
            rows[v as usize].push((u, weight));
        }
        let mut indptr = vec![0];
        let (mut indices, mut data) = (Vec::new(), Vec::new());
        for row in &mut rows {
            row.sort_by_key(|entry| entry.0);
            indices.extend(row.iter().map(|entry| entry.0));
            data.extend(row.iter().map(|entry| entry.1));
            indptr.push(indices.len());
        }
        Arc::new(Csr::new(n, indptr, indices, data).unwrap())
    }

    /// 0 is joined to 1 and 2, which are joined; 1 also to 3.
    fn triangle_with_tail(weight: f64) -> Arc<Csr> {
        graph(&[(0, 1, 1.0), (0, 2, 1.0), (1, 2, 1.0), (1, 3, weight)], 4)
    }

    /// How often each vertex follows 0 and then 1.
    fn after_0_1(walker: &Biased) -> [f64; 4] {
        let mut counts = [0.0; 4];
        let mut out = [0; 3];
        let mut total = 0.0;
        for index in 0..60_000 {
            walker.walk(0, index, &mut out);
            if out[1] == 1 {
                counts[out[2] as usize] += 1.0;
                total += 1.0;
            }
        }
        counts.map(|count| count / total)
    }

    #[test]
    fn steps_have_the_probabilities_of_the_paper() {
        // From 1, having come from 0: back with 1/p, to the common neighbour 2 with 1, away to 3 with 1/q times its weight.
        for (p, q, weight) in [
            (1.0, 1.0, 1.0),
            (4.0, 0.25, 1.0),
            (0.5, 2.0, 3.0),
            (1e9, 1e9, 2.0),
            (1e-9, 1.0, 1.0),
        ] {
            let walker = Biased::new(triangle_with_tail(weight), p, q, 5).unwrap();
            let odds = [1.0 / p, 0.0, 1.0, weight / q];
            let total: f64 = odds.iter().sum();
            for (got, wanted) in after_0_1(&walker).iter().zip(odds) {
                assert!(
                    (got - wanted / total).abs() < 0.02,
                    "p {p} q {q}: {got}, not {}",
                    wanted / total
                );
            }
        }
    }

    #[test]
    fn hard_steps_are_drawn_exactly() {
        // Coming from a hub's leaf 1, all other leaves have bias 1e-6 and 1 itself 1e-6: hardly a proposal is taken.
        let star = graph(&(1..40).map(|leaf| (0, leaf, 1.0)).collect::<Vec<_>>(), 40);
        let walker = Biased::new(star, 1e6, 1e6, 1).unwrap();
        let mut seen = [0; 40];
        let mut out = [0; 3];
        for index in 0..4000 {
            walker.walk(1, index, &mut out);
            seen[out[2] as usize] += 1;
        }
        assert!(seen[1..].iter().all(|&count| (50..200).contains(&count)), "{seen:?}");
    }

    #[test]
    fn walks_follow_edges_and_depend_on_nothing_but_their_number() {
        let graph = triangle_with_tail(2.5);
        let walker = Biased::new(Arc::clone(&graph), 0.5, 2.0, 9).unwrap();
        let monitor = Monitor::new();
        let starts: Vec<u32> = (0..1000).map(|i| i % 4).collect();
        let mut all = Vec::new();
        for threads in [1, 3] {
            let mut out = vec![0; 1000 * 7];
            let pool = Pool::new(threads).unwrap();
            walker.walks(&starts, 0, 7, &mut out, &pool, &monitor).unwrap();
            for walk in out.chunks(7) {
                for pair in walk.windows(2) {
                    assert!(graph.neighbours(pair[0] as usize).contains(&pair[1]));
                }
            }
            all.push(out);
        }
        assert_eq!(all[0], all[1]);
        let mut alone = [0; 7];
        walker.walk(starts[700], 700, &mut alone);
        assert_eq!(alone, all[0][4900..4907]);
    }

    #[test]
    fn a_walk_ends_where_nothing_goes_on() {
        let path = Arc::new(Csr::new(3, vec![0, 1, 2, 2], vec![1, 2], vec![1.0, 1.0]).unwrap());
        let walker = Biased::new(path, 1.0, 1.0, 0).unwrap();
        let mut out = [7; 5];
        walker.walk(0, 0, &mut out);
        assert_eq!(out, [0, 1, 2, NOWHERE, NOWHERE]);
    }

    #[test]
    fn nonsense_is_refused() {
        let (pool, monitor) = (Pool::serial(), Monitor::new());
        let graph = triangle_with_tail(1.0);
        for (p, q) in [(0.0, 1.0), (1.0, -1.0), (f64::NAN, 1.0), (1.0, f64::INFINITY)] {
            assert!(Biased::new(Arc::clone(&graph), p, q, 0).is_err());
        }
        let falling = Arc::new(Csr::new(2, vec![0, 2, 2], vec![1, 0], vec![1.0, 1.0]).unwrap());
        assert!(Biased::new(falling, 1.0, 1.0, 0).is_err());
        let walker = Biased::new(graph, 1.0, 1.0, 0).unwrap();
        assert!(walker.walks(&[4], 0, 1, &mut [0], &pool, &monitor).is_err());
        assert!(walker.walks(&[0], 0, 2, &mut [0], &pool, &monitor).is_err());
        assert!(walker.walks(&[0], 0, 0, &mut [], &pool, &monitor).is_err());
    }
}
