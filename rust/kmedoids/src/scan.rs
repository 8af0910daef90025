//! Whether a matrix is plainly one of dissimilarities, in one pass over its rows as they lie in memory.
//!
//! Comparing every value with its mirror image visits memory in two orders at once, at half the speed of reading it in one. So symmetry is told by *fingerprints*:
//! with random 32-bit weights `u`, row `p` has `R_p = sum_j u_j b_pj` and column `p` has `C_p = sum_i u_i b_ip`, where `b` are the values' bits and sums are taken
//! modulo 2^64. Both come from one pass in memory's order, and a symmetric matrix has `R = C`. If some `b_pq` differs from `b_qp`, then `R_p = C_p` requires of `u_q`,
//! given all other weights, to be one certain number: differences are below 2^32, so that their multiples by different weights differ modulo 2^64. The same holds of
//! `R_q = C_q` and `u_p`. Values of 64 bits have a weight for each half. Weights are drawn anew for every call, so whatever the matrix, a pair that differs goes unseen with a probability of at most 2^-64.
//!
//! Where fingerprints differ, the pairs among their rows are compared, and must explain the differences whole. Values that need a closer look (negative, not a number, infinite) and
//! matrices that differ from their mirror image in many places are left to the caller, who compares everything.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::sync::Mutex;

use porism_runtime::{Isa, Monitor, Pool};
use rand::Rng;

use crate::arch::{Kernel, Simd, Totals, WORDS, dispatch};
use crate::element::Element;
use crate::error::Error;
use crate::options::generator;
use crate::random::below;

/// What [`scan`] saw of a matrix of finite values without a sign.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Plain {
    pub(crate) max: f64,
    /// The largest difference between a value and its mirror image, where that was asked for.
    pub(crate) asymmetry: f64,
}

/// Pairs that are compared before everything else: a matrix that differs in many places is better compared whole at once.
const SAMPLE: usize = 512;

/// Rows with different fingerprints up to which it pays to compare all pairs of them.
const MAX_SUSPECTS: usize = 512;

/// Rows between two looks at whether to stop.
const BAND: usize = 64;

/// Pass over `n` x `n` values. `None` where they need a closer look.
pub(crate) fn scan<T: Element>(
    values: &[T],
    n: usize,
    symmetric: bool,
    isa: Isa,
    pool: &Pool,
    monitor: &Monitor,
) -> Result<Option<Plain>, Error> {
    debug_assert_eq!(values.len(), n * n);
    let mut rng = generator(RandomState::new().build_hasher().finish(), 0);
    if symmetric && n > 0 {
        let differs = |(i, j): (usize, usize)| values[i * n + j].halves() != values[j * n + i].halves();
        let mut pairs = (0..SAMPLE).map(|_| (below(&mut rng, n), below(&mut rng, n)));
        if pairs.any(differs) {
            return Ok(None);
        }
    }
    let weights = symmetric.then(|| Weights::draw::<T>(n, &mut rng));
    let found = Mutex::new(Found::new::<T>(n, symmetric));
    let shares = if pool.is_parallel() {
        (4 * pool.n_threads()).min(n.div_ceil(BAND)) // each has sums of its own
    } else {
        1
    };
    pool.for_each(shares, |share| {
        let (first, end) = (share * n / shares, (share + 1) * n / shares);
        let mut part = Found::new::<T>(n, symmetric);
        for first in (first..end).step_by(BAND) {
            if monitor.check().is_err() {
                return;
            }
            let rows = Rows {
                values,
                n,
                rows: (first, end.min(first + BAND)),
                weights: weights.as_ref(),
                found: &mut part,
            };
            dispatch(isa, rows);
        }
        if let Ok(mut found) = found.lock() {
            found.add(&part);
        }
    });
    monitor.check()?;
    let Ok(found) = found.into_inner() else { return Ok(None) };
    let Some(max) = T::Bits::try_from(found.max).ok().filter(|&max| max <= T::LARGEST) else {
        return Ok(None);
    };
    let max = T::from_bits(max).to_f64();
    let asymmetry = weights.map_or(Some(0.0), |weights| found.asymmetry(values, n, &weights));
    Ok(asymmetry.map(|asymmetry| Plain { max, asymmetry }))
}

