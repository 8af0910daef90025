//! The three nearest medoids of every object, which is what removing one and adding another depends on.

use porism_runtime::Isa;

use crate::arch::{HITS_PADDING, dispatch};
use crate::element::Element;
use crate::matrix::Instance;
use crate::near::Within;
use crate::state::NONE;
use crate::swap::Losing;

/// How near the nearest medoid is, compared with the second nearest: 0/0 is 0, and with nothing to compare with it is 0 too.
#[inline(always)]
pub(super) fn ratio(first: f64, second: f64) -> f64 {
    if first == 0.0 {
        0.0
    } else if second == f64::INFINITY {
        if first == f64::INFINITY { 1.0 } else { 0.0 }
    } else {
        first / second
    }
}

/// An element as a float, with "no such medoid" as infinity.
#[inline(always)]
pub(super) fn wide<T: Element>(x: T) -> f64 {
    if x == T::FAR { f64::INFINITY } else { x.to_f64() }
}

/// What sweeps ask about an object, side by side, so that a hit costs one cache line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms {
    pub(super) first: f64,
    pub(super) second: f64,
    /// The ratio of the first and second distance.
    pub(super) now: f64,
    /// That of the second and third: what it is without the first medoid.
    pub(super) without_first: f64,
    /// That of the first and third.
    pub(super) without_second: f64,
    /// Of the first and second medoid.
    pub(super) slots: [u32; 2],
}

/// Medoids, and the three nearest of them for every object.
#[derive(Debug, Clone)]
pub(super) struct Three<T> {
    /// Slots, nearest first; [`NONE`] where there are fewer medoids.
    pub(super) slots: [Vec<u32>; 3],
    /// Dissimilarities, [`Element::FAR`] where there are fewer medoids.
    pub(super) distances: [Vec<T>; 3],
    /// What follows from both.
    pub(super) terms: Vec<Terms>,
    pub(super) medoids: Vec<u32>,
    pub(super) is_medoid: Vec<bool>,
    /// What the sum of ratios grows by when a slot is emptied.
    pub(super) removal: Vec<f64>,
    /// The sum of ratios: what is minimised.
    pub(super) total: f64,
    pub(super) isa: Isa,
}

impl<T: Element> Three<T> {
    pub(super) fn assign(instance: &Instance<'_, T>, medoids: Vec<u32>, isa: Isa) -> Self {
        let n = instance.n_references();
        let mut is_medoid = vec![false; instance.n_candidates()];
        medoids.iter().for_each(|&j| is_medoid[j as usize] = true);
        let mut three = Self {
            slots: std::array::from_fn(|_| vec![NONE; n]),
            distances: std::array::from_fn(|_| vec![T::FAR; n]),
            terms: Vec::new(),
            removal: vec![0.0; medoids.len()],
            total: 0.0,
            medoids,
            is_medoid,
            isa,
        };
        let mut hits = vec![0; n + HITS_PADDING];
        for slot in 0..three.medoids.len() {
            let medoid = three.medoids[slot] as usize;
            let row = instance.row(medoid);
            let own = instance.own(medoid);
            let limit = &three.distances[2];
            let n_hits = dispatch(
                isa,
                Within {
                    row,
                    limit,
                    hits: &mut hits,
                },
            );
            for &o in &hits[..n_hits] {
                if Some(o as usize) != own {
                    three.offer(o as usize, slot as u32, row[o as usize]);
                }
            }
            if let Some(o) = own {
                three.offer_first(o, slot as u32);
            }
        }
        three.terms = (0..n).map(|o| three.terms_of(o)).collect();
        three.resum();
        three
    }

    pub(super) fn k(&self) -> usize {
        self.medoids.len()
    }

    /// The average medoid silhouette; 0 with one medoid.
    pub(super) fn silhouette(&self) -> f64 {
        if self.k() == 1 {
            0.0
        } else {
            1.0 - self.total / self.slots[0].len() as f64
        }
    }

    /// The distances of `o`, nearest first.
    #[inline(always)]
    pub(super) fn of(&self, o: usize) -> [f64; 3] {
        [
            wide(self.distances[0][o]),
            wide(self.distances[1][o]),
            wide(self.distances[2][o]),
        ]
    }

    /// Tell `o` of a medoid.
    fn offer(&mut self, o: usize, slot: u32, x: T) {
        let mut at = 3;
        while at > 0 && x < self.distances[at - 1][o] {
            at -= 1;
        }
        self.insert(o, at, slot, x);
    }

    /// Tell `o` that it is a medoid itself.
    fn offer_first(&mut self, o: usize, slot: u32) {
        self.insert(o, 0, slot, T::ZERO);
    }

    fn insert(&mut self, o: usize, at: usize, slot: u32, x: T) {
        for place in (at..3).rev() {
            let (from_slot, from) = if place == at {
                (slot, x)
            } else {
                (self.slots[place - 1][o], self.distances[place - 1][o])
            };
            (self.slots[place][o], self.distances[place][o]) = (from_slot, from);
        }
    }

