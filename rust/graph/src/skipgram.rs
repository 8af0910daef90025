//! Skip-gram with negative sampling (Mikolov et al. 2013) on random walks: what DeepWalk and node2vec train.
//!
//! Walks are made one pass at a time (a pass begins one at every vertex) and thrown away; they can be made again because they depend on their number alone,
//! and are, so that the frequencies of vertices in all of them are known before the training begins. Making the next pass overlaps with training on this one.
//!
//! The training itself is one thread's: updates in an order that does not depend on chance or on other threads give the same vectors for the same seed, which
//! "hogwild" updates do not. What makes up for it: all contexts in a window are trained against the same negative samples (Ji et al. 2016), so that
//! six rows stay in the nearest cache while twenty pass by. Per context and row: 2·dim loads of that cache, and 3·dim multiply-adds, which are the limit.

use porism_runtime::{Isa, Monitor, Pool};

use crate::Error;
use crate::random::alias::{self, Slot};
use crate::random::{Philox, Purpose};
use crate::simd::{Kernel, LANES, dispatch, dot, fused};
use crate::walk::{Biased, NOWHERE};

/// How to train.
#[derive(Debug, Clone)]
pub struct SkipGram {
    /// Numbers of a vector.
    pub dim: usize,
    /// Walks from each vertex.
    pub n_walks: usize,
    /// Vertices of a walk.
    pub walk_length: usize,
    /// Distance in a walk at which vertices are still neighbours, at most; each centre draws 1..=window.
    pub window: usize,
    /// Negative samples for each pair.
    pub negatives: usize,
    /// How often the walks are gone through.
    pub epochs: usize,
    /// The learning rate at the beginning; it falls to a thousandth evenly.
    pub learning_rate: f64,
    /// Negative samples are drawn in proportion to frequencies to this power.
    pub exponent: f64,
    /// Names all random streams.
    pub seed: u64,
}

impl SkipGram {
    /// Vectors of all vertices, row-major; those that occur in no pair are 0.
    ///
    /// Progress counts walks, in all passes and those that count frequencies.
    ///
    /// # Errors
    /// `InvalidParameter` for a setting out of range; `TooLarge`; `Interrupted`.
    pub fn train(&self, walker: &Biased, pool: &Pool, monitor: &Monitor) -> Result<Vec<f32>, Error> {
        self.train_on(Isa::detect(), walker, pool, monitor)
    }

    fn train_on(&self, isa: Isa, walker: &Biased, pool: &Pool, monitor: &Monitor) -> Result<Vec<f32>, Error> {
        self.check()?;
        let n = walker.graph().n_rows();
        let width = self.dim.div_ceil(LANES) * LANES; // rows are padded by zeros, which stay zeros
        let mut passes = Passes::new(self, walker)?;
        let mut inner = zeros("the vectors", n, width)?;
        let mut outer = zeros("the vectors", n, width)?;
        let total = (self.n_walks * (self.epochs + 1)) as u64 * n as u64;
        let mut counts = vec![0_u64; n];
        for pass in 0..self.n_walks {
            passes.make(pass, pool, monitor)?;
            count(&passes.ready, self.walk_length, &mut counts);
            monitor.report((pass + 1) as u64 * n as u64, total, 0.0);
        }
        let noise = noise_of(&counts, self.exponent);
        if noise.is_empty() {
            return Ok(vec![0.0; n * self.dim]); // not one pair
        }
        for (vertex, row) in inner.chunks_exact_mut(width).enumerate() {
            if counts[vertex] > 0 {
                let mut stream = Philox::new(self.seed, Purpose::Initial, vertex as u64);
                for number in &mut row[..self.dim] {
                    *number = ((stream.uniform() - 0.5) / self.dim as f64) as f32;
                }
            }
        }
        let sigmoid = Sigmoid::new();
        let mut trainer = Trainer {
            settings: self,
            width,
            inner: &mut inner,
            outer: &mut outer,
            noise: &noise,
            sigmoid: &sigmoid,
            error: vec![0.0; width],
            targets: Vec::new(),
        };
        let rounds = self.n_walks * self.epochs;
        passes.make(0, pool, monitor)?;
        for round in 0..rounds {
            let walks = std::mem::take(&mut passes.ready);
            let mut next = passes.clone_empty();
            let (trained, made) = pool.join(
                || {
                    for (place, walk) in walks.chunks_exact(self.walk_length).enumerate() {
                        monitor.check()?;
                        let done = round as f64 * n as f64 + place as f64;
                        let falling = 1.0 - done / (rounds as f64 * n as f64);
                        let rate = (self.learning_rate * falling.max(1e-3)) as f32;
                        let index = round as u64 * n as u64 + place as u64;
                        dispatch(
                            isa,
                            Walk {
                                trainer: &mut trainer,
                                walk,
                                rate,
                                index,
                            },
                        );
                        if place % 64 == 0 {
                            monitor.report(((self.n_walks + round) * n + place) as u64, total, 0.0);
                        }
                    }
                    Ok::<(), Error>(())
                },
                || {
                    if round + 1 < rounds {
                        next.make((round + 1) % self.n_walks, pool, monitor)
                    } else {
                        Ok(())
                    }
                },
            );
            trained?;
            made?;
            passes = next;
        }
        let mut vectors = Vec::new();
        reserve("the vectors", &mut vectors, n * self.dim)?;
        for row in inner.chunks_exact(width) {
            vectors.extend_from_slice(&row[..self.dim]);
        }
        Ok(vectors)
    }

