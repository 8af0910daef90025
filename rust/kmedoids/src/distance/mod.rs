//! Dissimilarities between the rows of a data matrix.

use porism_runtime::Monitor;

use crate::error::{Error, try_filled};
use crate::options::Options;

/// A float that features can be.
pub trait Float:
    crate::element::Element<Acc = f64>
    + From<f32>
    + std::ops::Add<Output = Self>
    + std::ops::Sub<Output = Self>
    + std::ops::Mul<Output = Self>
    + std::ops::Div<Output = Self>
{
    /// The nearest value of this type.
    fn round(value: f64) -> Self;
}

impl Float for f32 {
    fn round(value: f64) -> Self {
        value as f32
    }
}

impl Float for f64 {
    fn round(value: f64) -> Self {
        value
    }
}

/// How two rows are compared.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Metric {
    /// Root of the summed squared differences.
    Euclidean,
    /// Summed squared differences.
    SqEuclidean,
    /// Summed absolute differences.
    Manhattan,
    /// One minus the cosine of the angle; 1 between a zero row and any other.
    Cosine,
}

impl Metric {
    fn between<T: Float>(self, x: &[T], y: &[T]) -> f64 {
        let pairs = || x.iter().zip(y).map(|(&x, &y)| (x.to_f64(), y.to_f64()));
        match self {
            Self::Euclidean => pairs().map(|(x, y)| (x - y) * (x - y)).sum::<f64>().sqrt(),
            Self::SqEuclidean => pairs().map(|(x, y)| (x - y) * (x - y)).sum(),
            Self::Manhattan => pairs().map(|(x, y)| (x - y).abs()).sum(),
            Self::Cosine => {
                let (dot, xx, yy) = pairs().fold((0.0, 0.0, 0.0), |(dot, xx, yy), (x, y)| {
                    (dot + x * y, xx + x * x, yy + y * y)
                });
                if xx == 0.0 || yy == 0.0 {
                    1.0
                } else {
                    (1.0 - dot / (xx.sqrt() * yy.sqrt())).max(0.0)
                }
            }
        }
    }
}

/// All dissimilarities between the `n` rows of `x`: a symmetric matrix with a zero diagonal.
pub fn pairwise<T: Float>(
    x: &[T],
    n: usize,
    metric: Metric,
    options: &Options,
    monitor: &Monitor,
) -> Result<Vec<T>, Error> {
    let _ = options;
    let d = check_features(x, n)?;
    let bytes = n.checked_mul(n).ok_or(Error::TooLarge {
        what: "the dissimilarities",
        bytes: n as u128 * n as u128 * size_of::<T>() as u128,
    })?;
    let mut values = try_filled("the dissimilarities", bytes, T::ZERO)?;
    for i in 0..n {
        monitor.check()?;
        for j in 0..i {
            let value = T::round(metric.between(&x[i * d..][..d], &x[j * d..][..d]));
            values[i * n + j] = value;
            values[j * n + i] = value;
        }
    }
    Ok(values)
}

/// Dissimilarities of every row of `x` (`n` of them) to every row of `y` (`m` of them), a row per row of `x`.
pub fn cross<T: Float>(
    x: &[T],
    n: usize,
    y: &[T],
    m: usize,
    metric: Metric,
    options: &Options,
    monitor: &Monitor,
) -> Result<Vec<T>, Error> {
    let _ = options;
    let d = check_features(x, n)?;
    if check_features(y, m)? != d {
        return Err(Error::Shape {
            what: "the other rows",
            expected: m * d,
            got: y.len(),
        });
    }
    let mut values = try_filled("the dissimilarities", n.saturating_mul(m), T::ZERO)?;
    for i in 0..n {
        monitor.check()?;
        for j in 0..m {
            values[i * m + j] = T::round(metric.between(&x[i * d..][..d], &y[j * d..][..d]));
        }
    }
    Ok(values)
}

/// Refuse data that is empty or not finite. Returns the number of features.
pub fn check_features<T: Float>(x: &[T], n: usize) -> Result<usize, Error> {
    if n == 0 || x.is_empty() {
        return Err(Error::Empty);
    }
    if !x.len().is_multiple_of(n) {
        return Err(Error::Shape {
            what: "X",
            expected: x.len() / n * n,
            got: x.len(),
        });
    }
    let d = x.len() / n;
    if let Some(at) = x.iter().position(|x| !x.to_f64().is_finite()) {
        return Err(Error::NotFinite {
            what: "X",
            row: at / d,
            col: at % d,
            value: x[at].to_f64(),
        });
    }
    Ok(d)
}
