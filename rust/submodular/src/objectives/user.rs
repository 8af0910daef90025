//! Objectives that somebody else computes: a closure, or a callback into Python.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::{BoxError, Error, Fault, OracleError};
use crate::objective::{Item, Monotonicity, Objective, Properties};

/// A set function given by its values. Sets arrive without repetitions, in the order in which items were added.
pub trait SetFunction: Send + Sync + 'static {
    /// f(set).
    fn value(&self, set: &[Item]) -> Result<f64, BoxError>;

    /// f(set + item) − f(set), if that is what the function tells best; `None` has it computed from values.
    fn gain(&self, set: &[Item], item: Item) -> Option<Result<f64, BoxError>> {
        let _ = (set, item);
        None
    }
}

/// Closures are set functions.
impl<F> SetFunction for F
where
    F: Fn(&[Item]) -> Result<f64, BoxError> + Send + Sync + 'static,
{
    fn value(&self, set: &[Item]) -> Result<f64, BoxError> {
        self(set)
    }
}

/// An objective over a [`SetFunction`].
///
/// A function given by values is called exactly once per query that an algorithm counts, which [`User::calls`] lets a test confirm; f(∅) is asked once,
/// when the objective is made.
pub struct User<F> {
    function: F,
    n_items: usize,
    empty_value: f64,
    monotonicity: Monotonicity,
    calls: AtomicU64,
}

/// A set and its value.
#[derive(Debug, Clone)]
pub struct Valued {
    members: Vec<Item>,
    value: f64,
}

/// A monotone submodular function over `n_items` items. That it is so is believed here; [`audit`](crate::audit) tests it.
///
/// # Errors
/// What the function raises on the empty set, `NotFinite`, or `InvalidParameter` for too many items.
pub fn user<F: SetFunction>(function: F, n_items: usize) -> Result<User<F>, Error> {
    user_with(function, n_items, Monotonicity::Increasing)
}

/// A submodular function that may be anything else but monotone.
///
/// # Errors
/// As [`user`].
pub fn user_with<F: SetFunction>(function: F, n_items: usize, monotonicity: Monotonicity) -> Result<User<F>, Error> {
    if n_items >= u32::MAX as usize {
        return Err(Error::parameter("n_items", "below 2**32 - 1", n_items));
    }
    let empty_value = function
        .value(&[])
        .map_err(|raised| Box::new(OracleError::User(raised)))?;
    if !empty_value.is_finite() {
        return Err(Error::parameter("f(empty set)", "finite", empty_value));
    }
    Ok(User {
        function,
        n_items,
        empty_value,
        monotonicity,
        calls: AtomicU64::new(0),
    })
}

impl<F: SetFunction> User<F> {
    /// How often the function was called since the objective was made.
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    fn value_of(&self, set: &[Item]) -> Result<f64, Fault> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let value = self
            .function
            .value(set)
            .map_err(|raised| Box::new(OracleError::User(raised)))?;
        if value.is_finite() {
            return Ok(value);
        }
        let (item, set) = set.split_last().map_or((0, &[][..]), |(last, rest)| (*last, rest));
        Err(Box::new(OracleError::NotFinite {
            item,
            set: set.to_vec(),
            value,
        }))
    }

    /// The gain, where `value` tells f(members) if it is needed.
    fn gain_of(&self, members: &[Item], item: Item, value: impl Fn() -> Result<f64, Fault>) -> Result<f64, Fault> {
        let (gain, size) = match self.function.gain(members, item) {
            Some(gain) => {
                self.calls.fetch_add(1, Ordering::Relaxed);
                let gain = gain.map_err(|raised| Box::new(OracleError::User(raised)))?;
                (gain, gain.abs())
            }
            None => {
                let before = value()?;
                (self.value_of(&[members, &[item]].concat())? - before, before.abs())
            }
        };
        if !gain.is_finite() {
            return Err(Box::new(OracleError::NotFinite {
                item,
                set: members.to_vec(),
                value: gain,
            }));
        }
        if self.monotonicity == Monotonicity::Increasing && gain < -1e-9 * size.max(1.0) {
            return Err(Box::new(OracleError::Decreasing {
                item,
                set: members.to_vec(),
                gain,
            }));
        }
        Ok(gain)
    }
}

impl<F: SetFunction> Objective for User<F> {
    type State = Valued;

    fn name(&self) -> &'static str {
        "user"
    }

    fn n_items(&self) -> usize {
        self.n_items
    }

    fn properties(&self) -> Properties {
        Properties {
            monotonicity: self.monotonicity,
            parallel: false,
            gain_steps: 1_000_000,
            batch: 1,
        }
    }

    fn empty(&self) -> Valued {
        Valued {
            members: Vec::new(),
            value: self.empty_value,
        }
    }

    fn value(&self, state: &Valued) -> f64 {
        state.value
    }

    fn gain(&self, state: &Valued, item: Item) -> Result<f64, Fault> {
        self.gain_of(&state.members, item, || Ok(state.value))
    }

    fn add(&self, state: &mut Valued, item: Item, gain: Option<f64>) -> Result<(), Fault> {
        let gain = match gain {
            Some(gain) => gain,
            None => self.gain(state, item)?,
        };
        state.members.push(item);
        state.value += gain;
        Ok(())
    }

    fn extend(&self, state: &mut Valued, items: &[Item]) -> Result<(), Fault> {
        if items.is_empty() {
            return Ok(());
        }
        state.members.extend_from_slice(items);
        state.value = self.value_of(&state.members)?;
        Ok(())
    }

    fn remove(&self, state: &mut Valued, _: Item, rest: &[Item]) -> Result<(), Fault> {
        state.value = self.value_of(rest)?;
        state.members = rest.to_vec();
        Ok(())
    }

    fn gain_after(&self, state: &mut Valued, prefix: &[Item], last: Item) -> Result<f64, Fault> {
        if prefix.is_empty() {
            return self.gain(state, last);
        }
        let members = [&state.members, prefix].concat();
        self.gain_of(&members, last, || self.value_of(&members))
    }

    fn state_bytes(&self) -> usize {
        256
    }
}
