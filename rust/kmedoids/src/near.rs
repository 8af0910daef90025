//! The few nearest medoids of every reference, so that losing one of them seldom means looking at all.
//!
//! Whenever a reference loses its first or second medoid, the next one must be found among all k. About 2n/k references do so at every swap, O(n) reads in
//! all, but each read is of another row: with many medoids these cache misses cost more than the sweeps. A short sorted list per reference answers nearly all of them.
//!
//! A list holds every medoid nearer than its *reach*, and perhaps some at that distance. Medoids that were swapped out are left in it as stale entries and recognised
//! by their candidate, so that a swap need only touch the lists that its new medoid belongs to.

use porism_runtime::{Monitor, Pool};

use crate::arch::{HITS_PADDING, Kernel, Simd, dispatch};
use crate::element::Element;
use crate::matrix::Instance;
use crate::state::State;

/// Entries in a list.
const LENGTH: usize = 6;

/// With fewer medoids than this, looking at all of them is as quick.
pub(crate) const WORTHWHILE: usize = 16;

#[derive(Debug, Clone, Copy)]
struct Entry<T> {
    distance: T,
    slot: u32,
    candidate: u32,
}

/// A list per reference.
#[derive(Debug, Clone)]
pub(crate) struct Near<T> {
    entries: Vec<[Entry<T>; LENGTH]>,
    lengths: Vec<u8>,
    reach: Vec<T>,
}

impl<T: Element> Near<T> {
    /// The lists for the medoids of `state`; not all of them, and of no use, where the `monitor` says stop.
    pub(crate) fn new(pool: &Pool, instance: &Instance<'_, T>, state: &State<T>, monitor: &Monitor) -> Self {
        let n = instance.n_references();
        let empty = Entry {
            distance: T::FAR,
            slot: 0,
            candidate: 0,
        };
        let mut near = Self {
            entries: vec![[empty; LENGTH]; n],
            lengths: vec![0; n],
            reach: vec![T::FAR; n],
        };
        let size = n.div_ceil(pool.n_threads()).max(1);
        let parts = near.parts(size).enumerate().collect();
        pool.for_each_of(parts, |(part, mut lists): (usize, NearPart<'_, T>)| {
            let mut hits = vec![0; lists.reach.len() + HITS_PADDING];
            for (slot, &medoid) in state.medoids.iter().enumerate() {
                if monitor.check().is_err() {
                    return;
                }
                let row = &instance.row(medoid as usize)[part * size..][..lists.reach.len()];
                let within = Within {
                    row,
                    limit: lists.reach,
                    hits: &mut hits,
                };
                let n_hits = dispatch(state.isa, within);
                for &o in &hits[..n_hits] {
                    let o = o as usize;
                    lists.offer(o, row[o], slot as u32, medoid, &state.medoids);
                }
            }
        });
        near
    }

    /// The lists of `size` references each.
    pub(crate) fn parts(&mut self, size: usize) -> impl Iterator<Item = NearPart<'_, T>> {
        let lists = self.entries.chunks_mut(size).zip(self.lengths.chunks_mut(size));
        let lists = lists.zip(self.reach.chunks_mut(size));
        lists.map(|((entries, lengths), reach)| NearPart {
            entries,
            lengths,
            reach,
        })
    }
}

/// The lists of some references.
#[derive(Debug)]
pub(crate) struct NearPart<'a, T> {
    entries: &'a mut [[Entry<T>; LENGTH]],
    lengths: &'a mut [u8],
    reach: &'a mut [T],
}

impl<T: Element> NearPart<'_, T> {
    /// Up to which distance lists are complete.
    pub(crate) fn reach(&self) -> &[T] {
        self.reach
    }

    /// Tell the list of reference `o` of a medoid nearer than its reach.
    #[inline]
    pub(crate) fn offer(&mut self, o: usize, distance: T, slot: u32, candidate: u32, medoids: &[u32]) {
        let list = List {
            entries: &mut self.entries[o],
            length: &mut self.lengths[o],
            reach: &mut self.reach[o],
        };
        list.offer(distance, slot, candidate, medoids);
    }

    /// The nearest medoid of `o` that is not in slot `except`, if its list knows.
    pub(crate) fn nearest_but(&self, o: usize, except: u32, medoids: &[u32]) -> Option<(u32, T)> {
        let list = &self.entries[o][..usize::from(self.lengths[o]).min(LENGTH)];
        let mut valid = list
            .iter()
            .filter(|entry| entry.slot != except && medoids[entry.slot as usize] == entry.candidate);
        valid.next().map(|entry| (entry.slot, entry.distance))
    }

    /// Forget what is known of `o`, to be told of all medoids anew.
    pub(crate) fn clear(&mut self, o: usize) {
        self.lengths[o] = 0;
        self.reach[o] = T::FAR;
    }
}

/// The list of one reference.
struct List<'a, T> {
    entries: &'a mut [Entry<T>; LENGTH],
    length: &'a mut u8,
    reach: &'a mut T,
}

impl<T: Element> List<'_, T> {
    #[inline]
    fn offer(self, distance: T, slot: u32, candidate: u32, medoids: &[u32]) {
        let Self {
            entries: list,
            length: kept,
            reach,
        } = self;
        let mut length = usize::from(*kept).min(LENGTH);
        if length == LENGTH {
            length = 0;
            for at in 0..LENGTH {
                let entry = list[at];
                list[length] = entry;
                length += usize::from(medoids[entry.slot as usize] == entry.candidate);
            }
        }
        if length == LENGTH {
            // One medoid too many: the farthest leaves, and the list reaches no farther than it.
            let last = list[LENGTH - 1].distance;
            if distance < last {
                *reach = last;
                length -= 1;
            } else {
                *reach = distance;
                *kept = length as u8;
                return;
            }
        }
        let mut at = length;
        while at > 0 && distance < list[at - 1].distance {
            list[at] = list[at - 1];
            at -= 1;
        }
        list[at] = Entry {
            distance,
            slot,
            candidate,
        };
        *kept = length as u8 + 1;
    }
}

/// Which elements of a row are below a limit.
pub(crate) struct Within<'a, T> {
    pub(crate) row: &'a [T],
    pub(crate) limit: &'a [T],
    pub(crate) hits: &'a mut [u32],
}

impl<T: Element> Kernel for Within<'_, T> {
    type Output = usize;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> usize {
        let [n] = simd.below([self.row], self.limit, [self.hits]);
        n
    }
}
