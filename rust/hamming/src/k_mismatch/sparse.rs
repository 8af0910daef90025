//! Counting signed coincidences: Σ over pairs of equal letters, one place in the text and one in the pattern, of the product of their signs, for every shift.
//!
//! Each letter is counted in the cheaper of two ways: pair by pair, or together with other letters by a transform. That is Abrahamson's rule. With *fields* several
//! neighbouring shifts share one coefficient of a transform that is shorter by as much, which is what the structure of the bound O(√(ab·length)) for a letter with a and b places
//! (Chan, Jin, Vassilevska Williams, Xu 2023) comes to with the numbers that a machine has: a field cannot overflow, because no count
//! exceeds the smaller of a and b.

use porism_convolution::{Accumulator, Product, Scratch};
use porism_runtime::{Monitor, Pool};

use super::{Counters, uncounted};
use crate::Error;

/// A place where a letter counts, and its sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Event {
    pub(super) letter: u32,
    pub(super) at: u32,
    pub(super) sign: i8,
}

/// How letters with many pairs are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heavy {
    /// By transforms with a coefficient for each shift.
    Plain,
    /// By transforms with fields for several shifts in each coefficient, where that can be certified.
    Packed,
}

/// Increments that cost as much as a butterfly: three for a spectrum of the text, one of the pattern, and the share of the inverse.
const BUTTERFLY: u64 = 3;

/// Increments between two looks whether to stop.
const PATIENCE: usize = 1 << 24;

/// Events of one letter in both strings.
type Pair<'a> = (&'a [Event], &'a [Event]);

/// Add to `counts[s + pattern_len - 1]` the signed coincidences at shift s, which runs from `1 - pattern_len` to `text_len - 1`. Both lists are ordered by letter.
#[allow(clippy::too_many_arguments)]
pub(super) fn correlate(
    text: &[Event],
    pattern: &[Event],
    text_len: usize,
    pattern_len: usize,
    heavy: Heavy,
    counts: &mut [i32],
    counters: &mut Counters,
    monitor: &Monitor,
) -> Result<(), Error> {
    let len = (text_len + pattern_len).next_power_of_two();
    let butterflies = butterflies(len);
    let mut many: Vec<Pair<'_>> = Vec::new();
    let mut spent = 0;
    let mut rest = pattern;
    for own in text.chunk_by(|a, b| a.letter == b.letter) {
        let letter = own[0].letter;
        let from = rest.partition_point(|event| event.letter < letter);
        let to = rest.partition_point(|event| event.letter <= letter);
        let theirs = &rest[from..to];
        rest = &rest[to..];
        let pairs = own.len() as u64 * theirs.len() as u64;
        if pairs > BUTTERFLY * butterflies {
            many.push((own, theirs));
            continue;
        }
        counters.increments += pairs;
        for t in own {
            let base = t.at as usize + pattern_len - 1;
            for p in theirs {
                counts[base - p.at as usize] += i32::from(t.sign * p.sign);
            }
            spent += theirs.len();
            if spent > PATIENCE {
                monitor.check()?;
                spent = 0;
            }
        }
    }
    if many.is_empty() {
        return Ok(());
    }
    if heavy == Heavy::Packed {
        // Letters with few places first: they leave room for one another in the same fields.
        many.sort_by_key(|(own, theirs)| own.len().min(theirs.len()));
        let mut from = 0;
        while from < many.len() {
            let mut to = from + 1;
            while to < many.len() && Packing::of(&many[from..=to]).is_some() {
                to += 1;
            }
            match Packing::of(&many[from..to]) {
                Some(packing) => transformed(
                    &many[from..to],
                    packing,
                    text_len,
                    pattern_len,
                    counts,
                    counters,
                    monitor,
                )?,
                None => transformed(
                    &many[from..to],
                    Packing::NONE,
                    text_len,
                    pattern_len,
                    counts,
                    counters,
                    monitor,
                )?,
            }
            from = to;
        }
        return Ok(());
    }
    transformed(&many, Packing::NONE, text_len, pattern_len, counts, counters, monitor)
}

