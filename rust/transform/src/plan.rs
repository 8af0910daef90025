//! A transform laid out once: its factors, and the tables of roots that its passes read.

use std::ops::{Deref, DerefMut};

use porism_runtime::Isa;

use crate::Error;
use crate::lanes::Real;
use crate::passes::{Sample, width};

/// The last two factors: blocks of 16 rows of 16 points are transposed in registers, since the last transform runs across lanes.
pub(crate) const LAST: usize = 16;

/// Factors other than the last two that there is code for.
pub const FACTORS: [usize; 6] = [2, 3, 4, 5, 8, 16];

/// Numbers that begin at a cache line.
pub(crate) struct Aligned<T> {
    values: Vec<T>,
    start: usize,
    len: usize,
}

impl<T: Real> Aligned<T> {
    pub(crate) fn zeros(len: usize) -> Result<Self, Error> {
        let spare = 64 / size_of::<T>();
        let mut values = Vec::new();
        values.try_reserve_exact(len + spare).map_err(|_| Error::TooLarge {
            what: "a buffer of a transform",
            bytes: (len as u128) * size_of::<T>() as u128,
        })?;
        values.resize(len + spare, T::ZERO);
        let past = values.as_ptr() as usize % 64;
        let start = if past == 0 { 0 } else { (64 - past) / size_of::<T>() };
        Ok(Self { values, start, len })
    }
}

#[cfg(all(test, unix))]
impl<T> Aligned<T> {
    /// All of `values`, wherever they are.
    pub(crate) fn of(values: Vec<T>) -> Self {
        let len = values.len();
        Self { values, start: 0, len }
    }

    /// The memory itself.
    pub(crate) fn into_inner(self) -> Vec<T> {
        self.values
    }
}

impl<T> Deref for Aligned<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        &self.values[self.start..self.start + self.len]
    }
}

impl<T> DerefMut for Aligned<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.values[self.start..self.start + self.len]
    }
}

/// One factor: columns of a block are transformed, and multiplied by roots of unity.
pub(crate) struct Stage<T> {
    pub(crate) factor: usize,
    /// Points of a block; the columns have `factor` points each, `block / factor` apart.
    pub(crate) block: usize,
    /// Which results are kept, a bit each.
    pub(crate) kept: u32,
    /// For each register of columns and each result its roots, real parts before imaginary parts.
    pub(crate) table: Aligned<T>,
}

/// The transform of `m` complex points as passes over `factors`, results in the order in which they fall.
///
/// A *twisted* plan multiplies point n by exp(i pi n / 2m) first, which makes products of spectra the products of real sequences of length 2m modulo
/// t^2m + 1, if the first half of such a sequence is taken as the real parts and the second as the imaginary ones (in that ring t^m is a square root of -1).
/// That packs a real convolution into half as many complex points, as even and odd packing does, and there is nothing to unpack.
pub struct Plan<T> {
    pub(crate) m: usize,
    pub(crate) twisted: bool,
    pub(crate) isa: Isa,
    pub(crate) stages: Vec<Stage<T>>,
    /// How many results of the last factor are kept.
    pub(crate) last_kept: usize,
    /// What the rows of the first factor are multiplied with: exp(i pi n / 2 factor), or 1.
    pub(crate) twist: Vec<(T, T)>,
    factors: Vec<usize>,
}

