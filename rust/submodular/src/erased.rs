//! Objectives whose type is chosen at run time: what bindings hold, and what mixtures are made of.
//!
//! A gain through the erased type costs two indirect calls and a type comparison more, a few nanoseconds beside the tens that
//! any objective needs; in return every algorithm is compiled once for all of them.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use crate::error::{Fault, OracleError};
use crate::objective::{Frame, Item, Objective, Properties};

/// Any objective, shared: cloning it copies a pointer.
#[derive(Clone)]
pub struct AnyObjective(Arc<dyn ErasedObjective>);

/// A state of some objective.
pub struct AnyState(Box<dyn ErasedState>);

impl AnyObjective {
    /// Erase the type of an objective.
    pub fn new(objective: impl Objective) -> Self {
        Self(Arc::new(objective))
    }
}

impl fmt::Debug for AnyObjective {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({} items)", self.0.name(), self.0.n_items())
    }
}

impl Clone for AnyState {
    fn clone(&self) -> Self {
        Self(self.0.duplicate())
    }

    fn clone_from(&mut self, source: &Self) {
        if !self.0.assign(source.0.as_ref()) {
            self.0 = source.0.duplicate();
        }
    }
}

trait ErasedState: Send + Sync {
    fn duplicate(&self) -> Box<dyn ErasedState>;
    fn assign(&mut self, source: &dyn ErasedState) -> bool;
    fn as_any(&self) -> &dyn Any;
    fn as_any_mut(&mut self) -> &mut dyn Any;
}

struct Held<S>(S);

impl<S: Clone + Send + Sync + 'static> ErasedState for Held<S> {
    fn duplicate(&self) -> Box<dyn ErasedState> {
        Box::new(Self(self.0.clone()))
    }

    fn assign(&mut self, source: &dyn ErasedState) -> bool {
        let Some(source) = source.as_any().downcast_ref::<S>() else {
            return false;
        };
        self.0.clone_from(source);
        true
    }

    fn as_any(&self) -> &dyn Any {
        &self.0
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        &mut self.0
    }
}

fn held<S: 'static>(state: &AnyState) -> Result<&S, Fault> {
    state
        .0
        .as_any()
        .downcast_ref()
        .ok_or_else(|| Box::new(OracleError::ForeignState))
}

fn held_mut<S: 'static>(state: &mut AnyState) -> Result<&mut S, Fault> {
    state
        .0
        .as_any_mut()
        .downcast_mut()
        .ok_or_else(|| Box::new(OracleError::ForeignState))
}

trait ErasedObjective: Send + Sync {
    fn name(&self) -> &'static str;
    fn n_items(&self) -> usize;
    fn properties(&self) -> Properties;
    fn empty(&self) -> AnyState;
    fn value(&self, state: &AnyState) -> f64;
    fn gain(&self, state: &AnyState, item: Item) -> Result<f64, Fault>;
    fn frame(&self, state: &AnyState) -> Option<Frame>;
    fn gain_sketched(&self, state: &AnyState, frame: &Frame, item: Item, row: &mut [u8]) -> Result<f64, Fault>;
    fn levels(&self, state: &AnyState, frame: &Frame, levels: &mut [u8]);
    fn add(&self, state: &mut AnyState, item: Item, gain: Option<f64>) -> Result<(), Fault>;
    fn extend(&self, state: &mut AnyState, items: &[Item]) -> Result<(), Fault>;
    fn remove(&self, state: &mut AnyState, item: Item, rest: &[Item]) -> Result<(), Fault>;
    fn gains(&self, state: &AnyState, items: &[Item], out: &mut [f64]) -> Result<(), Fault>;
    fn gain_after(&self, state: &mut AnyState, prefix: &[Item], last: Item) -> Result<f64, Fault>;
    fn state_bytes(&self) -> usize;
}

