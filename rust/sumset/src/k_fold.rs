//! `kA = A + … + A`, k times.
//!
//! Normalised to begin with 0 and to have the greatest common divisor 1, the sets kA are nested, and for large k they are all alike (Nathanson): a fixed pattern
//! at the low end, everything in the middle, a fixed pattern at the high end. The search doubles k until it can *prove* that it has arrived there, and then writes kA down.

use crate::Error;
use crate::bits::Bits;
use crate::error::check_size;
use crate::instance::{Instance, Run, Set, Window};
use crate::sums::{Options, Sums, sumset};

/// kA as bits.
#[derive(Debug, Clone)]
pub struct KFold {
    /// Bit i stands for `origin + step·i`.
    pub bits: Bits,
    /// The value of position 0.
    pub origin: i64,
    /// What positions are apart.
    pub step: u64,
    /// Sumsets computed.
    pub products: u64,
    /// The k from which on kA has the stable form, if that was used.
    pub stable_from: Option<u64>,
}

/// The k-fold sumset of `a`, as far as it is below `high`.
///
/// # Errors
/// [`Error::Overflow`] if a sum does not fit 64 bits, [`Error::TooLarge`] if the bit set does not fit memory.
pub fn k_fold(a: &Set, k: u64, high: Option<i64>, run: &Run<'_>) -> Result<KFold, Error> {
    let empty = |origin: i64| -> Result<KFold, Error> {
        Ok(KFold {
            bits: Bits::new(0)?,
            origin,
            step: 1,
            products: 0,
            stable_from: None,
        })
    };
    let (Some(&low), Some(&top)) = (a.values().first(), a.values().last()) else {
        // The empty sum is 0 even if nothing can be added.
        if k > 0 {
            return empty(0);
        }
        return single(0, high, empty);
    };
    if k == 0 {
        return single(0, high, empty);
    }
    let (origin, reach) = (i128::from(low) * i128::from(k), i128::from(top) * i128::from(k));
    for value in [origin, reach] {
        if i64::try_from(value).is_err() {
            return Err(Error::Overflow {
                what: "sums",
                reach: value.to_string(),
                limit: "what 64 bits hold".to_owned(),
            });
        }
    }
    let origin = origin as i64;
    let Some(instance) = Instance::new(a, a, false, Window { low: None, high: None })? else {
        return empty(origin);
    };
    let (base, step) = (instance.columns.values, instance.step);
    let m = base.last().copied().unwrap_or(0);
    let full = u128::from(m) * u128::from(k) + 1;
    let len = high.map_or(full, |high| {
        let above = i128::from(high) - i128::from(origin);
        if above <= 0 {
            0
        } else {
            (above as u128).div_ceil(u128::from(step)).min(full)
        }
    });
    let done = |bits: Bits, products: u64, stable_from: Option<u64>| KFold {
        bits,
        origin,
        step,
        products,
        stable_from,
    };
    if len == 0 || m == 0 {
        let mut bits = Bits::new(len)?;
        if len > 0 {
            bits.set(0);
        }
        return Ok(done(bits, 0, None));
    }
    check_size("a bit set", len / 8)?; // refuse before working
    let cap = usize::try_from(len).unwrap_or(usize::MAX);
    let mut products = 0;
    let mut add = |x: &Bits, y: &Bits| -> Result<Bits, Error> {
        products += 1;
        sum(x, y, cap, run)
    };
    let mut first = Bits::new((u128::from(m) + 1).min(len))?;
    for value in &base {
        if (*value as usize) < first.len() {
            first.set(*value as usize);
        }
    }
    // Binary powering from the top: h is the number that the leading bits of k spell.
    let (mut h, mut bits) = (1_u64, first.clone());
    for bit in (0..k.ilog2()).rev() {
        bits = add(&bits, &bits)?;
        h *= 2;
        if k >> bit & 1 == 1 {
            bits = add(&bits, &first)?;
            h += 1;
        }
        // Is hA the stable form already? One sumset more would tell; it pays only if several are left.
        if bit > 1 && u128::from(h) * u128::from(m) < len {
            let next = add(&bits, &first)?;
            if let Some(stable) = extended(&bits, &next, m as usize, h, k, cap)? {
                return Ok(done(stable, products, Some(h)));
            }
        }
    }
    Ok(done(bits, products, None))
}

