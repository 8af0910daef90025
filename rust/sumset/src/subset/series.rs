//! `jin-wu`: subset sums as coefficients of a power series.
//!
//! C. Jin, H. Wu: *A Simple Near-Linear Pseudopolynomial Time Randomized Algorithm for Subset Sum*, SOSA 2019, expands F = ∏(1 + x^s) modulo a random prime: a coefficient that
//! is not 0 proves its total, one that is 0 may be a multiple of the prime. Here the prime p = 2^64 − 2^32 + 1 is fixed, and instead every distinct size s has a random weight:
//! F = ∏(1 + r_s x^s)^(m_s), m_s how often it occurs. The coefficient of a total that can be made is a polynomial in the weights, of degree at most n, and not zero modulo p because no binomial
//! of m_s < p is; by Schwartz and Zippel it vanishes with probability at most n/p < n·2^−63.9. No total that cannot be made is ever reported: one-sided.
//!
//! From x·F' = F·C with c_d = Σ_(s | d) (−1)^(d/s − 1)·s·m_s·r_s^(d/s) follows i·f_i = Σ_d c_d·f_(i−d), solved by divide and conquer: O(t log² t) after O(t log t) for the c_d.

use std::collections::BTreeMap;

use porism_convolution::ntt::{Field, Goldilocks, Ntt};

use crate::Error;
use crate::bits::Bits;
use crate::error::{check_size, try_filled};
use crate::instance::Run;
use crate::random::{below, generator};
use crate::subset::useful;

/// Coefficients that are summed directly.
const DIRECT: usize = 64;

/// Totals up to `target`; each that can be made is found but for a chance of n·2^−63.9, none other ever.
pub fn jin_wu(items: &[i64], target: u64, run: &Run<'_>) -> Result<Bits, Error> {
    let mut bits = Bits::new(u128::from(target) + 1)?;
    let n = usize::try_from(target).unwrap_or(usize::MAX - 1) + 1;
    check_size("power series", n.next_power_of_two() as u128 * 8 * 6)?;
    let mut multiplicity: BTreeMap<u64, u64> = BTreeMap::new();
    for (value, _) in useful(items, target)? {
        *multiplicity.entry(value).or_default() += 1;
    }
    let mut rng = generator(run.seed);
    let mut c = try_filled("power series", n as u128, Goldilocks::ZERO)?;
    for (value, times) in multiplicity {
        run.monitor.check()?;
        let weight = Goldilocks::new(1 + below(&mut rng, Goldilocks::MODULUS - 1));
        let factor = Goldilocks::new(value).mul(Goldilocks::new(times));
        let mut power = weight.mul(factor);
        let negative = Goldilocks::ZERO.sub(weight);
        for d in (value as usize..n).step_by(value as usize) {
            c[d] = c[d].add(power);
            power = power.mul(negative);
        }
    }
    let inverses = inverses(n, run)?;
    let mut f = try_filled("power series", n as u128, Goldilocks::ZERO)?;
    f[0] = Goldilocks::new(1);
    let mut solver = Online {
        f,
        c,
        inverses,
        run,
        spectra: BTreeMap::new(),
    };
    solver.solve(0, n)?;
    for (total, coefficient) in solver.f.iter().enumerate() {
        if *coefficient != Goldilocks::ZERO {
            bits.set(total);
        }
    }
    Ok(bits)
}

/// 1/i modulo p for i below n, from p = q·i + r: 1/i = −q/r.
fn inverses(n: usize, run: &Run<'_>) -> Result<Vec<Goldilocks>, Error> {
    let mut inverses = try_filled("power series", n as u128, Goldilocks::ZERO)?;
    if n > 1 {
        inverses[1] = Goldilocks::new(1);
    }
    for i in 2..n {
        if i % (1 << 16) == 0 {
            run.monitor.check()?;
        }
        let (q, r) = (
            Goldilocks::MODULUS / i as u64,
            (Goldilocks::MODULUS % i as u64) as usize,
        );
        inverses[i] = Goldilocks::ZERO.sub(Goldilocks::new(q).mul(inverses[r]));
    }
    Ok(inverses)
}

struct Online<'a> {
    /// Until coefficient i is final it holds what is known of i·f_i.
    f: Vec<Goldilocks>,
    c: Vec<Goldilocks>,
    inverses: Vec<Goldilocks>,
    run: &'a Run<'a>,
    /// The transforms of the beginnings of c, by length.
    spectra: BTreeMap<usize, (Ntt<Goldilocks>, Vec<Goldilocks>)>,
}

impl Online<'_> {
    /// Finish the coefficients `low..high`, to which all before `low` have contributed already.
    fn solve(&mut self, low: usize, high: usize) -> Result<(), Error> {
        if high - low <= DIRECT {
            self.run.monitor.check()?;
            for i in low..high {
                if i > 0 {
                    self.f[i] = self.f[i].mul(self.inverses[i]);
                }
                let known = self.f[i];
                for j in i + 1..high {
                    self.f[j] = self.f[j].add(known.mul(self.c[j - i]));
                }
            }
            return Ok(());
        }
        // Halves of powers of two, so that few different transforms of c are needed.
        let middle = low + ((high - low).div_ceil(2)).next_power_of_two().min(high - low - 1);
        self.solve(low, middle)?;
        let (left, all) = (middle - low, high - low);
        // The contributions of low..middle to middle..high: a cyclic convolution of length ≥ high − low leaves those places right.
        let len = all.next_power_of_two();
        if !self.spectra.contains_key(&len) {
            let ntt = Ntt::new(len)?;
            let mut spectrum = try_filled("power series", len as u128, Goldilocks::ZERO)?;
            let known = len.min(self.c.len());
            spectrum[..known].copy_from_slice(&self.c[..known]);
            ntt.forward(&mut spectrum, self.run.pool, self.run.monitor)?;
            self.spectra.insert(len, (ntt, spectrum));
        }
        let (ntt, spectrum) = &self.spectra[&len];
        let mut data = try_filled("power series", len as u128, Goldilocks::ZERO)?;
        data[..left].copy_from_slice(&self.f[low..middle]);
        ntt.forward(&mut data, self.run.pool, self.run.monitor)?;
        for (x, y) in data.iter_mut().zip(spectrum) {
            *x = x.mul(*y);
        }
        ntt.inverse(&mut data, self.run.pool, self.run.monitor)?;
        for i in left..all {
            self.f[low + i] = self.f[low + i].add(data[i]);
        }
        self.solve(middle, high)
    }
}
