//! Two sets, brought to their simplest form.

use porism_runtime::{Monitor, Pool};

use crate::Error;

/// What is common to every call.
pub struct Run<'a> {
    /// Threads.
    pub pool: &'a Pool,
    /// Whether to go on.
    pub monitor: &'a Monitor,
    /// For kernels that draw at random; results never depend on it.
    pub seed: u64,
}

/// Distinct integers in rising order, each with a weight (1 without `weights`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Set {
    values: Vec<i64>,
    weights: Option<Vec<u64>>,
}

/// What happens to elements that occur more than once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duplicates {
    /// They are refused.
    Reject,
    /// They count once, or as often as their weights say.
    Merge,
    /// Their weights are added.
    Count,
}

impl Set {
    /// A set from values in any order.
    ///
    /// # Errors
    /// [`Error::Duplicate`] by `duplicates`, [`Error::Shape`] if there is not one weight for each value, [`Error::Overflow`] if weights add up to 2^63 or more.
    pub fn new(
        what: &'static str,
        values: &[i64],
        weights: Option<&[u64]>,
        duplicates: Duplicates,
    ) -> Result<Self, Error> {
        if let Some(weights) = weights {
            if weights.len() != values.len() {
                return Err(Error::Shape {
                    what: "the weights",
                    expected: values.len(),
                    got: weights.len(),
                });
            }
            let total: u128 = weights.iter().map(|w| u128::from(*w)).sum();
            if total >= 1 << 63 {
                return Err(Error::Overflow {
                    what: "the sum of the weights",
                    reach: total.to_string(),
                    limit: i64::MAX.to_string(),
                });
            }
        }
        let mut sorted = values.to_vec();
        let mut order: Option<Vec<u64>> = weights.map(<[u64]>::to_vec);
        if !sorted.is_sorted() {
            if let Some(order) = &mut order {
                let mut pairs: Vec<(i64, u64)> = sorted.iter().copied().zip(order.iter().copied()).collect();
                pairs.sort_unstable_by_key(|pair| pair.0);
                (sorted, *order) = pairs.into_iter().unzip();
            } else {
                crate::radix::sort_i64(&mut sorted);
            }
        }
        if let Some(pair) = sorted.windows(2).find(|pair| pair[0] == pair[1]) {
            match duplicates {
                Duplicates::Reject => return Err(Error::Duplicate { what, value: pair[0] }),
                Duplicates::Merge if order.is_none() => sorted.dedup(),
                Duplicates::Merge | Duplicates::Count => {
                    let given = order.unwrap_or_else(|| vec![1; sorted.len()]);
                    let (mut merged, mut added): (Vec<i64>, Vec<u64>) = (Vec::new(), Vec::new());
                    for (value, weight) in sorted.into_iter().zip(given) {
                        match (merged.last(), added.last_mut()) {
                            (Some(last), Some(sum)) if *last == value => *sum += weight,
                            _ => {
                                merged.push(value);
                                added.push(weight);
                            }
                        }
                    }
                    (sorted, order) = (merged, Some(added));
                }
            }
        }
        if let Some(weights) = &order {
            // What weighs nothing is not there.
            if weights.contains(&0) {
                let kept: Vec<bool> = weights.iter().map(|w| *w != 0).collect();
                let mut keep = kept.iter();
                sorted.retain(|_| *keep.next().unwrap_or(&true));
                let mut keep = kept.iter();
                if let Some(weights) = &mut order {
                    weights.retain(|_| *keep.next().unwrap_or(&true));
                }
            }
        }
        if order.as_ref().is_some_and(|weights| weights.iter().all(|w| *w == 1)) {
            order = None;
        }
        Ok(Self {
            values: sorted,
            weights: order,
        })
    }

    /// How many elements.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The elements.
    pub fn values(&self) -> &[i64] {
        &self.values
    }

    /// The sum of the weights.
    pub fn mass(&self) -> u64 {
        self.weights
            .as_ref()
            .map_or(self.len() as u64, |weights| weights.iter().sum())
    }
}

/// The sums that are asked for: `low <= sum < high`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The least, if any.
    pub low: Option<i64>,
    /// The first that is too large, if any.
    pub high: Option<i64>,
}

/// A set in its simplest form: nonnegative, the least 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Normal {
    /// Distinct and rising.
    pub values: Vec<u64>,
    /// One for each value, if not all are 1.
    pub weights: Option<Vec<u64>>,
    /// Their sum.
    pub mass: u64,
}

impl Normal {
    pub(crate) fn last(&self) -> u64 {
        self.values.last().copied().unwrap_or(0)
    }

    /// The weight of the i-th value.
    #[inline(always)]
    pub(crate) fn weight(&self, i: usize) -> u64 {
        self.weights.as_ref().map_or(1, |weights| weights[i])
    }
}

/// Two sets shifted to begin with 0 and divided by the greatest common divisor of all their differences, so that the sum `origin + step·z` stands at position z.
///
/// `rows` is the smaller set, `columns` the larger.
#[derive(Debug, Clone)]
pub struct Instance {
    /// The smaller set.
    pub rows: Normal,
    /// The larger set.
    pub columns: Normal,
    /// The sum at position 0.
    pub origin: i64,
    /// What positions are apart.
    pub step: u64,
    /// Positions that sums can have: `0..universe`.
    pub universe: u128,
    /// The positions asked for.
    pub window: std::ops::Range<u128>,
    /// Whether both sets are the same up to a shift.
    pub is_square: bool,
}

