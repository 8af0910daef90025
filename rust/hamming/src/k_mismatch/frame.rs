//! The frame of Gawrychowski and Uznański: where two candidates are near one another, pattern and text are periodic up to few breaks, and count quickly.
//!
//! The text is cut into windows of m/2 shifts. Candidates are what one-sided estimates leave.
//! - If they are all more than k apart, there are at most m/(2k) + 1 of them, and jumps refute or confirm each in O(k): O(m) for the window.
//! - Otherwise two true candidates, ρ ≤ k apart, have at most 4k mismatches each: P agrees with itself ρ later up to 8k *breaks*, and so does the hull of all candidates in the
//!   text up to O(k). Let D_c(x)\[i\] = \[x_i = c\] - \[x_{i-ρ} = c\]: it is zero except at breaks and at the ends. The correlation W = Σ_c D_c(T) ⋆ D_c(P) counts
//!   second differences of the matches M: W\[s\] = 2M\[s\] - M\[s-ρ\] - M\[s+ρ\]. So counting signed coincidences of O(k) events, and two prefix sums
//!   with stride ρ, give the exact number of matches at every shift.
//!
//! Nothing but time depends on the candidates being good. Counting the events by Abrahamson's rule makes it O((n + nk/√m)·polylog); with fields
//! in shared coefficients it is the structure of the O(n + nk/√m) algorithm.
//!
//! - P. Gawrychowski, P. Uznański: *Towards unified approximate pattern matching for Hamming and L1 distance*, ICALP 2018.
//! - T. M. Chan, C. Jin, V. Vassilevska Williams, Y. Xu: *Faster Algorithms for Text-to-Pattern Hamming Distances*, FOCS 2023.

use porism_runtime::Monitor;

use super::blocks::{Options, in_blocks, shifts};
use super::estimate::candidates;
use super::kangaroo::{Kangaroo, Track, kangaroo};
use super::marking::counted;
use super::sparse::{Event, Heavy, correlate};
use super::{Counters, Found};
use crate::{Error, Symbol};

/// Candidates that may be refuted one by one before all of a window are looked at.
const TRIALS: usize = 16;

/// All shifts at which `text` and `pattern`, symbols below `sigma`, differ in at most `k` places; for 1 ≤ k ≤ m/4 by the frame, otherwise by what is simpler.
///
/// # Errors
/// [`Error::EmptyPattern`] or [`Error::NoShift`] where there is no shift, [`Error::Interrupted`], [`Error::Threads`], [`Error::TooLarge`].
#[allow(clippy::too_many_arguments)]
pub(super) fn framed<S: Symbol>(
    text: &[S],
    pattern: &[S],
    sigma: usize,
    k: usize,
    heavy: Heavy,
    seed: u64,
    options: &Options,
    monitor: &Monitor,
) -> Result<Found, Error> {
    let m = pattern.len();
    let n_shifts = shifts(text.len(), m)?;
    if k == 0 {
        return kangaroo(text, pattern, 0, options, monitor);
    }
    if 4 * k > m {
        return counted(text, pattern, sigma, k, heavy, options, monitor);
    }
    let mut counters = Counters::default();
    let candidates = candidates(text, pattern, sigma, k, seed, options, &mut counters, monitor)?;
    let jumper = Kangaroo::new(pattern);
    let mut found = in_blocks(n_shifts, (m / 2).max(1), options, monitor, |range, found| {
        let from = candidates.partition_point(|&shift| (shift as usize) < range.start);
        let to = candidates.partition_point(|&shift| (shift as usize) < range.end);
        let own: Vec<usize> = candidates[from..to]
            .iter()
            .map(|&shift| shift as usize - range.start)
            .collect();
        if own.is_empty() {
            found.counters.empty += 1;
            return Ok(());
        }
        let window = Window {
            text: &text[range.start..range.end + m - 1],
            pattern,
            k,
            heavy,
            base: range.start,
            monitor,
        };
        let track = jumper.along(window.text, monitor);
        window.search(own, &track, found)?;
        found.counters.jumps += track.jumps();
        Ok(())
    })?;
    found.counters.add(&counters);
    Ok(found)
}

/// A part of the text with m/2 shifts.
struct Window<'a, S> {
    text: &'a [S],
    pattern: &'a [S],
    k: usize,
    heavy: Heavy,
    base: usize,
    monitor: &'a Monitor,
}

