//! Correlation of long texts with patterns: overlap-save, two blocks of text in one complex signal, many letters in one inverse transform.
//!
//! A block of L text values gives L − m + 1 correlations with a pattern of m values. The block after next, or any other, travels along as
//! the imaginary part: patterns are real, so that the parts do not mix. For a text over several letters (or channels, or digits) each letter
//! has a spectrum of the pattern, made once, and one of the block; their products are added up and transformed back together.
//!
//! ```
//! use porism_convolution::{Accumulator, Correlator, Scratch, Spectrum};
//! use porism_runtime::{Monitor, Pool};
//!
//! # fn main() -> Result<(), porism_convolution::Error> {
//! let (pool, monitor) = (Pool::new(1).unwrap(), Monitor::new());
//! let (text, pattern) = (b"abracadabra, abracadabra", b"abra");
//! let correlator = Correlator::<f32>::new(16, pattern.len())?;        // blocks of 16, 13 results each
//! let mut scratch = Scratch::default();
//! let letters = [b'a', b'b', b'r'];
//! let patterns = letters
//!     .map(|letter| correlator.pattern(|j| f32::from(u8::from(pattern[j] == letter)), &mut scratch, &pool, &monitor).unwrap());
//!
//! let mut block = Spectrum::new(correlator.transform())?;
//! let mut sum = Accumulator::new(correlator.transform())?;
//! let (first, second) = (&text[..16], &text[13..]);                   // two blocks, the second of them short
//! for (letter, pattern) in letters.iter().zip(&patterns) {
//!     correlator.load(&mut block, first, second, |symbol| f32::from(u8::from(symbol == letter)));
//!     block.transform(correlator.transform(), &mut scratch, &pool, &monitor)?;
//!     sum.add_conjugate(&block, pattern);
//! }
//! let mut matches = [vec![0; 13], vec![0; 8]];
//! let [a, b] = &mut matches;
//! correlator.finish(&mut sum, &mut scratch, &pool, &monitor)?.write(a, b);
//! assert_eq!((matches[0][0], matches[0][7], matches[1][0]), (4, 4, 4));  // shifts 0, 7 and 13
//! # Ok(())
//! # }
//! ```

use porism_runtime::{Monitor, Pool};
use rustfft::num_complex::Complex;

use crate::Error;
use crate::bound::rounding_factor;
use crate::real::Real;
use crate::spectrum::{Accumulator, Spectrum};
use crate::transform::{Scratch, Transform};

/// Correlations of blocks of one length with patterns of one length, to be shared by threads.
pub struct Correlator<T: Real> {
    transform: Transform<T>,
    pattern_len: usize,
}

impl<T: Real> Correlator<T> {
    /// For blocks of `block_len` values (a power of two) and patterns of `pattern_len`, between 1 and `block_len`.
    pub fn new(block_len: usize, pattern_len: usize) -> Result<Self, Error> {
        if pattern_len == 0 || pattern_len > block_len {
            return Err(Error::Length {
                what: "the length of a pattern",
                expected: "between 1 and that of a block",
                got: pattern_len,
            });
        }
        Ok(Self {
            transform: Transform::new(block_len)?,
            pattern_len,
        })
    }

    /// The transform of a block.
    pub fn transform(&self) -> &Transform<T> {
        &self.transform
    }

    /// Values in a block.
    pub fn block_len(&self) -> usize {
        self.transform.len()
    }

    /// Correlations that a whole block gives: by so much the next block starts later.
    pub fn step(&self) -> usize {
        self.block_len() - self.pattern_len + 1
    }

    /// Whether a sum over `terms` letters is certified before anything is computed, when the sum over them of the product of norms is at most `norms`.
    ///
    /// For two 0/1 blocks with t ones and a pattern with p ones a letter contributes √(tp). By Cauchy and Schwarz, √(2·L·m) is enough for all letters together.
    pub fn is_certified(&self, terms: usize, norms: f64) -> bool {
        rounding_factor(T::PRECISION, self.transform.stages(), terms) * norms < 0.5
    }

