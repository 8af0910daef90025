//! Amir, Lewenstein and Porat: mark a few positions of the pattern, count where the marks match, and verify only shifts at which enough of them do.
//!
//! With 2k marks a shift that loses more than k of them has more than k mismatches. If the marks are chosen so that no letter has more than 2√k of them, counting takes
//! 2√k increments for each symbol of the text, at most 2n/√k shifts keep k marks, and each is verified in O(k): O(n√k) in all. A pattern that offers no such marks
//! has few frequent letters, which transforms count, and fewer than 2k places of rare ones, which are counted one by one: then every distance is known exactly.
//!
//! - A. Amir, M. Lewenstein, E. Porat: *Faster algorithms for string matching with k mismatches*, Journal of Algorithms 50 (2004).

use porism_runtime::Monitor;

use super::blocks::{Options, in_blocks, shifts};
use super::kangaroo::{Kangaroo, kangaroo};
use super::sparse::{Event, Heavy, correlate};
use super::{Counters, Found};
use crate::{Error, Symbol};

/// Shifts of a block at least: a transform pays over a few thousand.
const BLOCK: usize = 1 << 14;

/// Increments between two looks whether to stop.
const PATIENCE: usize = 1 << 24;

/// Where each letter of a string occurs.
pub(super) struct Places {
    /// Where the places of each letter begin in `places`; one more at the end.
    starts: Vec<u32>,
    places: Vec<u32>,
}

impl Places {
    pub(super) fn new<S: Symbol>(string: &[S], sigma: usize) -> Self {
        let mut starts = vec![0_u32; sigma + 1];
        for symbol in string {
            starts[symbol.id() + 1] += 1;
        }
        for letter in 0..sigma {
            starts[letter + 1] += starts[letter];
        }
        let mut next = starts.clone();
        let mut places = vec![0; string.len()];
        for (at, symbol) in string.iter().enumerate() {
            let place = &mut next[symbol.id()];
            places[*place as usize] = at as u32;
            *place += 1;
        }
        Self { starts, places }
    }

    pub(super) fn of(&self, letter: usize) -> &[u32] {
        &self.places[self.starts[letter] as usize..self.starts[letter + 1] as usize]
    }

    pub(super) fn letters(&self) -> impl Iterator<Item = (usize, &[u32])> {
        (0..self.starts.len() - 1)
            .map(|letter| (letter, self.of(letter)))
            .filter(|(_, places)| !places.is_empty())
    }

    /// An event at each place of those letters that `wanted` has too.
    fn events(&self, wanted: &Self) -> Vec<Event> {
        let mut events = Vec::new();
        for (letter, places) in self.letters() {
            if !wanted.of(letter).is_empty() {
                events.extend(places.iter().map(|&at| Event {
                    letter: letter as u32,
                    at,
                    sign: 1,
                }));
            }
        }
        events
    }
}

/// Marked places of the pattern for each letter.
fn marks(places: &Places, k: usize) -> (Option<Vec<Vec<u32>>>, bool) {
    let sigma = places.starts.len() - 1;
    let root = (k as f64).sqrt().ceil() as usize;
    let most = 2 * root;
    let mut frequent: Vec<_> = places.letters().filter(|(_, places)| places.len() >= most).collect();
    let mut marked = vec![Vec::new(); sigma];
    if frequent.len() >= root {
        // The least frequent of the frequent ones match least often by chance.
        frequent.sort_by_key(|(letter, places)| (places.len(), *letter));
        for (letter, places) in &frequent[..root] {
            marked[*letter] = places[..most].to_vec();
        }
        return (Some(marked), true);
    }
    let mut left = 2 * k;
    for (letter, places) in places.letters().filter(|(_, places)| places.len() < most) {
        let taken = places.len().min(left);
        marked[letter] = places[..taken].to_vec();
        left -= taken;
    }
    ((left == 0).then_some(marked), false)
}

/// All shifts at which `text` and `pattern`, symbols below `sigma`, differ in at most `k` places, in O(n√k) time with logarithms.
///
/// # Errors
/// [`Error::EmptyPattern`] or [`Error::NoShift`] where there is no shift, [`Error::Interrupted`], [`Error::Threads`], [`Error::TooLarge`].
pub fn amir_lewenstein_porat<S: Symbol>(
    text: &[S],
    pattern: &[S],
    sigma: usize,
    k: usize,
    options: &Options,
    monitor: &Monitor,
) -> Result<Found, Error> {
    let m = pattern.len();
    let n_shifts = shifts(text.len(), m)?;
    if k == 0 {
        return kangaroo(text, pattern, 0, options, monitor);
    }
    let places = Places::new(pattern, sigma);
    let (marked, frequent) = marks(&places, k);
    let Some(marked) = marked else {
        return counted(text, pattern, sigma, k, Heavy::Plain, options, monitor);
    };
    let total: usize = marked.iter().map(Vec::len).sum();
    let jumper = Kangaroo::new(pattern);
    in_blocks(n_shifts, m.max(BLOCK), options, monitor, |range, found| {
        let window = &text[range.start..range.end + m - 1];
        let mut counts = vec![0_u32; window.len()];
        let mut spent = 0;
        for (i, symbol) in window.iter().enumerate() {
            let marks = &marked[symbol.id()];
            for &at in marks {
                // Shifts before the block are some other block's.
                if let Some(count) = i.checked_sub(at as usize).and_then(|shift| counts.get_mut(shift)) {
                    *count += 1;
                }
            }
            spent += marks.len();
            found.counters.increments += marks.len() as u64;
            if spent > PATIENCE {
                monitor.check()?;
                spent = 0;
            }
        }
        let track = jumper.along(window, monitor);
        for (shift, &count) in counts[..range.len()].iter().enumerate() {
            if count as usize + k >= total {
                found.counters.verified += 1;
                if let Some(distance) = track.distance(shift, k)? {
                    found.push(range.start + shift, distance);
                }
            }
        }
        found.counters.jumps += track.jumps();
        if frequent {
            found.counters.frequent_marks += 1;
        } else {
            found.counters.rare_marks += 1;
        }
        Ok(())
    })
}

/// All shifts with at most `k` mismatches from all distances, counted letter by letter as Abrahamson does.
pub(super) fn counted<S: Symbol>(
    text: &[S],
    pattern: &[S],
    sigma: usize,
    k: usize,
    heavy: Heavy,
    options: &Options,
    monitor: &Monitor,
) -> Result<Found, Error> {
    let m = pattern.len();
    let n_shifts = shifts(text.len(), m)?;
    let places = Places::new(pattern, sigma);
    let theirs = places.events(&places);
    in_blocks(n_shifts, m.max(BLOCK), options, monitor, |range, found| {
        let window = &text[range.start..range.end + m - 1];
        let own = Places::new(window, sigma).events(&places);
        let mut matches = vec![0_i32; window.len() + m - 1];
        let mut counters = Counters::default();
        correlate(
            &own,
            &theirs,
            window.len(),
            m,
            heavy,
            &mut matches,
            &mut counters,
            monitor,
        )?;
        counters.exact += 1;
        found.counters.add(&counters);
        for shift in 0..range.len() {
            let distance = m as i64 - i64::from(matches[shift + m - 1]);
            if distance <= k as i64 {
                found.push(range.start + shift, distance as u32);
            }
        }
        Ok(())
    })
}
