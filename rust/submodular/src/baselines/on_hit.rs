//! Lazy greedy again only after a chosen item was deleted.

use porism_runtime::Monitor;

use super::base::{Base, delegate_to_base};
use super::recompute::lazy_greedy;
use crate::error::Error;
use crate::objective::{Item, Objective};
use crate::stream::{Selector, Stats};

pub(super) const KIND: &str = "rebuild-greedy-on-hit";

/// Keeps a greedy solution until one of its items is deleted, and recomputes it when it is read next. Items that come while there is room are added if
/// they gain anything.
pub struct RebuildGreedyOnHit<O: Objective> {
    base: Base<O>,
    chosen: Vec<Item>,
    state: O::State,
    is_hit: bool,
}

impl<O: Objective> RebuildGreedyOnHit<O> {
    /// A selector without live items.
    ///
    /// # Errors
    /// `InvalidParameter`, or `NotMonotone`.
    pub fn new(objective: O, k: usize) -> Result<Self, Error> {
        let state = objective.empty();
        Ok(Self {
            base: Base::new(objective, k, KIND)?,
            chosen: Vec::new(),
            state,
            is_hit: false,
        })
    }

    /// The selector that a snapshot was taken of.
    ///
    /// # Errors
    /// `InvalidSnapshot`, or what the objective raises.
    pub fn restore(objective: O, snapshot: &[u8]) -> Result<Self, Error> {
        let (base, mut r) = Base::read(objective, snapshot, KIND)?;
        let is_hit = r.flag()?;
        let (chosen, state) = if is_hit {
            (Vec::new(), base.objective.empty())
        } else {
            let chosen = base.read_chosen(&mut r)?;
            let mut state = base.objective.empty();
            for &item in &chosen {
                let gain = r.f64()?;
                base.objective.add(&mut state, item, Some(gain))?;
            }
            (chosen, state)
        };
        r.finish()?;
        Ok(Self {
            base,
            chosen,
            state,
            is_hit,
        })
    }

    fn renew(&mut self, monitor: &Monitor) -> Result<(), Error> {
        if self.is_hit {
            let (chosen, gains, _, _) = lazy_greedy(&mut self.base, monitor)?;
            let mut state = self.base.objective.empty();
            for (&item, &gain) in chosen.iter().zip(&gains) {
                self.base.objective.add(&mut state, item, Some(gain))?;
            }
            self.state = state;
            self.chosen = chosen;
            self.is_hit = false;
        }
        Ok(())
    }
}

impl<O: Objective> Selector for RebuildGreedyOnHit<O> {
    delegate_to_base!(KIND);

    fn insert(&mut self, item: Item, monitor: &Monitor) -> Result<(), Error> {
        self.base.require(item, false)?;
        if !self.is_hit && self.chosen.len() < self.base.k {
            let (state, chosen) = (&mut self.state, &mut self.chosen);
            self.base.ask(monitor, |oracle, _| {
                let gain = oracle.gain(state, item)?;
                if gain > 0.0 {
                    oracle.add(state, item, gain)?;
                    chosen.push(item);
                }
                Ok(())
            })?;
        }
        self.base.update(item, true);
        Ok(())
    }

    fn delete(&mut self, item: Item, _: &Monitor) -> Result<(), Error> {
        self.base.require(item, true)?;
        self.base.update(item, false);
        if self.chosen.contains(&item) {
            self.is_hit = true;
            self.chosen.clear();
            self.state = self.base.objective.empty();
        }
        Ok(())
    }

    fn solution(&mut self, monitor: &Monitor) -> Result<(&[Item], f64), Error> {
        self.renew(monitor)?;
        Ok((&self.chosen, self.base.objective.value(&self.state)))
    }

    fn upper_bound(&mut self, monitor: &Monitor) -> Result<f64, Error> {
        self.renew(monitor)?;
        self.base.upper_bound(&self.chosen, monitor)
    }

    fn rebuild_all(&mut self, monitor: &Monitor) -> Result<(), Error> {
        self.is_hit = true;
        self.renew(monitor)
    }

    fn stats(&self) -> Stats {
        let memory_bytes = 8 * self.base.live.len() + self.base.objective.state_bytes();
        Stats {
            memory_bytes,
            ..self.base.stats
        }
    }

    fn snapshot(&self) -> Vec<u8> {
        let mut w = self.base.write(KIND);
        w.flag(self.is_hit);
        if !self.is_hit {
            w.items(&self.chosen);
            // Gains let a restored state be told its value without a query.
            let mut state = self.base.objective.empty();
            for &item in &self.chosen {
                let before = self.base.objective.value(&state);
                let gain = match self.base.objective.gain(&state, item) {
                    Ok(gain) => gain,
                    Err(_) => self.base.objective.value(&self.state) - before,
                };
                let _ = self.base.objective.add(&mut state, item, Some(gain));
                w.f64(gain);
            }
        }
        w.finish()
    }
}
