//! What a candidate would change, for all slots in one pass, as in [the sweep](crate::sweep) for the loss.
//!
//! After removing slot `m` and adding a medoid at distance `x`, the two nearest are those of `{d1, d2, x}` where `m` was neither, of `{d2, d3, x}` where it was the first and of
//! `{d1, d3, x}` where it was the second. The first case goes to an accumulator shared by all slots, the others are corrections per slot; where
//! `x >= d3` nothing changes that the removal losses do not say already.

use crate::arch::{HITS_PADDING, Kernel, Simd, dispatch};
use crate::element::Element;
use crate::matrix::Instance;

use super::three::{Three, ratio, wide};

/// Buffers, to be reused.
#[derive(Debug, Clone)]
pub(super) struct Scratch {
    hits: Vec<u32>,
    pub(super) slots: Vec<f64>,
}

impl Scratch {
    pub(super) fn new(n: usize, k: usize) -> Self {
        Self {
            hits: vec![0; n + HITS_PADDING],
            slots: vec![0.0; k],
        }
    }
}

/// The best slot for `candidate`, and the change of the sum of ratios.
pub(super) fn evaluate<T: Element>(
    instance: &Instance<'_, T>,
    three: &Three<T>,
    candidate: usize,
    scratch: &mut Scratch,
) -> (u32, f64) {
    let (row, own) = (instance.row(candidate), instance.own(candidate));
    dispatch(
        three.isa,
        Sweep {
            row,
            own,
            three,
            scratch,
        },
    )
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

struct Sweep<'a, T: Element> {
    row: &'a [T],
    own: Option<usize>,
    three: &'a Three<T>,
    scratch: &'a mut Scratch,
}

impl<T: Element> Kernel for Sweep<'_, T> {
    type Output = (u32, f64);

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> (u32, f64) {
        let Self {
            row,
            own,
            three,
            scratch,
        } = self;
        let Scratch { hits, slots } = scratch;
        slots.fill(0.0);
        let mut lanes = [0.0; 2];
        let [n_hits] = simd.below([row], &three.distances[2], [&mut *hits]);
        for &o in &hits[..n_hits] {
            let o = o as usize;
            let x = if Some(o) == own { 0.0 } else { wide(row[o]) };
            let [first, second, _] = three.of(o);
            let [now, without_first, without_second] = [0, 1, 2].map(|at| three.ratios[at][o]);
            // All that is compared with is nearer than the third, or `x` would be no hit.
            let (nearer, farther) = if x < first { (x, first) } else { (first, x) };
            let with_first = ratio(nearer, farther);
            let neither = if x < second { with_first } else { now } - now;
            let (nearer, farther) = if x < second { (x, second) } else { (second, x) };
            let with_second = ratio(nearer, farther);
            lanes[o % 2] += neither;
            // What the removal losses promise is replaced by what happens, less what is in the shared sum.
            // An object that reaches no medoid is in no slot.
            if let Some(slot) = slots.get_mut(three.slots[0][o] as usize) {
                *slot += with_second - without_first - neither;
            }
            if let Some(slot) = slots.get_mut(three.slots[1][o] as usize) {
                *slot += with_first - without_second - neither;
            }
        }
        let mut best = (0, f64::INFINITY);
        for (slot, (&removal, &correction)) in three.removal.iter().zip(slots.iter()).enumerate() {
            let change = removal + correction;
            if change < best.1 {
                best = (slot as u32, change);
            }
        }
        (best.0, best.1 + (lanes[0] + lanes[1]))
    }
}