impl Instance {
    /// The instance for A + B, or A − B if `difference`. `None` if there is no sum.
    ///
    /// # Errors
    /// [`Error::Overflow`] if a sum does not fit 64 bits.
    pub fn new(a: &Set, b: &Set, difference: bool, window: Window) -> Result<Option<Self>, Error> {
        let (Some(&a_low), Some(&a_high), Some(&b_low), Some(&b_high)) =
            (a.values.first(), a.values.last(), b.values.first(), b.values.last())
        else {
            return Ok(None);
        };
        let (b_origin, b_top) = if difference {
            (-i128::from(b_high), -i128::from(b_low))
        } else {
            (i128::from(b_low), i128::from(b_high))
        };
        let (low, high) = (i128::from(a_low) + b_origin, i128::from(a_high) + b_top);
        for reach in [low, high] {
            if i64::try_from(reach).is_err() {
                let what = if difference { "differences" } else { "sums" };
                return Err(Error::Overflow {
                    what,
                    reach: reach.to_string(),
                    limit: "what 64 bits hold".to_owned(),
                });
            }
        }
        let mut first = Normal {
            values: a.values.iter().map(|x| x.wrapping_sub(a_low) as u64).collect(),
            weights: a.weights.clone(),
            mass: a.mass(),
        };
        let mut second = Normal {
            values: if difference {
                b.values.iter().rev().map(|x| b_high.wrapping_sub(*x) as u64).collect()
            } else {
                b.values.iter().map(|x| x.wrapping_sub(b_low) as u64).collect()
            },
            weights: b.weights.as_ref().map(|w| {
                if difference {
                    w.iter().rev().copied().collect()
                } else {
                    w.clone()
                }
            }),
            mass: b.mass(),
        };
        let step = [&first, &second]
            .into_iter()
            .flat_map(|set| &set.values)
            .try_fold(0, |divisor, value| {
                let divisor = gcd(divisor, *value);
                if divisor == 1 { Err(()) } else { Ok(divisor) }
            });
        let step = step.unwrap_or(1).max(1);
        if step > 1 {
            for value in first.values.iter_mut().chain(&mut second.values) {
                *value /= step;
            }
        }
        let universe = u128::from(first.last()) + u128::from(second.last()) + 1;
        let position = |limit: i64| -> u128 {
            let above = i128::from(limit) - low;
            if above <= 0 {
                0
            } else {
                (above as u128).div_ceil(u128::from(step)).min(universe)
            }
        };
        let start = window.low.map_or(0, position);
        let end = window.high.map_or(universe, position).max(start);
        let is_square = first == second;
        let (rows, columns) = if first.values.len() <= second.values.len() {
            (first, second)
        } else {
            (second, first)
        };
        Ok(Some(Self {
            rows,
            columns,
            origin: low as i64,
            step,
            universe,
            window: start..end,
            is_square,
        }))
    }

    /// The instance for two sets of positions that both begin with 0, and their sums below `high`.
    pub(crate) fn of_positions(x: Vec<u64>, y: Option<Vec<u64>>, high: usize) -> Self {
        let is_square = y.is_none();
        let y = y.unwrap_or_else(|| x.clone());
        let (rows, columns) = if x.len() <= y.len() { (x, y) } else { (y, x) };
        let normal = |values: Vec<u64>| Normal {
            mass: values.len() as u64,
            weights: None,
            values,
        };
        let (rows, columns) = (normal(rows), normal(columns));
        let universe = u128::from(rows.last()) + u128::from(columns.last()) + 1;
        Self {
            rows,
            columns,
            origin: 0,
            step: 1,
            universe,
            window: 0..universe.min(high as u128),
            is_square,
        }
    }

    /// Pairs of elements.
    pub fn pairs(&self) -> u128 {
        self.rows.values.len() as u128 * self.columns.values.len() as u128
    }

    /// Positions asked for.
    pub fn len(&self) -> u128 {
        self.window.end - self.window.start
    }

    /// Whether no position is asked for.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value at the first position of the window.
    pub fn window_origin(&self) -> i64 {
        (i128::from(self.origin) + i128::from(self.step) * self.window.start as i128) as i64
    }

    /// Whether any element weighs other than 1.
    pub fn is_weighted(&self) -> bool {
        self.rows.weights.is_some() || self.columns.weights.is_some()
    }

    /// No count exceeds this.
    pub fn largest_count(&self) -> u128 {
        let max = |set: &Normal| u128::from(set.weights.as_ref().map_or(1, |w| w.iter().copied().max().unwrap_or(0)));
        let (a, b) = (&self.rows, &self.columns);
        (u128::from(a.mass) * max(b)).min(u128::from(b.mass) * max(a))
    }
}

pub(crate) fn gcd(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// `work(i, part)` for consecutive parts of `size` elements, on all threads.
pub(crate) fn each_part<T: Send>(
    run: &Run<'_>,
    data: &mut [T],
    size: usize,
    work: impl Fn(usize, &mut [T]) + Sync,
) -> Result<(), Error> {
    use rayon::prelude::*;
    let task = |(index, part): (usize, &mut [T])| -> Result<(), Error> {
        run.monitor.check()?;
        work(index, part);
        Ok(())
    };
    if run.pool.is_parallel() {
        run.pool
            .run(|| data.par_chunks_mut(size).enumerate().try_for_each(task))
    } else {
        data.chunks_mut(size).enumerate().try_for_each(task)
    }
}
