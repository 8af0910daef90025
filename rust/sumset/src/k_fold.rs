//! `kA = A + … + A`, k times.
//!
//! Normalised to begin with 0 and to have the greatest common divisor 1, the sets kA are nested, and for large k they are all alike (Nathanson): a fixed pattern
//! at the low end, everything in the middle, a fixed pattern at the high end. The search doubles k until it can *prove* that it has arrived there, and then writes kA down.
//!
//! From hA to 2hA leads one sumset of hA, or h sumsets with A: these are shifts of the bit set in place, blocks that are full are passed over, and unless A is large they are cheaper.

use porism_runtime::Isa;

use crate::Error;
use crate::arch::{BLOCK, shift_in};
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
    let mut first = Bits::new((u128::from(m) + 1).min(len))?;
    base.iter()
        .filter(|value| (**value as usize) < first.len)
        .for_each(|value| first.words[*value as usize / 64] |= 1 << (value % 64));
    let shifts: Vec<usize> = base[1..].iter().map(|value| *value as usize).collect();
    let len_at = |h: u64| (u128::from(h) * u128::from(m) + 1).min(len) as usize;
    let mut growing = Growing::new(first);
    let mut products = 0;
    // Binary powering from the top: h is the number that the leading bits of k spell.
    let mut h = 1_u64;
    for bit in (0..k.ilog2()).rev() {
        run.monitor.report(h, k, 0.0);
        let next = 2 * h + (k >> bit & 1);
        if growing.by_steps(next - h, shifts.len(), len_at(next)) > growing.doubled(len_at(2 * h)) {
            let bits = sum(&growing.bits, &growing.bits, cap, run)?;
            growing = Growing::new(bits);
            h *= 2;
            products += 1;
        }
        while h < next {
            h += 1;
            products += 1;
            growing.add(&shifts, len_at(h), run)?;
        }
        // Is hA the stable form already? One sumset more tells.
        if bit > 0 {
            let mut more = growing.clone();
            products += 1;
            more.add(&shifts, len_at(h + 1), run)?;
            if more.bits == growing.bits {
                return Ok(done(growing.bits, products, Some(h))); // all that the window shows
            }
            if let Some(stable) = extended(&growing.bits, &more.bits, m as usize, h, k, cap)? {
                return Ok(done(stable, products, Some(h)));
            }
        }
    }
    Ok(done(growing.bits, products, None))
}

/// Words of the work between two looks at whether to stop.
const PIECE: usize = 1 << 25;
/// Nanoseconds for a shifted block.
const SHIFTED: f64 = 4.0;

/// A set with 0 to which others with 0 are added, and which of its blocks are full: they stay so.
#[derive(Clone)]
struct Growing {
    bits: Bits,
    full: Vec<bool>,
}

impl Growing {
    fn new(bits: Bits) -> Self {
        let full = bits
            .words
            .chunks_exact(BLOCK)
            .map(|block| block.iter().all(|word| *word == u64::MAX))
            .collect();
        Self { bits, full }
    }

    /// Add the set of 0 and `shifts`, as far as sums are below `len`.
    fn add(&mut self, shifts: &[usize], len: usize, run: &Run<'_>) -> Result<(), Error> {
        self.bits.lengthen(len)?;
        let words = &mut self.bits.words;
        self.full.resize(words.len() / BLOCK, false);
        let isa = Isa::detect();
        let piece = PIECE.div_ceil(shifts.len().max(1)).next_multiple_of(BLOCK);
        // From the top down, because it is done in place.
        let mut high = words.len();
        while high > 0 {
            run.monitor.check()?;
            let low = high.saturating_sub(piece).next_multiple_of(BLOCK);
            let low = if low < high { low } else { 0 };
            shift_in(isa, &mut words[..high], low, shifts, &mut self.full);
            high = low;
        }
        self.bits.trim();
        Ok(())
    }

    /// About how many nanoseconds `steps` additions of a set of as many `shifts` take, the last to reach `len`.
    fn by_steps(&self, steps: u64, shifts: usize, len: usize) -> f64 {
        let full = self.full.iter().filter(|full| **full).count();
        let open = (len / 64 / BLOCK + 1).saturating_sub(full);
        steps as f64 * (100.0 + shifts as f64 * open as f64 * SHIFTED)
    }

    /// About how many nanoseconds the sumset with itself takes, up to `len`.
    fn doubled(&self, len: usize) -> f64 {
        let (n, positions, len) = (self.bits.count() as f64, self.bits.len as f64, len as f64);
        let enough = 48.0 - 9.0 / (1.0 - (n / (positions + 1.0)).min(0.999)).ln();
        let rows = len / 8192.0 * (n.min(enough) * 9.5 + 180.0) + 8.0 * n;
        let stores = 0.4 * n * n + 0.05 * len;
        let transforms = 0.45 * len * len.max(2.0).log2() + 20_000.0;
        500.0 + 10.0 * n + rows.min(stores).min(transforms)
    }
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
    let len = (x.len + y.len).saturating_sub(1).min(cap);
    let (few, many) = if x.count() <= y.count() { (x, y) } else { (y, x) };
    if few.count() <= FEW {
        let shifts: Vec<usize> = few.positions().skip(1).filter(|shift| *shift < len).collect();
        let mut growing = Growing::new(many.clone());
        growing.add(&shifts, len, run)?;
        return Ok(growing.bits);
    }
    let other = if x == y { None } else { Some(y.listed()?) };
    let instance = Instance::of_positions(x.listed()?, other, len);
    let mut bits = Bits::new(len as u128)?;
    match sumset(&instance, None, &Options::default(), run)?.found {
        Sums::Dense(dense) => bits.words[..dense.words.len()].copy_from_slice(&dense.words),
        Sums::Listed(values) => values.into_iter().for_each(|value| bits.set(value as usize)),
    }
    Ok(bits)
}

/// So many members of a set are added one by one.
const FEW: u64 = 48;

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
    let x = bits.last_gap(top / 2).map_or(0, |gap| gap + 1);
    let y = bits.first_gap(top / 2 + 1).map_or(top, |gap| gap - 1);
    if y < x || y - x < m {
        return Ok(None);
    }
    // Bits of a part of at most 64 positions.
    let mask = |rest: usize| u64::MAX >> (64 - rest.min(64));
    let low_is_stable = (0..x)
        .step_by(64)
        .all(|z| (bits.word_at(z) ^ next.word_at(z)) & mask(x - z) == 0);
    let high_is_stable = (y + 1..=top)
        .step_by(64)
        .all(|z| (bits.word_at(z) ^ next.word_at(z + m)) & mask(top + 1 - z) == 0);
    debug_assert_eq!(next_top, top + m);
    if !low_is_stable || !high_is_stable {
        return Ok(None);
    }
    let full = k as u128 * m as u128;
    let len = (full + 1).min(cap as u128);
    let mut stable = Bits::new(len)?;
    let mut put = |from: usize, to: usize, raised: u128| {
        for z in (from..to).step_by(64) {
            let mut rest = bits.word_at(z) & mask(to - z);
            while rest != 0 {
                let position = z as u128 + u128::from(rest.trailing_zeros()) + raised;
                if position < len {
                    stable.set(position as usize);
                }
                rest &= rest - 1;
            }
        }
    };
    put(0, x, 0);
    put(y + 1, top + 1, full - top as u128);
    stable.fill(
        x,
        usize::try_from((full - (top - y) as u128 + 1).min(len)).unwrap_or(usize::MAX),
    );
    Ok(Some(stable))
}