    fn check(&self) -> Result<(), Error> {
        let positive = [
            ("dim", self.dim),
            ("n_walks", self.n_walks),
            ("walk_length", self.walk_length),
            ("window", self.window),
            ("negatives", self.negatives),
            ("epochs", self.epochs),
        ];
        for (name, value) in positive {
            if !(1..1 << 31).contains(&value) {
                return Err(Error::parameter(name, "in 1..2^31", value));
            }
        }
        for (name, value) in [("learning_rate", self.learning_rate), ("exponent", self.exponent)] {
            if !(value >= 0.0 && value.is_finite()) {
                return Err(Error::parameter(name, "a number ≥ 0", value));
            }
        }
        Ok(())
    }
}

fn reserve<T>(what: &'static str, vector: &mut Vec<T>, length: usize) -> Result<(), Error> {
    let bytes = length as u128 * size_of::<T>() as u128;
    vector
        .try_reserve_exact(length)
        .map_err(|_| Error::TooLarge { what, bytes })
}

fn zeros(what: &'static str, n: usize, width: usize) -> Result<Vec<f32>, Error> {
    let mut vector = Vec::new();
    let length = n.checked_mul(width).ok_or(Error::TooLarge {
        what,
        bytes: n as u128 * width as u128 * 4,
    })?;
    reserve(what, &mut vector, length)?;
    vector.resize(length, 0.0);
    Ok(vector)
}

/// Walks, a pass at a time.
struct Passes<'a> {
    settings: &'a SkipGram,
    walker: &'a Biased,
    ready: Vec<u32>,
}

impl<'a> Passes<'a> {
    fn new(settings: &'a SkipGram, walker: &'a Biased) -> Result<Self, Error> {
        let mut ready = Vec::new();
        let n = walker.graph().n_rows();
        let length = n.checked_mul(settings.walk_length).ok_or(Error::TooLarge {
            what: "a pass of walks",
            bytes: n as u128 * settings.walk_length as u128 * 4,
        })?;
        reserve("a pass of walks", &mut ready, length)?;
        Ok(Self {
            settings,
            walker,
            ready,
        })
    }

    fn clone_empty(&self) -> Self {
        Self {
            settings: self.settings,
            walker: self.walker,
            ready: Vec::new(),
        }
    }

    /// Make the walks of one pass, from all vertices in an order of its own.
    fn make(&mut self, pass: usize, pool: &Pool, monitor: &Monitor) -> Result<(), Error> {
        let n = self.walker.graph().n_rows();
        let length = self.settings.walk_length;
        let mut starts: Vec<u32> = (0..n as u32).collect();
        let mut stream = Philox::new(self.settings.seed, Purpose::Order, pass as u64);
        for last in (1..n).rev() {
            starts.swap(last, stream.below(last + 1));
        }
        reserve("a pass of walks", &mut self.ready, n * length)?;
        self.ready.resize(n * length, 0);
        let first = pass as u64 * n as u64;
        self.walker
            .walks(&starts, first, length, &mut self.ready, pool, monitor)
    }
}

/// The vertices of a walk that did end early or not.
fn visited(walk: &[u32]) -> &[u32] {
    let end = walk.iter().position(|&vertex| vertex == NOWHERE).unwrap_or(walk.len());
    &walk[..end]
}

/// Count the vertices of walks of two vertices and more: of those that occur in pairs.
fn count(walks: &[u32], length: usize, counts: &mut [u64]) {
    for walk in walks.chunks_exact(length) {
        let walk = visited(walk);
        if walk.len() > 1 {
            for &vertex in walk {
                counts[vertex as usize] += 1;
            }
        }
    }
}

