//! Putting a candidate into a slot: a pass over its row, and a little work for the few references that it concerns.

use porism_runtime::{Monitor, Pool};

use crate::arch::{HITS_PADDING, Kernel, Simd, dispatch};
use crate::cost::Cost;
use crate::element::{Accumulator, Element};
use crate::error::Error;
use crate::matrix::Instance;
use crate::near::{Near, WORTHWHILE, Within};
use crate::state::{NONE, State};

/// What a swap may have made of other candidates' changes; see [`lazy`](crate::lazy).
///
/// For every slot `i`, `shared + by_slot[i]` bounds how much the summed distance after removing `i` fell, object by object.
#[derive(Debug, Clone)]
pub(crate) struct Drops {
    pub(crate) shared: f64,
    pub(crate) by_slot: Vec<f64>,
}

/// The two nearest medoids of a reference: slot, distance, slot, distance.
type Two<T> = (u32, T, u32, T);

/// What swaps need besides the state.
#[derive(Debug, Clone)]
pub(crate) struct Swapper<T> {
    near: Option<Near<T>>,
    nearer: Vec<u32>,
    losing: Vec<u32>,
    lost: Vec<(u32, Two<T>)>,
    pub(crate) drops: Drops,
}

impl<T: Element> Swapper<T> {
    /// For swaps in `state`, all of which must be made through this.
    pub(crate) fn new(instance: &Instance<'_, T>, state: &State<T>, monitor: &Monitor) -> Result<Self, Error> {
        Self::new_on(&Pool::serial(), instance, state, monitor)
    }

    /// [`new`](Self::new), prepared on all threads.
    pub(crate) fn new_on(
        pool: &Pool,
        instance: &Instance<'_, T>,
        state: &State<T>,
        monitor: &Monitor,
    ) -> Result<Self, Error> {
        let (n, k) = (instance.n_references(), state.k());
        let near = (k >= WORTHWHILE).then(|| Near::new(pool, instance, state, monitor));
        monitor.check()?;
        Ok(Self {
            near,
            nearer: vec![0; n + HITS_PADDING],
            losing: vec![0; n + HITS_PADDING],
            lost: Vec::new(),
            drops: Drops {
                shared: 0.0,
                by_slot: vec![0.0; k],
            },
        })
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
        self.drops.shared = 0.0;
        self.drops.by_slot.fill(0.0);
        self.lost.clear();

        let (n1, n2) = (&state.n1[..], &state.n2[..]);
        let hits = &mut self.losing[..];
        let n_losing = dispatch(state.isa, Losing { n1, n2, slot, hits });
        let limit = self.near.as_ref().map_or(&state.d2[..], Near::reach);
        let hits = &mut self.nearer[..];
        let n_nearer = dispatch(state.isa, Within { row, limit, hits });

        for &o in &self.nearer[..n_nearer] {
            let o = o as usize;
            let x = if Some(o) == own { T::ZERO } else { row[o] };
            if let Some(near) = &mut self.near {
                near.offer(o, x, slot, candidate as u32, &state.medoids);
            }
            let two = state.two(o);
            let (n1, d1, n2, d2) = two;
            if x < d2 && n1 != slot && n2 != slot && Some(o) != own {
                if x < d1 {
                    state.set_two(o, (slot, x, n1, d1));
                } else {
                    state.set_two(o, (n1, d1, slot, x));
                }
                self.drops.count(instance, state, o, two);
            }
        }
        for &o in &self.losing[..n_losing] {
            let o = o as usize;
            if Some(o) == own {
                continue;
            }
            let x = row[o];
            let two = state.two(o);
            let (n1, d1, n2, d2) = two;
            if n1 == slot && x < d2 {
                state.d1[o] = x; // the second stays the second
            } else if n1 != slot && x < d1 {
                state.set_two(o, (slot, x, n1, d1));
            } else if n1 != slot && x < d2 {
                state.d2[o] = x;
            } else {
                let (n1, d1) = if n1 == slot { (n2, d2) } else { (n1, d1) };
                let near = self.near.as_ref();
                match near.and_then(|near| near.nearest_but(o, n1, &state.medoids)) {
                    Some((n2, d2)) => state.set_two(o, (n1, d1, n2, d2)),
                    None => {
                        state.set_two(o, (n1, d1, slot, x));
                        self.lost.push((o as u32, two));
                        continue;
                    }
                }
            }
            self.drops.count(instance, state, o, two);
        }
        if let Some(o) = own {
            let two = state.two(o);
            let (n1, d1, ..) = two;
            if n1 != slot {
                (state.n2[o], state.d2[o]) = (n1, d1);
            }
            (state.n1[o], state.d1[o]) = (slot, T::ZERO);
            self.drops.count(instance, state, o, two);
        }
        self.look_at_all(instance, state, slot);
        for &(o, two) in &self.lost {
            self.drops.count(instance, state, o as usize, two);
        }
        state.resum(instance);
        let read = row.len() + self.lost.len() * (state.k() - 1);
        (state.total - before, read as u64)
    }

    /// Complete the second medoids of those who so far know only of the new one in `slot`.
    ///
    /// Medoid by medoid, so that each row's pages and cache lines are visited together.
    fn look_at_all(&mut self, instance: &Instance<'_, T>, state: &mut State<T>, slot: u32) {
        if self.lost.is_empty() {
            return;
        }
        if let Some(near) = &mut self.near {
            self.lost.iter().for_each(|&(o, _)| near.clear(o as usize));
        }
        for other in 0..state.medoids.len() as u32 {
            let medoid = state.medoids[other as usize];
            let row = instance.row(medoid as usize);
            for &(o, _) in &self.lost {
                let o = o as usize;
                if let Some(near) = &mut self.near
                    && row[o] < near.reach()[o]
                {
                    near.offer(o, row[o], other, medoid, &state.medoids);
                }
                if other != slot && row[o] < state.d2[o] && state.n1[o] != other {
                    (state.n2[o], state.d2[o]) = (other, row[o]);
                }
            }
        }
    }
}

impl<T: Element> State<T> {
    fn two(&self, o: usize) -> Two<T> {
        (self.n1[o], self.d1[o], self.n2[o], self.d2[o])
    }

    fn set_two(&mut self, o: usize, two: Two<T>) {
        (self.n1[o], self.d1[o], self.n2[o], self.d2[o]) = two;
    }
}

/// Which references have a slot as their first or second.
pub(crate) struct Losing<'a> {
    pub(crate) n1: &'a [u32],
    pub(crate) n2: &'a [u32],
    pub(crate) slot: u32,
    pub(crate) hits: &'a mut [u32],
}

impl Kernel for Losing<'_> {
    type Output = usize;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> usize {
        simd.either(self.n1, self.n2, self.slot, self.hits)
    }
}

impl Drops {
    /// Account for one reference whose medoids changed from `old` to what `state` says.
    fn count<T: Element>(
        &mut self,
        instance: &Instance<'_, T>,
        state: &State<T>,
        o: usize,
        (old_n1, old_d1, _, old_d2): Two<T>,
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