    /// Make `candidate` the medoid in `slot`.
    pub(super) fn swap(&mut self, instance: &Instance<'_, T>, slot: u32, candidate: usize, hits: &mut Hits) {
        let old = std::mem::replace(&mut self.medoids[slot as usize], candidate as u32);
        self.is_medoid[old as usize] = false;
        self.is_medoid[candidate] = true;
        let row = instance.row(candidate);
        let own = instance.own(candidate);
        let limit = &self.distances[2][..];
        let Hits { losing, nearer, lost } = hits;
        lost.clear();
        let [first, second, third] = self.slots.each_ref().map(|slots| &slots[..]);
        let mut n_losing = dispatch(
            self.isa,
            Losing {
                n1: first,
                n2: second,
                slot,
                hits: &mut losing[..],
            },
        );
        n_losing += dispatch(
            self.isa,
            Losing {
                n1: third,
                n2: third,
                slot,
                hits: &mut losing[n_losing..],
            },
        );
        let n_nearer = dispatch(
            self.isa,
            Within {
                row,
                limit,
                hits: &mut nearer[..],
            },
        );
        // Who keeps all three medoids and comes to know a nearer one.
        for &o in &nearer[..n_nearer] {
            let o = o as usize;
            if Some(o) != own && !self.slots.iter().any(|slots| slots[o] == slot) {
                self.offer(o, slot, row[o]);
                self.terms[o] = self.terms_of(o);
            }
        }
        for &o in &losing[..n_losing] {
            let o = o as usize;
            let third = self.distances[2][o];
            self.forget(o, slot);
            if Some(o) == own {
                continue;
            }
            if row[o] < third {
                self.offer(o, slot, row[o]);
                self.terms[o] = self.terms_of(o);
            } else {
                lost.push(o);
            }
        }
        if let Some(o) = own {
            self.offer_first(o, slot);
            if self.slots[2][o] == NONE {
                lost.push(o);
            }
            self.terms[o] = self.terms_of(o);
        }
        self.find_third(instance, lost);
        for &o in &lost[..] {
            self.terms[o] = self.terms_of(o);
        }
        self.resum();
    }

    /// Leave out `slot`, which is one of the three of `o`.
    fn forget(&mut self, o: usize, slot: u32) {
        let place = (0..3).find(|&place| self.slots[place][o] == slot);
        for at in place.unwrap_or(2)..2 {
            self.slots[at][o] = self.slots[at + 1][o];
            self.distances[at][o] = self.distances[at + 1][o];
        }
        (self.slots[2][o], self.distances[2][o]) = (NONE, T::FAR);
    }

    /// Empty `slot`; the last slot takes its number.
    pub(super) fn remove(&mut self, instance: &Instance<'_, T>, slot: usize) {
        let mut medoids = self.medoids.clone();
        medoids.swap_remove(slot);
        *self = Self::assign(instance, medoids, self.isa);
    }

    /// Look at all medoids for those whose third nearest is not known.
    fn find_third(&mut self, instance: &Instance<'_, T>, lost: &[usize]) {
        for slot in 0..self.medoids.len() as u32 {
            let row = instance.row(self.medoids[slot as usize] as usize);
            for &o in lost {
                if self.slots[0][o] != slot && self.slots[1][o] != slot && row[o] < self.distances[2][o] {
                    (self.slots[2][o], self.distances[2][o]) = (slot, row[o]);
                }
            }
        }
    }

    fn terms_of(&self, o: usize) -> Terms {
        let [first, second, third] = self.of(o);
        Terms {
            first,
            second,
            now: ratio(first, second),
            without_first: ratio(second, third),
            without_second: ratio(first, third),
            slots: [self.slots[0][o], self.slots[1][o]],
        }
    }

    /// Sum up the terms: anew each time, so that rounding does not pile up from swap to swap.
    fn resum(&mut self) {
        self.removal.fill(0.0);
        let mut lanes = [0.0; 8];
        for (o, term) in self.terms.iter().enumerate() {
            lanes[o % 8] += term.now;
            let [slot, other] = term.slots.map(|slot| slot as usize);
            if let Some(removal) = self.removal.get_mut(slot) {
                *removal += term.without_first - term.now;
            }
            if let Some(removal) = self.removal.get_mut(other) {
                *removal += term.without_second - term.now;
            }
        }
        let [a, b, c, d, e, f, g, h] = lanes;
        self.total = ((a + e) + (c + g)) + ((b + f) + (d + h));
    }
}

/// Buffers of [`Three::swap`].
#[derive(Debug, Clone)]
pub(super) struct Hits {
    losing: Vec<u32>,
    nearer: Vec<u32>,
    lost: Vec<usize>,
}

impl Hits {
    /// For `n` objects.
    pub(super) fn new(n: usize) -> Self {
        Self {
            losing: vec![0; 2 * n + HITS_PADDING], // filled in two goes, each of which needs room for all
            nearer: vec![0; n + HITS_PADDING],
            lost: Vec::new(),
        }
    }
}
