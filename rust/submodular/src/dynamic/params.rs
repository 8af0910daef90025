//! The constants that epsilon and k determine, and which guesses an item belongs to.

use std::ops::RangeInclusive;

use super::DynamicOptions;
use crate::error::Error;

/// No guess at all.
#[expect(clippy::reversed_empty_ranges)]
const NONE: RangeInclusive<i32> = 1..=0;

/// Everything that stays fixed over a selector's life.
#[derive(Debug, Clone)]
pub(crate) struct Params {
    pub(crate) k: usize,
    pub(crate) options: DynamicOptions,
    /// ε' = 0.45 ε: the loss of each of the three roundings below.
    pub(crate) loss: f64,
    /// 1 + ε': between guesses, and between buckets.
    pub(crate) ratio: f64,
    /// c: a sample is as long as its last pick is good with probability about `1 − c`.
    pub(crate) drop: f64,
    /// The probability that one sample count is wrong.
    pub(crate) failure: f64,
}

impl Params {
    pub(crate) fn new(k: usize, options: &DynamicOptions) -> Result<Self, Error> {
        if k == 0 || k > 1 << 24 {
            return Err(Error::parameter("k", "at least 1 and at most 2**24", k));
        }
        if !(0.001..=0.5).contains(&options.epsilon) {
            return Err(Error::parameter(
                "epsilon",
                "at least 0.001 and at most 0.5",
                options.epsilon,
            ));
        }
        if options.trials == Some(0) {
            return Err(Error::parameter("trials", "at least 1", 0));
        }
        if let Some(failure) = options.max_failure
            && !(failure > 0.0 && failure < 1.0)
        {
            return Err(Error::parameter("max_failure", "between 0 and 1", failure));
        }
        let loss = 0.45 * options.epsilon;
        Ok(Self {
            k,
            options: *options,
            loss,
            ratio: 1.0 + loss,
            drop: loss / 2.0,
            // At most k levels are current, so that all of them are right with probability at least 1 − k·failure.
            failure: options.max_failure.unwrap_or(0.2 * options.epsilon) / k as f64,
        })
    }

    /// The guess with this exponent. Repeated squaring, so that every machine has the same.
    pub(crate) fn gamma(&self, j: i32) -> f64 {
        let (mut base, mut exponent, mut power) = (self.ratio, j.unsigned_abs(), 1.0);
        while exponent > 0 {
            if exponent & 1 == 1 {
                power *= base;
            }
            base *= base;
            exponent >>= 1;
        }
        if j < 0 { 1.0 / power } else { power }
    }

    /// The least gain that a guess takes items for: γ/2k.
    pub(crate) fn tau(&self, gamma: f64) -> f64 {
        gamma / (2.0 * self.k as f64)
    }

    /// The lower edges of a guess's buckets: from τ up to `(1 + ε')γ`, which no admitted item exceeds.
    pub(crate) fn edges(&self, j: i32) -> Vec<f64> {
        let gamma = self.gamma(j);
        let mut edge = self.tau(gamma);
        let mut edges = vec![edge];
        edge *= self.ratio;
        while edge <= self.ratio * gamma && edge.is_finite() {
            edges.push(edge);
            edge *= self.ratio;
        }
        edges
    }

    /// The guesses that an item of this singleton value belongs to: a function of the value alone, whatever the rounding of logarithms.
    pub(crate) fn guesses(&self, single: f64) -> RangeInclusive<i32> {
        if !(single > 0.0 && single.is_finite()) {
            return NONE;
        }
        let log = |x: f64| x.ln() / self.ratio.ln();
        let mut last = (log(single) + log(2.0 * self.k as f64)) as i32 + 2;
        while self.tau(self.gamma(last)) > single {
            last -= 1;
        }
        let mut first = log(single) as i32 - 3;
        // A threshold below the normal numbers would have no precision left.
        while single > self.ratio * self.gamma(first) || self.tau(self.gamma(first)) < f64::MIN_POSITIVE {
            first += 1;
            if first > last {
                return NONE;
            }
        }
        first..=last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn membership_is_what_the_inequalities_say() {
        for (k, epsilon) in [(1, 0.5), (7, 0.2), (1000, 0.05)] {
            let params = Params::new(
                k,
                &DynamicOptions {
                    epsilon,
                    ..DynamicOptions::default()
                },
            )
            .unwrap();
            for single in [1e-300, 3e-7, 0.99, 1.0, 1.01, 17.0, 1e9, 1e300] {
                let range = params.guesses(single);
                assert!(!range.is_empty());
                for j in range.start() - 5..=range.end() + 5 {
                    let gamma = params.gamma(j);
                    let belongs = params.tau(gamma) <= single && single <= params.ratio * gamma;
                    assert_eq!(range.contains(&j), belongs, "{k} {epsilon} {single} {j}");
                }
            }
            assert!(params.guesses(0.0).is_empty() && params.guesses(5e-324).is_empty());
            assert!(params.guesses(f64::MAX).is_empty() || *params.guesses(f64::MAX).end() < 1_000_000);
        }
    }
}
