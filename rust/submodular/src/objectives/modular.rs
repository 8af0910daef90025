//! Modular functions: every item has a weight of its own.

use super::coverage::require_weights;
use crate::error::{Error, Fault};
use crate::objective::{Item, Monotonicity, Objective, Properties};

/// `f(S) = Σ_{e ∈ S} weight(e)`.
#[derive(Debug, Clone)]
pub struct Modular {
    weights: Vec<f64>,
}

/// The sum of the weights, one per item, finite and ≥ 0.
///
/// # Errors
/// `InvalidObjective` for another weight.
pub fn modular(weights: Vec<f64>) -> Result<Modular, Error> {
    require_weights(&weights, weights.len())?;
    if weights.len() >= u32::MAX as usize {
        return Err(Error::parameter("weights", "fewer than 2**32 - 1", weights.len()));
    }
    Ok(Modular { weights })
}

impl Objective for Modular {
    type State = f64;

    fn name(&self) -> &'static str {
        "modular"
    }

    fn n_items(&self) -> usize {
        self.weights.len()
    }

    fn properties(&self) -> Properties {
        Properties {
            monotonicity: Monotonicity::Increasing,
            parallel: true,
            gain_steps: 1,
            batch: 1,
        }
    }

    fn empty(&self) -> f64 {
        0.0
    }

    fn value(&self, state: &f64) -> f64 {
        *state
    }

    fn gain(&self, _: &f64, item: Item) -> Result<f64, Fault> {
        Ok(self.weights[item as usize])
    }

    fn add(&self, state: &mut f64, item: Item, _: Option<f64>) -> Result<(), Fault> {
        *state += self.weights[item as usize];
        Ok(())
    }

    fn gain_after(&self, _: &mut f64, _: &[Item], last: Item) -> Result<f64, Fault> {
        Ok(self.weights[last as usize])
    }

    fn state_bytes(&self) -> usize {
        size_of::<f64>()
    }
}
