//! Swapping: a new item replaces a chosen one where that raises the value by a k-th of it.

use porism_runtime::Monitor;

use super::base::{Base, delegate_to_base};
use crate::counted::Counted;
use crate::error::Error;
use crate::live::Live;
use crate::objective::{Item, Objective};
use crate::stream::{Selector, Stats};

pub(super) const KIND: &str = "swap-on-insert";

/// Swaps on insertion; after the deletion of a chosen item takes the live item that gains most, the one that came first into the live list among equals.
pub struct SwapOnInsert<O: Objective> {
    base: Base<O>,
    chosen: Vec<Item>,
    state: O::State,
    /// For every chosen item the state without it; empty until a swap is thought of.
    without: Vec<O::State>,
    /// Whether a chosen item was deleted and not replaced yet.
    has_gap: bool,
}

impl<O: Objective> SwapOnInsert<O> {
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
            without: Vec::new(),
            has_gap: false,
        })
    }

    /// The selector that a snapshot was taken of.
    ///
    /// # Errors
    /// `InvalidSnapshot`, or what the objective raises.
    pub fn restore(objective: O, snapshot: &[u8]) -> Result<Self, Error> {
        let (base, mut r) = Base::read(objective, snapshot, KIND)?;
        let has_gap = r.flag()?;
        let chosen = base.read_chosen(&mut r)?;
        let knows_swaps = r.flag()?;
        r.finish()?;
        let mut state = base.objective.empty();
        base.objective.extend(&mut state, &chosen)?;
        // What was asked before is known, and must not be asked, or counted, again.
        let mut without = Vec::new();
        for &out in chosen.iter().filter(|_| knows_swaps) {
            let rest: Vec<Item> = chosen.iter().copied().filter(|&other| other != out).collect();
            let mut smaller = state.clone();
            base.objective.remove(&mut smaller, out, &rest)?;
            without.push(smaller);
        }
        Ok(Self {
            base,
            chosen,
            state,
            without,
            has_gap,
        })
    }

    /// Replace what was deleted.
    fn fill(&mut self, monitor: &Monitor) -> Result<(), Error> {
        if !self.has_gap {
            return Ok(());
        }
        let (chosen, k) = (&self.chosen, self.base.k);
        let filled = self.base.ask(monitor, |oracle, live| {
            let mut state = oracle.state_of(chosen)?;
            let mut chosen = chosen.clone();
            if chosen.len() < k
                && let Some((gain, item)) = best_gain(oracle, live, &state, &chosen)?
            {
                oracle.add(&mut state, item, gain)?;
                chosen.push(item);
            }
            Ok((state, chosen))
        })?;
        (self.state, self.chosen) = filled;
        self.base.stats.rebuilds += 1;
        self.without.clear();
        self.has_gap = false;
        Ok(())
    }
}

fn best_gain<O: Objective>(
    oracle: &mut Counted<'_, O>,
    live: &Live,
    state: &O::State,
    chosen: &[Item],
) -> Result<Option<(f64, Item)>, Error> {
    let rest: Vec<Item> = live
        .items()
        .iter()
        .copied()
        .filter(|item| !chosen.contains(item))
        .collect();
    let mut gains = vec![0.0; rest.len()];
    oracle.gains(state, &rest, &mut gains)?;
    let mut best: Option<(f64, Item)> = None;
    for (gain, item) in gains.into_iter().zip(rest) {
        if gain > best.map_or(0.0, |best| best.0) {
            best = Some((gain, item));
        }
    }
    Ok(best)
}

impl<O: Objective> Selector for SwapOnInsert<O> {
    delegate_to_base!(KIND);

    fn insert(&mut self, item: Item, monitor: &Monitor) -> Result<(), Error> {
        self.base.require(item, false)?;
        self.fill(monitor)?;
        let Self {
            base,
            chosen,
            state,
            without,
            ..
        } = self;
        let k = base.k;
        let empty_value = base.objective.value(&base.objective.empty());
        base.ask(monitor, |oracle, _| {
            let gain = oracle.gain(state, item)?;
            if chosen.len() < k {
                if gain > 0.0 {
                    oracle.add(state, item, gain)?;
                    chosen.push(item);
                    without.clear();
                }
                return Ok(());
            }
            let value = oracle.objective.value(state);
            let needed = value + (value - empty_value) / k as f64;
            if value + gain < needed || gain <= 0.0 {
                return Ok(()); // no exchange raises the value by more than adding would
            }
            if without.is_empty() {
                let mut states = Vec::with_capacity(k);
                for &out in chosen.iter() {
                    let rest: Vec<Item> = chosen.iter().copied().filter(|&other| other != out).collect();
                    let mut smaller = state.clone();
                    oracle.remove(&mut smaller, out, &rest)?;
                    states.push(smaller);
                }
                *without = states;
            }
            let mut best: Option<(f64, usize)> = None;
            for (at, smaller) in without.iter().enumerate() {
                let gain = oracle.gain(smaller, item)?;
                let value = oracle.objective.value(smaller) + gain;
                if best.is_none_or(|best| value > best.0) {
                    best = Some((value, at));
                }
            }
            if let Some((value, at)) = best
                && value >= needed
            {
                let mut exchanged = chosen.clone();
                exchanged.remove(at);
                exchanged.push(item);
                // From nothing, so that the state is a function of what is chosen and a restored selector has the same bits.
                *state = oracle.state_of(&exchanged)?;
                *chosen = exchanged;
                without.clear();
            }
            Ok(())
        })?;
        self.base.update(item, true);
        Ok(())
    }

    fn delete(&mut self, item: Item, monitor: &Monitor) -> Result<(), Error> {
        self.base.require(item, true)?;
        self.fill(monitor)?;
        self.base.update(item, false);
        if let Some(at) = self.chosen.iter().position(|&chosen| chosen == item) {
            self.chosen.remove(at);
            self.without.clear();
            self.has_gap = true;
        }
        self.fill(monitor)
    }

    fn solution(&mut self, monitor: &Monitor) -> Result<(&[Item], f64), Error> {
        self.fill(monitor)?;
        Ok((&self.chosen, self.base.objective.value(&self.state)))
    }

    fn upper_bound(&mut self, monitor: &Monitor) -> Result<f64, Error> {
        self.fill(monitor)?;
        self.base.upper_bound(&self.chosen, monitor)
    }

    fn rebuild_all(&mut self, monitor: &Monitor) -> Result<(), Error> {
        let (chosen, gains, _, _) = super::recompute::lazy_greedy(&mut self.base, monitor)?;
        let mut state = self.base.objective.empty();
        for (&item, &gain) in chosen.iter().zip(&gains) {
            self.base.objective.add(&mut state, item, Some(gain))?;
        }
        (self.state, self.chosen, self.has_gap) = (state, chosen, false);
        self.without.clear();
        self.base.bound = None;
        Ok(())
    }

    fn stats(&self) -> Stats {
        let states = (1 + self.without.len()) * self.base.objective.state_bytes();
        Stats {
            memory_bytes: 8 * self.base.live.len() + states,
            ..self.base.stats
        }
    }

    fn snapshot(&self) -> Vec<u8> {
        let mut w = self.base.write(KIND);
        w.flag(self.has_gap);
        w.items(&self.chosen);
        w.flag(!self.without.is_empty());
        w.finish()
    }
}