/// How many words of 64 bits hold a row: two values each, or one. The last may be half empty.
fn n_words<T: Element>(n: usize) -> usize {
    n.div_ceil(8 / size_of::<T>())
}

/// What is known of object `j` by the halves of words: of its own half, or of both of its word.
fn by_object<T: Element>(low: &[u64], high: &[u64], j: usize) -> [u64; 2] {
    if size_of::<T>() == 8 {
        [low[j], high[j]]
    } else {
        [[low[j / 2], high[j / 2]][j % 2]; 2]
    }
}

/// Random numbers of 32 bits, for the lower and the upper half of every word in a row.
struct Weights {
    low: Vec<u64>,
    high: Vec<u64>,
}

impl Weights {
    fn draw<T: Element>(n: usize, rng: &mut impl Rng) -> Self {
        let mut draw = || (0..n_words::<T>(n)).map(|_| rng.next_u64() & HALF).collect();
        Self {
            low: draw(),
            high: draw(),
        }
    }
}

/// What was seen so far.
struct Found {
    /// The largest [bits](Element::bits): those of the largest value, or beyond [`Element::LARGEST`].
    max: u64,
    /// Fingerprints of the rows.
    rows: Vec<u64>,
    /// Fingerprints of the columns, lower and upper halves of words apart.
    low: Vec<u64>,
    high: Vec<u64>,
}

impl Found {
    fn new<T: Element>(n: usize, symmetric: bool) -> Self {
        let zeros = |n| vec![0; if symmetric { n } else { 0 }];
        Self {
            max: 0,
            rows: zeros(n),
            low: zeros(n_words::<T>(n)),
            high: zeros(n_words::<T>(n)),
        }
    }

    fn add(&mut self, part: &Self) {
        self.max = self.max.max(part.max);
        let sums = [&mut self.rows, &mut self.low, &mut self.high];
        for (sums, parts) in sums.into_iter().zip([&part.rows, &part.low, &part.high]) {
            for (sum, &part) in sums.iter_mut().zip(parts) {
                *sum = sum.wrapping_add(part);
            }
        }
    }

    /// What row `p` has that column `p` has not.
    fn difference<T: Element>(&self, p: usize) -> u64 {
        let [low, high] = by_object::<T>(&self.low, &self.high, p);
        let column = if size_of::<T>() == 8 {
            low.wrapping_add(high)
        } else {
            low
        };
        self.rows[p].wrapping_sub(column)
    }

    /// The largest difference between mirror images, if the pairs of rows whose fingerprints differ explain all of it.
    fn asymmetry<T: Element>(&self, values: &[T], n: usize, weights: &Weights) -> Option<f64> {
        let suspects: Vec<usize> = (0..n).filter(|&p| self.difference::<T>(p) != 0).collect();
        if suspects.len() > MAX_SUSPECTS {
            return None;
        }
        let mut asymmetry = 0.0_f64;
        for &p in &suspects {
            let mut rest = self.difference::<T>(p);
            for &q in &suspects {
                let (x, mirrored) = (values[p * n + q], values[q * n + p]);
                asymmetry = asymmetry.max((x.to_f64() - mirrored.to_f64()).abs());
                let weights = by_object::<T>(&weights.low, &weights.high, q);
                for ((half, mirrored), weight) in x.halves().into_iter().zip(mirrored.halves()).zip(weights) {
                    rest = rest.wrapping_sub(half.wrapping_sub(mirrored).wrapping_mul(weight));
                }
            }
            if rest != 0 {
                return None;
            }
        }
        Some(asymmetry)
    }
}

/// Rows read side by side: weights and columns' sums are then loaded once for all of them. Half as many where there are few registers.
const SIDE: usize = 8;

/// The lower half of a word.
const HALF: u64 = 0xffff_ffff;

/// Some rows, to be looked at and added to the fingerprints.
struct Rows<'a, T: Element> {
    values: &'a [T],
    n: usize,
    rows: (usize, usize),
    /// None where no fingerprints are wanted.
    weights: Option<&'a Weights>,
    found: &'a mut Found,
}

