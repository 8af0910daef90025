//! The rounding bound that makes floating-point convolution exact.
//!
//! C. Percival (*Rapid multiplication modulo the sum and difference of highly composite numbers*, Math. Comp. 72, 2003) bounds the error of a
//! cyclic convolution of length 2^q, computed by three fast Fourier transforms with unit roundoff e and roots of unity wrong by at most b:
//!
//! > max error ≤ ‖x‖·‖y‖·((1+e)^(3q) (1+√5 e)^(3q+1) (1+b)^(3q) − 1), norms Euclidean.
//!
//! The proof takes a transform as q stages, each √2 times a unitary map, in which every output has suffered at most one addition and one
//! multiplication by a root of unity. Transforms of radix 4, 8, 16 … are such stages with fewer multiplications, and a product
//! computed with fused multiply-adds errs by 2e ≤ √5 e, so the bound covers the transforms used here.
//!
//! *S products added up before one inverse transform* (this crate's reconstruction): every spectrum suffers up to S − 1 additions more, and the
//! triangle inequality turns ‖x‖·‖y‖ into the sum of the S products of norms. Hence (1+e)^(3q+S) above.

use crate::Precision;

/// Roots of unity in double precision are wrong by at most this many units of roundoff. The angle of a root is computed with two roundings and can be 2π, sine and cosine
/// add one unit each.
const ROOT_UNITS: f64 = 16.0;

/// What the error of a convolution does not exceed, in units of the sum of the products of norms.
///
/// `levels` is the number q of stages of each transform, `terms` how many products are added up before the inverse transform.
pub fn rounding_factor(precision: Precision, levels: u32, terms: usize) -> f64 {
    let e = precision.unit_roundoff();
    let b = match precision {
        Precision::F32 => e * (1.0 + 1e-6), // computed in double precision, then rounded
        Precision::F64 => ROOT_UNITS * e,
    };
    let q3 = 3.0 * f64::from(levels);
    let exponent = (q3 + terms as f64) * e.ln_1p() + (q3 + 1.0) * (5.0_f64.sqrt() * e).ln_1p() + q3 * b.ln_1p();
    // The last factor covers the roundings in this formula and in the norms.
    exponent.exp_m1() * (1.0 + 1e-9)
}

/// The cheapest precision that is certified for transforms of `levels` stages when the sum over the terms of the product of norms is at most `norms`.
///
/// Two sets (0/1 signals) of sizes a and b have the product of norms √(ab).
pub fn certified(levels: u32, terms: usize, norms: f64) -> Option<Precision> {
    [Precision::F32, Precision::F64]
        .into_iter()
        .find(|precision| rounding_factor(*precision, levels, terms) * norms < 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn single_precision_reaches_what_was_computed_by_hand() {
        // q = 14, four letters of norms 2^7 each way: the exponent is about (46 + 43·2.236 + 42)·2^-24.
        let factor = rounding_factor(Precision::F32, 14, 4);
        let expected = (46.0 + 43.0 * 5.0_f64.sqrt() + 42.0) / f64::from(1 << 24);
        assert!((factor / expected - 1.0).abs() < 1e-3, "{factor} {expected}");
        assert_eq!(certified(14, 4, 0.49 / factor), Some(Precision::F32));
        assert_eq!(certified(14, 4, 0.51 / factor), Some(Precision::F64));
        assert_eq!(certified(14, 4, 1e15), None);
    }
}
