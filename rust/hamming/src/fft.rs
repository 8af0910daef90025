//! Kernel `fft`: letters that are frequent in both strings, by overlap-save.
//!
//! Letters become *channels*, signals of small integers. Each has a forward transform of the blocks of text that are taken together, for all channels there is one inverse; the
//! spectra of the pattern are kept for all blocks. A channel is the indicator of a letter; or, where the pattern is made of two to four letters alone, a sign: the letters 1, 2, 3 and 4 get the
//! signs `++--`, `+-+-`, `+--+`, of which equal letters agree in three and others in one of three. So one channel or three do for two letters or four, and four times the matches
//! are what is correlated plus the number of the text's letters that are any of the pattern's.
//!
//! Two blocks of text share a signal, as its real and its imaginary part. In double precision, where that leaves enough bits for the proof, four do: two to a part, one of them times a power of two.
//! Sums are integers, and a transform is refused where its proved rounding bound does not tell them apart.

use std::sync::Arc;

use porism_convolution::{
    Accumulator, Complex, Correlations, Correlator, Offsets, Precision, Reading, Real, Scratch, Spectrum,
};
use porism_runtime::{Isa, Monitor, Pool};
use rayon::prelude::*;

use crate::arch::{Kernel, Simd, Write, dispatch};
use crate::chunks::for_chunks;
use crate::costs::Costs;
use crate::error::Error;
use crate::letters::Letters;
use crate::relation::Relation;
use crate::symbol::Symbol;

/// Bytes that spectra of the pattern may take; more letters than fit go in several passes.
const SPECTRA: usize = 1 << 28;

/// Transforms are at least so long.
const SHORTEST: usize = 1 << 10;

/// Most letters that are told by signs.
const SIGNED: usize = 4;

/// How many blocks, of how many points, are transformed together, and in what.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Shape {
    /// Points of a transform: symbols of a block of text.
    pub(crate) len: usize,
    precision: Precision,
    reading: Reading,
    /// What all that costs in nanoseconds of one core.
    pub(crate) cost: f64,
}

/// What transforms are to tell apart.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Task {
    /// Symbols of the pattern.
    pub(crate) m: usize,
    /// Shifts.
    pub(crate) shifts: usize,
    /// Letters.
    pub(crate) n_letters: usize,
    /// Whether they are all that the pattern has, and compared for equality.
    pub(crate) whole: bool,
    /// Whether a symbol of the text matches one letter at most.
    pub(crate) single: bool,
}

impl Task {
    fn signed(&self) -> bool {
        self.whole && self.single && (2..=SIGNED).contains(&self.n_letters)
    }

    /// How many channels, what values are multiples of, and the sum of the products of norms as a multiple of √(2·L·m): by Cauchy and Schwarz where letters are told by
    /// their indicators.
    fn channels(&self) -> (usize, u32, f64) {
        match self.n_letters {
            2 if self.signed() => (1, 2, 1.0),
            _ if self.signed() => (3, 4, 3.0),
            n if self.single => (n, 1, 1.0),
            n => (n, 1, (n as f64).sqrt()),
        }
    }

    /// The cheapest certified shape.
    pub(crate) fn shape(&self, costs: &Costs) -> Shape {
        let shapes = self.shapes(costs);
        shapes
            .into_iter()
            .reduce(|best, shape| if shape.cost < best.cost { shape } else { best })
            .expect("double precision is always tried")
    }

    /// The shapes that are certified for all strings; and double precision for a pair of blocks, which is refused where it cannot be proved for the strings at hand. Transforms are two,
    /// four, eight or sixteen times as long as the pattern.
    fn shapes(&self, costs: &Costs) -> Vec<Shape> {
        let (channels, divisor, norms) = self.channels();
        let least = (2 * self.m).next_power_of_two().max(SHORTEST);
        let digit = self.m.ilog2() + 1; // counts are at most m
        let plain = Reading { divisor, digit: None };
        let shared = Reading {
            digit: Some(digit),
            ..plain
        };
        let mut shapes = Vec::with_capacity(12);
        for len in [1, 2, 4, 8].map(|factor| least * factor) {
            let (step, stages) = (len - self.m + 1, len.trailing_zeros());
            let one = (2.0 * len as f64 * self.m as f64).sqrt() * norms;
            let both = one * (1.0 + 2.0_f64.powi(digit as i32));
            for (precision, reading, certified) in [
                (Precision::F32, plain, plain.is_certified::<f32>(stages, channels, one)),
                (
                    Precision::F64,
                    shared,
                    shared.is_certified::<f64>(stages, channels, both),
                ),
                (Precision::F64, plain, true),
            ] {
                let blocks = if reading.digit.is_some() { 4 } else { 2 };
                let rounds = self.shifts.div_ceil(step).div_ceil(blocks);
                let points = (channels + rounds * (channels + 1)) * len;
                let point = costs.point(len, precision == Precision::F32);
                if certified {
                    shapes.push(Shape {
                        len,
                        precision,
                        reading,
                        cost: points as f64 * point + self.shifts as f64 * costs.write,
                    });
                }
            }
        }
        shapes
    }
}