impl<S: Symbol> Window<'_, S> {
    fn search(&self, mut candidates: Vec<usize>, track: &Track<'_, '_, S>, found: &mut Found) -> Result<(), Error> {
        let budget = 4 * self.k;
        let mut trials = 0;
        loop {
            let nearest = candidates.windows(2).enumerate().min_by_key(|(_, two)| two[1] - two[0]);
            let Some((i, two)) = nearest.filter(|(_, two)| two[1] - two[0] <= self.k) else {
                return self.verify(&candidates, track, found);
            };
            let period = two[1] - two[0];
            // Only true candidates prove a period. Each trial that fails costs O(k).
            let last = candidates.len() - 1;
            let mut refuted = Vec::new();
            for place in [i, i + 1, 0, last] {
                if !refuted.contains(&place) && track.distance(candidates[place], budget)?.is_none() {
                    refuted.push(place);
                }
            }
            if refuted.is_empty() {
                return self.count(period, candidates[0], candidates[last], found);
            }
            refuted.sort_unstable();
            for place in refuted.into_iter().rev() {
                candidates.remove(place);
            }
            trials += 1;
            if trials == TRIALS {
                let mut true_ones = Vec::new();
                for &shift in &candidates {
                    if track.distance(shift, budget)?.is_some() {
                        true_ones.push(shift);
                    }
                }
                candidates = true_ones;
            }
        }
    }

    /// Candidates far from one another: each by itself.
    fn verify(&self, candidates: &[usize], track: &Track<'_, '_, S>, found: &mut Found) -> Result<(), Error> {
        found.counters.sparse += 1;
        for &shift in candidates {
            found.counters.verified += 1;
            if let Some(distance) = track.distance(shift, self.k)? {
                found.push(self.base + shift, distance);
            }
        }
        Ok(())
    }

    /// All shifts from `first` to `last` at once, by differences with stride `period`.
    fn count(&self, period: usize, first: usize, last: usize, found: &mut Found) -> Result<(), Error> {
        found.counters.periodic += 1;
        let m = self.pattern.len();
        let hull = &self.text[first..last + m];
        let (own, theirs) = (breaks(hull, period), breaks(self.pattern, period));
        let (own_len, their_len) = (hull.len() + period, m + period);
        let mut second = vec![0_i32; own_len + their_len - 1];
        correlate(
            &own,
            &theirs,
            own_len,
            their_len,
            self.heavy,
            &mut second,
            &mut found.counters,
            self.monitor,
        )?;
        // second[s + m + period - 1] = W[s]. Matches before the shift 1 - m are zero; going up with stride `period`,
        // M[s] = 2M[s - period] - M[s - 2 period] - W[s - period].
        let mut matches = vec![0_i32; hull.len() + m - 1]; // matches[s + m - 1] = M[s]
        let before = |matches: &[i32], place: usize, back: usize| if place >= back { matches[place - back] } else { 0 };
        for place in 0..matches.len() {
            let w = second[place]; // W[s - period] stands at s - period + m + period - 1 = s + m - 1
            matches[place] = 2 * before(&matches, place, period) - before(&matches, place, 2 * period) - w;
        }
        for shift in 0..=last - first {
            let distance = m as i64 - i64::from(matches[shift + m - 1]);
            if distance <= self.k as i64 {
                found.push(self.base + first + shift, distance as u32);
            }
        }
        Ok(())
    }
}

/// Where a string differs from itself `period` later: a letter that comes and one that goes; all come at the start, all go at the end. Ordered by letter.
fn breaks<S: Symbol>(string: &[S], period: usize) -> Vec<Event> {
    let event = |symbol: S, at: usize, sign: i8| Event {
        letter: symbol.id() as u32,
        at: at as u32,
        sign,
    };
    let mut events = Vec::new();
    for at in 0..string.len() + period {
        let here = string.get(at).copied();
        let there = at.checked_sub(period).and_then(|before| string.get(before)).copied();
        if here == there {
            continue;
        }
        events.extend(here.map(|symbol| event(symbol, at, 1)));
        events.extend(there.map(|symbol| event(symbol, at, -1)));
    }
    events.sort_unstable();
    events
}
