//! The sparse Walsh-Hadamard transform by subsampling and peeling (SPRIGHT).
//!
//! A function of `n` bits has the spectrum `f(x) = Σ_k F[k] (-1)^<k, x>`, of which few coefficients are not zero. Each of a few
//! *stages* looks at `f` on the column space of a random full-rank `n × b` matrix `M`, moved by an offset `d`. The transform of these
//! 2^b samples throws the spectrum into 2^b *bins*: `U[j] = Σ F[k] (-1)^<k, d>` over all `k` with `M^T k = j`. What the sign of a bin does
//! while `d` varies says which `k` is in it, if it is one alone ([`search`]). Such a coefficient is known, is taken out of the
//! bins of all other stages, and so leaves others alone in theirs ([`Plan::decode`]).
//!
//! The offsets of a bin are `P` numbers in a row, so that every loop below goes along memory.
#![forbid(unsafe_code)]

mod bch;
mod search;

use std::collections::{BTreeMap, VecDeque};

use porism_runtime::{Monitor, Pool};

use crate::{Error, hadamard};
pub use bch::probes as degree_probes;
use search::Searcher;

/// How the one coefficient of a bin is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Search {
    /// Every base with every probe, each probe one bit of `k` by the majority of the bases ("NSO", or noiseless with a single base).
    Majority,
    /// As `Majority`, where `k` has at most so many ones: the probes are the rows of a BCH code's parity-check matrix, whose syndrome `k` is
    /// decoded from.
    Degree(usize),
    /// Every base alone, and every probe with the first base: the probes are the words of a linear code of a repeat-accumulate structure, first the
    /// bits themselves, then running parities of these taps ("SO"). Signs are those of a codeword but for the sign of the coefficient at the
    /// base, of which both are tried. (Pairs of offsets as in the paper would do without that, but multiply the noise of one by that of the other.)
    Coded(Vec<u64>),
    /// The bases alone, and every `k` of the bin is tried ("near-linear", by a transform over the coset).
    Exhaustive,
}

/// Where to look, and how to read what is seen.
#[derive(Debug, Clone)]
pub struct Plan {
    n: usize,
    b: usize,
    /// `b` columns of each stage's matrix.
    masks: Vec<Vec<u64>>,
    bases: Vec<u64>,
    probes: Vec<u64>,
    search: Search,
}

/// What a plan has found.
#[derive(Debug, Clone, PartialEq)]
pub struct Decoded {
    /// Where the coefficients are, rising.
    pub support: Vec<u64>,
    /// The coefficients.
    pub coefficients: Vec<f64>,
    /// How many bins were looked at.
    pub n_visits: u64,
    /// Bins that still hold more than noise.
    pub unresolved: usize,
    /// How many bins of a stage held noise alone from the beginning, in the stage that had the fewest.
    pub empty: usize,
    /// The variance of the noise of a sample, as given or estimated.
    pub variance: f64,
}

/// How often a bin is looked at before it is given up: in noise two estimates might take turns for ever.
const VISITS: u16 = 64;
/// Sweeps of the refinement.
const SWEEPS: usize = 60;
/// What counts as rounding, relative to the largest sample.
const ROUNDING: f64 = 1e-12;
/// The coset that an exhaustive search transforms has at most so many bits.
pub const MOST_COSET_BITS: usize = 22;

/// The parity of the ones that two words share.
#[inline]
fn parity(a: u64, b: u64) -> u64 {
    u64::from((a & b).count_ones() & 1)
}

/// `(-1)^<a, b>`.
#[inline]
fn sign(a: u64, b: u64) -> f64 {
    1.0 - 2.0 * parity(a, b) as f64
}

