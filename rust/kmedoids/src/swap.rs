//! Putting a candidate into a slot: O(n), plus a look at all k medoids for the few references that lose one of their two nearest.

use crate::cost::Cost;
use crate::element::{Accumulator, Element};
use crate::matrix::Instance;
use crate::state::{NONE, State};

/// What a swap may have made of other candidates' changes; see [`lazy`](crate::lazy).
///
/// For every slot `i`, `shared + by_slot[i]` bounds how much the summed distance after removing `i` fell, object by object.
#[derive(Debug, Clone)]
pub(crate) struct Drops {
    pub(crate) shared: f64,
    pub(crate) by_slot: Vec<f64>,
}

/// A reference whose second medoid must be looked for among all, and what it had before.
#[derive(Debug, Clone, Copy)]
struct Orphan<T> {
    reference: u32,
    old: (u32, T, u32, T),
}

/// Buffers that a swap needs, to be reused from one to the next.
#[derive(Debug, Clone)]
pub(crate) struct Swapper<T> {
    orphans: Vec<Orphan<T>>,
    pub(crate) drops: Drops,
}

impl<T: Element> Swapper<T> {
    pub(crate) fn new(k: usize) -> Self {
        Self {
            orphans: Vec::new(),
            drops: Drops {
                shared: 0.0,
                by_slot: vec![0.0; k],
            },
        }
    }

    /// Make `candidate` the medoid in `slot`. Returns the change of the loss, and how many dissimilarities were read.
    pub(crate) fn swap(
        &mut self,
        instance: &Instance<'_, T>,
        state: &mut State<T>,
        slot: u32,
        candidate: usize,
    ) -> (Cost<T::Acc>, u64) {
        let before = state.total;
        let row = instance.row(candidate);
        let own = instance.own(candidate);
        let old = std::mem::replace(&mut state.medoids[slot as usize], candidate as u32);
        state.slots[old as usize] = NONE;
        state.slots[candidate] = slot;
        self.orphans.clear();
        self.drops.shared = 0.0;
        self.drops.by_slot.fill(0.0);
        for o in 0..row.len() {
            let x = row[o];
            let (n1, d1, n2, d2) = (state.n1[o], state.d1[o], state.n2[o], state.d2[o]);
            if Some(o) == own {
                if n1 != slot {
                    (state.n2[o], state.d2[o]) = (n1, d1);
                }
                (state.n1[o], state.d1[o]) = (slot, T::ZERO);
            } else if n1 == slot {
                if x < d2 {
                    state.d1[o] = x; // the second stays the second
                } else {
                    (state.n1[o], state.d1[o]) = (n2, d2);
                    (state.n2[o], state.d2[o]) = (slot, x);
                    self.orphans.push(Orphan {
                        reference: o as u32,
                        old: (n1, d1, n2, d2),
                    });
                    continue;
                }
            } else if x < d1 {
                (state.n2[o], state.d2[o]) = (n1, d1);
                (state.n1[o], state.d1[o]) = (slot, x);
            } else if x < d2 {
                (state.n2[o], state.d2[o]) = (slot, x);
            } else if n2 == slot {
                (state.n2[o], state.d2[o]) = (slot, x);
                self.orphans.push(Orphan {
                    reference: o as u32,
                    old: (n1, d1, n2, d2),
                });
                continue;
            } else {
                continue;
            }
            self.drops.count(instance, state, o, (n1, d1, n2, d2));
        }
        self.find_second(instance, state, slot);
        for &Orphan { reference, old } in &self.orphans {
            self.drops.count(instance, state, reference as usize, old);
        }
        state.resum(instance);
        let read = row.len() + self.orphans.len() * (state.k() - 1);
        (state.total - before, read as u64)
    }

    /// Complete the second medoids of all orphans, which so far know only of the new medoid in `slot`.
    ///
    /// Medoid by medoid, so that each row's pages and cache lines are visited together.
    fn find_second(&self, instance: &Instance<'_, T>, state: &mut State<T>, slot: u32) {
        for other in 0..state.medoids.len() as u32 {
            if other == slot {
                continue;
            }
            let row = instance.row(state.medoids[other as usize] as usize);
            for orphan in &self.orphans {
                let o = orphan.reference as usize;
                if row[o] < state.d2[o] && state.n1[o] != other {
                    (state.n2[o], state.d2[o]) = (other, row[o]);
                }
            }
        }
    }
}

impl Drops {
    /// Account for one reference whose medoids changed from `old` to what `state` says.
    fn count<T: Element>(
        &mut self,
        instance: &Instance<'_, T>,
        state: &State<T>,
        o: usize,
        (old_n1, old_d1, _, old_d2): (u32, T, u32, T),
    ) {
        let (n1, d1, d2) = (state.n1[o], state.d1[o], state.d2[o]);
        let weight = instance.weight(o).to_f64();
        let drop = |old: T, new: T| {
            if new < old {
                (old.to_f64() - new.to_f64()) * weight
            } else {
                0.0
            }
        };
        let usual = drop(old_d1, d1);
        self.shared += usual;
        if old_n1 == n1 {
            self.by_slot[n1 as usize] += drop(old_d2, d2) - usual;
        } else {
            self.by_slot[old_n1 as usize] += drop(old_d2, d1) - usual;
            self.by_slot[n1 as usize] += drop(old_d1, d2) - usual;
        }
    }
}