fn single(value: i64, high: Option<i64>, empty: impl Fn(i64) -> Result<KFold, Error>) -> Result<KFold, Error> {
    if high.is_some_and(|high| high <= value) {
        return empty(value);
    }
    let mut bits = Bits::new(1)?;
    bits.set(0);
    Ok(KFold {
        bits,
        origin: value,
        step: 1,
        products: 0,
        stable_from: None,
    })
}

/// The sums below `cap` of two sets of positions that both contain 0.
pub(crate) fn sum(x: &Bits, y: &Bits, cap: usize, run: &Run<'_>) -> Result<Bits, Error> {
    let set = |bits: &Bits| -> Result<Set, Error> {
        let values: Vec<i64> = bits.positions().map(|p| p as i64).collect();
        Set::new("a", &values, None, crate::instance::Duplicates::Reject)
    };
    let (a, b) = (set(x)?, set(y)?);
    let len = (x.len() + y.len()).saturating_sub(1).min(cap);
    let Some(instance) = Instance::new(
        &a,
        &b,
        false,
        Window {
            low: None,
            high: Some(len as i64),
        },
    )?
    else {
        return Bits::new(len as u128);
    };
    let found = sumset(&instance, None, &Options::default(), run)?.found;
    let mut bits = Bits::new(len as u128)?;
    match found {
        Sums::Dense(dense) if instance.step == 1 && instance.origin == 0 => {
            bits.words[..dense.words.len()].copy_from_slice(&dense.words);
        }
        Sums::Dense(dense) => {
            for position in dense.positions() {
                bits.set((instance.origin + (instance.step * position as u64) as i64) as usize);
            }
        }
        Sums::Listed(values) => values.into_iter().for_each(|value| bits.set(value as usize)),
    }
    Ok(bits)
}

/// kA from hA and (h+1)A, if they prove the stable form.
///
/// Both contain 0, hA ⊆ (h+1)A. Let hA have all of x..y with y − x ≥ m, and let it agree with (h+1)A below x, and, seen from the top, above y. Below x nothing changes
/// ever again: (k+2)A below x is ((k+1)A below x) + A below x. The top is the bottom of the mirrored set. And x..y + m is in (h+1)A, because any of it is
/// a member of x..y plus 0 or m.
fn extended(bits: &Bits, next: &Bits, m: usize, h: u64, k: u64, cap: usize) -> Result<Option<Bits>, Error> {
    let (top, next_top) = (h as usize * m, (h as usize + 1) * m);
    if bits.len() <= top || next.len() <= next_top {
        return Ok(None); // cut off by the window: the top cannot be seen
    }
    let mut x = (0..=top)
        .rev()
        .find(|z| !bits.get(*z) && 2 * *z <= top)
        .map_or(0, |z| z + 1);
    let y = (0..=top)
        .find(|z| !bits.get(*z) && 2 * *z > top)
        .map_or(top, |z| z.saturating_sub(1));
    if y < x || y - x < m {
        return Ok(None);
    }
    x = x.min(y);
    let low_is_stable = (0..x).all(|z| bits.get(z) == next.get(z));
    let high_is_stable = (0..top - y).all(|d| bits.get(top - d) == next.get(next_top - d));
    if !low_is_stable || !high_is_stable {
        return Ok(None);
    }
    let full = k as u128 * m as u128;
    let len = (full + 1).min(cap as u128);
    let mut stable = Bits::new(len)?;
    for z in (0..x).filter(|z| bits.get(*z)) {
        if (z as u128) < len {
            stable.set(z);
        }
    }
    stable.fill(
        x,
        usize::try_from((full - (top - y) as u128 + 1).min(len)).unwrap_or(usize::MAX),
    );
    for d in (0..top - y).filter(|d| bits.get(top - d)) {
        let z = full - d as u128;
        if z < len {
            stable.set(z as usize);
        }
    }
    Ok(Some(stable))
}
