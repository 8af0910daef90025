//! `sparse`: time by the number of distinct sums, whatever the universe; random, and never wrong.
//!
//! Sums are thrown into buckets modulo a random prime p by cyclic convolution of the sets' residues, once for each of three moments: bucket h learns
//! M₀ = how many pairs, M₁ = the sum of their sums, M₂ = the sum of squares. By Cauchy and Schwarz M₀·M₂ = M₁² *iff all sums in the bucket are equal*: the certificate, in which nothing is
//! random. Then M₁/M₀ is that sum and M₀ its count. What is found is subtracted, and the next prime separates others, until all N₁·N₂ pairs are accounted for.
//! (The idea of Cole and Hariharan 2002; Bringmann, Fischer and Nakos 2021. The certificate in this form is this crate's.)
//!
//! Only quotients z div p enter the moments: residues are known. Where residues wrap around, the quotient of a sum is one more than the sum of the quotients, so that the convolutions
//! are linear, of length 2p − 1, and the upper half is corrected before it is folded: M₂ += 2·M₁ + M₀, M₁ += M₀. All moments are exact, modulo two primes of together 125 bits.

use porism_convolution::Remainders;
use porism_convolution::ntt::{Field, Goldilocks, Ntt, Prime57};

use crate::Error;
use crate::error::{check_size, try_filled};
use crate::instance::{Instance, Normal, Run};
use crate::random::{generator, prime};

/// What the search did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct SparseStats {
    /// The primes, in turn.
    pub(crate) primes: Vec<u64>,
    /// Sums found with each.
    pub(crate) found: Vec<u64>,
}

/// All sums (not only those in the window) as positions, rising, with their counts.
///
/// `buckets` is the first guess of how many buckets will do.
pub(crate) fn sparse(
    instance: &Instance,
    buckets: Option<u64>,
    run: &Run<'_>,
) -> Result<(Vec<(u64, u64)>, SparseStats), Error> {
    let total = u128::from(instance.rows.mass) * u128::from(instance.columns.mass);
    let mut rng = generator(run.seed);
    let mut stats = SparseStats::default();
    let mut found: Vec<(u64, u64)> = Vec::new();
    let mut mass: u128 = 0;
    // A sumset has at least N1 + N2 − 1 members, and a prime beyond the universe separates all.
    let least = (instance.rows.values.len() + instance.columns.values.len() - 1) as u64;
    let mut guess = buckets.unwrap_or(4 * least).max(2);
    while mass < total {
        run.monitor.check()?;
        let most = u64::try_from(instance.universe).unwrap_or(u64::MAX).max(2);
        // With more buckets quotients are smaller, until the moments fit.
        while guess < most && reach(instance, guess).is_none_or(|reach| reach >= LIMIT) {
            guess = guess.saturating_mul(2);
        }
        let low = guess.min(most);
        let p = prime(&mut rng, low);
        let moments = moments(instance, p, run)?;
        let (new, occupied) = isolate(moments, p, &found);
        stats.primes.push(p);
        stats.found.push(new.len() as u64);
        let unresolved = occupied - new.len() as u64;
        mass += new.iter().map(|(_, count)| u128::from(*count)).sum::<u128>();
        found.extend(&new);
        // Fewer than half resolved: too few buckets. Otherwise as many as are left to be told apart, and more.
        guess = if (new.len() as u64) < unresolved {
            guess.saturating_mul(2)
        } else {
            (8 * unresolved).clamp(4 * least, guess.max(4 * least))
        };
    }
    if mass != total {
        return Err(Error::Broken(format!("{mass} pairs found of {total}")));
    }
    found.sort_unstable();
    Ok((found, stats))
}

/// What moments must stay below.
const LIMIT: u128 = Goldilocks::MODULUS as u128 * Prime57::MODULUS as u128;

/// What second moments do not exceed when sums are divided by a prime of at least `p`; `None` beyond 128 bits.
fn reach(instance: &Instance, p: u64) -> Option<u128> {
    let quotient = instance.universe / u128::from(p) + 1;
    let total = u128::from(instance.rows.mass) * u128::from(instance.columns.mass);
    quotient.checked_mul(quotient)?.checked_mul(total)
}

/// Moments of every bucket.
type Moments = Vec<[u128; 3]>;