impl<T: Element> Kernel for Rows<'_, T> {
    type Output = ();

    // No closures below: they would not be compiled for the instruction set.
    #[inline(always)]
    fn run<S: Simd>(mut self, simd: S) {
        let (mut row, end) = self.rows;
        while row < end {
            if S::REGISTERS >= 32 && row + SIDE <= end {
                self.side::<S, SIDE>(simd, row);
                row += SIDE;
            } else if row + SIDE / 2 <= end {
                self.side::<S, { SIDE / 2 }>(simd, row);
                row += SIDE / 2;
            } else {
                self.side::<S, 1>(simd, row);
                row += 1;
            }
        }
    }
}

impl<T: Element> Rows<'_, T> {
    /// Take `N` rows from `first`.
    #[inline(always)]
    fn side<S: Simd, const N: usize>(&mut self, simd: S, first: usize) {
        let mut rows: [&[T]; N] = [&[]; N];
        for r in 0..N {
            rows[r] = &self.values[(first + r) * self.n..][..self.n];
        }
        let Some(weights) = self.weights else {
            for r in 0..N {
                look(rows[r], &mut self.found.max);
            }
            return;
        };
        let mut own = [[0; 2]; N];
        for r in 0..N {
            own[r] = by_object::<T>(&weights.low, &weights.high, first + r);
        }
        let sums = if size_of::<T>() == 8 {
            fingerprint::<S, T, N, true>(simd, rows, own, weights, self.found)
        } else {
            fingerprint::<S, T, N, false>(simd, rows, own, weights, self.found)
        };
        self.found.rows[first..first + N].copy_from_slice(&sums);
    }
}

/// Take the largest bits of `row`.
#[inline(always)]
fn look<T: Element>(row: &[T], largest: &mut u64) {
    const WIDTH: usize = 64;
    let mut max = [T::Bits::default(); WIDTH];
    let (parts, rest) = row.as_chunks::<WIDTH>();
    for part in parts {
        for lane in 0..WIDTH {
            max[lane] = max[lane].max(part[lane].bits());
        }
    }
    for x in rest {
        max[0] = max[0].max(x.bits());
    }
    for lane in 0..WIDTH {
        *largest = (*largest).max(max[lane].into());
    }
}

