//! How many pairs sum to each of an interval of targets, and the bridge to Hamming distances, both ways.

use porism_hamming::Raw;

use crate::Error;
use crate::error::try_filled;
use crate::instance::{Duplicates, Instance, Run, Set, Window};
use crate::random::{below, generator};
use crate::sums::{Counts, Options, sumset_counts};

/// Pairs `(i, j)` with `a[i] + b[j] == c`, for every c in `0..n_targets`: sort both, and slide.
pub fn pairs_window(a: &[i64], b: &[i64], n_targets: usize, run: &Run<'_>) -> Result<Vec<i64>, Error> {
    let mut counts = try_filled("counts", n_targets as u128, 0_i64)?;
    let (mut a, mut b) = (a.to_vec(), b.to_vec());
    crate::radix::sort_i64(&mut a);
    crate::radix::sort_i64(&mut b);
    let n = n_targets as i128;
    let (mut start, mut end) = (b.len(), b.len());
    for (i, x) in a.iter().enumerate() {
        if i % 1024 == 0 {
            run.monitor.check()?;
        }
        let x = i128::from(*x);
        // As x rises, the run of fitting partners moves down.
        while start > 0 && x + i128::from(b[start - 1]) >= 0 {
            start -= 1;
        }
        while end > 0 && x + i128::from(b[end - 1]) >= n {
            end -= 1;
        }
        for (steps, y) in b[start..end.max(start)].iter().enumerate() {
            if steps % (1 << 20) == (1 << 20) - 1 {
                run.monitor.check()?;
            }
            counts[(x + i128::from(*y)) as usize] += 1;
        }
    }
    Ok(counts)
}

/// The same by blocks: values are grouped by their quotient by `n_targets`; only groups whose quotients add up to 0 or −1 can meet, and each such pair is a sumset of residues.
pub fn blocked(a: &[i64], b: &[i64], n_targets: usize, run: &Run<'_>) -> Result<Vec<i64>, Error> {
    let mut counts = try_filled("counts", n_targets as u128, 0_i64)?;
    if n_targets == 0 {
        return Ok(counts);
    }
    let n = n_targets as i64;
    let grouped = |values: &[i64]| {
        let mut pairs: Vec<(i64, i64)> = values.iter().map(|x| (x.div_euclid(n), x.rem_euclid(n))).collect();
        pairs.sort_unstable();
        pairs
    };
    let (a, b) = (grouped(a), grouped(b));
    for group in a.chunk_by(|x, y| x.0 == y.0) {
        run.monitor.check()?;
        // a + b = n(q + q') + r + r' with 0 <= r + r' <= 2n − 2: it is a target for q + q' = 0 and for q + q' = −1.
        for carry in [0_i128, 1] {
            let wanted = -i128::from(group[0].0) - carry;
            let Ok(wanted) = i64::try_from(wanted) else { continue };
            let from = b.partition_point(|(q, _)| *q < wanted);
            let to = b.partition_point(|(q, _)| *q <= wanted);
            if from == to {
                continue;
            }
            let residues = |group: &[(i64, i64)]| -> Result<Set, Error> {
                let values: Vec<i64> = group.iter().map(|(_, r)| *r).collect();
                Set::new("a", &values, None, Duplicates::Count)
            };
            let offset = carry as i64 * n;
            let window = Window {
                low: Some(offset),
                high: Some(offset + n),
            };
            let Some(instance) = Instance::new(&residues(group)?, &residues(&b[from..to])?, false, window)? else {
                continue;
            };
            let first = (instance.window_origin() - offset) as usize;
            match sumset_counts(&instance, None, &Options::default(), run)?.found {
                Counts::Narrow(table) => table
                    .into_iter()
                    .enumerate()
                    .for_each(|(i, c)| add(&mut counts, first + i * instance.step as usize, i64::from(c))),
                Counts::Wide(table) => table
                    .into_iter()
                    .enumerate()
                    .for_each(|(i, c)| add(&mut counts, first + i * instance.step as usize, c as i64)),
                Counts::Listed(values, found) => {
                    values
                        .into_iter()
                        .zip(found)
                        .for_each(|(value, c)| add(&mut counts, (value - offset) as usize, c as i64));
                }
            }
        }
    }
    Ok(counts)
}

fn add(counts: &mut [i64], place: usize, count: i64) {
    if count != 0
        && let Some(sum) = counts.get_mut(place)
    {
        *sum += count;
    }
}

/// Texts and patterns whose matches, added up, are the counts: count-3sum through Hamming distances.
///
/// With −b for b a target is a difference. Written a = N·q + r, −b = N·q' + r', a difference below N has q − q' = 0 or 1. For each of the two: the letter of −b is q', that of a is
/// q − dq; −b stands at r' + s, a at r + dq·N + s, with a shift s < N that is random for each letter and the same on both sides. Hence equal letters keep their difference, and
/// different ones are spread. Where several elements of one side meet at a place, they go to different layers, and every layer of the text is matched with every layer of the pattern.
#[derive(Debug, Clone)]
pub struct Layers {
    /// Texts of 3N − 1 letters each, for dq = 0 and for dq = 1, with [`EMPTY_IN_TEXT`] where nothing stands.
    pub texts: [Vec<Vec<u32>>; 2],
    /// Patterns of 2N letters each, with [`EMPTY_IN_PATTERN`] where nothing stands.
    pub patterns: Vec<Vec<u32>>,
}

/// No letter of a text, and none that a pattern has.
pub const EMPTY_IN_TEXT: u32 = u32::MAX;
/// No letter of a pattern, and none that a text has.
pub const EMPTY_IN_PATTERN: u32 = u32::MAX - 1;

