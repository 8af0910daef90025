//! How many pairs sum to each of an interval of targets, and the bridge to Hamming distances, both ways.

use crate::Error;
use crate::error::try_filled;
use crate::instance::{Duplicates, Instance, Run, Set, Window};
use crate::random::{below, generator, shuffle};
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
    /// Texts of 3N − 1 letters each, for dq = 0 and for dq = 1. −1 is an empty place.
    pub texts: [Vec<Vec<i64>>; 2],
    /// Patterns of 2N letters each. −2 is an empty place.
    pub patterns: Vec<Vec<i64>>,
}

/// Texts and patterns for [`Layers`].
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
    let mut rng = generator(seed);
    let shifts: Vec<usize> = quotients
        .iter()
        .map(|_| below(&mut rng, n_targets as u64) as usize)
        .collect();
    let letter = |q: i128| quotients.binary_search(&q).ok();
    let place = |layers: &mut Vec<Vec<i64>>,
                 len: usize,
                 empty: i64,
                 used: &mut [u32],
                 at: usize,
                 letter: usize|
     -> Result<(), Error> {
        let depth = used[at] as usize;
        if depth == layers.len() {
            layers.push(try_filled("a layer", len as u128, empty)?);
        }
        layers[depth][at] = letter as i64;
        used[at] += 1;
        Ok(())
    };
    let mut patterns = Vec::new();
    let mut used = try_filled("layers", 2 * n_targets as u128, 0_u32)?;
    for y in b {
        let (q, r) = split(-i128::from(*y));
        if let Some(index) = letter(q) {
            place(&mut patterns, 2 * n_targets, -2, &mut used, r + shifts[index], index)?;
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
                    -1,
                    &mut used,
                    r + dq * n_targets + shifts[index],
                    index,
                )?;
            }
        }
    }
    Ok(Layers { texts, patterns })
}

/// Text and pattern as the two sets of count-3sum: a_i = K·T[i] + i, b_j = −(K·P[j] + j) with K = n + m. `counts[s]` is then the number of matches at shift s.
///
/// Letters must be ranks (nonnegative and small).
///
/// # Errors
/// [`Error::Overflow`] if a value does not fit.
pub fn from_hamming(text: &[i64], pattern: &[i64]) -> Result<(Vec<i64>, Vec<i64>), Error> {
    let k = (text.len() + pattern.len()) as i128;
    let value = |letter: i64, i: usize| {
        let value = k * i128::from(letter) + i as i128;
        if letter < 0 || value >= 1 << 62 {
            return Err(Error::Overflow {
                what: "letters",
                reach: value.to_string(),
                limit: "2^62".to_owned(),
            });
        }
        Ok(value as i64)
    };
    let a = text
        .iter()
        .enumerate()
        .map(|(i, letter)| value(*letter, i))
        .collect::<Result<_, _>>()?;
    let b = pattern
        .iter()
        .enumerate()
        .map(|(j, letter)| value(*letter, j).map(|v| -v))
        .collect::<Result<_, _>>()?;
    Ok((a, b))
}

/// How many letters of `pattern` agree with `text` at every shift: a sumset count for each letter, by the planner's choice.
pub fn matches(text: &[i64], pattern: &[i64], run: &Run<'_>) -> Result<Vec<i64>, Error> {
    let n_shifts = (text.len() + 1).saturating_sub(pattern.len());
    let mut counts = try_filled("matches", n_shifts as u128, 0_i64)?;
    let positions = |letters: &[i64]| {
        let mut pairs: Vec<(i64, i64)> = letters.iter().copied().zip(0..).collect();
        pairs.sort_unstable();
        pairs
    };
    let (text, pattern) = (positions(text), positions(pattern));
    let window = Window {
        low: Some(0),
        high: Some(n_shifts as i64),
    };
    for group in pattern.chunk_by(|x, y| x.0 == y.0) {
        run.monitor.check()?;
        let letter = group[0].0;
        let from = text.partition_point(|(l, _)| *l < letter);
        let to = text.partition_point(|(l, _)| *l <= letter);
        if from == to || n_shifts == 0 {
            continue;
        }
        if (to - from) * group.len() <= 4096 {
            for (_, i) in &text[from..to] {
                for (_, j) in group {
                    if *i >= *j {
                        add(&mut counts, (i - j) as usize, 1);
                    }
                }
            }
            continue;
        }
        let set = |pairs: &[(i64, i64)]| -> Result<Set, Error> {
            let values: Vec<i64> = pairs.iter().map(|(_, i)| *i).collect();
            Set::new("a", &values, None, Duplicates::Reject)
        };
        let Some(instance) = Instance::new(&set(&text[from..to])?, &set(group)?, true, window)? else {
            continue;
        };
        let first = instance.window_origin() as usize;
        let step = instance.step as usize;
        match sumset_counts(&instance, None, &Options::default(), run)?.found {
            Counts::Narrow(table) => table
                .into_iter()
                .enumerate()
                .for_each(|(i, c)| add(&mut counts, first + i * step, i64::from(c))),
            Counts::Wide(table) => table
                .into_iter()
                .enumerate()
                .for_each(|(i, c)| add(&mut counts, first + i * step, c as i64)),
            Counts::Listed(values, found) => values
                .into_iter()
                .zip(found)
                .for_each(|(s, c)| add(&mut counts, s as usize, c as i64)),
        }
    }
    Ok(counts)
}

/// Count-3sum through matches of strings, and how many pairs of layers were matched.
pub fn via_hamming(a: &[i64], b: &[i64], n_targets: usize, run: &Run<'_>) -> Result<(Vec<i64>, u64), Error> {
    let layers = to_hamming(a, b, n_targets, run.seed)?;
    let mut counts = try_filled("counts", n_targets as u128, 0_i64)?;
    let mut order: Vec<(usize, usize, usize)> = Vec::new();
    for (dq, texts) in layers.texts.iter().enumerate() {
        for t in 0..texts.len() {
            order.extend((0..layers.patterns.len()).map(|p| (dq, t, p)));
        }
    }
    shuffle(&mut generator(run.seed), &mut order);
    for (dq, t, p) in &order {
        run.monitor.check()?;
        let found = matches(&layers.texts[*dq][*t], &layers.patterns[*p], run)?;
        for (sum, count) in counts.iter_mut().zip(found) {
            *sum += count;
        }
    }
    Ok((counts, order.len() as u64))
}
