//! Vertical counting that gives up: the workhorse of searches with few mismatches.
//!
//! A group of shifts has a byte counter each, in a few vectors. Pattern positions are taken row by row, the letter that is rarest in the text first; a
//! row compares its letter with as many consecutive symbols as there are shifts in the group. As soon as no counter can stay within k the
//! group is done: after about k + 2 rows in a text of many letters, k + 10 in random DNA, whatever the length of the pattern. Shifts that are left when they
//! are few are verified one by one.
//!
//! Limit: one compare and one subtraction for each 32 symbols, 64 comparisons a cycle where a core has two vector ports for them. Worst case (all shifts stay
//! near the pattern) O(nm) symbol comparisons at that rate.

use porism_runtime::Monitor;

use super::arch::{Bytes, Kernel, dispatch};
use super::blocks::{Options, in_blocks, shifts};
use super::frequency::{Frequencies, survival};
use super::rule::{Equal, Lanewise, Overlap, Wildcard, Within};
use super::verify::related;
use super::{Found, Rule};
use crate::Error;

/// Vectors of counters in a group.
const VECTORS: usize = 8;

/// Rows until byte counters are emptied into wider ones.
const FLUSH: usize = 248;

/// Rows between two looks at the counters, after the first.
const STEP: usize = 4;

/// Shifts left in a group that are cheaper to verify one by one.
const FEW: u32 = 4;

/// Shifts of a block. One group at a time touches the text, so that only threads and interrupts care.
const BLOCK: usize = 1 << 16;

/// Shifts after which a block looks whether it is to stop, times rows.
const PATIENCE: usize = 1 << 30;

/// A position of the pattern and its letter.
#[derive(Debug, Clone, Copy)]
struct Row {
    at: u32,
    letter: u8,
}

/// A pattern prepared for a text: rows in order of selectivity, and when to look for the first time.
#[derive(Debug)]
pub(super) struct Rows<'a> {
    pattern: &'a [u8],
    rule: Rule,
    k: usize,
    rows: Vec<Row>,
    first: usize,
}

impl<'a> Rows<'a> {
    pub(super) fn new(pattern: &'a [u8], k: usize, rule: Rule, frequencies: &Frequencies) -> Self {
        let chances: Vec<f32> = (0..=255).map(|c| frequencies.matching(c, rule)).collect();
        let chance = |row: &Row| chances[usize::from(row.letter)];
        let mut rows: Vec<Row> = pattern
            .iter()
            .enumerate()
            .filter(|&(_, &letter)| !rule.is_free(letter))
            .map(|(at, &letter)| Row { at: at as u32, letter })
            .collect();
        rows.sort_by(|a, b| chance(a).total_cmp(&chance(b)).then(a.at.cmp(&b.at)));
        let lanes = (32 * VECTORS) as f64;
        let likely = survival(rows.iter().take(1024).map(chance), k.min(1024), 0.02 / lanes);
        // The number of rows at which looking pays: the chance that somebody in the group is left, times a step's rows, is then below the price of a look.
        let alive = |rows: usize| 1.0 - (1.0 - likely[rows.min(likely.len() - 1)].min(1.0)).powf(lanes);
        let first = (1..likely.len())
            .find(|&rows| alive(rows) < 0.2)
            .unwrap_or(likely.len() - 1);
        let first = first.max(k + 1).min(rows.len());
        Self {
            pattern,
            rule,
            k,
            rows,
            first,
        }
    }

    /// The mismatches allowed.
    pub(super) fn k(&self) -> usize {
        self.k
    }

    /// Rows until the first look: few where letters are rare.
    pub(super) fn first(&self) -> usize {
        self.first
    }

    /// Whether only equal symbols match.
    pub(super) fn is_equality(&self) -> bool {
        self.rule == Rule::Equal
    }

