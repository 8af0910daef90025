//! The incremental oracle: what every algorithm here asks, and what every objective answers.

use crate::error::Fault;

/// An item is its index into the objective's ground set.
pub type Item = u32;

/// How a set's value moves as the set grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Monotonicity {
    /// It never falls. What guarantees are about.
    Increasing,
    /// It never rises: meaningful where exactly k items are to be chosen.
    Decreasing,
    /// It may do both.
    Neither,
}

/// What an objective says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Properties {
    /// How values move as sets grow.
    pub monotonicity: Monotonicity,
    /// Whether gains may be asked from several threads to advantage (a Python callback holds the GIL, so not).
    pub parallel: bool,
    /// About how many elementary steps a gain takes: what interrupts and threads are paced by.
    pub gain_steps: usize,
    /// How many gains cost little more than one when asked together. 1 where that makes no difference.
    pub batch: usize,
}

/// Where the [sketches](crate::sketch) of an objective begin: the cells of the set that they are made on top of, and what a unit is worth.
#[derive(Debug, Clone)]
pub struct Frame {
    pub(crate) cells: Vec<f64>,
    pub(crate) unit: f64,
}

/// A set function with f(∅) known, asked through a state that stands for a set.
///
/// A state belongs to the objective that made it. `item` must lie below [`n_items`](Self::n_items), and must not be a member where it is
/// to be added; [`Evaluation`](crate::Evaluation) is the front that checks both. Gains of one state are a function of the state's members
/// and their order of arrival alone, so that equal histories give equal bits.
pub trait Objective: Send + Sync + 'static {
    /// A set, in the form in which gains are quick to tell.
    type State: Clone + Send + Sync + 'static;

    /// The name for messages.
    fn name(&self) -> &'static str;

    /// The size of the ground set.
    fn n_items(&self) -> usize;

    /// What holds for it.
    fn properties(&self) -> Properties;

    /// The empty set. Costs no query.
    fn empty(&self) -> Self::State;

    /// f of the state's set. Costs no query: states know their value.
    fn value(&self, state: &Self::State) -> f64;

    /// f(S + item) − f(S).
    fn gain(&self, state: &Self::State, item: Item) -> Result<f64, Fault>;

    /// Where sketches of gains begin on top of this set, if this objective has them: then `gain_sketched` and `levels` work.
    fn frame(&self, state: &Self::State) -> Option<Frame> {
        let _ = state;
        None
    }

    /// As [`gain`](Self::gain), to the same bits, with a sketch of it written to `row`, which is as long as the frame.
    fn gain_sketched(&self, state: &Self::State, frame: &Frame, item: Item, row: &mut [u8]) -> Result<f64, Fault> {
        let _ = (frame, row);
        self.gain(state, item)
    }

    /// How far every cell of a set that grew from the frame's has come, in the frame's units, rounded down.
    fn levels(&self, state: &Self::State, frame: &Frame, levels: &mut [u8]) {
        let _ = (state, frame, levels);
    }

    /// Add an item whose gain the caller may know. On an error the state is as before.
    fn add(&self, state: &mut Self::State, item: Item, gain: Option<f64>) -> Result<(), Fault>;

    /// Add several items at once: one query, of the final set. On an error the state is unusable.
    fn extend(&self, state: &mut Self::State, items: &[Item]) -> Result<(), Fault> {
        for &item in items {
            self.add(state, item, None)?;
        }
        Ok(())
    }

    /// Remove an item; `rest` are the members that stay, in order of arrival. On an error the state is unusable.
    ///
    /// Replays the rest unless the objective can subtract exactly: subtracting sums of floats would leave their rounding behind.
    fn remove(&self, state: &mut Self::State, item: Item, rest: &[Item]) -> Result<(), Fault> {
        let _ = item;
        *state = self.empty();
        self.extend(state, rest)
    }

    /// The gains of several items with respect to one set. `out` is as long as `items`.
    fn gains(&self, state: &Self::State, items: &[Item], out: &mut [f64]) -> Result<(), Fault> {
        for (&item, out) in items.iter().zip(out) {
            *out = self.gain(state, item)?;
        }
        Ok(())
    }

    /// f(S + prefix + last) − f(S + prefix), with the state left as it was: two queries, one if the prefix is empty.
    ///
    /// What the dynamic algorithm's sampling trials ask by the hundred; objectives whose states are long override it with an undo.
    fn gain_after(&self, state: &mut Self::State, prefix: &[Item], last: Item) -> Result<f64, Fault> {
        if prefix.is_empty() {
            return self.gain(state, last);
        }
        let mut work = state.clone();
        self.extend(&mut work, prefix)?;
        self.gain(&work, last)
    }

    /// About how many bytes a state holds that it does not share with the state it was cloned from.
    fn state_bytes(&self) -> usize;
}
