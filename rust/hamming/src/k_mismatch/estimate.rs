//! Which shifts can have few mismatches: estimates of all distances that are never too large.
//!
//! A map of the letters to two values keeps matches and loses some mismatches: the distance of the images, one convolution of signs, is at most the true one, and
//! for a random map half of it in the mean. By Markov's inequality it is a quarter of it at least with probability 1/3, and the largest of R independent estimates with 1 - (2/3)^R. That is
//! the algorithm of Kopelowitz and Porat with the fewest letters, which makes the cheapest rounds. Results never depend on it: a shift
//! whose estimates are all too small is a candidate that costs time.
//!
//! - T. Kopelowitz, E. Porat: *A simple algorithm for approximating the text-to-pattern Hamming distance*, SOSA 2018.

use std::sync::{Arc, Mutex};

use porism_convolution::{Accumulator, Correlator, Scratch, Spectrum};
use porism_runtime::{Monitor, Pool};
use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::blocks::{Options, each};
use super::sparse::butterflies;
use super::{Counters, uncounted};
use crate::{Error, Symbol};

/// Estimates may be wrong by more than a factor 4 at some shift with this probability.
const FAILURE: f64 = 1e-3;

/// Shares of a block that are still candidates in two rounds running, between which no more rounds are worth while.
const SETTLED: f64 = 0.9;

/// A superset of the shifts with at most `k` mismatches, ascending; with high probability few of its members have more than 4k.
#[allow(clippy::too_many_arguments)]
pub(super) fn candidates<S: Symbol>(
    text: &[S],
    pattern: &[S],
    sigma: usize,
    k: usize,
    seed: u64,
    options: &Options,
    counters: &mut Counters,
    monitor: &Monitor,
) -> Result<Vec<u32>, Error> {
    let m = pattern.len();
    let n_shifts = text.len() - m + 1;
    let rounds = (((n_shifts as f64) / FAILURE).ln() / 1.5_f64.ln()).ceil().max(1.0) as usize;
    let block = (2 * m.max(512))
        .next_power_of_two()
        .min((2 * text.len()).next_power_of_two());
    let correlator = Correlator::<f64>::new(block, m).map_err(uncounted)?;
    let step = correlator.step();
    let maps = Maps::new(rounds, sigma, seed);
    let spectra: Vec<Mutex<Option<Arc<Spectrum<f64>>>>> = (0..rounds).map(|_| Mutex::new(None)).collect();
    let spectrum = |round: usize, scratch: &mut Scratch<f64>, pool: &Pool| -> Result<Arc<Spectrum<f64>>, Error> {
        let mut slot = spectra[round].lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some(made) = &*slot {
            return Ok(made.clone());
        }
        let map = maps.round(round);
        let made = correlator
            .pattern(|j| map.sign(pattern[j].id()), scratch, pool, monitor)
            .map_err(uncounted)?;
        Ok(slot.insert(Arc::new(made)).clone())
    };
    let n_pairs = n_shifts.div_ceil(2 * step);
    let pair = |i: usize| -> Result<(Vec<u32>, u64), Error> {
        let pool = Pool::new(1)?;
        let mut scratch = Scratch::default();
        let mut signal = Spectrum::new(correlator.transform()).map_err(uncounted)?;
        let mut sum = Accumulator::new(correlator.transform()).map_err(uncounted)?;
        let part = |start: usize| &text[start.min(text.len())..(start + block).min(text.len())];
        let starts = [2 * i * step, (2 * i + 1) * step];
        let mut alive: Vec<u32> = (starts[0]..(starts[0] + 2 * step).min(n_shifts))
            .map(|shift| shift as u32)
            .collect();
        let mut transforms = 0;
        let mut settled = 0;
        for round in 0..rounds {
            let theirs = spectrum(round, &mut scratch, &pool)?;
            let map = maps.round(round);
            correlator.load(&mut signal, part(starts[0]), part(starts[1]), |symbol| {
                map.sign(symbol.id())
            });
            signal
                .transform(correlator.transform(), &mut scratch, &pool, monitor)
                .map_err(uncounted)?;
            sum.clear();
            sum.add_conjugate(&signal, &theirs);
            let correlations = correlator
                .finish(&mut sum, &mut scratch, &pool, monitor)
                .map_err(uncounted)?;
            transforms += 2;
            let before = alive.len();
            alive.retain(|&shift| {
                let at = shift as usize - starts[0];
                let correlation = if at < step {
                    correlations.get(at).0
                } else {
                    correlations.get(at - step).1
                };
                (m as i64 - correlation) / 2 <= k as i64
            });
            settled = if alive.len() as f64 > SETTLED * before as f64 {
                settled + 1
            } else {
                0
            };
            if alive.is_empty() || settled == 4 {
                break;
            }
        }
        Ok((alive, transforms * butterflies(2 * block)))
    };
    let mut all = Vec::new();
    for (alive, butterflies) in each(n_pairs, options.n_threads, |i| {
        monitor.check().map_err(Error::from).and_then(|()| pair(i))
    })? {
        all.extend(alive);
        counters.butterflies += butterflies;
        counters.estimating += butterflies;
    }
    Ok(all)
}

/// Random signs for letters, a bit for each.
struct Maps {
    words: usize,
    bits: Vec<u64>,
}

impl Maps {
    fn new(rounds: usize, sigma: usize, seed: u64) -> Self {
        let mut generator = Xoshiro256PlusPlus::seed_from_u64(seed);
        let words = sigma.div_ceil(64);
        Self {
            words,
            bits: (0..rounds * words).map(|_| generator.random()).collect(),
        }
    }

    fn round(&self, round: usize) -> Map<'_> {
        Map(&self.bits[round * self.words..(round + 1) * self.words])
    }
}

struct Map<'a>(&'a [u64]);

impl Map<'_> {
    #[inline(always)]
    fn sign(&self, letter: usize) -> f64 {
        if self.0[letter / 64] >> (letter % 64) & 1 == 0 {
            1.0
        } else {
            -1.0
        }
    }
}
