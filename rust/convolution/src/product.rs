//! Products of real polynomials through complex transforms of half their length.
//!
//! The ring ℝ[x]/(x^2L + 1) is ℂ[x]/(x^L − i): a polynomial of degree below 2L is folded to L complex coefficients (the upper half becomes the
//! imaginary part), turned by powers of a primitive 4L-th root of unity, and transformed with L points. A product of degree below 2L comes back whole: no post-processing
//! of a real transform, no wrap. The turn counts as one more stage in the rounding bound.
//!
//! ```
//! use porism_convolution::{Accumulator, Product, Scratch};
//! use porism_runtime::{Monitor, Pool};
//!
//! # fn main() -> Result<(), porism_convolution::Error> {
//! let (pool, monitor) = (Pool::new(1).unwrap(), Monitor::new());
//! let product = Product::<f64>::new(8)?;                              // at least 8 coefficients
//! let mut scratch = Scratch::default();
//! let a = product.factor([(0, 1), (2, 3)], &mut scratch, &pool, &monitor)?;   // 1 + 3x²
//! let b = product.factor([(1, 5)], &mut scratch, &pool, &monitor)?;           // 5x
//! let mut sum = Accumulator::new(product.transform())?;
//! sum.add(&a, &b);
//! let coefficients = product.finish(&mut sum, &mut scratch, &pool, &monitor)?;
//! assert_eq!((0..8).map(|i| coefficients.get(i)).collect::<Vec<_>>(), [0, 5, 0, 15, 0, 0, 0, 0]);
//! # Ok(())
//! # }
//! ```

use porism_runtime::{Monitor, Pool};
use rayon::prelude::*;
use rustfft::num_complex::Complex;

use crate::Error;
use crate::bound::rounding_factor;
use crate::real::Real;
use crate::roots::{BLOCK, Roots};
use crate::spectrum::{Accumulator, Spectrum};
use crate::transform::{Scratch, Transform, turn};

/// Products of polynomials with at most [`len`](Self::len) coefficients, to be shared by threads.
pub struct Product<T: Real> {
    transform: Transform<T>,
    roots: Roots,
}

impl<T: Real> Product<T> {
    /// For products of at least `len` coefficients (the next power of two, at least 2).
    pub fn new(len: usize) -> Result<Self, Error> {
        let half = len.max(2).checked_next_power_of_two().map_or(usize::MAX, |len| len / 2);
        let transform = Transform::new(half)?;
        Ok(Self {
            transform,
            roots: Roots::new(4 * half as u64, 1),
        })
    }