/// A signal of small integers: what a symbol of the pattern is, and one of the text.
#[derive(Debug, Clone)]
enum Channel<S> {
    /// 1 where `letter` is, in the text where it matches its symbol.
    Letter(usize, S),
    /// 1 where one of the first two symbols is, −1 where one of the others is.
    Sign([S; 2], [S; 2]),
}

/// Which letters are counted this way.
#[derive(Debug)]
pub(crate) struct Fft<S> {
    letters: Arc<Letters<S>>,
    channels: Vec<Channel<S>>,
    /// The letters, where they are told by signs, and their symbols, the last one repeated.
    signed: Vec<usize>,
    counted: [S; SIGNED],
    pattern_len: usize,
    shape: Shape,
    isa: Isa,
}

impl<S: Symbol> Fft<S> {
    /// Prepare to count the letters `chosen` of a pattern of `task.m` symbols.
    pub(crate) fn new(letters: &Arc<Letters<S>>, chosen: &[usize], task: &Task, costs: &Costs, isa: Isa) -> Self {
        Self::shaped(letters, chosen, task, task.shape(costs), isa)
    }

    fn shaped(letters: &Arc<Letters<S>>, chosen: &[usize], task: &Task, shape: Shape, isa: Isa) -> Self {
        let symbol = |letter: usize| letters.symbols[chosen[letter]];
        let channels = match chosen.len() {
            2 if task.signed() => vec![Channel::Sign([symbol(0); 2], [symbol(1); 2])],
            n if task.signed() => {
                // A fourth letter that is not there is as if it were the one with the same sign.
                let sign = |[a, b]: [usize; 2], [c, d]: [usize; 2]| {
                    let pair = |a: usize, b: usize| [symbol(a), symbol(if b < n { b } else { a })];
                    Channel::Sign(pair(a, b), pair(c, d))
                };
                vec![sign([0, 1], [2, 3]), sign([0, 2], [1, 3]), sign([0, 3], [1, 2])]
            }
            _ => chosen
                .iter()
                .map(|&letter| Channel::Letter(letter, letters.symbols[letter]))
                .collect(),
        };
        Self {
            letters: Arc::clone(letters),
            channels,
            signed: if task.signed() { chosen.to_vec() } else { Vec::new() },
            counted: std::array::from_fn(|i| {
                chosen
                    .get(i)
                    .or(chosen.last())
                    .map_or(S::from_id(0), |&l| letters.symbols[l])
            }),
            pattern_len: task.m,
            shape,
            isa,
        }
    }

    /// Count at all shifts of `text`. Returns the number of butterflies.
    pub(crate) fn run(
        &self,
        text: &[S],
        out: &mut [i32],
        mut write: Write,
        pool: &Pool,
        monitor: &Monitor,
    ) -> Result<u64, Error> {
        if let (Write::From(base), true) = (write, self.channels.is_empty()) {
            out.fill(base);
        }
        let mut butterflies = 0;
        let width = if self.shape.precision == Precision::F32 { 8 } else { 16 };
        for channels in self.channels.chunks((SPECTRA / (width * self.shape.len)).max(SIGNED)) {
            butterflies += match self.shape.precision {
                Precision::F32 => self.pass::<f32>(channels, text, out, write, pool, monitor)?,
                Precision::F64 => self.pass::<f64>(channels, text, out, write, pool, monitor)?,
            };
            write = Write::Take;
        }
        Ok(butterflies)
    }

