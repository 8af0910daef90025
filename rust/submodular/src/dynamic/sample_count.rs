//! How many items of a bucket can be sampled at once before the last of them is likely to have lost its gain to the others.
//!
//! Let q(m) be the probability that, in a random order of the bucket, the item at place m + 1 gains less than the bucket's threshold on top of G and the m before it. q is
//! 0 at 0 and never falls. Wanted is about the largest m with `q(m − 1) ≤ 2c`; it is found by bisection, each step a sequential probability
//! ratio test (Wald 1945) of `q ≤ c/2` against `q ≥ 2c` on independent trials. None of the trials' randomness is used again.

use super::params::Params;
use crate::counted::Counted;
use crate::error::Error;
use crate::objective::{Item, Objective};
use crate::random::{Generator, partial_shuffle};

/// A bucket and what its items are to gain.
pub(super) struct Bucket<'a> {
    /// In any order; trials shuffle it.
    pub(super) items: &'a mut [Item],
    /// The gain that makes a pick good.
    pub(super) threshold: f64,
}

/// How many tests one count takes at most.
fn checks(cap: usize) -> f64 {
    f64::from(cap.max(1).ilog2() + 2)
}

/// About how many queries one count costs: what it must save to be worth it.
pub(super) fn price(params: &Params, cap: usize) -> usize {
    let trials = match params.options.trials {
        Some(trials) => trials as f64,
        // Where every pick is good, each trial moves the test by the smaller step.
        None => (log_odds(params, cap) / -good_step(params)).ceil(),
    };
    (2.0 * checks(cap) * trials) as usize
}

fn log_odds(params: &Params, cap: usize) -> f64 {
    (2.0 * checks(cap) / params.failure).ln()
}

/// What a good pick adds to the log-likelihood ratio.
fn good_step(params: &Params) -> f64 {
    ((1.0 - 2.0 * params.drop) / (1.0 - params.drop / 2.0)).ln()
}

/// The number of items to sample, between 1 and `cap`, which is at most the bucket's size.
pub(super) fn sample_count<O: Objective>(
    oracle: &mut Counted<'_, O>,
    params: &Params,
    state: &mut O::State,
    bucket: &mut Bucket<'_>,
    cap: usize,
    rng: &mut Generator,
) -> Result<usize, Error> {
    if cap <= 1 || passes(oracle, params, state, bucket, cap - 1, cap, rng)? {
        return Ok(cap.max(1));
    }
    // passes(low − 1) and not passes(high − 1)
    let (mut low, mut high) = (1, cap);
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if passes(oracle, params, state, bucket, middle - 1, cap, rng)? {
            low = middle;
        } else {
            high = middle;
        }
    }
    Ok(low)
}

/// Whether the pick after `m` others is good often enough.
fn passes<O: Objective>(
    oracle: &mut Counted<'_, O>,
    params: &Params,
    state: &mut O::State,
    bucket: &mut Bucket<'_>,
    m: usize,
    cap: usize,
    rng: &mut Generator,
) -> Result<bool, Error> {
    if m == 0 {
        return Ok(true);
    }
    let bound = log_odds(params, cap);
    let (good, bad) = (good_step(params), 4.0_f64.ln());
    // Between the hypotheses the walk may take long: after as many trials as a fixed-size test needs, the share of drops decides.
    let most = params
        .options
        .trials
        .unwrap_or_else(|| (6.0 / params.drop * bound).ceil() as usize);
    let (mut odds, mut drops) = (0.0, 0_usize);
    for _ in 0..most {
        partial_shuffle(rng, bucket.items, m + 1);
        let gain = oracle.gain_after(state, &bucket.items[..m], bucket.items[m])?;
        let drop = gain < bucket.threshold;
        drops += usize::from(drop);
        odds += if drop { bad } else { good };
        if params.options.trials.is_none() && odds.abs() >= bound {
            return Ok(odds < 0.0);
        }
    }
    Ok(drops as f64 <= params.drop * most as f64)
}

#[cfg(test)]
mod tests {
    use porism_runtime::Monitor;

    use super::super::DynamicOptions;
    use super::*;
    use crate::csr::Csr;
    use crate::objectives::coverage;
    use crate::random::generator;

    /// A bucket of `same` items that cover one element in common and `own` items that cover one each: the pick at place m + 1 is bad exactly if
    /// it is one of the same and one of them came before, so that q(m) = s/n · (1 − C(n − s, m) / C(n − 1, m)).
    #[test]
    fn the_count_is_where_picks_turn_bad() {
        let (same, own) = (12, 48);
        let n = same + own;
        let rows: Vec<Vec<(u32, ())>> = (0..n)
            .map(|i| vec![(if i < same { 0 } else { i as u32 }, ())])
            .collect();
        let objective = coverage(Csr::from_rows(&rows, n).unwrap());
        let q = |m: usize| {
            let mut none = 1.0;
            for i in 0..m {
                none *= (n as f64 - same as f64 - i as f64) / (n as f64 - 1.0 - i as f64);
            }
            same as f64 / n as f64 * (1.0 - none)
        };
        let options = DynamicOptions {
            epsilon: 0.4,
            max_failure: Some(0.05 * 40.0 / 40.0),
            ..DynamicOptions::default()
        };
        let mut params = Params::new(40, &options).unwrap();
        params.failure = 0.05;
        let monitor = Monitor::new();
        let (mut wrong, runs, cap) = (0, 400, 40);
        for seed in 0..runs {
            let mut oracle = Counted::new(&objective, &monitor);
            let mut items: Vec<Item> = (0..n as u32).collect();
            let mut bucket = Bucket {
                items: &mut items,
                threshold: 1.0,
            };
            let mut state = objective.empty();
            let rng = &mut generator(seed, [7, 7]);
            let m = sample_count(&mut oracle, &params, &mut state, &mut bucket, cap, rng).unwrap();
            let sound = q(m - 1) <= 2.0 * params.drop && (m == cap || q(m) >= params.drop / 2.0);
            wrong += u64::from(!sound);
        }
        // A count is wrong with probability at most about 0.05; 0.15 is ten standard deviations above.
        assert!(wrong as f64 <= 0.15 * runs as f64, "{wrong} of {runs} counts are wrong");
    }
}
