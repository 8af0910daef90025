//! `kA` in the integers modulo m.
//!
//! Let A' be A less one of its elements x, so that it contains 0: the sets hA' are nested, kA = kx + kA', and as soon as one more step adds nothing, none ever will. It then is a
//! subgroup. Hence k may be as large as it likes: after at most m doublings of the number of elements, and in fact after few, there is nothing left to do.

use crate::Error;
use crate::bits::Bits;
use crate::error::check_size;
use crate::instance::{Run, Set, gcd};
use crate::k_fold::{KFold, sum};

/// The sums of k elements of `a` modulo `modulus`, as far as their residues, 0 ≤ z < `modulus`, are below `high`.
///
/// # Errors
/// [`Error::Option`] for a modulus of 0 or beyond i64, [`Error::TooLarge`] if the bit set does not fit memory.
pub fn k_fold_modular(a: &Set, k: u64, modulus: u64, high: Option<i64>, run: &Run<'_>) -> Result<KFold, Error> {
    if modulus == 0 || i64::try_from(modulus).is_err() {
        return Err(Error::Option {
            what: "modulus",
            expected: "in 1..2^63 - 1",
            got: modulus.to_string(),
        });
    }
    let whole = i128::from(modulus);
    let mut residues: Vec<u64> = a
        .values()
        .iter()
        .map(|value| i128::from(*value).rem_euclid(whole) as u64)
        .collect();
    residues.sort_unstable();
    residues.dedup();
    if k == 0 {
        // The empty sum is 0 even if nothing can be added.
        residues = vec![0];
    }
    let Some(&least) = residues.first() else {
        return Ok(KFold {
            bits: Bits::new(0)?,
            origin: 0,
            step: 1,
            products: 0,
            stable_from: None,
        });
    };
    // All differences, and so all of kA', lie in the multiples of `step`, a group of `order` elements.
    let step = residues
        .iter()
        .fold(modulus, |divisor, value| gcd(divisor, value - least));
    let order = modulus / step;
    check_size("a bit set", u128::from(order) / 4)?; // two of them, as many bits as a sum of two has
    let first = positions(order, residues.iter().map(|value| (value - least) / step))?;
    let mut products = 0;
    let mut add = |x: &Bits, y: &Bits| -> Result<Bits, Error> {
        products += 1;
        Ok(folded(&sum(x, y, usize::MAX, run)?, order as usize))
    };
    let (mut bits, mut stable_from) = (first.clone(), None);
    let mut h = 1;
    for bit in (0..k.max(1).ilog2()).rev() {
        let before = bits.count();
        let double = add(&bits, &bits)?;
        if double.count() == before {
            stable_from = Some(h); // hA' is 2hA', and all between
            break;
        }
        bits = double;
        h *= 2;
        if k >> bit & 1 == 1 {
            bits = add(&bits, &first)?;
            h += 1;
        }
    }
    let offset = (u128::from(k) * u128::from(least) % u128::from(modulus)) as u64;
    let origin = offset % step;
    let mut bits = rotated(&bits, (offset / step) as usize)?;
    if let Some(high) = high {
        let kept = (i128::from(high) - i128::from(origin)).max(0) as u128;
        bits = shortened(bits, kept.div_ceil(u128::from(step)));
    }
    Ok(KFold {
        bits,
        origin: origin as i64,
        step,
        products,
        stable_from,
    })
}

fn positions(len: u64, positions: impl Iterator<Item = u64>) -> Result<Bits, Error> {
    let mut bits = Bits::new(u128::from(len))?;
    positions.for_each(|position| bits.set(position as usize));
    Ok(bits)
}

/// Positions below twice `order`, less one, brought below it.
fn folded(sums: &Bits, order: usize) -> Bits {
    let mut bits = Bits {
        words: sums.words[..sums.words.len().min(order.div_ceil(64))].to_vec(),
        len: order,
    };
    bits.words.resize(order.div_ceil(64), 0);
    bits.trim();
    or_from(&mut bits.words, &sums.words, order);
    bits.trim();
    bits
}

/// Every position raised by `by`, which is below their number, and those beyond the end brought back to the beginning.
fn rotated(bits: &Bits, by: usize) -> Result<Bits, Error> {
    if by == 0 {
        return Ok(bits.clone());
    }
    let mut turned = Bits::new(bits.len as u128)?;
    or_from(&mut turned.words, &bits.words, bits.len - by);
    for (w, word) in bits.words.iter().enumerate() {
        let at = w + by / 64;
        for (at, part) in [(at, word << (by % 64)), (at + 1, word >> 1 >> (63 - by % 64))] {
            if let Some(into) = turned.words.get_mut(at) {
                *into |= part;
            }
        }
    }
    turned.trim();
    Ok(turned)
}

/// words |= the bits of `source` from `from` on.
fn or_from(words: &mut [u64], source: &[u64], from: usize) {
    let (whole, part) = (from / 64, from % 64);
    let word = |w: usize| source.get(w).copied().unwrap_or(0);
    for (w, into) in words.iter_mut().enumerate() {
        // Two shifts, because a shift by 64 is none.
        *into |= word(w + whole) >> part | word(w + whole + 1) << 1 << (63 - part);
    }
}

fn shortened(mut bits: Bits, len: u128) -> Bits {
    if len < bits.len as u128 {
        bits.len = len as usize;
        bits.words.truncate(bits.len.div_ceil(64));
        bits.trim();
    }
    bits
}