    /// Positions of the pattern that can mismatch.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// All hits at the first `n_shifts` shifts of `text`, numbered from `base`.
    pub(super) fn search(
        &self,
        text: &[u8],
        n_shifts: usize,
        base: usize,
        options: &Options,
        monitor: &Monitor,
        found: &mut Found,
    ) -> Result<(), Error> {
        match self.rule {
            Rule::Equal => self.with(Equal, text, n_shifts, base, options, monitor, found),
            Rule::Wildcard(any) => self.with(Wildcard(any), text, n_shifts, base, options, monitor, found),
            Rule::Overlap => self.with(Overlap, text, n_shifts, base, options, monitor, found),
            Rule::Within => self.with(Within, text, n_shifts, base, options, monitor, found),
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn with<L: Lanewise>(
        &self,
        lanewise: L,
        text: &[u8],
        n_shifts: usize,
        base: usize,
        options: &Options,
        monitor: &Monitor,
        found: &mut Found,
    ) -> Result<(), Error> {
        let search = Search {
            plan: self,
            lanewise,
            text,
            n_shifts,
            base,
            monitor,
            found,
        };
        dispatch(options.isa, search)
    }
}

/// One block's search on whatever vectors there are.
struct Search<'a, L> {
    plan: &'a Rows<'a>,
    lanewise: L,
    text: &'a [u8],
    n_shifts: usize,
    base: usize,
    monitor: &'a Monitor,
    found: &'a mut Found,
}

impl<L: Lanewise> Kernel for Search<'_, L> {
    type Output = Result<(), Error>;

    #[inline(always)]
    fn run<B: Bytes>(self, simd: B) -> Result<(), Error> {
        let Self {
            plan,
            lanewise,
            text,
            n_shifts,
            base,
            monitor,
            found,
        } = self;
        let group = VECTORS * B::LANES;
        let m = plan.pattern.len();
        let mut letters = Vec::with_capacity(plan.rows.len());
        letters.extend(plan.rows.iter().map(|row| (row.at as usize, row.letter)));
        let mut spent = 0;
        let mut start = 0;
        while start < n_shifts {
            let lanes = group.min(n_shifts - start);
            let counted = if start + group + m - 1 <= text.len() {
                count(
                    simd,
                    lanewise,
                    plan,
                    &letters,
                    &text[start..],
                    lanes,
                    base + start,
                    found,
                )
            } else {
                // The last symbols, with room behind them; what the room holds only enters shifts that are not asked for.
                let mut padded = vec![0; group + m - 1];
                let rest = &text[start..text.len().min(start + group + m - 1)];
                padded[..rest.len()].copy_from_slice(rest);
                count(simd, lanewise, plan, &letters, &padded, lanes, base + start, found)
            };
            found.counters.compared += (counted * lanes) as u64;
            spent += (counted + 1) * group;
            if spent > PATIENCE {
                monitor.check()?;
                spent = 0;
            }
            start += group;
        }
        Ok(())
    }
}

