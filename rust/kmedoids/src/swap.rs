//! Putting a candidate into a slot: a pass over its row, and a little work for the few references that it concerns, in parts that threads share.

use porism_runtime::{Isa, Monitor, Pool};

use crate::arch::{HITS_PADDING, Kernel, Simd, dispatch};
use crate::cost::Cost;
use crate::element::{Accumulator, Element};
use crate::error::Error;
use crate::matrix::Instance;
use crate::near::{Near, NearPart, WORTHWHILE, Within};
use crate::state::{NONE, Part, State, Sums, part_size};

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
pub(crate) struct Swapper<'p, T: Element> {
    pool: &'p Pool,
    near: Option<Near<T>>,
    parts: Vec<Scratch<T>>,
    pub(crate) drops: Drops,
}

/// Buffers for one of the [parts](State::parts).
#[derive(Debug)]
struct Scratch<T: Element> {
    nearer: Vec<u32>,
    losing: Vec<u32>,
    lost: Vec<(u32, Two<T>)>,
    drops: Drops,
    sums: Sums<T::Acc>,
}

static SERIAL: Pool = Pool::serial();

impl<'p, T: Element> Swapper<'p, T> {
    /// For swaps in `state`, all of which must be made through this.
    pub(crate) fn new(instance: &Instance<'_, T>, state: &State<T>, monitor: &Monitor) -> Result<Self, Error> {
        Self::new_on(&SERIAL, instance, state, monitor)
    }

    /// [`new`](Self::new), prepared on all threads, which share the work of every swap.
    pub(crate) fn new_on(
        pool: &'p Pool,
        instance: &Instance<'_, T>,
        state: &State<T>,
        monitor: &Monitor,
    ) -> Result<Self, Error> {
        let (n, k) = (instance.n_references(), state.k());
        let near = (k >= WORTHWHILE).then(|| Near::new(pool, instance, state, monitor));
        monitor.check()?;
        let size = part_size(n);
        let scratch = || Scratch {
            nearer: vec![0; size + HITS_PADDING],
            losing: vec![0; size + HITS_PADDING],
            lost: Vec::new(),
            drops: Drops::none(k),
            sums: Sums::new(k),
        };
        Ok(Self {
            pool,
            near,
            parts: (0..n.div_ceil(size)).map(|_| scratch()).collect(),
            drops: Drops::none(k),
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
        let pool = if self.parts.len() > 1 { self.pool } else { &SERIAL };
        let old = std::mem::replace(&mut state.medoids[slot as usize], candidate as u32);
        state.slots[old as usize] = NONE;
        state.slots[candidate] = slot;
        let medoids = std::mem::take(&mut state.medoids);
        let swap = Swap {
            instance,
            medoids: &medoids,
            isa: state.isa,
            slot,
            candidate: candidate as u32,
        };
        let mut near = self
            .near
            .as_mut()
            .map(|near| near.parts(part_size(instance.n_references())));
        let work = state.parts().zip(&mut self.parts).map(|(part, scratch)| Work {
            part,
            near: near.as_mut().and_then(Iterator::next),
            scratch,
        });
        pool.for_each_of(work.collect(), |work| swap.make(work));
        state.medoids = medoids;
        state.take_sums(self.parts.iter().map(|part| &part.sums));
        self.drops.take(self.parts.iter().map(|part| &part.drops));
        let n_lost: usize = self.parts.iter().map(|part| part.lost.len()).sum();
        let read = instance.n_references() + n_lost * (state.k() - 1);
        (state.total - before, read as u64)
    }
}

/// A swap to be made.
struct Swap<'a, 'i, T: Element> {
    instance: &'a Instance<'i, T>,
    /// After the swap.
    medoids: &'a [u32],
    isa: Isa,
    slot: u32,
    candidate: u32,
}

/// One of the parts in which it is made.
struct Work<'a, T: Element> {
    part: Part<'a, T>,
    near: Option<NearPart<'a, T>>,
    scratch: &'a mut Scratch<T>,
}

impl<T: Element> Swap<'_, '_, T> {
    fn make(&self, work: Work<'_, T>) {
        let Work {
            mut part,
            mut near,
            scratch,
        } = work;
        let Self {
            instance,
            medoids,
            isa,
            slot,
            candidate,
        } = *self;
        let Scratch {
            nearer,
            losing,
            lost,
            drops,
            sums,
        } = scratch;
        let (start, n) = (part.start, part.n1.len());
        let row = &instance.row(candidate as usize)[start..][..n];
        let own = instance
            .own(candidate as usize)
            .and_then(|own| own.checked_sub(start))
            .filter(|&own| own < n);
        let weight = |o: usize| instance.weight(start + o).to_f64();
        drops.clear();
        lost.clear();

        let (n1, n2) = (&*part.n1, &*part.n2);
        let hits = &mut losing[..];
        let n_losing = dispatch(isa, Losing { n1, n2, slot, hits });
        let limit = near.as_ref().map_or(&*part.d2, NearPart::reach);
        let hits = &mut nearer[..];
        let n_nearer = dispatch(isa, Within { row, limit, hits });

        for &o in &nearer[..n_nearer] {
            let o = o as usize;
            let x = if Some(o) == own { T::ZERO } else { row[o] };
            if let Some(near) = &mut near {
                near.offer(o, x, slot, candidate, medoids);
            }
            let two = part.two(o);
            let (n1, d1, n2, d2) = two;
            if x < d2 && n1 != slot && n2 != slot && Some(o) != own {
                if x < d1 {
                    part.set_two(o, (slot, x, n1, d1));
                } else {
                    part.set_two(o, (n1, d1, slot, x));
                }
                drops.count(weight(o), two, part.two(o));
            }
        }
        for &o in &losing[..n_losing] {
            let o = o as usize;
            if Some(o) == own {
                continue;
            }
            let x = row[o];
            let two = part.two(o);
            let (n1, d1, n2, d2) = two;
            if n1 == slot && x < d2 {
                part.d1[o] = x; // the second stays the second
            } else if n1 != slot && x < d1 {
                part.set_two(o, (slot, x, n1, d1));
            } else if n1 != slot && x < d2 {
                part.d2[o] = x;
            } else {
                let (n1, d1) = if n1 == slot { (n2, d2) } else { (n1, d1) };
                match near.as_ref().and_then(|near| near.nearest_but(o, n1, medoids)) {
                    Some((n2, d2)) => part.set_two(o, (n1, d1, n2, d2)),
                    None => {
                        part.set_two(o, (n1, d1, slot, x));
                        lost.push((o as u32, two));
                        continue;
                    }
                }
            }
            drops.count(weight(o), two, part.two(o));
        }
        if let Some(o) = own {
            let two = part.two(o);
            let (n1, d1, ..) = two;
            if n1 != slot {
                (part.n2[o], part.d2[o]) = (n1, d1);
            }
            (part.n1[o], part.d1[o]) = (slot, T::ZERO);
            drops.count(weight(o), two, part.two(o));
        }
        if !lost.is_empty() {
            self.look_at_all(&mut part, near, lost);
            for &(o, two) in &*lost {
                let o = o as usize;
                drops.count(weight(o), two, part.two(o));
            }
        }
        part.sum(isa, instance.weights(), sums);
    }