/// Butterflies of a product's three transforms of `len` real coefficients, for each of the three.
pub(super) fn butterflies(len: usize) -> u64 {
    let points = (len / 2).max(2) as u64;
    points / 2 * u64::from(points.ilog2())
}

/// How many shifts share a coefficient, and how many bits each has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Packing {
    positions: usize,
    bits: u32,
}

impl Packing {
    const NONE: Self = Self { positions: 1, bits: 0 };

    /// The widest packing in which no count of these letters together leaves its field, nor a product what a double holds exactly.
    fn of(letters: &[Pair<'_>]) -> Option<Self> {
        let most: usize = letters.iter().map(|(own, theirs)| own.len().min(theirs.len())).sum();
        let bits = most.max(1).ilog2() + 2; // one more than the count needs, for its sign
        [3, 2]
            .into_iter()
            .map(|positions| Self { positions, bits })
            .find(|packing| packing.is_certified(letters))
    }

    fn is_certified(self, letters: &[Pair<'_>]) -> bool {
        if (2 * self.positions as u32 - 1) * self.bits > 50 {
            return false;
        }
        // Places are spread over the fields as they come; a bound on the norm takes the worst case that they all meet in the highest.
        let highest = 4.0_f64.powi((self.bits as usize * (self.positions - 1)) as i32);
        let norms: f64 = letters
            .iter()
            .map(|(own, theirs)| (own.len() as f64 * theirs.len() as f64).sqrt() * highest * self.positions as f64)
            .sum();
        // Product::is_certified needs the length; 2^24 points are more than any window has.
        porism_convolution::rounding_factor(porism_convolution::Precision::F64, 24, letters.len()) * norms < 0.5
    }

    fn of_position(self, position: usize, sign: i8) -> (usize, i64) {
        let value = 1_i64 << (self.bits as usize * (position % self.positions));
        (position / self.positions, value * i64::from(sign))
    }
}

/// Count letters by a sum of products and one inverse transform.
fn transformed(
    letters: &[Pair<'_>],
    packing: Packing,
    text_len: usize,
    pattern_len: usize,
    counts: &mut [i32],
    counters: &mut Counters,
    monitor: &Monitor,
) -> Result<(), Error> {
    let pool = Pool::new(1)?;
    let g = packing.positions;
    let product = Product::<f64>::new(text_len.div_ceil(g) + pattern_len.div_ceil(g)).map_err(uncounted)?;
    let mut scratch = Scratch::default();
    let mut sum = Accumulator::new(product.transform()).map_err(uncounted)?;
    for (own, theirs) in letters {
        let own = own
            .iter()
            .map(|event| packing.of_position(event.at as usize, event.sign));
        let own = product.factor(own, &mut scratch, &pool, monitor).map_err(uncounted)?;
        let theirs = theirs
            .iter()
            .map(|event| packing.of_position(pattern_len - 1 - event.at as usize, event.sign));
        let theirs = product
            .factor(theirs, &mut scratch, &pool, monitor)
            .map_err(uncounted)?;
        sum.add(&own, &theirs);
    }
    counters.butterflies += butterflies(product.len()) * (2 * letters.len() as u64 + 1);
    let coefficients = product
        .finish(&mut sum, &mut scratch, &pool, monitor)
        .map_err(uncounted)?;
    if g == 1 {
        for (place, count) in counts.iter_mut().enumerate() {
            *count += coefficients.get(place) as i32;
        }
        return Ok(());
    }
    counters.packed += letters.len() as u64;
    // Fields hold signed counts: an offset of half a field each makes them digits.
    let fields = 2 * g - 1;
    let half = 1_i64 << (packing.bits - 1);
    let offset: i64 = (0..fields).map(|f| half << (packing.bits as usize * f)).sum();
    let mask = (1_i64 << packing.bits) - 1;
    for i in 0..counts.len().div_ceil(g) {
        let mut digits = coefficients.get(i) + offset;
        for count in counts.iter_mut().skip(g * i).take(fields) {
            *count += ((digits & mask) - half) as i32;
            digits >>= packing.bits;
        }
    }
    Ok(())
}