    fn pass<T: Real>(
        &self,
        channels: &[Channel<S>],
        text: &[S],
        out: &mut [i32],
        write: Write,
        pool: &Pool,
        monitor: &Monitor,
    ) -> Result<u64, Error> {
        let alone = Pool::new(1)?;
        let Shape { len, reading, .. } = self.shape;
        let correlator = Correlator::<T>::new(len, self.pattern_len)?;
        let patterns = self.patterns(&correlator, channels, pool, &alone, monitor)?;
        let step = correlator.step();
        let blocks = if reading.digit.is_some() { 4 } else { 2 };
        // Blocks that are transformed together are as long as one another; the last may be shorter.
        let shifts = out.len();
        let rounds = shifts.div_ceil(step).div_ceil(blocks);
        let step = shifts.div_ceil(blocks * rounds).min(step);
        let make = || -> Result<_, Error> { Memory::new(&correlator) };
        for_chunks(pool, out, blocks * step, make, |memory, start, out| {
            let memory = memory.as_mut().map_err(|error| error.clone())?;
            let mut rest = out;
            let outs: [&mut [i32]; 4] = std::array::from_fn(|_| {
                let n = step.min(rest.len());
                let (own, others) = std::mem::take(&mut rest).split_at_mut(n);
                rest = others;
                own
            });
            let mut first = start;
            let parts = std::array::from_fn(|i| {
                let own = first;
                first += outs[i].len();
                if outs[i].is_empty() {
                    &text[..0]
                } else {
                    &text[own..own + outs[i].len() + self.pattern_len - 1]
                }
            });
            for (channel, pattern) in channels.iter().zip(&patterns) {
                monitor.check()?;
                let load = Load {
                    fft: self,
                    correlator: &correlator,
                    channel,
                    parts,
                    block: &mut memory.block,
                };
                dispatch(self.isa, load);
                let transform = correlator.transform();
                memory
                    .block
                    .transform(transform, &mut memory.scratch, &alone, monitor)?;
                memory.sum.add_conjugate(&memory.block, pattern);
            }
            let values = correlator.finish_for(reading, &mut memory.sum, &mut memory.scratch, &alone, monitor)?;
            let read = Read {
                fft: self,
                values,
                digit: reading.digit,
                parts,
                outs,
                offsets: &mut memory.offsets,
                write,
            };
            dispatch(self.isa, read);
            Ok(())
        })?;
        let stages = u64::from(len.trailing_zeros());
        let transforms = (channels.len() + rounds * (channels.len() + 1)) as u64;
        Ok(transforms * (len as u64 / 2) * stages)
    }

    /// The spectra of the pattern.
    fn patterns<T: Real>(
        &self,
        correlator: &Correlator<T>,
        channels: &[Channel<S>],
        pool: &Pool,
        alone: &Pool,
        monitor: &Monitor,
    ) -> Result<Vec<Spectrum<T>>, Error> {
        let spectrum = |channel: &Channel<S>, scratch: &mut Scratch<T>, pool: &Pool| -> Result<Spectrum<T>, Error> {
            let mut spectrum = Spectrum::new(correlator.transform())?; // all zeros
            let signal = spectrum.signal();
            let mut set = |letter: usize, value: T| {
                for &j in self.letters.positions(letter) {
                    signal[j as usize] = Complex::new(value, T::ZERO);
                }
            };
            let one = T::rounded(1.0);
            match channel {
                Channel::Letter(letter, _) => set(*letter, one),
                Channel::Sign(plus, _) => {
                    for &letter in &self.signed {
                        let is_plus = plus.contains(&self.letters.symbols[letter]);
                        set(letter, if is_plus { one } else { -one });
                    }
                }
            }
            spectrum.transform(correlator.transform(), scratch, pool, monitor)?;
            Ok(spectrum)
        };
        if pool.is_parallel() && channels.len() >= pool.n_threads() && channels.len().is_multiple_of(pool.n_threads()) {
            return pool.run(|| {
                channels
                    .par_iter()
                    .map_init(Scratch::default, |scratch, channel| spectrum(channel, scratch, alone))
                    .collect()
            });
        }
        // Few of them: each is shared out.
        let mut scratch = Scratch::default();
        channels
            .iter()
            .map(|channel| spectrum(channel, &mut scratch, pool))
            .collect()
    }

    #[inline(always)]
    fn is_counted(&self, symbol: S) -> bool {
        let [a, b, c, d] = self.counted;
        (symbol == a) | (symbol == b) | (symbol == c) | (symbol == d)
    }
}