impl<T: Sample> Plan<T> {
    /// A plan for as many points as `factors` multiply to: the last two are 16, the others among [`FACTORS`].
    ///
    /// `kept` says for each factor which of its results are kept, a bit each; all if it is empty. Of the last factor only a prefix can be left, and all of
    /// the one before.
    ///
    /// # Errors
    /// `InvalidParameter`, or `TooLarge` if the tables cannot be had.
    pub fn new(factors: &[usize], twisted: bool, kept: &[u32], isa: Isa) -> Result<Self, Error> {
        let must = "factors of 2, 3, 4, 5, 8 or 16, the last two of them 16";
        let wrong = || Error::parameter("factors", must, format!("{factors:?}"));
        let [rest @ .., LAST] = factors else {
            return Err(wrong());
        };
        let known = rest.iter().all(|factor| FACTORS.contains(factor)) && rest.last() == Some(&LAST);
        let rows = rest
            .iter()
            .try_fold(1usize, |product, &factor| product.checked_mul(factor))
            .filter(|&rows| known && rows <= 1 << 40)
            .ok_or_else(wrong)?;
        let m = rows.checked_mul(LAST).ok_or_else(wrong)?;
        let all = |factor: usize| ((1u64 << factor) - 1) as u32;
        let kept: Vec<u32> = if kept.is_empty() {
            factors.iter().map(|&factor| all(factor)).collect()
        } else {
            kept.to_vec()
        };
        let fits = kept.len() == factors.len()
            && kept.iter().zip(factors).all(|(&k, &factor)| k != 0 && k <= all(factor))
            && (u64::from(kept[rest.len()]) + 1).is_power_of_two()
            && kept[rest.len() - 1] == all(LAST);
        if !fits {
            let must = "a set of results for each factor, all for the last but one, and a prefix for the last";
            return Err(Error::parameter("kept", must, format!("{kept:?}")));
        }
        let first = rest[0];
        let quarter = |n: usize, of: usize| if twisted { n as f64 / (4 * of) as f64 } else { 0.0 };
        let mut stages = Vec::with_capacity(rest.len());
        let mut block = m;
        for (i, &factor) in rest.iter().enumerate() {
            let turn = if i == 0 { m } else { 0 };
            stages.push(Stage {
                factor,
                block,
                kept: kept[i],
                table: table::<T>(factor, block, width::<T>(isa), |n| {
                    if turn > 0 { quarter(n, turn) } else { 0.0 }
                })?,
            });
            block /= factor;
        }
        let twist = (0..first)
            .map(|n| {
                let (re, im) = root(-quarter(n, first));
                (T::rounded(re), T::rounded(im))
            })
            .collect();
        Ok(Self {
            m,
            twisted,
            isa,
            stages,
            last_kept: kept[rest.len()].count_ones() as usize,
            twist,
            factors: factors.to_vec(),
        })
    }

    /// How many complex points.
    pub fn points(&self) -> usize {
        self.m
    }

    /// The factors.
    pub fn factors(&self) -> &[usize] {
        &self.factors
    }

    /// How many real numbers a sequence has in the ring of the plan.
    pub fn length(&self) -> usize {
        if self.twisted { 2 * self.m } else { self.m }
    }

    /// For each place of a spectrum, the number k of the result that falls there. (For a twisted plan that is the value at frequency (k - 1/4) / m.)
    pub fn order(&self) -> Vec<usize> {
        let lanes = width::<T>(self.isa);
        let mut found = Vec::with_capacity(self.m);
        for place in 0..self.m {
            let (group, inside) = (place / (LAST * lanes), place % (LAST * lanes));
            let (last, row) = (inside / lanes, group * lanes + inside % lanes);
            let (mut offset, mut weight, mut k) = (row * LAST, 1, 0);
            for stage in &self.stages {
                let size = stage.block / stage.factor;
                k += weight * (offset / size);
                offset %= size;
                weight *= stage.factor;
            }
            found.push(k + weight * last);
        }
        found
    }

    /// The results that are kept, in natural order.
    pub fn kept(&self) -> Vec<bool> {
        (0..self.m)
            .map(|k| {
                let mut rest = k;
                let inner = self.stages.iter().all(|stage| {
                    let digit = rest % stage.factor;
                    rest /= stage.factor;
                    stage.kept >> digit & 1 == 1
                });
                inner && rest < self.last_kept
            })
            .collect()
    }
}

/// exp(-2 pi i turns)
fn root(turns: f64) -> (f64, f64) {
    let angle = -2.0 * std::f64::consts::PI * turns;
    (angle.cos(), angle.sin())
}

/// exp(-2 pi i k n / block), turned forward by `turn(n)`, for all results k of all columns n.
fn table<T: Real>(factor: usize, block: usize, lanes: usize, turn: impl Fn(usize) -> f64) -> Result<Aligned<T>, Error> {
    let mut table = Aligned::zeros(2 * block)?;
    let columns = block / factor;
    for n in 0..columns {
        let (register, lane) = (n / lanes, n % lanes);
        for k in 0..factor {
            // the index is reduced as an integer: the angle is as exact for the last column as for the first
            let (re, im) = root((k * n % block) as f64 / block as f64 - turn(n));
            let place = (register * factor + k) * 2 * lanes + lane;
            table[place] = T::rounded(re);
            table[place + lanes] = T::rounded(im);
        }
    }
    Ok(table)
}
