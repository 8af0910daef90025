//! Many patterns by their pieces: a window with at most k mismatches contains one of k + 1 pieces of its pattern unchanged, and one table knows the pieces of all patterns.
//!
//! Each place of the text is looked up once, by its next q symbols, and the patterns that have these symbols somewhere are verified there, in a vector compare or two. The price
//! is a look-up for each place and a verification for each chance agreement of q symbols: it grows with the number of patterns, but q times as slowly as searching for each.

use porism_runtime::Monitor;

use super::arch::{Bytes, Kernel, dispatch};
use super::blocks::{Options, in_blocks, shifts};
use super::frequency::Frequencies;
use super::rule::{Equal, Lanewise, Within};
use super::verify::related;
use super::{Found, Rule};
use crate::Error;

/// Symbols of a piece at most: what a word holds.
const LONGEST: usize = 8;

/// Shifts of a block.
const BLOCK: usize = 1 << 16;

/// Verifications between two looks whether to stop.
const PATIENCE: usize = 1 << 20;

/// Nanoseconds of a look-up and of a verification.
const COST: (f64, f64) = (8.0, 7.0);

/// A piece of a pattern.
#[derive(Debug, Clone, Copy)]
struct Entry {
    pattern: u32,
    offset: u32,
}

/// A pattern for vector compares: filled up to whole vectors.
#[derive(Debug)]
struct Padded {
    bytes: Vec<u8>,
    len: usize,
    n_shifts: usize,
}

/// Pieces as pattern and offset.
type Chosen = Vec<(usize, usize)>;

/// The pieces of many patterns, by their symbols.
#[derive(Debug)]
pub(super) struct Table<'a> {
    q: usize,
    shift: u32,
    starts: Vec<u32>,
    entries: Vec<Entry>,
    /// The largest offset of a piece.
    reach: usize,
    patterns: &'a [&'a [u8]],
    padded: Vec<Padded>,
    k: usize,
    rule: Rule,
    /// Expected nanoseconds for each place of the text.
    pub(super) cost: f64,
}

impl<'a> Table<'a> {
    /// The best table for these patterns, if the rule and the patterns have pieces: each must have k + 1 of them that only themselves match.
    ///
    /// # Errors
    /// [`Error::NoShift`] for a pattern that does not fit.
    pub(super) fn new(
        text: &[u8],
        patterns: &'a [&'a [u8]],
        k: usize,
        rule: Rule,
        frequencies: &Frequencies,
    ) -> Result<Option<Self>, Error> {
        if !matches!(rule, Rule::Equal | Rule::Within) || patterns.len() >= u32::MAX as usize {
            return Ok(None);
        }
        let shares: Vec<f64> = (0..=255)
            .map(|letter| f64::from(frequencies.matching(letter, Rule::Equal)))
            .collect();
        let mut best: Option<(f64, usize, Chosen)> = None;
        for q in (2..=LONGEST).rev() {
            let Some(chosen) = choose(patterns, k, q, rule) else {
                continue;
            };
            let chance = |&(pattern, offset): &(usize, usize)| -> f64 {
                let piece: &[u8] = &patterns[pattern][offset..offset + q];
                piece.iter().map(|&letter| shares[usize::from(letter)]).product()
            };
            let cost = COST.0 + COST.1 * chosen.iter().map(chance).sum::<f64>();
            if best.as_ref().is_none_or(|(least, ..)| cost < *least) {
                best = Some((cost, q, chosen));
            }
        }
        let Some((cost, q, chosen)) = best else {
            return Ok(None);
        };
        let bits = (4 * chosen.len()).next_power_of_two().trailing_zeros().clamp(10, 18);
        let mut table = Self {
            q,
            shift: 64 - bits,
            starts: vec![0; (1 << bits) + 1],
            entries: vec![Entry { pattern: 0, offset: 0 }; chosen.len()],
            reach: chosen.iter().map(|&(_, offset)| offset).max().unwrap_or(0),
            patterns,
            padded: Vec::with_capacity(patterns.len()),
            k,
            rule,
            cost,
        };
        for pattern in patterns {
            let mut bytes = pattern.to_vec();
            bytes.resize(pattern.len().next_multiple_of(32), 0);
            table.padded.push(Padded {
                bytes,
                len: pattern.len(),
                n_shifts: shifts(text.len(), pattern.len())?,
            });
        }
        let slots: Vec<usize> = chosen
            .iter()
            .map(|&(pattern, offset)| table.slot(&patterns[pattern][offset..]))
            .collect();
        for &slot in &slots {
            table.starts[slot + 1] += 1;
        }
        for slot in 0..1 << bits {
            table.starts[slot + 1] += table.starts[slot];
        }
        let mut next = table.starts.clone();
        for (&slot, &(pattern, offset)) in slots.iter().zip(&chosen) {
            table.entries[next[slot] as usize] = Entry {
                pattern: pattern as u32,
                offset: offset as u32,
            };
            next[slot] += 1;
        }
        Ok(Some(table))
    }

    /// Where the first q symbols of `symbols` are looked up; there must be so many.
    #[inline(always)]
    fn slot(&self, symbols: &[u8]) -> usize {
        let word = match symbols.first_chunk() {
            Some(eight) => u64::from_le_bytes(*eight),
            None => {
                let mut eight = [0; 8];
                eight[..symbols.len()].copy_from_slice(symbols);
                u64::from_le_bytes(eight)
            }
        };
        let word = word << (64 - 8 * self.q);
        (word.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> self.shift) as usize
    }

    /// All hits, ordered by position, then by pattern.
    ///
    /// # Errors
    /// [`Error::Interrupted`], [`Error::Threads`].
    pub(super) fn search(&self, text: &[u8], options: &Options, monitor: &Monitor) -> Result<Found, Error> {
        let most = self.padded.iter().map(|pattern| pattern.n_shifts).max().unwrap_or(0);
        in_blocks(most, BLOCK, options, monitor, |range, found| {
            let scan = Scan {
                table: self,
                text,
                range,
                monitor,
                found,
            };
            match self.rule {
                Rule::Within => dispatch(options.isa, With(scan, Within)),
                _ => dispatch(options.isa, With(scan, Equal)),
            }
        })
    }
}