    /// The spectrum of the pattern whose j-th value is `value(j)`: one letter's indicator, for instance.
    pub fn pattern(
        &self,
        mut value: impl FnMut(usize) -> T,
        scratch: &mut Scratch<T>,
        pool: &Pool,
        monitor: &Monitor,
    ) -> Result<Spectrum<T>, Error> {
        let mut spectrum = Spectrum::new(&self.transform)?;
        for (j, z) in spectrum.signal()[..self.pattern_len].iter_mut().enumerate() {
            z.re = value(j);
        }
        spectrum.transform(&self.transform, scratch, pool, monitor)?;
        Ok(spectrum)
    }

    /// Fill `block` with two blocks of text, each mapped by `value`; what is missing to a whole block is 0.
    ///
    /// # Panics
    /// If a block is longer than [`block_len`](Self::block_len).
    #[inline(always)]
    pub fn load<S>(&self, block: &mut Spectrum<T>, first: &[S], second: &[S], value: impl Fn(&S) -> T) {
        let signal = block.signal();
        assert!(
            first.len() <= signal.len() && second.len() <= signal.len(),
            "more text than a block holds"
        );
        let both = first.len().min(second.len());
        let (whole, rest) = signal.split_at_mut(both);
        for ((z, a), b) in whole.iter_mut().zip(first).zip(second) {
            *z = Complex::new(value(a), value(b));
        }
        rest.fill(Complex::new(T::ZERO, T::ZERO));
        for (z, a) in rest.iter_mut().zip(&first[both..]) {
            z.re = value(a);
        }
        for (z, b) in rest.iter_mut().zip(&second[both..]) {
            z.im = value(b);
        }
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
    ) -> Result<Correlations<'a, T>, Error> {
        let bound = sum.bound(self.transform.stages());
        let values = sum.invert(self.transform.stages(), &self.transform, scratch, pool, monitor)?;
        let scale = T::rounded(1.0 / self.transform.len() as f64); // a power of two: exact
        Ok(Correlations {
            values: &values[..self.step()],
            scale,
            bound,
        })
    }
}

/// The correlations of two blocks, before they are rounded to what they certainly are.
pub struct Correlations<'a, T: Real> {
    values: &'a [Complex<T>],
    scale: T,
    bound: f64,
}

impl<T: Real> Correlations<'_, T> {
    /// What the error before rounding is proved not to exceed.
    pub fn bound(&self) -> f64 {
        self.bound
    }

    /// How many of each block there are.
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// The `s`-th correlation of both blocks.
    ///
    /// # Panics
    /// If `s` is not less than [`len`](Self::len).
    pub fn get(&self, s: usize) -> (i64, i64) {
        let z = self.values[s];
        ((z.re * self.scale).nearest(), (z.im * self.scale).nearest())
    }

    /// Write the first correlations of each block to `first` and `second`, as many as they take.
    ///
    /// # Panics
    /// If a slice is longer than [`len`](Self::len), in debug builds also where a value does not fit 32 bits.
    #[inline(always)]
    pub fn write(&self, first: &mut [i32], second: &mut [i32]) {
        self.each(first, second, |to, value| *to = value);
    }

    /// Add the first correlations of each block to `first` and `second`, as many as they take.
    ///
    /// # Panics
    /// As [`write`](Self::write).
    #[inline(always)]
    pub fn add_to(&self, first: &mut [i32], second: &mut [i32]) {
        self.each(first, second, |to, value| *to += value);
    }

    #[inline(always)]
    fn each(&self, first: &mut [i32], second: &mut [i32], write: impl Fn(&mut i32, i32)) {
        assert!(
            first.len() <= self.values.len() && second.len() <= self.values.len(),
            "more than a block gives"
        );
        for (to, z) in first.iter_mut().zip(self.values) {
            write(to, self.round(z.re));
        }
        for (to, z) in second.iter_mut().zip(self.values) {
            write(to, self.round(z.im));
        }
    }

    #[inline(always)]
    fn round(&self, value: T) -> i32 {
        let value = value * self.scale;
        debug_assert!(
            (value.wide() - value.nearest() as f64).abs() <= self.bound,
            "farther from an integer than was proved"
        );
        debug_assert_eq!(value.nearest(), i64::from(value.nearest32()));
        value.nearest32()
    }
}
