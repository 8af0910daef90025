//! Whole products of nonnegative integer polynomials, by the cheapest arithmetic that is certainly exact.

use porism_runtime::{Monitor, Pool};

use crate::bound::rounding_factor;
use crate::error::{Error, try_filled};
use crate::ntt::{Field, Goldilocks, Prime57, multiply_mod};
use crate::product::Product;
use crate::real::{Precision, Real};
use crate::spectrum::Accumulator;
use crate::transform::Scratch;

/// How a product was computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arithmetic {
    /// Fourier transforms in this precision, with a proved rounding bound.
    Fft(Precision),
    /// Modulo 2^64 − 2^32 + 1.
    Ntt,
    /// Modulo two primes, put together by the Chinese remainder theorem.
    NttPair,
}

impl Arithmetic {
    /// `fft-f32`, `fft-f64`, `ntt` or `ntt-crt`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fft(Precision::F32) => "fft-f32",
            Self::Fft(Precision::F64) => "fft-f64",
            Self::Ntt => "ntt",
            Self::NttPair => "ntt-crt",
        }
    }
}

/// The product of the polynomials `a` and `b`, all `a.len() + b.len() − 1` coefficients (none if a factor has none), and how it was computed.
///
/// Takes the cheapest arithmetic that is certified for these values.
///
/// # Errors
/// [`Error::Overflow`] if a coefficient could exceed 64 bits (by the bound Σa·max b or Σb·max a, whichever is less).
pub fn multiply(a: &[u64], b: &[u64], pool: &Pool, monitor: &Monitor) -> Result<(Vec<u64>, Arithmetic), Error> {
    let arithmetic = choose(a, b)?;
    multiply_with(a, b, arithmetic, pool, monitor).map(|product| (product, arithmetic))
}

/// As [`multiply`], with a given arithmetic.
///
/// # Errors
/// As [`multiply`], and [`Error::Uncertified`] for floating point that could round wrong.
pub fn multiply_with(
    a: &[u64],
    b: &[u64],
    arithmetic: Arithmetic,
    pool: &Pool,
    monitor: &Monitor,
) -> Result<Vec<u64>, Error> {
    let reach = reach(a, b);
    let limit = match arithmetic {
        Arithmetic::Ntt => u128::from(Goldilocks::MODULUS - 1),
        _ => u128::from(u64::MAX),
    };
    if reach > limit {
        return Err(Error::Overflow {
            reach: reach as f64,
            limit: limit as f64,
        });
    }
    match arithmetic {
        Arithmetic::Fft(Precision::F32) => by_fft::<f32>(a, b, pool, monitor),
        Arithmetic::Fft(Precision::F64) => by_fft::<f64>(a, b, pool, monitor),
        Arithmetic::Ntt => {
            let product = multiply_mod::<Goldilocks>(&classes(a)?, &classes(b)?, pool, monitor)?;
            Ok(product.into_iter().map(Goldilocks::get).collect())
        }
        Arithmetic::NttPair => Ok(multiply_u128(a, b, pool, monitor)?
            .into_iter()
            .map(|c| c as u64)
            .collect()),
    }
}

/// The product of `a` and `b` with coefficients of up to 125 bits, modulo two primes.
///
/// # Errors
/// [`Error::Overflow`] if a coefficient could exceed the product of the primes.
pub fn multiply_u128(a: &[u64], b: &[u64], pool: &Pool, monitor: &Monitor) -> Result<Vec<u128>, Error> {
    let modulus = u128::from(Goldilocks::MODULUS) * u128::from(Prime57::MODULUS);
    let reach = reach(a, b);
    if reach >= modulus {
        return Err(Error::Overflow {
            reach: reach as f64,
            limit: modulus as f64,
        });
    }
    let first = multiply_mod::<Goldilocks>(&classes(a)?, &classes(b)?, pool, monitor)?;
    let second = multiply_mod::<Prime57>(&classes(a)?, &classes(b)?, pool, monitor)?;
    let combine = Remainders::new();
    Ok(first.into_iter().zip(second).map(|(x, y)| combine.of(x, y)).collect())
}

