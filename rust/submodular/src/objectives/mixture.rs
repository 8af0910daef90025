//! A weighted sum of objectives over one ground set.

use super::coverage::require_weights;
use crate::erased::{AnyObjective, AnyState};
use crate::error::{Error, Fault};
use crate::objective::{Item, Monotonicity, Objective, Properties};

/// `f(S) = Σ_i weight_i · f_i(S)`.
#[derive(Debug, Clone)]
pub struct Mixture {
    parts: Vec<(f64, AnyObjective)>,
}

/// A mixture with one weight ≥ 0 per part, all parts over the same number of items.
///
/// # Errors
/// `Shape` for weights of another number or parts over other items, `InvalidObjective` for a weight that is negative or not finite,
/// `InvalidParameter` without parts.
pub fn mixture(parts: Vec<AnyObjective>, weights: &[f64]) -> Result<Mixture, Error> {
    require_weights(weights, parts.len())?;
    let Some(first) = parts.first() else {
        return Err(Error::parameter("parts", "at least one objective", 0));
    };
    let expected = first.n_items();
    if let Some(part) = parts.iter().find(|part| part.n_items() != expected) {
        return Err(Error::Shape {
            name: "parts",
            expected,
            got: part.n_items(),
        });
    }
    Ok(Mixture {
        parts: weights.iter().copied().zip(parts).collect(),
    })
}

impl Objective for Mixture {
    type State = Vec<AnyState>;

    fn name(&self) -> &'static str {
        "mixture"
    }

    fn n_items(&self) -> usize {
        self.parts[0].1.n_items()
    }

    fn properties(&self) -> Properties {
        let all = |wanted| {
            self.parts
                .iter()
                .all(|(w, part)| *w == 0.0 || part.properties().monotonicity == wanted)
        };
        let monotonicity = if all(Monotonicity::Increasing) {
            Monotonicity::Increasing
        } else if all(Monotonicity::Decreasing) {
            Monotonicity::Decreasing
        } else {
            Monotonicity::Neither
        };
        let parts = || self.parts.iter().map(|(_, part)| part.properties());
        Properties {
            monotonicity,
            parallel: parts().all(|part| part.parallel),
            gain_steps: parts().map(|part| part.gain_steps + 4).sum(),
            batch: parts().map(|part| part.batch).max().unwrap_or(1),
        }
    }

    fn empty(&self) -> Vec<AnyState> {
        self.parts.iter().map(|(_, part)| part.empty()).collect()
    }

    fn value(&self, state: &Vec<AnyState>) -> f64 {
        self.parts
            .iter()
            .zip(state)
            .map(|((weight, part), state)| weight * part.value(state))
            .sum()
    }

    fn gain(&self, state: &Vec<AnyState>, item: Item) -> Result<f64, Fault> {
        let mut sum = 0.0;
        for ((weight, part), state) in self.parts.iter().zip(state) {
            sum += weight * part.gain(state, item)?;
        }
        Ok(sum)
    }

    fn add(&self, state: &mut Vec<AnyState>, item: Item, _: Option<f64>) -> Result<(), Fault> {
        let mut work = state.clone(); // a part may fail after others have changed
        for ((_, part), state) in self.parts.iter().zip(&mut work) {
            part.add(state, item, None)?;
        }
        *state = work;
        Ok(())
    }

    fn extend(&self, state: &mut Vec<AnyState>, items: &[Item]) -> Result<(), Fault> {
        for ((_, part), state) in self.parts.iter().zip(state) {
            part.extend(state, items)?;
        }
        Ok(())
    }

    fn remove(&self, state: &mut Vec<AnyState>, item: Item, rest: &[Item]) -> Result<(), Fault> {
        for ((_, part), state) in self.parts.iter().zip(state) {
            part.remove(state, item, rest)?;
        }
        Ok(())
    }

    fn gains(&self, state: &Vec<AnyState>, items: &[Item], out: &mut [f64]) -> Result<(), Fault> {
        let mut own = vec![0.0; items.len()];
        out.fill(0.0);
        for ((weight, part), state) in self.parts.iter().zip(state) {
            part.gains(state, items, &mut own)?;
            for (out, own) in out.iter_mut().zip(&own) {
                *out += weight * own;
            }
        }
        Ok(())
    }

    fn gain_after(&self, state: &mut Vec<AnyState>, prefix: &[Item], last: Item) -> Result<f64, Fault> {
        let mut sum = 0.0;
        for ((weight, part), state) in self.parts.iter().zip(state) {
            sum += weight * part.gain_after(state, prefix, last)?;
        }
        Ok(sum)
    }

    fn state_bytes(&self) -> usize {
        self.parts.iter().map(|(_, part)| part.state_bytes()).sum()
    }
}