impl Plan {
    /// A plan for functions of `n` bits: the columns of each stage's matrix, bases that are moved to, and the search.
    ///
    /// # Errors
    /// If `n` is not in 1..=63, a stage is empty or has other than `b` ≥ 1 columns, they are dependent, or have bits beyond `n`, there is no base,
    /// or the search does not fit.
    pub fn new(n: usize, masks: Vec<Vec<u64>>, bases: Vec<u64>, search: Search) -> Result<Self, Error> {
        if !(1..=63).contains(&n) {
            return Err(Error::parameter("n", "between 1 and 63", n));
        }
        let b = masks.first().map_or(0, Vec::len);
        let most = n.min(40);
        if !(1..=most).contains(&b) || masks.iter().any(|stage| stage.len() != b) {
            return Err(Error::parameter(
                "masks",
                format!("one row for each stage, of 1 to {most} columns"),
                b,
            ));
        }
        let beyond = |&mask: &u64| mask >> n != 0;
        if masks.iter().flatten().any(beyond) || bases.iter().any(beyond) {
            return Err(Error::parameter("masks", format!("words of {n} bits"), "a larger one"));
        }
        if let Some(stage) = masks.iter().position(|stage| rank(stage) < b) {
            return Err(Error::parameter(
                "masks",
                "of full rank",
                format!("dependent columns in stage {stage}"),
            ));
        }
        if bases.is_empty() {
            return Err(Error::parameter("bases", "at least one", 0));
        }
        let probes = match &search {
            Search::Majority => (0..n).map(|q| 1 << q).collect(),
            Search::Degree(degree) => bch::probes(n, *degree)?,
            Search::Coded(taps) => {
                if taps.iter().any(beyond) {
                    return Err(Error::parameter("taps", format!("words of {n} bits"), "a larger one"));
                }
                let sums = taps.iter().scan(0, |sum, tap| {
                    *sum ^= tap;
                    Some(*sum)
                });
                (0..n).map(|q| 1 << q).chain(sums).collect()
            }
            Search::Exhaustive if n - b > MOST_COSET_BITS => {
                let must =
                    format!("at most {MOST_COSET_BITS} more than the bits of a stage where every index is tried");
                return Err(Error::parameter("n", must, n - b));
            }
            Search::Exhaustive => Vec::new(),
        };
        Ok(Self {
            n,
            b,
            masks,
            bases,
            probes,
            search,
        })
    }

    /// Number of stages.
    pub fn n_stages(&self) -> usize {
        self.masks.len()
    }

    /// Number of bins of a stage.
    pub fn n_bins(&self) -> usize {
        1 << self.b
    }

    /// The offsets, all stages' alike.
    pub fn offsets(&self) -> Vec<u64> {
        match self.search {
            Search::Majority | Search::Degree(_) => {
                let of = |&base: &u64| std::iter::once(base).chain(self.probes.iter().map(move |probe| base ^ probe));
                self.bases.iter().flat_map(of).collect()
            }
            Search::Coded(_) => {
                let moved = self.probes.iter().map(|probe| probe ^ self.bases[0]);
                self.bases.iter().copied().chain(moved).collect()
            }
            Search::Exhaustive => self.bases.clone(),
        }
    }

    /// How many samples [`decode`](Self::decode) takes.
    ///
    /// # Errors
    /// `TooLarge` beyond what memory can address.
    pub fn n_samples(&self) -> Result<usize, Error> {
        let (stages, bins, offsets) = (self.n_stages() as u128, 1_u128 << self.b, self.offsets().len() as u128);
        let bytes = stages * bins * offsets * 8;
        if bytes > isize::MAX as u128 {
            return Err(Error::TooLarge {
                what: "the samples",
                bytes,
            });
        }
        Ok((bytes / 8) as usize)
    }

    /// About how many elementary steps [`decode`](Self::decode) takes, where every bin is looked at a few times.
    pub fn n_steps(&self) -> u64 {
        let bins = (self.n_stages() as u64) << self.b;
        let each = match self.search {
            Search::Majority | Search::Degree(_) => 20 * self.offsets().len() as u64,
            Search::Coded(_) => 400 * self.offsets().len() as u64,
            Search::Exhaustive => ((self.n - self.b) as u64 + 2) << (self.n - self.b),
        };
        bins.saturating_mul(each)
    }

    /// Where to evaluate the function: for each stage, for each offset, 2^b points.
    ///
    /// # Errors
    /// `TooLarge` if they cannot be had.
    pub fn points(&self) -> Result<Vec<u64>, Error> {
        let total = self.n_samples()?;
        let mut points = reserved(total, "the points of evaluation")?;
        for stage in &self.masks {
            let span = span(stage);
            for offset in self.offsets() {
                points.extend(span.iter().map(|point| point ^ offset));
            }
        }
        Ok(points)
    }