/// Texts and patterns for [`Layers`].
///
/// # Errors
/// [`Error::TooLarge`] for more letters than there are names, or layers that do not fit memory.
pub fn to_hamming(a: &[i64], b: &[i64], n_targets: usize, seed: u64) -> Result<Layers, Error> {
    if n_targets == 0 {
        return Ok(Layers {
            texts: [Vec::new(), Vec::new()],
            patterns: Vec::new(),
        });
    }
    let n = n_targets as i128;
    // Letters are ranks of the quotients of −b; quotients that no −b has match nothing and are left out.
    let split = |x: i128| (x.div_euclid(n), x.rem_euclid(n) as usize);
    let mut quotients: Vec<i128> = b.iter().map(|y| split(-i128::from(*y)).0).collect();
    quotients.sort_unstable();
    quotients.dedup();
    if quotients.len() >= EMPTY_IN_PATTERN as usize {
        return Err(Error::TooLarge {
            what: "an alphabet of quotients",
            bytes: 4 * quotients.len() as u128,
            limit: 4 * u128::from(EMPTY_IN_PATTERN),
        });
    }
    let mut rng = generator(seed);
    let shifts: Vec<usize> = quotients
        .iter()
        .map(|_| below(&mut rng, n_targets as u64) as usize)
        .collect();
    let letter = |q: i128| quotients.binary_search(&q).ok();
    let place = |layers: &mut Vec<Vec<u32>>,
                 len: usize,
                 empty: u32,
                 used: &mut [u32],
                 at: usize,
                 letter: usize|
     -> Result<(), Error> {
        let depth = used[at] as usize;
        if depth == layers.len() {
            layers.push(try_filled("a layer", len as u128, empty)?);
        }
        layers[depth][at] = letter as u32;
        used[at] += 1;
        Ok(())
    };
    let mut patterns = Vec::new();
    let mut used = try_filled("layers", 2 * n_targets as u128, 0_u32)?;
    for y in b {
        let (q, r) = split(-i128::from(*y));
        if let Some(index) = letter(q) {
            let at = r + shifts[index];
            place(&mut patterns, 2 * n_targets, EMPTY_IN_PATTERN, &mut used, at, index)?;
        }
    }
    let mut texts = [Vec::new(), Vec::new()];
    for (dq, layers) in texts.iter_mut().enumerate() {
        let mut used = try_filled("layers", 3 * n_targets as u128, 0_u32)?;
        for x in a {
            let (q, r) = split(i128::from(*x));
            if let Some(index) = letter(q - dq as i128) {
                place(
                    layers,
                    3 * n_targets - 1,
                    EMPTY_IN_TEXT,
                    &mut used,
                    r + dq * n_targets + shifts[index],
                    index,
                )?;
            }
        }
    }
    Ok(Layers { texts, patterns })
}

/// Text and pattern as the two sets of count-3sum: a_i = K·T[i] + i, b_j = −(K·P[j] + j) with K = n + m, where letters are their ranks in the pattern. `counts[s]` is then the
/// number of matches at shift s, which is m less the Hamming distance: a_i + b_j = K(T[i] − P[j]) + (i − j), and |i − j| < K.
///
/// # Errors
/// [`Error::Overflow`] for strings so long that a number could reach 2^62.
pub fn from_hamming(text: &[i64], pattern: &[i64]) -> Result<(Vec<i64>, Vec<i64>), Error> {
    let mut letters = pattern.to_vec();
    letters.sort_unstable();
    letters.dedup();
    let k = (text.len() + pattern.len()) as i128;
    let reach = k * (letters.len() as i128 + 1);
    if reach >= 1 << 62 {
        return Err(Error::Overflow {
            what: "numbers made of letters and positions",
            reach: reach.to_string(),
            limit: "2^62".to_owned(),
        });
    }
    // All letters that the pattern has not are one, which it has not either.
    let rank = |letter: &i64| letters.binary_search(letter).unwrap_or(letters.len());
    let value = |(i, letter): (usize, &i64)| k as i64 * rank(letter) as i64 + i as i64;
    let a = text.iter().enumerate().map(value).collect();
    let b = pattern.iter().enumerate().map(value).map(|value| -value).collect();
    Ok((a, b))
}

/// Count-3sum through Hamming distances, and how many pairs of layers were compared.
///
/// The distances are those of `porism-hamming`, which plans a kernel for each letter. At a shift a pattern of 2N letters matches in 2N less the distance.
///
/// # Errors
/// [`Error::TooLarge`] as [`to_hamming`], or if 2N letters are more than a pattern may have.
pub fn via_hamming(a: &[i64], b: &[i64], n_targets: usize, run: &Run<'_>) -> Result<(Vec<i64>, u64), Error> {
    let layers = to_hamming(a, b, n_targets, run.seed)?;
    let mut counts = try_filled("counts", n_targets as u128, 0_i64)?;
    let mut distances = try_filled("distances", n_targets as u128, 0_i32)?;
    let options = porism_hamming::Options {
        n_threads: run.pool.n_threads(),
        ..porism_hamming::Options::default()
    };
    let mut compared = 0;
    for text in layers.texts.iter().flatten() {
        for pattern in &layers.patterns {
            run.monitor.check()?;
            let text = Raw::U32(text);
            porism_hamming::distances(text, &[Raw::U32(pattern)], &options, &mut distances, None, run.monitor)?;
            for (count, distance) in counts.iter_mut().zip(&distances) {
                *count += pattern.len() as i64 - i64::from(*distance);
            }
            compared += 1;
        }
    }
    Ok((counts, compared))
}
