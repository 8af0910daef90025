//! Coverage: how many elements, or how much weight of elements, the chosen items touch.

use crate::csr::Csr;
use crate::error::{Error, Fault};
use crate::objective::{Item, Monotonicity, Objective, Properties};

/// `f(S) = Σ weight(u)` over the elements u that some item of S covers.
///
/// A state is a bit per element: a gain reads the bits of the item's elements, and a universe of 10⁵ fits the first-level cache.
#[derive(Debug, Clone)]
pub struct Coverage {
    rows: Csr<()>,
    weights: Option<Vec<f64>>,
    scale: f64,
    name: &'static str,
}

/// Which elements are covered.
#[derive(Debug, Clone)]
pub struct Covered {
    bits: Vec<u64>,
    value: f64,
}

/// The number of elements covered. Row e of the matrix lists the elements of item e.
pub fn coverage(rows: Csr<()>) -> Coverage {
    Coverage {
        rows,
        weights: None,
        scale: 1.0,
        name: "coverage",
    }
}

/// The weight of the elements covered, one weight ≥ 0 per column.
///
/// # Errors
/// `Shape`, or `InvalidObjective` for a weight that is negative or not finite.
pub fn weighted_coverage(rows: Csr<()>, weights: Vec<f64>) -> Result<Coverage, Error> {
    require_weights(&weights, rows.n_columns())?;
    Ok(Coverage {
        rows,
        weights: Some(weights),
        scale: 1.0,
        name: "weighted_coverage",
    })
}

/// Coverage in units of `scale`.
pub(super) fn scaled_coverage(rows: Csr<()>, scale: f64, name: &'static str) -> Coverage {
    Coverage {
        rows,
        weights: None,
        scale,
        name,
    }
}

/// Refuse weights of the wrong number, negative, or not finite.
pub(super) fn require_weights(weights: &[f64], expected: usize) -> Result<(), Error> {
    if weights.len() != expected {
        return Err(Error::Shape {
            name: "weights",
            expected,
            got: weights.len(),
        });
    }
    match weights.iter().position(|weight| !(0.0..=f64::MAX).contains(weight)) {
        None => Ok(()),
        Some(index) => Err(Error::InvalidObjective {
            name: "weights",
            index,
            expected: "finite and at least 0",
            got: weights[index],
        }),
    }
}

impl Coverage {
    #[inline]
    fn uncovered(&self, bits: &[u64], item: Item) -> f64 {
        let columns = self.rows.columns(item);
        let is_new = |u: u32| (!bits[(u >> 6) as usize] >> (u & 63)) & 1;
        match &self.weights {
            None => columns.iter().map(|&u| is_new(u)).sum::<u64>() as f64 * self.scale,
            Some(weights) => {
                let mut sum = 0.0;
                for &u in columns {
                    sum += if is_new(u) == 1 { weights[u as usize] } else { 0.0 };
                }
                sum
            }
        }
    }
}

impl Objective for Coverage {
    type State = Covered;

    fn name(&self) -> &'static str {
        self.name
    }

    fn n_items(&self) -> usize {
        self.rows.n_rows()
    }

    fn properties(&self) -> Properties {
        Properties {
            monotonicity: Monotonicity::Increasing,
            parallel: true,
            gain_steps: 2 * self.rows.mean_row(),
            batch: 1,
        }
    }

    fn empty(&self) -> Covered {
        Covered {
            bits: vec![0; self.rows.n_columns().div_ceil(64)],
            value: 0.0,
        }
    }

    fn value(&self, state: &Covered) -> f64 {
        state.value
    }

    #[inline]
    fn gain(&self, state: &Covered, item: Item) -> Result<f64, Fault> {
        Ok(self.uncovered(&state.bits, item))
    }

    #[inline]
    fn add(&self, state: &mut Covered, item: Item, _: Option<f64>) -> Result<(), Fault> {
        state.value += self.uncovered(&state.bits, item);
        for &u in self.rows.columns(item) {
            state.bits[(u >> 6) as usize] |= 1 << (u & 63);
        }
        Ok(())
    }

    fn gain_after(&self, state: &mut Covered, prefix: &[Item], last: Item) -> Result<f64, Fault> {
        let total: usize = prefix.iter().map(|&item| self.rows.columns(item).len()).sum();
        let mut undo: Vec<(u32, u64)> = Vec::with_capacity(total);
        for &item in prefix {
            for &u in self.rows.columns(item) {
                let word = &mut state.bits[(u >> 6) as usize];
                undo.push((u >> 6, *word));
                *word |= 1 << (u & 63);
            }
        }
        let gain = self.uncovered(&state.bits, last);
        for (word, old) in undo.into_iter().rev() {
            state.bits[word as usize] = old;
        }
        Ok(gain)
    }

    fn state_bytes(&self) -> usize {
        self.rows.n_columns() / 8
    }
}