fn moments(instance: &Instance, p: u64, run: &Run<'_>) -> Result<Moments, Error> {
    if reach(instance, p).is_none_or(|reach| reach >= LIMIT) {
        let quotient = (instance.universe / u128::from(p) + 1) as f64;
        return Err(Error::Overflow {
            what: "second moments of the sparse algorithm",
            reach: format!(
                "{:e}",
                quotient * quotient * instance.rows.mass as f64 * instance.columns.mass as f64
            ),
            limit: format!("{:e}", LIMIT as f64),
        });
    }
    let len = (2 * u128::from(p) - 1).next_power_of_two();
    check_size("the sparse algorithm's transforms", len * 8 * 8)?;
    let len = len as usize;
    let first = convolved::<Goldilocks>(instance, p, len, run)?;
    let second = convolved::<Prime57>(instance, p, len, run)?;
    let combine = Remainders::new();
    let mut buckets: Moments = try_filled("buckets", u128::from(p), [0; 3])?;
    let p = p as usize;
    for i in 0..2 * p - 1 {
        if i % (1 << 16) == 0 {
            run.monitor.check()?;
        }
        let [mut m0, mut m1, mut m2] = [0_u128; 3];
        for (k, m) in [&mut m0, &mut m1, &mut m2].into_iter().enumerate() {
            *m = combine.of(first[k][i], second[k][i]);
        }
        let bucket = &mut buckets[if i < p { i } else { i - p }];
        if i >= p {
            m2 += 2 * m1 + m0;
            m1 += m0;
        }
        for (sum, m) in bucket.iter_mut().zip([m0, m1, m2]) {
            *sum += m;
        }
    }
    Ok(buckets)
}

/// The convolutions A0·B0, A0·B1 + A1·B0 and A0·B2 + 2·A1·B1 + A2·B0 of the moments by residue.
fn convolved<F: Field>(instance: &Instance, p: u64, len: usize, run: &Run<'_>) -> Result<[Vec<F>; 3], Error> {
    let ntt = Ntt::<F>::new(len)?;
    let side = |set: &Normal| -> Result<[Vec<F>; 3], Error> {
        let mut powers = [(); 3].map(|()| Vec::new());
        for (e, power) in powers.iter_mut().enumerate() {
            *power = try_filled("moments", len as u128, F::ZERO)?;
            for (i, value) in set.values.iter().enumerate() {
                let place = &mut power[(value % p) as usize];
                let term = F::new(value / p).pow(e as u64).mul(F::new(set.weight(i)));
                *place = place.add(term);
            }
            ntt.forward(power, run.pool, run.monitor)?;
        }
        Ok(powers)
    };
    let [mut a0, mut a1, mut a2] = side(&instance.rows)?;
    let other = if instance.is_square {
        None
    } else {
        Some(side(&instance.columns)?)
    };
    for i in 0..len {
        if i % (1 << 16) == 0 {
            run.monitor.check()?;
        }
        let (x0, x1, x2) = (a0[i], a1[i], a2[i]);
        let [y0, y1, y2] = other
            .as_ref()
            .map_or([x0, x1, x2], |[b0, b1, b2]| [b0[i], b1[i], b2[i]]);
        let middle = x1.mul(y1);
        a0[i] = x0.mul(y0);
        a1[i] = x0.mul(y1).add(x1.mul(y0));
        a2[i] = x0.mul(y2).add(x2.mul(y0)).add(middle).add(middle);
    }
    drop(other);
    for data in [&mut a0, &mut a1, &mut a2] {
        ntt.inverse(data, run.pool, run.monitor)?;
    }
    Ok([a0, a1, a2])
}

/// The sums that are alone in their bucket once those already `found` are taken out, and how many buckets were not empty.
fn isolate(mut left: Moments, p: u64, found: &[(u64, u64)]) -> (Vec<(u64, u64)>, u64) {
    for (position, count) in found {
        let (bucket, w) = (&mut left[(position % p) as usize], u128::from(position / p));
        let count = u128::from(*count);
        bucket[0] -= count;
        bucket[1] -= count * w;
        bucket[2] -= count * w * w;
    }
    let mut new = Vec::new();
    let mut occupied = 0;
    for (h, [m0, m1, m2]) in left.into_iter().enumerate() {
        if m0 == 0 {
            continue;
        }
        occupied += 1;
        // M0·M2 = M1² with M1 = w·M0 is M2 = w·M1; where M0 does not divide M1, the sums are not all equal.
        let w = m1 / m0;
        if m1 == w * m0 && w.checked_mul(m1) == Some(m2) {
            new.push(((w * u128::from(p) + h as u128) as u64, m0 as u64));
        }
    }
    (new, occupied)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The certificate is not "M1 divisible by M0": 1 and 3 have the mean 2, which is no sum.
    #[test]
    fn equal_means_are_told_apart() {
        let bucket = [2_u128, 1 + 3, 1 + 9];
        assert_eq!(isolate(vec![bucket], 1, &[]), (vec![], 1));
        assert_eq!(isolate(vec![[2, 4, 8]], 1, &[]), (vec![(2, 2)], 1));
    }
}
