//! What a candidate would change, for all slots in one pass, as in [the sweep](crate::sweep) for the loss.
//!
//! After removing slot `m` and adding a medoid at distance `x`, the two nearest are those of `{d1, d2, x}` where `m` was neither, of `{d2, d3, x}` where it was the first and of
//! `{d1, d3, x}` where it was the second. The first case goes to an accumulator shared by all slots, the others are corrections per slot; where
//! `x >= d3` nothing changes that the removal losses do not say already.
//!
//! Hits are taken [`CHUNK`] at a time: their divisions are then vector operations. Sums are kept in [`LANES`] parts by column, because consecutive hits mostly
//! belong to the same slots and each addition would wait for the one before. Both orders are fixed, so that every instruction set computes the same bits.

use porism_runtime::Pool;

use crate::arch::{HITS_PADDING, Kernel, Simd, dispatch};
use crate::batch::by_groups;
use crate::element::Element;
use crate::matrix::Instance;
use crate::sweep::GROUP;

use super::three::{Terms, Three, ratio, wide};

/// Hits whose ratios are computed together: so many that what was gathered has reached the cache before it is read as vectors.
const CHUNK: usize = 64;

/// As many are computed at a time as the widest vector holds.
const WIDTH: usize = 8;

/// Partial sums per slot.
const LANES: usize = 4;

/// Columns that a group of candidates goes through together, so that what is known of their objects comes from the cache for all but the first.
const BLOCK: usize = 4096;

/// The best slot for a candidate, and the change of the sum of ratios.
pub(super) type Change = (u32, f64);

/// Buffers of one thread.
#[derive(Debug, Clone)]
struct Scratch {
    hits: [Vec<u32>; GROUP],
    sums: [Sums; GROUP],
}

/// What is summed up for one candidate.
#[derive(Debug, Clone)]
struct Sums {
    /// Corrections of the removal losses.
    slots: Vec<[f64; LANES]>,
    /// What changes whatever slot is emptied.
    shared: [f64; WIDTH],
}

/// Sweeps batches of candidates on a pool.
pub(super) struct Sweeper<'p> {
    pool: &'p Pool,
    scratch: Vec<Scratch>,
    changes: Vec<Change>,
}

impl<'p> Sweeper<'p> {
    pub(super) fn new(pool: &'p Pool, k: usize) -> Self {
        let scratch = Scratch {
            hits: std::array::from_fn(|_| vec![0; BLOCK + HITS_PADDING]),
            sums: std::array::from_fn(|_| Sums {
                slots: vec![[0.0; LANES]; k],
                shared: [0.0; WIDTH],
            }),
        };
        Self {
            pool,
            scratch: vec![scratch; pool.n_threads()],
            changes: Vec::new(),
        }
    }

    /// The best change with each of `candidates`, up to the first that is `enough`; those behind it may be anything.
    pub(super) fn sweep<T: Element>(
        &mut self,
        instance: &Instance<'_, T>,
        three: &Three<T>,
        candidates: &[u32],
        enough: impl Fn(f64) -> bool + Sync,
    ) -> &[Change] {
        let Self { pool, scratch, changes } = self;
        changes.clear();
        changes.resize(candidates.len(), (0, 0.0));
        let evaluate = |scratch: &mut Scratch, candidates: &[u32], changes: &mut [Change]| {
            let sweep = Sweep {
                instance,
                three,
                candidates,
                scratch,
                changes,
            };
            dispatch(three.isa, sweep);
        };
        by_groups(pool, scratch, candidates, changes, evaluate, |(_, change)| {
            enough(change)
        });
        changes
    }
}

/// The change if `candidate` replaced the medoid in `slot`, by a pass of its own.
pub(super) fn pair<T: Element>(instance: &Instance<'_, T>, three: &Three<T>, slot: u32, candidate: usize) -> f64 {
    let (row, own) = (instance.row(candidate), instance.own(candidate));
    let change = |o: usize| {
        let [first, second, third] = three.of(o);
        let x = if Some(o) == own { 0.0 } else { wide(row[o]) };
        let (a, b) = match slot {
            _ if three.slots[0][o] == slot => (second, third),
            _ if three.slots[1][o] == slot => (first, third),
            _ => (first, second),
        };
        nearest_two(a, b, x) - ratio(first, second)
    };
    (0..row.len()).map(change).sum()
}

/// The ratio of the two least of three, of which `a <= b`.
#[inline(always)]
fn nearest_two(a: f64, b: f64, x: f64) -> f64 {
    if x < a {
        ratio(x, a)
    } else if x < b {
        ratio(a, x)
    } else {
        ratio(a, b)
    }
}

struct Sweep<'a, 'i, T: Element> {
    instance: &'a Instance<'i, T>,
    three: &'a Three<T>,
    candidates: &'a [u32],
    scratch: &'a mut Scratch,
    changes: &'a mut [Change],
}