/// What a thread uses again and again.
struct Memory<T: Real> {
    block: Spectrum<T>,
    sum: Accumulator<T>,
    scratch: Scratch<T>,
    offsets: Vec<f64>,
}

impl<T: Real> Memory<T> {
    fn new(correlator: &Correlator<T>) -> Result<Self, Error> {
        Ok(Self {
            block: Spectrum::new(correlator.transform())?,
            sum: Accumulator::new(correlator.transform())?,
            scratch: Scratch::default(),
            offsets: Vec::new(),
        })
    }
}

/// Fill a block with a channel of the text.
struct Load<'a, S: Symbol, T: Real> {
    fft: &'a Fft<S>,
    correlator: &'a Correlator<T>,
    channel: &'a Channel<S>,
    parts: [&'a [S]; 4],
    block: &'a mut Spectrum<T>,
}

impl<S: Symbol, T: Real> Kernel for Load<'_, S, T> {
    type Output = ();

    #[inline(always)]
    fn run<V: Simd>(self, _: V) {
        let relation = self.fft.letters.relation;
        // No branches, so that compilers make vectors of it.
        match *self.channel {
            Channel::Letter(_, symbol) if relation == Relation::Equal => {
                self.fill(|&t| T::small(i8::from(t == symbol)))
            }
            Channel::Letter(_, symbol) => self.fill(|&t| T::small(i8::from(relation.matches(t, symbol)))),
            Channel::Sign([a, b], [c, d]) => {
                self.fill(|&t| T::small(i8::from((t == a) | (t == b)) - i8::from((t == c) | (t == d))))
            }
        }
    }
}

impl<S: Symbol, T: Real> Load<'_, S, T> {
    #[inline(always)]
    fn fill(self, value: impl Fn(&S) -> T) {
        match self.fft.shape.reading.digit {
            Some(digit) => self.correlator.load_digits(self.block, self.parts, digit, value),
            None => self.correlator.load(self.block, self.parts[0], self.parts[1], value),
        }
    }
}

/// Take what was counted from the result.
struct Read<'a, S: Symbol, T: Real> {
    fft: &'a Fft<S>,
    values: Correlations<'a, T>,
    digit: Option<u32>,
    parts: [&'a [S]; 4],
    outs: [&'a mut [i32]; 4],
    offsets: &'a mut Vec<f64>,
    write: Write,
}

impl<S: Symbol, T: Real> Kernel for Read<'_, S, T> {
    type Output = ();

    #[inline(always)]
    fn run<V: Simd>(self, _: V) {
        let [a, b, c, d] = self.outs;
        let digit = self.digit.unwrap_or(0);
        for (imaginary, parts, low, high) in [(false, [0, 2], a, c), (true, [1, 3], b, d)] {
            let parts = parts.map(|part| self.parts[part]);
            let offsets = offsets(self.fft, parts, [low.len(), high.len()], digit, self.offsets);
            match self.write {
                Write::Take => self
                    .values
                    .digits(imaginary, offsets, low, high, |out, count| *out -= count),
                Write::From(base) => self
                    .values
                    .digits(imaginary, offsets, low, high, |out, count| *out = base - count),
            }
        }
    }
}