    /// Complete the second medoids of those who so far know only of the new one.
    ///
    /// Medoid by medoid, so that each row's pages and cache lines are visited together.
    fn look_at_all(&self, part: &mut Part<'_, T>, mut near: Option<NearPart<'_, T>>, lost: &[(u32, Two<T>)]) {
        if let Some(near) = &mut near {
            lost.iter().for_each(|&(o, _)| near.clear(o as usize));
        }
        for (other, &medoid) in self.medoids.iter().enumerate() {
            let other = other as u32;
            let row = &self.instance.row(medoid as usize)[part.start..];
            for &(o, _) in lost {
                let o = o as usize;
                if let Some(near) = &mut near
                    && row[o] < near.reach()[o]
                {
                    near.offer(o, row[o], other, medoid, self.medoids);
                }
                if other != self.slot && row[o] < part.d2[o] && part.n1[o] != other {
                    (part.n2[o], part.d2[o]) = (other, row[o]);
                }
            }
        }
    }
}

impl<T: Element> Part<'_, T> {
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
    fn none(k: usize) -> Self {
        Self {
            shared: 0.0,
            by_slot: vec![0.0; k],
        }
    }

    fn clear(&mut self) {
        self.shared = 0.0;
        self.by_slot.fill(0.0);
    }

    /// Be the sum of `parts`.
    fn take<'a>(&mut self, parts: impl Iterator<Item = &'a Self>) {
        self.clear();
        for part in parts {
            self.shared += part.shared;
            for (sum, drop) in self.by_slot.iter_mut().zip(&part.by_slot) {
                *sum += drop;
            }
        }
    }

    /// Account for one reference whose medoids changed from `old` to `new`.
    fn count<T: Element>(&mut self, weight: f64, (old_n1, old_d1, _, old_d2): Two<T>, (n1, d1, _, d2): Two<T>) {
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
