//! Log-determinant: how much volume the chosen items span, as in determinantal point processes and sensor placement.

use porism_runtime::Monitor;

use crate::dense::{Dense, Real};
use crate::error::{Error, Fault, OracleError};
use crate::objective::{Item, Monotonicity, Objective, Properties};

/// Rounding that a pivot may fall short by, relative to the diagonal.
const SLACK: f64 = 1e-9;

/// `f(S) = ln det(I + K_S / sigma²)`.
///
/// A state is the Cholesky factor of the chosen rows; a gain is one triangular solve, `O(|S|²)`. With K positive semidefinite every pivot of
/// `I + K/sigma²` is at least 1, so gains are at least 0 and a smaller pivot proves that K is not.
#[derive(Debug, Clone)]
pub struct LogDet<T> {
    kernel: Dense<T>,
    inverse_variance: f64,
}

/// The Cholesky factor, packed by rows, of the members in order of arrival.
#[derive(Debug, Clone)]
pub struct Factor {
    members: Vec<Item>,
    rows: Vec<f64>,
    value: f64,
}

/// Log-determinant of a symmetric positive semidefinite kernel with noise `sigma > 0`.
///
/// Semidefiniteness is checked as far as pairs show it (every 2×2 minor); [`LogDet::require_semidefinite`] checks it all, in cubic time.
///
/// # Errors
/// `InvalidObjective` for entries that are not finite, `NotSymmetric`, `NotPositiveSemidefinite`, or `InvalidParameter` for sigma.
pub fn log_det<T: Real>(kernel: Dense<T>, sigma: f64) -> Result<LogDet<T>, Error> {
    let inverse_variance = 1.0 / (sigma * sigma);
    if !(sigma > 0.0 && inverse_variance.is_finite() && inverse_variance > 0.0) {
        return Err(Error::parameter(
            "sigma",
            "a finite number above 0 whose square is one too",
            sigma,
        ));
    }
    kernel.require_within(f64::MIN, f64::MAX, "finite")?;
    kernel.require_symmetric()?;
    let diagonal: Vec<f64> = (0..kernel.n_rows())
        .map(|row| kernel.row(row as u32)[row].number())
        .collect();
    let tolerance = if size_of::<T>() == 4 { 1e-5 } else { SLACK };
    for (index, &own) in diagonal.iter().enumerate() {
        if own < 0.0 {
            return Err(Error::NotPositiveSemidefinite { index, pivot: own });
        }
        for column in 0..index {
            let entry = kernel.row(index as u32)[column].number();
            let most = (own.sqrt() * diagonal[column].sqrt()) * (1.0 + tolerance);
            if entry.abs() > most {
                let pivot = if diagonal[column] > 0.0 {
                    own - entry * (entry / diagonal[column])
                } else {
                    -entry.abs()
                };
                return Err(Error::NotPositiveSemidefinite { index, pivot });
            }
        }
    }
    Ok(LogDet {
        kernel,
        inverse_variance,
    })
}

impl<T: Real> LogDet<T> {
    /// Factor the whole of `I + K/sigma²`, in `O(n³)` time and `O(n²)` memory.
    ///
    /// # Errors
    /// `NotPositiveSemidefinite` with the first row whose pivot is too small, or `Interrupted`.
    pub fn require_semidefinite(&self, monitor: &Monitor) -> Result<(), Error> {
        let mut state = self.empty();
        for item in 0..self.n_items() as u32 {
            monitor.check()?;
            match self.row(&state, item) {
                Ok((row, pivot)) => Self::push(&mut state, item, &row, pivot),
                Err(fault) => {
                    let pivot = match *fault {
                        OracleError::NotPositiveSemidefinite { pivot, .. } => pivot,
                        _ => f64::NAN,
                    };
                    return Err(Error::NotPositiveSemidefinite {
                        index: item as usize,
                        pivot,
                    });
                }
            }
        }
        Ok(())
    }

    /// The item's row of the factor and the square of its diagonal entry.
    fn row(&self, state: &Factor, item: Item) -> Result<(Vec<f64>, f64), Fault> {
        let kernel = self.kernel.row(item);
        let mut row: Vec<f64> = Vec::with_capacity(state.members.len() + 1);
        let mut start = 0;
        let mut squares = 0.0;
        for (i, &member) in state.members.iter().enumerate() {
            let above = &state.rows[start..start + i + 1];
            let mut rest = kernel[member as usize].number() * self.inverse_variance;
            for (a, b) in above[..i].iter().zip(&row) {
                rest -= a * b;
            }
            let entry = rest / above[i];
            squares += entry * entry;
            row.push(entry);
            start += i + 1;
        }
        let diagonal = 1.0 + kernel[item as usize].number() * self.inverse_variance;
        let pivot = diagonal - squares;
        let tolerance = if size_of::<T>() == 4 { 1e-4 } else { SLACK };
        if pivot.is_nan() || pivot < 1.0 - tolerance * diagonal {
            return Err(Box::new(OracleError::NotPositiveSemidefinite { item, pivot }));
        }
        Ok((row, pivot.max(1.0)))
    }

    fn push(state: &mut Factor, item: Item, row: &[f64], pivot: f64) {
        state.rows.extend_from_slice(row);
        state.rows.push(pivot.sqrt());
        state.members.push(item);
        state.value += pivot.ln();
    }
}

impl<T: Real> Objective for LogDet<T> {
    type State = Factor;

    fn name(&self) -> &'static str {
        "log_det"
    }

    fn n_items(&self) -> usize {
        self.kernel.n_rows()
    }

    fn properties(&self) -> Properties {
        Properties {
            monotonicity: Monotonicity::Increasing,
            parallel: true,
            gain_steps: 200,
            batch: 1,
        }
    }

    fn empty(&self) -> Factor {
        Factor {
            members: Vec::new(),
            rows: Vec::new(),
            value: 0.0,
        }
    }

    fn value(&self, state: &Factor) -> f64 {
        state.value
    }

    fn gain(&self, state: &Factor, item: Item) -> Result<f64, Fault> {
        Ok(self.row(state, item)?.1.ln())
    }

    fn add(&self, state: &mut Factor, item: Item, _: Option<f64>) -> Result<(), Fault> {
        let (row, pivot) = self.row(state, item)?;
        Self::push(state, item, &row, pivot);
        Ok(())
    }

    fn gain_after(&self, state: &mut Factor, prefix: &[Item], last: Item) -> Result<f64, Fault> {
        let (members, rows, value) = (state.members.len(), state.rows.len(), state.value);
        let gain = self.extend(state, prefix).and_then(|()| self.gain(state, last));
        state.members.truncate(members);
        state.rows.truncate(rows);
        state.value = value;
        gain
    }

    fn state_bytes(&self) -> usize {
        64 * 64 * 4
    }
}
