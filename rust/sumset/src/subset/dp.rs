//! `bitset-dp`: R |= R << x for every item x, in place, from the top down.
//!
//! *Equal items.* Of an item that occurs c times one copy stays if c is odd, two if it is even, and half of the others go on as items of twice the size: all totals from 0 to c
//! copies can still be made, and no value occurs more than twice.
//!
//! *Full blocks.* A block of the bit set without a zero has nothing to gain, and is passed over from then on. Random items fill the middle soon; what is left are the two ends. Multiples of a
//! number are divided by it first; with one that is none, blocks never fill, and every pass is a whole one.
//!
//! *Witness.* Where asked for, every total remembers the item by which it was first reached. The total without that item was reached by earlier items only, so that following
//! the memory back to 0 names distinct items.

use porism_runtime::Isa;

use crate::Error;
use crate::arch::{BLOCK, shift_in};
use crate::bits::Bits;
use crate::error::try_filled;
use crate::instance::{Run, gcd};
use crate::subset::useful;

/// The totals that were reached.
#[derive(Debug, Clone)]
pub struct Reached {
    /// Bit s: whether the total s can be made.
    pub bits: Bits,
    /// The largest of them.
    pub best: u64,
    /// Indices of items that make `best`, rising, if asked for.
    pub certificate: Option<Vec<u32>>,
    /// Items that were added, after equal ones were put together.
    pub steps: u64,
}

/// Several equal items as one: its size, and which of the user's items it stands for.
struct Bundle {
    value: u64,
    items: Vec<u32>,
}

/// No total was reached by this bundle.
const NONE: u32 = u32::MAX;

/// All totals up to `target`.
///
/// # Errors
/// [`Error::Option`] for negative items, [`Error::TooLarge`] if the table does not fit.
pub fn bitset_dp(items: &[i64], target: u64, witness: bool, run: &Run<'_>) -> Result<Reached, Error> {
    let mut useful = useful(items, target)?;
    let step = useful.iter().fold(0, |divisor, (value, _)| gcd(divisor, *value)).max(1);
    useful.iter_mut().for_each(|(value, _)| *value /= step);
    let given = target;
    let target = given / step;
    let mut bits = Bits::new(u128::from(target) + 1)?;
    let mut by = if witness {
        try_filled("the memory of how totals are made", u128::from(target) + 1, NONE)?
    } else {
        Vec::new()
    };
    let bundles = bundles(useful, target, witness);
    let mut full = vec![false; bits.words.len() / BLOCK];
    bits.set(0);
    let isa = Isa::detect();
    let mut reach: u64 = 0; // no total beyond it
    let target = target as usize;
    // Without a witness two bundles x and y are added at once: R | R << x | R << y | R << (x + y) reads and writes R once.
    let stride = if witness { 1 } else { 2 };
    for (i, pair) in bundles.chunks(stride).enumerate() {
        run.monitor.check()?;
        run.monitor.report((i * stride) as u64, bundles.len() as u64, 0.0);
        let sum: u64 = pair.iter().map(|bundle| bundle.value).fold(0, u64::saturating_add);
        let top = reach.saturating_add(sum).min(target as u64);
        let words = &mut bits.words[..=top as usize / 64];
        match pair {
            [bundle] if witness => remember(words, bundle.value as usize, i as u32, target, &mut by, &mut full),
            [x, y] => shift_in(
                isa,
                words,
                0,
                &[x.value as usize, y.value as usize, sum as usize],
                &mut full,
            ),
            _ => shift_in(isa, words, 0, &[sum as usize], &mut full),
        }
        reach = top;
    }
    bits.trim();
    let best = bits
        .words
        .iter()
        .rposition(|word| *word != 0)
        .map_or(0, |w| 64 * w as u64 + 63 - u64::from(bits.words[w].leading_zeros()));
    let certificate = witness.then(|| {
        let mut chosen = Vec::new();
        let mut rest = best as usize;
        while rest > 0 && by[rest] != NONE {
            let bundle = &bundles[by[rest] as usize];
            chosen.extend(&bundle.items);
            rest -= bundle.value as usize;
        }
        chosen.sort_unstable();
        chosen
    });
    if step > 1 {
        let mut spread = Bits::new(u128::from(given) + 1)?;
        bits.positions()
            .for_each(|position| spread.set(position * step as usize));
        bits = spread;
    }
    Ok(Reached {
        bits,
        best: best * step,
        certificate,
        steps: bundles.len() as u64,
    })
}

/// At most two bundles of each size, largest first.
fn bundles(mut items: Vec<(u64, u32)>, target: u64, witness: bool) -> Vec<Bundle> {
    use std::collections::BTreeMap;
    items.sort_unstable();
    let mut waiting: BTreeMap<u64, Vec<Vec<u32>>> = BTreeMap::new();
    for (value, index) in items {
        // Without a witness only the number counts.
        waiting
            .entry(value)
            .or_default()
            .push(if witness { vec![index] } else { Vec::new() });
    }
    let mut bundles = Vec::new();
    while let Some((value, mut equal)) = waiting.pop_first() {
        let keep = if equal.len() % 2 == 1 { 1 } else { 2 };
        let mut rest = equal.split_off(keep.min(equal.len()));
        bundles.extend(equal.into_iter().map(|items| Bundle { value, items }));
        let double = value.saturating_mul(2);
        if double <= target {
            while let (Some(mut a), Some(b)) = (rest.pop(), rest.pop()) {
                a.extend(b);
                waiting.entry(double).or_default().push(a);
            }
        }
    }
    bundles
}

/// R |= R << value, word by word, and for every new total who made it; but not in `full` blocks, which have none.
fn remember(words: &mut [u64], value: usize, bundle: u32, target: usize, by: &mut [u32], full: &mut [bool]) {
    let (whole, part) = (value / 64, value % 64);
    for block in (whole / BLOCK..words.len().div_ceil(BLOCK)).rev() {
        if full.get(block) == Some(&true) {
            continue;
        }
        let (low, high) = (block * BLOCK, (block * BLOCK + BLOCK).min(words.len()));
        for w in (low.max(whole)..high).rev() {
            let mut shifted = words[w - whole] << part;
            if part > 0 && w > whole {
                shifted |= words[w - whole - 1] >> (64 - part);
            }
            let mut new = shifted & !words[w];
            words[w] |= shifted;
            while new != 0 {
                let total = 64 * w + new.trailing_zeros() as usize;
                if total <= target {
                    by[total] = bundle;
                }
                new &= new - 1;
            }
        }
        if let Some(full) = full.get_mut(block)
            && high - low == BLOCK
        {
            *full = words[low..high].iter().all(|word| *word == u64::MAX);
        }
    }
}
