//! Exact convolution and correlation of integers.
//!
//! | to compute | use |
//! |---|---|
//! | a whole product of integer polynomials, whatever is exact and cheapest | [`multiply`] |
//! | one with coefficients beyond 64 bits | [`multiply_u128`] |
//! | products of sets or small integers with spectra that are used again, sums of products | [`Product`] |
//! | a long text against patterns, letter by letter, at every shift | [`Correlator`] |
//! | several small counts in one coefficient | [`Fields`] |
//! | products modulo a prime | [`ntt`] |
//!
//! # Exact means proved
//! Floating-point transforms are fast, and exact where the rounding error is less than one half: then the nearest integer *is* the result. [`rounding_factor`] is Percival's proved
//! bound, here for several products that are added up before one inverse transform; every spectrum carries the norm of its signal, every inverse transform evaluates the bound first,
//! and refuses ([`Error::Uncertified`]) where it is not less than one half. Single precision is certified for 0/1 signals up to about 2^14 points, double precision for any that fits memory. Beyond, number-theoretic transforms.
//!
//! # Layouts
//! A spectrum is in no particular order, so that no transform permutes anything: only spectra of one [`Transform`] can be multiplied. Memory is the
//! caller's and used again: [`Spectrum`], [`Accumulator`] and [`Scratch`] belong to one thread, [`Correlator`], [`Product`] and [`Transform`] are shared by all.
//! With a parallel [`Pool`](porism_runtime::Pool) a long transform is itself shared out; those who have many blocks give each thread its own and a pool of one.
#![deny(unsafe_code)]

mod bound;
mod correlate;
mod error;
mod multiply;
pub mod ntt;
mod packed;
mod product;
mod real;
mod roots;
mod spectrum;
mod transform;

pub use bound::{certified, rounding_factor};
pub use correlate::{Correlations, Correlator, Offsets, Reading};
pub use error::Error;
pub use multiply::{Arithmetic, Remainders, multiply, multiply_u128, multiply_with};
pub use packed::Fields;
pub use product::{Coefficients, Product};
pub use real::{Precision, Real};
pub use rustfft::num_complex::Complex;
pub use spectrum::{Accumulator, Spectrum};
pub use transform::{MAX_LENGTH, Scratch, Transform};