    /// Coefficients of a product.
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        2 * self.transform.len()
    }

    /// The transform underneath, of half as many points.
    pub fn transform(&self) -> &Transform<T> {
        &self.transform
    }

    /// Stages that the rounding bound counts.
    pub fn stages(&self) -> u32 {
        self.transform.stages() + 1
    }

    /// Whether a sum of `terms` products is certified before anything is computed, when the sum of the products of norms is at most `norms`.
    pub fn is_certified(&self, terms: usize, norms: f64) -> bool {
        rounding_factor(T::PRECISION, self.stages(), terms) * norms < 0.5
    }

    /// The spectrum of a polynomial with `coefficients` (exponent, value); values of equal exponents are added.
    ///
    /// # Panics
    /// If an exponent is not less than [`len`](Self::len).
    pub fn factor(
        &self,
        coefficients: impl IntoIterator<Item = (usize, i64)>,
        scratch: &mut Scratch<T>,
        pool: &Pool,
        monitor: &Monitor,
    ) -> Result<Spectrum<T>, Error> {
        let mut spectrum = Spectrum::new(&self.transform)?;
        self.refill(&mut spectrum, coefficients, scratch, pool, monitor)?;
        Ok(spectrum)
    }

    /// As [`factor`](Self::factor), in a spectrum's memory.
    pub fn refill(
        &self,
        spectrum: &mut Spectrum<T>,
        coefficients: impl IntoIterator<Item = (usize, i64)>,
        scratch: &mut Scratch<T>,
        pool: &Pool,
        monitor: &Monitor,
    ) -> Result<(), Error> {
        let half = self.transform.len();
        let signal = spectrum.signal();
        signal.fill(Complex::new(T::ZERO, T::ZERO));
        for (exponent, value) in coefficients {
            let value = T::rounded(value as f64);
            if exponent < half {
                signal[exponent].re = signal[exponent].re + value;
            } else {
                signal[exponent - half].im = signal[exponent - half].im + value;
            }
        }
        spectrum.transform_turned(self, scratch, pool, monitor)
    }

    /// Transform the sum back. Leaves `sum` empty.
    ///
    /// # Errors
    /// [`Error::Uncertified`] where rounding might give a wrong integer.
    pub fn finish<'a>(
        &self,
        sum: &'a mut Accumulator<T>,
        scratch: &mut Scratch<T>,
        pool: &Pool,
        monitor: &Monitor,
    ) -> Result<Coefficients<'a, T>, Error> {
        let bound = sum.bound(self.stages());
        let values = sum.invert(0.5, self.stages(), &self.transform, scratch, pool, monitor)?;
        let scale = T::rounded(1.0 / self.transform.len() as f64); // a power of two: exact
        self.turn(values, pool, monitor, |z, root| {
            let z = z * root;
            Complex::new(z.re * scale, z.im * scale)
        })?;
        Ok(Coefficients { values, bound })
    }

    #[inline(always)]
    fn turn(
        &self,
        values: &mut [Complex<T>],
        pool: &Pool,
        monitor: &Monitor,
        by: impl Fn(Complex<T>, Complex<T>) -> Complex<T> + Sync,
    ) -> Result<(), Error> {
        const TASK: usize = 64 * BLOCK;
        let task = |(i, part): (usize, &mut [Complex<T>])| -> Result<(), Error> {
            monitor.check()?;
            let mut roots = [Complex::new(T::ZERO, T::ZERO); BLOCK];
            for (j, values) in part.chunks_mut(BLOCK).enumerate() {
                turn(&self.roots, i * (TASK / BLOCK) + j, &mut roots);
                for (z, root) in values.iter_mut().zip(&roots) {
                    *z = by(*z, *root);
                }
            }
            Ok(())
        };
        if pool.is_parallel() {
            pool.run(|| values.par_chunks_mut(TASK).enumerate().try_for_each(task))
        } else {
            values.chunks_mut(TASK).enumerate().try_for_each(task)
        }
    }
}

impl<T: Real> Spectrum<T> {
    fn transform_turned(
        &mut self,
        product: &Product<T>,
        scratch: &mut Scratch<T>,
        pool: &Pool,
        monitor: &Monitor,
    ) -> Result<(), Error> {
        self.measure();
        product.turn(&mut self.values, pool, monitor, |z, root| z * root.conj())?;
        product.transform.forward(&mut self.values, scratch, pool, monitor)
    }
}

/// The coefficients of a product, before they are rounded to what they certainly are.
pub struct Coefficients<'a, T: Real> {
    values: &'a [Complex<T>],
    bound: f64,
}

impl<T: Real> Coefficients<'_, T> {
    /// What the error before rounding is proved not to exceed.
    pub fn bound(&self) -> f64 {
        self.bound
    }

    /// The coefficient of x^`exponent`.
    ///
    /// # Panics
    /// If `exponent` is not less than twice the number of complex values.
    #[inline(always)]
    pub fn get(&self, exponent: usize) -> i64 {
        let half = self.values.len();
        let value = if exponent < half {
            self.values[exponent].re
        } else {
            self.values[exponent - half].im
        };
        self.round(value)
    }

    /// Lower and upper half of the coefficients as they lie in memory: the real and the imaginary parts. Rounding to the nearest integer is exact.
    pub fn folded(&self) -> &[Complex<T>] {
        self.values
    }

    /// Write the first coefficients to `to`, as many as it takes.
    ///
    /// # Panics
    /// If it takes more than there are.
    pub fn write(&self, to: &mut [i64]) {
        let half = self.values.len();
        assert!(to.len() <= 2 * half, "more coefficients than there are");
        let (low, high) = to.split_at_mut(half.min(to.len()));
        for (to, z) in low.iter_mut().zip(self.values) {
            *to = self.round(z.re);
        }
        for (to, z) in high.iter_mut().zip(self.values) {
            *to = self.round(z.im);
        }
    }

    #[inline(always)]
    fn round(&self, value: T) -> i64 {
        debug_assert!(
            (value.wide() - value.nearest() as f64).abs() <= self.bound,
            "farther from an integer than was proved"
        );
        value.nearest()
    }
}
