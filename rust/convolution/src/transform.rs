//! Complex Fourier transforms of 2^q points, in an order of their own.
//!
//! Convolution needs no natural order: the product of two spectra is pointwise. Lengths above [`CHUNK_BYTES`] are therefore split from the top by
//! radix-4 passes with decimation in frequency, whose parts lie beside one another and fit the cache; `rustfft` transforms those. Passes and parts are shared out among
//! threads, and between them the monitor is asked whether to go on. A thread's share does not change a bit of the result.

use std::sync::Arc;

use porism_runtime::{Interrupted, Monitor, Pool};
use rayon::prelude::*;
use rustfft::Fft;
use rustfft::num_complex::Complex;

use crate::Error;
use crate::error::try_filled;
use crate::real::Real;
use crate::roots::{BLOCK, Roots};

/// Parts of a transform that `rustfft` gets whole: with the roots they fit a second-level cache of 1 MiB.
const CHUNK_BYTES: usize = 1 << 19;

/// The longest transform offered, which the certificate would hardly let anybody use.
pub const MAX_LENGTH: usize = 1 << 32;

/// A transform of one length, both ways, to be shared by threads.
pub struct Transform<T: Real> {
    len: usize,
    chunk: usize,
    levels: Vec<Level>,
    forward: Arc<dyn Fft<T>>,
    inverse: Arc<dyn Fft<T>>,
}

/// One pass from the top: `radix` parts of `len / radix`.
struct Level {
    len: usize,
    radix: usize,
    /// The first three powers of the root of unity.
    roots: Vec<Roots>,
}

impl<T: Real> Transform<T> {
    /// Plan transforms of `len` points, a power of two.
    pub fn new(len: usize) -> Result<Self, Error> {
        Self::with_chunks(len, CHUNK_BYTES / size_of::<Complex<T>>())
    }

    /// Plan with parts of at most `largest` points, so that tests reach the passes with short transforms.
    pub(crate) fn with_chunks(len: usize, largest: usize) -> Result<Self, Error> {
        if !len.is_power_of_two() || len > MAX_LENGTH {
            return Err(Error::Length {
                what: "the length of a transform",
                expected: "a power of two of at most 2^32",
                got: len,
            });
        }
        let mut levels = Vec::new();
        let mut chunk = len;
        while chunk > largest.max(BLOCK) {
            // Radix 4 needs parts of whole blocks.
            let radix = if chunk / 4 >= BLOCK && chunk > 2 * largest {
                4
            } else {
                2
            };
            let roots = (1..radix as u64).map(|e| Roots::new(chunk as u64, e)).collect();
            levels.push(Level {
                len: chunk,
                radix,
                roots,
            });
            chunk /= radix;
        }
        let [forward, inverse] = T::plans(chunk);
        Ok(Self {
            len,
            chunk,
            levels,
            forward,
            inverse,
        })
    }

    /// How many points.
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        self.len
    }

    /// How many stages the rounding bound counts.
    pub fn stages(&self) -> u32 {
        self.len.trailing_zeros()
    }

    /// Transform `data` in place; the spectrum is in no particular order.
    pub fn forward(
        &self,
        data: &mut [Complex<T>],
        scratch: &mut Scratch<T>,
        pool: &Pool,
        monitor: &Monitor,
    ) -> Result<(), Error> {
        assert_eq!(data.len(), self.len, "a transform of another length");
        for level in &self.levels {
            pass(level, data, pool, monitor, split4_forward, split2_forward)?;
        }
        self.chunks(&*self.forward, data, scratch, pool, monitor)
    }

    /// The inverse of [`forward`](Self::forward), times the length.
    pub fn inverse(
        &self,
        data: &mut [Complex<T>],
        scratch: &mut Scratch<T>,
        pool: &Pool,
        monitor: &Monitor,
    ) -> Result<(), Error> {
        assert_eq!(data.len(), self.len, "a transform of another length");
        self.chunks(&*self.inverse, data, scratch, pool, monitor)?;
        for level in self.levels.iter().rev() {
            pass(level, data, pool, monitor, split4_inverse, split2_inverse)?;
        }
        Ok(())
    }

    fn chunks(
        &self,
        fft: &dyn Fft<T>,
        data: &mut [Complex<T>],
        scratch: &mut Scratch<T>,
        pool: &Pool,
        monitor: &Monitor,
    ) -> Result<(), Error> {
        let needed = fft.get_inplace_scratch_len();
        if pool.is_parallel() && self.chunk < self.len {
            return pool.run(|| {
                data.par_chunks_mut(self.chunk)
                    .try_for_each_init(Scratch::default, |scratch, chunk| {
                        monitor.check()?;
                        fft.process_with_scratch(chunk, scratch.of(needed)?);
                        Ok(())
                    })
            });
        }
        for chunk in data.chunks_mut(self.chunk) {
            monitor.check()?;
            fft.process_with_scratch(chunk, scratch.of(needed)?);
        }
        Ok(())
    }
}

