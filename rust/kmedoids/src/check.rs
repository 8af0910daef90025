//! Whether a matrix is one of dissimilarities.

use porism_runtime::Monitor;

use crate::element::{Accumulator, Element};
use crate::error::Error;
use crate::options::Options;

/// How much a matrix may miss what it should be, relative to its largest finite value.
pub const TOLERANCE: f64 = 1e-6;

/// What [`check_square`] saw on the way.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MatrixInfo {
    /// The largest finite value.
    pub max: f64,
    /// Whether there is a `+inf`: a pair that may not be joined.
    pub has_infinity: bool,
    /// The largest absolute value on the diagonal: within the tolerance, and treated as 0.
    pub diagonal: f64,
    /// The largest difference between a value and its mirror image; 0 where symmetry was not asked for.
    pub asymmetry: f64,
}

/// Refuse what is no square matrix of dissimilarities: NaN, negative values, a diagonal beyond the tolerance, and, where `symmetric` is asked for, values that
/// differ from their mirror image beyond it. Integers have no tolerance.
pub fn check_square<T: Element>(
    values: &[T],
    n: usize,
    symmetric: bool,
    options: &Options,
    monitor: &Monitor,
) -> Result<MatrixInfo, Error> {
    let _ = options;
    if n.checked_mul(n) != Some(values.len()) {
        return Err(Error::Shape {
            what: "a square matrix",
            expected: n.saturating_mul(n),
            got: values.len(),
        });
    }
    let mut info = MatrixInfo {
        max: 0.0,
        has_infinity: false,
        diagonal: 0.0,
        asymmetry: 0.0,
    };
    for row in 0..n {
        monitor.check()?;
        for col in 0..n {
            let x = values[row * n + col];
            if x.is_nan() {
                return Err(Error::NotFinite {
                    what: "X",
                    row,
                    col,
                    value: x.to_f64(),
                });
            }
            if row == col {
                info.diagonal = info.diagonal.max(x.to_f64().abs());
            } else if x < T::ZERO {
                return Err(Error::Negative {
                    row,
                    col,
                    value: x.to_f64(),
                });
            }
            if x.is_infinite() {
                info.has_infinity = true;
            } else {
                info.max = info.max.max(x.to_f64());
            }
            if symmetric && col > row {
                let mirrored = values[col * n + row];
                if mirrored != x {
                    info.asymmetry = info.asymmetry.max((mirrored.to_f64() - x.to_f64()).abs());
                }
            }
        }
    }
    let tolerance = if T::HAS_INFINITY { TOLERANCE * info.max } else { 0.0 };
    if info.diagonal > tolerance {
        for index in 0..n {
            let value = values[index * n + index].to_f64();
            if value.abs() > tolerance {
                return Err(Error::Diagonal { index, value });
            }
        }
    }
    if info.asymmetry > tolerance {
        for row in 0..n {
            for col in row + 1..n {
                let (value, mirrored) = (values[row * n + col].to_f64(), values[col * n + row].to_f64());
                if value != mirrored && (value - mirrored).abs() > tolerance {
                    return Err(Error::Asymmetric {
                        row,
                        col,
                        value,
                        mirrored,
                    });
                }
            }
        }
    }
    Ok(info)
}

/// Refuse integers whose sums over `n_references` could exceed 64 bits. Floats never are.
pub fn check_overflow<T: Element>(info: &MatrixInfo, n_references: usize, max_weight: T::Acc) -> Result<(), Error> {
    let worst = info.max * n_references as f64 * max_weight.to_f64().max(1.0);
    if !T::HAS_INFINITY && worst >= 2_f64.powi(62) {
        return Err(Error::Overflow {
            max: info.max,
            n: n_references,
            max_weight: max_weight.to_f64(),
        });
    }
    Ok(())
}