impl<T: Element> Kernel for Sweep<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let Self {
            instance,
            three,
            candidates,
            scratch,
            changes,
        } = self;
        let Scratch { hits, sums } = scratch;
        for sums in &mut sums[..candidates.len()] {
            sums.slots.fill([0.0; LANES]);
            sums.shared = [0.0; WIDTH];
        }
        let n = instance.n_references();
        for start in (0..n).step_by(BLOCK) {
            let end = n.min(start + BLOCK);
            let (limit, terms) = (&three.distances[2][start..end], &three.terms[start..end]);
            let row = |i: usize| &instance.row(candidates[i] as usize)[start..end];
            let own = |i: usize| {
                instance
                    .own(candidates[i] as usize)
                    .and_then(|own| own.checked_sub(start))
            };
            if candidates.len() == GROUP {
                let rows: [&[T]; GROUP] = std::array::from_fn(row);
                let n_hits = simd.below(rows, limit, hits.each_mut().map(Vec::as_mut_slice));
                for i in 0..GROUP {
                    sums[i].add(terms, rows[i], own(i), &hits[i][..n_hits[i]]);
                }
            } else {
                for i in 0..candidates.len() {
                    let [n_hits] = simd.below([row(i)], limit, [&mut hits[0]]);
                    sums[i].add(terms, row(i), own(i), &hits[0][..n_hits]);
                }
            }
        }
        for (change, sums) in changes.iter_mut().zip(sums) {
            *change = sums.best(&three.removal);
        }
    }
}

impl Sums {
    /// Add what the columns `hits` of a block say, which are nearer to the candidate than to their third medoid. Column `own`, if it is there, is the
    /// candidate itself.
    #[inline(always)]
    fn add<T: Element>(&mut self, terms: &[Terms], row: &[T], own: Option<usize>, hits: &[u32]) {
        let Self { slots, shared } = self;
        let own = own.unwrap_or(usize::MAX);
        let (terms, k) = (&terms[..row.len()], slots.len());
        let (mut x, mut first, mut second, mut now) = ([0.0; CHUNK], [0.0; CHUNK], [0.0; CHUNK], [0.0; CHUNK]);
        let (mut neither, mut with_first, mut with_second) = ([0.0; CHUNK], [0.0; CHUNK], [0.0; CHUNK]);
        let mut lanes = *shared;
        for part in hits.chunks(CHUNK) {
            for (i, &o) in part.iter().enumerate() {
                let o = o as usize;
                let term = &terms[o];
                x[i] = if o == own { 0.0 } else { wide(row[o]) };
                (first[i], second[i], now[i]) = (term.first, term.second, term.now);
            }
            let filled = part.len().next_multiple_of(WIDTH);
            for i in part.len()..filled {
                (x[i], first[i], second[i], now[i]) = (0.0, 0.0, 0.0, 0.0); // changes nothing
            }
            for start in (0..filled).step_by(WIDTH) {
                for lane in 0..WIDTH {
                    let i = start + lane;
                    // All that is compared with is nearer than the third, or `x` would be no hit.
                    with_first[i] = between(x[i], first[i]);
                    with_second[i] = between(x[i], second[i]);
                    neither[i] = if x[i] < second[i] { with_first[i] } else { now[i] } - now[i];
                    lanes[lane] += neither[i];
                }
            }
            for (i, &o) in part.iter().enumerate() {
                let o = o as usize;
                let term = &terms[o];
                let lane = o % LANES;
                // What the removal losses promise is replaced by what happens, less what is in the shared sum.
                let [slot, other] = term.slots.map(|slot| slot as usize);
                // An object that reaches no medoid is in no slot.
                if slot < k {
                    slots[slot][lane] += with_second[i] - term.without_first - neither[i];
                }
                if other < k {
                    slots[other][lane] += with_first[i] - term.without_second - neither[i];
                }
            }
        }
        *shared = lanes;
    }

    /// The best slot.
    #[inline(always)]
    fn best(&self, removal: &[f64]) -> Change {
        let mut best = (0, f64::INFINITY);
        for (slot, (&removal, &correction)) in removal.iter().zip(&self.slots).enumerate() {
            let change = removal + fold(correction);
            if change < best.1 {
                best = (slot as u32, change);
            }
        }
        let [a, b, c, d, e, f, g, h] = self.shared;
        (best.0, best.1 + fold([a + e, b + f, c + g, d + h]))
    }
}

/// The [`ratio`] of the nearer of two distances to the farther, without branches.
#[inline(always)]
fn between(a: f64, b: f64) -> f64 {
    let (nearer, farther) = if a < b { (a, b) } else { (b, a) };
    let usual = nearer / farther;
    let usual = if nearer == 0.0 { 0.0 } else { usual };
    if nearer == f64::INFINITY { 1.0 } else { usual }
}

#[inline(always)]
fn fold([a, b, c, d]: [f64; LANES]) -> f64 {
    (a + c) + (b + d)
}
