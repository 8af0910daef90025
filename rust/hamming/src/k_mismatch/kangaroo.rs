//! From mismatch to mismatch: each jump is a longest common extension, and after k + 1 of them a shift is refuted.
//!
//! - G. M. Landau, U. Vishkin: *Efficient string matching with k mismatches*, Theoretical Computer Science 43 (1986).
//! - Z. Galil, R. Giancarlo: *Improved string matching with k mismatches*, SIGACT News 17 (1986).
//!
//! A jump first compares directly, a few cache lines at a time; only what agrees for 4 KiB is looked up in an index of the pattern that is made the first time.

use std::cell::{Cell, OnceCell};
use std::sync::{Mutex, OnceLock};

use porism_runtime::Monitor;

use super::Found;
use super::blocks::{Options, in_blocks, shifts};
use super::index::{PatternIndex, Reach};
use crate::{Error, Symbol};

/// Bytes that a jump compares before it asks the index.
const DIRECT: usize = 4096;

/// Jumps between two looks whether to stop.
const PATIENCE: u64 = 1 << 16;

/// A pattern to jump along, shared by threads.
pub(super) struct Kangaroo<'a, S> {
    pattern: &'a [S],
    index: OnceLock<PatternIndex>,
    building: Mutex<()>,
}

impl<'a, S: Symbol> Kangaroo<'a, S> {
    pub(super) fn new(pattern: &'a [S]) -> Self {
        Self {
            pattern,
            index: OnceLock::new(),
            building: Mutex::new(()),
        }
    }

    fn index(&self, monitor: &Monitor) -> Result<&PatternIndex, Error> {
        let _one = self.building.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some(index) = self.index.get() {
            return Ok(index);
        }
        let made = PatternIndex::new(self.pattern, monitor)?;
        Ok(self.index.get_or_init(|| made))
    }

    /// A part of the text to jump through.
    pub(super) fn along<'b>(&'b self, text: &'b [S], monitor: &'b Monitor) -> Track<'b, 'a, S> {
        Track {
            kangaroo: self,
            text,
            reaches: OnceCell::new(),
            jumps: Cell::new(0),
            monitor,
        }
    }
}

/// A part of a text that one thread jumps through.
pub(super) struct Track<'b, 'a, S> {
    kangaroo: &'b Kangaroo<'a, S>,
    text: &'b [S],
    reaches: OnceCell<(&'b PatternIndex, Vec<Reach>)>,
    jumps: Cell<u64>,
    monitor: &'b Monitor,
}

impl<S: Symbol> Track<'_, '_, S> {
    /// The distance at `shift`, if it is at most `k`.
    pub(super) fn distance(&self, shift: usize, k: usize) -> Result<Option<u32>, Error> {
        let m = self.kangaroo.pattern.len();
        let (mut j, mut distance) = (0, 0);
        loop {
            j += self.extension(shift + j, j)?;
            if j == m {
                return Ok(Some(distance as u32));
            }
            distance += 1;
            if distance > k {
                return Ok(None);
            }
            j += 1; // past the mismatch
        }
    }

    /// Jumps made so far.
    pub(super) fn jumps(&self) -> u64 {
        self.jumps.get()
    }

    /// How long text[i..] agrees with pattern[j..].
    fn extension(&self, i: usize, j: usize) -> Result<usize, Error> {
        let pattern = self.kangaroo.pattern;
        let jumps = self.jumps.get() + 1;
        self.jumps.set(jumps);
        if jumps.is_multiple_of(PATIENCE) {
            self.monitor.check()?;
        }
        let limit = (self.text.len() - i).min(pattern.len() - j);
        let direct = limit.min(DIRECT / size_of::<S>());
        let agreed = common_prefix(&self.text[i..i + direct], &pattern[j..j + direct]);
        if agreed < direct || direct == limit {
            return Ok(agreed);
        }
        if self.reaches.get().is_none() {
            let index = self.kangaroo.index(self.monitor)?;
            let _ = self.reaches.set((index, index.reaches(self.text, self.monitor)?));
        }
        Ok(self
            .reaches
            .get()
            .map_or(0, |(index, reaches)| index.extension(reaches[i], j)))
    }
}

/// How many symbols agree from the start.
fn common_prefix<S: Symbol>(a: &[S], b: &[S]) -> usize {
    const STRIDE: usize = 32;
    let mut agreed = 0;
    for (x, y) in a.chunks(STRIDE).zip(b.chunks(STRIDE)) {
        if x != y {
            return agreed + x.iter().zip(y).take_while(|(x, y)| x == y).count();
        }
        agreed += x.len();
    }
    agreed
}

/// All shifts at which `text` and `pattern` differ in at most `k` places, in O(nk) time whatever the strings.
///
/// # Errors
/// [`Error::EmptyPattern`] or [`Error::NoShift`] where there is no shift, [`Error::Interrupted`], [`Error::Threads`].
pub fn kangaroo<S: Symbol>(
    text: &[S],
    pattern: &[S],
    k: usize,
    options: &Options,
    monitor: &Monitor,
) -> Result<Found, Error> {
    let m = pattern.len();
    let n_shifts = shifts(text.len(), m)?;
    let kangaroo = Kangaroo::new(pattern);
    // An index's reaches are made block by block: blocks no shorter than the pattern, so that this is O(n) in all.
    in_blocks(n_shifts, m.max(1 << 14), options, monitor, |range, found| {
        let track = kangaroo.along(&text[range.start..range.end + m - 1], monitor);
        for shift in 0..range.len() {
            if let Some(distance) = track.distance(shift, k)? {
                found.push(range.start + shift, distance);
            }
        }
        found.counters.jumps += track.jumps();
        found.counters.verified += range.len() as u64;
        Ok(())
    })
}