/// Count one group, report its hits; how many rows it took.
#[inline(always)]
#[allow(clippy::too_many_arguments)]
fn count<B: Bytes, L: Lanewise>(
    simd: B,
    lanewise: L,
    plan: &Rows<'_>,
    rows: &[(usize, u8)],
    text: &[u8],
    lanes: usize,
    base: usize,
    found: &mut Found,
) -> usize {
    let group = VECTORS * B::LANES;
    let k = plan.k;
    let mut counters = [simd.splat(0); VECTORS];
    let mut done = 0;
    let mut next = plan.first.min(FLUSH);
    let last = rows.len().min(FLUSH);
    loop {
        for &(at, letter) in &rows[done..next] {
            let symbols = &text[at..at + group];
            let letter = simd.splat(letter);
            for v in 0..VECTORS {
                let here = simd.load(&symbols[v * B::LANES..]);
                counters[v] = simd.sub(counters[v], lanewise.matches(simd, here, letter));
            }
        }
        done = next;
        if done > k {
            let least = (done - k) as u8;
            let mut best = counters[0];
            for counter in &counters[1..] {
                best = simd.max(best, *counter);
            }
            if simd.at_least(best, least) == 0 {
                return done;
            }
            let left: u32 = counters
                .iter()
                .map(|&counter| simd.at_least(counter, least).count_ones())
                .sum();
            if left <= FEW {
                break;
            }
        }
        if done == last {
            break;
        }
        next = (done + STEP).min(last);
    }
    if done < last || rows.len() == done {
        let least = done.saturating_sub(k).min(255) as u8;
        report(
            simd,
            plan,
            &counters,
            least,
            done == rows.len(),
            text,
            lanes,
            base,
            found,
        );
        return done;
    }
    // Long patterns of which much agrees everywhere: wider counters, and a look at every flush.
    let mut totals = vec![0_u32; group];
    let mut bytes = vec![0_u8; group];
    loop {
        for (v, counter) in counters.iter_mut().enumerate() {
            simd.store(*counter, &mut bytes[v * B::LANES..(v + 1) * B::LANES]);
            *counter = simd.splat(0);
        }
        let mut left = 0;
        for (total, &more) in totals.iter_mut().zip(&bytes) {
            *total += u32::from(more);
            left += u32::from(*total as usize + k >= done);
        }
        if left == 0 {
            return done;
        }
        if left <= FEW || done == rows.len() {
            break;
        }
        next = (done + FLUSH).min(rows.len());
        for &(at, letter) in &rows[done..next] {
            let symbols = &text[at..at + group];
            let letter = simd.splat(letter);
            for v in 0..VECTORS {
                let here = simd.load(&symbols[v * B::LANES..]);
                counters[v] = simd.sub(counters[v], lanewise.matches(simd, here, letter));
            }
        }
        done = next;
    }
    for (lane, &total) in totals[..lanes].iter().enumerate() {
        if total as usize + k < done {
            continue;
        }
        if done == rows.len() {
            found.push(base + lane, done as u32 - total);
        } else {
            verify(plan, text, lane, base, found);
        }
    }
    done
}

/// Report the shifts whose counter is at least `least`: their distance if all rows are `counted`, else what verifying them finds.
#[inline(always)]
#[allow(clippy::too_many_arguments)]
fn report<B: Bytes>(
    simd: B,
    plan: &Rows<'_>,
    counters: &[B::V; VECTORS],
    least: u8,
    counted: bool,
    text: &[u8],
    lanes: usize,
    base: usize,
    found: &mut Found,
) {
    let mut bytes = [0; 64];
    for (v, &counter) in counters.iter().enumerate() {
        let mut alive = simd.at_least(counter, least);
        if alive == 0 {
            continue;
        }
        simd.store(counter, &mut bytes);
        while alive != 0 {
            let bit = alive.trailing_zeros() as usize;
            alive &= alive - 1;
            let lane = v * B::LANES + bit;
            if lane >= lanes {
                return;
            }
            if counted {
                found.push(base + lane, plan.rows.len() as u32 - u32::from(bytes[bit]));
            } else {
                verify(plan, text, lane, base, found);
            }
        }
    }
}

fn verify(plan: &Rows<'_>, text: &[u8], lane: usize, base: usize, found: &mut Found) {
    let window = &text[lane..lane + plan.pattern.len()];
    found.counters.verified += 1;
    if let Some(distance) = related(window, plan.pattern, plan.k, plan.rule) {
        found.push(base + lane, distance);
    }
}

/// All shifts at which `text` and `pattern` differ in at most `k` places, by vertical counting with early abandon.
///
/// # Errors
/// [`Error::EmptyPattern`] or [`Error::NoShift`] where there is no shift, [`Error::Interrupted`], [`Error::Threads`].
pub fn early_abandon(
    text: &[u8],
    pattern: &[u8],
    k: usize,
    rule: Rule,
    options: &Options,
    monitor: &Monitor,
) -> Result<Found, Error> {
    let n_shifts = shifts(text.len(), pattern.len())?;
    let rows = Rows::new(pattern, k, rule, &Frequencies::of(text));
    search_all(&rows, text, n_shifts, options, monitor)
}

pub(super) fn search_all(
    rows: &Rows<'_>,
    text: &[u8],
    n_shifts: usize,
    options: &Options,
    monitor: &Monitor,
) -> Result<Found, Error> {
    let m = rows.pattern.len();
    in_blocks(n_shifts, BLOCK, options, monitor, |range, found| {
        let window = &text[range.start..(range.end + m - 1 + 64 * VECTORS).min(text.len())];
        rows.search(window, range.len(), range.start, options, monitor, found)
    })
}