/// For each pattern k + 1 disjoint pieces of q symbols that nothing but themselves matches; none if a pattern has not so many.
fn choose(patterns: &[&[u8]], k: usize, q: usize, rule: Rule) -> Option<Chosen> {
    let solid = |letter: u8| rule == Rule::Equal || letter.count_ones() == 1;
    let mut chosen = Vec::with_capacity(patterns.len() * (k + 1));
    for (id, pattern) in patterns.iter().enumerate() {
        let (mut start, mut found) = (0, 0);
        while start + q <= pattern.len() && found <= k {
            match pattern[start..start + q].iter().rposition(|&letter| !solid(letter)) {
                Some(bad) => start += bad + 1,
                None => {
                    chosen.push((id, start));
                    found += 1;
                    start += q;
                }
            }
        }
        if found <= k {
            return None;
        }
    }
    Some(chosen)
}

/// A block to scan.
struct Scan<'a, 'f> {
    table: &'a Table<'a>,
    text: &'a [u8],
    range: std::ops::Range<usize>,
    monitor: &'a Monitor,
    found: &'f mut Found,
}

struct With<'a, 'f, L>(Scan<'a, 'f>, L);

impl<L: Lanewise> Kernel for With<'_, '_, L> {
    type Output = Result<(), Error>;

    #[inline(always)]
    fn run<B: Bytes>(self, simd: B) -> Result<(), Error> {
        let Self(
            Scan {
                table,
                text,
                range,
                monitor,
                found,
            },
            lanewise,
        ) = self;
        let mut hits: Vec<(usize, u32, u32)> = Vec::new();
        let mut verified = 0_usize;
        let mut looked = 0;
        let last = (range.end + table.reach).min((text.len() + 1).saturating_sub(table.q));
        for at in range.start..last {
            let slot = table.slot(&text[at..]);
            let entries = &table.entries[table.starts[slot] as usize..table.starts[slot + 1] as usize];
            for entry in entries {
                // Shifts before the block belong to another, and so do those behind it.
                let Some(shift) = at
                    .checked_sub(entry.offset as usize)
                    .filter(|shift| range.contains(shift))
                else {
                    continue;
                };
                let pattern = &table.padded[entry.pattern as usize];
                if shift >= pattern.n_shifts {
                    continue;
                }
                verified += 1;
                let distance = if shift + pattern.bytes.len() <= text.len() {
                    differing(simd, lanewise, &text[shift..], pattern, table.k)
                } else {
                    related(
                        &text[shift..shift + pattern.len],
                        table.patterns[entry.pattern as usize],
                        table.k,
                        table.rule,
                    )
                };
                if let Some(distance) = distance {
                    hits.push((shift, entry.pattern, distance));
                }
            }
            if verified > looked + PATIENCE {
                monitor.check()?;
                looked = verified;
            }
        }
        hits.sort_unstable();
        hits.dedup();
        for (shift, pattern, distance) in hits {
            found.push(shift, distance);
            found.patterns.push(i64::from(pattern));
        }
        found.counters.verified += verified as u64;
        found.counters.compared += range.len() as u64;
        Ok(())
    }
}

/// Mismatches of a pattern at the start of `text`, which has at least as many symbols as the padded pattern, if there are at most `k`.
#[inline(always)]
fn differing<B: Bytes, L: Lanewise>(simd: B, lanewise: L, text: &[u8], pattern: &Padded, k: usize) -> Option<u32> {
    let mut distance = 0;
    for start in (0..pattern.len).step_by(B::LANES) {
        let same = lanewise.matches(simd, simd.load(&text[start..]), simd.load(&pattern.bytes[start..]));
        let there = u64::MAX >> (64 - (pattern.len - start).min(B::LANES));
        distance += (!simd.at_least(same, 1) & there).count_ones();
        if distance as usize > k {
            return None;
        }
    }
    Some(distance)
}
