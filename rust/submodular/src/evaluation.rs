//! A set that can be asked and changed from outside: the checked front of an objective.

use std::collections::HashSet;

use porism_runtime::Monitor;

use crate::counted::Counted;
use crate::error::Error;
use crate::objective::{Item, Objective};

/// A set of items under an objective, with its value, the gains of others, and a count of what was asked.
///
/// Unlike [`Objective`] it takes any ids: those outside the ground set are errors, a member gains 0 when asked and is refused when added.
pub struct Evaluation<O: Objective> {
    objective: O,
    state: O::State,
    members: Vec<Item>,
    lookup: HashSet<Item>,
    queries: u64,
    monitor: Monitor,
}

impl<O: Objective> Evaluation<O> {
    /// The empty set.
    pub fn new(objective: O) -> Self {
        let state = objective.empty();
        Self {
            objective,
            state,
            members: Vec::new(),
            lookup: HashSet::new(),
            queries: 0,
            monitor: Monitor::new(),
        }
    }

    /// The objective.
    pub fn objective(&self) -> &O {
        &self.objective
    }

    /// The members in order of arrival.
    pub fn members(&self) -> &[Item] {
        &self.members
    }

    /// f of the set.
    pub fn value(&self) -> f64 {
        self.objective.value(&self.state)
    }

    /// Sets evaluated so far.
    pub fn queries(&self) -> u64 {
        self.queries
    }

    /// f(S + item) − f(S): one query, none for a member.
    ///
    /// # Errors
    /// `OutOfRange`, or what the objective raises.
    pub fn gain(&mut self, item: Item) -> Result<f64, Error> {
        require_item(&self.objective, item)?;
        if self.lookup.contains(&item) {
            return Ok(0.0);
        }
        let mut oracle = Counted::new(&self.objective, &self.monitor);
        let gain = oracle.gain(&self.state, item);
        self.queries += oracle.queries;
        gain
    }

    /// The gains of several items.
    ///
    /// # Errors
    /// As [`gain`](Self::gain).
    pub fn gains(&mut self, items: &[Item], monitor: &Monitor) -> Result<Vec<f64>, Error> {
        items.iter().try_for_each(|&item| require_item(&self.objective, item))?;
        let asked: Vec<Item> = items
            .iter()
            .copied()
            .filter(|item| !self.lookup.contains(item))
            .collect();
        let mut told = vec![0.0; asked.len()];
        let mut oracle = Counted::new(&self.objective, monitor);
        let outcome = oracle.gains(&self.state, &asked, &mut told);
        self.queries += oracle.queries;
        outcome?;
        let mut told = told.into_iter();
        let gain = |item| {
            if self.lookup.contains(item) {
                0.0
            } else {
                told.next().unwrap_or(0.0)
            }
        };
        Ok(items.iter().map(gain).collect())
    }

    /// Add an item and return its gain: one query.
    ///
    /// # Errors
    /// `OutOfRange`, `DuplicateItem`, or what the objective raises; the set is then as before.
    pub fn add(&mut self, item: Item) -> Result<f64, Error> {
        require_item(&self.objective, item)?;
        if self.lookup.contains(&item) {
            return Err(Error::DuplicateItem { item });
        }
        let gain = self.gain(item)?;
        self.objective.add(&mut self.state, item, Some(gain))?;
        self.members.push(item);
        self.lookup.insert(item);
        Ok(gain)
    }

    /// Remove a member: one query.
    ///
    /// # Errors
    /// `OutOfRange`, `UnknownItem`, or what the objective raises; the set is then as before.
    pub fn remove(&mut self, item: Item) -> Result<(), Error> {
        require_item(&self.objective, item)?;
        if !self.lookup.contains(&item) {
            return Err(Error::UnknownItem { item });
        }
        let rest: Vec<Item> = self.members.iter().copied().filter(|&member| member != item).collect();
        let mut state = self.state.clone();
        self.queries += 1;
        self.objective.remove(&mut state, item, &rest)?;
        self.state = state;
        self.members = rest;
        self.lookup.remove(&item);
        Ok(())
    }

    /// Go back to the empty set.
    pub fn reset(&mut self) {
        self.state = self.objective.empty();
        self.members.clear();
        self.lookup.clear();
    }

    /// f of any set, whatever this one is: one query.
    ///
    /// # Errors
    /// `OutOfRange`, `DuplicateItem`, or what the objective raises.
    pub fn value_of(&mut self, items: &[Item]) -> Result<f64, Error> {
        require_distinct(&self.objective, items)?;
        let mut oracle = Counted::new(&self.objective, &self.monitor);
        let state = oracle.state_of(items);
        self.queries += oracle.queries;
        Ok(self.objective.value(&state?))
    }
}

/// Refuse an id outside the ground set.
pub(crate) fn require_item(objective: &impl Objective, item: Item) -> Result<(), Error> {
    let n_items = objective.n_items();
    if (item as usize) < n_items {
        Ok(())
    } else {
        Err(Error::OutOfRange {
            item: u64::from(item),
            n_items,
        })
    }
}

/// Refuse ids outside the ground set and repetitions.
pub(crate) fn require_distinct(objective: &impl Objective, items: &[Item]) -> Result<(), Error> {
    let mut seen = HashSet::with_capacity(items.len());
    for &item in items {
        require_item(objective, item)?;
        if !seen.insert(item) {
            return Err(Error::DuplicateItem { item });
        }
    }
    Ok(())
}
