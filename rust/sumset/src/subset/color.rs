//! `bringmann`: subset sums by layers, colours and trees of sumsets.
//!
//! K. Bringmann: *A Near-Linear Pseudopolynomial Time Algorithm for Subset Sum*, SODA 2017. Items in (t/2^i, t/2^(i−1)] are a layer, of which at most 2^i can be chosen. A layer is thrown into groups, in each of which few are
//! chosen with high probability; a group is coloured with the square of that number of colours, so that the chosen ones likely have different colours, and the sumset over the
//! colours (each with 0) has their total. Groups go up a tree of sumsets, layers are added one to the other. One-sided: what is reported can be made; what can be made is missed with probability at most `delta`.

use crate::Error;
use crate::bits::Bits;
use crate::instance::Run;
use crate::k_fold::sum;
use crate::random::{below, generator};
use crate::subset::useful;
use rand::Rng;

/// Totals up to `target`; each that can be made is found with probability at least 1 − `delta`, none other ever.
pub fn bringmann(items: &[i64], target: u64, delta: f64, run: &Run<'_>) -> Result<Bits, Error> {
    if !(delta > 0.0 && delta < 1.0) {
        return Err(Error::Option {
            what: "delta",
            expected: "between 0 and 1",
            got: delta.to_string(),
        });
    }
    let values: Vec<u64> = useful(items, target)?.into_iter().map(|(value, _)| value).collect();
    let mut rng = generator(run.seed);
    let mut all = Bits::new(u128::from(target) + 1)?;
    all.set(0);
    let cap = all.len();
    if values.is_empty() {
        return Ok(all);
    }
    let layers = values.len().next_power_of_two().ilog2().max(1);
    for i in 1..=layers {
        // The last layer takes everything that is left.
        let (low, high) = (if i == layers { 0 } else { target >> i }, target >> (i - 1));
        let layer: Vec<u64> = values
            .iter()
            .copied()
            .filter(|value| *value > low && *value <= high)
            .collect();
        if layer.is_empty() {
            continue;
        }
        let chosen = if i == layers {
            layer.len() as u64
        } else {
            (1 << i).min(layer.len() as u64)
        };
        let sums = color_layer(&layer, cap, chosen, delta / f64::from(layers), &mut rng, run)?;
        all = sum(&all, &sums, cap, run)?;
        widen(&mut all, cap)?;
    }
    Ok(all)
}

/// A sumset's bits with room for all totals.
fn widen(bits: &mut Bits, len: usize) -> Result<(), Error> {
    let mut wide = Bits::new(len as u128)?;
    wide.words[..bits.words.len()].copy_from_slice(&bits.words);
    *bits = wide;
    Ok(())
}

/// Sums below `cap` of at most `chosen` items of a layer.
fn color_layer(
    layer: &[u64],
    cap: usize,
    chosen: u64,
    delta: f64,
    rng: &mut impl Rng,
    run: &Run<'_>,
) -> Result<Bits, Error> {
    let l = chosen as f64;
    let log = (l / delta).log2().max(1.0);
    if l < log {
        return color_coding(layer, cap, chosen, delta, rng, run);
    }
    let n_groups = ((l / log) as usize).next_power_of_two();
    let mut groups = vec![Vec::new(); n_groups];
    for value in layer {
        groups[below(rng, n_groups as u64) as usize].push(*value);
    }
    let few = (6.0 * log).ceil() as u64;
    let mut sums = Vec::with_capacity(n_groups);
    for group in groups {
        sums.push(color_coding(
            &group,
            cap,
            few.min(group.len() as u64),
            delta / l,
            rng,
            run,
        )?);
    }
    while sums.len() > 1 {
        sums = sums
            .chunks(2)
            .map(|pair| sum(&pair[0], &pair[1], cap, run))
            .collect::<Result<_, _>>()?;
    }
    sums.pop().map_or_else(|| Bits::new(1), Ok)
}

/// Sums below `cap` of at most `chosen` of the items, each combination with probability at least 1 − `delta`.
fn color_coding(
    items: &[u64],
    cap: usize,
    chosen: u64,
    delta: f64,
    rng: &mut impl Rng,
    run: &Run<'_>,
) -> Result<Bits, Error> {
    let mut all = Bits::new(1)?;
    all.set(0);
    if items.is_empty() || chosen == 0 {
        return Ok(all);
    }
    // Items that have a colour each need no luck.
    let distinct = (chosen * chosen).min(items.len() as u64);
    let alone = distinct == items.len() as u64;
    let trials = if alone {
        1
    } else {
        ((1.0 / delta).ln() / (4.0_f64 / 3.0).ln()).ceil().max(1.0) as u64
    };
    for _ in 0..trials {
        run.monitor.check()?;
        let mut colors = vec![Vec::new(); distinct as usize];
        for (i, item) in items.iter().enumerate() {
            let color = if alone { i } else { below(rng, distinct) as usize };
            colors[color].push(*item);
        }
        let mut sums = Bits::new(1)?;
        sums.set(0);
        for color in colors.into_iter().filter(|color| !color.is_empty()) {
            let top = color.iter().copied().max().unwrap_or(0) as usize;
            let mut choice = Bits::new(top as u128 + 1)?;
            choice.set(0);
            color.into_iter().for_each(|item| choice.set(item as usize));
            sums = sum(&sums, &choice, cap, run)?;
        }
        if sums.len() > all.len() {
            std::mem::swap(&mut sums, &mut all);
        }
        for (all, more) in all.words.iter_mut().zip(&sums.words) {
            *all |= more;
        }
    }
    Ok(all)
}
