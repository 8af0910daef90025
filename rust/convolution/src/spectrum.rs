//! Spectra that know how large their signals were, and sums of their products.

use porism_runtime::{Monitor, Pool};
use rustfft::num_complex::Complex;

use crate::Error;
use crate::bound::rounding_factor;
use crate::error::try_filled;
use crate::real::Real;
use crate::transform::{Scratch, Transform};

/// A transformed signal, with its Euclidean norm: what the certificate needs to know of it.
#[derive(Clone)]
pub struct Spectrum<T: Real> {
    pub(crate) values: Vec<Complex<T>>,
    norm: f64,
}

impl<T: Real> Spectrum<T> {
    /// Room for a spectrum of `transform`.
    pub fn new(transform: &Transform<T>) -> Result<Self, Error> {
        let values = try_filled("a spectrum", transform.len(), Complex::new(T::ZERO, T::ZERO))?;
        Ok(Self { values, norm: 0.0 })
    }

    /// The Euclidean norm of the signal.
    pub fn norm(&self) -> f64 {
        self.norm
    }

    /// The signal to be transformed by [`transform`](Self::transform): whoever fills it writes every value, integers only.
    pub fn signal(&mut self) -> &mut [Complex<T>] {
        &mut self.values
    }

    /// Transform what [`signal`](Self::signal) was filled with.
    pub fn transform(
        &mut self,
        transform: &Transform<T>,
        scratch: &mut Scratch<T>,
        pool: &Pool,
        monitor: &Monitor,
    ) -> Result<(), Error> {
        self.measure();
        transform.forward(&mut self.values, scratch, pool, monitor)
    }

    pub(crate) fn measure(&mut self) {
        self.norm = norm(&self.values);
    }

    /// As [`transform`](Self::transform), for one who knows an upper bound of the norm: √(number of ones) for a set.
    ///
    /// A bound that is too small makes the certificate worthless; debug builds check it.
    pub fn transform_with_norm(
        &mut self,
        norm_bound: f64,
        transform: &Transform<T>,
        scratch: &mut Scratch<T>,
        pool: &Pool,
        monitor: &Monitor,
    ) -> Result<(), Error> {
        debug_assert!(
            norm(&self.values) <= norm_bound * (1.0 + 1e-9),
            "the norm is larger than was said"
        );
        self.norm = norm_bound;
        transform.forward(&mut self.values, scratch, pool, monitor)
    }
}

/// Sums of squares in blocks of double precision: exact for the integers that matter, fast for the compiler.
fn norm<T: Real>(values: &[Complex<T>]) -> f64 {
    let mut sums = [0.0_f64; 8];
    let whole = values.chunks_exact(8);
    let rest: f64 = whole.remainder().iter().map(|z| square(*z)).sum();
    for block in whole {
        for (sum, z) in sums.iter_mut().zip(block) {
            *sum += square(*z);
        }
    }
    (sums.iter().sum::<f64>() + rest).sqrt()
}

#[inline(always)]
fn square<T: Real>(z: Complex<T>) -> f64 {
    let (re, im) = (z.re.wide(), z.im.wide());
    re * re + im * im
}

/// A sum of products of spectra, to be transformed back once.
pub struct Accumulator<T: Real> {
    values: Vec<Complex<T>>,
    norms: f64,
    terms: usize,
}

impl<T: Real> Accumulator<T> {
    /// An empty sum for spectra of `transform`.
    pub fn new(transform: &Transform<T>) -> Result<Self, Error> {
        let values = try_filled("a sum of spectra", transform.len(), Complex::new(T::ZERO, T::ZERO))?;
        Ok(Self {
            values,
            norms: 0.0,
            terms: 0,
        })
    }

    /// Start again from zero.
    pub fn clear(&mut self) {
        (self.norms, self.terms) = (0.0, 0); // the next product overwrites the values
    }

    /// How many products were added.
    pub fn terms(&self) -> usize {
        self.terms
    }

    /// Add the product `a·b`: a convolution.
    pub fn add(&mut self, a: &Spectrum<T>, b: &Spectrum<T>) {
        self.accumulate(a, b, |a, b| a * b);
    }

    /// Add `a` times the conjugate of `b`: the correlation of `a` with a real signal `b`.
    pub fn add_conjugate(&mut self, a: &Spectrum<T>, b: &Spectrum<T>) {
        self.accumulate(a, b, |a, b| a * b.conj());
    }

    #[inline(always)]
    fn accumulate(&mut self, a: &Spectrum<T>, b: &Spectrum<T>, product: impl Fn(Complex<T>, Complex<T>) -> Complex<T>) {
        let n = self.values.len();
        assert!(
            a.values.len() == n && b.values.len() == n,
            "spectra of another transform"
        );
        let pairs = a.values.iter().zip(&b.values);
        if self.terms == 0 {
            for (sum, (a, b)) in self.values.iter_mut().zip(pairs) {
                *sum = product(*a, *b);
            }
        } else {
            for (sum, (a, b)) in self.values.iter_mut().zip(pairs) {
                *sum = *sum + product(*a, *b);
            }
        }
        self.norms += a.norm * b.norm;
        self.terms += 1;
    }

    /// What the error of every value after the inverse transform is proved not to exceed, when `stages` are counted per transform.
    pub(crate) fn bound(&self, stages: u32) -> f64 {
        rounding_factor(T::PRECISION, stages, self.terms) * self.norms
    }

    /// Transform back, scaled. Refuses, before it works, where the error of a value might reach `limit`: one half where any integer is to be told.
    pub(crate) fn invert(
        &mut self,
        limit: f64,
        stages: u32,
        transform: &Transform<T>,
        scratch: &mut Scratch<T>,
        pool: &Pool,
        monitor: &Monitor,
    ) -> Result<&mut [Complex<T>], Error> {
        if self.terms == 0 {
            self.values.fill(Complex::new(T::ZERO, T::ZERO));
            return Ok(&mut self.values);
        }
        let bound = self.bound(stages);
        let is_proved = bound < limit; // false for a bound that is not a number, too
        if !is_proved {
            return Err(Error::Uncertified {
                precision: T::PRECISION,
                length: transform.len(),
                bound,
            });
        }
        transform.inverse(&mut self.values, scratch, pool, monitor)?;
        self.clear(); // what is here is no sum of spectra any more
        Ok(&mut self.values)
    }
}