/// A table of vertices, to be drawn in proportion to how often they occur to the power of `exponent`; empty if none does.
fn noise_of(counts: &[u64], exponent: f64) -> Vec<Slot> {
    let (mut vertices, mut weights, mut table) = (Vec::new(), Vec::new(), Vec::new());
    for (vertex, &count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        vertices.push(vertex as u32);
        weights.push((count as f64).powf(exponent));
    }
    if !vertices.is_empty() {
        alias::append(&vertices, &weights, &mut table);
    }
    table
}

/// The logistic function, interpolated in a table; beyond ±8 it is 0 or 1 to within 4e-4.
struct Sigmoid(Vec<f32>);

impl Sigmoid {
    const REACH: f32 = 8.0;
    const STEPS: usize = 4096;

    fn new() -> Self {
        let at = |i: usize| {
            let x = (2.0 * i as f64 / Self::STEPS as f64 - 1.0) * f64::from(Self::REACH);
            (1.0 / (1.0 + (-x).exp())) as f32
        };
        Self((0..=Self::STEPS + 1).map(at).collect())
    }

    #[inline(always)]
    fn at(&self, x: f32) -> f32 {
        let place = (x.clamp(-Self::REACH, Self::REACH) + Self::REACH) * (Self::STEPS as f32 / (2.0 * Self::REACH));
        let floor = place as usize; // 0 for NaN
        let below = self.0[floor];
        below + (self.0[floor + 1] - below) * (place - floor as f32)
    }
}

struct Trainer<'a> {
    settings: &'a SkipGram,
    width: usize,
    /// Vectors of vertices as contexts: the result.
    inner: &'a mut [f32],
    /// Vectors of vertices as centres and negative samples.
    outer: &'a mut [f32],
    noise: &'a [Slot],
    sigmoid: &'a Sigmoid,
    error: Vec<f32>,
    targets: Vec<u32>,
}

/// Training on one walk.
struct Walk<'a, 'b> {
    trainer: &'a mut Trainer<'b>,
    walk: &'a [u32],
    rate: f32,
    index: u64,
}

impl Kernel for Walk<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<const LEVEL: u8>(self) {
        let Self {
            trainer,
            walk,
            rate,
            index,
        } = self;
        let walk = visited(walk);
        let mut stream = Philox::new(trainer.settings.seed, Purpose::Training, index);
        if walk.len() < 2 {
            return;
        }
        for (place, &centre) in walk.iter().enumerate() {
            let window = 1 + stream.below(trainer.settings.window);
            trainer.targets.clear();
            trainer.targets.push(centre);
            for _ in 0..trainer.settings.negatives {
                let sample = alias::drawn(trainer.noise, stream.next_u64());
                if sample != centre {
                    trainer.targets.push(sample);
                }
            }
            let from = place.saturating_sub(window);
            let to = (place + window).min(walk.len() - 1);
            for other in (from..=to).filter(|&other| other != place) {
                trainer.pair::<LEVEL>(walk[other] as usize, rate);
            }
        }
    }
}

impl Trainer<'_> {
    /// One step for a context and the targets of its centre: the centre itself, then the negative samples.
    #[inline(always)]
    fn pair<const LEVEL: u8>(&mut self, context: usize, rate: f32) {
        let width = self.width;
        let row = &mut self.inner[context * width..][..width];
        let error = &mut self.error[..width];
        error.fill(0.0);
        for place in 0..self.targets.len() {
            let outer = &mut self.outer[self.targets[place] as usize * width..][..width];
            let label = if place == 0 { 1.0 } else { 0.0 };
            let gain = (label - self.sigmoid.at(dot::<LEVEL>(row, outer))) * rate;
            update::<LEVEL>(error, outer, row, gain);
        }
        add(row, &self.error);
    }
}

/// `error += gain · outer`, then `outer += gain · row`.
#[inline(always)]
fn update<const LEVEL: u8>(error: &mut [f32], outer: &mut [f32], row: &[f32], gain: f32) {
    for i in 0..row.len().min(outer.len()).min(error.len()) {
        error[i] = fused::<LEVEL>(gain, outer[i], error[i]);
        outer[i] = fused::<LEVEL>(gain, row[i], outer[i]);
    }
}

