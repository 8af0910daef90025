//! Kernel `fft`: letters that are frequent in both strings, by overlap-save.
//!
//! For each letter a forward transform of two blocks of text at once (one as the real part, one as the imaginary), for all letters together one
//! inverse; the spectra of the pattern are kept for all blocks. Sums are integers, and the transform is refused where its proved rounding bound reaches one
//! half: single precision where that is certified for every 0/1 signal, double precision otherwise.

use std::sync::Arc;

use porism_convolution::{Accumulator, Complex, Correlator, Real, Scratch, Spectrum};
use porism_runtime::{Monitor, Pool};

use crate::arch::Write;
use crate::chunks::for_chunks;
use crate::error::Error;
use crate::letters::Letters;
use crate::symbol::Symbol;

/// Bytes that spectra of the pattern may take; more letters than fit go in several passes.
const SPECTRA: usize = 1 << 28;

/// Transforms are at least so long.
const SHORTEST: usize = 1 << 10;

/// Which letters are counted this way.
#[derive(Debug)]
pub(crate) struct Fft<S> {
    letters: Arc<Letters<S>>,
    chosen: Vec<usize>,
    pattern_len: usize,
    block_len: usize,
}

/// The length of transforms for `shifts` shifts of a pattern of `m` symbols: twice, four or eight times the pattern's, whichever takes the fewest points in all, and no
/// longer than the text needs.
pub(crate) fn block_len(m: usize, shifts: usize, cost: impl Fn(usize) -> f64) -> usize {
    let least = (2 * m).next_power_of_two().max(SHORTEST);
    let mut best = (f64::INFINITY, least);
    for factor in [1, 2, 4, 8] {
        let len = least * factor;
        let step = len - m + 1;
        let pairs = shifts.div_ceil(step).div_ceil(2);
        let total = pairs as f64 * len as f64 * cost(len);
        if total < best.0 {
            best = (total, len);
        }
    }
    best.1
}

/// Whether single precision is certified for every pattern and text of 0/1 signals.
pub(crate) fn single(m: usize, block_len: usize, letters: usize) -> bool {
    let norms = (2.0 * block_len as f64 * m as f64).sqrt();
    porism_convolution::certified(block_len.trailing_zeros(), letters, norms)
        == Some(porism_convolution::Precision::F32)
}

impl<S: Symbol> Fft<S> {
    /// Prepare to count the letters `chosen` of a pattern of `pattern_len` symbols, with transforms of `block_len` points.
    pub(crate) fn new(letters: &Arc<Letters<S>>, chosen: &[usize], pattern_len: usize, block_len: usize) -> Self {
        Self {
            letters: Arc::clone(letters),
            chosen: chosen.to_vec(),
            pattern_len,
            block_len,
        }
    }

    /// Count at all shifts of `text`. Returns the number of butterflies.
    pub(crate) fn run(
        &self,
        text: &[S],
        out: &mut [i32],
        write: Write,
        pool: &Pool,
        monitor: &Monitor,
    ) -> Result<u64, Error> {
        if let Write::From(base) = write {
            out.fill(base);
        }
        if self.chosen.is_empty() {
            return Ok(0);
        }
        let mut butterflies = 0;
        if single(self.pattern_len, self.block_len, self.chosen.len()) {
            for chosen in self.chosen.chunks((SPECTRA / (8 * self.block_len)).max(1)) {
                butterflies += self.pass::<f32>(chosen, text, out, pool, monitor)?;
            }
        } else {
            for chosen in self.chosen.chunks((SPECTRA / (16 * self.block_len)).max(1)) {
                butterflies += self.pass::<f64>(chosen, text, out, pool, monitor)?;
            }
        }
        Ok(butterflies)
    }

    fn pass<T: Real>(
        &self,
        chosen: &[usize],
        text: &[S],
        out: &mut [i32],
        pool: &Pool,
        monitor: &Monitor,
    ) -> Result<u64, Error> {
        let alone = Pool::new(1)?;
        let correlator = Correlator::<T>::new(self.block_len, self.pattern_len)?;
        let mut scratch = Scratch::default();
        let mut patterns = Vec::with_capacity(chosen.len());
        for &letter in chosen {
            let mut spectrum = Spectrum::new(correlator.transform())?;
            let signal = spectrum.signal();
            signal.fill(Complex::new(T::ZERO, T::ZERO));
            for &j in self.letters.positions(letter) {
                signal[j as usize].re = T::rounded(-1.0); // matches are taken away
            }
            spectrum.transform(correlator.transform(), &mut scratch, &alone, monitor)?;
            patterns.push(spectrum);
        }
        let step = correlator.step();
        // Two blocks at a time, so that both halves of a task are as long; the last may be shorter.
        let shifts = out.len();
        let pairs = shifts.div_ceil(step).div_ceil(2);
        let step = shifts.div_ceil(2 * pairs).min(step);
        let make = || -> Result<_, Error> {
            let transform = correlator.transform();
            Ok((
                Spectrum::new(transform)?,
                Accumulator::new(transform)?,
                Scratch::default(),
            ))
        };
        for_chunks(pool, out, 2 * step, make, |memory, start, out| {
            let (block, sum, scratch) = memory.as_mut().map_err(|error| error.clone())?;
            let (first, second) = out.split_at_mut(step.min(out.len()));
            let part = |from: usize, shifts: usize| {
                let from = start + from;
                &text[from.min(text.len())..(from + shifts + self.pattern_len - 1).min(text.len())]
            };
            let parts = if second.is_empty() {
                (part(0, first.len()), &text[..0])
            } else {
                (part(0, first.len()), part(first.len(), second.len()))
            };
            sum.clear();
            for (&letter, pattern) in chosen.iter().zip(&patterns) {
                monitor.check()?;
                let (symbol, relation) = (self.letters.symbols[letter], self.letters.relation);
                correlator.load(block, parts.0, parts.1, |&t| {
                    T::rounded(f64::from(u8::from(relation.matches(t, symbol))))
                });
                block.transform(correlator.transform(), scratch, &alone, monitor)?;
                sum.add_conjugate(block, pattern);
            }
            correlator.finish(sum, scratch, &alone, monitor)?.add_to(first, second);
            Ok(())
        })?;
        let stages = u64::from(self.block_len.trailing_zeros());
        let transforms = (chosen.len() + pairs * (chosen.len() + 1)) as u64;
        Ok(transforms * (self.block_len as u64 / 2) * stages)
    }
}
