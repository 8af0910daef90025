//! The transform: natural order in, bit-reversed order out, and back.

use porism_runtime::{Monitor, Pool};
use rayon::prelude::*;

use super::Field;
use crate::Error;
use crate::error::try_filled;

/// Parts that one thread finishes on its own: they fit a second-level cache.
const CHUNK: usize = 1 << 15;

/// Transforms modulo a prime, to be shared by threads.
///
/// With decimation in frequency every block of a stage has one root of unity only, and the blocks meet those in
/// bit-reversed order, whatever the stage: one short table serves all lengths.
#[derive(Debug, Clone)]
pub struct Ntt<F: Field> {
    log2: u32,
    /// Powers of the primitive root in bit-reversed order, and their inverses.
    roots: Vec<F>,
    inverse_roots: Vec<F>,
}

impl<F: Field> Ntt<F> {
    /// Transforms of `len` points, a power of two.
    pub fn new(len: usize) -> Result<Self, Error> {
        if !len.is_power_of_two() || len.trailing_zeros() > F::TWO_ADICITY.min(40) {
            return Err(Error::Length {
                what: "the length of a transform",
                expected: "a power of two for which the field has roots of unity",
                got: len,
            });
        }
        let log2 = len.trailing_zeros();
        let table = |root: fn(u32) -> F| -> Result<Vec<F>, Error> {
            let mut roots = try_filled("roots of unity", (len / 2).max(1), F::new(1))?;
            // The table for 2^(k+1) blocks is that for 2^k, followed by the same turned by a root of order 2^(k+2).
            for k in 0..log2.saturating_sub(1) {
                let turn = root(k + 2);
                let (done, next) = roots.split_at_mut(1 << k);
                for (next, done) in next.iter_mut().zip(done) {
                    *next = done.mul(turn);
                }
            }
            Ok(roots)
        };
        Ok(Self {
            log2,
            roots: table(F::root)?,
            inverse_roots: table(|k| F::root(k).inverse())?,
        })
    }

    /// How many points.
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        1 << self.log2
    }

    /// Transform in place, to bit-reversed order.
    ///
    /// # Panics
    /// If `data` has another length.
    pub fn forward(&self, data: &mut [F], pool: &Pool, monitor: &Monitor) -> Result<(), Error> {
        assert_eq!(data.len(), self.len(), "a transform of another length");
        // Stages with long blocks go over all the data, the rest part by part within a cache.
        let mut half = self.len() / 2;
        let mut first = 0;
        while half >= CHUNK {
            for (block, pair) in data.chunks_mut(2 * half).enumerate() {
                let root = self.roots[block];
                let (a, b) = pair.split_at_mut(half);
                halves(a, b, pool, monitor, |a, b| F::butterflies(a, b, root))?;
            }
            half /= 2;
            first += 1;
        }
        let part = data.len() >> first;
        parts(data, part, pool, monitor, |index, part| {
            F::forward_part(part, index, &self.roots)
        })
    }

    /// The inverse of [`forward`](Self::forward), scaled.
    ///
    /// # Panics
    /// If `data` has another length.
    pub fn inverse(&self, data: &mut [F], pool: &Pool, monitor: &Monitor) -> Result<(), Error> {
        assert_eq!(data.len(), self.len(), "a transform of another length");
        let first = self.len().trailing_zeros().saturating_sub(CHUNK.trailing_zeros());
        let part = data.len() >> first;
        let scale = F::new(self.len() as u64).inverse();
        parts(data, part, pool, monitor, |index, part| {
            F::inverse_part(part, index, &self.inverse_roots, scale);
        })?;
        let mut half = part;
        while half < data.len() {
            for (block, pair) in data.chunks_mut(2 * half).enumerate() {
                let root = self.inverse_roots[block];
                let (a, b) = pair.split_at_mut(half);
                halves(a, b, pool, monitor, |a, b| F::inverse_butterflies(a, b, root))?;
            }
            half *= 2;
        }
        Ok(())
    }
}

fn halves<F: Field>(
    a: &mut [F],
    b: &mut [F],
    pool: &Pool,
    monitor: &Monitor,
    work: impl Fn(&mut [F], &mut [F]) + Sync,
) -> Result<(), Error> {
    let task = |(a, b): (&mut [F], &mut [F])| {
        monitor.check()?;
        work(a, b);
        Ok(())
    };
    if pool.is_parallel() {
        pool.run(|| a.par_chunks_mut(CHUNK).zip(b.par_chunks_mut(CHUNK)).try_for_each(task))
    } else {
        a.chunks_mut(CHUNK).zip(b.chunks_mut(CHUNK)).try_for_each(task)
    }
}

fn parts<F: Field>(
    data: &mut [F],
    part: usize,
    pool: &Pool,
    monitor: &Monitor,
    work: impl Fn(usize, &mut [F]) + Sync,
) -> Result<(), Error> {
    let task = |(index, part): (usize, &mut [F])| {
        monitor.check()?;
        work(index, part);
        Ok(())
    };
    if pool.is_parallel() {
        pool.run(|| data.par_chunks_mut(part).enumerate().try_for_each(task))
    } else {
        data.chunks_mut(part).enumerate().try_for_each(task)
    }
}

/// The product of two polynomials modulo the prime, all `a.len() + b.len() − 1` coefficients; empty if one is.
///
/// The transform of equal factors is computed once.
pub fn multiply_mod<F: Field>(a: &[F], b: &[F], pool: &Pool, monitor: &Monitor) -> Result<Vec<F>, Error> {
    if a.is_empty() || b.is_empty() {
        return Ok(Vec::new());
    }
    let result_len = a.len() + b.len() - 1;
    let len = result_len.next_power_of_two();
    let ntt = Ntt::<F>::new(len)?;
    let padded = |values: &[F]| -> Result<Vec<F>, Error> {
        let mut data = try_filled("a number-theoretic transform", len, F::ZERO)?;
        data[..values.len()].copy_from_slice(values);
        ntt.forward(&mut data, pool, monitor)?;
        Ok(data)
    };
    let mut data = padded(a)?;
    monitor.check()?;
    if a == b {
        for x in &mut data {
            *x = x.mul(*x);
        }
    } else {
        for (x, y) in data.iter_mut().zip(padded(b)?) {
            *x = x.mul(y);
        }
    }
    ntt.inverse(&mut data, pool, monitor)?;
    data.truncate(result_len);
    Ok(data)
}