/// For letters told by signs: how many symbols of the text under the pattern are any of them, of two blocks that share a value. Nothing otherwise.
#[inline(always)]
fn offsets<'a, S: Symbol>(
    fft: &Fft<S>,
    parts: [&[S]; 2],
    shifts: [usize; 2],
    digit: u32,
    memory: &'a mut Vec<f64>,
) -> Offsets<'a> {
    if fft.signed.is_empty() {
        return Offsets::Same(0.0);
    }
    let m = fft.pattern_len;
    let scales = [1.0, (1_u64 << digit) as f64];
    let usual = |part: usize| -> Option<f64> {
        let text = parts[part];
        match shifts[part] {
            0 => Some(0.0),
            n if n < shifts[0] => None, // counts of shifts beyond the block's share values with counts of the other block
            _ => text
                .iter()
                .all(|&t| fft.is_counted(t))
                .then_some(m as f64 * scales[part]),
        }
    };
    if let (Some(low), Some(high)) = (usual(0), usual(1)) {
        return Offsets::Same(low + high);
    }
    memory.clear();
    memory.resize(shifts[0], 0.0);
    for (text, scale) in parts.into_iter().zip(scales) {
        let counted = |i: usize| u32::from(text.get(i).is_some_and(|&t| fft.is_counted(t)));
        let mut count: u32 = (0..m).map(counted).sum();
        for (s, offset) in memory.iter_mut().enumerate() {
            *offset += scale * f64::from(count);
            count = count + counted(s + m) - counted(s);
        }
    }
    Offsets::Each(memory)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::naive;

    fn drawn(seed: u64, n: usize, sigma: u64) -> Vec<u8> {
        let mut state = seed | 1;
        let next = |_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            ((state >> 33) % sigma) as u8
        };
        (0..n).map(next).collect()
    }

    /// Every shape, with signs and indicators, counts what the definition counts.
    fn every_shape(text: &[u8], pattern: &[u8], relation: Relation, skip: Option<u8>) -> Result<(), TestCaseError> {
        let (m, monitor) = (pattern.len(), Monitor::new());
        let mut matches = vec![0; text.len() + 1 - m];
        naive::matches(text, pattern, relation, skip, &mut matches, &monitor).unwrap();
        let expected: Vec<i32> = matches.iter().map(|count| 7 - count).collect();
        let letters = Arc::new(Letters::new(pattern, 256, skip, relation));
        let all: Vec<usize> = (0..letters.len()).collect();
        let rows: usize = all.iter().map(|&letter| letters.positions(letter).len()).sum();
        for signed in [true, false] {
            let task = Task {
                m,
                shifts: expected.len(),
                n_letters: all.len(),
                whole: signed && rows == m,
                single: relation == Relation::Equal,
            };
            for shape in task.shapes(&Costs::of(Isa::Portable)) {
                for (isa, n_threads) in Isa::available().zip([1, 2, 1]) {
                    let pool = Pool::new(n_threads).unwrap();
                    let fft = Fft::shaped(&letters, &all, &task, shape, isa);
                    let mut out = vec![-1; expected.len()];
                    fft.run(text, &mut out, Write::From(7), &pool, &monitor).unwrap();
                    prop_assert_eq!(&out, &expected, "{:?}, {:?}", shape, isa);
                    out.fill(7);
                    fft.run(text, &mut out, Write::Take, &pool, &monitor).unwrap();
                    prop_assert_eq!(&out, &expected, "{:?}, {:?}", shape, isa);
                }
            }
        }
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(crate::kernels::cases().min(400)))]

        #[test]
        fn every_shape_counts_as_defined(
            sigma in 1_u64..6,
            others in 0_u64..4,
            m in prop_oneof![1_usize..20, 300_usize..600],
            more in prop_oneof![0_usize..30, 400_usize..5000],
            seed in any::<u64>(),
            skip in prop::option::of(0_u8..3),
            planted in any::<bool>(),
        ) {
            let pattern = drawn(seed, m, sigma);
            let mut text = drawn(seed ^ 0xABCD_EF01, m + more, sigma + others);
            if planted {
                text.iter_mut().enumerate().for_each(|(i, t)| *t = pattern[i % m]);
            }
            every_shape(&text, &pattern, Relation::Equal, skip)?;
            every_shape(&text, &pattern, Relation::Overlap, None)?;
        }
    }

    #[test]
    fn equal_strings_do_not_carry_into_the_next_digit() {
        for m in [255, 256, 4095, 4096] {
            let pattern: Vec<u8> = (0..m).map(|j| (j % 2) as u8).collect();
            let text: Vec<u8> = (0..3 * m + 9).map(|i| (i % 2) as u8).collect();
            every_shape(&text, &pattern, Relation::Equal, None).unwrap();
        }
    }

    #[test]
    fn single_precision_is_refused_where_it_is_not_proved() {
        let task = |m: usize, n_letters: usize, whole: bool| Task {
            m,
            shifts: 1 << 20,
            n_letters,
            whole,
            single: true,
        };
        let single = |task: Task, len: usize| {
            let shapes = task.shapes(&Costs::of(Isa::Portable));
            shapes
                .iter()
                .any(|shape| shape.precision == Precision::F32 && shape.len == len)
        };
        // All ones, a quarter of the block: certified at 2^14 points, not at 2^17; signs reach a little farther than indicators.
        assert!(single(task(1 << 12, 1, false), 1 << 14));
        assert!(!single(task(1 << 15, 1, false), 1 << 17));
        assert!(single(task(1 << 14, 4, true), 1 << 16) && !single(task(1 << 14, 4, false), 1 << 16));
    }
}