    /// Where to evaluate the function further where it was at the points of a `smaller` plan already: those of [`points`](Self::points) that
    /// are not points of that one, in their order.
    ///
    /// # Errors
    /// If the smaller plan is not a part of this one ([`contains`](Self::contains)); `TooLarge` if they cannot be had.
    pub fn further_points(&self, smaller: &Self) -> Result<Vec<u64>, Error> {
        self.contains(smaller)?;
        let (seen, row) = (1 << smaller.b, self.n_bins());
        let count = self.n_samples()? - smaller.n_samples()?;
        let mut points = reserved(count, "the points of evaluation")?;
        let (offsets, known) = (self.offsets(), self.known(smaller));
        for (stage, masks) in self.masks.iter().enumerate() {
            let span = span(masks);
            for (offset, known) in offsets.iter().zip(&known) {
                let first = if known.is_some() && stage < smaller.n_stages() {
                    seen
                } else {
                    0
                };
                points.extend(span[first..row].iter().map(|point| point ^ offset));
            }
        }
        Ok(points)
    }

    /// The samples of this plan from those of a `smaller` one, and those at [`further_points`](Self::further_points).
    ///
    /// # Errors
    /// As `further_points`; if there are not as many samples as points.
    pub fn joined(&self, smaller: &Self, samples: &[f64], further: &[f64]) -> Result<Vec<f64>, Error> {
        self.contains(smaller)?;
        let (total, before) = (self.n_samples()?, smaller.n_samples()?);
        for (name, values, wanted) in [("samples", samples, before), ("further", further, total - before)] {
            if values.len() != wanted {
                return Err(Error::parameter(name, format!("{wanted} numbers"), values.len()));
            }
        }
        let mut joined = reserved(total, "the samples")?;
        let (seen, row) = (1 << smaller.b, self.n_bins());
        let (p, known) = (smaller.offsets().len(), self.known(smaller));
        let mut rest = further;
        for stage in 0..self.n_stages() {
            for known in &known {
                let known = known.filter(|_| stage < smaller.n_stages());
                joined.extend(
                    known
                        .iter()
                        .flat_map(|offset| &samples[(stage * p + offset) * seen..][..seen]),
                );
                let (new, others) = rest.split_at(row - known.map_or(0, |_| seen));
                joined.extend_from_slice(new);
                rest = others;
            }
        }
        Ok(joined)
    }

    /// Whether every point of a `smaller` plan is one of this plan, in the sense that its stages, columns and bases are the first of this one's.
    ///
    /// # Errors
    /// If not.
    pub fn contains(&self, smaller: &Self) -> Result<(), Error> {
        let nested = self.n == smaller.n
            && self.probes == smaller.probes
            && self.bases.starts_with(&smaller.bases)
            && smaller.n_stages() <= self.n_stages()
            && smaller
                .masks
                .iter()
                .zip(&self.masks)
                .all(|(few, more)| more.starts_with(few));
        if nested {
            return Ok(());
        }
        Err(Error::parameter(
            "smaller",
            "a plan whose stages, columns and bases are the first of this one's",
            "another",
        ))
    }

    /// For each offset of this plan, which one of a smaller plan it is.
    fn known(&self, smaller: &Self) -> Vec<Option<usize>> {
        let (p, before) = (self.offsets().len(), smaller.offsets().len());
        match self.search {
            Search::Majority | Search::Degree(_) | Search::Exhaustive => {
                (0..p).map(|offset| (offset < before).then_some(offset)).collect()
            }
            // new bases come between the other bases and the probes
            Search::Coded(_) => {
                let (bases, known) = (self.bases.len(), smaller.bases.len());
                let of = |offset| {
                    if offset < known {
                        Some(offset)
                    } else {
                        (offset >= bases).then(|| offset - bases + known)
                    }
                };
                (0..p).map(of).collect()
            }
        }
    }

