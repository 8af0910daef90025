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
use crate::real::{ROUNDING, Real};
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

    /// Fill `block` with four blocks of text, two digits to each part of a value: the third and the fourth block times 2^`digit`. See [`Reading`].
    ///
    /// # Panics
    /// If a block is longer than [`block_len`](Self::block_len).
    #[inline(always)]
    pub fn load_digits<S>(&self, block: &mut Spectrum<T>, parts: [&[S]; 4], digit: u32, value: impl Fn(&S) -> T) {
        let signal = block.signal();
        assert!(
            parts.iter().all(|part| part.len() <= signal.len()),
            "more text than a block holds"
        );
        let all = parts.iter().map(|part| part.len()).min().unwrap_or(0);
        let (whole, rest) = signal.split_at_mut(all);
        let high = T::rounded((1_u64 << digit) as f64);
        let [a, b, c, d] = parts.map(|part| &part[..all]);
        for ((z, (a, b)), (c, d)) in whole.iter_mut().zip(a.iter().zip(b)).zip(c.iter().zip(d)) {
            *z = Complex::new(value(a) + high * value(c), value(b) + high * value(d));
        }
        rest.fill(Complex::new(T::ZERO, T::ZERO));
        let [a, b, c, d] = parts.map(|part| &part[all..]);
        rest.iter_mut().zip(a).for_each(|(z, a)| z.re = value(a));
        rest.iter_mut().zip(b).for_each(|(z, b)| z.im = value(b));
        rest.iter_mut().zip(c).for_each(|(z, c)| z.re = z.re + high * value(c));
        rest.iter_mut().zip(d).for_each(|(z, d)| z.im = z.im + high * value(d));
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
        self.finish_within(0.5, Reading::PLAIN, sum, scratch, pool, monitor)
    }

    /// As [`finish`](Self::finish), for values that are to be read by [`digits`](Correlations::digits).
    ///
    /// # Errors
    /// [`Error::Uncertified`] where the reading might be wrong.
    pub fn finish_for<'a>(
        &self,
        reading: Reading,
        sum: &'a mut Accumulator<T>,
        scratch: &mut Scratch<T>,
        pool: &Pool,
        monitor: &Monitor,
    ) -> Result<Correlations<'a, T>, Error> {
        self.finish_within(reading.limit(), reading, sum, scratch, pool, monitor)
    }

    fn finish_within<'a>(
        &self,
        limit: f64,
        reading: Reading,
        sum: &'a mut Accumulator<T>,
        scratch: &mut Scratch<T>,
        pool: &Pool,
        monitor: &Monitor,
    ) -> Result<Correlations<'a, T>, Error> {
        let bound = sum.bound(self.transform.stages());
        let values = sum.invert(limit, self.transform.stages(), &self.transform, scratch, pool, monitor)?;
        let scale = T::rounded(1.0 / self.transform.len() as f64); // a power of two: exact
        Ok(Correlations {
            values: &values[..self.step()],
            scale,
            bound,
            reading,
        })
    }
}

/// How counts lie in the values that a transform back gives.
///
/// - Letters in pairs or fours are correlated by signs: two letters by +1 and −1, four by three such signals of which two different letters have an odd number alike.
///   Then four (two) times the matches are what is correlated plus the number of pairs of letters at all, and only multiples of the divisor occur: an error of less than half of *it* is told.
/// - Double precision has bits to spare: a second block, times 2^digit, travels in the same real number. Its counts are the high digit, as long as every count is below 2^digit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// What values, with what the caller adds, are multiples of: a power of two.
    pub divisor: u32,
    /// Bits of a digit, at most 25, where two blocks share a value.
    pub digit: Option<u32>,
}

/// Bits of a count that does not share its value.
const ALONE: u32 = 31;

impl Reading {
    /// A count is a value.
    pub const PLAIN: Self = Self {
        divisor: 1,
        digit: None,
    };

    /// What errors must stay below: half the divisor, less what the addition in double precision may round.
    pub fn limit(self) -> f64 {
        let largest = f64::from(self.divisor) * 2.0_f64.powi(self.digit.map_or(ALONE, |digit| 2 * digit) as i32);
        0.5 * f64::from(self.divisor) - largest * f64::EPSILON
    }

    /// Whether sums of `terms` products, whose products of norms add up to at most `norms`, can be read from transforms of `stages` stages in the precision `T`.
    pub fn is_certified<T: Real>(self, stages: u32, terms: usize, norms: f64) -> bool {
        self.digit.is_none_or(|digit| 2 * digit <= 50)
            && rounding_factor(T::PRECISION, stages, terms) * norms < self.limit()
    }
}

/// What is added to values before they are divided, so that they are multiples of the divisor: the same everywhere, or each its own.
#[derive(Debug, Clone, Copy)]
pub enum Offsets<'a> {
    /// One for all.
    Same(f64),
    /// One for each.
    Each(&'a [f64]),
}

/// The correlations of two blocks, before they are rounded to what they certainly are.
pub struct Correlations<'a, T: Real> {
    values: &'a [Complex<T>],
    scale: T,
    bound: f64,
    reading: Reading,
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

    /// Read the counts of two blocks that share the real parts (or, where said so, the imaginary ones), by the [`Reading`] that they were made for: low digits are written to
    /// `low`, high ones to `high`, which is no longer than that and empty where blocks do not share.
    ///
    /// # Panics
    /// If there are fewer values or offsets than counts asked for, or high digits where there are none.
    #[inline(always)]
    pub fn digits(
        &self,
        imaginary: bool,
        offsets: Offsets<'_>,
        low: &mut [i32],
        high: &mut [i32],
        write: impl Fn(&mut i32, i32),
    ) {
        let n = low.len();
        assert!(
            n <= self.values.len() && high.len() <= n,
            "more than a block gives, or the second block longer than the first"
        );
        assert!(high.is_empty() || self.reading.digit.is_some(), "no second digit");
        match (imaginary, offsets) {
            (false, Offsets::Same(all)) => self.digits_of(|z| z.re, std::iter::repeat_n(all, n), low, high, write),
            (true, Offsets::Same(all)) => self.digits_of(|z| z.im, std::iter::repeat_n(all, n), low, high, write),
            (false, Offsets::Each(own)) => self.digits_of(|z| z.re, own[..n].iter().copied(), low, high, write),
            (true, Offsets::Each(own)) => self.digits_of(|z| z.im, own[..n].iter().copied(), low, high, write),
        }
    }

    #[inline(always)]
    fn digits_of(
        &self,
        part: impl Fn(&Complex<T>) -> T,
        offsets: impl Iterator<Item = f64> + Clone,
        low: &mut [i32],
        high: &mut [i32],
        write: impl Fn(&mut i32, i32),
    ) {
        let divided = 1.0 / f64::from(self.reading.divisor); // a power of two: exact
        let (scale, digit) = (self.scale.wide(), self.reading.digit.unwrap_or(ALONE));
        let read = |z: &Complex<T>, offset: f64| -> u64 {
            let value = (part(z).wide() * scale + offset) * divided;
            debug_assert!(
                (value - value.round()).abs() <= (self.bound + 1e-3) * divided,
                "farther from an integer than was proved"
            );
            (value + ROUNDING).to_bits() & ((1 << 51) - 1)
        };
        let lowest = (1_u64 << digit) - 1;
        for ((to, z), offset) in low.iter_mut().zip(self.values).zip(offsets.clone()) {
            write(to, (read(z, offset) & lowest) as i32);
        }
        for ((to, z), offset) in high.iter_mut().zip(self.values).zip(offsets) {
            write(to, (read(z, offset) >> digit) as i32);
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