/// The Chinese remainder theorem for [`Goldilocks`] and [`Prime57`].
#[derive(Debug, Clone, Copy)]
pub struct Remainders {
    /// The inverse of the first modulus modulo the second.
    inverse: Prime57,
}

impl Default for Remainders {
    fn default() -> Self {
        Self::new()
    }
}

impl Remainders {
    /// What does not depend on the remainders.
    pub fn new() -> Self {
        Self {
            inverse: Prime57::new(Goldilocks::MODULUS).inverse(),
        }
    }

    /// The number below the product of the moduli with these remainders.
    #[inline]
    pub fn of(&self, x: Goldilocks, y: Prime57) -> u128 {
        let quotient = y.sub(Prime57::new(x.get())).mul(self.inverse);
        u128::from(x.get()) + u128::from(Goldilocks::MODULUS) * u128::from(quotient.get())
    }
}

fn classes<F: Field>(values: &[u64]) -> Result<Vec<F>, Error> {
    let mut classes = try_filled("a number-theoretic transform", values.len(), F::ZERO)?;
    for (class, value) in classes.iter_mut().zip(values) {
        *class = F::new(*value);
    }
    Ok(classes)
}

/// What no coefficient exceeds; saturating.
fn reach(a: &[u64], b: &[u64]) -> u128 {
    let sum = |values: &[u64]| values.iter().map(|v| u128::from(*v)).sum::<u128>();
    let max = |values: &[u64]| u128::from(values.iter().copied().max().unwrap_or(0));
    sum(a).saturating_mul(max(b)).min(sum(b).saturating_mul(max(a)))
}

fn choose(a: &[u64], b: &[u64]) -> Result<Arithmetic, Error> {
    let norm = |values: &[u64]| values.iter().map(|v| (*v as f64) * (*v as f64)).sum::<f64>().sqrt();
    let len = (a.len() + b.len()).next_power_of_two();
    let norms = norm(a) * norm(b) * (1.0 + 1e-9);
    for precision in [Precision::F32, Precision::F64] {
        if rounding_factor(precision, len.trailing_zeros(), 1) * norms < 0.5 {
            return Ok(Arithmetic::Fft(precision));
        }
    }
    let reach = reach(a, b);
    if reach < u128::from(Goldilocks::MODULUS) {
        Ok(Arithmetic::Ntt)
    } else if reach <= u128::from(u64::MAX) {
        Ok(Arithmetic::NttPair)
    } else {
        Err(Error::Overflow {
            reach: reach as f64,
            limit: u64::MAX as f64,
        })
    }
}

fn by_fft<T: Real>(a: &[u64], b: &[u64], pool: &Pool, monitor: &Monitor) -> Result<Vec<u64>, Error> {
    if a.is_empty() || b.is_empty() {
        return Ok(Vec::new());
    }
    let len = a.len() + b.len() - 1;
    let product = Product::<T>::new(len)?;
    let mut scratch = Scratch::default();
    let mut factor = |values: &[u64]| {
        // What does not fit a signed word is far beyond any certificate.
        let coefficients = values.iter().map(|v| i64::try_from(*v).unwrap_or(i64::MAX)).enumerate();
        product.factor(coefficients, &mut scratch, pool, monitor)
    };
    let x = factor(a)?;
    let mut sum = Accumulator::new(product.transform())?;
    if a == b {
        sum.add(&x, &x);
    } else {
        sum.add(&x, &factor(b)?);
    }
    let coefficients = product.finish(&mut sum, &mut scratch, pool, monitor)?;
    let mut result = try_filled("a product", len, 0)?;
    for (k, value) in result.iter_mut().enumerate() {
        *value = coefficients.get(k) as u64;
    }
    Ok(result)
}