impl<O: Objective> ErasedObjective for O {
    fn name(&self) -> &'static str {
        Objective::name(self)
    }

    fn n_items(&self) -> usize {
        Objective::n_items(self)
    }

    fn properties(&self) -> Properties {
        Objective::properties(self)
    }

    fn empty(&self) -> AnyState {
        AnyState(Box::new(Held(Objective::empty(self))))
    }

    fn value(&self, state: &AnyState) -> f64 {
        held(state).map_or(f64::NAN, |state| Objective::value(self, state))
    }

    fn gain(&self, state: &AnyState, item: Item) -> Result<f64, Fault> {
        Objective::gain(self, held(state)?, item)
    }

    fn frame(&self, state: &AnyState) -> Option<Frame> {
        held(state).map_or(None, |state| Objective::frame(self, state))
    }

    fn gain_sketched(&self, state: &AnyState, frame: &Frame, item: Item, row: &mut [u8]) -> Result<f64, Fault> {
        Objective::gain_sketched(self, held(state)?, frame, item, row)
    }

    fn levels(&self, state: &AnyState, frame: &Frame, levels: &mut [u8]) {
        if let Ok(state) = held(state) {
            Objective::levels(self, state, frame, levels);
        }
    }

    fn add(&self, state: &mut AnyState, item: Item, gain: Option<f64>) -> Result<(), Fault> {
        Objective::add(self, held_mut(state)?, item, gain)
    }

    fn extend(&self, state: &mut AnyState, items: &[Item]) -> Result<(), Fault> {
        Objective::extend(self, held_mut(state)?, items)
    }

    fn remove(&self, state: &mut AnyState, item: Item, rest: &[Item]) -> Result<(), Fault> {
        Objective::remove(self, held_mut(state)?, item, rest)
    }

    fn gains(&self, state: &AnyState, items: &[Item], out: &mut [f64]) -> Result<(), Fault> {
        Objective::gains(self, held(state)?, items, out)
    }

    fn gain_after(&self, state: &mut AnyState, prefix: &[Item], last: Item) -> Result<f64, Fault> {
        Objective::gain_after(self, held_mut(state)?, prefix, last)
    }

    fn state_bytes(&self) -> usize {
        Objective::state_bytes(self)
    }
}

impl Objective for AnyObjective {
    type State = AnyState;

    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn n_items(&self) -> usize {
        self.0.n_items()
    }

    fn properties(&self) -> Properties {
        self.0.properties()
    }

    fn empty(&self) -> AnyState {
        self.0.empty()
    }

    fn value(&self, state: &AnyState) -> f64 {
        self.0.value(state)
    }

    fn gain(&self, state: &AnyState, item: Item) -> Result<f64, Fault> {
        self.0.gain(state, item)
    }

    fn frame(&self, state: &AnyState) -> Option<Frame> {
        self.0.frame(state)
    }

    fn gain_sketched(&self, state: &AnyState, frame: &Frame, item: Item, row: &mut [u8]) -> Result<f64, Fault> {
        self.0.gain_sketched(state, frame, item, row)
    }

    fn levels(&self, state: &AnyState, frame: &Frame, levels: &mut [u8]) {
        self.0.levels(state, frame, levels);
    }

    fn add(&self, state: &mut AnyState, item: Item, gain: Option<f64>) -> Result<(), Fault> {
        self.0.add(state, item, gain)
    }

    fn extend(&self, state: &mut AnyState, items: &[Item]) -> Result<(), Fault> {
        self.0.extend(state, items)
    }

    fn remove(&self, state: &mut AnyState, item: Item, rest: &[Item]) -> Result<(), Fault> {
        self.0.remove(state, item, rest)
    }

    fn gains(&self, state: &AnyState, items: &[Item], out: &mut [f64]) -> Result<(), Fault> {
        self.0.gains(state, items, out)
    }

    fn gain_after(&self, state: &mut AnyState, prefix: &[Item], last: Item) -> Result<f64, Fault> {
        self.0.gain_after(state, prefix, last)
    }

    fn state_bytes(&self) -> usize {
        self.0.state_bytes()
    }
}