    /// The spectrum from `samples`, the function at [`points`](Self::points), with noise of the given variance or of one that is estimated.
    ///
    /// # Errors
    /// If there are not so many samples or one is not finite, the variance is negative, threads or memory cannot be had, or somebody stopped the
    /// monitor.
    pub fn decode(
        &self,
        mut samples: Vec<f64>,
        variance: Option<f64>,
        pool: &Pool,
        monitor: &Monitor,
    ) -> Result<Decoded, Error> {
        let total = self.n_samples()?;
        if samples.len() != total {
            return Err(Error::parameter("samples", format!("{total} numbers"), samples.len()));
        }
        if let Some(bad) = samples.iter().find(|sample| !sample.is_finite()) {
            return Err(Error::parameter("samples", "finite", bad));
        }
        if let Some(given) = variance.filter(|given| !(*given >= 0.0 && given.is_finite())) {
            return Err(Error::parameter("variance", "a number ≥ 0", given));
        }
        let largest = samples.iter().fold(0.0_f64, |most, sample| most.max(sample.abs()));
        if largest == 0.0 {
            return Ok(Decoded {
                support: Vec::new(),
                coefficients: Vec::new(),
                n_visits: 0,
                unresolved: 0,
                empty: self.n_bins(),
                variance: variance.unwrap_or(0.0),
            });
        }
        hadamard::transform(&mut samples, self.n_bins(), pool, monitor)?;
        let bins = self.by_bin(&samples, monitor)?;
        drop(samples);
        Peeler::new(self, bins, largest, variance).run(monitor)
    }

    /// The observations of each bin side by side, from those of each offset.
    fn by_bin(&self, spectra: &[f64], monitor: &Monitor) -> Result<Vec<f64>, Error> {
        const TILE: usize = 16;
        let (n_bins, p) = (self.n_bins(), self.offsets().len());
        let scale = 1.0 / n_bins as f64;
        let mut bins = reserved(spectra.len(), "the bins")?;
        bins.resize(spectra.len(), 0.0);
        for (from, to) in spectra.chunks_exact(p * n_bins).zip(bins.chunks_exact_mut(p * n_bins)) {
            for first in (0..n_bins).step_by(TILE) {
                monitor.check()?;
                for offset in 0..p {
                    for bin in first..n_bins.min(first + TILE) {
                        to[bin * p + offset] = from[offset * n_bins + bin] * scale;
                    }
                }
            }
        }
        Ok(bins)
    }

    /// The bin of `k` in a stage.
    fn bin_of(&self, stage: usize, k: u64) -> usize {
        let bits = self.masks[stage].iter().enumerate();
        bits.fold(0, |bin, (i, mask)| bin | (parity(*mask, k) as usize) << i)
    }

    /// The signs that coefficient `k` has at the offsets, into `out`.
    fn signs(&self, k: u64, probes: &mut Vec<f64>, out: &mut [f64]) {
        probes.clear();
        probes.extend(self.probes.iter().map(|probe| sign(*probe, k)));
        match self.search {
            Search::Majority | Search::Degree(_) => {
                for (base, group) in self.bases.iter().zip(out.chunks_exact_mut(1 + probes.len())) {
                    let of_base = sign(*base, k);
                    group[0] = of_base;
                    for (out, probe) in group[1..].iter_mut().zip(probes.iter()) {
                        *out = of_base * probe;
                    }
                }
            }
            Search::Coded(_) => {
                let (bases, moved) = out.split_at_mut(self.bases.len());
                for (out, base) in bases.iter_mut().zip(&self.bases) {
                    *out = sign(*base, k);
                }
                for (out, probe) in moved.iter_mut().zip(probes.iter()) {
                    *out = bases[0] * probe;
                }
            }
            Search::Exhaustive => {
                for (out, base) in out.iter_mut().zip(&self.bases) {
                    *out = sign(*base, k);
                }
            }
        }
    }
}

/// All sums of some of the words: those of the first few come first.
fn span(words: &[u64]) -> Vec<u64> {
    let mut span = vec![0_u64];
    for word in words {
        span.extend_from_within(..);
        let half = span.len() / 2;
        span[half..].iter_mut().for_each(|point| *point ^= word);
    }
    span
}

/// The rank of a set of words over GF(2).
fn rank(words: &[u64]) -> usize {
    let mut basis: Vec<u64> = Vec::new();
    for &word in words {
        let reduced = basis.iter().fold(word, |word, row| word.min(word ^ row));
        if reduced != 0 {
            basis.push(reduced);
        }
    }
    basis.len()
}

fn reserved<T>(n: usize, what: &'static str) -> Result<Vec<T>, Error> {
    let mut values = Vec::new();
    values.try_reserve_exact(n).map_err(|_| Error::TooLarge {
        what,
        bytes: n as u128 * size_of::<T>() as u128,
    })?;
    Ok(values)
}