/// Take the largest bits of the rows, add the products of their words with their `own` weights to the columns' sums, and return the sums of those with the `weights`, row by row.
#[inline(always)]
fn fingerprint<S: Simd, T: Element, const N: usize, const WIDE: bool>(
    simd: S,
    rows: [&[T]; N],
    own: [[u64; 2]; N],
    weights: &Weights,
    found: &mut Found,
) -> [u64; N] {
    let per_word = if WIDE { 1 } else { 2 };
    let n_whole = rows[0].len() / per_word / WORDS;
    let n_words = n_whole * WORDS;
    let mut places = [std::ptr::null(); N];
    for r in 0..N {
        places[r] = rows[r][..n_words * per_word].as_ptr().cast();
    }
    let halves = [weights.low[..n_words].as_ptr(), weights.high[..n_words].as_ptr()];
    let columns = [found.low[..n_words].as_mut_ptr(), found.high[..n_words].as_mut_ptr()];
    let mut totals = Totals {
        sums: [[0; WORDS]; N],
        largest: [0; WORDS],
    };
    // SAFETY: all slices are as long as that, as taking their parts has asserted; words of values are plain bits.
    unsafe { simd.add_products::<N, WIDE>(n_whole, places, own, halves, columns, &mut totals) };
    for word in totals.largest {
        found.max = found.max.max(if WIDE { word } else { (word & HALF).max(word >> 32) });
    }
    let mut sums = [0_u64; N];
    for r in 0..N {
        for sum in totals.sums[r] {
            sums[r] = sums[r].wrapping_add(sum);
        }
        let rest = n_words * per_word;
        look(&rows[r][rest..], &mut found.max);
        for c in rest..rows[r].len() {
            let word = c / per_word;
            let mut halves = rows[r][c].halves();
            if !WIDE && c % 2 == 1 {
                halves = [0, halves[0]];
            }
            let weighted = (halves[0] * weights.low[word]).wrapping_add(halves[1] * weights.high[word]);
            sums[r] = sums[r].wrapping_add(weighted);
            found.low[word] = found.low[word].wrapping_add(halves[0] * own[r][0]);
            found.high[word] = found.high[word].wrapping_add(halves[1] * own[r][1]);
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn plain<T: Element>(values: &[T], n: usize, symmetric: bool, n_threads: usize, isa: Isa) -> Option<Plain> {
        let pool = Pool::new(n_threads).unwrap();
        scan(values, n, symmetric, isa, &pool, &Monitor::new()).unwrap()
    }

    /// A symmetric matrix.
    fn matrix<T: Element>(n: usize, seed: u64, from: impl Fn(usize) -> T) -> Vec<T> {
        let mut rng = generator(seed, 0);
        let mut values = vec![T::ZERO; n * n];
        for i in 0..n {
            for j in 0..i {
                values[i * n + j] = from(below(&mut rng, 1000));
                values[j * n + i] = values[i * n + j];
            }
        }
        values
    }

    fn few_differences_are_found<T: Element>(n: usize, seed: u64, changes: usize, from: impl Fn(usize) -> T) {
        let mut values = matrix(n, seed, &from);
        let mut rng = generator(seed, 1);
        for _ in 0..changes {
            let (i, j) = (below(&mut rng, n), below(&mut rng, n));
            if i != j {
                values[i * n + j] = from(below(&mut rng, 1003));
            }
        }
        let mut expected = Plain {
            max: 0.0,
            asymmetry: 0.0,
        };
        for i in 0..n {
            for j in 0..n {
                let x = values[i * n + j].to_f64();
                expected.max = expected.max.max(x);
                expected.asymmetry = expected.asymmetry.max((x - values[j * n + i].to_f64()).abs());
            }
        }
        for isa in Isa::available() {
            for n_threads in [1, 3] {
                // `None`, where the sample happened to see a difference, says nothing wrong.
                if let Some(plain) = plain(&values, n, true, n_threads, isa) {
                    assert_eq!(plain, expected);
                } else {
                    assert!(expected.asymmetry > 0.0);
                }
                let one_sided = Plain {
                    asymmetry: 0.0,
                    ..expected
                };
                assert_eq!(plain(&values, n, false, n_threads, isa), Some(one_sided));
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_a_scan_says_is_so(n in 1..150_usize, seed in 0..1_000_000_u64, changes in 0..4_usize) {
            few_differences_are_found(n, seed, changes, |x| x as f32);
            few_differences_are_found(n, seed, changes, |x| x as f64 / 7.0);
            few_differences_are_found(n, seed, changes, |x| x as i32);
            few_differences_are_found(n, seed, changes, |x| (x as i64) << 33);
        }
    }

    #[test]
    fn single_differences_in_a_large_matrix_are_found_without_comparing_everything() {
        let n = 3000;
        for bit in [0, 22, 30] {
            let mut values = matrix(n, 5, |x| 1.0 + x as f32);
            let at = 17 * n + 2999;
            values[at] = f32::from_bits(values[at].to_bits() ^ (1 << bit));
            let difference = f64::from(values[at]) - f64::from(values[2999 * n + 17]);
            // The sample sees it once in some ten thousand times.
            let seen = (0..3).find_map(|_| plain(&values, n, true, 1, Isa::detect()));
            if values[at].is_finite() {
                assert_eq!(seen.map(|plain| plain.asymmetry), Some(difference.abs()), "bit {bit}");
            }
        }
    }

    #[test]
    fn what_needs_a_closer_look_is_left_to_others() {
        for odd in [-1.0, -0.0, f32::NAN, -f32::NAN, f32::INFINITY] {
            for isa in Isa::available() {
                let mut values = matrix(40, 1, |x| x as f32);
                values[39 * 40 + 3] = odd;
                values[3 * 40 + 39] = odd;
                assert_eq!(plain(&values, 40, true, 1, isa), None);
                assert_eq!(plain(&values, 40, false, 1, isa), None);
            }
        }
        let mut values = matrix(40, 1, |x| x as i32);
        values[5] = -1;
        assert_eq!(plain(&values, 40, false, 1, Isa::detect()), None);
        let everywhere: Vec<f32> = (0..90_000).map(|x| x as f32).collect();
        assert_eq!(plain(&everywhere, 300, true, 1, Isa::detect()), None);
    }
}