/// Memory that transforms work in; each thread keeps one and uses it again.
pub struct Scratch<T>(Vec<Complex<T>>);

impl<T> Default for Scratch<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Real> Scratch<T> {
    fn of(&mut self, len: usize) -> Result<&mut [Complex<T>], Error> {
        if self.0.len() < len {
            self.0 = try_filled("working memory of a transform", len, Complex::new(T::ZERO, T::ZERO))?;
        }
        Ok(&mut self.0[..len])
    }
}

type Quarters<'a, T> = [&'a mut [Complex<T>]; 4];
type Halves<'a, T> = [&'a mut [Complex<T>]; 2];

/// Blocks that one task of a pass takes: enough work to be worth a steal, little enough to be interrupted.
const TASK: usize = 16 * BLOCK;

/// One pass over all parts of a level.
fn pass<T: Real>(
    level: &Level,
    data: &mut [Complex<T>],
    pool: &Pool,
    monitor: &Monitor,
    four: impl Fn(Quarters<'_, T>, [&[Complex<T>]; 3]) + Sync,
    two: impl Fn(Halves<'_, T>, &[Complex<T>]) + Sync,
) -> Result<(), Interrupted> {
    let part = level.len / level.radix;
    for whole in data.chunks_mut(level.len) {
        if level.radix == 4 {
            let (ab, cd) = whole.split_at_mut(2 * part);
            let ((a, b), (c, d)) = (ab.split_at_mut(part), cd.split_at_mut(part));
            let task = |(i, parts): (usize, Quarters<'_, T>)| -> Result<(), Interrupted> {
                monitor.check()?;
                let [a, b, c, d] = parts;
                let blocks = a
                    .chunks_mut(BLOCK)
                    .zip(b.chunks_mut(BLOCK))
                    .zip(c.chunks_mut(BLOCK))
                    .zip(d.chunks_mut(BLOCK));
                let mut turned = [[Complex::new(T::ZERO, T::ZERO); BLOCK]; 3];
                for (j, (((a, b), c), d)) in blocks.enumerate() {
                    for (roots, turned) in level.roots.iter().zip(&mut turned) {
                        turn(roots, i * (TASK / BLOCK) + j, turned);
                    }
                    four([a, b, c, d], [&turned[0], &turned[1], &turned[2]]);
                }
                Ok(())
            };
            if pool.is_parallel() {
                pool.run(|| {
                    let (a, b) = (a.par_chunks_mut(TASK), b.par_chunks_mut(TASK));
                    let (c, d) = (c.par_chunks_mut(TASK), d.par_chunks_mut(TASK));
                    let parts = a.zip(b).zip(c.zip(d)).map(|((a, b), (c, d))| [a, b, c, d]);
                    parts.enumerate().try_for_each(task)
                })?;
            } else {
                let (a, b) = (a.chunks_mut(TASK), b.chunks_mut(TASK));
                let (c, d) = (c.chunks_mut(TASK), d.chunks_mut(TASK));
                a.zip(b)
                    .zip(c.zip(d))
                    .map(|((a, b), (c, d))| [a, b, c, d])
                    .enumerate()
                    .try_for_each(task)?;
            }
        } else {
            let (a, b) = whole.split_at_mut(part);
            let task = |(i, parts): (usize, Halves<'_, T>)| -> Result<(), Interrupted> {
                monitor.check()?;
                let [a, b] = parts;
                let mut turned = [Complex::new(T::ZERO, T::ZERO); BLOCK];
                for (j, (a, b)) in a.chunks_mut(BLOCK).zip(b.chunks_mut(BLOCK)).enumerate() {
                    turn(&level.roots[0], i * (TASK / BLOCK) + j, &mut turned);
                    two([a, b], &turned);
                }
                Ok(())
            };
            if pool.is_parallel() {
                pool.run(|| {
                    let parts = a.par_chunks_mut(TASK).zip(b.par_chunks_mut(TASK)).map(|(a, b)| [a, b]);
                    parts.enumerate().try_for_each(task)
                })?;
            } else {
                let parts = a.chunks_mut(TASK).zip(b.chunks_mut(TASK)).map(|(a, b)| [a, b]);
                parts.enumerate().try_for_each(task)?;
            }
        }
    }
    Ok(())
}

/// The roots of one block, in the transform's precision.
#[inline(always)]
pub(crate) fn turn<T: Real>(roots: &Roots, block: usize, turned: &mut [Complex<T>; BLOCK]) {
    let (by, low) = roots.block(block);
    for (turned, low) in turned.iter_mut().zip(low) {
        let product = by * low;
        *turned = Complex::new(T::rounded(product.re), T::rounded(product.im));
    }
}

/// x·(−i).
#[inline(always)]
fn minus_i<T: Real>(x: Complex<T>) -> Complex<T> {
    Complex::new(x.im, -x.re)
}

fn split4_forward<T: Real>([a, b, c, d]: Quarters<'_, T>, [w1, w2, w3]: [&[Complex<T>]; 3]) {
    let n = a.len();
    let (b, c, d) = (&mut b[..n], &mut c[..n], &mut d[..n]);
    let (w1, w2, w3) = (&w1[..n], &w2[..n], &w3[..n]);
    for j in 0..n {
        let (s0, s1) = (a[j] + c[j], a[j] - c[j]);
        let (s2, s3) = (b[j] + d[j], minus_i(b[j] - d[j]));
        a[j] = s0 + s2;
        b[j] = (s1 + s3) * w1[j];
        c[j] = (s0 - s2) * w2[j];
        d[j] = (s1 - s3) * w3[j];
    }
}

fn split4_inverse<T: Real>([a, b, c, d]: Quarters<'_, T>, [w1, w2, w3]: [&[Complex<T>]; 3]) {
    let n = a.len();
    let (b, c, d) = (&mut b[..n], &mut c[..n], &mut d[..n]);
    let (w1, w2, w3) = (&w1[..n], &w2[..n], &w3[..n]);
    for j in 0..n {
        let (t0, t1) = (a[j], b[j] * w1[j].conj());
        let (t2, t3) = (c[j] * w2[j].conj(), d[j] * w3[j].conj());
        let (s0, s1) = (t0 + t2, t0 - t2);
        let (s2, s3) = (t1 + t3, minus_i(t1 - t3));
        a[j] = s0 + s2;
        b[j] = s1 - s3;
        c[j] = s0 - s2;
        d[j] = s1 + s3;
    }
}

fn split2_forward<T: Real>([a, b]: Halves<'_, T>, w: &[Complex<T>]) {
    let n = a.len();
    let (b, w) = (&mut b[..n], &w[..n]);
    for j in 0..n {
        let (s, t) = (a[j] + b[j], a[j] - b[j]);
        a[j] = s;
        b[j] = t * w[j];
    }
}

fn split2_inverse<T: Real>([a, b]: Halves<'_, T>, w: &[Complex<T>]) {
    let n = a.len();
    let (b, w) = (&mut b[..n], &w[..n]);
    for j in 0..n {
        let (s, t) = (a[j], b[j] * w[j].conj());
        a[j] = s + t;
        b[j] = s - t;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roots::root;

    /// The spectrum as a multiset is the discrete Fourier transform, and the inverse undoes it.
    #[test]
    fn passes_and_chunks_make_a_transform() {
        let monitor = Monitor::new();
        for (len, largest) in [
            (1, 1024),
            (2, 1024),
            (4096, 1024),
            (8192, 1024),
            (1 << 15, 1024),
            (1 << 16, 4096),
        ] {
            for n_threads in [1, 2] {
                let pool = Pool::new(n_threads).unwrap();
                let transform = Transform::<f64>::with_chunks(len, largest).unwrap();
                let mut scratch = Scratch::default();
                // An impulse at 1 transforms to all roots of unity, each once.
                let mut data = vec![Complex::new(0.0, 0.0); len];
                data[1 % len] = Complex::new(1.0, 0.0);
                transform.forward(&mut data, &mut scratch, &pool, &monitor).unwrap();
                let mut seen = vec![false; len];
                for value in &data {
                    let k = (-value.im.atan2(value.re) / (2.0 * std::f64::consts::PI) * len as f64).round();
                    let k = (k as i64).rem_euclid(len as i64) as usize;
                    assert!((value - root(k as u64 % len as u64, len as u64)).norm() < 1e-13 || len == 1);
                    assert!(!seen[k]);
                    seen[k] = true;
                }
                let original: Vec<_> = (0..len)
                    .map(|i| Complex::new((i * i % 17) as f64, (i % 5) as f64))
                    .collect();
                let mut data = original.clone();
                transform.forward(&mut data, &mut scratch, &pool, &monitor).unwrap();
                transform.inverse(&mut data, &mut scratch, &pool, &monitor).unwrap();
                for (value, original) in data.iter().zip(&original) {
                    assert!((value / len as f64 - original).norm() < 1e-12);
                }
            }
        }
    }

    #[test]
    fn stops_when_asked() {
        let monitor = Monitor::new();
        monitor.stop();
        let transform = Transform::<f32>::new(1024).unwrap();
        let mut data = vec![Complex::new(0.0, 0.0); 1024];
        let pool = Pool::new(1).unwrap();
        let stopped = transform.forward(&mut data, &mut Scratch::default(), &pool, &monitor);
        assert_eq!(stopped, Err(Error::Interrupted(Interrupted)));
    }
}