fn mean_square(values: &[f64]) -> f64 {
    values.iter().map(|value| value * value).sum::<f64>() / values.len() as f64
}

/// Finding one coefficient after the other.
struct Peeler<'a> {
    plan: &'a Plan,
    searcher: Searcher<'a>,
    /// The observations of all bins, a run of `p` for each, less what was found.
    bins: Vec<f64>,
    p: usize,
    variance: f64,
    /// A bin's mean square above this is more than noise.
    threshold: f64,
    /// Standard deviation of a coefficient that all stages have seen.
    deviation: f64,
    found: BTreeMap<u64, f64>,
    signs: Vec<f64>,
    probes: Vec<f64>,
}

impl<'a> Peeler<'a> {
    fn new(plan: &'a Plan, bins: Vec<f64>, largest: f64, variance: Option<f64>) -> Self {
        let p = plan.offsets().len();
        let n_bins = plan.n_bins() as f64;
        let variance = variance.unwrap_or_else(|| n_bins * quiet(&bins, p));
        // Four standard deviations of the mean square of p numbers.
        let slack = 1.0 + 4.0 * (2.0 / p as f64).sqrt();
        let rounding = (ROUNDING * largest).powi(2);
        Self {
            plan,
            searcher: Searcher::new(plan),
            bins,
            p,
            variance,
            threshold: (slack * variance / n_bins).max(rounding),
            deviation: (variance / (n_bins * p as f64 * plan.n_stages() as f64)).sqrt(),
            found: BTreeMap::new(),
            signs: vec![0.0; p],
            probes: Vec::new(),
        }
    }

    fn run(mut self, monitor: &Monitor) -> Result<Decoded, Error> {
        let n_bins = self.plan.n_bins();
        let total = self.bins.len() / self.p;
        let quiet: Vec<bool> = (0..total).map(|bin| self.is_quiet(bin)).collect();
        let empty = quiet
            .chunks(n_bins)
            .map(|stage| stage.iter().filter(|quiet| **quiet).count())
            .min();
        let n_visits = self.peel(&quiet, monitor)?;
        self.refine(monitor)?;
        self.prune(monitor)?;
        let unresolved = (0..total).filter(|&bin| !self.is_quiet(bin)).count();
        let (support, coefficients) = self.found.into_iter().unzip();
        Ok(Decoded {
            support,
            coefficients,
            n_visits,
            unresolved,
            empty: empty.unwrap_or(0),
            variance: self.variance,
        })
    }

    fn observed(&self, bin: usize) -> &[f64] {
        &self.bins[bin * self.p..][..self.p]
    }

    fn is_quiet(&self, bin: usize) -> bool {
        mean_square(self.observed(bin)) <= self.threshold
    }

    /// Take single coefficients out until no bin holds one.
    fn peel(&mut self, quiet: &[bool], monitor: &Monitor) -> Result<u64, Error> {
        let n_bins = self.plan.n_bins();
        let mut queue: VecDeque<usize> = (0..quiet.len()).filter(|&bin| !quiet[bin]).collect();
        let mut queued: Vec<bool> = quiet.iter().map(|quiet| !quiet).collect();
        let mut visits = vec![0_u16; quiet.len()];
        let mut n_visits = 0;
        while let Some(bin) = queue.pop_front() {
            monitor.check()?;
            queued[bin] = false;
            if visits[bin] == VISITS || self.is_quiet(bin) {
                continue;
            }
            visits[bin] += 1;
            n_visits += 1;
            let Some((k, value)) = self.single(bin)? else { continue };
            *self.found.entry(k).or_insert(0.0) += value;
            self.subtract(k, value);
            for stage in 0..self.plan.n_stages() {
                let touched = stage * n_bins + self.plan.bin_of(stage, k);
                if !queued[touched] {
                    queued[touched] = true;
                    queue.push_back(touched);
                }
            }
            monitor.report(n_visits, 0, self.found.len() as f64);
        }
        Ok(n_visits)
    }