#[inline(always)]
fn add(row: &mut [f32], error: &[f32]) {
    for i in 0..row.len().min(error.len()) {
        row[i] += error[i];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Csr;
    use std::sync::Arc;

    fn settings(dim: usize) -> SkipGram {
        SkipGram {
            dim,
            n_walks: 8,
            walk_length: 20,
            window: 4,
            negatives: 5,
            epochs: 2,
            learning_rate: 0.05,
            exponent: 0.75,
            seed: 3,
        }
    }

    /// Two cliques of `size` joined by an edge, and a vertex alone.
    fn cliques(size: usize) -> Arc<Csr> {
        let n = 2 * size + 1;
        let mut indptr = vec![0];
        let mut indices = Vec::new();
        for u in 0..n {
            let near = |v: usize| u / size == v / size && u.max(v) < 2 * size;
            let bridge = |v: usize| u.min(v) == 0 && u.max(v) == size;
            indices.extend((0..n).filter(|&v| v != u && (near(v) || bridge(v))).map(|v| v as u32));
            indptr.push(indices.len());
        }
        let data = vec![1.0; indices.len()];
        Arc::new(Csr::new(n, indptr, indices, data).unwrap())
    }

    fn cosine(a: &[f32], b: &[f32]) -> f32 {
        let product = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f32>();
        product(a, b) / (product(a, a) * product(b, b)).sqrt()
    }

    #[test]
    fn cliques_come_apart_and_who_is_alone_stays_nought() {
        for dim in [16, 21] {
            let walker = Biased::new(cliques(8), 1.0, 1.0, 3).unwrap();
            let vectors = settings(dim).train(&walker, &Pool::serial(), &Monitor::new()).unwrap();
            let row = |v: usize| &vectors[v * dim..(v + 1) * dim];
            let (mut within, mut between) = (0.0, 0.0);
            for u in 1..8 {
                for v in 1..8 {
                    within += if u == v { 0.0 } else { cosine(row(u), row(v)) / 42.0 };
                    between += cosine(row(u), row(v + 8)) / 49.0;
                }
            }
            assert!(within > between + 0.3, "{within} within, {between} between");
            assert!(row(16).iter().all(|&number| number == 0.0));
        }
    }

    #[test]
    fn threads_change_nothing_and_instruction_sets_nothing_but_rounding() {
        let walker = Biased::new(cliques(6), 0.5, 2.0, 3).unwrap();
        let short = SkipGram {
            n_walks: 1,
            epochs: 2,
            ..settings(24)
        };
        let monitor = Monitor::new();
        let alone = short.train(&walker, &Pool::serial(), &monitor).unwrap();
        let together = short.train(&walker, &Pool::new(3).unwrap(), &monitor).unwrap();
        assert_eq!(alone, together);
        for isa in Isa::available() {
            let other = short.train_on(isa, &walker, &Pool::serial(), &monitor).unwrap();
            let largest = alone.iter().zip(&other).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(largest < 1e-4, "{isa:?}: {largest}");
        }
    }

    #[test]
    fn samples_have_their_frequencies() {
        let counts = [0, 16, 1, 0, 81, 256];
        let noise = noise_of(&counts, 0.5);
        let mut stream = Philox::new(1, Purpose::Training, 0);
        let mut seen = [0.0; 6];
        for _ in 0..60_000 {
            seen[alias::drawn(&noise, stream.next_u64()) as usize] += 1.0 / 60_000.0;
        }
        for (got, wanted) in seen.iter().zip([0.0, 4.0, 1.0, 0.0, 9.0, 16.0]) {
            assert!((got - wanted / 30.0_f64).abs() < 0.012, "{seen:?}");
        }
        assert_eq!((seen[0], seen[3]), (0.0, 0.0));
        assert!(noise_of(&[0, 0], 0.75).is_empty());
    }

    #[test]
    fn the_logistic_function_is_that() {
        let table = Sigmoid::new();
        for i in -8000..=8000 {
            let x = i as f32 / 1000.0;
            assert!((table.at(x) - 1.0 / (1.0 + (-x).exp())).abs() < 1e-5);
        }
        assert!(table.at(f32::INFINITY) > 0.999 && table.at(f32::NEG_INFINITY) < 0.001);
        assert!(table.at(f32::NAN).is_nan() || table.at(f32::NAN) <= 1.0);
    }

    #[test]
    fn nonsense_is_refused_and_stops_are_obeyed() {
        let walker = Biased::new(cliques(3), 1.0, 1.0, 0).unwrap();
        let monitor = Monitor::new();
        for wrong in [
            SkipGram { dim: 0, ..settings(4) },
            SkipGram {
                window: 0,
                ..settings(4)
            },
            SkipGram {
                learning_rate: f64::NAN,
                ..settings(4)
            },
        ] {
            assert!(wrong.train(&walker, &Pool::serial(), &monitor).is_err());
        }
        monitor.stop();
        let stopped = settings(4).train(&walker, &Pool::serial(), &monitor);
        assert!(matches!(stopped, Err(Error::Interrupted(_))));
    }
}