    /// The one coefficient of a bin that holds one and noise.
    fn single(&mut self, bin: usize) -> Result<Option<(u64, f64)>, Error> {
        let (stage, index) = (bin / self.plan.n_bins(), bin % self.plan.n_bins());
        let observed = &self.bins[bin * self.p..][..self.p];
        for k in self.searcher.candidates(stage, index, observed)?.into_iter().flatten() {
            if k >> self.plan.n != 0 || self.plan.bin_of(stage, k) != index {
                continue; // it cannot be here
            }
            self.plan.signs(k, &mut self.probes, &mut self.signs);
            let value = mean_product(observed, &self.signs);
            let rest = observed
                .iter()
                .zip(&self.signs)
                .map(|(seen, sign)| (seen - value * sign).powi(2));
            if value != 0.0 && rest.sum::<f64>() / self.p as f64 <= self.threshold {
                return Ok(Some((k, value)));
            }
        }
        Ok(None)
    }

    fn subtract(&mut self, k: u64, value: f64) {
        self.plan.signs(k, &mut self.probes, &mut self.signs);
        for stage in 0..self.plan.n_stages() {
            let bin = stage * self.plan.n_bins() + self.plan.bin_of(stage, k);
            for (seen, sign) in self.bins[bin * self.p..][..self.p].iter_mut().zip(&self.signs) {
                *seen -= value * sign;
            }
        }
    }

    /// Least squares on the support, from all bins that hold nothing else: peeling estimates each coefficient from one bin and hands its
    /// error on to others. The sweeps of Gauss and Seidel converge fast, since two coefficients hardly ever share more than one bin.
    fn refine(&mut self, monitor: &Monitor) -> Result<(), Error> {
        let n_bins = self.plan.n_bins();
        let clear: Vec<bool> = (0..self.bins.len() / self.p).map(|bin| self.is_quiet(bin)).collect();
        let keys: Vec<u64> = self.found.keys().copied().collect();
        for _ in 0..SWEEPS {
            let (mut largest, mut most) = (0.0_f64, 0.0_f64);
            for &k in &keys {
                monitor.check()?;
                self.plan.signs(k, &mut self.probes, &mut self.signs);
                let (mut sum, mut count) = (0.0, 0);
                for stage in 0..self.plan.n_stages() {
                    let bin = stage * n_bins + self.plan.bin_of(stage, k);
                    if clear[bin] {
                        sum += mean_product(self.observed(bin), &self.signs);
                        count += 1;
                    }
                }
                if count > 0 {
                    let change = sum / f64::from(count);
                    self.subtract(k, change);
                    let value = self.found.entry(k).or_insert(0.0);
                    *value += change;
                    largest = largest.max(change.abs());
                    most = most.max(value.abs());
                }
            }
            if largest <= (1e-15 * most).max(1e-3 * self.deviation) {
                break;
            }
        }
        Ok(())
    }

    /// Give back what is no larger than the largest of 2^n coefficients of noise would be, or than rounding.
    fn prune(&mut self, monitor: &Monitor) -> Result<(), Error> {
        let universal = (2.0 * self.plan.n as f64 * std::f64::consts::LN_2).sqrt().max(4.0);
        let most = self.found.values().fold(0.0_f64, |most, value| most.max(value.abs()));
        let least = (universal * self.deviation).max(1e-13 * most);
        let small: Vec<(u64, f64)> = self
            .found
            .iter()
            .filter(|(_, value)| value.abs() <= least)
            .map(|(k, value)| (*k, *value))
            .collect();
        for (k, value) in &small {
            self.found.remove(k);
            self.subtract(*k, -value);
        }
        if small.is_empty() { Ok(()) } else { self.refine(monitor) }
    }
}

fn mean_product(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>() / a.len() as f64
}

/// The mean square of bins without coefficients, from the quietest quarter of all.
///
/// Its median is near the lower quartile of the empty ones, which a mean of squares of `p` normal numbers has at (1 - 2/9p - 0.674 √(2/9p))³
/// times their variance (Wilson and Hilferty).
fn quiet(bins: &[f64], p: usize) -> f64 {
    let mut energies: Vec<f64> = bins.chunks_exact(p).map(mean_square).collect();
    energies.sort_by(f64::total_cmp);
    let spread = 2.0 / (9.0 * p as f64);
    energies[energies.len() / 8] / (1.0 - spread - 0.674 * spread.sqrt()).powi(3).max(0.05)
}

#[cfg(test)]
mod tests;
